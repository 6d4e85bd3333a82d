"""TMVA weight files: boosted decision trees, networks (MLP, DNN, DL), linear discriminants, and categories of them.

Variables and cuts are float32, sums float64 in the order of the trees. "margin" is the raw sum (Grad) or the weighted
mean (AdaBoost), "score" what ``Reader::EvaluateMVA`` returns, -999 for NaN included (EvaluateRegression and
EvaluateMulticlass for those). Formulas: TMVA Users Guide (arXiv:physics/0703039) and the methods of TMVA named in
each part.
"""

from __future__ import annotations

import gzip
import re
import zlib
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING

from . import GZIP, origin_of
from .packed import unpacked

if TYPE_CHECKING:
    from ..model import Model

BEGINNING = 1 << 16  # bytes that are looked at to recognise a file
MOST_COMMENTS = 1 << 22  # bytes of comments before the beginning
PROLOGUE = re.compile(rb"\A(?:\s|\xef\xbb\xbf|<!--.*?-->|<\?.*?\?>)+", re.S)


def recognises(path: Path) -> bool:
    """Whether the content is a TMVA weight file: XML around ``<MethodSetup``."""
    with path.open("rb") as file:
        packed = file.read(len(GZIP)) == GZIP
        file.seek(0)
        try:
            beginning = _behind_comments(gzip.GzipFile(fileobj=file) if packed else file)
        except (OSError, EOFError, zlib.error):
            return False
    return beginning.startswith(b"<") and b"<MethodSetup" in beginning


def _behind_comments(file: BufferedIOBase) -> bytes:
    """What stands behind white space, the XML header and comments, be they as long as a licence."""
    text = file.read(BEGINNING)
    for _ in range(MOST_COMMENTS // BEGINNING):
        text = PROLOGUE.sub(b"", text)
        opened = next((mark for mark in (b"<!--", b"<?") if text.startswith(mark)), b"")
        if not opened and len(text) > len(b"<!--"):
            return text
        more = file.read(BEGINNING)
        if not more:
            break
        text = (opened + text[len(opened) :][-2:] if opened else text) + more  # of a comment only its ends matter
    return b""


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
