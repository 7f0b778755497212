"""Measure all versions of a kernel in one run: compare answers first, then time.

python py_project/measure_all.py
python py_project/measure_all.py match --scale --out py_project/graphs
python py_project/measure_all.py kmeans
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

# An installed poly_match takes precedence over the sources in this folder, whose compiled part may
# be missing.
sys.path.append(sys.path.pop(0))

from ladder import kernels, machine, record, table
from ladder.results import Results
from ladder.scale import SIZES, Limits, climb
from ladder.timing import Budget, measure

QUICK_SIZES = (100, 1_000, 10_000)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code: 1 if answers differ or a version is missing in CI."""
    given = _parser().parse_args(arguments)
    try:
        registry = kernels.part(given.kernel, "versions")
    except LookupError as error:
        print(f"measure_all.py: {error}", file=sys.stderr)
        return 2
    if given.scale and not hasattr(kernels.part(given.kernel, "example"), "uniform"):
        print(f"measure_all.py: {given.kernel} has its sizes in its forms", file=sys.stderr)
        return 2
    results = Results.of(given.kernel, registry, machine.description())
    print(", ".join(f"{name} {value}" for name, value in results.machine.items()))

    print("\nAnswers\n")
    if not _compare(results):
        print("measure_all.py: answers differ, nothing was timed", file=sys.stderr)
        return 1
    required = [name for name in results.missing if not results.versions[name].optional]
    if required and machine.in_ci():
        print("measure_all.py: in CI every version must run", file=sys.stderr)
        return 1

    print("\nTimes\n")
    _time(results, given)
    print(table.ladder(results))
    if given.scale:
        print("\nScale\n")
        _climb(results, given)
        print(table.scale(results))
    if given.out:
        _write(results, given.out)
    return 0


def _compare(results: Results) -> bool:
    """Compare the answers of all versions that can run; return whether they are correct."""
    for name, version in results.versions.items():
        reason = version.missing()
        if reason:
            results.missing[name] = reason
    findings = kernels.part(results.kernel, "agree").compare(results.versions.values())
    for finding in findings:
        print(finding.text, flush=True)
        results.answers.append(finding.text)
    return all(finding.good for finding in findings)


def _time(results: Results, given: argparse.Namespace) -> None:
    """Time all versions in turn, in several rounds, so that other load affects all of them."""
    of_form = kernels.part(results.kernel, "example").of_form
    budget = Budget(0.2, 2) if given.quick else Budget(given.seconds)
    share = Budget(budget.seconds / given.rounds, -(-budget.least // given.rounds))
    for _ in range(given.rounds):
        for form in results.forms:
            example = of_form(form, quick=given.quick)
            for name, version in results.versions.items():
                if name in results.missing or form not in version.forms:
                    continue
                timing = measure(version, example, form, share)
                if (name, form) in results.timings:
                    results.timings[name, form].extend(timing)
                else:
                    results.timings[name, form] = timing


def _climb(results: Results, given: argparse.Namespace) -> None:
    """Time the versions on growing numbers of points, each up to the limits."""
    workload = kernels.part(results.kernel, "example").uniform
    sizes = given.sizes or (QUICK_SIZES if given.quick else SIZES)
    limits = Limits(given.limit_seconds)
    if given.limit_gb:
        limits = replace(limits, memory=given.limit_gb * 1e9)
    budget = Budget(0.05 if given.quick else 1.0, 1)
    for point in climb(results.versions, workload, sizes, limits, budget):
        done = point.reason or f"{point.milliseconds:,.3f} ms"
        print(f"{point.n_points:,} points, {point.version}: {done}", file=sys.stderr, flush=True)
        results.scale.append(point)


def _write(results: Results, folder: Path) -> None:
    """Write the result files and print their names."""
    folder.mkdir(parents=True, exist_ok=True)
    csv_file, json_file = (folder / f"{results.kernel}.{kind}" for kind in ("csv", "json"))
    record.write_csv(results, csv_file)
    record.write_json(results, json_file)
    written = [csv_file, json_file]
    try:
        from ladder import charts

        written += charts.bars(results, folder / f"{results.kernel}-bars")
        if results.scale:
            written += charts.scaling(results, folder / f"{results.kernel}-scaling")
    except ModuleNotFoundError as error:
        print(f"no charts: {error} (pip install matplotlib)", file=sys.stderr)
    print("\nwritten: " + ", ".join(path.name for path in written) + f" in {folder}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=Path(__file__).name, description="Measure all versions of a kernel in one run."
    )
    parser.add_argument(
        "kernel", nargs="?", default="match", help="the kernel: match, kmeans ... (match)"
    )
    parser.add_argument(
        "--seconds", type=float, default=3.0, help="time for each version and form (3)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="number of rounds (3)")
    parser.add_argument("--scale", action="store_true", help="also 1k, 100k and 10M points")
    parser.add_argument("--sizes", type=int, nargs="+", help="other numbers of points for --scale")
    parser.add_argument(
        "--limit-seconds",
        type=float,
        default=120.0,
        help="maximum time of an iteration of --scale (120)",
    )
    parser.add_argument(
        "--limit-gb", type=float, help="maximum memory for --scale (half of the machine's)"
    )
    parser.add_argument("--out", type=Path, help="folder for CSV, JSON and charts")
    parser.add_argument("--quick", action="store_true", help="a few seconds in total, for CI")
    return parser


if __name__ == "__main__":
    sys.exit(main())
