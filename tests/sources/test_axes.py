"""Axes are guessed from shapes, and tried: names of lengths are no contract."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx_files import agrees, file, node, normal, read

import lading
from lading.bundle import to_buffers
from lading.errors import LadingError, UnsupportedError
from lading.sources.trial import distinct, equal_lengths, fixed_lengths


def axes_of(data):
    found = read(data)
    to_buffers(found)
    return {each.name: each.axes for each in (*found.input_list, *found.output_list)}, found.axes


def test_a_common_leading_open_length_is_the_entry_axis():
    axes, declared = axes_of(file([node("Relu", "x", "y")], {"x": ["batch", 3]}, {"y": ["batch", 3]}))
    assert axes == {"x": ["entry", 3], "y": ["entry", 3]}
    assert {name: axis.kind for name, axis in declared.items()} == {"entry": "entry"}


def test_other_open_lengths_are_sequences_named_as_in_the_file():
    nodes = [node("ReduceSum", "t two", "s", keepdims=0), node("Add", "s j", "y")]
    inputs = {"j": ["B", 3], "t": ["B", "n_tracks", 3]}
    axes, declared = axes_of(file(nodes, inputs, {"y": None}, {"two": np.array([1])}))
    assert axes == {"j": ["entry", 3], "t": ["entry", "n_tracks", 3], "y": ["entry", 3]}
    assert (declared["n_tracks"].kind, declared["n_tracks"].of) == ("sequence", "entry")


def test_without_an_entry_axis_the_graph_runs_once_per_entry():
    """Jets [1, 2] and tracks [n, 3], as ATLAS exports them."""
    nodes = [node("ReduceSum", "t one", "s", keepdims=1), node("Concat", "j s", "y", axis=1), node("Relu", "t", "z")]
    data = file(nodes, {"j": [1, 2], "t": ["n_tracks", 3]}, {"y": None, "z": None}, {"one": np.array([0])})
    axes, declared = axes_of(data)
    assert axes == {"j": [1, 2], "t": ["n_tracks", 3], "y": [1, 5], "z": ["n_tracks", 3]}
    assert [axis.kind for axis in declared.values()] == ["entry", "sequence"]


def test_one_number_for_a_whole_batch_is_refused():
    with pytest.raises(LadingError, match=r"outputs\[0\].axes: lacks the entry axis 'entry'"):
        axes_of(file([node("ReduceSum", "x", "y", keepdims=0)], {"x": ["batch", 3]}, {"y": []}))


def test_a_set_that_becomes_one_number_is_no_batch():
    nodes = [node("ReduceSum", "t", "y", keepdims=0)]
    axes, _ = axes_of(file(nodes, {"t": ["n", 3]}, {"y": []}))
    assert axes == {"t": ["n", 3], "y": []}


def test_a_file_without_open_lengths_has_numbers_only():
    axes, declared = axes_of(file([node("Relu", "x", "y")], {"x": [1, 28]}, {"y": [1, 28]}))
    assert axes == {"x": [1, 28], "y": [1, 28]} and not declared


def findings(path):
    """What a conversion finds, line by line."""
    said: list[str] = []
    lading.convert(path, progress=lambda text, done=False: said.append(text) if done else None)
    return said


def test_the_number_of_entries_of_an_example_is_none_of_the_network(tmp_path):
    nodes = [node("Gemm", "x w", "h"), node("Sigmoid", "h", "y"), node("ReduceMax", "h", "most", axes=[1], keepdims=0)]
    data = file(nodes, {"x": [64, 3]}, {"y": [64, 2], "most": [64]}, {"w": normal(3, 2)})
    axes, _ = axes_of(data)
    assert axes == {"x": ["entry", 3], "y": ["entry", 2], "most": ["entry"]}
    listed = onnx.load_from_string(data)  # with its weights among its inputs, as older files have them
    listed.graph.input.append(onnx.helper.make_tensor_value_info("w", onnx.TensorProto.FLOAT, [3, 2]))
    outside = {"save_as_external_data": True, "location": "net.data", "size_threshold": 0}
    for model, more in ((onnx.load_from_string(data), {}), (listed, {}), (onnx.load_from_string(data), outside)):
        onnx.save(model, tmp_path / "net.onnx", **more)
        said = findings(tmp_path / "net.onnx")
        assert said[0] == "exported for 64 entries at once; it takes any number of them"
        assert "agrees with ONNX Runtime" in said[-1] and "5 cases" in said[-1]


@pytest.mark.parametrize(("nodes", "weights"), [
    ([node("Softmax", "x", "y", axis=0)], {}),
    ([node("Reshape", "x shape", "r"), node("Relu", "r", "y")], {"shape": np.array([4, 3])}),
    ([node("Transpose", "x", "t"), node("Gemm", "t w", "u"), node("Transpose", "u", "y")], {"w": normal(4, 4)}),
])  # fmt: skip
def test_where_rows_are_mixed_or_counted_they_are_no_entries(nodes, weights):
    axes, _ = axes_of(file(nodes, {"x": [4, 3]}, {"y": [4, 3]}, weights))
    assert axes == {"x": [4, 3], "y": [4, 3]}


def test_a_scalar_stays_one(tmp_path):
    nodes = [node("Gather", "x i", "row", axis=0), node("Mul", "row s", "y")]
    given = {"x": [3, 4], "i": ([], onnx.TensorProto.INT64), "s": []}
    (tmp_path / "net.onnx").write_bytes(file(nodes, given, {"y": [4]}))
    assert "agrees with ONNX Runtime" in findings(tmp_path / "net.onnx")[-1]


def test_lengths_of_other_names_that_must_be_equal_are_one_axis():
    nodes = [node("Add", "a b", "s"), node("ReduceMean", "c", "m", axes=[1]), node("Add", "s m", "y")]
    inputs = {"a": ["s77", "s12", 3], "b": ["s9", "s13", 3], "c": ["s77", "s14", 3]}
    axes, declared = axes_of(file(nodes, inputs, {"y": ["s77", "Addy_dim_1", 3]}))
    assert axes["a"] == axes["b"] == ["entry", "a_sequence", 3]
    assert axes["c"] == ["entry", "c_sequence", 3]
    assert axes["y"] == ["entry", "a_sequence", 3]
    assert list(declared) == ["entry", "a_sequence", "c_sequence"]


def test_made_up_names_are_replaced():
    axes, _ = axes_of(file([node("Relu", "x", "y")], {"x": ["s77", "s27", 3]}, {"y": None}))
    assert axes == {"x": ["entry", "sequence", 3], "y": ["entry", "sequence", 3]}


def test_a_batch_that_does_not_come_first():
    data = file([node("Relu", "x", "y")], {"x": ["n", "batch", 3]}, {"y": ["n", "batch", 3]})
    assert axes_of(data)[0] == {"x": ["n", "entry", 3], "y": ["n", "entry", 3]}


def test_a_batch_of_one_that_is_declared_open():
    """The exporter wrote the example's batch of 1 into a Reshape."""
    shape = {"s": np.array([1, -1, 2, 2])}
    data = file([node("Reshape", "x s", "y")], {"x": ["batch", "n", 4]}, {"y": ["batch", "n", 2, 2]}, shape)
    assert axes_of(data)[0] == {"x": [1, "n", 4], "y": [1, "n", 2, 2]}


def test_a_length_that_is_declared_open_and_written_into_the_graph():
    nodes = [node("Reshape", "x s", "h"), node("ReduceSum", "h two", "y", keepdims=0)]
    weights = {"s": np.array([-1, 1, 24]), "two": np.array([1])}
    data = file(nodes, {"x": ["batch", "n", 4]}, {"y": ["batch", 24]}, weights)
    found = read(data)
    assert found.inputs["x"].axes == ["entry", 6, 4]
    assert "runs only with a length of 6" in found.inputs["x"].description
    to_buffers(found)


def test_outputs_without_a_shape_are_measured():
    """ONNX's own rules say nothing of a Reshape to a shape that is computed."""
    nodes = [node("Shape", "x", "s"), node("Gather", "s order", "o"), node("Reshape", "x o", "y")]
    data = file(nodes, {"x": ["n", 3]}, {"y": None}, {"order": np.array([0, 1])})
    assert read(data).outputs["y"].axes == ["entry", 3]


def test_outputs_that_are_declared_wrongly_are_measured():
    data = file([node("Relu", "x", "y")], {"x": ["n", 3]}, {"y": ["n", 4]})
    assert read(data).outputs["y"].axes == ["entry", 3]


def test_an_output_of_a_length_of_its_own_is_refused():
    nodes = [node("Concat", "x x", "y", axis=1)]
    refusal = r"output 'y': an axis of it is .* neither fixed nor the length of an input's axis"
    with pytest.raises(UnsupportedError, match=refusal):
        read(file(nodes, {"x": ["batch", "n", 3]}, {"y": ["batch", "m", 3]}))


def test_numbers_of_pairs_need_a_fixed_length(tmp_path):
    nodes = [node("Transpose", "x", "t", perm=[0, 2, 1]), node("MatMul", "x t", "y")]
    refusal = r"output 'y' is \[entry, n, n\]: numbers for each pair of 'n', .* Give the length a number"
    path = tmp_path / "pairs.onnx"
    path.write_bytes(file(nodes, {"x": ["batch", "n", 3]}, {"y": ["batch", "n", "n"]}))
    with pytest.raises(UnsupportedError, match=refusal):
        lading.convert(path)
    papers = {"inputs": [{"of": "x", "axes": ["jet", 5, 3]}], "outputs": [{"of": "y", "axes": ["jet", 5, 5]}]}
    assert lading.convert(path, describe=papers).outputs["y"].axes == ["jet", 5, 5]
    matrix = [node("MatMul", "a x", "y")]
    path.write_bytes(file(matrix, {"a": ["batch", "n", "m"], "x": ["batch", "m", 3]}, {"y": None}))
    with pytest.raises(UnsupportedError, match=r"input 'a' is \[entry, n, m\]: numbers for each pair of 'n' and 'm'"):
        lading.convert(path)
    axes, _ = axes_of(file(nodes, {"x": ["batch", 5, 3]}, {"y": ["batch", 5, 5]}))
    assert axes["y"] == ["entry", 5, 5]


def test_an_input_without_a_shape_is_refused():
    with pytest.raises(UnsupportedError, match="input 'x': the file does not say how many axes"):
        read(file([node("Relu", "x", "y")], {"x": None}, {"y": None}))


def test_a_recurrent_network_read_with_every_length():
    weights = {"w": normal(1, 20, 3), "r": normal(1, 20, 5), "i": np.array(-1)}
    nodes = [node("Transpose", "x", "t", perm=[1, 0, 2]), node("LSTM", "t w r", "h", hidden_size=5),
             node("Gather", "h i", "l", axis=0), node("Squeeze", "l one", "y")]
    data = file(nodes, {"x": ["batch", "n", 3]}, {"y": ["batch", 5]}, weights | {"one": np.array([0])})
    for length in (1, 2, 40):
        agrees(data, {"x": normal(7, length, 3)})


# ----------------------------------------------------------------------------------------------- the trials


def test_equal_lengths_finds_pairs_and_groups():
    def run(lengths):
        pair = lengths["a"] == lengths["c"]
        group = lengths["d"] == lengths["e"] == lengths["f"]
        return {} if pair and group else None

    groups = equal_lengths(list("abcdef"), run)
    assert sorted(map(sorted, groups)) == [["a", "c"], ["b"], ["d", "e", "f"]]


def test_equal_lengths_knows_when_nothing_runs():
    assert equal_lengths(["a", "b"], lambda lengths: None) is None


def test_fixed_lengths_leaves_out_those_that_can_be_changed():
    def run(lengths):
        return {} if lengths["a"] == 6 and lengths["b"] <= 10 else None

    assert fixed_lengths(["a", "b"], [10, 6], run) == {"a": 6}


def test_lengths_are_distinct():
    lengths = distinct([{"a"}, {"b", "c"}])
    assert lengths["b"] == lengths["c"] != lengths["a"]
