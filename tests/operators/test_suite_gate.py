"""The ONNX backend suite against the compiled engine: nothing wrong, nothing crashed, and every refusal is listed.

``refused.txt`` beside this file holds the core cases that are refused, with the reason of each. After a change that
lets more of them pass:

    python tests/operators/test_suite_gate.py
"""

from __future__ import annotations

import functools
import importlib.util
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import backend_suite as suite
import pytest

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("refused.txt")


@functools.cache
def core_cases() -> list[suite.Case]:
    return [case for case in suite.load() if case.is_core]


@functools.cache
def verdicts() -> tuple[suite.Verdict, ...]:
    return tuple(suite.run(core_cases(), suite.compiled_engine, isolated=True))


def refused_text() -> str:
    """One line a case: its name and why it is refused."""
    return "".join(f"{each.case.name}: {reason(each)}\n" for each in sorted(verdicts(), key=lambda v: v.case.name)
                   if each.verdict == "refused")


def reason(verdict: suite.Verdict) -> str:
    """Why, without the names of nodes, which the suite numbers."""
    why = verdict.why
    if "has no operator for" in why:
        missing = sorted({text.split(")")[0] for text in why.split("(")[1:]})
        return f"no operator {', '.join(missing)}"
    return why.partition(": ")[2] or why


@pytest.mark.parametrize("verdict", ["wrong", "crashed"])
def test_nothing_is_wrong_and_nothing_crashes(verdict: str) -> None:
    assert [str(each) for each in verdicts() if each.verdict == verdict] == []


def test_what_is_refused_is_listed_with_its_reason() -> None:
    assert refused_text() == LIST.read_text(encoding="utf-8")


def test_the_page_of_operators_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("make_operators", ROOT / "docs" / "make_operators.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    text = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    assert text == made.page(verdicts()), "stale: run python docs/make_operators.py"


def doubled_cases() -> list[suite.Case]:
    """The float32 cases in double precision, as far as onnx.reference computes them."""
    cases = []
    for case in core_cases():
        if case.category != "float32" or "_expanded" in case.name:
            continue
        try:
            cases.append(suite.in_double(case))
        except Exception:  # onnx.reference has no double form of it: the suite's own tolerance has to do
            continue
    return cases


#: Cases whose double form onnx.reference computes partly in single precision, by the beginning of their names.
SINGLE_IN_REFERENCE = {
    "test_attention_3d_scaled": "root of the scale in float32",
    "test_attention_4d_scaled": "root of the scale in float32",
    "test_attention_3d_gqa_scaled": "root of the scale in float32",
    "test_attention_4d_gqa_scaled": "root of the scale in float32",
    "test_attention_3d_diff_heads_sizes_scaled": "root of the scale in float32",
    "test_attention_4d_diff_heads_sizes_scaled": "root of the scale in float32",
    "test_erf": "results in float32", "test_gelu": "constants in float32", "test_hardswish": "constants in float32",
    "test_resize_upsample_sizes_cubic": "scales in float32", "test_resize_downsample_sizes_cubic": "scales in float32",
}


def judged_in_double(case: suite.Case) -> str:
    """Why the engine is wrong; by the evaluator where the reference is too coarse. Empty if it is right or refuses."""
    verdict, why = suite.judge(case, suite.compiled_engine, rtol=1e-11, atol=1e-11)
    if verdict != "wrong" or not any(case.name.startswith(name) for name in SINGLE_IN_REFERENCE):
        return why if verdict == "wrong" else ""
    model, feeds, expected = suite.translate(case)
    ours, theirs = suite.compiled_engine(model, feeds), suite.numpy_engine(model, feeds)
    return " ".join(suite.disagreement(ours[name], theirs[name], 1e-11, 1e-11) for name in expected).strip()


def test_in_double_precision_the_engine_agrees_to_1e_11() -> None:
    """The suite's tolerance passes what is wrong by 1e-3; this does not."""
    cases = doubled_cases()
    assert len(cases) > 300
    assert {case.name: why for case in cases if (why := judged_in_double(case))} == {}


if __name__ == "__main__":
    LIST.write_text(refused_text(), encoding="utf-8")
    print(suite.counts(list(verdicts())))
