"""Parquet footers and page headers as they stand, to make files as other writers made them.

They are structs of Thrift's compact protocol. A struct is a dictionary from the number of a field
to its type and value.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

Struct: TypeAlias = dict[int, tuple[int, Any]]

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)


class _Reader:
    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def integer(self) -> int:
        coded = self.varint()
        return (coded >> 1) ^ -(coded & 1)

    def take(self, length: int) -> bytes:
        self.at += length
        return self.data[self.at - length : self.at]

    def value(self, kind: int) -> Any:
        if kind in (TRUE, FALSE, BYTE):
            return self.byte()
        if kind in (I16, I32, I64):
            return self.integer()
        if kind == DOUBLE:
            return self.take(8)
        if kind == BINARY:
            return self.take(self.varint())
        if kind == STRUCT:
            return self.struct()
        assert kind == LIST, kind
        head = self.byte()
        length = self.varint() if head >> 4 == 15 else head >> 4
        return head & 15, [self.value(head & 15) for _ in range(length)]

    def struct(self) -> Struct:
        fields: Struct = {}
        number = 0
        while head := self.byte():
            number = number + (head >> 4) if head >> 4 else self.integer()
            kind = head & 15
            fields[number] = (kind, None if kind in (TRUE, FALSE) else self.value(kind))
        return fields


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _written(kind: int, value: Any) -> bytes:
    if kind in (TRUE, FALSE, BYTE):
        return bytes([value])
    if kind in (I16, I32, I64):
        return _varint((value << 1) ^ (value >> 63))
    if kind == DOUBLE:
        return bytes(value)
    if kind == BINARY:
        return _varint(len(value)) + value
    if kind == STRUCT:
        return write_struct(value)
    inner, values = value
    head = bytes([len(values) << 4 | inner]) if len(values) < 15 else bytes([0xF0 | inner])
    if len(values) >= 15:
        head += _varint(len(values))
    return head + b"".join(_written(inner, value) for value in values)


def write_struct(fields: Struct) -> bytes:
    """The bytes of a struct."""
    out, before = b"", 0
    for number, (kind, value) in sorted(fields.items()):
        out += bytes([number - before << 4 | kind])
        out += b"" if kind in (TRUE, FALSE) else _written(kind, value)
        before = number
    return out + b"\0"


def read_footer(path: str | Path) -> Struct:
    """The footer of a file: `FileMetaData` of the format's definition."""
    data = Path(path).read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    return _Reader(data[-8 - length : -8]).struct()


def edit_footer(path: str | Path, edit: Callable[[Struct], None]) -> None:
    """Write the footer again as it is left by a function."""
    data = Path(path).read_bytes()
    footer = read_footer(path)
    edit(footer)
    new = write_struct(footer)
    pages = data[: -8 - int.from_bytes(data[-8:-4], "little")]
    Path(path).write_bytes(pages + new + len(new).to_bytes(4, "little") + b"PAR1")


def chunks(footer: Struct) -> list[Struct]:
    """`ColumnMetaData` of all column chunks."""
    groups = footer[4][1][1]
    return [chunk[3][1] for group in groups for chunk in group[1][1][1]]


def page_headers(path: str | Path, chunk: Struct) -> list[tuple[int, int, Struct]]:
    """Of all pages of a chunk: place and length of the header, and the header."""
    data = Path(path).read_bytes()
    at = chunk[11][1] if 11 in chunk else chunk[9][1]
    end = at + chunk[7][1]
    found = []
    while at < end:
        reader = _Reader(data, at)
        header = reader.struct()
        found.append((at, reader.at - at, header))
        at = reader.at + header[3][1]
    return found
