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
