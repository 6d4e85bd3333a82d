"""One guard around all that reads files: what is damaged is told as such, whatever a library raises for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import FormatError, LadingError


@contextmanager
def readable(path: Path, part: str = "") -> Iterator[None]:
    """Whatever goes wrong inside is FormatError for ``path``, and for its ``part`` ("dataset 'pt'") if it is known.

    Libraries raise errors of every kind for damaged files, AssertionError and IndexError among them.
    """
    try:
        yield
    except LadingError:
        raise
    except Exception as error:
        where = f"{path}: {part}" if part else f"{path}:"
        raise FormatError(f"{where} cannot be read as {path.suffix}: {_why(error)}") from error


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is no UTF-8 (0x{error.object[error.start]:02x}); save it as UTF-8"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    said = " ".join(str(error).split())[:200] or "it is damaged"
    return said if isinstance(error, (OSError, ValueError, EOFError)) else f"{type(error).__name__}: {said}"
