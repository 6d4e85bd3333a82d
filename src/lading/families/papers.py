"""The papers of several models as those of one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..model import Model
    from .members import Member

#: From the weakest way in which names are known to the strongest.
KNOWN = ("typed by hand", "from source", "proven")
#: What a member's record says of it alone.
OWN_RECORD = ("origin", "members")


def give_papers(model: Model, members: list[Member], entries: Callable[[Iterable[int]], int],
                weights: list[float] | None = None) -> None:
    """Name, version, names and record: what all say alike, and of each the rest under ``record.members``.

    ``entries``: on how many the names are proven, given on how many those of each member are.
    """
    models = [member.model for member in members]
    model.name = _beginning([each.name for each in models])
    model.version = _common([each.version for each in models])
    model.description = _common([each.description for each in models])
    model.tolerance = max(m.tolerance[0] for m in models), max(m.tolerance[1] for m in models)
    model.names = _names(models, entries)
    model.extra = {key: deepcopy(value) for key, value in models[0].extra.items()
                   if all(each.extra.get(key) == value for each in models)}
    common = {key: value for key, value in models[0].record.items()
              if key not in OWN_RECORD and all(each.record.get(key) == value for each in models)}
    model.record = deepcopy({**common, "members": {}})
    for at, member in enumerate(members):
        said = {**_said(member.model), **({} if weights is None else {"weight": weights[at]}),
                **{key: value for key, value in member.model.record.items() if key not in common}}
        model.record["members"][member.name] = deepcopy({key: value for key, value in said.items() if value})


def _said(model: Model) -> dict[str, Any]:
    """Which training it was: the digests name its file, and its function."""
    return {"model": model.name, "version": model.version, "digest": model.digest, "function": model.function_digest,
            "names": model.names}


def _beginning(names: list[str]) -> str:
    """The name of all, or what all begin with."""
    if len(set(names)) == 1:
        return names[0]
    return os.path.commonprefix(sorted(names)).rstrip("-_. ")  # noqa: RUF071 (of characters: tagger-even, tagger-odd)


def _common(texts: list[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else ""


def _names(models: list[Model], entries: Callable[[Iterable[int]], int]) -> dict[str, Any]:
    """Proven only if all are; else as the least of them."""
    known = [next(iter(each.names), "typed by hand") for each in models]
    least = min(known, key=KNOWN.index)
    if least != "proven":
        return {least: {}}
    proofs = [each.names["proven"] for each in models]
    data = sorted({str(proof.get("data", "")) for proof in proofs})
    return {"proven": {"entries": entries(proof.get("entries", 0) for proof in proofs), "data": ", ".join(data)}}
