# Every target does its own set-up, in .venv, and only when what it rests on has changed.
# Needs make, Python 3.11 or newer with venv, and a package index that pip can reach.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCKS := requirements/build.txt requirements/dev.txt

# The first Python that will do; the locked requirements hold for 3.11 to 3.13.
SUITS := import sys, venv, ensurepip; sys.exit(sys.version_info[:2] not in
FIND := for python in python3 python3.13 python3.12 python3.11 python; do \
	if "$$python" -c '$(SUITS) ((3, 11), (3, 12), (3, 13)))' >/dev/null 2>&1; \
	then command -v "$$python"; exit; fi; done; \
	for python in python3 python3.14 python; do \
	if "$$python" -c '$(SUITS) ((3, 14),))' >/dev/null 2>&1; \
	then command -v "$$python"; exit; fi; done
PYTHON ?= $(shell $(FIND))

.PHONY: help setup test lint demo run migrate bench lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv and install the locked requirements into it

$(READY): $(LOCKS) pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv was found." \
		"Install one (on Debian: python3 and python3-venv)," \
		"or name it: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || "$(PYTHON)" -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements/build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
	@touch $(READY)

test: $(READY) ## run all tests, on SQLite and a real PostgreSQL; FAST=1 leaves out the slow ones
	$(BIN)/python -m pytest --numprocesses 4 --dist worksteal $(if $(FAST),-m "not slow")

lint: $(READY) ## check style, types and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

demo: $(READY) ## play the whole story against the bundled sandbox; SCRIPT=1 ends after it
	$(BIN)/python -m bot demo $(if $(SCRIPT),--script)

run: $(READY) ## run the bot with ./integration-users.toml
	$(BIN)/python -m bot run

migrate: $(READY) ## bring the database to the newest revision
	$(BIN)/python -m bot migrate

bench: $(READY) ## measure acks, calls per user, start, memory, scans and idling; five minutes
	$(BIN)/python -m tests.bench

# From the public index alone, whatever this machine's own settings say; no index and no path
# gets into the files.
LOCK := env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL -u UV_FIND_LINKS -u UV_EXTRA_INDEX_URL \
	-u UV_INDEX $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url $(UPGRADE) pyproject.toml

lock: $(READY) ## write requirements/*.txt again; UPGRADE=--upgrade takes newer versions
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements/lock.txt
	$(LOCK) --group dev --output-file requirements/dev.txt
	$(LOCK) --constraint requirements/dev.txt --output-file requirements/run.txt
	$(LOCK:pyproject.toml=) --constraint requirements/dev.txt --group build \
		--output-file requirements/build.txt
	$(LOCK:pyproject.toml=) --group lock --output-file requirements/lock.txt

clean: ## remove .venv and everything that tools left here
	rm -rf $(VENV) build dist .coverage htmlcov .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache .hypothesis
	find bot store migrations tests -type d -name __pycache__ -prune -exec rm -rf {} +
