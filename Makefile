# The commands of this repository. On a fresh Debian machine with Python 3.11, git and npm:
#   make run     a small real world to watch: local nodes, an exchange on them, the monitor and its page
#   make test    everything that is checked
# Everything that is installed goes into .venv, node_modules and .cache; Debian packages only when root runs this.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

BIN := .venv/bin
STAMPS := .cache/stamps
CONFIG ?=
WORKERS ?= 2
CONTRACT := monitor/devnet/contracts/DevnetDollar

.PHONY: help install run test test-nodes coverage lint format contracts docs release lock clean
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMPS)/runtime ## Set up .venv with the reserve-monitor command
	@echo "Ready: $(BIN)/reserve-monitor --help"

# What is already there is not said: each line stands where it is done.
run: $(STAMPS)/runtime ## Run the devnet and the monitor on it; CONFIG=config/okx.yaml: only the monitor
ifeq ($(CONFIG),)
	@$(MAKE) $(STAMPS)/node-modules $(STAMPS)/bitcoin-node
	@tools/install-debian-packages --optional prometheus:prometheus prometheus-alertmanager:prometheus-alertmanager
	@exec $(BIN)/reserve-monitor devnet up
else
	@exec $(BIN)/reserve-monitor run --config $(CONFIG)
endif

test: lint $(STAMPS)/node-modules-development $(STAMPS)/bitcoin-node $(STAMPS)/electrum-server $(STAMPS)/test-programs ## Run every check
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal

test-nodes: $(STAMPS)/development ## Read nodes that take long to install: Cosmos (ten minutes to build, once), Conflux, a beacon node
	@tools/install-debian-packages npm:npm
	@tools/install-real-nodes
	@$(BIN)/pytest tests/real_nodes

coverage: $(STAMPS)/development $(STAMPS)/node-modules-development $(STAMPS)/bitcoin-node $(STAMPS)/electrum-server $(STAMPS)/test-programs ## Measure what no test runs, by room
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal --cov --cov-report=
	@$(BIN)/python -m tools.coverage_by_room | tee .cache/coverage.md

lint: $(STAMPS)/development ## Run the checks that need no nodes: style, types, who imports whom
	@tools/quietly $(BIN)/ruff check .
	@tools/quietly $(BIN)/ruff format --check .
	@tools/quietly $(BIN)/mypy
	@tools/quietly $(BIN)/lint-imports

format: $(STAMPS)/development ## Write the code in its one style
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

contracts: $(STAMPS)/node-modules-development ## Compile the devnet's contract anew
	@tools/compile-contract $(CONTRACT).sol >$(CONTRACT).json

docs: $(STAMPS)/development ## Write the pages and dashboards that are made from the code
	@$(BIN)/python -m tools.configuration_reference
	@$(BIN)/python -m tools.ownership_docs
	@$(BIN)/python -m tools.reference_tables
	@$(BIN)/python -m tools.dashboards
	@$(BIN)/python -m tools.pair_rules

release: $(STAMPS)/development $(STAMPS)/test-programs $(STAMPS)/release ## Make and check what is released, in dist/: minutes
	@tools/release

lock: ## Write the lock files anew, with the newest versions allowed
	@tools/lock-python-packages
	@npm install --package-lock-only --silent

clean: ## Remove everything that was installed or written here
	@rm -rf .venv node_modules .cache var build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What was installed, so that it is installed once: newer than what it was installed from.
$(STAMPS)/runtime: requirements.lock pyproject.toml | $(STAMPS)
	@echo "Installing the monitor and its Python packages into .venv: some minutes, once …"
	@tools/install-python-packages requirements.lock
	@touch $@

$(STAMPS)/development: requirements-dev.lock pyproject.toml | $(STAMPS)
	@echo "Installing Python packages, and those that check them, into .venv: some minutes, once …"
	@tools/install-python-packages requirements-dev.lock
	@touch $@ $(STAMPS)/runtime

$(STAMPS)/node-modules: package-lock.json | $(STAMPS)
	@echo "Installing the Ethereum node (anvil) into node_modules …"
	@tools/install-debian-packages npm:npm
	@npm ci --silent --omit=dev
	@touch $@

$(STAMPS)/node-modules-development: package-lock.json | $(STAMPS)
	@echo "Installing the Ethereum nodes and what tests the page into node_modules …"
	@tools/install-debian-packages npm:npm
	@npm ci --silent
	@touch $@ $(STAMPS)/node-modules

$(STAMPS)/bitcoin-node: tools/install-bitcoin-node | $(STAMPS)
	@echo "Installing a Bitcoin node into .cache/bitcoin-node, unless there is one …"
	@tools/install-bitcoin-node
	@touch $@

$(STAMPS)/electrum-server: requirements-electrum.lock | $(STAMPS)
	@tools/install-electrum-server
	@touch $@

$(STAMPS)/test-programs: Makefile tools/install-debian-packages | $(STAMPS)
	@tools/install-debian-packages prometheus:promtool prometheus-alertmanager:amtool chromium:chromium postgresql litecoind:litecoind openssl:openssl systemd:systemd-analyze
	@touch $@

$(STAMPS)/release: requirements-release.lock tools/install-helm | $(STAMPS)
	@tools/make-venv .cache/release
	@.cache/release/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-release.lock
	@tools/install-helm
	@touch $@

$(STAMPS):
	@mkdir -p $@
