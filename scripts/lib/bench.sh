# What the benchmarks need. To be sourced after common.sh.

# Sets up, and allows a file for each browser and more.
prepare_bench() {
	scripts/setup "$@"
	use_tools
	mkdir -p "$SITE"
	ulimit -n "$(ulimit -H -n)"
}

# The same for what a real browser measures: it needs one, and the program that pages load.
prepare_browser_bench() {
	prepare_bench --test
	scripts/build
}
