"""scikit-learn: fitted estimators and Pipelines in memory, and files that skops saved of them.

"score" is what predict_proba or predict gives, "margin" what decision_function gives. Forests are equal to the bit:
rows go to float32 and then left where ``x <= t`` with float64 thresholds (HistGradientBoosting compares float64);
sums are float64 in the order of the trees. Scalers and imputers become preparation of the variables, one operation
each in the type of the columns; what that cannot say, and all else, becomes nodes (docs/from-scikit-learn.md).

A skops file (https://skops.readthedocs.io/en/stable/persistence.html) is a zip archive of a JSON tree and of .npy
arrays, and holds no code. Files of pickle and joblib are programs: they are recognised and refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UnsupportedError
from .remarks import remark as remark

if TYPE_CHECKING:
    from ..agreement.forests import Predictor
    from ..model import Model


def recognises(path: Path) -> bool:
    """Whether the content is that of a skops file, or of a pickle that names scikit-learn."""
    from .sklearn_file.pickles import is_pickle
    from .sklearn_file.skops import is_skops

    return is_skops(path) or is_pickle(path)


def read(path: str | Path, raw: str | None = None) -> Model:
    """The model in a skops file. Raises FormatError, or UnsupportedError for what is not read and for pickles.

    ``raw`` is the type of the columns that it is fed with, "float32" or "float64": by default that of the columns it
    was fitted on, if what it learned tells, else float64.
    """
    from .sklearn_file.building import model_of_state
    from .sklearn_file.skops import is_skops, open_skops, sha256_of

    path = Path(path)
    if not is_skops(path):
        raise UnsupportedError(
            f"{path}: a pickle, which runs what is written in it when it is loaded; it is not read. Load it where you "
            f"trust it and give the object to lading.convert(object), or save it with skops.io.dump(object, 'x.skops')"
        )
    with open_skops(path) as state:
        return model_of_state(state, {"format": "skops", "sha256": sha256_of(path)}, str(path), raw)


def holds(thing: object) -> bool:
    """Whether ``thing`` is an estimator of scikit-learn itself (not one of another library with its interface)."""
    return type(thing).__module__.split(".")[0] == "sklearn" and hasattr(thing, "get_params")


def from_object(thing: Any, raw: str | None = None) -> Model:
    """The model in a fitted estimator or Pipeline. Raises UnsupportedError for what is not read; ``raw`` as in read."""
    from .sklearn_file.building import model_of_state
    from .sklearn_file.state import LiveState

    kind = type(thing).__name__
    return model_of_state(LiveState(thing), {"format": "scikit-learn"}, f"scikit-learn {kind}", raw)


def predictor(thing: Any) -> Predictor:
    """scikit-learn's own numbers."""
    from .sklearn_file.predictor import EstimatorPredictor

    return EstimatorPredictor(thing)
