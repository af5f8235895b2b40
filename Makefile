# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later

PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python tools/run_tests.py

export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.venv/collections
export PYTHONPATH := $(CURDIR)/.venv/collections
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export LC_ALL := C.UTF-8
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help venv demo test test-changed test-all test-unit test-lab test-integration test-sanity test-molecule test-browser test-docs lint bench docs pages \
        build clean lab-up lab-down constraints format

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

venv: ## the development environment in .venv (skipped when current)
	@PYTHONPATH= $(PYTHON) tools/environment.py main

demo: venv ## an emulated site before and after enforce_tls12.yml
	$(BIN)/python tools/demo.py

test: venv ## the suites that the continuous integration runs
	$(RUN)

test-changed: venv ## what your change can have broken (BASE=main: all since main)
	$(RUN) --changed $(if $(BASE),--base $(BASE))

test-unit: venv ## unit tests
	$(RUN) unit

test-all: venv ## every combination: both ansible-cores, all connections, all of ansible-test (for releases)
	$(RUN) --all

test-lab: venv ## the lab's own tests
	$(RUN) lab

test-integration: venv ## the collection against the lab
	$(RUN) modules playbooks conformance

test-sanity: venv ## ansible-test sanity and units
	$(RUN) sanity ansible-test-units

test-molecule: venv ## the role scenarios
	$(RUN) molecule

test-browser: venv ## the report's page in Chromium
	$(RUN) browser

test-docs: venv ## documentation and changelog
	$(RUN) docs changelog

lint: venv ## ruff, mypy, the layers, ansible-lint, licences
	$(RUN) ruff ruff-format layers mypy yamllint ansible-lint reuse

format: venv ## let ruff put the Python files in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: venv ## our visits against those of the stock modules
	$(BIN)/python tools/stock_collections.py
	$(BIN)/python bench/run.py
	$(BIN)/python bench/stage.py
	$(BIN)/python bench/forecast.py

pages: venv ## the pages that are made of tables
	$(BIN)/python tools/requirements_page.py
	$(BIN)/python tools/packages_page.py

docs: venv ## the documentation as HTML in build/docs
	$(BIN)/python tools/render_docs.py

build: venv ## the Galaxy artefact and its bill of materials in build/
	$(BIN)/ansible-galaxy collection build --force --output-path build .
	@$(BIN)/python tools/bill_of_materials.py build/configmgr-tls-$$(sed -n 's/^version: *//p' galaxy.yml).tar.gz

lab-up: venv ## start the emulated site (LAB_ARGS for more)
	$(BIN)/configmgr-lab up $(LAB_ARGS)

lab-down: venv ## stop it
	$(BIN)/configmgr-lab down $(LAB_ARGS)

constraints: ## resolve the requirements anew
	@PYTHONPATH= $(PYTHON) tools/environment.py --freeze

clean: ## remove everything that was made
	rm -rf build .venv .venv-sanity .venv-2.21 .venv-importer .venv-kerberos .ansible .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
