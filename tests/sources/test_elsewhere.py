"""Files of models that are not read are told by their content, with the way by which they come in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from onnx import helper  # protobuf's wire format is the same whoever writes it

import lading
from lading.sources.elsewhere import WAYS, way_of


def field(number: int, data: bytes) -> bytes:
    """A length-delimited field of protobuf, shorter than 128 bytes."""
    assert len(data) < 128
    return bytes([number << 3 | 2, len(data)]) + data


def frozen_graph() -> bytes:
    """Two nodes as TensorFlow's graph.proto and node_def.proto have them."""
    dtype = field(5, field(1, b"dtype") + field(2, b"\x30\x01"))
    x = field(1, b"x") + field(2, b"Placeholder") + dtype
    nodes = [x, field(1, b"y") + field(2, b"Relu") + field(3, b"x") + dtype]
    return b"".join(field(1, node) for node in nodes)


FILES = {
    "frozen.pb": (frozen_graph(), r"a frozen graph of .* --graphdef \S+/frozen.pb --inputs x:0 --outputs y:0 --"),
    "saved_model.pb": (b"\x08\x01" + field(2, field(1, field(4, b"serve"))), "a SavedModel of .* --saved-model"),
    "model.tflite": (b"\x1c\x00\x00\x00TFL3" + bytes(40), "TensorFlow Lite.* --tflite"),
    "net-0000.params": ((0x112).to_bytes(8, "little") + bytes(80), "parameters of MXNet without their graph"),
    "net-symbol.json": (b'{\n  "nodes": [\n    {\n      "op": "null", \n      "name": "data"', "a graph of MXNet"),
    "net.hxx": (b"//Code generated automatically by TMVA for Inference of Model file [net.onnx] at [Sat Mar  7] \n\n",
                "TMVA's SOFIE generated from 'net.onnx'; convert that file"),
    "net.dat": (b"tensor_0weight 2\n0.25 -1\ntensor_0bias 1\n0.5\n", "weights that TMVA's SOFIE wrote beside its C"),
    "trees.json": (b'{"max_depth": 3, "splitting_convention": "<=", "trees": []}', "conifer"),
    "tagger.mlir": (b"module @jit_f {\n  func.func public @main(%arg0: tensor<3xf32>) {\n    stablehlo.tanh",
                    r"StableHLO, a program of JAX .* lading.convert\(function, example\)"),
    "model.pmml": (b'<?xml version="1.0"?>\n<PMML version="4.4">', "PMML; convert the model"),
    "words.gguf": (b"GGUF\x03\x00\x00\x00", "a language model"),
    "weights.npy": (b"", "an array of NumPy"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_the_message_says_what_it_is_and_what_to_do(tmp_path: Path, name: str) -> None:
    data, says = FILES[name]
    path = tmp_path / name
    if data:
        path.write_bytes(data)
    else:
        np.save(path, np.zeros(3))
    with pytest.raises(lading.FormatError, match=says):
        lading.convert(path)


def test_a_graph_that_begins_with_many_numbers_is_one_too(tmp_path: Path) -> None:
    number = lambda value: bytes([value & 127 | 128, value >> 7 & 127 | 128, value >> 14])  # noqa: E731  a varint
    content = bytes(100_000)
    attribute = b"\x2a" + number(len(content)) + content
    first = field(1, b"w") + field(2, b"Const") + attribute
    (tmp_path / "w.pb").write_bytes(b"\x0a" + number(len(first)) + first + frozen_graph())
    assert "--inputs x:0 --outputs y:0" in way_of(tmp_path / "w.pb")


def test_a_file_of_jax_export_holds_stablehlo_as_bytes(tmp_path: Path) -> None:
    (tmp_path / "tagger.jax").write_bytes(b"\x3c\0\0\0\x38\0" + b"ML\xefR\x0dStableHLO_v1.14.0\0")
    assert way_of(tmp_path / "tagger.jax").startswith("StableHLO, a program of JAX")


def test_every_way_has_a_file_here() -> None:
    assert len(FILES) == len(WAYS)


def test_nothing_is_said_of_other_files(tmp_path: Path) -> None:
    graph = helper.make_graph([], "empty", [], [])
    others = {"a": b"", "b": b"event,pt\n1,2\n", "c": b"\x0a\x05hello", "d": graph.SerializeToString()}
    for name, data in others.items():
        (tmp_path / name).write_bytes(data)
        assert way_of(tmp_path / name) == ""


@pytest.mark.parametrize(("papers", "whose"), [
    ({"input_names": ["x"], "x": {"var_names": ["a"], "var_infos": {"a": {
        "median": 1, "norm_factor": 2, "replace_inf_value": 0, "lower_bound": -5, "upper_bound": 5}}, "var_length": 1}},
     "CMS preprocess.json"),
    ({"inputs": [{"name": "x", "offset": 0, "scale": 1}], "class_labels": ["p"]}, "lwtnn variables"),
    ({"inputs": [{"of": "x", "variables": ["a"]}]}, "JSON with inputs and outputs"),
], ids=["cms", "lwtnn", "own"])  # fmt: skip
def test_papers_say_that_they_go_with_a_model(tmp_path: Path, papers: dict[str, object], whose: str) -> None:
    path = tmp_path / "papers.json"
    path.write_text(json.dumps(papers))
    with pytest.raises(lading.FormatError) as caught:
        lading.convert(path)
    assert str(caught.value) == (
        f"{path}: {whose}, the papers of a model; give them with it: lading convert MODEL --describe {path}")


@pytest.mark.parametrize("text", ["pt\neta\n", "{}", "{\"a\": ", "\x00\x01"])
def test_what_is_neither_a_model_nor_papers(tmp_path: Path, text: str) -> None:
    path = tmp_path / "some.file"
    path.write_text(text)
    with pytest.raises(lading.FormatError, match="of no format that is read"):
        lading.convert(path)
