"""A model from whatever names it: a bundle, or a file of any format that a source reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .errors import MissingFile

if TYPE_CHECKING:
    from .model import Model


def open_model(target: str | Path) -> Model:
    """The model at ``target``: a bundle folder, its model.json, a .lading file, or a file that a source reads.

    The graph of a file is as it is written there, under the names that ``convert`` would give.
    """
    path = Path(target)
    if not path.exists():
        raise MissingFile(f"{target}: no such file or folder")
    if is_bundle(path):
        from .bundle import read

        return read(path)
    from .sources import read as read_source
    from .sources.naming import give_readable_names

    model = read_source(path)
    if not model.exported:
        give_readable_names(model)
    return model


def is_bundle(path: Path) -> bool:
    """A folder that no source reads, a model.json or a .lading file."""
    from .sources import is_folder_of_a_source

    return (path.is_dir() and not is_folder_of_a_source(path)) or path.name == "model.json" or path.suffix == ".lading"
