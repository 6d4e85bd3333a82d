"""A model on one screen and in a notebook: all that goes in and comes out, and nothing of it as markup."""

from __future__ import annotations

import math
from html.parser import HTMLParser

import numpy as np
import pytest
from mirrors import jets_and_tracks, nameless, one_input

from lading.endpoints import Input, Mask, Missing, Variable
from lading.examine.facts import facts, missing_text, number_text, steps_text
from lading.examine.show import text
from lading.model import Model
from lading.trees import Tree, grow, model_of


def full() -> Model:
    made = jets_and_tracks(max=40, order="pt descending")
    made.description, made.version = "b <tagging> & more", "1.0"
    made.input_list[0].variable_list[0].missing = Missing(["nan", -999, {"above": 1e7}], 20000)
    made.input_list[0].variable_list[0].prepare = ["log10", {"subtract": 4.3}, {"clip": [0, 2.5]}]
    made.input_list[1].variable_list[1] = Variable("jet_pt", source="jets.pt", description="of its jet")
    made.input_list.append(Input("track_mask", ["jet", "track"], mask=Mask("track", 1, -1)))
    made.output_list[0].when_empty = {"track": [0.25, math.inf]}
    made.record = {"licence": "MIT", "authors": [{"name": "Ada"}, "Bob"]}
    return made


@pytest.mark.parametrize("model", [full(), nameless(3), one_input(Variable("pt")), Model()])
def test_any_model_can_be_shown(model: Model) -> None:
    if model.input_list:
        assert facts(model, graph=True)["nodes"]
        assert all(given.name in text(model) and given.name in model._repr_html_() for given in model.input_list)


def test_the_screen_says_what_goes_in_and_comes_out() -> None:
    shown = text(full(), width=120)
    for said in ("nan, -999, above 10000000.0 -> 20000", "log10, - 4.3, clip to 0 .. 2.5", "of its jet (is jets.pt)",
                 "0 .. 40 per jet; the first 40 are kept; pt descending", "without any track: 0.25 inf", "Ada, Bob",
                 "names", "not proven"):
        assert said in shown, said


def test_numbers_lose_nothing() -> None:
    assert [number_text(x) for x in (20000, 0.1, 1.23456789, 1e-300, math.inf)] == (
        ["20000", "0.1", "1.23456789", "1e-300", "inf"])
    assert steps_text(Variable("x", prepare=[{"divide": 123456.789}])) == "/ 123456.789"
    assert missing_text(Variable("x", missing=Missing([{"flag": "bad"}], -1))) == "flag bad -> -1"


class Page(HTMLParser):
    """The text of a page, and whether its elements are closed in turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.said = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes) -> None:
        self.open.append(tag)
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data + " "


def test_the_page_of_a_notebook() -> None:
    page = Page(full()._repr_html_())
    assert page.open == [] and page.tags == {"div", "b", "span", "table", "tr", "th", "td"}
    for said in ("b <tagging> & more", "MeV", "log10, - 4.3", "of its jet (is jets.pt)", "p_eta", "names", "MIT"):
        assert said in page.said, said


def test_names_are_never_markup() -> None:
    made = one_input(Variable("<script>alert(1)</script>".replace("/", ""), "<b>", "<i>"))
    made.name = made.description = "<script>"
    assert "script" not in Page(made._repr_html_()).tags


def test_a_repr_is_one_line() -> None:
    made = full()
    made.weights = {"w": np.zeros((2, 3), np.float32)}
    assert repr(made) == "<Model 'mirror' 1.0: jets, tracks, track_mask -> out_jets, out_tracks, 6 numbers>"


def test_a_forest_is_shown_with_its_size_its_link_and_what_it_was_compared_with() -> None:
    left, right = np.array([1, -1, -1]), np.array([2, -1, -1])
    tree = Tree(left, right, np.zeros(3, int), np.float32([3.5, 0, 0]), np.float32([0, -0.5, 1.5]))
    made = model_of(grow([tree, tree], 2, "made up", link="logistic"), "b-tag", {}, "made up")
    made.agreement = {"with": "xgboost 3.2.0", "rows": 2000, "outputs": {
        "margin": {"differing rows": 0, "units in the last place": 0},
        "score": {"differing rows": 7, "units in the last place": 2}}}  # fmt: skip
    shown = text(made, width=120)
    for said in ("2 trees, 4 leaves, up to 1 deep; score: logistic of the margin",
                 "with xgboost 3.2.0: margin equal to the bit, score within 2 units in the last place"):
        assert said in shown, shown
    assert facts(made)["forests"] == [{"trees": 2, "leaves": 4, "deepest": 1, "sum": "float32", "link": "logistic"}]


@pytest.mark.parametrize("record", [
    {"origin": 3}, {"origin": {"format": 3, "sha256": 5, "producer": [1], "metadata": 4, "inputs": 3}},
    {"training": [1]}, {"authors": 3}, {"authors": [3, {"name": 4}]}, {"members": 3}, {"computed": 3}, {"papers": 3},
], ids=str)  # fmt: skip
def test_a_record_may_hold_anything(record) -> None:
    """It is free, so other tools write what they like."""
    made = full()
    made.record = record
    assert "jets" in text(made)
    assert made._repr_html_()
    assert made.came_from.get("inputs", {}) == {}
