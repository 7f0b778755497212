"""Measure one version of a kernel.

python py_project/measure.py v1
python py_project/measure.py v6-prepared --example uniform --points 1000000
python py_project/measure.py kmeans_py_sklearn --form 1m-2-50
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

# An installed poly_match takes precedence over the sources in this folder, whose compiled part may
# be missing.
sys.path.append(sys.path.pop(0))

from ladder import kernels
from ladder.table import counted
from ladder.timing import Budget, measure
from ladder.version import Example, named


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    given = _parser().parse_args(arguments)
    try:
        kernel = given.kernel or kernels.with_version(given.version)
        version = named(kernels.part(kernel, "versions").VERSIONS, given.version)
        examples = _examples(kernel, given)
    except LookupError as error:
        print(f"measure.py: {error}", file=sys.stderr)
        return 2
    reason = version.missing()
    if reason:
        print(f"measure.py: {reason}", file=sys.stderr)
        return 1
    forms = version.forms if given.form == "all" else (given.form,)
    if not set(forms) <= set(version.forms):
        has = " and ".join(version.forms)
        print(f"measure.py: {version.name} is measured {has} only", file=sys.stderr)
        return 2

    budget = Budget(0.2, 2) if given.quick else Budget(given.seconds)
    print(f"{version.name}: {version.what}")
    shown = ""
    for form in forms:
        example = examples(form)
        about = f"{example.name} example: {', '.join(map(counted, example.sizes.items()))}"
        if about != shown:
            print(about)
        shown = about
        timing = measure(version, example, form, budget)
        print(
            f"{form}: {timing.mean_ms:.3f} ms per iteration on average, "
            f"{timing.median_ms:.3f} ms median, {timing.iterations} iterations"
        )
    return 0


def _examples(kernel: str, given: argparse.Namespace) -> Callable[[str], Example]:
    """Return a function that makes the example of a form: the default, or that of --example."""
    part = kernels.part(kernel, "example")
    if given.example is None:
        return partial(part.of_form, quick=given.quick)
    named_examples = getattr(part, "EXAMPLES", {})
    if given.example not in named_examples:
        has = ", ".join(named_examples) or "none with a name"
        raise LookupError(f"there is no example {given.example!r} of {kernel}; examples are: {has}")
    make = named_examples[given.example]
    example = make(given.points) if given.example == "uniform" else make()
    return lambda form: example


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=Path(__file__).name, description="Measure one version of a kernel."
    )
    parser.add_argument("version", help="v1, kmeans_py_scratch ...; an unknown name lists them all")
    parser.add_argument("--kernel", help="the kernel, if the name of the version is not unique")
    parser.add_argument(
        "--form", default="all", help="a form of measurement: cached, fresh ... (all)"
    )
    parser.add_argument("--example", help="the input, if not that of the form")
    parser.add_argument(
        "--points", type=int, default=100_000, help="points of the uniform example (100000)"
    )
    parser.add_argument("--seconds", type=float, default=3.0, help="time for each form (3)")
    parser.add_argument("--quick", action="store_true", help="a fraction of a second, for CI")
    return parser


if __name__ == "__main__":
    sys.exit(main())
