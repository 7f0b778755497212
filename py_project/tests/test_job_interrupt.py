"""`match_parquet` and `poly-match match`: Ctrl-C and SIGTERM in every phase of a job.

A phase is made endless, or at least long, by its input: a store that does not answer, or more work
than the test waits for. The signal comes from another thread as soon as the phase is reached.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from stores import Store, serving

import poly_match as pm
from poly_match.cli import main

# A second is promised; a machine that does much else besides may take longer.
PATIENCE = 8.0


@dataclass(eq=False)
class Gate(ThreadingHTTPServer):
    """In front of a store: what is asked for is passed on, but for what the gate holds back."""

    behind: str
    holds: Callable[[str, str], bool] = lambda _method, _path: False
    is_reached: threading.Event = field(default_factory=threading.Event)
    is_open: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Whoever asked has gone: that is what the tests are about."""


class Passing(BaseHTTPRequestHandler):
    """Passes on what comes."""

    protocol_version = "HTTP/1.1"
    server: Gate

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def pass_on(self) -> None:
        gate = self.server
        if gate.holds(self.command, self.path):
            # What is held back never arrives: whoever asked has gone meanwhile.
            gate.is_reached.set()
            gate.is_open.wait(60)
            self.close_connection = True
            return
        length = int(self.headers.get("Content-Length") or 0)
        behind = HTTPConnection(gate.behind, timeout=60)
        behind.request(self.command, self.path, self.rfile.read(length), dict(self.headers))
        answer = behind.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        length = int(answer.headers["Content-Length"] or 0) if self.command == "HEAD" else 0
        self.send_header("Content-Length", str(length or len(content)))
        self.end_headers()
        self.wfile.write(content)


for method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
    setattr(Passing, f"do_{method}", Passing.pass_on)


@pytest.fixture(scope="module")
def server() -> Iterator[Store]:
    with serving() as store:
        yield store


@pytest.fixture
def gate(server: Store, place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A gate in front of an empty bucket `lake`, beside the files in `place`."""
    server.empty()
    gate = Gate(server.endpoint.removeprefix("http://"))
    environment = Store(f"http://127.0.0.1:{gate.server_port}").environment()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    thread = threading.Thread(target=gate.serve_forever, daemon=True)
    thread.start()
    yield gate
    gate.is_open.set()
    gate.shutdown()
    gate.server_close()


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM], ids=lambda sign: sign.name)
def sign(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """A signal that is handled as in a terminal: a shell may have its jobs ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield request.param
    signal.signal(signal.SIGINT, before)


def check_stops(
    words: list[str],
    is_reached: Callable[[float], bool],
    sign: signal.Signals,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The job ends soon after the signal, with its exit code and a line, and leaves nothing."""
    before = sorted(path for path in Path().rglob("*"))
    sent: list[float] = []
    over, sending = threading.Event(), threading.Lock()

    def send() -> None:
        while not over.is_set():
            if is_reached(0.05):
                with sending:
                    if not over.is_set():
                        sent.append(time.monotonic())
                        os.kill(os.getpid(), sign)
                return

    sender = threading.Thread(target=send)
    sender.start()
    try:
        code = main(["match", *words])
    finally:
        with sending:
            took = time.monotonic() - sent[0] if sent else None
            over.set()
        sender.join()
    said = {signal.SIGINT: (130, "interrupted"), signal.SIGTERM: (143, "terminated")}[sign]
    assert took is not None, f"the job ended before the phase was reached: {capsys.readouterr()}"
    assert code == said[0]
    assert capsys.readouterr().err.splitlines()[-1] == f"poly-match: {said[1]}"
    assert took < PATIENCE
    assert sorted(path for path in Path().rglob("*")) == before


REMOTE: dict[str, tuple[list[str], Callable[[str, str], bool]]] = {
    "listing a directory": (
        ["s3://lake/points", "zones.parquet", "-o", "out"],
        lambda method, path: method == "GET" and "list-type=2" in path,
    ),
    "listing what matches": (
        ["s3://lake/points/*/*.parquet", "zones.parquet", "-o", "out"],
        lambda method, path: method == "GET" and "list-type=2" in path,
    ),
    "surveying": (
        ["s3://lake/points", "zones.parquet", "-o", "out"],
        lambda method, path: method == "GET" and "/points/" in path,
    ),
    "surveying CSV": (
        ["s3://lake/points.csv", "zones.parquet", "-o", "out.csv"],
        lambda method, path: method == "GET" and "points.csv" in path,
    ),
    "reading polygons": (
        ["points.parquet", "s3://lake/zones.parquet", "-o", "out.parquet"],
        lambda method, path: method == "GET" and "zones.parquet" in path,
    ),
    "reading GeoJSON": (
        ["points.parquet", "s3://lake/zones.geojson", "-o", "out.parquet"],
        lambda method, path: method == "GET" and "zones.geojson" in path,
    ),
    "beginning to upload": (
        ["many.parquet", "zones.parquet", "-o", "s3://lake/out.parquet"],
        lambda method, path: method == "POST" and "uploads" in path,
    ),
    "uploading": (
        ["many.parquet", "zones.parquet", "-o", "s3://lake/out.parquet"],
        lambda method, path: method == "PUT" and "partNumber" in path,
    ),
    "committing": (
        ["points.parquet", "zones.parquet", "-o", "s3://lake/out.parquet"],
        lambda method, path: method == "PUT",
    ),
}


@pytest.mark.parametrize("phase", REMOTE)
def test_what_waits_for_a_store(
    phase: str,
    gate: Gate,
    server: Store,
    sign: signal.Signals,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Reads, lists and writes of a store that has stopped to answer."""
    points = pl.read_parquet("points.parquet")
    server.put("points/deep/a.parquet", points)
    server.put("points.csv", points)
    server.put("zones.parquet", Path("zones.parquet").read_bytes())
    server.put("zones.geojson", b'{"type": "FeatureCollection", "features": []}')
    words, gate.holds = REMOTE[phase]
    if "many.parquet" in words:
        # Past the bytes of a part.
        draw = np.random.default_rng(1).uniform(size=(1_200_000, 2))
        pl.DataFrame(draw, schema=["x", "y"]).write_parquet(
            "many.parquet", compression="uncompressed"
        )
    there = server.names()
    check_stops([*words, "--k", "1", "--quiet"], gate.is_reached.wait, sign, capsys)
    gate.is_open.set()
    assert server.names() == there


def write_squares(count: int) -> None:
    """Small squares all over a plane of a thousand times a thousand."""
    x, y = np.random.default_rng(2).uniform(0, 1_000, (2, count, 1))
    corners = {"x": x + np.array([0, 1, 1, 0]), "y": y + np.array([0, 0, 1, 1])}
    frame = pl.DataFrame({name: pl.Series(values) for name, values in corners.items()})
    frame.select(pl.all().arr.to_list()).write_parquet("zones.parquet")


def spread(rows: int) -> pl.DataFrame:
    return pl.DataFrame(np.random.default_rng(3).uniform(0, 1_000, (rows, 2)), schema=["x", "y"])


def build() -> list[str]:
    """Polygons that take a while to be read, measured and indexed."""
    write_squares(300_000)
    spread(1_000_000).write_parquet("points.parquet")
    return ["--predicate", "covers"]


def search() -> list[str]:
    """Points that each have thousands of nearest centers to be found: minutes of work."""
    write_squares(20_000)
    spread(200_000).write_parquet("points.parquet")
    return ["--k", "10000"]


def encode() -> list[str]:
    """Text, compressed as well as can be: seconds for each batch of rows."""
    numbers = np.random.default_rng(4).integers(0, 2**40, (3, 65_536))
    columns = {f"c{at}": pl.Series(column).cast(pl.String) for at, column in enumerate(numbers)}
    spread(65_536).with_columns(**columns).write_parquet("points.parquet")
    return ["--max-dist", "5", "--compression", "brotli:11"]


@pytest.mark.parametrize(("work", "seconds"), [(build, 0.1), (search, 0.5), (encode, 0.5)])
@pytest.mark.usefixtures("place")
def test_what_takes_long(
    work: Callable[[], list[str]],
    seconds: float,
    sign: signal.Signals,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Building an index, searching it, compressing."""
    words = work()
    total = threading.Event()
    plugin = pm._plugin.match_parquet

    def watched(*files: str, progress: Any, **options: Any) -> Any:
        def tell(rows: int, of: int, matched: int) -> None:
            if of:
                total.set()

        return plugin(*files, progress=tell, **options)

    monkeypatch.setattr(pm._plugin, "match_parquet", watched)

    def is_reached(patience: float) -> bool:
        # The files have been looked at, and the work is under way.
        if not total.wait(patience):
            return False
        time.sleep(seconds)
        return True

    given = ["points.parquet", "zones.parquet", "-o", "out.parquet", *words, "--quiet"]
    check_stops(given, is_reached, sign, capsys)


@pytest.mark.usefixtures("place")
def test_a_thread_that_goes_on_writes_nothing() -> None:
    """A job that was stopped leaves nothing, nor does what it could not stop come later."""
    encode()

    class EnoughError(Exception):
        pass

    begun: list[float] = []

    def stop(_: pm.Progress) -> None:
        if list(Path().glob(".poly-match-*")):
            begun.append(time.monotonic())
            if begun[-1] - begun[0] > 0.3:
                raise EnoughError

    before = sorted(path.name for path in Path().iterdir())
    options: dict[str, Any] = {"compression": "brotli:11", "progress": stop}
    with pytest.raises(EnoughError):
        pm.match_parquet("points.parquet", "zones.parquet", "out.parquet", max_dist=5.0, **options)
    for _ in range(10):
        assert sorted(path.name for path in Path().iterdir()) == before
        time.sleep(0.1)
