# make play   creates .venv, installs, serves the game on 127.0.0.1 (PORT, default 7860; DATA, default
#             practice, as --panoramas of app.py)
# make test   installs what tests need as well, and runs all of them
# make test-fast  those without browser, database, server, training or processes: under two minutes
# make setup  only installs;  make check  lints, type-checks, checks the arrows
# make opponent STREETVIEW=DIR  trains the net that ships: hours, or minutes on a GPU (WORLD=DIR with
#             more of the practice world than ships); begun before, it goes on where it was
# make audit  asks PyPI for known flaws of what is locked;  make sbom  lists it in build/sbom.json
# make adversary  tries what SECURITY.md says on the running program
# make fuzz   reads mutated photos (FILES, default 10000; SEED, default 1)
# make load   lets PLAYERS (50) play GAMES (1) each against a server of its own, and prints its times
# make bench  prints benchmarks;  make lock  renews requirements.lock from requirements.txt
# make clean  deletes the environment and what tools and tests left; rendered panoramas stay

PYTHON ?= python3
PORT ?= 7860
VENV := .venv
BIN := $(VENV)/bin
DATA ?= practice
WORLD ?= assets/practice/data
## A run of a TOML, by name, that goes on where it was, if it was begun before.
TRAIN = $(BIN)/python -m model.train --data $(STREETVIEW) --data $(WORLD) --cache runs/cache \
	--config model/experiments/$(1).toml --out runs/$(2) $(if $(wildcard runs/$(2)/last.pt),--resume)
FILES ?= 10000
SEED ?= 1
PLAYERS ?= 50
GAMES ?= 1

.PHONY: help play test test-fast setup check lock audit sbom opponent bench fuzz load adversary clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
		|| { echo "Python 3.10 or newer is needed; set PYTHON=/path/to/python3"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.play: $(VENV)/.python requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.test: $(VENV)/.play requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/.browser: tests/browser/install.sh
	sh tests/browser/install.sh
	@mkdir -p $(VENV) && touch $@

$(VENV)/.postgres: tests/integration/install_postgres.sh
	sh tests/integration/install_postgres.sh
	@mkdir -p $(VENV) && touch $@

setup: $(VENV)/.test $(VENV)/.browser $(VENV)/.postgres

play: $(VENV)/.play
	PORT=$(PORT) $(BIN)/python app.py --panoramas $(DATA)

test: setup
	$(BIN)/python -m pytest

test-fast: $(VENV)/.test
	$(BIN)/python -m pytest -m "not slow and not browser" tests/unit

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: $(VENV)/.test
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.10 --no-header \
		requirements.txt --output-file requirements.lock

opponent: $(VENV)/.test
	@test -n "$(STREETVIEW)" || { echo "give STREETVIEW=DIR, the real photographs: see MODEL_CARD.md"; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-train.txt
	$(call TRAIN,teacher,teacher-1) --set augmentation.mixup=0.2 --set augmentation.cutmix=1.0
	$(call TRAIN,teacher,teacher-2) --set seed=2 --set logit_adjustment=0.5
	$(call TRAIN,teacher,teacher-3) --set seed=3 --set stages.1.short_side_px=288 --set augmentation.mixup=0.4
	$(call TRAIN,opponent,opponent)
	$(call TRAIN,refine,refined)
	$(call TRAIN,sharpen,sharpened)
	$(call TRAIN,sharpen,sharpened-twice) --set seed=2 --set stages.0.epochs=9 --set keep_start=0.4 \
		--set 'start_from=["runs/sharpened/checkpoint"]'

audit: $(VENV)/.test
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.lock

sbom: $(VENV)/.test
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements --output-reproducible --of JSON -o build/sbom.json requirements.lock

adversary: $(VENV)/.test
	$(BIN)/python -m tests.adversary

bench: $(VENV)/.test
	$(BIN)/python -m tests.benchmarks

fuzz: $(VENV)/.test
	$(BIN)/python -m tests.fuzz --files $(FILES) --seed $(SEED)

load: $(VENV)/.test
	$(BIN)/python -m tests.load --players $(PLAYERS) --games $(GAMES)

clean:
	rm -rf $(VENV) build/sbom.json build/screenshots build/space .mypy_cache .ruff_cache .pytest_cache .hypothesis
