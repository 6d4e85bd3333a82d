"""Objects as ROOT streams them: big-endian, each behind a count of its bytes and the version of its class."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Buffer", "text"]

COUNTED, NEW_CLASS, KNOWN_CLASS, FIRST_PLACE = 0x40000000, 0xFFFFFFFF, 0x80000000, 2


def text(value: str) -> bytes:
    """A TString."""
    data = value.encode()
    return (struct.pack("B", len(data)) if len(data) < 255 else struct.pack(">BI", 255, len(data))) + data


class Buffer:
    """Bytes that grow. ``begin`` is how many bytes of a key stand before them: places are counted from there."""

    def __init__(self, begin: int = 0):
        self.data, self.begin = bytearray(), begin
        self.classes: dict[str, int] = {}
        self.objects: dict[str, int] = {}

    def numbers(self, format_: str, *values: float) -> None:
        """Numbers in the formats of ``struct``."""
        self.data += struct.pack(">" + format_, *values)

    def text(self, value: str) -> None:
        """A TString."""
        self.data += text(value)

    def null(self, times: int = 1) -> None:
        """Pointers to nothing, or empty arrays."""
        self.data += bytes(4 * times)

    @contextmanager
    def counted(self, version: int) -> Iterator[None]:
        """What is written inside is the body of a class."""
        with self._count():
            self.numbers("H", version)
            yield

    @contextmanager
    def pointer(self, class_: str, name: str) -> Iterator[None]:
        """What is written inside is an object behind a pointer, which ``again`` finds under ``name``."""
        self.objects[name] = self._place()
        with self._count():
            if class_ in self.classes:
                self.numbers("I", KNOWN_CLASS | self.classes[class_])
            else:
                self.classes[class_] = self._place()
                self.numbers("I", NEW_CLASS)
                self.data += class_.encode() + b"\0"
            yield

    def again(self, name: str) -> None:
        """A pointer to an object that was written."""
        self.numbers("I", self.objects[name])

    def object_(self, bits: int = 0) -> None:
        """A TObject."""
        self.numbers("HII", 1, 0, bits)

    def named(self, name: str, title: str, bits: int = 0) -> None:
        """A TNamed."""
        with self.counted(1):
            self.object_(bits)
            self.text(name)
            self.text(title)

    @contextmanager
    def array(self, size: int, bits: int = 0) -> Iterator[None]:
        """What is written inside are the ``size`` pointers of a TObjArray."""
        with self.counted(3):
            self.object_(bits)
            self.text("")
            self.numbers("ii", size, 0)
            yield

    def _place(self) -> int:
        return self.begin + len(self.data) + FIRST_PLACE

    @contextmanager
    def _count(self) -> Iterator[None]:
        at = len(self.data)
        self.numbers("I", 0)
        yield
        self.data[at : at + 4] = struct.pack(">I", COUNTED | len(self.data) - at - 4)
