"""ROOT files, opened with uproot: what the sources of forests in them share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...errors import FormatError, LadingError, MissingPackage, suggestion

__all__ = ["begins_as_root", "choose", "opened", "reading"]

#: Every ROOT file begins so.
MAGIC = b"root"

LISTED = 10  # keys of a file that a message names



def begins_as_root(path: Path, *classes: str) -> bool:
    """Whether it is a ROOT file that names one of ``classes``: the heads of keys hold them as text, uncompressed."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            return False
        content = file.read()
    return any(bytes([len(name)]) + name.encode() in content for name in classes)


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
