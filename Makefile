# From a clean clone: `make demo` shows the whole job, `make test` runs the whole suite. Needs Python 3.11+, pip, make.
# A second call starts at once: the stamp under .venv carries the checksum of what was installed.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$p"; break; }; done)
JOBS ?= 2
TESTS ?=
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check
DEMO := $(VENV)/.demo-$(shell cat requirements.lock pyproject.toml | cksum | cut -d' ' -f1)
DEV := $(VENV)/.dev-$(shell cat requirements-dev.lock pyproject.toml | cksum | cut -d' ' -f1)

.PHONY: demo test lint types format bench lock postgres clean help

help:
	@echo "make demo    the whole job on a bundled sample web, day by day (about half a minute)"
	@echo "make test    the whole suite, with a private PostgreSQL where one is found"
	@echo "make lint    ruff, mypy, import-linter"
	@echo "make bench   the figures of docs/performance.md"
	@echo "make lock    renew the hashed lock files (needs uv: pip install uv)"

demo: $(DEMO)
	@$(VENV)/bin/longarm demo

# Bytecode is kept whatever the environment says: every command that a test starts would compile us anew. Each job has
# half of the tests in their order, so that what a module shares is made once, and takes from the other at the end.
test: $(DEV) postgres
	@PYTHONDONTWRITEBYTECODE= $(VENV)/bin/python -m pytest -q -n $(JOBS) --dist worksteal $(TESTS)

lint: $(DEV)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(DEV)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(DEV)
	@$(PIP) install --quiet --require-hashes --no-deps -r bench/requirements.lock
	@$(VENV)/bin/python bench/run

# The developers' environment holds everything the demo needs.
$(DEMO):
	@if [ -e $(DEV) ]; then touch $(DEMO); else $(MAKE) --no-print-directory environment LOCK=requirements.lock STAMP=$(DEMO); fi

$(DEV):
	@$(MAKE) --no-print-directory environment LOCK=requirements-dev.lock STAMP=$(DEV)

# The project itself is built with the locked hatchling, so nothing is downloaded that the lock does not name.
.PHONY: environment
environment:
	@[ -n "$(PYTHON)" ] || { echo "make: no Python 3.11 or newer found; give one: make demo PYTHON=/path/to/python3" >&2; exit 2; }
	@$(VENV)/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| $(PYTHON) -m venv --clear $(VENV) \
		|| { echo "make: $(PYTHON) cannot make a virtual environment (Debian: apt-get install python3-venv)" >&2; exit 2; }
	@$(PIP) --version >/dev/null 2>&1 || $(VENV)/bin/python -m ensurepip --upgrade >/dev/null
	@echo "make: installing from $(LOCK) into $(VENV) (once; about a minute)"
	@$(PIP) install --quiet --require-hashes --no-deps -r $(LOCK)
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.demo-* && touch $(STAMP)

# tests/conftest.py brings up a cluster of its own in a temporary folder; only the server's programs must be there.
postgres:
	@if command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb /opt/homebrew/opt/postgresql*/bin/initdb >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "make: installing the PostgreSQL server (apt-get install postgresql)"; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql; } >/dev/null 2>&1 \
			|| echo "make: PostgreSQL could not be installed; the tests on PostgreSQL are skipped"; \
	else echo "make: no PostgreSQL server found; the tests on PostgreSQL are skipped (apt-get install postgresql, or brew install postgresql)"; fi

# hatchling and editables are what building the project itself needs.
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock:
	printf 'hatchling>=1.27\neditables>=0.5\n' | $(COMPILE) --extra postgres --extra notify -o requirements.lock pyproject.toml -
	printf 'hatchling>=1.27\neditables>=0.5\n' | $(COMPILE) --all-extras -c requirements.lock -o requirements-dev.lock pyproject.toml -
	printf 'urlwatch>=2.29\n' | $(COMPILE) -c requirements-dev.lock -o bench/requirements.lock -

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dist
