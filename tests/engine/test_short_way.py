"""Arrays that the engine takes as they are go in without being looked at by name; all others take the long way."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import lading

ROWS = np.random.default_rng(11).normal(size=(40, 4)).astype(np.float32)


@pytest.fixture(scope="module")
def model() -> lading.Model:
    from sklearn.ensemble import GradientBoostingClassifier

    labels = (ROWS[:, 0] > ROWS[:, 1]).astype(int)
    return lading.convert(GradientBoostingClassifier(n_estimators=5, random_state=1).fit(ROWS, labels))


@pytest.fixture(scope="module")
def expected(model: lading.Model) -> np.ndarray:
    """By the long way: rows of a list are no array."""
    return np.array([model.run({"features": row.tolist()})["score"] for row in ROWS])


@pytest.mark.parametrize("entries", [0, 1, 16, 17, 40])
@pytest.mark.parametrize("threads", [1, 3])
def test_it_gives_the_same(model: lading.Model, expected: np.ndarray, entries: int, threads: int) -> None:
    session = model.session(threads=threads)
    scores = session.run({"features": ROWS[:entries]})
    np.testing.assert_array_equal(scores["score"], expected[:entries])
    assert scores["margin"].shape == (entries,) and scores.entries == entries


@pytest.mark.parametrize("given", [
    ROWS.astype(np.float64),
    np.asfortranarray(ROWS),
    ROWS[::-1][::-1],
    np.repeat(ROWS, 2, axis=0)[::2],
    ROWS.astype(ROWS.dtype.newbyteorder(">")),
    ROWS.reshape(5, 8, 4),
], ids=["double", "columns", "turned twice", "every second", "byte order", "two leading axes"])  # fmt: skip
def test_other_arrays_give_the_same(model: lading.Model, expected: np.ndarray, given: np.ndarray) -> None:
    scores = model.session().run({"features": given})["score"]
    np.testing.assert_array_equal(scores.reshape(-1), expected)


@pytest.mark.parametrize(("events", "why"), [
    ({"features": ROWS[:, :3]}, "shape"),
    ({"features": ROWS.reshape(-1)}, "shape"),
    ({"feature": ROWS}, "did you mean 'features'"),
    ({"features": ROWS, "more": ROWS}, "more"),
    ({}, "features"),
    ({"features": ROWS.astype(str)}, "features"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_as_ever(model: lading.Model, events: dict[str, np.ndarray], why: str) -> None:
    with pytest.raises(lading.LadingError, match=why):
        model.session().run(events)


def test_results_belong_to_the_caller(model: lading.Model) -> None:
    session = model.session()
    first = session.run({"features": ROWS[:2]})["score"]
    kept = first.copy()
    session.run({"features": ROWS[2:4]})
    np.testing.assert_array_equal(first, kept)


def test_threads_may_share_a_session(model: lading.Model, expected: np.ndarray) -> None:
    session, wrong = model.session(), []

    def often(entries: int) -> None:
        for _ in range(200):
            if not np.array_equal(session.run({"features": ROWS[:entries]})["score"], expected[:entries]):
                wrong.append(entries)

    threads = [threading.Thread(target=often, args=(entries,)) for entries in (1, 40, 17)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
