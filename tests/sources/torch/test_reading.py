"""What lading makes of what PyTorch writes, and of what people say of their modules; without PyTorch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import lading
from lading import UnknownName, UnsupportedError, ValueRefused
from lading.agreement import run_engine
from lading.evaluation import evaluator
from lading.simplify import simplify
from lading.sources.naming import give_readable_names
from lading.sources.onnx import read_bytes
from lading.sources.torch_file.failures import failed_to_trace, failed_to_write
from lading.sources.traced.describing import by_name, described
from lading.sources.traced.entries import check_repeatable, mixes, with_entries
from lading.sources.traced.lengths import declared, guessed, moved, stretched

HERE = Path(__file__).parent
NODES = {"deep_sets": 13, "gn2": 79, "particle_net": 45, "lstm": 9, "gru": 5, "rnn": 6}


@pytest.fixture(scope="module")
def stored():
    with np.load(HERE / "networks.npz") as file:
        return {name: file[name] for name in file.files}


def model_of(stored, name):
    model = read_bytes(stored[f"{name}.onnx"].tobytes(), name)
    simplify(model)
    give_readable_names(model)
    return model


@pytest.mark.parametrize("name", NODES)
@pytest.mark.parametrize("runner", [run_engine, evaluator])
def test_networks_give_the_numbers_of_pytorch(stored, name, runner):
    model = model_of(stored, name)
    run = runner(model)
    for case in ("3x6", "1x20"):
        given = {each.name: stored[f"{name}/{case}/in/{each.name}"] for each in model.input_list}
        for output, ours in run(given).items():
            theirs = stored[f"{name}/{case}/out/{output}"]
            assert ours.shape == theirs.shape
            assert np.abs(ours - theirs).max() <= 1e-6 * np.abs(theirs).max()


@pytest.mark.parametrize("name", NODES)
def test_graphs_are_readable(stored, name):
    model = model_of(stored, name)
    assert len(model.graphs["main"].nodes) == NODES[name]
    assert model.batched
    assert next(axis.name for axis in model.axes.values() if axis.kind == "sequence") in ("track", "point")


def test_layers_and_weights_are_named_after_the_module(stored):
    model = model_of(stored, "gn2")
    assert list(model.inputs) == ["jets", "tracks", "masks.tracks"] and list(model.outputs) == ["flavour", "origin"]
    assert {"init.0.w", "encoder.layers.0.linear1.w", "encoder.layers.0.self_attn.out_proj.w", "head.2.b"} <= set(
        model.weights)
    nodes = {node.name: node.operator for node in model.graphs["main"].nodes}
    assert nodes["encoder.layers.1.self_attn.attention"] == "Attention" and nodes["head.1"] == "Gelu"
    assert model.inputs["tracks"].axes == ["entry", "track", 5]
    assert {"layer.lstm.w", "layer.lstm_2.r"} <= set(model_of(stored, "lstm").weights)


# -------------------------------------------------------------------------------------------- open lengths


def tensor(*shape: int, integers: bool = False) -> np.ndarray:
    return np.zeros(shape, np.int64 if integers else np.float32)


@pytest.mark.parametrize(("tensors", "expected"), [
    ({"x": tensor(3, 5)}, {"x": ["batch", None]}),
    ({"jets": tensor(3, 2), "tracks": tensor(3, 7, 5), "mask": tensor(3, 7)},
     {"jets": ["batch", None], "tracks": ["batch", "track", None], "mask": ["batch", "track"]}),
    ({"mask": tensor(3, 7, integers=True), "tracks": tensor(3, 7, 5)},
     {"mask": ["batch", "track"], "tracks": ["batch", "track", None]}),
    ({"charge": tensor(3, 6, integers=True)}, {"charge": ["batch", "charge_sequence"]}),
    ({"image": tensor(3, 1, 12, 12)}, {"image": ["batch", None, None, None]}),
    ({"jet": tensor(1, 2), "tracks": tensor(9, 5)}, {"jet": [None, None], "tracks": ["track", None]}),
    ({"x": tensor(9, 5), "edge_index": tensor(2, 30, integers=True)},
     {"x": ["x_sequence", None], "edge_index": [None, "edge_index_sequence"]}),
    ({"tracks": tensor(3, 7, 5), "towers": tensor(3, 4, 5)},
     {"tracks": ["batch", "track", None], "towers": ["batch", "tower", None]}),
    ({"x": tensor(3, 4), "weight": tensor()}, {"x": ["batch", None], "weight": []}),
])  # fmt: skip
def test_open_lengths_are_guessed(tensors, expected):
    assert guessed(tensors, {}, {}) == expected


def test_variables_say_which_axis_is_theirs():
    assert guessed({"points": tensor(3, 2, 9)}, {}, {"points": 2}) == {"points": ["batch", None, "point"]}


def test_axes_are_declared():
    tensors = {"jets": tensor(3, 2), "tracks": tensor(3, 7, 5), "mask": tensor(3, 7)}
    known = declared({"tracks": ["jet", "track", "variable"]}, tensors, "here")
    assert known == {"tracks": ["jet", "track", None]}
    assert guessed(tensors, known, {}) == {"jets": ["jet", None], "tracks": ["jet", "track", None],
                                           "mask": ["jet", "track"]}


@pytest.mark.parametrize(("axes", "kind", "text"), [
    ({"track": ["jet"]}, UnknownName, "no input 'track' .*did you mean 'tracks'"),
    ({"tracks": ["jet", "variable"]}, ValueRefused, r"has 3 axes in the example, \[3, 7, 5\]"),
    ({"tracks": "jet"}, ValueRefused, "these are 'jet'"),
    ({"tracks": ["jet", 6, 5]}, ValueRefused, "is 6, in the example 7"),
    ({"tracks": ["jet", "track", 5], "jets": ["track", 2]}, ValueRefused, "'track' is 7 long in .*'tracks'.* and 3 in"),
])  # fmt: skip
def test_axes_that_do_not_fit_are_refused(axes, kind, text):
    with pytest.raises(kind, match=text):
        declared(axes, {"jets": tensor(3, 2), "tracks": tensor(3, 7, 5)}, "here")


def test_sequences_move_behind_channels():
    tensors = {"points": tensor(3, 2, 9), "features": tensor(3, 5, 9)}
    lengths = guessed(tensors, {}, {})
    assert lengths["features"] == ["batch", "feature", None]
    there = {"points": ["batch", None, "point"], "features": ["batch", None, "point"]}
    assert moved(lengths, {"features": {1}}, tensors, channels={5}) == there
    assert moved(lengths, {"features": {1}}, tensors, channels={7}) is None  # a loop over elements fixes it too
    assert moved(lengths, {}, tensors, channels={5}) is None


def test_sequences_that_moved_keep_apart():
    tensors = {"pf_points": tensor(3, 2, 9), "pf_mask": tensor(3, 1, 9), "sv_points": tensor(3, 2, 4)}
    found = moved(guessed(tensors, {}, {}), {name: {1} for name in tensors}, tensors, channels={1, 2})
    assert found == {"pf_points": ["batch", None, "pf_point"], "pf_mask": ["batch", None, "pf_point"],
                     "sv_points": ["batch", None, "sv_point"]}  # fmt: skip


def test_examples_are_made_longer():
    lengths = {"jets": ["batch", None], "tracks": ["batch", "track", None], "none": ["nothing"]}
    longer = stretched(lengths, {"jets": np.array([[1, 2]]), "tracks": np.ones((1, 2, 3)), "none": np.ones(0)})
    assert longer["jets"].tolist() == [[1, 2], [1, 2]]
    assert {name: array.shape for name, array in longer.items()} == {"jets": (2, 2), "tracks": (2, 3, 3), "none": (4,)}


def test_entries_are_those_that_do_not_mix():
    arrays, lengths = {"tracks": np.ones((1, 3))}, {"tracks": ["batch", None]}
    apart, mixed = (lambda x: [x[0] * 2]), (lambda x: [x[0] - x[0].mean(0)])
    shapes = ([["batch", 3]], [["batch", 3]])
    assert with_entries(apart, arrays, lengths, *shapes) == [["batch", 3], ["batch", 3]]
    assert with_entries(mixed, arrays, lengths, *shapes) == [["track", 3], ["track", 3]]
    first = {"tracks": ["track", "jet"]}
    both = ([["track", "jet"]], [["jet", "track"]])
    assert with_entries(lambda x: [x[0].T - x[0].T.max(1, keepdims=True)], arrays, first, *both) == [
        ["track", "batch"], ["batch", "track"]]
    assert not mixes(lambda x: 1 / 0, arrays, lengths, "batch", *shapes)


def test_functions_that_give_other_numbers_each_time_are_refused():
    dice = np.random.default_rng(1)
    check_repeatable(lambda x: [x[0] * np.nan], {"x": np.zeros(2)}, ["output"], "here")
    with pytest.raises(UnsupportedError, match="output 'output' is another one each time"):
        check_repeatable(lambda x: [x[0] + dice.random()], {"x": np.zeros(2)}, ["output"], "here")


# ---------------------------------------------------------------------------------------------- names


def test_lists_are_of_the_only_input_and_a_key_names_the_only_output():
    assert by_name(["pt"], ["jets"], "variables", "here") == {"jets": ["pt"]}
    assert by_name({"flavour": ["p_b"]}, ["output"], "labels", "here") == {"output": ["p_b"]}
    assert by_name(None, ["jets"], "variables", "here") == {}


@pytest.mark.parametrize(("given", "kind", "text"), [
    (["pt"], ValueRefused, r"variables is a list, and there are 2 inputs \(jets, tracks\); .*\{\"jets\": \[...\]\}"),
    ({"jet": ["pt"]}, UnknownName, "variables: no input 'jet' .*did you mean 'jets'"),
    ({"jets": "pt"}, ValueRefused, "of 'jets' they should be a list, not 'pt'"),
])  # fmt: skip
def test_names_that_do_not_fit_are_refused(given, kind, text):
    with pytest.raises(kind, match=text):
        by_name(given, ["jets", "tracks"], "variables", "here")


def test_models_are_described(stored):
    model = read_bytes(stored["gn2.onnx"].tobytes(), "gn2")
    variables = {"jets": ["pt", {"name": "eta", "unit": "1"}], "tracks": list("abcde")}
    labels = {"flavour": ["p_b", "p_c", "p_u"]}
    axes = {"tracks": ["jet", "track", "variable"]}
    named = described(model, variables, labels, axes, "here")
    assert named.inputs["jets"].axes == ["jet", "variable"] and named.variables["eta"].unit == "1"
    assert named.outputs["flavour"].axes == ["jet", "label"] and list(named.labels) == ["p_b", "p_c", "p_u"]
    assert named.outputs["origin"].axes == ["jet", "track", 4]
    with pytest.raises(ValueRefused, match=r"3 for 'jets', whose axes are \[entry, 2\]: none has that length"):
        described(model, {"jets": ["pt", "eta", "phi"]}, None, {}, "here")


# ---------------------------------------------------------------------------------------------- errors


def test_numbers_in_memory_are_refused():
    weight = type("Tensor", (), {"__module__": "torch"})()
    with pytest.raises(UnsupportedError, match=r"a state_dict.* holds numbers and no network: build the module"):
        lading.convert({"layer.weight": weight})


def test_an_option_that_does_not_exist():
    module = type("Net", (), {"__module__": "torch.nn", "forward": lambda self, x: x})()
    with pytest.raises(ValueRefused, match=r"a Net in memory has no option 'variable' .*did you mean 'variables'"):
        lading.convert(module, variable=["pt"])
    with pytest.raises(ValueRefused, match=r"dense\.pt2: the format torch has no option 'key'"):
        lading.convert(HERE / "dense.pt2", key="forest")


def test_errors_name_the_line_of_the_author(tmp_path):
    (tmp_path / "net.py").write_text("def forward(x):\n    if x > 0: raise RuntimeError('data-dependent expression')\n")
    names = {}
    exec(compile((tmp_path / "net.py").read_text(), str(tmp_path / "net.py"), "exec"), names)
    try:
        names["forward"](1)
    except RuntimeError as error:
        text = str(failed_to_trace(error, "PyTorch Net"))
    assert text.startswith("PyTorch Net: what it does depends on the numbers it is given (net.py, line 2")
    assert "torch.where" in text


def test_an_operator_that_onnx_lacks_is_named():
    error = RuntimeError("x\nNo ONNX function found for <OpOverload(op='aten._linalg_eigh', overload='default')>. y")
    assert "PyTorch's aten._linalg_eigh has no counterpart" in str(failed_to_write(error, "here"))
    refusal = UnsupportedError("as it is")
    assert failed_to_write(refusal, "here") is refusal and failed_to_trace(refusal, "here") is refusal
