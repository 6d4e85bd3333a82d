"""Bundles with one fault each, and the text with which both readers must refuse them.

``refusals.json`` holds faults inside of a model.json: a path, the value that stands there instead (none:
nothing), and the text; ``refusals_of_folds.json`` those inside of one with folds. Faults of the bytes are made
here, those of the other files in ``broken_files.py``.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from lading.bundle import safetensors

HERE = Path(__file__).parent

#: A small model with something of everything that the format knows.
MODEL: dict[str, Any] = {
    "lading": 1,
    "requires": [],
    "name": "tau-id",
    "version": "1.2.0",
    "description": "3-prong tau identification",
    "axes": {
        "jet": {"kind": "entry"},
        "track": {
            "kind": "sequence",
            "of": "jet",
            "min": 0,
            "max": 40,
            "keep": "first",
            "pad": 0,
            "order": "pt",
        },
        "hit": {"kind": "sequence", "of": "jet"},
        "bin": {"kind": "fixed", "size": 2},
    },
    "inputs": [
        {
            "name": "jets",
            "axes": ["jet", "variable"],
            "type": "float32",
            "variables": [
                {
                    "name": "pt",
                    "unit": "MeV",
                    "raw": "float64",
                    "missing": {"when": ["nan", -999, {"above": 1e7}, {"flag": "bad"}], "value": 20000},
                    "prepare": ["log10", {"subtract": 4.3}, {"clip": [0, 5]}],
                },
                {"name": "mode", "raw": "int64", "categories": [0, 1, 10], "unknown": 3},
                {"name": "bad"},
            ],
        },
        {
            "name": "tracks",
            "axes": ["jet", "track", "variable"],
            "type": "float32",
            "variables": [
                {"name": "d0", "unit": "mm", "pad": -1},
                {"name": "jet_pt", "from": "jets.pt", "prepare": ["log"]},
            ],
        },
        {
            "name": "track_mask",
            "axes": ["jet", "track"],
            "type": "float32",
            "mask": {"of": "track", "present": 1, "absent": 0},
        },
        {"name": "image", "axes": ["jet", "bin", 3], "type": "int8"},
    ],
    "outputs": [
        {
            "name": "flavour",
            "axes": ["jet", "label"],
            "type": "float32",
            "range": [0, 1],
            "when_empty": {"track": [0.3, 0.3, 0.4]},
            "labels": ["p_u", "p_c", {"label": "p_b", "description": "b-jet probability", "range": [0, 1]}],
        },
        {"name": "weight", "axes": ["jet", "track"], "type": "float32"},
    ],
    "operators": {"ai.onnx": 24, "lading": 1},
    "graphs": {
        "main": [
            {
                "node": "pool",
                "operator": "ReduceSum",
                "inputs": ["tracks", {"int64": [1]}],
                "outputs": ["pooled"],
                "attributes": {"keepdims": 0},
            },
            {
                "node": "join",
                "operator": "Concat",
                "inputs": ["jets", "pooled"],
                "outputs": ["joined"],
                "attributes": {"axis": 1},
            },
            {
                "node": "dense",
                "operator": "Gemm",
                "inputs": ["joined", "w", "b"],
                "outputs": ["h"],
                "attributes": {"alpha": 0.5},
            },
            {
                "node": "fullest",
                "operator": "ReduceMax",
                "inputs": ["track_mask"],
                "outputs": ["full"],
                "attributes": {"keepdims": 0},
            },
            {"node": "any", "operator": "Greater", "inputs": ["full", {"float32": 0.0}], "outputs": ["seen"]},
            {
                "node": "choose",
                "operator": "If",
                "inputs": ["seen"],
                "outputs": ["flavour"],
                "attributes": {
                    "else_branch": {"graph": "else", "outputs": ["unchosen"]},
                    "then_branch": {"graph": "then", "outputs": ["chosen"]},
                },
            },
            {"node": "copy", "operator": "Identity", "inputs": ["track_mask"], "outputs": ["weight"]},
        ],
        "then": [{"node": "probability", "operator": "Softmax", "inputs": ["h"], "outputs": ["chosen"]}],
        "else": [{"node": "keep", "operator": "Identity", "inputs": ["h"], "outputs": ["unchosen"]}],
    },
    "weights": {"file": "weights.safetensors"},
    "names": {"typed by hand": {}},
    "record": {"licence": "CC-BY-4.0"},
}


def folded() -> dict[str, Any]:
    """The same with two folds, of which the second has nodes and rules of its own."""
    model = copy.deepcopy(MODEL)
    model["requires"] = ["folds"]
    model["folds"] = {
        "key": "event.number",
        "pick": {"hash": "splitmix64", "modulo": 3, "members": [0, 1, 1]},
        "graphs": ["even", "odd"],
    }
    model["inputs"].append(
        {"name": "event", "axes": ["jet", "variable"], "type": "int64", "variables": [{"name": "number"}]}
    )
    pt, jet_pt = model["inputs"][0]["variables"][0], model["inputs"][1]["variables"][1]
    pt["missing"] = {"by_fold": [pt["missing"], {**copy.deepcopy(pt["missing"]), "value": 30000}]}
    pt["prepare"] = {"by_fold": [pt["prepare"], ["log"]]}
    model["inputs"][1]["variables"][0]["pad"] = {"by_fold": [-1, 0]}
    jet_pt["prepare"] = {"by_fold": [["log"], ["sqrt"]]}
    model["outputs"][0]["when_empty"] = {"by_fold": [{"track": [0.3, 0.3, 0.4]}, {"track": [0, 1, 0]}]}
    model["graphs"] = {**_fold(model["graphs"], "even"), **_fold(model["graphs"], "odd")}
    return model


def _fold(graphs: dict[str, Any], fold: str) -> dict[str, Any]:
    """The graphs of one fold: their own names of nodes and graphs, the same names of values."""
    made = {}
    for name, nodes in copy.deepcopy(graphs).items():
        for node in nodes:
            node["node"] = f"{fold}.{node['node']}"
            for attribute in node.get("attributes", {}).values():
                if isinstance(attribute, dict):
                    attribute["graph"] = f"{fold}.{attribute['graph']}"
        made[fold if name == "main" else f"{fold}.{name}"] = nodes
    return made


WEIGHTS = {"w": np.arange(15, dtype=np.float32).reshape(5, 3), "b": np.zeros(3, np.float32)}


def write(folder: Path, model: dict[str, Any] | bytes, weights: bytes | None = None) -> Path:
    """A bundle of these parts; the record of the weights is filled in where ``model`` has one."""
    folder.mkdir(parents=True)
    data = safetensors.to_bytes(WEIGHTS) if weights is None else weights
    (folder / "model.json").write_bytes(
        model if isinstance(model, bytes) else as_bytes(with_record(model, data))
    )
    (folder / "weights.safetensors").write_bytes(data)
    return folder


def as_bytes(model: dict[str, Any]) -> bytes:
    return json.dumps(model, ensure_ascii=False, indent=1).encode()


def with_record(model: dict[str, Any], weights: bytes) -> dict[str, Any]:
    """Size and sha256 of the weights filled in."""
    return {**model, "weights": {**model["weights"], "sha256": sha256(weights), "bytes": len(weights)}}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def edited(model: dict[str, Any], path: str, *value: Any) -> bytes:
    """The model.json with another value, or none, at a path: ``inputs[0].name``, ``axes['a/b']``."""
    model = with_record(copy.deepcopy(model), safetensors.to_bytes(WEIGHTS))
    *before, last = [_step(match) for match in re.finditer(r"\[(\d+)\]|\['(.*?)'\]|\.?([^.\[]+)", path)]
    place: Any = model
    for step in before:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    if value:
        place[last] = value[0]
    else:
        del place[last]
    return as_bytes(model)


def _step(match: re.Match[str]) -> str | int:
    number, quoted, word = match.groups()
    return int(number) if number is not None else quoted if quoted is not None else word


def refusals() -> list[tuple[str, bytes, str]]:
    """A name, a model.json, and the text of its refusal without the folder."""
    files = [(HERE / "refusals.json", MODEL, ""), (HERE / "refusals_of_folds.json", folded(), "folds: ")]
    return [
        (f"{kind}{path} {value}"[:60], edited(model, path, *value), text)
        for file, model, kind in files
        for path, *value, text in json.loads(file.read_text(encoding="utf-8"))
    ]


# ---- the bytes of model.json

GOOD = as_bytes(with_record(MODEL, safetensors.to_bytes(WEIGHTS)))


def with_text(value: str) -> bytes:
    """The model.json with a JSON value as its description, as it stands."""
    return GOOD.replace(b'"3-prong tau identification"', value.encode())


def in_record(value: str) -> bytes:
    """The model.json with a JSON value in its record, as it stands."""
    return GOOD.replace(b'"CC-BY-4.0"', value.encode())


def line_of(text: bytes) -> str:
    """The refusal of what stands on the line of the good model.json that holds ``text``."""
    return f"not valid JSON (line {GOOD.count(bytes([10]), 0, GOOD.index(text)) + 1})"


DESCRIPTION = GOOD.index(b'"3-prong')
LINES = GOOD.count(b"\n") + 1

TEXTS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "not valid JSON (line 1)"),
    "a list": (b"[]", "should be an object, is a list"),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, "begins with a byte order mark; remove it"),
    "latin-1": (
        with_text('"caf\u00e9"').replace(b"\xc3\xa9", b"\xe9"),
        f"not valid UTF-8 (byte {DESCRIPTION + 4})",
    ),
    "overlong": (
        with_text('"a"').replace(b'"a"', b'"\xc0\xaf"'),
        f"not valid UTF-8 (byte {DESCRIPTION + 1})",
    ),
    "surrogate in UTF-8": (
        with_text('"a"').replace(b'"a"', b'"\xed\xa0\x80"'),
        f"not valid UTF-8 (byte {DESCRIPTION + 1})",
    ),
    "cut in a character": (GOOD[:-2] + b"\xe2\x82", f"not valid UTF-8 (byte {len(GOOD) - 2})"),
    "half a surrogate pair": (with_text(r'"\ud83d"'), line_of(b"3-prong")),
    "second half alone": (with_text(r'"\ude00"'), line_of(b"3-prong")),
    "two first halves": (with_text(r'"\ud83d\ud83d\ude00"'), line_of(b"3-prong")),
    "half in a key": (GOOD.replace(b'"licence"', rb'"\ud83dlicence"'), line_of(b'"licence"')),
    "NUL behind the end": (GOOD + b"\0", f"not valid JSON (line {LINES})"),
    "NUL in a text": (with_text('"a\0b"'), line_of(b"3-prong")),
    "control character": (with_text('"a\nb"'), line_of(b"3-prong")),
    "tab in a text": (with_text('"a\tb"'), line_of(b"3-prong")),
    "unknown escape": (with_text(r'"\x41"'), line_of(b"3-prong")),
    "not closed": (GOOD[:-3], f"not valid JSON (line {LINES - 1})"),
    "two values": (GOOD + b"{}", f"not valid JSON (line {LINES})"),
    "comment": (b"// tau\n" + GOOD, "not valid JSON (line 1)"),
    "comma behind the last": (in_record('["a",]'), line_of(b'"licence"')),
    "single quotes": (with_text("'a'"), line_of(b"3-prong")),
    "NaN": (in_record("NaN"), line_of(b'"licence"')),
    "Infinity": (in_record("[-Infinity]"), line_of(b'"licence"')),
    "True": (in_record("True"), line_of(b'"licence"')),
    "leading zero": (in_record("01"), line_of(b'"licence"')),
    "leading plus": (in_record("+1"), line_of(b'"licence"')),
    "no digits before the point": (in_record(".5"), line_of(b'"licence"')),
    "no digits behind the point": (in_record("5."), line_of(b'"licence"')),
    "key twice": (in_record('{"a": 1, "b": 2, "a": 3}'), "the key 'a' stands twice in one object"),
    "key twice, escaped": (in_record(r'{"a": 1, "\u0061": 3}'), "the key 'a' stands twice in one object"),
    "beyond int64": (
        in_record("9223372036854775808"),
        "the integer 9223372036854775808 does not fit into 64 bits",
    ),
    "below int64": (
        in_record("-9223372036854775809"),
        "the integer -9223372036854775809 does not fit into 64 bits",
    ),
    "far beyond int64": (in_record("1" * 400), f"the integer {'1' * 400} does not fit into 64 bits"),
    "beyond float64": (in_record("-1e999"), "the number -1e999 is too large for a float64"),
    "65 deep": (in_record("[" * 63 + "]" * 63), "nested more than 64 deep"),
    "100000 deep": (in_record("[" * 100_000), "nested more than 64 deep"),
    "100000 objects deep": (in_record('{"a":' * 100_000), "nested more than 64 deep"),
}
