# Everything a person runs. Each target sets up what it needs: Python 3.11+ is all it starts from.
SHELL := /bin/bash
VENV := .venv
PYTHON := $(VENV)/bin/python
SYSTEM_PYTHON ?= python3
PIP := $(PYTHON) -m pip --disable-pip-version-check install --quiet
# uv installs in a fraction of pip's time; pip is there where uv can't reach what pip.conf names.
UV := $(VENV)/bin/uv pip install --quiet --python $(PYTHON) --constraint constraints.txt
UV_VERSION := 0.13.9
TYPESCRIPT := typescript@5.9.2
SELENIUM := selenium==4.51.0
PIP_AUDIT := pip-audit==2.10.1
CHECKOV := checkov==3.3.30
export UV_SYSTEM_CERTS := 1
# Where a machine forbids Python to keep what it compiled, each process compiles megabytes anew: 4 s
# for the CDK alone.
export PYTHONDONTWRITEBYTECODE :=
EARSHOT := $(PYTHON) -m scripts
PYTEST := $(PYTHON) -m pytest
# The page has no package.json: Node finds by itself that its files are modules.
NODE_TEST := $(VENV)/bin/node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON --test --test-reporter=dot tests/page/*.test.mjs
# The quick ones first; the browser last, because its driver leaves an event loop running.
TIERS := tests/unit tests/models tests/infra tests/search tests/pipeline tests/browser
# They share nothing but files that each keeps apart, so a process a core runs them; each with a
# search node of its own.
ON_ALL_CORES := -n auto --dist loadfile
# Unit tests share nothing that is dear to make, so each goes to whichever process is free.
UNIT_TESTS := -n auto --dist worksteal tests/unit
# These wait for the local stack, or for a page. One process has the tests of the stack, a group, and
# another runs the others meanwhile.
WAITING := tests/pipeline tests/browser
BESIDE_THE_STACK := -n auto --dist loadgroup --no-loadscope-reorder
# Each of these processes has a core, so its libraries need not start threads for the others.
ONE_THREAD := OMP_NUM_THREADS=1
CHECKED := app.py containers infra lambdas scripts tests training

.DEFAULT_GOAL := help
.PHONY: help demo up down drill test test-others test-unit coverage test-models test-page test-infra test-search test-pipeline test-browser test-browsers lint format lock audit checkov bench clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | while IFS='|' read -r t h; do printf '  make %-14s %s\n' "$$t" "$$h"; done

demo: $(VENV)/runtime $(if $(MODEL),$(VENV)/model)  ## the stack, sample recordings, the page; MODEL= WRITER= AUDIO= CSV=
	@$(EARSHOT) local demo $(if $(MODEL),--model '$(MODEL)') $(if $(WRITER),--writer '$(WRITER)') $(if $(AUDIO),--audio '$(AUDIO)') $(if $(CSV),--csv '$(CSV)')

up: $(VENV)/runtime $(if $(MODEL),$(VENV)/model)  ## the stack in the background; writes .local/outputs.json
	@$(EARSHOT) local up $(if $(MODEL),--model '$(MODEL)') $(if $(WRITER),--writer '$(WRITER)')

down: $(VENV)/runtime  ## stop it; no process stays
	@$(EARSHOT) local down

# CI has the unit tests measured: make test UNIT=coverage
UNIT := test-unit
test: $(UNIT) test-others  ## every test

# The tiers that take processor time and nothing else come first, a process a core.
test-others: $(VENV)/dev $(VENV)/model  ## every test but the unit tests
	@$(EARSHOT) local prepare-tests
	$(NODE_TEST)
	$(ONE_THREAD) $(PYTEST) $(ON_ALL_CORES) $(filter-out tests/unit $(WAITING),$(TIERS))
	$(PYTEST) $(BESIDE_THE_STACK) $(WAITING)

drill: $(VENV)/runtime  ## a deployment's life: changed, lost, restored, destroyed, adopted; minutes
	@$(EARSHOT) local drill

test-unit: $(VENV)/dev  ## minutes; no network
	$(ONE_THREAD) $(PYTEST) $(UNIT_TESTS)

coverage: $(VENV)/dev  ## the unit tests, and which lines of lambdas/ they run
	@rm -rf .local/coverage && mkdir -p .local/coverage
	$(ONE_THREAD) $(PYTHON) -m coverage run -m pytest $(UNIT_TESTS)
	@$(PYTHON) -m coverage combine --quiet
	@$(PYTHON) -m coverage json --quiet --fail-under=0
	@$(EARSHOT) covered
	$(PYTHON) -m coverage report

test-models: $(VENV)/dev $(VENV)/model  ## exporting and training models, with torch
	$(ONE_THREAD) $(PYTEST) $(ON_ALL_CORES) tests/models

test-page: $(VENV)/runtime  ## the page's logic, without a browser; a second
	$(NODE_TEST)

test-infra: $(VENV)/dev  ## what the templates promise
	$(ONE_THREAD) $(PYTEST) $(ON_ALL_CORES) tests/infra

test-search: $(VENV)/dev  ## against a real OpenSearch node
	$(ONE_THREAD) $(PYTEST) $(ON_ALL_CORES) tests/search

test-pipeline: $(VENV)/dev  ## from the bucket to the search, on the local stack
	@$(EARSHOT) local prepare-tests
	$(PYTEST) $(BESIDE_THE_STACK) tests/pipeline

test-browser: $(VENV)/dev  ## headless Chromium searches and plays
	@$(EARSHOT) local prepare-tests
	$(PYTEST) $(BESIDE_THE_STACK) tests/browser

test-browsers: $(VENV)/dev $(VENV)/selenium  ## Firefox and WebKitGTK do the main flow; no part of make test
	PYTHONPATH=$(VENV)/selenium $(PYTEST) tests/other_browsers

lint: $(VENV)/dev $(VENV)/tsc  ## ruff, mypy, and tsc for the page
	$(PYTHON) -m ruff format --check $(CHECKED)
	$(PYTHON) -m ruff check $(CHECKED)
	$(PYTHON) -m mypy lambdas/earshot lambdas/transcribe lambdas/index lambdas/webhooks lambdas/fetch lambdas/api lambdas/sign_in scripts training infra containers tests app.py
	$(VENV)/bin/node $(VENV)/tsc/node_modules/typescript/bin/tsc --project tests/page/jsconfig.json

format: $(VENV)/dev  ## let ruff mend what it can
	$(PYTHON) -m ruff format $(CHECKED)
	$(PYTHON) -m ruff check --fix $(CHECKED)

lock: $(VENV)/runtime  ## settle constraints.txt after a change of requirements
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --custom-compile-command "make lock" requirements.txt -o constraints.txt

audit: $(PYTHON)  ## known vulnerabilities in the pinned packages; asks the package index
	@$(VENV)/bin/uvx --quiet --from $(PIP_AUDIT) pip-audit --strict --no-deps --disable-pip $(addprefix -r ,constraints.txt $(wildcard requirements-*.txt))

# The rules that docs/decisions/checkov.md answers are passed over; any other finding fails.
checkov: $(VENV)/runtime  ## checkov's rules on the templates; asks the package index
	@rm -rf .local/checkov
	@PATH="$(VENV)/bin:$$PATH" CDK_OUTDIR=.local/checkov CDK_CONTEXT_JSON='{"aws:cdk:bundling-stacks": [], "settings_file": "", "bulk": true}' $(PYTHON) app.py
	@$(VENV)/bin/uvx --quiet --from $(CHECKOV) checkov --framework cloudformation --quiet --compact --skip-download \
		--file .local/checkov/Earshot.template.json --file .local/checkov/EarshotBulk.template.json \
		--skip-check "$$(grep -oE 'CKV2?_AWS_[0-9]+' docs/decisions/checkov.md | sort -u | paste -sd,)"

bench: $(VENV)/dev $(VENV)/model  ## the figures of docs/benchmarks.md, as JSON lines
	$(EARSHOT) bench speech
	$(EARSHOT) bench pipeline

clean: down  ## remove everything that was installed or made here
	rm -rf $(VENV) .local cdk.out

$(PYTHON):
	@$(SYSTEM_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Earshot needs Python 3.11 or newer")'
	@echo "Setting up the Python environment …"
	@$(SYSTEM_PYTHON) -m venv $(VENV)
	@$(PIP) uv==$(UV_VERSION)

$(VENV)/runtime: $(PYTHON) constraints.txt requirements.txt pyproject.toml $(wildcard lambdas/*/requirements.txt)
	@echo "Installing Python packages …"
	@$(UV) -r requirements.txt || $(PIP) -c constraints.txt -r requirements.txt
	@$(UV) --no-deps --editable . || $(PIP) --no-deps --editable .
	@touch $@

$(VENV)/dev: $(VENV)/runtime requirements-dev.txt
	@echo "Installing what tests and linting need …"
	@$(UV) -r requirements-dev.txt || $(PIP) -c constraints.txt -r requirements-dev.txt
	@touch $@

$(VENV)/tsc: $(VENV)/runtime
	@echo "Installing TypeScript (23 MB), which checks the page's types …"
	@PATH="$(abspath $(VENV))/bin:$$PATH" $(VENV)/bin/npm install --silent --no-audit --no-fund --prefix $@ $(TYPESCRIPT)
	@touch $@

$(VENV)/selenium: $(VENV)/runtime
	@echo "Installing Selenium, which drives other browsers …"
	@$(VENV)/bin/uv pip install --quiet --python $(PYTHON) --target $@ $(SELENIUM)

$(VENV)/model: $(VENV)/runtime requirements-model.txt
	@echo "Installing torch (2.6 GB), for exporting and training models …"
	@$(UV) -r requirements-model.txt || $(PIP) -c constraints.txt -r requirements-model.txt
	@touch $@
