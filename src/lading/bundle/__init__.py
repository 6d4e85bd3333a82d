"""The bundle, format 1 (docs/format.md): a folder that a person can read and a program can trust."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

from ..errors import FormatError
from . import canonical, safetensors, samples
from .check_graphs import check_graphs
from .decode import decode_file_name, decode_model, decode_sha256
from .files import Bytes, Files, checked, open_files, optional
from .original import Original
from .place import Place
from .strict_json import check_size, parse_json

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["from_buffers", "read", "read_json", "to_buffers", "to_engine", "to_files", "write"]

WEIGHTS = "weights.safetensors"
SAMPLES = "samples.safetensors"
AGREEMENT = "agreement.json"

_SAMPLE_KEYS = ("file", "sha256", "numerics")


def read(path: str | os.PathLike[str]) -> Model:
    """The model in a folder (or its model.json), or in a ``.lading`` file, checked whole.

    Weights stay in the file, mapped into memory; samples are read when they are asked for.
    Raises MissingFile, FormatError, UnsupportedError.
    """
    files = open_files(path)
    model = _read(files)
    if record := model.sample_record:
        model.samples_later(lambda: _read_samples(files, record))
    model.agreement = _read_agreement(files)
    return model


def from_buffers(model_json: Bytes, weights: Bytes = b"", where: str = "model") -> Model:
    """The model that a model.json and a weights.safetensors in memory describe, without samples."""
    return _read(Files(where, lambda name: model_json if name == "model.json" else weights))


def read_json(model_json: Bytes, where: str = "model.json") -> Model:
    """What a model.json says, without weights and samples: to be shown, not to be run or saved."""
    file = Place(parse_json(bytes(model_json), where), where)
    model = decode_model(file)
    model.origin = where
    model.weight_record, model.sample_record = _weight_record(file), _sample_record(file)
    return model


def to_buffers(model: Model) -> tuple[bytes, bytes]:
    """The bytes of model.json and of weights.safetensors (empty if the model has no weights)."""
    files = _weight_file(model)
    if model.sample_record is None:
        files |= _sample_file(model)
    return _model_json(model, files, model.sample_record), files.get(WEIGHTS, b"")


def to_engine(model: Model) -> tuple[bytes, Bytes]:
    """As ``to_buffers``; a model that is as it was read gives the bytes that it was read from."""
    found = model.read_from and model.read_from.buffers_if_unchanged(model)
    return found or to_buffers(model)


def to_files(model: Model) -> dict[str, bytes]:
    """The files that the digest covers, by name. Raises FormatError if the model breaks a rule."""
    if model.weight_record is not None:
        raise FormatError(f"{model.where}: its weights were not read, only shown; load it to save it")
    files = _weight_file(model) | _sample_file(model)
    return {"model.json": _model_json(model, files, None), **files}


def _weight_file(model: Model) -> dict[str, bytes]:
    return {WEIGHTS: safetensors.to_bytes(model.weights)} if model.weights else {}


def _sample_file(model: Model) -> dict[str, bytes]:
    """Reads the samples if they were left in their file."""
    return {SAMPLES: samples.to_bytes(model.samples)} if model.samples is not None else {}


def _model_json(model: Model, files: dict[str, bytes], record: dict[str, Any] | None) -> bytes:
    """``record`` is that of samples which stay in their file."""
    from .encode import encode_model

    weights = model.weight_record
    if WEIGHTS in files:
        weights = _record_of(WEIGHTS, files[WEIGHTS]) | {"bytes": len(files[WEIGHTS])}
    if SAMPLES in files and model.samples is not None:
        record = _record_of(SAMPLES, files[SAMPLES])
        if model.samples.numerics is not None:
            record = record | {"numerics": model.samples.numerics}
    if record is not None:
        record = record | {"relative": model.tolerance[0], "absolute": model.tolerance[1]}
    encoded = encode_model(model, weights, record)
    text = canonical.to_bytes(encoded, free=("names", "record", *model.extra))
    _check_written(text, model)
    return text


def write(model: Model, path: str | os.PathLike[str]) -> None:
    """Writes the folder, or one file where the path ends in ``.lading``; see ``Model.save``."""
    from .saving import save

    save(model, path)


def _check_written(text: bytes, model: Model) -> None:
    """What is written obeys the rules that a reader holds it to."""
    where = f"{model.where}/model.json" if model.where else "model.json"
    file = Place(parse_json(text, where), where)
    decoded = decode_model(file)
    if model.weight_record is None:
        check_graphs(file, decoded, model.weights)


def _record_of(name: str, data: Bytes) -> dict[str, Any]:
    return {"file": name, "sha256": hashlib.sha256(data).hexdigest()}


def _weight_record(file: Place) -> dict[str, Any] | None:
    record = file.find("weights")
    if record is None:
        return None
    record.allow(("file", "sha256", "bytes"))
    name, digest, size = record["file"], record["sha256"], record["bytes"]
    decode_file_name(name), decode_sha256(digest), size.integer_from(0)
    return dict(record.value)


def _sample_record(file: Place) -> dict[str, Any] | None:
    """As it was checked by decode_model, the tolerance apart."""
    record = file.find("samples")
    return None if record is None else {key: record.value[key] for key in _SAMPLE_KEYS if key in record.value}


def _read(files: Files) -> Model:
    where = files.path("model.json")
    check_size(files.size("model.json") or 0, where)
    text = files.get("model.json")
    data: Bytes = b""
    file = Place(parse_json(bytes(text), where), where)
    model = decode_model(file)
    model.origin, model.sample_record = files.where, _sample_record(file)
    if record := _weight_record(file):
        data = checked(files, record["file"], record["sha256"], record["bytes"])
        model.weights = safetensors.from_buffer(data, files.path(record["file"]))
    check_graphs(file, model, model.weights)
    model.read_from = Original(model, text, data)
    return model


def _read_samples(files: Files, record: dict[str, Any]) -> Any:
    data = checked(files, record["file"], record["sha256"])
    return samples.from_buffer(data, files.path(record["file"]), record.get("numerics"))


def _read_agreement(files: Files) -> dict[str, Any]:
    data = optional(files, AGREEMENT)
    if data is None:
        return {}
    where = files.path(AGREEMENT)
    found = parse_json(bytes(data), where)
    if not isinstance(found, dict):
        raise FormatError(f"{where}: should be an object")
    return found
