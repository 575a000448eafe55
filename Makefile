# Each target sets up what it needs: a virtual environment in .venv, filled anew when pyproject.toml changes.

# The first Python of at least 3.11 that works and can make a virtual environment; or say: make test PYTHON=...
PYTHON ?= $(shell for name in python3.11 python3 python3.14 python3.13 python3.12 python; do \
	"$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$name" && break; done)
VENV := .venv
BIN := $(VENV)/bin
KEY := $(shell git hash-object pyproject.toml)
DEMO := $(VENV)/.demo-$(KEY)
DEVELOP := $(VENV)/.develop-$(KEY)
PYTHON_PATHS := src tests docs examples benchmarks .github

.DEFAULT_GOAL := help
.PHONY: help demo develop test check static format lint types floors docs spelling tidy benchmarks clean

help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' Makefile

demo: $(DEMO) ## train a model several times in a scratch repository and look at the runs
	@$(BIN)/python examples/demo.py

develop: $(DEVELOP) ## set up what the other targets need

test: $(DEVELOP) ## run the tests
	@$(BIN)/python -m pytest -n auto $(TESTS)

check: static test ## everything that must hold: format, lint, types, floors, docs, spelling, tests

static: format lint types floors docs spelling ## all of check but the tests

format: $(DEVELOP) ## is the code formatted?
	@$(BIN)/ruff format --check --quiet --diff $(PYTHON_PATHS)

lint: $(DEVELOP) ## ruff's rules
	@$(BIN)/ruff check --quiet $(PYTHON_PATHS)

types: $(DEVELOP) ## mypy --strict
	@$(BIN)/mypy

floors: $(DEVELOP) ## do imports go down only?
	@$(BIN)/lint-imports

docs: $(DEVELOP) ## are the generated pages those of the code?
	@$(BIN)/python docs/generate.py --check

spelling: $(DEVELOP) ## codespell over all that Git tracks
	@git ls-files -z | xargs -0 $(BIN)/codespell --

tidy: $(DEVELOP) ## format the code, mend what ruff can mend, write the generated pages
	@$(BIN)/ruff check --fix --quiet $(PYTHON_PATHS); $(BIN)/ruff format --quiet $(PYTHON_PATHS)
	@$(BIN)/python docs/generate.py

benchmarks: $(DEVELOP) ## measure the budgets as ratios; NAMES="..." picks some
	@$(BIN)/python benchmarks/run.py $(NAMES)

clean: ## remove what was set up and what the tools cached
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# An environment that is there and works is filled, one that is missing or broken is made anew.
$(DEMO): EXTRAS = demo
$(DEVELOP): EXTRAS = dev,demo,peers
$(DEMO) $(DEVELOP):
	@test -n "$(PYTHON)" || { echo "make: no Python of at least 3.11 with venv; say make PYTHON=/path/to/python" >&2; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || "$(PYTHON)" -m venv --clear $(VENV)
	@echo "setting up $(VENV) with .[$(EXTRAS)] (a minute or two, once)" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$(EXTRAS)]"
	@touch $@
