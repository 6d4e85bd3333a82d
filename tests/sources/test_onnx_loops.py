"""Loops and scans of ONNX files against ONNX Runtime and ``onnx.reference``, there and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnx_loops
import pytest
from onnx import parser
from onnx.reference import ReferenceEvaluator

import lading
from lading.evaluation import evaluator
from lading.model import Model

NAMES = list(onnx_loops.LOOPING)
#: What onnx.reference does not do: axes and directions of a Scan, no condition, stacks of what has two axes.
BEYOND_REFERENCE = {
    "two that are scanned along other axes, backwards", "nothing but what is stacked", "three that go round",
    "what grows", "a loop in a loop", "a choice in a loop", "other types", "until it is large",
}  # fmt: skip


def onnx_runtime(proto: onnx.ModelProto):
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    return onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    """All networks, converted; compared with ONNX Runtime on made-up inputs while that is done."""
    folder = tmp_path_factory.mktemp("loops")
    found = {}
    for at, (name, each) in enumerate(onnx_loops.LOOPING.items()):
        onnx.save(each.proto(), folder / f"loop_{at}.onnx")
        found[name] = lading.convert(folder / f"loop_{at}.onnx")
    return found


def operators(model: Model) -> list[str]:
    return [node.operator for graph in model.graphs.values() for node in graph.nodes]


def same(found: dict[str, np.ndarray], wanted: list[np.ndarray]) -> None:
    for (name, one), other in zip(found.items(), wanted, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape), name
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-7, err_msg=name)


@pytest.mark.parametrize("name", NAMES)
def test_engine_and_evaluator_agree_with_onnx_runtime(models: dict[str, Model], name: str) -> None:
    case, model = onnx_loops.LOOPING[name], models[name]
    assert {"Loop", "Scan"} & set(operators(model))
    judge, session, slow = onnx_runtime(case.proto()), model.session(), evaluator(model)
    for feed in case.feeds:
        wanted = judge.run(None, feed)
        same(session.run_graph(feed), wanted)
        same(slow(feed), wanted)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in BEYOND_REFERENCE])
def test_they_agree_with_the_reference_of_onnx(models: dict[str, Model], name: str) -> None:
    case, session = onnx_loops.LOOPING[name], models[name].session()
    judge = ReferenceEvaluator(case.proto())
    for feed in case.feeds:
        if feed.get("n", 1) > 0 and feed.get("go", True):
            same(session.run_graph(feed), [np.asarray(each) for each in judge.run(None, feed)])


@pytest.mark.parametrize("name", NAMES)
def test_what_is_saved_is_what_is_loaded(models: dict[str, Model], name: str, tmp_path: Path) -> None:
    models[name].save(tmp_path / "bundle")
    loaded = lading.load(tmp_path / "bundle")
    assert loaded.function_digest == models[name].function_digest
    for feed in onnx_loops.LOOPING[name].feeds:
        same(loaded.session().run_graph(feed), list(models[name].session().run_graph(feed).values()))


@pytest.mark.parametrize("opset", [24, 21, 16])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_runs_in_onnx_runtime(models: dict[str, Model], name: str, opset: int, tmp_path: Path) -> None:
    case, model = onnx_loops.LOOPING[name], models[name]
    model.export(tmp_path / "again.onnx", opset=opset)
    written = onnx.load(tmp_path / "again.onnx")
    onnx.checker.check_model(written, full_check=True)
    for graph in bodies(written.graph):
        assert all(given.type.tensor_type.elem_type for given in graph.input)
    session = onnx_runtime(written)
    for feed in case.feeds:
        same(model.session().run_graph(feed), session.run(None, feed))
    assert lading.convert(tmp_path / "again.onnx").function_digest == model.function_digest


def bodies(graph: onnx.GraphProto) -> list[onnx.GraphProto]:
    held = [each.g for node in graph.node for each in node.attribute if each.name == "body"]
    return held + [inner for each in held for inner in bodies(each)]


# ---------------------------------------------------------------------------------------- entries and sequences


def test_a_scan_along_the_first_axis_runs_along_a_sequence_not_over_entries(tmp_path: Path) -> None:
    """It would begin anew with every entry."""
    text = """
agraph (float[t,2] x) => (float[t,2] s) {
  start = Constant<value = float[2] {0, 0}>()
  y, s = Scan<num_scan_inputs = 1, body = turn (float[2] v, float[2] row) => (float[2] w, float[2] o) {
    w = Add(v, row)
    o = Tanh(w)
  }>(start, x)
}"""
    model = converted(text, tmp_path)
    assert model.sequence_axis(model.inputs["x"].axes) is not None
    counts, x = np.array([2, 0, 3]), onnx_loops.TABLE.reshape(5, 2)
    flat, _ = model.run({"x": (x, counts)})["s"]
    wanted = np.tanh(np.concatenate([np.cumsum(x[:2], 0), np.cumsum(x[2:], 0)]))
    np.testing.assert_allclose(flat, wanted, rtol=1e-6)


def test_entries_of_a_batch_do_not_see_each_other(tmp_path: Path) -> None:
    """Every entry takes as many turns as its own numbers need."""
    model = converted("""
agraph (float[batch,3] x) => (float[batch,3] y) {
  yes = Constant<value = bool {1}>()
  y = Loop( , yes, x) <body = turn (int64 i, bool c, float[b,3] v) => (bool d, float[b,3] w) {
    half = Constant<value = float {0.5}>()
    one = Constant<value = float {1}>()
    w = Mul(v, half)
    sizes = Abs(w)
    most = ReduceMax<keepdims = 0>(sizes)
    d = Greater(most, one)
  }>
}""", tmp_path, compare=False)  # ONNX Runtime takes as many turns for all as one of them needs
    x = (np.arange(60, dtype=np.float32).reshape(20, 3) - 30) / 2
    together = np.asarray(model.run(x)["y"])
    alone = np.concatenate([np.asarray(model.run(row[None])["y"]) for row in x])
    assert np.array_equal(together, alone)
    most = np.abs(x).max(1)
    wanted = x / 2 ** np.maximum(1, np.ceil(np.log2(np.maximum(most, 1e-9))))[:, None]
    np.testing.assert_allclose(together, wanted, rtol=1e-6)


STACKED = """
agraph (float[batch,T,5] x) => (float[batch,T,5] y) {
  one = Constant<value = int64[1] {1}>()
  sizes = Shape(x)
  length = Gather<axis = 0>(sizes, one)
  stacked = Loop(length, , ) <body = turn (int64 i, bool c) => (bool d, float[b,5] v) {
    d = Identity(c)
    row = Gather<axis = 1>(x, i)
    v = Tanh(row)
  }>
  y = Transpose<perm = [1, 0, 2]>(stacked)
}"""


def test_what_zero_turns_stack_has_no_shape_to_compare(tmp_path: Path) -> None:
    """ONNX Runtime makes one up: [0, 0, 5] for a batch of one, which is no answer to anything."""
    model = converted(STACKED, tmp_path)
    assert any("T 0" in case for case in model.agreement["compared"])
    x = np.arange(30, dtype=np.float32).reshape(2, 3, 5) / 30
    np.testing.assert_allclose(model.session().run_graph({"x": x})["y"], np.tanh(x), rtol=1e-6)
    assert model.session().run_graph({"x": x[:1, :0]})["y"].shape == (1, 0, 5)


def converted(text: str, folder: Path, compare: bool = True) -> Model:
    onnx.save(parser.parse_model(onnx_loops.HEAD + text), folder / "network.onnx")
    return lading.convert(folder / "network.onnx", compare=compare)


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")  # its way of scripting is old
def test_a_while_loop_that_pytorch_scripts(tmp_path: Path) -> None:
    import torch

    class Iteration(torch.nn.Module):
        """A layer that is applied until its numbers are large."""

        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.layer = torch.nn.Linear(3, 3)

        def forward(self, x):  # TorchScript reads annotations as types
            n = 0
            while bool(x.abs().max() < 5.0) and n < 50:
                x = x + self.layer(x).tanh()
                n += 1
            return x

    network = torch.jit.script(Iteration())
    torch.onnx.export(network, (torch.ones(1, 3),), tmp_path / "network.onnx", dynamo=False, input_names=["x"],
                      output_names=["y"], opset_version=17)  # fmt: skip
    model = lading.convert(tmp_path / "network.onnx")
    assert "Loop" in operators(model)
    session = model.session()
    for scale in (0.1, 1, 10):
        x = torch.randn(1, 3) * scale
        wanted = network(x).detach().numpy()
        np.testing.assert_allclose(session.run_graph({"x": x.numpy()})["y"], wanted, rtol=1e-5, atol=1e-5)
