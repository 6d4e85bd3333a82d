"""Nodes and weights of a file as nodes and weights of a Model, all in the pinned opset."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, TypeProto, defs

from ...bundle.evaluate import OPERATORS
from ...errors import FormatError, UnsupportedError
from ...graph import OPSET, Graph, Node
from .. import onnx_ml, onnx_written_out
from ..naming import rename_values
from ..onnx_opsets import UPGRADED, Refused, upgrade
from .attributes import attribute_of, constant_of
from .branches import Branches
from .domains import standard
from .faults import Faults
from .functions import Body, Functions
from .known_values import KnownValues
from .loops import Loops
from .node_hints import exporter_name
from .scans import Scans
from .scope import Scope, isolated, refuse_twice
from .sequences import Sequences
from .sorting import described, graphs_in, ordered
from .tensors import array_of, dense_array_of

#: Operators that format 1 has, those that run graphs among them, and others that become some of them.
READ = {*OPERATORS, "If", "Loop", "Scan", *UPGRADED, *onnx_written_out.RULES}

#: How many functions of a file are written out, and how many of them stand in each other.
EXPANSIONS, DEEPEST = 10_000, 50


class Reading(KnownValues):
    """One file being read: ``graphs`` and ``weights`` grow, ``faults`` gathers what is not supported."""

    def __init__(self, model: ModelProto, where: str):
        graph = model.graph
        super().__init__([*(each.name for each in graph.input), *(each.name for each in graph.output)])
        self.where = where
        self.graphs: dict[str, Graph] = {}
        self.classes: list[tuple[Node, int, list[str]]] = []  # whose output has scores of which classes
        self.outputs: dict[str, str] = {}  # the file's name of an output -> the model's
        self.faults = Faults(where, model.producer_name)
        self._functions = Functions(model)
        self._expanded = self._depth = 0  # functions: how many were written out, and how many stand in each other
        self._sequences, self._branches = Sequences(self), Branches(self)
        self._loops, self._scans = Loops(self), Scans(self)
        self._opsets = {standard(each.domain): each.version for each in model.opset_import}

    def read_main(self, graph: GraphProto) -> list[str]:
        """Reads the main graph; gives the names of the inputs that must be fed."""
        scope = Scope(self.names)
        stored = {*(tensor.name for tensor in graph.initializer), *(s.values.name for s in graph.sparse_initializer)}
        fed = [given for given in graph.input if given.name not in stored]
        for given in fed:
            self.types.declare(scope.define(given.name), given.type)
        self.graphs["main"] = Graph(self.read_graph(graph, scope, self._opsets))
        self._give_outputs(graph, scope)
        return [given.name for given in fed]

    # ----------------------------------------------------------------------------------------- graphs

    def read_graph(self, graph: GraphProto, scope: Scope, opsets: Mapping[str, int]) -> list[Node]:
        """The nodes of a graph; its weights are kept."""
        refuse_twice([tensor.name for tensor in graph.initializer], "weights", self.where)
        for tensor in graph.initializer:
            name = scope.define(tensor.name)
            self.weights[name] = array_of(tensor, f"{self.where}: weight '{tensor.name}'")
        for sparse in graph.sparse_initializer:
            name = scope.define(sparse.values.name)
            self.weights[name] = dense_array_of(sparse, f"{self.where}: weight '{sparse.values.name}'")
        return self._nodes(graph.node, [output.name for output in graph.output], scope, opsets)

    def _nodes(
        self, protos: Iterable[NodeProto], wanted: Collection[str], scope: Scope, opsets: Mapping[str, int]
    ) -> list[Node]:
        result: list[Node] = []
        for proto in ordered(list(protos), wanted, set(scope), self.where):
            made = self._node(proto, scope, opsets)
            for node in made:
                self.learn(node)
            result += made
        return result

    def _give_outputs(self, graph: GraphProto, scope: Scope) -> None:
        """Identity nodes for outputs that no node makes under their own name."""
        nodes = self.graphs["main"].nodes
        made = {name for node in nodes for name in node.outputs}
        for output in graph.output:
            meaning, name = scope.find(output.name), output.name
            if meaning is None:
                raise FormatError(f"{self.where}: nothing makes the output '{output.name}'")
            if name == meaning and name in self.weights:
                meaning = self._rename_weight(name)
            elif name == meaning and name not in made:  # an input that is an output too
                name = self.fresh(f"{name}_output")
            self.outputs[output.name] = name
            if name in made:
                continue
            self.types.same(name, meaning)
            if meaning in made and meaning not in self.outputs.values():  # what a function or a branch gives
                self._rename(meaning, name)
                made = made - {meaning} | {name}
            else:
                nodes.append(Node(f"{name}/Identity", "Identity", [meaning], [name]))

    def _rename_weight(self, name: str) -> str:
        """Another name for a weight whose own is that of an output."""
        new = self.weight(self.weights.pop(name), name)
        self._rename(name, new)
        return new

    def _rename(self, old: str, new: str) -> None:
        rename_values(self.graphs.values(), {old: new})

    def is_sequence(self, name: str) -> bool:
        """Whether a value is a sequence of tensors."""
        return name in self._sequences.lists

    # ------------------------------------------------------------------------------------------ nodes

    def _node(self, proto: NodeProto, scope: Scope, opsets: Mapping[str, int]) -> list[Node]:
        domain, operator = standard(proto.domain), proto.op_type
        body = self._functions.local(proto)
        if body is not None:
            return self._expand(proto, body, scope)
        if domain == "" and operator == "Constant":
            name = scope.define(proto.output[0])
            self.weights[name] = constant_of(proto, f"{self.where}: {described(proto)}")
            return []
        if domain == "" and operator == "If":
            return self._branches.read(proto, scope, opsets)
        if domain == "" and operator == "Loop":
            return self._loops.read(proto, scope, opsets)
        if domain == "" and operator == "Scan":
            return self._scans.read(proto, scope, opsets)
        if domain == "" and operator in self._sequences:
            return self._sequences.read(proto, scope)
        return self._operator(proto, scope, opsets)

    def _operator(self, proto: NodeProto, scope: Scope, opsets: Mapping[str, int]) -> list[Node]:
        version = opsets.get(standard(proto.domain), 1)
        self._check_inputs(proto, version)
        renamed = _renamed(proto, scope)
        self.types.learn(renamed, version, opsets)
        refused = None
        is_ml = proto.domain == onnx_ml.DOMAIN and proto.op_type in onnx_ml.RULES
        if is_ml or (standard(proto.domain) == "" and proto.op_type in READ):
            try:
                node = self._as_node(proto, renamed)
                if is_ml:
                    return self._of_ml(node)
                return [made for each in upgrade(node, version, self) for made in onnx_written_out.nodes_of(each, self)]
            except Refused as error:
                refused = error
        if refused is None or version > OPSET:
            types = [self.types.proto(name) or TypeProto() for name in renamed.input]
            body = self._functions.of_schema(proto, version, types)
            if body is not None:
                return self._expand(proto, body, scope)
        self.faults.add(proto, refused, renamed.input)
        self.faults.taint(renamed.output)
        return []

    def _check_inputs(self, proto: NodeProto, version: int) -> None:
        """Refuses a node that lacks inputs which its operator needs: rules look at them."""
        try:
            needed = defs.get_schema(proto.op_type, version, standard(proto.domain)).min_input
        except defs.SchemaError:
            return
        given = len(proto.input)
        if given < needed:
            raise FormatError(f"{self.where}: {described(proto)} has {given} input{'s' * (given != 1)}; the operator "
                              f"needs {needed}")  # fmt: skip

    def _as_node(self, proto: NodeProto, renamed: NodeProto) -> Node:
        where = f"{self.where}: {described(proto)}"
        attributes = {a.name: value for a in proto.attribute if (value := attribute_of(a, where)) is not None}
        node = Node(exporter_name(proto), proto.op_type, list(renamed.input), list(renamed.output), attributes)
        _trim(node)
        return node

    def _of_ml(self, node: Node) -> list[Node]:
        """The nodes that one of ONNX-ML stands for; who makes scores of classes is kept."""
        try:
            with np.errstate(all="ignore"):
                made = onnx_ml.nodes_of(node, self)
        except FormatError as error:
            raise FormatError(f"{self.where}: {error}") from None
        except (TypeError, ValueError, AttributeError, LookupError, OverflowError) as error:
            who = f"node '{node.name}' ({node.operator})" if node.name else node.operator
            raise FormatError(f"{self.where}: {who}: its attributes do not fit together: {error}") from None
        names = [str(each) for key in ("strings", "int64s", "ints") for each in _list(node, f"classlabels_{key}")]
        for each in made if len(node.outputs) > 1 else ():
            if names and node.outputs[1] in each.outputs:
                self.classes.append((each, each.outputs.index(node.outputs[1]), names))
        return made

    def _expand(self, proto: NodeProto, body: Body, scope: Scope) -> list[Node]:
        """The nodes that a function stands for, as long as they are not too many, or one in another without end."""
        self._expanded += 1
        self._depth += 1
        most, deepest = EXPANSIONS - self._expanded, DEEPEST - self._depth
        if most < 0 or deepest < 0 or (self._depth == 1 and self._functions.too_many(proto, most + 1, deepest + 1)):
            raise UnsupportedError(
                f"{self.where}: function '{proto.op_type}' stands for more than {EXPANSIONS} others, or holds others "
                f"more than {DEEPEST} deep; one of them may call itself")  # fmt: skip
        inner = isolated(self.names)
        for index, name in enumerate(body.inputs):
            inner.alias(name, scope[proto.input[index]] if index < len(proto.input) else "")
        prefix = exporter_name(proto).rpartition("/")[0]
        for node in body.nodes:
            node.name = f"{prefix}/{proto.op_type}/{node.name or node.op_type}"
        made = dict(zip(proto.output, body.outputs, strict=False))
        made.pop("", None)
        nodes = self._nodes(body.nodes, list(made.values()), inner, {"": self._opsets.get("", 1)} | body.opsets)
        for name, result in made.items():
            if result not in inner:
                raise FormatError(f"{self.where}: {described(proto)}: its function does not make '{result}'")
            scope.alias(name, inner[result])
        self._depth -= 1
        return nodes


def _list(node: Node, name: str) -> list[Any]:
    given = node.attributes.get(name)
    return given if isinstance(given, list) else []


def _renamed(proto: NodeProto, scope: Scope) -> NodeProto:
    """A copy of a node with the model's names, its outputs defined."""
    copy = NodeProto()
    copy.CopyFrom(proto)
    copy.domain = standard(proto.domain)
    copy.input[:] = [scope[name] for name in proto.input]
    copy.output[:] = [scope.define(name) for name in proto.output]
    if graphs_in(copy):
        del copy.attribute[:]
    return copy


def _trim(node: Node) -> None:
    """Drops omitted inputs and unused outputs at the end."""
    for names in (node.inputs, node.outputs):
        while len(names) > 1 and isinstance(names[-1], str) and not names[-1]:
            names.pop()
