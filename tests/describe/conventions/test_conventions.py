"""What is recognised, which input is meant, and what is refused with one clear sentence."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from described_models import described, flat, tagger

from lading.describe import apply_all, template
from lading.describe.conventions import CONVENTIONS, Content, recognise
from lading.errors import DisagreementError, FormatError, LadingError, UnknownName

SIDECAR = {"variables": ["a", "b"], "scale": [2.0, 5.0], "offset": [10.0, 30.0]}
METADATA = {"input_0": "a", "a_mean": "-10.0", "a_std": "0.5", "input_1": "b", "b_mean": "-30", "b_std": "0.2"}
LWTNN = {"inputs": [{"name": "node_0", "variables": [{"name": "a", "offset": -10, "scale": "0.5"},
                                                     {"name": "b", "offset": -30, "scale": 0.2, "default": 1}]}],
         "input_sequences": [], "outputs": [{"name": "out_0", "labels": ["p", "q"]}]}  # fmt: skip
GNN = {"inputs": [{"name": "jet_var", "variables": [{"name": "a", "offset": 0, "scale": 1},
                                                    {"name": "b", "offset": 0, "scale": 1}]}],
       "input_sequences": [], "layers": [], "nodes": [], "onnx_model_version": "v1"}  # fmt: skip
INFO = {"median": 1, "norm_factor": 2, "replace_inf_value": 0, "lower_bound": -5, "upper_bound": 5}
CMS = {"input_names": ["x"], "output_names": ["p", "q"],
       "x": {"var_names": ["a", "b"], "var_infos": {"a": INFO, "b": INFO}, "var_length": 1}}  # fmt: skip
LIMITS = {"b": {"mean": 0, "std": 2, "min": -1, "max": 1}, "a": {"mean": 1, "std": 2, "min": -5, "max": 5}}
SIGNATURE = {"signature": {"inputs": '[{"type": "double", "name": "a"}, {"type": "double", "name": "b"}]'}}
MLMODEL = """artifact_path: model
flavors:
  sklearn: {}
signature:
  inputs: '[{"type": "double", "name": "a", "required": true}, {"type": "double",
    "name": "b", "required": true}]'
"""
TRITON = """name: "net"  # of the group
max_batch_size: 8
input [{ name: "x" data_type: TYPE_FP32 dims: [2] }]
output { name: "y", data_type: TYPE_FP32 dims: [ 2 ] label_filename: "labels.txt" }
instance_group [ { count: 1 kind: KIND_CPU } ]
"""
SCALER = "a stdscale 10 2\nb minmax 0 5\n"

ALL = {
    "scale_and_offset": SIDECAR, "onnx_metadata": METADATA, "lwtnn_variables": LWTNN, "gnn_config": GNN,
    "cms_preprocess": CMS, "cms_limits": LIMITS, "cms_scaler": SCALER, "triton": TRITON, "mlflow": SIGNATURE,
    "names_table": "a\nb\n",
}  # fmt: skip


def content(papers):
    data = papers if isinstance(papers, str) else json.dumps(papers, indent=1)
    return Content(data.encode(), "papers.txt", Path())


def paper(tmp_path, papers, name="papers.txt"):
    path = tmp_path / name
    path.write_bytes(content(papers).data)
    return path


def names(model, given="x"):
    return [variable.name for variable in model.inputs[given].variable_list]


# ------------------------------------------------------------------------------------------------ recognising


def test_there_is_an_example_of_every_convention():
    assert set(ALL) == set(CONVENTIONS)


@pytest.mark.parametrize("name", ALL)
def test_content_tells_the_convention(name):
    assert recognise(content(ALL[name])).__name__.endswith(f".{name}")


def test_papers_of_our_own_are_of_no_convention():
    for own in ({"name": "x"}, {"inputs": [{"of": "x", "variables": [{"name": "a"}]}]}, {"record": {}}):
        assert recognise(content(own)) is None


@pytest.mark.parametrize("name", sorted(set(ALL) - {"gnn_config", "triton"}))
def test_every_convention_names_the_variables(name, tmp_path):
    papers = ALL[name]
    model, _ = described(flat(2), paper(tmp_path, papers))
    assert names(model) == (["b", "a"] if name == "cms_limits" else ["a", "b"])
    assert model.record["papers"][0]["convention"]
    again, _ = described(model, paper(tmp_path, papers))  # nothing contradicts itself
    assert names(again) == names(model)


def test_templates_begin_with_papers_of_others(tmp_path):
    model, _ = described(flat(2), paper(tmp_path, SIDECAR))
    given = template(model)["inputs"][0]["variables"][0]
    assert given == {"name": "a", "unit": "", "description": "", "raw": "float64",
                     "prepare": [{"subtract": 10.0}, {"divide": 2.0}]}  # fmt: skip
    assert names(described(flat(2), {"inputs": template(model)["inputs"]})[0]) == ["a", "b"]


def test_mlmodel_is_read_as_yaml_and_as_json(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "MLmodel").write_text(MLMODEL)
    example = {"columns": ["a", "b"], "data": [[1, 2]]}
    tensors = {"inputs": '[{"type": "tensor", "name": "x", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'}
    for papers in (tmp_path / "run", tmp_path / "run" / "MLmodel", example):
        assert names(described(flat(2), papers)[0]) == ["a", "b"]
    described(flat(2), tensors)
    with pytest.raises(FormatError, match=r"shape: is \[-1, 2\], but 'x' is \[entry, 3\]"):
        described(flat(3), tensors)


def test_an_onnx_file_gives_its_own_metadata(tmp_path):
    onnx = pytest.importorskip("onnx")
    from lading.targets.onnx import to_bytes

    proto = onnx.load_model_from_string(to_bytes(flat(2)))
    onnx.helper.set_model_props(proto, METADATA)
    onnx.save(proto, tmp_path / "net.onnx")
    model, _ = described(flat(2), tmp_path / "net.onnx")
    assert model.inputs["x"].variables["a"].prepare == [{"add": -10.0}, {"multiply": 0.5}]
    onnx.helper.set_model_props(proto, {"note": "1"})
    onnx.save(proto, tmp_path / "net.onnx")
    with pytest.raises(FormatError, match="its metadata name no variables"):
        described(flat(2), tmp_path / "net.onnx")


# --------------------------------------------------------------------------------------------- which is meant


def test_lwtnn_pairs_by_place_only_what_fits():
    model, remarks = described(flat(2), LWTNN)
    assert "paired by place, as this convention does: 'node_0' is 'x'" in remarks[0]
    assert list(model.outputs["y"].labels) == ["p", "q"]
    with pytest.raises(UnknownName, match=r"no input 'node_0' .* nor do the numbers of variables .2. fit"):
        described(flat(3), LWTNN)
    with pytest.raises(UnknownName, match="cannot be paired by place either: 1 are described, of 2"):
        described(tagger(x=["entry", 2], z=["entry", 2]), LWTNN)


def test_names_win_over_places():
    groups = [{"name": n, "variables": [{"name": f"{n}{i}", "offset": 0, "scale": 2} for i in (0, 1)]} for n in "zx"]
    model, remarks = described(tagger(x=["entry", 2], z=["entry", 2]), {"inputs": groups, "input_sequences": []})
    assert names(model, "x") == ["x0", "x1"] and names(model, "z") == ["z0", "z1"] and not remarks
    groups[0]["name"] = "w"
    with pytest.raises(UnknownName, match="no input 'w'"):
        described(tagger(x=["entry", 2], z=["entry", 2]), {"inputs": groups, "input_sequences": []})


def test_sequences_of_lwtnn_are_paired_among_themselves():
    group = {"variables": [{"name": "d0", "offset": 0, "scale": 2}]}
    papers = {"inputs": [], "input_sequences": [{"name": "node_0_sequence", **group}]}
    model, _ = described(tagger(jets=["entry", 1], tracks=["entry", "n", 1]), papers)
    assert names(model, "tracks") == ["d0"] and not names(model, "jets")


def test_a_sequence_of_lwtnn_may_be_of_a_fixed_length():
    """Keras networks that were trained on twenty steps say so, lwtnn's variables do not."""
    group = {"variables": [{"name": "d0", "offset": 0, "scale": 2}]}
    papers = {"inputs": [], "input_sequences": [{"name": "node_0", **group}]}
    model, _ = described(tagger(jets=["entry", 1], tracks=["entry", 20, 1]), papers)
    assert names(model, "tracks") == ["d0"] and not names(model, "jets")
    with pytest.raises(UnknownName, match=r"no input 'node_0' in .*cannot be paired by place either"):
        described(tagger(jets=["entry", 1]), papers)


def cms(least=1, most=4, **groups):
    return {"input_names": list(groups), **{
        group: {"var_names": list(said), "var_infos": dict.fromkeys(said, INFO), "min_length": least,
                "max_length": most} for group, said in groups.items()}}  # fmt: skip


def test_groups_of_cms_may_bear_their_place():
    papers = cms(pf_points__0="ab", pf_features__1="cde")
    model, remarks = described(tagger(pf_points=["entry", 2, "n"], pf_features=["entry", 3, "n"]), papers)
    assert names(model, "pf_features") == ["c", "d", "e"] and "are places" in remarks[0]
    assert (model.axes["n"].min, model.axes["n"].max, model.axes["n"].keep) == (1, 4, "first")
    with pytest.raises(UnknownName, match="no input 'pf_points__1'"):
        described(tagger(pf_points=["entry", 2, "n"]), cms(pf_points__1="ab"))


def test_a_fixed_length_of_cms_becomes_a_sequence_of_that_length():
    model, _ = described(tagger(pf_points=["entry", 2, 7], pf_features=["entry", 3, 7]),
                         cms(7, 7, pf_points="ab", pf_features="cde"))  # fmt: skip
    assert model.inputs["pf_features"].axes == ["entry", "variable", "pf"]
    assert (model.axes["pf"].min, model.axes["pf"].max) == (7, 7)
    with pytest.raises(FormatError, match="is of 1 to 4 elements, but its tensor is fixed to 7"):
        described(tagger(pf_points=["entry", 2, 7]), cms(pf_points="ab"))


def test_what_cms_says_twice_must_be_the_same():
    papers = cms(pf_points="ab", pf_features="cde")
    papers["pf_features"]["max_length"] = 9
    with pytest.raises(FormatError, match="pf_features is of 1 to 9 elements and pf_points of 1 to 4"):
        described(tagger(pf_points=["entry", 2, "n"], pf_features=["entry", 3, "n"]), papers)


@pytest.mark.parametrize("key", ["output_names", "flav_names"])
@pytest.mark.parametrize("said", [["p", "q"], {"p": "formula", "q": "formula"}])
def test_outputs_of_cms(key, said):
    papers = {**CMS, "output_names": [], key: said}
    assert list(described(flat(2), papers)[0].outputs["y"].labels) == ["p", "q"]
    with pytest.raises(FormatError, match=r"names 3 outputs, but the tensor 'y' is \[entry, 2\]"):
        described(flat(2), {**papers, key: ["p", "q", "r"]})


def test_triton_is_held_against_the_model(tmp_path):
    (tmp_path / "labels.txt").write_text("p\nq\n")
    model, _ = described(flat(2), paper(tmp_path, TRITON))
    assert list(model.outputs["y"].labels) == ["p", "q"]
    (tmp_path / "labels.txt").unlink()
    assert "should stand in 'labels.txt'" in described(flat(2), paper(tmp_path, TRITON))[1][0]
    for old, new, error, text in [
        ('"x"', '"z"', UnknownName, "no input 'z'"), ("FP32", "FP64", FormatError, "is TYPE_FP64, but 'x' is float32"),
        ("[2]", "[3]", FormatError, r"are \[3\] behind the batch, but 'x' is \[entry, 2\]"),
        ("[2]", "[2", FormatError, "line 3"), ('"x"', "INPUT__0", UnknownName, "no input 'INPUT__0'"),
    ]:  # fmt: skip
        if new == "INPUT__0":
            assert "taken by place" in described(flat(2), paper(tmp_path, TRITON.replace('"x"', '"INPUT__0"')))[1][0]
            continue
        with pytest.raises(error, match=text):
            described(flat(2), paper(tmp_path, TRITON.replace(old, new, 1)))


def test_a_place_of_triton_names_what_pytorch_does_not(tmp_path):
    model = flat(2)
    model.output_list[0].name = "output"
    model.graphs["main"].nodes[0].outputs = ["output"]
    (tmp_path / "labels.txt").write_text("p\nq\n")
    told = described(model, paper(tmp_path, TRITON.replace('"y"', '"softmax__0"')))
    assert list(told[0].outputs["output"].labels) == ["p", "q"] and "taken by place" in told[1][0]
    with pytest.raises(UnknownName, match="no output 'softmax__0'"):
        described(flat(2), paper(tmp_path, TRITON.replace('"y"', '"softmax__0"')))


def test_lists_without_order_follow_the_models_names(tmp_path):
    model, remarks = described(described(flat(2), paper(tmp_path, "a,b\n"))[0], LIMITS)
    assert names(model) == ["a", "b"] and not remarks
    assert model.inputs["x"].variables["a"].prepare[-1] == {"clip": [-5.0, 5.0]}
    with pytest.raises(UnknownName, match="does not name 'c'"):
        described(described(flat(2), paper(tmp_path, "a,c\n"))[0], LIMITS)


def test_outputs_of_gnn_config_v0():
    model = tagger(jet_features=["entry", 2], track_features=["n", 1])
    for output, name in zip(model.output_list, ("pu", "pb"), strict=True):
        for node in model.graphs["main"].nodes:
            node.outputs = [name if each == output.name else each for each in node.outputs]
        output.name, output.axes = name, ["entry", 1]
    config = {**GNN, "outputs": {"GN1": {"labels": ["pu", "pb"], "node_index": 0}}}
    del config["onnx_model_version"]
    assert list(apply_all(model, config).outputs["GN1"].labels) == ["pu", "pb"]
    with pytest.raises(FormatError, match="should be 'v1'"):
        apply_all(model, {**GNN, "onnx_model_version": "v7"})


# ---------------------------------------------------------------------------------------------- disagreement


def known(**metadata):
    """A network whose own file says how its variables are scaled."""
    return flat(2, metadata={**METADATA, **metadata})


def sidecar(scale=(2.0, 5.0), offset=(10.0, 30.0), variables=("a", "b")):
    return {"variables": list(variables), "scale": list(scale), "offset": list(offset)}


def test_papers_that_agree_with_the_file_pass_quietly():
    model, remarks = described(known(), SIDECAR)
    assert not remarks and model.inputs["x"].variables["a"].prepare == [{"subtract": 10.0}, {"divide": 2.0}]


@pytest.mark.parametrize("papers, relation", [
    (sidecar((10.0, 30.0), (2.0, 5.0)), "offset and scale are swapped"),
    (sidecar(offset=(-10.0, -30.0)), "the sign of the offset differs"),
    (sidecar(scale=(-2.0, -5.0)), "the sign of the scale differs"),
    (sidecar(scale=(0.5, 0.2)), "one scale is the inverse of the other"),
    (sidecar(scale=(0.5, 0.2), offset=(-10.0, -30.0)), "sign of the offset differs and one scale is the inverse"),
    (sidecar(offset=(20.0, 150.0)), "the offset is applied after the scale in one of them"),
    (sidecar(scale=(1.0, 1.0), offset=(0.0, 0.0)), "often placeholders"),
    (sidecar(scale=(3.0, 5.0)), "1 of 2 variables of input 'x': 'a' is .x - 10. / 3 here and .x - 10. / 2 there"),
    (sidecar(variables=("b", "a")), "about the order of input 'x': place 0 is 'b' here and 'a' there"),
    (sidecar(variables=("a", "c")), "about the names of input 'x': place 1 is 'c' here and 'b' there"),
    (sidecar((1.0,), (1.0,), ("a",)), "1 are named here and 2 there; 'b' stands only there"),
])  # fmt: skip
def test_papers_that_contradict_the_file_are_refused(papers, relation):
    with pytest.raises(DisagreementError, match=relation):
        apply_all(known(), papers)


def test_several_papers_are_held_against_each_other(tmp_path):
    both = [{"inputs": [{"of": "x", "name": "jets", "variables": [{"name": "a", "unit": "GeV"}, {"name": "b"}]}]},
            SIDECAR]  # fmt: skip
    model, _ = described(flat(2), *both)
    assert (model.inputs["jets"].variables["a"].unit, len(model.inputs["jets"].variables["b"].prepare)) == ("GeV", 2)
    with pytest.raises(DisagreementError, match="its unit is MeV here and GeV there"):
        described(flat(2), *both, paper(tmp_path, "name,unit\na,MeV\nb,1\n"))
    with pytest.raises(DisagreementError, match=r"what stands in for missing values is 1.0 here and 2.0 there"):
        described(flat(2), {"inputs": [{"of": "x", "variables": [{"name": "a"}, {
            "name": "b", "missing": {"when": ["nan"], "value": 2.0}}]}]}, LWTNN)  # fmt: skip
    with pytest.raises(DisagreementError, match="about the order of output 'y'"):
        described(flat(2), {"outputs": [{"of": "y", "labels": ["q", {"label": "p"}]}]}, LWTNN)
    with pytest.raises(DisagreementError, match="about the axis 'n': \"max\" is 5 here and 4 there"):
        described(tagger(pf=["entry", 2, "n"]), cms(pf="ab"), cms(1, 5, pf="ab"))


def test_a_word_that_all_labels_begin_with_is_no_disagreement():
    def labelled(*labels):
        return {**CMS, "output_names": list(labels)}

    model, _ = described(flat(2), labelled("label_b", "label_c"), labelled("b", "c"))
    assert list(model.outputs["y"].labels) == ["b", "c"]
    with pytest.raises(DisagreementError, match="place 0 is 'c' here and 'label_b' there"):
        described(flat(2), labelled("label_b", "label_c"), labelled("c", "b"))


def test_lists_of_the_source_are_known_by_their_names():
    model = flat(2, inputs={"x": "inputs/node_7"})
    papers = {**LWTNN, "inputs": [{**LWTNN["inputs"][0], "name": "node_7"}], "outputs": []}
    assert not described(model, papers)[1]


def test_papers_of_our_own_may_rename_and_overrule_but_not_contradict():
    def own(**more):
        variables = [{"name": "mass", "prepare": [{"divide": 7}]}, {"name": "b"}]
        return {"inputs": [{"of": "x", "variables": variables}], **more}

    with pytest.raises(DisagreementError, match="'mass' is x / 7 here"):
        apply_all(known(), own())
    assert apply_all(known(), own(overrule=True)).inputs["x"].variables["mass"].prepare == [{"divide": 7}]
    with pytest.raises(FormatError, match="overrule: should be true or false"):
        apply_all(known(), own(overrule="yes"))


def test_what_looks_wrong_in_one_paper_is_remarked():
    three = sidecar((-1.0, -2.0, -3.0), (1.0, 2.0, 3.0), "abc")
    assert "every scale is negative" in described(flat(3), three)[1][0]
    assert "placeholders" in described(flat(3), sidecar((1.0,) * 3, (0.0,) * 3, "abc"))[1][0]
    lost = {"inputs": [{"name": "a", "offset": 1, "scale": 0}]}
    assert "is multiplied by 0" in described(flat(1), lost)[1][0]
    assert "more than 1000 widths" in described(flat(3), sidecar((0.01, 0.02, 5.0), (90.0, 80.0, 1.0), "abc"))[1][0]
    assert not described(flat(3), sidecar((1.0, 2.0, 3.0), (1.0, -2.0, 0.0), "abc"))[1]
    from lading.examine.lint import lint

    assert any(r.rule == "odd_preparation" for r in lint(described(flat(1), lost)[0]))


# -------------------------------------------------------------------------------------------------- bad papers


@pytest.mark.parametrize("papers, text", [
    ({**SIDECAR, "scale": [1.0]}, "scale: has 1 numbers for 2 variables"),
    ({**SIDECAR, "scale": [1.0, 0.0]}, r"scale\[1\]: is 0, and the formula divides by it"),
    ({**SIDECAR, "offset": [1.0, "x"]}, r"offset\[1\]: should be a number, is text"),
    ({**SIDECAR, "variables": ["a", "a"]}, "names 'a' twice"),
    ({"a": {"mean": 0, "std": 1, "min": 2, "max": 1}, "b": {"mean": 0, "std": 1, "min": 0, "max": 1}},
     "min is 2, more than max, 1"),
    ("a stdscale 1 0\n", "line 1: 'a' would be divided by 0"), ("a minmax 2 2\nb minmax 1 2", "divided by 0"),
    ("a stdscale 1\nb stdscale 1 2", "line 1: should be 'name type p1 p2', is 3 words"),
    ("a stdscale x 2", "line 1: should be a number, is 'x'"),
    ("a stdscale 1e99 2", "is no number that a float32 holds"),
    ("name,offset\na,1\nb,2\n", "a column 'offset' has two meanings"), ("name,unti\na,1\n", "did you mean 'unit'"),
    ("a,1\nb,2\n", "row 1 has several cells"), ("name,unit\na\n", "row 2: has 1 cells, the header 2"),
    ("name,add\na,x\nb,1", "row 2: add should be a number, is 'x'"), ("a\nb\nc\n", "3 variables, but no axis"),
    ({**CMS, "x": {**CMS["x"], "var_infos": {"a": INFO}}}, "x.var_infos: lacks 'b'"),
    ({**CMS, "input_names": ["z"]}, "lacks 'z'"), ({**CMS, "x": {**CMS["x"], "var_length": 3}}, "without an axis for"),
    ({**CMS, "x": {**CMS["x"], "var_infos": {"a": INFO, "b": {**INFO, "pad": 9}}}}, "pads with 9, outside"),
    ({**LWTNN, "outputs": [{"name": "y", "labels": ["p"]}]}, "1 labels, but no axis"),
    ('{"input_0": "a"', "not valid JSON"), ({"signature": {"inputs": "[{]"}}, "not valid JSON"),
    ("\x00\x01", "no papers"), ({"gnn_config": "[1]"}, "should be an object"),
    ({"inputs": [{"name": "x", "variables": [{"offset": 1}]}]}, "lacks"),
])  # fmt: skip
def test_bad_papers_are_refused_with_a_sentence(papers, text, tmp_path):
    with pytest.raises((FormatError, UnknownName), match=text):
        described(flat(2), paper(tmp_path, papers))


@pytest.mark.parametrize("name", ALL)
def test_damaged_papers_are_refused_or_understood(name, tmp_path):
    data, chance = content(ALL[name]).data, random.Random(3)
    models = {"gnn_config": tagger(jet_features=["entry", 2])}
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(damaged))
            damaged[at : at + chance.randint(0, 3)] = bytes([chance.choice(b'{}[]",:0-9aex\xff\n ')])
        (tmp_path / "papers").write_bytes(damaged)
        try:
            described(models.get(name, flat(2)), tmp_path / "papers")
        except LadingError as error:
            assert str(tmp_path) in str(error)


def test_numbers_of_any_size_do_not_break_comparisons():
    for number in (1e308, -1e308, 1e-320, 5e-324):
        for papers in (sidecar((number, 1.0)), sidecar(offset=(number, 1.0))):
            with pytest.raises((DisagreementError, FormatError)), np.errstate(all="ignore"):
                apply_all(known(), papers)
