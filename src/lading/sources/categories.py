"""Columns of categories: what an event holds of them, and what the codes that trees look at stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..endpoints import Variable

LISTED = 10  # categories that a description names
WHOLE = re.compile(r"0|-?[1-9]\d{0,14}")  # as Python writes it, exact in float64


def describe_codes(variable: Variable, names: Sequence[Any]) -> None:
    """Says that ``variable`` is fed codes, 0 to ``len(names) - 1``, and what they stand for."""
    if not names or list(names) == list(range(len(names))):
        variable.description = f"category code, 0 to {len(names) - 1}" if names else "category code"
        return
    listed = ", ".join(f"{code} {name}" for code, name in enumerate(names[:LISTED]))
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    variable.description = f"category code: {listed}{more}"


def take_values(variable: Variable, names: Sequence[Any]) -> None:
    """Lets ``variable`` be fed its categories themselves where these are whole numbers (charges, PDG codes), and codes
    where they are not. Any other number gets a code that no category has. Only for libraries to which a missing
    category is one like these."""
    whole = [_whole(name) for name in names]
    if None in whole or whole == list(range(len(whole))) or len(set(whole)) < len(whole) or not whole:
        describe_codes(variable, names)
    else:
        variable.categories = [number for number in whole if number is not None]
        variable.unknown = len(whole)


def _whole(name: Any) -> int | None:
    if isinstance(name, str):
        return int(name) if WHOLE.fullmatch(name) else None
    if isinstance(name, bool) or not isinstance(name, (int, float)) or name != name or abs(name) > 2**53:
        return None
    return int(name) if name == int(name) else None
