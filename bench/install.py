"""Install the needs of the engines: virtual environments and the Rust program, in `target/bench`.

python3 bench/install.py
python3 bench/install.py --ci    # only the engines of `run.py --ci`
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import venv
from pathlib import Path

from harness import engine, forms
from harness.places import BENCH, QUICK, TARGET, python_of

RUNNER = ("numpy==2.4.6", "pyarrow==26.0.1", "polars==2.1.0", "shapely==2.2.0")
"""The packages of the runner itself, in the environment `main`."""


def main() -> int:
    """Run the command; return its exit code: 1 if an installation failed."""
    parser = argparse.ArgumentParser(description="Install the engines of the benchmark.")
    parser.add_argument("--ci", action="store_true", help="only the engines of run.py --ci")
    form = forms.read("ci" if parser.parse_args().ci else "all")
    failed = []
    builds: dict[str, str] = {}
    for install, engines in engine.load_all(form):
        names = ", ".join(one.name for one in engines)
        wanted = install.requirements
        if install.environment == "main":
            wanted = (*RUNNER, *wanted)
        if install.requirements and not _install(install.environment, wanted):
            failed.append(names)
        builds |= install.builds
    failed += [f"the {build} build" for build, flags in builds.items() if not _build(build, flags)]
    for name in failed:
        print(f"install.py: could not install {name}", file=sys.stderr)
    return 1 if failed else 0


def _install(environment: str, requirements: tuple[str, ...]) -> bool:
    """Install packages into an environment; create it if it does not exist."""
    python = python_of(environment)
    if not python.exists():
        print(f"environment {environment}", flush=True)
        venv.create(TARGET / "venvs" / environment, with_pip=True)
    print(f"{environment}: {' '.join(requirements)}", flush=True)
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return _succeeds([*map(str, command), *requirements], {})


def _build(build: str, flags: str) -> bool:
    """Compile the Rust engines."""
    print(f"Rust program, {build}", flush=True)
    folder = TARGET / "cargo" / build
    manifest = BENCH / "rust" / "Cargo.toml"
    profile = "dev" if build == QUICK else "release"
    command = ["cargo", "build", "--locked", "--profile", profile]
    more = {"CARGO_TARGET_DIR": str(folder), "RUSTFLAGS": flags}
    return _succeeds([*command, "--manifest-path", str(manifest)], more)


def _succeeds(command: list[str], more: dict[str, str]) -> bool:
    try:
        done = subprocess.run(command, env={**os.environ, **more}, cwd=Path(BENCH), check=False)
    except OSError as error:
        print(error, file=sys.stderr)
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
