"""What an objective makes of base_score and of margins: the margin that sums start from, and the score."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import FormatError, UnsupportedError, suggestion


@dataclass(frozen=True)
class Objective:
    """``link`` makes scores of margins, ``to_margin`` a margin of base_score; ``then`` is what no link can say.

    ``then``: "hinge" (1 where the margin is positive, else 0), "class" (the number of the greatest margin beside the
    score), "sorted" (the scores of an entry in ascending order).
    """

    link: str = "identity"
    to_margin: str = "identity"  # or "log", "logit"
    then: str = ""


PLAIN, LOG, LOGISTIC = Objective(), Objective("exp", "log"), Objective("logistic", "logit")
OBJECTIVES = {
    "reg:squarederror": PLAIN, "reg:linear": PLAIN, "reg:squaredlogerror": PLAIN, "reg:pseudohubererror": PLAIN,
    "reg:absoluteerror": PLAIN, "reg:quantileerror": PLAIN, "reg:expectileerror": PLAIN,
    "reg:logistic": LOGISTIC, "binary:logistic": LOGISTIC, "binary:logitraw": PLAIN,
    "binary:hinge": Objective(then="hinge"),
    "multi:softprob": Objective("softmax"), "multi:softmax": Objective("softmax", then="class"),
    "count:poisson": LOG, "reg:gamma": LOG, "reg:tweedie": LOG, "survival:cox": LOG, "survival:aft": LOG,
    "rank:pairwise": PLAIN, "rank:ndcg": PLAIN, "rank:map": PLAIN,
}  # fmt: skip

#: XGBoost 3.2 and later keep the base score of a logistic objective away from 0 and 1 by this much.
BOUND, BOUNDED_SINCE = np.float32(1e-6), (3, 2)


def objective_of(name: str, version: tuple[int, ...], outputs: int, where: str) -> Objective:
    """The objective ``name`` as XGBoost of ``version`` understood it. Raises UnsupportedError."""
    if name not in OBJECTIVES:
        raise UnsupportedError(
            f"{where}: the objective is '{name}', of which it is not known how base_score becomes a margin and a "
            f"margin a score {suggestion(name, OBJECTIVES)}; if base_score is a margin and margins are all that you "
            "need, write 'reg:squarederror' as its name in the JSON file")
    if name == "reg:expectileerror" and outputs > 1:
        raise UnsupportedError(f"{where}: 'reg:expectileerror' with several expectiles is not read")
    if name == "binary:logitraw" and version < (1, 4):
        return Objective(to_margin="logit")
    if name == "reg:quantileerror" and outputs > 1 and version >= (3, 4):
        return Objective(then="sorted")
    return OBJECTIVES[name]


def base_margins(text: Any, objective: Objective, version: tuple[int, ...], outputs: int, where: str) -> np.ndarray:
    """(outputs,) float32: where the sums start.

    ``text``: a number ("5E-1"), or a list of one or of one per output ("[2E-1,3E-1]"), before the objective's link;
    files of before 1.0 hold the margin itself. Raises FormatError.
    """
    scores = np.asarray(_numbers(str(text)), np.float32)
    if scores.shape not in ((1,), (outputs,)) or not np.isfinite(scores).all():
        raise FormatError(f"{where}: base_score is {text!r}, it should be one finite number, or {outputs} of them")
    kind = objective.to_margin if version >= (1,) else "identity"
    if kind == "logit" and version >= BOUNDED_SINCE:
        scores = np.clip(scores, BOUND, np.float32(1) - BOUND)
    if (kind != "identity" and scores.min() <= 0) or (kind == "logit" and scores.max() >= 1):
        raise FormatError(f"{where}: base_score is {text!r}, this objective needs one "
                          f"{'between 0 and 1' if kind == 'logit' else 'above 0'}")
    margins = np.array([_margin(score, kind) for score in scores], np.float32)
    return np.ascontiguousarray(np.broadcast_to(margins, (outputs,)))


def _numbers(text: str) -> list[float]:
    inside = text.strip().removeprefix("[").removesuffix("]")
    return [float(each) for each in inside.split(",")]


def _margin(score: Any, kind: str) -> Any:
    if kind == "logit":
        return -_log(np.float32(1) / score - np.float32(1))
    return _log(score) if kind == "log" else score


def _log(x: Any) -> Any:
    """The logarithm of float32 as XGBoost takes it: logf of the C library, which is not always the nearest number.

    Another last bit moves margins. Where the library cannot be asked, the logarithm is rounded to the nearest.
    """
    try:
        logf = ctypes.CDLL(None).logf
    except (AttributeError, OSError, TypeError):
        return np.float32(math.log(x))
    logf.argtypes, logf.restype = [ctypes.c_float], ctypes.c_float
    return np.float32(logf(float(x)))
