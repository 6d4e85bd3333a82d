"""A ROOT file around its objects: header, directory, keys, streamer information, free space."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from .buffer import text

__all__ = ["Content", "Writer", "key_length"]

ROOT_VERSION = 62400  # whose layouts these are
BEGIN, LARGEST, BLOCK = 100, 2_000_000_000, 0xFFFFFF
COMPRESSION = 101  # ROOT's number of zlib, level 1: what readers are told; levels do not matter to them
DATE = (2000 - 1995) << 26 | 1 << 22 | 1 << 17  # of all keys: the same content gives the same bytes
UUID = struct.pack(">H16x", 1)


@dataclass
class Content:
    """An object in the file: its class, name, title and streamed bytes."""

    class_: str
    name: str
    title: str
    data: bytes


def key_length(class_: str, name: str, title: str, extra: int = 0) -> int:
    """How many bytes a key has."""
    return 26 + len(text(class_)) + len(text(name)) + len(text(title)) + extra


class Writer:
    """The bytes of a file so far; keys are added at its end."""

    def __init__(self, name: str):
        self.name, self.data, self.heads = name, bytearray(BEGIN), list[bytes]()
        self.name_bytes = key_length("TFile", name, "") + len(text(name)) + 1
        self.add(Content("TFile", name, "", text(name) + text("") + self._directory(0, 0)), parent=0, packed=False)

    def _directory(self, keys: int, keys_at: int) -> bytes:
        return struct.pack(">HIIiiiii", 5, DATE, DATE, keys, self.name_bytes, BEGIN, 0, keys_at) + UUID + bytes(12)

    def add(self, content: Content, parent: int = BEGIN, packed: bool = True, extra: bytes = b"", cycle: int = 1,
            listed: bool = False) -> tuple[int, int]:  # fmt: skip
        """Appends an object behind its key: (where the key begins, how many bytes both have)."""
        at, body = len(self.data), compressed(content.data) if packed else content.data
        length = key_length(content.class_, content.name, content.title, len(extra))
        total = length + len(body)
        head = struct.pack(">iHiIHHii", total, 4, len(content.data), DATE, length, cycle, at, parent)
        head += text(content.class_) + text(content.name) + text(content.title) + extra
        self.data += head + body
        if len(self.data) > LARGEST:
            raise OverflowError
        if listed:
            self.heads.append(head)
        return at, total

    def finish(self, streamers: bytes) -> bytes:
        """The whole file, with ``streamers`` as the list of its streamer information."""
        info = self.add(Content("TList", "StreamerInfo", "Doubly linked list", streamers))
        listing = struct.pack(">i", len(self.heads)) + b"".join(self.heads)
        keys = self.add(Content("TFile", self.name, "", listing), packed=False)
        at = BEGIN + self.name_bytes
        directory = self._directory(keys[1], keys[0])
        self.data[at : at + len(directory)] = directory
        end = len(self.data) + key_length("TFile", self.name, "") + 10
        free = self.add(Content("TFile", self.name, "", struct.pack(">Hii", 1, end, LARGEST)), packed=False)
        self.data[:BEGIN] = (struct.pack(">4siiiiiiiBiii", b"root", ROOT_VERSION, BEGIN, end, *free, 1, self.name_bytes,
                                         4, COMPRESSION, *info) + UUID).ljust(BEGIN, b"\0")  # fmt: skip
        return bytes(self.data)


def compressed(data: bytes) -> bytes:
    """In ROOT's blocks of zlib, or as it is where that is no longer."""
    blocks = []
    for at in range(0, len(data), BLOCK):
        block = data[at : at + BLOCK]
        packed = zlib.compress(block, 6)
        if len(packed) >= len(block) or len(packed) > BLOCK:
            return data
        sizes = struct.pack("<I", len(packed))[:3] + struct.pack("<I", len(block))[:3]
        blocks.append(b"ZL\x08" + sizes + packed)
    result = b"".join(blocks)
    return result if len(result) < len(data) else data
