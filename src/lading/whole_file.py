"""Files that are written whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import MissingFile

__all__ = ["whole_file"]


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path beside ``path``, of the same name, to write to: it takes its place once all is written, and what else was
    written beside it goes with it.

    Raises MissingFile where nothing can be written.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            beside = Path(folder) / path.name
            yield beside
            for file in sorted(Path(folder).iterdir()):
                file.replace(path.with_name(file.name))
    except OSError as error:
        where = f"there is no folder {path.parent}" if not path.parent.is_dir() else error.strerror or str(error)
        raise MissingFile(f"{path}: cannot be written: {where}") from None
