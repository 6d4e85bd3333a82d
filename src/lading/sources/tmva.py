"""TMVA weight files: boosted decision trees, multilayer perceptrons, and categories of them; XML, plain or gzipped.

Variables and cuts are float32, sums float64 in the order of the trees. "margin" is the raw sum (Grad) or the weighted
mean (AdaBoost), "score" what ``Reader::EvaluateMVA`` returns, -999 for NaN included (EvaluateRegression and
EvaluateMulticlass for those). Formulas: TMVA Users Guide (arXiv:physics/0703039) and the methods of TMVA named in
each part.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from . import GZIP, origin_of
from .packed import unpacked

if TYPE_CHECKING:
    from ..model import Model

BEGINNING = 1 << 16  # bytes that are looked at to recognise a file


def recognises(path: Path) -> bool:
    """Whether the content is a TMVA weight file: XML around ``<MethodSetup``."""
    with path.open("rb") as file:
        packed = file.read(len(GZIP)) == GZIP
        file.seek(0)
        try:
            beginning = gzip.GzipFile(fileobj=file).read(BEGINNING) if packed else file.read(BEGINNING)
        except (OSError, EOFError, zlib.error):
            return False
    return beginning.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" and b"<MethodSetup" in beginning


def read(path: str | Path) -> Model:
    """The model in a weight file. Raises FormatError, or UnsupportedError naming what is not read."""
    path = Path(path)
    return read_bytes(path.read_bytes(), str(path))


def read_bytes(data: bytes, where: str) -> Model:
    """The model in the bytes of a weight file."""
    from .tmva_file.modelling import model_of_setup
    from .tmva_file.parsing import parsed
    from .tmva_file.setup import setup_of

    origin = origin_of("tmva", data)
    return model_of_setup(setup_of(parsed(unpacked(data, where), where), where), origin, where)
