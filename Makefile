# Virton: `make run` starts everything on this machine, `make test` checks everything. Both set up what they need.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Targets share one virtual environment.
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
# Arguments for `make run`, `make chaos`, `make storm` and `make bench`: make run ARGS="--port 9000"
ARGS ?=
# Tests: what to run, and with which options.
TESTS ?= tests

# Reference pictures for the tests; without them those tests skip, on CI they fail.
define export_if_there
ifneq ($$(wildcard $(2)/.),)
export $(1) ?= $$(abspath $(2))
endif
endef
$(eval $(call export_if_there,VIRTON_SAMPLES,../shared/samples))
$(eval $(call export_if_there,VIRTON_ASSETS,../shared/assets))
$(eval $(call export_if_there,VIRTON_VECTORS,../shared/vectors))

.PHONY: help run test test-slow test-fast lint format weights bodies browser chaos storm bench setup setup-dev lock clean

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1	\2/p' $(MAKEFILE_LIST) | expand -t 20

run: setup ## sets up, starts everything, prints: ready http://127.0.0.1:8080
	@$(BIN)/virton up $(ARGS)

test: lint weights bodies browser ## sets up, then runs all checks and all tests but the slow ones
	@$(BIN)/python -m pytest $(TESTS) -m "not slow"

test-slow: weights bodies browser ## tests that take half a minute or more each: storms, outages, what users wait through
	@$(BIN)/python -m pytest $(TESTS) -m slow

test-fast: setup-dev ## the tests that need neither Kafka nor a browser
	@$(BIN)/python -m pytest $(TESTS) -m "not slow and not kafka and not system and not browser"

lint: setup-dev ## what pre-commit runs: formatting, ruff, mypy, direction of imports
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup-dev ## formats the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

weights: setup ## fetches the networks' weights, unless they are there
	@$(BIN)/virton weights fetch >&2

bodies: setup-dev ## reads the body model of rendered people once, unless it was
	@$(BIN)/python -m models.synthetic.body.basis >&2

# VIRTON_CHROMIUM, else one on the PATH, else Playwright's own; without any the browser tests say why they skip.
browser: setup-dev
	@test -n "$${VIRTON_CHROMIUM:-}" || command -v chromium chromium-browser google-chrome >/dev/null || \
		$(BIN)/playwright install chromium || echo "No Chromium could be fetched: install one, or set VIRTON_CHROMIUM." >&2

chaos: setup-dev ## 20,000 events, 50 kills, 5 restarts of Kafka: what is lost?
	@$(BIN)/python -m tests.chaos $(ARGS)

storm: setup-dev weights ## 200 real uploads through the whole service while its workers are killed
	@$(BIN)/python -m tests.system.storm $(ARGS)

bench: setup-dev weights ## delivery against bare loops, and the local run from upload to picture
	@$(BIN)/python -m bench $(ARGS)

setup: $(VENV)/.run ## installs what running needs, from the lock
setup-dev: $(VENV)/.dev ## installs what testing needs, from the lock

$(VENV)/.tools: requirements-build.lock
	@python=; for candidate in python3.11 python3 python; do \
		if $$candidate -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then echo "Virton needs Python 3.11, and there is none: install it (Debian: apt install python3.11 python3.11-venv)." >&2; exit 1; fi; \
	if ! $$python -c 'import ensurepip' 2>/dev/null; then echo "Python 3.11 has no venv module: install it (Debian: apt install python3.11-venv)." >&2; exit 1; fi; \
	echo "Making $(VENV) ..." >&2; \
	$$python -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	@touch $@

$(VENV)/.run: $(VENV)/.tools requirements.lock pyproject.toml
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/.dev: $(VENV)/.tools requirements-dev.lock pyproject.toml
	@$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/.run

# Everything is pinned in the lock, so that nothing is resolved here; the build of Virton itself uses the pinned tools.
define install
	echo "Installing $(1) ..." >&2
	$(BIN)/uv pip install --python $(BIN)/python --no-deps --require-hashes -r $(1)
	$(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation --quiet --editable .
endef

LOCK = $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11
lock: $(VENV)/.tools ## renews the locks, with hashes
	@$(LOCK) --group pyproject.toml:build -o requirements-build.lock
	@$(LOCK) pyproject.toml -o requirements.lock
	@$(LOCK) pyproject.toml --extra people --extra show --group dev --constraint requirements.lock -o requirements-dev.lock

clean: ## removes what was installed and cached here; data/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
