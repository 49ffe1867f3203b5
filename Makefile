# What can be done with this project, each by one word; `make` alone lists them.
# ARGS goes to the program that a word starts: make test ARGS="tests/ingest -x"

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench lock

ifeq ($(OS),Windows_NT)
PYTHON ?= py -3
VENV := .venv/Scripts/python.exe
LOCK := .venv/lock/Scripts/python.exe
EXEC :=
else
ifndef PYTHON
PYTHON := $(shell python3.11 -c "print('python3.11')" 2>/dev/null || echo python3)
endif
VENV := .venv/bin/python
LOCK := .venv/lock/bin/python
# The shell gives its place to the program, so that a request to stop reaches it.
EXEC := exec
endif

# In quotes, because cmd.exe takes an unquoted slash for an option.
RUN := "$(VENV)"
INSTALLED := .venv/installed
WRONG_PYTHON := 'Python 3.11 or newer is needed; name one with: make setup PYTHON=python3.11'

help:
	@echo "make demo: the whole system with sample letters, nothing else to install"
	@echo "make test: every test that this machine can run"
	@echo "make check: style, format and types"
	@echo "make bench: the benchmarks"
	@echo "make setup: the Python environment in .venv, which the others make by themselves"
	@echo "make lock: requirements.txt anew from pyproject.toml"

setup: $(INSTALLED)
	@echo The Python environment in .venv is ready

$(INSTALLED): requirements.txt
	@echo Installing the Python packages of requirements.txt into .venv
	@$(PYTHON) -c "import sys; sys.exit(None if sys.version_info >= (3, 11) else $(WRONG_PYTHON))"
	@$(PYTHON) -m venv .venv
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(RUN) -c "import pathlib; pathlib.Path('$(INSTALLED)').touch()"

demo: setup
	@echo Starting the demonstration
	@$(EXEC) $(RUN) run.py demo $(ARGS)

test: setup
	@echo Running the tests
	@$(RUN) -m pytest -n auto --maxprocesses=4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup
	@echo Checking style, format and types
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy

bench: setup
	@echo Running the benchmarks
	@$(RUN) -m benchmarks $(ARGS)

lock:
	@echo Compiling requirements.txt from pyproject.toml with uv
	@$(PYTHON) -m venv .venv/lock
	@"$(LOCK)" -m pip install --quiet --disable-pip-version-check uv
	@"$(LOCK)" -m uv pip compile pyproject.toml --quiet --all-extras --generate-hashes --no-emit-index-url --universal --python-version 3.11 -o requirements.txt $(ARGS)
	@$(PYTHON) -c "import shutil; shutil.rmtree('.venv/lock')"
