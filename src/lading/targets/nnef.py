"""NNEF 1.0 of Khronos: graph.nnef in the flat syntax, a tensor file for each weight, and ``lading.json``.

NNEF fixes all lengths: the graph is written for one entry, and a sequence has to be of one length. What goes in are the
prepared tensors. ``lading.json`` holds model.json without graphs, weights and samples, with ``"of"`` where an input or
output has another name in the graph: papers that lading reads back, and that other readers pass over.

The graph computes in float32, with NNEF's own operations; what they cannot say is refused, the first such node by name.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MissingFile, ValueRefused
from ..whole_file import whole_file

if TYPE_CHECKING:
    from ..model import Model


def write(model: Model, path: Path) -> None:
    """Writes ``model`` as a folder (``tau.nnef``), or as an archive of one (``tau.tgz``); all of it or nothing.

    Raises UnsupportedError for what NNEF cannot say, ValueRefused for a folder that holds other things.
    """
    files = to_files(model, str(path))
    if path.suffix.lower() == ".tgz":
        with whole_file(path) as beside:
            beside.write_bytes(archive_of(files))
        return
    if path.exists() and not (path / "graph.nnef").is_file():
        raise ValueRefused(f"{path}: is there already and no model in NNEF; give another name, or take it away")
    try:
        _write_folder(files, path)
    except OSError as error:
        where = f"there is no folder {path.parent}" if not path.parent.is_dir() else error.strerror or str(error)
        raise MissingFile(f"{path}: cannot be written: {where}") from None


def to_files(model: Model, where: str = "model.nnef") -> dict[str, bytes]:
    """The files of the model by their names: the same model gives the same bytes."""
    from ..bundle import to_buffers
    from ..sources.nnef_file.tensor_file import tensor_bytes
    from .nnef_file.writing import Writer

    to_buffers(model)  # raises if the model breaks a rule of format 1
    writer = Writer(model, where)
    text = writer.text()
    tensors = {f"{label}.dat": tensor_bytes(array) for label, array in sorted(writer.variables.items())}
    return {"graph.nnef": text.encode(), "lading.json": writer.papers(), **tensors}


def archive_of(files: dict[str, bytes]) -> bytes:
    """A packed tar archive without times and owners."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), mtime=0)


def _write_folder(files: dict[str, bytes], path: Path) -> None:
    """Takes the place of an older folder once all is written."""
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as beside:
        made = Path(beside) / "new"
        made.mkdir()
        for name, data in files.items():
            (made / name).write_bytes(data)
        if path.exists():
            path.rename(Path(beside) / "old")
        made.rename(path)
