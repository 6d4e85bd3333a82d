"""The graph alone, on many entries: in blocks where it is proven to keep them apart, with the bits of each entry."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from layered_networks import images
from sequence_networks import attention_heads, recurrent, self_attention
from written_network import Network, numbers

from lading.agreement.cases import case_of
from lading.engine import Session
from lading.errors import LadingError
from lading.model import Model

MEGABYTE = 1 << 20
Tensors = dict[str, np.ndarray]


def some(tensors: Tensors, begin: int, end: int) -> Tensors:
    return {name: np.ascontiguousarray(x[begin:end]) for name, x in tensors.items()}


def one_by_one(model: Model, tensors: Tensors, entries: int) -> Tensors:
    session = Session(model)
    found = [session.run_graph(some(tensors, e, e + 1)) for e in range(entries)]
    return {name: np.concatenate([each[name] for each in found]) for name in found[0]}


def same(found: Tensors, expected: Tensors) -> None:
    assert found.keys() == expected.keys()
    for name in found:
        np.testing.assert_array_equal(found[name].view(np.uint32), expected[name].view(np.uint32))


@pytest.mark.parametrize("made", [attention_heads, self_attention, recurrent, images])
def test_many_entries_have_the_bits_of_each(made: Callable[[], Network]) -> None:
    model, entries = made().model, 777
    tensors = case_of(model, entries, 14).tensors
    expected, session = one_by_one(model, tensors, entries), Session(model)
    for count in (entries, 3, 500, entries, 8, 9, 0, 64):  # in one session: blocks, their last one, and none
        same(session.run_graph(some(tensors, 0, count)), some(expected, 0, count))


def wide(*first: str | int) -> Network:
    """A megabyte of hidden numbers for each entry."""
    net = Network("wide")
    net.output(net.dense(net.dense(net.input("x", *first, "jet", 8), 8, 1 << 16), 1 << 16, 3, ""), *first, "jet", 3)
    return net


def test_memory_is_that_of_a_block() -> None:
    session = Session(wide().model)
    x = numbers(3, 400, 8).astype(np.float32)
    whole = session.run_graph({"x": x})
    assert session.memory < 20 * MEGABYTE  # 400 entries at once take 100 megabytes
    same(whole, one_by_one(session.model, {"x": x}, 400))


@pytest.mark.parametrize("first", [(1,), (2,)])
def test_entries_need_not_come_first(first: tuple[int, ...]) -> None:
    x = numbers(3, *first, 100, 8).astype(np.float32)
    found = Session(wide(*first).model).run_graph({"x": x})
    expected = Session(wide().model).run_graph({"x": x.reshape(-1, 8)})
    assert [value.shape for value in found.values()] == [(*first, 100, 3)]
    np.testing.assert_array_equal(*(each.reshape(-1) for each in (*found.values(), *expected.values())))


@pytest.mark.parametrize("mixing", ["CumSum", "ReduceMean", "Softmax"])
def test_entries_that_meet_stay_together(mixing: str) -> None:
    net = Network("mixing")
    x = net.input("x", "jet", 8)
    hidden = net.node("Sub", net.dense(net.dense(x, 8, 1 << 14), 1 << 14, 8, ""), x)
    if mixing == "CumSum":
        net.output(net.node("CumSum", hidden, np.array(0)), "jet", 8)
    elif mixing == "ReduceMean":
        net.output(net.node("Sub", hidden, net.node("ReduceMean", hidden, [0])), "jet", 8)
    else:
        net.output(net.node("Softmax", hidden, axis=0), "jet", 8)
    kept = Network("kept")
    x = kept.input("x", "jet", 8)
    kept.output(kept.node("Sub", kept.dense(kept.dense(x, 8, 1 << 14), 1 << 14, 8, ""), x), "jet", 8)
    fed = {"x": numbers(3, 300, 8).astype(np.float32)}
    (found,), (apart,) = (Session(each.model).run_graph(fed).values() for each in (net, kept))
    shifted = np.exp(apart - apart.max(0))
    expected = {"CumSum": np.cumsum(apart, 0), "ReduceMean": apart - apart.mean(0), "Softmax": shifted / shifted.sum(0)}
    np.testing.assert_allclose(found, expected[mixing], rtol=1e-4, atol=1e-4)


def test_a_number_of_entries_that_the_graph_fixes_is_kept() -> None:
    net = Network("fixed")
    x = net.input("x", "jet", 8)
    flat = net.node("Reshape", net.dense(net.dense(x, 8, 1 << 16), 1 << 16, 3, ""), [300, 3])
    net.output(flat, "jet", 3)
    fed, session = {"x": numbers(3, 300, 8).astype(np.float32)}, Session(net.model)
    same({"y": next(iter(session.run_graph(fed).values()))},
         {"y": next(iter(Session(wide().model).run_graph(fed).values()))})  # fmt: skip
    with pytest.raises(LadingError, match="Reshape"):
        session.run_graph({"x": np.zeros((299, 8), np.float32)})


def test_steps_take_the_time_of_all_blocks() -> None:
    session = Session(wide().model)
    few, many = ({"x": numbers(3, count, 8).astype(np.float32)} for count in (8, 400))
    least = [min(sum(session.time_graph(fed)) for _ in range(3)) for fed in (few, many)]
    assert least[1] > 10 * least[0]


def test_lengths_that_do_not_fit_are_refused() -> None:
    with pytest.raises(LadingError, match="input 0 must have 8 numbers along its last axis"):
        Session(wide().model).run_graph({"x": np.zeros((400, 7), np.float32)})


def test_calls_of_one_session_do_not_see_each_other() -> None:
    """The same lengths again are taken as they were; other lengths, a call that fails and entries are not."""
    session, x = Session(wide().model), numbers(3, 300, 8).astype(np.float32)
    (expected,) = Session(wide().model).run_graph({"x": x}).values()
    for rows in (1, 1, 5, 5, 300, 300, 1, 300, 5, 0, 1):
        for first in (0, 300 - rows):
            (found,) = session.run_graph({"x": x[first : first + rows]}).values()
            np.testing.assert_array_equal(found, expected[first : first + rows])
        if rows == 5:
            with pytest.raises(LadingError):
                session.run_graph({"x": x[:5, :7]})
