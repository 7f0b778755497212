"""What a wheel must be able to do wherever it is installed; run by `make wheel` and on release."""

import polars as pl

import poly_match as pm

zones = pl.DataFrame({"x": [[0, 8, 8, 0], [2, 4, 4, 2]], "y": [[0, 0, 8, 8], [2, 2, 4, 4]]})
points = pl.DataFrame({"x": [3.0, 7.0, 99.0, None], "y": [3.0, 1.0, 99.0, 0.0]})
answers = points.select(zone=pm.poly_match(pl.struct("x", "y"), zones, predicate="covers"))
assert answers["zone"].to_list() == [1, 0, None, None], answers
print(f"poly-match {pm.__version__}: the wheel works")
