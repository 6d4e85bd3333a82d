"""ATLAS MVAUtils: forests as a TTree in a ROOT file, one entry a tree, its nodes in preorder.

Trained by XGBoost, LightGBM or TMVA, which the title of the TTree says; that decides how values are compared and where
NaN goes. Sums are float32, the last tree first, as in ATLAS' athena, Reconstruction/MVAUtils. "margin" is the sum,
"score" what ``response`` names:

    response        GetResponse: the sum (TMVA: plus the weight of the first tree)
    classification  GetClassification: 1/(1+exp(-sum)) (TMVA: the mean of the trees by their weights)
    gradient        GetGradBoostMVA: 2/(1+exp(-2 sum))-1
    multi:N         GetMultiResponse: the softmax over N classes, tree i being of class i modulo N
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from . import origin_of
from .root_file import begins_as_root

if TYPE_CHECKING:
    from ..model import Model


def recognises(path: Path) -> bool:
    """Whether it is a ROOT file with a TTree; what is in that is seen when it is read."""
    return begins_as_root(path, "TTree")


def read(path: str | Path, key: str | None = None, response: str | None = None) -> Model:
    """The forest in the TTree ``key`` of an MVAUtils file; there is no need to name the only one.

    ``response``: the function that gives the score, where the title of the TTree does not tell. Without both, XGBoost
    gives the sum; TMVA the weighted mean if the weights of its trees differ, else the gradient formula.
    Raises FormatError, UnsupportedError, or MissingPackage without uproot.
    """
    from .mvautils_file.forests import model_of_tree
    from .mvautils_file.reading import read_tree

    path = Path(path)
    origin = origin_of("mvautils", path.read_bytes())
    return model_of_tree(read_tree(path, key), response, origin, str(path))
