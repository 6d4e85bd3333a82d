"""Categories: whole numbers are numbered by their variable; what that cannot say is done by nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ...errors import UnsupportedError
from .columns import Column, Growth, Table
from .ensemble import features_of
from .searching import places_in
from .state import State

__all__ = ["binned", "encoded", "one_hot", "ordinal"]

Categories = list[np.ndarray]

#: The whole number that stands in for NaN, where that is a category: one that no table holds.
STAND_IN = -(2**31)


def one_hot(step: State, table: Table, growth: Growth) -> Table:
    """A column of 0 and 1 for each category."""
    _refuse_infrequent(step)
    lists = _lists(step, table)
    ignored = step.get("handle_unknown") in ("ignore", "infrequent_if_exist", "warn")
    dropped = _dropped(step, lists)
    source = [i for i, names in enumerate(lists) for k in range(len(names)) if k != dropped[i]]
    known = _numbered(step, table, lists, growth, ignored)
    if known is not None:
        wanted = [k for i, names in enumerate(lists) for k in range(len(names)) if k != dropped[i]]
        value, numbers = known, np.array(wanted, table.type)
    elif ignored:
        value = growth.value_of(table)
        numbers = np.array([names[k] for i, names in enumerate(lists) for k in range(len(names)) if k != dropped[i]],
                           table.type)  # fmt: skip
    else:
        raise _not_whole(step)
    if not source:
        return Table([], size=0, type=table.type)
    wide = growth.wiring.add("Gather", value, np.array(source), axis=1)
    hot = growth.wiring.add("Cast", growth.wiring.add("Equal", wide, numbers), to=table.type)
    return growth.of_value(hot, len(source), table.type)


def ordinal(step: State, table: Table, growth: Growth) -> Table:
    """The place of each category; what is missing or unknown becomes the number that the encoder has for it."""
    _refuse_infrequent(step)
    lists = _lists(step, table)
    unknown = step.get("unknown_value") if step.get("handle_unknown") == "use_encoded_value" else None
    if unknown is not None and np.isnan([unknown, step.get("encoded_missing_value", np.nan)]).all():
        lists = [names[~np.isnan(names)] for names in lists]  # what is missing becomes what is unknown
    codes = [_codes(step, names, unknown) for names in lists]
    if table.columns is not None:
        plain = [_of_variable(step, column, names, growth, unknown is not None)
                 for column, names in zip(table.columns, lists, strict=True)]  # fmt: skip
        if all(column is not None for column in plain):
            inner = Table([column for column in plain if column], size=table.size, type=table.type)
            if all(np.array_equal(code, np.arange(len(code))) for code in codes):
                return inner
            if unknown is not None and all(np.array_equal(code[:-1], np.arange(len(code) - 1)) for code in codes):
                columns = [replace(column, unknown_code=float(unknown)) for column in inner.columns or []]
                return replace(inner, columns=columns)
            return _looked_up(inner, codes, growth)
    raise _not_whole(step)


def by_target(step: State, table: Table, growth: Growth) -> Table:
    """What a TargetEncoder learned of each category, by class where there are several; of unknown ones the mean."""
    lists, means = _lists(step, table), np.atleast_1d(np.asarray(step["target_mean_"], np.float64))
    learned = [np.asarray(each, np.float64) for each in step["encodings_"]]  # by column, then class
    source = [i for i in range(len(lists)) for _ in means]
    if len(learned) != len(source) or any(len(each) != len(lists[i]) for each, i in zip(learned, source, strict=True)):
        raise step.damaged(f"'encodings_' does not hold those of {len(lists)} columns and {len(means)} targets")
    numbered = [_of_variable(step, column, names, growth, True)
                for column, names in zip(table.columns or [], lists, strict=bool(table.columns))]  # fmt: skip
    columns = [each for each in numbered if each]
    if len(columns) < table.size:
        raise _not_whole(step)
    inner = growth.selected(Table(columns, size=table.size, type=table.type), source)
    codes = [np.append(each, means[k % len(means)]) for k, each in enumerate(learned)]
    return _looked_up(inner, codes, growth, "float64")


def encoded(growth: Growth, table: Table, categories: dict[int, list[int]], step: State) -> Table:
    """``table`` with categories that an estimator numbers itself, by column; what is none of them comes last."""
    if not categories:
        return table
    if table.columns is None:
        raise UnsupportedError(f"{step.where}: the {step.kind} takes categories that earlier steps computed; leave "
                               "columns of categories as they are")  # fmt: skip
    columns = list(table.columns)
    for place, names in categories.items():
        if names:
            columns[place] = _own_categories(growth, columns[place], names, step)
    return replace(table, columns=columns)


def _own_categories(growth: Growth, column: Column, names: list[int], step: State) -> Column:
    if column.steps:
        raise UnsupportedError(f"{step.where}: '{growth.name_of(column.variable)}' is scaled and then read as a "
                               "category; leave columns of categories as they are")  # fmt: skip
    if column.categories is None:
        return replace(column, categories=tuple(names), unknown=len(names))
    if column.unknown_code in names:
        raise UnsupportedError(f"{step.where}: the encoder of '{growth.name_of(column.variable)}' gives unknown "
                               f"categories the number {column.unknown_code:g}, which is a category; take -1 or NaN")
    if names != list(range(len(column.categories))):  # numbered already, and some numbers were never met
        raise UnsupportedError(f"{step.where}: '{growth.name_of(column.variable)}' is numbered by an encoder and then "
                               f"again by the {step.kind}, which met only some of its categories")  # fmt: skip
    return replace(column, unknown_code=None)  # a number that is no category goes the way of one that is unknown


def binned(step: State, table: Table, growth: Growth) -> Table:
    """The bin in which each value lies, or a column of 0 and 1 for each bin."""
    edges = step["bin_edges_"]
    each = edges.tolist() if isinstance(edges, np.ndarray) else edges
    inner = [np.asarray(one, np.float64)[1:-1] for one in each]
    if len(inner) != table.size:
        raise step.damaged(f"it has the bins of {len(inner)} columns, and gets {table.size}")
    places = growth.wiring.add("Cast", places_in(growth, table, inner), to=table.type)
    if step["encode"] == "ordinal":
        return growth.of_value(places, table.size, table.type)
    source = [i for i, one in enumerate(inner) for _ in range(len(one) + 1)]
    numbers = np.concatenate([np.arange(len(one) + 1) for one in inner]).astype(table.type)
    wide = growth.wiring.add("Gather", places, np.array(source), axis=1)
    hot = growth.wiring.add("Cast", growth.wiring.add("Equal", wide, numbers), to=table.type)
    return growth.of_value(hot, len(source), table.type)


def _numbered(step: State, table: Table, lists: Categories, growth: Growth, ignored: bool) -> str | None:
    """The value of the numbers of categories, if variables can number them."""
    if table.columns is None:
        return None
    columns = [_of_variable(step, column, names, growth, ignored)
               for column, names in zip(table.columns, lists, strict=True)]  # fmt: skip
    if any(column is None for column in columns):
        return None
    return growth.value_of(Table([c for c in columns if c], size=table.size, type=table.type))


def _of_variable(step: State, column: Column, names: np.ndarray, growth: Growth, ignored: bool) -> Column | None:
    """The column with its categories numbered, if they are whole numbers and nothing was done to it but imputing.

    NaN as a category is a number that stands in for what is missing.
    """
    gap = np.isnan(names)
    if column.steps or column.categories is not None or (names[~gap] != np.rint(names[~gap])).any():
        return None
    if (np.abs(names[~gap]) > 2**53).any():
        return None
    whole = [int(each) if each == each else 0 for each in names.tolist()]
    missing = column.missing
    if gap.any():
        whole = [STAND_IN if none else each for each, none in zip(whole, gap, strict=True)]
        missing = missing or ("nan", float(STAND_IN))
    return replace(column, missing=missing, categories=tuple(whole), unknown=len(whole) if ignored else None)


def _looked_up(table: Table, codes: list[np.ndarray], growth: Growth, type_: str = "") -> Table:
    """Numbers of categories replaced by ``codes``, column by column."""
    begins = np.cumsum([0, *(len(code) for code in codes[:-1])])
    at = growth.wiring.add("Add", growth.wiring.add("Cast", growth.value_of(table), to="int64"), begins)
    type_ = type_ or table.type
    value = growth.wiring.add("Gather", np.concatenate(codes).astype(type_), at, axis=0)
    return growth.of_value(value, table.size, type_)


def _codes(step: State, names: np.ndarray, unknown: Any) -> np.ndarray:
    """What each number of a category becomes; the last is that of the unknown, if they are taken."""
    codes = np.arange(len(names), dtype=np.float64)
    codes[np.isnan(names)] = float(step.get("encoded_missing_value", np.nan))
    return codes if unknown is None else np.append(codes, float(unknown))


def _lists(step: State, table: Table) -> Categories:
    """The categories of each column as numbers. Raises UnsupportedError for others."""
    lists = step["categories_"]
    if not isinstance(lists, list) or len(lists) != features_of(step) or len(lists) != table.size:
        raise step.damaged(f"'categories_' does not hold those of {table.size} columns")
    return [_numbers(step, place, names) for place, names in enumerate(lists)]


def _numbers(step: State, place: int, names: Any) -> np.ndarray:
    if not isinstance(names, np.ndarray) or names.ndim != 1:
        raise step.damaged("'categories_' does not hold lists")
    for each in names.tolist():
        if isinstance(each, (str, bytes)) or not (each is None or isinstance(each, (bool, int, float))):
            raise UnsupportedError(f"{step.where}: {each!r} is a category in column {place} of the {step.kind}; a "
                                   "bundle takes numbers only, so number the categories before fitting")  # fmt: skip
    numbers = np.array([np.nan if each is None else float(each) for each in names.tolist()])
    if not len(numbers) or len(np.unique(numbers)) != len(numbers):
        raise step.damaged(f"column {place} has {len(numbers)} categories, of which some stand twice or none is there")
    return numbers


def _dropped(step: State, lists: Categories) -> list[int | None]:
    """Which category of each column has no column of its own."""
    drop = step.get("drop_idx_")
    if drop is None:
        return [None] * len(lists)
    each = drop.tolist() if isinstance(drop, np.ndarray) else drop
    return [None if one is None else int(one) for one in each]


def _refuse_infrequent(step: State) -> None:
    if step.get("_infrequent_enabled"):
        raise UnsupportedError(f"{step.where}: the {step.kind} puts rare categories together (min_frequency, "
                               "max_categories), which is not read; put them together before fitting")  # fmt: skip


def _not_whole(step: State) -> UnsupportedError:
    return UnsupportedError(f"{step.where}: the {step.kind} numbers categories that are not whole numbers, or that "
                            "earlier steps computed, and refuses unknown ones, which no node of a graph does; encode "
                            "columns as they are fed")  # fmt: skip


ENCODERS: dict[str, Callable[[State, Table, Growth], Table]] = {
    "OneHotEncoder": one_hot, "OrdinalEncoder": ordinal, "TargetEncoder": by_target, "KBinsDiscretizer": binned,
}  # fmt: skip
