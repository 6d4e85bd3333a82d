"""Preparation as the first nodes of an ONNX file: its inputs take the values as they were measured.

Every input keeps its name and axes, with a column for each variable that is fed, in their order. Its type is that of
the slots; where these differ float64, which holds float32 exactly and whole numbers up to 2^53. Behind the nodes
(``columns.py``) stands INPUT/prepared, which the network reads. Sequences are cut to their greatest length and padded
up to their least (``sequences.py``), and what a mask hides gets the pad of its variable. What nodes cannot say is
refused with the way, or, where it is the caller's anyway (order and selection of sequences, entries without elements),
told (``told.py``).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from ...endpoints import Axis, Input, Variable, usual_raw
from ...errors import UnsupportedError
from .columns import Block, blocks, prepared, rules_of
from .growth import Growth
from .sequences import cut, filled_up, hidden, says_what_is_padding
from .told import columns_and_rest

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto

    from ...model import Model

__all__ = ["PREPARATION", "keep_types", "put_in_front"]

PREPARATION = "lading.preparation"

WAY = "export what stands behind the preparation: without preparation=True (--preparation)"

#: Whole numbers up to this are exact in float64.
EXACT = 1 << 53


def put_in_front(proto: ModelProto, model: Model, where: str) -> dict[str, str]:
    """Adds the nodes that prepare to ``proto``, whose inputs become raw ones; gives the metadata that say so.

    Raises UnsupportedError for what cannot be said in ONNX.
    """
    writing = _Writing(model, where)
    names = {given.name: writing.prepared(given) for given in model.input_list}
    graph, given_ends = proto.graph, {each.name: each for each in proto.graph.input}
    for name, made in names.items():
        if made != name:
            _read_instead(graph, name, made)
            kept = graph.value_info.add()
            kept.CopyFrom(given_ends[name])
            kept.name = made
    nodes = [*writing.growth.nodes, *graph.node]
    del graph.node[:], graph.input[:]
    graph.node.extend(nodes)
    graph.input.extend(writing.ends)
    graph.initializer.extend(writing.growth.tensors)
    return {PREPARATION: json.dumps(columns_and_rest(model), ensure_ascii=False)}


def keep_types(proto: ModelProto, before: ModelProto) -> None:
    """Says again what the prepared values are, where rewriting has dropped it: by it readers take the network out."""
    kept = [each for each in before.graph.value_info if each.name.endswith("/prepared")]
    del proto.graph.value_info[:]
    proto.graph.value_info.extend(kept)


def _read_instead(graph: GraphProto, name: str, made: str) -> None:
    """Lets all nodes, and the graphs in them, read ``made``."""
    for node in graph.node:
        for at, read in enumerate(node.input):
            if read == name:
                node.input[at] = made
        for attribute in node.attribute:
            if attribute.HasField("g"):
                _read_instead(attribute.g, name, made)
                for end in attribute.g.output:
                    end.name = made if end.name == name else end.name


class _Writing:
    """The nodes in front of one model's network."""

    def __init__(self, model: Model, where: str):
        self.model, self.where = model, where
        self.ends: list[Any] = []  # what is fed
        self.growth = Growth()
        self.raw: dict[str, str] = {}  # the value of each input as it is fed, cut
        for given in model.input_list:
            self._feed(given)

    def prepared(self, given: Input) -> str:
        """The name of the value that the network reads for an input."""
        growth = self.growth
        growth.of = given.name
        x = self._joined(growth, given) if given.variable_list else self.raw[given.name]
        x = self._padded(given, x)
        return x if x == given.name else growth.add("Identity", [x], f"{given.name}/prepared")

    def _joined(self, growth: Growth, given: Input) -> str:
        """The variables of an input behind their preparation, side by side in their order."""
        at = given.axes.index("variable")
        made, places = [], []
        for block in self._blocks(given, len(given.axes) - 1 - at):
            x, type_ = prepared(growth, self._columns(growth, given, block), block, self._flags(growth, given, block))
            made.append(x if type_ == given.type else growth.cast(x, given.type))
            places += block.places
        x = made[0] if len(made) == 1 else growth.add("Concat", made, axis=at)
        if places != sorted(places):
            x = growth.add("Gather", [x, growth.tensor(np.argsort(places))], axis=at)
        return x

    # ---------------------------------------------------------------------------------------- what is fed

    def _feed(self, given: Input) -> None:
        """The end of an input that is fed, and its sequence cut to its greatest length."""
        from onnx import helper

        self.raw[given.name] = given.name
        if not given.is_fed and given.mask is None:
            return
        axis = self._axis(given)
        shape: list[int | str] = []
        for use in given.axes:
            size = self.model.axes[use].size if isinstance(use, str) and use in self.model.axes else use
            if use == "variable":
                size = len(_fed(given))
            elif axis is not None and use == axis.name:
                size = f"any_{axis.name}" if axis.min or axis.max is not None else axis.name
            shape.append(use if size is None else size)
        type_ = helper.np_dtype_to_tensor_dtype(np.dtype(self._fed_type(given)))
        self.ends.append(helper.make_tensor_value_info(given.name, type_, shape, given.description))
        self.raw[given.name] = self._cut(given)

    def _fed_type(self, given: Input) -> str:
        """The one type that holds the raw values of all variables."""
        if not given.variable_list:
            if given.type == "bfloat16":
                raise UnsupportedError(f"{self._place(given)} is bfloat16, which is not written; {WAY}")
            return given.type
        raws = {each.raw or usual_raw(given.type) for each in _fed(given)}
        if given.type in ("float16", "bfloat16"):
            raise UnsupportedError(f"{self._place(given)} is {given.type}, to which runtimes round in ways of their "
                                   f"own; {WAY}")  # fmt: skip
        if raws > {"int64"}:
            self._hold_in_float64(given)
        return raws.pop() if len(raws) == 1 else "float64"

    def _hold_in_float64(self, given: Input) -> None:
        for variable in given.variable_list:
            whole = [*(variable.categories or ()), *(each for kind, each in rules_of(variable) if kind == "equal")]
            if variable.raw == "int64" and any(abs(each) > EXACT for each in whole if isinstance(each, int)):
                raise UnsupportedError(f"{self._place(given, variable)} knows whole numbers beyond 2^53; beside "
                                       f"variables with a point no type of tensor holds them; {WAY}")

    # --------------------------------------------------------------------------------------------- columns

    def _blocks(self, given: Input, after: int) -> list[Block]:
        raws = [self._raw(given, each) for each in given.variable_list]
        flags = [next((self._raw(given, given.variables[value]) for kind, value in rules_of(each) if kind == "flag"),
                      None) for each in given.variable_list]  # fmt: skip
        return blocks(given.variable_list, raws, flags, after)

    def _raw(self, given: Input, variable: Variable) -> str:
        """The type in which a variable is prepared: whole numbers that are fed as float64 stay such."""
        if variable.source is not None:
            name, _, other = variable.source.partition(".")
            source = self.model.inputs[name]
            return self._raw(source, source.variables[other])
        raw = variable.raw or usual_raw(given.type)
        return "float64" if raw == "int64" and self._fed_type(given) == "float64" else raw

    def _columns(self, growth: Growth, given: Input, block: Block) -> str:
        """The columns of a block as they were fed, in their raw type."""
        name = block.variables[0].source
        if name is None:
            return self._picked(growth, given, [each.name for each in block.variables], block.raw)
        source = self.model.inputs[name.partition(".")[0]]
        x = self._picked(growth, source, [str(each.source).partition(".")[2] for each in block.variables], block.raw)
        return self._repeated(growth, source, given, x)

    def _picked(self, growth: Growth, given: Input, names: list[str], type_: str) -> str:
        x, fed = self.raw[given.name], [each.name for each in _fed(given)]
        if names != fed:
            at = growth.tensor([fed.index(name) for name in names])
            x = growth.add("Gather", [x, at], axis=given.axes.index("variable"))
        return x if self._fed_type(given) == type_ else growth.cast(x, type_)

    def _flags(self, growth: Growth, given: Input, block: Block) -> str | None:
        """Whether the flags of a block's variables are set."""
        kind = block.flags[0]
        if kind is None:
            return None
        names = [str(value) for each in block.variables for rule, value in rules_of(each) if rule == "flag"]
        x = self._picked(growth, given, names, kind)
        return growth.cast(x, "bool")  # all but zero is true

    def _repeated(self, growth: Growth, source: Input, given: Input, x: str) -> str:
        """Columns of another input in the layout of ``given``: a value of the entry for each of its elements."""
        sequence = self.model.sequence_axis(given.axes)
        if source.axes == given.axes:
            return x
        like = next((each for each in self.model.input_list if each.is_fed and each.variable_list
                     and each.axes == given.axes), None)  # fmt: skip
        without = [use for use in given.axes if use != sequence]
        batched = source.axes == without
        if like is None or not (batched or source.axes == [1, *without]):
            raise UnsupportedError(f"{self._place(given)} takes variables from '{source.name}', whose axes "
                                   f"{source.axes} do not become {given.axes} by nodes; {WAY}")
        if batched:
            x = growth.add("Unsqueeze", [x, growth.tensor([given.axes.index(str(sequence))])])
        one = self._picked(growth, like, [_fed(like)[0].name], self._fed_type(like))
        return growth.add("Expand", [x, growth.add("Shape", [one])])

    # ----------------------------------------------------------------------------------------- sequences

    def _axis(self, given: Input) -> Axis | None:
        return self.model.axes.get(str(self.model.sequence_axis(given.axes)))

    def _masks(self, axis: Axis) -> list[Input]:
        return [each for each in self.model.input_list if each.mask is not None and each.mask.of == axis.name]

    def _cut(self, given: Input) -> str:
        axis = self._axis(given)
        if axis is None or axis.max is None:
            return given.name
        if axis.keep == "last" and self._masks(axis):
            raise UnsupportedError(f"{self._place(given)}: of sequences along '{axis.name}' the last {axis.max} are "
                                   f"kept, but nodes do not know where those of a padded tensor end; {WAY}")
        self.growth.of = given.name
        return cut(self.growth, given.name, given.axes.index(axis.name), axis)

    def _padded(self, given: Input, x: str) -> str:
        """The pads of an input where a mask hides elements, and where there are too few."""
        axis = self._axis(given)
        masks = [] if axis is None or given.mask is not None else self._masks(axis)
        if axis is not None and masks:
            mask = next((each for each in masks if says_what_is_padding(each, given)), None)
            if mask is None:
                raise UnsupportedError(f"{self._place(given)}: the mask '{masks[0].name}' {masks[0].axes} does not say "
                                       f"which of its elements are padding; {WAY}")  # fmt: skip
            x = hidden(self.growth, x, given, mask, self.raw[mask.name], axis)
        return filled_up(self.growth, x, given, axis) if axis is not None and axis.min else x

    # ---------------------------------------------------------------------------------------------- around

    def _place(self, given: Input, variable: Variable | None = None) -> str:
        return f"{self.where}: input '{given.name}'" + (f": variable '{variable.name}'" if variable else "")


def _fed(given: Input) -> list[Variable]:
    """The variables that have a column of their own."""
    return [each for each in given.variable_list if each.source is None]
