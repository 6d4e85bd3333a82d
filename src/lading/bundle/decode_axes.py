"""``axes``, and the axes of one tensor."""

from __future__ import annotations

from ..endpoints import RESERVED_AXES, Axis
from ..errors import suggestion
from .place import Place
from .values import add_name, check_name, decode_choice, decode_name, decode_text

MOST_AXES = 64  # of a file
HIGHEST_RANK = 8  # of a tensor

#: The name of the entry axis where none is declared.
IMPLICIT_ENTRY = "entry"


def decode_axes(file: Place) -> dict[str, Axis]:
    """The declared axes by name."""
    place = file.find("axes")
    if place is None:
        return {}
    if len(place.object()) > MOST_AXES:
        place.fail(f"has {len(place.value)} axes; at most {MOST_AXES} are allowed")
    axes = {}
    for name, member in place.members():
        check_name(member, name)
        if name in RESERVED_AXES:
            member.fail(f"'{name}' is reserved; it cannot name an axis")
        axes[name] = _decode_axis(member, name)
    _check_axes(place, axes)
    return axes


def _decode_axis(place: Place, name: str) -> Axis:
    kind = decode_choice(place.object()["kind"], "kind", ("entry", "sequence", "fixed"))
    axis = Axis(name, kind, description=decode_text(place, "description"))
    if kind == "sequence":
        _decode_sequence(place, axis)
    elif kind == "fixed":
        place.allow(("kind", "size", "description"))
        axis.size = place["size"].integer_from(1)
    else:
        place.allow(("kind", "description"))
    return axis


def _decode_sequence(place: Place, axis: Axis) -> None:
    place.allow(("kind", "of", "min", "max", "keep", "pad", "order", "selection", "description"))
    axis.of = decode_name(place["of"])
    if least := place.find("min"):
        axis.min = least.integer_from(0)
    if most := place.find("max"):
        axis.max = most.integer_from(max(axis.min, 1))
    if keep := place.find("keep"):
        axis.keep = decode_choice(keep, "way to cut", ("first", "last"))
    if pad := place.find("pad"):
        axis.pad = pad.number()
    axis.order, axis.selection = decode_text(place, "order"), decode_text(place, "selection")


def _check_axes(place: Place, axes: dict[str, Axis]) -> None:
    """One entry axis at most; sequences belong to it."""
    entries = [axis.name for axis in axes.values() if axis.kind == "entry"]
    if len(entries) > 1:
        place.fail(f"two entry axes, '{entries[0]}' and '{entries[1]}'; a model has one")
    for axis in axes.values():
        if axis.kind == "sequence" and axis.of not in entries:
            place[axis.name]["of"].fail(f"no entry axis '{axis.of}' {suggestion(str(axis.of), entries)}")
    if not entries and IMPLICIT_ENTRY in axes:
        place[IMPLICIT_ENTRY].fail("'entry' is the entry axis where none is declared; choose another name")


def decode_tensor_axes(
    list_place: Place, reserved: str, named: bool, axes: dict[str, Axis]
) -> list[str | int]:
    """The axes of one tensor. ``reserved`` is "variable" or "label", ``named`` says if it has any."""
    if len(list_place.list()) > HIGHEST_RANK:
        list_place.fail(f"has {len(list_place)} axes; at most {HIGHEST_RANK} are allowed")
    known = [*axes, *([] if _has_entry(axes) else [IMPLICIT_ENTRY]), reserved]
    names: set[str] = set()
    uses: list[str | int] = []
    sequences = 0
    for place in list_place:
        uses.append(_decode_use(place, known))
        if isinstance(place.value, str):
            sequences += place.value in axes and axes[place.value].kind == "sequence"
            add_name(place, place.value, names)
        if sequences > 1:
            place.fail("a second sequence axis; a tensor has at most one")
    if reserved in names and not named:
        list_place.fail(f"has the axis '{reserved}', but there are no {reserved}s")
    if reserved not in names and named:
        list_place.fail(f"lacks the axis '{reserved}', although there are {reserved}s")
    return uses


def _has_entry(axes: dict[str, Axis]) -> bool:
    return any(axis.kind == "entry" for axis in axes.values())


def _decode_use(place: Place, known: list[str]) -> str | int:
    if type(place.value) is int:
        return place.integer_from(1)
    if not isinstance(place.value, str):
        place.fail("should be a number or the name of an axis")
    return decode_choice(place, "axis", known)
