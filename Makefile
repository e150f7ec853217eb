# The project's commands. Each is a script that also runs by itself.
.PHONY: help run test build dev check lint bench bench-load bench-soak clean

help:
	@echo 'make run     set up, build, and start the demo (arguments: make run ARGS="--agents 200")'
	@echo 'make test    set up and run every test'
	@echo 'make build   target/release/supervisor-console'
	@echo 'make dev     rebuild and restart at every change (ARGS as above)'
	@echo 'make check   type-check both halves: seconds when warm'
	@echo 'make lint    formatting, clippy for both halves, licences and sources of dependencies, unused ones'
	@echo 'make bench   benchmarks, into docs/benchmarks.md; make bench ARGS="R1 R3" prints some; make bench-load floods it for 10 minutes;'
	@echo '             make bench-soak keeps a page open for 30'
	@echo 'make clean   remove what was built; keeps the tools in .tools'

run:
	@scripts/run $(ARGS)

test:
	@scripts/test

build:
	@scripts/setup
	@scripts/build

dev:
	@scripts/dev $(ARGS)

check:
	@scripts/check

lint:
	@scripts/lint

bench:
	@scripts/bench $(ARGS)

bench-load:
	@scripts/bench-load $(ARGS)

bench-soak:
	@scripts/bench-soak $(ARGS)

clean:
	rm -rf target end2end/test-results end2end/playwright-report
