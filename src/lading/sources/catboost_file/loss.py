"""What CatBoost makes of a margin, by the loss that a model was trained with."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...errors import UnsupportedError
from ...graph import Node

LOGISTIC = ("Logloss", "CrossEntropy", "Focal", "MultiClassOneVsAll", "MultiLogloss", "MultiCrossEntropy")
EXPONENTIAL = ("Poisson", "Tweedie")
OF_CLASSES = ("MultiClass", "MultiClassOneVsAll", "MultiLogloss", "MultiCrossEntropy")
IDENTITY = ("RMSE", "MAE", "Quantile", "MultiQuantile", "GroupQuantile", "Expectile", "LogLinQuantile", "MAPE", "Lq",
            "Huber", "LogCosh", "MultiRMSE", "MultiRMSEWithMissingValues", "PairLogit", "PairLogitPairwise", "YetiRank",
            "YetiRankPairwise", "QueryRMSE", "QuerySoftMax", "QueryCrossEntropy", "LambdaMart", "StochasticFilter",
            "StochasticRank", "PythonUserDefinedPerObject", "PythonUserDefinedMultiTarget", "RMSPE")  # fmt: skip

#: Of (mean, logarithm of the standard deviation) the first as it is, of the second exp(2 x): the variance.
MEAN_AND_VARIANCE = [
    Node("mean", "Slice", ["margin", *(np.array([n], np.int64) for n in (0, 1, 1))], ["margin.mean"]),
    Node("log_width", "Slice", ["margin", *(np.array([n], np.int64) for n in (1, 2, 1))], ["margin.log_width"]),
    Node("log_variance", "Add", ["margin.log_width", "margin.log_width"], ["margin.log_variance"]),
    Node("variance", "Exp", ["margin.log_variance"], ["score.variance"]),
    Node("both", "Concat", ["margin.mean", "score.variance"], ["score"], {"axis": 1}),
]


@dataclass
class Loss:
    """A link of the forest, or the nodes that make the score of the margin where it has none such."""

    link: str = "identity"
    of_classes: bool = False
    nodes: list[Node] = field(default_factory=list)


def loss_of(name: str, outputs: int, where: str) -> Loss:
    """What a loss says. Raises UnsupportedError."""
    of_classes = name in OF_CLASSES
    if name in LOGISTIC:
        return Loss("logistic", of_classes)
    if name == "MultiClass" and outputs > 1:
        return Loss("softmax", of_classes)
    if name in EXPONENTIAL:
        return Loss("exp")
    if name == "RMSEWithUncertainty" and outputs == 2:
        return Loss(nodes=MEAN_AND_VARIANCE)
    if name in IDENTITY:
        return Loss()
    raise UnsupportedError(
        f"{where}: the loss is '{name}', and what it makes of a margin is not known; known are "
        f"{', '.join((*LOGISTIC, 'MultiClass', *EXPONENTIAL, 'RMSEWithUncertainty', *IDENTITY))}"
    )
