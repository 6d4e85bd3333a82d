"""``inputs``: tensors with their variables, and masks that the engine makes."""

from __future__ import annotations

from typing import Any

from ..endpoints import Axis, ByFold, Input, Mask, Missing, Variable, usual_raw
from ..folds import Folds
from .decode_axes import decode_tensor_axes
from .decode_folds import by_fold
from .decode_prepare import decode_prepare
from .place import Place
from .values import (
    LONGEST_NAME,
    add_name,
    decode_choice,
    decode_name,
    decode_number,
    decode_text,
    decode_type,
)

RAW_TYPES = ("float32", "float64", "int64")

_VARIABLE_KEYS = ("name", "unit", "description", "raw", "missing", "prepare", "categories", "unknown", "from",
                  "pad")  # fmt: skip


def decode_inputs(file: Place, axes: dict[str, Axis], folds: Folds | None) -> list[Input]:
    inputs: list[Input] = []
    names: set[str] = set()
    for place in file["inputs"]:
        inputs.append(_decode_input(place, axes, folds))
        add_name(place, inputs[-1].name, names)
    return inputs


def _decode_input(place: Place, axes: dict[str, Axis], folds: Folds | None) -> Input:
    place.allow(("name", "axes", "type", "variables", "mask", "description"))
    uses, type_name, name = place["axes"], place["type"], place["name"]
    given = Input(decode_name(name), [], decode_type(type_name))
    if variables := place.find("variables"):
        given.variable_list = _decode_variables(variables, given.type, folds)
    given.axes = decode_tensor_axes(uses, "variable", bool(given.variable_list), axes)
    if mask := place.find("mask"):
        given.mask = _decode_mask(mask, given.type, axes)
        if place.find("variables"):
            place.fail("a mask has no variables")
        if given.mask.of not in given.axes:
            uses.fail("lacks the axis that the mask is of")
    given.description = decode_text(place, "description")
    return given


def _decode_mask(place: Place, type_name: str, axes: dict[str, Axis]) -> Mask:
    place.allow(("of", "present", "absent"))
    sequences = [axis.name for axis in axes.values() if axis.kind == "sequence"]
    mask = Mask(decode_choice(place["of"], "sequence axis", sequences))
    if present := place.find("present"):
        mask.present = decode_number(present, type_name)
    if absent := place.find("absent"):
        mask.absent = decode_number(absent, type_name)
    return mask


def _decode_variables(list_place: Place, type_name: str, folds: Folds | None) -> list[Variable]:
    variables: list[Variable] = []
    names: set[str] = set()
    for place in list_place:
        variables.append(_decode_variable(place, type_name, folds))
        add_name(place, variables[-1].name, names)
    if not variables:
        list_place.fail("should have at least one variable")
    return variables


def _decode_variable(place: Place, type_name: str, folds: Folds | None) -> Variable:
    place.allow(_VARIABLE_KEYS)
    variable = Variable(
        decode_name(place["name"]), decode_text(place, "unit"), decode_text(place, "description")
    )
    if raw := place.find("raw"):
        variable.raw = decode_choice(raw, "raw type", RAW_TYPES)
    decode_rules(place, variable, variable.raw or usual_raw(type_name), folds)
    _decode_categories(place, variable)
    if source := place.find("from"):
        variable.source = _decode_from(source)
    if pad := place.find("pad"):
        variable.pad = by_fold(pad, folds, lambda place: decode_number(place, type_name))
    return variable


def decode_rules(place: Place, variable: Variable, raw: str, folds: Folds | None) -> None:
    """``missing`` and ``prepare``, whose numbers must fit the raw type."""
    if missing := place.find("missing"):
        found = by_fold(missing, folds, lambda place: _decode_missing(place, raw))
        variable.missing = _one_missing(missing, found) if isinstance(found, ByFold) else found
    if prepare := place.find("prepare"):
        variable.prepare = by_fold(prepare, folds, lambda place: decode_prepare(place, raw))


def _one_missing(place: Place, found: ByFold) -> Missing:
    """What means missing is a property of the data; what stands in for it is one of the training."""
    for at, missing in enumerate(found):
        if missing.when != found[0].when:
            place["by_fold"][at]["when"].fail("should be the same in all folds; only 'value' may differ")
    return Missing(found[0].when, ByFold(missing.value for missing in found))


def _decode_missing(place: Place, raw: str) -> Missing:
    place.allow(("when", "value"))
    when, value = place["when"], place["value"]
    items: list[Any] = []
    for item in when:
        items.append(_decode_when(item, raw))
        keys = [next(iter(each)) for each in items if isinstance(each, dict)]
        if len(set(keys)) < len(keys):
            item.fail(f"a second '{keys[-1]}'; there can be one")
    return Missing(items, decode_number(value, raw))


def _decode_when(place: Place, raw: str) -> Any:
    """ "nan", "inf", a number, {"above": x}, {"below": x} or {"flag": name}."""
    if isinstance(place.value, str):
        return decode_choice(place, "missing value", ("nan", "inf"))
    if not place.is_object():
        return decode_number(place, raw)
    if len(place) != 1:
        place.fail("should have one key")
    place.allow(("above", "below", "flag"))
    key, operand = next(place.members())
    return {key: decode_name(operand) if key == "flag" else decode_number(operand, raw)}


def _decode_categories(place: Place, variable: Variable) -> None:
    unknown, categories = place.find("unknown"), place.find("categories")
    if categories is None:
        if unknown is not None:
            unknown.fail("'unknown' needs 'categories'")
        return
    variable.categories = []
    for item in categories:
        if item.integer() in variable.categories:
            item.fail(f"the category {item.value} stands twice")
        variable.categories.append(item.integer())
    if not variable.categories:
        categories.fail("should have at least one category")
    if unknown is not None:
        is_text = isinstance(unknown.value, str)
        variable.unknown = decode_choice(unknown, "rule", ("refuse",)) if is_text else unknown.integer_from(0)


def _decode_from(place: Place) -> str:
    """ "tracks.d0": an input and its variable. The first dot parts them."""
    text = place.text()
    if "." not in text or len(text.encode()) > 4 * (2 * LONGEST_NAME + 1):
        place.fail('should be an input and its variable, "tracks.d0"')
    return text
