"""CMS GBRForest: boosted trees as one object in a ROOT file, of the class GBRForest or GBRForestD.

A value goes right if it is above the cut, else left, NaN too; the response is the initial one plus the trees in their
order, in float64 (cms-sw/cmssw, CondFormats/GBRForest). "margin" is the response, "score" what ``response`` names:

    response  GetResponse, GetAdaBoostClassifier: the sum itself
    gradient  GetGradBoostClassifier: 2/(1+exp(-2 sum))-1
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from . import origin_of
from .root_file import begins_as_root

if TYPE_CHECKING:
    from ..model import Model

CLASSES = ("GBRForest", "GBRForestD")


def recognises(path: Path) -> bool:
    """Whether it is a ROOT file with a GBRForest."""
    return begins_as_root(path, *CLASSES)


def read(path: str | Path, key: str | None = None, response: str = "response") -> Model:
    """The forest under ``key``; there is no need to name the only one. ``response``: what the score is, as above.

    Raises FormatError, UnsupportedError, or MissingPackage without uproot.
    """
    from .gbrforest_file.forests import model_of_file

    path = Path(path)
    origin = origin_of("gbrforest", path.read_bytes())
    return model_of_file(path, key, response, origin)
