# make run    installs what is missing, builds, and serves on 127.0.0.1:8080
# make test   installs what is missing, and runs every test
# make build  builds the release
# make bench  measures, and writes docs/benchmarks
# make fuzz   looks for inputs that break a reader of strangers' bytes, a minute each (SECONDS=60)
.PHONY: run build test vm-test setup lint bench bench-check fuzz clean

SWIFT ?= swift
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
RELEASE := .build/release

run: build
	@echo "==> serving on http://127.0.0.1:8080"
	@$(SUDO) $(RELEASE)/quicksand serve $(ARGS)

build: setup
	@echo "==> building the release"
	@$(SWIFT) build -c release --quiet --product quicksand-warden
	@$(SWIFT) build -c release --quiet --product quicksand

test: setup
	@Scripts/test-tools
	@echo "==> building the tests"
	@$(SWIFT) build --build-tests --quiet
	@echo "==> running the tests (as root, for the jails)"
	@$(SUDO) env "PATH=$$PATH" "SWIFT=$(SWIFT)" Scripts/run-tests

# Apart from `make test`: it boots a virtual machine; see CONTRIBUTING.md.
vm-test: setup
	@Scripts/test-tools
	@echo "==> building the tests"
	@$(SWIFT) build --build-tests --quiet
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
