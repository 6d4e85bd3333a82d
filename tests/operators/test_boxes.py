"""NonMaxSuppression against the evaluator, onnx.reference and ONNX Runtime."""

from __future__ import annotations

import numpy as np
import oracles
import pytest
from instruction_sets import bits_on, every_instruction_set
from one_node import run_node, same

from lading.errors import LadingError

F, I = np.float32, np.int64  # noqa: E741


def drawn(rng: np.random.Generator) -> tuple[list[np.ndarray | None], dict]:
    """Boxes on a coarse grid, so that many overlap by simple fractions and many scores are equal."""
    entries, boxes, classes = (int(n) for n in rng.integers([1, 0, 1], [4, 20, 4]))
    centred = int(rng.integers(0, 2))
    corners = rng.integers(0, 9, (entries, boxes, 4)).astype(F) / F(rng.choice([1, 3, 10]))
    scores = rng.integers(-3, 9, (entries, classes, boxes)).astype(F) / F(8)
    most = I(rng.choice([0, 1, 3, 100, -1])) if rng.random() < 0.9 else None
    overlap = F(rng.choice([0, 0.2, 0.3, 0.5, 0.7, 1])) if rng.random() < 0.9 else None
    least = F(rng.choice([-1, 0, 0.5])) if rng.random() < 0.7 else None
    inputs = [corners, scores, *(None if x is None else x.reshape(1) for x in (most, overlap, least))]
    while inputs[-1] is None:
        inputs.pop()
    return inputs, {"center_point_box": centred}


@pytest.mark.parametrize("seed", range(100))
def test_beside_the_evaluator(seed):
    inputs, attributes = drawn(np.random.default_rng(seed))
    with np.errstate(all="ignore"):
        expected = oracles.evaluate.OPERATORS["NonMaxSuppression"](*inputs, **attributes)
    same(run_node("NonMaxSuppression", inputs, **attributes)[0], expected)


def test_beside_onnx_runtime():
    judged = 0
    for seed in range(200, 300):
        inputs, attributes = drawn(np.random.default_rng(seed))
        expected = oracles.by_onnx_runtime("NonMaxSuppression", inputs, **attributes)
        if expected is not None:
            same(run_node("NonMaxSuppression", inputs, **attributes)[0], expected[0])
            judged += 1
    assert judged > 80


def test_a_box_that_overlaps_by_just_as_much_stays():
    """In float32, seven tenths are the threshold 0.7; of the numbers themselves they would be more."""
    boxes, scores = F([[[0, 0, 10, 1], [0, 0, 7, 1]]]), F([[[1, 0.5]]])
    for overlap, kept in ((0.7, 2), (0.699, 1)):
        inputs = [boxes, scores, I([9]), F([overlap])]
        found = run_node("NonMaxSuppression", inputs)[0]
        assert len(found) == kept
        same(found, oracles.by_onnx_runtime("NonMaxSuppression", inputs)[0])


def test_what_is_no_number_is_not_taken_and_not_in_the_way():
    corner = [0.0, 0.0, 1.0, 1.0]
    boxes = F([[corner, [np.nan, 0, 1, 1], [0, 0, np.inf, np.inf], corner, corner, [-np.inf, 0, np.inf, 1]]])
    scores = F([[[np.nan, 0.9, 0.8, 0.7, 0.6, np.inf]]])
    for least in (None, F([-np.inf])):
        inputs = [boxes, scores, I([9]), F([0.5]), least]
        same(run_node("NonMaxSuppression", inputs)[0], I([[0, 0, 5], [0, 0, 1], [0, 0, 2], [0, 0, 3]]))


def test_equal_scores_are_taken_in_the_order_of_boxes():
    boxes = np.zeros((1, 5, 4), F)
    boxes[0, :, :] = np.arange(5)[:, None] + F([0, 0, 1, 1])
    found = run_node("NonMaxSuppression", [boxes, F([[[0.0, -0.0, 1, -0.0, 1]]]), I([4])])[0]
    same(found[:, 2], I([2, 4, 0, 1]))


@pytest.mark.parametrize("boxes, classes, most", [(0, 2, 5), (3, 0, 5), (3, 2, 0), (3, 2, -5)])
def test_nothing_to_take(boxes, classes, most):
    found = run_node("NonMaxSuppression", [np.ones((2, boxes, 4), F), np.ones((2, classes, boxes), F), I([most])])
    same(found[0], np.zeros((0, 3), I))


def test_how_many_may_be_taken_may_be_computed():
    """A number that the graph finds; and one beyond all bounds takes no more memory than there are boxes."""
    rng = np.random.default_rng(3)
    boxes, scores = rng.random((1, 50, 4)).astype(F), rng.random((1, 2, 50)).astype(F)
    for most in (1, 2**62):
        inputs = [boxes, scores, I([most]), F([0.3])]
        once = run_node("NonMaxSuppression", inputs)[0]
        same(run_node("NonMaxSuppression", inputs, 1, [2, 3])[0], once)
        same(once, oracles.by_onnx_runtime("NonMaxSuppression", [boxes, scores, I([min(most, 50)]), F([0.3])])[0])


B, S = np.ones((2, 3, 4), F), np.ones((2, 1, 3), F)
REFUSED = [
    ([B, S[:1]], {}, r"boxes of shape \[2, 3, 4\] and scores of shape \[1, 1, 3\] do not fit"),
    ([B[..., :3], S], {}, r"boxes must be \[entry, box, 4\]"),
    ([B[:, :2], S], {}, "do not fit"),
    ([B[0], S], {}, "input 0 must have 3 axes"),
    ([B.astype(np.float64), S], {}, "input 0 is float64; it must be float32"),
    ([B, S, np.int32([1])], {}, "input 2 is int32"),
    ([B, S, I([1, 2])], {}, "input 2 must be one number"),
    ([B, S, I([1]), F([1.5])], {}, r"the overlap \(input 3\) is 1.5\d+; it must be from 0 to 1"),
    ([B, S, I([1]), F([np.nan])], {}, "nan; it must be from 0 to 1"),
    ([B, S, I([1]), F([0.5]), F([np.nan])], {}, r"the threshold of scores \(input 4\) is no number"),
    ([B, S], {"center_point_box": 2}, "'center_point_box' is 2; it must be 0 for corners or 1 for centres"),
]


@pytest.mark.parametrize("inputs, attributes, why", REFUSED)
def test_nonsense_is_refused(inputs, attributes, why):
    for constants in ((), range(len(inputs))):
        with pytest.raises(LadingError, match=why) as refusal:
            run_node("NonMaxSuppression", inputs, 1, constants, **attributes)
        assert "'n' (NonMaxSuppression)" in str(refusal.value)


def digest() -> bytes:
    found = b""
    for seed in range(60):
        inputs, attributes = drawn(np.random.default_rng(seed))
        found += run_node("NonMaxSuppression", inputs, **attributes)[0].tobytes()
    return found


@every_instruction_set
def test_every_instruction_set_gives_the_same_bits(isa):
    assert bits_on(isa, "test_boxes", "digest()") == digest()
