"""Makes old_tables.npz beside this file: models of scikit-learn 1.3 that are no forests, and their numbers.

    python -m venv old && old/bin/pip install scikit-learn==1.3.2 numpy==1.26.4 scipy==1.11.4 skops==0.9.0
    old/bin/python make_tables.py

Version 1.3 has LogisticRegression(multi_class=...), ColumnTransformer whose remainder is a text, and scalers that
compute float32 columns in float64.
"""

import io
import warnings
import zipfile
from pathlib import Path

import numpy as np
import skops.io
from sklearn import compose, decomposition, impute, linear_model, neural_network, preprocessing
from sklearn.pipeline import make_pipeline as pipe

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(150, 4))
TARGET = X[:, 0] + X[:, 1] ** 2
TWO, FOUR = (TARGET > 1).astype(int), np.digitize(TARGET, [0, 1, 2])
GAPS = np.where(RANDOM.random(X.shape) < 0.1, np.nan, X)
MIXED = np.column_stack([X[:, :2], np.round(X[:, 2]), X[:, 3]])

Logistic, Scaler, Ridge = linear_model.LogisticRegression, preprocessing.StandardScaler, linear_model.Ridge
COLUMNS = compose.make_column_transformer(
    (Scaler(), [0, 1]), (preprocessing.OneHotEncoder(handle_unknown="ignore"), [2]),
    remainder="passthrough")  # fmt: skip
QUANTILES = preprocessing.QuantileTransformer(n_quantiles=20, output_distribution="normal")
MODELS = {
    "network": (neural_network.MLPClassifier((3,), max_iter=20, random_state=1), X, FOUR),
    "columns": (pipe(COLUMNS, Logistic()), MIXED, FOUR),
    "multinomial": (Logistic(multi_class="multinomial"), X, TWO),
    "one against rest": (Logistic(multi_class="ovr"), X, FOUR),
    "bins": (pipe(preprocessing.KBinsDiscretizer(4), Ridge()), X, TARGET),
    "quantiles": (pipe(QUANTILES, Ridge()), X, TARGET),
    "power": (pipe(preprocessing.PowerTransformer(), Ridge()), X, TARGET),
    "imputed": (pipe(impute.SimpleImputer(add_indicator=True), Ridge()), GAPS, TARGET),
    "components": (pipe(decomposition.PCA(2, whiten=True), Ridge()), X, TARGET),
    "single": (pipe(Scaler(), linear_model.LinearRegression()), X.astype(np.float32), TARGET.astype(np.float32)),
}  # fmt: skip


def main() -> None:
    numbers = {}
    for name, (model, table, target) in MODELS.items():
        model.fit(table, target)
        file = io.BytesIO(skops.io.dumps(model, compression=zipfile.ZIP_DEFLATED, compresslevel=9))
        numbers[f"{name}/file"] = np.frombuffer(file.getvalue(), np.uint8)
        numbers[f"{name}/rows"] = table[:12]
        for output, method in (("margin", "decision_function"), ("score", "predict_proba"), ("score", "predict")):
            if hasattr(model, method) and not (method == "predict" and hasattr(model, "predict_proba")):
                numbers[f"{name}/{output}"] = getattr(model, method)(table[:12])
    np.savez(Path(__file__).parent / "old_tables.npz", **numbers)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
