"""Nodes and weights of a file as nodes and weights of a Model, all in the pinned opset."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, TypeProto

from ...bundle.evaluate import OPERATORS, BundleError
from ...errors import FormatError
from ...graph import OPSET, Graph, Node, Subgraph
from .. import onnx_ml
from ..naming import rename_values
from ..onnx_opsets import UPGRADED, Refused, upgrade
from .attributes import attribute_of, constant_of
from .domains import standard
from .faults import Faults
from .functions import Body, Functions
from .node_hints import exporter_name
from .scope import Names, Scope, isolated
from .sequences import Sequences
from .sorting import described, graphs_in, ordered
from .tensors import array_of, dense_array_of
from .types import SMALL, Shape, Types

#: Operators that format 1 has. ``If`` is no operator of the evaluator's table, since it runs graphs.
KNOWN = {*OPERATORS, "If"}


class Reading:
    """One file being read: ``graphs`` and ``weights`` grow, ``faults`` gathers what is not supported."""

    def __init__(self, model: ModelProto, where: str):
        graph = model.graph
        self.where = where
        self.weights: dict[str, np.ndarray] = {}
        self.graphs: dict[str, Graph] = {}
        self.classes: list[tuple[Node, int, list[str]]] = []  # whose output has scores of which classes
        self.outputs: dict[str, str] = {}  # the file's name of an output -> the model's
        self.faults = Faults(where)
        self._values: dict[str, np.ndarray] = {}  # of nodes that compute with constants
        self.types = Types(ChainMap(self.weights, self._values))
        self._names = Names([*(each.name for each in graph.input), *(each.name for each in graph.output)])
        self._functions = Functions(model)
        self._sequences = Sequences(self)
        self._opsets = {standard(each.domain): each.version for each in model.opset_import}

    def read_main(self, graph: GraphProto) -> list[str]:
        """Reads the main graph; gives the names of the inputs that must be fed."""
        scope = Scope(self._names)
        stored = {*(tensor.name for tensor in graph.initializer), *(s.values.name for s in graph.sparse_initializer)}
        fed = [given for given in graph.input if given.name not in stored]
        for given in fed:
            self.types.declare(scope.define(given.name), given.type)
        self.graphs["main"] = Graph(self._graph(graph, scope, self._opsets))
        self._give_outputs(graph, scope)
        return [given.name for given in fed]

    # ------------------------------------------------------------------ what upgrade rules ask and do

    def fresh(self, name: str) -> str:
        """A name for a new value."""
        return self._names.take(name)

    def type(self, operand: str | np.ndarray) -> str | None:
        """The element type of what a node reads, if it is known."""
        return operand.dtype.name if isinstance(operand, np.ndarray) else self.types.type(operand)

    def shape(self, operand: str | np.ndarray) -> Shape | None:
        """The shape of what a node reads, as far as it is known."""
        return operand.shape if isinstance(operand, np.ndarray) else self.types.shape(operand)

    def constant(self, operand: str | np.ndarray) -> np.ndarray | None:
        """The numbers that a node reads, if they are in the file."""
        if isinstance(operand, np.ndarray):
            return operand
        return self.weights[operand] if operand in self.weights else self._values.get(operand)

    def weight(self, array: np.ndarray, name: str) -> str:
        """A new weight."""
        name = self.fresh(name)
        self.weights[name] = array
        return name

    # ----------------------------------------------------------------------------------------- graphs

    def _graph(self, graph: GraphProto, scope: Scope, opsets: Mapping[str, int]) -> list[Node]:
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
                self._learn_value(node)
            result += made
        return result

    def _learn_value(self, node: Node) -> None:
        """What a node gives that computes with small constants: a shape, the condition of an If."""
        if node.outputs[0] in self._values or len(node.outputs) > 1 or node.operator not in OPERATORS:
            return
        if node.operator == "Shape" and (shape := self.shape(node.inputs[0])) is not None and None not in shape:
            inputs: list[np.ndarray | None] = [np.empty(tuple(length or 0 for length in shape), bool)]
        else:
            inputs = [None if isinstance(each, str) and not each else self.constant(each) for each in node.inputs]
            given = [array for operand, array in zip(node.inputs, inputs, strict=True) if not _is_omitted(operand)]
            if not given or any(array is None or array.size > SMALL for array in given):
                return
        try:
            result = np.asarray(OPERATORS[node.operator](*inputs, **node.attributes))
        except (BundleError, ArithmeticError, LookupError, TypeError, ValueError):
            return  # whoever runs the node will say why
        if result.size <= SMALL:
            self._values[node.outputs[0]] = result

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
            return self._if(proto, scope, opsets)
        if domain == "" and operator in self._sequences:
            return self._sequences.read(proto, scope)
        return self._operator(proto, scope, opsets)

    def _operator(self, proto: NodeProto, scope: Scope, opsets: Mapping[str, int]) -> list[Node]:
        version = opsets.get(standard(proto.domain), 1)
        renamed = _renamed(proto, scope)
        self.types.learn(renamed, version, opsets)
        refused = None
        is_ml = proto.domain == onnx_ml.DOMAIN and proto.op_type in onnx_ml.RULES
        if is_ml or (standard(proto.domain) == "" and (proto.op_type in KNOWN or proto.op_type in UPGRADED)):
            try:
                node = self._as_node(proto, renamed)
                return self._of_ml(node) if is_ml else upgrade(node, version, self)
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
        """The nodes that a function stands for."""
        inner = isolated(self._names)
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
        return nodes

    def _if(self, proto: NodeProto, scope: Scope, opsets: Mapping[str, int]) -> list[Node]:
        """Both branches, or the nodes of the one that is always taken."""
        condition = scope[proto.input[0]]
        branches = {attribute.name: attribute.g for attribute in proto.attribute}
        known = self.constant(condition)
        if known is not None:
            taken = branches["then_branch" if bool(np.all(known)) else "else_branch"]
            inner = Scope(self._names, scope)
            nodes = self._graph(taken, inner, opsets)
            for name, made in zip(proto.output, taken.output, strict=True):
                scope.alias(name, inner[made.name])
            return nodes
        node = Node(exporter_name(proto), "If", [condition], [])
        then = self._branch(branches["then_branch"], f"{node.name}.then", scope, opsets)
        other = self._branch(branches["else_branch"], f"{node.name}.else", scope, opsets)
        node.attributes = {"then_branch": then, "else_branch": other}
        node.outputs = [scope.define(name) for name in proto.output]
        for name, one, two in zip(node.outputs, then.outputs, other.outputs, strict=True):
            self.types.merge(name, one, two)
        return [node]

    def _branch(self, graph: GraphProto, name: str, scope: Scope, opsets: Mapping[str, int]) -> Subgraph:
        inner = Scope(self._names, scope)
        nodes = self._graph(graph, inner, opsets)
        made = {value for node in nodes for value in node.outputs}
        outputs: list[str] = []
        for output in graph.output:
            value = inner[output.name]
            if value not in made or value in outputs:
                copy = self.fresh(value)
                nodes.append(Node(f"{output.name}/Identity", "Identity", [value], [copy]))
                self.types.same(copy, value)
                value = copy
            outputs.append(value)
        name = name if name not in self.graphs else f"{name}~{len(self.graphs)}"
        self.graphs[name] = Graph(nodes)
        return Subgraph(name, outputs)


def _list(node: Node, name: str) -> list[Any]:
    given = node.attributes.get(name)
    return given if isinstance(given, list) else []


def _is_omitted(operand: str | np.ndarray) -> bool:
    return isinstance(operand, str) and not operand


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
