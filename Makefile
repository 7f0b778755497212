# Two commands: `make demo` runs the main job on real work, `make test` passes all tests.
# Both set up what they need, in .venv and target/. `make check` is what a change must pass besides.

PYTHON ?= python3
OLDEST_POLARS = 1.36.1
BIN = $(CURDIR)/.venv/bin

.PHONY: demo test check clean

demo: .venv
	cd py_project && $(BIN)/maturin develop --release --extras demo
	$(BIN)/poly-match demo

test: .venv
	cargo test --package poly-match-engine --package poly-match-ladder --no-default-features
	cd py_project && $(BIN)/maturin develop --release --extras demo,ladder,test
	$(BIN)/pip install --quiet ./py_project/ladder/rust
	cd py_project && $(BIN)/pytest
	$(PYTHON) -m venv .venv/oldest
	.venv/oldest/bin/pip install --quiet polars==$(OLDEST_POLARS) -r py_project/tests/oldest.txt
	cd py_project && PYTHONPATH=$(CURDIR)/py_project ../.venv/oldest/bin/pytest --quiet $(OLDEST_TESTS)
	@echo "all tests passed"

# Those that say how Polars runs the expression.
OLDEST_TESTS = tests/test_contexts.py tests/test_expression_properties.py tests/test_plan.py \
	tests/test_errors.py

# Clippy looks at the plugin in a folder of its own: in maturin's, each would rebuild all of Polars.
check: .venv
	cargo fmt --all --check
	cargo clippy --package poly-match-engine --package poly-match-ladder --all-targets -- -D warnings
	cargo clippy --package poly-match-plugin --target-dir target/check -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --package poly-match-engine --no-deps --document-private-items
	$(BIN)/pip install --quiet --group py_project/pyproject.toml:check
	cd py_project && $(BIN)/ruff format --check && $(BIN)/ruff check && $(BIN)/mypy

.venv:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet 'maturin==1.16.*'

clean:
	rm -rf .venv target
