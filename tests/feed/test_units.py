"""Units are converted by one multiplication or division by a power of ten, or refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lading.errors import UnitError
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
     "'GeV' cannot be converted: the model says no unit; feed it as it was in training"),
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
