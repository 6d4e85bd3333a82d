"""A model of folds gives each entry the bits of the member that its key picks, on every way to them."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
import pytest
from slots import SlotSession

import lading
from lading.bundle.evaluate import evaluate
from lading.endpoints import Axis, ByFold, Input, Missing, Output, Variable
from lading.feed import batch_of
from lading.folds import Folds
from lading.graph import Graph, Node
from lading.model import Model

ENTRIES = 9001  # more than are sorted at a time, and no multiple of it
NAMES = ["one", "two", "three"]


def folded(sequences: bool, pick: str = "") -> Model:
    """Three dense layers, of which two share a bias; preparation, padding and empty sequences by fold."""
    numbers = np.random.default_rng(5)
    model = Model("folded", axes={"jet": Axis("jet", "entry")}, requires=["folds"])
    model.folds = Folds("event.number", 4, NAMES, pick, [0, 1, 2, 1])
    pt = Variable("pt", missing=Missing([-999], ByFold([1.0, 2.0, 3.0])))
    pt.prepare = ByFold([[{"subtract": 0.5}], [{"multiply": 3.0}, "abs"], []])
    model.input_list = [
        Input("event", ["jet", "variable"], "int64", [Variable("number")]),
        Input("jets", ["jet", "variable"], "float32", [pt, Variable("eta")]),
    ]
    model.output_list = [Output("score", ["jet", 3], "float32")]
    model.weights = {"shared.b": numbers.normal(size=3).astype(np.float32)}
    if sequences:
        model.axes["track"] = Axis("track", "sequence", of="jet", min=2, max=5, keep="last")
        d0 = Variable("d0", pad=ByFold([0.0, -1.0, 7.0]))
        model.input_list.append(Input("tracks", ["jet", "track", "variable"], "float32", [d0]))
        model.output_list.append(Output("weight", ["jet", "track", 1], "float32"))
        model.output_list[0].when_empty = {"track": ByFold([[float(i)] * 3 for i in range(3)])}
    model.graphs = {}
    for name in NAMES:
        model.weights[f"{name}.w"] = numbers.normal(size=(2, 3)).astype(np.float32)
        model.graphs[name] = Graph(_nodes(name, sequences))
    return model


def _nodes(name: str, sequences: bool) -> list[Node]:
    bias: str | np.ndarray = "shared.b" if name != "two" else np.array([0.5, 1, 2], np.float32)
    dense = Node(f"{name}.dense", "Gemm", ["jets", f"{name}.w", bias], ["logits"])
    if not sequences:
        return [dense, Node(f"{name}.tanh", "Tanh", ["logits"], ["score"])]
    return [
        dense,
        Node(f"{name}.sum", "ReduceSum", ["tracks", np.array([1])], ["summed"], {"keepdims": 0}),
        Node(f"{name}.add", "Add", ["logits", "summed"], ["score"]),
        Node(f"{name}.exp", "Exp", ["tracks"], ["weight"]),
    ]


def events(sequences: bool, entries: int = ENTRIES) -> dict[str, dict[str, object]]:
    numbers = np.random.default_rng(7)
    pt = numbers.normal(size=entries).astype(np.float32)
    pt[::7] = -999
    eta = numbers.normal(size=entries).astype(np.float32)
    made: dict[str, dict[str, object]] = {
        "event": {"number": numbers.integers(-(2**40), 2**40, entries)}, "jets": {"pt": pt, "eta": eta},
    }  # fmt: skip
    if sequences:
        counts = numbers.integers(0, 8, entries)
        made["tracks"] = {"d0": (numbers.normal(size=counts.sum()).astype(np.float32), counts)}
    return made


def taken(given: dict[str, dict[str, object]], which: np.ndarray) -> dict[str, dict[str, object]]:
    """Some of the entries, in their order."""

    def of(column: object) -> object:
        if not isinstance(column, tuple):
            return np.asarray(column)[which]
        values, counts = column
        parts = np.split(values, np.cumsum(counts)[:-1])
        return np.concatenate([parts[i] for i in which] or [values[:0]]), counts[which]

    return {name: {key: of(column) for key, column in columns.items()} for name, columns in given.items()}


def bits(scores: lading.feed.scores.Scores, name: str) -> list[bytes]:
    """Per entry."""
    found = scores[name]
    if isinstance(found, tuple):  # per element, as the tracks came in
        values, counts = found
        found = np.split(np.asarray(values), np.cumsum(counts)[:-1])
    return [np.asarray(each, np.float32).tobytes() for each in found]


@pytest.mark.parametrize("pick", ["", "splitmix64"])
@pytest.mark.parametrize("sequences", [False, True], ids=["batched", "sequences"])
def test_each_entry_gets_the_bits_of_its_member(sequences: bool, pick: str) -> None:
    model, given = folded(sequences, pick), events(sequences)
    assert model.folds is not None
    of = model.folds.pick(given["event"]["number"])  # type: ignore[arg-type]
    assert set(of) == {0, 1, 2}
    found = model.run(given)
    for fold, name in enumerate(NAMES):
        own = np.flatnonzero(of == fold)
        alone = model.member(name, key=True).run(taken(given, own))
        for output in model.outputs:
            everything = bits(found, output)
            assert [everything[i] for i in own] == bits(alone, output)


@pytest.mark.parametrize("sequences", [False, True], ids=["batched", "sequences"])
def test_the_bits_are_the_same_on_every_way(sequences: bool, tmp_path: Path) -> None:
    model, given = folded(sequences), events(sequences)
    expected = {name: bits(model.run(given), name) for name in model.outputs}
    two = model.session(threads=2).run(given)
    assert {name: bits(two, name) for name in model.outputs} == expected
    some = np.random.default_rng(9).permutation(ENTRIES)[:300]
    shuffled = model.run(taken(given, some))
    for name in model.outputs:
        assert bits(shuffled, name) == [expected[name][i] for i in some]
    model.save(tmp_path / "folded")
    by_hand = SlotSession(tmp_path / "folded")
    for entry in some:
        columns, lengths = _entry(given, int(entry))
        for name, values in by_hand.run(columns, lengths).items():
            assert values.tobytes() == expected[name][entry], (name, entry)
    by_hand.close()


def _entry(given: dict[str, dict[str, object]], entry: int) -> tuple[list[np.ndarray], dict[str, int]]:
    columns = [np.asarray(given["event"]["number"])[entry], *(np.asarray(x)[entry] for x in given["jets"].values())]
    if "tracks" not in given:
        return columns, {}
    values, counts = given["tracks"]["d0"]  # type: ignore[misc]
    first = int(counts[:entry].sum())
    return [*columns, values[first : first + counts[entry]]], {"track": int(counts[entry])}


@pytest.mark.parametrize("sequences", [False, True], ids=["batched", "sequences"])
def test_the_evaluator_agrees(sequences: bool, tmp_path: Path) -> None:
    model, given = folded(sequences), events(sequences, 200)
    model.save(tmp_path / "folded")
    plain = {name: dict(columns) for name, columns in given.items()}
    counts = {}
    if sequences:
        plain["tracks"]["d0"], counts["track"] = given["tracks"]["d0"]  # type: ignore[misc]
    theirs, ours = evaluate(tmp_path / "folded", plain, counts), model.run(given)
    for name in model.outputs:
        expected, found = (np.ravel(x[0] if isinstance(x, tuple) else x) for x in (theirs[name], ours[name]))
        np.testing.assert_allclose(found, expected, rtol=2e-6, atol=2e-6)


def test_the_key_cannot_be_left_out(tmp_path: Path) -> None:
    model, given = folded(False), events(False, 3)
    del given["event"]
    with pytest.raises(lading.LadingError, match="'event' of model 'folded' was not given"):
        model.run(given)
    model.save(tmp_path / "folded")
    session = SlotSession(tmp_path / "folded")
    with pytest.raises(ValueError, match="'number' of input 'event' was not set since the last run"):
        session.check(session.c.lading_run(session.session, ctypes.byref(session.error)))
    session.close()


def test_a_key_that_is_no_whole_number_is_refused() -> None:
    model, given = folded(False), events(False, 3)
    given["event"]["number"] = np.array([1.0, 2.5, 3.0])
    with pytest.raises(lading.LadingError, match=r"'number' of input 'event'.*2\.5"):
        model.run(given)


def test_memory_is_that_of_all_members() -> None:
    from lading.engine import compile

    model = folded(False)
    parts = [compile(model.member(name)).memory for name in NAMES]
    assert sum(parts) <= compile(model).memory < 2 * sum(parts)


@pytest.mark.parametrize(
    ("key", "residue", "hashed"),
    [(0, 0, 0xE220A8397B1DCDAF), (1, 1, 0x910A2DEC89025CC1),
     (-1, 3, 0xE4D971771B652C20), (2**63 - 1, 3, 0x2A67D7552E039EA7)],
)
def test_the_engine_picks_as_the_page_says(key: int, residue: int, hashed: int) -> None:
    """The hashes are those of docs/format.md; that of 0 is the first number of the published generator."""
    for pick, rest in (("", residue), ("splitmix64", hashed % 4)):
        model = folded(False, pick)
        assert model.folds is not None
        one = {"event": {"number": np.array([key])}, "jets": {"pt": np.float32([1]), "eta": np.float32([2])}}
        expected = model.member(NAMES[model.folds.members[rest]], key=True).run(one)["score"]
        assert np.array_equal(model.run(one)["score"], expected)


def test_offsets_that_go_backwards_are_refused_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the engine itself: Python would not hand them on."""
    model, given = folded(True), events(True, 12)
    batch = batch_of(model, given)
    batch.counts["track"][:2] = batch.counts["track"][:2].sum() + 3, -3
    monkeypatch.setattr(lading.engine.Session, "_refuse_short", lambda *_: None)
    with pytest.raises(lading.LadingError, match="axis 'track': entry 1 has -3 elements"):
        model.session().run_batch(batch)
