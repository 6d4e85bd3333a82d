"""Folded models in the engine: runs, the self-test, proofs on the training's scores, comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from trainings import events, scores, training, with_key

import lading
from lading.model import Model

KEYS = np.random.default_rng(5).integers(0, 2**60, 50)


def given() -> dict[str, Any]:
    fed, counts = events(50)
    return with_key({**fed, "tracks": {"d0": (fed["tracks"]["d0"], counts["track"])}}, KEYS)


def parts(batched: bool = True) -> dict[str, Model]:
    return {"even": training(0, batched, samples=6), "odd": training(1, batched, samples=6)}


@pytest.mark.parametrize("batched", [True, False], ids=["batched", "one by one"])
def test_the_engine_gives_what_the_members_give(batched: bool) -> None:
    model = lading.fold(parts(batched), key="event_number", hash="splitmix64")
    found = model.run(given())["flavour"]
    apart = [np.asarray(model.member(fold, key=True).run(given())["flavour"]) for fold in model.folds.graphs]
    assert np.array_equal(found, np.stack(apart)[model.folds.pick(KEYS), np.arange(50)])
    fed, counts = events(50)
    assert found == pytest.approx(scores(model, with_key(fed, KEYS), counts)["flavour"], abs=1e-6)


def test_the_self_test_of_all_passes() -> None:
    model = lading.fold(parts(), key="event_number")
    report = model.check()
    assert report and report.entries == 12
    model.samples.inputs["event", "event_number"] = model.samples.inputs["event", "event_number"][::-1].copy()
    assert not model.check()


def trained() -> Iterator[tuple[str, np.ndarray]]:
    """The scores that the trainings themselves give where they are applied."""
    fed, counts = events(50)
    apart = np.stack([scores(model, fed, counts)["flavour"] for model in parts().values()])
    found = apart[KEYS % 2, np.arange(50)]
    yield from (("p_b", found[:, 0]), ("p_u", found[:, 1]))


def test_the_whole_is_proven_on_the_scores_of_the_trainings() -> None:
    said: list[str] = []
    model = lading.fold(parts(), key="event_number", data=given(), scores=dict(trained()),
                        progress=lambda *text: said.append(text[0]))  # fmt: skip
    assert model.names["proven"]["entries"] == 50
    assert "names proven on 50 entries" in said[-1]
    assert set(model.folds.pick(model.samples.inputs["event", "event_number"].reshape(-1))) == {0, 1}


def test_members_in_the_wrong_order_are_named_as_the_reason() -> None:
    turned = dict(reversed(parts().items()))
    with pytest.raises(lading.AgreementError, match=r"another order: residue 0 takes 'even', 1 takes 'odd'\.$"):
        lading.fold(turned, key="event_number", data=given(), scores=dict(trained()))
    with pytest.raises(lading.AgreementError, match="residue 1 takes 'odd', 2 takes 'even'"):
        lading.fold(parts(), key="event_number", members=[0, 0, 1, 1], data=given(), scores=dict(trained()))


def test_diff_runs_the_whole() -> None:
    model = lading.fold(parts(), key="event_number")
    assert not lading.diff(model, lading.fold(parts(), key="event_number"))
    turned = lading.fold(dict(reversed(parts().items())), key="event_number")
    found = lading.diff(model, turned)
    assert found.scores.differing > found.scores.entries / 2
    alone = lading.diff(model, model.member("odd"))
    assert 0 < alone.scores.differing < alone.scores.entries
