# make run    installs what is missing, builds, and serves on 127.0.0.1:8080
# make test   installs what is missing, and runs every test, long campaigns in their short form
# make test-long   the same with each campaign whole: before a release
# make build  builds the release
# make bench  measures, and writes docs/benchmarks
# make fuzz   looks for inputs that break a reader of strangers' bytes, a minute each (SECONDS=60)
.PHONY: run build test test-long vm-test setup lint bench bench-check fuzz clean

SWIFT ?= swift
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
RELEASE := .build/release
BUILT := .build/release-is-built

run: build
	@echo "==> serving on http://127.0.0.1:8080"
	@$(SUDO) $(RELEASE)/quicksand serve $(ARGS)

build: setup $(BUILT)

# The package manager takes many seconds to find that it has nothing to do; file times tell at once.
# Folders count too: a file that is gone has changed its folder.
$(BUILT): Package.swift $(shell find Sources) $(shell readlink -f "$$(command -v $(SWIFT))")
	@SWIFT="$(SWIFT)" Scripts/build release
	@touch $@
ifneq ($(words $(wildcard $(RELEASE)/quicksand $(RELEASE)/quicksand-warden)),2)
.PHONY: $(BUILT)
endif

test: setup
	@Scripts/test-tools
	@SWIFT="$(SWIFT)" Scripts/build tests
	@echo "==> running the tests (as root, for the jails)"
	@$(SUDO) env "PATH=$$PATH" "SWIFT=$(SWIFT)" \
		"QUICKSAND_LONG_TESTS=$(QUICKSAND_LONG_TESTS)" Scripts/run-tests

test-long: export QUICKSAND_LONG_TESTS = 1
test-long: test

# Apart from `make test`: it boots a virtual machine; see CONTRIBUTING.md.
vm-test: setup
	@Scripts/test-tools
	@SWIFT="$(SWIFT)" Scripts/build tests
	@Scripts/vm-test $(ARGS)

setup:
	@Scripts/setup
	@Scripts/install-runtimes

lint:
	@$(SWIFT) format lint --strict --parallel --recursive Sources Tests

fuzz: setup
	@SWIFT="$(SWIFT)" Scripts/fuzz $(or $(SECONDS),60) $(PROPERTIES)

# Ten minutes on a machine that does nothing else; replaces docs/benchmarks.
bench: build
	@$(SUDO) $(RELEASE)/quicksand bench all --output docs/benchmarks $(ARGS)

# The short form, held to the ratios of Benchmarks/thresholds.json; no part of `make test`.
bench-check: build
	@$(SUDO) $(RELEASE)/quicksand bench check $(ARGS)

clean:
	@rm -rf .build .quicksand
