# Every command of this project. `make demo` and `make test` install what they need.
SHELL := /bin/bash
.DEFAULT_GOAL := help
# scripts/install chooses a Python 3.11 or 3.12; `make demo PYTHON=…` names another.
export PYTHON
# uv is fetched into the project's own folder when the machine has none.
UV := $(shell command -v uv || echo .tools/bin/uv)
# Two environments: serving and app never share one.
unexport VIRTUAL_ENV
# Python keeps what it compiled: else each of the many processes of a demo or a test compiles its libraries anew.
unexport PYTHONDONTWRITEBYTECODE
APP := .venv/bin/python

.PHONY: help demo run test test-fast test-servers test-services test-ray test-s3 servers coverage lint types format bench screenshots clean

help:
	@echo "make demo         install everything and start the workbench with its own model server"
	@echo "make run          start the workbench alone, against the servers in mds.toml"
	@echo "make test         install everything and run every test"
	@echo "make test-fast    the daily loop of three minutes: no browser, no server of another project, nothing slow"
	@echo "make test-servers only the tests against real model servers"
	@echo "make test-services the tests that need what root installs with apt: an older PostgreSQL, Prometheus, brokers"
	@echo "make test-ray  the tests on a Ray cluster of two machines, and explanations beside a real Ray"
	@echo "make test-s3   large files in a bucket, on a server that speaks S3"
	@echo "make coverage     every test, and the lines and branches that it reaches"
	@echo "make lint types   the checks alone;   make format  put the code in order"
	@echo "make bench        the benchmarks;     make screenshots  the pictures in docs/"

demo: .venv/app.stamp demo_mds/.venv/serving.stamp
	@exec $(APP) -m cli demo

run: .venv/app.stamp
	@exec $(APP) app.py

# Three workers on two cores: browsers and servers wait a good deal. tests/workers.py says how they share the tests.
WORKERS := 3
PYTEST = $(APP) -m pytest -n $(WORKERS) --dist loadgroup --durations=20 --durations-min=0.5
FAST := -m "not slow" --ignore=tests/browser --ignore=tests/servers --ignore=tests/zoo/test_real_servers.py

test: .venv/test.stamp demo_mds/.venv/serving.stamp lint types browser servers
	$(PYTEST) --cpu

test-fast: .venv/test.stamp demo_mds/.venv/serving.stamp
	$(PYTEST) $(FAST)

coverage: .venv/test.stamp demo_mds/.venv/serving.stamp browser servers
	$(PYTEST) --cov --cov-report=term --cov-report=json:var/coverage.json

# Real model servers, each in an environment of its own below .tools/servers; `make test` runs them too.
test-servers: .venv/test.stamp demo_mds/.venv/serving.stamp servers
	$(APP) -m pytest tests/servers --durations=8

# What only root can install is tested here, and nowhere in `make test`.
test-services: .venv/test.stamp
	$(APP) -m tests.distribution

# Ray is an extra: an environment with it, so that everything else is tested without.
RAY := .tools/ray/venv
test-ray: .venv/test.stamp $(RAY)/ray.stamp
	$(RAY)/bin/python -m pytest -q --durations=5 tests/batch/on_ray.py tests/explanations/test_libraries.py

$(RAY)/ray.stamp: uv.lock | $(UV)
	@UV_PROJECT_ENVIRONMENT=$(RAY) scripts/install sync --extra ray
	@touch $@

# What speaks S3 holds back other packages of the lock: it has an environment of its own, like that of an operator who adds it.
S3 := .tools/s3/venv
test-s3: .venv/test.stamp demo_mds/.venv/serving.stamp $(S3)/s3.stamp
	$(S3)/bin/python -m pytest -q tests/batch/on_s3.py

$(S3)/s3.stamp: uv.lock | $(UV)
	@UV_PROJECT_ENVIRONMENT=$(S3) scripts/install sync
	@$(UV) pip install --quiet --python $(S3)/bin/python s3fs==2026.9.0 'moto[s3]==5.2.5' flask-cors==6.0.5
	@touch $@

servers: .venv/test.stamp
	@$(APP) -m tests.servers.environments

lint: .venv/test.stamp
	$(APP) -m ruff check .
	$(APP) -m ruff format --check .
	.venv/bin/codespell

types: .venv/test.stamp
	$(APP) -m mypy

format: .venv/test.stamp
	$(APP) -m ruff check --fix .
	$(APP) -m ruff format .

bench: .venv/test.stamp demo_mds/.venv/serving.stamp browser
	$(APP) -m benchmarks.pages
	$(APP) -m benchmarks.client
	$(APP) -m benchmarks.catalogue
	$(APP) -m benchmarks.explanations
	$(APP) -m benchmarks.jobs
	$(APP) -m benchmarks.cases
	$(APP) -m benchmarks.review
	$(APP) -m benchmarks.what_if
	$(APP) -m benchmarks.layout_shift
	$(APP) -m benchmarks.batch

screenshots: .venv/test.stamp demo_mds/.venv/serving.stamp browser
	$(APP) -m tests.browser.screenshots

.PHONY: browser
browser: .venv/test.stamp
	@$(APP) -m tests.browser.chromium

clean:
	rm -rf .venv demo_mds/.venv var

.tools/bin/uv:
	@scripts/install uv

.venv/app.stamp: uv.lock | $(UV)
	@echo "Installing the workbench (about 1 GB with the explainers; once)"
	@scripts/install sync --no-dev --inexact
	@touch $@

.venv/test.stamp: uv.lock | $(UV)
	@scripts/install sync
	@touch $@ .venv/app.stamp

demo_mds/.venv/serving.stamp: demo_mds/uv.lock | $(UV)
	@echo "Installing the embedded model server (about 700 MB; once)"
	@scripts/install sync --project demo_mds
	@touch $@
