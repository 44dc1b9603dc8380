# make run    installs what is missing, builds, and serves on 127.0.0.1:8080
# make test   installs what is missing, and runs every test
# make build  builds the release
.PHONY: run build test setup lint bench clean

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
	@echo "==> building the tests"
	@$(SWIFT) build --build-tests --quiet
	@echo "==> running the tests (as root, for the jails)"
	@$(SUDO) env "PATH=$$PATH" $(SWIFT) test --skip-build --no-parallel

setup:
	@Scripts/setup
	@Scripts/install-runtimes

lint:
	@$(SWIFT) format lint --strict --parallel --recursive Sources Tests

bench: build
	@$(SUDO) $(RELEASE)/quicksand bench jail
	@$(SUDO) $(RELEASE)/quicksand bench http

clean:
	@rm -rf .build .quicksand
