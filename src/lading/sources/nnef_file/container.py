"""The files of a model in NNEF: a folder, its graph.nnef, or a tar archive of them, packed or not."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from ...errors import FormatError, MissingFile
from .tensor_file import MAGIC

GRAPH, QUANT, PAPERS = "graph.nnef", "graph.quant", "lading.json"

#: Bytes that are looked at to recognise a graph, and an archive, unpacked.
BEGINNING, ARCHIVE_BEGINNING = 1 << 14, 1 << 22
OPENING = re.compile(rb"(?:\s|#[^\n\r]*[\n\r])*version\s+\d+(?:\.\d+)?\s*;")

#: Bytes that an archive may unpack to, and files that it may hold.
LARGEST, MOST_FILES = 1 << 31, 100_000

#: How archives are packed, by what they begin with. tarfile, left to guess, tries all of them on whatever it is given.
PACKED: dict[bytes, tuple[Any, Any]] = {b"\x1f\x8b": ("r:gz", gzip.open), b"BZh": ("r:bz2", bz2.open),
                                        b"\xfd7zXZ\0": ("r:xz", lzma.open), b"": ("r:", open)}

#: What a damaged archive raises.
DAMAGED = (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError, ValueError, OverflowError)


class Container:
    """Reads files of the model by their names in it: ``graph.nnef``, ``dense/w.dat``."""

    def __init__(self, path: Path):
        self.path = path
        self._members: dict[str, bytes] | None = None
        if path.is_dir():
            self._folder, self._graph = path, path / GRAPH
        elif is_text(path):
            self._folder, self._graph = path.parent, path
        else:
            self._members = _unpacked(path)
        self.where = str(path)

    def read(self, name: str) -> bytes | None:
        """The bytes of a file of the model; None if it has none of this name."""
        if self._members is not None:
            return self._members.get(name)
        place = self._graph if name == GRAPH else self._folder.joinpath(*PurePosixPath(name).parts)
        return place.read_bytes() if place.is_file() else None

    def named(self, name: str) -> str:
        """A file of the model, in messages."""
        return f"{self.path}: {name}" if self._members is not None else str(
            self._graph if name == GRAPH else self._folder / name)

    def tensor(self, label: str) -> bytes:
        """The tensor file of a variable. Raises MissingFile, or FormatError for a label that leads elsewhere."""
        name = label.lstrip("/") + ".dat"
        if ".." in PurePosixPath(name).parts or "\\" in name or "\0" in name or ":" in name:
            raise FormatError(f"{self.where}: the label '{label}' of a variable leads out of the model")
        data = self.read(name)
        if data is None:
            raise MissingFile(f"{self.named(name)}: no such file; it has the numbers of the variable '{label}'")
        return data


def is_text(path: Path) -> bool:
    """Whether a file is the text of a graph, which begins with ``version 1.0;`` behind comments."""
    with path.open("rb") as file:
        return bool(OPENING.match(file.read(BEGINNING)))


def is_archive(path: Path) -> bool:
    """Whether a file is a tar archive in whose beginning stands graph.nnef, or a tensor file."""
    try:
        with _packing(path)[1](path, "rb") as file:
            data = file.read(ARCHIVE_BEGINNING)
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            return any(PurePosixPath(member.name).name == GRAPH or data.startswith(MAGIC, member.offset_data)
                       for member in archive)
    except DAMAGED:
        return False


def _packing(path: Path) -> tuple[Any, Any]:
    """How an archive is opened: a mode of tarfile, and what opens the file."""
    with path.open("rb") as file:
        data = file.read(max(map(len, PACKED)))
    return next(packing for mark, packing in PACKED.items() if data.startswith(mark))


def _unpacked(path: Path) -> dict[str, bytes]:
    """The files of an archive by their names beside graph.nnef, which may stand in a folder of it."""
    found: dict[PurePosixPath, bytes] = {}
    size = 0
    try:
        with tarfile.open(path, _packing(path)[0]) as archive:
            for member in archive:
                size += member.size
                if size > LARGEST or len(found) > MOST_FILES:
                    raise FormatError(f"{path}: an archive of more than {LARGEST >> 30} GB; unpack it, read the folder")
                file = archive.extractfile(member) if member.isfile() else None
                if file is not None:
                    found[PurePosixPath(member.name)] = file.read()
    except FormatError:
        raise
    except DAMAGED as error:
        raise FormatError(f"{path}: a damaged archive: {error}") from None
    graphs = [name for name in found if name.name == GRAPH]
    if len(graphs) != 1:
        raise FormatError(f"{path}: an archive with {len(graphs)} files {GRAPH}; one makes a model")
    folder = graphs[0].parent
    return {str(name.relative_to(folder)): data for name, data in found.items() if name.is_relative_to(folder)}
