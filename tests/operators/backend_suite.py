"""The ONNX backend suite as data: cases, their translation into bundles, and a runner for any engine.

    cases = [case for case in load() if case.is_core]
    for verdict in run(cases, engine):
        print(verdict)

An engine is a function ``engine(model, feeds) -> outputs`` on a ``SuiteModel`` and arrays by name. It refuses
by raising. A compiled engine runs with ``isolated=True``: in a child process, where a crash or a hang is
one verdict and not the end of the run.

The translation here is direct, node by node, without folding: what is judged is the operators, not the ONNX
reader. Files of an older opset, where it makes a difference, go through ``onnx.version_converter`` first.
With ``translation=read_by_lading`` the reader is judged too.
"""

# ruff: noqa: B905
from __future__ import annotations

import functools
import hashlib
import json
import multiprocessing
import re
import struct
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.defs
import onnx.numpy_helper
import onnx.version_converter

OPSET = 24
KINDS = ("node", "simple", "pytorch-operator", "pytorch-converted")
CORE = ("float32", "float64", "int32/int64", "bool", "control flow")

Tensors = dict[str, np.ndarray]
Engine = Callable[["SuiteModel", Tensors], Tensors]
Translator = Callable[["Case", int], "tuple[SuiteModel, Tensors, Tensors]"]


# -------------------------------------------------------------------------------------------------- the cases


@dataclass
class Case:
    """One test: a model, and what comes out for what goes in."""

    name: str
    kind: str
    model: onnx.ModelProto
    data: list[tuple[list[Any], list[Any]]]  # inputs, outputs
    rtol: float
    atol: float
    category: str = field(init=False)  # the most exotic thing in it

    def __post_init__(self) -> None:
        self.category = category_of(self)

    @property
    def is_core(self) -> bool:
        return self.category in CORE

    @property
    def operators(self) -> list[str]:
        return sorted({node.op_type for node in all_nodes(self.model.graph)})


@functools.cache
def load(kinds: tuple[str, ...] = KINDS) -> list[Case]:
    """All cases that come with the onnx package. Takes some ten seconds, for node tests are made here."""
    from onnx.backend.test.loader import load_model_tests

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [case_of(kind, test) for kind in kinds for test in load_model_tests(kind=kind)]


#: What must be allowed where the suite's own numbers are off: NumPy's transform in single precision left 2e-7 where the
#: result is 0 and others are 54.
ROUNDED = dict.fromkeys(("test_dft_inverse", "test_dft_inverse_opset19"), 1e-6)


def case_of(kind: str, test: Any) -> Case:
    if test.model is not None:
        return Case(test.name, kind, test.model, test.data_sets, test.rtol, ROUNDED.get(test.name, test.atol))
    folder = Path(test.model_dir)
    model = onnx.load(folder / "model.onnx")
    data = [(read_tensors(each, "input"), read_tensors(each, "output"))
            for each in sorted(folder.glob("test_data_set_*"))]
    return Case(test.name, kind, model, data, test.rtol, test.atol)


def read_tensors(folder: Path, stem: str) -> list[Any]:
    paths = sorted(folder.glob(f"{stem}_*.pb"), key=lambda path: int(path.stem.split("_")[1]))
    return [onnx.numpy_helper.to_array(onnx.load_tensor(path)) for path in paths]


def all_nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from all_nodes(attribute.g)


TYPE_CATEGORIES = {
    "STRING": "string", "FLOAT16": "float16", "FLOAT": "float32", "DOUBLE": "float64", "BOOL": "bool",
    "INT32": "int32/int64", "INT64": "int32/int64",
    **dict.fromkeys(("INT8", "INT16", "UINT8", "UINT16", "UINT32", "UINT64"), "small and unsigned int")}
# most exotic first
ORDER = ("training", "sequence", "optional", "random", "string", "control flow", "quantised",
         "bf16, fp8, sub-byte", "float16", "small and unsigned int", "float64", "float32", "int32/int64",
         "bool")
BY_OPERATOR = {
    "control flow": {"If", "Loop", "Scan"},
    "quantised": {"QuantizeLinear", "DequantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger",
                  "MatMulInteger", "DynamicQuantizeLinear"},
    "random": {"Bernoulli", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike",
               "Multinomial"},
    "training": {"Adagrad", "Adam", "Momentum", "Gradient"}}


def category_of(case: Case) -> str:
    found = set()
    for value in [*case.model.graph.input, *case.model.graph.output]:
        kind = value.type.WhichOneof("value")
        if kind != "tensor_type":
            found.add(kind.removesuffix("_type"))
            continue
        name = onnx.TensorProto.DataType.Name(value.type.tensor_type.elem_type)
        found.add(TYPE_CATEGORIES.get(name, "bf16, fp8, sub-byte"))
    operators = {node.op_type for node in all_nodes(case.model.graph)}
    found.update(category for category, names in BY_OPERATOR.items() if operators & names)
    if "training_dropout" in case.name and "zero_ratio" not in case.name:
        found.add("random")
    if any("Sequence" in name for name in operators - {"ReverseSequence"}):
        found.add("sequence")
    return min((each for each in found if each in ORDER), key=ORDER.index, default="float32")


# ------------------------------------------------------------------------------------------------ translation


class NotTranslated(ValueError):
    """The case needs what format 1 does not have."""


@dataclass
class SuiteModel:
    """A bundle in memory: ``model.json`` as a dictionary, weights, and both as bytes."""

    document: dict[str, Any]
    weights: Tensors

    def to_buffers(self) -> tuple[bytes, bytes]:
        """``model.json`` and ``weights.safetensors``."""
        weights = safetensors_bytes(self.weights)
        digest = hashlib.sha256(weights).hexdigest()
        item = {"file": "weights.safetensors", "sha256": digest, "bytes": len(weights)}
        return json.dumps({**self.document, "weights": item}, indent=1).encode(), weights


SAFETENSORS_NAMES = {"float32": "F32", "float64": "F64", "float16": "F16", "int8": "I8", "int16": "I16",
                     "int32": "I32", "int64": "I64", "uint8": "U8", "uint16": "U16", "uint32": "U32",
                     "uint64": "U64", "bool": "BOOL"}


def safetensors_bytes(tensors: Tensors) -> bytes:
    header, data = {}, b""
    for name, value in sorted(tensors.items()):
        begin, data = len(data), data + np.ascontiguousarray(value).tobytes()
        header[name] = {"dtype": SAFETENSORS_NAMES[value.dtype.name], "shape": list(value.shape),
                        "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-(len(text) + 8) % 64)
    return struct.pack("<Q", len(text)) + text + data


# attributes that name a type: (operator, attribute); "" stands for any operator
TYPE_ATTRIBUTES = {("Cast", "to"), ("EyeLike", "dtype"), ("Attention", "softmax_precision"),
                   ("QuantizeLinear", "output_dtype"), ("QuantizeLinear", "precision"),
                   ("DequantizeLinear", "output_dtype"), ("LayerNormalization", "stash_type"),
                   ("GroupNormalization", "stash_type"), ("RMSNormalization", "stash_type")}


def translate(case: Case, data_set: int = 0) -> tuple[SuiteModel, Tensors, Tensors]:
    """The case as a bundle, its feeds and the expected outputs by their names in the bundle.

    Declared shapes are those of the data, for the suite feeds nothing else. Raises NotTranslated.
    """
    model = upgraded(case)
    inputs, outputs = case.data[data_set]
    return Translation(model).result(inputs, outputs)


def upgraded(case: Case) -> onnx.ModelProto:
    """The model in the operators of opset 24: as it is where they mean the same, else converted."""
    versions = {each.domain or "ai.onnx": each.version for each in case.model.opset_import}
    version = versions.get("ai.onnx", OPSET)
    for node in all_nodes(case.model.graph):
        if node.domain not in ("", "ai.onnx"):
            raise NotTranslated(f"operator {node.domain}.{node.op_type} is not of ai.onnx")
        if node.op_type == "Scan" and version < 9:
            raise NotTranslated(f"operator Scan of opset {version} means something else")
        if node.op_type not in pinned_operators():
            raise NotTranslated(f"operator {node.op_type} is not in format 1")
    changed = [node.op_type for node in all_nodes(case.model.graph) if not means_the_same(node, version)]
    if changed and version > OPSET:
        raise NotTranslated(f"operator {changed[0]} is newer than opset {OPSET}")
    return onnx.version_converter.convert_version(case.model, OPSET) if changed else case.model


@functools.cache
def pinned_operators() -> frozenset[str]:
    """The names that opset 24 defines."""
    return frozenset(schema.name for schema in onnx.defs.get_all_schemas_with_history()
                     if schema.domain == "" and schema.since_version <= OPSET)


# operators that once had another meaning under the same attributes
REDEFINED = {"Softmax", "LogSoftmax", "Hardmax", "BatchNormalization", "Resize", "GroupNormalization",
             "Dropout", "AveragePool", "LpPool", "Add", "Sub", "Mul", "Div", "Pow", "PRelu", "Gemm",
             "Scatter", "Upsample"}


def means_the_same(node: onnx.NodeProto, version: int) -> bool:
    """Is the operator in opset ``version`` the one of opset 24, as far as this node uses it?"""
    schema, pinned = (onnx.defs.get_schema(node.op_type, each, "") for each in (version, OPSET))
    if schema.since_version == pinned.since_version or node.op_type == "Constant":
        return True
    if node.op_type in REDEFINED and version < 13:
        return False
    used, known = {attribute.name for attribute in node.attribute}, pinned.attributes
    same_defaults = all(str(schema.attributes[name].default_value) == str(known[name].default_value)
                        for name in set(schema.attributes) & set(known) - used)
    variadic = pinned.inputs[-1].option == onnx.defs.OpSchema.FormalParameterOption.Variadic
    return used <= set(known) and same_defaults and (variadic or len(node.input) <= len(pinned.inputs))


class Translation:
    """One ONNX model on its way to a bundle. Values get names that are legal and unique in the whole file."""

    def __init__(self, model: onnx.ModelProto):
        self.model, self.graphs, self.constants, self.taken = model, {}, {}, set()

    def result(self, inputs: list[Any], outputs: list[Any]) -> tuple[SuiteModel, Tensors, Tensors]:
        graph, scope = self.model.graph, {}
        initialized = {each.name for each in graph.initializer}
        given = [each for each in graph.input if each.name not in initialized]
        given = list(graph.input) if len(inputs) > len(given) else given
        feeds = {self.name(value.name, scope): self.tensor(array) for value, array in zip(given, inputs)}
        self.translate_graph("main", graph, scope, {value.name for value in given})
        names = [self.as_own_output(scope[value.name], feeds) for value in graph.output]
        expected = dict(zip(names, (self.tensor(each) for each in outputs)))
        weights = {name: value for name, value in self.constants.items() if name in set(self.reads())}
        document = {
            "lading": 1, "requires": [], "name": "case", "axes": {},
            "inputs": [endpoint(name, value) for name, value in feeds.items()],
            "outputs": [endpoint(name, value) for name, value in expected.items()],
            "operators": {"ai.onnx": OPSET, "lading": 1}, "graphs": self.graphs}
        return SuiteModel(document, weights), feeds, expected

    @staticmethod
    def tensor(value: Any) -> np.ndarray:
        if isinstance(value, onnx.TensorProto):
            value = onnx.numpy_helper.to_array(value)
        if not isinstance(value, (np.ndarray, np.generic)) or value.dtype.name not in SAFETENSORS_NAMES:
            raise NotTranslated(f"a value of type {getattr(value, 'dtype', type(value).__name__)}")
        return np.asarray(value)

    def name(self, name: str, scope: dict[str, str]) -> str:
        """A new name for a value that ``scope`` will know as ``name``."""
        plain = re.sub(r"[^A-Za-z0-9_.]", "_", name)[:200] or "value"
        new, count = plain, 1
        while new in self.taken:
            new, count = f"{plain}.{count}", count + 1
        self.taken.add(new)
        scope[name] = new
        return new

    def translate_graph(self, title: str, graph: onnx.GraphProto, scope: dict[str, str],
                        given: Iterable[str]) -> None:
        nodes = self.graphs.setdefault(title, [])
        for initializer in graph.initializer:
            if initializer.name not in given:
                self.constants[self.name(initializer.name, scope)] = self.tensor(initializer)
        for node in graph.node:
            if node.op_type == "Constant":
                self.constants[self.name(node.output[0], scope)] = self.tensor(constant_value(node))
            else:
                nodes.append(self.node(node, scope))

    def node(self, node: onnx.NodeProto, scope: dict[str, str]) -> dict[str, Any]:
        title = self.name(f"node_{node.op_type}", {})
        item: dict[str, Any] = {"node": title, "operator": node.op_type,
                                "inputs": [self.operand(scope[name]) if name else "" for name in node.input]}
        attributes = {each.name: self.attribute(title, node.op_type, each, scope) for each in node.attribute
                      if each.name != "consumed_inputs"}
        item["outputs"] = [self.name(name, scope) if name else "" for name in node.output]
        if node.op_type == "Split" and len(node.input) == 1:  # until opset 18 the number of outputs said it
            attributes.setdefault("num_outputs", len(node.output))
        return {**item, "attributes": attributes} if attributes else item

    def operand(self, name: str) -> str | dict[str, Any]:
        """Small constants are written in place, the others are weights."""
        value = self.constants.get(name)
        if value is None or value.ndim > 1 or value.size > 64 or value.dtype == np.float16:
            return name
        return in_place(value)

    def attribute(self, title: str, operator: str, item: onnx.AttributeProto, scope: dict[str, str]) -> Any:
        if item.type == onnx.AttributeProto.GRAPH:
            inner, graph = dict(scope), f"{title}.{item.name.removesuffix('_branch')}"
            given = {"inputs": [self.name(value.name, inner) for value in item.g.input]} if item.g.input else {}
            self.translate_graph(graph, item.g, inner, ())
            outer = set(scope.values()) | set(self.constants)
            return {"graph": graph, "outputs": [
                self.as_own_output(inner[value.name], outer, graph) for value in item.g.output], **given}
        value = onnx.helper.get_attribute_value(item)
        if (operator, item.name) in TYPE_ATTRIBUTES:
            return type_name(value)
        if isinstance(value, bytes):
            return value.decode()
        if isinstance(value, onnx.TensorProto):
            return in_place(self.tensor(value))
        if isinstance(value, float):
            return real(value)
        if item.type == onnx.AttributeProto.FLOATS:
            return [real(each) for each in value]
        if item.type == onnx.AttributeProto.STRINGS:
            return [each.decode() for each in value]
        if item.type in (onnx.AttributeProto.INT, onnx.AttributeProto.INTS):
            return value
        raise NotTranslated(f"attribute {item.name} of {operator}")

    def as_own_output(self, name: str, foreign: Iterable[str], graph: str = "main") -> str:
        """An output that is an input, a constant or an outer value itself gets an Identity in between."""
        produced = {output for node in self.graphs[graph] for output in node["outputs"]}
        if name in produced and name not in foreign:
            return name
        new = self.name(f"{name}_out", {})
        self.graphs[graph].append({"node": self.name("node_Identity", {}), "operator": "Identity",
                                   "inputs": [self.operand(name)], "outputs": [new]})
        return new

    def reads(self) -> Iterator[str]:
        for nodes in self.graphs.values():
            for node in nodes:
                yield from (each for each in node["inputs"] if isinstance(each, str))


def endpoint(name: str, value: np.ndarray) -> dict[str, Any]:
    """Numbers in ``axes`` are at least 1. Some cases feed empty tensors, but to the graph alone."""
    return {"name": name, "axes": [max(size, 1) for size in value.shape], "type": value.dtype.name}


def constant_value(node: onnx.NodeProto) -> Any:
    (item,) = node.attribute
    value = onnx.helper.get_attribute_value(item)
    if item.name == "value":
        return value
    if item.name.startswith("value_int"):
        return np.array(value, dtype=np.int64)
    if item.name.startswith("value_float"):
        return np.array(value, dtype=np.float32)
    raise NotTranslated(f"Constant with {item.name}")


def type_name(code: int) -> str:
    try:
        return str(np.dtype(onnx.helper.tensor_dtype_to_np_dtype(code)).name)
    except KeyError:
        raise NotTranslated(f"type {code}") from None


def real(value: float) -> float | str:
    """A float32 in its shortest decimals; infinities and NaN are texts."""
    return float(str(np.float32(value))) if np.isfinite(value) else str(value)


def in_place(value: np.ndarray) -> dict[str, Any]:
    """{"int64": [0, -1]}"""
    if value.dtype.kind == "f":
        items = [real(each) if value.dtype == np.float32 else each if np.isfinite(each) else str(each)
                 for each in value.ravel().tolist()]
    else:
        items = value.ravel().tolist()
    return {value.dtype.name: items if value.ndim else items[0]}


def read_by_lading(case: Case, data_set: int = 0) -> tuple[SuiteModel, Tensors, Tensors]:
    """As ``translate``, but by ``lading.sources.onnx``. Its errors say what it refuses."""
    from lading import bundle
    from lading.sources import onnx as source

    model = source.read_bytes(case.model.SerializeToString(), f"{case.name}.onnx")
    document = json.loads(bundle.to_buffers(model)[0])
    inputs, outputs = case.data[data_set]
    initialized = {each.name for each in case.model.graph.initializer}
    fed = [each.name for each in case.model.graph.input if each.name not in initialized]
    by_name = dict(zip(fed, map(Translation.tensor, inputs)))
    feeds = {ours: by_name[theirs] for ours, theirs in zip(model.inputs, fed)}
    expected = dict(zip(model.outputs, map(Translation.tensor, outputs)))
    return SuiteModel(document, model.weights), feeds, expected


# ----------------------------------------------------------------------------------------------------- runner


@dataclass
class Verdict:
    """``verdict`` is "pass", "wrong", "refused" or "crashed"; ``why`` says more for all but the first."""

    case: Case
    verdict: str
    why: str = ""

    def __str__(self) -> str:
        why = f": {self.why}" if self.why else ""
        return f"{self.verdict:8} {self.case.name} [{self.case.category}]{why}"


def judge(case: Case, engine: Engine, rtol: float | None = None, atol: float | None = None,
          translation: Translator = translate) -> tuple[str, str]:
    """Verdict and reason of one case: types and shapes exactly, numbers within the case's own tolerance."""
    for data_set in range(len(case.data)):
        try:
            model, feeds, expected = translation(case, data_set)
            outputs = engine(model, feeds)
        except Exception as error:
            return "refused", f"{type(error).__name__}: {error}".replace("\n", " ")
        for name, value in expected.items():
            why = disagreement(outputs.get(name), value, case.rtol if rtol is None else rtol,
                               case.atol if atol is None else atol)
            if why:
                return "wrong", f"output '{name}': {why}"
    return "pass", ""


def disagreement(result: Any, expected: np.ndarray, rtol: float, atol: float) -> str:
    if not isinstance(result, np.ndarray):
        return f"is {type(result).__name__}"
    if (result.dtype, result.shape) != (expected.dtype, expected.shape):
        return f"is {result.dtype} {result.shape}, not {expected.dtype} {expected.shape}"
    if expected.dtype.kind == "f":
        same = np.isclose(result, expected, rtol=rtol, atol=atol, equal_nan=True)
    else:
        same = result == expected
    if same.all():
        return ""
    first = np.argmin(same)
    found, wanted = result.flat[first], expected.flat[first]
    return f"{np.sum(~same)} of {same.size} values differ, the first is {found}, not {wanted}"


def run(cases: list[Case], engine: Engine, isolated: bool = False, seconds: float = 60,
        translation: Translator = translate) -> list[Verdict]:
    """A verdict for each case. ``isolated``: in a child process, ``seconds`` at most for one case."""
    judged = functools.partial(judge, engine=engine, translation=translation)
    if not isolated:
        return [Verdict(case, *judged(case)) for case in cases]
    verdicts: list[Verdict] = []
    while len(verdicts) < len(cases):
        verdicts += run_in_child(cases[len(verdicts):], judged, seconds)
    return verdicts


def run_in_child(cases: list[Case], judged: Callable[[Case], tuple[str, str]], seconds: float
                 ) -> list[Verdict]:
    """Verdicts up to and including the first crash. The child inherits cases and engine, hence fork."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def work() -> None:
        for case in cases:
            sender.send(judged(case))

    child = context.Process(target=work, daemon=True)
    child.start()
    sender.close()
    verdicts: list[Verdict] = []
    for case in cases:
        try:
            if not receiver.poll(seconds):
                child.kill()
                verdicts.append(Verdict(case, "crashed", f"no answer within {seconds} s"))
                break
            verdicts.append(Verdict(case, *receiver.recv()))
        except EOFError:
            child.join()
            verdicts.append(Verdict(case, "crashed", f"exit code {child.exitcode}"))
            break
    child.join()
    return verdicts


def counts(verdicts: list[Verdict]) -> dict[str, int]:
    """{"pass": 1390, "wrong": 0, "refused": 23, "crashed": 0}"""
    kinds = ("pass", "wrong", "refused", "crashed")
    return {kind: sum(each.verdict == kind for each in verdicts) for kind in kinds}


# ---------------------------------------------------------------------------------------------------- engines


def numpy_engine(model: SuiteModel, feeds: Tensors) -> Tensors:
    """``lading.bundle.evaluate``, through the bytes of a bundle's files."""
    from lading.bundle import evaluate

    document, weights = model.to_buffers()
    bundle = evaluate.Bundle(evaluate.parse_json(document, "model.json"),
                             evaluate.parse_safetensors(weights, "weights.safetensors"))
    return evaluate.run_graph(bundle, feeds)


def compiled_engine(model: SuiteModel, feeds: Tensors) -> Tensors:
    """The C++ engine; run it ``isolated``."""
    from lading.engine import _lading

    document, weights = model.to_buffers()
    session = _lading.Session(_lading.Model.from_buffers(document, np.frombuffer(weights, np.uint8), "case"))
    given = [np.array(feeds[item["name"]], order="C") for item in model.document["inputs"]]
    names = [item["name"] for item in model.document["outputs"]]
    return dict(zip(names, session.run_graph(given)))
