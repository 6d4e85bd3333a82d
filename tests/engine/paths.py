"""Every way to the numbers of an entry, on the instruction set of this process.

    LADING_ISA=avx2 python paths.py      prints {network: {"paths": [...], "unlike": [...], "bits": {...}}} as JSON

The first path runs each entry by itself; all others must give its bits.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from networks import NETWORKS
from sequence_networks import attention_heads, deep_sets, self_attention
from slots import SlotSession
from written_network import ENTRIES, Network

from lading.engine import TYPES, _lading, isa

Rows = dict[str, list[bytes]]  # by output, the bits of every entry; all NaN are one

BATCHES = (2, 7, 64, ENTRIES)
SLOT_ENTRIES = 40
SHOWN, SHOWN_DIGITS = 2, 96  # entries whose bits are written out


@dataclass
class Events:
    """Columns in the order of the compiled model, and the lengths of sequences."""

    columns: list[np.ndarray]
    counts: dict[str, np.ndarray]
    entries: int
    axes: list[str | None]  # per column

    def take(self, chosen: np.ndarray) -> Events:
        """These entries in this order."""
        columns = [self._taken(x, axis, chosen) for x, axis in zip(self.columns, self.axes, strict=True)]
        return Events(columns, {a: n[chosen] for a, n in self.counts.items()}, len(chosen), self.axes)

    def _taken(self, column: np.ndarray, axis: str | None, chosen: np.ndarray) -> np.ndarray:
        if axis is None:
            return column[chosen]
        first = np.concatenate([[0], np.cumsum(self.counts[axis])])
        return np.concatenate([column[:0], *(column[first[e]:first[e + 1]] for e in chosen)])  # fmt: skip


class Runner:
    """A compiled model and the ways to run it."""

    def __init__(self, path: Path, network: Network):
        self.network, self.path = network, path
        self.model = _lading.Model.from_path(str(path))
        self.axis_names = {self.model.find_axis(axis): axis for axis in network.counts}
        self.columns = self.model.columns()

    def events(self) -> Events:
        columns = [np.ascontiguousarray(self.network.columns[name, variable]) for name, variable, *_ in self.columns]
        axes = [self.axis_names.get(axis) for _, _, _, axis, _ in self.columns]
        return Events(columns, self.network.counts, ENTRIES, axes)

    def batch(self, events: Events, threads: int = 1, session: _lading.Session | None = None) -> Rows:
        session = session or _lading.Session(self.model)
        offsets: list[np.ndarray | None] = [None] * self.model.axis_count
        for axis, name in self.axis_names.items():
            offsets[axis] = np.concatenate([[0], np.cumsum(events.counts[name])]).astype(np.int64)
        results, kept = [], []
        for _, kind, axis, width in self.model.outputs():
            kept.append(self.kept(events, axis))
            results.append(np.empty((int(kept[-1].sum()), width), TYPES[kind]))
        conversions = [(0, 1.0)] * len(events.columns)
        session.run_batch(events.entries, events.columns, conversions, offsets, results, threads)
        self.flags = session.flags
        names = [name for name, *_ in self.model.outputs()]
        return {n: by_entry(r, k) for n, r, k in zip(names, results, kept, strict=True)}

    def kept(self, events: Events, axis: int) -> np.ndarray:
        """How many items every entry has in an output that runs along ``axis``."""
        if axis not in self.axis_names:
            return np.ones(events.entries, np.int64)
        counts, most = events.counts[self.axis_names[axis]], self.model.axis_maximum(axis)
        return counts if most < 0 else np.minimum(counts, most)

    def in_batches(self, events: Events, size: int, threads: int = 1) -> Rows:
        """One session for all batches, as a job has it."""
        session, found = _lading.Session(self.model), []
        for begin in range(0, events.entries, size):
            part = events.take(np.arange(begin, min(begin + size, events.entries)))
            found.append(self.batch(part, threads, session))
        return {name: [bits for rows in found for bits in rows[name]] for name in found[0]}

    def by_slots(self, events: Events) -> Rows:
        """The first entries, set number by number through the C interface."""
        session, found = SlotSession(self.path), []
        for e in range(SLOT_ENTRIES):
            one = events.take(np.array([e]))
            results = session.run(one.columns, {axis: int(counts[0]) for axis, counts in one.counts.items()})
            found.append({name: by_entry(value, np.array([len(value)]))[0] for name, value in results.items()})
        session.close()
        return {name: [each[name] for each in found] for name in found[0]}


def by_entry(values: np.ndarray, counts: np.ndarray) -> list[bytes]:
    """The bits of each entry's items; the sign and payload of a NaN mean nothing."""
    values = np.where(np.isnan(values), np.array(np.nan, values.dtype), values) if values.dtype.kind == "f" else values
    return [part.tobytes() for part in np.split(values, np.cumsum(counts)[:-1])]


def among_strangers(runner: Runner, events: Events, every: int) -> Rows:
    """Every k-th entry as it is, the others full of NaN, infinities and huge numbers."""
    huge = 6e4 if runner.network.dtype == "float16" else 1e30
    strange = Events([x.copy() for x in events.columns], events.counts, events.entries, events.axes)
    for column, axis in zip(strange.columns, strange.axes, strict=True):
        if column.dtype.kind == "f":
            owner = np.repeat(np.arange(ENTRIES), 1 if axis is None else events.counts[axis])
            others = np.flatnonzero(owner % every)
            column[others] = np.resize([np.nan, np.inf, -np.inf, huge], others.size).reshape(
                -1, *[1] * (column.ndim - 1)
            )
    rows = runner.batch(strange)
    return {name: bits[::every] for name, bits in rows.items()}


def paths(runner: Runner, archive: Path, padded: list[Runner]) -> Iterator[tuple[str, np.ndarray, Rows]]:
    """Name of a path, the entries that it ran, and their bits."""
    events, everything = runner.events(), np.arange(ENTRIES)
    yield "one by one", everything, runner.in_batches(events, 1)
    for size in BATCHES:
        yield f"batches of {size}", everything, runner.in_batches(events, size)
    for threads in (2, 3):
        yield f"{threads} threads", everything, runner.batch(events, threads)
    shuffled = np.argsort(events.take(everything).counts.get("track", everything) * 7919 % 1009, kind="stable")[::-1]
    yield "another order", shuffled, runner.batch(events.take(shuffled))
    yield "among strangers", everything[::3], among_strangers(runner, events, 3)
    yield "slot by slot", everything[:SLOT_ENTRIES], runner.by_slots(events)
    other = Runner(archive, runner.network)
    yield "from a .lading file", everything, other.batch(events)
    for each in padded:
        yield f"padded to {each.network.model.axes['track'].min}", everything, each.batch(events)


PADDED = {f.__name__: f for f in (deep_sets, self_attention, attention_heads)}


def report(name: str, folder: Path) -> dict[str, object]:
    """Which paths there were, which gave other bits than the first, and those bits."""
    network = NETWORKS[name]()
    network.model.save(folder / name)
    network.model.save(folder / f"{name}.lading")
    padded = []
    for least in (5, 24) if name in PADDED else ():
        other = PADDED[name](min=least, pad=0.75)
        other.model.save(folder / f"{name}_{least}")
        padded.append(Runner(folder / f"{name}_{least}", other))
    runner, unlike, seen = Runner(folder / name, network), [], []
    for path, entries, rows in paths(runner, folder / f"{name}.lading", padded):
        if not seen:
            first, flags = rows, runner.flags
        wrong = sum(rows[o][i] != first[o][e] for o in first for i, e in enumerate(entries))
        seen.append(path)
        if wrong:
            unlike.append(f"{path}: {wrong} of {len(entries) * len(first)} results")
    return {"paths": seen, "unlike": unlike, "flags": flags, "bits": {o: bits_of(rows) for o, rows in first.items()}}


def bits_of(rows: list[bytes]) -> dict[str, object]:
    """The beginning of the first entries in hexadecimal digits, and a hash of all."""
    return {
        "first": [row.hex()[:SHOWN_DIGITS] for row in rows[:SHOWN]],
        "sha256": hashlib.sha256(b"".join(rows)).hexdigest(),
    }


def main() -> None:
    found = {}
    if os.environ.get("LADING_ISA", isa()) == isa():  # else the CPU has not got it
        with tempfile.TemporaryDirectory() as folder:
            found = {name: report(name, Path(folder)) for name in NETWORKS}
    json.dump({"isa": isa(), "numerics": _lading.numerics, "networks": found}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
