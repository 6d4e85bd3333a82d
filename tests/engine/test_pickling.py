"""A model that was loaded, and its scores, go through a pickle, into another process too: the bits stay the same."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from pathlib import Path

import numpy as np
import pytest
from mirrors import jets_and_tracks, nameless, one_input

import lading
from lading.endpoints import Output, Variable
from lading.engine import Session
from lading.feed import batch_of
from lading.graph import Node
from lading.model import Model
from lading.sampling import store_samples

RANDOM = np.random.default_rng(3)
COUNTS = np.array([3, 0, 2])
EVENTS = {
    "sequences": {"jets": {"pt": RANDOM.normal(size=3), "eta": RANDOM.normal(size=3)},
                  "tracks": {"d0": (RANDOM.normal(size=5), COUNTS), "z0": (RANDOM.normal(size=5), COUNTS)}},
    "one input": {"pt": np.array([1500.0, 250.0]), "eta": np.array([0.5, -7.0])},
}  # fmt: skip


def made(kind: str) -> Model:
    model = jets_and_tracks() if kind == "sequences" else one_input(Variable("pt", "MeV", prepare=[{"divide": 1000}]),
                                                                    Variable("eta", "1"))
    store_samples(model, batch_of(model, EVENTS[kind]), Session(model))
    return model


@pytest.fixture(params=[(kind, ending) for kind in EVENTS for ending in ("", ".lading")], ids=" ".join)
def loaded(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Model, dict]:
    kind, ending = request.param
    made(kind).save(tmp_path / f"tau{ending}")
    return lading.load(tmp_path / f"tau{ending}"), EVENTS[kind]


def bits(scores: lading.Scores) -> dict[str, bytes]:
    return {name: scores.flat(name).tobytes() for name in scores}


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_loaded_model(loaded: tuple[Model, dict], protocol: int) -> None:
    model, events = loaded
    before = pickle.loads(pickle.dumps(model, protocol))
    wanted = bits(model.run(events))
    after = pickle.loads(pickle.dumps(model, protocol))
    again = pickle.loads(pickle.dumps(before, protocol))
    for other in (before, after, again):
        assert bits(other.run(events)) == wanted
        assert (other.function_digest, other.digest) == (model.function_digest, model.digest)
        assert other.check().passed


def test_its_samples_need_no_file(tmp_path: Path) -> None:
    made("one input").save(tmp_path / "tau")
    pickled = pickle.dumps(lading.load(tmp_path / "tau"))
    (tmp_path / "tau").rename(tmp_path / "elsewhere")
    model = pickle.loads(pickled)
    assert model.has_samples and model.check().passed
    model.save(tmp_path / "new")
    assert (tmp_path / "new" / "model.json").read_bytes() == (tmp_path / "elsewhere" / "model.json").read_bytes()


def test_a_copy_leaves_the_samples_in_their_file(loaded: tuple[Model, dict]) -> None:
    other = copy.deepcopy(loaded[0])
    assert other._samples is None and other.has_samples and other.check().passed


def test_weights_without_a_type_of_numpy(tmp_path: Path) -> None:
    wide = nameless(32)
    wide.output_list = [Output("out", ["jet", 64], "float32")]
    wide.weights = {"w": RANDOM.normal(size=(32, 64)).astype(np.float32)}
    wide.graphs["main"].nodes = [Node("a", "MatMul", ["x", "w"], ["out"])]
    lading.convert(wide, small_weights="bfloat16").save(tmp_path / "small")
    model = lading.load(tmp_path / "small")
    other, x = pickle.loads(pickle.dumps(model)), RANDOM.normal(size=(5, 32)).astype(np.float32)
    assert other.function_digest == model.function_digest
    assert bits(other.run(x)) == bits(model.run(x))


def test_a_member_of_a_model_with_folds(tmp_path: Path) -> None:
    lading.fold([made("one input"), made("one input")], key="event_number").save(tmp_path / "folded")
    model = lading.load(tmp_path / "folded")
    for one in (model, model.member(1)):
        other = pickle.loads(pickle.dumps(one))
        assert other.digest == one.digest and other.check().passed == one.check().passed


def test_scores(loaded: tuple[Model, dict]) -> None:
    model, events = loaded
    for scores in (model.run(events), model.session().run_batch(batch_of(model, events))):
        other = pickle.loads(pickle.dumps(scores))
        assert type(other) is type(scores) and list(other) == list(scores) and bits(other) == bits(scores)


@pytest.mark.parametrize("start", ["spawn", "forkserver"])
def test_another_process(loaded: tuple[Model, dict], start: str) -> None:
    model, events = loaded
    with multiprocessing.get_context(start).Pool(1) as pool:
        found = pool.apply(model.run, (events,))
    assert bits(found) == bits(model.run(events))


def test_a_session_stays_in_its_process(loaded: tuple[Model, dict]) -> None:
    text = r"a session of .*tau.* cannot be pickled: .* pickle the model, and make a session where it arrives"
    with pytest.raises(lading.ValueRefused, match=text):
        pickle.dumps(loaded[0].session())
