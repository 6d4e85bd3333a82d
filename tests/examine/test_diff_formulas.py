"""Whether two ways to write a preparation are one function: judged by numbers, on limits and missing values too."""

from __future__ import annotations

from typing import Any

import pytest

from lading.endpoints import Input, Missing, Variable
from lading.examine.diff.formulas import NEAR as LIMIT
from lading.examine.diff.formulas import apart


def side(*prepare: Any, type: str = "float32", **more: Any) -> tuple[Input, Variable]:
    return Input("x", ["entry", "variable"], type), Variable("v", prepare=list(prepare), **more)


SAME = [
    (side({"divide": 1000}, unit="MeV"), side(unit="GeV")),
    (side({"subtract": 4}), side({"add": -4})),
    (side({"divide": 8}), side({"multiply": 0.125})),
    (side("abs", "abs"), side("abs")),
    (side({"clip": [0, 5]}), side({"clip": [0, 7]}, {"clip": [-1, 5]})),
    (side(), side({"add": 0}, {"multiply": 1})),
    (side(missing=Missing(["nan", -999], 2)), side(missing=Missing([-999, "nan"], 2))),
    (side("float32", raw="float64"), side(raw="float64")),
    (side("log1p", raw="int64"), side("log1p", {"add": 0}, raw="int64")),
    (side(categories=[1, 3]), side({"add": 0.0}, categories=[1, 3])),
]  # fmt: skip

NEAR = [
    (side({"divide": 10}), side({"multiply": 0.1})),
    (side({"divide": 7}, {"add": 0.1}, "sqrt", raw="float64"), side({"divide": 7}, {"add": 0.1}, "sqrt")),
    (side("sqrt", unit="GeV"), side({"divide": 1000}, "sqrt", unit="MeV")),  # fed in GeV, times 1000, by 1000
]

OTHERWISE = [
    (side({"subtract": 4}), side({"add": -4.0001})),
    (side("log"), side("log10")),
    (side({"clip": [0, 5]}), side({"clip": [0, 5.01]})),
    (side({"multiply": 2}), side({"multiply": -2})),
    (side(missing=Missing([-999], 2)), side(missing=Missing([-998], 2))),
    (side(missing=Missing(["nan"], 2)), side()),
    (side(missing=Missing([{"above": 10.0}], 2)), side(missing=Missing([{"above": 10.0001}], 2))),
    (side(missing=Missing(["inf"], 2)), side(missing=Missing([{"above": 1e30}], 2))),
    (side(missing=Missing([-999], 2), unit="MeV"), side(missing=Missing([-0.999], 0.002), unit="GeV")),
    (side({"divide": 1000}, unit="MeV"), side({"divide": 1000}, unit="GeV")),
    (side(unit="MeV"), side({"add": 1}, unit="mm")),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_function(one: Any, other: Any) -> None:
    assert apart(one, other) == 0


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_the_same_but_for_rounding(one: Any, other: Any) -> None:
    size = apart(one, other)
    assert size is not None and 0 < size <= LIMIT


@pytest.mark.parametrize(("one", "other"), OTHERWISE)
def test_another_function(one: Any, other: Any) -> None:
    for size in (apart(one, other), apart(other, one)):
        assert size is not None and size > LIMIT


@pytest.mark.parametrize("other", [
    side({"add": 1}, missing=Missing([{"flag": "bad"}], 1)), side({"add": 1}, source="jets.pt"),
    side({"add": 1}, categories=[1, 2]), side({"add": 1}, type="bfloat16"),
])  # fmt: skip
def test_what_cannot_be_held_against_each_other(other: Any) -> None:
    assert apart(side({"add": 1}), other) is None
