"""Pickles that are known to be damaged before anything is read from them.

Readers of Arrow data take what they get for well formed, and may panic where it is not. So the data
of a pickle are one piece of bytes with their checksum.
"""

from __future__ import annotations

import pickle
from hashlib import blake2b
from typing import Any


def sealed(function: Any, *args: Any) -> tuple[Any, ...]:
    """Give what ``__reduce__`` returns for the result of a function."""
    payload = pickle.dumps((function, args), protocol=pickle.HIGHEST_PROTOCOL)
    return _unsealed, (payload, _checksum(payload))


def _unsealed(payload: bytes, checksum: bytes) -> Any:
    if _checksum(payload) != checksum:
        msg = f"the pickle is damaged: {len(payload):,} bytes that do not have their checksum"
        raise pickle.UnpicklingError(msg)
    function, args = pickle.loads(payload)
    return function(*args)


def _checksum(payload: bytes) -> bytes:
    return blake2b(payload, digest_size=16).digest()
