"""Which input or output of a model a convention means: by name, else by what the convention itself says of places.

Names win. Some conventions pair their lists by place (lwtnn's variables with the layers of Keras); then the lists must
be equally long, every size must fit, and it is remarked. Nothing is paired where some of the names fit and some do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from ...bundle.place import Place
from ...endpoints import Input, Output
from ...errors import UnknownName, suggestion
from ..axes import text
from ..finding import source_names
from .content import Content

if TYPE_CHECKING:
    from ...model import Model

Endpoint = TypeVar("Endpoint", Input, Output)

#: Lists of lwtnn's files.
LISTS = ("inputs", "input_sequences", "outputs")

#: The mark of a place: ``pf_features__1`` of CMS and Triton is the second input.
PLACED = re.compile(r"(?P<name>.+)__(?P<place>\d+)$")


def by_name(place: Place, endpoints: Sequence[Endpoint], model: Model, kind: str) -> Endpoint | None:
    """The endpoint that has or had in the source the name at ``place``; None if there is none.

    Sources say of which list a name is where a file has several: ``input_sequences/node_0``.
    """
    before = source_names(model, kind)
    wanted = {place.text(), *(f"{part}/{place.text()}" for part in LISTS)}
    return next(
        (each for each in endpoints if each.name == place.value or _text(before.get(each.name)) in wanted), None
    )


def _text(name: object) -> str:
    return name if isinstance(name, str) else ""


def matched(
    names: Sequence[Place],
    sizes: Sequence[int],
    endpoints: Sequence[Endpoint],
    model: Model,
    content: Content,
    positional: bool = False,
) -> list[Endpoint]:
    """The endpoints that ``names`` mean, one each; ``sizes`` are how many variables or labels each has.

    Names are taken as they are, then without the mark of a place. ``positional`` allows to pair the lists as they
    stand. Raises UnknownName, and FormatError where two names mean the same endpoint.
    """
    if not names:
        return []
    kind = "outputs" if endpoints and isinstance(endpoints[0], Output) else "inputs"
    found = [by_name(place, endpoints, model, kind) for place in names]
    if all(each is None for each in found):
        found = [_without_mark(place, i, endpoints, model, kind) for i, place in enumerate(names)]
        if not any(each is None for each in found):
            content.remarks.append(f"{content.where}: the numbers at the end of {_shown(names)} are places")
    if all(each is None for each in found) and positional and _all_fit(endpoints, sizes):
        pairs = ", ".join(f"'{a.value}' is '{b.name}'" for a, b in zip(names, endpoints, strict=True))
        content.remarks.append(f"{content.where}: paired by place, as this convention does: {pairs}")
        return list(endpoints)
    for place, each in zip(names, found, strict=True):
        if each is None:
            _refuse(place, kind, endpoints, model, positional, len(names), sizes)
        if sum(each is other for other in found) > 1:
            place.fail(f"'{each.name if each else ''}' is described twice")
    return [each for each in found if each is not None]


def _all_fit(endpoints: Sequence[Endpoint], sizes: Sequence[int]) -> bool:
    return len(sizes) == len(endpoints) and all(fits(each, n) for each, n in zip(endpoints, sizes, strict=True))


def _without_mark(place: Place, at: int, endpoints: Sequence[Endpoint], model: Model, kind: str) -> Endpoint | None:
    mark = PLACED.match(place.text())
    if mark is None or int(mark["place"]) != at:
        return None
    return by_name(Place(mark["name"], place.file), endpoints, model, kind)


def _refuse(
    place: Place,
    kind: str,
    endpoints: Sequence[Endpoint],
    model: Model,
    positional: bool,
    count: int,
    sizes: Sequence[int],
) -> None:
    what = kind.removesuffix("s")
    why = ""
    if positional and count != len(endpoints):
        why = f"; they cannot be paired by place either: {count} are described, of {len(endpoints)}"
    elif positional:
        shapes = ", ".join(f"'{each.name}' {text(each.axes)}" for each in endpoints)
        why = f"; nor do the numbers of variables {list(sizes)} fit the places of {shapes}"
    known = [each.name for each in endpoints]
    place.fail(f"no {what} '{place.value}' in {model.where} {suggestion(place.text(), known)}{why}", UnknownName)


def fits(endpoint: Input | Output, size: int) -> bool:
    """Whether one of the fixed axes has the length ``size``."""
    slots = endpoint.variable_list if isinstance(endpoint, Input) else endpoint.label_list
    return len(slots) == size if slots else any(use == size for use in endpoint.axes if isinstance(use, int))


def fed(model: Model) -> list[Input]:
    """The inputs that somebody feeds: not the masks."""
    return [given for given in model.input_list if given.mask is None]


def only_input(place: Place, model: Model, what: str) -> Input:
    """The only input of a model, for conventions that know of no more."""
    inputs = fed(model)
    if len(inputs) != 1:
        place.fail(
            f"{what} names the variables of one input, and {model.where} has {len(inputs)} "
            f"({_quoted(inputs)}); say with papers of your own which it is",
            UnknownName,
        )
    return inputs[0]


def _shown(names: Sequence[Place]) -> str:
    return ", ".join(f"'{place.value}'" for place in names[:3]) + (" …" if len(names) > 3 else "")


def _quoted(inputs: Sequence[Input]) -> str:
    return ", ".join(f"'{given.name}'" for given in inputs[:6]) or "none"
