# Two commands: `make demo` runs the main job on real work, `make test` passes all tests.
# Both set up what they need, in .venv and target/. `make check` is what a change must pass besides.

PYTHON ?= python3
OLDEST_POLARS = 1.36.1
BIN = $(CURDIR)/.venv/bin
BENCH = $(or $(POLY_MATCH_BENCH_TARGET),$(CURDIR)/target/bench)

.PHONY: demo test test-spark test-long no-java fuzz bench-small wheel check docs clean

demo: .venv
	@echo "demo: builds the package, matches 1,000,000 points. The first build compiles Polars: about"
	@echo "8 minutes on two cores; later ones take seconds."
	cd py_project && $(BIN)/maturin develop --release --extras demo
	$(BIN)/poly-match demo

test: .venv
	@echo "test: Rust tests, package, Python tests with the newest and the oldest Polars, Spark. From"
	@echo "nothing about 40 minutes on two cores."
	cargo test --package poly-match-engine --package poly-match-ladder --no-default-features \
		--features poly-match-engine/cloud
	cd py_project && $(BIN)/maturin develop --release --extras demo,ladder,test
	$(BIN)/pip install --quiet ./py_project/ladder/rust --group py_project/pyproject.toml:recipes
	cd py_project && $(BIN)/pytest
	$(PYTHON) -m venv .venv/oldest
	.venv/oldest/bin/pip install --quiet polars==$(OLDEST_POLARS) -r py_project/tests/oldest.txt
	cd py_project && PYTHONPATH=$(CURDIR)/py_project ../.venv/oldest/bin/pytest --quiet $(OLDEST_TESTS)
	$(MAKE) $(if $(CI)$(shell command -v java),test-spark,no-java)
	@echo "all tests passed"

# Those that say how Polars runs the expression.
OLDEST_TESTS = tests/test_contexts.py tests/test_outputs.py tests/test_expression_properties.py \
	tests/test_plan.py tests/test_options.py tests/test_errors.py \
	tests/test_kmeans.py tests/test_stratify.py tests/test_kernel_contexts.py \
	tests/test_dtw.py tests/test_intersections.py tests/test_shade.py tests/test_pair_contexts.py

# In an environment of its own: Spark is not ready for the pandas of the others.
test-spark:
	$(PYTHON) -m venv .venv/spark
	.venv/spark/bin/pip install --quiet -r py_project/tests/spark.txt
	cd py_project && PYTHONPATH=$(CURDIR)/py_project PYSPARK_PYTHON=$(CURDIR)/.venv/spark/bin/python \
		SPARK_LOCAL_IP=127.0.0.1 ../.venv/spark/bin/pytest --quiet $(SPARK_TESTS)

no-java:
	@echo "Spark is not tested: there is no java on the path"

# Those that run Spark: tests, the page and the example in the reference. Other runs leave them out.
SPARK_TESTS = tests/spark poly_match/spark.py tests/test_docs.py::test_blocks_run

# What takes too long for every change: property tests with more cases, and tests marked `long`.
# After `make test`, whose environment it takes.
test-long:
	POLY_MATCH_CASES=$(CASES) cargo test --package poly-match-engine --no-default-features \
		--features poly-match-engine/cloud
	cd py_project && POLY_MATCH_CASES=$(CASES) $(BIN)/pytest -m long

CASES ?= 10

# Asks the fuzz targets of engine/fuzz for a while each; longer by `make fuzz FUZZ_SECONDS=3600`.
fuzz:
	RUSTFLAGS="$(COVERAGE)" cargo build --manifest-path engine/fuzz/Cargo.toml --release \
		--target $(HOST) --target-dir target/fuzz
	cd target/fuzz && for target in wkb nested matcher files; do mkdir -p corpus/$$target && \
		./$(HOST)/release/$$target corpus/$$target -max_total_time=$(FUZZ_SECONDS) -timeout=30 \
		-print_final_stats=1 -verbosity=0 || exit 1; done

FUZZ_SECONDS ?= 20
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
# What libFuzzer is led by; those of cargo-fuzz, which needs another toolchain for sanitizers alone.
COVERAGE = --cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
	-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
	-Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions

# Answers of the engines that install quickly; all are there in bench/README.md. The package is taken
# as `make test` or `make demo` built it. Without the real data their workloads are left out.
bench-small:
	$(PYTHON) bench/install.py --ci
	$(BENCH)/venvs/main/bin/python bench/run.py --ci $(if $(POLY_MATCH_DATA),--strict)

# A wheel in target/wheels, installed into an environment of its own and used once.
wheel: .venv
	rm -rf target/wheels .venv/wheel
	cd py_project && $(BIN)/maturin build --release --out ../target/wheels
	$(PYTHON) -m venv .venv/wheel
	.venv/wheel/bin/pip install --quiet target/wheels/*.whl
	.venv/wheel/bin/python py_project/smoke.py

# Clippy looks at the plugin in a folder of its own: in maturin's, each would rebuild all of Polars.
check: .venv docs
	cargo fmt --all --check
	cargo clippy --package poly-match-engine --package poly-match-ladder --all-targets -- -D warnings
	cargo clippy --package poly-match-plugin --target-dir target/check -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --package poly-match-engine --no-deps --document-private-items
	$(BIN)/pip install --quiet --group py_project/pyproject.toml:check
	cd py_project && $(BIN)/ruff format --check && $(BIN)/ruff check && $(BIN)/mypy
	cd py_project && PYTHONPATH=. $(BIN)/basedpyright --pythonpath $(BIN)/python --ignoreexternal \
		--verifytypes poly_match > ../target/types.txt || { cat ../target/types.txt; exit 1; }
	$(BIN)/ruff format --check docs && $(BIN)/ruff check docs
	cd bench/rust && cargo fmt --check
	cargo clippy --manifest-path bench/rust/Cargo.toml --target-dir target/check-bench -- -D warnings
	cd bench && $(BIN)/ruff format --check && $(BIN)/ruff check
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/zizmor --offline --no-progress --quiet --pedantic .github/workflows

# The site, in target/docs; a dead link is an error. It needs the sources alone.
docs: .venv
	$(BIN)/pip install --quiet --group py_project/pyproject.toml:check --group py_project/pyproject.toml:docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

.venv:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet 'maturin==1.16.*'

clean:
	rm -rf .venv target
