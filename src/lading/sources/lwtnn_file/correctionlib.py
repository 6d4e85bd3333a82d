"""Networks of lwtnn inside files of correctionlib, schema version 2: nodes ``{"nodetype": "lwtnn", "opaque": …}``.

``opaque`` is a sequential network; the finalizer, a formula of its outputs by name, belongs to the correction. A
network that several corrections use, one for each output, is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...errors import FormatError, UnknownName, suggestion
from .parsing import member, objects

__all__ = ["content_of", "is_correctionlib"]


def is_correctionlib(content: dict[str, Any]) -> bool:
    """Whether these are the objects of a set of corrections."""
    return "schema_version" in content and "corrections" in content


def content_of(content: dict[str, Any], key: str | None, where: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The network of correction ``key`` (there is no need to name the only one), and what the file says about it.

    Raises FormatError or UnknownName.
    """
    found: dict[str, list[Any]] = {}
    for each, place in objects(content, "corrections", where):
        name = str(member(each, "name", place))
        for number, node in enumerate(_nodes(each.get("data"), place)):
            found[name if not number else f"{name}#{number + 1}"] = [member(node, "opaque", place), node, each]
    if not found:
        raise FormatError(f"{where}: corrections without an lwtnn node, in which lading reads networks")
    if key is not None and key not in found:
        raise UnknownName(f"{where}: no network in a correction '{key}' {suggestion(key, found)}")
    if key is None and any(network != next(iter(found.values()))[0] for network, _, _ in found.values()):
        raise FormatError(f"{where}: several networks; name one of their corrections: key= one of {', '.join(found)}")
    name = key or next(iter(found))
    network, node, correction = found[name]
    if not isinstance(network, dict):
        raise FormatError(f"{where}: correction '{name}': opaque should be an object, a network of lwtnn")
    about = {"correction": name, "version": correction.get("version"), "finalizer": _formula(node)}
    return network, {key: each for key, each in about.items() if each is not None}


def _nodes(data: Any, where: str) -> Iterator[dict[str, Any]]:
    """The lwtnn nodes anywhere below, in the order of the file."""
    waiting = [data]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict) and here.get("nodetype") == "lwtnn":
            yield here
        elif isinstance(here, (dict, list)):
            waiting += reversed(list(here.values()) if isinstance(here, dict) else here)


def _formula(node: dict[str, Any]) -> str | None:
    """The finalizer with the names of outputs in place of x, y, z, t; None where it hands one output on."""
    finalizer = node.get("finalizer")
    if not isinstance(finalizer, dict):
        return None
    text, names = str(finalizer.get("expression", "")), finalizer.get("variables")
    names = [str(each) for each in names] if isinstance(names, list) else []
    if text.strip() in ("", "x") and len(names) < 2:
        return None
    return f"{text} of {', '.join(f'{letter} = {name}' for letter, name in zip('xyzt', names, strict=False))}"
