# make setup | run | test | proofs | fuzz | check | bench | lock    (needs Python 3.11+ and make, nothing else)
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup run test proofs fuzz check bench lock clean

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed; say: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup
	$(BIN)/mimamori demo

test: setup
	$(BIN)/python -m pytest -q tests

# What the short forms in the test suite try on hundreds of cases, on as many as was promised.
proofs: setup
	MIMAMORI_PROOFS=full $(BIN)/python -m pytest -q -m proof --durations=0 --durations-min=5 tests

# Made-up requests to every verb and every page, as many as CASES for each; `make test` tries a dozen.
CASES ?= 2000
fuzz: setup
	MIMAMORI_FUZZ_CASES=$(CASES) $(BIN)/python -m pytest -q tests/serving/test_fuzz.py

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mimamori papers --check

bench: setup
	$(BIN)/python -m benchmarks

# Rewrites the lock from pyproject.toml; the lock holds versions and hashes, and no address.
lock:
	$(PYTHON) -m venv .venv && $(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache
