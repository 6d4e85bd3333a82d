"""From a GBRForest in a ROOT file to a Model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...errors import FormatError
from ...model import Model
from ...trees import Tree, grow, model_of
from ..root_file import choose, opened
from .buffer import Buffer
from .streaming import Streamed

#: Classes, and what keys are called under which the names of variables stand.
CLASSES = ("GBRForest", "GBRForestD")
NAMES = ("variableNames", "varlist")

#: Members of a tree: items for every node, with the kind of their numbers.
NODES = {"fCutIndices": "iu", "fCutVals": "f", "fLeftIndices": "i", "fRightIndices": "i"}


def model_of_file(path: Path, key: str | None, response: str, origin: dict[str, Any]) -> Model:
    """The model of the forest under ``key``, or of the only one."""
    if response not in ("response", "gradient"):
        raise FormatError(f"{path}: response '{response}' is none of response, gradient")
    with opened(path) as file:
        classes = file.classnames(cycle=False)
        found = [name for name, kind in classes.items() if kind in CLASSES]
        key = choose(found, key, str(path), "GBRForest", classes)
        where = f"{path}: {classes[key]} '{key}'"
        members = Streamed(Buffer(_payload(file, key), where), file.file.streamers).object(classes[key])
        names = _names(file, key, classes)
    trees, initial = members.get("fTrees"), members.get("fInitialResponse")
    if not isinstance(trees, list) or not isinstance(initial, float) or not np.isfinite(initial):
        raise FormatError(f"{where}: has no fTrees and fInitialResponse, but {', '.join(members)}; damaged file")
    forest = _forest([tree_of(tree, f"{where}: tree {number}") for number, tree in enumerate(trees)], names, where)
    forest.base = np.array([initial])
    if response == "gradient":
        forest.link, forest.link_type = "tmva_gradient", "float64"
    record = {"origin": origin | {"key": key, "class": classes[key], "response": response}}
    return model_of(forest, path.stem.removesuffix(".weights"), record, where)


def _payload(file: Any, key: str) -> bytes:
    """The bytes of an object, decompressed, without the head of the key."""
    chunk, cursor = file.key(key).get_uncompressed_chunk_cursor()
    return bytes(chunk.raw_data)[cursor.index :]


def _names(file: Any, key: str, classes: dict[str, str]) -> list[str]:
    """Names of variables, which stand beside the forest in some files."""
    folder = key.rpartition("/")[0]
    for name in NAMES:
        beside = f"{folder}/{name}".lstrip("/")
        if "vector<string>" in classes.get(beside, ""):
            return [str(each) for each in file[beside]]
    return []


def _forest(trees: list[Tree], names: list[str], where: str) -> Any:
    read = 1 + max((int(tree.feature.max(initial=-1)) for tree in trees), default=-1)
    if names and len(names) < read:
        raise FormatError(f"{where}: feature {read - 1} is looked at, but only {len(names)} variables are named "
                          f"({', '.join(names[:8])}); damaged file")  # fmt: skip
    return grow(trees, len(names) or read, where, left_if="x <= t", sum_type="float64", link_type="float64",
                feature_names=names)  # fmt: skip


def tree_of(members: dict[str, Any], where: str) -> Tree:
    """A tree: a child above 0 is a node, else minus the number of a leaf. NaN goes left."""
    kinds = {**NODES, "fResponses": "f"}
    for name, kind in kinds.items():
        array = members.get(name)
        if not isinstance(array, np.ndarray) or array.dtype.kind not in kind:
            raise FormatError(f"{where}: has no '{name}' of {'floats' if kind == 'f' else 'integers'}; damaged file")
    feature, cut, left, right = (members[name] for name in NODES)
    nodes, values = len(left), members["fResponses"]
    for name in NODES:
        if len(members[name]) != nodes:
            raise FormatError(f"{where}: {len(members[name])} items of '{name}' for {nodes} nodes; damaged file")
    _check_leaves(left, right, len(values), where)
    if nodes == 0 or (nodes == 1 and left[0] == right[0] == 0):  # ROOT's stand-in for a tree that is one leaf
        none = np.full(1, -1)
        return Tree(none, none, np.zeros(1, np.int64), values[:1], values[:1])
    # every node gets its own copies of its leaves: grow keeps those that are in use
    slots = nodes + np.arange(2 * nodes)
    children = np.stack([left, right], axis=1).ravel().astype(np.int64)
    leaf_values = values[np.where(children > 0, 0, -children)]
    children = np.where(children > 0, children, slots)
    no_child = np.full(2 * nodes, -1)
    return Tree(
        np.concatenate([children[0::2], no_child]), np.concatenate([children[1::2], no_child]),
        np.concatenate([feature.astype(np.int64), np.zeros(2 * nodes, np.int64)]),
        np.concatenate([cut, np.zeros(2 * nodes, cut.dtype)]),
        np.concatenate([np.zeros(nodes, values.dtype), leaf_values]), missing=1,
    )  # fmt: skip


def _check_leaves(left: np.ndarray, right: np.ndarray, leaves: int, where: str) -> None:
    if not leaves:
        raise FormatError(f"{where}: has no leaves; damaged file")
    for name, side in (("left", left), ("right", right)):
        wrong = np.flatnonzero((side <= 0) & (side.astype(np.int64) <= -leaves))
        if len(wrong):
            raise FormatError(f"{where}: the {name} child of node {wrong[0]} is leaf {-int(side[wrong[0]])}, there are "
                              f"{leaves}; damaged file")  # fmt: skip
