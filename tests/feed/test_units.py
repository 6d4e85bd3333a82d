"""Units are converted by one multiplication or division by a power of ten, or refused."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from mirrors import one_input

from lading.endpoints import Missing, Variable
from lading.errors import UnitError, UnknownName
from lading.feed.units import KINDS, convert

FORMAT_PAGE = Path(__file__).parents[2] / "docs" / "format.md"


@pytest.mark.parametrize(("start", "end", "expected"), [
    ("MeV", "GeV", ("divide", 3)), ("GeV", "MeV", ("multiply", 3)), ("TeV", "keV", ("multiply", 9)),
    ("mm", "um", ("multiply", 3)), ("mm", "cm", ("divide", 1)), ("m", "mm", ("multiply", 3)),
    ("ps", "ns", ("divide", 3)), ("%", "1", ("divide", 2)), ("mrad", "rad", ("divide", 3)),
    ("GeV", "GeV", (None, 0)), ("furlong", "furlong", (None, 0)), ("µm", "mm", ("divide", 3)),
    ("μm", "um", (None, 0)),
])  # fmt: skip
def test_one_operation(start: str, end: str, expected: tuple[str | None, int]) -> None:
    assert convert(start, end) == expected


@pytest.mark.parametrize(("start", "end", "text"), [
    ("GeV", "mm",
     "'GeV' (energy) cannot be converted into 'mm' (length); what can: 'm', 'cm', 'mm', 'um', 'nm'"),
    ("deg", "rad",
     "'deg' (angle in degrees) cannot be converted into 'rad' (angle); what can: 'rad', 'mrad'"),
    ("Gev", "MeV",
     "'Gev' cannot be converted: no such unit (has: 'GeV', 'eV', 'keV', 'MeV', 'TeV', 'deg', 'm', 'cm' "
     "and 14 more); did you mean 'GeV'?"),
    ("GeV", "",
     "'GeV' cannot be converted: the model says no unit; feed it as it was in training, without a unit"),
])  # fmt: skip
def test_what_is_refused(start: str, end: str, text: str) -> None:
    with pytest.raises(UnitError) as caught:
        convert(start, end)
    assert str(caught.value) == text


def test_the_format_page_has_the_same_table() -> None:
    page = FORMAT_PAGE.read_text(encoding="utf-8").replace("−", "-")
    table = page[page.index("| kind | units (power of ten) |") :].partition("\n\n")[0]
    written = {unit: int(power) for unit, power in re.findall(r"([A-Za-z1%]+) \((-?\d+)\)", table)}
    assert written == {unit: power for units in KINDS.values() for unit, power in units.items()}


# ---- through the engine: one multiplication or division in the raw type


def pairs() -> list[tuple[str, str]]:
    return [(a, b) for units in KINDS.values() for a in units for b in units]


def exactly(values: np.ndarray, start: str, end: str) -> np.ndarray:
    """The one operation, done exactly and rounded once to the type of ``values``."""
    step, power = convert(start, end)
    factor = Fraction(float(values.dtype.type(10.0**power)))
    exact = [Fraction(float(x)) * factor if step == "multiply" else Fraction(float(x)) / factor for x in values]
    return np.array([rounded(x, values.dtype) for x in exact], values.dtype)


def rounded(x: Fraction, dtype: np.dtype) -> float:
    """The nearest number of ``dtype``; of two the even one."""
    if x == 0:
        return 0.0
    digits = np.finfo(dtype).nmant + 1
    exponent = max(math.floor(math.log2(abs(x))) - digits + 1, np.finfo(dtype).minexp - digits + 1)
    while abs(x) / Fraction(2) ** exponent >= 2**digits:
        exponent += 1
    while abs(x) / Fraction(2) ** exponent < 2 ** (digits - 1) and exponent > np.finfo(dtype).minexp - digits + 1:
        exponent -= 1
    return float(round(x / Fraction(2) ** exponent) * Fraction(2) ** exponent)


@pytest.mark.parametrize("raw", ["float32", "float64"])
@pytest.mark.parametrize(("start", "end"), pairs())
def test_the_engine_does_this_one_operation(start: str, end: str, raw: str) -> None:
    values = np.random.default_rng(7).uniform(-200, 200, 40).astype(raw)
    model = one_input(Variable("x", end, raw=raw), type=raw)
    found = model.run({"x": values}, units={"x": start})["p_x"]
    np.testing.assert_array_equal(found, exactly(values, start, end))


def test_units_of_one_variable_do_not_touch_others() -> None:
    model = one_input(Variable("pt", "GeV"), Variable("mass", "GeV"))
    scores = model.run({"pt": [2000.0], "mass": [2.0]}, units={"jets.pt": "MeV"})
    assert (scores["p_pt"], scores["p_mass"]) == (2, 2)


def test_integers_are_not_converted() -> None:
    model = one_input(Variable("n", "GeV", raw="int64"), type="int64")
    with pytest.raises(UnitError, match="variable 'n' of input 'jets'"):
        model.run({"n": [1]}, units={"n": "MeV"})
    assert model.run({"n": [1]}, units={"n": "GeV"})["p_n"] == 1


def test_a_refused_unit_names_the_variable() -> None:
    with pytest.raises(UnitError) as caught:
        one_input(Variable("pt", "GeV")).run({"pt": [1.0]}, units={"pt": "mm"})
    assert "variable 'pt' of input 'jets'" in str(caught.value) and "'mm' (length)" in str(caught.value)
    with pytest.raises(UnknownName, match="units: 'pT' is no variable of model 'mirror'"):
        one_input(Variable("pt", "GeV")).run({"pt": [1.0]}, units={"pT": "mm"})


def test_missing_numbers_are_those_fed_and_limits_those_converted() -> None:
    model = one_input(Variable("pt", "GeV", missing=Missing([-999, {"above": 100}], 7)))
    found = model.run({"pt": [-999.0, -999000.0, 99e3, 101e3, 101.0]}, units={"pt": "MeV"})["p_pt"]
    np.testing.assert_array_equal(found, np.float32([7, -999, 99, 7, 0.101]))
