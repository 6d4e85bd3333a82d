"""How far the scores of two models are apart on the same entries, and the entry on which they are farthest."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ...agreement import difference_of, scale_of
from ...agreement.forests import units_apart
from .entries import Part, described
from .pairs import Matching
from .running import Pair, Refused, Run
from .slots import Key, fed, text_of

if TYPE_CHECKING:
    from ...model import Model

#: Parts of all numbers of an output: the difference that so many of them do not exceed.
QUANTILES = (0.5, 0.9, 0.99)


@dataclass
class OutputDifference:
    """One label, or an output without labels.

    ``largest`` is of |a - b| of two numbers; ``quantiles`` count what is none (NaN, an infinity) as infinitely far
    from a number. ``scale`` is the greatest |number| of both, in entries of usual size. ``differing`` entries are
    beyond the tolerance, ``unequal`` ones not the same bits.
    """

    a: str
    b: str
    scale: float
    largest: float
    of_scale: float  # the largest in units of the scale, or of the number itself where that is larger
    quantiles: dict[float, float]
    differing: int
    unequal: int
    only_one: int  # entries in which only one of the two is a number (the other NaN, or an infinity)
    lengths: int  # entries of which one gives more elements than the other
    last_places: float  # greatest difference in units in the last place, of two finite numbers
    worst: int  # the entry that differs most; -1 if none does


@dataclass
class Worst:
    """The entry that differs most: what goes in, in the words of ``side``, and what comes out of both."""

    entry: int
    origin: str
    side: str
    inputs: dict[str, Any]  # by input.variable: a number, or a list for a sequence
    units: dict[str, str]
    outputs: dict[str, tuple[Any, Any]]  # by label: of a, of b


@dataclass
class ScoreDifferences:
    """What two models give for the same entries."""

    entries: int
    origin: str  # "1000 entries made up"
    tolerance: float
    outputs: list[OutputDifference]
    differing: int  # entries, of any output
    unequal: int
    refused: list[Refused] = field(default_factory=list)
    neither: int = 0  # entries that neither takes, which are not counted
    worst: Worst | None = None
    explanations: list[str] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)
    beyond: np.ndarray = field(default_factory=lambda: np.zeros(0, bool), repr=False)  # (entries both ran)

    @property
    def differ(self) -> bool:
        """Some entry differs by more than the tolerance, or is refused by one of the two."""
        return self.differing > 0 or bool(self.refused)

    @property
    def largest(self) -> float:
        """The largest difference of any output."""
        return max((output.largest for output in self.outputs), default=0.0)


def compared(found: Matching, run: Run, parts: list[Part], tolerance: float) -> ScoreDifferences:
    """The differences of a run. ``tolerance``: in units of the scale of an output; 0 wants the same bits."""
    usual = np.concatenate([np.full(part.entries, part.usual) for part in run.kept] or [np.zeros(0, bool)])
    largest, beyond = np.zeros(run.entries), np.zeros(run.entries, bool)
    outputs, not_compared = [], []
    for (one, other), pair in zip(found.slots, run.pairs, strict=True):
        if pair is None:
            not_compared += [f"{one} of a and {other} of b: their shapes differ"] if run.entries else []
            continue
        seen = _Seen(pair, usual, tolerance)
        outputs.append(seen.told(str(one), str(other)))
        largest, beyond = np.maximum(largest, seen.by_entry), beyond | seen.beyond
    refused = sum(each.entries for each in run.refused)
    scores = ScoreDifferences(run.entries + refused, described(parts), tolerance, outputs, int(beyond.sum()) + refused,
                              int((largest > 0).sum()), run.refused, run.neither, not_compared=not_compared,
                              beyond=beyond)  # fmt: skip
    if largest.any():
        scores.worst = worst_entry(found, run, int(np.argmax(np.where(beyond | ~beyond.any(), largest, 0))))
    return scores


class _Seen:
    """The differences of one pair of slots, number by number and entry by entry."""

    def __init__(self, pair: Pair, usual: np.ndarray, tolerance: float) -> None:
        self.pair = pair
        self.apart = difference_of(pair.a, pair.b)
        whole = pair.a.dtype.kind in "iub" and pair.b.dtype.kind in "iub"
        if whole:  # beyond 2**53 float64 is blind
            self.apart = np.where(pair.a == pair.b, 0.0, np.maximum(self.apart, 1.0))
        here = usual[pair.entry] if usual.any() else np.ones(len(pair.entry), bool)
        self.scale = scale_of([pair.a[here], pair.b[here]])
        with np.errstate(invalid="ignore"):
            own = np.nan_to_num(np.maximum(np.abs(pair.a.astype(float)), np.abs(pair.b.astype(float))), posinf=0.0)
        self.relative = self.apart / np.maximum(self.scale, own)
        self.by_entry = np.zeros(len(usual))
        np.maximum.at(self.by_entry, pair.entry, self.relative.max(axis=1, initial=0))
        self.by_entry[pair.longer] = np.inf
        self.beyond = self.by_entry > (0 if whole else tolerance)

    def told(self, one: str, other: str) -> OutputDifference:
        found, pair = self.apart.reshape(-1), self.pair
        quantiles = {q: float(np.quantile(found, q, method="higher")) if found.size else 0.0 for q in QUANTILES}
        units = units_apart(pair.a, pair.b)[np.isfinite(self.apart)]
        one_sided = np.unique(pair.entry[np.isinf(self.apart).any(axis=1)])
        largest, of_scale = (float(x[np.isfinite(x)].max(initial=0)) for x in (found, self.relative))
        return OutputDifference(
            one, other, self.scale, largest, of_scale, quantiles,
            int(self.beyond.sum()), int((self.by_entry > 0).sum()), len(one_sided), len(pair.longer),
            float(units.max(initial=0)), int(np.argmax(self.by_entry)) if self.by_entry.any() else -1)  # fmt: skip


# ---- the worst entry in full


def worst_entry(found: Matching, run: Run, entry: int) -> Worst:
    """Entry ``entry``, counted through all parts of the run: what was fed, and what came of it."""
    part, place = place_of(run, entry)
    side = "b" if sum(map(_named, found.b.input_list)) > sum(map(_named, found.a.input_list)) else "a"
    model, batch = (found.a, part.a) if side == "a" else (found.b, part.b)
    inputs, units = {}, {}
    for key in (key for given in model.input_list for key in fed(given)):
        column, axis = batch.columns[key], batch.axis_of.get(key)
        rows = slice(place, place + 1)
        if axis is not None:
            first = int(batch.counts[axis][:place].sum())
            rows = slice(first, first + int(batch.counts[axis][place]))
        inputs[text_of(*key)] = _few(column.values[rows], axis is not None)
        units[text_of(*key)] = column.unit or _unit(model, key)
    outputs = {}
    for (one, _), pair in zip(found.slots, run.pairs, strict=True):
        if pair is not None:
            here = pair.entry == entry
            along = found.a.sequence_axis(found.a.outputs[one.output].axes) is not None
            outputs[str(one)] = (_few(pair.a[here], along), _few(pair.b[here], along))
    return Worst(entry, part.origin, side, inputs, units, outputs)


def _named(given: Any) -> int:
    return len(given.variable_list)


def _unit(model: Model, key: Key) -> str:
    return "" if key[1] is None else model.inputs[key[0]].variables[key[1]].unit


def place_of(run: Run, entry: int) -> tuple[Part, int]:
    """The part in which an entry stands, and where in it."""
    for part in run.kept:
        if entry < part.entries:
            return part, entry
        entry -= part.entries
    raise IndexError(entry)


def _few(values: np.ndarray, sequence: bool) -> Any:
    """The items (1, ...) of one entry as a number where it is one, (n, ...) of a sequence as a list."""
    items = values.reshape(len(values), math.prod(values.shape[1:]))
    items = items[:, 0] if items.shape[1] == 1 else items
    return _plain(items if sequence else items[0])


def _plain(values: Any) -> Any:
    """Numbers of Python, float32 as the shortest decimal that is theirs."""
    values = np.asarray(values)
    if values.dtype in (np.float32, np.float16):
        texts = [float(str(x)) for x in values.reshape(-1)]
        values = np.array(texts, np.float64).reshape(values.shape)
    return values.tolist()
