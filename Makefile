# make demo: an agency at work on this machine. make test: the whole suite. make bench: the figures.
PORT ?= 8000
PY = .venv/bin/python
TEST_ROOT = .local/test
export PORT PYTHON
.DEFAULT_GOAL := help
.PHONY: help setup demo stop backup restore test check bench messages schema lock

help:
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: ## install what is missing: system packages, Python and browser libraries, translations
	@bin/setup demo

demo: setup ## start everything with two believable agencies, print address and logins
	@exec $(PY) -m carecenter.supervise

stop: ## stop the embedded PostgreSQL and Redis if something left them running
	@for root in .local $(TEST_ROOT) .local/bench; do [ ! -e $$root/env ] || $(PY) -m carecenter.embedded stop --root $$root; done

backup: ## save database and files to .local/backups, or to FILE=
	@$(PY) -m carecenter.backup save $(FILE)

restore: ## put back what FILE= holds, while the demo is stopped
	@$(PY) -m carecenter.backup restore $(FILE)

test: ## lint, forgotten migrations, the whole suite, browser tests included
	@bin/setup test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	$(PY) -m carecenter.embedded run --root $(TEST_ROOT) -- bin/check

bench: setup ## print the figures of the design as ratios
	-@$(PY) -m carecenter.fonts
	$(PY) -m carecenter.embedded run --root .local/bench -- bin/bench $(BENCH)

messages: ## collect the texts to translate
	$(PY) manage.py makemessages -l zh_Hans --no-location --no-obsolete --no-wrap -i node_modules -i .venv -i .local

schema: ## write the API's schema
	$(PY) manage.py spectacular --lang en --file docs/openapi.yaml --validate --fail-on-warn

lock: ## pin every dependency with its hashes
	.venv/bin/uv pip compile pyproject.toml --universal --generate-hashes --python-version 3.11 -o requirements.lock -q --no-header
	.venv/bin/uv pip compile pyproject.toml --group local --group test --universal --generate-hashes --python-version 3.11 \
		-c requirements.lock -o requirements-dev.lock -q --no-header
