"""Makes the files of old versions beside this file, and the numbers that those versions gave.

    python -m venv old && old/bin/pip install scikit-learn==1.3.2 numpy==1.26.4 scipy==1.11.4 skops==0.9.0
    old/bin/python make.py

Version 1.3 is the last whose classifiers hold sums of weights, and whose gradient boosting has losses of its own.
"""

import warnings
import zipfile
from pathlib import Path

import numpy as np
import skops.io
from sklearn import ensemble, tree

HERE = Path(__file__).parent
RANDOM = np.random.default_rng(0)
X = np.round(RANDOM.normal(size=(200, 3)) * 8) / 8
TARGET = 2 * X[:, 0] + np.sin(3 * X[:, 1]) + 0.1 * RANDOM.normal(size=200)
TWO, THREE, WEIGHTS = (TARGET > 0).astype(int), np.digitize(TARGET, [-1, 1]), RANDOM.random(200)
CATEGORIES = X.copy()
CATEGORIES[:, 1] = RANDOM.integers(0, 12, 200)

BOOST, HIST = ensemble.GradientBoostingClassifier, ensemble.HistGradientBoostingClassifier
ADA, STUMP = ensemble.AdaBoostClassifier, tree.DecisionTreeClassifier(max_depth=2)
MODELS = {
    "tree": (tree.DecisionTreeClassifier(max_depth=4), X, THREE),
    "forest": (ensemble.RandomForestClassifier(4, max_depth=3, random_state=1), X, THREE),
    "boosting_two": (BOOST(n_estimators=2, max_depth=2), X, TWO),
    "boosting_exponential": (BOOST(n_estimators=2, max_depth=2, loss="exponential"), X, TWO),
    "boosting_three": (BOOST(n_estimators=1, max_depth=2), X, THREE),
    "adaboost_graded_two": (ADA(STUMP, n_estimators=4, algorithm="SAMME.R", random_state=1), X, TWO),
    "adaboost_graded_three": (ADA(STUMP, n_estimators=4, algorithm="SAMME.R", random_state=1), X, THREE),
    "histogram": (HIST(max_iter=3, max_leaf_nodes=6, categorical_features=[1]), CATEGORIES,
                  (TWO + CATEGORIES[:, 1].astype(int)) % 2),
}  # fmt: skip


def main() -> None:
    rows = np.concatenate([X, RANDOM.normal(size=(100, 3)) * 2]).astype(np.float32)
    rows[::2, 1] = RANDOM.integers(-1, 14, len(rows[::2]))
    numbers = {"rows": rows}
    for name, (model, events, classes) in MODELS.items():
        model.fit(events, classes, sample_weight=WEIGHTS)
        score = model.predict_proba(rows)
        if hasattr(model, "decision_function"):
            numbers[f"{name}.margin"] = model.decision_function(rows)
            score = score if numbers[f"{name}.margin"].ndim > 1 else score[:, 1]
        numbers[f"{name}.score"] = score
        skops.io.dump(model, HERE / f"{name}.skops", compression=zipfile.ZIP_DEFLATED, compresslevel=9)
    np.savez_compressed(HERE / "numbers.npz", **numbers)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
