"""The forests that are measured: five shapes, on made-up events that look like those of a collider.

    python benchmarks/forest_shapes.py FOLDER       # trains them all; minutes

| shape | trees | |
|---|---|---|
| a | 100 of depth 4 | binary |
| b | 500 of depth 6 | binary |
| c | 1000 of 31 leaves, grown leaf by leaf | binary |
| d | 1000 of depth 8 | binary |
| e | 200 of depth 6 for each of three classes | softmax |
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

FEATURES = 28
SHAPES: dict[str, dict[str, Any]] = {
    "a": {"trees": 100, "depth": 4, "leaves": 16, "eta": 0.1, "rows": 200_000},
    "b": {"trees": 500, "depth": 6, "leaves": 64, "eta": 0.1, "rows": 200_000},
    "c": {"trees": 1000, "depth": 0, "leaves": 31, "eta": 0.1, "rows": 40_000},
    "d": {"trees": 1000, "depth": 8, "leaves": 256, "eta": 0.05, "rows": 40_000},
    "e": {"trees": 200, "depth": 6, "leaves": 64, "eta": 0.1, "rows": 40_000, "classes": 3},
}


def events(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(rows, 28) float32 and the class of each row, 0 to 2.

    Seven transverse momenta, seven pseudorapidities, five angles, five scores, four masses. Three columns are missing
    together in a quarter of the rows, three in half of them.
    """
    random = np.random.default_rng(seed)
    pt = np.exp(random.normal(3.5, 0.7, (rows, 7)))
    eta = random.normal(0, 1.3, (rows, 7))
    angle = random.uniform(-np.pi, np.pi, (rows, 5))
    score = random.beta(2, 4, (rows, 5))
    mass = random.gamma(3, 15, (rows, 4))
    mass[:, 0] = np.sqrt(2 * pt[:, 0] * pt[:, 1] * (np.cosh(eta[:, 0] - eta[:, 1]) - np.cos(angle[:, 0] - angle[:, 1])))
    x = np.concatenate([pt, eta, angle, score, mass], axis=1).astype(np.float32)
    quarter, half = random.random(rows) < 0.25, random.random(rows) < 0.5
    for first in (3, 10, 17):
        x[quarter, first] = np.nan
        x[half, first + 1] = np.nan
    hidden = (np.exp(-(((mass[:, 0] - 91) / 40) ** 2)) + 0.6 * np.sin(angle[:, 0] - angle[:, 1]) + 0.4 * quarter
              + 0.8 * score[:, 0] + random.normal(0, 0.4, rows))
    return x, np.digitize(hidden, np.quantile(hidden, [1 / 3, 2 / 3]))


def train_xgboost(shape: str) -> Any:
    """The XGBoost booster of a shape."""
    import xgboost

    how = SHAPES[shape]
    x, y = events(how["rows"], 1)
    classes = how.get("classes", 2)
    grown = {"max_depth": how["depth"]} if how["depth"] else {
        "grow_policy": "lossguide", "max_leaves": how["leaves"], "max_depth": 0}
    many = {"objective": "multi:softprob", "num_class": classes}
    objective = many if classes > 2 else {"objective": "binary:logistic"}
    settings = {"tree_method": "hist", "nthread": 2, "eta": how["eta"], "min_child_weight": 1, "seed": 1}
    data = xgboost.DMatrix(x, label=y if classes > 2 else y == 2)
    return xgboost.train({**settings, **grown, **objective}, data, how["trees"])


def train_lightgbm(shape: str) -> Any:
    """The LightGBM booster of a shape."""
    import lightgbm

    how = SHAPES[shape]
    x, y = events(min(how["rows"], 200_000 if shape == "a" else 40_000), 1)
    classes = how.get("classes", 2)
    objective = {"objective": "multiclass", "num_class": classes} if classes > 2 else {"objective": "binary"}
    settings = {"learning_rate": how["eta"], "num_leaves": how["leaves"], "max_depth": how["depth"] or -1,
                "num_threads": 2, "seed": 1, "verbosity": -1}
    data = lightgbm.Dataset(x.astype(np.float64), label=y if classes > 2 else (y == 2).astype(int))
    return lightgbm.train({**settings, **objective}, data, how["trees"])


def train_catboost(shape: str) -> Any:
    """CatBoost's model of as many trees and levels: its trees are oblivious, one condition a level."""
    import catboost

    how = SHAPES[shape]
    x, y = events(min(how["rows"], 40_000), 1)
    classes = how.get("classes", 2)
    model = catboost.CatBoostClassifier(
        iterations=how["trees"], depth=how["depth"] or 6, learning_rate=how["eta"], thread_count=2, random_seed=1,
        verbose=False, allow_writing_files=False, loss_function="MultiClass" if classes > 2 else "Logloss")  # fmt: skip
    return model.fit(x, y if classes > 2 else (y == 2).astype(int))


def train_sklearn(shape: str) -> Any:
    """scikit-learn's HistGradientBoostingClassifier of as many trees and leaves."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    how = SHAPES[shape]
    x, y = events(min(how["rows"], 40_000), 1)
    model = HistGradientBoostingClassifier(
        max_iter=how["trees"], max_depth=how["depth"] or None, max_leaf_nodes=how["leaves"], learning_rate=how["eta"],
        early_stopping=False, random_state=1)  # fmt: skip
    return model.fit(x, y if how.get("classes", 2) > 2 else (y == 2).astype(int))


def train_ydf(shape: str) -> Any:
    """YDF's gradient boosted trees of as many trees and levels."""
    import ydf

    how = SHAPES[shape]
    x, y = events(20_000, 1)
    data = {f"f{i}": x[:, i] for i in range(FEATURES)}
    data["label"] = (y if how.get("classes", 2) > 2 else (y == 2).astype(int)).astype(str)
    return ydf.GradientBoostedTreesLearner(
        label="label", num_trees=how["trees"], max_depth=(how["depth"] or 12) + 1, shrinkage=how["eta"],
        validation_ratio=0.0, early_stopping="NONE", num_threads=2).train(data, verbose=0)  # fmt: skip


def make(folder: Path, shapes: str = "abcde") -> None:
    """Trains what is not there yet, and writes rows.f32 with 100 000 rows."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "rows.f32").exists():
        events(100_000, 2)[0].tofile(folder / "rows.f32")
    for shape in shapes:
        if not (path := folder / f"{shape}.xgb.json").exists():
            train_xgboost(shape).save_model(path)
        if not (path := folder / f"{shape}.lgb.txt").exists():
            train_lightgbm(shape).save_model(path)
        if shape != "c" and not (path := folder / f"{shape}.cat.json").exists():
            model = train_catboost(shape)
            model.save_model(path, format="json")
            model.save_model(path.with_suffix(".cbm"))
        if not (path := folder / f"{shape}.hgb.skops").exists():
            import skops.io

            skops.io.dump(train_sklearn(shape), path)
        if not (path := folder / f"{shape}.ydf").exists():
            train_ydf(shape).save(str(path))


if __name__ == "__main__":
    make(Path(sys.argv[1]), *sys.argv[2:])
