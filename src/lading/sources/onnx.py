"""ONNX files, opset 7 to the newest: any operators that come down to those of format 1.

1. Nodes are upgraded to the pinned opset (``onnx_opsets``). Functions of the file, and those of ONNX that
   format 1 does not have, become the nodes they stand for.
2. Nodes out of order are sorted; nodes whose results nobody uses are dropped, as ONNX Runtime does.
3. ``Constant`` nodes and initializers become weights, also those listed as inputs. An ``If`` whose condition is
   in the file becomes the branch it takes, a ``Loop`` whose number of turns is in it the nodes of all turns.
4. Axes are guessed from the shapes of the inputs (``onnx_file/axes.py``); papers may know better.
5. Names, docstrings and metadata go into the record; names of nodes are made readable.
6. All that is not supported is listed in one UnsupportedError.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import FormatError, MissingFile, MissingPackage
from . import origin_of

if TYPE_CHECKING:
    from mmap import mmap

    from onnx import ModelProto, TensorProto

    from ..model import Model
    from .onnx_file.oracle import OnnxOracle

try:
    import onnx as _onnx
except ImportError:  # recognising a file needs no package
    _onnx = None  # type: ignore[assignment]

#: Bytes of the beginning of a file that are looked at to recognise it.
BEGINNING = 4096


def recognises(path: Path) -> bool:
    """Whether the content is that of an ONNX file: a message that begins with an IR version and holds a graph."""
    from .onnx_file.recognising import is_model

    with path.open("rb") as file:
        return is_model(file.read(BEGINNING), path.stat().st_size)


def read(path: str | Path) -> Model:
    """The model in an ONNX file, with its external data.

    Raises FormatError, UnsupportedError, MissingFile (external data) or MissingPackage (onnx).
    """
    path = Path(path)
    data = path.read_bytes()
    proto = _parse(data, str(path))
    _load_external(proto, path)
    return _model(proto, data, str(path))


def read_bytes(data: bytes, where: str) -> Model:
    """The model in the bytes of an ONNX file."""
    return _model(_parse(data, where), data, where)


def describe_only(path: str | Path) -> Model:
    """What goes in and comes out of an ONNX file, and what it says of itself; nodes and weights are stepped over."""
    import mmap

    path = Path(path)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _described(data, str(path))


def read_tail(data: bytes, where: str) -> Model | None:
    """As ``describe_only``, from the last bytes of a file; None if they do not hold all inputs and outputs."""
    from .onnx_file.assembling import assemble_endpoints
    from .onnx_file.skimming import skim_tail

    _need_package(where)
    proto = skim_tail(data)
    return None if proto is None else assemble_endpoints(proto, {"format": "onnx"}, where)


def _described(data: bytes | mmap, where: str) -> Model:
    from .onnx_file.assembling import assemble_endpoints

    _need_package(where)
    return assemble_endpoints(_skimmed(data, where), {"format": "onnx"}, where)


def _skimmed(data: bytes | mmap, where: str) -> ModelProto:
    from google.protobuf.message import DecodeError

    from .onnx_file.skimming import skim

    try:
        return skim(data)  # type: ignore[arg-type]
    except DecodeError as error:
        raise FormatError(f"{where}: no ONNX file, or a damaged one: {error}") from None


def remark(model: Model) -> str:
    """What whoever converts it should know."""
    entries = model.record.get("origin", {}).get("entries")
    return f"exported for {entries} entries at once; it takes any number of them" if entries else ""


def oracle(path: str | Path) -> OnnxOracle:
    """What runs the file itself, to compare a conversion with: ONNX Runtime, else onnx's reference.

    Of a file whose first nodes prepare, it runs what stands behind them.
    """
    import mmap

    from .onnx_file.exported_preparation import network_alone, prepares
    from .onnx_file.oracle import OnnxOracle

    path = Path(path)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        network = network_alone(_parse(data[:], str(path))) if prepares(_skimmed(data, str(path))) else None
    return OnnxOracle(path, None if network is None else network.SerializeToString())


def _need_package(where: str) -> None:
    if _onnx is None:
        raise MissingPackage(f"{where}: reading ONNX needs the package onnx: pip install lading[onnx]")


def _parse(data: bytes, where: str) -> ModelProto:
    _need_package(where)
    from google.protobuf.message import DecodeError

    from .onnx_file.texts import undecodable

    try:
        proto = _onnx.load_model_from_string(data)
    except DecodeError as error:
        raise FormatError(f"{where}: no ONNX file, or a damaged one: {error}") from None
    if (damaged := undecodable(proto)) is not None:
        raise FormatError(f"{where}: its field {damaged} is no valid text; the file is damaged")
    if not proto.HasField("graph"):
        raise FormatError(f"{where}: an ONNX file without a graph")
    return proto


def _load_external(proto: ModelProto, path: Path) -> None:
    """Reads weights that stand in files beside; onnx refuses those outside the folder."""
    from onnx import checker, external_data_helper

    for tensor in proto.graph.initializer:
        _check_external(tensor, path)
    try:
        external_data_helper.load_external_data_for_model(proto, str(path.parent))
    except (checker.ValidationError, ValueError, OSError) as error:
        raise FormatError(f"{path}: its external weights cannot be read: {error}") from None


def _check_external(tensor: TensorProto, path: Path) -> None:
    """Refuses a weight in a file that is not there, or outside of the folder, or from an offset that is no number."""
    said = {each.key: each.value for each in tensor.external_data}
    what = f"{path}: its weight '{tensor.name}'"
    if (beside := said.get("location")) is None:
        return
    if Path(beside).is_absolute() or ".." in Path(beside).parts:
        raise FormatError(f"{what} is in '{beside}', outside of the folder of the model; it should be a file beside it")
    if not (path.parent / beside).is_file():
        raise MissingFile(f"{what} is in '{beside}', a file beside it that is not there")
    for key in ("offset", "length"):
        if not said.get(key, "0").isascii() or not said.get(key, "0").isdigit():
            raise FormatError(f"{what} has the {key} '{said[key]}' in '{beside}'; it should be a whole number")


def _model(proto: ModelProto, data: bytes, where: str) -> Model:
    from .onnx_file.assembling import assemble

    origin = origin_of("onnx", data)
    return assemble(proto, origin, where)
