# Two commands do everything, on a fresh Debian machine with Python 3.11+, pip and make:
#   make up     starts the whole cloud (ARGS="--port 9000 --tls" are handed on)
#   make test   checks style, types and architecture, and runs every test
# Each installs what it needs first; the second time there is nothing to install.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=
TESTS  ?= tests client/tests

# Programs by others that the tests run unmodified, each in an environment of its own (tests/programs).
# Home Assistant of that time was published for Python 3.11 alone.
PROGRAMS := homepluscontrol \
  $(shell $(PYTHON) -c 'import sys; print("homeassistant" if sys.version_info[:2] == (3, 11) else "")')

.PHONY: up test lint types fix bench clean

up: $(VENV)/.run
	@$(BIN)/workswith up $(ARGS)

test: $(VENV)/.dev $(VENV)/.debian .tools/.npm $(PROGRAMS:%=.tools/programs/%/.installed) lint types
	$(BIN)/pytest -n auto --dist loadgroup $(TESTS)

lint: $(VENV)/.dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports --no-cache

types: $(VENV)/.dev
	$(BIN)/mypy

fix: $(VENV)/.dev
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run client/pyproject.toml
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group test --group lint --editable client
	@touch $@

$(VENV)/.debian: scripts/debian-packages
	@scripts/debian-packages
	@touch $@

.tools/.npm: tests/tools/package.json $(VENV)/.debian
	@mkdir -p .tools
	cp tests/tools/package.json .tools/package.json
	npm install --prefix .tools --no-audit --no-fund --no-package-lock --loglevel=error
	@touch $@

.tools/programs/%/.installed: tests/programs/%.txt $(VENV)/.dev
	$(PYTHON) -m venv --clear --without-pip $(@D)
	$(BIN)/python -m pip --python $(@D)/bin/python install --quiet --no-deps --no-compile --requirement $<
	@touch $@
