"""Names are proven on the training's scores; what was exchanged is found and named, and nothing is made up."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "feed"))

from mirrors import one_input

import lading
from lading.endpoints import Axis, Input, Label, Output, Variable
from lading.errors import AgreementError
from lading.graph import Graph, Node
from lading.model import Model
from lading.proving import exchanges, prove
from lading.trees import Tree, grow, model_of

RANDOM = np.random.default_rng(17)
JETS, TRACKS = ("pt", "eta", "mass"), ("d0", "z0", "dr", "pt")
SCALES = dict(zip((*JETS, "d0", "z0", "dr"), (3.0, 0.5, 7.0, 0.2, 0.9, 1.7), strict=True))
WEIGHTS = {"w": RANDOM.normal(size=(4, 8)).astype(np.float32), "v": RANDOM.normal(size=(11, 3)).astype(np.float32)}


def tagger() -> Model:
    """A deep set of tracks beside three numbers of the jet; each track also has the jet's pt, from there."""
    made = Model("tagger", axes={"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", max=4)})
    made.input_list = [
        Input(
            "jets",
            ["jet", "variable"],
            "float32",
            [Variable(name, "GeV", prepare=[{"divide": SCALES[name]}]) for name in JETS],
        ),
        Input(
            "tracks",
            ["jet", "track", "variable"],
            "float32",
            [
                *(Variable(name, "mm", prepare=[{"divide": SCALES[name]}]) for name in TRACKS[:3]),
                Variable("pt", source="jets.pt", prepare=["log1p"]),
            ],
        ),
    ]
    made.output_list = [
        Output(
            "flavour",
            ["jet", "label"],
            "float32",
            [Label(n) for n in ("p_b", "p_c", "p_u")],
            when_empty={"track": [0.2, 0.3, 0.5]},
        )
    ]
    made.weights = dict(WEIGHTS)
    made.graphs["main"] = Graph(
        [
            Node("1", "MatMul", ["tracks", "w"], ["h"]),
            Node("2", "Tanh", ["h"], ["t"]),
            Node("3", "ReduceSum", ["t", np.array([1])], ["s"], {"keepdims": 0}),
            Node("4", "Concat", ["jets", "s"], ["c"], {"axis": 1}),
            Node("5", "MatMul", ["c", "v"], ["l"]),
            Node("6", "Softmax", ["l"], ["flavour"]),
        ]
    )
    return made


def events(entries: int = 200) -> dict:
    counts = RANDOM.integers(0, 7, entries)
    jets = {name: RANDOM.exponential(SCALES[name], entries) for name in JETS}
    return {
        "jets": jets,
        "tracks": {name: (RANDOM.normal(0, SCALES[name], counts.sum()), counts) for name in TRACKS[:3]},
    }


EVENTS = events()
TRUE = {label: tagger().run(EVENTS)[label].copy() for label in ("p_b", "p_c", "p_u")}


def disagreement(model: Model, data=EVENTS, scores=TRUE) -> str:
    before = model.names
    with pytest.raises(lading.AgreementError) as caught:
        prove(model, data, scores)
    assert model.names is before and model.samples is None
    return str(caught.value)


def variables(model: Model, name: str) -> list[Variable]:
    return model.inputs[name].variable_list


def test_agreement_proves_the_names_and_keeps_a_self_test() -> None:
    model = tagger()
    proof = prove(model, EVENTS, TRUE)
    assert (proof.entries, proof.difference, proof.labels) == (200, 0, ["p_b", "p_c", "p_u"])
    assert model.names == {"proven": {"entries": 200, "data": proof.data}}
    counts = model.samples.counts["track"]
    assert {0, EVENTS["tracks"]["d0"][1].max()} <= set(counts)
    assert model.check().passed


@pytest.mark.parametrize(
    ("given", "one", "other"), [("jets", 0, 2), ("jets", 1, 2), ("tracks", 0, 1), ("tracks", 1, 2)]
)
def test_two_names_that_were_exchanged(given: str, one: int, other: int) -> None:
    model = tagger()
    listed = variables(model, given)
    listed[one].name, listed[other].name = listed[other].name, listed[one].name
    if given == "jets" and one == 0:
        variables(model, "tracks")[3].source = f"jets.{listed[one].name}"
    names = {listed[one].name, listed[other].name}
    told = disagreement(model)
    assert "exchange their names: swap them in the papers" in told and all(f"'{name}'" in told for name in names)


@pytest.mark.parametrize(("given", "one", "other"), [("jets", 0, 2), ("tracks", 0, 1), ("tracks", 0, 2)])
def test_two_variables_in_each_others_place(given: str, one: int, other: int) -> None:
    model = tagger()
    listed = variables(model, given)
    listed[one], listed[other] = listed[other], listed[one]
    told = disagreement(model)
    assert "exchange their places: swap their order in the papers" in told
    assert f"'{listed[one].name}'" in told and f"'{listed[other].name}' of input '{given}'" in told


def test_labels_in_another_order() -> None:
    model = tagger()
    model.output_list[0].label_list[0].name, model.output_list[0].label_list[2].name = "p_u", "p_b"
    assert "They agree if the labels 'p_u' and 'p_b' are exchanged" in disagreement(model)
    model = tagger()
    for label, name in zip(model.output_list[0].label_list, ("p_c", "p_u", "p_b"), strict=True):
        label.name = name
    told = disagreement(model)
    assert "They agree if the labels are put right: " in told and "what the papers call 'p_c' is 'p_b'" in told


@pytest.mark.parametrize(("factor", "told"), [
    (1000, "1000 times smaller: the data seem to be in MeV, the papers say GeV"),
    (1 / 1000, "1000 times larger: the data seem to be in"),
    (-1, "has the other sign: check which one the training used"),
])  # fmt: skip
def test_a_column_in_another_unit_or_of_the_other_sign(factor: float, told: str) -> None:
    data = {**EVENTS, "jets": {**EVENTS["jets"], "mass": EVENTS["jets"]["mass"] * factor}}
    said = disagreement(tagger(), data)
    assert "'mass' of input 'jets'" in said
    assert told in said or (factor == 1 / 1000 and "1000 times larger" in said)


def test_where_nothing_fits_nothing_is_suggested() -> None:
    noise = {label: values + RANDOM.normal(0, 0.05, 200).astype(np.float32) for label, values in TRUE.items()}
    told = disagreement(tagger(), scores=noise)
    assert "They agree if" not in told and told.endswith(
        "No exchange of two columns, no unit and no order of labels makes them agree: check the preparation, the "
        "missing values and the order of the elements."
    )


def test_the_numbers_of_the_disagreement_are_those_of_the_worst_entry() -> None:
    off = {label: values.copy() for label, values in TRUE.items()}
    off["p_c"][17] += 0.25 * off["p_c"].max()
    told = disagreement(tagger(), scores=off)
    assert "'p_c' differs by 0.2" in told and "of its scale in entry 17, and 1 of 200 entries differ" in told


def test_each_label_is_held_to_the_precision_of_its_own_scores() -> None:
    mixed = {"p_b": TRUE["p_b"].astype(np.float16), "p_c": TRUE["p_c"] * np.float32(1.0005)}
    assert "'p_c' differs by 0.0005" in disagreement(tagger(), scores=mixed)
    assert prove(tagger(), EVENTS, {"p_b": TRUE["p_b"].astype(np.float16)}).labels == ["p_b"]


def test_what_is_no_proof() -> None:
    with pytest.raises(lading.UnknownName, match="the scores have none of what model 'tagger' gives: '"):
        prove(tagger(), EVENTS, {"pb": TRUE["p_b"]})
    with pytest.raises(lading.ValueRefused, match=r"scores: 'p_b' has shape \(199,\), the events have 200 entries"):
        prove(tagger(), EVENTS, {"p_b": TRUE["p_b"][1:]})
    with pytest.raises(lading.ValueRefused, match="a name needs a file to be looked up in"):
        prove(tagger(), EVENTS, "scores")


# ---- a hundred variables: five thousand pairs


def wide() -> Model:
    made = one_input(*[Variable(f"v{i}", "1", prepare=[{"divide": 1 + i / 7}]) for i in range(100)])
    made.output_list = [Output("out", ["jet", "label"], "float32", [Label("a"), Label("b")])]
    random = np.random.default_rng(5)
    made.weights = {
        "w": random.normal(size=(100, 32)).astype(np.float32),
        "u": random.normal(size=(32, 2)).astype("f4"),
    }
    made.graphs["main"].nodes = [
        Node("1", "MatMul", ["jets", "w"], ["h"]),
        Node("2", "Tanh", ["h"], ["t"]),
        Node("3", "MatMul", ["t", "u"], ["out"]),
    ]
    return made


WIDE = {f"v{i}": RANDOM.normal(size=300) for i in range(100)}


def test_a_hundred_variables_take_seconds() -> None:
    model = wide()
    scores = {label: model.run(WIDE)[label] for label in ("a", "b")}
    listed = model.input_list[0].variable_list
    listed[90], listed[97] = listed[97], listed[90]
    begin = time.monotonic()
    assert "'v97' and 'v90' of input 'jets' exchange their places" in disagreement(model, WIDE, scores)
    assert time.monotonic() - begin < exchanges.PATIENCE


def test_patience_has_an_end_and_the_text_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    model = wide()
    scores = {label: model.run(WIDE)[label] + np.float32(0.5) * RANDOM.normal(size=300) for label in ("a", "b")}
    monkeypatch.setattr(exchanges, "PATIENCE", 0.05)
    assert "No exchange of two columns of those that were tried, no unit" in disagreement(model, WIDE, scores)


def test_scores_that_disagree_are_said_of_a_model_without_names() -> None:
    left, right = np.array([1, -1, -1]), np.array([2, -1, -1])
    tree = Tree(left, right, np.zeros(3, int), np.float32([0.5, 0, 0]), np.float32([0, -0.5, 1.5]))
    model = model_of(grow([tree], 2, "made up"), "nameless", {}, "made up")
    events = np.float32([[0, 0], [1, 0]])
    with pytest.raises(AgreementError, match="disagree"):
        prove(model, events, {"score": np.float32([1.5, -0.5])})
