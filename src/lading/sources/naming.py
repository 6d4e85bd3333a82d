"""Names that a person would have given: nodes after their place in the network, weights after their nodes.

1. A node whose exporter said where it stands ("/encoder/layers.0/norm1/LayerNormalization") is called after
   that place: "encoder.layers.0.norm1". Of several nodes of one place, the one with the largest weights gets
   the bare name, the others add their operator: "encoder.layers.0.norm1.relu".
2. Else the place is told by the names of its weights: "n.3.weight" is of "n.3".
3. Else a node is called after what it does, and counted: "dense_1", "relu_2".
4. A weight is called after its node and its part in it: "dense_1.w"; a value after the node that makes it.
   A weight that several nodes read belongs to the first.
5. Inputs and outputs keep their names. Names are unique, nodes among nodes, values among values.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ..bundle.evaluate import OPERATORS
from ..graph import Graph, Node, Subgraph, free_name
from .parts import input_part, output_part, part

if TYPE_CHECKING:
    from ..endpoints import Input, Output
    from ..model import Model

LONGEST = 120

#: What exporters put around the network's own names.
WRAPPERS = {"StatefulPartitionedCall", "PartitionedCall", "main_graph", "torch_jit", ""}
NO_MODULE = "empty_nn_module_stack"

#: Endings of the names of weights that say which weight it is, not whose.
_WEIGHT_ENDING = re.compile(
    r"[._/](in_proj_weight|in_proj_bias|weight|bias|kernel|gamma|beta|running_mean|running_var|moving_mean|"
    r"moving_variance|(weight|bias)_[ih]h_l\d+(_reverse)?|w|b|scale|W|R|B)(:\d+)?$"
)
_ENDING_NUMBER = re.compile(r"(~\d+|__\d+|_\d+|:\d+)+$")


def snake(name: str) -> str:
    """``LayerNormalization`` as ``layer_normalization``."""
    name = name.replace("NaN", "Nan")  # one word
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower().rpartition(".")[2]


#: What nodes are called after, where nothing better is known.
OPERATOR_STEMS = {snake(operator) for operator in OPERATORS}

#: Operators that do the work of a layer, and what people call them.
STEMS = {"Gemm": "dense", "MatMul": "dense", "BatchNormalization": "batch_norm", "LayerNormalization": "layer_norm",
         "InstanceNormalization": "instance_norm", "GroupNormalization": "group_norm", "RMSNormalization": "rms_norm",
         "ConvTranspose": "conv_transpose", "lading.TreeEnsemble": "trees"}  # fmt: skip


def endpoints(model: Model) -> list[Input | Output]:
    """All inputs and outputs."""
    return [*model.input_list, *model.output_list]


def give_readable_names(model: Model) -> None:
    """Renames nodes, values and weights of ``model`` in place. Done again after a change, it names the gaps anew."""
    _Naming(model).apply()


class _Naming:
    def __init__(self, model: Model):
        self.model = model
        self.nodes = [node for graph in model.graphs.values() for node in graph.nodes]
        self.fixed = {each.name for each in endpoints(model)}

    def apply(self) -> None:
        names = self._node_names()
        for node, name in zip(self.nodes, names, strict=True):
            node.name = name
        self._node_names_given = set(names)
        self._rename_graphs()
        self._rename_values()

    # ------------------------------------------------------------------------------------------ nodes

    def _node_names(self) -> list[str]:
        places = [self._place(node) for node in self.nodes]
        owners = self._owners(places)
        wanted = [
            place if owner or place.rpartition(".")[2] == _stem(node) else f"{place}.{_stem(node)}" if place else ""
            for node, place, owner in zip(self.nodes, places, owners, strict=True)
        ]
        return _unique(wanted, [self._counted(node) for node in self.nodes])

    def _place(self, node: Node) -> str:
        told, by_weights = place_of(node), self._place_of_weights(node)
        if told:
            return by_weights if by_weights and node.operator in STEMS else told
        if _is_made_up(node):
            return by_weights
        return _without_operator(_clean(node.name.rpartition("/")[2]), node, self._counted(node) in STEMS.values())

    def _place_of_weights(self, node: Node) -> str:
        for operand in node.reads():
            if operand in self.model.weights and (match := _WEIGHT_ENDING.search(operand)):
                place = _joined(operand[: match.start()])
                if not re.fullmatch(r"(.*\.)?" + self._counted(node) + r"(_\d+)?", place):
                    return place
        return ""

    def _owners(self, places: list[str]) -> list[bool]:
        """Whether a node gets the bare name of its place: the one with the most numbers, or the only one within it."""
        best: dict[str, tuple[int, int]] = {}
        count = Counter(places)
        within = {place[:i] for place in count for i, letter in enumerate(place) if letter == "."}
        for index, (node, place) in enumerate(zip(self.nodes, places, strict=True)):
            alone = count[place] == 1 and place not in within
            size = self._numbers(node)
            if place and (size > 1 or alone) and size > best.get(place, (-1, 0))[0]:
                best[place] = (size, index)
        chosen = {index for _, index in best.values()}
        return [index in chosen for index in range(len(places))]

    def _numbers(self, node: Node) -> int:
        """How many real numbers a node has as weights."""
        read = [self.model.weights[name] for name in node.reads() if name in self.model.weights]
        return sum(array.size for array in read if array.dtype.kind != "i")

    def _counted(self, node: Node) -> str:
        return STEMS[node.operator] if node.operator in STEMS and self._has_weights(node) else snake(node.operator)

    def _has_weights(self, node: Node) -> bool:
        return any(name in self.model.weights for name in node.reads())

    # ----------------------------------------------------------------------------------------- graphs

    def _rename_graphs(self) -> None:
        new = {"main": "main"}
        for node in self.nodes:
            for kind, held in node.attributes.items():
                if isinstance(held, Subgraph):
                    new[held.graph] = f"{node.name}.{kind.removesuffix('_branch')}"
                    held.graph = new[held.graph]
        self.model.graphs = {new.get(name, name): graph for name, graph in self.model.graphs.items()}

    # ----------------------------------------------------------------------------------------- values

    def _rename_values(self) -> None:
        wanted: dict[str, str] = {}
        for node in self.nodes:
            places = {name: at for at, name in reversed([*enumerate(node.inputs)]) if isinstance(name, str)}
            for name in node.reads():
                if name in self.model.weights and name not in wanted:
                    wanted[name] = f"{self._layer(node)}.{part(node, places[name])}"
            for held in node.attributes.values():
                for at, name in enumerate(held.inputs if isinstance(held, Subgraph) else ()):
                    wanted[name] = f"{node.name}.{input_part(node, at)}"
            for index, name in enumerate(node.outputs):
                if name and name not in self.fixed:
                    one = sum(map(bool, node.outputs)) == 1
                    wanted[name] = node.name if one else f"{node.name}.{output_part(node, index)}"
        fresh = _distinct(list(wanted.values()), self.fixed)
        new = dict(zip(wanted, fresh, strict=True))
        self.model.weights = {new[name]: array for name, array in self.model.weights.items() if name in new}
        rename_values(self.model.graphs.values(), new)


    def _layer(self, node: Node) -> str:
        """Whose weights a node reads: a bias that is added behind a layer belongs to the layer."""
        layer = node.name.removesuffix(".add")
        return layer if node.operator == "Add" and layer in self._node_names_given else node.name


def rename_values(graphs: Iterable[Graph], new: Mapping[str, str]) -> None:
    """Lets nodes read and make values under other names; ``new`` has those of old ones."""
    for node in [node for graph in graphs for node in graph.nodes]:
        node.inputs = [new.get(name, name) if isinstance(name, str) else name for name in node.inputs]
        node.outputs = [new.get(name, name) for name in node.outputs]
        for held in node.attributes.values():
            if isinstance(held, Subgraph):
                held.outputs = [new.get(name, name) for name in held.outputs]
                held.inputs = [new.get(name, name) for name in held.inputs]


def place_of(node: Node) -> str:
    """Where a node stands, from an exporter's name like ``encoder/norm1/LayerNormalization``; "" if it has none."""
    known = [each for each in node.name.split("/") if each not in WRAPPERS and NO_MODULE not in each]
    *scopes, _ = known or [""]
    return _joined("/".join(scopes))


def _joined(path: str) -> str:
    """``n/n.0`` is ``n.0``: PyTorch repeats the name of a Sequential."""
    parts: list[str] = []
    for each in filter(None, path.split("/")):
        if parts and each.startswith(parts[-1] + "."):
            parts[-1] = each
        else:
            parts.append(each)
    return _clean(".".join(parts))


def _clean(text: str) -> str:
    return re.sub(r"[^\w.:-]+", "_", text.replace("::", ".")).strip("._:")[:LONGEST]


def _stem(node: Node) -> str:
    return snake(node.operator)


def _without_operator(name: str, node: Node, is_layer: bool) -> str:
    """The place in a name that was given here before: ``phi.relu_3`` is in ``phi.relu``, to be counted again.

    A name that ends in another operator was that of a node that this one replaced: ``phi.mat_mul~2`` of a Softmax
    is in ``phi``, ``dense.add`` of a Gemm in ``dense``.
    """
    replaced, bare = "~" in name, _ENDING_NUMBER.sub("", name)
    place, _, last = bare.rpartition(".")
    if last == _stem(node) and not is_layer:
        return bare
    if last in OPERATOR_STEMS and (place or replaced):
        return place
    return bare if replaced else name


def _is_made_up(node: Node) -> bool:
    """Whether an exporter counted its nodes instead of naming them: "", "Gemm_3", "node_relu_1", "12"."""
    last = node.name.rpartition("/")[2].removeprefix("node_")
    bare = _ENDING_NUMBER.sub("", last)
    counted = bare != last
    return not re.search("[A-Za-z]", bare) or (counted and "." not in bare) or bare.lower() == node.operator.lower()


def _unique(wanted: list[str], stems: list[str]) -> list[str]:
    """``wanted`` where it is given and nobody was before; else counted stems."""
    counts = Counter(name for name in wanted if name)
    taken = set(counts)
    numbers: Counter[str] = Counter()
    result = []
    for name, stem in zip(wanted, stems, strict=True):
        if name and counts[name] == 1:
            result.append(name)
            continue
        stem = name or stem
        number = 1
        while True:
            numbers[stem] += 1
            number = numbers[stem]
            candidate = stem if name and number == 1 else f"{stem}_{number}"
            if candidate not in taken or (name and number == 1):
                break
        taken.add(candidate)
        result.append(candidate)
    return result


def _distinct(wanted: list[str], taken: set[str]) -> list[str]:
    used = set(taken)
    return [free_name(name, used) for name in wanted]
