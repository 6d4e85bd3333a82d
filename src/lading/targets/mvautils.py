"""ATLAS MVAUtils: a forest as a TTree in a ROOT file, which Reconstruction/MVAUtils reads as it is.

The flavour follows the comparison: ``x < t`` is written as XGBoost's, ``x <= t`` as LightGBM's, ``x >= t`` as TMVA's
where NaN goes right. Cuts keep their meaning for every float32 input. Which function to call stands in the title, as
``response=``; MVAUtils passes over it, lading reads it.

MVAUtils adds float32, the last tree first, and knows no base score: bases are added to the leaves of the first tree of
each output, and rounded with them. So sums may differ from the model's in their last digits. What TMVA's Reader answers
for NaN (-999) is not in these files: callers of MVAUtils do not get it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MissingPackage, UnsupportedError
from ..whole_file import whole_file

if TYPE_CHECKING:
    from ..model import Model

try:
    import uproot as _uproot
except ImportError:
    _uproot = None


def write(model: Model, path: Path, rounded: bool = False) -> None:
    """Writes ``model``, a single forest, all of it or nothing. ``rounded``: float64 may be rounded to float32.

    Raises UnsupportedError for what MVAUtils cannot hold: more than 127 features, a left subtree of more than 32766
    nodes, categories, prepared variables, links that it does not have, float64 without ``rounded``.
    """
    data = to_bytes(model, str(path), rounded)
    with whole_file(path) as beside:
        beside.write_bytes(data)


def to_bytes(model: Model, where: str = "model.root", rounded: bool = False) -> bytes:
    """The bytes of the ROOT file: the same model gives the same bytes."""
    if _uproot is None:
        raise MissingPackage(f"{where}: writing ROOT files needs uproot: pip install 'lading[root]'")
    from .lone_forest import only_forest
    from .mvautils_file.flavours import stored_as
    from .root_file import tree_file

    lone = only_forest(model, where, "MVAUtils")
    forest, names = lone.forest, [variable.name for variable in lone.variables]
    _refuse_names(names, where)
    tree = stored_as(forest, where, rounded)
    try:
        return tree_file(Path(where).name, tree, {"varList": ",".join(names)} if names else {})
    except OverflowError:
        raise UnsupportedError(f"{where}: a ROOT file of a forest holds at most 2 GB; this model needs more") from None


def _refuse_names(names: list[str], where: str) -> None:
    """Names stand in one text, between commas."""
    from ..sources.mvautils_file.reading import names_of

    if names_of(",".join(names)) == names:
        return
    wrong = next((name for name in names if names_of(name) != [name]), names[0])
    raise UnsupportedError(
        f"{where}: MVAUtils keeps the names of variables in one text, where commas part them, and := and blanks mean "
        f"something: '{wrong}' would be read as another name; rename it in the papers"
    )
