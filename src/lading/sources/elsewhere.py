"""Files of trained models that are not read, and the way by which their models come in all the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from ..errors import FormatError
from .frozen_graph import endpoints_of, is_frozen_graph

__all__ = ["papers_of", "way_of"]

BEGINNING = 1 << 14  # bytes that are looked at
LARGEST_GRAPH = 1 << 26  # bytes of a frozen graph whose ends are named

MXNET = (0x112).to_bytes(8, "little")  # NDArray list of MXNet, src/ndarray/ndarray.cc


def way_of(path: Path) -> str:
    """What a file is and how its model can be converted, or "" where that is not known either."""
    with path.open("rb") as file:
        beginning = file.read(BEGINNING)
    text = next((text for is_it, text in WAYS if is_it(beginning)), "")
    return text if isinstance(text, str) else text(path)


def papers_of(path: Path) -> str:
    """Whose papers a file holds, "" if it holds none that are told by their content: a table of names is any text."""
    from ..describe.conventions import Content, names_table, recognise

    try:
        content = Content.of_file(path)
        convention = recognise(content)
    except FormatError:
        return ""
    if convention is None:
        own = isinstance(content.value, dict) and {"inputs", "outputs", "axes"} & content.value.keys()
        return "JSON with inputs and outputs" if own else ""
    return "" if convention.TITLE == names_table.TITLE else convention.TITLE


def _is_saved_model(data: bytes) -> bool:
    """A SavedModel begins with its schema version, 1, and a graph whose meta information names TensorFlow's."""
    return data[:3] == b"\x08\x01\x12" and (b"serve" in data or b"tensorflow" in data.lower() or b"DstT" in data)


def _is_mxnet_graph(data: bytes) -> bool:
    return data.lstrip()[:1] == b"{" and b'"nodes"' in data and b'"op": "null"' in data


def _is_stablehlo(data: bytes) -> bool:
    """MLIR, as text or as bytes (which files of jax.export hold), in the words of StableHLO."""
    binary = b"ML\xefR" in data and b"StableHLO" in data
    return binary or (b"module" in data and b"func.func" in data and b"stablehlo." in data)


def _way_of_frozen_graph(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(LARGEST_GRAPH + 1)
    found = ([], []) if len(data) > LARGEST_GRAPH else endpoints_of(data)
    given, made = (",".join(f"{name}:0" for name in names) or "NAME:0" for names in found)
    return (f"a frozen graph of TensorFlow; {TF2ONNX} --graphdef {path} --inputs {given} --outputs {made} "
            "--output model.onnx")


def _way_of_sofie(path: Path) -> str:
    """The first line of what SOFIE generates names the file that it read."""
    with path.open("rb") as beginning:
        name = SOFIE.match(beginning.read(BEGINNING))
    assert name is not None
    file = name[1].decode(errors="replace")
    return f"C++ that TMVA's SOFIE generated from '{file}'; convert that file, which is ONNX, Keras or PyTorch"


SOFIE = re.compile(rb"//Code generated automatically by TMVA for Inference of Model file \[([^]\n]{0,200})\]")
SOFIE_WEIGHTS = re.compile(rb"tensor_\w{1,200} \d{1,12}\n[-\d.]")  # RModel::WriteInitializedTensorsToFile
TF2ONNX = "with TensorFlow at hand it becomes ONNX: python -m tf2onnx.convert"
MXNET_EXPORT = ("where MXNet still runs, mx.onnx.export_model(symbol, params, shapes, types, 'model.onnx') writes both "
                "as ONNX")  # fmt: skip

#: What is known by its beginning: a test, what it is, and the way.
WAYS: tuple[tuple[Callable[[bytes], bool], str | Callable[[Path], str]], ...] = (
    (_is_saved_model, f"a SavedModel of TensorFlow; {TF2ONNX} --saved-model FOLDER --output model.onnx"),
    (is_frozen_graph, _way_of_frozen_graph),
    (lambda data: data[4:8] == b"TFL3", f"a model of TensorFlow Lite, whose weights may be quantised; {TF2ONNX} "
                                        "--tflite FILE --output model.onnx"),
    (lambda data: data[:8] == MXNET, f"parameters of MXNet without their graph; {MXNET_EXPORT}"),
    (_is_mxnet_graph, f"a graph of MXNet without its parameters; {MXNET_EXPORT}"),
    (lambda data: SOFIE.match(data) is not None, _way_of_sofie),
    (lambda data: SOFIE_WEIGHTS.match(data) is not None,
     "weights that TMVA's SOFIE wrote beside its C++, whose first line names a file of ONNX, Keras or PyTorch; convert "
     "that one"),
    (lambda data: b'"splitting_convention"' in data, "trees of conifer, cut to the precision of firmware; convert the "
                                                     "forest they were made of"),
    (_is_stablehlo, "StableHLO, a program of JAX (or of TensorFlow) without the names of its weights; convert the "
                    "function or module that it was made of: lading.convert(function, example)"),
    (lambda data: b"<PMML" in data, "PMML; convert the model of the library that wrote it"),
    (lambda data: data[:4] == b"GGUF", "GGUF, a language model; lading reads none"),
    (lambda data: data[:6] == b"\x93NUMPY", "an array of NumPy, without a graph; convert the model that it belongs to"),
)  # fmt: skip
