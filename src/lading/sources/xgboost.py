"""XGBoost models: JSON and UBJSON of every version.

Left is ``x < t`` in float32, missing (NaN) goes where the node says, the sum is float32 from the base score in the
order of the trees (https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html). "margin" is what
``Booster.predict(output_margin=True)`` gives, "score" what ``predict`` gives.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FormatError
from . import is_of

if TYPE_CHECKING:
    from ..agreement.forests import Predictor
    from ..model import Model

#: Bytes that are looked at to recognise a file: XGBoost writes the keys of an object in the order of the alphabet.
BEGINNING = 1 << 16


def recognises(path: Path) -> bool:
    """Whether the content is that of a model that XGBoost saved."""
    with path.open("rb") as file:
        beginning = file.read(BEGINNING)
    return beginning.lstrip()[:1] == b"{" and b'"learner"' in beginning


def read(path: str | Path) -> Model:
    """The model in an XGBoost file. Raises FormatError or UnsupportedError."""
    path = Path(path)
    return read_bytes(path.read_bytes(), str(path))


def read_bytes(data: bytes, where: str) -> Model:
    """The model in the bytes of an XGBoost file."""
    from .xgboost_file.learner import model_of_learner

    origin = {"format": "xgboost", "sha256": hashlib.sha256(data).hexdigest()}
    return model_of_learner(_parsed(data, where), origin, where)


def _parsed(data: bytes, where: str) -> dict[str, Any]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{where}: no XGBoost model, or a damaged one: {error}") from None
    if not isinstance(content, dict):
        raise FormatError(f"{where}: no XGBoost model: the file holds a {type(content).__name__}")
    return content


def holds(thing: object) -> bool:
    """Whether ``thing`` is a Booster, or a model of XGBoost's scikit-learn interface."""
    return is_of(thing, "xgboost") and (hasattr(thing, "inplace_predict") or hasattr(thing, "get_booster"))


def from_object(thing: Any) -> Model:
    """The model in a Booster or XGBModel."""
    return read_bytes(bytes(_booster(thing).save_raw("json")), "xgboost Booster")


def predictor(thing: Any) -> Predictor:
    """XGBoost's own numbers."""
    from .xgboost_file.predictor import BoosterPredictor

    return BoosterPredictor(_booster(thing))


def _booster(thing: Any) -> Any:
    return thing if hasattr(thing, "inplace_predict") else thing.get_booster()
