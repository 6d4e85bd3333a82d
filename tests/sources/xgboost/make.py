"""Makes the model files of one version of XGBoost, with its numbers for them: ``python make.py FOLDER``.

Run it once with each version whose files are kept here, in an environment that has that XGBoost.

- 0.90: binary without "binf" in front and without a version, margins as base_score, the base added last;
- 1.0.2: the first with JSON, binary with its version;
- 1.7.6: the last with the binary form as its own; categories;
- 2.1.4: vector leaves among the nodes;
- 3.1.3: base_score as a list, names of categories.

Beside ``<version>/<case>.<form>`` it writes ``<version>.npz``: "rows", and "<case>/margin", "<case>/score".
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import xgboost

VERSION = tuple(int(each) for each in xgboost.__version__.split(".")[:2])
ROUNDS, FEATURES = 3, 4

# case: (parameters, target, form)
LOGISTIC = {"objective": "binary:logistic", "base_score": 0.3}
CLASSES = {"objective": "multi:softprob", "num_class": 3}
DART = dict(LOGISTIC, booster="dart", rate_drop=0.5, eta=0.7)
VECTOR = {"objective": "reg:squarederror", "multi_strategy": "multi_output_tree", "tree_method": "hist"}
QUANTILES = {"objective": "reg:quantileerror", "quantile_alpha": [0.2, 0.8], "tree_method": "hist"}
CASES = {
    (0, 90): {"logistic": (LOGISTIC, "signal", "bin"), "classes": (CLASSES, "kind", "bin"),
              "dart": (DART, "signal", "bin"), "poisson": ({"objective": "count:poisson"}, "count", "bin")},
    (1, 0): {"logitraw": ({"objective": "binary:logitraw", "base_score": 0.3}, "signal", "json"),
             "logistic": (LOGISTIC, "signal", "bin"), "dart": (DART, "signal", "json")},
    (1, 7): {"classes": (CLASSES, "kind", "bin"), "dart": (DART, "signal", "bin"),
             "poisson": ({"objective": "count:poisson"}, "count", "bin"), "categories": (LOGISTIC, "signal", "json"),
             "forest": (dict(LOGISTIC, num_parallel_tree=2, subsample=0.6), "signal", "ubj")},
    (2, 1): {"vector": (VECTOR, "several", "json"), "dart": (DART, "signal", "ubj")},
    (3, 1): {"classes": (CLASSES, "kind", "json"), "vector": (VECTOR, "several", "ubj"),
             "categories": (LOGISTIC, "signal", "ubj"), "quantiles": (QUANTILES, "count", "json")},
}  # fmt: skip


def data() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Rows with a missing value here and there, and what is to be learned from them."""
    random = np.random.RandomState(7)
    x = random.normal(size=(240, FEATURES)).astype(np.float32)
    x[:, 3] = random.randint(0, 40, size=len(x))
    signal = x[:, 0] + 0.5 * x[:, 1] + (x[:, 3] % 3 == 0)
    x[random.uniform(size=x.shape) < 0.1] = np.nan
    targets = {"signal": signal > 0.4, "kind": np.digitize(signal, [0.0, 1.0]), "count": np.floor(np.exp(signal)),
               "several": np.stack([signal, x[:, 1] > 0, -signal], axis=1)}  # fmt: skip
    return x, {name: np.nan_to_num(target.astype(np.float32)) for name, target in targets.items()}


def matrix(x: np.ndarray, target: np.ndarray, case: str) -> xgboost.DMatrix:
    """The training data; feature 3 is a category where the case says so, from 3.1 on one with numbers for names."""
    names = ["pt", "eta", "phi", "kind"]
    if case != "categories":
        return xgboost.DMatrix(x, target, feature_names=names)
    if VERSION < (3, 1):
        types = ["float", "float", "float", "c"]
        return xgboost.DMatrix(x, target, feature_names=names, feature_types=types, enable_categorical=True)
    import pandas

    table = pandas.DataFrame(dict(zip(names, x.T, strict=True)))
    codes = np.nan_to_num(x[:, 3], nan=-1).astype(int)
    table["kind"] = pandas.Categorical.from_codes(codes, [10 * each for each in range(40)])
    return xgboost.DMatrix(table, target, enable_categorical=True)


def rows_of(boosters: dict[str, xgboost.Booster], x: np.ndarray) -> np.ndarray:
    """Rows at, above and below thresholds, with missing values, and categories that are none."""
    random = np.random.RandomState(8)
    plain = [booster for case, booster in boosters.items() if case not in ("categories", "vector")]  # can be dumped
    dumps = "".join("".join(booster.get_dump()) for booster in plain)
    at = np.array([float(each) for each in re.findall(r"<([-+.\de]+)\]", dumps)], np.float32)
    rows = random.choice(at, size=(60, FEATURES)).astype(np.float32)
    side = random.randint(-1, 2, size=rows.shape)
    rows = np.where(side == 0, rows, np.nextafter(rows, (side * np.inf).astype(np.float32), dtype=np.float32))
    rows[:, 3] = random.choice([0, 1, 2, 3, 9, 39, 40, 41, 64, 1000, -1, -0.5, 2.5, np.nan], size=len(rows))
    rows[random.uniform(size=rows.shape) < 0.1] = np.nan
    return np.concatenate([rows.astype(np.float32), x[:20]])


def main(folder: Path) -> None:
    """Trains, saves and asks."""
    x, targets = data()
    version = xgboost.__version__
    (folder / version).mkdir(exist_ok=True)
    boosters = {}
    for case, (parameters, target, form) in CASES[VERSION].items():
        shared = {"max_depth": 2 if "num_class" in parameters else 3, "seed": 1, "nthread": 1}
        boosters[case] = xgboost.train({**shared, **parameters}, matrix(x, targets[target], case), ROUNDS)
        boosters[case].save_model(str(folder / version / f"{case}.{form}"))
    rows = rows_of(boosters, x)
    numbers = {"rows": rows}
    for case, booster in boosters.items():
        given = xgboost.DMatrix(rows, feature_names=booster.feature_names, feature_types=booster.feature_types)
        if case == "categories":
            given = xgboost.DMatrix(rows, feature_names=booster.feature_names, feature_types=booster.feature_types,
                                    enable_categorical=True)  # fmt: skip
        every = {"ntree_limit": ROUNDS} if VERSION < (1, 3) else {}  # else dart leaves out trees by chance
        numbers[f"{case}/margin"] = booster.predict(given, output_margin=True, **every)
        numbers[f"{case}/score"] = booster.predict(given, **every)
    np.savez_compressed(folder / f"{version}.npz", **numbers)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
