"""``check``: the self-test passes on the bits it was made of, fails on others, and never reads beyond a broken one."""

from __future__ import annotations

import json

import numpy as np
import pytest
from mirrors import jets_and_tracks

import lading
from lading.engine import Session, numerics
from lading.feed import batch_of
from lading.model import Model
from lading.sampling import store_samples

EVENTS = {
    "pt": [1.0, np.nan, 3.0],
    "eta": [0.5, 0.0, -7.0],
    "d0": ([1.0, 2.0, 3.0], [2, 0, 1]),
    "z0": ([4.0, np.inf, 6.0], [2, 0, 1]),
}


def model() -> Model:
    made = jets_and_tracks()
    store_samples(made, batch_of(made, EVENTS), Session(made))
    return made


def test_the_same_bits_pass() -> None:
    report = model().check()
    assert report and report.passed and (report.entries, report.numerics) == (3, numerics())
    assert "mirror gives its 3 sample entries here: the same bits" in str(report)


def test_it_passes_through_a_file(tmp_path) -> None:
    model().save(tmp_path / "m.lading")
    assert lading.load(tmp_path / "m.lading").check().passed


@pytest.mark.parametrize(
    ("shift", "passed"), [(1e-7, True), (2.9e-6, True), (1e-3, False), (np.nan, False), (np.inf, False)]
)
def test_numbers_within_the_tolerance_pass(shift: float, passed: bool) -> None:
    made = model()
    made.tolerance = (1e-6, 1e-7)
    made.samples.outputs["out_jets"] = made.samples.outputs["out_jets"].astype(np.float64)
    made.samples.outputs["out_jets"][2, 0] += shift  # 3, and the largest number of the output is 7
    report = made.check()
    assert report.passed is passed and bool(report) is passed
    if not passed:
        assert "FAIL  out_jets: differs by" in str(report) and "most in item 2" in str(report)
        assert "does NOT give its samples" in str(report)


def test_nan_agrees_with_nan_only() -> None:
    made = model()
    made.samples.outputs["out_jets"] = np.nan_to_num(made.samples.outputs["out_jets"])
    assert not made.check()


def test_its_json_is_strict_json() -> None:
    made = model()
    made.samples.outputs["out_jets"] = np.zeros((5, 2), np.float32)
    found = json.loads(made.check().to_json(), parse_constant=lambda text: pytest.fail(text))
    assert found["passed"] is False and found["outputs"][0]["difference"] == "inf"


def test_a_model_without_self_test_has_not_passed() -> None:
    report = jets_and_tracks().check()
    assert not report and "mirror has no self-test (samples)" in str(report)


def test_half_precision_samples_are_fed() -> None:
    made = model()
    made.samples.inputs["jets", "eta"] = made.samples.inputs["jets", "eta"].astype(np.float16)
    assert made.check()


@pytest.mark.parametrize(("spoil", "told"), [
    (lambda s: s.inputs.pop(("jets", "pt")), "mirror: samples: 'in/jets/pt' is not there"),
    (lambda s: s.counts.pop("track"), "mirror: samples: 'counts/track' is not there"),
    (lambda s: s.outputs.update(nothing=np.zeros(3)), "output 'nothing' is not in model 'mirror'"),
    (lambda s: s.inputs.update({("jets", "pt"): np.zeros(2)}), "variable 'pt' of input 'jets': the shape is (2,)"),
    (lambda s: s.inputs.update({("tracks", "d0"): np.zeros(1)}), "variable 'd0' of input 'tracks': the shape is (1,)"),
    (lambda s: s.counts.update(track=np.array([1 << 62, 5, 1])), "variable 'd0' of input 'tracks': the shape is (3,)"),
    (lambda s: s.counts.update(track=np.array([4, -2, 1])), "axis 'track': "),
])  # fmt: skip
def test_broken_samples_are_refused(spoil, told: str) -> None:
    made = model()
    spoil(made.samples)
    with pytest.raises(lading.LadingError) as caught:
        made.check()
    assert str(caught.value).startswith(told)
