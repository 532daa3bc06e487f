# Opposable's commands. `make help` lists them.
# Settings: PORT=8000 and VAR_DIR=var for `make run`; PYTHON=python3 names the interpreter; UV= (empty) forces plain pip.

PYTHON ?= python3
PORT ?= 8000
VAR_DIR ?= var
UV ?= $(shell command -v uv || { test -x .venv/bin/uv && echo .venv/bin/uv; })
BIN := .venv/bin
MANAGE = VAR_DIR="$(VAR_DIR)" $(BIN)/python manage.py

.DEFAULT_GOAL := help
.PHONY: help run test check check-types check-code check-ci shots bench chaos races test-dates older whole inputs load mutants sbom vault-report install-trial requirements messages clean
MAKEFLAGS += --no-builtin-rules

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.run ## Start the platform with demo data on http://localhost:8000/ (PORT=8001 VAR_DIR=var)
	@$(MANAGE) runplatform --port "$(PORT)"

test: .venv/.dev ## Run every test that this machine can run, and say which it cannot
	@$(BIN)/python -m tests.run $(ARGS)

check: check-types check-code ## Lint, types, import contracts, migrations, deploy checks (-j2 does two at a time)
ifeq ($(CI),true)
check: check-ci
else
	$(BIN)/python -m pytest -q -p no:cacheprovider tests/config/test_checks.py tests/config/test_compose.py
endif

check-types: .venv/.dev ## Types alone
	$(BIN)/mypy

check-code: .venv/.dev ## What make check does, without types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

check-ci: .venv/.dev ## Compare the requirements with what they compile to; look for migrations that lock
	@$(BIN)/python -m tests.requirements
	@$(BIN)/python -m tests.migrations

shots: .venv/.dev ## Take a picture of every page (sizes, themes, states) into var/shots/
	@VAR_DIR="$(VAR_DIR)" $(BIN)/python -m tests.shots $(ARGS)

bench: .venv/.dev ## Measure pages and jobs against their rivals (ARGS="queue sweep --rows 1e5 --rounds 11 --postgres")
	@$(BIN)/python -m bench $(ARGS)

chaos: .venv/.dev ## Break everything under the real processes and count the mails (ARGS="kills mail --seed 2 --short")
	@$(BIN)/python -m tests.chaos $(ARGS)

races: .venv/.dev ## Let eight do each transition at once, in twenty rounds (ARGS="-k see_alert")
	@RACE_ROUNDS=20 $(BIN)/python -m tests.run --leg postgres tests/races $(ARGS)

test-dates: .venv/.dev ## Run the suite on 29 February and on New Year's Eve (ARGS="tests/cases -n 2")
	@$(BIN)/python -m tests.dates $(ARGS)

older: .venv/.dev ## Run the version before, with its own tests, on the schema of this one (ARGS="v1.2 tests/cases"; the last tag)
	@$(BIN)/python -m tests.older $(ARGS)

whole: .venv/.dev ## Run the suite with all that it otherwise asks a share of (ARGS="--leg postgres tests/house/idor")
	@WHOLE=1 $(BIN)/python -m tests.run $(ARGS)

inputs: .venv/.dev ## Send every bad input to every form, page and endpoint, where the suite sends a share (ARGS="-k words")
	@WHOLE=1 $(BIN)/python -m pytest tests/inputs tests/web/api/test_schema_fuzzing.py $(ARGS)

load: .venv/.dev ## Volunteers, members, public and API at once for two minutes on 200,000 cases (ARGS="--cases 2000 --seconds 10")
	@$(BIN)/python -m tests.load $(ARGS)

mutants: .venv/.dev ## Put small faults into what most depends on, and count those that no test notices (ARGS="deadlines --sample 40")
	@$(BIN)/python -m tests.mutants $(ARGS)

sbom: .venv/.dev ## Write what a release is made of (CycloneDX) to var/opposable.cdx.json (ARGS=FILE)
	@$(BIN)/python -m tests.sbom $(or $(ARGS),var/opposable.cdx.json)

vault-report: .venv/.dev ## Send made-up documents through the vault and judge what it keeps (ARGS="--only scan --keep DIR")
	@$(BIN)/python -m tests.vault.report $(ARGS)

install-trial: .venv/.dev ## Follow docs/how-to/install.md on an empty Debian 12 in a folder (root, debootstrap; ARGS=FOLDER)
	@$(BIN)/python -m tests.install $(ARGS)

requirements: .venv/.dev ## Compile requirements*.in to the hashed requirements*.txt (UPGRADE=1 takes newer releases)
	@$(BIN)/python -m tests.requirements --write $(if $(UPGRADE),--upgrade)

messages: .venv/.dev ## Collect the sentences to translate and compile locale/ (needs gettext)
	$(BIN)/python manage.py makemessages --locale en --no-location --no-obsolete --no-wrap \
	  --ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*' --ignore 'bench/*'
	$(BIN)/python manage.py compilemessages --locale en --ignore '.venv/*' --ignore 'var/*'

clean: ## Remove the virtual environment and caches; var/ with its data stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than what it was installed from.
.venv/.run: requirements.txt | .venv/bin/python
	@$(call install,requirements.txt)
	@touch $@

.venv/.dev: requirements-dev.txt | .venv/bin/python
	@$(call install,requirements-dev.txt)
	@touch .venv/.run $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else 1)' 2>/dev/null || { \
	  echo "Opposable needs Python 3.11 or newer, and '$(PYTHON)' is not. Name another: make $(or $(MAKECMDGOALS),run) PYTHON=python3.11" >&2; exit 1; }
	@$(if $(UV),$(UV) venv --quiet --python "$$(command -v $(PYTHON))" .venv,$(PYTHON) -m venv .venv || { \
	  echo "This Python cannot make a virtual environment: install python3-venv (apt-get install python3-venv)." >&2; rm -rf .venv; exit 1; })

define install
echo "Installing $(1)$(if $(UV), with uv) ..." && $(if $(UV),\
$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r $(1),\
{ $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; } && \
$(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check --no-input --no-deps --require-hashes -r $(1))
endef
