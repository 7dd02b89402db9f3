# Two commands on a fresh machine: `make demo` and `make test`. Everything lives in .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# torch is pinned here and not in requirements/: its wheels differ by platform, so no one hash fits all.
TORCH  := torch==2.13.0

.PHONY: demo test test-slow lint format bench bench-api bench-web quality pictures studio-pictures docs setup lock clean help

help:  ## what each target does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# What painting needs, and nothing more.
$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# What developing and training need, on top.
$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	@touch $@

# The browser in which pages are tested. Where it cannot be installed those tests skip, and say why.
$(VENV)/.browser: $(VENV)/.dev
	@command -v chromium chromium-browser google-chrome >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || \
	  echo "no browser: tests of pages will skip; apt-get install chromium brings one"
	@touch $@

# What runs filters in the browser, for tests of the page Live. Where npm reaches no registry those tests skip.
$(VENV)/.onnxruntime-web: $(VENV)/.dev
	@$(BIN)/python tests/onnxruntime_web.py $(VENV)/onnxruntime-web || \
	  echo "no onnxruntime-web: tests of the page Live will skip"
	@touch $@

setup: $(VENV)/.dev  ## a .venv with everything for development

demo: $(VENV)/.runtime  ## paint a rendered flight and say where the result is
	$(BIN)/rotoscope demo demo --overwrite

lint: $(VENV)/.dev  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

test: lint $(VENV)/.browser $(VENV)/.onnxruntime-web  ## lint, then every test that takes seconds
	$(BIN)/pytest

test-slow: $(VENV)/.dev  ## the tests that take minutes
	$(BIN)/pytest -m slow

bench: $(VENV)/.dev  ## speed and memory, measured side by side
	$(BIN)/python -m bench

bench-api: $(VENV)/.dev  ## the service: latency, pages, memory
	$(BIN)/python -m bench.api

bench-web: $(VENV)/.browser  ## the studio in a browser: weights of pages, interaction times
	$(BIN)/python -m bench.web

quality: $(VENV)/.dev  ## how good the filters are, measured; wants ROTOSCOPE_REFERENCE_DATA
	$(BIN)/python -m bench.quality --publish

pictures: $(VENV)/.dev  ## make the documentation's pictures with the product
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group pictures
	$(BIN)/python docs/make_pictures.py

studio-pictures: $(VENV)/.browser  ## the documentation's pictures of the studio, taken by its tests
	mkdir -p docs/pictures/studio
	ROTOSCOPE_STUDIO_PICTURES=$(CURDIR)/docs/pictures/studio $(BIN)/pytest -q tests/web

docs: $(VENV)/.dev  ## the pages that are written by the program itself
	$(BIN)/python tests/docs/reference_pages.py
	$(BIN)/python tests/docs/fidelity_matrix.py
	$(BIN)/python -m bench.quality.page
	$(BIN)/python -m bench.flow.page
	$(BIN)/python -m bench.coherence.page
	$(BIN)/python -m bench.optimization.video_page

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --upgrade --quiet --custom-compile-command "make lock"

lock: $(VENV)/.dev  ## choose versions anew; what painting needs has the same versions in both
	$(COMPILE) --group dev --output-file requirements/dev.txt
	$(COMPILE) --group build --constraint requirements/dev.txt --output-file requirements/runtime.txt

clean:
	rm -rf $(VENV) demo bench/results
