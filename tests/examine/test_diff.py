"""``lading.diff``: what two models say otherwise, and what they give otherwise, on entries that show it."""

from __future__ import annotations

import json
from dataclasses import replace

import awkward as ak
import numpy as np
import pytest
from mirrors import jets_and_tracks, one_sequence
from two_models import events, jets, masked, plain, tagger, tracks

import lading
from lading.endpoints import Axis, Input, Label, Missing, Output, Variable
from lading.engine import Session
from lading.examine.diff import Differences
from lading.feed import batch_of
from lading.graph import Node
from lading.model import Model
from lading.sampling import store_samples


def rows(found: Differences) -> list[tuple[str, str, str, str, bool]]:
    """(name of what, property, a, b, words)."""
    return [(f"{each.name}.{each.part}" if each.part else each.name, each.what, each.a, each.b, each.words)
            for each in found.endpoints]


def explained(found: Differences) -> str:
    assert found.scores is not None
    return "; ".join(found.scores.explanations)


def image(operator: str) -> Model:
    model = Model(name="image")
    model.graphs["main"].nodes = [Node("n", operator, ["x"], ["y"])]
    model.axes = {"entry": Axis("entry", "entry")}
    model.input_list, model.output_list = [Input("x", ["entry", 400, 300])], [Output("y", ["entry", 400, 300])]
    return model


def test_where_each_entry_is_large_there_are_few() -> None:
    found = lading.diff(image("Relu"), image("Abs"))
    assert found.scores is not None and found.scores.entries == 16
    more = lading.diff(image("Relu"), image("Abs"), entries=20).scores
    assert more is not None and more.entries == 20


# ---- the same


def test_a_model_is_the_same_bundle_as_itself() -> None:
    found = lading.diff(tagger(), tagger())
    assert not found and found.same_bundle and found.scores is None
    assert found.summary == "the same bundle" and str(found).splitlines()[-1] == "the same bundle"


def test_other_text_is_the_same_function(tmp_path) -> None:
    def papers(model: Model) -> None:
        model.version, model.record = "1.1", {"licence": "MIT"}
        jets(model)[1].description = "of the jet axis"

    tagger().save(tmp_path / "a")
    tagger(papers).save(tmp_path / "b")
    found = lading.diff(tmp_path / "a", tmp_path / "b")
    assert not found and not found.same_bundle and found.same_function
    assert rows(found) == [("jets.eta", "meaning", "pseudorapidity", "of the jet axis", True)]
    assert found.papers == [("version", "1.0", "1.1"), ("record.licence", "-", "MIT")]
    assert found.summary == "the same function, other text"


def test_a_formula_in_other_words_is_no_difference() -> None:
    found = lading.diff(tagger(), tagger(lambda m: jets(m)[0].prepare.__setitem__(1, {"add": -1.5})))
    assert not found and not found.same_function
    assert rows(found) == [("jets.pt", "preparation", "log1p, - 1.5", "log1p, + -1.5", True)]
    assert found.endpoints[0].remark == "the same numbers"
    assert found.summary.startswith("endpoints agree (1 in words only); scores are equal to the bit in all 200 entries")


def test_a_formula_that_rounds_otherwise_is_told_with_its_size() -> None:
    found = lading.diff(tagger(), tagger(lambda m: jets(m)[2].prepare.__setitem__(0, {"multiply": 1 / 7})))
    assert not found and found.endpoints[0].words
    assert found.endpoints[0].remark == "the same but for rounding, to 1e-07"
    assert found.scores is not None and found.scores.unequal > 0 == found.scores.differing
    assert "of scale in all 200 entries" in found.summary
    exact = lading.diff(tagger(), tagger(lambda m: jets(m)[2].prepare.__setitem__(0, {"multiply": 1 / 7})), tolerance=0)
    assert exact and exact.scores is not None and exact.scores.differing == found.scores.unequal


def test_a_unit_that_the_preparation_undoes_is_the_same_function() -> None:
    def in_mev(model: Model) -> None:
        jets(model)[0].unit, jets(model)[0].prepare = "MeV", [{"divide": 1000}, "log1p", {"subtract": 1.5}]

    found = lading.diff(tagger(), tagger(in_mev))
    assert [row[1:] for row in rows(found)] == [
        ("unit", "GeV", "MeV", False), ("preparation", "log1p, - 1.5", "/ 1000, log1p, - 1.5", True)]
    assert found.scores is not None and not found.scores.differ


# ---- what endpoints say otherwise, and what it does to the scores

CHANGES = {
    "preparation": (lambda m: jets(m)[0].prepare.__setitem__(1, {"subtract": 1.6}),
                    ("jets.pt", "preparation", "log1p, - 1.5", "log1p, - 1.6", False), "preparation of jets.pt"),
    "missing": (lambda m: setattr(jets(m)[2].missing, "value", 6),
                ("jets.mass", "missing", "nan, -9 -> 5", "nan, -9 -> 6", False), "missing values of jets.mass"),
    "no missing": (lambda m: setattr(jets(m)[2], "missing", None),
                   ("jets.mass", "missing", "nan, -9 -> 5", "-", False), "missing values of jets.mass"),
    "max": (lambda m: setattr(m.axes["track"], "max", 3), ("track", "max", "5", "3", False), "max of axis track"),
    "keep": (lambda m: setattr(m.axes["track"], "keep", "last"), ("track", "keep", "first", "last", False),
             "keep of axis track"),
    "min": (lambda m: [setattr(m.axes["track"], key, value) for key, value in (("min", 2), ("pad", 1.0))],
            ("track", "min", "0", "2", False), "min, pad of axis track"),
    "when_empty": (lambda m: m.output_list[0].when_empty.update(track=[0.5, 0.3, 0.2]),
                   ("flavour", "without any track", "0.2, 0.3, 0.5", "0.5, 0.3, 0.2", False),
                   "when_empty of output flavour"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_one_change_is_found_and_explains_the_scores(name: str) -> None:
    change, row, why = CHANGES[name]
    found = lading.diff(tagger(), tagger(change))
    assert found and row in rows(found)
    assert found.scores is not None and 0 < found.scores.differing <= 200
    assert f"b gives a's scores if it takes over a's {why}" in explained(found)
    assert found.summary.startswith(f"endpoints differ in {len(found.endpoints)} place")
    assert f"; scores differ in {found.scores.differing} of 200 entries (" in found.summary


def test_several_changes_explain_the_scores_together() -> None:
    def both(model: Model) -> None:
        CHANGES["preparation"][0](model)
        CHANGES["max"][0](model)

    assert "takes over all that a says otherwise: preparation of jets.pt, max of axis track; so the graphs agree" in (
        explained(lading.diff(tagger(), tagger(both))))


def test_another_weight_is_explained_by_nothing() -> None:
    found = lading.diff(tagger(), tagger(lambda m: m.weights.update(v=m.weights["v"] * 1.25)))
    assert found and not found.endpoints and explained(found) == ""
    assert found.summary.startswith("endpoints agree; scores differ in ")


def test_an_order_and_names_of_axes() -> None:
    def other(model: Model) -> None:
        model.axes["track"].order = "d0 descending"
        model.axes["particle"] = replace(model.axes.pop("track"), name="particle")
        model.input_list[1].axes[1] = "particle"
        model.output_list[0].when_empty = {"particle": [0.2, 0.3, 0.5]}

    assert rows(lading.diff(tagger(), tagger(other), run=False)) == [
        ("track", "name", "track", "particle", True),
        ("track", "order", "pt descending", "d0 descending", False)]  # fmt: skip


def test_a_mask_with_other_numbers() -> None:
    found = lading.diff(masked(), masked(2.0))
    assert ("here", "mask", "1 track, 0 padding", "2 track, 0 padding", False) in rows(found)
    assert found.scores is not None and found.scores.differing > 150  # all but those without tracks


def test_types_and_raw_types() -> None:
    def other(model: Model) -> None:
        jets(model)[1].raw = "float64"

    found = lading.diff(tagger(), tagger(other))
    assert rows(found) == [("jets.eta", "raw", "float32", "float64", False)]
    assert found.scores is not None and not found.scores.unequal  # fed are numbers that both types hold


# ---- what people get wrong


def test_variables_in_each_others_place() -> None:
    def swapped(model: Model) -> None:
        listed = jets(model)
        listed[0], listed[2] = listed[2], listed[0]

    found = lading.diff(tagger(), tagger(swapped))
    assert ("jets", "order", "pt eta mass", "mass eta pt", False) in rows(found)
    assert "b gives a's scores if 'mass' and 'pt' of input 'jets' exchange their places" in explained(found)


def test_names_that_were_exchanged_are_the_same_function_by_place_only() -> None:
    def swapped(model: Model) -> None:
        tracks(model)[0].name, tracks(model)[1].name = "z0", "d0"

    found = lading.diff(tagger(), tagger(swapped))
    assert found and found.same_function and found.scores is not None and found.scores.differing > 100
    assert "'z0' and 'd0' of input 'tracks' exchange their names" in explained(found)
    assert "the same function by place, under other names" in str(found)


def test_labels_in_another_order() -> None:
    def swapped(model: Model) -> None:
        model.output_list[0].label_list.reverse()

    found = lading.diff(tagger(), tagger(swapped))
    assert ("flavour", "order", "p_b p_c p_u", "p_u p_c p_b", False) in rows(found)
    assert "b gives a's scores if the labels 'p_b' and 'p_u' are exchanged" in explained(found)
    assert "equal to the bit: flavour.p_c" in str(found)


@pytest.mark.parametrize(("nodes", "why"), [
    ([Node("n", "Neg", ["eta"], ["eta2"])], "'eta' of input 'one' has the other sign"),
    ([Node("n", "Reciprocal", ["eta"], ["eta2"])], "'eta' of input 'one' is one divided by it"),
    ([Node("n", "Mul", ["eta", np.float32(1000)], ["eta2"])], "'eta' of input 'one' is 1000 times smaller"),
])  # fmt: skip
def test_a_sign_an_inverse_a_unit(nodes: list[Node], why: str) -> None:
    """Of two whose graphs differ: one takes the variable as it is, the other something of it."""

    def made(between: list[Node]) -> Model:
        model = Model("m", axes={"jet": Axis("jet", "entry")})
        model.input_list = [Input("one", ["jet", "variable"], "float32", [Variable("eta")]),
                            Input("two", ["jet", "variable"], "float32", [Variable("phi")])]
        model.output_list = [Output("out", ["jet", 1], "float32")]
        model.graphs["main"].nodes = [
            Node("e", "Identity", ["one"], ["eta"]), *between,
            Node("a", "Add", ["eta2" if between else "eta", "two"], ["sum"]), Node("t", "Atan", ["sum"], ["out"])]
        return model

    assert f"b gives a's scores if {why}" in explained(lading.diff(made([]), made(nodes)))


# ---- outputs


def test_what_only_one_of_them_has() -> None:
    def other(model: Model) -> None:
        model.output_list.append(Output("pooled", ["jet", 6], "float32"))
        model.graphs["main"].nodes.append(Node("7", "Identity", ["s"], ["pooled"]))
        jets(model)[1].name = "eta_detector"

    found = lading.diff(tagger(), tagger(other), match={"eta": "eta_detector"})
    assert rows(found) == [("jets.eta", "name", "eta", "eta_detector", False),
                           ("pooled", "output", "-", "[jet, 6] float32", False)]
    assert found.scores is not None and not found.scores.differ and len(found.scores.outputs) == 3


def test_labels_that_only_one_has() -> None:
    def other(model: Model) -> None:
        model.output_list[0].label_list[2] = Label("p_light")

    found = lading.diff(tagger(), tagger(other))
    assert rows(found) == [("flavour.p_u", "label", "yes", "-", False), ("flavour.p_light", "label", "-", "yes", False)]
    assert [output.a for output in found.scores.outputs] == ["flavour.p_b", "flavour.p_c"]


def one(operator: str, type: str = "float32", **attributes) -> Model:
    made = plain("x", type=type)
    made.output_list = [Output("out", ["entry", 1], str(attributes.get("to", type)))]
    made.graphs["main"].nodes = [Node("n", operator, ["values"], ["out"], attributes)]
    return made


def test_scores_that_are_nan_in_one_only() -> None:
    found = lading.diff(one("Sqrt"), one("Abs"), {"x": [1.0, 0.0, -1.0, 1.0]})
    output = found.scores.outputs[0]
    assert (output.differing, output.only_one, output.largest, output.quantiles[0.99]) == (1, 1, 0, np.inf)
    assert found.summary == "endpoints agree; scores differ in 1 of 4 entries (1 a number in one model only)"
    assert found.scores.worst.entry == 2 and found.scores.worst.inputs == {"values.x": -1.0}
    one_side, other_side = found.scores.worst.outputs["out"]
    assert np.isnan(one_side) and other_side == 1.0
    assert "in 1 entry only one of the two gives a number" in str(found)
    other = one("Sqrt")
    other.input_list[0].variable_list[0].prepare = [{"multiply": 1}]
    both = lading.diff(one("Sqrt"), other, {"x": [-1.0]})
    assert not both and both.scores.unequal == 0  # NaN in both


def test_integer_outputs_are_equal_or_not() -> None:
    big = 2**53
    made = lading.diff(one("Abs", "int64"), one("Identity", "int64"), {"x": [3, -3, big, -(big + 1)]})
    assert made.scores.outputs[0].differing == 2 and made.scores.differing == 2
    near = one("Identity", "int64")
    near.graphs["main"].nodes = [Node("n", "Add", ["values", np.array([1])], ["out"])]
    found = lading.diff(one("Identity", "int64"), near, {"x": [10**12, big]})
    assert found.scores.differing == 2  # one in 10**12 is far below the tolerance, and another number all the same


def test_outputs_of_another_type_and_shape() -> None:
    found = lading.diff(one("Identity"), one("Cast", to="float64"), {"x": [0.1]})
    assert ("out", "type", "float32", "float64", False) in rows(found) and not found.scores.differ
    wide = plain("x")
    wide.output_list[0].axes = ["entry", 2]
    wide.graphs["main"].nodes = [Node("n", "Concat", ["values", "values"], ["out"], {"axis": 1})]
    found = lading.diff(one("Identity"), wide, {"x": [0.1]})
    assert found.scores.not_compared == ["out of a and out of b: their shapes differ"]
    assert ("out", "axes", "[entry, 1]", "[entry, 2]", False) in rows(found)


def test_elements_that_only_one_gives() -> None:
    found = lading.diff(one_sequence(Variable("d0"), max=3), one_sequence(Variable("d0"), max=5),
                        {"d0": ([1.0, 2, 3, 4, 5, 6, 7], [4, 3])})
    output = found.scores.outputs[0]
    assert (output.lengths, output.differing, output.quantiles[0.99]) == (1, 1, 0.0)
    assert "of 1 entry one gives more elements than the other" in str(found)
    models = [one_sequence(Variable("d0"), max=most, keep="last") for most in (3, 2)]
    last = lading.diff(*models, {"d0": ([1.0, 2, 3, 4], [4])})
    assert last.scores.outputs[0].quantiles[0.99] == 0.0  # 3, 4 of both


def test_a_category_that_one_refuses() -> None:
    def with_categories(*known: int) -> Model:
        made = plain("x")
        made.input_list[0].variable_list = [Variable("x", raw="int64", categories=list(known))]
        return made

    found = lading.diff(with_categories(0, 1, 2), with_categories(0, 1), {"x": [0, 1, 2, 1]})
    assert found.scores.refused[0].side == "b" and found.scores.refused[0].entries == 1
    assert found.scores.differing == 1 and found.scores.entries == 4
    assert "b refuses 1 entry that a takes: variable 'x' of input 'values'" in str(found).replace("\n", " ")
    neither = lading.diff(with_categories(0, 1), with_categories(1, 0), {"x": [1, 5]})
    assert neither.scores.neither == 1 and neither.scores.entries == 1
    with pytest.raises(lading.ValueRefused, match="neither model runs any entry: "):
        lading.diff(with_categories(0, 1), with_categories(1, 0), {"x": [5]})


# ---- entries


def test_self_tests_of_both_come_before_made_up_entries() -> None:
    one, other = tagger(), tagger(CHANGES["preparation"][0])
    for model in (one, other):
        store_samples(model, batch_of(model, events(10)), Session(model))
    assert lading.diff(one, other).scores.origin == (
        "200 entries: 10 of the self-test of a, 10 of the self-test of b, 180 made up")
    assert lading.diff(one, other, entries=5).scores.origin == "5 entries of the self-test of a"
    assert lading.diff(tagger(), other, entries=30).scores.origin == (
        "30 entries: 10 of the self-test of b, 20 made up")


@pytest.mark.parametrize("jagged", [False, True])
def test_data_of_the_user(jagged: bool) -> None:
    data = events()
    if jagged:
        data["tracks"] = {name: ak.unflatten(*pair) for name, pair in data["tracks"].items()}
    found = lading.diff(tagger(), tagger(CHANGES["max"][0]), data)
    longer = np.flatnonzero(events()["tracks"]["d0"][1] > 3)
    assert found.scores.origin == "60 entries of the data" and found.scores.differing == len(longer)
    assert found.scores.worst.entry in longer
    worst = found.scores.worst
    assert worst.inputs["jets.eta"] == pytest.approx(data["jets"]["eta"][worst.entry], rel=1e-6)
    assert len(worst.inputs["tracks.d0"]) == events()["tracks"]["d0"][1][worst.entry]
    assert lading.diff(tagger(), tagger(CHANGES["max"][0]), data, entries=7).scores.entries == 7


def test_data_in_the_names_of_the_other() -> None:
    def renamed(model: Model) -> None:
        jets(model)[0].name = "pT"

    data = events()
    data["jets"]["pT"] = data["jets"].pop("pt")
    found = lading.diff(tagger(), tagger(renamed), data, match={"pt": "pT"})
    assert found.scores.entries == 60 and not found.scores.differ


def test_made_up_sequences_are_longer_than_either_keeps() -> None:
    found = lading.diff(tagger(lambda m: setattr(m.axes["track"], "max", 100)),
                        tagger(lambda m: setattr(m.axes["track"], "max", 102)))
    assert found.scores.differing > 0


def test_flags_and_missing_values_are_made_up_too() -> None:
    def flagged(value: float) -> Model:
        made = plain("x", "bad")
        made.input_list[0].variable_list[0].missing = Missing([{"flag": "bad"}, {"above": 50.0}], value)
        return made

    found = lading.diff(flagged(1.0), flagged(2.0))
    assert 0.05 < found.scores.differing / found.scores.entries < 0.4


# ---- as an object


def test_json_is_strict_and_whole() -> None:
    found = lading.diff(one("Sqrt"), one("Abs"), {"x": [-1.0]}).as_json()
    text = json.dumps(found, allow_nan=False)
    read = json.loads(text)
    assert read["differ"] is True and read["scores"]["outputs"][0]["quantiles"]["0.99"] == "inf"
    assert read["scores"]["worst"]["outputs"]["out"] == ["nan", 1.0]
    assert set(read) == {"a", "b", "differ", "same_bundle", "same_function", "summary", "endpoints", "papers", "scores",
                         "not_run"}


def test_the_page_fits_its_width_and_tells_names_as_they_are() -> None:
    def many(model: Model) -> None:
        for variable in jets(model):
            variable.prepare = [{"divide": 123456.789}, {"add": 0.000123456}, "abs", "log1p", {"clip": [-5, 5]}]
        jets(model)[0].description, jets(model)[1].description = "[bold]", "[red]markup[/red] " * 10

    found = lading.diff(tagger(), tagger(many))
    for width in (80, 60):
        assert max(map(len, found.text(width).splitlines())) <= width
    assert "[red]markup[/red]" in found.text(200)
    assert found._repr_html_().startswith("<pre") and "<p>" not in found._repr_html_()
    assert repr(found).startswith("<Differences of tagger and tagger: endpoints differ in 3 places")


def test_what_is_the_same_of_many_variables_is_one_row() -> None:
    names = [f"v{i}" for i in range(50)]
    other = plain(*names)
    for variable in other.input_list[0].variable_list:
        variable.unit = "GeV"
    found = lading.diff(plain(*names), other)
    assert len(found.endpoints) == 50
    assert "values.v0 and 49 more" in str(found) and len(str(found).splitlines()) < 12


def test_models_given_are_left_as_they_are() -> None:
    one, other = tagger(), tagger(CHANGES["preparation"][0])
    before = one.digest, other.digest
    lading.diff(one, other)
    assert (one.digest, other.digest) == before


def test_progress_is_told() -> None:
    told: list[str] = []
    lading.diff(jets_and_tracks(), jets_and_tracks(max=3), progress=told.append)
    assert told[0] == "comparing endpoints" and "running 100 entries made up" in told
