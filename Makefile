# ProofDocket: everything a newcomer, a tester and a developer runs. `make help` lists it.
SHELL := /bin/bash
BIN := .venv/bin
DEMO_HOME ?= var/demo
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo run test test-full check format arrows bench bench-batch bench-large contracts verifier lock clean

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Set up: virtual environment, node modules, fonts
	@tools/setup.sh base

setup-test:
	@tools/setup.sh test

demo: setup ## The whole way on sample data: import, log, anchor, packages, verification
	@$(BIN)/proofdocket --home $(DEMO_HOME) demo

run: setup ## Open the web application on the demo's instance
	@$(BIN)/proofdocket --home $(DEMO_HOME) serve

test: setup-test ## Every test: PostgreSQL, the local chain, a real browser
	@$(PYTEST) -m "not shared" -n 2 --dist loadfile --durations=15

test-full: setup-test ## What ../shared adds: wider vectors and real data, with counts
	@$(PYTEST) -m shared -n 2 --dist loadfile -ra --require-shared

check: setup-test ## The quick loop: format, lint, types, arrows, unit tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@node node_modules/solhint/solhint.js --disc --max-warnings 0 'contracts/src/*.sol'
	@$(PYTEST) -m "not shared and not chain and not postgres and not browser" -n 2

arrows: setup-test ## Hold the arrows between the rooms
	@$(BIN)/lint-imports --no-logo

format: setup-test ## Format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: setup-test ## The ratios of docs/performance.md, measured here and now (BENCH=--quick: under a minute)
	@$(BIN)/python -m tools.bench $(BENCH)

bench-batch: setup-test ## A thousand cases, button to sealed packages, then all verified (BATCH="--cases 200 --kind sample")
	@$(BIN)/python -m tools.bench_batch $(BATCH)

bench-large: setup-test ## Ten million events into one log: rate, memory, disk, proofs (LARGE="--events 1000000 --folder DIR --keep")
	@nice -n 10 $(BIN)/python -m tools.bench_large $(LARGE)

contracts: setup-test ## Compile the contracts and ship ABI and bytecode
	@$(BIN)/python tools/compile_contracts.py

verifier: setup-test ## Build verify.html from verifier/ and the event catalogue
	@node verifier/build.mjs

lock: setup-test ## Lock the Python packages again (no addresses)
	@for set in base test; do \
	  groups=""; [ $$set = test ] && groups="--group test"; \
	  $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate -q \
	    pyproject.toml $$groups -o requirements/$$set.txt; \
	done
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate -q \
	  requirements/uv.in -o requirements/uv.txt

clean: ## Remove the demo's instance (stops its chain first)
	@if [ -x $(BIN)/proofdocket ] && [ -d $(DEMO_HOME) ]; then $(BIN)/proofdocket --home $(DEMO_HOME) chain stop; fi
	@rm -rf $(DEMO_HOME)
