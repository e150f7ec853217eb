# The other tools: C compiler, Node.js, wasm-bindgen, npm's packages; for lint cargo-deny and cargo-shear; for tests a browser, a font, a broker.
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

LINT_TOOLS=scripts/lib/lint-tools.txt

# lint_tool_version NAME: its version in scripts/lib/lint-tools.txt.
lint_tool_version() { sed -n "s/^astral-dev-toolchain-$1==\([0-9.]*\).*/\1/p" "$ROOT/$LINT_TOOLS"; }

# is_lint_tool NAME FILE: whether the file is that tool, at that version.
is_lint_tool() { [[ "$("$2" --version 2>/dev/null)" =~ (^|[^0-9.])"$(lint_tool_version "$1")"([^0-9.]|$) ]]; }

# Puts the ready-made binaries into .tools/bin.
lint_tools_by_pip() {
	local work=$TOOLS/lint-tools name rc=0
	has python3 && python3 -m pip --version >/dev/null 2>&1 || return 1
	rm -rf "$work"
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --only-binary :all: --require-hashes \
		--target "$work" --requirement "$LINT_TOOLS" >"$TOOLS/pip.log" 2>&1 || return 1
	mkdir -p "$TOOLS/bin"
	for name in "$@"; do mv -f "$work/bin/$name" "$TOOLS/bin/$name" || rc=1; done
	rm -rf "$work"
	return $rc
}

lint_tool_by_cargo() {
	local version
	version=$(lint_tool_version "$1")
	say "   building $1 $version (some minutes)"
	CARGO_TARGET_DIR=$TOOLS/$1-build CARGO_PROFILE_DEV_DEBUG=0 cargo install "$1" --version "$version" --locked --debug --force --root "$TOOLS" ||
		die "$1 $version could not be built." "see the error above; it needs a crates registry and a C compiler"
	rm -rf "$TOOLS/$1-build"
}

# need_cargo_tools NAME...: the one on PATH where it is the right version, else a ready-made one, else one built here.
need_cargo_tools() {
	local name missing=()
	for name in "$@"; do
		is_lint_tool "$name" "$TOOLS/bin/$name" && continue
		if is_lint_tool "$name" "$name"; then
			mkdir -p "$TOOLS/bin"
			ln -sfn "$(command -v "$name")" "$TOOLS/bin/$name"
		else
			missing+=("$name")
		fi
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	lint_tools_by_pip "${missing[@]}" || true
	for name in "${missing[@]}"; do is_lint_tool "$name" "$TOOLS/bin/$name" || lint_tool_by_cargo "$name"; done
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

has_postgres() { has initdb || [ -n "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ]; }

need_postgres() {
	has_postgres && return
	apt_install postgresql && has_postgres && return
	warn "PostgreSQL is not here: the tests on it will be SKIPPED. On Debian as root: apt-get install -y postgresql"
}

need_nginx() {
	has nginx && return
	apt_install nginx-light && has nginx && return
	warn "nginx is not here: the test of several consoles behind one address will be SKIPPED. On Debian as root: apt-get install -y nginx-light"
}

need_broker() {
	has_broker && return
	apt_install rabbitmq-server && has_broker && return
	warn "RabbitMQ is not here: the test against a real broker will be SKIPPED. On Debian as root: apt-get install -y rabbitmq-server"
}
