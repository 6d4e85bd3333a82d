"""CatBoost models: the JSON that ``save_model(..., format="json")`` writes, of symmetric and other trees.

A split goes right where ``x > border`` in float32; the sum is float64 in the order of the trees, then scale times the
sum plus bias (https://catboost.ai/docs/en/concepts/python-reference_catboost_save_model). "margin" is what
``predict(prediction_type="RawFormulaVal")`` gives, "score" the probability, or the prediction for regression.
"""

from __future__ import annotations

import codecs
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FormatError, UnsupportedError
from . import is_of, origin_of
from .json_keys import json_keys

if TYPE_CHECKING:
    from ..agreement.forests import Predictor
    from ..model import Model

#: Bytes that are looked at to recognise a file: CatBoost writes the keys of an object in the order of the alphabet.
BEGINNING = 1 << 16

#: What a model in CatBoost's own binary format begins with.
BINARY = b"CBM1"

FIRST_KEYS = (b'"ctr_data"', b'"features_info"', b'"model_info"', b'"oblivious_trees"')
TREES = ("oblivious_trees", "trees")


def recognises(path: Path) -> bool:
    """Whether the content is that of a model that CatBoost saved, as JSON or in its binary format."""
    with path.open("rb") as file:
        beginning = file.read(BEGINNING)
    text = beginning.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(BINARY) or (text[:1] == b"{" and text[1:].lstrip().startswith(FIRST_KEYS)):
        return True
    return any(key in TREES for key in json_keys(path, b'"features_info"'))  # whatever stands before them


def read(path: str | Path) -> Model:
    """The model in a CatBoost JSON file. Raises FormatError or UnsupportedError."""
    path = Path(path)
    return read_bytes(path.read_bytes(), str(path))


def read_bytes(data: bytes, where: str) -> Model:
    """The model in the bytes of a CatBoost JSON file."""
    from .catboost_file.modelling import model_of_json

    if data.startswith(BINARY):
        raise UnsupportedError(f"{where}: a CatBoost model in its binary format, which is not read; save it as JSON: "
                               'model.save_model("model.json", format="json")')  # fmt: skip
    origin = origin_of("catboost", data)
    return model_of_json(_parsed(data, where), origin, where)


def _parsed(data: bytes, where: str) -> dict[str, Any]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{where}: no CatBoost model, or a damaged one: {error}") from None
    if not isinstance(content, dict):
        raise FormatError(f"{where}: no CatBoost model: the file holds a {type(content).__name__}")
    return content


def holds(thing: object) -> bool:
    """Whether ``thing`` is a CatBoost, CatBoostClassifier, CatBoostRegressor or CatBoostRanker."""
    return is_of(thing, "catboost") and hasattr(thing, "save_model")


def from_object(thing: Any) -> Model:
    """The model in a trained CatBoost object."""
    from .catboost_file.predictor import known_categories

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        thing.save_model(str(path), format="json", **known_categories(thing))
        return read_bytes(path.read_bytes(), f"catboost {type(thing).__name__}")


def predictor(thing: Any) -> Predictor:
    """CatBoost's own numbers."""
    from .catboost_file.predictor import CatBoostPredictor

    return CatBoostPredictor(thing)
