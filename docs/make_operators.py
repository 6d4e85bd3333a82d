"""Writes docs/operators.md: every operator, what it takes, and how it does in the ONNX backend suite.

    python docs/make_operators.py

A test fails when the page is stale.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "operators"))

HEAD = """# Operators

Operators of ONNX at opset 24, the version of format 1. The ONNX reader upgrades older files to it, writes functions out
into the operators they stand for, and drops what is only there for training; so this is about what remains.

Cases are those of the ONNX backend suite for float32, float64, int32, int64, bool and control flow, run by the
compiled engine: **{wrong} wrong, {crashed} crashed**, {passed} passed, {refused} refused. `tests/operators/refused.txt`
lists each refused case with its reason; most are of operators that are not there: for training, for language, or
newer than opset 24.

| operator | cases passed | refused |
|---|---|---|
"""


def engine_operators() -> list[str]:
    """The names in the engine's table."""
    table = (ROOT / "cpp" / "src" / "operators" / "operators.inc").read_text(encoding="utf-8")
    return sorted(name for name in re.findall(r"^LADING_OPERATOR\((\w+)\)", table, re.M) if name != "Dense")


def page(verdicts: tuple) -> str:
    """The text of docs/operators.md for these verdicts of the suite."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for each in verdicts:
        for operator in each.case.operators:
            counts[operator][each.verdict] += 1
    total = Counter(each.verdict for each in verdicts)
    head = HEAD.format(wrong=total["wrong"], crashed=total["crashed"], passed=total["pass"], refused=total["refused"])
    numbers = {name: (counts[name]["pass"] or "–", counts[name]["refused"] or "") for name in engine_operators()}
    rows = [f"| {name} | {passed} | {refused} |" for name, (passed, refused) in numbers.items()]
    return head + "\n".join(rows) + "\n"


def main() -> None:
    from test_suite_gate import verdicts

    (ROOT / "docs" / "operators.md").write_text(page(verdicts()), encoding="utf-8")


if __name__ == "__main__":
    main()
