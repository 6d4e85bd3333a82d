"""What the engine's own sources say of its operators."""

from __future__ import annotations

import re
from pathlib import Path

OPERATORS = Path(__file__).parents[2] / "cpp" / "src" / "operators"


def shaping_inputs() -> dict[str, tuple[int, ...]]:
    """The inputs whose numbers an operator wants before it tells a shape, by operator."""
    found: dict[str, tuple[int, ...]] = {}
    for path in OPERATORS.glob("*.cpp"):
        text = path.read_text()
        classes = re.split(r"^class ", text, flags=re.M)[1:]
        for body in classes:
            mask = re.search(r"shape_inputs\(\) const override \{ return ([^;]+); \}", body)
            if mask is None:
                continue
            bits = sum(_mask(part) for part in mask[1].split(" | "))  # 1 << 1 | 1 << 3
            name = re.match(r"\w+", body)
            assert name is not None
            makers = re.findall(rf"make_(\w+)\(const Definition&[^)]*\) \{{[^}}]*make_unique<{name[0]}\b", text)
            for operator in makers or [name[0]]:
                found[operator] = tuple(i for i in range(8) if bits >> i & 1)
    return found


def _mask(text: str) -> int:
    base, _, shift = text.partition(" << ")
    return int(base, 0) << int(shift or 0)
