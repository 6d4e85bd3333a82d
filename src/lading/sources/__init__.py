"""Formats of trained models that are read: one file each, with ``recognises(path)`` and ``read(path) -> Model``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from ..errors import FormatError, LadingError, MemoryLimit, MissingFile, check_options
from .elsewhere import papers_of, way_of

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["SOURCES", "Source", "is_folder_of_a_source", "is_of", "origin_of", "read", "read_as", "recognise",
           "recognise_object"]

#: Every format that is read: its name is its file beside this one. They are asked in this order.
SOURCES = ("onnx", "xgboost", "lightgbm", "catboost", "tmva", "gbrforest", "mvautils", "lwtnn", "torch", "jax",
           "keras", "nnef", "sklearn")  # fmt: skip

GZIP = b"\x1f\x8b"  # how a packed file begins


class Source(Protocol):
    """What a file of this room offers. A source that has ``FOLDERS = True`` is asked for folders too.

    Whatever the file is, it is told in a moment and in little memory: only a bounded beginning of it is looked at.

    Also, where it can be had: ``oracle(path)``, what runs the file itself (agreement.Oracle); ``holds(thing)`` and
    ``from_object(thing) -> Model`` for models of the training library in memory, and ``predictor(thing)``, the
    library's own numbers for them (agreement.forests.Predictor) or ``live_oracle(thing)`` (agreement.Oracle). Options
    of ``from_object`` and ``read`` are those of ``lading.convert``; the oracles get those that they take too. And
    ``remark(model)``, what whoever converts a file should know, or "". ``SCALES = True`` where scaling that a network
    does first is known to be preparation (``simplify.scaling``).
    """

    def recognises(self, path: Path) -> bool:
        """Whether the content of the file is of this format; its name does not matter."""

    def read(self, path: Path) -> Model:
        """The model in the file. Raises FormatError or UnsupportedError."""


def recognise(path: str | Path) -> Source:
    """The source that reads the file at ``path``, told by its content. Raises MissingFile or FormatError."""
    path = Path(path)
    if not path.exists():
        raise MissingFile(f"{path}: no such file")
    if not (path.is_file() or path.is_dir()):
        raise MissingFile(f"{path}: not a file (a pipe or a device)")
    if path.is_file() and not path.stat().st_size:
        raise FormatError(f"{path}: is empty")
    if path.is_file() and (way := way_of(path)):
        raise FormatError(f"{path}: {way}")
    for source in _sources():
        if (path.is_file() or getattr(source, "FOLDERS", False)) and source.recognises(path):
            return source
    if path.is_file() and _packed(path):
        raise FormatError(f"{path}: a gzip file; unpack it first (gunzip -k {path})")
    if path.suffix == ".lading" or path.name == "model.json" or (path / "model.json").exists():
        raise FormatError(f"{path}: already a bundle: load, show, check or run it as it is")
    if path.is_file() and (title := papers_of(path)):
        raise FormatError(f"{path}: {title}, the papers of a model; give them with it: lading convert MODEL "
                          f"--describe {path}")
    raise FormatError(f"{path}: of no format that is read (these are: {', '.join(SOURCES)})")


def is_folder_of_a_source(path: Path) -> bool:
    """Whether ``path`` is a folder that a source reads, and no bundle."""
    if not path.is_dir() or (path / "model.json").exists():
        return False
    return any(getattr(source, "FOLDERS", False) and source.recognises(path) for source in _sources())


def _packed(path: Path) -> bool:
    """Whether a file is packed by gzip: only those of TMVA are read so."""
    with path.open("rb") as file:
        return file.read(len(GZIP)) == GZIP


def recognise_object(thing: object) -> Any:
    """The source that reads a model of a training library in memory. Raises FormatError."""
    for source in _sources():
        if hasattr(source, "holds") and source.holds(thing):
            return source
    readers = [name for name, source in zip(SOURCES, _sources(), strict=True) if hasattr(source, "holds")]
    raise FormatError(
        f"a {type(thing).__module__}.{type(thing).__qualname__} is no model that is read from memory (those of "
        f"{', '.join(readers)} are); save it to a file of a format that is read ({', '.join(SOURCES)})"
    )


def _sources() -> Iterator[Source]:
    for name in SOURCES:
        yield cast(Source, import_module(f".{name}", __name__))


def read(path: str | Path, **options: Any) -> Model:
    """The model in a file of any format that is read. Raises MissingFile, FormatError or UnsupportedError."""
    return read_as(recognise(path), Path(path), **options)


def read_as(source: Any, path: Path, **options: Any) -> Model:
    """The model in a file of the format ``source``. Raises ValueRefused for an option that it does not have."""
    check_options(source.read, options, f"{path}: the format {source.__name__.rpartition('.')[2]}")
    with damage_told(str(path)):
        model: Model = source.read(path, **options)
    return model


@contextmanager
def damage_told(where: str) -> Iterator[None]:
    """Whatever a damaged file, or one that was made to harm, lets its reader stumble over is said as damage of it."""
    try:
        yield
    except LadingError as error:
        if str(error).startswith(where):
            raise
        raise type(error)(f"{where}: {error}") from error
    except (ImportError, OSError):
        raise
    except MemoryError as error:
        raise MemoryLimit(f"{where}: reading it needs more memory than there is: {error}") from error
    except RecursionError:
        raise FormatError(f"{where}: nested too deep to be read; a function or a graph in it may hold itself") from None
    except Exception as error:
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise FormatError(f"{where}: damaged, or not what its format allows ({said}); if its own library reads it, "
                          "please report this file") from error  # fmt: skip


def origin_of(format_: str, data: bytes, **more: Any) -> dict[str, Any]:
    """What the record of a model says of the file it came from: its format, and which file it was."""
    return {"format": format_, **more, "sha256": hashlib.sha256(data).hexdigest()}


def is_of(thing: object, package: str) -> bool:
    """Whether ``thing`` is an object of a package, which is not imported for asking."""
    return any(base.__module__.split(".")[0] == package for base in type(thing).__mro__)
