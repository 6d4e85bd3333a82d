"""Where the files of a bundle are: in a folder, in a .lading archive, or in memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import FormatError, MissingFile
from .archive import Archive
from .safetensors import mapped, size_of

Bytes = bytes | memoryview


@dataclass
class Files:
    """The files of one bundle: ``where`` for messages, ``get`` for the bytes of a file by name."""

    where: str
    get: Callable[[str], Bytes]
    size: Callable[[str], int | None] = lambda _: None  # of a file that is not in memory yet

    def path(self, name: str) -> str:
        """The file in messages: "tau-id/model.json"."""
        return f"{self.where}/{name}"


def open_files(path: str | os.PathLike[str]) -> Files:
    """The files of a folder (or of the folder of its model.json), or of a .lading archive."""
    where = os.fspath(path)
    while len(where) > 1 and where.endswith("/"):
        where = where[:-1]
    if not os.path.isdir(where):
        data = mapped(Path(where), where)
        if bytes(data[:2]) == b"PK":
            return Files(where, Archive(data, where).member)
        if os.path.basename(where) != "model.json":
            raise FormatError(f"{where}: not a bundle: that is a folder, its model.json or a .lading file. "
                              f"A model of another format becomes one by: lading convert {where} -o FOLDER")
        where = os.path.dirname(where) or "."
    folder = where
    return Files(folder, lambda name: mapped(Path(folder, name), f"{folder}/{name}"),
                 lambda name: size_of(Path(folder, name), f"{folder}/{name}"))  # fmt: skip


def checked(files: Files, name: str, sha256: str, size: int | None = None) -> Bytes:
    """The bytes of a file, whose sha256 (and size) must be as recorded in model.json."""
    where, length = files.path(name), files.size(name)
    if size is None or length in (None, size):
        data = files.get(name)
        length = len(data)
    if size is not None and length != size:
        unit = "byte" if length == 1 else "bytes"
        raise FormatError(f"{where}: has {length} {unit}, model.json says {size}; the file was changed or damaged")
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        text = f"its sha256 is {found}, model.json says {sha256}; the file was changed or damaged"
        raise FormatError(f"{where}: {text}")
    return data


def optional(files: Files, name: str) -> Bytes | None:
    """The bytes of a file, None where there is no such file."""
    try:
        return files.get(name)
    except MissingFile:
        return None
