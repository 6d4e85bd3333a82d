"""What the fuzzing of graphs begins with: every operator on its own, small networks of every kind, and forests.

A seed is a model.json, a 0 byte and its weights; SHA and SIZE stand where the target writes the record of the weights.

    python tests/hostile/graph_seeds.py FOLDER
"""

# ruff: noqa: E402

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS / "trees"))
sys.path.insert(0, str(TESTS / "engine"))
sys.path.insert(0, str(TESTS / "operators"))
sys.path.insert(0, str(TESTS / "hostile"))

import random_forests
from making import one_node
from networks import NETWORKS
from test_refusals import VALID

from lading.bundle import safetensors
from lading.model import Model

RECORD = {"file": "weights.safetensors", "sha256": "SHA", "bytes": "SIZE"}
FORESTS = ("shallow", "categories", "three outputs", "leaves of two values", "linear leaves", "uneven")
SEVERAL = {"Split": 2, "TopK": 2, "Dropout": 2, "Unique": 2, "MaxPool": 2, "LSTM": 2, "GRU": 2}


def seed(document: dict[str, Any], weights: bytes) -> bytes:
    return json.dumps({**document, "weights": RECORD}, indent=1).encode() + b"\0" + weights


def of_model(model: Model) -> bytes:
    """The seed of a model that has weights."""
    from lading.bundle import to_buffers

    text, weights = to_buffers(model)
    return seed(json.loads(text), weights)


def seeds() -> Iterator[bytes]:
    for operator, inputs, attributes in VALID:
        for constants in (True, False):
            document, weights = one_node(operator, inputs, attributes, SEVERAL.get(operator, 1), constants)
            yield seed(document, safetensors.to_bytes(weights))
    for make in NETWORKS.values():
        model = make().model
        if sum(weight.size for weight in model.weights.values()) < 9000:
            yield of_model(model)
    for kind in FORESTS:
        yield of_model(random_forests.model(kind))


def write(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for at, data in enumerate(seeds()):
        paths.append(folder / f"{at}.seed")
        paths[-1].write_bytes(data)
    return paths


if __name__ == "__main__":
    print(len(write(Path(sys.argv[1]))), "seeds")
