"""Random ONNX graphs: the engine gives what ONNX Runtime gives, and a file with something wrong in it one error."""

from __future__ import annotations

import numpy as np
import onnx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx_files import file, node, normal, read, runtime

from lading.errors import LadingError

ENTRIES = 5
WIDTHS = st.integers(1, 9)
ELEMENTWISE = ("Relu", "Tanh", "Sigmoid", "Neg", "Abs", "Exp", "Softplus", "Elu", "LeakyRelu", "HardSigmoid",
               "Identity", "Floor", "Erf", "Softsign")  # fmt: skip
BINARY = ("Add", "Sub", "Mul", "Max", "Min")
#: Since version 13 every operator here has the form that it has at the pin.
OPSETS = st.integers(13, 22)


class Drawn:
    """A graph that grows node by node; values and their widths: (batch, width), ``deep`` ones (batch, 4, width)."""

    def __init__(self, data: st.DataObject):
        self.draw = data.draw
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, np.ndarray] = {}
        self.inputs: dict[str, list[object]] = {}
        self.values: list[tuple[str, int]] = []
        self.deep: list[tuple[str, int]] = []
        for i in range(self.draw(st.integers(1, 2))):
            width = self.draw(WIDTHS)
            self.inputs[f"x{i}"] = ["batch", width]
            self.values.append((f"x{i}", width))
        if self.draw(st.booleans()):
            width = self.draw(WIDTHS)
            self.inputs["tracks"] = ["batch", 4, width]
            self.deep.append(("tracks", width))

    def weight(self, *shape: int) -> str:
        name = f"w{len(self.weights)}"
        self.weights[name] = np.float32(normal(*shape, seed=len(self.weights)) / max((1, *shape[:1])) ** 0.5)
        return name

    def integers(self, *numbers: int) -> str:
        name = f"w{len(self.weights)}"
        self.weights[name] = np.array(numbers, np.int64)
        return name

    def add(self, operator: str, inputs: str, width: int, deep: bool, **attributes: object) -> None:
        name = f"v{len(self.nodes)}"
        self.nodes.append(node(operator, inputs, name, name=f"node_{len(self.nodes)}", **attributes))
        (self.deep if deep else self.values).append((name, width))

    def step(self) -> None:
        deep = bool(self.deep) and self.draw(st.booleans())
        x, width = self.draw(st.sampled_from(self.deep if deep else self.values))
        kind = self.draw(st.sampled_from(
            ("elementwise", "binary", "constant", "dense", "gemm", "join", "slice", "softmax", "norm", "pool", "choice",
             "reshape", "turn")))  # fmt: skip
        getattr(self, kind)(x, width, deep)

    def elementwise(self, x: str, width: int, deep: bool) -> None:
        self.add(self.draw(st.sampled_from(ELEMENTWISE)), x, width, deep)

    def like(self, width: int, deep: bool) -> str:
        """A value of this width."""
        values = self.deep if deep else self.values
        return self.draw(st.sampled_from([name for name, other in values if other == width]))

    def binary(self, x: str, width: int, deep: bool) -> None:
        self.add(self.draw(st.sampled_from(BINARY)), f"{x} {self.like(width, deep)}", width, deep)

    def constant(self, x: str, width: int, deep: bool) -> None:
        shape = self.draw(st.sampled_from([(width,), (1,), (), (1, width)]))
        self.add(self.draw(st.sampled_from(BINARY)), f"{x} {self.weight(*shape)}", width, deep)

    def dense(self, x: str, width: int, deep: bool) -> None:
        outputs = self.draw(WIDTHS)
        self.add("MatMul", f"{x} {self.weight(width, outputs)}", outputs, deep)

    def gemm(self, x: str, width: int, deep: bool) -> None:
        if deep:
            return
        outputs, turned = self.draw(WIDTHS), self.draw(st.booleans())
        weight = self.weight(*((outputs, width) if turned else (width, outputs)))
        bias = " " + self.weight(outputs) if self.draw(st.booleans()) else ""
        factor = self.draw(st.sampled_from([1.0, 0.5]))
        self.add("Gemm", f"{x} {weight}{bias}", outputs, False, transB=int(turned), alpha=factor)

    def join(self, x: str, width: int, deep: bool) -> None:
        other, more = self.draw(st.sampled_from(self.deep if deep else self.values))
        if width + more < 40:
            self.add("Concat", f"{x} {other}", width + more, deep, axis=-1)

    def slice(self, x: str, width: int, deep: bool) -> None:
        begin = self.draw(st.integers(0, width - 1))
        end = self.draw(st.integers(begin + 1, width))
        self.add("Slice", f"{x} {self.integers(begin)} {self.integers(end)} {self.integers(-1)}", end - begin, deep)

    def softmax(self, x: str, width: int, deep: bool) -> None:
        self.add(self.draw(st.sampled_from(["Softmax", "LogSoftmax"])), x, width, deep, axis=-1)

    def norm(self, x: str, width: int, deep: bool) -> None:
        if not deep:
            scale, shift, mean, variance = (self.weight(width) for _ in range(4))
            self.weights[variance] = np.abs(self.weights[variance]) + np.float32(0.5)
            self.add("BatchNormalization", f"{x} {scale} {shift} {mean} {variance}", width, False)

    def pool(self, x: str, width: int, deep: bool) -> None:
        if deep:
            self.add("ReduceSum", f"{x} {self.integers(1)}", width, False, keepdims=0)

    def choice(self, x: str, width: int, deep: bool) -> None:
        same = self.like(width, deep)
        self.nodes.append(node("Less", f"{x} {same}", f"c{len(self.nodes)}", name=f"less_{len(self.nodes)}"))
        self.add("Where", f"c{len(self.nodes) - 1} {x} {same}", width, deep)

    def reshape(self, x: str, width: int, deep: bool) -> None:
        if deep and width * 4 < 40:
            self.add("Reshape", f"{x} {self.integers(0, 4 * width)}", 4 * width, False)
        elif not deep and width % 4 == 0:
            self.add("Reshape", f"{x} {self.integers(0, 4, width // 4)}", width // 4, True)

    def turn(self, x: str, width: int, deep: bool) -> None:
        if deep and width == 4:
            self.add("Transpose", x, 4, True, perm=[0, 2, 1])

    def outputs(self) -> dict[str, None]:
        """The last value of each kind, if a node made it."""
        made = [name for values in (self.values, self.deep) for name, _ in values[-1:] if name.startswith("v")]
        return dict.fromkeys(made)


def drawn(data: st.DataObject) -> tuple[bytes, dict[str, np.ndarray]]:
    graph = Drawn(data)
    for _ in range(data.draw(st.integers(1, 10))):
        graph.step()
    if not graph.outputs():
        graph.add("Relu", graph.values[0][0], graph.values[0][1], False)
    read_by = {name for made in graph.nodes for name in made.input} | set(graph.outputs())
    inputs = {name: shape for name, shape in graph.inputs.items() if name in read_by}
    weights = {name: array for name, array in graph.weights.items() if name in read_by}
    tensors = {name: normal(ENTRIES, *shape[1:], seed=9) for name, shape in inputs.items()}  # type: ignore[misc]
    return file(graph.nodes, inputs, graph.outputs(), weights, data.draw(OPSETS)), tensors


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_onnx_runtime_gives(data):
    content, tensors = drawn(data)
    expected = runtime(content, tensors)
    model = read(content)
    found = model.session().run_graph(tensors)
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert found[name].shape == array.shape
        scale = np.abs(array).max(initial=1.0)
        np.testing.assert_allclose(found[name], array, rtol=0, atol=2e-5 * scale, err_msg=name)


FAULTS = ("operator", "input", "output", "attribute", "drop", "lengths", "domain", "type", "twice")
OPERATORS = ("Gemm", "Conv", "Reshape", "LSTM", "Nothing", "If", "TopK", "Concat", "Split")
ATTRIBUTES = ("axis", "axes", "perm", "alpha", "to", "transB", "nonsense", "epsilon", "keepdims")


def spoiled(data: st.DataObject, content: bytes) -> bytes:
    """The file with one thing wrong, or with one that does not matter."""
    made = onnx.load_model_from_string(content)
    victim = data.draw(st.sampled_from(list(made.graph.node)))
    names = [name for each in made.graph.node for name in [*each.input, *each.output]] + ["nowhere", ""]
    what = data.draw(st.sampled_from(FAULTS))
    if what == "operator":
        victim.op_type = data.draw(st.sampled_from(OPERATORS))
    elif what == "input" and victim.input:
        victim.input[data.draw(st.integers(0, len(victim.input) - 1))] = data.draw(st.sampled_from(names))
    elif what == "output":
        victim.output[0] = data.draw(st.sampled_from(names))
    elif what == "attribute":
        name = data.draw(st.sampled_from(ATTRIBUTES))
        value = data.draw(st.sampled_from([-7, 2**62, 0.5, "text", [0, 0], [1.5], [2, 1, 0]]))
        kept = [each for each in victim.attribute if each.name != name]
        del victim.attribute[:]
        victim.attribute.extend([*kept, onnx.helper.make_attribute(name, value)])
    elif what == "drop":
        made.graph.node.remove(victim)
    elif what == "lengths" and made.graph.initializer:
        made.graph.initializer[0].dims.append(data.draw(st.sampled_from([0, 1, 2, 10**9, -1])))
    elif what == "domain":
        victim.domain = data.draw(st.sampled_from(["ai.onnx.ml", "com.microsoft", "nowhere"]))
    elif what == "type" and made.graph.initializer:
        made.graph.initializer[-1].data_type = data.draw(st.integers(0, 30))
    elif what == "twice":
        made.graph.node.append(victim)
    return bytes(made.SerializeToString())


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_one_wrong_thing_is_an_error_or_does_no_harm(data):
    """Where the file is read and runs nevertheless, ONNX Runtime gives the same numbers, or reads it more strictly."""
    content, tensors = drawn(data)
    content = spoiled(data, content)
    try:
        found = read(content).session().run_graph(tensors)
    except LadingError as error:
        assert str(error).startswith(("network.onnx", "node '")), error
        return
    try:
        expected = runtime(content, tensors)
    except Exception:  # stricter, about types and names that do no harm
        return
    for name, array in expected.items():
        if name in found and np.isfinite(array).all():
            scale = np.abs(array).max(initial=1.0)
            np.testing.assert_allclose(found[name], array, rtol=0, atol=2e-5 * scale, err_msg=name)
