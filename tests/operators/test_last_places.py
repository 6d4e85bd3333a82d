"""The engine against ONNX's reference in double precision, to a few last places: the rule of last_places.py.

After a change of an operator's numbers: python tests/operators/last_places.py
"""

from __future__ import annotations

from collections import Counter

import backend_suite as suite
import last_places
import numpy as np
import pytest


def beyond(errors: list[last_places.Error]) -> list[str]:
    return [str(each) for each in errors if each.places > each.limit]


def cases(*names: str) -> list[suite.Case]:
    return [case for case in suite.load() if case.name in names]


def test_every_case_is_right_to_the_last_places() -> None:
    errors = last_places.errors_of_all()
    assert beyond(errors) == []
    compared = Counter(each.type for each in {error.case.name + error.type: error for error in errors}.values())
    assert compared["float32"] > 1150 and compared["float64"] > 1150 and compared["integers"] > 250
    text = last_places.TABLE.read_text(encoding="utf-8")
    assert text == last_places.table(errors), "stale: run python tests/operators/last_places.py"


@pytest.mark.full
def test_so_are_slow_cases_and_doubles_through_the_reader() -> None:
    errors = last_places.errors_of_all(full=True)
    assert beyond(errors) == []
    assert {each.case.name for each in errors} > set(last_places.SLOW)
    assert sum((each.way, each.type) == ("reader", "float64") for each in errors) > 1100


@pytest.mark.parametrize("names", last_places.EXCEPTIONS)
def test_exceptions_are_needed(names: dict[str, str]) -> None:
    for name in names:
        some = [case for case in suite.load() if case.name.startswith(name)]
        assert any(beyond(last_places.Judge(case, exceptions=False).errors()) for case in some), name


@pytest.mark.parametrize("name", last_places.LEFT_OUT)
def test_what_is_left_out_cannot_be_judged(name: str) -> None:
    (case,) = cases(name)
    try:
        errors = last_places.Judge(case).errors()
    except RuntimeError as error:
        assert "No registered implementation" in str(error)
    else:
        assert beyond(errors)


def test_an_error_of_a_millionth_is_found(monkeypatch) -> None:
    names = ("test_exp", "test_sqrt", "test_softmax_axis_1", "test_matmul_4d", "test_lstm_defaults", "test_Conv2d",
             "test_layer_normalization_4d_axis1", "test_attention_4d", "test_averagepool_2d_default")  # fmt: skip
    right = suite.compiled_engine

    def wrong(model: suite.SuiteModel, feeds: suite.Tensors) -> suite.Tensors:
        return {name: value * value.dtype.type(1 + 1e-6) for name, value in right(model, feeds).items()}

    monkeypatch.setattr(suite, "compiled_engine", wrong)
    found = cases(*names)
    assert len(found) == len(names)
    for case in found:
        errors = last_places.Judge(case).errors()
        assert len(beyond(errors)) == len(errors) == 3, case.name


@pytest.mark.parametrize("type_", ["float32", "float64"])
def test_units_in_the_last_place(type_: str) -> None:
    one = np.ones(3, type_)
    exact, step = np.ones(3), np.spacing(one[0])
    found = one + step * np.array([0, 1, -0.5], type_)
    assert last_places.last_places(found, exact, exact, type_) == 1
    assert last_places.last_places(found, exact, 4 * exact, type_) == 0.25
    assert last_places.last_places(found, exact, np.zeros(3), type_) > 1e30
    assert last_places.last_places(np.array([np.nan], type_), np.ones(1), np.ones(1), type_) == np.inf
    assert last_places.last_places(np.array([np.inf], type_), np.array([np.inf]), np.ones(1), type_) == 0
    assert last_places.last_places(np.array([1, 2]), np.array([1, 3]), 0.0, type_) == np.inf
    assert last_places.last_places(one, exact[:2], exact, type_) == np.inf
