"""Makes the CatBoost models of this folder, and in ``numbers.npz`` what CatBoost 1.2 makes of some rows.

Run it where catboost is installed: ``python make.py``. Of ``model_info`` only what a reader may need is kept; the trees
are as CatBoost wrote them.
"""

import json
from pathlib import Path

import numpy as np
from catboost import CatBoost, Pool

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


#: Categories: whole numbers, texts; what is fed for a text is its place here, -1 for another.
TEXTS = ("barrel", "endcap", "forward")
ONE_HOT = {"one_hot": {}, "one_hot_lossguide": {"grow_policy": "Lossguide", "max_leaves": 6}}


def with_categories(x: np.ndarray) -> np.ndarray:
    """Rows as CatBoost takes them."""
    mixed = x.astype(object)
    mixed[:, 1] = [str(int(each)) for each in x[:, 1]]
    mixed[:, 3] = [TEXTS[int(each)] if each >= 0 else "beyond" for each in x[:, 3]]
    return mixed


def one_hot() -> None:
    """The models whose trees ask for categories, and what CatBoost makes of known and of new ones."""
    random, x = np.random.default_rng(3), X.copy()
    x[:, 1] = random.choice([0, 1, 15, 411], 600)
    x[:, 3] = random.integers(0, 3, 600)
    x[:, 2] = random.normal(size=600)
    target = x[:, 0] * (x[:, 1] == 15) + (x[:, 3] == 1) * x[:, 2] + (x[:, 1] == 411)
    pool = Pool(with_categories(x), target, cat_features=[1, 3], feature_names=["pt", "kind", "eta", "region"])
    rows = x[:200].copy()
    rows[:40, 1], rows[30:70, 3] = random.integers(0, 3000, 40), -1
    numbers = {"x": rows}
    for name, settings in ONE_HOT.items():
        model = CatBoost({**USUAL, "one_hot_max_size": 10, **settings}).fit(pool)
        path = HERE / f"{name}.json"
        model.save_model(str(path), format="json", pool=pool)
        path.write_text(json.dumps(kept(json.loads(path.read_text())), separators=(",", ":")) + "\n")
        numbers[name] = model.predict(with_categories(rows))
    np.savez_compressed(HERE / "one_hot.npz", **numbers)


def kept(content: dict) -> dict:
    """A file without the parts of ``model_info`` that no reader needs."""
    info = content["model_info"]
    parameters = {"params": {"loss_function": info["params"]["loss_function"]}}
    return {**content, "model_info": {key: info[key] for key in KEPT if key in info} | parameters}


def main() -> None:
    one_hot()
    trained, contents = {}, {}
    for name, (target, _, settings) in MODELS.items():
        trained[name] = CatBoost({**USUAL, **settings}).fit(X, target)
        path = HERE / f"{name}.json"
        trained[name].save_model(str(path), format="json")
        contents[name] = kept(json.loads(path.read_text()))
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
