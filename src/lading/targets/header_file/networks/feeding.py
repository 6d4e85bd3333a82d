"""From the struct of inputs to tensors: missing values, categories, steps, padding, masks (docs/format.md, §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ....endpoints import Input, Variable, usual_raw
from ..names import comment
from .lengths import Length
from .literals import CPP, number, quoted

if TYPE_CHECKING:
    from .structs import Endpoint, Struct
    from .writing import Value, Writer

__all__ = ["feed"]

VERBS = {"add": "v + {a}", "subtract": "v - {a}", "multiply": "v * {a}", "divide": "v / {a}"}
FUNCTIONS = {"log": "double_exponential", "log10": "double_exponential", "log1p": "double_exponential"}


def feed(writer: Writer, struct: Struct) -> None:
    """Writes the tensors of all inputs that the graph reads, and ``return "..."`` for what is refused."""
    for given in writer.model.input_list:
        if given.name not in writer._wanted:
            continue
        endpoint = struct.endpoints[given.name]
        value = writer.new(given.name, given.type, endpoint.shape)
        writer.values[given.name] = value
        writer.line(f"// input '{comment(given.name)}'")
        if given.mask is not None:
            _mask(writer, endpoint, value)
        elif endpoint.slot_axis is None:
            _numbers(writer, endpoint, value)
        else:
            for place, variable in enumerate(given.variable_list):
                _variable(writer, struct, endpoint, value, place, variable)


def _at(writer: Writer, endpoint: Endpoint, place: int | None = None) -> str:
    """Where the innermost element is in the tensor; ``place`` along the axis of variables."""
    parts = []
    strides = writer.strides(endpoint.shape)
    for i, ((variable, length, _), stride) in enumerate(zip(endpoint.axes, strides, strict=True)):
        if place is not None and i == endpoint.slot_axis:
            variable = str(place)
            if place == 0:
                continue
        elif length.number == 1:
            continue
        parts.append(variable if stride.number == 1 else f"{variable} * {stride.factor(writer.axes)}")
    return " + ".join(parts) or "0"


def _loops(endpoint: Endpoint) -> list[tuple[str, Length]]:
    return [(variable, length) for i, (variable, length, _) in enumerate(endpoint.axes) if i != endpoint.slot_axis]


def _sequence(endpoint: Endpoint) -> tuple[str, str] | None:
    """The loop variable and the name of the sequence axis."""
    return next(((variable, axis) for variable, _, axis in endpoint.axes if axis is not None), None)


def _each(writer: Writer, endpoint: Endpoint, kept: bool = True) -> Any:
    """Loops over the entry's own elements, or over the padding."""
    sequence = _sequence(endpoint)
    heads = []
    for variable, length in _loops(endpoint):
        if sequence is not None and variable == sequence[0]:
            count = writer.kept[sequence[1]]
            begin, end = ("0", count) if kept else (count, writer.text(length))
            heads.append(f"for (int {variable} = {begin}; {variable} < {end}; ++{variable})")
        elif length.number != 1:
            heads.append(f"for (int {variable} = 0; {variable} < {writer.text(length)}; ++{variable})")
    return writer.block(" ".join(heads))


def _mask(writer: Writer, endpoint: Endpoint, value: Value) -> None:
    assert isinstance(endpoint.of, Input) and endpoint.of.mask is not None
    mask, sequence = endpoint.of.mask, _sequence(endpoint)
    assert sequence is not None
    present, absent = (number(each, value.type) for each in (mask.present, mask.absent))
    with writer.loops(_loops(endpoint)):
        writer.line(f"{value.text}[{_at(writer, endpoint)}] = {sequence[0]} < {writer.kept[sequence[1]]} ? "
                    f"{present} : {absent};")  # fmt: skip


def _pad(writer: Writer, endpoint: Endpoint, value: Value, at: str, pad: float | None) -> None:
    sequence = _sequence(endpoint)
    if sequence is None or writer.model.axes[sequence[1]].min == 0:
        return
    number_of = writer.model.axes[sequence[1]].pad if pad is None else pad
    with _each(writer, endpoint, kept=False):
        writer.line(f"{value.text}[{at}] = {number(float(number_of), value.type)};")


def _numbers(writer: Writer, endpoint: Endpoint, value: Value) -> None:
    """An input without variables is fed as it is."""
    raw, at = usual_raw(value.type), _at(writer, endpoint)
    with _each(writer, endpoint):
        writer.line(f"const {CPP[raw]} v = {endpoint.path('in')};")
        _finish(writer, value, at, raw, f"input '{endpoint.of.name}'")
    _pad(writer, endpoint, value, at, None)


def _variable(writer: Writer, struct: Struct, endpoint: Endpoint, value: Value, place: int,
              variable: Variable) -> None:  # fmt: skip
    path = endpoint.path("in", endpoint.slots[place])
    raw = variable.raw or usual_raw(value.type)
    if variable.source is not None:
        raw, path = _source(writer, struct, endpoint, variable.source)
    what = f"variable '{variable.name}' of input '{endpoint.of.name}'"
    at = _at(writer, endpoint, place)
    with _each(writer, endpoint):
        constant = not (variable.missing or variable.categories or variable.prepare)
        writer.line(f"{'const ' * constant}{CPP[raw]} {'v' if raw != 'int64' or constant else 'whole'} = {path};  "
                    f"// {comment(variable.name)}")  # fmt: skip
        raw = _prepare(writer, endpoint, variable, raw, what)
        _finish(writer, value, at, raw, what)
    _pad(writer, endpoint, value, at, variable.pad)  # type: ignore[arg-type]


def _source(writer: Writer, struct: Struct, endpoint: Endpoint, text: str) -> tuple[str, str]:
    """The variable that another takes its value from: its raw type, and where it stands."""
    name, _, rest = text.partition(".")
    given = writer.model.inputs[name]
    variable = given.variables[rest]
    of = struct.endpoints[name]
    place = list(given.variables).index(rest)
    own, others = _sequence(endpoint), _sequence(of)
    path = of.path("in", of.slots[place])
    if own is not None and others is not None:
        path = path.replace(f"[{others[0]}]", f"[{own[0]}]")
    fixed = [each for each in _loops(endpoint) if own is None or each[0] != own[0]]
    theirs = [each for each in _loops(of) if others is None or each[0] != others[0]]
    for (mine, a), (other, b) in zip([e for e in fixed if e[1].number != 1], [e for e in theirs if e[1].number != 1],
                                     strict=True):  # fmt: skip
        if a != b:
            writer.refuse_input(name, f"'{text}' has another shape than what takes its values")
        path = path.replace(f"[{other}]", f"[{mine}]")
    return variable.raw or usual_raw(given.type), path


def _prepare(writer: Writer, endpoint: Endpoint, variable: Variable, raw: str, what: str) -> str:
    """The way of ``v``, or of ``whole`` if it is int64; gives the type in the end."""
    whole = raw == "int64" and bool(variable.missing or variable.categories or variable.prepare)
    name = "whole" if whole else "v"
    if variable.missing is not None:
        conditions = [_condition(writer, endpoint, each, raw, name) for each in variable.missing.when]
        stand_in = number(variable.missing.value, raw)
        if conditions:
            writer.line(f"if ({' || '.join(conditions)}) {name} = {stand_in};")
    if variable.categories:
        _categorise(writer, variable, raw, name, what)
    if whole:
        kind = "double" if variable.prepare else "std::int64_t"
        writer.line(f"{'const ' * (not variable.prepare)}{kind} v = static_cast<{kind}>(whole);")
        raw = "float64" if variable.prepare else "int64"
    for text in (_step(writer, step, raw) for step in variable.prepare):
        if text != "v":
            writer.line(f"v = {text};")
    return raw


def _condition(writer: Writer, endpoint: Endpoint, when: Any, raw: str, name: str) -> str:
    if when == "nan":
        return f"{name} != {name}"
    if when == "inf":
        return f"{name} == {number(np.inf, raw)} || {name} == {number(-np.inf, raw)}"
    if isinstance(when, dict):
        (verb, of), = when.items()
        if verb == "flag":
            flags = [each.name for each in endpoint.of.variable_list]  # type: ignore[union-attr]
            return f"{endpoint.path('in', endpoint.slots[flags.index(of)])} != 0"
        sign = ">" if verb == "above" else "<"
        if raw == "int64":
            return f"static_cast<double>({name}) {sign} {number(float(of), 'float64')}"
        return f"{name} {sign} {number(of, raw)}"
    return f"{name} == {number(when, raw)}"


def _categorise(writer: Writer, variable: Variable, raw: str, name: str, what: str) -> None:
    assert variable.categories is not None
    known = ", ".join(map(str, variable.categories))
    unknown = variable.unknown if isinstance(variable.unknown, int) else None
    chain = " : ".join(f"{name} == {number(each, raw)} ? {number(i, raw)}"
                       for i, each in enumerate(variable.categories))
    if unknown is None:
        conditions = " && ".join(f"{name} != {number(each, raw)}" for each in variable.categories)
        writer.line(f"if ({conditions}) return {quoted(f'{what} is not one of its categories ({known})')};")
    writer.line(f"{name} = {chain} : {number(unknown or 0, raw)};")


def _step(writer: Writer, step: Any, raw: str) -> str:
    if isinstance(step, dict):
        (verb, operand), = step.items()
        if verb == "clip":
            low, high = (number(each, raw) for each in operand)
            return f"v < {low} ? {low} : v > {high} ? {high} : v"
        return VERBS[verb].format(a=number(operand, raw))
    if step in FUNCTIONS:
        writer.use(FUNCTIONS[step])
        called = f"detail::{step}(static_cast<double>(v))" if raw == "float32" else f"detail::{step}(v)"
        return f"static_cast<float>({called})" if raw == "float32" else called
    if step == "float32":
        return "v" if raw == "float32" else "static_cast<double>(static_cast<float>(v))"
    return {"abs": "std::fabs(v)", "sqrt": "std::sqrt(v)"}[step]


def _finish(writer: Writer, value: Value, at: str, raw: str, what: str) -> None:
    """Rounded once to the type of the tensor; refused if that does not hold it."""
    to, target = f"{value.text}[{at}]", value.type
    if raw == target:
        return writer.line(f"{to} = v;")
    refusal = f"return {quoted(f'{what} does not fit into {target}')};"
    if target == "bool":
        writer.line(f"if (v != 0 && v != 1) {refusal}")
        return writer.line(f"{to} = v != 0;")
    if target.startswith("float"):
        if raw == "float64":
            writer.line(f"if (std::isinf(static_cast<float>(v)) && !std::isinf(v)) {refusal}")
        return writer.line(f"{to} = static_cast<{CPP[target]}>(v);")
    limits = f"std::numeric_limits<{CPP[target]}>"
    if raw == "int64":
        fits = "v < 0" if target == "uint64" else f"v < {limits}::min() || v > {limits}::max()"
        if target.startswith("u") and target != "uint64":
            fits = f"v < 0 || v > static_cast<std::int64_t>({limits}::max())"
    else:
        low = "0" if target.startswith("u") else f"static_cast<{CPP[raw]}>({limits}::min())"
        high = f"std::ldexp({CPP[raw]}(1), {limits}::digits)"
        fits = f"!(std::trunc(v) == v && v >= {low} && v < {high})"
    writer.line(f"if ({fits}) {refusal}")
    return writer.line(f"{to} = static_cast<{CPP[target]}>(v);")
