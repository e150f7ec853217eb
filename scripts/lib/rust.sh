# Which Rust toolchain builds the project: one at least as new as Cargo.toml asks, whose standard library for the browser is there.
#   1. the one on PATH, where it has that target;
#   2. else the one on PATH, after rustup added the target;
#   3. else Debian's, with the target's standard library built once from its sources.
# Promises: .tools/env puts the chosen one first on PATH. Only step 3 needs packages of the system.

MIN_RUST=$(sed -n 's/^rust-version = "\([0-9.]*\)"/\1/p' "$ROOT/Cargo.toml")
DEBIAN_RUST=(rustc-web cargo-web rust-web-src rust-web-llvm lld-22)
DEBIAN_LINT=(rust-web-clippy rustfmt-web)
RUSTFLAGS_VARIABLE=CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS

# at_least VERSION MINIMUM
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

new_enough() {
	local version
	version=$("$1" --version 2>/dev/null | sed -n 's/^rustc \([0-9.]*\).*/\1/p') || return 1
	[ -n "$version" ] && at_least "$version" "$MIN_RUST"
}

# Linking something tiny is the one proof that the target works, that its linker is there,
# and that its standard library can take part in link-time optimisation.
can_link_wasm() {
	local out rc=0
	out=$(mktemp -d)
	printf '#[unsafe(no_mangle)] pub extern "C" fn probe() -> usize { std::env::args().count() }\n' >"$out/probe.rs"
	"$1" --edition 2024 --crate-type cdylib --target $WASM_TARGET -C lto=fat -C panic=abort ${2:+--sysroot="$2"} \
		-o "$out/probe.wasm" "$out/probe.rs" >"$TOOLS/probe.log" 2>&1 || rc=1
	rm -rf "$out"
	return $rc
}

has_rust() { has cargo && has rustc && cargo --version >/dev/null 2>&1 && new_enough rustc; }

# Only where the compiler on PATH is one of rustup's: adding a target to another would not help.
add_target_by_rustup() {
	has rustup && [ "$(command -v rustc)" -ef "$(command -v rustup)" ] || return 1
	say "   asking rustup for the target $WASM_TARGET (at most 60 s)"
	timeout 60 rustup target add $WASM_TARGET >"$TOOLS/rustup.log" 2>&1 && return 0
	say "   rustup could not add it (its words are in .tools/rustup.log)"
	return 1
}

# Debian's compiler ships the standard library's sources and no wasm build of it. It goes to our own folder:
# no root needed, and nobody else's builds change under them.
build_wasm_std() {
	local rustc=$1 work=$TOOLS/std-build sysroot=$TOOLS/sysroot host lib
	host=$("$rustc" -vV | sed -n 's/^host: //p')
	say "   building the standard library for the browser, once"
	rm -rf "$work" "$sysroot"
	mkdir -p "$work/src"
	printf '[package]\nname = "wasm_std"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n' >"$work/Cargo.toml"
	printf '#![no_std]\n' >"$work/src/lib.rs"
	# Bitcode in the libraries lets link-time optimisation reach into them.
	if ! (
		cd "$work"
		unset "$RUSTFLAGS_VARIABLE"
		CARGO_TARGET_DIR=$work/target RUSTC=$rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS='-C embed-bitcode=yes' \
			"$2" build --release --target $WASM_TARGET -Zbuild-std=std,panic_abort
	) >"$TOOLS/std.log" 2>&1; then
		tail -n 15 "$TOOLS/std.log" >&2
		return 1
	fi
	lib=$sysroot/lib/rustlib/$WASM_TARGET/lib
	mkdir -p "$lib"
	rm -f "$work/target/$WASM_TARGET"/release/deps/libwasm_std-*
	cp "$work/target/$WASM_TARGET"/release/deps/*.rlib "$lib/"
	# The linker and the target-independent parts are still the compiler's own.
	ln -s "$("$rustc" --print sysroot)/lib/rustlib/$host" "$sysroot/lib/rustlib/$host"
	rm -rf "$work"
}

# write_env FOLDER_OF_TOOLS SYSROOT
write_env() {
	{
		printf '# Written by scripts/setup; remove this file to have it choose again.\n'
		[ -z "$1" ] || printf 'export PATH=%q:$PATH\n' "$1"
		[ -z "$2" ] || printf 'export %s=%q\n' $RUSTFLAGS_VARIABLE "--sysroot=$2"
		printf 'CHOSEN_RUSTC=%q\n' "$(PATH=${1:+$1:}$PATH rustc -vV | tr '\n' ' ')"
	} >"$TOOLS/env"
}

# A choice holds as long as the compiler behind it is the same.
choice_holds() {
	[ -f "$TOOLS/env" ] || return 1
	(
		. "$TOOLS/env"
		[ "$(rustc -vV 2>/dev/null | tr '\n' ' ')" = "$CHOSEN_RUSTC" ] || exit 1
		local_sysroot=${!RUSTFLAGS_VARIABLE:-}
		[ -z "$local_sysroot" ] || [ -d "${local_sysroot#--sysroot=}" ] || exit 1
	)
}

# use_source_only RUSTC CARGO FOLDER_OF_TOOLS: takes Debian's (or another source-only) compiler, with our own wasm library where its is missing.
use_source_only() {
	local rustc=$1 cargo=$2 bin=$3
	if can_link_wasm "$rustc"; then
		write_env "$bin" ''
		return
	fi
	[ -d "$("$rustc" --print sysroot)/lib/rustlib/src/rust/library/std" ] || return 1
	build_wasm_std "$rustc" "$cargo" && can_link_wasm "$rustc" "$TOOLS/sysroot" || return 1
	write_env "$bin" "$TOOLS/sysroot"
}

has_debian_rust() {
	[ -x /usr/bin/cargo ] && [ -x /usr/bin/rust-lld ] && new_enough /usr/bin/rustc &&
		[ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/std" ]
}

debian_rust() {
	local tool bin=$TOOLS/rust
	has_debian_rust || apt_install "${DEBIAN_RUST[@]}" || return 1
	has_debian_rust || return 1
	# Only the compiler's own commands go before the rest of PATH, so that node and others stay whose they were.
	rm -rf "$bin"
	mkdir -p "$bin"
	for tool in cargo rustc rustdoc rustfmt cargo-fmt cargo-clippy clippy-driver; do ln -s "/usr/bin/$tool" "$bin/$tool"; done
	use_source_only /usr/bin/rustc /usr/bin/cargo "$bin"
}

choose_rust() {
	if choice_holds; then
		. "$TOOLS/env"
		return
	fi
	rm -f "$TOOLS/env"
	if has_rust && can_link_wasm rustc; then
		say "   $(rustc --version) builds for the browser as it is"
		write_env '' ''
	elif has_rust && add_target_by_rustup && can_link_wasm rustc; then
		say "   $(rustc --version) builds for the browser, with the target that rustup added"
		write_env '' ''
	elif debian_rust; then
		say "   Debian's $(/usr/bin/rustc --version | cut -d' ' -f1-2) builds both halves"
	else
		[ ! -s "$TOOLS/probe.log" ] || tail -n 5 "$TOOLS/probe.log" >&2
		die "No Rust toolchain here can build for the browser (Rust $MIN_RUST or newer with the target $WASM_TARGET)." \
			"rustup toolchain install stable && rustup target add $WASM_TARGET; or, on Debian as root: apt-get install -y ${DEBIAN_RUST[*]}. Then run this again."
	fi
	. "$TOOLS/env"
}

# rustfmt and clippy come with rustup's toolchains; Debian has them apart.
need_lint_tools() {
	cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && return
	if [ "$(readlink -f "$(command -v cargo)")" = /usr/bin/cargo ]; then
		apt_install "${DEBIAN_LINT[@]}" || die "rustfmt or clippy is missing." "as root: apt-get install -y ${DEBIAN_LINT[*]}"
	else
		timeout 120 rustup component add rustfmt clippy >"$TOOLS/rustup.log" 2>&1 || die "rustfmt or clippy is missing." "rustup component add rustfmt clippy"
	fi
}
