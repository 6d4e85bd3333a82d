"""Every entry of a folded model gets what the member that it picks gives, to the bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from trainings import events, flavour_by_keys, scores, training, with_key

import lading
from lading.bundle.evaluate import BundleError, evaluate
from lading.endpoints import ByFold, Input, Output, Variable
from lading.graph import Node


def folded(count: int = 3, **options: object) -> lading.Model:
    batched = bool(options.pop("batched", True))
    models = {f"fold_{seed}": training(seed, batched) for seed in range(count)}
    return lading.fold(models, key="event_number", **options)


@pytest.mark.parametrize("options", [
    {}, {"batched": False}, {"hash": "splitmix64"}, {"modulo": 4, "members": [2, 0, 1, 1]},
    {"hash": "splitmix64", "members": [0, 0, 1, 2, 2]}], ids=str)  # fmt: skip
def test_each_entry_gets_what_its_member_gives(tmp_path: Path, options: dict[str, object]) -> None:
    model = folded(**options)
    keys, found = flavour_by_keys(model, tmp_path / "tagger")
    picked = model.folds.pick(keys)
    assert set(picked) == {0, 1, 2}
    fed, counts = events(60)
    apart = [scores(model.member(fold, key=True), with_key(fed, keys), counts)["flavour"] for fold in range(3)]
    assert not np.array_equal(apart[0], apart[1])
    assert np.array_equal(found, np.stack(apart)[picked, np.arange(60)])
    own = [scores(training(fold, bool(options.get("batched", True))), fed, counts)["flavour"] for fold in range(3)]
    assert np.array_equal(found, np.stack(own)[picked, np.arange(60)])


def test_a_member_is_a_plain_model(tmp_path: Path) -> None:
    model = folded()
    model.save(tmp_path / "tagger")
    for target in (model, lading.load(tmp_path / "tagger")):
        odd = target.member("fold_1")
        assert odd.folds is None and odd.requires == []
        assert list(odd.graphs) == ["main", "fold_1.softly", "fold_1.hardly"]
        assert sorted(odd.weights) == ["fold_1.dense.w", "shared"]
        assert odd.variables["eta"].prepare == []
        assert odd.inputs["jets"].variables["pt"].missing.value == 21
        assert odd.outputs["flavour"].when_empty == {"track": [0.25, 1.75]}
        assert list(odd.inputs) == ["jets", "tracks"] and odd.samples is None
        odd.save(tmp_path / "odd")
        assert lading.load(tmp_path / "odd").function_digest == target.member(1).function_digest
        assert isinstance(target.inputs["jets"].variables["pt"].prepare, ByFold)  # the whole stays as it was


def test_a_member_has_no_input_that_held_the_key_and_nothing_else() -> None:
    model = lading.fold([training(seed, samples=6) for seed in range(2)], key="event_number")
    whole, alone = model.member(1, key=True), model.member(1)
    assert [list(each.inputs) for each in (whole, alone)] == [["jets", "tracks", "event"], ["jets", "tracks"]]
    assert alone.check() and set(whole.samples.inputs) - set(alone.samples.inputs) == {("event", "event_number")}
    counted = lading.fold([reading_the_key(seed) for seed in range(2)], key="event_number")
    assert list(counted.member(1).inputs) == ["jets", "tracks", "event"]  # a node reads it


def reading_the_key(seed: int) -> lading.Model:
    model = training(seed)
    model.input_list.append(Input("event", ["jet", "variable"], "int64", [Variable("event_number")]))
    model.output_list.append(Output("number", ["jet", 1], "int64"))
    model.graphs["main"].nodes.append(Node("number", "Identity", ["event"], ["number"]))
    return model


def test_a_member_that_is_not_there_is_refused() -> None:
    with pytest.raises(lading.UnknownName, match=r"has no fold 'fold_l' \(has: 'fold_0', .*did you mean 'fold_0'"):
        folded().member("fold_l")
    with pytest.raises(lading.UnknownName, match="has no fold '3'"):
        folded().member(3)
    with pytest.raises(lading.UnknownName, match="tagger has no folds"):
        training(0).member(0)


def test_a_key_without_a_name_and_none_of_the_entries(tmp_path: Path) -> None:
    models = [training(seed) for seed in range(2)]
    for model in models:
        model.input_list.append(lading.endpoints.Input("number", ["jet", 1], "int64"))
    lading.fold(models, key="number").save(tmp_path / "tagger")
    fed, counts = events(8)
    found = evaluate(tmp_path / "tagger", {**fed, "number": np.arange(8)}, counts)["flavour"]
    assert np.array_equal(found[1::2], scores(training(1), fed, counts)["flavour"][1::2])
    none, nobody = events(0)
    assert evaluate(tmp_path / "tagger", {**none, "number": np.arange(0)}, nobody)["flavour"].shape == (0, 2)


def test_the_evaluator_refuses_keys_that_are_not_as_many_or_not_whole(tmp_path: Path) -> None:
    folded().save(tmp_path / "tagger")
    fed, counts = events(8)
    for keys, text in ((np.arange(7), "there are 7 keys"), (np.arange(8) + 0.5, "0.5 does not fit into int64")):
        with pytest.raises(BundleError, match=text):
            evaluate(tmp_path / "tagger", with_key(fed, keys), counts)
