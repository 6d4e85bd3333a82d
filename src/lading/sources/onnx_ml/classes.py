"""From sums to classes and their scores, as ONNX Runtime makes them.

Two classes with votes for one of them are a rule of their own: the sum s is the score of the second class. The first
one's is 1 - s where no weight is negative, else -s, or that of -s under LOGISTIC; and the second class is chosen where
s > 0.5 (no weight negative) or s > 0, before the post transform.
"""

from __future__ import annotations

import numpy as np

from ..onnx_opsets import Refused
from ..replacement import Replacement
from .links import LINKS, transformed
from .reading import Ensemble, leaves_below


class Classes:
    """How many sums a classifier makes, with which base and link, and the nodes behind them."""

    def __init__(self, to: Replacement, found: Ensemble):
        given = to.node.attributes
        self.to, self.found = to, found
        texts, numbers = given.get("classlabels_strings", []), given.get("classlabels_int64s", [])
        self.are_texts = bool(texts)
        self.names = [str(each) for each in (texts or numbers)]  # type: ignore[union-attr]
        self.numbers = list(range(len(self.names))) if texts else [int(each) for each in numbers]  # type: ignore
        self.voted = {output for vote in found.votes for output, _ in vote}
        self.positive = all(value >= 0 for vote in found.votes for _, value in vote)
        self._check(self.voted)
        self.is_one_column = len(self.names) == 2 and self.voted == {0}
        self.sums = 1 if self.is_one_column else len(self.names)
        self.base = found.base
        self.link = LINKS.get(found.transform, "identity")
        if self.is_one_column and found.transform != "LOGISTIC":
            self.link = "identity"
        self.wide = found.wide or to.values.type(str(to.node.inputs[0])) == "float64"

    def _check(self, voted: set[int]) -> None:
        count, bases = len(self.names), len(self.found.base)
        if count < 2:
            raise Refused(f"a classifier of {count} classes")
        if self.found.aggregate != "SUM":
            raise Refused(f"a classifier with the aggregate {self.found.aggregate}")
        if count > 2:
            if bases not in (0, count):
                raise Refused(f"{bases} base values for {count} classes")
            if not bases and not self.positive and not self._certain(count):
                raise Refused("some rows get no vote for one of the classes, and negative votes for others")
            return
        if voted == {0} and (bases > 1 or self.found.transform == "PROBIT"):
            raise Refused("two classes with votes for the first alone, and two base values or PROBIT: ONNX Runtime "
                          "gives no meaningful scores for it")
        if voted == {0, 1} and 1 not in always_voted(self.found):
            raise Refused("some rows get a vote for the second of two classes, and some do not: ONNX Runtime means "
                          "different things by their scores")
        if voted != {0} and bases:
            raise Refused("base values beside votes for the second of two classes, which ONNX Runtime leaves out or "
                          "adds to the wrong class")

    def _certain(self, count: int) -> bool:
        return always_voted(self.found) == set(range(count))

    @property
    def takes_scores(self) -> bool:
        """Whether the score of the forest is the output as it stands."""
        return not self.is_one_column and self.found.transform in LINKS and not self.wide

    def give(self, margin: str, score: str) -> None:
        """The nodes behind the forest."""
        label, scores = (*self.to.node.outputs, "")[:2]
        if scores and not self.takes_scores:
            self._scores(margin, score, scores)
        if label and not self.are_texts:
            self._label(margin, label)

    # ----------------------------------------------------------------------------------------- scores

    def _scores(self, margin: str, score: str, made: str) -> None:
        given = score if self.found.transform in LINKS else margin
        if self.wide:
            given = self.to.cast(given, "float32", "" if self.is_one_column or given == margin else made)
        if self.is_one_column:
            self._two_columns(given, made)
        elif self.found.transform not in LINKS:
            transformed(self.to, given, self.found.transform, made)

    def _two_columns(self, score: str, made: str) -> None:
        to, one = self.to, np.array(np.float32(1))
        column = to.add("Unsqueeze", score, np.array([1]))
        if self.positive or self.found.transform == "LOGISTIC":
            to.add("Concat", to.add("Sub", one, column), column, to=made, axis=1)
        else:
            to.add("Concat", to.add("Neg", column), column, to=made, axis=1)

    # ---------------------------------------------------------------------------------------- classes

    def _label(self, margin: str, made: str) -> None:
        kind = np.float64 if self.wide else np.float32
        if len(self.names) > 2:
            self._greatest(margin, made)
            return
        second = margin if self.is_one_column else self.to.add("Gather", margin, np.array(1), axis=1)
        alone = len(self.voted) == 1
        numbers = self.numbers if alone else [0, 1]  # for both: ONNX Runtime's, whatever the labels
        chosen = self.to.add("Greater", second, np.array(kind(0.5 if alone and self.positive else 0.0)))
        if numbers == [0, 1]:
            self.to.cast(chosen, "int64", made)
        else:
            self.to.add("Where", chosen, np.array(numbers[1]), np.array(numbers[0]), to=made)

    def _greatest(self, margin: str, made: str) -> None:
        to = self.to
        if self.numbers == list(range(len(self.numbers))):
            to.add("ArgMax", margin, to=made, axis=1, keepdims=0)
            return
        greatest = to.add("ArgMax", margin, axis=1, keepdims=0)
        to.add("Gather", to.operand(np.array(self.numbers, np.int64), "classes"), greatest, to=made, axis=0)


def always_voted(found: Ensemble) -> set[int]:
    """Outputs that get a vote in every row: those that all leaves of some tree vote for."""
    certain: set[int] = set()
    for root in found.roots:
        leaves = leaves_below(found, root)
        voted = [{output for output, _ in found.votes[leaf]} for leaf in leaves]
        certain |= set.intersection(*voted) if voted else set()
    return certain
