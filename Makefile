# Every command may be run again at any time, and after a crash of any of them. `make help` explains.
PYTHON ?= python3
VENV := .venv/bin
LOCAL := $(VENV)/python -m api.local
MANAGE := $(VENV)/python manage.py
COMPILE := $(VENV)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo run test check faults nightly test-roads bench up down status clean lock openapi clients

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup:  ## install what is missing: Debian packages (as root or through sudo) and .venv from the hashed lock
	@$(PYTHON) -m api.local.setup

setup-dev:
	@$(PYTHON) -m api.local.setup --dev

demo: setup  ## the main job over HTTP on the replayed programme, with a report; FRESH=1 rebuilds the programme
	@$(LOCAL) demo $(if $(filter-out 0 no false,$(FRESH)),--fresh)

run: setup  ## serve the demo programme at http://127.0.0.1:8000 (PORT=...) until Ctrl-C, and print the logins
	@$(LOCAL) run $(if $(PORT),--port $(PORT))

test: setup-dev  ## all tests, on private services, two at a time; ARGS="-k name" goes to pytest
	@$(LOCAL) with -- $(VENV)/python -m pytest -q -n 2 $(ARGS)

check: setup-dev  ## lint, types, layers and the other arrows, missing migrations, OpenAPI drift
	$(VENV)/ruff check .
	$(VENV)/mypy
	$(VENV)/lint-imports --no-logo
	$(MANAGE) check --fail-level WARNING
	@$(LOCAL) with -- $(MANAGE) makemigrations --check --dry-run
	@$(LOCAL) with -- $(VENV)/python -m pytest -q $(addprefix tests/architecture/test_,keys.py writers.py network.py)
	@mkdir -p .local
	$(MANAGE) spectacular --validate --fail-on-warn --file .local/openapi.yaml
	diff -u api/v1/openapi.yaml .local/openapi.yaml

faults: setup-dev  ## break the house on purpose, a dozen ways, and check every invariant after each; ARGS="F13 --seed 7"
	@$(VENV)/python -m tests.faults $(ARGS)

nightly: test-roads  ## the same tests, ten times as many rounds, unordered rows shuffled; the roads; every bench in full
	@$(LOCAL) with -- env NIGHTLY=$(or $(NIGHTLY),10) DISORDER=$(or $(DISORDER),1) $(VENV)/python -m pytest -q -n 2 $(ARGS)
	@$(VENV)/python -m tests.faults --all
	@$(LOCAL) with -- $(VENV)/python -m tests.benches --full

test-roads: setup-dev  ## the distance tests against real OSRM and Valhalla on an extract of Almaty; RECORD=1 keeps their answers
	@$(LOCAL) with -- env $(if $(RECORD),RECORD=1) $(VENV)/python -m tests.geo.distance.engines

bench: setup-dev  ## benchmarks; ARGS="..." goes to them
	@$(LOCAL) with -- $(VENV)/python -m tests.benches $(ARGS)

up: setup  ## start the private PostgreSQL and Redis only; manage.py then needs no variables
	@$(LOCAL) up

down:  ## stop them
	@$(PYTHON) -m api.local down

status:  ## what runs
	@$(PYTHON) -m api.local status || true

clean:  ## stop everything and delete what this checkout made: data, .local, .venv, caches
	@$(PYTHON) -m api.local clean
	rm -rf .local .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: setup-dev  ## resolve both lock files anew (UPGRADE=1 takes newer versions)
	$(VENV)/python -m pip install --quiet uv
	$(COMPILE) pyproject.toml $(if $(UPGRADE),--upgrade) -o requirements.lock
	$(COMPILE) pyproject.toml $(if $(UPGRADE),--upgrade) --group dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) --group pyproject.toml:clients $(if $(UPGRADE),--upgrade) -o requirements-clients.lock

openapi: setup-dev  ## write api/v1/openapi.yaml
	$(MANAGE) spectacular --validate --fail-on-warn --file api/v1/openapi.yaml

clients: setup-dev  ## generate the clients for Kotlin, Swift, Dart, Python and TypeScript into .local/clients, and zip them
	@$(LOCAL).clients
