"""Writes the table of docs/exactness.md: forests held against the libraries that trained them.

    pip install xgboost-cpu lightgbm catboost
    python docs/make_exactness.py

Models are trained on made-up events with missing values; rows are those of ``lading.trees.edge_rows``: thresholds and
their neighbours, missing, infinite and tiny values.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lading.agreement import run_engine
from lading.agreement.forests import compare_forest
from lading.sources import recognise_object

PAGE, BEGIN, END = Path(__file__).with_name("exactness.md"), "<!-- forests -->\n", "<!-- end of forests -->"
ROWS = 50_000


def events(rows: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    x = random.normal(size=(rows, 8)).astype(np.float32)
    x[:, 5] = np.round(x[:, 5] * 4) / 4
    x[random.random(x.shape) < 0.1] = np.nan
    hidden = np.nan_to_num(x) @ random.normal(size=8) + random.normal(size=rows)
    return x, hidden


def trained() -> Iterator[tuple[str, Any]]:
    """What is compared: a name and a model in memory."""
    x, hidden = events()
    binary, three = (hidden > 0).astype(int), np.digitize(hidden, [-1, 1])
    import xgboost

    for name, how, y in [
        ("binary", {"objective": "binary:logistic"}, binary),
        ("three classes", {"objective": "multi:softprob", "num_class": 3}, three),
        ("regression, leaf by leaf", {"grow_policy": "lossguide", "max_leaves": 31, "max_depth": 0}, hidden),
        ("dart", {"booster": "dart", "rate_drop": 0.2, "objective": "binary:logistic"}, binary),
        ("Poisson", {"objective": "count:poisson"}, np.abs(hidden)),
    ]:
        yield f"XGBoost, {name}", xgboost.train({"nthread": 2, "seed": 1, **how}, xgboost.DMatrix(x, label=y), 60)
    import lightgbm

    for name, how, y in [
        ("binary", {"objective": "binary"}, binary),
        ("three classes", {"objective": "multiclass", "num_class": 3}, three),
        ("zeros are missing", {"objective": "binary", "zero_as_missing": True}, binary),
        ("linear leaves", {"objective": "regression", "linear_tree": True}, hidden),
        ("random forest", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7}, hidden),
    ]:
        settings = {"verbosity": -1, "num_threads": 2, "seed": 1, **how}
        yield f"LightGBM, {name}", lightgbm.train(settings, lightgbm.Dataset(x.astype(np.float64), label=y), 60)
    import catboost

    quiet = {"iterations": 60, "verbose": False, "thread_count": 2, "random_seed": 1, "allow_writing_files": False}
    yield "CatBoost, binary", catboost.CatBoostClassifier(**quiet).fit(x, binary)
    yield "CatBoost, three classes", catboost.CatBoostClassifier(loss_function="MultiClass", **quiet).fit(x, three)
    yield "CatBoost, level by level", catboost.CatBoostRegressor(grow_policy="Lossguide", **quiet).fit(x, hidden)


def row(name: str, thing: Any) -> str:
    """One line of the table."""
    source = recognise_object(thing)
    model = source.from_object(thing)
    found = compare_forest(model, source.predictor(thing), run_engine(model), ROWS)
    margin, score = (found.differing.get(each, 0) for each in ("margin", "score"))
    places = found.last_places.get("score", 0)
    library = found.library.split(" ")[-1]
    return f"| {name} | {library} | {ROWS:,} | {margin} | {score} | {places} |"


def main() -> None:
    head = ["| forest | version | rows | margins that differ | scores that differ | at most, last places |",
            "|---|---|---|---|---|---|"]  # fmt: skip
    lines = [*head, *(row(*each) for each in trained())]
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(before + BEGIN + "\n".join(lines) + "\n" + END + rest.split(END)[1], encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
