"""Operators that multiply by weights: dense and convolutional layers, pools, recurrent layers, attention."""

from __future__ import annotations

from ..sizes import Size, divide
from .fact import NOTHING, Call, Fact, Rule, Shape, broadcast


def matmul(call: Call) -> Fact:
    """Rows times columns over the last two axes; axes before them broadcast."""
    a, b = call.input(0), call.input(1)
    kind = a.type or b.type
    if not a.shape or not b.shape:
        return Fact(kind)
    rows = a.shape[-2:-1]
    columns = b.shape[-1:] if len(b.shape) > 1 else ()
    before = broadcast(call, [a.shape[:-2], b.shape[:-2]])
    return Fact(kind, None if before is None else (*before, *rows, *columns))


def gemm(call: Call) -> Fact:
    """Two matrices, each transposed if so said."""
    a, b = call.input(0), call.input(1)
    if a.shape is None or b.shape is None or len(a.shape) != 2 or len(b.shape) != 2:
        return a.with_shape(None)
    return a.with_shape((a.shape[call.integer("transA", 0)], b.shape[1 - call.integer("transB", 0)]))


def einsum(call: Call) -> Fact:
    """Each letter of the result has the size it has in an input; the ellipsis is not followed."""
    equation = str(call.attribute("equation", "")).replace(" ", "")
    kind = call.input(0).type
    left, arrow, right = equation.partition("->")
    if not arrow or "." in equation:
        return Fact(kind)
    sizes: dict[str, Size] = {}
    for letters, fact in zip(left.split(","), call.inputs, strict=False):
        if fact.shape is None or len(fact.shape) != len(letters):
            return Fact(kind)
        for letter, size in zip(letters, fact.shape, strict=True):
            if letter not in sizes or sizes[letter] == 1:
                sizes[letter] = size
    return Fact(kind, tuple(sizes[letter] for letter in right if letter in sizes))


def convolution(call: Call) -> Fact:
    """Batch and places from the data, channels from the weights."""
    data, weights = call.input(0), call.input(1)
    if data.shape is None or weights.shape is None:
        return data.with_shape(None)
    kernel: list[Size] | list[int] = call.integers("kernel_shape") or list(weights.shape[2:])
    return data.with_shape((data.shape[0], weights.shape[0], *_places(call, data.shape[2:], kernel)))


def transposed_convolution(call: Call) -> Fact:
    """Channels from the weights; the places are not followed."""
    data, weights = call.input(0), call.input(1)
    if data.shape is None or weights.shape is None:
        return data.with_shape(None)
    channels = weights.shape[1] * call.integer("group", 1)
    return data.with_shape((data.shape[0], channels, *map(call.unknown, range(2, len(data.shape)))))


def pool(call: Call) -> Fact:
    """Places as a convolution makes them, channels unchanged."""
    data, kernel = call.input(0), call.integers("kernel_shape")
    if data.shape is None or kernel is None:
        return data.with_shape(None)
    return data.with_shape((*data.shape[:2], *_places(call, data.shape[2:], kernel)))


def _places(call: Call, sizes: Shape, kernel: list[Size] | list[int]) -> Shape:
    """The places a window of ``kernel`` can take on axes of ``sizes``."""
    n = len(sizes)
    strides = call.integers("strides") or [1] * n
    dilations = call.integers("dilations") or [1] * n
    pads = call.integers("pads") or [0] * (2 * n)
    how = call.attribute("auto_pad", "NOTSET")
    result: list[Size] = []
    for i, size in enumerate(sizes):
        room = size + pads[i] + pads[i + n] - (kernel[i] - 1) * dilations[i] - 1
        if how in ("NOTSET", "VALID") and not call.integer("ceil_mode", 0) and isinstance(room, int):
            result.append(room // strides[i] + 1)
        elif how == "NOTSET" and strides[i] == 1:
            result.append(room + 1)
        elif str(how).startswith("SAME") and (isinstance(size, int) or strides[i] == 1):
            result.append(size if strides[i] == 1 else -(-size // strides[i]))  # type: ignore[operator]
        else:
            result.append(call.unknown(i + 2))
    return tuple(result)


def global_pool(call: Call) -> Fact:
    """One place is left."""
    data = call.input(0)
    if data.shape is None:
        return data
    return data.with_shape((*data.shape[:2], *(1 for _ in data.shape[2:])))


def grid_sample(call: Call) -> Fact:
    """The places of the grid, channels unchanged."""
    data, grid = call.input(0), call.input(1)
    if data.shape is None or grid.shape is None:
        return data.with_shape(None)
    return data.with_shape((*data.shape[:2], *grid.shape[1:-1]))


def roi_align(call: Call) -> Fact:
    """An image of the size that is asked for, for each region."""
    data, regions = call.input(0), call.input(1)
    if data.shape is None or regions.shape is None:
        return data.with_shape(None)
    size = (call.integer("output_height", 1), call.integer("output_width", 1))
    return data.with_shape((regions.shape[0], data.shape[1], *size))


def deformable(call: Call) -> Fact:
    """Channels from the weights, places from the offsets."""
    data, weights, offsets = (call.input(i) for i in range(3))
    if data.shape is None or weights.shape is None or offsets.shape is None:
        return data.with_shape(None)
    return data.with_shape((data.shape[0], weights.shape[0], *offsets.shape[2:]))


def recurrent(call: Call) -> list[Fact]:
    """LSTM, GRU, RNN: all steps, then the last state (or states)."""
    data, weights = call.input(0), call.input(2)
    if data.shape is None or weights.shape is None or len(data.shape) != 3 or len(weights.shape) != 3:
        return [data.with_shape(None)] * len(call.node.outputs)
    directions, hidden = weights.shape[0], weights.shape[2]
    if call.integer("layout", 0):
        batch, steps = data.shape[:2]
        shapes: list[Shape] = [(batch, steps, directions, hidden), (batch, directions, hidden)]
    else:
        steps, batch = data.shape[:2]
        shapes = [(steps, directions, batch, hidden), (directions, batch, hidden)]
    return [data.with_shape(shape) for shape in (*shapes, shapes[1])]


def attention(call: Call) -> list[Fact]:
    """Queries with the width of the values; cached keys and values are not followed."""
    query, value = call.input(0), call.input(2)
    if query.shape is None or value.shape is None or len(query.shape) != len(value.shape):
        return [query.with_shape(None)]
    if len(query.shape) == 4:
        return [query.with_shape((*query.shape[:3], value.shape[3])), NOTHING, NOTHING]
    width = divide(value.shape[2], call.integer("kv_num_heads", 1))
    last = call.unknown(2) if width is None else width * call.integer("q_num_heads", 1)
    return [query.with_shape((*query.shape[:2], last)), NOTHING, NOTHING]


FAMILY: dict[str, Rule] = {
    "MatMul": matmul,
    "Gemm": gemm,
    "Einsum": einsum,
    "Conv": convolution,
    "ConvTranspose": transposed_convolution,
    "MaxPool": lambda call: [pool(call), Fact("int64", pool(call).shape)],
    "AveragePool": pool,
    "LpPool": pool,
    **dict.fromkeys(["GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"], global_pool),
    "GridSample": grid_sample,
    "RoiAlign": roi_align,
    "DeformConv": deformable,
    "NonMaxSuppression": lambda call: Fact("int64", (call.unknown(0), 3)),
    **dict.fromkeys(["LSTM", "GRU", "RNN"], recurrent),
    "Attention": attention,
    "BatchNormalization": lambda call: call.input(0).with_shape(call.input(0).shape),
}
