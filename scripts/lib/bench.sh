# What both benchmarks need. To be sourced after common.sh.

# Sets up, and allows a file for each browser and more.
prepare_bench() {
	scripts/setup
	use_tools
	mkdir -p "$SITE"
	ulimit -n "$(ulimit -H -n)"
}
