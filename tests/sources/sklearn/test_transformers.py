"""Transformers without an estimator behind them: the output is the table that scikit-learn's transform gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn import compose, decomposition, feature_selection, impute, preprocessing
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn_models import FOUR, TARGET, TWO, WITH_NAN, X
from table_models import KINDS

import lading

POSITIVE = np.abs(X) + 0.1
STANDARD = preprocessing.StandardScaler

CASES: dict[str, tuple[Any, np.ndarray]] = {
    "standard": (STANDARD(), WITH_NAN), "no mean": (STANDARD(with_mean=False), X),
    "nothing": (STANDARD(with_mean=False, with_std=False), X),
    "range": (preprocessing.MinMaxScaler((-1, 1), clip=True), WITH_NAN),
    "robust": (preprocessing.RobustScaler(), WITH_NAN), "largest": (preprocessing.MaxAbsScaler(), WITH_NAN),
    "quantiles": (preprocessing.QuantileTransformer(n_quantiles=50), WITH_NAN),
    "normal": (preprocessing.QuantileTransformer(n_quantiles=50, output_distribution="normal"), WITH_NAN),
    "Yeo-Johnson": (preprocessing.PowerTransformer(), WITH_NAN),
    "Box-Cox": (preprocessing.PowerTransformer("box-cox"), POSITIVE),
    "norms": (preprocessing.Normalizer(), X), "above": (preprocessing.Binarizer(threshold=0.5), X),
    "bins": (preprocessing.KBinsDiscretizer(4), X),
    "number of the bin": (preprocessing.KBinsDiscretizer(4, encode="ordinal"), X),
    "products": (preprocessing.PolynomialFeatures(), X),
    "function": (preprocessing.FunctionTransformer(np.log1p, feature_names_out="one-to-one"), POSITIVE),
    "PCA": (decomposition.PCA(2), X), "white": (decomposition.PCA(whiten=True), X),
    "PCA of a pandas table": (decomposition.PCA(2).set_output(transform="pandas"), X),
    "PCA in parts": (decomposition.IncrementalPCA(2), X), "SVD": (decomposition.TruncatedSVD(2), X),
    "ICA": (decomposition.FastICA(2, random_state=1), X),
    "mean": (impute.SimpleImputer(), WITH_NAN), "number": (impute.SimpleImputer(strategy="constant"), WITH_NAN),
    "with flags": (impute.SimpleImputer(strategy="median", add_indicator=True), WITH_NAN),
    "flags": (impute.MissingIndicator(features="all"), WITH_NAN),
    "one-hot": (preprocessing.OneHotEncoder(), KINDS),
    "one-hot, unknown taken": (preprocessing.OneHotEncoder(handle_unknown="ignore"), KINDS),
    "one-hot, first dropped": (preprocessing.OneHotEncoder(drop="first", sparse_output=False), KINDS),
    "numbered": (preprocessing.OrdinalEncoder(), KINDS),
    "targets": (preprocessing.TargetEncoder(random_state=1), KINDS),
    "variance": (feature_selection.VarianceThreshold(0.1), X), "best": (feature_selection.SelectKBest(k=2), X),
    "steps": (make_pipeline(impute.SimpleImputer(), STANDARD(), decomposition.PCA(3), "passthrough"), WITH_NAN),
    "side by side": (FeatureUnion([("a", STANDARD()), ("b", decomposition.PCA(1))]), X),
    "by columns": (compose.ColumnTransformer([("s", STANDARD(), [2, 0]), ("q", preprocessing.MinMaxScaler(), [1])],
                                             remainder="passthrough"), X),
}  # fmt: skip


def frame(rows: np.ndarray) -> Any:
    pandas = pytest.importorskip("pandas", reason="names come with tables")
    return pandas.DataFrame(rows, columns=["pt", "eta", "phi", "mass"][: rows.shape[1]])


def dense(found: Any) -> np.ndarray:
    return np.asarray(found.toarray() if hasattr(found, "toarray") else found, np.float64)


@pytest.mark.parametrize("name", CASES)
def test_a_transformer_alone_gives_its_table_under_its_names(name: str, tmp_path: Path) -> None:
    transformer, rows = CASES[name]
    table = frame(rows)
    transformer.fit(table, TWO[: len(rows)])
    model = lading.convert(transformer)
    found, expected = model.run(table)["transformed"], dense(transformer.transform(table))
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-14 * np.nanmax(np.abs(expected)))
    assert list(model.outputs["transformed"].labels) == list(transformer.get_feature_names_out())
    skops.io.dump(transformer, tmp_path / "it.skops")
    same = lading.convert(tmp_path / "it.skops")
    assert same.outputs["transformed"].axes == ["entry", expected.shape[1]]  # a file does not say the names
    np.testing.assert_array_equal(same.run(table)["transformed"], found)


@pytest.mark.parametrize("name", ["standard", "PCA", "best", "by columns"])
def test_so_it_does_without_names(name: str) -> None:
    transformer, rows = CASES[name]
    model = lading.convert(transformer.fit(rows, TWO))
    given = model.input_list[0]
    fed = {each: rows[:, int(each[1:])] for each in given.variables} or rows
    np.testing.assert_allclose(model.run({"features": fed})["transformed"], transformer.transform(rows), atol=1e-13)


@pytest.mark.parametrize("target", [TWO, TARGET, FOUR], ids=["two", "a number", "four"])
def test_a_target_encoder_gives_unknown_categories_the_mean(target: np.ndarray) -> None:
    encoder = preprocessing.TargetEncoder(random_state=1).fit(frame(KINDS), target)
    rows = KINDS.copy()
    rows[::7, 0] = 77
    found = lading.convert(encoder).run(frame(rows))["transformed"]
    np.testing.assert_array_equal(found, encoder.transform(frame(rows)))


def test_what_makes_nothing_of_its_columns_is_refused() -> None:
    with pytest.raises(lading.UnsupportedError, match="no column is left behind the MissingIndicator"):
        lading.convert(impute.MissingIndicator().fit(X))
