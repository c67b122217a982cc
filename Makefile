# Everything that a new user needs: `make serve` and `make test`. All of it happens in .venv of this folder.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Made-up statements in the shape of Wikidata; without them the enrichment is not measured.
STANDIN := ../shared/data/wikidata/wikidata_standin.nt.gz
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help install serve build dump check test lint types contracts unit browser conformance interop bench frontend lock clean

help:
	@echo 'make serve        install, build the snapshot from data/ and its files, and serve it at http://localhost:8000'
	@echo 'make test         install and run every check and test, browser tests included'
	@echo 'make check        look for problems in data/ without building anything'
	@echo 'make conformance  the tests against standards only; records what they say of public suites'
	@echo 'make interop      ask the running server with SPARQLWrapper, rdflib, Comunica, roqet, curl, OpenRefine, reconciler, CKAN and ldes-client'
	@echo 'make bench        measure the build, the gate and the endpoint (see bench/README.md)'
	@echo 'make frontend     build the static files anew (needs Node; not needed to run or test)'
	@echo 'make lock         choose the versions of all dependencies anew'

install: .venv/installed

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or later is needed: apt-get install python3'; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(MAKE) --no-print-directory .venv-package
	$(PYTHON) -m venv .venv

# Debian splits venv off Python.
.PHONY: .venv-package
.venv-package:
	@test "$$(id -u)" = 0 || { echo 'First install the package python3-venv: sudo apt-get install python3-venv'; exit 1; }
	apt-get update -qq && apt-get install -y -qq python3-venv

.venv/installed: .venv/bin/python requirements.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

check: install
	$(BIN)/twin-graph check

build: install
	$(BIN)/twin-graph build

dump: build
	$(BIN)/twin-graph snapshot dump

serve: dump
	$(BIN)/twin-graph serve

test: .venv/installed-dev lint types contracts unit browser

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-dev
	$(BIN)/mypy
	$(BIN)/mypy interop bench

contracts: .venv/installed-dev
	$(BIN)/lint-imports

unit: .venv/installed-dev nginx
	$(BIN)/pytest -m 'not browser'

browser: .venv/installed-dev chromium
	$(BIN)/pytest -m browser

conformance: .venv/installed-dev nginx
	$(BIN)/pytest tests/conformance --record-earl

bench: .venv/installed-dev
	$(BIN)/python bench/build.py
	$(BIN)/python bench/shacl.py
	$(BIN)/python bench/endpoint.py
	$(BIN)/python bench/pages.py
	test ! -f $(STANDIN) || $(BIN)/python bench/enrichment.py $(STANDIN)

interop: .venv/installed-dev clients interop/node_modules/.package-lock.json interop/.reconciler/installed \
		interop/.ckan/installed
	$(BIN)/pytest interop

# Clients that want other versions of what we use have environments of their own.
interop/.%/installed: interop/%.lock | .venv/bin/python
	$(BIN)/python -m venv interop/.$*
	interop/.$*/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

# A real session with OpenRefine, for the page about reconciliation; `make serve` runs meanwhile.
.PHONY: pictures
pictures: .venv/installed-dev clients chromium
	PYTHONPATH=tests $(BIN)/python interop/screenshots.py http://localhost:8000/ src/twin_graph/static/openrefine

.PHONY: clients
clients:
	@set -- $$(command -v curl >/dev/null || echo curl; command -v roqet >/dev/null || echo rasqal-utils; \
		command -v npm >/dev/null || echo nodejs npm; command -v openrefine >/dev/null || echo openrefine); test $$# = 0 || { test "$$(id -u)" = 0 \
		|| { echo "First install the clients: sudo apt-get install $$*"; exit 1; }; \
		apt-get update -qq && apt-get install -y -qq "$$@"; }

frontend: frontend-packages
	npm --prefix frontend/map run build
	npm --prefix frontend run build

# With these packages the tests also build the static files anew, and compare.
.PHONY: frontend-packages
frontend-packages: frontend/node_modules/.package-lock.json frontend/map/node_modules/.package-lock.json

%/node_modules/.package-lock.json: %/package-lock.json | clients
	npm --prefix $* ci --loglevel=error

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 \
		|| { echo 'The browser tests need Chromium: sudo apt-get install chromium'; exit 1; }; \
		apt-get update -qq && apt-get install -y -qq chromium; }

# The mirror and deploy/ are tested with the web server that they are made for; without it these tests skip.
.PHONY: nginx
nginx:
	@command -v nginx /usr/sbin/nginx >/dev/null || { test "$$(id -u)" = 0 \
		|| { echo 'The tests of the mirror and of deploy/ need nginx: sudo apt-get install nginx-light'; exit 0; }; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light systemd; }

# The locks name versions and hashes, and no registry.
lock: .venv/installed-dev
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
		--no-emit-index-url --group build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url interop/reconciler.in -o interop/reconciler.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --override interop/ckan.leave-out interop/ckan.in -o interop/ckan.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url -c requirements.lock --group build --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .cache snapshots
