"""XGBoost models: JSON and UBJSON of every version, and the binary files that XGBoost 3.1 ceased to read.

Left is ``x < t`` in float32, missing (NaN) goes where the node says, the sum is float32 from the base score in the
order of the trees (https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html). "margin" is what
``Booster.predict(output_margin=True)`` gives, "score" what ``predict`` gives. With multi:softmax, where ``predict``
gives the number of the class, that is the output "class", and "score" the probabilities as with multi:softprob.

A file is read with all its trees, as ``Booster.predict`` uses them. A live XGBModel that stopped early is read up to
its best_iteration, as its own ``predict`` does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import is_of, origin_of

if TYPE_CHECKING:
    from ..agreement.forests import Predictor
    from ..model import Model


def recognises(path: Path) -> bool:
    """Whether the content is that of a model that XGBoost saved, in any of its forms."""
    from .xgboost_file.content import BEGINNING, form_of

    with path.open("rb") as file:
        return form_of(file.read(BEGINNING)) != ""


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


def holds(thing: object) -> bool:
    """Whether ``thing`` is a Booster, or a model of XGBoost's scikit-learn interface."""
    return is_of(thing, "xgboost") and (hasattr(thing, "inplace_predict") or hasattr(thing, "get_booster"))


def from_object(thing: Any) -> Model:
    """The model in a Booster, or in an XGBModel up to its best iteration."""
    return read_bytes(bytes(_booster(thing).save_raw("ubj")), "xgboost Booster")


def predictor(thing: Any) -> Predictor:
    """XGBoost's own numbers."""
    from .xgboost_file.predictor import BoosterPredictor

    return BoosterPredictor(_booster(thing))


def _booster(thing: Any) -> Any:
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
