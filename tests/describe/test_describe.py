"""Papers: what is described by name, merged with what the model knows, and refused where it does not fit."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lading.bundle import to_buffers
from lading.describe import apply, apply_all, read_papers, template
from lading.endpoints import Axis, Input, Output
from lading.errors import FormatError, LadingError, MissingFile, UnknownName
from lading.evaluation import evaluator
from lading.graph import Graph, Node
from lading.model import Model


def tagger(**record):
    """A network in the ATLAS form: jets [1, 2] and tracks [n, 3]; three numbers, and one for each track."""
    nodes = [
        Node("sum", "ReduceSum", ["trk", np.array([0, 1])], ["s"], {"keepdims": 0}),
        Node("b", "Mul", ["s", np.float32(2)], ["GN_pb"]), Node("c", "Neg", ["s"], ["GN_pc"]),
        Node("u", "Relu", ["s"], ["GN_pu"]),
        Node("o", "ReduceMax", ["trk", np.array([1])], ["GN_origin"], {"keepdims": 0}),
    ]  # fmt: skip
    found = Model(name="gn", graphs={"main": Graph(nodes)}, origin="gn.onnx", names={"from source": {}})
    found.axes = {"entry": Axis("entry", "entry"), "n": Axis("n", "sequence", of="entry")}
    found.input_list = [Input("jet", [1, 2]), Input("trk", ["n", 3])]
    found.output_list = [Output("GN_pb", []), Output("GN_pc", []), Output("GN_pu", []), Output("GN_origin", ["n"])]
    found.record = {"origin": {"format": "onnx", **record}}
    return found


def variables(*names):
    return [{"name": name} for name in names]


def described(papers, model=None):
    """The model under papers, good enough to be saved."""
    found = apply(model or tagger(), papers, "papers.json")
    to_buffers(found)
    return found


TRACKS = {"of": "trk", "name": "tracks", "variables": variables("d0", "z0", "pt")}


# ---------------------------------------------------------------------------------------- names and variables


def test_inputs_are_renamed_and_get_variables():
    jets = {"of": "jet", "name": "jets", "variables": [{"name": "pt", "unit": "GeV"}, {"name": "eta"}]}
    found = described({"inputs": [TRACKS, jets]})
    assert list(found.inputs) == ["jets", "tracks"]  # in the model's order, not that of the papers
    assert found.inputs["tracks"].axes == ["n", "variable"] and found.inputs["jets"].axes == [1, "variable"]
    assert found.inputs["jets"].variables["pt"].unit == "GeV"
    assert found.record["origin"]["inputs"] == {"jets": "jet", "tracks": "trk"}
    assert found.graphs["main"].nodes[0].inputs[0] == "tracks"
    assert found.names == {"typed by hand": {}}


def test_the_given_model_stays_as_it_is():
    model = tagger()
    before = to_buffers(model)
    described({"inputs": [TRACKS], "name": "new", "record": {"licence": "MIT"}}, model)
    assert to_buffers(model) == before


def test_all_that_a_variable_may_say():
    item = {"name": "d0", "unit": "mm", "raw": "float64", "missing": {"when": ["nan", -999], "value": 0.5},
            "prepare": ["abs", {"multiply": 3}], "description": "impact parameter"}
    found = described({"inputs": [{"of": "trk", "variables": [item, *variables("z0", "pt")]}]})
    variable = found.inputs["trk"].variables["d0"]
    assert (variable.unit, variable.raw, variable.prepare) == ("mm", "float64", ["abs", {"multiply": 3}])
    assert variable.missing.when == ["nan", -999]


def test_several_papers_apply_in_turn():
    found = apply_all(tagger(), [{"inputs": [TRACKS]}, {"inputs": [{"of": "tracks", "name": "trks"}]},
                                 {"inputs": [{"of": "trk", "description": "good tracks"}]}])
    assert found.inputs["trks"].description == "good tracks"
    assert found.record["origin"]["inputs"] == {"trks": "trk"}


def test_a_name_in_the_way_is_moved():
    found = described({"inputs": [{"of": "trk", "name": "s"}]})
    assert found.graphs["main"].nodes[0].inputs[0] == "s"
    assert found.graphs["main"].nodes[1].inputs[0] == "s~"


def test_a_mask_is_made_by_the_engine():
    model = tagger()
    model.input_list.append(Input("mask", ["n"]))
    model.graphs["main"].nodes.append(Node("m", "Relu", ["mask"], ["unused"]))
    model.output_list.append(Output("unused", ["n"]))
    found = described({"inputs": [{"of": "mask", "mask": {"of": "n"}}]}, model)
    assert found.inputs["mask"].mask.of == "n"


# ---------------------------------------------------------------------------------------------------- axes


def test_axes_that_are_written_down_name_the_model_s():
    found = described({"axes": {"jet": {"kind": "entry"}, "track": {"kind": "sequence", "max": 40, "order": "d0"}},
                       "inputs": [{**TRACKS, "axes": ["track", "variable"]}]})
    assert list(found.axes) == ["jet", "track"]
    assert (found.axes["track"].of, found.axes["track"].max) == ("jet", 40)
    assert found.outputs["GN_origin"].axes == ["track"]


def test_the_only_sequence_takes_the_declared_name():
    found = described({"axes": {"track": {"kind": "sequence", "of": "entry"}}})
    assert found.inputs["trk"].axes == ["track", 3] and list(found.axes) == ["entry", "track"]


def test_what_is_known_of_an_axis_is_kept():
    found = described({"axes": {"n": {"max": 40}}})
    assert (found.axes["n"].kind, found.axes["n"].max) == ("sequence", 40)


def test_an_open_length_can_be_fixed():
    papers = {"inputs": [{"of": "trk", "axes": [10, 3]}], "outputs": [{"of": "GN_origin", "axes": [10]}]}
    assert described(papers).inputs["trk"].axes == [10, 3]


def test_a_fixed_number_of_candidates_may_be_a_padded_sequence():
    model = Model(input_list=[Input("x", ["entry", 25, 4])], output_list=[Output("y", ["entry", 25, 4])],
                  axes={"entry": Axis("entry", "entry")}, graphs={"main": Graph([Node("r", "Relu", ["x"], ["y"])])})
    axes = {"candidate": {"kind": "sequence", "of": "entry", "min": 25, "max": 25}}
    papers = {"axes": axes, "inputs": [{"of": "x", "axes": ["entry", "candidate", 4]}]}
    assert described(papers, model).inputs["x"].axes == ["entry", "candidate", 4]
    axes["candidate"] |= {"min": 0}
    with pytest.raises(FormatError, match=r"fixed to 25 in the source; declare it with \"min\" and \"max\" 25"):
        described(papers, model)


# ------------------------------------------------------------------------------------------------- outputs


def test_numbers_become_one_output_with_labels():
    labels = [{"label": "p_u", "of": "GN_pu"}, {"label": "p_b", "of": "GN_pb", "range": [0, 1]}]
    found = described({"outputs": [{"name": "flavour", "labels": labels, "when_empty": {"n": [0.5, 0.5]}}]})
    assert list(found.outputs) == ["flavour", "GN_pc", "GN_origin"]
    assert found.outputs["flavour"].axes == ["label"]
    assert found.outputs["flavour"].labels["p_b"].range == [0, 1]
    assert found.record["origin"]["outputs"] == {"flavour": ["GN_pu", "GN_pb"]}
    tensors = {"jet": np.zeros((1, 2), np.float32), "trk": np.ones((2, 3), np.float32)}
    assert np.array_equal(evaluator(found)(tensors)["flavour"], np.float32([6, 12]))


@pytest.mark.parametrize(("axes", "shape", "joined"), [
    ([], (), (2,)), ([1], (1,), (2,)), ([1, 1], (1, 1), (1, 2)), (["n"], (4,), (4, 2)), (["n", 1], (4, 1), (4, 2)),
])  # fmt: skip
def test_outputs_of_any_form_are_joined(axes, shape, joined):
    nodes = [Node("a", "Relu", ["x"], ["m_a"]), Node("b", "Neg", ["x"], ["m_b"])]
    model = Model(graphs={"main": Graph(nodes)}, input_list=[Input("x", list(axes))],
                  output_list=[Output("m_a", list(axes)), Output("m_b", list(axes))])
    if "n" in axes:
        model.axes = {"entry": Axis("entry", "entry"), "n": Axis("n", "sequence", of="entry")}
    labels = [{"label": "a", "of": "m_a"}, {"label": "b", "of": "m_b"}]
    found = described({"outputs": [{"name": "m", "labels": labels}]}, model)
    result = evaluator(found)({"x": np.ones(shape, np.float32)})["m"]
    assert result.shape == joined and np.array_equal(result[..., 1], -result[..., 0])


def test_labels_of_one_output():
    model = Model(input_list=[Input("x", ["entry", 3])], output_list=[Output("y", ["entry", 3])],
                  axes={"entry": Axis("entry", "entry")}, graphs={"main": Graph([Node("r", "Relu", ["x"], ["y"])])})
    found = described({"outputs": [{"of": "y", "name": "flavour", "labels": ["p_u", "p_c", {"label": "p_b"}]}]}, model)
    assert found.outputs["flavour"].axes == ["entry", "label"] and list(found.labels) == ["p_u", "p_c", "p_b"]


# -------------------------------------------------------------------------------------------------- record


def test_the_record_is_merged():
    found = described({"licence": "MIT", "authors": ["A"],
                       "record": {"training": {"data": "mc23"}, "origin": {"note": "v2"}},
                       "name": "n", "version": "1.0", "description": "d", "citation": ""})
    assert (found.name, found.version, found.description) == ("n", "1.0", "d")
    assert found.record["origin"] == {"format": "onnx", "note": "v2"}
    assert (found.record["licence"], found.record["training"]) == ("MIT", {"data": "mc23"})
    assert "citation" not in found.record
    assert found.names == {"from source": {}}


def test_the_model_json_of_another_bundle_can_be_papers(tmp_path):
    once = described({"inputs": [TRACKS], "record": {"licence": "MIT"}})
    (tmp_path / "model.json").write_bytes(to_buffers(once)[0])
    again = apply_all(apply(tagger(), {"inputs": [{"of": "trk", "name": "tracks"}]}), tmp_path / "model.json")
    assert list(again.inputs["tracks"].variables) == ["d0", "z0", "pt"]


# -------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(("papers", "text"), [
    ({"record": 3}, r"record: should be an object, is an integer"),
    ({"record": {"origin": "here"}}, r"record\.origin: should be an object, is text"),
    ({"inputs": [{"of": "trks"}]},
     r"inputs\[0\]\.of: no input 'trks' in gn\.onnx \(has: 'trk', 'jet'\); did you mean 'trk'\?"),
    ({"inputs": [{"variables": []}]}, r'inputs\[0\]: should say what it describes: "of"'),
    ({"inputs": [{"of": "trk"}, {"of": "trk"}]}, r"inputs\[1\]\.of: 'trk' is described already, as inputs\[0\]"),
    ({"inputs": [{"of": "trk", "name": "jet"}]}, r"the name 'jet' stands twice"),
    ({"inputs": [{"of": "trk", "variables": variables("a", "a", "b")}]},
     r"inputs\[0\]\.variables\[1\]: the name 'a' stands twice"),
    ({"inputs": [{"of": "trk", "variables": variables("a", "b")}]},
     r"inputs\[0\]\.variables: 2 variables, but no axis of the tensor \[n, 3\] has that length"),
    ({"inputs": [{"of": "trk", "axes": ["n", "variable"], "variables": variables("a", "b")}]},
     r"inputs\[0\]: 2 variables, but axis 1 \('variable'\) of 'trk' is 3 long; the tensor is \[n, 3\]"),
    ({"inputs": [{"of": "trk", "axes": ["n"]}]}, r"inputs\[0\]\.axes: names 1 axes, the tensor has 2: \[n, 3\]"),
    ({"inputs": [{"of": "trk", "axes": ["n", 4]}]}, r"is 3 long in the source, here 4"),
    ({"inputs": [{"of": "trk", "axes": ["trak", 3]}], "axes": {"track": {"kind": "sequence"}}},
     r"axes\.track: no input or output has this axis \(has: 'trak'\); did you mean 'trak'\?"),
    ({"inputs": [{"of": "jet", "axes": ["trak", 2]}]}, r"the axis 'trak' is not declared"),
    ({"inputs": [{"of": "trk", "type": "int64"}]}, r"inputs\[0\]\.type: 'trk' is of type float32"),
    ({"inputs": [{"of": "trk", "variables": [{"name": "a", "prepare": ["lgo"]}, *variables("b", "c")]}]},
     r"inputs\[0\]\.variables\[0\]\.prepare\[0\]: no verb 'lgo'.*did you mean 'log'\?"),
    ({"inputs": [{"of": "trk", "variables": [{"name": "", "unit": ""}, *variables("b", "c")]}]},
     r"variables\[0\]\.name: '' is not a name"),
    ({"inputs": [{"of": "trk", "varables": []}]}, r"unknown key 'varables'.*did you mean 'variables'\?"),
    ({"inputs": [{"of": "jet", "axes": ["entry", 2]}]},
     r"fixed to 1 in the source; write 1 \(the graph runs once per entry\)"),
    ({"input": []}, r"papers\.json: has the unknown key 'input'.*did you mean 'inputs'\?"),
    ({"outputs": [{"name": "f", "labels": [{"label": "a", "of": "GN_pb"}, {"label": "b", "of": "GN_origin"}]}]},
     r"labels\[1\]\.of: 'GN_origin' is float32 \[n\], 'GN_pb' is float32 \[\]; only outputs of one form"),
    ({"outputs": [{"name": "f", "labels": [{"label": "a", "of": "GN_pb"}, "b"]}]},
     r"labels\[1\]: should say of which output"),
    ({"outputs": [{"name": "f", "labels": [{"label": "a", "of": "GN_pb"}, {"label": "b", "of": "GN_pb"}]}]},
     r"behind several labels"),
    ({"outputs": [{"name": "f", "labels": [{"label": "a", "of": "GN_bp"}]}]},
     r"no output 'GN_bp'.*did you mean 'GN_pb'\?"),
    ({"outputs": [{"of": "GN_pb", "when_empty": {"n": [1, 2]}}]},
     r"should have one value for each number of an entry, has 2"),
    ({"axes": {"track": {"kind": "sequence", "of": "jt"}}}, r"axes\.track\.of: no entry axis 'jt'"),
])  # fmt: skip
def test_what_does_not_fit_is_refused(papers, text):
    with pytest.raises(LadingError, match=text) as caught:
        described(papers)
    assert str(caught.value).startswith("papers.json: ")
    assert isinstance(caught.value, (FormatError, UnknownName))


def test_an_ambiguous_place_of_the_variables_is_asked_for():
    model = Model(input_list=[Input("x", ["entry", 4, 4])], output_list=[Output("y", ["entry", 4, 4])],
                  axes={"entry": Axis("entry", "entry")}, graphs={"main": Graph([Node("r", "Relu", ["x"], ["y"])])})
    with pytest.raises(FormatError, match=r'several axes of \[entry, 4, 4\] have the length 4; write its "axes"'):
        described({"inputs": [{"of": "x", "variables": variables(*"abcd")}]}, model)
    placed = {"of": "x", "axes": ["entry", "variable", 4], "variables": variables(*"abcd")}
    found = described({"inputs": [placed]}, model)
    assert found.inputs["x"].axes == ["entry", "variable", 4]


def test_papers_are_read_strictly(tmp_path):
    (tmp_path / "twice.json").write_text('{"name": "a", "name": "b"}')
    with pytest.raises(FormatError, match="'name' stands twice"):
        read_papers(tmp_path / "twice.json")
    with pytest.raises(MissingFile, match="no such file of papers"):
        read_papers(tmp_path / "nowhere.json")


# ------------------------------------------------------------------------------------- templates, metadata


def filled(papers):
    for i, given in enumerate(papers["inputs"]):
        for j, variable in enumerate(given.get("variables", [])):
            variable["name"] = variable["name"] or f"v{i}_{j}"
    for output in papers["outputs"]:
        for j, label in enumerate(output.get("labels", [])):
            if isinstance(label, dict):
                label["label"] = label["label"] or f"l{j}"
    return papers


def test_a_template_filled_in_describes_the_model():
    papers = template(tagger())
    assert [len(given["variables"]) for given in papers["inputs"]] == [2, 3]
    json.dumps(papers)
    found = described(filled(papers))
    assert list(found.outputs) == ["GN", "GN_origin"]
    assert list(found.outputs["GN"].labels) == ["pb", "pc", "pu"]
    assert filled(template(found))["inputs"] == [{**given, "of": given["of"]} for given in template(found)["inputs"]]


GNN = {
    "inputs": [{"name": "jet_var",
                "variables": [{"name": "pt_btagJes", "offset": -4e4, "scale": 2e-5},
                              {"name": "eta", "offset": 0.0, "scale": 1.0}]}],
    "input_sequences": [{"name": "tracks_r22default_sd0sort",
                         "variables": [{"name": n, "offset": 0.0, "scale": 1.0, "default": 0.0} for n in "abc"]}],
    "onnx_model_version": "v1",
}  # fmt: skip


def atlas():
    model = tagger(metadata={"gnn_config": json.dumps(GNN)})
    model.input_list[0].name, model.input_list[1].name = "jet_features", "track_features"
    model.graphs["main"].nodes[0].inputs[0] = model.graphs["main"].nodes[4].inputs[0] = "track_features"
    return model


def test_gnn_config_names_variables_and_their_scaling():
    papers = template(atlas())
    jets, tracks = (given["variables"] for given in papers["inputs"])
    assert jets[0] == {"name": "pt_btagJes", "raw": "float64", "prepare": [{"add": -4e4}, {"multiply": 2e-5}]}
    assert jets[1] == {"name": "eta"}
    assert tracks[0] == {"name": "a", "missing": {"when": ["nan"], "value": 0.0}}


def test_gnn_config_is_known_to_the_reader():
    from lading.sources.onnx_file.assembling import with_known_names

    found = with_known_names(atlas())
    assert list(found.inputs["track_features"].variables) == ["a", "b", "c"]
    assert (found.axes["n"].selection, found.axes["n"].order) == ("r22default", "sd0sort")
    assert found.names == {"from source": {}}


@pytest.mark.parametrize("config", [
    "", "no json", "[1]", '{"inputs": 3}', '{"inputs": [{"name": "jet_var", "variables": [{}]}]}',
])  # fmt: skip
def test_a_broken_gnn_config_is_passed_over(config):
    from lading.sources.onnx_file.assembling import with_known_names

    model = tagger(metadata={"gnn_config": config})
    assert with_known_names(model) is model


def test_names_that_the_source_gave_are_matched_not_replaced():
    from lading.sources.onnx_file.assembling import with_known_names

    tracks = {"of": "track_features", "name": "tracks",
              "variables": [{"name": "b", "unit": "mm"}, {"of": "a", "name": "d0"}]}
    found = described({"inputs": [tracks]}, with_known_names(atlas()))
    assert [(v.name, v.unit) for v in found.inputs["tracks"].variable_list] == [("d0", ""), ("b", "mm"), ("c", "")]
    with pytest.raises(UnknownName, match="the source names the variables of this input, and has no 'd'"):
        described({"inputs": [{"of": "track_features", "variables": variables("d")}]}, with_known_names(atlas()))


def test_numbered_metadata_are_proposed():
    model = Model(input_list=[Input("x", ["entry", 2])], output_list=[Output("y", ["entry", 2])],
                  axes={"entry": Axis("entry", "entry")}, graphs={"main": Graph([Node("r", "Relu", ["x"], ["y"])])})
    model.record = {"origin": {"metadata": {"input_0": "ht", "ht_mean": "-450.5", "ht_std": "0.006", "input_1": "dR"}}}
    variables_ = template(model)["inputs"][0]["variables"]
    assert variables_[0]["prepare"] == [{"add": -450.5}, {"multiply": 0.006}]
    assert variables_[1] == {"name": "dR", "unit": "", "description": ""}
