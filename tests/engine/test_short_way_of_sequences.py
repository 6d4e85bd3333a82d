"""Named variables and sequences as (values, counts) take the short way, with the long way's scores and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from networks import NETWORKS
from written_network import Network

import lading
from lading.engine import Session
from lading.feed import batch_of
from lading.feed.scores import PlainScores

ENTRIES = 50
NAMES = ("deep_sets", "two_sequences", "one_event_at_a_time", "multilayer_perceptron", "preparation_float64_float32")


def fed(network: Network, kind: type = np.float64, entries: int = ENTRIES) -> dict[str, Any]:
    """The first entries, by input and variable."""
    given: dict[str, Any] = {}
    for (name, variable), values in network.columns.items():
        axis = network.model.sequence_axis(network.model.inputs[name].axes)
        counts = network.counts[axis][:entries].astype(np.int64) if axis else None
        part = values[: entries if counts is None else int(counts.sum())]
        part = part.astype(kind) if part.dtype.kind == "f" else part
        made = part if counts is None else (np.ascontiguousarray(part), counts)
        if variable is None:
            given[name] = made
        else:
            given.setdefault(name, {})[variable] = made
    return given


def arrays(value: Any) -> list[np.ndarray]:
    return list(value) if isinstance(value, tuple) else [value]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("name", NAMES)
def test_it_gives_the_scores_of_the_long_way(name: str, kind: type) -> None:
    network = NETWORKS[name]()
    session, given = Session(network.model), fed(network, kind)
    short, long = session.run(given), session.run_batch(batch_of(network.model, given))
    assert isinstance(short, PlainScores) and not isinstance(long, PlainScores)
    assert list(short) == list(long) and short.entries == long.entries == ENTRIES
    for output in network.model.output_list:
        for key in (output.name, *((output.name, label.name) for label in output.label_list)):
            for mine, theirs in zip(arrays(short[key]), arrays(long[key]), strict=True):
                np.testing.assert_array_equal(mine, theirs)
                assert mine.dtype == theirs.dtype and mine.shape == theirs.shape
        np.testing.assert_array_equal(short.flat(output.name), long.flat(output.name))
        np.testing.assert_array_equal(short.counts(output.name), long.counts(output.name))
        assert [each.tolist() for each in short.levels(output.name)] == [
            each.tolist() for each in long.levels(output.name)
        ]


def test_threads_and_no_entries() -> None:
    network = NETWORKS["two_sequences"]()
    one, three = (Session(network.model, threads).run(fed(network)) for threads in (1, 3))
    for name in one:
        for mine, theirs in zip(arrays(one[name]), arrays(three[name]), strict=True):
            np.testing.assert_array_equal(mine, theirs)
    nothing = Session(network.model).run(fed(network, entries=0))
    assert nothing.entries == 0 and all(len(nothing.flat(name)) == 0 for name in nothing)


def test_counts_and_results_belong_to_the_caller() -> None:
    network = NETWORKS["two_sequences"]()
    session, given = Session(network.model), fed(network)
    scores = session.run(given)
    name = network.model.output_list[1].name
    values, counts = scores[name]
    kept = values.copy(), counts.copy()
    for each in given["flows"].values():
        each[1][:] = 0
    session.run(fed(network, entries=7))
    np.testing.assert_array_equal(values, kept[0])
    np.testing.assert_array_equal(counts, kept[1])


def changed(given: dict[str, Any], variable: str, values: Any, counts: Any) -> dict[str, Any]:
    return {**given, "tracks": {**given["tracks"], variable: (values, counts)}}


@pytest.mark.parametrize(
    "how", ["fewer counts", "negative", "other sum", "other lengths", "no pair", "more", "lacks one"]
)
def test_what_does_not_fit_is_refused_as_by_the_long_way(how: str) -> None:
    network = NETWORKS["two_sequences"]()
    session, given = Session(network.model), fed(network)
    values, counts = given["tracks"]["v1"]
    other = counts.copy()
    other[:2] += [1, -1]
    events = {
        "fewer counts": lambda: changed(given, "v1", values, counts[:-1]),
        "negative": lambda: changed(given, "v1", values, np.where(np.arange(ENTRIES) == 3, -1, counts)),
        "other sum": lambda: changed(given, "v1", values[:-1].copy(), counts),
        "other lengths": lambda: changed(given, "v1", values, other),
        "no pair": lambda: {**given, "tracks": {**given["tracks"], "v1": values}},
        "more": lambda: {**given, "tracks": {**given["tracks"], "v9": (values, counts)}},
        "lacks one": lambda: {**given, "tracks": {k: v for k, v in given["tracks"].items() if k != "v1"}},
    }[how]()
    with pytest.raises(lading.LadingError) as long:
        batch_of(network.model, events)
    with pytest.raises(lading.LadingError) as short:
        session.run(events)
    assert str(short.value) == str(long.value)


@pytest.mark.parametrize("how", ["equal counts", "int32 counts", "every second", "big-endian", "a list"])
def test_other_arrays_give_the_same(how: str) -> None:
    network = NETWORKS["two_sequences"]()
    session, given = Session(network.model), fed(network)
    values, counts = given["tracks"]["v1"]
    events = {
        "equal counts": lambda: changed(given, "v1", values, counts.copy()),
        "int32 counts": lambda: changed(given, "v1", values, counts.astype(np.int32)),
        "every second": lambda: changed(given, "v1", np.repeat(values, 2)[::2], counts),
        "big-endian": lambda: changed(given, "v1", values.astype(">f8"), counts),
        "a list": lambda: changed(given, "v1", values.tolist(), counts.tolist()),
    }[how]()
    for mine, theirs in zip(session.run(events).values(), session.run(given).values(), strict=True):
        for a, b in zip(arrays(mine), arrays(theirs), strict=True):
            np.testing.assert_array_equal(a, b)
