"""Every place of a rich model.json that holds something of another kind, or nothing at all."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "bundle"))

import broken
from graph_making import changed, without
from making import ANYTHING, Case, bundle_case

from lading.bundle import safetensors

DATA = safetensors.to_bytes(broken.WEIGHTS)
OTHERS: dict[str, Any] = {"null": None, "-1": -1, "0.5": 0.5, "no text": "", "no list": [], "no object": {},
                          "2^63 - 1": 2**63 - 1, "'nan'": "nan"}  # fmt: skip


def places(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    """The way to every value of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, *path, key)


def cases() -> Iterator[Case]:
    good = broken.with_record(broken.MODEL, DATA)
    for path in places(good):
        where = ".".join(map(str, path))
        yield bundle_case(f"{where} left out", ANYTHING, without(good, *path), DATA)
        for name, value in OTHERS.items():
            yield bundle_case(f"{where} is {name}", ANYTHING, changed(good, *path, value=value), DATA)
