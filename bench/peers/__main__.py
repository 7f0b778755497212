"""`python -m peers ENGINE --polygons FILE --points FILE ...`: run one engine on one workload."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import sys
from pathlib import Path

from peers.peer import Peer
from peers.rule import Rule


def main() -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="peers")
    parser.add_argument("engine", help="a module of this package")
    parser.add_argument("--version", action="store_true")
    for name in ("polygons", "points", "answers", "parquet"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--max-dist", type=float)
    parser.add_argument("--predicate")
    parser.add_argument("--sizes", type=lambda text: [int(word) for word in text.split(",")])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--bytes", type=int, default=8 << 30)
    given = parser.parse_args()

    module, _, variant = given.engine.partition(":")
    peer: Peer = getattr(importlib.import_module(f"peers.{module}"), variant or "Engine")()
    if given.version:
        print(", ".join(f"{name} {_version(name)}" for name in peer.packages))
        return 0
    from peers import protocol

    given.rule = Rule.of(vars(given))
    print(protocol.run(peer, given))
    return 0


def _version(package: str) -> str:
    """Return the version of a package, installed or on the import path."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return importlib.import_module(package.replace("-", "_")).__version__


if __name__ == "__main__":
    sys.exit(main())
