# Everything a developer does here. `make help` lists it; needs git, make and Python 3.11 or newer, nothing else.
VENV ?= .venv
BIN := $(VENV)/bin
# `make test ARGS="-k consent -x"` hands arguments on to pytest.
ARGS ?=
# Tests at a time: one for each core, or as many as `make test WORKERS=1` says.
WORKERS ?= auto
TEMPLATES := $(wildcard templates */templates)

export VENV

.DEFAULT_GOAL := help
.PHONY: help install run demo test test-services test-faults check lint format lock docs site diagrams gallery messages bench clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{ printf "%-17s %s\n", $$1, $$2 }'

# The stamps remember which lock file is installed, so a second `make run` starts at once.
$(VENV)/.installed: requirements.txt scripts/install.sh
	@sh scripts/install.sh requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt scripts/install.sh
	@sh scripts/install.sh requirements-dev.txt
	@touch $(VENV)/.installed $@

install: $(VENV)/.installed-dev ## Install what the server, its tests and its checks need into .venv

run: $(VENV)/.installed ## Start the server on http://localhost:8000 (PORT=8001 moves it, issuer and all)
	@$(BIN)/python manage.py bootstrap
	@exec $(BIN)/python manage.py serve

demo: $(VENV)/.installed ## Drive sign-up to log-out over HTTP against a server of its own, step by step
	@$(BIN)/python -m scripts.demo

test: $(VENV)/.installed-dev ## Run the tests on SQLite and this process's memory (ARGS="-k word" picks some)
	@$(BIN)/pytest -m "not browser and not services" --numprocesses $(WORKERS) --dist loadfile $(ARGS)

test-services: $(VENV)/.installed-dev ## Run the tests on PostgreSQL, on MariaDB, with Redis and RabbitMQ, and in a browser
	@sh scripts/test_services.sh $(ARGS)

test-faults: $(VENV)/.installed-dev ## Run every fault there is, before a release: killed processes, cut lines (half an hour)
	@LONG_FAULTS=1 DATABASE_URL="$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/auth}" REDIS_URL="$${REDIS_URL:-redis://127.0.0.1:6379/9}" \
		$(BIN)/pytest -m "not browser" --create-db tests/faults $(ARGS)

check: $(VENV)/.installed-dev ## Format, lint, types, floors, migrations, deploy settings, generated pages
	@sh scripts/check.sh

lint: $(VENV)/.installed-dev ## Only the fast part of `check`: ruff and the floors
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/.installed-dev ## Put Python and templates into the project's form
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .
	@$(if $(TEMPLATES),$(BIN)/djlint --reformat --quiet $(TEMPLATES),:)

docs: $(VENV)/.installed-dev ## Write the generated pages: API, settings, events, compliance, .env.example
	@DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py settings_reference
	@DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py event_catalogue
	@DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py api_documentation
	@$(BIN)/python -m tests.compliance

site: $(VENV)/.installed-dev ## Build the documentation's site into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

diagrams: $(VENV)/.installed-dev ## Draw the documentation's diagrams anew (needs Chromium, npm and its registry)
	@folder=$$(mktemp -d) && npm pack --silent --pack-destination "$$folder" mermaid@11.17.2 >/dev/null && \
		tar -xzf "$$folder"/mermaid-*.tgz -C "$$folder" package/dist/mermaid.min.js && \
		$(BIN)/python -m scripts.diagrams "$$folder/package/dist/mermaid.min.js"; status=$$?; rm -rf "$$folder"; exit $$status

gallery: $(VENV)/.installed-dev ## Take pictures of every page into test-results/gallery/ (needs Chromium)
	@$(BIN)/python -m scripts.gallery $(ARGS)

messages: $(VENV)/.installed-dev ## Collect and compile what is translated: locale/ (needs GNU gettext)
	@sh scripts/messages.sh

bench: $(VENV)/.installed-dev ## Measure beside node-oidc-provider; writes docs/performance.md (ARGS="--quick" for a look)
	@$(BIN)/python -m bench $(ARGS)

lock: ## Resolve requirements*.in again into the hashed lock files (needs uv)
	@sh scripts/lock.sh

clean: ## Remove what can be made again; keys/, .env and db.sqlite3 stay
	@rm -rf $(VENV) staticfiles site test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
