"""XGBoost models: JSON and UBJSON of every version, and the binary files that XGBoost 3.1 ceased to read.

Left is ``x < t`` in float32, missing (NaN) goes where the node says, the sum is float32 from the base score in the
order of the trees (https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html). "margin" is what
``Booster.predict(output_margin=True)`` gives, "score" what ``predict`` gives. With multi:softmax, where ``predict``
gives the number of the class, that is the output "class", and "score" the probabilities as with multi:softprob.

A file is read with all its trees, as ``Booster.predict`` uses them. A live XGBModel that stopped early is read up to
its best_iteration, as its own ``predict`` does.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..endpoints import Missing
from ..errors import UnsupportedError
from . import is_of, origin_of
from .json_keys import json_keys

if TYPE_CHECKING:
    from ..agreement.forests import Predictor
    from ..model import Model


def recognises(path: Path) -> bool:
    """Whether the content is that of a model that XGBoost saved, in any of its forms."""
    from .xgboost_file.content import BEGINNING, form_of

    with path.open("rb") as file:
        if form_of(file.read(BEGINNING)):
            return True
    keys = json_keys(path, b'"learner"', b'"gradient_booster"')  # other fields may stand before them
    return any(key in ("learner", "Model", "Config") for key in keys)


def read(path: str | Path) -> Model:
    """The model in an XGBoost file. Raises FormatError or UnsupportedError."""
    path = Path(path)
    return read_bytes(path.read_bytes(), str(path))


def read_bytes(data: bytes, where: str) -> Model:
    """The model in the bytes of an XGBoost file. Raises FormatError or UnsupportedError."""
    from .xgboost_file.content import parse
    from .xgboost_file.learner import model_of_learner

    form, content = parse(data, where)
    origin = origin_of("xgboost", data, encoding=form)
    return model_of_learner(content, origin, where)


def remark(model: Model) -> str:
    """What whoever converts a file should know of it."""
    from ..trees import forests_of

    attributes = model.record["origin"].get("attributes", {})
    best = attributes.get("best_iteration", "")
    (_, forest), *_ = forests_of(model)
    trees = len(forest.roots)
    if not best.isdigit() or (int(best) + 1) * forest.outputs >= trees:
        return ""
    return (f"early stopping found iteration {best} best (from 0); all {trees} trees are used, as Booster.predict uses "
            f"them. XGBClassifier.predict stops at the best: for its numbers save booster[:{int(best) + 1}]")


def holds(thing: object) -> bool:
    """Whether ``thing`` is a Booster, or a model of XGBoost's scikit-learn interface."""
    return is_of(thing, "xgboost") and (hasattr(thing, "inplace_predict") or hasattr(thing, "get_booster"))


def from_object(thing: Any) -> Model:
    """The model in a Booster, or in an XGBModel up to its best iteration.

    Raises UnsupportedError for an XGBModel without feature names to which a number means missing.
    """
    model = read_bytes(bytes(booster_of(thing).save_raw("ubj")), "xgboost Booster")
    missing = getattr(thing, "missing", None)
    if isinstance(missing, (int, float)) and missing == missing:
        _take_missing(model, float(missing))
    return model


def _take_missing(model: Model, number: float) -> None:
    variables = model.input_list[0].variable_list
    if not variables:
        raise UnsupportedError(f"xgboost Booster: it was trained with missing={number:g}, and a model without feature "
                               "names has nowhere to say so: convert get_booster(), and feed NaN in its place"
                               )  # fmt: skip
    for variable in variables:
        variable.missing = Missing([number], math.nan)


def predictor(thing: Any) -> Predictor:
    """XGBoost's own numbers."""
    from .xgboost_file.predictor import BoosterPredictor

    return BoosterPredictor(booster_of(thing))


def booster_of(thing: Any) -> Any:
    """The Booster whose numbers an XGBModel gives: up to its best iteration."""
    if hasattr(thing, "inplace_predict"):
        return thing
    booster = thing.get_booster()
    try:
        best = int(thing.best_iteration)
    except AttributeError:  # no early stopping
        return booster
    if thing.booster == "gblinear":
        return booster
    until = booster[: best + 1]
    until.set_attr(**booster.attributes())
    return until
