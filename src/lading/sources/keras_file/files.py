"""The files that Keras writes, opened without Keras."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...errors import FormatError, LadingError, MissingFile, MissingPackage
from ..packed import zip_names

__all__ = ["HDF5", "archive_of", "guarded", "hdf5_of", "is_architecture", "is_archive", "json_of"]

HDF5 = b"\x89HDF\r\n\x1a\n"

#: Bytes of text, and of weights, that are read; beyond them a file is damaged.
LARGEST_TEXT, LARGEST_WEIGHTS = 1 << 28, 1 << 32

#: Bytes of the beginning of a text that are looked at to recognise it.
BEGINNING = 1 << 16


def is_archive(path: Path) -> bool:
    """Whether it is a ``.keras`` file: a zip archive with an architecture."""
    return {"config.json", "metadata.json"} <= set(zip_names(path))


def is_architecture(path: Path) -> bool:
    """Whether it is JSON of an architecture: an object with a class_name and a config that has layers."""
    with path.open("rb") as file:
        beginning = file.read(BEGINNING)
    return beginning.lstrip(b" \t\r\n")[:1] == b"{" and b'"class_name"' in beginning and (
        b'"layers"' in beginning or b'"Sequential"' in beginning)


@contextmanager
def guarded(where: str) -> Iterator[None]:
    """Whatever damaged files make libraries raise becomes one error."""
    try:
        yield
    except LadingError:
        raise
    except (OSError, KeyError, ValueError, TypeError, AttributeError, IndexError, RuntimeError, OverflowError,
            MemoryError, ArithmeticError) as error:  # fmt: skip
        raise FormatError(f"{where}: damaged, or of a form that Keras does not write: {error}") from error


@contextmanager
def hdf5_of(source: Path | bytes, where: str) -> Iterator[Any]:
    """An open HDF5 file. Raises FormatError or MissingPackage."""
    try:
        import h5py
    except ImportError:
        raise MissingPackage(f"{where}: reading Keras needs the package h5py: pip install lading[keras]") from None
    try:
        file = h5py.File(io.BytesIO(source) if isinstance(source, bytes) else source, "r")
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise FormatError(f"{where}: a damaged HDF5 file: {error}") from None
    with file:
        yield _Group(file, where)


class _Group:
    """A group of an HDF5 file, of which only what lies in the file itself is seen."""

    def __init__(self, group: Any, where: str):
        self._group, self._where, self.attrs = group, where, group.attrs

    def __contains__(self, name: str) -> bool:
        return name in self._group

    def __getitem__(self, name: str) -> Any:
        import h5py

        at = self._group
        for part in name.split("/"):
            if not isinstance(at, h5py.Group) or part not in at:
                raise FormatError(f"{self._where}: it has no '{name}' in '{self._group.name}'")
            if not isinstance(at.get(part, getlink=True), h5py.HardLink):
                raise FormatError(f"{self._where}: '{name}' in '{self._group.name}' leads to another place or file")
            at = at[part]
        return _Group(at, self._where) if isinstance(at, h5py.Group) else at

    def __iter__(self) -> Iterator[str]:
        return iter(self._group)

    def __len__(self) -> int:
        return len(self._group)

    def keys(self) -> list[str]:
        return list(self._group)

    def groups(self) -> Iterator[tuple[str, Any]]:
        """All groups in it, with their paths."""
        import h5py

        found: list[tuple[str, Any]] = []
        self._group.visititems(lambda path, thing: found.append((path, thing)))
        yield from ((path, _Group(thing, self._where)) for path, thing in found if isinstance(thing, h5py.Group))


def json_of(data: bytes | str, where: str) -> Any:
    """Parsed JSON. Raises FormatError."""
    if len(data) > LARGEST_TEXT:
        raise FormatError(f"{where}: more than {LARGEST_TEXT} bytes of text")
    try:
        return json.loads(data)
    except RecursionError:
        raise FormatError(f"{where}: JSON that is nested too deep") from None
    except ValueError as error:  # of Unicode too
        raise FormatError(f"{where}: no JSON: {error}") from None


def archive_of(path: Path) -> tuple[Any, Any, bytes]:
    """Architecture, metadata and the bytes of the weights of a ``.keras`` file. Raises FormatError."""
    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            config = _member(archive, "config.json", LARGEST_TEXT, where)
            about = _member(archive, "metadata.json", LARGEST_TEXT, where)
            if "model.weights.h5" not in names:
                raise FormatError(f"{where}: it holds no 'model.weights.h5' (has: {', '.join(names[:8])})")
            weights = _member(archive, "model.weights.h5", LARGEST_WEIGHTS, where)
    except FormatError:
        raise
    except FileNotFoundError:
        raise MissingFile(f"{where}: no such file") from None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise FormatError(f"{where}: a damaged zip archive: {error}") from None
    return json_of(config, f"{where}: config.json"), json_of(about, f"{where}: metadata.json"), weights


def _member(archive: zipfile.ZipFile, name: str, most: int, where: str) -> bytes:
    import zlib

    try:
        with archive.open(name) as file:
            data = file.read(most + 1)
    except zlib.error as error:
        raise FormatError(f"{where}: '{name}' is damaged: {error}") from None
    if len(data) > most:
        raise FormatError(f"{where}: '{name}' unpacks to more than {most} bytes")
    return data
