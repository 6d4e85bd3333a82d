"""LSTM, GRU and RNN against ONNX Runtime and the evaluator; their bits; what they refuse."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import onnx
import onnx.helper as h
import onnxruntime
import pytest
from instruction_sets import bits_on, every_instruction_set
from one_node import open_session, run_node
from onnx.reference import ReferenceEvaluator

from lading.bundle import evaluate
from lading.endpoints import Axis, Input, Output
from lading.errors import LadingError
from lading.graph import Graph, Node
from lading.model import Model

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
STATES = {"LSTM": 2, "GRU": 1, "RNN": 1}
USUAL = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}
INPUTS = ("x", "w", "r", "b", "lengths", "h", "c", "p")
#: Activations with their parameters.
OTHERS: dict[str, list[float]] = {
    "Relu": [], "Tanh": [], "Sigmoid": [], "Softsign": [], "Softplus": [], "LeakyRelu": [0.02], "Elu": [0.8],
    "HardSigmoid": [0.3, 0.4], "ThresholdedRelu": [0.2], "Affine": [0.6, 0.1], "ScaledTanh": [0.9, 0.7],
}  # fmt: skip


def tensors(operator: str, steps: int = 6, batch: int = 3, inputs: int = 5, hidden: int = 7, directions: int = 1,
            bias: bool = True, lengths: Any = None, initial: bool = False, peepholes: bool = False, layout: int = 0,
            dtype: Any = np.float32) -> list[Any]:  # fmt: skip
    """Operands in ONNX order, None for those that are omitted."""
    rng = np.random.default_rng(steps + 10 * batch + hidden)
    width = GATES[operator] * hidden

    def normal(*shape: int) -> np.ndarray:
        return (0.5 * rng.normal(size=shape)).astype(dtype)

    x = normal(batch, steps, inputs) if layout else normal(steps, batch, inputs)
    state = (batch, directions, hidden) if layout else (directions, batch, hidden)
    recurrence = normal(directions, width, hidden) / np.sqrt(hidden).astype(dtype)  # not chaotic
    found: list[Any] = [x, normal(directions, width, inputs), recurrence,
                        normal(directions, 2 * width) if bias else None,
                        np.asarray(lengths, np.int32) if lengths is not None else None,
                        normal(*state) if initial else None]  # fmt: skip
    if operator == "LSTM":
        found += [normal(*state) if initial else None, normal(directions, 3 * hidden) if peepholes else None]
    while found[-1] is None:
        found.pop()
    return found


CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {}
for each in GATES:
    CASES |= {
        f"{each}": (each, {}, {}),
        f"{each}, no bias": (each, {"bias": False}, {}),
        f"{each}, reverse": (each, {}, {"direction": "reverse"}),
        f"{each}, both directions": (each, {"directions": 2}, {"direction": "bidirectional"}),
        f"{each}, lengths": (each, {"lengths": [6, 0, 3]}, {}),
        f"{each}, lengths, reverse": (each, {"lengths": [1, 6, 3]}, {"direction": "reverse"}),
        f"{each}, lengths, initial, both": (each, {"lengths": [2, 6, 0], "directions": 2, "initial": True},
                                            {"direction": "bidirectional"}),
        f"{each}, initial": (each, {"initial": True}, {}),
        f"{each}, one step of many": (each, {"steps": 1, "batch": 40}, {}),
        f"{each}, many steps of one": (each, {"steps": 70, "batch": 1, "hidden": 33}, {}),
        f"{each}, many of both": (each, {"steps": 11, "batch": 65, "hidden": 17}, {}),
        f"{each}, clip": (each, {"initial": True}, {"clip": 0.3}),
        f"{each}, wide": (each, {"inputs": 130, "hidden": 40}, {}),
    }  # fmt: skip
    for name, numbers in OTHERS.items():
        said = {key: [number] for key, number in zip(("activation_alpha", "activation_beta"), numbers, strict=False)}
        CASES[f"{each}, {name}"] = (each, {"initial": True}, {"activations": [name, *USUAL[each][1:]], **said})
# Blocks of rows, and rows that are left: their states, their ends and their beginnings.
RAGGED = [row * 5 % 12 for row in range(77)]
for each, linear in (("LSTM", {}), ("GRU", {"linear_before_reset": 1}), ("RNN", {})):
    many: dict[str, Any] = {"steps": 11, "batch": 77, "hidden": 17, "inputs": 35, "directions": 2}
    said = {"direction": "bidirectional", **linear}
    CASES |= {
        f"{each}, blocks": (each, {"steps": 5, "batch": 77, "hidden": 30}, linear),
        f"{each}, a block and a few": (each, {**many, "batch": 44}, said),
        f"{each}, blocks, initial, both": (each, {**many, "initial": True}, said),
        f"{each}, blocks, lengths, both": (each, {**many, "lengths": RAGGED}, said),
        f"{each}, blocks, lengths, initial, both": (each, {**many, "lengths": RAGGED, "initial": True}, said),
    }
CASES |= {
    "GRU, linear": ("GRU", {}, {"linear_before_reset": 1}),
    "GRU, linear, initial, both": ("GRU", {"initial": True, "directions": 2},
                                   {"linear_before_reset": 1, "direction": "bidirectional"}),
    "GRU, linear, lengths": ("GRU", {"lengths": [0, 5, 6]}, {"linear_before_reset": 1}),
    "GRU, linear, Relu": ("GRU", {}, {"linear_before_reset": 1, "activations": ["Sigmoid", "Relu"]}),
    "LSTM, peepholes": ("LSTM", {"peepholes": True, "initial": True}, {}),
    "LSTM, coupled": ("LSTM", {"initial": True}, {"input_forget": 1}),
    "LSTM, HardSigmoid of Keras": ("LSTM", {}, {"activations": ["HardSigmoid", "Tanh", "Tanh"],
                                                "activation_alpha": [0.2], "activation_beta": [0.5]}),
    "LSTM, all with parameters": ("LSTM", {}, {"activations": ["HardSigmoid", "ScaledTanh", "LeakyRelu"],
                                               "activation_alpha": [0.3, 0.7, 0.1], "activation_beta": [0.4, 0.9]}),
}  # fmt: skip

#: Where ONNX Runtime does otherwise than the specification (it has no layout 1 either).
RUNTIME_DIFFERS = {
    "LSTM, clip": "does not clip all inputs of activations",
    **{f"{each}{blocks}, lengths, initial, both": "gives 0, not the initial state, of an empty sequence"
       for each in GATES for blocks in ("", ", blocks")},
}


def expected(operator: str, inputs: list[Any], attributes: dict[str, Any]) -> list[np.ndarray]:
    """What the evaluator gives in double precision."""
    wide = [x.astype(np.float64) if x is not None and x.dtype == np.float32 else x for x in inputs]
    return [np.asarray(y) for y in evaluate.OPERATORS[operator](*wide, hidden_size=inputs[2].shape[2], **attributes)]


def runtime(operator: str, inputs: list[Any], attributes: dict[str, Any]) -> list[np.ndarray]:
    names = [name if x is not None else "" for name, x in zip(INPUTS, inputs, strict=False)]
    results = [f"y{i}" for i in range(1 + STATES[operator])]
    node = h.make_node(operator, names, results, hidden_size=inputs[2].shape[2], **attributes)
    fed = {name: x for name, x in zip(names, inputs, strict=True) if x is not None}
    given = [h.make_tensor_value_info(name, h.np_dtype_to_tensor_dtype(x.dtype), x.shape) for name, x in fed.items()]
    made = [h.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in results]
    model = h.make_model(h.make_graph([node], "g", given, made), opset_imports=[h.make_opsetid("", 14)], ir_version=8)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, fed)


def ours(operator: str, inputs: list[Any], attributes: dict[str, Any], constant: bool = True) -> list[np.ndarray]:
    weights = [i for i in (1, 2, 3) if constant and i < len(inputs) and inputs[i] is not None]
    return run_node(operator, inputs, 1 + STATES[operator], weights, hidden_size=inputs[2].shape[2], **attributes)


def near(found: list[np.ndarray], wanted: list[np.ndarray], tolerance: float) -> None:
    for one, other in zip(found, wanted, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("case", CASES)
def test_as_the_specification_says(case: str) -> None:
    operator, sizes, attributes = CASES[case]
    inputs = tensors(operator, **sizes)
    wanted = expected(operator, inputs, attributes)
    near(ours(operator, inputs, attributes), wanted, 3e-6)
    double = [x.astype(np.float64) if x is not None and x.dtype == np.float32 else x for x in inputs]
    near(ours(operator, double, attributes), wanted, 1e-12)


@pytest.mark.parametrize("case", [case for case in CASES if case not in RUNTIME_DIFFERS])
def test_as_onnx_runtime(case: str) -> None:
    operator, sizes, attributes = CASES[case]
    inputs = tensors(operator, **sizes)
    near(ours(operator, inputs, attributes), runtime(operator, inputs, attributes), 5e-6)


def reference(operator: str, inputs: list[Any], attributes: dict[str, Any]) -> list[np.ndarray]:
    names = [name if x is not None else "" for name, x in zip(INPUTS, inputs, strict=False)]
    results = [f"y{i}" for i in range(1 + STATES[operator])]
    node = h.make_node(operator, names, results, hidden_size=inputs[2].shape[2], **attributes)
    fed = {name: x for name, x in zip(names, inputs, strict=True) if x is not None}
    given = [h.make_tensor_value_info(name, h.np_dtype_to_tensor_dtype(x.dtype), x.shape) for name, x in fed.items()]
    made = [h.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, None) for name in results]
    model = h.make_model(h.make_graph([node], "g", given, made), opset_imports=[h.make_opsetid("", 22)])
    return ReferenceEvaluator(model).run(None, fed)


# The reference of the onnx package knows neither lengths nor other activations, clips and coupled gates.
@pytest.mark.parametrize("layout", [0, 1])
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("operator", ["LSTM", "LSTM with peepholes", "GRU", "GRU linear", "RNN"])
@pytest.mark.parametrize("initial", [False, True])
def test_as_the_reference_in_double_precision(operator: str, direction: str, layout: int, initial: bool) -> None:
    operator, _, kind = operator.partition(" ")
    attributes: dict[str, Any] = {"direction": direction, "layout": layout}
    if operator == "GRU":
        attributes["linear_before_reset"] = int(kind == "linear")
    directions = 1 + (direction == "bidirectional")
    inputs = tensors(operator, initial=initial, directions=directions, layout=layout, peepholes=bool(kind),
                     dtype=np.float64)  # fmt: skip
    wanted = reference(operator, inputs, attributes)
    near(ours(operator, inputs, attributes), wanted, 1e-12)
    near(ours(operator, [None if x is None else x.astype(np.float32) for x in inputs], attributes), wanted, 3e-6)


@pytest.mark.parametrize("operator", GATES)
def test_each_output_may_be_left_out(operator: str) -> None:
    inputs = tensors(operator, directions=2, lengths=[6, 0, 3])
    whole = ours(operator, inputs, {"direction": "bidirectional"})
    for wanted in itertools.product([False, True], repeat=len(whole)):
        if not any(wanted):
            continue
        names = [f"y{i}" if want else "" for i, want in enumerate(wanted)]
        while not names[-1]:
            names.pop()
        found = run_node(operator, inputs, names, (1, 2, 3), direction="bidirectional")
        for one, other in zip(found, itertools.compress(whole, wanted), strict=True):
            np.testing.assert_array_equal(one, other)


# With gates that are not bounded, states grow with every step: large numbers are not ordinary there.
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("case", "scale"), [
    *[(case, 1) for case in CASES],
    *[(case, 1000) for case in CASES if "activations" not in CASES[case][2]]])  # fmt: skip
def test_ordinary_numbers_raise_no_floating_point_exception(case: str, scale: int, dtype: Any) -> None:
    operator, sizes, attributes = CASES[case]
    given = tensors(operator, **sizes, dtype=dtype)
    feeds = {name: x for name, x in zip(INPUTS, given, strict=False) if x is not None}
    feeds["x"] = feeds["x"] * dtype(scale)
    names = [name if x is not None else "" for name, x in zip(INPUTS, given, strict=False)]
    node = {"node": "n", "operator": operator, "inputs": names, "outputs": ["y"],
            "attributes": {"layout": 0, **attributes}}  # fmt: skip
    weights = {name: feeds.pop(name) for name in ("w", "r", "b") if name in feeds}
    session = open_session([node], feeds, ["y"], weights)
    assert np.isfinite(session.run_graph(list(feeds.values()))[0]).all()
    assert session.flags == 0


def test_nan_stays_in_its_entry() -> None:
    for operator in GATES:
        inputs = tensors(operator)
        clean = ours(operator, inputs, {})[0]
        inputs[0][2, 1, 0] = np.nan
        found = ours(operator, inputs, {})[0]
        assert np.isnan(found[2:, :, 1]).all()
        np.testing.assert_array_equal(found[:, :, [0, 2]], clean[:, :, [0, 2]])
        np.testing.assert_array_equal(found[:2], clean[:2])


def test_names_of_activations_in_any_case() -> None:
    inputs = tensors("LSTM")
    for one, other in zip(ours("LSTM", inputs, {"activations": ["sigmoid", "TANH", "tanh"]}),
                          ours("LSTM", inputs, {}), strict=True):  # fmt: skip
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", CASES)
def test_computed_weights_give_the_same_bits_as_constant_ones(case: str, dtype: Any) -> None:
    operator, sizes, attributes = CASES[case]
    inputs = tensors(operator, **sizes, dtype=dtype)
    for one, other in zip(ours(operator, inputs, attributes), ours(operator, inputs, attributes, False), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("times", [1, 9])
@pytest.mark.parametrize("operator", GATES)
def test_batch_first_is_the_same_turned(operator: str, times: int) -> None:
    inputs = tensors(operator, batch=3 * times, initial=True, directions=2, lengths=[2, 6, 4] * times)
    plain = ours(operator, inputs, {"direction": "bidirectional"})
    turned = [x.swapaxes(0, 1) if i in (0, 5, 6) and x is not None else x for i, x in enumerate(inputs)]
    found = ours(operator, turned, {"direction": "bidirectional", "layout": 1})
    np.testing.assert_array_equal(found[0], plain[0].transpose(2, 0, 1, 3))
    for one, other in zip(found[1:], plain[1:], strict=True):
        np.testing.assert_array_equal(one, other.swapaxes(0, 1))


@pytest.mark.parametrize("operator", GATES)
def test_no_steps_give_an_empty_output_and_the_initial_states(operator: str) -> None:
    inputs = tensors(operator, steps=0, initial=True)
    found = ours(operator, inputs, {})
    assert found[0].shape == (0, 1, 3, 7)
    np.testing.assert_array_equal(found[1], inputs[5])
    assert ours(operator, tensors(operator, batch=0), {})[0].shape == (6, 1, 0, 7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("linear", [0, 1])
@pytest.mark.parametrize("operator", GATES)
def test_an_entry_has_the_same_bits_alone_and_in_a_batch(operator: str, linear: int, dtype: Any) -> None:
    attributes = {"linear_before_reset": linear} if operator == "GRU" else {}
    inputs = tensors(operator, steps=9, batch=70, hidden=33, dtype=dtype)
    together = ours(operator, inputs, attributes)
    for entry in (0, 13, 69):
        alone = ours(operator, [inputs[0][:, entry : entry + 1], *inputs[1:]], attributes)
        np.testing.assert_array_equal(alone[0], together[0][:, :, entry : entry + 1])


@pytest.mark.parametrize("operator", GATES)
def test_a_cut_sequence_has_the_same_bits_as_a_short_one(operator: str) -> None:
    inputs = tensors(operator, steps=9, batch=2, lengths=[4, 9])
    short = ours(operator, [inputs[0][:4, :1], *inputs[1:4], np.int32([4])], {})
    cut = ours(operator, inputs, {})
    np.testing.assert_array_equal(cut[0][:4, :, :1], short[0])
    np.testing.assert_array_equal(cut[1][:, :1], short[1])
    assert not cut[0][4:, :, :1].any()


def every_case() -> bytes:
    """The bits of all cases in both precisions on the instruction set of this process."""
    return b"".join(y.tobytes() for operator, sizes, attributes in CASES.values() for dtype in (np.float32, np.float64)
                    for y in ours(operator, tensors(operator, **sizes, dtype=dtype), attributes))


@every_instruction_set
def test_same_bits_on_every_instruction_set(isa: str) -> None:
    assert bits_on(isa, "test_recurrent", "every_case()") == every_case()


L = tensors("LSTM", lengths=[1, 2, 3])
REFUSED: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("LSTM", L, {"direction": "sideways"}, "'direction'.*must be one of|'direction' is 'sideways'"),
    ("LSTM", L, {"activations": ["Sigmoid"]}, "'activations' has 1 name; it needs 3 for each of 1 direction"),
    ("LSTM", L, {"activations": ["Sigmoid", "Tanh", "Tanj"]}, "'activations' has 'Tanj'; it must be one of Relu, Tanh"),
    ("LSTM", L, {"clip": -1.0}, "'clip' is -1; it cannot be negative"),
    ("LSTM", L, {"layout": 2}, "'layout' is 2; it must be 0 or 1"),
    ("LSTM", [L[0][0], *L[1:]], {}, "input 0"),
    ("LSTM", [L[0], L[1][:, :5], *L[2:]], {}, r"the weights W \(input 1\) must have shape"),
    ("LSTM", [L[0], L[1], L[2][:, :, :3], *L[3:]], {}, r"the weights R \(input 2\) must have shape"),
    ("LSTM", [*L[:3], L[3][:, :4], L[4]], {}, r"the bias B \(input 3\) must have shape"),
    ("LSTM", [*L[:4], np.int32([1, 2])], {}, r"the sequence lengths \(input 4\) must have shape \[3\]"),
    ("LSTM", [*L[:4], np.int32([1, 7, 2])], {}, "sequence 1 has length 7; there are 6 steps"),
    ("LSTM", [*L[:4], np.int32([1, -1, 2])], {}, "sequence 1 has length -1; there are 6 steps"),
    ("LSTM", [L[0].astype(np.float64), *L[1:]], {}, "must be the same type"),
    ("LSTM", [*L[:4], np.int64([1, 2, 3])], {}, "input 4 is int64; it must be int32"),
    ("LSTM", L, {"hidden_size": 9}, r"'hidden_size' is 9, but the weights R \(input 2\) are made for 7 units"),
    ("LSTM", [*L, L[0]], {}, r"the initial state \(input 5\) must have shape \[1, 3, 7\], directions, batch, hidden"),
    ("LSTM", [*L, None, L[0]], {"layout": 1}, "sequence lengths|must have shape"),
    ("LSTM", [*L, None, None, np.float32([[1, 2, 3]])], {},
     r"the peepholes P \(input 7\) must have shape \[1, 21\], directions, 3 \* hidden; the shape is \[1, 3\]"),
    ("LSTM", L, {"direction": "bidirectional"},
     r"must have shape \[2, 4 \* hidden, hidden\], the first axis for directions"),
    ("LSTM", L, {"activations": ["Sigmoid", "LeakyRelu", "Tanh"], "activation_alpha": [0.0, 0.1]},
     "'activation_alpha' has 2 numbers, but only 1 of the activations takes one"),
    ("LSTM", L, {"activations": "Tanh"}, "'activations' must be a list of texts"),
    ("LSTM", L[:2], {}, "input 2 is missing; the node needs 3 inputs"),
]


@pytest.mark.parametrize(("operator", "inputs", "attributes", "text"), REFUSED)
def test_what_is_refused(operator: str, inputs: list[Any], attributes: dict[str, Any], text: str) -> None:
    with pytest.raises(LadingError, match=text):
        run_node(operator, inputs, 3, **attributes)


def last_step() -> Model:
    """The output of the last track, as exporters write it."""
    model = Model("last", axes={"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet")},
                  input_list=[Input("tracks", ["jet", "track", 5])],
                  output_list=[Output("score", ["jet", 7])])  # fmt: skip
    _, model.weights["w"], model.weights["r"], model.weights["b"] = tensors("LSTM")
    model.graphs["main"] = Graph([
        Node("turn", "Transpose", ["tracks"], ["t"], {"perm": [1, 0, 2]}),
        Node("lstm", "LSTM", ["t", "w", "r", "b"], ["y"]),
        Node("squeeze", "Squeeze", ["y", np.array([1])], ["s"]), Node("last", "Gather", ["s", np.array(-1)], ["score"]),
    ])  # fmt: skip
    return model


def test_the_last_step_of_an_empty_sequence() -> None:
    counts = np.array([2, 0, 3])
    tracks = np.float32(np.random.default_rng(1).normal(size=(5, 5)))
    with pytest.raises(LadingError, match=r"'last'.*index -1.*length 0.*empty sequence.*'when_empty' of the output"):
        last_step().run({"tracks": (tracks, counts)})
    model = last_step()
    model.output_list[0].when_empty = {"track": [0.5] * 7}
    found = np.asarray(model.run({"tracks": (tracks, counts)})["score"])
    np.testing.assert_array_equal(found[1], np.float32([0.5] * 7))
    assert (found[[0, 2]] != 0.5).all()
