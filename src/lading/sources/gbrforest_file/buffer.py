"""The bytes of an object as ROOT streams them; every read is checked against their end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import FormatError

#: Flags of ROOT's headers: a count of bytes follows; members of a collection stand member by member.
COUNTED, MEMBERWISE = 0x40000000, 0x4000
NEW_CLASS = 0xFFFFFFFF


@dataclass
class Header:
    """What stands before an object or a collection: where it ends, its version, and how its class is told apart."""

    end: int
    version: int
    checksum: int | None
    memberwise: bool


class Buffer:
    """Reads big-endian numbers one after the other. ``where`` begins the messages."""

    def __init__(self, data: bytes, where: str):
        self.data, self.at, self.where = data, 0, where

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        if size < 0 or self.at + size > len(self.data):
            self.fail(f"needs {size} bytes, {len(self.data) - self.at} are left")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, type_: str) -> Any:
        """The next number of a NumPy type."""
        return np.frombuffer(self.take(np.dtype(type_).itemsize), type_)[0].item()

    def array(self, type_: str, count: int) -> np.ndarray:
        """The next ``count`` numbers, in the byte order of this machine."""
        kind = np.dtype(type_)
        return np.frombuffer(self.take(count * kind.itemsize), kind).astype(kind.newbyteorder("="))

    def count(self, least: int) -> int:
        """How many items follow, each of at least ``least`` bytes."""
        count: int = self.number(">i4")
        if count < 0 or count * least > len(self.data) - self.at:
            self.fail(f"has {count} items, {len(self.data) - self.at} bytes are left")
        return count

    def header(self, foreign: bool = True) -> Header:
        """The head of an object; one of a ``foreign`` class, which has no version, is told by a checksum."""
        size = self.number(">u4")
        end = self.at + (size & ~COUNTED)
        if not size & COUNTED or end > len(self.data):
            self.fail(f"has no count of bytes, or a wrong one: {size:#x}")
        version = self.number(">i2")
        memberwise, version = bool(version & MEMBERWISE), version & ~MEMBERWISE
        checksum = self.number(">u4") if foreign and version == 0 else None
        return Header(end, version, checksum, memberwise)

    def pointer(self) -> None:
        """The head of an object behind a pointer; its class is known, so the name is passed over."""
        if not self.number(">u4") & COUNTED:
            self.fail("is a pointer to nothing, or to what was there before")
        if self.number(">u4") == NEW_CLASS:
            while self.take(1) != b"\0":
                pass

    def close(self, header: Header) -> None:
        """Checks that all of an object was read."""
        if self.at != header.end:
            self.fail(f"ends at byte {header.end}")

    def fail(self, why: str) -> None:
        """Raises FormatError."""
        raise FormatError(f"{self.where}: what stands at byte {self.at} of {len(self.data)} {why}; damaged file")
