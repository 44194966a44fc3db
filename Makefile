# Yimen 一门. A bare `make` prints the verbs. Nothing here needs root, a database, or anything in HOME.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
ARGS ?=
STAMP := $(VENV)/.stamp

# A HOME that is empty, missing or not ours must not stop an installation.
ifeq ($(shell test -n "$$HOME" -a -w "$$HOME" && echo yes),)
export HOME := $(CURDIR)/var/home
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.PHONY: help setup run test test-15 test-long check format bench access-matrix lifecycles demo-reset doctor lock clean clean-all

help: ## 显示这份清单
	@echo "Yimen 一门：make <动作>"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(STAMP)-run ## 启动一门（第一次会安装、建库、装入演示县），Ctrl-C 停止
	@exec $(BIN)/yimen serve $(ARGS)

setup: $(STAMP)-run ## 安装并准备好一切，但不对外服务
	@$(BIN)/yimen setup $(ARGS)

test: $(STAMP)-dev ## 运行全部测试（不含 test-long）
	$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not long" $(ARGS)

test-15: $(STAMP)-dev ## 在 PostgreSQL 15 上运行不用浏览器的全部测试（要先安装 postgresql-15）
	YIMEN_PG_BIN=/usr/lib/postgresql/15/bin $(BIN)/pytest -n $(JOBS) --dist worksteal -m "not browser and not long" $(ARGS)

test-long: $(STAMP)-dev ## 运行耗时的测试：百万办件、故障演练
	$(BIN)/pytest -m long --timeout=7200 $(ARGS)

check: $(STAMP)-dev ## 提交前的全部检查：格式、类型、分层、迁移、测试
	@$(MAKE) --no-print-directory static
	@$(MAKE) --no-print-directory test

.PHONY: static
static: $(STAMP)-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	DATABASE_URL=postgresql://nobody@127.0.0.1:1/none $(BIN)/python -W ignore manage.py makemigrations --check --dry-run

format: $(STAMP)-dev ## 整理代码格式
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)-dev ## 运行性能测试并写入 docs/benchmarks.md
	$(BIN)/python -m bench --write docs/benchmarks.md $(ARGS)

access-matrix: $(STAMP)-dev ## 由代码重写访问矩阵 docs/access-matrix.md
	WRITE_ACCESS_MATRIX=1 $(BIN)/pytest -q tests/access -k reviewed

lifecycles: $(STAMP)-dev ## 由代码重画办理程序 docs/lifecycles.md
	WRITE_LIFECYCLES=1 $(BIN)/pytest -q tests/architecture -k drawing

demo-reset: $(STAMP)-run ## 清除试用数据，重新装入演示县
	@$(BIN)/yimen demo-reset

doctor: $(STAMP)-run ## 检查这个安装哪里不对
	@$(BIN)/yimen doctor

lock: $(STAMP)-dev ## 由 requirements/*.in 重新生成带哈希的清单
	for name in bootstrap run dev; do \
	  $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	    requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

clean: ## 清除缓存与构建产物（保留数据和 .venv）
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build htmlcov .coverage
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

clean-all: clean ## 另外清除 .venv（仍保留 var/ 里的数据）
	rm -rf $(VENV)

# Each step leaves a stamp, so that a second `make run` goes straight to serving.
$(STAMP)-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "需要 Python 3.11 或更新；可用 make PYTHON=python3.12 指定。"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "这个 Python 缺少 venv/ensurepip。Debian 或 Ubuntu 请先执行：apt-get install python3-venv"; exit 1; }
	@mkdir -p "$$HOME"
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(STAMP)-bootstrap: $(STAMP)-venv requirements/bootstrap.txt
	$(BIN)/python -m pip install -q --require-hashes -r requirements/bootstrap.txt
	@touch $@

$(STAMP)-run: $(STAMP)-bootstrap requirements/run.txt pyproject.toml
	@$(call install,requirements/run.txt)
	@touch $@

$(STAMP)-dev: $(STAMP)-run requirements/dev.txt
	@$(call install,requirements/dev.txt)
	@touch $@

# uv is quick; pip, which may know of an index that uv does not, is the second way. Both check every hash.
define install
echo "正在安装 $(1) ……"; \
$(BIN)/uv pip install -q --system-certs --python $(BIN)/python --require-hashes -r $(1) 2>/dev/null || \
  $(BIN)/python -m pip install -q --require-hashes -r $(1); \
$(BIN)/python -m pip install -q --no-build-isolation --no-deps -e .
endef
