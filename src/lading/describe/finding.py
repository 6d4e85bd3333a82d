"""Which endpoint of a model papers mean, and what the source called it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ..bundle.place import Place
from ..endpoints import Input, Output
from ..errors import UnknownName, suggestion

if TYPE_CHECKING:
    from ..model import Model

Endpoint = TypeVar("Endpoint", Input, Output)


def source_names(model: Model, kind: str) -> dict[str, Any]:
    """By name of an input or output ("inputs", "outputs") that was renamed: its name in the source, or names."""
    names: dict[str, Any] = model.came_from.get(kind, {})
    return names


def described(list_place: Place | None, kind: str, model: Model, endpoints: Sequence[Endpoint]
              ) -> Iterator[tuple[Place, Endpoint]]:
    """Each item of ``inputs`` or ``outputs`` of papers, with the endpoint that it describes.

    Raises UnknownName for one that is not there, FormatError for one that is described twice.
    """
    seen: dict[str, str] = {}
    for place in list_place or ():
        key = "of" if place.find("of") is not None else "name"
        if place.find(key) is None:
            place.fail('should say what it describes: "of": a name in the source')
        endpoint = find(place[key], kind, model, endpoints)
        if endpoint.name in seen:
            place[key].fail(f"'{place[key].value}' is described already, as {seen[endpoint.name]}")
        seen[endpoint.name] = place.path
        yield place, endpoint


def find(place: Place, kind: str, model: Model, endpoints: Sequence[Endpoint]) -> Endpoint:
    """The endpoint of a name that it has or had in the source."""
    name = place.text()
    before = source_names(model, kind)
    found = next((each for each in endpoints if name in (each.name, before.get(each.name))), None)
    if found is None:
        old: list[str] = [each for each in before.values() if isinstance(each, str)]
        known = dict.fromkeys([*(each.name for each in endpoints), *old])
        what = kind.removesuffix("s")
        place.fail(f"no {what} '{name}' in {model.where} {suggestion(name, known)}", UnknownName)
    return found
