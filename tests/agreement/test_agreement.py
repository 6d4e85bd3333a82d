"""A conversion is compared with its source: what agrees, what does not, and who is right."""

from __future__ import annotations

import json

import numpy as np
import pytest
from onnx_files import file, node, normal

from lading.agreement import OracleFailed, compare
from lading.agreement.cases import cases_of
from lading.agreement.events import made_up_events
from lading.describe import apply
from lading.endpoints import Axis, Input, Mask, Output, Variable
from lading.errors import AgreementError
from lading.evaluation import evaluator
from lading.graph import Graph, Node
from lading.model import Model
from lading.sources import onnx as source
from lading.sources.onnx_file.oracle import OnnxOracle


def dense_file(path):
    made = [node("Gemm", "x w b", "h"), node("Softmax", "h", "y", axis=-1)]
    path.write_bytes(file(made, {"x": ["batch", 3]}, {"y": ["batch", 2]}, {"w": normal(3, 2), "b": normal(2)}))
    return path


@pytest.fixture
def dense(tmp_path):
    path = dense_file(tmp_path / "net.onnx")
    oracle = OnnxOracle(path)
    yield source.read(path), oracle
    oracle.close()


class Fake:
    """An oracle made of functions of one array; outputs and inputs are called y and x."""

    name = "the oracle"

    def __init__(self, single, double=None):
        self._single, self._double = single, double

    def run(self, tensors):
        return {"y": self._single(tensors["x"])}

    def run_double(self, tensors):
        if self._double is None:
            raise OracleFailed("no double precision here")
        return {"y": self._double(tensors["x"])}

    def close(self):
        pass


def relu(axes=("entry", 3), operator="Relu"):
    model = Model(name="m", graphs={"main": Graph([Node("r", operator, ["x"], ["y"])])})
    model.axes = {"entry": Axis("entry", "entry")}
    if "n" in axes:
        model.axes["n"] = Axis("n", "sequence", of="entry")
    model.input_list, model.output_list = [Input("x", list(axes))], [Output("y", list(axes))]
    return model


def check(model, oracle):
    return compare(model, oracle, evaluator(model))


def test_shapes_without_numbers_do_not_decide_but_types_do():
    model = relu(("entry", "n", 3))
    shapes = lambda x: np.maximum(x, 0) if x.size else np.zeros((0, 9), x.dtype)  # noqa: E731
    assert any("n 0" in name for name in check(model, Fake(shapes)).compared)
    with pytest.raises(AgreementError, match=r"is float32 \[\d+, 0, 3\], the oracle gives float64 \[\d+, 0, 3\]"):
        check(model, Fake(lambda x: shapes(x) if x.size else np.zeros((0, 9))))
    with pytest.raises(AgreementError, match="the oracle gives float32"):
        check(model, Fake(lambda x: np.maximum(x, 0) if x.size else np.zeros((1, 9), x.dtype)))


# ----------------------------------------------------------------------------------- with ONNX Runtime


def test_a_right_conversion_agrees(dense):
    model, oracle = dense
    agreement = check(model, oracle)
    assert agreement.worst < 1e-6 and agreement.oracle.startswith(("ONNX Runtime", "onnx.reference"))
    assert {"batch 1", "batch 7", "batch 64", "zeros, batch 7", "large numbers, batch 7"} == set(agreement.compared)
    assert "agrees with" in str(agreement) and "5 cases" in str(agreement)
    json.dumps(agreement.as_json())


def test_a_wrong_weight_is_found(dense):
    model, oracle = dense
    name = next(name for name, array in model.weights.items() if array.ndim == 2)
    model.weights[name] = model.weights[name] * np.float32(1.0001)
    differs = r"output 'y', .*: differs from .* of its scale; from double precision it is"
    with pytest.raises(AgreementError, match=differs):
        check(model, oracle)


def test_renamed_and_joined_endpoints_are_compared_too(tmp_path):
    made = [node("ReduceSum", "x", "m_b", keepdims=0), node("ReduceMax", "x", "m_c", keepdims=0)]
    (tmp_path / "net.onnx").write_bytes(file(made, {"x": ["n", 3]}, {"m_b": [], "m_c": []}))
    model = apply(source.read(tmp_path / "net.onnx"), {
        "inputs": [{"of": "x", "name": "tracks"}],
        "outputs": [{"name": "m", "labels": [{"label": "p_c", "of": "m_c"}, {"label": "p_b", "of": "m_b"}]}],
    })  # fmt: skip
    oracle = OnnxOracle(tmp_path / "net.onnx")
    try:
        assert check(model, oracle).worst < 1e-6
    finally:
        oracle.close()


def test_what_the_oracle_cannot_run_is_said(tmp_path):
    """TopK needs at least five elements."""
    nodes = [node("TopK", "x k", "v i", axis=1), node("ReduceSum", "v one", "y", keepdims=0)]
    data = file(nodes, {"x": ["batch", "n", 2]}, {"y": ["batch", 2]}, {"k": np.array([5]), "one": np.array([1])})
    (tmp_path / "net.onnx").write_bytes(data)
    oracle = OnnxOracle(tmp_path / "net.onnx")
    model = source.read(tmp_path / "net.onnx")
    try:
        agreement = check(model, oracle)
    finally:
        oracle.close()
    assert "batch 7, n 40" in agreement.compared and "batch 7, n 2" in agreement.not_compared
    assert "TopK" in str(agreement)


def test_an_oracle_that_breaks_down_is_started_again(dense):
    _, oracle = dense
    x = {"x": normal(2, 3)}
    first = oracle.run(x)["y"]
    oracle._single._process.kill()
    with pytest.raises(OracleFailed, match="broke down"):
        oracle.run(x)
    assert np.array_equal(oracle.run(x)["y"], first)


def test_the_reference_of_onnx_steps_in(tmp_path, monkeypatch):
    import importlib.util

    find = importlib.util.find_spec

    def without_runtime(name, *more):
        return None if name == "onnxruntime" else find(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", without_runtime)
    path = dense_file(tmp_path / "net.onnx")
    oracle = OnnxOracle(path)
    try:
        assert oracle.name.startswith("onnx.reference")
        assert check(source.read(path), oracle).worst < 1e-6
    finally:
        oracle.close()


def test_double_precision_is_double_throughout(dense):
    _, oracle = dense
    x = normal(4, 3)
    single, double = oracle.run({"x": x})["y"], oracle.run_double({"x": x})["y"]
    assert double.dtype == np.float64
    assert 0 < np.abs(single - double).max() < 1e-6


@pytest.mark.parametrize("opset", [7, 9, 15])
def test_double_precision_normalises_as_after_training(tmp_path, opset):
    mean, variance = normal(3), np.abs(normal(3, seed=4))
    weights = {"s": normal(3, seed=5), "b": normal(3, seed=6), "m": mean, "v": variance}
    made = [node("BatchNormalization", "x s b m v", "y", momentum=0.1)]
    path = tmp_path / "net.onnx"
    path.write_bytes(file(made, {"x": ["batch", 3, 4]}, {"y": ["batch", 3, 4]}, weights, opset))
    oracle, x = OnnxOracle(path), normal(5, 3, 4, seed=7)
    np.testing.assert_allclose(oracle.run_double({"x": x})["y"], oracle.run({"x": x})["y"], rtol=1e-5, atol=1e-6)
    oracle.close()


def test_double_precision_takes_files_out_of_order(tmp_path):
    made = [node("Neg", "h", "y"), node("Identity", "nowhere", "nothing"), node("Relu", "x", "h")]
    path = tmp_path / "net.onnx"
    path.write_bytes(file(made, {"x": ["batch", 3]}, {"y": ["batch", 3]}))
    oracle, x = OnnxOracle(path), normal(5, 3)
    np.testing.assert_array_equal(oracle.run_double({"x": x})["y"], -np.maximum(x, 0).astype(np.float64))
    oracle.close()


def test_double_precision_knows_the_activations_of_recurrent_layers(tmp_path):
    weights = {"w": normal(1, 8, 3), "r": normal(1, 8, 2, seed=4)}
    made = [node("LSTM", "x w r", "y", hidden_size=2, activations=["HardSigmoid", "Tanh", "Softsign"],
                 activation_alpha=[0.3], activation_beta=[0.4])]
    path = tmp_path / "net.onnx"
    path.write_bytes(file(made, {"x": ["n", 1, 3]}, {"y": ["n", 1, 1, 2]}, weights, 14))
    oracle, x = OnnxOracle(path), normal(5, 1, 3, seed=7)
    np.testing.assert_allclose(oracle.run_double({"x": x})["y"], oracle.run({"x": x})["y"], rtol=1e-5, atol=1e-6)
    oracle.close()


def test_the_nearer_to_double_precision_wins_up_to_1e3():
    for theirs, exact in ((3e-5, 5e-6), (3e-5, 1.2e-5), (1.5e-3, 7e-4)):
        assert "the oracle is off by" in str(check(relu(), Fake(shifted(theirs), shifted(exact))))
    for theirs, exact in ((3e-5, 1.8e-5), (3e-3, 1.2e-3)):
        with pytest.raises(AgreementError, match="from double precision it is"):
            check(relu(), Fake(shifted(theirs), shifted(exact)))


def test_large_numbers_may_round_where_double_precision_cannot_be_had():
    def off(by):
        return lambda x: np.maximum(x, 0) * np.float32(1 + by * (np.abs(x).max() > 100))

    assert "large on purpose" in str(check(relu(), Fake(off(5e-5))))
    with pytest.raises(AgreementError, match="double precision cannot decide"):
        check(relu(), Fake(off(5e-4)))


def quantised():
    """Whole steps of 0.5: what lies between two of them is rounded to either."""
    model = relu()
    model.weights = {"step": np.float32(0.5), "zero": np.int8(0)}
    model.graphs["main"].nodes = [Node("q", "QuantizeLinear", ["x", "step", "zero"], ["steps"]),
                                  Node("d", "DequantizeLinear", ["steps", "step", "zero"], ["y"])]  # fmt: skip
    return model


def stepping(x, every):
    """Steps of 0.5; of one entry in ``every``, one step too far."""
    y = np.clip(np.rint(x / 0.5), -128, 127) * 0.5
    return (y + 0.5 * (np.arange(len(y)) % every == 1)[:, None]).astype(x.dtype)


def test_of_a_quantised_network_few_entries_may_fall_on_the_other_side_of_a_step():
    exact = lambda x: stepping(x, 10**6)  # noqa: E731
    assert "between two steps" in str(check(quantised(), Fake(lambda x: stepping(x, 20), exact)))
    with pytest.raises(AgreementError, match="from double precision it is"):
        check(quantised(), Fake(lambda x: stepping(x, 3), lambda x: stepping(x, 3)))
    with pytest.raises(AgreementError, match="from double precision it is"):
        check(relu(), Fake(lambda x: np.maximum(x, 0) + stepping(0 * x, 20), lambda x: np.maximum(x, 0)
                           + stepping(0 * x, 20)))  # fmt: skip


def jumping(x):
    """Jumps by 1e-3 at the multiples of 2.5e-6, as a network that selects neighbours does at near-ties."""
    return np.maximum(x, 0) + np.float32(1e-3) * (np.floor(x.astype(np.float64) * 4e5) % 2).astype(np.float32)


def test_a_jump_that_the_oracle_makes_too_says_nothing():
    oracle = Fake(jumping, lambda x: jumping(x).astype(np.float64))
    agreement = compare(relu(), oracle, lambda tensors: {"y": jumping(np.nextafter(tensors["x"], np.float32(9)))})
    assert "the oracle itself moves as far when inputs change in their last bit" in str(agreement)


def test_a_difference_without_such_a_jump_is_found():
    oracle = Fake(jumping, lambda x: jumping(x).astype(np.float64))
    with pytest.raises(AgreementError, match="from double precision it is"):
        compare(relu(), oracle, lambda tensors: {"y": jumping(tensors["x"] + np.float32(1e-3))})


def difference_of_neighbours():
    """100.1 x - 100 x: when its weights change in their last bit, that is 1e-4 of it."""
    model = relu()
    model.weights = {"a": np.array([100.1], np.float32), "b": np.array([100], np.float32)}
    model.graphs["main"] = Graph([Node("p", "Mul", ["x", "a"], ["p"]), Node("q", "Mul", ["x", "b"], ["q"]),
                                  Node("s", "Sub", ["p", "q"], ["y"])])  # fmt: skip
    return model


def test_what_the_last_bits_of_weights_move_says_nothing_up_to_1e4():
    model = difference_of_neighbours()
    run = evaluator(model)

    def apart(relative):
        return Fake(lambda x: run({"x": x})["y"] * np.float32(1 + relative),
                    lambda x: run({"x": x})["y"].astype(np.float64) * (1 + relative))  # fmt: skip

    assert "when its weights change in their last bit" in str(check(model, apart(5e-5)))
    with pytest.raises(AgreementError, match="from double precision it is"):
        check(model, apart(1.2e-4))


def test_a_file_that_the_oracle_cannot_load_is_not_compared(tmp_path):
    (tmp_path / "net.onnx").write_bytes(b"nothing")
    oracle = OnnxOracle(tmp_path / "net.onnx")
    with pytest.raises(AgreementError, match=r"could run none of the cases: .*cannot load the file"):
        check(relu(), oracle)
    oracle.close()


# ------------------------------------------------------------------------------------------- the rules


def shifted(relative):
    return lambda x: np.maximum(x, 0) * np.float32(1 + relative)


def exact(x):
    return np.maximum(x, 0).astype(np.float64)


def test_the_oracle_may_be_wrong():
    agreement = check(relu(), Fake(shifted(3e-3), exact))
    assert agreement.worst == 0
    assert "the oracle is off by" in str(agreement)


def test_depth_explains_up_to_1e5():
    def double(x):  # the model is as far from this as the oracle, on the other side
        return exact(x) * (1 - 3e-6)

    agreement = check(relu(), Fake(shifted(-6e-6), double))
    assert 5e-6 < agreement.worst < 7e-6 and "rounding in a deep graph" in str(agreement)
    with pytest.raises(AgreementError):
        check(relu(), Fake(shifted(-6e-5), lambda x: exact(x) * (1 - 3e-5)))


def test_without_double_precision_nothing_is_explained():
    with pytest.raises(AgreementError, match="double precision cannot decide: no double precision here"):
        check(relu(), Fake(shifted(1e-5)))


def test_a_shape_or_type_of_its_own_is_found():
    with pytest.raises(AgreementError, match=r"is float32 \[1, 3\], the oracle gives float32 \[1\]"):
        check(relu(), Fake(lambda x: x[:, 0]))
    with pytest.raises(AgreementError, match="gives float64"):
        check(relu(), Fake(exact))


def test_nan_agrees_with_nan_only():
    model = relu(operator="Log")
    with np.errstate(all="ignore"):
        check(model, Fake(lambda x: np.log(x), lambda x: np.log(x.astype(np.float64))))
        with pytest.raises(AgreementError):
            check(model, Fake(lambda x: np.nan_to_num(np.log(x)),
                              lambda x: np.nan_to_num(np.log(x.astype(np.float64)))))


def test_what_the_oracle_runs_and_the_model_does_not_is_found():
    model = relu()
    model.graphs["main"].nodes[0] = Node("r", "Reshape", ["x", np.array([1, 3])], ["y"])
    with pytest.raises(AgreementError, match="batch 7: the oracle runs it, the model does not"):
        check(model, Fake(lambda x: x))


def test_entries_that_depend_on_each_other_are_found():
    model = relu()
    model.graphs["main"].nodes[0] = Node("s", "Softmax", ["x"], ["y"], {"axis": 0})
    with pytest.raises(AgreementError, match="output 'y': an entry's numbers depend on the other entries"):
        check(model, Fake(lambda x: np.exp(x - x.max(0)) / np.exp(x - x.max(0)).sum(0), lambda x: x))


# ------------------------------------------------------------------------------------------- the inputs


def test_cases_cover_batches_and_lengths():
    model = relu(("entry", "n", 3))
    model.axes["n"].max = 60
    names = [case.name for case in cases_of(model)]
    for batch, length in ((1, 0), (1, 1), (7, 2), (7, 40), (64, 40), (1, 60)):
        assert f"batch {batch}, n {length}" in names
    assert "zeros, batch 7, n 40" in names and "large numbers, batch 7, n 40" in names


def test_cases_respect_the_least_and_most():
    model = relu(("n", 3))
    model.axes["n"].min, model.axes["n"].max = 2, 30
    assert {case.tensors["x"].shape[0] for case in cases_of(model)} == {2, 30}


def test_two_sequences_also_differ_in_length():
    model = relu(("n", 3))
    model.axes["m"] = Axis("m", "sequence", of="entry")
    model.input_list.append(Input("z", ["m", 2]))
    assert any(case.tensors["x"].shape[0] != case.tensors["z"].shape[0] for case in cases_of(model))


def test_masks_are_zeros_and_ones():
    model = relu(("n",))
    model.input_list.append(Input("pad", ["n"], mask=Mask("n", present=0, absent=-1)))
    model.input_list.append(Input("track_mask", ["n"]))
    case = next(cases_of(model))
    assert set(np.unique(case.tensors["pad"])) <= {0, -1}
    assert set(np.unique(case.tensors["track_mask"])) <= {0, 1}


def test_inputs_lie_where_the_network_expects_them():
    model = relu()
    center, spread = np.float32([1e5, 0, -7]), np.float32([1e3, 1, 2])
    nodes = [Node("s", "Sub", ["x", "c"], ["h"]), Node("d", "Div", ["h", "w"], ["y"])]
    model.graphs["main"], model.weights = Graph(nodes), {"c": center, "w": spread}
    x = list(cases_of(model))[2].tensors["x"]
    assert x.shape == (64, 3)
    np.testing.assert_allclose(x.mean(0), center, atol=1e3)
    assert 500 < x[:, 0].std() < 2000


def test_made_up_events_can_be_fed():
    from lading.feed import batch_of

    model = relu(("n", "variable"))
    model.input_list[0].variable_list = [
        Variable("pt", raw="float64", prepare=["log10", {"subtract": 4.3}, {"divide": 1.25}]),
        Variable("type", raw="int64", categories=[0, 1, 10]), Variable("again", source="x.pt"),
    ]  # fmt: skip
    model.input_list.append(Input("jet", [1, 2]))
    events = made_up_events(model)
    batch = batch_of(model, events)
    pt, kind = batch.columns["x", "pt"].values, batch.columns["x", "type"].values
    assert batch.entries == 16 and list(batch.counts["n"][:3]) == [0, 1, 2]
    assert pt.dtype == np.float64 and np.median(pt) > 1e3
    assert set(kind) <= {0, 1, 10} and ("x", "again") not in batch.columns
    assert events["jet"].shape == (16, 2)  # the 1 stands for the entry
    assert batch.columns["jet", None].values.shape == (16, 1, 2)


def test_events_of_a_batched_model():
    from lading.feed import batch_of

    model = relu(("entry", "variable", "n"))
    model.input_list[0].variable_list = [Variable("a"), Variable("b")]
    model.input_list.append(Input("image", ["entry", 4, 5]))
    batch = batch_of(model, made_up_events(model))
    assert batch.columns["x", "a"].values.shape == (int(batch.counts["n"].sum()),)
    assert batch.columns["image", None].values.shape == (16, 4, 5)




def sorting(places, **attributes):
    """A model that gives the places of its three largest numbers of five, and an oracle that gives ``places``."""
    nodes = [Node("best", "TopK", ["x", np.array([3])], ["v", "y"], attributes)]
    model = Model(name="m", graphs={"main": Graph(nodes)}, axes={"entry": Axis("entry", "entry")})
    model.input_list = [Input("x", ["entry", 5])]
    model.output_list = [Output("y", ["entry", 3], "int64")]
    return model, Fake(places, places)


def last_first(x):
    """Of equal numbers the last ones, where the operator takes the first."""
    return (4 - np.argsort(-x[:, ::-1], axis=1, kind="stable"))[:, :3]


def test_places_of_equal_numbers_may_differ():
    model, oracle = sorting(last_first)
    (found,) = compare(model, oracle, evaluator(model)).differences
    assert found.size == 0 and found.reason == "places of equal numbers in another order, zeros, batch 7"


@pytest.mark.parametrize("places", [
    lambda x: np.argsort(-x, axis=1, kind="stable")[:, 1:4],  # of smaller numbers
    lambda x: np.repeat(np.argmax(x, axis=1)[:, None], 3, axis=1),  # one of them three times
    lambda x: last_first(x) + 5,  # beyond
], ids=["others", "again", "beyond"])  # fmt: skip
def test_other_places_are_found(places):
    model, oracle = sorting(places)
    with pytest.raises(AgreementError, match="output 'y'"):
        compare(model, oracle, evaluator(model))
