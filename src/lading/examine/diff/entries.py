"""The entries on which two models are compared: the user's, else those of the self-tests and made-up ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...agreement.events import made_up_events
from ...endpoints import Input, Variable, usual_raw
from ...errors import LadingError, ValueRefused
from ...feed import Batch, Column, batch_of
from ...sampling import take_entries
from ...trees import Forest, edge_rows, forests_of
from ..check import sample_batch
from .feeding import left_over, obstacle, translated
from .pairs import Matching
from .slots import Key, fed

if TYPE_CHECKING:
    from ...model import Model

#: How many entries are made up: fewer where each has a sequence.
ENTRIES, ENTRIES_WITH_SEQUENCES = 1000, 200
#: Numbers that are fed to a model at most, where nobody says how many entries: entries may be images.
NUMBERS, FEWEST = 2_000_000, 16
#: Elements of made-up sequences: some more than what either model keeps, at most so many.
MOST, LONGEST = 40, 400
#: One in so many values is a missing one, where a model says what is missing.
MISSING = 12
SEED = 29


@dataclass(eq=False)
class Part:
    """Entries of one origin, as each of the two models takes them."""

    origin: str  # "of data", "of the self-test of a", "made up"
    a: Batch
    b: Batch
    usual: bool = True  # its numbers are of a usual size

    @property
    def entries(self) -> int:
        return self.a.entries


def common_entries(found: Matching, data: Any, entries: int | None) -> list[Part]:
    """Parts with entries for both models. Raises ValueRefused where what one takes cannot be told from the other's.

    ``entries``: at most so many of ``data``; without data, as many in all, made up beyond those of the self-tests.
    """
    if data is not None:
        return [_limited(_of_data(found, data), entries)]
    ways = {of_a: obstacle(found, of_a) for of_a in (True, False)}
    able = [of_a for of_a, reason in ways.items() if not reason]
    if not able:
        raise ValueRefused(ways[True])
    parts = [part for of_a in able for part in _of_samples(found, of_a)]
    wanted = entries if entries is not None else _usual_number(found)
    parts = [part for part in _first(parts, wanted) if part.entries]
    left = wanted - sum(part.entries for part in parts)
    shares = [left // len(able) + (at < left % len(able)) for at in range(len(able))]
    for of_a, share in zip(able, shares, strict=True):
        on = share // 2 if _forests(found.a if of_a else found.b) else 0
        parts += [_made_up(found, of_a, share - on, False)] if share > on else []
        parts += [_made_up(found, of_a, on, True)] if on else []
    return parts


def _usual_number(found: Matching) -> int:
    """How many entries are enough to see a difference, and not too many to wait for."""
    models = (found.a, found.b)
    sequences = any(axis.kind == "sequence" for model in models for axis in model.axes.values())
    usual = ENTRIES_WITH_SEQUENCES if sequences else ENTRIES
    numbers = max(sum(int(np.prod(model.item_shape(given))) for given in model.input_list) for model in models)
    return min(usual, max(FEWEST, NUMBERS // max(numbers, 1)))


def _first(parts: list[Part], wanted: int) -> Iterator[Part]:
    for part in parts:
        taken = _limited(part, wanted)
        wanted -= taken.entries
        yield taken


def _limited(part: Part, entries: int | None) -> Part:
    if entries is None or part.entries <= entries:
        return part
    chosen = np.arange(entries)
    return replace(part, a=take_entries(part.a, chosen), b=take_entries(part.b, chosen))


def _both(origin: str, found: Matching, of_a: bool, batch: Batch) -> Part:
    batch = take_entries(batch, np.arange(batch.entries))
    other = translated(batch, found, of_a)
    return Part(origin, batch, other) if of_a else Part(origin, other, batch)


# ---- what the user has


def _of_data(found: Matching, data: Any) -> Part:
    """Read by the names of a and fed to both; else by those of b; else by each model's own names."""
    failed: list[LadingError] = []
    read: dict[bool, Batch] = {}
    for of_a, model in ((True, found.a), (False, found.b)):
        try:
            read[of_a] = batch_of(model, data)
        except LadingError as error:
            failed.append(error)
            continue
        if not obstacle(found, of_a):
            return _both("of the data", found, of_a, read[of_a])
    if len(read) < 2:
        raise failed[0] if not read else ValueRefused(obstacle(found, next(iter(read))))
    one, other = (take_entries(read[each], np.arange(read[each].entries)) for each in (True, False))
    return Part("of the data", one, other)


def _of_samples(found: Matching, of_a: bool) -> Iterator[Part]:
    model = found.a if of_a else found.b
    if model.samples is not None:
        yield _both(f"of the self-test of {'a' if of_a else 'b'}", found, of_a, sample_batch(model))


# ---- made up


def _made_up(found: Matching, of_a: bool, entries: int, thresholds: bool) -> Part:
    """Entries of usual values, or (``thresholds``) such on which two readings of a forest would differ."""
    model = found.a if of_a else found.b
    random = np.random.default_rng(SEED + of_a)
    counts = _counts(found, of_a, entries, random)
    batch = batch_of(model, made_up_events(model, SEED + of_a, entries, counts))
    for given in model.input_list:
        _of_forests(model, given, batch, thresholds)
        for key in fed(given):
            batch.columns[key] = Column(_for_both(found, of_a, key, batch.columns[key].values, random))
    part = _both("made up on thresholds" if thresholds else "made up", found, of_a, batch)
    return replace(part, usual=not thresholds)


def _for_both(found: Matching, of_a: bool, key: Key, values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Values of a column, missing ones among them, as both models hold them."""
    model, other = (found.a, found.b) if of_a else (found.b, found.a)
    given = model.inputs[key[0]]
    if key[1] is None:
        twins = [(y if of_a else x) for x, y in found.by_place if (x if of_a else y) == given.name]
        return _held_by_both(values, any(other.inputs[name].type == "float32" for name in twins))
    variable, same = given.variables[key[1]], _same(found, of_a, key)
    twin = other.inputs[same[0]].variables[str(same[1])] if same else None
    raws = [_raw(given, variable)] + ([_raw(other.inputs[same[0]], twin)] if same and twin else [])
    if _is_flag(given, variable):
        return (random.random(values.shape) < 1 / MISSING).astype(values.dtype)
    return _held_by_both(_with_missing(variable, twin, values, random), "float32" in raws)


def _counts(found: Matching, of_a: bool, entries: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Elements of each entry: none, one, two, and up to more than either model keeps."""
    model, other = (found.a, found.b) if of_a else (found.b, found.a)
    twins = {(x if of_a else y): (y if of_a else x) for x, y in found.axes.items()}
    counts = {}
    for axis in model.axes.values():
        if axis.kind == "sequence":
            limits = [axis.max, other.axes[twins[axis.name]].max if axis.name in twins else None]
            known = [limit for limit in limits if limit is not None]
            top = min(max(known) + 5, LONGEST) if known else MOST
            counts[axis.name] = random.integers(0, top + 1, entries)
            few = [0, 1, 2, top][:entries]
            counts[axis.name][: len(few)] = few
    return counts


def _same(found: Matching, of_a: bool, key: Key) -> Key | None:
    return next(((y if of_a else x) for x, y in found.variables if (x if of_a else y) == key), None)


def _raw(given: Input, variable: Variable) -> str:
    return variable.raw or usual_raw(given.type)


def _held_by_both(values: np.ndarray, narrow: bool) -> np.ndarray:
    """Numbers that both models' slots hold: else one of them would be asked about another number."""
    if not narrow or values.dtype != np.float64:
        return values
    with np.errstate(over="ignore"):
        return values.astype(np.float32).astype(np.float64)


def _with_missing(variable: Variable, twin: Variable | None, values: np.ndarray, random: np.random.Generator
                  ) -> np.ndarray:
    """Some values replaced by what counts as missing in either model."""
    marks = [*_marks(variable), *(_marks(twin) if twin is not None else ())]
    marks = [mark for mark in marks if values.dtype.kind == "f" or (np.isfinite(mark) and float(mark).is_integer())]
    if not marks:
        return values
    replaced = random.random(values.shape) < 1 / MISSING
    chosen = random.choice(np.array(marks), values.shape)
    return np.where(replaced, chosen, values).astype(values.dtype)


def _marks(variable: Variable) -> Iterator[float]:
    for when in variable.missing.when if variable.missing else ():
        if not isinstance(when, dict):
            yield float(when)
        elif "flag" not in when:
            ((key, limit),) = when.items()
            yield limit + (1 + abs(limit)) * (1 if key == "above" else -1)


def _is_flag(given: Input, variable: Variable) -> bool:
    return any(isinstance(when, dict) and when.get("flag") == variable.name
               for each in given.variable_list if each.missing for when in each.missing.when)


def _forests(model: Model) -> dict[str, list[Forest]]:
    """The forests that read an input as it is, by input."""
    found: dict[str, list[Forest]] = {}
    for node, forest in forests_of(model):
        name = str(node.inputs[0])
        if name in model.inputs and model.sequence_axis(model.inputs[name].axes) is None:
            found.setdefault(name, []).append(forest)
    return found


def _of_forests(model: Model, given: Input, batch: Batch, thresholds: bool) -> None:
    """Gives an input that a forest reads values around its thresholds; or on and beside them, missing, infinite."""
    forests = _forests(model).get(given.name)
    if not forests:
        return
    n = batch.entries  # the first quarter of the rows holds usual values, the last half thresholds and what is odd
    rows = edge_rows(forests, 2 * n, SEED)[n:] if thresholds else edge_rows(forests, 4 * n, SEED)[:n]
    if not given.variable_list:
        column = batch.columns[given.name, None]
        if column.values.size == rows.size:
            batch.columns[given.name, None] = Column(rows.reshape(column.values.shape).astype(column.values.dtype))
        return
    for at, variable in enumerate(given.variable_list):
        plain = not (variable.prepare or variable.missing or variable.categories or variable.source)
        if plain and at < rows.shape[1] and _raw(given, variable) != "int64":
            old = batch.columns[given.name, variable.name].values
            with np.errstate(over="ignore"):
                batch.columns[given.name, variable.name] = Column(rows[:, at].reshape(old.shape).astype(old.dtype))


def more_inputs(found: Matching) -> list[str]:
    """What one of the two takes beside the inputs of the other: with made-up values, it is noise."""
    extra = {letter: left_over(found, letter == "a") for letter in "ab"}
    return [f"{letter} also takes {', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}, "
            f"which {'b' if letter == 'a' else 'a'} has not" for letter, names in extra.items() if names]  # fmt: skip


def described(parts: list[Part]) -> str:
    """ "1000 entries: 28 of the self-test of b, 972 made up"."""
    by_origin: dict[str, int] = {}
    for part in parts:
        by_origin[part.origin] = by_origin.get(part.origin, 0) + part.entries
    total = sum(by_origin.values())
    if len(by_origin) == 1:
        return f"{total} entries {next(iter(by_origin))}"
    return f"{total} entries: " + ", ".join(f"{count} {origin}" for origin, count in by_origin.items())


