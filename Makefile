# Every task is one command. `make demo` and `make test` install what they need into .venv.

PYTHON ?= python3
BIN := .venv/bin
DEMO := demo/power-plant
DEMO_PYTHON := ../.venv/bin/python
EXAMPLES := 10000
SEED := 1
PROCESSES := 2
SPREAD := -n 2 --dist loadfile --no-loadscope-reorder
COUNT := 100
MUTANTS := 300
ANSWERS := 100000

.PHONY: demo test lint types docs bench backbones properties combinations answers kills matrix coverage mutants platforms
.PHONY: regenerate release clean

# From answers to a trained and evaluated project, without data and without a network beyond the package registry.
demo: .venv/.tool
	rm -rf demo
	$(BIN)/layerwright new $(DEMO) --preset power-plant --data hardware=cpu
	$(PYTHON) -m venv demo/.venv
	demo/.venv/bin/python -m pip install --quiet --editable '$(DEMO)[test]'
	cd $(DEMO) && $(DEMO_PYTHON) -m pytest -q
	cd $(DEMO) && $(DEMO_PYTHON) -m power_plant.train
	cd $(DEMO) && $(DEMO_PYTHON) -m power_plant.evaluate
	$(BIN)/layerwright explain --preset power-plant
	@echo
	@echo "The project:         $(CURDIR)/$(DEMO)"
	@echo "Its learning curve:  $(CURDIR)/$(DEMO)/runs/first/learning_curve.png"

test: .venv/.test lint types
	$(BIN)/python -m pytest $(SPREAD) --durations 40

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.test
	$(BIN)/mypy

# Builds the site into site/; warnings are errors.
docs: .venv/.test
	$(BIN)/python docs/site/build.py site

# Measures layerwright beside its peers, which it installs into build/peers, and how costs grow. Takes half an hour.
bench: .venv/.test
	$(BIN)/python benchmarks/peers.py
	$(BIN)/python benchmarks/explain.py
	$(BIN)/python benchmarks/growth.py --plot docs/growth.svg

# Reads the table of pretrained bodies off real Keras again. Takes some minutes, and downloads nothing.
backbones: .venv/.test
	$(BIN)/python -m tests.read_backbones

# Draws 10,000 sets of answers, and compares what is planned with what Keras builds. Takes hours; goes on where it stopped.
properties: .venv/.test
	$(BIN)/python -m tests.properties --examples $(EXAMPLES) --seed $(SEED) --processes $(PROCESSES)

# Makes, lints, trains and tests a project for every pair of answers. Takes hours; goes on where it stopped.
combinations: .venv/.test
	$(BIN)/python -m tests.combinations --seed $(SEED) --processes $(PROCESSES)

# Gives 100,000 wrong and random sets of answers to explain. Takes a quarter of an hour; goes on where it stopped.
answers: .venv/.test
	$(BIN)/python -m tests.wrong_answers --count $(ANSWERS) --seed $(SEED)

# Kills new, update and add at random points, each 100 times by each signal, and looks at what is left. Takes hours.
kills: .venv/.test
	$(BIN)/python -m tests.kills --count $(COUNT) --seed $(SEED)

# Updates a project of every released version to the files at hand, with the oldest and the newest Black.
matrix: .venv/.test
	$(BIN)/python -m tests.matrix

# Which lines and branches the tests run, those of commands in processes of their own included. Takes twice as long as
# `make test`. On a full disk there is no room for what is counted, either.
coverage: .venv/.test
	mkdir -p build/coverage
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(SPREAD) --ignore tests/test_full_disk.py
	$(BIN)/coverage combine
	$(BIN)/coverage report

# Changes what plans and writes networks in small ways, and prints each change that no test notices. Takes an hour or more.
mutants: .venv/.test
	$(BIN)/python -m pip install --quiet --editable '.[mutants]'
	$(BIN)/python -m tests.mutants --count $(MUTANTS) --seed $(SEED)

# The tests that need no Keras, with the oldest and the newest dependencies, on each Python at hand.
platforms: .venv/.test
	$(BIN)/python -m tests.platforms

# Writes tests/cases anew; read the difference as you would read code.
regenerate: .venv/.test
	$(BIN)/python -m tests.regenerate

# Commits and tags VERSION, and builds it into dist/; or changes nothing, and says why.
release: .venv/.test
	$(BIN)/python release.py $(VERSION)

clean:
	rm -rf .venv demo build dist site .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/.tool: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/.test: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[docs,lint,test]'
	touch $@ .venv/.tool
