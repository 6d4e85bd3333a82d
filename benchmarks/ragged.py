"""How long jets of many lengths take: along their sequences, beside ONNX Runtime padded and jet by jet.

    python benchmarks/ragged.py NETWORK.onnx...

Both on one thread, by their Python calls, in turns. lading gets (values, counts) and no padding. ONNX Runtime gets all
jets padded to the longest in one call, where the file has a batch axis, and a call for each jet. Counts are geometric
with a mean of 14 elements, at most 40, or as many as the file fixes at least (``LEAST``). Results are compared before
anything is timed.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from networks import ROUNDS, median, runtime

import lading
from lading.agreement.sources import to_source
from lading.model import Model

JETS, MEAN, MOST, SECONDS = (10, 64, 1024), 14, 40, 0.6
LEAST = 8  # elements: what looks for seven neighbours needs them
Feeds = dict[str, np.ndarray]


def made_up(model: Model, jets: int) -> tuple[dict[str, Any], list[Feeds]]:
    """The same jets as lading takes them, and as tensors of one jet each, by the names of the bundle."""
    random = np.random.default_rng(jets)
    counts = {axis: np.clip(random.geometric(1 / MEAN, size=jets), LEAST, MOST)
              for axis in model.axes if model.axes[axis].kind == "sequence"}  # fmt: skip
    given: dict[str, Any] = {}
    alone: list[Feeds] = [{} for _ in range(jets)]
    for each in model.input_list:
        axis = model.sequence_axis(each.axes)
        fixed = [size for size in model.fixed_shape(each) if size != 1]
        items = int(counts[axis].sum()) if axis else jets
        values = np.float32(random.normal(size=(items, *fixed)))
        if "mask" in each.name:
            values = np.ones_like(values)
        given[each.name] = (values, counts[axis]) if axis else values
        parts = np.split(values, np.cumsum(counts[axis])[:-1]) if axis else list(values[:, None])
        for tensors, part in zip(alone, parts, strict=True):
            entry = model.entry_axis in each.axes
            tensors[each.name] = part[None] if axis and entry else part
    return given, alone


def padded(model: Model, alone: list[Feeds]) -> Feeds:
    """All jets as one batch; elements beyond a jet's own are zero, and so is the mask there."""
    batch = {}
    for name in alone[0]:
        longest = np.max([each[name].shape for each in alone], axis=0)
        batch[name] = np.zeros((len(alone), *longest[1:]), np.float32)
        for row, each in zip(batch[name], alone, strict=True):
            row[tuple(slice(n) for n in each[name].shape[1:])] = each[name][0]
    return batch


def peers(model: Model, path: Path, alone: list[Feeds]) -> dict[str, Callable[[], Any]]:
    """ONNX Runtime's ways to score the jets."""
    session = runtime(path)
    fed = [to_source(model, each) for each in alone]
    ways = {"jet by jet": lambda: [session.run(None, each) for each in fed]}
    if model.batched:
        batch = to_source(model, padded(model, alone))
        ways["padded"] = lambda: session.run(None, batch)
    return ways


def measure(model: Model, path: Path, jets: int) -> dict[str, Any]:
    """Microseconds a jet of each way, and how many times longer than lading's it is. ``model`` is that of the file."""
    session = model.session()
    given, alone = made_up(model, jets)
    ways = peers(model, path, alone)
    first = model.output_list[0]
    theirs = np.concatenate([np.asarray(outputs[0]).reshape(-1) for outputs in ways["jet by jet"]()])
    difference = float(np.abs(session.run(given).flat(first.name).reshape(-1) - theirs).max())
    if not difference < 1e-4:
        raise RuntimeError(f"the results differ by {difference}")
    times: dict[str, list[float]] = {name: [] for name in ("lading", *ways)}
    for _ in range(ROUNDS):
        for name, call in {"lading": lambda: session.run(given), **ways}.items():
            times[name].append(median(call, SECONDS) / jets)
    ratios = {name: sorted(b / a for a, b in zip(times["lading"], times[name], strict=True)) for name in ways}
    return {"network": path.stem, "jets": jets, "ratios": ratios,
            "times": {name: statistics.median(each) for name, each in times.items()}}  # fmt: skip


HEAD = """| network | jets | lading, µs a jet | ONNX Runtime jet by jet | ratio | ONNX Runtime padded | ratio |
|---|---|---|---|---|---|---|"""


def line(row: dict[str, Any]) -> str:
    """A row in Markdown."""
    cells = [row["network"], str(row["jets"]), f"{row['times']['lading']:.1f}"]
    for way in ("jet by jet", "padded"):
        ratios = row["ratios"].get(way)
        cells += ([f"{row['times'][way]:.1f}", f"{ratios[1]:.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"] if ratios
                  else ["", ""])  # fmt: skip
    return f"| {' | '.join(cells)} |"


def measured(paths: list[Path]) -> list[dict[str, Any]]:
    """The rows of all networks that have sequences."""
    rows = []
    for path in paths:
        model = lading.convert(path, compare=False)
        if not any(axis.kind == "sequence" for axis in model.axes.values()):
            continue
        for jets in JETS:
            rows.append(measure(model, path, jets))
            print(line(rows[-1]), flush=True)
    return rows


if __name__ == "__main__":
    print(HEAD)
    measured([Path(each) for each in sys.argv[1:]])
