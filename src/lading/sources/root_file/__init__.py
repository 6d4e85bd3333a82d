"""ROOT files, opened with uproot: what the sources of forests in them share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from ...errors import FormatError, LadingError, MissingPackage, suggestion

__all__ = ["begins_as_root", "choose", "opened", "reading"]

#: Every ROOT file begins so.
MAGIC = b"root"

LISTED = 10  # keys of a file that a message names

#: Records of a file that are looked at to recognise it, and bytes of the head of one; its bytes before the class, short
#: and long.
MOST_RECORDS, HEAD, BEFORE_CLASS = 100_000, 64, (26, 34)
LONG = 1000  # added to the version of a head with places of 8 bytes


def begins_as_root(path: Path, *classes: str) -> bool:
    """Whether it is a ROOT file with an object of one of ``classes``. Of its records only the heads are read."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            return False
        return any(name in classes for name in _classes(file))


def _classes(file: BinaryIO) -> Iterator[str]:
    """The class of each record, as far as the heads lead from one to the next (TFile::Map, https://root.cern)."""
    at = int.from_bytes(file.read(8)[4:], "big")
    for _ in range(MOST_RECORDS):
        file.seek(at)
        head = file.read(HEAD)
        size, version = int.from_bytes(head[:4], "big", signed=True), int.from_bytes(head[4:6], "big")
        if size > 0:  # a negative one is of a gap
            name = head[BEFORE_CLASS[version > LONG] :]
            yield name[1 : 1 + name[0]].decode(errors="replace") if name else ""
        if not size or len(head) < HEAD:
            return
        at += abs(size)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The file as uproot's directory. Raises MissingPackage, or FormatError for whatever a damaged file leads to."""
    try:
        import uproot
    except ImportError:
        raise MissingPackage(f"{path}: reading ROOT files needs uproot: pip install 'lading[root]'") from None
    with reading(str(path)), uproot.open({str(path): None}) as file:
        if file.file.fEND > path.stat().st_size:
            raise FormatError(f"{path}: ends after {path.stat().st_size} of {file.file.fEND} bytes; truncated file")
        yield file


@contextmanager
def reading(where: str) -> Iterator[None]:
    """Whatever goes wrong inside is the file's fault: uproot lets all kinds of errors pass on damaged ones."""
    try:
        yield
    except LadingError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines() or [""]
        raise FormatError(f"{where}: no ROOT file, or a damaged one: {type(error).__name__} {lines[0]}") from None


def choose(found: Iterable[str], key: str | None, where: str, what: str, others: Iterable[str] = ()) -> str:
    """The key of the forest that is meant: ``key``, or the only one of ``found``. ``others`` are keys of no forest."""
    keys, others = list(found), sorted(set(others))
    if not keys:
        more = f" and {len(others) - LISTED} more" if len(others) > LISTED else ""
        listed = f"; its keys are {', '.join(others[:LISTED])}{more}" if others else "; it has no keys"
        if any("Method_" in each or "InputVariables_" in each for each in others):
            listed = "; it looks like what a training of TMVA wrote: the method is beside it, in weights/*.weights.xml"
        raise FormatError(f"{where}: no {what} in this file{listed}")
    if key is None and len(keys) > 1:
        raise FormatError(f"{where}: {len(keys)} of {what} in this file: choose one with key={keys[0]!r} "
                          f"(--key on the command line); there are {', '.join(keys)}")  # fmt: skip
    if key is not None and key not in keys:
        raise FormatError(f"{where}: no {what} under the key '{key}' {suggestion(key, keys)}")
    return keys[0] if key is None else key
