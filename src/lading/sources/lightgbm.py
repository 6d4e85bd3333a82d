"""LightGBM models: the text files that ``Booster.save_model`` writes (v2, v3 and v4).

Left is ``x <= t`` in float64; what is missing, and where it goes, is said node by node; the sum is float64 in the order
of the trees (https://github.com/lightgbm-org/LightGBM, ``Tree`` and ``GBDT``). "margin" is what
``Booster.predict(raw_score=True)`` gives, "score" what ``predict`` gives. A random forest's margin is the mean of its
trees, to which its link applies; LightGBM's raw score is their sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import is_of, origin_of

if TYPE_CHECKING:
    from ..agreement.forests import Predictor
    from ..model import Model

#: Bytes that are looked at to recognise a file.
BEGINNING = 1 << 16


def recognises(path: Path) -> bool:
    """Whether the content is a model that LightGBM saved as text."""
    from .lightgbm_file.text import first_line

    with path.open("rb") as file:
        lines = file.read(BEGINNING).decode("utf-8-sig", "replace").split("\n")
    first = first_line(lines)
    return lines[first].strip() == "tree" and any(line.startswith(("version=", "num_class=")) for line in lines[first:])


def read(path: str | Path) -> Model:
    """The model in a LightGBM text file. Raises FormatError or UnsupportedError."""
    path = Path(path)
    return read_bytes(path.read_bytes(), str(path))


def read_bytes(data: bytes, where: str, labels: Sequence[str] = ()) -> Model:
    """The model in the bytes of a LightGBM text file; ``labels`` name its outputs, if it has as many."""
    from .lightgbm_file.booster import model_of_booster

    origin = origin_of("lightgbm", data)
    return model_of_booster(data, origin, where, labels)


def holds(thing: object) -> bool:
    """Whether ``thing`` is a Booster, or a model of LightGBM's scikit-learn interface."""
    return is_of(thing, "lightgbm") and (hasattr(thing, "model_to_string") or hasattr(type(thing), "booster_"))


def from_object(thing: Any) -> Model:
    """The model in a Booster or LGBMModel, up to its best iteration, as its ``predict`` uses it."""
    labels = [str(label) for label in getattr(thing, "classes_", ())]
    return read_bytes(_booster(thing).model_to_string().encode(), "lightgbm Booster", labels)


def predictor(thing: Any) -> Predictor:
    """LightGBM's own numbers."""
    from .lightgbm_file.predictor import BoosterPredictor

    return BoosterPredictor(_booster(thing))


def _booster(thing: Any) -> Any:
    return thing if hasattr(thing, "model_to_string") else thing.booster_
