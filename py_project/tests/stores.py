"""A local server that answers as S3 does, and what tests ask of it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

import polars as pl

BUCKET = "lake"
SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=key/20261120/us-east-1/s3/aws4_request, "
    "SignedHeaders=host, Signature=none"
)


@dataclass(frozen=True)
class Store:
    """A bucket on a server."""

    endpoint: str

    def environment(self) -> dict[str, str]:
        """What tells a job where it is."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }

    def put(self, key: str, content: bytes | pl.DataFrame) -> None:
        """Write an object; of a frame in the format that its name tells."""
        if isinstance(content, pl.DataFrame):
            buffer = BytesIO()
            writers = {"csv": content.write_csv, "arrow": content.write_ipc}
            writers.get(key.rpartition(".")[2], content.write_parquet)(buffer)
            content = buffer.getvalue()
        self._ask("PUT", f"/{quote(key)}", content)

    def get(self, key: str) -> bytes:
        """Read an object."""
        return self._ask("GET", f"/{quote(key)}")

    def frame(self, key: str) -> pl.DataFrame:
        """Read an object of Parquet."""
        return pl.read_parquet(BytesIO(self.get(key)), hive_partitioning=False)

    def names(self) -> list[str]:
        """All objects."""
        return self._told("?list-type=2", "Key")

    def uploads(self) -> list[str]:
        """Those that were begun, and neither completed nor aborted."""
        return self._told("?uploads", "Key")

    def empty(self) -> None:
        """Make the bucket, without any objects."""
        self._ask("PUT", "")
        for key in self.names():
            self._ask("DELETE", f"/{quote(key)}")

    def _told(self, query: str, name: str) -> list[str]:
        found = re.findall(f"<{name}>(.*?)</{name}>", self._ask("GET", query).decode())
        return [unescape(text) for text in found]

    def _ask(self, method: str, what: str, content: bytes | None = None) -> bytes:
        request = Request(f"{self.endpoint}/{BUCKET}{what}", data=content, method=method)
        request.add_header("Content-Type", "application/octet-stream")
        # Who asks is told, but not proved: the server does not look.
        request.add_header("Authorization", SIGNATURE)
        with urlopen(request, timeout=60) as answer:
            return bytes(answer.read())


@contextmanager
def serving() -> Iterator[Store]:
    """A server in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    store = Store(f"http://127.0.0.1:{port}")
    try:
        for _ in range(600):
            try:
                store.empty()
                break
            except URLError:
                assert server.poll() is None, "the server has ended"
                time.sleep(0.1)
        yield store
    finally:
        server.kill()
        server.wait()
