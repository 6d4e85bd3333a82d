"""A session: compiled once, used again and again, from any thread, with its memory told and bounded."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest
from mirrors import jets_and_tracks, nameless, one_input

import lading
from lading.endpoints import Input, Output, Variable
from lading.feed import Batch, Column, batch_of
from lading.feed.leading import Leading
from lading.graph import Node
from lading.model import Model

RANDOM = np.random.default_rng(11)


def events(entries: int) -> dict:
    counts = RANDOM.integers(0, 6, entries)
    track = RANDOM.normal(size=counts.sum())
    return {"jets": {"pt": RANDOM.normal(size=entries), "eta": RANDOM.normal(size=entries)},
            "tracks": {"d0": (track, counts), "z0": (2 * track, counts)}}


def dense() -> Model:
    """A layer of 64 neurons, so that a wrong order of sums would show."""
    made = nameless(32)
    made.output_list = [Output("out", ["jet", 64], "float32")]
    made.weights = {"w": RANDOM.normal(size=(32, 64)).astype(np.float32)}
    made.graphs["main"].nodes = [Node("a", "MatMul", ["x", "w"], ["h"]), Node("b", "Tanh", ["h"], ["out"])]
    return made


def test_what_it_gives_does_not_depend_on_what_it_ran_before() -> None:
    model = jets_and_tracks()
    session = model.session()
    for entries in (5, 0, 100, 1, 7):
        given = events(entries)
        fresh, again = model.session().run(given), session.run(given)
        assert all(fresh.flat(name).tobytes() == again.flat(name).tobytes() for name in fresh)


def test_earlier_scores_stay_as_they_were() -> None:
    session = dense().session()
    values = RANDOM.normal(size=(3, 32))
    first = session.run(values)
    kept = first["out"].copy()
    session.run(-values)
    np.testing.assert_array_equal(first["out"], kept)


@pytest.mark.parametrize("threads", [1, 2, 5, 64])
def test_threads_change_no_bit(threads: int) -> None:
    model, values = dense(), RANDOM.normal(size=(301, 32))
    assert model.run(values, threads=threads)["out"].tobytes() == model.run(values)["out"].tobytes()
    given = events(301)
    alone, shared = jets_and_tracks().run(given), jets_and_tracks().run(given, threads=threads)
    assert all(alone.flat(name).tobytes() == shared.flat(name).tobytes() for name in alone)


def test_a_child_process_goes_on_with_what_its_parent_had() -> None:
    model, values = dense(), RANDOM.normal(size=(301, 32))
    session = model.session(threads=2)
    wanted = session.run(values)["out"].tobytes()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        same = session.run(values)["out"].tobytes() == wanted == model.run(values, threads=2)["out"].tobytes()
        os.write(write, b"same" if same else b"other")
        os._exit(0)
    os.close(write)
    assert os.read(read, 10) == b"same"
    assert os.waitpid(child, 0)[1] == 0
    assert session.run(values)["out"].tobytes() == wanted


def test_many_threads_may_share_one() -> None:
    session = dense().session(threads=2)
    batches = [RANDOM.normal(size=(40 + i, 32)) for i in range(8)]
    wanted = [session.run(batch)["out"] for batch in batches]
    found: list[list[bool]] = [[] for _ in batches]

    def work(at: int) -> None:
        for _ in range(20):
            found[at].append(bool(np.array_equal(session.run(batches[at])["out"], wanted[at])))

    workers = [threading.Thread(target=work, args=(at,)) for at in range(len(batches))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(all(each) and len(each) == 20 for each in found)


def test_an_error_in_one_entry_names_it_and_leaves_the_session_usable() -> None:
    session = one_input(Variable("pt", raw="int64"), type="int64").session(threads=2)
    with pytest.raises(lading.ValueRefused, match=r"variable 'pt' of input 'jets': 1\.5 does not fit into int64"):
        session.run({"pt": np.array([1.0] * 50 + [1.5])})
    assert session.run({"pt": [3]})["p_pt"] == 3


def test_no_threads_are_refused() -> None:
    for threads in (0, -1):
        with pytest.raises(lading.ValueRefused, match=f"threads: {threads}; at least one thread runs"):
            dense().session(threads=threads)


def test_its_memory_is_told_and_grows_with_threads() -> None:
    model, values = dense(), RANDOM.normal(size=(100, 32))
    one, four = model.session(), model.session(threads=4)
    for session in (one, four):
        session.run(values)
    assert 0 < one.memory < 10_000_000
    assert one.memory < four.memory < 5 * one.memory
    before = one.memory
    for _ in range(10):
        one.run(values)
    assert one.memory == before


def test_its_memory_is_bounded() -> None:
    large = nameless(1)
    large.graphs["main"].nodes = [
        Node("a", "Expand", ["x", np.array([1, 1 << 30])], ["wide"]),
        Node("b", "ReduceSum", ["wide", np.array([1])], ["out"], {"keepdims": 1}),
    ]
    with pytest.raises(lading.MemoryLimit):
        large.session(memory_limit=1 << 20).run(np.zeros((1, 1)))


def test_flags_are_kept_until_read() -> None:
    model = nameless(1)
    model.graphs["main"].nodes = [Node("a", "Log", ["x"], ["out"])]
    session = model.session()
    session.run(np.ones((3, 1)))
    assert session.flags == 0


def test_a_model_that_cannot_be_saved_cannot_run() -> None:
    broken = one_input(Variable("pt"))
    broken.graphs["main"].nodes[0].operator = "Frobnicate"
    with pytest.raises(lading.UnsupportedError, match="Frobnicate"):
        broken.session()


def test_bfloat16_comes_out_as_the_same_number_in_float32() -> None:
    model = nameless(2)
    model.output_list[0].type = "bfloat16"
    model.graphs["main"].nodes = [Node("a", "Cast", ["x"], ["out"], {"to": "bfloat16"})]
    found = model.run(np.array([[1.0, -3.140625]]))["out"]
    assert found.dtype == np.float32 and found.tolist() == [[1.0, -3.140625]]


def test_the_graph_alone_takes_prepared_tensors() -> None:
    model = one_input(Variable("pt", prepare=[{"divide": 1000}]))
    assert model.session().run_graph({"jets": np.ones((2, 1), np.float32)})["out"].tolist() == [[1], [1]]


# ---- batches that nobody checked: the engine is not asked to read beyond them


def broken_batches() -> dict[str, Batch]:
    good = batch_of(jets_and_tracks(), events(4))
    short = {key: Column(column.values[:-1]) for key, column in good.columns.items()}
    wide = {key: Column(np.stack([column.values] * 2, axis=1)) for key, column in good.columns.items()}
    leading = Leading((4,))
    return {
        "short columns": Batch(4, leading, short, good.counts),
        "wide columns": Batch(4, leading, wide, good.counts),
        "too few counts": Batch(4, leading, good.columns, {"track": good.counts["track"][:2]}),
        "negative counts": Batch(4, leading, good.columns, {"track": -good.counts["track"] - 1}),
        "counts beyond the columns": Batch(4, leading, good.columns, {"track": good.counts["track"] + 1000}),
    }


@pytest.mark.parametrize("fault", broken_batches())
def test_a_broken_batch_is_refused(fault: str) -> None:
    with pytest.raises(lading.ValueRefused):
        jets_and_tracks().session().run_batch(broken_batches()[fault])


def test_columns_in_another_order_of_memory_are_refused_not_misread() -> None:
    model = nameless(2, 3)
    batch = batch_of(model, np.zeros((4, 2, 3)))
    batch.columns["x", None].values = np.asfortranarray(np.zeros((4, 2, 3)))
    with pytest.raises(lading.ValueRefused, match="input 'x': the shape is"):
        model.session().run_batch(batch)


def test_half_precision_inputs_are_rounded_once_and_refuse_what_overflows() -> None:
    for type_, largest in (("float16", 65504.0), ("bfloat16", 3.3895313892515355e38)):
        model = one_input(Variable("pt", raw="float64"))
        model.input_list = [Input("jets", ["jet", "variable"], type_, [Variable("pt", raw="float64")])]
        model.output_list[0].type = "float64"
        model.graphs["main"].nodes = [Node("a", "Cast", ["jets"], ["out"], {"to": "float64"})]
        assert model.run({"pt": [largest, np.inf]})["p_pt"].tolist() == [largest, np.inf]
        with pytest.raises(lading.ValueRefused, match=f"does not fit into {type_}"):
            model.run({"pt": [largest * 1.01]})


@pytest.mark.parametrize("threads", [1.5, "2", None, 2.0])
def test_threads_are_a_whole_number(threads: object) -> None:
    model = one_input(Variable("pt", "MeV"))
    text = f"threads: {threads!r} is no whole number; say how many run, 1 or more"
    for call in (model.session, lambda threads: model.run({"pt": np.ones(2)}, threads=threads)):
        with pytest.raises(lading.ValueRefused) as caught:
            call(threads)
        assert str(caught.value) == text


@pytest.mark.parametrize("limit, text", [
    (1.5, "memory_limit: 1.5 is no whole number; say how many bytes, 0 for the library's own limit"),
    (-1, "memory_limit: -1 bytes; say 1 or more, or 0 for the library's own limit"),
    (1 << 70, f"memory_limit: {1 << 70} bytes; say 1 or more, or 0 for the library's own limit"),
])  # fmt: skip
def test_a_limit_of_memory_is_a_number_of_bytes(limit: object, text: str) -> None:
    with pytest.raises(lading.ValueRefused) as caught:
        one_input(Variable("pt", "MeV")).session(memory_limit=limit)
    assert str(caught.value) == text


def test_any_whole_number_of_threads_will_do() -> None:
    model, x = one_input(Variable("pt", "MeV")), np.arange(3.0)
    wanted = model.run({"pt": x}).flat("out")
    for threads in (np.int64(2), 1 << 40):
        assert np.array_equal(model.run({"pt": x}, threads=threads).flat("out"), wanted)
