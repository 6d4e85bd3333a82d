"""What is what in two models: by name, by the file both came from, by what the user says; else it is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from two_models import jets, plain, tagger, tracks

import lading
from lading.endpoints import Input, Label, Output
from lading.examine.diff.matching import matched
from lading.graph import Node
from lading.model import Model

EXAMPLE = Path(__file__).parents[2] / "examples" / "tagger"


def pairs(a: Model, b: Model, **match: str) -> dict[str, str]:
    """"jets.pt" -> "x.pt", of variables and whole inputs."""
    found = matched(a, b, match)
    named = {".".join(map(str, x)): ".".join(map(str, y)) for x, y in found.variables}
    return named | dict(found.by_place)


def slots(a: Model, b: Model, **match: str) -> dict[str, str]:
    return {str(x): str(y) for x, y in matched(a, b, match).slots}


# ---- inputs


def test_inputs_of_other_names_are_matched_by_their_variables() -> None:
    def renamed(model: Model) -> None:
        model.input_list[0].name, model.input_list[1].name = "jet_features", "track_features"
        for node in model.graphs["main"].nodes:
            node.inputs = [{"jets": "jet_features", "tracks": "track_features"}.get(str(x), x) for x in node.inputs]
        model.input_list.reverse()

    found = lading.diff(tagger(), tagger(renamed))
    assert [(row.name, row.what, row.a, row.b) for row in found.endpoints] == [
        ("jets", "name", "jets", "jet_features"), ("tracks", "name", "tracks", "track_features")]
    assert found.scores is not None and not found.scores.unequal


def test_variables_that_stand_in_another_input() -> None:
    def one_each(model: Model) -> None:
        pt, eta, mass = jets(model)
        model.input_list[0].variable_list = [pt, mass]
        model.input_list.append(Input("angles", ["jet", "variable"], "float32", [eta]))
        nodes = model.graphs["main"].nodes
        nodes.insert(0, Node("join", "Concat", ["jets", "angles"], ["all"], {"axis": 1}))
        nodes.insert(1, Node("order", "Gather", ["all", np.array([0, 2, 1])], ["jets3"], {"axis": 1}))
        nodes[5].inputs[0] = "jets3"

    assert pairs(tagger(), tagger(one_each))["jets.eta"] == "angles.eta"
    found = lading.diff(tagger(), tagger(one_each))
    assert ("jets", "eta", "name", "jets.eta", "angles.eta") in [
        (row.name, row.part, row.what, row.a, row.b) for row in found.endpoints]
    assert found.scores is not None and not found.scores.unequal


def test_match_joins_names_that_differ() -> None:
    def renamed(model: Model) -> None:
        jets(model)[0].name, tracks(model)[0].name = "Jet_pt", "dxy"

    other = tagger(renamed)
    refused = lading.diff(tagger(), other)
    assert refused and refused.scores is None
    assert refused.not_run.startswith("variable 'Jet_pt' of input 'jets' of b has no counterpart in a; say what")
    assert "--match NAME_IN_A=NAME_IN_B" in refused.not_run
    assert refused.summary.endswith(f"scores not compared: {refused.not_run}")
    assert not lading.diff(tagger(), other, match={"pt": "Jet_pt", "tracks.d0": "dxy"}).scores.unequal


@pytest.mark.parametrize(("match", "told"), [
    ({"pT": "pt"}, r"'pT' is no input, variable, output or label of tagger .*did you mean 'pt'"),
    ({"pt": "Pt"}, r"'Pt' is no input, variable, output or label of tagger"),
    ({"pt": "p_b"}, r"match pt=p_b: 'pt' of tagger is an input, 'p_b' of tagger an output"),
    ({"jets": "pt"}, r"match jets=pt: one is a whole input, the other one variable of it"),
    ({"jets": "tracks"}, r"match jets=tracks: 'jets' of tagger is \[jet, variable\], 3 numbers an entry; 'tracks' of "
     r"tagger \[jet, track, variable\], 2 numbers an element of 'track'"),
    ({"p_b": "flavour"}, r"match p_b=flavour: 'flavour.p_b' of tagger has 1 numbers, 'flavour' of tagger 3"),
])  # fmt: skip
def test_a_match_that_cannot_be_is_refused(match: dict[str, str], told: str) -> None:
    with pytest.raises((lading.UnknownName, lading.ValueRefused), match=told):
        lading.diff(tagger(), tagger(), match=match)


def test_columns_without_names_are_matched_where_there_is_no_choice() -> None:
    found = lading.diff(plain(), plain(name="x", output="y", axis="batch"))
    assert [(row.what, row.a, row.b) for row in found.endpoints] == [("name", "values", "x"), ("name", "out", "y")]
    assert found.scores is not None and not found.scores.unequal
    assert pairs(plain(), plain(name="x", shape=4)) == {}
    assert lading.diff(plain(), plain(shape=4)).not_run == "input 'values' of a is [entry, 3], 'values' of b [entry, 4]"


def test_an_input_that_only_one_takes_is_told_beside_the_scores() -> None:
    wide = plain("pt", "eta", "phi")
    wide.graphs["main"].nodes[0] = Node("sum", "ReduceSum", ["values", np.array([1])], ["out"])
    narrow = plain("pt", "eta")
    narrow.graphs["main"].nodes[0] = Node("sum", "ReduceSum", ["values", np.array([1])], ["out"])
    wide.output_list[0].axes = narrow.output_list[0].axes = ["entry", 1]
    found = lading.diff(wide, narrow)
    assert found.scores.explanations[0] == "a also takes values.phi, which b has not"
    assert lading.diff(narrow, wide).scores.explanations[0] == "b also takes values.phi, which a has not"


def test_columns_without_names_are_not_taken_for_named_ones() -> None:
    found = lading.diff(plain(), plain("pt", "eta", "phi"))
    assert found.scores is None
    assert found.not_run.startswith(
        "variable 'pt' of input 'values' of b has no counterpart in a, whose input 'values' has no names for")
    by_place = lading.diff(plain(), plain("pt", "eta", "phi"), match={"values": "values"})
    assert by_place.scores is not None and not by_place.scores.unequal
    assert by_place.endpoints[0].remark == "b's prepared numbers go into both"


def test_columns_without_names_take_what_stands_behind_the_preparation() -> None:
    named = plain("pt", "eta", "phi")
    named.input_list[0].variable_list[0].prepare = ["log1p", {"divide": 3}]
    for one, other in ((plain(), named), (named, plain())):
        found = lading.diff(one, other, match={"values": "values"})
        assert found.scores is not None and not found.scores.unequal
        assert found.scores.origin == "1000 entries made up"
    with pytest.raises(lading.ValueRefused, match=r"holds prepared numbers, from which the raw 'values\.pt' of b"):
        lading.diff(plain(), named, {"values": np.zeros((4, 3))}, match={"values": "values"})


def test_numbers_per_entry_are_no_sequence() -> None:
    def per_track(model: Model) -> None:
        model.input_list[0].variable_list = jets(model)[:2]
        model.input_list[1].variable_list.append(tagger().input_list[0].variable_list[2])

    found = lading.diff(tagger(), tagger(per_track))
    assert found.not_run == "'jets.mass' of a is 1 per entry, 'tracks.mass' of b one number per element of 'track'"


# ---- outputs


def other_outputs(model: Model) -> None:
    """The labels as outputs of one number each."""
    model.output_list = [Output(name, ["jet", 1], "float32") for name in ("p_b", "p_c", "light")]
    model.graphs["main"].nodes[-1].outputs = ["all"]
    model.graphs["main"].nodes.append(Node("split", "Split", ["all"], ["p_b", "p_c", "light"], {"axis": 1}))
    model.graphs["main"].nodes[-1].attributes["num_outputs"] = 3


def test_a_label_is_an_output_of_its_name() -> None:
    assert slots(tagger(), tagger(other_outputs)) == {"flavour.p_b": "p_b", "flavour.p_c": "p_c"}
    found = lading.diff(tagger(lambda m: m.output_list[0].when_empty.clear()), tagger(other_outputs),
                        match={"p_u": "light"})
    assert {output.a: output.b for output in found.scores.outputs} == {
        "flavour.p_u": "light", "flavour.p_b": "p_b", "flavour.p_c": "p_c"}
    assert not found.scores.unequal


def test_a_number_of_an_output_without_labels() -> None:
    def nameless(model: Model) -> None:
        model.output_list[0].axes, model.output_list[0].label_list = ["jet", 3], []
        model.output_list[0].name = model.graphs["main"].nodes[-1].outputs[0] = "probabilities"

    found = lading.diff(tagger(), tagger(nameless), match={"p_b": "probabilities[0]", "p_u": "probabilities[2]"})
    assert [(o.a, o.b, o.unequal) for o in found.scores.outputs] == [
        ("flavour.p_b", "probabilities[0]", 0), ("flavour.p_u", "probabilities[2]", 0)]
    assert len(lading.diff(tagger(), tagger(nameless), match={"flavour": "probabilities"}).scores.outputs) == 3
    with pytest.raises(lading.UnknownName, match=r"has 3 numbers, no \[3\]; the first is \[0\]"):
        lading.diff(tagger(), tagger(nameless), match={"p_b": "probabilities[3]"})


def test_outputs_that_share_nothing_are_not_compared() -> None:
    def other(model: Model) -> None:
        model.output_list[0].name = model.graphs["main"].nodes[-1].outputs[0] = "tau"
        model.output_list[0].label_list = [Label("yes"), Label("no"), Label("maybe")]

    found = lading.diff(tagger(), tagger(other))
    assert found and "no output of a (flavour) has the name or the labels of one of b (tau)" in found.not_run


def nameless(*without: str) -> Callable[[Model], object]:
    """Outputs of a second one per track, some of them ``without`` labels and with a name of their own."""
    def change(model: Model) -> None:
        model.output_list.append(Output("origin", ["jet", "track", "label"], "float32", [Label("pv"), Label("b")]))
        model.graphs["main"].nodes.append(Node("7", "Relu", ["tracks"], ["origin"]))
        for output in model.output_list:
            if output.name in without:
                output.axes = [*output.axes[:-1], len(output.label_list)]
                output.label_list = []
                for node in model.graphs["main"].nodes:
                    node.outputs = [each.replace(output.name, f"{output.name}_raw") for each in node.outputs]
                output.name += "_raw"
    return change


def test_the_only_output_without_labels_is_taken_by_place() -> None:
    found = lading.diff(tagger(nameless()), tagger(nameless("flavour")))
    assert {o.a: o.b for o in found.scores.outputs} == {
        "flavour.p_b": "flavour_raw[0]", "flavour.p_c": "flavour_raw[1]", "flavour.p_u": "flavour_raw[2]",
        "origin.pv": "origin.pv", "origin.b": "origin.b"}
    assert not found.scores.unequal
    assert [(row.what, row.b, row.remark) for row in found.endpoints if row.name == "flavour"] == [
        ("name", "flavour_raw", ""), ("labels", "-", "its numbers are taken for them by their place")]


def test_an_output_of_the_same_name_needs_no_labels() -> None:
    def bare(model: Model) -> None:
        model.output_list[0].axes, model.output_list[0].label_list = ["jet", 3], []

    assert slots(tagger(bare), tagger()) == {"flavour[0]": "flavour.p_b", "flavour[1]": "flavour.p_c",
                                             "flavour[2]": "flavour.p_u"}


def test_an_output_without_labels_is_not_taken_where_there_is_a_choice() -> None:
    """Two are left in either model; or of one form; or both have labels."""
    assert slots(tagger(nameless()), tagger(nameless("flavour", "origin"))) == {}

    def twice(model: Model) -> None:
        model.output_list.append(Output("other", ["jet", 3], "float32"))
        model.graphs["main"].nodes.append(Node("8", "Neg", ["flavour_raw"], ["other"]))

    assert slots(tagger(), tagger(lambda m: (nameless("flavour")(m), twice(m)))) == {}
    assert slots(tagger(), tagger(lambda m: m.output_list[0].axes.__setitem__(1, 2)
                                  or m.output_list[0].label_list.clear())) == {}


def test_a_sequence_against_a_fixed_length_is_the_reason() -> None:
    def fixed(model: Model) -> None:
        model.axes.pop("track")
        model.input_list[1].axes[1] = 4
        model.output_list[0].when_empty.clear()

    found = lading.diff(tagger(), tagger(lambda m: (fixed(m), nameless("flavour", "origin")(m))))
    assert found.not_run.startswith("'tracks.d0' of a is one number per element of 'track', 'tracks.d0' of b 4 per")

    def bare(model: Model) -> None:
        fixed(model)
        model.input_list[1] = Input("x", ["jet", 4, 2], "float32")
        model.graphs["main"].nodes[0].inputs[0] = "x"

    assert lading.diff(tagger(), tagger(bare)).not_run == (
        "input 'x' of b is [jet, 4, 2]; a has no input of this form, but 'jets' [jet, variable], "
        "'tracks' [jet, track, variable]")


# ---- files


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of examples/tagger, made of its ONNX file and its papers."""
    folder = tmp_path_factory.mktemp("bundles") / "tagger"
    lading.convert(EXAMPLE / "tagger.onnx", describe=EXAMPLE / "papers.json", compare=False).save(folder)
    return folder


@pytest.mark.parametrize("turned", [False, True])
def test_a_file_and_the_bundle_that_was_made_of_it(bundle: Path, turned: bool) -> None:
    both = [EXAMPLE / "tagger.onnx", bundle][:: -1 if turned else 1]
    found = lading.diff(*both)
    mapped = {"flavour.p_b": "tagger_pb", "flavour.p_tau": "tagger_ptau", "origin.p_decay": "tagger_origin[1]"}
    for name, tensor in mapped.items():
        wanted = (name, tensor) if turned else (tensor, name)
        assert wanted in [(output.a, output.b) for output in found.scores.outputs]
    assert found.endpoints_differ and not found.scores.differ and len(found.scores.outputs) == 7
    assert found.scores.worst.side == "ba"[turned]  # the one that has names


def test_a_file_of_another_training_is_not_matched_by_place(bundle: Path, tmp_path: Path) -> None:
    other = onnx.load(EXAMPLE / "tagger.onnx")
    weight = other.graph.initializer[0]
    weight.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(weight) * 2, weight.name))
    onnx.save(other, tmp_path / "other.onnx")
    found = lading.diff(tmp_path / "other.onnx", bundle)
    assert "of tagger_pb" not in found.not_run and found.scores is None and "no output of a" in found.not_run


def test_two_files_without_names_of_the_same_tensors(tmp_path: Path) -> None:
    """A re-export: other digest, same names of tensors."""
    again = onnx.load(EXAMPLE / "tagger.onnx")
    again.doc_string = "exported again"
    onnx.save(again, tmp_path / "again.onnx")
    found = lading.diff(EXAMPLE / "tagger.onnx", tmp_path / "again.onnx")
    assert not found and found.same_function and found.scores is None


def test_a_model_of_a_library_in_memory() -> None:
    from sklearn.tree import DecisionTreeRegressor

    x = np.random.default_rng(5).normal(size=(200, 3))
    trees = [DecisionTreeRegressor(max_depth=depth, random_state=0).fit(x, x @ [1, 2, 3]) for depth in (3, 4)]
    found = lading.diff(*trees)
    assert found.a.name == "a DecisionTreeRegressor" and found.scores.differing > 500
    assert not lading.diff(trees[0], trees[0])
