"""The models of a family: read, named, and held against each other by what goes in and comes out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..endpoints import valid_name
from ..errors import ValueRefused
from ..model import Model

if TYPE_CHECKING:
    from ..examine.diff import EndpointDifference

#: What members may say otherwise about a variable: each prepares its own numbers.
PREPARED = ("missing", "preparation", "unknown", "pad")


@dataclass
class Member:
    """One model of a family, and what it is called there."""

    name: str
    model: Model


def members_of(models: Any) -> list[Member]:
    """At least two: models or paths of them in a list, or by name in a mapping. Names differ and are valid.

    A path gives its last part as name, a model the one that it has; a second "tagger" becomes "tagger_2". Names have
    no dots, for they are written in front of other names, with one.
    """
    from ..opening import open_model
    from ..trees.modelling import unique_names

    if isinstance(models, (str, os.PathLike, Model)) or not isinstance(models, Iterable):
        raise ValueRefused("a family is made of several models: [\"a/\", \"b/\"]")
    given = list(models.values() if isinstance(models, Mapping) else models)
    for at, each in enumerate(given):
        if not isinstance(each, (str, os.PathLike, Model)):
            raise ValueRefused(f"model {at} of the family is neither a model nor a path of one, but {each!r:.60}")
    if len(given) < 2:
        raise ValueRefused(f"a family is made of at least two models, not {len(given)}")
    wishes = map(str, models) if isinstance(models, Mapping) else map(_wish, given)
    names = unique_names([valid_name(wish).replace(".", "_") for wish in wishes])
    return [Member(name, each if isinstance(each, Model) else open_model(os.fspath(each)))
            for name, each in zip(names, given, strict=True)]


def _wish(each: Any) -> str:
    if isinstance(each, Model):
        return each.name or "member"
    path = Path(os.fspath(each)).resolve()
    path = path.parent if path.name == "model.json" else path
    return path.name if path.is_dir() else path.stem


def refuse_other_endpoints(members: list[Member]) -> None:
    """Raises ValueRefused for the first thing that a member says otherwise than the first one, preparation apart."""
    from ..examine.diff.endpoints import endpoint_differences
    from ..examine.diff.matching import matched

    first = members[0]
    for member in members[1:]:
        said = endpoint_differences(matched(first.model, member.model), every_word=False)
        other = [each for each in said if _matters(each)]
        if other:
            more = f" (and {len(other) - 1} more, see `lading diff`)" if len(other) > 1 else ""
            raise ValueRefused(f"'{first.name}' and '{member.name}' cannot be one model: {other[0]}{more}")


def _matters(difference: EndpointDifference) -> bool:
    """Whether one model cannot have both: texts can stand aside, names and layouts cannot."""
    kind, what = difference.kind, difference.what
    if (kind == "in" and what in PREPARED) or what.startswith("without any"):
        return False
    return not difference.words or what == "axes" or (kind, what) == ("axis", "name")
