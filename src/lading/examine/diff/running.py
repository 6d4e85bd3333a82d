"""Both models on the same entries: what they give, and which entries either of them refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ...errors import LadingError, MemoryLimit, ValueRefused
from ...feed import Batch
from ...sampling import take_entries
from .entries import Part
from .pairs import Matching
from .slots import Slot

if TYPE_CHECKING:
    from ...engine import Session
    from ...feed.scores import Scores

Progress = Callable[[str], object]


@dataclass
class Refused:
    """Entries that one model takes and the other does not, and why."""

    side: str  # "a" or "b"
    entries: int
    why: str


@dataclass
class Pair:
    """Numbers of one pair of slots, (items, numbers): elements that only one of them gives are left out."""

    a: np.ndarray
    b: np.ndarray
    entry: np.ndarray  # (items,) of which entry, counted through all parts
    longer: np.ndarray  # entries of which one gives more elements than the other


@dataclass
class Run:
    """What came of it. ``kept`` are the parts without the entries that were refused."""

    kept: list[Part]
    pairs: list[Pair | None] = field(default_factory=list)  # by pair of slots; None: not of one shape
    refused: list[Refused] = field(default_factory=list)
    neither: int = 0  # entries that neither of the two takes
    why: str = ""

    @property
    def entries(self) -> int:
        return sum(part.entries for part in self.kept)


def run_both(found: Matching, parts: list[Part], sessions: tuple[Session, Session], say: Progress) -> Run:
    """Runs all parts through both."""
    run = Run([])
    results: list[tuple[Scores, Scores]] = []
    for part in parts:
        say(f"running {part.entries} entries {part.origin}")
        part, scores = _run_part(part, sessions, run)
        if scores is not None:
            run.kept.append(part)
            results.append(scores)
    if not run.kept and not run.refused:
        raise ValueRefused("there are no entries" if not run.neither else f"neither model runs any entry: {run.why}")
    run.pairs = [_pair(found, one, other, run.kept, results) for one, other in found.slots]
    return run


def _run_part(part: Part, sessions: tuple[Session, Session], run: Run) -> tuple[Part, tuple[Scores, Scores] | None]:
    try:
        return part, (sessions[0].run_batch(part.a), sessions[1].run_batch(part.b))
    except MemoryLimit:
        raise
    except LadingError:
        pass
    reasons: list[str] = []
    taken = [np.zeros(part.entries, bool), np.zeros(part.entries, bool)]
    for at, (session, batch) in enumerate(zip(sessions, (part.a, part.b), strict=True)):
        reasons.append(_taken(session, batch, np.arange(part.entries), taken[at]))
    for at, side in enumerate("ab"):
        _count_refused(run, side, int((~taken[at] & taken[1 - at]).sum()), reasons[at])
    neither = int((~taken[0] & ~taken[1]).sum())
    run.neither, run.why = run.neither + neither, run.why or (reasons[0] if neither else "")
    chosen = np.flatnonzero(taken[0] & taken[1])
    if not len(chosen):
        return part, None
    part = replace(part, a=take_entries(part.a, chosen), b=take_entries(part.b, chosen))
    return part, (sessions[0].run_batch(part.a), sessions[1].run_batch(part.b))


def _count_refused(run: Run, side: str, entries: int, why: str) -> None:
    before = next((each for each in run.refused if each.side == side), None)
    if before is not None:
        before.entries += entries
    elif entries:
        run.refused.append(Refused(side, entries, why))


def _taken(session: Session, batch: Batch, entries: np.ndarray, mask: np.ndarray) -> str:
    """Marks the entries that a model runs; gives the first reason why it does not run another. By halves."""
    try:
        session.run_batch(take_entries(batch, entries))
    except LadingError as error:
        if len(entries) == 1:
            return str(error)
        middle = len(entries) // 2
        reasons = [_taken(session, batch, half, mask) for half in (entries[:middle], entries[middle:])]
        return reasons[0] or reasons[1]
    mask[entries] = True
    return ""


# ---- numbers of both, side by side


def _pair(found: Matching, one: Slot, other: Slot, parts: list[Part], results: list[tuple[Scores, Scores]]
          ) -> Pair | None:
    sides: list[Pair] = []
    first = 0
    for part, (a, b) in zip(parts, results, strict=True):
        pair = _side_by_side(found, one, other, a, b)
        if pair is None:
            return None
        sides.append(Pair(pair.a, pair.b, pair.entry + first, pair.longer + first))
        first += part.entries
    if not sides:
        return None
    return Pair(*(np.concatenate([getattr(side, name) for side in sides]) for name in ("a", "b", "entry", "longer")))


def _side_by_side(found: Matching, one: Slot, other: Slot, a: Scores, b: Scores) -> Pair | None:
    x, y = one.values(found.a, a), other.values(found.b, b)
    mine, theirs = a.counts(one.output), b.counts(other.output)
    if x.shape[1:] != y.shape[1:] or (mine is None) != (theirs is None):
        return None
    if mine is None or theirs is None:
        return Pair(x, y, np.arange(len(x)), np.zeros(0, np.int64)) if len(x) == len(y) else None
    axes = [model.axes[str(model.sequence_axis(model.outputs[slot.output].axes))]
            for model, slot in ((found.a, one), (found.b, other))]
    common = np.minimum(mine, theirs)
    if axes[0].keep != axes[1].keep:  # of entries that one of them cuts, no two elements are the same
        common = np.where(mine == theirs, common, 0)
    last = axes[0].keep == "last"
    rows = [_rows(each, common, last) for each in (mine, theirs)]
    longer = np.flatnonzero(mine != theirs)
    return Pair(x[rows[0]], y[rows[1]], np.repeat(np.arange(len(common)), common), longer)


def _rows(counts: np.ndarray, common: np.ndarray, last: bool) -> np.ndarray:
    """Rows of the ``common`` first, or last, elements of each entry."""
    begin = np.cumsum(counts) - (common if last else counts)
    return np.repeat(begin - (np.cumsum(common) - common), common) + np.arange(int(common.sum()))
