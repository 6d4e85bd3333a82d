"""Files that were cut, whose parts overlap, whose sizes overflow, or that are no files at all."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "bundle"))

import broken
import broken_files
from making import Case, bundle_case, document, record, result, written

from lading.bundle import archive, safetensors

WEIGHTS = {"w": np.ones((3, 4), np.float32), "v": np.ones(4, np.float32)}
NODES = [
    {"node": "first", "operator": "MatMul", "inputs": ["x", "w"], "outputs": ["h"]},
    {"node": "second", "operator": "Add", "inputs": ["h", "v"], "outputs": ["y"]},
]
GOOD = document(NODES, [{"name": "x", "axes": ["jet", 3], "type": "float32"}], [result("y", "jet", 4)])
DATA = safetensors.to_bytes(WEIGHTS)
TEXT = json.dumps({**GOOD, "weights": record(DATA)}).encode()
ARCHIVE = archive.to_bytes({"model.json": TEXT, "weights.safetensors": DATA})
HEADER = 8 + int.from_bytes(DATA[:8], "little")


def cut_files() -> Iterator[Case]:
    """Every file cut at many places. The record of the weights says what is left of them, or what they were."""
    for at in sorted({0, 1, 7, 8, 9, HEADER // 2, HEADER - 1, HEADER, HEADER + 1, HEADER + 16, len(DATA) - 1}):
        text = "shorter than 8 bytes" if at < 8 else "shorter than its header" if at < HEADER else "of tensors, its"
        data = DATA[:at]
        yield bundle_case(f"weights cut at {at}", text, {**GOOD, "weights": record(data)}, data)
        yield bundle_case(f"weights cut at {at}, recorded whole", "changed or damaged", TEXT, data)
    for at in range(0, len(TEXT), len(TEXT) // 16):
        yield bundle_case(f"model.json cut at {at}", "not valid JSON", TEXT[:at], DATA)
    for at in [4, *range(30, len(ARCHIVE), len(ARCHIVE) // 12), len(ARCHIVE) - 1]:
        yield archive_case(f"archive cut at {at}", "zip directory", ARCHIVE[:at])


def archive_case(name: str, text: str, data: bytes) -> Case:
    def write(folder: Path) -> Path:
        folder.mkdir(parents=True)
        (folder / "tau.lading").write_bytes(data)
        return folder / "tau.lading"

    return Case(name, write, text)


# ---- safetensors


def header(**tensors: Any) -> dict[str, Any]:
    """Of ``w`` (3, 4) and ``v`` (4), with changes."""
    good = {
        "w": {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]},
        "v": {"dtype": "F32", "shape": [4], "data_offsets": [48, 64]},
    }
    return {
        name: {**good.get(name, {}), **change} for name, change in {**{name: {} for name in good}, **tensors}.items()
    }


BIG = 2**63
TENSORS: list[tuple[str, str, dict[str, Any] | bytes, int]] = [
    ("the same bytes twice", "begins at byte", header(v={"shape": [3, 4], "data_offsets": [0, 48]}), 48),
    ("one inside of the other", "begins at byte", header(v={"data_offsets": [16, 32]}), 48),
    ("offset 2^63", "does not fit into 64 bits", header(v={"data_offsets": [BIG, BIG + 16]}), 64),
    ("offset 2^64 - 1", "does not fit into 64 bits", header(v={"data_offsets": [48, 2**64 - 1]}), 64),
    ("offset 2^63 - 1", "should span", header(v={"data_offsets": [48, BIG - 1]}), 64),
    ("both offsets near 2^63", "begins at byte", header(v={"data_offsets": [BIG - 17, BIG - 1]}), 64),
    ("negative offset", "0 or more", header(v={"data_offsets": [-16, 0]}), 64),
    ("real offset", "should be an integer", header(v={"data_offsets": [48.0, 64.0]}), 64),
    ("offset as text", "should be an integer", header(v={"data_offsets": ["48", "64"]}), 64),
    ("offsets as a number", "should be a list", header(v={"data_offsets": 48}), 64),
    ("no offsets", "should be two integers", header(v={"data_offsets": []}), 64),
    ("product beyond 2^63", "too large", header(v={"shape": [2**32, 2**32]}), 64),
    ("product beyond 2^64, which wraps to 16 bytes", "too large", header(v={"shape": [2**62 + 1, 4]}), 64),
    ("product of eight axes", "too large", header(v={"shape": [2**8] * 8}), 64),
    ("shape of 2^63 - 1", "too large", header(v={"shape": [BIG - 1]}), 64),
    ("shape beyond 64 bits", "does not fit into 64 bits", header(v={"shape": [2**64]}), 64),
    ("shape as text", "should be a list", header(v={"shape": "4"}), 64),
    ("real length", "should be an integer", header(v={"shape": [4.0]}), 64),
    ("length as true", "should be an integer", header(v={"shape": [True]}), 64),
    ("300 axes", "at most 8", header(v={"shape": [1] * 300}), 64),
    ("bits of a type of one byte", "should span 4 bytes", header(v={"dtype": "U8"}), 64),
    ("type in lower case", "did you mean 'F32'", header(v={"dtype": "f32"}), 64),
    ("type as a number", "should be text", header(v={"dtype": 32}), 64),
    ("complex numbers", "no such type 'C64'", header(v={"dtype": "C64"}), 64),
    ("tensor as a list", "should be an object", json.dumps({"w": [], "v": []}).encode(), 0),
    ("header as a list", "does not begin with '{'", b"[]", 0),
    ("header as text", "does not begin with '{'", b'"w"', 0),
    ("NaN in the header", "not valid JSON", b'{"w": NaN}', 0),
    ("header that is deep", "nested more than 64 deep", b'{"w": ' + b"[" * 100_000, 0),
    ("header that is no UTF-8", "not valid UTF-8", b'{"\xff\xfe": {}}', 0),
    ("two tensors of one name", "stands twice", b'{"w": {"dtype": "F32"}, "w": {"dtype": "F32"}}', 0),
    ("key twice in a tensor", "stands twice", b'{"w": {"shape": [1], "shape": [2]}}', 0),
    ("metadata as a list", "should be an object", {"__metadata__": [], **header()}, 64),
    ("metadata in metadata", "should be text", {"__metadata__": {"a": {}}, **header()}, 64),
    (
        "a tensor nobody reads",
        "no node reads the weight 'u'",
        header(u={"dtype": "F32", "shape": [0], "data_offsets": [64, 64]}),
        64,
    ),
    ("a tensor that is missing", "no value 'v'", {"w": header()["w"]}, 48),
    (
        "tensor with a name of no name",
        "no node reads",
        {**header(), "a/../b": header(x={})["v"] | {"data_offsets": [64, 80]}},
        80,
    ),
    (
        "a tensor named as an input",
        "has the name of an input",
        header(x={"dtype": "F32", "shape": [0], "data_offsets": [64, 64]}),
        64,
    ),
    ("a bool that is 255", "neither 0 nor 1", header(v={"dtype": "BOOL", "shape": [16]}), -64),
    (
        "30000 tensors",
        "no node reads the weight",
        {**header(), **{f"t{i}": {"dtype": "U8", "shape": [0], "data_offsets": [64, 64]} for i in range(30_000)}},
        64,
    ),
]


def tensor_files() -> Iterator[Case]:
    for name, text, made, size in TENSORS:
        data = broken_files.tensor_file(made, b"\xff" * -size if size < 0 else bytes(size))
        yield bundle_case(f"tensors: {name}", text, {**GOOD, "weights": record(data)}, data)
    for name, size in {"2^63": 2**63, "2^64 - 1": 2**64 - 1, "100 MB": 100_000_001}.items():
        data = size.to_bytes(8, "little") + DATA[8:]
        text = "its header would be larger than 100 MB"
        yield bundle_case(f"tensors: header of {name} bytes", text, {**GOOD, "weights": record(data)}, data)


# ---- the record of the weights

RECORDS: list[tuple[str, str, Any]] = [
    ("another digest", "changed or damaged", {"sha256": "0" * 64}),
    ("digest in capitals", "should be a sha256, 64 hexadecimal digits", {"sha256": record(DATA)["sha256"].upper()}),
    ("short digest", "should be a sha256, 64 hexadecimal digits", {"sha256": record(DATA)["sha256"][:63]}),
    ("digest of other letters", "should be a sha256, 64 hexadecimal digits", {"sha256": "g" * 64}),
    ("empty digest", "should be a sha256, 64 hexadecimal digits", {"sha256": ""}),
    ("digest as a number", "should be text", {"sha256": 0}),
    ("no digest", "should be text", {"sha256": None}),
    ("one byte more", "damaged", {"bytes": len(DATA) + 1}),
    ("no bytes", "damaged", {"bytes": 0}),
    ("2^63 - 1 bytes", "damaged", {"bytes": 2**63 - 1}),
    ("negative bytes", "should be 0 or more", {"bytes": -1}),
    ("real bytes", "should be an integer", {"bytes": float(len(DATA))}),
    ("bytes as text", "should be an integer", {"bytes": "112"}),
    ("parent folder", "not a name", {"file": "../weights.safetensors"}),
    ("absolute path", "not a name", {"file": "/etc/passwd"}),
    ("deeper folder", "not a name", {"file": "a/weights.safetensors"}),
    ("no name", "not a name", {"file": ""}),
    ("this folder", "the name of a file beside model.json", {"file": "."}),
    ("folder above", "the name of a file beside model.json", {"file": ".."}),
    ("backslashes", "the name of a file beside model.json", {"file": "..\\weights.safetensors"}),
    ("drive", "the name of a file beside model.json", {"file": "C:weights.safetensors"}),
    ("NUL in the name", "not a name", {"file": "weights.safetensors\0.txt"}),
    ("a URL", "not a name", {"file": "file:///etc/passwd"}),
    ("model.json itself", "the name of a file beside model.json", {"file": "model.json"}),
    ("a file that is not there", "no such file", {"file": "weigths.safetensors"}),
    ("a name of 100000 letters", "not a name", {"file": "w" * 100_000}),
    ("a name as a list", "should be text", {"file": ["weights.safetensors"]}),
    ("unknown key", "unknown key 'sha512'", {"sha512": "0" * 128}),
]


def records() -> Iterator[Case]:
    for name, text, change in RECORDS:
        yield bundle_case(f"record: {name}", text, {**GOOD, "weights": {**record(DATA), **change}}, DATA)
    yield bundle_case("record: a list", "should be an object", {**GOOD, "weights": []}, DATA)
    yield bundle_case("record: missing", "no value 'w'", json.dumps(GOOD).encode(), DATA)


# ---- what is no file


def replaced(name: str, text: str, at: str, make: Callable[[Path], object]) -> Case:
    def write(folder: Path) -> Path:
        written(folder, TEXT, DATA)
        (folder / at).unlink()
        make(folder / at)
        return folder

    return Case(f"{at} is {name}", write, text)


def no_files() -> Iterator[Case]:
    for at in ("model.json", "weights.safetensors"):
        yield replaced("a folder", "not a file", at, Path.mkdir)
        yield replaced("a pipe", "not a file", at, os.mkfifo)
        yield replaced("an endless device", "not a file", at, lambda path: path.symlink_to("/dev/zero"))
        yield replaced("an empty device", "not a file", at, lambda path: path.symlink_to("/dev/null"))
        yield replaced("a link to itself", "no such file", at, lambda path: path.symlink_to(path.name))
        yield replaced("a link to nowhere", "no such file", at, lambda path: path.symlink_to("nowhere"))
        yield replaced(
            "a hole of 1 TB",
            "larger than 64 MB" if at == "model.json" else "has 1099511627776 bytes",
            at,
            lambda path: path.touch() or os.truncate(path, 2**40),
        )


def cases() -> Iterator[Case]:
    for family in (cut_files, tensor_files, records, no_files):
        yield from family()


def known_cases() -> Iterator[Case]:
    """Those of tests/bundle, whose texts are held there."""
    for name, model, _ in broken.refusals():
        yield bundle_case(f"known {name}", "", model, safetensors.to_bytes(broken.WEIGHTS))
    for name, (model, _) in broken.TEXTS.items():
        yield bundle_case(f"known text {name}", "", model, safetensors.to_bytes(broken.WEIGHTS))
    for name, (weights, _) in broken_files.TENSORS.items():
        yield bundle_case(f"known tensors {name}", "", broken.MODEL, weights)
    for name, (data, _) in broken_files.ARCHIVES.items():
        yield archive_case(f"known archive {name}", "", data)
