"""Measure one version of a ladder.

python py_project/measure.py v1
python py_project/measure.py v6-prepared --example uniform --points 1000000
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

# An installed poly_match goes before the sources beside this file, which may be without their
# compiled part.
sys.path.append(sys.path.pop(0))

from ladder import kernels
from ladder.timing import Budget, measure
from ladder.version import named

EXAMPLES = {
    "original": "original",
    "distinct": "distinct_areas",
    "far": "some_far",
    "uniform": "uniform",
}
"""Names on the command line, and the functions of a kernel's `example` behind them."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    given = _parser().parse_args(arguments)
    try:
        version = named(kernels.part(given.kernel, "versions").VERSIONS, given.version)
        example = _example(given.kernel, given.example, given.points)
    except LookupError as error:
        print(f"measure.py: {error}", file=sys.stderr)
        return 2
    reason = version.missing()
    if reason:
        print(f"measure.py: {reason}", file=sys.stderr)
        return 1
    forms = version.forms if given.form == "both" else (given.form,)
    if not set(forms) <= set(version.forms):
        has = " and ".join(version.forms)
        print(f"measure.py: {version.name} is measured {has} only", file=sys.stderr)
        return 2

    budget = Budget(0.2, 2) if given.quick else Budget(given.seconds)
    print(f"{version.name}: {version.what}")
    print(f"{example.name} example: {example.n_points:,} points, {example.n_polygons:,} polygons")
    for form in forms:
        timing = measure(version, example, form, budget)
        print(
            f"{form}: {timing.mean_ms:.3f} ms per iteration on average, "
            f"{timing.median_ms:.3f} ms median, {timing.iterations} iterations"
        )
    return 0


def _example(kernel: str, name: str, n_points: int) -> Any:
    """Return a kernel's example of that name; the uniform one has as many points as asked for."""
    make = getattr(kernels.part(kernel, "example"), EXAMPLES[name], None)
    if make is None:
        raise LookupError(f"the kernel {kernel!r} has no example {name!r}")
    return make(n_points) if name == "uniform" else make()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=Path(__file__).name, description="Measure one version of a ladder."
    )
    parser.add_argument("version", help="v1, v1.5 ...; a wrong one lists them all")
    parser.add_argument("--kernel", default="match", help="which ladder (match)")
    parser.add_argument(
        "--form",
        choices=("both", "cached", "fresh"),
        default="both",
        help="polygons that know their centre and area, or new ones in each iteration",
    )
    parser.add_argument(
        "--example", choices=EXAMPLES, default="original", help="what to measure it on (original)"
    )
    parser.add_argument(
        "--points", type=int, default=100_000, help="points of the uniform example (100000)"
    )
    parser.add_argument("--seconds", type=float, default=3.0, help="to spend on each form (3)")
    parser.add_argument("--quick", action="store_true", help="a fraction of a second, for CI")
    return parser


if __name__ == "__main__":
    sys.exit(main())
