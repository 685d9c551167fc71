# make setup | run | test | proofs | fuzz | check | screens | bench | lock    (needs Python 3.11+ and make, nothing else)
PYTHON ?= python3
BIN := .venv/bin
INSTALL := sh .ci/install.sh $(PYTHON)
STARTED := $(shell date +%s)

.PHONY: setup run test proofs fuzz check screens bench lock reference clean

setup: .venv/ready-dev

# what the service needs; the tests' tools come with ready-dev
.venv/ready: requirements.lock requirements-uv.lock pyproject.toml .ci/install.sh
	@$(INSTALL) requirements.lock
	@touch $@

.venv/ready-dev: requirements-dev.lock .venv/ready
	@$(INSTALL) requirements-dev.lock
	@touch $@

run: .venv/ready
	@$(BIN)/mimamori demo --started $(STARTED)

# Two workers; a module stays with one of them, and has a database and a service of its own.
test: setup
	$(BIN)/python -m pytest -q -n 2 --dist loadfile tests --doctest-modules --ignore-glob="*/migrations/*" features models training serving synthetic_data

# What the short forms in the test suite try on hundreds of cases, on as many as was promised.
proofs: setup
	MIMAMORI_PROOFS=full $(BIN)/python -m pytest -q -m proof --durations=0 --durations-min=5 tests

# Generated requests to every verb and every page, as many as CASES for each; `make test` tries a dozen.
CASES ?= 2000
fuzz: setup
	MIMAMORI_FUZZ_CASES=$(CASES) $(BIN)/python -m pytest -q tests/serving/test_fuzz.py

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mimamori papers --check
	$(BIN)/python -m docs.generate --check

# Writes the generated part of the documentation: settings, commands, HTTP, catalogue.
reference: setup
	$(BIN)/python -m docs.generate

# Pictures of the first walks, from the tests that do them.
screens: setup
	mkdir -p docs/screens
	MIMAMORI_TEST_PICTURES=docs/screens $(BIN)/python -m pytest -q tests/serving/pages/test_walks.py tests/serving/pages/test_auditors_walk.py -k "not without"

bench: setup
	$(BIN)/python -m benchmarks

# Rewrites the locks from pyproject.toml; they hold versions and hashes, and no address.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
lock: setup
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	echo uv | $(COMPILE) - -o requirements-uv.lock

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache
