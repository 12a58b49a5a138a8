# `make dev` once, then any of the others. CONTRIBUTING.md says when each is of use.
BIN := .venv/bin

.PHONY: dev check test rigs all bench constraints schemas docs errors goldens mutants release

dev: ## An environment in .venv with everything, in the pinned versions
	python3 -m venv .venv && $(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'

check: ## Linter, formatters, types, import contracts
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-logo && $(BIN)/aepctl fmt --check

test: ## Everything but the rigs
	$(BIN)/pytest

rigs:
	$(BIN)/pytest -m rig

all: ## The gate: all of the above, a release, the lowest versions and the newest
	bash .ci/run

bench:
	$(BIN)/python benchmarks/plan.py && $(BIN)/python benchmarks/apply.py

constraints: ## Take the newest versions of everything; run `make all` afterwards
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --upgrade --custom-compile-command 'make constraints' -o constraints.txt pyproject.toml

schemas:
	for name in manifest config; do $(BIN)/aepctl schema $$name >docs/schemas/$$name.json || exit 1; done

errors: ## docs/errors.md, from aepctl/render/assets/errors.md
	$(BIN)/python -c 'from aepctl.render import catalogue, explained; print(explained.page(catalogue.catalogue().values()), end="")' >docs/errors.md

docs: ## The pages that are made of the program: docs/commands.md
	AEPCTL_UPDATE_GOLDENS=1 $(BIN)/pytest -n0 tests/test_commands_page.py

goldens: ## Write them anew; read the diff before you commit it
	AEPCTL_UPDATE_GOLDENS=1 $(BIN)/pytest

mutants: ## In an environment of its own, without aepctl: mutmut imports the changed copy
	python3 -m venv .venv-mutants && .venv-mutants/bin/pip install --quiet -c constraints.txt mutmut '.[test]'
	.venv-mutants/bin/pip uninstall --quiet --yes aepctl && rm -rf mutants
	.venv-mutants/bin/mutmut run --max-children 2

release: ## Build and try what would be released; publishes nothing
	.ci/release $(BIN)
