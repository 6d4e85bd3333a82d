"""``lading.json`` beside graph.nnef: papers, with the names that NNEF has no place for."""

from __future__ import annotations

from typing import Any

from ...bundle.strict_json import parse_json
from ...errors import FormatError, LadingError
from ...model import Model
from ..naming import endpoints, give_readable_names
from .container import PAPERS, Container


class SideFile:
    """What the side file says, if there is one. Its items name what they describe with "of", as papers do."""

    def __init__(self, files: Container):
        self.where = files.named(PAPERS)
        data = files.read(PAPERS)
        self.papers: dict[str, Any] = {} if data is None else parse_json(data, self.where)
        if not isinstance(self.papers, dict):
            raise FormatError(f"{self.where}: should be an object, as papers are")
        if not all(isinstance(self.papers.get(key, {}), dict) for key in ("axes", "names", "record")):
            raise FormatError(f"{self.where}: axes, names and record should be objects")
        within = [*self.papers.get("axes", {}).values(), self.papers.get("record", {}).get("origin", {})]
        if not all(isinstance(each, dict) for each in within):
            raise FormatError(f"{self.where}: every axis, and the record's origin, should be an object")
        for kind in ("inputs", "outputs"):
            listed = self.papers.get(kind, [])
            if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
                raise FormatError(f"{self.where}: {kind} should be a list of objects")

    def _items(self) -> list[dict[str, Any]]:
        return [*self.papers.get("inputs", []), *self.papers.get("outputs", [])]

    @property
    def types(self) -> dict[str, str]:
        """Types of tensors by their names in the graph: NNEF knows one type of integers."""
        from ...graph import TYPES

        return {str(each.get("of", each.get("name"))): each["type"] for each in self._items()
                if each.get("type") in TYPES}  # fmt: skip

    @property
    def entry_places(self) -> dict[str, int]:
        """Where tensors have the entry axis, by their names in the graph."""
        axes = self.papers.get("axes", {})
        entry = next((name for name, each in axes.items() if isinstance(each, dict) and each.get("kind") == "entry"),
                     "entry")
        return {str(each.get("of", each.get("name"))): each["axes"].index(entry) for each in self._items()
                if isinstance(each.get("axes"), list) and entry in each["axes"]}  # fmt: skip

    @property
    def is_complete(self) -> bool:
        """Whether it holds all papers of a model, as ``targets/nnef.py`` writes them."""
        return "lading" in self.papers

    def mark_entries(self, model: Model, entry: str) -> None:
        """Opens the axis of entries, which is 1 in the graph."""
        from ...endpoints import Axis

        model.axes[entry] = Axis(entry, "entry")
        for endpoint in endpoints(model):
            place = self.entry_places.get(endpoint.name)
            if place is not None and place < len(endpoint.axes) and endpoint.axes[place] == 1:
                endpoint.axes[place] = entry

    def applied(self, model: Model) -> Model:
        """The model as the side file describes it. Raises FormatError where it does not belong to the graph."""
        from ...describe import apply
        from ...describe.applying import OF_RECORD, PASSED_OVER, SAID
        from ...simplify import simplify

        if not self.papers:
            return model
        own = model.record
        known = (*SAID, *OF_RECORD, *PASSED_OVER)
        extra = {key: value for key, value in self.papers.items() if key not in known and self.is_complete}
        passed_over = {*extra, "record"} if self.is_complete else set()  # both are taken as they are
        try:
            said = {key: value for key, value in self.papers.items() if key not in passed_over}
            made: Model = apply(model, said, self.where)
        except LadingError as error:
            raise FormatError(f"{error}. Correct {PAPERS}, or take it away to read the graph without names") from None
        made.exported = self.is_complete
        if self.is_complete:
            made.names = self.papers.get("names", {})
            made.record = self.papers.get("record", {}) or own
            made.extra = extra
            simplify(made)
            give_readable_names(made)
        return made
