# Clausewise. The only commands that people need; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Weights are shared by demo, tests and benchmarks; a Clausewise home of your own keeps its own.
export CLAUSEWISE_MODELS ?= $(CURDIR)/.cache/models
PACKAGES := clausewise assistant ingest knowledge models
GENERATED := docs/settings.md docs/cli.md docs/http.md docs/errors.md settings.example.toml
SOURCES := $(PACKAGES) tests bench scripts

.PHONY: help setup demo test test-unit test-weights test-browser check format docs picture lock bench eval serve clean

help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

setup: .cache/setup.stamp ## Install everything and fetch the two default models (about 10 minutes once)

.cache/venv.stamp: requirements.lock requirements-dev.lock pyproject.toml
	@echo "setup 1/3: Python packages into $(VENV) (llama.cpp is compiled: about 3 minutes on 2 cores)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Clausewise needs Python 3.11 or newer: make PYTHON=python3.11 setup")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25"
	@flags="$$(scripts/llama_flags.sh)"; export CFLAGS="$$flags" CXXFLAGS="$$flags"; \
	  $(BIN)/python -m pip install --quiet -r requirements.lock -r requirements-dev.lock; \
	  if [ -n "$$flags" ] && grep -qs ggml_backend_amx_mul_mat $(VENV)/lib/python3*/site-packages/llama_cpp/lib/libggml-cpu.so; then \
	    echo "setup 1/3: llama.cpp in pip's cache was built with AMX; building it again"; \
	    $(BIN)/python -m pip install --quiet --no-cache-dir --force-reinstall --no-deps $$(grep -ohE '^llama-cpp-python==[^ ;]+' requirements.lock); \
	  fi
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --no-deps -e .
	@mkdir -p .cache && touch $@

.cache/npm.stamp: package.json package-lock.json
	@echo "setup 2/3: browser test scripts from npm"
	@npm ci --silent --no-audit --no-fund
	@mkdir -p .cache && touch $@

.cache/setup.stamp: .cache/venv.stamp .cache/npm.stamp models/catalogue.toml
	@echo "setup 3/3: default models into $(CLAUSEWISE_MODELS) (about 1.3 GB, checked by digest)"
	@$(BIN)/clausewise models pull
	@$(BIN)/python -m tests.models.reference # 0.2 GB that tests compare with; they run offline
	@touch $@

demo: setup ## Ingest the sample shop's documents and print four answers
	@$(BIN)/python -m clausewise.demo

test: setup ## Every test, real weights and real browser included (15 minutes at most)
	@$(BIN)/python -m pytest

test-unit: .cache/venv.stamp ## Tests that need neither weights nor a browser
	@$(BIN)/python -m pytest -m "not weights and not browser"

test-weights: setup ## Tests that run the real models
	@$(BIN)/python -m pytest -m weights

test-browser: setup ## Tests that drive a real Chromium
	@$(BIN)/python -m pytest -m browser

check: .cache/venv.stamp ## Lint, format, types, import rules, dependencies, generated docs, duplication
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --cache-dir .cache/imports
	$(BIN)/deptry .
	$(BIN)/cog --check -I scripts -I . $(GENERATED)
	$(BIN)/pylint --disable=all --enable=duplicate-code --score=no $(PACKAGES)

format: .cache/venv.stamp ## Format and fix what can be fixed
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

docs: .cache/venv.stamp ## Write the generated parts of the documentation
	@$(BIN)/cog -r -I scripts -I . $(GENERATED)

picture: setup ## Take the picture of the answer page for the README (after make demo)
	@$(BIN)/python scripts/picture.py

lock: ## Write both lock files from the packages installed in .venv
	@$(BIN)/python scripts/lock.py

bench: setup ## Speed benchmarks; prints a report
	@$(BIN)/python -m bench

eval: setup ## Development sets of search and answers; fails when a figure is missed (about 90 minutes)
	@$(BIN)/clausewise eval sets --check

serve: setup ## Start the server on http://127.0.0.1:8000
	@$(BIN)/clausewise serve

clean: ## Remove caches and builds; keeps .venv, weights and every Clausewise home
	@rm -rf .cache/mypy .cache/pytest .cache/imports .ruff_cache .hypothesis build dist *.egg-info
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
