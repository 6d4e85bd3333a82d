"""Operators that move elements without changing them: Reshape, Transpose, Concat, Expand and their kin."""

from __future__ import annotations

from ..sizes import Size, divide, product, symbols
from .fact import NOTHING, Call, Fact, Rule, Shape, broadcast, counted


def transpose(call: Call) -> Fact:
    """Axes in the order of ``perm``, reversed without it."""
    data = call.input(0)
    if data.shape is None:
        return data
    order = call.integers("perm") or list(reversed(range(len(data.shape))))
    return data.with_shape(tuple(data.shape[axis] for axis in order))


def reshape(call: Call) -> Fact:
    """The sizes that the second input asks for; 0 copies (unless ``allowzero``), -1 is what remains."""
    data, target = call.input(0), call.input(1)
    if target.value is None:
        length = target.shape[0] if target.shape else None
        return data.with_shape(tuple(map(call.unknown, range(length))) if isinstance(length, int) else None)
    asked = list(target.value.flat)
    for i, size in enumerate(asked):
        if size == 0 and not call.integer("allowzero", 0):
            copied = data.shape is not None and i < len(data.shape)
            asked[i] = data.shape[i] if copied else None  # type: ignore[index]
    return data.with_shape(_completed(call, data.shape, asked))


def _completed(call: Call, shape: Shape | None, asked: list[Size | None]) -> Shape:
    """``asked`` with at most one unknown or -1 replaced by what the number of elements leaves."""
    open_axes = [i for i, size in enumerate(asked) if size is None or size == -1]
    if len(open_axes) == 1 and shape is not None:
        rest = product([size for i, size in enumerate(asked) if i not in open_axes])  # type: ignore[misc]
        quotient = divide(product(shape), rest)
        if quotient is not None and quotient != 0:
            asked[open_axes[0]] = quotient
    return tuple(call.unknown(i) if size is None or size == -1 else size for i, size in enumerate(asked))


def flatten(call: Call) -> Fact:
    """Two axes: all before ``axis``, all from it on."""
    data = call.input(0)
    if data.shape is None:
        return data.with_shape((call.unknown(0), call.unknown(1)))
    axis = call.integer("axis", 1)
    axis = axis + len(data.shape) if axis < 0 else axis
    return data.with_shape((product(data.shape[:axis]), product(data.shape[axis:])))


def squeeze(call: Call) -> Fact:
    """The named axes dropped; without names all of size 1, known only if every size is."""
    data = call.input(0)
    if data.shape is None:
        return data
    axes = call.input(1).integers if call.has(1) else None
    if axes is None:
        if call.has(1) or any(symbols(size) for size in data.shape):
            return data.with_shape(None)
        axes = [axis for axis, size in enumerate(data.shape) if size == 1]
    dropped = {counted(axis, len(data.shape)) for axis in axes}
    return data.with_shape(tuple(size for axis, size in enumerate(data.shape) if axis not in dropped))


def unsqueeze(call: Call) -> Fact:
    """Axes of size 1 put in, counted in the result."""
    data, axes = call.input(0), call.input(1).integers
    if data.shape is None or axes is None:
        return data.with_shape(None)
    rank = len(data.shape) + len(axes)
    added = {counted(axis, rank) for axis in axes}
    rest = iter(data.shape)
    return data.with_shape(tuple(1 if axis in added else next(rest) for axis in range(rank)))


def concat(call: Call) -> Fact:
    """Sizes add up along ``axis``; along the others they are those of whichever input knows them best."""
    shapes = [fact.shape for fact in call.inputs]
    kind = next((fact.type for fact in call.inputs if fact.type), None)
    axis = call.axis()
    if axis is None or any(shape is None or len(shape) != len(shapes[0] or ()) for shape in shapes):
        return Fact(kind)
    columns = list(zip(*[shape for shape in shapes if shape is not None], strict=True))
    sizes = [next((size for size in column if isinstance(size, int)), column[0]) for column in columns]
    total: Size = 0
    for size in columns[axis]:
        total = total + size
    sizes[axis] = total
    return Fact(kind, tuple(sizes))


def split(call: Call) -> list[Fact]:
    """Along ``axis`` into the given sizes, or into equal ones (the last may be smaller)."""
    data, count, axis = call.input(0), len(call.node.outputs), call.axis()
    if data.shape is None or axis is None:
        return [data.with_shape(None)] * count
    parts = call.input(1).integers if call.has(1) else _equal_parts(data.shape[axis], count)
    facts = []
    for output in range(count):
        size = parts[output] if parts and len(parts) == count else call.unknown(axis, output)
        facts.append(data.with_shape((*data.shape[:axis], size, *data.shape[axis + 1 :])))
    return facts


def _equal_parts(size: Size, count: int) -> list[int] | None:
    if not isinstance(size, int):
        return None
    part = -(-size // count)
    return [max(0, min(part, size - part * i)) for i in range(count)]


def expand(call: Call) -> Fact:
    """Broadcast against the shape that the second input asks for."""
    data, target = call.input(0), call.input(1)
    if target.value is None or any(size is None for size in target.value.flat):
        return data.with_shape(None)
    return data.with_shape(broadcast(call, [data.shape, tuple(target.value.flat)]))


def tile(call: Call) -> Fact:
    """Each axis repeated."""
    data, repeats = call.input(0), call.input(1)
    if data.shape is None or repeats.value is None or any(count is None for count in repeats.value.flat):
        return data.with_shape(None)
    return data.with_shape(tuple(size * n for size, n in zip(data.shape, repeats.value.flat, strict=True)))


def pad(call: Call) -> Fact:
    """Each (named) axis longer by what is put before and behind it."""
    data, pads = call.input(0), call.input(1).integers
    axes = call.input(3).integers if call.has(3) else None
    if data.shape is None or pads is None or (call.has(3) and axes is None):
        return data.with_shape(None)
    sizes, axes = list(data.shape), list(range(len(data.shape))) if axes is None else axes
    for i, axis in enumerate(axes):
        sizes[axis] = sizes[axis] + pads[i] + pads[i + len(axes)]
    return data.with_shape(tuple(sizes))


def constant_of_shape(call: Call) -> Fact:
    """The type of ``value`` (float32 without it) in the shape that the input asks for."""
    value, target = call.attribute("value"), call.input(0).value
    known = target is not None and not any(size is None for size in target.flat)
    kind = str(getattr(value, "dtype", "float32"))
    return Fact(kind, tuple(target.flat) if known and target is not None else None)


def depth_to_space(call: Call) -> Fact:
    """Channels into blocks of pixels."""
    data, block = call.input(0), call.integer("blocksize", 1)
    if data.rank != 4 or data.shape is None:
        return data.with_shape(None)
    batch, channels, height, width = data.shape
    fewer = divide(channels, block * block)
    return data.with_shape((batch, call.unknown(1) if fewer is None else fewer, height * block, width * block))


FAMILY: dict[str, Rule] = {
    "Transpose": transpose,
    "Reshape": reshape,
    "Flatten": flatten,
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "Concat": concat,
    "Split": split,
    "Expand": expand,
    "Tile": tile,
    "Pad": pad,
    "ConstantOfShape": constant_of_shape,
    "DepthToSpace": depth_to_space,
    "Shape": lambda call: Fact("int64", _length_of_shape(call)),
    "Size": lambda call: Fact("int64", ()),
    "Dropout": lambda call: [call.input(0).with_shape(call.input(0).shape), Fact("bool", call.input(0).shape)],
    **dict.fromkeys(["If", "Loop", "Scan"], lambda call: NOTHING),
}


def _length_of_shape(call: Call) -> Shape | None:
    rank = call.input(0).rank
    if rank is None:
        return None
    return (len(range(rank)[call.integer("start", 0) : call.integer("end", rank)]),)
