"""An entry takes the average of all trainings but the one of its own fold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from trainings import events, flavour_by_keys, scores, training, with_key

import lading
from lading.cli import main
from lading.endpoints import Output
from lading.graph import Node


def mean_of_others(seeds: list[int], picked: np.ndarray, batched: bool = True) -> np.ndarray:
    """What the trainings give apart, averaged in their order in float32 without the one that is picked."""
    fed, counts = events(60)
    apart = [scores(training(seed, batched), fed, counts)["flavour"] for seed in seeds]
    means = []
    for left in range(len(seeds)):
        others = [each for at, each in enumerate(apart) if at != left]
        total = others[0]
        for each in others[1:]:
            total = total + each
        means.append(total / np.float32(len(others)))
    return np.stack(means)[picked, np.arange(60)]


@pytest.mark.parametrize(("options", "batched"), [
    ({}, True), ({}, False), ({"hash": "splitmix64"}, True), ({"members": [2, 0, 1, 1]}, True)], ids=str)
def test_each_entry_gets_the_average_of_the_others(tmp_path: Path, options: dict[str, object], batched: bool) -> None:
    models = {f"fold_{seed}": training(seed, batched, samples=5) for seed in range(3)}
    model = lading.fold(models, key="event_number", leave_out=True, **options)
    keys, found = flavour_by_keys(model, tmp_path / "tagger")
    picked = model.folds.pick(keys)
    assert set(picked) == {0, 1, 2}
    assert np.array_equal(found, mean_of_others([0, 1, 2], picked, batched))
    fed, counts = events(60)
    given = with_key({**fed, "tracks": {"d0": (fed["tracks"]["d0"], counts["track"])}}, keys)
    assert model.run(given)["flavour"] == pytest.approx(found, abs=1e-6)
    assert lading.load(tmp_path / "tagger").check()


def test_what_is_stored_is_each_training_once() -> None:
    model = lading.fold([training(seed) for seed in range(4)], key="event_number", leave_out=True)
    assert model.folds.graphs == [f"without_fold_{seed}" for seed in range(4)]
    dense = [name for name in model.weights if name.endswith("dense.w")]
    assert len(dense) == 4 and len(model.weights) == 5  # and what all share
    assert model.variables["event_number"].description == "picks which of 4 trainings is left out"
    assert list(model.record["members"]) == [f"fold_{seed}" for seed in range(4)]
    empty = list(model.outputs["flavour"].when_empty["track"])
    assert empty[0] == [0.25, 0.75 + 2] and empty[3] == [0.25, 0.75 + 1]


def test_a_member_is_the_average_itself(tmp_path: Path) -> None:
    models = {name: training(seed, samples=5) for seed, name in enumerate("abc")}
    alone = lading.fold(models, key="event_number", leave_out=True).member("without_b")
    assert "event" not in alone.inputs and alone.check()
    given = {**events(60)[0], "tracks": {"d0": (events(60)[0]["tracks"]["d0"], events(60)[1]["track"])}}
    average = lading.average({"a": models["a"], "c": models["c"]})
    assert np.array_equal(alone.run(given)["flavour"], average.run(given)["flavour"])


def test_what_has_no_average_is_refused() -> None:
    models = [training(0), training(1)]
    for model in models:
        model.output_list.append(Output("class", ["jet"], "int64"))
        model.graphs["main"].nodes.append(Node("top", "ArgMax", ["flavour"], ["class"], {"axis": 1, "keepdims": 0}))
    with pytest.raises(lading.ValueRefused, match=r"output 'class' is int64; only real numbers are averaged; .*"
                                                  r"outputs=\['flavour'\]"):
        lading.fold(models, key="event_number", leave_out=True)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for seed, name in enumerate("abc"):
        training(seed, samples=5).save(name)
    command = ["fold", "a/", "b/", "c/", "--key", "event_number", "--leave-out", "-o", "tagger/"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert lading.load("tagger").folds.graphs == ["without_a", "without_b", "without_c"]
