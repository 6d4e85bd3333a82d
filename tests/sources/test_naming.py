"""Names that a person would have given."""

from __future__ import annotations

import numpy as np
import pytest
from onnx_files import file, model, node, normal, read

from lading.endpoints import valid_name
from lading.graph import Graph, Node
from lading.model import Model
from lading.sources.naming import OPERATOR_STEMS, give_readable_names, snake


def names(*made):
    """Node and weight names of a chain of nodes, given as (exporter's name, operator, weights it reads)."""
    nodes = []
    for i, (name, operator, *read_weights) in enumerate(made):
        before = "x" if i == 0 else f"v{i - 1}"
        nodes.append(Node(name, operator, [before, *read_weights], [f"v{i}" if i < len(made) - 1 else "y"]))
    arrays = {w: np.zeros((2, 2), np.float32) for _, _, *each in made for w in each}
    found = Model(graphs={"main": Graph(nodes)}, weights=arrays)
    found.output_list = read(file([node("Relu", "x", "y")], {"x": [1]}, {"y": None})).output_list
    give_readable_names(found)
    once = [each.name for each in nodes]
    give_readable_names(found)
    assert [each.name for each in nodes] == once  # again changes nothing
    return once, list(found.weights), [each.outputs[0] for each in nodes]


def test_the_place_that_the_exporter_tells():
    norm = ("/encoder/layers.0/norm1/LayerNormalization", "LayerNormalization", "s")
    assert names(norm, ("/encoder/Relu", "Relu")) == (
        ["encoder.layers.0.norm1", "encoder.relu"], ["encoder.layers.0.norm1.scale"], ["encoder.layers.0.norm1", "y"])


def test_a_sequential_is_named_once():
    assert names(("/n/n.0/Gemm", "Gemm", "w", "b"), ("/n/n.1/Relu", "Relu"))[0] == ["n.0", "n.1"]


def test_of_several_nodes_of_one_place_the_layer_gets_its_name():
    found = names(("/phi/phi.0/MatMul", "MatMul", "w"), ("/phi/phi.0/Add", "Add", "b"), ("/phi/phi.0/Add_1", "Add"))
    assert found[0] == ["phi.0", "phi.0.add", "phi.0.add_2"]
    assert found[1][:2] == ["phi.0.w", "phi.0.b"]


@pytest.mark.parametrize("weight", ["n.3.weight", "n.3.in_proj_weight", "n.3/kernel:0", "n.3.weight_ih_l0"])
def test_the_place_that_weights_tell(weight):
    assert names(("node_linear_3", "Gemm", weight, "n.3.bias"))[0] == ["n.3"]


@pytest.mark.parametrize("made_up", ["", "Gemm_3", "node_linear_1", "12", "/Gemm"])
def test_names_that_exporters_count_are_replaced(made_up):
    found = names((made_up, "Gemm", "onnx::w_1", "onnx::b_2"), ("Relu_17", "Relu"))
    assert found == (["dense_1", "relu_1"], ["dense_1.w", "dense_1.b"], ["dense_1", "y"])


def test_names_that_people_gave_are_kept():
    assert names(("score_head", "Gemm", "a", "b"))[0] == ["score_head"]


def test_a_node_that_replaced_another_is_named_anew():
    dense = ("dense.add", "Gemm", "dense.w", "dense.b")
    found, *_ = names(("a.mat_mul~2", "Attention"), ("a.qkv", "Gemm", "v", "c"), dense)
    assert found == ["a.attention", "a.qkv", "dense"]


def test_frameworks_wrap_names():
    assert names(("StatefulPartitionedCall/model/dense/MatMul", "MatMul", "w"))[0] == ["model.dense"]


def test_a_weight_that_two_nodes_read_belongs_to_the_first():
    assert names(("a", "Gemm", "w", "b"), ("c", "Gemm", "w", "b"))[1] == ["a.w", "a.b"]


def test_values_do_not_take_the_names_of_inputs():
    nodes = [node("Relu", "jets", "h", name="jets"), node("Neg", "h", "y", name="n")]
    found = read(file(nodes, {"jets": [3]}, {"y": None}))
    assert found.graphs["main"].nodes[0].outputs == ["jets_2"]


def test_outputs_of_a_node_are_told_apart():
    found = read(file([node("TopK", "x k", "v i", name="best"), node("Cast", "i", "y", to=1)], {"x": ["n", 4]},
                      {"v": None, "y": None}, {"k": np.array([2])}))
    assert found.graphs["main"].nodes[0].outputs == ["v", "best.indices"]


def test_scopes_of_the_newer_exporter():
    linear = node("Gemm", "x w b", "y", name="node_linear_3")
    made = model([linear], {"x": ["n", 3]}, {"y": None}, {"w": normal(3, 2), "b": normal(2)})
    made.graph.node[0].metadata_props.add(key="pkg.torch.onnx.name_scopes", value="['', 'head', 'head.0', 'linear_3']")
    assert read(made.SerializeToString()).graphs["main"].nodes[0].name == "head.0"


def test_valid_names():
    assert valid_name("a/b\x00c") == "a_b_c"
    assert valid_name("") == "unnamed"
    assert len(valid_name("x" * 1000)) == 256


def test_snake():
    assert [snake(each) for each in ("LayerNormalization", "LSTM", "ReduceL1", "IsNaN", "lading.TreeEnsemble")] == [
        "layer_normalization", "lstm", "reduce_l1", "is_nan", "tree_ensemble"]
    assert "mat_mul" in OPERATOR_STEMS
