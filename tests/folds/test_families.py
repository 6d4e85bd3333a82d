"""Averages of models with folds, and outputs computed in them: what the members give, computed by NumPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from trainings import events, training, with_key

import lading
from lading.bundle.evaluate import self_test
from lading.endpoints import ByFold, Output
from lading.graph import Node
from lading.model import Model

KEYS = np.random.default_rng(8).integers(-(2**50), 2**50, 60)


def folded(seeds: tuple[int, ...] = (0, 1), batched: bool = True, **options: Any) -> Model:
    models = {f"fold_{at}": training(seed, batched, samples=6) for at, seed in enumerate(seeds)}
    return lading.fold(models, key="event_number", **options)


def given() -> dict[str, Any]:
    fed, counts = events(60)
    return with_key({**fed, "tracks": {"d0": (fed["tracks"]["d0"], counts["track"])}}, KEYS)


@pytest.mark.parametrize("batched", [True, False], ids=["batched", "one by one"])
def test_every_member_computes_a_discriminant(batched: bool, tmp_path: Path) -> None:
    model = folded(batched=batched, hash="splitmix64")
    made = lading.discriminant(model, "ratio", "p_b / (f * p_u + p_b)", f=0.25)
    scores = made.run(given())
    p_b, p_u = scores["p_b"], scores["p_u"]
    expected = p_b / (np.float32(0.25) * p_u + p_b)
    np.testing.assert_array_equal(scores["ratio"].reshape(-1), expected.reshape(-1))
    np.testing.assert_array_equal(scores["flavour"], model.run(given())["flavour"])
    assert made.outputs["ratio"].when_empty["track"] == ByFold([[0.5714286], [0.36363637]])
    assert next(node.name for node in made.graphs["fold_1"].nodes if "ratio" in node.name) == "fold_1.ratio.p_b"
    assert made.samples is not None and len(made.samples.outputs["ratio"]) == 12 and made.check()
    made.save(tmp_path / "model")
    assert lading.load(tmp_path / "model").digest == made.digest
    assert max(found for found, _ in self_test(tmp_path / "model").values()) < 1e-6
    alone = lading.discriminant(model.member(1, key=True), "ratio", "p_b / (f * p_u + p_b)", f=0.25)
    np.testing.assert_array_equal(alone.run(given())["ratio"], made.member(1, key=True).run(given())["ratio"])


def test_a_discriminant_may_be_made_of_another() -> None:
    made = lading.discriminant(lading.discriminant(folded(), "ratio", "p_b / p_u"), "add", "ratio + p_u")
    scores = made.run(given())
    np.testing.assert_array_equal(scores["add"], scores["p_b"] / scores["p_u"] + scores["p_u"])
    with pytest.raises(lading.UnknownName, match="output 'd': 'p_c' is no output or label of tagger"):
        lading.discriminant(folded(), "d", "p_c / p_b")


@pytest.mark.parametrize("weights", [None, [1, 3, 2]])
@pytest.mark.parametrize("batched", [True, False], ids=["batched", "one by one"])
def test_models_with_folds_are_averaged_fold_by_fold(
    batched: bool, weights: list[float] | None, tmp_path: Path
) -> None:
    models = [folded(seeds, batched, hash="splitmix64") for seeds in ((0, 1), (2, 5), (4, 1))]
    made = lading.average(models, weights)
    each = [model.run(given())["flavour"] for model in models]
    if weights is None:
        expected = (each[0] + each[1] + each[2]) / np.float32(3)
    else:
        shares = [np.float32(w / 6) for w in weights]
        expected = each[0] * shares[0] + each[1] * shares[1] + each[2] * shares[2]
    found = made.run(given())["flavour"]
    np.testing.assert_array_equal(found, expected)
    assert made.folds == models[0].folds and made.requires == ["folds"]
    assert made.samples is not None and len(made.samples.outputs["flavour"]) == 36 and made.check()
    assert isinstance(made.outputs["flavour"].when_empty["track"], ByFold)
    made.save(tmp_path / "model")
    assert lading.load(tmp_path / "model").digest == made.digest
    assert max(found for found, _ in self_test(tmp_path / "model").values()) < 1e-6
    one = lading.average([model.member(1, key=True) for model in models], weights)
    np.testing.assert_array_equal(one.run(given())["flavour"], made.member(1, key=True).run(given())["flavour"])


def test_models_of_other_folds_are_not_averaged() -> None:
    for other, said in [(folded(hash="splitmix64"), "fold_0, fold_1 by splitmix64 of event.event_number modulo 2"),
                        (folded(members=[1, 0]), "modulo 2, residues to 1 0"), (training(0), "")]:
        with pytest.raises(lading.ValueRefused) as error:
            lading.average([folded(), other])
        assert str(error.value).startswith("'tagger_2' and 'tagger' cannot be one model: folds: the rule is ")
        assert said in str(error.value)
        assert "fold_0, fold_1 by event.event_number modulo 2" in str(error.value) or not said


def test_some_outputs_of_models_with_folds_are_kept() -> None:
    def with_more(seed: int) -> Model:
        made = training(seed, samples=6)
        made.output_list.append(Output("sum", ["jet", 4]))
        made.graphs["main"].nodes.append(Node("more", "MatMul", ["logit", "extra.w"], ["sum"]))
        made.weights["extra.w"] = np.full((2, 4), seed + 1, np.float32)
        made.samples = None
        return made

    model = lading.fold([with_more(0), with_more(1)], key="event_number")
    for kept, nodes, graphs in [("flavour", 5, 6), ("sum", 5, 2)]:
        made = lading.average({"a": model, "b": model}, outputs=[kept])
        assert list(made.outputs) == [kept] and len(made.graphs) == (graphs - 2) * 2 + 2
        assert len(made.graphs["fold_1"].nodes) == 2 * nodes + 2
        np.testing.assert_array_equal(made.run(given())[kept], model.run(given())[kept])
        assert ("fold_1.extra.w" in str(list(made.weights))) == (kept == "sum")
