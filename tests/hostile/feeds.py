"""Preparation that makes no sense, and numbers that do not fit what is fed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from making import Case, Document, bundle_case, document, result, written

AXES = {"jet": {"kind": "entry"}, "track": {"kind": "sequence", "of": "jet", "max": 40}}
COPY = [{"node": "c", "operator": "Identity", "inputs": ["jets"], "outputs": ["y"]}]


def prepared(pt: Any, **more: Any) -> Document:
    """Jets with a variable ``pt`` of these rules and an ``eta``, and tracks."""
    jets = {"name": "jets", "axes": ["jet", "variable"], "type": "float32",
            "variables": [{"name": "pt", "unit": "GeV", **pt}, {"name": "eta"}]}  # fmt: skip
    tracks = {"name": "tracks", "axes": ["jet", "track", "variable"], "type": "float32", "variables": [{"name": "d0"}]}
    return document(COPY, [jets, tracks], [result("y", "jet", 2)], axes=AXES, **more)


RULES: list[tuple[str, str, Any]] = [
    ("divided by nothing", "division by zero", {"prepare": [{"divide": 0}]}),
    ("divided by -0", "division by zero", {"prepare": [{"divide": -0.0}]}),
    ("NaN added", "computed", {"prepare": [{"add": "nan"}]}),
    ("multiplied by text", "prepare[0]", {"prepare": [{"multiply": "two"}]}),
    ("a verb nobody knows", "did you mean 'log'", {"prepare": ["logp1"]}),
    ("a verb without its number", "prepare[0]", {"prepare": ["add"]}),
    ("a verb with a number it does not take", "prepare[0]", {"prepare": [{"log": 2}]}),
    ("two verbs in a step", "prepare[0]", {"prepare": [{"add": 1, "divide": 2}]}),
    ("a step of nothing", "prepare[0]", {"prepare": [{}]}),
    ("a step that is null", "prepare[0]", {"prepare": [None]}),
    ("steps as text", "prepare", {"prepare": "log"}),
    ("clipped the wrong way round", "prepare[0].clip", {"prepare": [{"clip": [5, 0]}]}),
    ("clipped to NaN", "prepare[0].clip", {"prepare": [{"clip": ["nan", 1]}]}),
    ("clipped by one number", "prepare[0].clip", {"prepare": [{"clip": [1]}]}),
    ("clipped by a number", "prepare[0].clip", {"prepare": [{"clip": 1}]}),
    ("a number beyond float64", "too large for a float64", None),
    ("raw text", "raw", {"raw": "text"}),
    ("raw float16", "raw", {"raw": "float16"}),
    ("a unit that is a number", "unit", {"unit": 5}),
    ("missing without a value", "missing", {"missing": {"when": ["nan"]}}),
    ("missing when nothing", "computed", {"missing": {"when": [], "value": 1}}),
    ("missing when text", "missing.when[0]", {"missing": {"when": ["none"], "value": 1}}),
    ("missing above NaN", "computed", {"missing": {"when": [{"above": "nan"}], "value": 1}}),
    ("missing beyond a bound that is text", "missing.when[0]", {"missing": {"when": [{"above": "pt"}], "value": 1}}),
    ("missing by its own flag", "flag", {"missing": {"when": [{"flag": "pt"}], "value": 1}}),
    (
        "missing by a flag that is not there",
        "did you mean 'eta'",
        {"missing": {"when": [{"flag": "etta"}], "value": 1}},
    ),
    ("taken from itself", "from", {"from": "jets.pt"}),
    ("taken from nowhere", "from", {"from": "jets.px"}),
    ("taken from a sequence", "from", {"from": "tracks.d0"}),
    ("taken from no input", "from", {"from": "jet.eta"}),
    ("taken from text without a dot", "from", {"from": "eta"}),
    ("categories of real numbers", "categories", {"raw": "int64", "categories": [0.5, 1]}),
    ("a category twice", "categories", {"raw": "int64", "categories": [1, 1]}),
    ("no categories", "categories", {"raw": "int64", "categories": []}),
    ("an unknown category without categories", "unknown", {"unknown": 3}),
    ("an index of an unknown category that is negative", "unknown", {"raw": "int64", "categories": [1], "unknown": -1}),
    ("padding of jets", "computed", {"pad": 0}),
    ("the name of the other variable", "'eta'", {"name": "eta"}),
    ("a name with a new line", "not a name", {"name": "p\nt"}),
    ("by fold, without folds", "the model has no folds", {"prepare": {"by_fold": [["log"], []]}}),
    ("10000 steps", "computed", {"prepare": [{"add": 0.0}] * 10_000}),
]

CATEGORY = {"raw": "int64", "unit": "", "categories": [0, 1, 10]}
WHOLE = {"raw": "int64", "unit": ""}

FEEDS: list[tuple[str, str, Any, list[str]]] = [
    ("NaN for a whole number", "pt", WHOLE, ["column jets pt - 1 nan"]),
    ("infinity for a whole number", "pt", WHOLE, ["column jets pt - inf 1"]),
    ("a half for a whole number", "0.5", WHOLE, ["column jets pt - 1 0.5"]),
    ("2^63 for a whole number", "9223372036854775808", WHOLE, ["column jets pt - 9223372036854775808 1"]),
    ("-2^64 for a whole number", "pt", WHOLE, ["column jets pt - -18446744073709551616 1"]),
    ("1e300 for a float32", "1e+300", {}, ["column jets pt - 1 1e300"]),
    ("-1e39 for a float32", "-1e+39", {}, ["column jets pt - 1 -1e39"]),
    ("a category nobody knows", "pt", CATEGORY, ["column jets pt - 1 2"]),
    ("the lowest category", "pt", CATEGORY, ["column jets pt - -9223372036854775808 1"]),
    ("a category that is NaN", "pt", CATEGORY, ["column jets pt - nan 1"]),
    ("a logarithm of negative numbers", "computed", {"prepare": ["log"]}, ["column jets pt - -1 0"]),
    ("another kind of unit", "'mm'", {}, ["column jets pt mm 1 1"]),
    ("a unit nobody knows", "'Gev'", {}, ["column jets pt Gev 1 1"]),
    ("a unit for what has none", "'GeV'", {}, ["column jets eta GeV 1 1"]),
    ("a variable nobody knows", "did you mean 'pt'", {}, ["column jets Pt - 1 1"]),
    ("an input nobody knows", "did you mean 'jets'", {}, ["column jest pt - 1 1"]),
    ("an axis nobody knows", "'trakc'", {}, ["counts trakc 1 1"]),
]


def fed(name: str, text: str, made: Document, lines: list[str]) -> Case:
    def write(folder: Path) -> Path:
        written(folder, made)
        (folder / "feed.txt").write_text("\n".join(lines) + "\n")
        return folder

    return Case(f"feed: {name}", write, text)


def cases() -> Iterator[Case]:
    import json

    for name, text, pt in RULES:
        if pt is None:
            raw = json.dumps(prepared({"prepare": [{"add": 12345}]})).replace("12345", "1e400").encode()
            yield bundle_case(f"preparation: {name}", text, raw)
            continue
        made = prepared(pt)
        yield bundle_case(f"preparation: {name}", text, made)
    for name, text, pt, lines in FEEDS:
        yield fed(name, text, prepared(pt), lines)
