# `make` lists the targets. Nothing here asks a question; everything is installed into .venv.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8501
BIN := .venv/bin
SAMPLE := .cache/sample
# The day that the sample town takes for today: its counts are of June for ever, and stale counts cancel nothing.
SAMPLE_DAY := $(shell sed -n 's/^as_of = "\(.*\)"/\1/p' data/sample/doorplate.toml)
OUT ?= $(SAMPLE)
# The tables that the page Data brings in and runs: a copy of the sample, so that a trial changes nothing in the repository.
PROJECT ?= $(if $(filter $(SAMPLE),$(OUT)),.cache/project)
CODE := $(wildcard geo/*.py geo/*/*.py data/profiles/*.toml)

.PHONY: help app sample test lint docs pictures bench lock install

help:  ## 列出命令 · this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 10

install:  ## 安装到 .venv · install into .venv from requirements.lock
	@.ci/install

app: install $(if $(filter $(SAMPLE),$(OUT)),sample)  ## 打开示例镇 · show the sample town (PORT=8501), or your own result (OUT=folder)
	@[ "$(PROJECT)" != .cache/project ] || [ -d .cache/project ] || cp -r data/sample .cache/project
	@port=$$($(BIN)/python .ci/port.py $(PORT)); \
	echo; echo "  门楼牌核对 doorplate:  http://127.0.0.1:$$port"; echo; \
	DOORPLATE_SIGN_IN=single $(if $(filter $(SAMPLE),$(OUT)),DOORPLATE_SAMPLE_DAY=$(SAMPLE_DAY)) DOORPLATE_PROJECT="$(PROJECT)" DOORPLATE_OUT="$(OUT)" exec $(BIN)/streamlit run app.py --server.address 127.0.0.1 --server.port $$port

sample: install $(SAMPLE)/run.json  ## 核对示例镇 · verify the sample town into .cache/sample

$(SAMPLE)/run.json: $(CODE) $(wildcard data/sample/*) | install
	@$(BIN)/doorplate verify data/sample --out $(SAMPLE)
	@touch $@

test: install  ## 全部检查与测试 · every check and every test, as in .ci/run
	@.ci/browser
	@.ci/postgres
	@$(MAKE) lint
	@$(BIN)/python -m geo.export.dictionary --check docs/data-dictionary.md
	@$(BIN)/python -m geo.export.catalogue --check docs/findings.md --into README.md
	@$(BIN)/pytest

lint: install  ## 静态检查 · ruff, mypy, import contracts
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

docs: install  ## 重新生成数据字典与问题目录 · write the generated documents
	@$(BIN)/python -m geo.export.dictionary docs/data-dictionary.md
	@$(BIN)/python -m geo.export.catalogue docs/findings.md --into README.md

pictures: install  ## 重拍文档中的图 · take the documents' pictures anew, from the app in a browser
	@.ci/browser
	@$(BIN)/python -m docs.pictures

bench: install  ## 速度与准确度 · speed and accuracy against peers, seeded
	@$(BIN)/python -m benchmarks

lock:  ## 重新锁定依赖 · pin the dependencies anew (needs the network)
	@python3 -m venv .cache/lock && .cache/lock/bin/python -m pip install --quiet pip-tools==7.6.2
	@.cache/lock/bin/pip-compile --quiet --extra dev --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-options \
	    --no-header --strip-extras --allow-unsafe --output-file requirements.lock pyproject.toml
	@sed -i '1i # Every package this project installs, with its version and the digests of its files: `make lock`; docs/decisions/0002.\n' requirements.lock
