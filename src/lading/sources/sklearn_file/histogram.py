"""HistGradientBoosting: float64 rows, categories, missing directions; leaves hold what is added."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import UnsupportedError
from ...trees import grow
from ...trees.forest import MISSING_LEFT, NEGATIVE_IS_NONE, Tree
from .ensemble import Ensemble, feature_names, features_of, labels_of
from .state import State
from .trees import RULES, classes_of

#: Losses whose prediction is the exponential of the margin.
LOG_LOSSES = ("poisson", "gamma")


def histogram_classifier(estimator: State) -> Ensemble:
    """Margins are decision_function; for two classes one number, whose logistic is P(second class)."""
    classes = classes_of(estimator)
    many = len(classes) > 2
    made = _ensemble(estimator, "softmax" if many else "logistic", labels_of(classes) if many else [])
    made.description = "predict_proba" if many else f"predict_proba of the class {classes[-1]}"
    made.about["classes"] = classes
    return made


def histogram_regressor(estimator: State) -> Ensemble:
    """The margin, or for Poisson and gamma its exponential, is the prediction."""
    return _ensemble(estimator, "exp" if estimator["loss"] in LOG_LOSSES else "identity", [])


def _ensemble(estimator: State, link: str, labels: list[str]) -> Ensemble:
    base = np.array(estimator["_baseline_prediction"], np.float64).reshape(-1)
    columns = _Columns(estimator)
    grown = []
    for stage in estimator["_predictors"]:
        if not isinstance(stage, list) or len(stage) != len(base):
            raise estimator.damaged(f"a stage does not hold {len(base)} trees")
        for output, predictor in enumerate(stage):
            grown.append(_tree(estimator.of_state(predictor, "_predictors"), columns, output))
    if len(base) != max(len(labels), 1):
        raise estimator.damaged(f"it has {len(base)} outputs for {len(labels)} classes")
    forest = grow(grown, columns.features, estimator.where, base=base, link=link, labels=labels,
                  feature_names=feature_names(estimator), **RULES | {"input_type": "float64"})  # fmt: skip
    if len(base) > 1:
        forest.tree_output = np.array([tree.output for tree in grown], np.int32)
    return Ensemble(forest, "predict", categories=columns.codes)


class _Columns:
    """Which column of the rows each column of the trees is, and the categories of some."""

    def __init__(self, estimator: State):
        self._estimator, self.features = estimator, features_of(estimator)
        mask = estimator.get("is_categorical_")
        categorical = np.zeros(self.features, bool) if mask is None else estimator.array("is_categorical_", 1, "b")
        if len(categorical) != self.features:
            raise estimator.damaged(f"'is_categorical_' has {len(categorical)} items for {self.features} features")
        self.original = np.arange(self.features)
        self.codes: dict[int, list[int]] = {}  # by column of the rows, where an encoder numbers the categories
        encoder = _encoder(estimator)
        if encoder is not None:  # since 1.4 it puts columns of categories first
            self.original = np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])
            names = [_whole(estimator, each) for each in _lists(estimator, encoder)]
            self.codes = dict(zip(np.flatnonzero(categorical).tolist(), names, strict=True))
        self._known: dict[int, np.ndarray] = {}

    def known(self, column: int) -> np.ndarray:
        """The categories, as the trees number them, that were seen in a column of the trees."""
        if column not in self._known:
            mapper = self._estimator.state("_bin_mapper")
            thresholds = mapper["bin_thresholds_"]
            self._known[column] = np.asarray(thresholds[column], np.float64).astype(np.int64)
        return self._known[column]


def _encoder(estimator: State) -> State | None:
    """The OrdinalEncoder of the columns of categories."""
    preprocessor = estimator.get("_preprocessor")
    if not isinstance(preprocessor, State):
        return None
    for name, transformer, *_ in preprocessor["transformers_"]:
        if name == "encoder":
            return estimator.of_state(transformer, "_preprocessor")
    raise estimator.damaged("its preprocessor has no encoder")


def _lists(estimator: State, encoder: State) -> list[np.ndarray]:
    each = encoder["categories_"]
    if not isinstance(each, list) or not all(isinstance(one, np.ndarray) and one.ndim == 1 for one in each):
        raise estimator.damaged("its encoder does not hold lists of categories")
    return each


def _whole(estimator: State, categories: np.ndarray) -> list[int]:
    """Categories as whole numbers; NaN, which stands last, is missing and none of them."""
    numbers = []
    for each in categories.tolist():
        if (isinstance(each, float) and np.isnan(each)) or each is None:
            continue
        if isinstance(each, str) or not float(each).is_integer():
            raise UnsupportedError(
                f"{estimator.where}: {each!r} is a category of the {estimator.kind}; a bundle "
                "takes numbers only, so number the categories (OrdinalEncoder) before fitting"
            )
        numbers.append(int(each))
    return numbers


def _tree(predictor: State, columns: _Columns, output: int) -> Tree:
    nodes = predictor.array("nodes", 1, "V")
    leaf = nodes["is_leaf"] != 0
    left, right = (np.where(leaf, -1, nodes[side].astype(np.int64)) for side in ("left", "right"))
    feature = nodes["feature_idx"].astype(np.int64)
    if ((feature[~leaf] < 0) | (feature[~leaf] >= columns.features)).any():
        raise predictor.damaged(f"a node looks at a column beyond the {columns.features} that there are")
    missing = (nodes["missing_go_to_left"] != 0).astype(np.uint8) * np.uint8(MISSING_LEFT)
    threshold = nodes["num_threshold" if "num_threshold" in (nodes.dtype.names or ()) else "threshold"]
    tree = Tree(left, right, columns.original[np.where(leaf, 0, feature)], threshold.astype(np.float64),
                nodes["value"].astype(np.float64), missing, output)  # fmt: skip
    if "is_categorical" in (nodes.dtype.names or ()):
        sets = np.flatnonzero((nodes["is_categorical"] != 0) & ~leaf)
        for at in sets.tolist():
            _set(tree, at, int(feature[at]), _members(predictor, int(nodes["bitset_idx"][at])), columns)
    return tree


def _set(tree: Tree, at: int, column: int, members: Any, columns: _Columns) -> None:
    """Makes node ``at`` one of a set. What is no known category goes the way of missing values: where that is left,
    the sides change places, and the set is that of the other known categories, for what is in no set goes right."""
    missing = np.asarray(tree.missing)
    tree.threshold[at] = 0.0
    if missing[at] & MISSING_LEFT:
        members = np.setdiff1d(columns.known(column), members)
        tree.left[at], tree.right[at] = tree.right[at], tree.left[at]
    missing[at] = NEGATIVE_IS_NONE
    tree.categories[at] = [int(each) for each in members]


def _members(predictor: State, number: int) -> np.ndarray:
    """The categories that go left at the nodes of set ``number``."""
    words = predictor.array("raw_left_cat_bitsets", 2, "u").astype("<u4")
    if not 0 <= number < len(words):
        raise predictor.damaged(f"set {number} of {len(words)}")
    return np.flatnonzero(np.unpackbits(words[number].view(np.uint8), bitorder="little"))
