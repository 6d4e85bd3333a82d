"""What a transformation takes and where it puts what it gives (``VariableTransformBase``: GetInput, SetOutput)."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from ...errors import FormatError, UnsupportedError, suggestion
from ..wiring import Wiring
from .parsing import children, text_of
from .setup import Setup

__all__ = ["Selection", "selection_of"]


@dataclass
class Selection:
    """``taken`` and ``put``: variables by their place. ``targets``: how many targets of a regression come behind."""

    taken: list[int]
    put: list[int]
    variables: int
    targets: int = 0

    @property
    def whole(self) -> bool:
        """All variables in their order go in and come out."""
        return self.taken == self.put == list(range(self.variables))

    def of(self, wiring: Wiring, x: str) -> str:
        """The variables that go in."""
        if self.taken == list(range(self.variables)):
            return x
        return wiring.add("Gather", x, wiring.weight("taken", np.array(self.taken)), axis=1)

    def into(self, wiring: Wiring, x: str, given: str) -> str:
        """``x`` with what a transformation gives in its places."""
        if self.put == list(range(self.variables)):
            return given
        order = np.arange(self.variables)
        for number, place in enumerate(self.put):  # of two in one place the last stays, as in TMVA
            order[place] = self.variables + number
        if len(set(self.put)) == self.variables:
            x, order = given, order - self.variables
        else:
            x = wiring.add("Concat", x, given, axis=1)
        return wiring.add("Gather", x, wiring.weight("order", order), axis=1)


def selection_of(element: Element, setup: Setup, where: str) -> Selection:
    """The selection of a ``<Transform>``. Files older than TMVA 4.1 have none: all variables, and all targets."""
    every, targets = list(range(len(setup.variables))), element.get("NTargets", "0").strip()
    if element.find("Selection") is None:
        if targets not in ("0", "1"):
            raise UnsupportedError(f"{where} changes {targets[:20]} targets of the regression; one is supported")
        return _checked(Selection(every, every, len(every), int(targets)), setup, where)
    taken, put = _side(element, setup, "Input", where), _side(element, setup, "Output", where)
    if len(taken[0]) != len(put[0]) or taken[1] != put[1]:
        raise FormatError(f"{where} takes {len(taken[0])} variables and {len(taken[1])} targets, and puts "
                          f"{len(put[0])} and {len(put[1])}; damaged file")  # fmt: skip
    return _checked(Selection(taken[0], put[0], len(every), len(taken[1])), setup, where)


def _checked(selection: Selection, setup: Setup, where: str) -> Selection:
    if selection.targets and setup.analysis != "Regression":
        raise UnsupportedError(f"{where} also changes a target, in a {setup.analysis.lower()}; those of a regression "
                               "are supported")  # fmt: skip
    return selection


def _side(element: Element, setup: Setup, side: str, where: str) -> tuple[list[int], list[int]]:
    """Places of the variables, and of the targets, which stand behind them. Of two variables with one label it is the
    first, as in TMVA's Reader."""
    labels = {each.label: place for place, each in reversed(list(enumerate(setup.variables)))}
    expressions = {each.expression: place for place, each in reversed(list(enumerate(setup.variables)))}
    variables, targets = list[int](), list[int]()
    for each in children(element.find(f"Selection/{side}"), side):
        kind, label = text_of(each, "Type", where), text_of(each, "Label", where)
        if kind == "Target":
            targets.append(len(targets))
        elif kind != "Variable" or targets:
            raise UnsupportedError(f"{where} changes the {kind.lower()} '{label[:100]}'; variables are supported, and "
                                   "targets behind them")  # fmt: skip
        else:
            place = labels.get(label, expressions.get(each.get("Expression", "")))
            if place is None:
                raise FormatError(f"{where} changes '{label[:100]}', which is no variable of the method"
                                  f"{suggestion(label, labels)}; damaged file")  # fmt: skip
            variables.append(place)
    if not variables:
        raise UnsupportedError(f"{where} changes no variable; those that change some are supported")
    return variables, targets
