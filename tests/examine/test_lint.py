"""Advice on papers: each rule speaks where it should, and is silent where all is said."""

from __future__ import annotations

import numpy as np
import pytest
from mirrors import jets_and_tracks, nameless

from lading.endpoints import Input, Label
from lading.examine.lint import RULES, lint
from lading.folds import Folds
from lading.model import Model, Samples


def complete() -> Model:
    made = jets_and_tracks()
    made.names, made.record = {"proven": {"entries": 10}}, {"licence": "CC-BY-4.0"}
    made.output_list[0].when_empty = {"track": [0.0, 0.0]}
    return made


def spoiled(rule: str) -> Model:
    made = complete()
    if rule == "names_not_proven":
        made.names = {"from source": {}}
    elif rule == "placeholder_names":
        made.input_list[0].name = "input_1"
    elif rule == "inputs_without_variables":
        made.input_list += nameless(3).input_list
    elif rule == "variables_without_unit":
        made.input_list[1].variable_list[0].unit = ""
    elif rule == "outputs_without_labels":
        made.output_list[0].axes, made.output_list[0].label_list = ["jet", 2], []
    elif rule == "odd_preparation":
        made.input_list[1].variable_list[0].prepare = [{"multiply": 0}]
    elif rule == "empty_sequences":
        made.output_list[0].when_empty = {}
    elif rule == "folds_without_sample":
        made.folds = Folds("event", 2, ["even", "odd"])
        made.input_list.append(Input("event", ["jet", 1], "int64"))
        made.samples = Samples({("event", None): np.array([0, 2, 4])}, {}, {})
    elif rule == "no_licence":
        made.record = {}
    elif rule == "absolute_paths":
        made.record["training"] = {"steps": ["a", {"file": "/home/ada/run7/events.h5"}]}
    return made


def test_complete_papers_need_no_advice() -> None:
    assert lint(complete()) == []


@pytest.mark.parametrize("rule", [rule.__name__ for rule in RULES])
def test_each_rule_speaks(rule: str) -> None:
    remarks = lint(spoiled(rule))
    assert rule in [remark.rule for remark in remarks]
    assert all(remark.text and "\n" not in remark.text for remark in remarks)


def test_a_path_is_told_with_its_place() -> None:
    remark = next(r for r in lint(spoiled("absolute_paths")) if r.rule == "absolute_paths")
    assert remark.text == "record.training.steps[1].file holds a path of another machine: /home/ada/run7/events.h5"


def test_a_fold_without_a_sample_is_named() -> None:
    remark = next(r for r in lint(spoiled("folds_without_sample")) if r.rule == "folds_without_sample")
    assert remark.text == "no sample entry picks fold 'odd'"


def test_names_of_physics_are_no_placeholders() -> None:
    made = complete()
    made.output_list[0].label_list = [Label("x"), Label("y")]
    for name in ("jets", "tracks", "x1_of_pair", "energy", "tau", "f_central"):
        made.input_list[0].name = name
        assert "placeholder_names" not in [remark.rule for remark in lint(made)]
