"""The whole header of a network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING

from ....errors import UnknownName, UnsupportedError, ValueRefused, suggestion
from ..names import comment, identifiers
from .feeding import feed
from .frame import HEAD, TAIL
from .literals import CPP, quoted
from .memory import Buffer, layout
from .names import names_of
from .passes import Plan
from .probing import Probes
from .results import take, when_empty
from .structs import inputs_struct, outputs_struct
from .writing import Writer

if TYPE_CHECKING:
    from ....endpoints import Input, Output
    from ....model import Model
    from .structs import Struct

__all__ = ["to_text"]

#: What a run says where a compiler has joined products and sums.
OTHER_BITS = ("this header was compiled so that products are not rounded before they are added to (-ffp-contract=fast "
              "of Clang), which gives other bits; compile with -ffp-contract=on")

#: Memory that may stand on the stack of whoever calls.
SMALL = 1 << 16


def to_text(model: Model, where: str, capacity: Mapping[str, int] | None = None) -> str:
    """The header of a network for one entry: the same model gives the same text.

    ``capacity`` says how many elements a sequence may have, where the model does not ("max"). Raises UnsupportedError,
    naming the first node that a header cannot hold.
    """
    _check(model, where)
    room = _capacity(model, where, capacity or {})
    probes = Probes(model, room, where)
    plan = Plan(model, probes.constant)
    given, taken = inputs_struct(model, room), outputs_struct(model, room)
    writer = Writer(model, plan, probes, names_of(), where)
    writer.use("rounding")
    feed(writer, given)
    writer.write()
    take(writer, taken)
    return _assembled(writer, given, taken, room)


def _check(model: Model, where: str) -> None:
    if len(model.graphs) > 1:
        names = ", ".join(model.graphs)
        raise UnsupportedError(f"{where}: '{model.name}' has {len(model.graphs)} graphs ({names}), which run by a "
                               "condition or turn by turn; a header holds one graph that always runs once")
    endpoints: list[Input | Output] = [*model.input_list, *model.output_list]
    for name, type_ in ((each.name, each.type) for each in endpoints):
        if type_ not in CPP:
            raise UnsupportedError(f"{where}: '{name}' is {type_}, for which C++17 has no type")
    for name, array in model.weights.items():
        if str(array.dtype) not in CPP:
            kind = "bfloat16" if array.dtype.names else array.dtype
            raise UnsupportedError(f"{where}: weight '{name}' is {kind}, for which C++17 has no type")


def _capacity(model: Model, where: str, asked: Mapping[str, int]) -> dict[str, int]:
    """The most elements of each sequence axis that an input has."""
    used = {use for given in model.input_list for use in given.axes}
    axes = {axis.name: axis for axis in model.axes.values() if axis.kind == "sequence" and axis.name in used}
    for name, most in asked.items():
        if name not in axes:
            raise UnknownName(f"{where}: max: '{name}' is no sequence axis of '{model.name}' {suggestion(name, axes)}")
        if not isinstance(most, int) or isinstance(most, bool) or most < max(axes[name].min, 1):
            raise ValueRefused(f"{where}: max of '{name}' is {most}; it is a whole number from "
                               f"{max(axes[name].min, 1)} on")
    room = {}
    for name, axis in axes.items():
        if axis.max is None and name not in asked:
            raise UnsupportedError(f"{where}: the sequence '{name}' may have any length, and a header has room for so "
                                   f"many: say how many, export(..., max={{'{name}': 40}}) or --max {name}=40")
        room[name] = asked.get(name, axis.max or 0)
        if axis.max is not None and room[name] < axis.max:
            raise ValueRefused(f"{where}: max of '{name}' is {room[name]}, but the model takes up to {axis.max}")
        if axis.max is not None:
            room[name] = axis.max
    return room


# ------------------------------------------------------------------------------------------------ text


def _assembled(writer: Writer, given: Struct, taken: Struct, room: Mapping[str, int]) -> str:
    model = writer.model
    types = layout(writer.buffers)
    space = f"networks::{identifiers([model.name or 'network'])[0]}"
    content = "_".join(["model", model.digest.split(":")[-1][:12], *(str(most) for most in room.values())])
    memory = "".join(f"  alignas(64) {CPP[kind]} of_{kind}[{size}];\n" for kind, size in types.items())
    parts = [_introduction(model, room), HEAD, f"namespace {space} {{\ninline namespace {content} {{\n", given.text,
             taken.text, f"// What a run works in. It need not be set to anything, and serves one run at a time.\n"
             f"struct Memory {{\n{memory or '  char nothing;'}\n}};\n", _pieces(writer.pieces)]  # fmt: skip
    if writer.data:
        parts.append("\n".join(["namespace detail {\n", *writer.data, "\n}  // namespace detail\n"]))
    parts += [_run(writer, given, taken), _on_the_stack(types), f"}}  // namespace {content}\n}}  // namespace {space}",
              TAIL]  # fmt: skip
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts))


def _introduction(model: Model, room: Mapping[str, int]) -> str:
    lines = [f"{model.name} {model.version}".strip() + f": {model.description}".rstrip(": "),
             f"A network of {len(model.graphs['main'].nodes)} nodes; made by lading from the model with the digest",
             f"{model.digest}.", "",
             "Fill an Inputs, call run(inputs, outputs, memory), and read the Outputs. What run returns is null, or",
             "says what is wrong with the inputs; the outputs then mean nothing."]  # fmt: skip
    lines += [f"At most {most} of '{axis}'." for axis, most in room.items()]
    return "\n".join(f"// {comment(line)}".rstrip() for line in lines)


def _pieces(wanted: Mapping[str, None]) -> str:
    """The functions of C++, each after those that it calls."""
    done: dict[str, str] = {}

    def add(name: str) -> None:
        if name in done:
            return
        text = (files(__package__ or "") / "pieces" / f"{name}.hpp").read_text(encoding="utf-8")
        for needed in re.findall(r'^#include "(\w+)\.hpp"$', text, re.M):
            add(needed)
        done[name] = re.sub(r'^#(pragma once|include "\w+\.hpp")\n', "", text, flags=re.M)

    for name in wanted:
        add(name)
    return "\n".join(done.values())


def _run(writer: Writer, given: Struct, taken: Struct) -> str:
    members = [each.member for each in given.endpoints.values() if each.member]
    reads = any(f"in.{member}" in line for member in members for line in writer.lines)
    named = "in" if reads or given.counts else ""
    lines = ["// Null if all went well.",
             f"inline const char* run(const Inputs& {named}, Outputs& out, Memory& memory) noexcept {{"]  # fmt: skip
    for axis, count in given.counts.items():
        lines += _lengths(writer, axis, count)
    lines.append(f"  if (!detail::rounds_as_written()) return {quoted(OTHER_BITS)};")
    lines += when_empty(writer, taken)
    for axis in given.counts:
        lines += _too_short(writer, axis)
    used = "\n".join(writer.lines)
    lines += [_pointer(buffer) for buffer in writer.buffers if re.search(rf"\b{buffer.name}\b", used)]
    if not writer.buffers:
        lines.append("  static_cast<void>(memory);")
    return "\n".join([*lines, *writer.lines, "  return nullptr;", "}", ""])


def _lengths(writer: Writer, axis: str, count: str) -> list[str]:
    name, kept, about = writer.axes[axis], writer.kept[axis], writer.model.axes[axis]
    most = writer.probes.capacity[axis]
    keep = f": give the {about.keep} {most}" if about.max is not None else ""
    wrong = f"in.{count} < 0 || in.{count} > {most}"
    padded = f"{kept} < {about.min} ? {about.min} : {kept}" if about.min > 0 else kept
    return [f"  if ({wrong}) return {quoted(f'{count} is not from 0 to {most}{keep}')};",
            f"  const int {kept} = in.{count};",
            f"  const int {name} = {padded};",
            f"  static_cast<void>({name});"]  # fmt: skip


def _too_short(writer: Writer, axis: str) -> list[str]:
    least, name = writer.probes.least[axis], writer.axes[axis]
    if least <= writer.model.axes[axis].min:
        return []
    said = f"this header takes no sequence '{axis}' shorter than {least}: the network computes those in another way"
    return [f"  if ({name} < {least}) return {quoted(said)};"]


def _pointer(buffer: Buffer) -> str:
    at = f" + {buffer.offset}" if buffer.offset else ""
    return f"  {CPP[buffer.type]}* const {buffer.name} = memory.of_{buffer.type}{at};"


def _on_the_stack(types: Mapping[str, int]) -> str:
    size = sum(count * (8 if kind.endswith("64") else 4) for kind, count in types.items())
    if size > SMALL:
        return ""
    return """// The same with the memory on the stack.
inline const char* run(const Inputs& in, Outputs& out) noexcept {
  Memory memory;
  return run(in, out, memory);
}
"""
