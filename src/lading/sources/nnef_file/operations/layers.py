"""Products of matrices and convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..building import Builder, Ints, Operand, Pairs, Tensor
from .elementwise import binary
from .windows import Windows


def _swapped(rank: int) -> list[int]:
    return [*range(rank - 2), rank - 1, rank - 2]


def matmul(build: Builder, A: Tensor, B: Tensor, transposeA: bool = False, transposeB: bool = False) -> Any:
    """Of matrices, or of stacks of them, which are joined as other shapes are."""
    for each in (A, B):
        build.as_float(each)
    if A.rank != B.rank or A.rank < 2:
        build.fail(f"multiplies {list(A.shape)} and {list(B.shape)}: both have two axes, or both the same more")
    a = build.transposed(A, _swapped(A.rank)) if transposeA else A
    b = build.transposed(B, _swapped(B.rank)) if transposeB and (B.rank > 2 or B.array is None) else B
    kept = transposeB and b is B
    inner = b.shape[-1] if kept else b.shape[-2]
    if a.shape[-1] != inner:
        build.fail(f"multiplies rows of {a.shape[-1]} with columns of {inner}")
    columns = b.shape[-2] if kept else b.shape[-1]
    around = build.aligned(Tensor("", a.shape[:-2]), Tensor("", b.shape[:-2]))[1]
    if kept:
        return build.add("Gemm", a, b, shape=(a.shape[0], columns), transB=1)
    return build.add("MatMul", a, b, shape=(*around, a.shape[-2], columns))


def linear(build: Builder, input: Tensor, filter: Tensor, bias: Operand = 0.0) -> Any:
    """x · filterᵀ + bias."""
    if input.rank == filter.rank == 2 and input.shape[1] == filter.shape[1]:
        given = build.vector(bias, filter.shape[0]) if bias != 0.0 else None
        if given is not None or bias == 0.0:
            build.as_float(filter)
            shape = (input.shape[0], filter.shape[0])
            added = [] if given is None else [given]
            return build.add("Gemm", build.as_float(input), filter, *added, shape=shape, transB=1)
    product = matmul(build, input, filter, transposeB=True)
    return product if not isinstance(bias, Tensor) and not bias else binary(build, "Add", product, bias)


def conv(build: Builder, input: Tensor, filter: Tensor, bias: Operand = 0.0, border: str = "constant",
         padding: Pairs = (), stride: Ints = (), dilation: Ints = (), groups: int = 1) -> Any:
    """Filters are (channels out, channels in / groups, …); ``groups`` 0 is one for each channel."""
    build.as_float(input), build.as_float(filter)
    if input.rank != filter.rank or input.rank < 3:
        build.fail(f"a filter of shape {list(filter.shape)} does not fit {list(input.shape)}")
    groups = groups or input.shape[1]
    if groups < 0 or filter.shape[1] * groups != input.shape[1] or filter.shape[0] % groups:
        build.fail(f"{input.shape[1]} channels in {groups} groups do not fit filters of shape {list(filter.shape)}")
    windows = Windows(build, input.shape[2:], filter.shape[2:], padding, stride, dilation)
    source = windows.bordered(input, border)
    shape = (input.shape[0], filter.shape[0], *windows.lengths())
    given = build.vector(bias, filter.shape[0]) if bias != 0.0 else None
    made = build.add("Conv", source, filter, *[given] * (given is not None), shape=shape, group=groups,
                     **windows.attributes())
    return made if given is not None or bias == 0.0 else binary(build, "Add", made, bias)


def deconv(build: Builder, input: Tensor, filter: Tensor, bias: Operand = 0.0, border: str = "constant",
           padding: Pairs = (), stride: Ints = (), dilation: Ints = (), output_shape: Ints = (),
           groups: int = 1) -> Any:
    """The transpose of ``conv``: filters are (channels in, channels out / groups, …)."""
    build.as_float(input), build.as_float(filter)
    if input.rank != filter.rank or input.rank < 3 or filter.shape[0] != input.shape[1]:
        build.fail(f"a filter of shape {list(filter.shape)} does not fit {list(input.shape)}")
    if border != "constant":
        build.unsupported(f"the border '{border}'; constant is read")
    groups = groups or (output_shape[1] if len(output_shape) > 1 else input.shape[1])
    if groups < 0 or filter.shape[0] % groups:
        build.fail(f"{input.shape[1]} channels cannot be divided into {groups} groups")
    windows = Windows(build, input.shape[2:], filter.shape[2:], padding, stride, dilation)
    lengths, more = windows.transposed(list(output_shape[2:]))
    channels = filter.shape[1] * groups
    given = build.vector(bias, channels) if bias != 0.0 else None
    made = build.add("ConvTranspose", input, filter, *[given] * (given is not None), output_padding=more, group=groups,
                     shape=(input.shape[0], channels, *lengths), **windows.attributes())
    return made if given is not None or bias == 0.0 else binary(build, "Add", made, bias)


def separable_conv(build: Builder, input: Tensor, plane_filter: Tensor, point_filter: Tensor, bias: Operand = 0.0,
                   border: str = "constant", padding: Pairs = (), stride: Ints = (), dilation: Ints = (),
                   groups: int = 1) -> Any:
    """One filter for each channel, then a filter of one place over all."""
    planes = conv(build, input, plane_filter, 0.0, border, padding, stride, dilation, 0)
    return conv(build, planes, point_filter, bias, groups=groups)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "matmul": matmul, "linear": linear, "conv": conv, "deconv": deconv, "separable_conv": separable_conv,
}  # fmt: skip
