"""The text of a LightGBM file, taken apart: ``key=value`` lines in a header and in one block for each tree."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ...errors import FormatError

#: What may stand behind the last tree (files before 2.2 have no line of their own for it).
ENDS = ("end of trees", "feature importances:", "feature_importances:")


@dataclass
class Text:
    """What a file says."""

    header: dict[str, str]
    trees: list[dict[str, str]]
    pandas_categorical: Any = None


def parse(data: bytes, where: str) -> Text:
    """The header and the trees of a file. Raises FormatError where it ends too early."""
    try:
        lines = [line.strip() for line in data.decode("utf-8-sig").split("\n")]
    except UnicodeDecodeError as error:
        raise FormatError(f"{where}: no LightGBM model, or a damaged one: {error}") from None
    first = first_line(lines)
    if lines[first] != "tree":
        raise FormatError(f"{where}: no LightGBM model: the first line is {lines[first][:40]!r} in place of 'tree'")
    header: dict[str, str] = {}
    trees: list[dict[str, str]] = []
    block = header
    for number, line in enumerate(lines[first + 1 :], first + 2):
        if line in ENDS:
            return Text(header, _counted(trees, header, where), _pandas(lines[number:], where))
        if line.startswith("Tree="):
            if line != f"Tree={len(trees)}":
                raise FormatError(f"{where}: line {number}: {line[:40]!r} in place of 'Tree={len(trees)}'; damaged")
            trees.append(block := {})
        elif line:
            _take(line, block, f"{where}: line {number}")
    raise FormatError(f"{where}: the file ends behind tree {len(trees) - 1}, without 'end of trees'; it is cut off")


def first_line(lines: list[str]) -> int:
    """Where the first line stands that is neither empty nor a comment; the last line if all are."""
    said = (number for number, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))
    return next(said, len(lines) - 1)


def _take(line: str, block: dict[str, str], where: str) -> None:
    key, _, value = line.partition("=")
    if key in block:
        raise FormatError(f"{where}: '{key[:40]}' for the second time; damaged file")
    block[key] = value


def _counted(trees: list[dict[str, str]], header: dict[str, str], where: str) -> list[dict[str, str]]:
    sizes = header.get("tree_sizes")
    if sizes is not None and len(sizes.split()) != len(trees):
        raise FormatError(f"{where}: {len(trees)} trees, 'tree_sizes' has {len(sizes.split())}; damaged file")
    return trees


def _pandas(rest: list[str], where: str) -> Any:
    """The categories of a DataFrame's columns, whose numbers the trees look at."""
    for line in rest:
        if line.startswith("pandas_categorical:"):
            try:
                return json.loads(line.partition(":")[2])
            except (ValueError, RecursionError) as error:
                raise FormatError(f"{where}: 'pandas_categorical' is damaged: {error}") from None
    return None
