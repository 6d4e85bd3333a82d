"""From the arrays of an MVAUtils TTree to a Model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import numpy as np

from ...errors import FormatError, UnsupportedError
from ...model import Model
from ...trees import Tree, grow, model_of
from .limits import MOST_FEATURES, MOST_SKIP
from .reading import Stored
from .titles import Title, parsed

#: By flavour: which values go left. NaN goes where ``default_left`` says, without it to the right.
LEFT_IF = {"xgboost": "x < t", "lgbm": "x <= t", "lgbm_simple": "x <= t", "TMVA": "x >= t"}

#: What MVAUtils calls the responses.
FUNCTIONS = {"response": "GetResponse", "classification": "GetClassification", "gradient": "GetGradBoostMVA",
             "multi": "GetMultiResponse"}  # fmt: skip


@dataclass
class Response:
    """Which function gives the score, how many classes it has, and how that is known."""

    function: str
    classes: int = 1
    known: str = "option"


def model_of_tree(stored: Stored, response: str | None, origin: dict[str, Any], where: str) -> Model:
    """The model of a forest as stored. ``response`` as in ``read``."""
    where = f"{where}: TTree '{stored.key}'"
    title = parsed(stored.title, where)
    _check_branches(stored, title, where)
    wanted = _asked(response, where) if response else _told(stored, title, where)
    features, names = _features(stored, title, where)
    trees = trees_of(stored, title.flavour, where)
    forest = grow(trees, features, where, left_if=LEFT_IF[title.flavour], sum_order="backward", feature_names=names)
    _respond(forest, stored, wanted, title.flavour == "TMVA", where)
    said = {"flavour": title.flavour, "key": stored.key, "objective": title.values.get("objective"),
            "response": wanted.function, "response from": wanted.known}  # fmt: skip
    record = {"origin": origin | {key: value for key, value in said.items() if value}}
    model = model_of(forest, PurePath(where.split(": TTree")[0]).stem, record, where)
    _describe(model, stored, wanted, title.flavour == "TMVA")
    return model


def _describe(model: Model, stored: Stored, wanted: Response, tmva: bool) -> None:
    """Says which function of MVAUtils an output is: lading/compat/mvautils.hpp goes by the first word."""
    model.outputs["score"].description = f"{FUNCTIONS[wanted.function]} of MVAUtils"
    offset = float(stored.offset[0]) if tmva and stored.offset is not None else 0.0
    is_response = wanted.function == "response" or (
        wanted.function != "multi" and offset == 0 and not (tmva and wanted.function == "classification"))
    model.outputs["margin"].description = "GetResponse of MVAUtils" if is_response else ""


def _check_branches(stored: Stored, title: Title, where: str) -> None:
    needs = {"xgboost": "default_left", "lgbm": "default_left", "TMVA": "offset"}.get(title.flavour)
    if needs and getattr(stored, needs) is None:
        creator = title.values.get("creator", "")
        raise FormatError(f"{where}: a forest with creator '{creator}' is read as {title.flavour}, as MVAUtils does, "
                          f"and that needs a branch '{needs}', which is not there")  # fmt: skip


def trees_of(stored: Stored, flavour: str, where: str) -> list[Tree]:
    """The trees: the left child of a node follows it, the right one follows the left subtree."""
    missing = np.zeros(len(stored.vars), np.uint8)
    if flavour in ("xgboost", "lgbm") and stored.default_left is not None:
        missing = stored.default_left.astype(np.uint8)
    _check_features(stored, where)
    end, trees = np.cumsum(stored.sizes), []
    for number, (begin, stop) in enumerate(zip((end - stored.sizes).tolist(), end.tolist(), strict=True)):
        feature, values = stored.vars[begin:stop], stored.values[begin:stop]
        left, right = _children(feature, f"{where}: tree {number}")
        trees.append(Tree(left, right, np.maximum(feature, 0), values, values, missing[begin:stop]))
    return trees


def _check_features(stored: Stored, where: str) -> None:
    wrong = np.flatnonzero((stored.vars < -1) | (stored.vars >= MOST_FEATURES))
    if len(wrong):
        tree = int(np.searchsorted(np.cumsum(stored.sizes), wrong[0], side="right"))
        node = int(wrong[0] - stored.sizes[:tree].sum())
        raise FormatError(f"{where}: node {node} of tree {tree} looks at feature {stored.vars[wrong[0]]}; MVAUtils "
                          f"keeps them in 8 bits: 0 to {MOST_FEATURES - 1}, and -1 is a leaf")  # fmt: skip


def _children(feature: np.ndarray, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Children of the nodes of a tree in preorder; -1 for leaves."""
    left, right = np.full(len(feature), -1), np.full(len(feature), -1)
    waiting: list[int] = []  # splits whose right subtree has not begun
    for node, is_split in enumerate((feature >= 0).tolist()):
        if is_split:
            left[node] = node + 1
            waiting.append(node)
        elif waiting:
            right[waiting.pop()] = node + 1
        elif node + 1 < len(feature):
            raise FormatError(f"{where}: ends at node {node}, but has {len(feature)} nodes; damaged file")
    if waiting or not len(feature):
        raise FormatError(f"{where}: ends after {len(feature)} nodes, before its last leaf; damaged file")
    skip = int((right - np.arange(len(right))).max())
    if skip > MOST_SKIP:
        raise UnsupportedError(f"{where}: a left subtree of {skip - 1} nodes; MVAUtils keeps the way to the right "
                               f"child in 16 bits: at most {MOST_SKIP}")  # fmt: skip
    return left, right


def _features(stored: Stored, title: Title, where: str) -> tuple[int, list[str]]:
    """How many columns go in, and their names, as far as the file says."""
    read = int(stored.vars.max(initial=-1)) + 1
    names = stored.variables or title.feature_names
    if not names:
        return max(read, title.features), []
    if len(names) < read:
        raise FormatError(f"{where}: feature {read - 1} is looked at, but only {len(names)} variables are named "
                          f"({', '.join(names[:8])}); damaged file")  # fmt: skip
    return len(names), names


def _asked(response: str, where: str) -> Response:
    function, colon, number = response.partition(":")
    if function == "multi" and number.isascii() and number.isdigit() and 1 <= int(number) <= 1 << 16:
        return Response("multi", int(number))
    if colon or function not in ("response", "classification", "gradient"):
        raise FormatError(f"{where}: response '{response}' is none of response, classification, gradient, multi:N "
                          "(N classes)")  # fmt: skip
    return Response(function)


def _told(stored: Stored, title: Title, where: str) -> Response:
    """What the file tells: the title, the objective in it, or the weights of TMVA's trees."""
    if "response" in title.values:
        return replace(_asked(title.values["response"], f"{where}: its title"), known="title")
    if title.flavour == "TMVA":
        offset = stored.offset if stored.offset is not None else np.zeros(0, np.float32)
        differ = len(offset) > 1 and not (offset[1:] == offset[1]).all()
        alone = len(offset) > 1 and not differ and offset[0] != offset[1]
        function = "classification" if differ else "response" if alone else "gradient"
        return Response(function, known="weights of the trees")
    kind, classes = title.objective
    return Response(kind or "response", classes, "objective" if kind else "nothing in the file")


def _respond(forest: Any, stored: Stored, wanted: Response, tmva: bool, where: str) -> None:
    """Sets how trees are summed and what is made of the sum."""
    if wanted.function == "multi":
        forest.sum_order, forest.link, forest.link_type = "forward", "softmax", "float32"
        forest.tree_output = np.arange(len(forest.roots), dtype=np.int32) % wanted.classes
        forest.base = np.zeros(wanted.classes, np.float32)
    elif wanted.function == "gradient":
        forest.link, forest.link_type = "tmva_gradient", "float32_exp"
    elif wanted.function == "classification" and not tmva:
        forest.link, forest.link_type = "logistic", "float32_exp"
    elif tmva:
        offset = stored.offset
        assert offset is not None
        if not np.isfinite(offset).all():
            raise FormatError(f"{where}: tree {int(np.argmin(np.isfinite(offset)))} has the weight "
                              f"{offset[~np.isfinite(offset)][0]}; damaged file")  # fmt: skip
        if wanted.function == "response":
            forest.base, forest.base_at = offset[:1].copy(), "end"
        elif float(offset.sum(dtype=np.float64)) == 0:
            raise FormatError(f"{where}: the weights of the trees add up to 0, so there is no classification; choose "
                              "response='gradient' or response='response'")  # fmt: skip
        else:
            forest.sum_order, forest.combine, forest.tree_weight = "forward", "weighted_mean", offset
