"""Units: which can be converted into which, and by which single multiplication or division."""

from __future__ import annotations

from ..errors import UnitError, suggestion

#: Units of one kind, as powers of ten of the first one. docs/format.md holds the same table.
KINDS: dict[str, dict[str, int]] = {
    "energy": {"eV": 0, "keV": 3, "MeV": 6, "GeV": 9, "TeV": 12},
    "length": {"m": 0, "cm": -2, "mm": -3, "um": -6, "nm": -9},
    "time": {"s": 0, "ms": -3, "us": -6, "ns": -9, "ps": -12},
    "angle": {"rad": 0, "mrad": -3},
    "angle in degrees": {"deg": 0},
    "number": {"1": 0, "%": -2},
    "magnetic field": {"T": 0, "mT": -3},
}

#: The two micro signs of Unicode.
_MICRO = str.maketrans({"µ": "u", "μ": "u"})


def convert(from_unit: str, to_unit: str) -> tuple[str | None, int]:
    """How a number in ``from_unit`` becomes one in ``to_unit``: ("multiply" or "divide", power of ten).

    (None, 0) where the two are the same. The factor is never a fraction: a finer unit is divided, a coarser
    one multiplied, so that it is exact (in float32 up to 10**10, in float64 up to 10**22).
    Raises UnitError for two units that differ in kind, and for units that are not in the table.

    >>> convert("MeV", "GeV"), convert("GeV", "MeV")
    (('divide', 3), ('multiply', 3))
    """
    if from_unit == to_unit:
        return None, 0
    if not to_unit:
        why = "the model says no unit; feed it as it was in training, without a unit"
        raise UnitError(f"'{from_unit}' cannot be converted: {why}")
    kind, start = _find(from_unit)
    other_kind, end = _find(to_unit)
    if kind != other_kind:
        units = ", ".join(f"'{unit}'" for unit in KINDS[other_kind])
        raise UnitError(
            f"'{from_unit}' ({kind}) cannot be converted into '{to_unit}' ({other_kind}); what can: {units}"
        )
    if start == end:
        return None, 0
    return ("multiply", start - end) if start > end else ("divide", end - start)


def _find(unit: str) -> tuple[str, int]:
    name = unit.translate(_MICRO)
    for kind, units in KINDS.items():
        if name in units:
            return kind, units[name]
    known = [name for units in KINDS.values() for name in units]
    raise UnitError(f"'{unit}' cannot be converted: no such unit {suggestion(unit, known)}")
