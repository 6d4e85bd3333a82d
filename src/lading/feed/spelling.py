"""Columns whose names are not quite those of variables: converters write "d0/sigma" as "d0_sigma"."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from ..endpoints import valid_name


def column_for(variable: str, columns: Collection[str]) -> str:
    """The column of ``variable``: of its very name, or the only one that would become that name in a model.

    >>> column_for("d0_sigma", ["pt", "d0/sigma"])
    'd0/sigma'
    """
    if variable in columns:
        return variable
    found = [column for column in columns if variable in _written(column)]
    return found[0] if len(found) == 1 else variable


@lru_cache(4096)
def _written(column: str) -> tuple[str, str]:
    """As names of a model are written, and as LightGBM writes them before."""
    return valid_name(column), valid_name(column.replace(" ", "_"))
