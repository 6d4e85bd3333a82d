"""The TTree of an MVAUtils file as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import FormatError
from ..root_file import choose, opened

#: What every forest has; the types that uproot gives them.
BRANCHES = {"vars": "iu", "values": "f"}
OPTIONAL = {"default_left": "b", "offset": "f"}


@dataclass
class Stored:
    """What the file holds: nodes of all trees in a row, ``sizes`` of them in each tree."""

    key: str
    title: str
    sizes: np.ndarray  # (trees,) int64
    vars: np.ndarray  # (nodes,) feature, -1: leaf
    values: np.ndarray  # (nodes,) float32
    default_left: np.ndarray | None  # (nodes,) bool
    offset: np.ndarray | None  # (trees,) float32
    variables: list[str] = field(default_factory=list)


def read_tree(path: Path, key: str | None) -> Stored:
    """The forest under ``key``, or the only one. Raises FormatError or MissingPackage."""
    with opened(path) as file:
        classes = file.classnames(cycle=False)
        trees = [name for name, kind in classes.items() if kind == "TTree"]
        forests = [name for name in trees if set(BRANCHES) <= set(file[name].keys())]
        key = choose(forests, key, str(path), "TTree with the branches vars and values", classes)
        tree = file[key]
        arrays = {name: _branch(tree, name, path) for name in (*BRANCHES, *OPTIONAL) if name in tree}
        stored = _stored(key, str(tree.title), arrays, f"{path}: TTree '{key}'")
        beside = key.rpartition("/")[0]
        stored.variables = _variables(file, f"{beside}/varList".lstrip("/"), classes)
    return stored


def _branch(tree: Any, name: str, path: Path) -> tuple[np.ndarray, np.ndarray | None]:
    """The values of a branch in a row, and how many each entry has; None if one number."""
    import awkward

    array = tree[name].array(library="ak")
    counts = None if array.ndim == 1 else awkward.to_numpy(awkward.num(array)).astype(np.int64)
    values = awkward.to_numpy(awkward.flatten(array, axis=None))
    if values.dtype.kind not in (BRANCHES | OPTIONAL)[name] or (counts is None) != (name == "offset"):
        raise FormatError(
            f"{path}: branch '{name}' has the type {tree[name].typename}; MVAUtils has std::vector "
            "of int (vars), float (values) and bool (default_left), and float (offset)"
        )
    return values, counts


def _stored(key: str, title: str, arrays: dict[str, Any], where: str) -> Stored:
    (variables, sizes), (values, _) = arrays["vars"], arrays["values"]
    for name, (_, counts) in arrays.items():
        if counts is not None and not np.array_equal(counts, sizes):
            at = int(np.argmax(counts != sizes)) if len(counts) == len(sizes) else min(len(counts), len(sizes))
            raise FormatError(f"{where}: branch '{name}' has not as many nodes as 'vars' in tree {at}; damaged file")
    offset = arrays["offset"][0].astype(np.float32) if "offset" in arrays else None
    if offset is not None and len(offset) != len(sizes):
        raise FormatError(f"{where}: {len(offset)} items of 'offset' for {len(sizes)} trees; damaged file")
    left = arrays["default_left"][0] if "default_left" in arrays else None
    return Stored(key, title, sizes, variables.astype(np.int64), values.astype(np.float32), left, offset)


def _variables(file: Any, key: str, classes: dict[str, str]) -> list[str]:
    """The names in the title of ``varList``: ``label := expression, ...``, of which the label counts."""
    return names_of(file[key].member("fTitle")) if classes.get(key) == "TNamed" else []


def names_of(title: str) -> list[str]:
    """The names in ``label := expression, ...``."""
    entries, depth = [""], 0
    for letter in title:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth <= 0:
            entries.append("")
        else:
            entries[-1] += letter
    names = [entry.partition(":=")[0].strip() for entry in entries]
    return [name for name in names if name]
