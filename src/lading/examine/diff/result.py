"""The differences of two models, as an object, as text and as JSON."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from .endpoints import EndpointDifference
from .wording import counted

if TYPE_CHECKING:
    from ...model import Model
    from .behaviour import ScoreDifferences


@dataclass
class Side:
    """One of the two: what the user called it, and the model."""

    name: str
    model: Model

    @cached_property
    def digest(self) -> str:
        return self.model.digest

    @cached_property
    def function(self) -> str:
        return self.model.function_digest


@dataclass
class Differences:
    """What ``lading.diff`` gives. True if the two models differ.

    Differences in words only (a formula written otherwise that gives the same numbers, a description, the name of an
    axis) and scores that differ by less than the tolerance do not make it true.
    """

    a: Side
    b: Side
    endpoints: list[EndpointDifference]
    tolerance: float
    scores: ScoreDifferences | None = None  # None: not compared
    not_run: str = ""  # why, where they should have been
    papers: list[tuple[str, str, str]] = field(default_factory=list)  # of models with the same function: what, a, b

    @cached_property
    def same_bundle(self) -> bool:
        """The digests are equal: every byte is the same."""
        return self.a.digest == self.b.digest

    @cached_property
    def same_function(self) -> bool:
        """The function digests are equal: by place, both compute the same bits."""
        return bool(self.a.function) and self.a.function == self.b.function

    @property
    def endpoints_differ(self) -> bool:
        """Some endpoint differs in more than words."""
        return any(not each.words for each in self.endpoints)

    @property
    def differ(self) -> bool:
        """Endpoints or scores differ."""
        return self.endpoints_differ or (self.scores is not None and self.scores.differ)

    @property
    def summary(self) -> str:
        """One line: "endpoints differ in 2 places; scores differ in 31 of 1000 entries (largest 0.12)"."""
        if self.same_bundle:
            return "the same bundle"
        if self.same_function and not self.endpoints_differ:
            return "the same function, other text" if self.papers or self.endpoints else "the same function"
        return f"{self._endpoints_text()}; {self._scores_text()}"

    def _endpoints_text(self) -> str:
        places = sum(not each.words for each in self.endpoints)
        words = len(self.endpoints) - places
        more = f" ({words} in words only)" if words else ""
        if places:
            return f"endpoints differ in {counted(places, 'place')}" + (f" and {words} in words only" if words else "")
        return f"endpoints agree{more}"

    def _scores_text(self) -> str:
        scores = self.scores
        if scores is None:
            return "scores not compared" + (f": {self.not_run}" if self.not_run else "")
        if scores.differ:
            one_sided = max((output.only_one for output in scores.outputs), default=0)
            notes = [f"largest {scores.largest:.2g}"] if scores.largest else []
            notes += [f"{one_sided} a number in one model only"] if one_sided else []
            return (f"scores differ in {scores.differing} of {counted(scores.entries, 'entry')}"
                    + (f" ({', '.join(notes)})" if notes else ""))
        if scores.unequal:
            most = max(output.of_scale for output in scores.outputs)
            return (f"scores agree to {most:.1e} of scale in all {scores.entries} entries, "
                    f"{scores.entries - scores.unequal} of them to the bit")
        return f"scores are equal to the bit in all {counted(scores.entries, 'entry')}"

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data; infinite numbers are the text "inf"."""
        found = {
            "a": self.a.name, "b": self.b.name, "differ": self.differ, "same_bundle": self.same_bundle,
            "same_function": self.same_function, "summary": self.summary,
            "endpoints": [asdict(each) for each in self.endpoints],
            "papers": [dict(zip(("what", "a", "b"), row, strict=True)) for row in self.papers],
            "scores": None if self.scores is None else _without(asdict(self.scores), "beyond"),
            "not_run": self.not_run,
        }  # fmt: skip
        plain: dict[str, Any] = _plain(found)
        return plain

    def text(self, width: int = 100) -> str:
        """What ``lading diff`` prints, without colours."""
        from .page import text

        return text(self, width)

    def __bool__(self) -> bool:
        return self.differ

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Differences of {self.a.name} and {self.b.name}: {self.summary}>"

    def _repr_html_(self) -> str:
        return f'<pre style="line-height:1.3">{escape(self.text())}</pre>'


def _without(found: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != key}


def _plain(value: Any) -> Any:
    """Strict JSON: keys as text, tuples as lists, NaN and infinities as text."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
