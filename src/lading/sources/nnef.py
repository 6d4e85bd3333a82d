"""NNEF 1.0 of Khronos: graph.nnef with its tensor files, as a folder, a tar archive (.tgz), or by the graph's own path.

1. The flat syntax is read whole; of the compositional one fragments and expressions, but no lists made by ``for``.
2. Scalars are float32, whatever the tensor files hold; integers int64.
3. All lengths are fixed. Where every input and every output begins with a 1, that is the entry axis, if a trial shows
   that the graph takes several entries at once, each for itself.
4. ``lading.json`` beside the graph, papers as docs/papers.md has them, gives the names, units and preparation that
   NNEF has no place for; ``targets/nnef.py`` writes it, and readers of NNEF pass it over.

Formulas and layouts: the NNEF 1.0.5 specification of Khronos.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import FormatError, UnsupportedError
from . import origin_of

if TYPE_CHECKING:
    from ..model import Model
    from .nnef_file.container import Container
    from .nnef_file.oracle import NnefOracle

#: This source reads folders too.
FOLDERS = True


def recognises(path: Path) -> bool:
    """Whether it is a graph of NNEF, a folder with graph.nnef, or a tar archive that holds one."""
    from .nnef_file.container import GRAPH, is_archive, is_text

    if path.is_dir():
        return (path / GRAPH).is_file()
    return is_text(path) or is_archive(path)


def read(path: str | Path) -> Model:
    """The model at ``path``. Raises FormatError, UnsupportedError, or MissingFile for a tensor file."""
    from .nnef_file.container import GRAPH, QUANT, Container

    files = Container(Path(path))
    data = files.read(GRAPH)
    if data is None:
        raise FormatError(f"{files.named(GRAPH)}: no such file")
    if files.read(QUANT) is not None:
        raise UnsupportedError(f"{files.named(QUANT)}: a quantized network, which is not read; write it in float32")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"{files.named(GRAPH)}: no valid UTF-8 at byte {error.start}") from None
    return _model(files, text, data)


def _model(files: Container, text: str, data: bytes) -> Model:
    from .nnef_file.assembling import assemble
    from .nnef_file.container import GRAPH

    return assemble(files, text, origin_of("nnef", data), files.named(GRAPH))


def oracle(path: str | Path) -> NnefOracle | None:
    """Khronos' own interpreter, where the package nnef is installed: it runs float32 networks of up to 5 axes."""
    from .nnef_file.oracle import NnefOracle, is_installed

    return NnefOracle(Path(path)) if is_installed() else None
