"""What two models with the same function say otherwise: version, licence, how their names are known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...model import Model

#: Longer texts are cut; of a digest its beginning tells enough.
LONGEST, DIGEST = 60, 12


def text_differences(a: Model, b: Model) -> list[tuple[str, str, str]]:
    """(what, in a, in b): "record.licence", "MIT", "CC-BY-4.0"."""
    texts = [dict(_texts(model)) for model in (a, b)]
    keys = dict.fromkeys([*texts[0], *texts[1]])
    rows = [(key, texts[0].get(key, "-"), texts[1].get(key, "-")) for key in keys]
    return [(key, _short(one), _short(other)) for key, one, other in rows if one != other]


def _short(text: str) -> str:
    if re.fullmatch(r"(sha256:)?[0-9a-f]{64}", text):
        return text[: text.find(":") + 1 + DIGEST] + "..."
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."


def _texts(model: Model) -> Iterator[tuple[str, str]]:
    for key in ("name", "version", "description"):
        yield from _flat(getattr(model, key), key)
    yield "names", ", ".join(model.names) or "not said"
    yield from _flat(model.record, "record")
    yield from _flat(model.extra, "")
    yield "self-test", "none" if model.samples is None else f"{_entries(model)} entries"


def _entries(model: Model) -> int:
    from ..facts import facts

    found = facts(model)["samples"]
    return int(found["entries"]) if found else 0


def _flat(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _flat(inner, f"{place}[{at}]")
    elif value not in ("", None):
        yield place, str(value)
