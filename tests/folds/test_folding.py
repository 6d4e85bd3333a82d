"""``lading.fold``: what is joined, what is shared, and what cannot be folded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from trainings import events, scores, training

import lading
from lading.bundle.digest import function_text
from lading.bundle.evaluate import self_test
from lading.endpoints import ByFold, Input, Missing, Variable
from lading.model import Model


def test_nodes_have_the_fold_in_front_and_equal_weights_are_stored_once() -> None:
    model = lading.fold({"even": training(0), "odd": training(1)}, key="event_number", modulo=2)
    assert list(model.graphs) == ["even", "odd", "even.softly", "even.hardly", "odd.softly", "odd.hardly"]
    assert [node.name for node in model.graphs["odd"].nodes][:2] == ["odd.mix", "odd.pool"]
    assert sorted(model.weights) == ["even.dense.w", "odd.dense.w", "shared"]
    assert model.graphs["odd"].nodes[3].inputs == ["joined", "odd.dense.w"]
    assert model.folds.key == "event.event_number"
    assert model.inputs["event"].type == "int64" and model.inputs["event"].axes == ["jet", "variable"]
    assert model.requires == ["folds"]


def test_only_what_differs_is_by_fold() -> None:
    models = [training(0), training(1)]
    models[1].variables["eta"].description = "other words"
    pt = lading.fold(models, key="event_number").inputs["jets"].variables["pt"]
    assert pt.missing == Missing(["nan", -9], ByFold([20, 21]))
    assert isinstance(pt.prepare, ByFold) and len(pt.prepare) == 2
    same = lading.fold([training(1), training(1)], key="event_number")
    assert not isinstance(same.inputs["jets"].variables["pt"].prepare, ByFold)
    assert "by_fold" not in function_text(same).decode()


def test_weights_that_only_some_share_are_stored_once_too() -> None:
    model = lading.fold([training(0), training(1), training(0)], key="event_number")
    assert sorted(model.weights) == ["fold_0.dense.w", "fold_1.dense.w", "shared"]


def test_it_is_saved_and_read_as_it_is(tmp_path: Path) -> None:
    model = lading.fold([training(seed, samples=6) for seed in range(2)], key="event_number", hash="splitmix64")
    model.save(tmp_path / "tagger")
    read = lading.load(tmp_path / "tagger")
    assert read.digest == model.digest and read.function_digest == model.function_digest
    assert read.folds == model.folds
    read.save(tmp_path / "again")
    assert (tmp_path / "again" / "model.json").read_bytes() == (tmp_path / "tagger" / "model.json").read_bytes()


def test_the_self_test_is_that_of_all(tmp_path: Path) -> None:
    parts = [training(seed, samples=6) for seed in range(3)]
    model = lading.fold(parts, key="event_number", members=[0, 0, 2, 1], hash="splitmix64")
    keys = model.samples.inputs["event", "event_number"]
    assert model.folds.pick(keys).tolist() == [0] * 6 + [1] * 6 + [2] * 6
    model.save(tmp_path / "tagger")
    assert all(found == 0 for found, _ in self_test(tmp_path / "tagger").values())
    back = model.member(2).samples
    assert np.array_equal(back.outputs["flavour"], parts[2].samples.outputs["flavour"])
    assert np.array_equal(back.inputs["tracks", "d0"], parts[2].samples.inputs["tracks", "d0"])
    model.member(2).save(tmp_path / "member")
    assert all(found == 0 for found, _ in self_test(tmp_path / "member").values())


def test_samples_that_have_the_key_stay_where_it_picks_their_member() -> None:
    parts = [with_own_key(seed) for seed in range(2)]
    model = lading.fold(parts, key="event_number")
    assert model.folds.key == "jet.event_number"
    assert model.samples.inputs["jet", "event_number"].tolist() == [0, 2, 4, 1, 3, 5]
    assert np.array_equal(model.samples.outputs["flavour"][3:], parts[1].samples.outputs["flavour"][1::2])


def with_own_key(seed: int) -> Model:
    model = training(seed, samples=6)
    model.input_list.append(Input("jet", ["jet", "variable"], "int64", [Variable("event_number")]))
    model.samples.inputs["jet", "event_number"] = np.arange(6)
    return model


def test_papers_are_those_of_all() -> None:
    models = [training(seed) for seed in range(2)]
    models[0].name, models[1].name, models[1].version = "tagger-even", "tagger-odd", "1.1"
    model = lading.fold(models, key="event_number")
    assert (model.name, model.version, model.names) == ("tagger", "", {"from source": {}})
    assert list(model.folds.graphs) == ["tagger-even", "tagger-odd"]
    assert model.record["licence"] == "CC-BY-4.0"
    assert model.record["members"]["tagger-odd"]["training"] == {"seed": 1}
    assert model.record["members"]["tagger-odd"]["function"] == models[1].function_digest
    for each in models:
        each.names = {"proven": {"entries": 10, "data": "sha256:1"}}
    assert lading.fold(models, key="event_number").names == {"proven": {"entries": 20, "data": "sha256:1"}}
    models[0].names = {"typed by hand": {}}
    assert lading.fold(models, key="event_number", name="other").names == {"typed by hand": {}}


def swapped(model: Model) -> None:
    model.input_list[0].variable_list.reverse()


DIFFERENCES: dict[str, tuple[Callable[[Model], object], str]] = {
    "unit": (lambda m: setattr(m.input_list[0].variable_list[0], "unit", "MeV"),
             "input 'jets', variable 'pt': unit is MeV, in 'a' it is GeV"),
    "order": (swapped, r"input 'jets': the order of its variables is \[eta, pt\], in 'a' it is \[pt, eta\]"),
    "missing": (lambda m: m.input_list[0].variable_list[0].missing.when.pop(),
                r"variable 'pt': what is missing is \[nan\], in 'a' it is \[nan, -9\]"),
    "no missing": (lambda m: setattr(m.input_list[0].variable_list[0], "missing", None),
                   "variable 'pt': what is missing is not given"),
    "pad": (lambda m: setattr(m.input_list[1].variable_list[0], "pad", None),
            "variable 'd0': a pad of its own is not given"),
    "raw": (lambda m: setattr(m.input_list[0].variable_list[1], "raw", "float64"), "raw is float64"),
    "max": (lambda m: setattr(m.axes["track"], "max", 5), "axis 'track': max is 5, in 'a' it is 4"),
    "axes": (lambda m: m.axes.update(reversed(m.axes.items())) or m.axes.pop("jet"), "axes: their names"),
    "labels": (lambda m: m.output_list[0].label_list.reverse(), r"labels is \[p_u, p_b\]"),
    "when empty": (lambda m: m.output_list[0].when_empty.clear(), r"output 'flavour': axes with when_empty is \[\]"),
    "input": (lambda m: m.input_list.append(Input("more", ["jet", 1])), "inputs: their order"),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENCES)
def test_models_that_differ_in_more_are_refused(name: str) -> None:
    change, text = DIFFERENCES[name]
    other = training(1)
    change(other)
    with pytest.raises(lading.ValueRefused, match=text):
        lading.fold({"a": training(0), "b": other}, key="event_number")


@pytest.mark.parametrize(("options", "text"), [
    ({"modulo": 3}, r"modulo is 3, but there are 2 models; members=\[...\] says which"),
    ({"members": [0, 1], "modulo": 3}, "members: has 2 numbers, modulo is 3"),
    ({"members": [0, 0, 2]}, r"members: should hold each of 0 .. 1"),
    ({"hash": "fnv"}, "there is no hash 'fnv'; there is splitmix64"),
    ({"key": "jets.number"}, "the input 'jets' is there and has no variable 'number'"),
    ({"key": "joined.number"}, "'joined' is the name of a value in the graphs"),
    ({"key": "pt"}, r"key: several inputs have the variable 'pt'; say 'jets.pt' or 'tracks.pt'"),
    ({"key": "eta"}, "'jets.eta' is float32, fed as float32; a key is int64"),
    ({"scores": {}}, "give both or neither"),
])  # fmt: skip
def test_wrong_words_are_refused(options: dict[str, object], text: str) -> None:
    with pytest.raises(lading.LadingError, match=text):
        lading.fold([training(0), training(1)], **{"key": "event_number", **options})


def test_what_cannot_be_folded() -> None:
    whole = lading.fold([training(0), training(1)], key="event_number")
    for models, text in [
        ([training(0)], "at least two models, not 1"), ([whole, training(0)], "has folds itself"),
        ([training(0), 3],
         "model 1 of the family is neither a model nor a path of one, but 3"),
        ([training(0), "/nowhere"], "no such file"),
        ({"v1.2": training(0), "b": training(1)}, "'v1.2' cannot name a model of a family: .* and no '.', and not"),
        ({"main": training(0), "b": training(1)}, "'main' cannot name a model of a family"),
    ]:  # fmt: skip
        with pytest.raises(lading.LadingError, match=text):
            lading.fold(models, key="event_number")


def test_paths_name_their_folds(tmp_path: Path) -> None:
    training(0).save(tmp_path / "even")
    training(1).save(tmp_path / "odd.lading")
    said = []
    model = lading.fold([tmp_path / "even", str(tmp_path / "odd.lading")], key="event_number",
                        progress=lambda *text: said.append(text[0]))  # fmt: skip
    assert model.folds.graphs == ["even", "odd"]
    assert said[-1].startswith("which member is applied to which residue was not proven")
    fed, counts = events(5)
    found = scores(model, {**fed, "event": {"event_number": np.ones(5, int)}}, counts)
    assert np.array_equal(found["flavour"], scores(training(1), fed, counts)["flavour"])
