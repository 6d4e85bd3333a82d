"""Loop and Scan in the engine: how many turns and bytes they may take, sessions used again, and threads."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from lading.bundle import evaluate
from lading.engine import _lading
from lading.errors import LadingError

X = {"name": "x", "axes": [2, 3], "type": "float32"}
N = {"name": "n", "axes": [], "type": "int64"}


def node(operator: str, inputs: list[Any], outputs: str, **attributes: Any) -> dict[str, Any]:
    name = f"make_{outputs.split()[0]}"
    return {"node": name, "operator": operator, "inputs": inputs, "outputs": outputs.split(), "attributes": attributes}


def document(nodes: list[Any], bodies: dict[str, list[Any]], outputs: dict[str, tuple[list[int], str]],
             inputs: tuple[Any, ...] = (X, N)) -> dict[str, Any]:  # fmt: skip
    ends = [{"name": name, "axes": axes, "type": type_} for name, (axes, type_) in outputs.items()]
    return {"lading": 1, "requires": [], "name": "turns", "axes": {}, "inputs": list(inputs), "outputs": ends,
            "operators": {"ai.onnx": 24, "lading": 1}, "graphs": {"main": nodes, **bodies}}  # fmt: skip


def session(made: dict[str, Any], limit: int = 0) -> Any:
    data = json.dumps(made).encode()
    return _lading.Session(_lading.Model.from_buffers(data, np.zeros(0, np.uint8), "turns", limit))


def body(graph: str, inputs: str, outputs: str) -> dict[str, Any]:
    return {"graph": graph, "inputs": inputs.split(), "outputs": outputs.split()}


STAYS = node("Identity", ["c"], "d")
#: As many turns as the input says, of x + x + ...
ADDING = document(
    [node("Loop", ["n", "", "x"], "y s", body=body("b", "i c v", "d w o")),
     node("ReduceSum", ["s", {"int64": [0]}], "t", keepdims=0)],
    {"b": [STAYS, node("Add", ["v", "x"], "w"), node("Mul", ["w", "v"], "o")]},
    {"y": ([2, 3], "float32"), "t": ([2, 3], "float32")})  # fmt: skip
#: Twice as long after every turn.
GROWING = document(
    [node("Loop", ["n", "", "x"], "y", body=body("b", "i c v", "d w")), node("Size", ["y"], "z")],
    {"b": [STAYS, node("Concat", ["v", "v"], "w", axis=0)]}, {"z": ([], "int64")})  # fmt: skip


def given(turns: int, rows: int = 2) -> list[np.ndarray]:
    return [np.arange(3 * rows, dtype=np.float32).reshape(rows, 3) / 8, np.array(turns)]


def expected(made: dict[str, Any], tensors: list[np.ndarray]) -> list[np.ndarray]:
    bundle = evaluate.Bundle(made, {})
    return list(evaluate.run_graph(bundle, dict(zip(("x", "n"), tensors, strict=True))).values())


def test_a_session_takes_any_number_of_turns_after_any_other() -> None:
    one = session(ADDING)
    for turns in (3, 0, 40, 1, -5, 200, 2):
        for found, wanted in zip(one.run_graph(given(turns)), expected(ADDING, given(turns)), strict=True):
            assert found.dtype == wanted.dtype
            np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_threads_give_the_same_bits() -> None:
    """One session each, of one model."""
    wanted = [each.tobytes() for each in session(ADDING).run_graph(given(50))]
    data = json.dumps(ADDING).encode()
    model = _lading.Model.from_buffers(data, np.zeros(0, np.uint8), "turns", 0)

    def run(_: int) -> list[bytes]:
        own = _lading.Session(model)
        return [each.tobytes() for turns in (7, 50) for each in own.run_graph(given(turns))][2:]

    with ThreadPoolExecutor(4) as pool:
        assert all(found == wanted for found in pool.map(run, range(40)))


def test_what_grows_ends_at_the_memory_limit() -> None:
    one = session(GROWING, 1 << 20)
    assert one.run_graph(given(10))[0] == 6 << 10
    with pytest.raises(LadingError, match=r"'make_\w' \(\w+\): this evaluation needs \d+ bytes, more than the memory "
                                              r"limit of 1048576"):  # fmt: skip
        one.run_graph(given(60))
    assert one.run_graph(given(10))[0] == 6 << 10
    assert one.memory <= 6 << 20  # frames and what turns hand on, each within the limit


def test_loops_without_an_end_are_ended() -> None:
    """All turns of one evaluation count together, of loops in others or one behind the other; the next begins anew."""
    without = document(
        [node("Loop", ["n", "", "x"], "y", body=body("b", "i c v", "d w"))],
        {"b": [STAYS, node("Identity", ["v"], "w")]}, {"y": ([2, 3], "float32")})  # fmt: skip
    inside = document(
        [node("Loop", ["n", "", "x"], "y", body=body("a", "j c v", "d w"))],
        {"a": [STAYS, node("Loop", [{"int64": 800_000}, "", "v"], "w", body=body("b", "i cc vv", "dd ww"))],
         "b": [node("Identity", ["cc"], "dd"), node("Identity", ["vv"], "ww")]},
        {"y": ([2, 3], "float32")})  # fmt: skip
    behind = document(
        [node("Loop", ["n", "", "x"], "h", body=body("a", "j c v", "d w")),
         node("Loop", ["n", "", "h"], "y", body=body("b", "i cc vv", "dd ww"))],
        {"a": [STAYS, node("Identity", ["v"], "w")],
         "b": [node("Identity", ["cc"], "dd"), node("Identity", ["vv"], "ww")]},
        {"y": ([2, 3], "float32")})  # fmt: skip
    for made, turns, inner in ((without, 2**62, "make_y"), (inside, 3, "make_w"), (behind, 1_200_000, "make_y")):
        one = session(made)
        with pytest.raises(LadingError, match=rf"node '{inner}' \(Loop\): more than 2000000 turns of loops in one"):
            one.run_graph(given(turns))
        assert np.array_equal(one.run_graph(given(1))[0], given(1)[0])


def test_a_loop_that_is_made_does_not_run_for_long() -> None:
    """A session tries its graph on zeros; there this loop never ends."""
    made = document(
        [node("Loop", ["", "", "x"], "y", body=body("b", "i c v", "d w"))],
        {"b": [node("Add", ["v", "x"], "w"), node("ReduceMax", ["w"], "m", keepdims=0),
               node("Less", ["m", {"float32": 9.0}], "d")]}, {"y": ([2, 3], "float32")}, (X,))  # fmt: skip
    x = np.ones((2, 3), np.float32)
    assert np.array_equal(session(made).run_graph([x])[0], 9 * x)


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
@pytest.mark.parametrize("backwards", [0, 1])
def test_a_scan_stacks_along_any_axis_in_either_direction(axis: int, backwards: int) -> None:
    attributes = {"num_scan_inputs": 1, "scan_input_axes": [1], "scan_output_axes": [axis],
                  "scan_output_directions": [backwards], "scan_input_directions": [1 - backwards]}  # fmt: skip
    made = document([node("Scan", ["x"], "y", body=body("b", "v", "w"), **attributes)],
                    {"b": [node("Unsqueeze", ["v", {"int64": [0]}], "w")]}, {"y": ([1], "float32")}, (X,))  # fmt: skip
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    turns = x.T[:: 1 if backwards else -1, None]  # each [1, 2]
    wanted = np.stack(list(turns[::-1] if backwards else turns), axis)
    found = session(made).run_graph([x])[0]
    assert np.array_equal(found, wanted)
    assert np.array_equal(evaluate.run_graph(evaluate.Bundle(made, {}), {"x": x})["y"], wanted)


@pytest.mark.parametrize("settled", [True, False])
def test_without_a_turn_the_shape_is_that_of_a_turn(settled: bool) -> None:
    """Where the body's shapes wait for numbers, only a turn tells it."""
    wide = [node("Concat", ["v", "x"], "o", axis=1)]
    if not settled:
        wide = [node("ReduceMax", ["x"], "m", keepdims=0), node("Mul", ["m", {"float32": 0.0}], "q"),
                node("Add", ["q", {"float32": [6.0, 1.0]}], "r"), node("Cast", ["r"], "shape", to="int64"),
                node("Reshape", ["x", "shape"], "o")]  # fmt: skip
    made = document(
        [node("Loop", ["n", "", "x"], "y s", body=body("b", "i c v", "d w o")), node("Shape", ["s"], "z")],
        {"b": [STAYS, node("Identity", ["v"], "w"), *wide]}, {"z": ([3], "int64")})  # fmt: skip
    for turns in (0, 2):
        shape = [turns, 2, 6] if settled else [turns, 6, 1]
        assert session(made).run_graph(given(turns))[0].tolist() == shape
        assert expected(made, given(turns))[0].tolist() == shape
