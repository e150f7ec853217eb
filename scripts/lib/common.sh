# What every script begins with: the project's folder, plain messages, measured steps, the tools that set-up chose.
# To be sourced from bash. Promises: the working folder is the project's, and nothing reads the terminal.

set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$ROOT"
exec </dev/null

TOOLS=$ROOT/.tools
TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target}
case $TARGET_DIR in /*) ;; *) TARGET_DIR=$ROOT/$TARGET_DIR ;; esac
SITE=$ROOT/target/site
BINARY=$TARGET_DIR/release/supervisor-console
TESTED=$TARGET_DIR/debug/supervisor-console
WASM_TARGET=wasm32-unknown-unknown
MIN_NODE=18
export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false

say() { printf '%s\n' "-- $*"; }
warn() { printf '%s\n' "!! $*" >&2; }

# die WHAT WHAT_TO_DO
die() {
	printf '\n%s\n' "!! $1" >&2
	[ $# -lt 2 ] || printf '%s\n' "   What to do: $2" >&2
	exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }
min_sec() { printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); }

TIMES=()

# step NAME COMMAND...: says what runs, runs it, remembers how long it took if that is worth telling.
step() {
	local name=$1 start=$SECONDS took
	shift
	say "$name"
	"$@"
	took=$((SECONDS - start))
	[ $took -eq 0 ] || TIMES+=("$(printf '%-46s %s' "$name" "$(min_sec $took)")")
}

print_times() {
	local line
	[ ${#TIMES[@]} -gt 0 ] || return 0
	printf '\n%s\n' "$1"
	for line in "${TIMES[@]}"; do printf '   %s\n' "$line"; done
}

# The choices that set-up made: which Rust toolchain.
use_tools() {
	[ -f "$TOOLS/env" ] || die "The project is not set up." "run scripts/setup"
	# shellcheck disable=SC1091
	. "$TOOLS/env"
}
