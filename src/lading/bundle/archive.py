"""``.lading``: a zip archive of the folder's files, stored, so that numbers are used in place.

What makes zip files dangerous (paths that leave the folder, two members of one name, hidden members, two
directories that disagree) is refused, for nothing that writes such a file makes it. Python's zipfile accepts
most of it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from itertools import pairwise
from typing import NoReturn

from ..errors import FormatError, MissingFile

ALIGNMENT = 64
_END, _ENTRY, _LOCAL = 22, 46, 30  # bytes of the records, without names

_DATE = (1980 - 1980) << 9 | 1 << 5 | 1  # the first day that zip knows: no time enters the bytes
_PADDING = 0xD935  # the extra field that zipalign uses
_VERSION = 20
_ENCRYPTED, _SIZES_BEHIND = 1, 8  # flags of a member
_TYPE_OF_FILE, _LINK = 0xF000, 0xA000  # of what Unix says of it


def to_bytes(members: Mapping[str, bytes]) -> bytes:
    """The archive that holds ``members``, each beginning at a multiple of 64 bytes; no time enters it."""
    blocks: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for name, data in members.items():
        text = name.encode()
        unpadded = at + _LOCAL + len(text) + 4
        extra = struct.pack("<HH", _PADDING, -unpadded % ALIGNMENT) + bytes(-unpadded % ALIGNMENT)
        common = struct.pack("<HHHHIII", 1 << 11, 0, 0, _DATE, zlib.crc32(data), len(data), len(data))
        local = b"PK\3\4" + struct.pack("<H", _VERSION) + common + struct.pack("<HH", len(text), len(extra))
        directory.append(
            b"PK\1\2"
            + struct.pack("<HH", _VERSION, _VERSION)
            + common
            + struct.pack("<HHHHHII", len(text), 0, 0, 0, 0, 0, at)
            + text
        )
        blocks += [local, text, extra, data]
        at += len(local) + len(text) + len(extra) + len(data)
    central = b"".join(directory)
    if at + len(central) >= 1 << 32:
        raise FormatError("a .lading file holds at most 4 GB; save a folder instead")
    end = struct.pack("<HHHHIIH", 0, 0, len(directory), len(directory), len(central), at, 0)
    return b"".join([*blocks, central, b"PK\5\6", end])


class Archive:
    """The members of an archive. Raises FormatError, beginning with ``where``, unless it is plain."""

    def __init__(self, data: bytes | memoryview, where: str) -> None:
        self._view, self._where = memoryview(data).cast("B"), where
        self._entries: dict[str, tuple[int, int, int]] = {}  # name: checksum, size, where its header begins
        self._read_directory()

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def member(self, name: str) -> memoryview:
        """The bytes of one file, in place."""
        if name not in self._entries:
            raise MissingFile(f"{self._where}: holds no '{name}'")
        checksum, size, at = self._entries[name]
        data = self._content(name, size, at)
        if zlib.crc32(data) != checksum:
            self._fail(f"'{name}' is damaged (its CRC-32 differs)")
        return data

    def _fail(self, why: str) -> NoReturn:
        raise FormatError(f"{self._where}: {why}")

    def _broken(self) -> NoReturn:
        self._fail("its zip directory is broken, or larger than 4 GB")

    def _number(self, at: int, length: int) -> int:
        return int.from_bytes(self._view[at : at + length], "little")

    def _mark(self, at: int, mark: bytes) -> bool:
        return bytes(self._view[at : at + 4]) == mark

    def _read_directory(self) -> None:
        end = len(self._view) - _END
        if end < 0 or not self._mark(end, b"PK\5\6"):
            self._fail("not a .lading file: no zip directory at its end")
        count, size, at = self._number(end + 10, 2), self._number(end + 12, 4), self._number(end + 16, 4)
        one_disk = self._number(end + 4, 4) == 0 and self._number(end + 8, 2) == count
        if not one_disk or self._number(end + 20, 2) or at + size != end:
            self._broken()
        names = []
        for _ in range(count):
            at, name = self._read_entry(at)
            names.append(name)
        if at != end:
            self._broken()
        if len(set(names)) < len(names):
            ordered = sorted(names, key=str.encode)
            twice = next(name for name, following in pairwise(ordered) if name == following)
            self._fail(f"holds '{twice}' twice")
        self._refuse_overlaps()

    def _refuse_overlaps(self) -> None:
        """No byte belongs to two members, so that an archive holds no more than its size says."""
        ordered = sorted(self._entries.items(), key=lambda item: item[1][2])
        for (name, (_, size, at)), (following, (_, _, begin)) in pairwise(ordered):
            if begin < at + _LOCAL + len(name.encode()) + size:
                self._fail(f"'{name}' and '{following}' overlap")

    def _read_entry(self, at: int) -> tuple[int, str]:
        """Where the next entry begins, and the name of this one."""
        if at + _ENTRY > len(self._view) or not self._mark(at, b"PK\1\2"):
            self._broken()
        name_length = self._number(at + 28, 2)
        behind = at + _ENTRY + name_length + self._number(at + 30, 2) + self._number(at + 32, 2)
        if behind > len(self._view) or self._number(at + 34, 2):
            self._broken()
        name = self._name(at + _ENTRY, name_length)
        if self._number(at + 8, 2) & _ENCRYPTED:
            self._fail(f"'{name}' is encrypted")
        if self._number(at + 38, 4) >> 16 & _TYPE_OF_FILE == _LINK:
            self._fail(f"'{name}' is a symbolic link")
        size = self._number(at + 24, 4)
        if self._number(at + 10, 2) or self._number(at + 20, 4) != size:
            self._fail(f"'{name}' is compressed; a .lading file only stores (zip -0)")
        self._entries[name] = self._number(at + 16, 4), size, self._number(at + 42, 4)
        return behind, name

    def _name(self, at: int, length: int) -> str:
        try:
            name = str(self._view[at : at + length], "utf-8")
        except UnicodeDecodeError:
            name = "\0"
        if any(c < " " for c in name):
            self._fail("holds a name that is no UTF-8, or has control characters")
        if name in ("", ".", "..") or any(c in name for c in "/\\:"):
            self._fail(f"holds '{name}'; members of a .lading file have plain names, without folders")
        return name

    def _content(self, name: str, size: int, at: int) -> memoryview:
        whole = at + _LOCAL <= len(self._view) and self._mark(at, b"PK\3\4")
        length = self._number(at + 26, 2) if whole else 0
        begin = at + _LOCAL + length + self._number(at + 28, 2)
        flags = self._number(at + 6, 2) if whole else 0
        if flags & _ENCRYPTED:
            self._fail(f"'{name}' is encrypted")
        same = whole and bytes(self._view[at + _LOCAL : at + _LOCAL + length]) == name.encode()
        if not flags & _SIZES_BEHIND:
            told = [self._number(at + field, 4) for field in (14, 18, 22)]
            same = same and told == [self._entries[name][0], size, size]
        if not same or self._number(at + 8, 2) or begin + size > len(self._view):
            self._fail(f"the zip header of '{name}' is broken")
        return self._view[begin : begin + size]
