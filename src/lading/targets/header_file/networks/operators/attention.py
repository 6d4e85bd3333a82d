"""Attention as ONNX has it, without a past: masks that are added or that hide, causal ones, shared heads."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..lengths import Length
from ..literals import CPP, number
from .picking import _sum

if TYPE_CHECKING:
    from .....graph import Node
    from ..writing import Value, Writer

__all__ = ["OPERATORS"]


def _attention(writer: Writer, node: Node) -> None:
    if any(writer.has(place) for place in (4, 5, 6)):
        writer.refuse("it has keys of the past or counts of valid ones, which a header does not keep")
    if any(writer.wants(place) for place in (1, 2, 3)):
        writer.refuse("a header gives its result only, not what it is made of")
    q, k, v = (writer.operand(place) for place in range(3))
    joined = q.rank == 3
    heads = writer.integer("q_num_heads", 0) if joined else _fixed(writer, q.shape[1])
    shared = writer.integer("kv_num_heads", 0) if joined else _fixed(writer, k.shape[1])
    width = _fixed(writer, q.shape[-1]) // (heads if joined else 1)
    value_width = _fixed(writer, v.shape[-1]) // (shared if joined else 1)
    queries, keys = q.shape[-2], k.shape[-2]
    mask = writer.operand(3) if writer.has(3) else None
    result, kind = writer.result(), CPP[q.type]
    scores, scaled = writer.scratch(q.type, keys), writer.scratch(q.type, Length.of(width))
    writer.use("attention")
    batch = q.shape[0]
    with writer.loops([("e", batch)]), writer.block(f"for (int g = 0; g < {heads}; ++g)"):
        key_head = "g" if heads == shared else f"g / {heads // shared}"
        for name, value, count, rows, own, head in (
            ("q", q, heads, queries, width, "g"), ("k", k, shared, keys, width, key_head),
            ("values", v, shared, keys, value_width, key_head), ("y", result, heads, queries, value_width, "g"),
        ):  # fmt: skip
            constant = "" if value is result else "const "
            step = count * own if joined else own
            per_head = Length.of(own) if joined else rows * Length.of(own)
            start = _sum(writer, [("e", rows * Length.of(count * own), batch), (f"({head})", per_head, None)])
            writer.line(f"const detail::Rows<{constant}{kind}> {name}{{{writer.pointer(value)} + {start}, {step}}};")
        sizes = ", ".join([writer.text(queries), writer.text(keys), str(width), str(value_width)])
        said = writer.attribute("scale")
        scale = float(np.float32(said)) if said is not None else 1 / math.sqrt(width)  # type: ignore[arg-type]
        writer.line(f"detail::attend<{kind}>(q, k, values, y, {sizes}, {number(scale, q.type)}, {scores.text}, "
                    f"{scaled.text},")  # fmt: skip
        writer.line(f"    {_cap(writer, q.type)},")
        writer.line(f"    {_bias(writer, mask, q.type, heads, queries, keys)},")
        writer.line(f"    {_softmax(writer, q.type)});")


def _fixed(writer: Writer, length: Length) -> int:
    if length.number is None:
        writer.refuse("its heads or features depend on the length of a sequence")
    return length.number


def _cap(writer: Writer, type_: str) -> str:
    cap, kind = writer.real("softcap", 0), CPP[type_]
    if cap <= 0:
        return f"[]({kind} score) {{ return score; }}"
    writer.use("squashing" if type_ == "float32" else "double_hyperbolic")
    limit = number(cap, type_)
    return f"[]({kind} score) {{ return detail::tanh(score / {limit}) * {limit}; }}"


def _bias(writer: Writer, mask: Value | None, type_: str, heads: int, queries: Length, keys: Length) -> str:
    kind, hidden = CPP[type_], f"-std::numeric_limits<{CPP[type_]}>::infinity()"
    lines = []
    if writer.integer("is_causal", 0):
        lines.append(f"if (key > query) return {hidden};")
    if mask is not None:
        shape = (Length.of(1),) * (4 - mask.rank) + mask.shape
        strides = writer.strides(shape)
        names = ["e", "g", "query", "key"]
        at = _sum(writer, [(name, stride, length) for name, stride, length in zip(names, strides, shape, strict=True)])
        at = at if shape[3].number != 1 else _joined(at, "key")
        if shape[3] != keys:
            lines.append(f"if (key >= {writer.text(shape[3])}) return {hidden};")
        element = writer.element(mask, at)
        if mask.type == "bool":
            lines.append(f"if (!{element}) return {hidden};")
            lines.append("return score + 0;")
        else:
            lines.append(f"return {element} == {hidden} ? {hidden} : score + {element};")
    else:
        lines.append("return score + 0;" if lines else "return score;")
    return f"[&](int query, int key, {kind} score) -> {kind} {{ static_cast<void>(query), static_cast<void>(key); " \
           f"{' '.join(lines)} }}"  # fmt: skip


def _joined(at: str, key: str) -> str:
    return key if at == "0" else f"{at} + {key}"


def _softmax(writer: Writer, type_: str) -> str:
    kind = CPP[type_]
    if type_ == "float32" and writer.attribute("softmax_precision", "float32") == "float64":
        writer.refuse("its softmax is of another precision than its scores")
    writer.use("softmax" if type_ == "float32" else "double_softmax")
    return f"[]({kind}* x, int keys) {{ detail::softmax_columns<false>(x, x, 1, keys, 1); }}"


OPERATORS: dict[str, Callable[[Writer, Node], None]] = {"Attention": _attention}
