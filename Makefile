# Two commands: `make up` plays the whole story, `make test` is everything the build server runs.
# The rest keeps the locks and the contract up to date.

PYTHON ?= python3.11
UV_VERSION = 0.13.9
VENV = .venv
BIN = $(VENV)/bin
ARGS ?=

.PHONY: up test check lock sdl

up: $(VENV)/.core
	$(BIN)/courtside up $(ARGS)

test: check
	$(BIN)/pytest --doctest-modules --quiet app
	$(BIN)/pytest -n 2 --dist loadfile --cov --cov-report=term $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/uv pip check

$(BIN)/uv:
	$$(command -v $(PYTHON) || command -v python3) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.core: requirements.lock pyproject.toml | $(BIN)/uv
	$(BIN)/uv pip install --python $(BIN)/python --compile-bytecode --require-hashes --requirement requirements.lock
	$(BIN)/uv pip install --python $(BIN)/python --no-deps --editable .
	touch $@

$(VENV)/.dev: .ci/requirements.lock $(VENV)/.core
	$(BIN)/uv pip install --python $(BIN)/python --compile-bytecode --require-hashes --requirement .ci/requirements.lock
	touch $@

# names, versions and hashes, without the address of any package index
COMPILE = $(BIN)/uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-annotate \
	--custom-compile-command "make lock"

lock: | $(BIN)/uv
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --extra dev --constraint requirements.lock --output-file .ci/requirements.lock

sdl: $(VENV)/.core
	$(BIN)/courtside schema > schema/schema.graphql
