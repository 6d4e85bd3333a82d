"""The runner of the ONNX backend suite tells right from wrong from refused from crashed."""

from __future__ import annotations

import os
import time

import backend_suite as suite
import numpy as np
import pytest


@pytest.fixture(scope="module")
def few():
    """Some cases of operators that everybody has."""
    return [case for case in suite.load() if case.is_core and case.name.startswith(("test_relu", "test_add"))]


def test_a_right_engine_passes(few):
    assert suite.counts(suite.run(few, suite.numpy_engine))["pass"] == len(few) > 3


def test_an_engine_wrong_by_one_percent_is_wrong(few):
    def engine(model, feeds):
        outputs = suite.numpy_engine(model, feeds)
        return {name: value * value.dtype.type(1.01) for name, value in outputs.items()}

    floating = [case for case in few if case.category == "float32"]
    verdicts = suite.run(floating, engine)
    assert {each.verdict for each in verdicts} == {"wrong"}
    assert "values differ" in str(verdicts[0])


@pytest.mark.parametrize(("change", "why"), [
    (lambda value: value.astype(np.float64), "is float64"), (lambda value: value[None], r"is float32 (1, ")])
def test_a_wrong_type_or_shape_is_wrong(few, change, why):
    def engine(model, feeds):
        return {name: change(value) for name, value in suite.numpy_engine(model, feeds).items()}

    (case,) = [case for case in few if case.name == "test_relu"]
    assert why in suite.judge(case, engine)[1]


def test_an_error_is_a_refusal(few):
    def engine(model, feeds):
        raise ValueError("not today")

    verdicts = suite.run(few, engine)
    assert {(each.verdict, each.why) for each in verdicts} == {("refused", "ValueError: not today")}


def test_a_crash_is_one_verdict_and_the_run_goes_on(few):
    def engine(model, feeds):
        if len(feeds) == 1:  # Relu
            os._exit(7)
        return suite.numpy_engine(model, feeds)

    for each in suite.run(few, engine, isolated=True):
        is_relu = len(each.case.data[0][0]) == 1
        assert (each.verdict, each.why) == (("crashed", "exit code 7") if is_relu else ("pass", ""))


def test_a_hang_is_a_crash(few):
    verdicts = suite.run(few[:1], lambda model, feeds: time.sleep(60), isolated=True, seconds=0.2)
    assert [(each.verdict, each.why) for each in verdicts] == [("crashed", "no answer within 0.2 s")]


def test_categories():
    categories = {case.name: case.category for case in suite.load()}
    assert categories["test_matmul_2d"] == "float32"
    assert categories["test_if"] == "control flow"
    assert categories["test_and2d"] == "bool"
    assert categories["test_max_int64"] == "int32/int64"
    assert categories["test_max_float16"] == "float16"
    assert categories["test_cast_FLOAT_to_BFLOAT16"] == "bf16, fp8, sub-byte"
    assert sum(category in suite.CORE for category in categories.values()) > 1400
