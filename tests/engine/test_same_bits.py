"""An entry's bits depend on the entry alone: not on batch, neighbours, padding, threads or instruction set."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from networks import ENTRIES, NETWORKS, scores

import lading
from lading.bundle import evaluate
from lading.engine import numerics

HERE = Path(__file__).parent
GOLDEN = HERE / "golden.json"

every = pytest.mark.parametrize("name", NETWORKS)


def taken(events: dict[str, Any], entries: np.ndarray) -> dict[str, Any]:
    """Some entries, in some order."""
    def of(values: Any) -> Any:
        if not isinstance(values, tuple):
            return values[entries]
        rows = np.split(values[0], np.cumsum(values[1])[:-1])
        return np.concatenate([rows[e] for e in entries]) if len(entries) else values[0][:0], values[1][entries]

    return {name: {v: of(x) for v, x in given.items()} if isinstance(given, dict) else of(given)
            for name, given in events.items()}  # fmt: skip


@every
def test_near_the_evaluator(name: str, tmp_path: Path) -> None:
    """The bits are of the right numbers: those of the one-file evaluator, which shares no code with the engine."""
    model, events = NETWORKS[name]()
    model.save(tmp_path / "bundle")
    counts = {"track": next(iter(events["tracks"].values()))[1]} if "tracks" in events else None
    flat = {given: {v: x[0] if isinstance(x, tuple) else x for v, x in item.items()} if isinstance(item, dict) else item
            for given, item in events.items()}  # fmt: skip
    expected = evaluate.evaluate(tmp_path / "bundle", flat, counts)["score"]
    np.testing.assert_allclose(np.asarray(model.run(events)["score"]).reshape(expected.shape), expected, atol=1e-6)


@every
@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_batches(name: str, size: int) -> None:
    model, events = NETWORKS[name]()
    whole, session = scores(name), model.session()
    for first in range(0, ENTRIES, size if size > 1 else 11):
        some = np.arange(first, min(first + size, ENTRIES))
        np.testing.assert_array_equal(np.asarray(session.run(taken(events, some))["score"]), whole[some])


@every
def test_order_and_neighbours(name: str) -> None:
    model, events = NETWORKS[name]()
    shuffled = np.random.default_rng(9).permutation(ENTRIES)
    np.testing.assert_array_equal(np.asarray(model.run(taken(events, shuffled))["score"]), scores(name)[shuffled])


@every
def test_a_neighbour_of_nan_changes_nothing(name: str) -> None:
    model, events = NETWORKS[name]()
    key = next(iter(events))
    spoilt = {**events, key: dict(events[key])} if isinstance(events[key], dict) else {key: events[key].copy()}
    if not isinstance(spoilt[key], dict):
        spoilt[key][:10] = np.nan
    elif isinstance(values := spoilt[key]["v0"], tuple):
        spoilt[key]["v0"] = (values[0].copy(), values[1])
        spoilt[key]["v0"][0][: values[1][:10].sum()] = np.nan  # the first ten entries
    else:
        spoilt[key]["v0"] = np.where(np.arange(ENTRIES) < 10, np.float32(np.nan), values)
    np.testing.assert_array_equal(np.asarray(model.run(spoilt)["score"])[10:], scores(name)[10:])


@every
@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads(name: str, threads: int) -> None:
    model, events = NETWORKS[name]()
    np.testing.assert_array_equal(np.asarray(model.run(events, threads=threads)["score"]), scores(name))


@every
def test_padding_to_a_least_length(name: str) -> None:
    """Padding that the engine makes is the same whatever else is in the batch."""
    model, events = NETWORKS[name]()
    if "track" not in model.axes:
        assert "tracks" not in events  # nothing to pad here
        return
    model.axes["track"].min = 9
    whole = np.asarray(model.run(events)["score"])
    for entry in range(0, ENTRIES, 13):
        np.testing.assert_array_equal(np.asarray(model.run(taken(events, np.array([entry])))["score"])[0], whole[entry])


@every
@pytest.mark.parametrize("form", ["bundle", "bundle.lading"])
def test_save_and_load(name: str, form: str, tmp_path: Path) -> None:
    model, events = NETWORKS[name]()
    model.save(tmp_path / form)
    np.testing.assert_array_equal(np.asarray(lading.load(tmp_path / form).run(events)["score"]), scores(name))


def every_network() -> bytes:
    """The bits of all networks on the instruction set of this process."""
    return b"".join(scores(name).tobytes() for name in NETWORKS)


@pytest.mark.parametrize("isa", ["baseline", "avx2", "avx512", "neon"])
def test_instruction_sets(isa: str) -> None:
    code = "import sys, test_same_bits as t; sys.stdout.buffer.write(t.every_network())"
    environment = {**os.environ, "LADING_ISA": isa, "PYTHONPATH": str(HERE)}
    process = subprocess.run([sys.executable, "-c", code], env=environment, cwd=HERE, capture_output=True)
    if process.returncode and "LADING_ISA" in process.stderr.decode():
        pytest.skip(f"NOT PROVEN on {isa}: this CPU does not have it")
    assert process.returncode == 0, process.stderr.decode()
    assert process.stdout == every_network()


def golden() -> dict[str, Any]:
    """The version of the bits, and some of them: the first numbers of each network as their bits."""
    bits = {name: scores(name).reshape(-1)[:12].view(np.uint32).tolist() for name in NETWORKS}
    return {"numerics": numerics(), **bits}


def test_the_bits_of_this_version_of_numerics_stay() -> None:
    """Whoever changes bits raises ``numerics``: python tests/engine/test_same_bits.py writes the file anew."""
    assert golden() == json.loads(GOLDEN.read_text(encoding="utf-8"))


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden()).replace("], ", "],\n ") + "\n", encoding="utf-8")
