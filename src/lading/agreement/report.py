"""What a comparison found: the worst difference of each output, and what was compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Difference:
    """The worst of one output: its size in the output's scale, in which case, and why it was accepted."""

    output: str
    size: float = 0.0
    case: str = ""
    reason: str = ""


@dataclass
class Agreement:
    """What was compared and how well it agreed."""

    oracle: str
    differences: list[Difference] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    not_compared: dict[str, str] = field(default_factory=dict)  # case -> why

    @property
    def worst(self) -> float:
        return max((d.size for d in self.differences), default=0.0)

    def __str__(self) -> str:
        text = f"agrees with {self.oracle} to {self.worst:.1e} of the output scale in {len(self.compared)} cases"
        reasons = sorted({f"'{d.output}': {d.reason}" for d in self.differences if d.reason})
        if reasons:
            text += f" ({'; '.join(reasons)})"
        if self.not_compared:
            names = list(self.not_compared)
            listed = "; ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
            text += f"; could not run {listed} ({next(iter(self.not_compared.values()))})"
        return text

    def as_json(self) -> dict[str, Any]:
        """What ``agreement.json`` holds."""
        return {
            "with": self.oracle,
            "outputs": {d.output: {"difference": d.size, "case": d.case} | ({"reason": d.reason} if d.reason else {})
                        for d in self.differences},
            "compared": self.compared,
            "not compared": self.not_compared,
        }  # fmt: skip
