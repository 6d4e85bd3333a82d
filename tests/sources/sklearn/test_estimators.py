"""Networks, linear models, calibrated and combined classifiers, and every kind of step before them, give
scikit-learn's numbers: to 1e-12 of an output's scale in float64, and file and object are one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from table_models import cases, fitted
from test_agreement import assert_same

import lading
from lading.agreement.tables import compare_table, made_up_rows
from lading.bundle import to_buffers
from lading.evaluation import evaluator
from lading.model import Model
from lading.sources import sklearn as source

NAMES = list(cases())
CLOSE = {"float64": 1e-12, "float32": 1e-6}


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_those_of_the_library_and_file_and_object_are_one(name: str, tmp_path: Path) -> None:
    estimator, _ = fitted(name)
    model = source.from_object(estimator)
    agreement = compare_table(model, source.predictor(estimator), 200)
    offered = {output for output, method in (("margin", "decision_function"), ("score", "predict_proba"))
               if hasattr(estimator, method)} or {"score"}  # fmt: skip
    assert set(agreement.differences) == offered <= set(model.outputs)
    for output, size in agreement.differences.items():
        assert size <= CLOSE[model.outputs[output].type], str(agreement)
    skops.io.dump(estimator, tmp_path / "model.skops")
    assert_same(source.read(tmp_path / "model.skops"), model)


@pytest.mark.parametrize("name", ["columns", "steps normal", "calibrated LinearSVC isotonic four", "SVC rbf",
                                  "imputed behind indicator", "MLP float32", "encoded unknown"])  # fmt: skip
def test_a_converted_and_saved_bundle_and_the_evaluator_give_them_too(name: str, tmp_path: Path) -> None:
    estimator, _ = fitted(name)
    model = lading.convert(estimator)
    model.save(tmp_path / "bundle")
    loaded = lading.load(tmp_path / "bundle")
    assert loaded.check()
    rows = made_up_rows(model, source.predictor(estimator).columns, 50)
    raw = {given.name: tensors(given, rows) for given in model.input_list}
    ours, second = model.run(feed(model, rows)), evaluator(model)(raw) if not prepared(model) else None
    for output in model.outputs:
        np.testing.assert_array_equal(loaded.run(feed(model, rows))[output], ours[output])
        if second is not None:
            np.testing.assert_allclose(second[output], ours[output], rtol=1e-6, atol=1e-12)


def prepared(model: Model) -> bool:
    given = model.input_list[0]
    return any(v.prepare or v.missing or v.categories for v in given.variable_list)


def tensors(given: Any, rows: np.ndarray) -> np.ndarray:
    return rows.astype(given.type)


def feed(model: Model, rows: np.ndarray) -> Any:
    given = model.input_list[0]
    fed = [v.name for v in given.variable_list if v.source is None]
    return {given.name: dict(zip(fed, rows.T, strict=True)) if fed else rows}


def test_labels_are_the_classes_and_two_classes_have_one_margin() -> None:
    model = source.from_object(fitted("LogisticRegression  texts")[0])
    assert list(model.outputs["score"].labels) == ["background", "signal"]
    assert model.outputs["margin"].axes == ["entry"]
    assert model.record["origin"]["classes"] == ["background", "signal"]


def test_what_nobody_looks_at_is_left_out_and_said() -> None:
    estimator, table = fitted("columns dropped")
    model = lading.convert(estimator)
    given = model.inputs["features"]
    assert list(given.variables) == ["x0", "x3"]
    assert given.description.endswith("nothing looks at are left out: x1, x2")
    assert model.record["origin"]["columns that change nothing"] == ["x1", "x2"]
    score = model.run({"features": {"x0": table[:, 0], "x3": table[:, 3]}})["score"]
    np.testing.assert_allclose(score, estimator.predict(table), rtol=1e-12)
    with pytest.raises(lading.UnknownName, match="'x1' is not"):
        model.run({"features": {"x0": [1.0], "x1": [1.0], "x3": [1.0]}})


def test_a_variable_that_is_needed_twice_is_fed_once() -> None:
    estimator, table = fitted("imputed indicator")
    model = lading.convert(estimator)
    variables = model.inputs["features"].variables
    assert variables["x0_2"].source == "features.x0" and variables["x0_2"].missing is not None
    score = model.run({"features": dict(zip(["x0", "x1", "x2", "x3"], table.T, strict=True))})["score"]
    np.testing.assert_allclose(score, estimator.predict(table), rtol=1e-12)


def test_names_of_a_table_are_those_of_the_variables() -> None:
    import pandas
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from table_models import KINDS, TWO, X

    table = pandas.DataFrame({"pt": X[:, 0], "prongs": KINDS[:, 0].astype(int), "eta": X[:, 1]})
    steps = make_column_transformer((StandardScaler(), ["eta", "pt"]), (OneHotEncoder(), ["prongs"]))
    estimator = make_pipeline(steps, LogisticRegression()).fit(table, TWO)
    model = lading.convert(estimator)
    assert list(model.inputs["features"].variables) == ["pt", "prongs", "eta"]
    assert model.inputs["features"].variables["prongs"].categories == [0, 1, 2, 3, 4]
    assert "float64" in model.inputs["features"].type
    scores = model.run(table.assign(more=1.0))
    np.testing.assert_allclose(scores["score"], estimator.predict_proba(table), rtol=0, atol=1e-14)
    with pytest.raises(lading.ValueRefused, match="prongs"):
        model.run(table.assign(prongs=9))


def test_what_combines_estimators_keeps_the_names_of_a_table(tmp_path: Path) -> None:
    import pandas
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.ensemble import StackingClassifier, VotingClassifier
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.model_selection import GridSearchCV
    from sklearn.naive_bayes import GaussianNB
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from table_models import TWO, X

    names = ["pt", "eta", "phi"]
    table = pandas.DataFrame(X[:, :3], columns=names)
    parts = [("linear", make_pipeline(StandardScaler(), LogisticRegression())), ("bayes", GaussianNB())]
    for estimator in (
        GridSearchCV(parts[0][1], {"logisticregression__C": [0.1, 1.0]}, cv=2), VotingClassifier(parts, voting="soft"),
        StackingClassifier(parts, cv=2), TransformedTargetRegressor(Ridge(), transformer=StandardScaler()),
    ):  # fmt: skip
        model = lading.convert(estimator.fit(table, TWO))
        assert [each.name for each in model.inputs["features"].variable_list if not each.source] == names
        skops.io.dump(estimator, tmp_path / "model.skops")
        assert_same(source.read(tmp_path / "model.skops"), source.from_object(estimator))


def test_models_can_be_written_down(tmp_path: Path) -> None:
    for name in ("steps uniform", "Voting four"):
        assert to_buffers(source.from_object(fitted(name)[0]))
