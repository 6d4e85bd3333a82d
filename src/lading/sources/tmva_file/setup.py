"""What a weight file says beside its numbers: method, options, variables, spectators, classes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ...errors import FormatError, UnsupportedError
from .parsing import children, only, text_of
from .refusals import way_of_method

__all__ = ["Quantity", "Setup", "setup_of"]

METHODS = ("BDT", "MLP", "DNN", "DL", "Fisher", "LD", "Category")


@dataclass
class Quantity:
    """A variable or spectator: the expression that was typed at training, its label, and its range there."""

    expression: str
    label: str
    title: str = ""
    unit: str = ""
    lowest: float | None = None
    highest: float | None = None


@dataclass
class Setup:
    """One method of a file: the whole file, or one category of it."""

    kind: str  # "BDT", "MLP", "Category" ...
    title: str
    info: dict[str, str]
    options: dict[str, str]
    variables: list[Quantity]
    spectators: list[Quantity]
    classes: list[str]
    transformations: list[Element]
    weights: Element

    @property
    def analysis(self) -> str:
        """"Classification", "Regression" or "Multiclass". What ``Weights`` calls AnalysisType is another thing: it
        says 1 in nearly all files."""
        return self.info.get("AnalysisType", "Classification")

    def release(self, of: str) -> int:
        """The version of "ROOT" or "TMVA" at training, major << 16 | minor << 8 | patch; 0 if it is not given."""
        said = self.info.get(f"{of} Release", "")
        if found := re.search(r"\[(\d{1,9})\]", said):
            return int(found[1])
        parts = re.fullmatch(r"\s*(\d{1,3})[./](\d{1,3})[./](\d{1,3})\D*", said)
        return int(parts[1]) << 16 | int(parts[2]) << 8 | int(parts[3]) if parts else 0

    def says(self, option: str, usually: bool = False) -> bool:
        """A yes-or-no option."""
        return self.options.get(option, str(usually)).strip().lower() in ("true", "1", "yes", "t")


def setup_of(element: Element, where: str, outer: Setup | None = None) -> Setup:
    """The method in ``element``; what a category does not say itself is said by the ``outer`` method."""
    kind, _, title = text_of(element, "Method", where).partition("::")
    kind = kind.strip().split(" ")[-1]
    general, options, classes = (element.find(name) for name in ("GeneralInfo", "Options", "Classes"))
    chosen = {text_of(each, "name", where): (each.text or "").strip() for each in children(options, "Option")}
    if kind not in METHODS:
        way = way_of_method(kind, chosen)
        raise UnsupportedError(f"{where}: the method is '{kind[:100]}'; {f'{way}; ' if way else ''}read are "
                               f"{', '.join(METHODS)}")  # fmt: skip
    info = {text_of(each, "name", where): text_of(each, "value", where) for each in children(general, "Info")}
    variables = _quantities(only(element, "Variables", where), "Variable", where)
    if not variables:
        raise FormatError(f"{where}: has no variables; damaged file")
    return Setup(
        kind, title.strip() or kind,
        {**(outer.info if outer else {}), **info},
        chosen,
        variables,
        _quantities(element.find("Spectators"), "Spectator", where),
        [text_of(each, "Name", where) for each in children(classes, "Class")] or (outer.classes if outer else []),
        children(element.find("Transformations"), "Transform"),
        only(element, "Weights", where),
    )  # fmt: skip


def _quantities(element: Element | None, name: str, where: str) -> list[Quantity]:
    result = []
    for number, each in enumerate(children(element, name)):
        position = each.get(f"{name[:3 if name == 'Variable' else 4]}Index", str(number))
        if position.strip() != str(number):
            raise FormatError(f"{where}: {name.lower()} {number} says that it is number {position}; damaged file")
        expression = each.get("Expression") or each.get("Label") or f"{name.lower()}_{number}"
        label, title = each.get("Label") or expression, each.get("Title") or ""
        about = "" if title in (expression, label, "F", "I", "D", "C") else title  # a slip of TMVA puts the type there
        result.append(Quantity(expression, label, about, each.get("Unit") or "", *_range(each)))
    return result


def _range(element: Element) -> tuple[float | None, float | None]:
    """The range at training, for the record: what is no number is left out."""
    number = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,2})?\s*", re.I)
    lowest, highest = (float(each[0]) if (each := number.fullmatch((element.get(end) or "")[:40])) else None
                       for end in ("Min", "Max"))  # fmt: skip
    return lowest, highest
