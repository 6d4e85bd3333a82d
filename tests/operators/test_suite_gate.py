"""The ONNX backend suite against the compiled engine: nothing wrong, nothing crashed, and every refusal is listed.

``refused.txt`` beside this file holds the core cases that the engine refuses, ``refused_by_reader.txt`` those that are
refused when the ONNX reader is in front of it, each with its reason. After a change that lets more of them pass:

    python tests/operators/test_suite_gate.py
"""

from __future__ import annotations

import functools
import importlib.util
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import backend_suite as suite
import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
WAYS = {"refused.txt": suite.translate, "refused_by_reader.txt": suite.read_by_lading}


@functools.cache
def core_cases() -> list[suite.Case]:
    return [case for case in suite.load() if case.is_core]


@functools.cache
def verdicts(way: str = "refused.txt") -> tuple[suite.Verdict, ...]:
    return tuple(suite.run(core_cases(), suite.compiled_engine, isolated=True, translation=WAYS[way]))


def refused_text(way: str) -> str:
    """One line a case: its name and why it is refused."""
    return "".join(f"{each.case.name}: {reason(each)}\n" for each in sorted(verdicts(way), key=lambda v: v.case.name)
                   if each.verdict == "refused")  # fmt: skip


def reason(verdict: suite.Verdict) -> str:
    """Why, without the kind of the error, the name of the file, where the node stands, and what to do."""
    why = verdict.why
    if "has no operator for" in why:
        missing = sorted({text.split(")")[0] for text in why.split("(")[1:]})
        return f"no operator {', '.join(missing)}"
    why = why.partition(": ")[2] or why
    why = re.sub(rf"^{verdict.case.name}\.onnx(/model\.json)?: (1 node cannot be converted: +)?", "", why)
    return re.split("; at |. To do: ", why)[0]


@pytest.mark.parametrize("verdict", ["wrong", "crashed"])
@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_wrong_and_nothing_crashes(way: str, verdict: str) -> None:
    assert [str(each) for each in verdicts(way) if each.verdict == verdict] == []


@pytest.mark.parametrize("way", WAYS)
def test_what_is_refused_is_listed_with_its_reason(way: str) -> None:
    assert refused_text(way) == Path(__file__).with_name(way).read_text(encoding="utf-8")


def test_the_page_of_operators_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("make_operators", ROOT / "docs" / "make_operators.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    text = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    assert text == made.page(verdicts(), verdicts("refused_by_reader.txt")), "stale: run python docs/make_operators.py"


# ---- the suite's tolerance passes what is wrong by 1e-3; this does not, and test_last_places.py even less


def outputs_of(case: suite.Case, engine: suite.Engine) -> suite.Tensors | None:
    """The outputs by name, or None if it refuses."""
    try:
        model, feeds, _ = suite.translate(case)
        return engine(model, feeds)
    except Exception:  # listed in refused.txt
        return None


def beyond(found: np.ndarray, wanted: np.ndarray, tolerance: float = 1e-6) -> str:
    """How far an output is off, in units of its scale, if that is more than ``tolerance``."""
    if found.dtype.kind != "f":
        return "" if np.array_equal(found, wanted) else "integers differ"
    wide, wanted = found.astype(np.float64), wanted.astype(np.float64)
    finite = np.isfinite(wanted)
    if wide.shape != wanted.shape or not np.array_equal(wide[~finite], wanted[~finite], equal_nan=True):
        return "another shape, infinity or NaN"
    error, scale = (np.abs(x).max(initial=0) for x in (wide[finite] - wanted[finite], wanted[finite]))
    return f"{error / scale:.1e}" if error > tolerance * scale else ""


#: A sum of 6480 numbers that have five values only: the roundings of one value all go the same way.
LONG_SUMS = ("test_nllloss_NCd1d2d3d4d5_mean_weight_expanded",)


def test_all_types_agree_with_the_evaluator_to_1e_6_of_the_scale() -> None:
    wrong, judged = {}, 0
    with np.errstate(all="ignore"):
        for case in core_cases():
            found, wanted = (outputs_of(case, engine) for engine in (suite.compiled_engine, suite.numpy_engine))
            if found is None or wanted is None:
                continue
            judged += 1
            tolerance = 1e-6 if case.name not in LONG_SUMS else 1e-5
            wrong |= {(case.name, o): text for o in found if (text := beyond(found[o], wanted[o], tolerance))}
    assert wrong == {}
    assert judged > 1200


if __name__ == "__main__":
    for way in WAYS:
        Path(__file__).with_name(way).write_text(refused_text(way), encoding="utf-8")
        print(way, suite.counts(list(verdicts(way))))
