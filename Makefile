# Everything is set up in .venv/; nothing is installed outside this folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PROGRAMS := chromium pdftotext qpdf mutool zbarimg dovecot postfix swaks neomutt
PACKAGES := chromium poppler-utils qpdf mupdf-tools zbar-tools dovecot-imapd postfix swaks libnet-ssleay-perl neomutt

.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Facteur needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing (once, about a minute)..."
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: tests/requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what the tests need (once)..."
	@$(PIP) --require-hashes -r tests/requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/run.stamp

.PHONY: setup
setup: $(VENV)/run.stamp ## install what the service needs, in .venv/

.PHONY: demo
demo: $(VENV)/run.stamp ## the whole service on this computer, with a demonstration company: http://127.0.0.1:8080
	@$(BIN)/facteur demo

.PHONY: tour
tour: $(VENV)/run.stamp ## a full conversation on both channels, played and printed
	@$(BIN)/facteur demo --tour

.PHONY: test
test: $(VENV)/dev.stamp ## the tests that need nothing but Python
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not real and not soak and not bench"

.PHONY: test-real
test-real: $(VENV)/dev.stamp ## the tests with Chromium, mail servers and clients, PDF tools (installs them on Debian, as root)
	@( for one in $(PROGRAMS); do command -v $$one || exit 1; done ) >/dev/null || $(MAKE) --no-print-directory debian
	@$(BIN)/python -m pytest -n 2 --dist loadscope -m "real and not soak" $$(grep -rlE 'mark\.real\b' tests --include='test_*.py')

.PHONY: debian
debian: # Postfix is not set up: the tests start one of their own
	@apt-get -qq update
	@echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
	@DEBIAN_FRONTEND=noninteractive apt-get -qq install -y $(PACKAGES)

.PHONY: soak
soak: $(VENV)/dev.stamp ## the long series: kills, loads
	@$(BIN)/python -m pytest -m soak

.PHONY: check
check: $(VENV)/dev.stamp ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: bench
bench: $(VENV)/dev.stamp ## speed, as ratios to floors of the same run (make bench ONLY=reads)
	@PYTHONPATH=tests:tests/storage $(BIN)/python -m tests.bench $(ONLY)

.PHONY: lock
lock: | $(VENV)/bin/python ## pin the newest stable versions, with their hashes
	@$(PIP) uv
	@$(BIN)/uv pip compile pyproject.toml --upgrade --group build --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --upgrade --group dev --generate-hashes --no-emit-index-url --no-header -q -o tests/requirements.lock

.PHONY: clean
clean: ## forget the demonstration's data
	@rm -rf data/demo
