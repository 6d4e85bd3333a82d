"""Names, axes, preparation and remarks come from the file."""

from __future__ import annotations

import gzip
import json
import lzma

import numpy as np
import pytest
from lwtnn_networks import NETWORKS, Maker, sequential

import lading
from lading.sources import lwtnn, recognise


def test_a_sequential_network(file_of):
    model = lading.convert(file_of(NETWORKS["dense"]))
    variable = model.inputs["inputs"].variables["pt"]
    offset, scale = (NETWORKS["dense"]["inputs"][0][key] for key in ("offset", "scale"))
    assert variable.raw == "float64"
    assert variable.prepare == [{"add": offset}, {"multiply": scale}]
    assert [*model.labels] == ["signal"]
    assert model.inputs["inputs"].axes == ["entry", "variable"]
    assert [node.operator for node in model.graphs["main"].nodes] == ["Gemm", "Tanh", "Add", "Gemm", "Tanh", "Gemm",
                                                                    "Sigmoid"]  # fmt: skip
    assert {"dense_1.w", "dense_1.b"} <= set(model.weights)


def test_offset_0_and_scale_1_are_no_steps(file_of):
    plain = [{"name": name, "offset": o, "scale": s} for name, o, s in (("a", 0, 1), ("b", 2, 1), ("c", 0, 3))]
    model = lading.convert(file_of(sequential(plain, [Maker(1).dense(3, 1)], ["y"])))
    a, b, c = model.inputs["inputs"].variables.values()
    assert (a.prepare, b.prepare, c.prepare) == ([], [{"add": 2.0}], [{"multiply": 3.0}])


def test_a_graph_with_an_input_and_a_sequence_of_one_name(file_of):
    model = lading.convert(file_of(NETWORKS["disordered"]))
    assert [*model.inputs] == ["node_0", "other", "node_0_sequence", "hits"]
    assert model.inputs["node_0_sequence"].axes == ["node_0_sequence", "variable"]
    assert [*model.axes] == ["entry", "node_0_sequence", "hits_sequence"]
    assert [*model.outputs] == ["vector", "both", "both_sequence", "each", "hits_out", "hits_out_sequence"]
    assert model.outputs["both_sequence"].axes == ["node_0_sequence", "label"]
    assert model.outputs["both"].description == "node 1, its last step"
    assert model.record["origin"]["inputs"]["node_0_sequence"] == "input_sequences/node_0"


def test_papers_may_use_the_names_of_the_file(file_of):
    papers = {"inputs": [{"of": "input_sequences/node_0", "name": "tracks", "variables": [{"of": "x", "unit": "mm"}]}]}
    model = lading.convert(file_of(NETWORKS["disordered"]), describe=papers)
    assert model.inputs["tracks"].variables["x"].unit == "mm"


def test_what_else_a_file_says_is_kept(file_of):
    model = lading.convert(file_of(NETWORKS["reordered"]))
    assert model.axes["sequence"].order == "absSd0sort"
    assert model.record["training"]["miscellaneous"] == {"sort_order": "absSd0sort"}


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress], ids=["gzip", "xz"])
def test_packed_files(file_of, tmp_path, pack):
    data = json.dumps(NETWORKS["deep_sets"]).encode()
    packed = tmp_path / "net.json.packed"
    packed.write_bytes(pack(data))
    assert lading.convert(packed).function_digest == lading.convert(file_of(NETWORKS["deep_sets"])).function_digest
    packed.write_bytes(pack(data)[:-30])
    with pytest.raises(lading.FormatError, match=r"truncated|damaged"):
        lading.convert(packed)


def test_other_json_is_not_taken_for_it(file_of):
    assert not lwtnn.recognises(file_of({"layers": [{"class_name": "Dense"}], "inputs": []}))
    assert recognise(file_of(NETWORKS["dense"])) is lwtnn


def test_fewer_labels_than_values_are_the_first(file_of):
    network = json.loads(json.dumps(NETWORKS["deep_sets"]))
    network["outputs"]["flavour"]["labels"] = ["p_u", "p_c"]
    model = lading.convert(file_of(network))
    whole = lading.convert(file_of(NETWORKS["deep_sets"], "whole.json"))
    event = {"jet": {"pt": [0.0], "eta": [1.0]}, "tracks": {each: ([1.0, 2.0], [2]) for each in ("d0", "z0", "dr")}}
    assert np.array_equal(model.run(event)["flavour"], whole.run(event)["flavour"][:, :2])
    assert "has 2 labels for 3 values; the first 2 of them are kept" in lwtnn.remark(model)


def test_remarks_where_lwtnn_is_wrong_or_does_less(file_of):
    def remark(name):
        return lwtnn.remark(lwtnn.read(file_of(NETWORKS[name])))

    assert "lwtnn up to 2.14.1 evaluates this file wrongly" in remark("embedding_twice")
    assert "NaN and infinities of 2 of 3 variables become the defaults" in remark("defaults")
    assert remark("residual") == ""


def corrections(*networks, expression="x"):
    data = [{"nodetype": "binning", "content": [{"nodetype": "lwtnn", "opaque": each, "finalizer": {
        "nodetype": "formula", "expression": expression, "variables": each["outputs"][: expression.count("y") + 1]}}]}
        for each in networks]  # fmt: skip
    return {"schema_version": 2, "corrections": [{"name": f"c{at}", "version": 1, "data": each}
                                                 for at, each in enumerate(data)]}  # fmt: skip


def test_one_of_several_networks_in_a_file_of_corrections(file_of):
    path = file_of(corrections(NETWORKS["activations"], NETWORKS["defaults"], expression="x+y"))
    with pytest.raises(lading.FormatError, match="several networks; name one of their corrections: key= one of c0, c1"):
        lading.convert(path)
    model = lading.convert(path, key="c1")
    assert [*model.labels] == ["x", "y"]
    assert "the model ends where correction 'c1' goes on with x+y of x = x, y = y" in lwtnn.remark(model)
    with pytest.raises(lading.UnknownName, match="no network in a correction 'c2'"):
        lading.convert(path, key="c2")
    with pytest.raises(lading.FormatError, match="corrections without an lwtnn node"):
        lading.convert(file_of({"schema_version": 2, "corrections": []}))


def test_a_name_that_no_bundle_holds_is_told_with_what_it_became(tmp_path):
    layer = {"architecture": "dense", "weights": [1, 2], "bias": [0], "activation": "linear"}
    names = [{"name": name, "offset": 0, "scale": 1} for name in ("jet/pt", "eta")]
    (tmp_path / "net.json").write_text(json.dumps({"inputs": names, "layers": [layer], "outputs": ["D/b"]}))
    model = lading.convert(tmp_path / "net.json")
    assert list(model.variables) == ["jet_pt", "eta"] and list(model.labels) == ["D_b"]
    remarks = "; ".join(model.record["origin"]["remarks"])
    assert "'jet/pt' is called 'jet_pt' here" in remarks and "'D/b' is called 'D_b' here" in remarks
