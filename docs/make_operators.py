"""Writes docs/operators.md: every operator, the types it takes, and how it does in the ONNX backend suite.

    python docs/make_operators.py

A test fails when the page is stale.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "operators"))

import backend_suite as suite  # noqa: E402

HEAD = """# Operators

Operators of ONNX at opset 24, the version of format 1. The ONNX reader upgrades older files to it, writes functions out
into the operators they stand for, loops of a fixed number of turns (at most 128) into the nodes of all turns, and drops
what is only there for training; so this is about what remains.

Cases are those of the ONNX backend suite for float32, float64, int32, int64, bool and control flow.
`refused.txt` and `refused_by_reader.txt` in `tests/operators/` list each refused case with its reason.

| | wrong | crashed | passed | refused |
|---|---|---|---|---|
| the compiled engine | {wrong} | {crashed} | {passed} | {refused} |
| with the ONNX reader in front of it | {reader_wrong} | {reader_crashed} | {reader_passed} | {reader_refused} |

Types are those that the engine was seen to take for the operator's data (bfloat16, which NumPy has not, was
not tried). "Passed" counts the cases that use the operator, the last column those that are refused because of it.

The suite passes what is off by 1e-3. So {float32} cases in float32 and {float64} in float64 are also held against
ONNX's reference, widened to double precision. "Off by" is the largest error of float32 there, in units in the last
place, in the cases that have this operator only, and their number; 0.5 is correct rounding, 0 is equality. The unit is
that of the element itself or, where what is summed cancels, of how far the element moves when the numbers that it is
made of move in theirs. Graphs of several operators are off by {several} at most. `tests/operators/last_places.py` has
the rule, the limits and the few exceptions; the largest errors are those of sums of thousands of numbers.

| operator | types | passed | off by | refused |
|---|---|---|---|---|
"""

MISSING = """
## Not there

Operators of opset 24 that the engine has not got. What ONNX defines as a function of others is written
out by the reader.

| operator | what the reader does |
|---|---|
"""

TYPES = (
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "float16",
)
GROUPS = {
    "all": TYPES[:11], "all numbers": TYPES[:10], "floats": TYPES[:2], "integers": TYPES[2:10],
    "signed integers": TYPES[2:6], "unsigned integers": TYPES[6:10],
}  # fmt: skip
#: Operators without a case of their own, and one whose cases fit.
LIKE = {"GlobalLpPool": "GlobalAveragePool"}
LAST_PLACES = ROOT / "tests" / "operators" / "last_places.txt"


def engine_operators() -> list[str]:
    """The names in the engine's table, those apart that only its plans use."""
    table = (ROOT / "cpp" / "src" / "operators" / "operators.inc").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"^LADING_OPERATOR\((\w+),", table, re.M)) & suite.pinned_operators())


# ---- which types an operator takes


def data_type(operator: str) -> str:
    """The schema's name of the data type: of the first output where inputs share it, else of the first input."""
    schema = onnx.defs.get_schema(operator, suite.OPSET, "")
    inputs = [each.type_str for each in schema.inputs]
    shared = (each.type_str for each in schema.outputs if each.type_str in inputs)
    return inputs[0] if operator == "QuantizeLinear" else next(shared, inputs[0])


def taken_types(operator: str) -> list[str]:
    """The types for which some case of the suite runs when its data have that type."""
    cases = [
        case for case in suite.load() if [n.op_type for n in case.model.graph.node] == [LIKE.get(operator, operator)]
    ]
    return [name for name in TYPES if any(runs(operator, case, name) for case in cases)]


def runs(operator: str, case: suite.Case, type_name: str) -> bool:
    try:
        model, feeds, _ = suite.translate(case)
    except Exception:  # newer than opset 24
        return False
    (node,) = model.document["graphs"]["main"]
    node["operator"] = operator
    formal = onnx.defs.get_schema(operator, suite.OPSET, "").inputs
    for i, name in enumerate(node["inputs"]):
        place = feeds if isinstance(name, str) and name in feeds else model.weights
        is_data = formal[min(i, len(formal) - 1)].type_str == data_type(operator)
        if isinstance(name, dict) and is_data and type_name not in name:
            return False
        beside = type_name in GROUPS["floats"] and isinstance(name, str) and name and place[name].dtype == np.float32
        if isinstance(name, str) and name and (is_data or beside):
            place[name] = place[name].astype(type_name)
    for given in model.document["inputs"]:
        given["type"] = str(feeds[given["name"]].dtype)
    try:
        suite.compiled_engine(model, feeds)
    except Exception:  # refused
        return False
    return True


def in_words(types: list[str]) -> str:
    """["int8", …, "uint64", "bool"] as "integers, bool"."""
    words, left = [], set(types)
    for word, group in GROUPS.items():
        if set(group) <= left:
            words.append(word)
            left -= set(group)
    return ", ".join(words + [name for name in TYPES if name in left])


# ---- what the suite says


def own_refusals(verdicts: tuple[suite.Verdict, ...]) -> dict[str, Counter[str]]:
    """Per operator, why it refused cases."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in verdicts:
        if match := re.search(r"node '\w+' \((\w+)\): (.*)|operator (\w+) is (newer than opset 24)", each.why):
            operator, why = (match[1] or match[3]), (match[2] or match[4])
            found[operator][re.sub(r"\[[\d, ]+\]", "[…]", why).replace("|", "\\|")] += 1
    return found


def missing(reader: tuple[suite.Verdict, ...]) -> Iterator[tuple[str, str]]:
    """Operators of opset 24 that are not in the engine, and what becomes of them."""
    for operator in sorted(suite.pinned_operators() - set(engine_operators()) - {"Constant"}):
        told = {each.verdict for each in reader if operator in each.case.operators}
        if told:
            yield (
                operator,
                "writes it out" if told == {"pass"} else "refuses it" if told == {"refused"} else "writes some out",
            )


def last_places() -> dict[str, tuple[int, int, str]]:
    """Per operator: cases in float32, cases in float64, the largest error in float32."""
    lines = (line.split() for line in LAST_PLACES.read_text(encoding="utf-8").splitlines())
    return {name[:-1]: (int(single), int(double), error) for name, single, double, error in lines}


def off_by(name: str, errors: dict[str, tuple[int, int, str]]) -> str:
    """The largest error and the number of cases."""
    single, _, error = errors.get(name, (0, 0, ""))
    return f"{error.replace('0.0', '0')} in {single}" if single else "–"


def page(verdicts: tuple[suite.Verdict, ...], reader: tuple[suite.Verdict, ...]) -> str:
    """The text of docs/operators.md for these verdicts of the suite."""
    total, by_reader = (Counter(each.verdict for each in them) for them in (verdicts, reader))
    numbers: dict[str, Any] = {**count_names(total), **{f"reader_{k}": n for k, n in count_names(by_reader).items()}}
    passed = Counter(operator for each in verdicts if each.verdict == "pass" for operator in each.case.operators)
    refusals, errors, rows = own_refusals(verdicts), last_places(), []
    for place, name in enumerate(("float32", "float64")):
        numbers[name] = sum(each[place] for each in errors.values())
    with np.errstate(all="ignore"):
        for name in engine_operators():
            why = "; ".join(f"{count}: {text}" for text, count in refusals[name].items())
            types, count = in_words(taken_types(name)), passed[name] or "–"
            rows.append(f"| {name} | {types} | {count} | {off_by(name, errors)} | {why} |")
    absent = [f"| {operator} | {what} |" for operator, what in missing(reader)]
    head = HEAD.format(**numbers, several=errors["several"][2])
    return head + "\n".join(rows) + "\n" + MISSING + "\n".join(absent) + "\n"


def count_names(total: Counter[str]) -> dict[str, int]:
    return {"wrong": total["wrong"], "crashed": total["crashed"], "passed": total["pass"], "refused": total["refused"]}


def main() -> None:
    from test_suite_gate import verdicts

    text = page(verdicts("refused.txt"), verdicts("refused_by_reader.txt"))
    (ROOT / "docs" / "operators.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
