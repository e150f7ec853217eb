# The other tools: C compiler, Node.js, wasm-bindgen, npm's packages; for tests a browser, a font, a broker.
# Each function returns at once when its tool is there.

need_c_compiler() {
	has cc && return
	apt_install gcc libc6-dev || die "There is no C compiler (cc)." "install one; on Debian as root: apt-get install -y gcc libc6-dev"
}

node_new_enough() { has node && [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge $MIN_NODE ]; }

need_node() {
	local missing=()
	if has node && ! node_new_enough; then
		die "Node.js $(node --version) is too old." "put Node.js $MIN_NODE or newer first on PATH"
	fi
	has node || missing+=(nodejs)
	has npm || missing+=(npm)
	[ ${#missing[@]} -eq 0 ] && return
	apt_install "${missing[@]}" && hash -r && node_new_enough && has npm ||
		die "Node.js $MIN_NODE or newer with npm is missing." "install it; on Debian as root: apt-get install -y nodejs npm"
}

# locked_version CRATE: its version in Cargo.lock.
locked_version() { sed -n "/^name = \"$1\"\$/{n;s/^version = \"\(.*\)\"/\1/p;q;}" "$ROOT/Cargo.lock"; }

need_wasm_bindgen() {
	local version
	version=$(locked_version wasm-bindgen)
	[ "$("$TOOLS/bin/wasm-bindgen" --version 2>/dev/null)" = "wasm-bindgen $version" ] && return
	if [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $version" ]; then
		mkdir -p "$TOOLS/bin"
		ln -sfn "$(command -v wasm-bindgen)" "$TOOLS/bin/wasm-bindgen"
		return
	fi
	say "   building it (about 80 s)"
	# Unoptimised: built in a third of the time, and it runs for a second. Without --locked: the crate's own lock file names a withdrawn crate.
	CARGO_TARGET_DIR=$TOOLS/wasm-bindgen-build CARGO_PROFILE_DEV_DEBUG=0 \
		cargo install wasm-bindgen-cli --version "$version" --bin wasm-bindgen --debug --force --root "$TOOLS" ||
		die "wasm-bindgen $version could not be built." "see the error above; it needs a crates registry and a C compiler"
	rm -rf "$TOOLS/wasm-bindgen-build"
}

need_node_packages() {
	local installed=end2end/node_modules/.set-up
	cmp -s end2end/package-lock.json "$installed" && return
	(cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-progress --loglevel=error) ||
		die "npm could not install what end2end/package-lock.json names." "see the error above; it needs an npm registry"
	cp end2end/package-lock.json "$installed"
}

need_browser() {
	node scripts/browser.mjs >/dev/null && return
	apt_install chromium && node scripts/browser.mjs >/dev/null && return
	say "   downloading Playwright's Chromium (at most 10 min)"
	(cd end2end && timeout 600 npx playwright install chromium) && node scripts/browser.mjs >/dev/null ||
		die "There is no Chromium for the browser tests." "install Chromium or Chrome; on Debian as root: apt-get install -y chromium"
}

need_chinese_font() {
	if has fc-list; then
		[ -n "$(fc-list :lang=zh-cn 2>/dev/null | head -n 1)" ] && return
	elif dpkg-query -W fonts-noto-cjk >/dev/null 2>&1; then
		return
	fi
	apt_install fonts-noto-cjk || warn "No font for Chinese here: the tests run, their screenshots show boxes. Debian has one: fonts-noto-cjk."
}

has_broker() { has rabbitmq-server || [ -x /usr/sbin/rabbitmq-server ] || [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]; }

need_broker() {
	has_broker && return
	apt_install rabbitmq-server && has_broker && return
	warn "RabbitMQ is not here: the test against a real broker will be SKIPPED. On Debian as root: apt-get install -y rabbitmq-server"
}
