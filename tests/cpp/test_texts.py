"""The same mistake is answered in the same words by Python and by C++."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from building import run

import lading
from lading.engine import Session
from lading.engine import compile as compiled
from lading.feed import batch_of

JETS = {"pt": [5e4, 6e4], "eta": [0, 1], "mass": [8e3, 9e3], "sv_mass": [2e3, -999]}
TRACKS = ("d0", "z0_sin_theta", "d0_significance", "z0_significance", "pt_fraction", "dr", "pixel_hits",
          "innermost_hits")  # fmt: skip


def tagger_events(**jets: Any) -> dict[str, Any]:
    return {"jets": {**JETS, **jets}, "tracks": {name: (np.ones(3, np.float32), [1, 2]) for name in TRACKS}}


def steps_events(name: str, value: float) -> dict[str, Any]:
    ones = {"doubles": ("e", "m", "half", "bad"), "counts": ("n", "mode", "hits")}
    events: dict[str, Any] = {given: {v: np.ones(2) for v in names} for given, names in ones.items()}
    events["cells"] = {v: np.ones((2, 2)) for v in ("energy", "time")}
    next(columns for columns in events.values() if name in columns)[name] = np.full(2, value)
    return events


def with_key(model: lading.Model, key: Any) -> None:
    """The key of the second of two events."""
    folds = lading.load(Path(model.origin).parent / "folds")
    folds.run({"event": {"number": np.array([3, key], np.asarray(key).dtype)}, "jets": {"pt": [5.0, 6.0]},
               "tracks": {"d0": (np.ones(3, np.float32), [1, 2])}})  # fmt: skip


def with_elements(model: lading.Model, count: int) -> None:
    """Two events with three elements, and with a negative number of them, past what looks at arrays."""
    events = tagger_events() if model.folds is None else {
        "event": {"number": [1, 2]}, "jets": {"pt": [5.0, 6.0]}, "tracks": {"d0": (np.ones(3), [1, 2])}}  # fmt: skip
    batch = batch_of(model, events)
    batch.counts["track"] = np.array([3, count])
    Session(model).run_batch(batch)


def loaded_on(isa: str, model: lading.Model) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LADING_ISA", isa)
        compiled(lading.load(Path(model.origin)))


Mistake = Callable[[lading.Model, lading.Model], object]
MISTAKES: dict[str, Mistake] = {
    "instruction set": lambda tagger, _: loaded_on("avx521", tagger),
    "input": lambda tagger, _: tagger.run({"jet": JETS, "tracks": tagger_events()["tracks"]}),
    "variable": lambda tagger, _: tagger.run(tagger_events(pT=[1, 2])),
    "output": lambda tagger, _: tagger.run(tagger_events())["flavor", "p_b"],
    "label": lambda tagger, _: tagger.run(tagger_events())["flavour", "p_d"],
    "axis": lambda tagger, _: compiled(tagger).find_axis("tracks"),
    "unit of another kind": lambda tagger, _: tagger.run(tagger_events(), units={"pt": "mm"}),
    "unknown unit": lambda tagger, _: tagger.run(tagger_events(), units={"pt": "Gev"}),
    "unit of integers": lambda _, steps: steps.run(steps_events("n", 1), units={"n": "GeV"}),
    "infinite": lambda _, steps: steps.run(steps_events("half", 1e39)),
    "no integer": lambda _, steps: steps.run(steps_events("n", 1.5)),
    "too large": lambda _, steps: steps.run(steps_events("n", 1e19)),
    "category": lambda _, steps: steps.run(steps_events("mode", 3)),
    "key that is no number": lambda tagger, _: with_key(tagger, np.nan),
    "key that is not whole": lambda tagger, _: with_key(tagger, np.float32(12.5)),
    "key that is too large": lambda tagger, _: with_key(tagger, np.uint64(1 << 63)),
    "key that is much too large": lambda tagger, _: with_key(tagger, 1e19),
    "negative count of a fold": lambda tagger, _: with_elements(
        lading.load(Path(tagger.origin).parent / "folds"), -1),
    "negative count": lambda tagger, _: with_elements(tagger, -2),
    "memory": lambda tagger, _: Session(lading.load(Path(tagger.origin).parent / "sums"), 1, 100_000).run(
        {"hits": {name: (np.zeros(100_000), [100_000]) for name in "xy"}}),
}


@pytest.fixture(scope="module")
def said_in_cpp(programs: Path, bundles: Path) -> dict[str, str]:
    return dict(line.split("\t") for line in run(programs / "texts", bundles).splitlines())  # type: ignore[misc]


def test_all_mistakes_are_made(said_in_cpp: dict[str, str]) -> None:
    assert said_in_cpp.keys() == MISTAKES.keys() and "no error" not in said_in_cpp.values()


@pytest.mark.parametrize("name", MISTAKES)
def test_both_say_the_same(said_in_cpp: dict[str, str], bundles: Path, name: str) -> None:
    with pytest.raises(lading.LadingError) as caught:
        MISTAKES[name](lading.load(bundles / "tagger"), lading.load(bundles / "steps"))
    assert str(caught.value) == said_in_cpp[name]
