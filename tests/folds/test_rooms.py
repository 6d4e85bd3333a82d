"""What the other rooms say of a model with folds, or do with it."""

from __future__ import annotations

import json
from pathlib import Path

import awkward as ak
import h5py
import numpy as np
import pytest
from click.testing import CliRunner
from trainings import events, training, with_key

import lading
from lading.agreement.events import made_up_events
from lading.bundle.evaluate import self_test
from lading.cli import main
from lading.describe import apply_all
from lading.examine.lint import lint
from lading.examine.show import text
from lading.feed import batch_of
from lading.model import Model
from lading.proving import differences_of
from lading.proving.folds import explain_folds
from lading.simplify import simplify


def folded(count: int = 2, **options: object) -> Model:
    models = {name: training(seed, samples=6) for seed, name in enumerate(["even", "odd", "third"][:count])}
    return lading.fold(models, key="event_number", **options)


def test_show_says_what_picks_and_what_differs() -> None:
    said = text(folded(), 120)
    assert "folds      even, odd by event.event_number modulo 2 (3 of 5 variables by fold)" in said
    assert "nan, -9 -> 20 | 21" in said and "/ 2 | / 3" in said
    assert "without any track: 0.25 0.75 | 0.25 1.75" in said
    more = text(folded(3, members=[2, 0, 1, 1], hash="splitmix64"), 120)
    assert "even, odd, third by splitmix64 of event.event_number modulo 4, residues to 2 0 1 1" in more
    assert "by fold" in more and "/ 2 | / 3" not in more
    assert "<table" in folded()._repr_html_()


def test_lint_wants_every_fold_in_the_self_test_and_no_unit_of_the_key() -> None:
    model = folded(3)
    assert not [remark.text for remark in lint(model) if "fold" in remark.text or "unit" in remark.text]
    model.samples.inputs["event", "event_number"][:] = 0
    said = [remark.text for remark in lint(model)]
    assert "no sample entry picks fold 'odd'" in said and "no sample entry picks fold 'third'" in said


def test_lint_reads_the_preparation_of_every_fold() -> None:
    parts = [training(0), training(1)]
    parts[1].inputs["tracks"].variables["d0"].prepare = [{"multiply": 0}]
    assert "odd_preparation" not in [remark.rule for remark in lint(parts[0])]
    alone = [remark.text for remark in lint(parts[1]) if remark.rule == "odd_preparation"]
    whole = lading.fold(parts, key="event_number")
    assert alone and alone == [remark.text for remark in lint(whole) if remark.rule == "odd_preparation"]


def test_other_formats_and_rooms_refuse_folds_and_say_what_to_do(tmp_path: Path) -> None:
    model = folded()
    for ending in (".onnx", ".hpp", ".root"):
        with pytest.raises(lading.UnsupportedError, match=r"export a member: model\.member\('even'\)\.export"):
            model.export(tmp_path / f"tagger{ending}")
    with pytest.raises(lading.UnsupportedError, match="simplify its members"):
        simplify(model)
    with pytest.raises(lading.UnsupportedError, match="describe its members"):
        apply_all(model, {"name": "other"})
    model.member("odd").export(tmp_path / "odd.onnx")
    assert lading.convert(tmp_path / "odd.onnx", compare=False).name == "tagger-odd"


def test_a_key_that_is_not_fed_is_asked_for_with_the_reason() -> None:
    model = folded()
    fed, counts = events(4)
    tracks = {"d0": (fed["tracks"]["d0"], counts["track"])}
    variable = "variable 'event_number' of input 'event' was not given"
    for given, what in [({**fed, "tracks": tracks}, "input 'event' of model 'tagger' was not given"),
                        ({**fed, "tracks": tracks, "event": {}}, variable), ({**fed["jets"], **tracks}, variable)]:
        with pytest.raises(lading.ValueRefused) as caught:
            batch_of(model, given)
        assert str(caught.value).startswith(what)
        assert str(caught.value).endswith("; it picks which of 2 trainings is applied (even, odd)")
    misspelt = np.zeros(4, [("eventNumber", np.int64)])
    with pytest.raises(lading.ValueRefused) as caught:
        batch_of(model, {**fed, "tracks": tracks, "event": misspelt})
    assert "did you mean 'eventNumber'? 'event_number' picks which of 2 trainings is applied" in str(caught.value)


NO_KEYS = [np.array([0.5, 1, 2, 3]), np.array([2**63 + 5, 1, 2, 3], np.uint64)]


@pytest.mark.parametrize("keys", NO_KEYS, ids=["half", "large"])
def test_keys_that_are_no_int64_are_refused(keys: np.ndarray) -> None:
    fed, counts = events(4)
    given = with_key({**fed, "tracks": {"d0": (fed["tracks"]["d0"], counts["track"])}}, keys)
    with pytest.raises(lading.ValueRefused, match="event_number"):
        lading.engine.run(folded().member("even", key=True), given)


@pytest.mark.parametrize(("wrong", "told"), [(np.nan, "nan"), (0.5, "0.5"), (np.inf, "inf")])
def test_a_key_that_is_no_whole_number_is_told_with_its_entry(wrong: float, told: str) -> None:
    fed, counts = events(4)
    given = with_key({**fed, "tracks": {"d0": (fed["tracks"]["d0"], counts["track"])}}, np.array([0, 1, wrong, 3]))
    with pytest.raises(lading.ValueRefused, match=f"'event_number' of input 'event': {told} in entry 2 is no whole"):
        folded().run(given)


def test_a_key_that_stands_in_the_dataset_of_the_jets_is_found(tmp_path: Path) -> None:
    fed, _ = events(4)
    jets = np.rec.fromarrays([fed["jets"]["pt"], fed["jets"]["eta"], np.arange(4)], names="pt,eta,event_number")
    with h5py.File(tmp_path / "jets.h5", "w") as file:
        file["jets"], file["tracks"] = jets, np.zeros((4, 1), [("d0", "f4"), ("valid", "?")])
    with pytest.raises(lading.UnknownName, match=r"dataset 'event' is not there .*named by columns: event=jets$"):
        batch_of(folded(), tmp_path / "jets.h5")
    batch = batch_of(folded(), tmp_path / "jets.h5", columns={"event": "jets"})
    assert batch.columns["event", "event_number"].values.reshape(-1).tolist() == [0, 1, 2, 3]


def test_a_key_of_each_collision_is_that_of_all_its_jets() -> None:
    model = folded()
    for given in model.input_list[1].variable_list:
        given.source = "jets.pt"
    model.input_list.reverse()  # the key first
    jagged = ak.Array([[30.0, 40.0], [], [50.0]])
    square = np.arange(6.0).reshape(3, 2)
    for values, expected in ((jagged, [7, 7, 9]), (square, [7, 7, 8, 8, 9, 9])):
        batch = batch_of(model, {"event_number": np.array([7, 8, 9]), "pt": values, "eta": values})
        assert batch.columns["event", "event_number"].values.reshape(-1).tolist() == expected
    with pytest.raises(lading.ValueRefused, match="has 2 entries"):
        batch_of(model, {"event_number": np.array([7, 8]), "pt": jagged, "eta": jagged})


def test_made_up_events_pick_every_fold() -> None:
    model = folded(3, hash="splitmix64")
    keys = made_up_events(model)["event"]["event_number"]
    assert keys.dtype == np.int64 and set(model.folds.pick(keys)) == {0, 1, 2}


def test_scores_of_members_in_another_order_are_explained() -> None:
    right, wrong = folded(), lading.fold({"odd": training(1), "even": training(0)}, key="event_number")
    batch, expected = events_with_scores(right)
    said = explain_folds(wrong, batch, expected, differences(wrong, batch, expected))
    assert said.startswith("model 'tagger' and the training's scores disagree in ")
    order = "residue 0 takes 'even', 1 takes 'odd'"
    assert said.endswith(f"They agree if the members are applied in another order: {order}.")


def test_scores_of_one_fold_that_differ_are_explained_by_its_member() -> None:
    right, wrong = folded(), folded()
    batch, expected = events_with_scores(right)
    picked = right.folds.pick(batch.columns["event", "event_number"].values.reshape(-1))
    expected["p_b"], expected["p_u"] = (np.where(picked == 1, expected[b], expected[a])
                                        for a, b in (("p_b", "p_u"), ("p_u", "p_b")))  # fmt: skip
    said = explain_folds(wrong, batch, expected, differences(wrong, batch, expected))
    assert "all in fold 'odd'. model 'tagger-odd' and the training's scores disagree" in said
    assert "the labels 'p_b' and 'p_u' are exchanged" in said


def events_with_scores(model: Model):
    """A batch, and what each entry's member gives for it."""
    fed, counts = events(40)
    given = with_key({**fed, "tracks": {"d0": (fed["tracks"]["d0"], counts["track"])}}, np.arange(40) * 7)
    batch = batch_of(model, given)
    return batch, by_members(model, batch)


def by_members(model: Model, batch):
    from lading.engine import Session

    picked = model.folds.pick(batch.columns["event", "event_number"].values.reshape(-1))
    runs = [Session(model.member(fold, key=True)).run_batch(batch) for fold in range(len(model.folds.graphs))]
    return {label: np.stack([np.asarray(run[label]) for run in runs])[picked, np.arange(batch.entries)]
            for label in ("p_b", "p_u")}  # fmt: skip


def differences(model: Model, batch, expected):
    return differences_of(by_members(model, batch), expected)


def test_diff_tells_other_folds() -> None:
    found = lading.diff(folded(), folded(hash="splitmix64"), run=False)
    assert [str(row) for row in found.endpoints] == [
        "in event.event_number: folds even, odd by event.event_number modulo 2 | "
        "even, odd by splitmix64 of event.event_number modulo 2"]  # fmt: skip
    member = lading.diff(folded(), folded().member("odd"), run=False)
    rows = [str(row) for row in member.endpoints]
    assert any("folds even, odd by event.event_number modulo 2 | -" in row for row in rows)
    assert any("jets, pt: missing nan, -9 -> 20 | 21 | nan, -9 -> 21" in row for row in rows)
    assert not lading.diff(folded(), folded(), run=False).endpoints


def test_the_command_writes_a_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, seed in (("even", 0), ("odd", 1)):
        training(seed, samples=5).save(name)
    command = ["fold", "even/", "odd/", "--key", "event_number", "--modulo", "2", "-o", "tagger/"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert "which member is applied to which residue was not proven" in done.output and "wrote tagger" in done.output
    assert all(found == 0 for found, _ in self_test("tagger").values())
    shown = json.loads(CliRunner().invoke(main, ["show", "tagger/", "--json"]).output)
    assert shown["folds"]["graphs"] == ["even", "odd"]
    assert shown["folds"]["by_fold"] == ["jets.pt", "tracks.d0", "tracks.pt"]
    for arguments, code in ((["--member", "odd"], 0), ([], 2), (["--member", "od"], 2)):
        assert CliRunner().invoke(main, ["export", "tagger/", "-o", "odd.onnx", *arguments]).exit_code == code
    for place, code in (("1", 0), ("2", 2)):
        assert CliRunner().invoke(main, ["export", "tagger/", "-o", "second.onnx", "--member", place]).exit_code == code
    assert lading.convert("second.onnx").name == lading.convert("odd.onnx").name == "tagger-odd"
    again = ["fold", "even/", "odd/", "--key", "event_number", "--members", "0,1,x", "-o", "t2/"]
    assert "'0,1,x' is no list of numbers" in CliRunner().invoke(main, again).output
