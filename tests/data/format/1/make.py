"""Writes bundles of format 1 that the tests read for ever: every part of the format once, each with samples.

    python tests/data/format/1/make.py        writes the ones that are not there yet, and files.sha256

A bundle that is there is never written again: it stands for the files that people have. Samples are inputs and the
outputs that the engine gave when the bundle was made.
"""

# ruff: noqa: E402

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
TESTS = HERE.parents[2]
for folder in ("engine", "trees", "cpp"):
    sys.path.insert(0, str(TESTS / folder))

import models
import random_forests
from networks import NETWORKS
from written_network import Network, numbers

from lading.bundle.evaluate import to_bfloat16
from lading.feed import Batch, Column, batch_of
from lading.feed.leading import Leading
from lading.model import Model
from lading.sampling import store_samples, take_entries

ENTRIES = 8
#: From the networks of tests/engine, which bring entries to run on.
WRITTEN = ("multilayer_perceptron", "deep_sets", "one_jet_at_a_time", "self_attention", "categories", "choice",
           "jet_image", "recurrent", "half_precision", "two_sequences",
           "preparation_float64_float32", "neighbours_float32_float64", "walk_over_tracks")  # fmt: skip
FORESTS = ("shallow", "categories", "three outputs", "leaves of two values", "linear leaves", "double")


def small_weights() -> Network:
    """A layer with bfloat16 weights, and one with int8."""
    made = Network("small_weights")
    x = made.input("jets", "jet", 13)
    name = made.weight(13, 16)
    made.model.weights[name] = to_bfloat16(made.model.weights[name])
    x = made.node("Elu", made.node("Gemm", x, made.node("Cast", name, to="float32"), made.weight(16)))
    made.model.weights["steps"] = numbers(3, 16, 5, low=-128, high=128).astype(np.int8)
    weights = made.node("DequantizeLinear", "steps", made.weight(5, low=0.01, high=0.02), axis=1)
    made.output(made.node("MatMul", x, weights), "jet", "label", labels=5)
    return made


def network(made: Network) -> Model:
    axes = {given.name: made.model.sequence_axis(given.axes) for given in made.model.input_list}
    columns = {key: Column(values, None) for key, values in made.columns.items()}
    entries = len(next(iter(made.counts.values()), next(iter(made.columns.values()))))
    batch = Batch(entries, Leading((entries,)), columns, dict(made.counts))
    batch.axis_of = {key: axes[key[0]] for key in columns}
    store_samples(made.model, take_entries(batch, np.arange(ENTRIES)), made.model.session())
    return made.model


def forest(kind: str) -> Model:
    made = random_forests.model(kind)
    store_samples(made, batch_of(made, {"features": random_forests.rows(kind, 40)}), made.session())
    return made


def folds() -> Model:
    made = models.MODELS["folds"]()
    numbers = np.random.default_rng(8)
    counts = np.arange(ENTRIES) % 4
    tracks = numbers.normal(size=counts.sum()).astype(np.float32)
    given = {"event": {"number": np.arange(ENTRIES) * 7}, "tracks": {"d0": (tracks, counts)},
             "jets": {"pt": numbers.uniform(5, 50, ENTRIES).astype(np.float32)}}  # fmt: skip
    store_samples(made, batch_of(made, given), made.session())
    return made


BUNDLES: dict[str, Callable[[], Model]] = {
    **{name: lambda name=name: network(NETWORKS[name]()) for name in WRITTEN},
    **{f"forest_{kind.replace(' ', '_')}": lambda kind=kind: forest(kind) for kind in FORESTS},
    "small_weights": lambda: network(small_weights()),
    "folds": folds,
    "archive.lading": lambda: network(NETWORKS["deep_sets"]()),
}


def main() -> None:
    for name, make in BUNDLES.items():
        if not (HERE / name).exists():
            make().save(HERE / name)
            print("wrote", name)
    files = sorted(path for path in HERE.rglob("*") if path.is_file() and path.suffix not in (".py", ".sha256", ".pyc"))
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(HERE)}\n" for path in files]
    (HERE / "files.sha256").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
