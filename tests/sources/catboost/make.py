"""Makes the CatBoost models of this folder, and in ``numbers.npz`` what CatBoost 1.2 makes of some rows.

Run it where catboost is installed: ``python make.py``. Of ``model_info`` only what a reader may need is kept; the trees
are as CatBoost wrote them.
"""

import json
from pathlib import Path

import numpy as np
from catboost import CatBoost

HERE = Path(__file__).parent
USUAL = {"verbose": 0, "depth": 3, "iterations": 6, "allow_writing_files": False, "thread_count": 1, "random_seed": 1}
KEPT = ("class_params", "model_guid", "train_finish_time")


def features() -> np.ndarray:
    random = np.random.default_rng(1)
    x = random.normal(size=(600, 4)).astype(np.float32)
    x[:, 1] = random.integers(0, 12, 600)
    x[random.random(600) < 0.3, 2] = np.nan
    return x


X = features()
NUMBER = X[:, 0] + X[:, 1] % 3 + np.nan_to_num(X[:, 2]) * X[:, 3]
TWO = (NUMBER > 1).astype(int)
THREE = np.array(["tau", "jet", "muon"])[(X[:, 1] % 3).astype(int)]

#: name: (target, prediction type of the score, settings)
MODELS = {
    "binary": (TWO, "Probability", {"loss_function": "Logloss"}),
    "missing_right": (TWO, "Probability", {"loss_function": "Logloss", "nan_mode": "Max"}),
    "regression": (NUMBER, "RawFormulaVal", {"loss_function": "RMSE"}),
    "classes": (THREE, "Probability", {"loss_function": "MultiClass"}),
    "each_class": (THREE, "Probability", {"loss_function": "MultiClassOneVsAll"}),
    "depthwise": (TWO, "Probability", {"loss_function": "Logloss", "grow_policy": "Depthwise", "nan_mode": "Max"}),
    "lossguide": (NUMBER, "RawFormulaVal", {"loss_function": "RMSE", "grow_policy": "Lossguide", "max_leaves": 6}),
    "classes_depthwise": (THREE, "Probability", {"loss_function": "MultiClass", "grow_policy": "Depthwise"}),
    "poisson": (np.abs(NUMBER), "Exponent", {"loss_function": "Poisson"}),
    "uncertainty": (NUMBER, "RMSEWithUncertainty", {"loss_function": "RMSEWithUncertainty"}),
}


def rows(models: list[dict]) -> np.ndarray:
    """Ordinary values, borders, their neighbours, and what is odd."""
    random = np.random.default_rng(2)
    x = X[:200].copy()
    for column in range(x.shape[1]):
        borders = [b for m in models for b in m["features_info"]["float_features"][column]["borders"]]
        at = random.choice(np.float32(borders), 100)
        x[:100, column] = np.nextafter(at, at + np.float32(random.choice([-1, 0, 1], 100)))
        odd = random.random(200) < 0.1
        x[odd, column] = random.choice(np.float32([np.nan, np.inf, -np.inf, 0, -1e-45, 3e38, -3e38]), odd.sum())
    return x


def main() -> None:
    trained, contents = {}, {}
    for name, (target, _, settings) in MODELS.items():
        trained[name] = CatBoost({**USUAL, **settings}).fit(X, target)
        path = HERE / f"{name}.json"
        trained[name].save_model(str(path), format="json")
        contents[name] = json.loads(path.read_text())
        info = contents[name]["model_info"]
        contents[name]["model_info"] = {key: info[key] for key in KEPT if key in info} | {
            "params": {"loss_function": info["params"]["loss_function"]}}
        path.write_text(json.dumps(contents[name], separators=(",", ":")) + "\n")
    x = rows(list(contents.values()))
    numbers = {"x": x}
    for name, (_, kind, _) in MODELS.items():
        numbers[f"{name}.margin"] = trained[name].predict(x, prediction_type="RawFormulaVal")
        score = trained[name].predict(x, prediction_type=kind)
        numbers[f"{name}.score"] = score[:, 1] if numbers[f"{name}.margin"].ndim < score.ndim else score
    np.savez_compressed(HERE / "numbers.npz", **numbers)


if __name__ == "__main__":
    main()
