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


# ---- the suite's tolerance passes what is wrong by 1e-3; these do not


@functools.cache
def doubled_cases() -> list[tuple[suite.Case, suite.Case]]:
    """The float32 cases and the same in double precision, as far as onnx.reference computes them."""
    pairs = []
    for case in core_cases():
        if case.category != "float32" or "_expanded" in case.name:
            continue
        try:
            pairs.append((case, suite.in_double(case)))
        except Exception:  # onnx.reference has no double form of it: the evaluator has to do
            continue
    return pairs


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


def test_float32_agrees_with_double_precision_to_1e_6_of_the_scale() -> None:
    wrong, judged = {}, 0
    for case, double in doubled_cases():
        found = outputs_of(case, suite.compiled_engine)
        if found is None:
            continue
        judged += 1
        for (name, value), wanted in zip(found.items(), double.data[0][1], strict=True):
            if text := beyond(value, np.asarray(wanted)):
                wrong[case.name, name] = text
    assert wrong == {}
    assert judged > 700


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


#: Cases whose double form onnx.reference computes partly in single precision, by the beginning of their names.
SINGLE_IN_REFERENCE = {
    "test_attention_3d_scaled": "root of the scale in float32",
    "test_attention_4d_scaled": "root of the scale in float32",
    "test_attention_3d_gqa_scaled": "root of the scale in float32",
    "test_attention_4d_gqa_scaled": "root of the scale in float32",
    "test_attention_3d_diff_heads_sizes_scaled": "root of the scale in float32",
    "test_attention_4d_diff_heads_sizes_scaled": "root of the scale in float32",
    "test_erf": "results in float32",
    "test_gelu": "constants in float32",
    "test_hardswish": "constants in float32",
    "test_resize_upsample_sizes_cubic": "scales in float32",
    "test_resize_downsample_sizes_cubic": "scales in float32",
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
    cases = [double for _, double in doubled_cases()]
    assert len(cases) > 700
    assert {case.name: why for case in cases if (why := judged_in_double(case))} == {}


if __name__ == "__main__":
    for way in WAYS:
        Path(__file__).with_name(way).write_text(refused_text(way), encoding="utf-8")
        print(way, suite.counts(list(verdicts(way))))
