"""``folds``: which graph an entry takes; and rules that differ by fold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..endpoints import ByFold
from ..folds import FEATURE, HASHES, Folds
from .place import Place
from .values import add_name, decode_choice, decode_name


def decode_folds(file: Place) -> Folds | None:
    """None for a model with one graph. Whether graphs and key exist is asked when those were read."""
    place, required = file.find("folds"), FEATURE in file.value.get("requires", ())
    if place is None:
        return file.fail("requires the feature 'folds', but lacks the key 'folds'") if required else None
    if not required:
        place.fail("the feature 'folds' should stand in 'requires'")
    place.allow(("key", "pick", "graphs"))
    key, pick, graphs = place["key"], place["pick"], place["graphs"]
    return _decode_pick(pick, key.text(), _decode_graph_names(graphs))


def _decode_graph_names(list_place: Place) -> list[str]:
    names: set[str] = set()
    for place in list_place:
        add_name(place, decode_name(place), names)
    if len(names) < 2:
        list_place.fail("should have at least two graphs")
    return list(list_place.value)


def _decode_pick(place: Place, key: str, names: list[str]) -> Folds:
    place.allow(("hash", "modulo", "members"))
    modulo, hashed, members = place["modulo"], place.find("hash"), place.find("members")
    count = modulo.integer_from(2)
    hash_name = decode_choice(hashed, "hash", HASHES) if hashed else ""
    if members is not None:
        return Folds(key, count, names, hash_name, _decode_members(members, count, names))
    if count != len(names):
        modulo.fail(f"should be {len(names)}, the number of graphs; else 'members' says which a residue takes")
    return Folds(key, count, names, hash_name)


def _decode_members(list_place: Place, modulo: int, names: list[str]) -> list[int]:
    if len(list_place.list()) != modulo:
        list_place.fail(f"should have {modulo} numbers, one for each residue, has {len(list_place)}")
    for place in list_place:
        if place.integer_from(0) >= len(names):
            place.fail(f"should be below {len(names)}, the number of graphs, is {place.value}")
    for at, name in enumerate(names):
        if at not in list_place.value:
            list_place.fail(f"no residue takes the graph '{name}'")
    return list(list_place.value)


def by_fold(place: Place, folds: Folds | None, decode: Callable[[Place], Any]) -> Any:
    """What ``decode`` makes of this place, or the ByFold of what it makes of each item of ``{"by_fold": [...]}``."""
    if not place.is_object() or "by_fold" not in place.value:
        return decode(place)
    if folds is None:
        place.fail("differs by fold, but the model has no folds")
    place.allow(("by_fold",))
    items = place["by_fold"]
    if len(items.list()) != len(folds.graphs):
        items.fail(f"should have {len(folds.graphs)} items, one for each fold, has {len(items)}")
    return ByFold(decode(item) for item in items)
