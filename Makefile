# Everything that is done with this project. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON := $(or $(PYTHON),$(shell command -v python3))
UV_VERSION := 0.13.9
UV := .tools/uv/bin/uv
MERMAID_VERSION := 11.12.0
MERMAID_SHA512 := 66e755c7bdc1c2b3097c2166492253f38cbabb96eb12857c0ce22d747a2634bcf7dae06336b7a59bb9a0f795fb83e0ba528407fd6ea604b183103bfbdc977106

# What AWS runs. The local stack overrides both by this machine's.
PYTHON_RUNTIME ?= python3.13
ARCHITECTURE ?= arm64

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools/uv/bin:$(CURDIR)/.tools/sam/bin:$(PATH)
export PYTHONDONTWRITEBYTECODE := 1
export SAM_CLI_TELEMETRY := 0
export UV_PYTHON_DOWNLOADS := never

STAMPS := .venv/.stamp .tools/sam/.stamp .tools/emulator/.stamp .tools/runtime/.stamp

## Use

.PHONY: help
help: ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^## / {printf "\n%s\n", substr($$0, 4)} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: setup ## start the local stack and send orders through it; it stays running (PORT=4566)
	@.venv/bin/python -m local.run

.PHONY: orders
orders: ## send the orders again to the running local stack
	@.venv/bin/python -m local.run orders

.PHONY: stop
stop: ## stop the local stack
	@if [ -d .venv ]; then .venv/bin/python -m local.stop; fi

.PHONY: view
view: .tools/viewer/.stamp ## browse the local stack's resources in a browser (VIEW_PORT=8080)
	@.venv/bin/python -m local.view

## Work

.PHONY: setup
setup: $(STAMPS) ## install the pinned tools into .venv and .tools (does nothing when they are there)

.PHONY: test
test: setup browser zpl-renderer .tools/contract/.stamp ## unit tests and moto tests, then the deployed local stack and its pages in Chromium
	.venv/bin/pytest -q -n 2 tests/unit tests/printing tests/aws tests/faults
	.venv/bin/pytest -q -n 2 --dist loadgroup tests/stack tests/browser

.PHONY: zpl-renderer
zpl-renderer: # another's renderer of ZPL for the labels' tests; without node they are skipped
	@[ -d .tools/zpl-renderer/node_modules ] || ! command -v npm >/dev/null || { \
		mkdir -p .tools/zpl-renderer && cp requirements/zpl-renderer/*.json .tools/zpl-renderer && \
		npm ci --silent --prefix .tools/zpl-renderer; } || echo "the renderer of ZPL cannot be had: its tests are skipped"

.PHONY: browser
browser: # Chromium for the pages' tests, from the distribution where there is none yet
	@for name in "$${CHROMIUM:-}" chromium chromium-browser google-chrome; do \
		[ -z "$$name" ] || ! command -v "$$name" >/dev/null || exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium; \
	else \
		echo "Chromium is missing: apt-get install chromium, or name one: make test CHROMIUM=..." >&2; exit 1; \
	fi

.PHONY: check
check: setup security ## formatting, lint, types, import directions, the template, the settings
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python -m order_processing.settings layers/order_processing/order_processing/settings.json
	$(MAKE) --no-print-directory lint-reference
	.tools/sam/bin/cfn-lint template.yaml
	AWS_DEFAULT_REGION=us-east-1 .tools/sam/bin/sam validate --lint

.PHONY: security
security: .tools/security/.stamp ## look over template and code for weaknesses, offline; what is left as it is says why
	@# Without a word about it, checkov says yes to a template that it cannot read.
	@.tools/security/bin/checkov --config-file .checkov.yaml | tee .tools/security/said; ! grep -q "Parsing errors" .tools/security/said
	.tools/security/bin/bandit --quiet --configfile .bandit.yaml --recursive layers/order_processing/order_processing functions operating

.PHONY: audit
audit: .tools/security/.stamp ## compare the libraries that are deployed with the published advisories; asks PyPI
	for lock in layers/dependencies/requirements.txt functions/*/requirements.txt; do \
		! grep -q '^[a-z]' $$lock || .tools/security/bin/pip-audit --strict --disable-pip --require-hashes -r $$lock; \
	done

.PHONY: policies
policies: setup browser .tools/contract/.stamp ## run the stack's and its pages' tests, then compare what each function did with what its policy grants; both ways
	rm -rf .local/policies
	KEEP_CALLS=.local/policies .venv/bin/pytest -q -n 2 --dist loadgroup tests/stack tests/browser
	.venv/bin/python -m tests.policies .local/policies

.PHONY: reference
reference: setup ## write the API's reference (OpenAPI, and its page) anew
	@.venv/bin/python -m local.reference

.PHONY: lint-reference
lint-reference: # the OpenAPI document by Spectral; without node it is skipped, and the tests still hold it to the standard
	@[ -d .tools/openapi-linter/node_modules ] || ! command -v npm >/dev/null || { \
		mkdir -p .tools/openapi-linter && cp requirements/openapi-linter/* .tools/openapi-linter && \
		npm ci --silent --prefix .tools/openapi-linter; } || true
	@if [ -d .tools/openapi-linter/node_modules ]; then \
		node .tools/openapi-linter/node_modules/.bin/spectral lint --fail-severity=warn \
			--ruleset requirements/openapi-linter/spectral.yaml functions/show_reference/openapi.json; \
	else echo "Spectral cannot be had: the OpenAPI document was not linted"; fi

.PHONY: contract
contract: setup .tools/contract/.stamp ## requests made up from the API's reference against the local stack: no fault, no answer against it
	@.venv/bin/python -m tests.contract.run --requests 5000

.PHONY: bill
bill: setup ## what an order costs: units, puts, mails and CPU time by stage, in dollars a million
	@.venv/bin/python -m tests.bench.bill

.PHONY: bench
bench: setup ## what functions take: import time against boto3, first and warm run, memory, package size
	@.venv/bin/python -m tests.bench.functions

.PHONY: faults
faults: setup ## every fault and every pair of faults at every call to AWS, then every guard taken away; some minutes
	@.venv/bin/python -m tests.faults

.PHONY: faults-stack
faults-stack: setup ## real orders on the deployed stack, each with a call to AWS that goes wrong by a proxy; some minutes
	@.venv/bin/python -m tests.proxy

.PHONY: packing
packing: setup ## how good and how fast packing is: known instances, lower bounds, then 10,000 random orders checked
	@.venv/bin/python -m tests.bench.packing
	@.venv/bin/python -m tests.bench.packing 10000

.PHONY: model
model: setup ## explore an order's life with two faults, then without each rule; some minutes
	@.venv/bin/python -m tests.model

.PHONY: capacity
capacity: setup ## which of AWS's quotas is hit first, up to 10,000 orders a second, and what to do
	@.venv/bin/python -m tests.bench.capacity

.PHONY: rush
rush: setup ## 16 processes place 5,000 orders for 4,000 pieces of 3 SKUs; some minutes
	@.venv/bin/python -m tests.load.rush

.PHONY: load
load: setup ## orders at a rate, in a burst and while AWS refuses a fifth of the calls; then all counts; some minutes
	@.venv/bin/python -m tests.load.sustained

.PHONY: deliveries
deliveries: setup ## 20 stores send 2,000 deliveries, 30 % of them twice, shuffled, to the local stack's API; some minutes
	@.venv/bin/python -m tests.load.deliveries

.PHONY: delivery
delivery: setup ## what preparing a delivery takes: CPU time for orders of three parcels, import time
	@.venv/bin/python -m tests.bench.delivery

.PHONY: docs
docs: .tools/docs/.stamp mermaid ## build the docs as a site, into site/; fails on a link that leads nowhere
	@NO_MKDOCS_2_WARNING=1 .tools/docs/bin/mkdocs build --strict --clean 2>&1 | { grep -v "^INFO" || true; }
	@echo "site/index.html"

.PHONY: mermaid
mermaid: # what draws the site's diagrams offline; without npm, the reader's browser asks for it elsewhere
	@[ -f .tools/mermaid/mermaid.min.js ] || ! command -v npm >/dev/null || { mkdir -p .tools/mermaid && cd .tools/mermaid && \
		npm pack --silent mermaid@$(MERMAID_VERSION) >/dev/null && \
		echo "$(MERMAID_SHA512)  mermaid-$(MERMAID_VERSION).tgz" | sha512sum --check --quiet && \
		tar -xzf mermaid-$(MERMAID_VERSION).tgz --strip-components=2 package/dist/mermaid.min.js; } || echo "mermaid cannot be had"

.PHONY: links
links: setup ## ask for every address outside that the README and the docs link to; takes a network
	@.venv/bin/python -m local.outside_links

.PHONY: format
format: setup ## put the code into its form
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

.PHONY: lock
lock: .tools/uv/.stamp-$(UV_VERSION) ## write the lock files anew, with the newest versions allowed
	$(MAKE) --no-print-directory LOCK_FLAGS=--upgrade relock

## Deploy

.PHONY: build
build: setup ## build for AWS into .aws-sam
	PYTHON_RUNTIME=$(PYTHON_RUNTIME) ARCHITECTURE=$(ARCHITECTURE) .tools/sam/bin/sam build --parallel --cached \
		--parameter-overrides PythonRuntime=$(PYTHON_RUNTIME) Architecture=$(ARCHITECTURE)

.PHONY: deploy
deploy: build ## build, then deploy to an AWS account, asking for what it must know
	.tools/sam/bin/sam deploy --guided

.PHONY: deploy-dev
deploy-dev: # as samconfig.toml says, without asking: the pipeline's; after make build
	.tools/sam/bin/sam deploy --config-env dev

.PHONY: deploy-prod
deploy-prod: # as samconfig.toml says, without asking: the pipeline's; after make build
	.tools/sam/bin/sam deploy --config-env prod --no-confirm-changeset

.PHONY: teardown
teardown: setup ## remove the stack for trying things, with all that it keeps (STACK=order-processing-dev)
	@.venv/bin/python -m operating.teardown --stack $(or $(STACK),order-processing-dev) --yes

.PHONY: clean
clean: stop ## stop the local stack; remove what was built (the tools stay: remove .venv and .tools for those)
	rm -rf .aws-sam .local .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# The tools. Each environment stands by itself, because their pins differ.

.tools/uv/.stamp-$(UV_VERSION):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& apt-get update -q && apt-get install -q -y --no-install-recommends python3-venv; } \
		|| { echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 1; }
	rm -rf .tools/uv
	$(PYTHON) -m venv .tools/uv
	.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	touch $@

INSTALL = @echo "$(1): installing" && $(UV) venv --quiet --clear --python .tools/uv/bin/python $(1) && \
	$(UV) pip sync --quiet --require-hashes --compile-bytecode --python $(1)/bin/python $(2) && touch $(1)/.stamp

.venv/.stamp: requirements/dev.txt .tools/uv/.stamp-$(UV_VERSION)
	$(call INSTALL,.venv,$<)
	@# The package is imported from its layer's folder, as it will be from the layer.
	@echo "$(CURDIR)/layers/order_processing" > $$(.venv/bin/python -c 'import site; print(site.getsitepackages()[0])')/order_processing.pth

.tools/sam/.stamp: requirements/tools.txt .tools/uv/.stamp-$(UV_VERSION)
	$(call INSTALL,.tools/sam,$<)

.tools/emulator/.stamp: requirements/emulator.txt .tools/uv/.stamp-$(UV_VERSION)
	$(call INSTALL,.tools/emulator,$<)

.tools/runtime/.stamp: requirements/runtime.txt .tools/uv/.stamp-$(UV_VERSION)
	$(call INSTALL,.tools/runtime,$<)

.tools/viewer/.stamp: requirements/viewer.txt .tools/uv/.stamp-$(UV_VERSION)
	$(call INSTALL,.tools/viewer,$<)

.tools/docs/.stamp: requirements/docs.txt .tools/uv/.stamp-$(UV_VERSION)
	$(call INSTALL,.tools/docs,$<)

.tools/security/.stamp: requirements/security.txt .tools/uv/.stamp-$(UV_VERSION)
	$(call INSTALL,.tools/security,$<)

.tools/contract/.stamp: requirements/contract.txt .tools/uv/.stamp-$(UV_VERSION)
	$(call INSTALL,.tools/contract,$<)

# The development environment agrees with what is deployed: the layer's and the functions' pins bind it,
# and the layer's bind the functions'.
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(LOCK_FLAGS)
LAYER := layers/dependencies/requirements.txt
DOCUMENTS := layers/documents/requirements.txt
FUNCTIONS := $(notdir $(patsubst %/,%,$(wildcard functions/*/)))

.PHONY: relock
relock: .tools/uv/.stamp-$(UV_VERSION)
	$(LOCK) requirements/layer.in -o $(LAYER)
	$(LOCK) --constraints $(LAYER) requirements/documents.in -o $(DOCUMENTS)
	for name in $(FUNCTIONS); do \
		$(LOCK) --constraints $(LAYER) --constraints $(DOCUMENTS) --overrides requirements/overrides.txt requirements/functions/$$name.in -o functions/$$name/requirements.txt; \
	done
	for name in tools emulator runtime viewer security contract docs; do $(LOCK) requirements/$$name.in -o requirements/$$name.txt; done
	$(LOCK) --constraints $(LAYER) --constraints $(DOCUMENTS) $(FUNCTIONS:%=--constraints functions/%/requirements.txt) \
		requirements/dev.in -o requirements/dev.txt
