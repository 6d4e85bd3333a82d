"""Estimators of every kind that is read, with the events that they are fitted on."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import ensemble, tree

RANDOM = np.random.default_rng(5)
ROWS = 400

#: Events: half of the values lie on a grid of eighths, so that thresholds are shared and met exactly.
X = np.round(RANDOM.normal(size=(ROWS, 4)) * 8) / 8
X[RANDOM.random(X.shape) < 0.5] += 0.1 * RANDOM.normal()
WITH_NAN = np.where(RANDOM.random(X.shape) < 0.1, np.nan, X)
WEIGHTS = RANDOM.random(ROWS)
TARGET = 2 * X[:, 0] + np.sin(3 * X[:, 1]) + 0.1 * RANDOM.normal(size=ROWS)
TWO_TARGETS = np.stack([TARGET, 3 * X[:, 2]], axis=1)
TWO, FOUR = (TARGET > 0).astype(int), np.digitize(TARGET, [-1.5, 0, 1.5])
RARE = np.where(RANDOM.random(ROWS) < 0.05, "signal", "background")

#: Columns 1 and 3 are categories: multiples of 3 with gaps in column 1, 0 to 4 in column 3.
CATEGORIES = WITH_NAN.copy()
CATEGORIES[:, 1] = np.where(RANDOM.random(ROWS) < 0.1, np.nan, 3.0 * RANDOM.integers(0, 12, ROWS))
CATEGORIES[:, 3] = RANDOM.integers(0, 5, ROWS)
BY_CATEGORY = TARGET + np.nan_to_num(CATEGORIES[:, 1]) % 2 * 2 - CATEGORIES[:, 3] % 3

CLASSES = {"two": TWO, "four": FOUR}
TARGETS = {"one": TARGET, "several": TWO_TARGETS}
DEPTH: dict[str, Any] = {"max_depth": 5, "random_state": 1}


def cases() -> dict[str, tuple[Any, tuple[Any, ...], Any]]:
    """Unfitted estimators by name, with (events, target) and the weights of entries."""
    made: dict[str, tuple[Any, tuple[Any, ...], Any]] = {}
    for kind in ("DecisionTree", "ExtraTree", "RandomForest", "ExtraTrees"):
        room, size = (tree, {}) if kind in ("DecisionTree", "ExtraTree") else (ensemble, {"n_estimators": 12})
        for task, targets in (("Classifier", CLASSES), ("Regressor", TARGETS)):
            for name, target in targets.items():
                estimator = getattr(room, kind + task)
                made[f"{kind}{task} {name}"] = estimator(**DEPTH, **size), (X, target), WEIGHTS
                made[f"{kind}{task} {name} nan"] = estimator(**DEPTH, **size), (WITH_NAN, target), None
    return made | _boosted() | _histograms() | _others()


def _boosted() -> dict[str, Any]:
    made: dict[str, Any] = {}
    classifier, regressor = ensemble.GradientBoostingClassifier, ensemble.GradientBoostingRegressor
    for init in (None, "zero"):
        for loss in ("log_loss", "exponential"):
            estimator = classifier(n_estimators=12, loss=loss, init=init, random_state=1)
            made[f"GradientBoosting {loss} {init}"] = estimator, (X, TWO), WEIGHTS
        four = classifier(n_estimators=9, init=init, random_state=1)
        regression = regressor(n_estimators=12, init=init, random_state=1)
        made[f"GradientBoosting four {init}"] = four, (X, FOUR), WEIGHTS
        made[f"GradientBoosting regression {init}"] = regression, (X, TARGET), WEIGHTS
    made["GradientBoosting rare"] = classifier(n_estimators=12, random_state=1), (X, RARE), None
    for loss in ("absolute_error", "huber", "quantile"):
        made[f"GradientBoosting {loss}"] = regressor(n_estimators=12, loss=loss, random_state=1), (X, TARGET), WEIGHTS
    return made


def _histograms() -> dict[str, Any]:
    made: dict[str, Any] = {}
    classifier, regressor = ensemble.HistGradientBoostingClassifier, ensemble.HistGradientBoostingRegressor
    small: dict[str, Any] = {"max_iter": 12, "max_leaf_nodes": 9, "min_samples_leaf": 5}
    for name, classes in CLASSES.items():
        by_category = np.digitize(BY_CATEGORY, [0] if name == "two" else [-2, 0, 2])
        made[f"Hist {name}"] = classifier(**small), (WITH_NAN, classes), WEIGHTS
        made[f"Hist {name} categories"] = (classifier(**small, categorical_features=[1, 3]), (CATEGORIES, by_category),
                                           None)
    for loss in ("squared_error", "absolute_error", "poisson", "gamma"):
        made[f"Hist {loss}"] = regressor(**small, loss=loss), (WITH_NAN, np.exp(TARGET / 3)), WEIGHTS
    made["Hist quantile categories"] = (regressor(**small, loss="quantile", quantile=0.7, categorical_features=[1, 3]),
                                        (CATEGORIES, BY_CATEGORY), WEIGHTS)
    return made


def _others() -> dict[str, Any]:
    made: dict[str, Any] = {}
    shallow, regressor = tree.DecisionTreeClassifier(max_depth=3), tree.DecisionTreeRegressor(max_depth=4)
    for name, classes in CLASSES.items():
        made[f"AdaBoost {name}"] = ensemble.AdaBoostClassifier(shallow, n_estimators=12), (X, classes), WEIGHTS
        for part, samples in ((1.0, 1.0), (0.5, 5)):  # five entries: some trees never see some class
            bag = ensemble.BaggingClassifier(shallow, 12, max_features=part, max_samples=samples, random_state=2)
            made[f"Bagging {name} {part}"] = bag, (X, classes), None
    for name, target in TARGETS.items():
        for part in (1.0, 0.5):
            bag = ensemble.BaggingRegressor(regressor, 12, max_features=part, random_state=2)
            made[f"BaggingRegressor {name} {part}"] = bag, (WITH_NAN, target), None
    median = ensemble.AdaBoostRegressor(regressor, n_estimators=12, random_state=1)
    made["AdaBoostRegressor"] = median, (X, TARGET), WEIGHTS
    equal = ensemble.AdaBoostRegressor(tree.DecisionTreeRegressor(max_depth=1), n_estimators=12, random_state=1)
    made["AdaBoostRegressor equal predictions"] = equal, (np.round(X), np.round(TARGET)), None
    for part in (1.0, 0.5):
        forest = ensemble.IsolationForest(n_estimators=12, max_features=part, random_state=2)
        made[f"IsolationForest {part}"] = forest, (WITH_NAN,), None
    return made


def fitted(name: str) -> Any:
    """One of the cases, fitted."""
    estimator, given, weights = cases()[name]
    return estimator.fit(*given) if weights is None else estimator.fit(*given, sample_weight=weights)
