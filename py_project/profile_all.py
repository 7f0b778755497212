"""Profile the versions of a kernel: draw a flame graph with native frames for each.

    python py_project/profile_all.py
    python py_project/profile_all.py v1 v5 --form fresh --out graphs
    python py_project/profile_all.py --kernel kmeans --form 10k-2-5

Needs py-spy (``pip install py-spy``), and permission to read another process: root, or on Linux
``kernel.yama.ptrace_scope=0``.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

# An installed poly_match takes precedence over the sources in this folder, whose compiled part may
# be missing.
sys.path.append(sys.path.pop(0))

from ladder import flame, kernels, stacks
from ladder.version import Version, named

HERE = Path(__file__).parent
SHOWN = 12
"""Number of functions printed for each version."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    given = _parser().parse_args(arguments)
    try:
        registry = kernels.part(given.kernel, "versions").VERSIONS
        versions = [named(registry, name) for name in given.versions or registry]
    except LookupError as error:
        print(f"profile_all.py: {error}", file=sys.stderr)
        return 2
    py_spy = shutil.which("py-spy", path=sysconfig.get_path("scripts")) or shutil.which("py-spy")
    if py_spy is None:
        print("profile_all.py: py-spy is not installed (pip install py-spy)", file=sys.stderr)
        return 1
    given.out.mkdir(parents=True, exist_ok=True)
    failed = False
    for version in versions:
        reason = version.missing()
        if reason:
            print(f"profile_all.py: {reason}", file=sys.stderr)
            failed = True
            continue
        for form in version.forms if given.form == "all" else (given.form,):
            if form in version.forms:
                failed |= not _profile(version, form, py_spy, given)
    return int(failed)


def _profile(version: Version, form: str, py_spy: str, given: argparse.Namespace) -> bool:
    """Record one version in one form, write its graph, and print the shares of functions."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "stacks.txt"
        command = [py_spy, "record", "--native", "--format", "raw", "--output", str(raw)]
        command += ["--rate", str(given.rate), "--", sys.executable, str(HERE / "measure.py")]
        command += [version.name, "--kernel", given.kernel, "--form", form]
        if given.example:
            command += ["--example", given.example, "--points", str(given.points)]
        command += ["--seconds", str(given.seconds)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not raw.exists():
            print(f"profile_all.py: {version.name}: {done.stderr.strip()}", file=sys.stderr)
            return False
        sampled = stacks.read(raw)
    timed = stacks.below(sampled, lambda frame: _starts(version, frame))
    if not timed:
        print(f"profile_all.py: {version.name}: no samples were taken", file=sys.stderr)
        return False

    path = given.out / f"{given.kernel}-{version.name}-{form}.svg"
    title = f"{version.name} ({form}): {version.what}; {timed.total()} samples"
    path.write_text(flame.svg(timed, title))
    print(f"\n{title} -> {path} ({path.stat().st_size / 1024:.0f} KB)")
    print("   all   own  function")
    for function, inclusive, own in stacks.shares(timed)[:SHOWN]:
        print(f"{inclusive:6.1%} {own:5.1%}  {function}")
    return True


def _starts(version: Version, frame: str) -> bool:
    """Return whether the graph of a stack starts at this frame.

    It starts at the entry of the version, which is the timed section. In threads that Python did
    not start, it starts at the first frame of the engine.
    """
    file = version.module.replace(".", "/") + ".py"
    entry = frame.startswith(f"{version.entry} (") and file in frame
    return entry or "poly_match_" in frame or "linfa" in frame


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=Path(__file__).name, description="Draw a flame graph of every version of a kernel."
    )
    parser.add_argument("versions", nargs="*", help="the versions (all)")
    parser.add_argument("--kernel", default="match", help="the kernel (match)")
    parser.add_argument("--form", default="all", help="a form of measurement (all)")
    parser.add_argument("--example", help="the input, if not that of the form")
    parser.add_argument(
        "--points", type=int, default=100_000, help="points of the uniform example (100000)"
    )
    parser.add_argument("--seconds", type=float, default=5.0, help="time for each graph (5)")
    parser.add_argument("--rate", type=int, default=200, help="samples per second (200)")
    parser.add_argument("--out", type=Path, default=HERE / "graphs", help="folder for the graphs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
