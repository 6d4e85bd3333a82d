"""How much faster two threads are than one.

    python benchmarks/threads.py NETWORK.onnx...

By the Python call ``model.session(threads=2).run``: 16384 rows of networks without sequences, 1024 jets of 8 to 40
elements of the others. A time is the median of many calls in milliseconds, a ratio the median of three rounds; the
results of one and two threads are compared to the bit.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import networks
import numpy as np
import ragged

import lading
from lading import engine

ROWS, JETS, SECONDS = 16384, 1024, 1.0


def measure(path: Path) -> str:
    """The row of one network, in Markdown."""
    model = lading.convert(path, compare=False)
    sequences = any(axis.kind == "sequence" for axis in model.axes.values())
    given: Any = ragged.made_up(model, JETS)[0] if sequences else networks.resized(model, ROWS, networks.SEQUENCE)
    one, two = model.session(threads=1), model.session(threads=2)
    name = model.output_list[0].name
    if one.run(given).flat(name).tobytes() != two.run(given).flat(name).tobytes():
        raise RuntimeError(f"{path.stem}: two threads give other bits than one")
    rounds = [[networks.median(lambda: each.run(given), SECONDS) / 1e3 for each in (one, two)]  # noqa: B023
              for _ in range(networks.ROUNDS)]  # fmt: skip
    ratios = sorted(alone / both for alone, both in rounds)
    first, second = (float(np.median(each)) for each in zip(*rounds, strict=True))
    what = f"{JETS} jets" if sequences else f"{ROWS} rows"
    return f"| {path.stem} | {what} | {first:.2f} | {second:.2f} | {ratios[1]:.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f}) |"


HEAD = "| network | | one thread, ms | two threads, ms | ratio |\n|---|---|---|---|---|"

if __name__ == "__main__":
    print(f"instruction set {engine.isa()}, numerics {engine.numerics()}\n{HEAD}")
    for each in sys.argv[1:]:
        print(measure(Path(each)), flush=True)
