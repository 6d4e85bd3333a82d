"""Writes the files of this folder: small forests as exporters write them, with what they put around them.

    pip install scikit-learn skl2onnx onnxmltools xgboost lightgbm catboost
    python tests/sources/onnx_trees/make.py
"""

from __future__ import annotations

from pathlib import Path

import catboost
import lightgbm
import numpy as np
import onnxmltools
import xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from skl2onnx import to_onnx
from sklearn import ensemble, linear_model, tree
from sklearn.datasets import make_classification
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Binarizer, Normalizer, StandardScaler

HERE = Path(__file__).parent
X, CLASS = make_classification(300, 6, n_informative=4, n_classes=3, random_state=1)
X = X.astype(np.float32)
IS_SIGNAL, TEXT, VALUE = (CLASS > 0).astype(int), np.array(["b", "c", "light"])[CLASS], X[:, 0] * 2 + CLASS
SMALL = {"n_estimators": 3, "max_depth": 3, "random_state": 1}
SCIKIT_LEARN = {
    "forest_map": (ensemble.RandomForestClassifier(**SMALL), CLASS, True),
    "forest_two": (ensemble.RandomForestClassifier(**SMALL), IS_SIGNAL, False),
    "texts_map": (tree.DecisionTreeClassifier(max_depth=3, random_state=1), TEXT, True),
    "labels_3_8": (tree.DecisionTreeClassifier(max_depth=3, random_state=1), IS_SIGNAL * 5 + 3, False),
    "boosting": (ensemble.GradientBoostingClassifier(**SMALL), CLASS, False),
    "boosting_two": (ensemble.GradientBoostingClassifier(**SMALL), IS_SIGNAL, False),
    "bagging": (ensemble.BaggingClassifier(n_estimators=2, random_state=1), IS_SIGNAL, False),
    "isolation": (ensemble.IsolationForest(n_estimators=2, random_state=1), CLASS, None),
    "pipeline": (make_pipeline(SimpleImputer(), StandardScaler(), ensemble.ExtraTreesClassifier(**SMALL)), CLASS, True),
    "linear": (make_pipeline(Normalizer(), Binarizer(), linear_model.LogisticRegression()), CLASS, True),
    "normalised": (make_pipeline(Normalizer("l1"), Normalizer("max"), linear_model.LinearRegression()), VALUE, None),
    "regression": (ensemble.RandomForestRegressor(**SMALL), VALUE, None),
}  # fmt: skip


def write(name: str, model) -> None:
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString())


def main() -> None:
    for name, (model, wanted, has_map) in SCIKIT_LEARN.items():
        model.fit(X, wanted)
        options = None if has_map is None else {id(model): {"zipmap": has_map}}
        write(f"sklearn_{name}", to_onnx(model, X[:1], options=options, target_opset={"": 18, "ai.onnx.ml": 3}))
    types = [("X", FloatTensorType([None, X.shape[1]]))]
    for name, wanted, kind in (("two", IS_SIGNAL, "Classifier"), ("three", CLASS, "Classifier"),
                               ("value", VALUE, "Regressor")):  # fmt: skip
        boosted = getattr(xgboost, f"XGB{kind}")(**SMALL).fit(X, wanted)
        write(f"xgboost_{name}", onnxmltools.convert_xgboost(boosted, initial_types=types))
        boosted = getattr(lightgbm, f"LGBM{kind}")(**SMALL, verbosity=-1).fit(X, wanted)
        write(f"lightgbm_{name}", onnxmltools.convert_lightgbm(boosted, initial_types=types))
        boosted = getattr(catboost, f"CatBoost{kind}")(iterations=3, depth=3, random_seed=1, verbose=0,
                                                       allow_writing_files=False).fit(X, wanted)  # fmt: skip
        boosted.save_model(str(HERE / f"catboost_{name}.onnx"), format="onnx")


if __name__ == "__main__":
    main()
