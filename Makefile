UV := .venv/bin/uv

.DEFAULT_GOAL := help
.PHONY: help setup run test lint

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

$(UV):
	@python3 -m venv .venv && .venv/bin/python -m pip install --quiet uv

setup: $(UV)
	@$(UV) sync --quiet --locked --all-packages --all-extras

lint: setup ## Check format, style and types
	$(UV) run --no-sync ruff format --check .
	$(UV) run --no-sync ruff check .
	$(UV) run --no-sync mypy

test: lint ## Lint, types, and every test against a real Kafka and PostgreSQL
	$(UV) run --no-sync pytest
