# Everything there is to do: `make up` runs the product, `make test` checks it. Only git, make and a Python 3 are needed.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
PORT ?= 8000
# uv from the path, else from the registry into the project
UV := $(shell command -v uv || echo .uv/bin/uv)
# Where the distribution's own Python fits, before others: it is built with optimisation by profile, which pyenv leaves out,
# and runs the tests in four fifths of the time.
SYNC = PATH="/usr/bin:$$PATH" $(UV) sync --frozen
BIN := .venv/bin
JOIN_WEIGHTS = $(BIN)/python -m pipeline.speech.whisper.weights
CONVERT_WEIGHTS = $(BIN)/python -m pipeline.vision.contour_weights
READY := .venv/.ready
# dozens of processes start in a test run: none should compile again what another has compiled
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up install test tests lint types contracts unit bench chaos hostile attack load scale shards judges deploy-check dump clean

help:
	@echo "make up     start Rabisco on this machine: chat page, workers, and Telegram when a token is set"
	@echo "make install  what a server needs and nothing else; then .venv/bin/rabisco (docs/deploy.md)"
	@echo "make test   format, lint, types, import contracts and all tests"
	@echo "make unit   the quick tests alone"
	@echo "make chaos  the promises of docs/reliability.md, while everything is killed"
	@echo "make bench  CPU and quality figures of both engines"
	@echo "make hostile  sixteen thousand files made to harm, and what became of them (about ten minutes)"
	@echo "make attack  the ways to stop, fill or fool the product, against one that is started for it (seven minutes)"
	@echo "make load   two hundred people and four hundred films through Telegram's double (ten to twenty-five minutes)"
	@echo "make scale  what each function costs with a million people beside an empty database (ten minutes)"
	@echo "make shards  how claims would do whose tenants are split over several databases, simulated and real (two minutes)"
	@echo "make judges  other people's emulators of Stripe and our double, side by side (half a minute)"
	@echo "make deploy-check  the Dockerfile, step by step, and all other files for deploying, by their own tools (a few minutes)"
	@echo "make dump   what this version leaves in a database, for later ones to begin with; run it before a tag"

up: $(READY)
	@exec $(BIN)/rabisco up --port $(PORT)

install: $(UV)
	$(SYNC) --no-dev --all-extras --compile-bytecode
	$(JOIN_WEIGHTS)
	$(CONVERT_WEIGHTS)

# the types are checked beside the tests: neither keeps two cores busy by itself
test: lint contracts
	@$(MAKE) --no-print-directory -j2 types tests

# three at a time on two cores, since those that run whole processes wait half of the time
tests: $(READY)
	$(BIN)/pytest -n 3 --dist worksteal

lint: $(READY)
	$(BIN)/ruff format --check
	$(BIN)/ruff check

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports

unit: $(READY)
	$(BIN)/pytest -n 0 tests/unit tests/architecture

bench: $(READY)
	$(BIN)/python -m tools.bench

chaos: $(READY)
	$(BIN)/python -m tools.chaos

hostile: $(READY)
	UV=$(UV) $(BIN)/python -m tools.hostile --notable

scale: $(READY)
	$(BIN)/python -m tools.scale

shards: $(READY)
	$(BIN)/python -m tools.shards

attack: $(READY)
	$(BIN)/python -m tools.attack

load: $(READY)
	$(BIN)/python -m tools.load

judges: $(READY)
	UV=$(UV) $(BIN)/python -m tools.judges

deploy-check: $(READY)
	UV=$(UV) $(BIN)/python -m tools.deploy $(QUICK)

dump: $(READY)
	$(BIN)/python -m tools.dumps

clean:
	rm -rf .venv .uv dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# the lock file is what is installed, nothing newer; two thirds of it are never loaded, so nothing is compiled ahead
$(READY): $(UV) uv.lock pyproject.toml pipeline/vision/contour_weights.py
	$(SYNC)
	$(JOIN_WEIGHTS)
	$(CONVERT_WEIGHTS)
	@touch $@

.uv/bin/uv:
	@echo "uv is missing: installing it into .uv"
	@if $(PYTHON) -m venv .uv; then \
	  .uv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9.8"; \
	else \
	  echo "no venv in this Python: trying its pip"; \
	  $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .uv/lib "uv>=0.9.8"; \
	  mkdir -p .uv/bin && ln -sf ../lib/bin/uv .uv/bin/uv; \
	fi
