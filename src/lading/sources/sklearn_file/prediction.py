"""What an estimator gives: values of the graph, and the outputs that they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...endpoints import Label, Output
from ...errors import UnsupportedError
from ...trees.modelling import unique_names
from .columns import Growth, Table
from .ensemble import labels_of
from .state import State

__all__ = ["Prediction", "classification", "probabilities", "publish", "regression", "single_values"]


@dataclass
class Prediction:
    """The outputs of an estimator by name ("margin", "score"), and the value that each of them is.

    ``classes`` are those of a classifier. Its score is (entries, classes), or for two classes of a boosted forest
    (entries), the probability of the second.
    """

    outputs: list[Output]
    values: dict[str, str]
    classes: list[Any] = field(default_factory=list)
    decides: bool = True  # the margin is that of a decision_function; forests that average have none

    def decision(self) -> Output | None:
        """The output that decision_function gives, if the estimator has one."""
        return self.output("margin") if self.decides and self.classes else None

    def output(self, name: str) -> Output | None:
        """The output of this name, if there is one."""
        return next((each for each in self.outputs if each.name == name), None)


def classification(
    classes: Sequence[Any], type_: str, score: str = "", margin: str = "", labels: Sequence[Any] | None = None
) -> Prediction:
    """Of a classifier: ``score`` (entries, classes), ``margin`` (entries) for two classes, else (entries, classes)."""
    names = [Label(name) for name in unique_names(labels_of(classes if labels is None else labels))]
    outputs, values = [], {}
    if margin:
        single = len(classes) == 2
        outputs.append(Output("margin", ["entry"] if single else ["entry", "label"], type_, [] if single else names,
                              "decision_function"))  # fmt: skip
        values["margin"] = margin
    if score:
        outputs.append(Output("score", ["entry", "label"], type_, list(names), "predict_proba"))
        values["score"] = score
    return Prediction(outputs, values, list(classes))


def regression(value: str, targets: int, type_: str) -> Prediction:
    """Of a regressor: (entries), or (entries, targets) where ``targets`` is not 0."""
    axes: list[str | int] = ["entry", targets] if targets else ["entry"]
    return Prediction([Output("score", axes, type_, description="predict")], {"score": value})


def probabilities(growth: Growth, prediction: Prediction, of: State) -> Table:
    """The probabilities of all classes, (entries, classes). Raises UnsupportedError where there are none."""
    output = prediction.output("score")
    if output is None or not prediction.classes:
        raise UnsupportedError(f"{of.where}: the {of.kind} needs probabilities, and one of its estimators gives none")
    wiring, value, type_ = growth.wiring, prediction.values["score"], output.type
    if len(output.axes) == 1:
        second = wiring.add("Unsqueeze", value, np.array([1]))
        first = wiring.add("Sub", np.ones((), type_), second)
        value = wiring.add("Concat", first, second, axis=1)
    return growth.of_value(value, len(prediction.classes), type_)


def single_values(growth: Growth, prediction: Prediction, name: str) -> Table:
    """An output as a table: (entries, 1) for one number per entry."""
    output = next(each for each in prediction.outputs if each.name == name)
    value = prediction.values[name]
    if len(output.axes) == 1:
        return growth.of_value(growth.wiring.add("Unsqueeze", value, np.array([1])), 1, output.type)
    last = output.axes[1]
    size = last if isinstance(last, int) else len(output.label_list)
    return growth.of_value(value, size, output.type)


def publish(growth: Growth, prediction: Prediction) -> None:
    """Makes the values of a prediction the outputs of the model."""
    nodes = growth.model.graphs["main"].nodes
    given = {name for node in nodes for name in node.outputs}
    for output in prediction.outputs:
        value = prediction.values[output.name]
        if value not in given:  # another output already, or what is fed
            growth.wiring.add("Identity", value, gives=output.name)
        else:
            given.remove(value)
            for node in nodes:
                node.inputs = [output.name if isinstance(x, str) and x == value else x for x in node.inputs]
                node.outputs = [output.name if x == value else x for x in node.outputs]
            prediction.values = {k: output.name if v == value else v for k, v in prediction.values.items()}
    growth.model.output_list = prediction.outputs
