# One word for each thing to do here. A virtual environment is made when there is none, and again when
# pyproject.toml has changed; nothing else than Python 3.11 or newer, git and make has to be there.
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh
NEWER := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3.11 python3 python3.12 python3.13 python3.14 python; do \
	$$name -c '$(NEWER)' 2>/dev/null && command -v $$name && break; done)
BIN := .venv/bin
# Trust the certificates that this machine trusts, before there is a dotcloud that sees to it.
export UV_SYSTEM_CERTS ?= 1

.PHONY: help push stop test lint bench docs clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 8

push: .venv/project  ## push this project to the platform on this machine, which starts when it is not there
	@$(BIN)/dotcloud push

stop: .venv/project  ## stop the platform on this machine, and every site on it; data stays
	@$(BIN)/dotcloud platform stop

test: .venv/tools  ## run every test, those of the built wheel among them
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadscope --no-loadscope-reorder

lint: .venv/tools  ## check style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/tools  ## measure `dotcloud vendor install` and `dotcloud push` against what one would use instead
	$(BIN)/python benchmarks/vendor.py
	$(BIN)/python benchmarks/push.py

docs: .venv/project  ## check the links, commands and code of the documentation
	$(BIN)/python scripts/check_docs.py

clean:  ## stop the platform and remove everything that was made here
	@test ! -f .venv/project || $(BIN)/dotcloud platform stop
	rm -rf .venv .push .cache build dist staticfiles db.sqlite3* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
	find src vendor -name '*.egg-info' -prune -exec rm -rf {} +

# The platform and uv: enough for a push. Byte code is compiled once here, not at every start.
export UV_COMPILE_BYTECODE := 1
.venv/project: pyproject.toml setup.py
	@test -n "$(PYTHON)" || { echo "Error: there is no Python 3.11 or newer. Install one, or name it: make PYTHON=/path/to/python" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Error: $(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --editable '.[platform]'
	@touch $@

# What tests and checks need besides.
.venv/tools: .venv/project
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --group dev
	@touch $@
