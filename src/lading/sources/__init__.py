"""Formats of trained models that are read: one file each, with ``recognises(path)`` and ``read(path) -> Model``."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from ..errors import FormatError, MissingFile

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["SOURCES", "Source", "read", "recognise"]

#: Every format that is read: its name is its file beside this one. They are asked in this order.
SOURCES = ("onnx", "xgboost")


class Source(Protocol):
    """What a file of this room offers."""

    def recognises(self, path: Path) -> bool:
        """Whether the content of the file is of this format; its name does not matter."""

    def read(self, path: Path) -> Model:
        """The model in the file. Raises FormatError or UnsupportedError."""


def recognise(path: str | Path) -> Source:
    """The source that reads the file at ``path``, told by its content. Raises MissingFile or FormatError."""
    path = Path(path)
    if not path.is_file():
        raise MissingFile(f"{path}: no such file")
    for name in SOURCES:
        source = cast(Source, import_module(f".{name}", __name__))
        if source.recognises(path):
            return source
    raise FormatError(f"{path}: of no format that is read (these are: {', '.join(SOURCES)})")


def read(path: str | Path, **options: Any) -> Model:
    """The model in a file of any format that is read. Raises MissingFile, FormatError or UnsupportedError."""
    return recognise(path).read(Path(path), **options)
