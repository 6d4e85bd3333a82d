"""Where the files of a bundle are: in a folder, in a .lading archive, or in memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import FormatError, MissingFile
from .archive import Archive
from .safetensors import mapped

Bytes = bytes | memoryview


@dataclass
class Files:
    """The files of one bundle: ``where`` for messages, ``get`` for the bytes of a file by name."""

    where: str
    get: Callable[[str], Bytes]

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
    return Files(where, lambda name: mapped(Path(where, name), f"{where}/{name}"))


def checked(files: Files, name: str, sha256: str, size: int | None = None) -> Bytes:
    """The bytes of a file, whose sha256 (and size) must be as recorded in model.json."""
    data, where = files.get(name), files.path(name)
    if size is not None and len(data) != size:
        raise FormatError(f"{where}: has {len(data)} bytes, model.json says {size}")
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
