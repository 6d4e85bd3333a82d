"""Names of what a run works with: no two the same, and none that the text of an operator has for its own."""

from __future__ import annotations

from collections.abc import Callable

from ....graph import free_name
from ..names import identifiers

__all__ = ["names_of"]


def names_of() -> Callable[[str, str], str]:
    """Gives identifiers: (kind, "dense/1") becomes kind_dense_1. Nothing else in a run begins with such a kind."""
    given: set[str] = set()

    def name(kind: str, wish: str) -> str:
        return free_name(f"{kind}_{identifiers([wish])[0].rstrip('_')}", given)

    return name
