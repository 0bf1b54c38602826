# Needs Python 3.11 or newer, make and git. Everything else is installed into .venv the first time.
PYTHON ?= python3
VENV := .venv
UV := $(VENV)/bin/uv
SYNC := sync --locked --all-packages --all-extras

.DEFAULT_GOAL := help
.PHONY: help setup run test lint

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

# Asks uv itself rather than make's dates, so that a set-up that was interrupted is taken up again.
setup: ## Install everything into .venv (the other commands do this themselves)
	@$(UV) --version >/dev/null 2>&1 || $(MAKE) --no-print-directory bootstrap
	@$(UV) $(SYNC) --check --quiet 2>/dev/null || $(UV) $(SYNC)

.PHONY: bootstrap
bootstrap:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, and '$(PYTHON)' is not: install one, and name it: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "First run: installing what is needed into $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV) || { \
	  echo "'$(PYTHON) -m venv' does not work: install it (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv

# exec, with no shell in between: a signal to make reaches the system itself. --with-parent: those that make
# keeps to itself, too.
run: setup ## Run the whole system on this machine, without Docker; Ctrl-C stops it
	@exec $(VENV)/bin/python -m local_stack run --with-parent

lint: setup ## Check format, style and types
	$(UV) run --no-sync ruff format --check .
	$(UV) run --no-sync ruff check .
	$(UV) run --no-sync mypy

test: lint ## Lint, types, and every test against a real Kafka and PostgreSQL
	$(UV) run --no-sync pytest --numprocesses 2 --dist loadfile

# Not of make test, which needs no browser. Its pictures of each page are in build/console/.
.PHONY: test-console console-pictures
test-console: setup ## Look at the console in a real Chromium (on the PATH, or CHROMIUM=<path>)
	$(UV) run --no-sync pytest --timeout 600 tests/console

console-pictures: setup ## Take docs/pictures anew; CATALOGUE_CONSOLE_DATA=<folder> has other models
	PYTHONPATH=tests $(UV) run --no-sync python -m console.pictures

.PHONY: test-abuse
test-abuse: setup ## Attack a running API as docs/security.md says (make test does, too)
	$(UV) run --no-sync pytest $(addprefix tests/integration/catalogue_api/test_,abuse.py access.py body_limit.py \
		bad_input.py conditions.py openapi_holds.py) tests/integration/catalogue_api/access

.PHONY: test-faults
test-faults: setup ## Kill, freeze and starve a system under load for SECONDS (600), from a SEED, and count what is there
	PYTHONPATH=tests $(UV) run --no-sync python -m faults $(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

.PHONY: bench
bench: setup ## Measure every path of an event beside its floor; PEERS=<folder> adds what others build
	PYTHONPATH=tests:. PEERS="$(PEERS)" $(UV) run --no-sync python -m benchmarks.pipeline

.PHONY: bench-reads
bench-reads: setup ## Measure reads of BENCH_SMALL and of BENCH_LARGE opinions, and what indexes cost the sink
	PYTHONPATH=tests:. $(UV) run --no-sync python -m benchmarks.reads

.PHONY: bench-pages
bench-pages: setup ## Measure the console's pages with BENCH_LARGE opinions; BENCH_DATA=<folder> keeps these
	PYTHONPATH=tests:. $(UV) run --no-sync python -m benchmarks.pages

.PHONY: bench-sentiment train-sentiment
bench-sentiment: setup ## Quality and speed of the sentiment backends beside vaderSentiment
	$(UV) run --no-sync python benchmarks/sentiment.py $(if $(DATA),--data "$(DATA)")

# In an environment of its own, since it needs torch (2 GB and more).
train-sentiment: setup ## Train the sentiment classifiers: make train-sentiment DATA=<folder>
	@test -n "$(DATA)" || { echo "name the folder of labelled texts: make train-sentiment DATA=<folder>" >&2; exit 1; }
	ORT_DISABLE_TELEMETRY=1 $(UV) run --locked --project services/sentiment-worker/training python -m sentiment_training "$(DATA)" \
		$(if $(OUT),--out "$(OUT)") $(if $(LEAVE_OUT),--leave-out $(LEAVE_OUT))

.PHONY: test-compose backup restore upgrade
test-compose: setup ## Bring the Compose stack up, and prove what docs/operations.md says of it
	$(UV) run --no-sync pytest --timeout 900 tests/compose

backup: ## Back the Compose stack's database up, into backups/
	@deploy/bin/backup

restore: ## Restore a backup: make restore FROM=backups/...
	@deploy/bin/restore "$(FROM)"

upgrade: ## Build, migrate, and replace the Compose stack's services one by one, while it serves
	@deploy/bin/upgrade
