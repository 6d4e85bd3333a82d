"""A model becomes files: all of them, or none."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import FormatError, LadingError, MissingFile
from . import AGREEMENT, archive, to_files

if TYPE_CHECKING:
    from ..model import Model

#: Files that are not named by model.json, and so by no digest.
README = "README.md"

_KNOWN = ("model.json", "weights.safetensors", "samples.safetensors", README, AGREEMENT)

_ABOUT = """\
# {name}

This folder is a trained model in the form of lading, format 1. {description}

- `model.json`: what goes in (names, units, preparation), what comes out, and the graph between, as text
- `weights.safetensors`: the numbers of the graph
- `samples.safetensors`: entries and the outputs they must give, the model's self-test (if it has one)
- `agreement.json`: how well it agreed with its source when it was converted (if it was measured)

Show it with `lading show .`, test it on this machine with `lading check .`, run it with
`lading run . EVENTS` (`pip install lading`). The format is specified in `docs/format.md` of the lading
repository; `src/lading/bundle/evaluate.py` there is one file that reads and runs this folder with NumPy.
"""


def all_files(model: Model) -> dict[str, bytes]:
    """Every file of the folder by name, those that no digest covers included."""
    files = to_files(model)
    files[README] = _ABOUT.format(name=model.name or "A model", description=model.description).encode()
    if model.agreement:
        files[AGREEMENT] = (json.dumps(model.agreement, indent=2, ensure_ascii=False) + "\n").encode()
    return files


def save(model: Model, path: str | os.PathLike[str]) -> None:
    """Writes a folder, or one file where the path ends in ``.lading``.

    What stands there is replaced in one step and only if it is a bundle. Raises FormatError, or MissingFile where
    nothing can be written.
    """
    given = os.fspath(path)
    with _writing(given):
        target = Path(os.path.realpath(path))
        single = target.suffix == ".lading" and not target.is_dir()
        _refuse_others(target, given, single)
    files = all_files(model)
    with _writing(given):
        _write(files, target, single)


@contextmanager
def _writing(given: str) -> Iterator[None]:
    """Whatever the system refuses is said as a sentence about the path that was given."""
    try:
        yield
    except LadingError:
        raise
    except (OSError, ValueError) as error:  # of a path that holds a zero, too
        above = Path(given).absolute().parents
        files = [place for place in above if os.path.isfile(place)]
        why = f"{files[0]} is a file, no folder" if files else getattr(error, "strerror", None) or str(error)
        raise MissingFile(f"{given}: cannot be written: {why}") from error


def _write(files: dict[str, bytes], target: Path, single: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        if single:
            written = beside / target.name
            written.write_bytes(archive.to_bytes(files))
            written.replace(target)
        else:
            _replace_folder(target, files, beside)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _replace_folder(target: Path, files: dict[str, bytes], beside: Path) -> None:
    new = beside / "new"
    new.mkdir()
    for name, data in files.items():
        (new / name).write_bytes(data)
    old = beside / "old"
    if target.is_dir():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.is_dir():
            old.rename(target)
        raise


def _is_archive(path: Path) -> bool:
    if not path.is_file():  # a pipe or a device, which may have no end
        return False
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def _refuse_others(target: Path, given: str, single: bool) -> None:
    """Nothing but a bundle is overwritten, and nothing beside its own files is lost."""
    if single:
        if target.exists() and not _is_archive(target):
            raise FormatError(f"{given}: is there and no .lading file; save under another name")
        return
    if target.exists() and not target.is_dir():
        raise FormatError(f"{given}: is a file; save under another name, or one that ends in .lading")
    present = sorted(os.listdir(target)) if target.is_dir() else []
    others = [name for name in present if name not in _KNOWN]
    if others:
        raise FormatError(f"{given}: holds '{others[0]}', which is no file of a bundle; save to a new folder")
    if present and "model.json" not in present:
        raise FormatError(f"{given}: is a folder that holds no model.json; save to a new folder")
