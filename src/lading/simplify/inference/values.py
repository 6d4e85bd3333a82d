"""Small integers computed from shapes: what Shape, Gather, Concat … make of sizes known only by name.

Everything works on object arrays of sizes, so that NumPy moves them about and ``sizes`` adds and
multiplies them. An element that cannot be told is None; nothing is rounded and nothing overflows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..sizes import Size, at_least, divide, less, product, same
from .fact import FOLLOWED, Call
from .selection import python_slice

Value = np.ndarray


def evaluate(call: Call) -> Value | None:
    """The value of the first output, None if it is no small integer tensor or nothing of it is known."""
    rule = RULES.get(call.node.operator)
    if rule is None:
        return None
    try:
        value = rule(call)
    except (IndexError, ValueError, TypeError):  # not known, or an odd graph: whoever runs it will say so
        return None
    if value is None:
        return None
    if not isinstance(value, np.ndarray):  # NumPy gives the object itself where no axis is left
        value = _array([value], ())
    if value.size > FOLLOWED or (value.size and all(number is None for number in value.flat)):
        return None
    return value


def _array(numbers: list[Any], shape: tuple[int, ...] | None = None) -> Value:
    value = np.empty(len(numbers), dtype=object)
    value[:] = numbers
    return value if shape is None else value.reshape(shape)


def _given(call: Call, index: int) -> Value:
    value = call.input(index).value
    if value is None:
        raise ValueError
    return value


def _shape(call: Call) -> Value | None:
    shape = call.input(0).shape
    if shape is None:
        return None
    start, end = call.integer("start", 0), call.integer("end", len(shape))
    return _array(list(shape[start:end]))


def _size(call: Call) -> Value | None:
    shape = call.input(0).shape
    return None if shape is None else _array([product(shape)], ())


def elementwise(function: Callable[..., Any]) -> Callable[[Call], Value]:
    """A rule that applies ``function`` to the elements, None where one of them is not known."""

    def on_elements(*numbers: Any) -> Any:
        return None if any(number is None for number in numbers) else function(*numbers)

    def rule(call: Call) -> Value:
        operands = [_given(call, i) for i in range(len(call.inputs))]
        return np.frompyfunc(on_elements, len(operands), 1)(*operands)  # type: ignore[no-any-return]

    return rule


def _quotient(a: Size, b: Size) -> Size | None:
    if isinstance(a, int) and isinstance(b, int):
        return (abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)) if b else None
    return divide(a, b) if isinstance(b, int) else None


def _remainder(a: Size, b: Size) -> Size | None:
    if isinstance(a, int) and isinstance(b, int):
        return a % b if a >= 0 and b > 0 else None
    return 0 if isinstance(b, int) and b > 0 and divide(a, b) is not None else None


def _smaller(a: Size, b: Size) -> Size | None:
    return {True: a, False: b, None: None}[less(a, b)]


def _larger(a: Size, b: Size) -> Size | None:
    return {True: b, False: a, None: None}[less(a, b)]


def _where(call: Call) -> Value:
    condition, yes, no = (_given(call, i) for i in range(3))

    def pick(truth: bool | None, a: Any, b: Any) -> Any:
        return (a if truth else b) if truth is not None else (a if a == b else None)

    return np.frompyfunc(pick, 3, 1)(condition, yes, no)  # type: ignore[no-any-return]


def _cast(call: Call) -> Value | None:
    convert = {"bool": _is_true, "int64": _as_integer, "int32": _as_integer}.get(str(call.attribute("to")))
    return None if convert is None else elementwise(convert)(call)


def _as_integer(number: Size) -> Size:
    return int(number) if isinstance(number, int) else number


def _is_true(number: Size) -> bool | None:
    zero = same(number, 0)
    return None if zero is None else not zero


def _gather(call: Call) -> Value | None:
    data, indices = _given(call, 0), call.input(1)
    if indices.integers is None or indices.value is None:
        return None
    return np.take(data, np.array(indices.integers, int).reshape(indices.value.shape), call.axis() or 0)


def _slice(call: Call) -> Value | None:
    data, starts, ends = _given(call, 0), call.input(1).integers, call.input(2).integers
    axes = call.input(3).integers if call.has(3) else list(range(len(starts or [])))
    steps = call.input(4).integers if call.has(4) else [1] * len(starts or [])
    if starts is None or ends is None or axes is None or steps is None:
        return None
    cut = [slice(None)] * data.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        cut[axis] = python_slice(start, end, step, data.shape[axis])
    return data[tuple(cut)]


def _concat(call: Call) -> Value | None:
    """Unknown parts of known length become unknown elements, so that the rest stays known."""
    parts = []
    for fact in call.inputs:
        length = fact.shape[0] if fact.shape is not None and len(fact.shape) == 1 else None
        if fact.value is None and isinstance(length, int) and length <= FOLLOWED and fact.type in ("int64", "int32"):
            parts.append(_array([None] * length))
        elif fact.value is None:
            return None
        else:
            parts.append(fact.value)
    return np.concatenate(parts, call.axis() or 0)


def _reshape(call: Call) -> Value | None:
    data, target = _given(call, 0), call.input(1).integers
    if target is None:
        return None
    if not call.integer("allowzero", 0):
        target = [data.shape[i] if size == 0 else size for i, size in enumerate(target)]
    return data.reshape(target)


def _squeeze(call: Call) -> Value | None:
    data, axes = _given(call, 0), call.input(1).integers if call.has(1) else None
    if call.has(1) and axes is None:
        return None
    return data.squeeze(None if axes is None else tuple(axes))


def _unsqueeze(call: Call) -> Value | None:
    data, axes = _given(call, 0), call.input(1).integers
    return None if axes is None else np.expand_dims(data, tuple(axes))


def _expand(call: Call) -> Value | None:
    data, target = _given(call, 0), call.input(1).integers
    if target is None or math.prod(target) > FOLLOWED:
        return None
    return np.broadcast_to(data, np.broadcast_shapes(data.shape, tuple(target)))


def _constant_of_shape(call: Call) -> Value | None:
    target, value = call.input(0).integers, call.attribute("value")
    if target is None or not isinstance(value, np.ndarray) or value.dtype.kind not in "iub":
        return None
    count = math.prod(target)
    return _array([value.flat[0].item()] * count, tuple(target)) if count <= FOLLOWED else None


def _range(call: Call) -> Value | None:
    bounds = [call.input(i).integers for i in range(3)]
    if any(bound is None for bound in bounds) or call.input(0).type not in ("int64", "int32"):
        return None
    numbers = range(*(bound[0] for bound in bounds if bound))
    return _array(list(numbers)) if len(numbers) <= FOLLOWED else None


def reduction(function: Callable[[list[Any]], Any]) -> Callable[[Call], Value | None]:
    """A rule for a Reduce operator over all elements of a one-dimensional tensor."""

    def rule(call: Call) -> Value | None:
        data, axes = _given(call, 0), call.input(1).integers if call.has(1) else None
        if data.ndim != 1 or axes not in (None, [0], [-1]) or any(number is None for number in data.flat):
            return None
        return _array([function(list(data.flat))], (1,) if call.integer("keepdims", 1) else ())

    return rule


RULES: dict[str, Callable[[Call], Value | None]] = {
    "Shape": _shape,
    "Size": _size,
    "Identity": lambda call: _given(call, 0),
    "Add": elementwise(lambda a, b: a + b),
    "Sub": elementwise(lambda a, b: a - b),
    "Mul": elementwise(lambda a, b: a * b),
    "Div": elementwise(_quotient),
    "Mod": elementwise(_remainder),
    "Min": elementwise(_smaller),
    "Max": elementwise(_larger),
    "Neg": elementwise(lambda a: -a),
    "Abs": elementwise(lambda a: a if at_least(a, 0) else abs(a) if isinstance(a, int) else None),
    "Equal": elementwise(same),
    "Less": elementwise(less),
    "Greater": elementwise(lambda a, b: less(b, a)),
    "LessOrEqual": elementwise(lambda a, b: None if less(b, a) is None else not less(b, a)),
    "GreaterOrEqual": elementwise(lambda a, b: None if less(a, b) is None else not less(a, b)),
    "Not": elementwise(lambda a: not a),
    "And": elementwise(lambda a, b: a and b),
    "Or": elementwise(lambda a, b: a or b),
    "Where": _where,
    "Cast": _cast,
    "Gather": _gather,
    "Slice": _slice,
    "Concat": _concat,
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Expand": _expand,
    "ConstantOfShape": _constant_of_shape,
    "Range": _range,
    "ReduceProd": reduction(product),
    "ReduceSum": reduction(lambda numbers: sum(numbers)),
}
