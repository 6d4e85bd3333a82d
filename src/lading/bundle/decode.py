"""From the values of a model.json to a Model. What involves several parts of the file is for check.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..errors import UnsupportedError, suggestion
from ..graph import LADING_OPERATORS, OPSET
from .check import check_endpoints, check_inputs
from .check_folds import check_folds
from .decode_axes import decode_axes
from .decode_folds import decode_folds
from .decode_graphs import decode_graphs
from .decode_inputs import decode_inputs
from .decode_outputs import decode_outputs
from .place import Place
from .values import decode_name, decode_text

if TYPE_CHECKING:
    from ..model import Model

FORMAT = 1

#: What ``requires`` may name.
FEATURES = ("linear_leaves", "folds")

#: Keys that a later format will give a meaning.
RESERVED = ("functions",)

#: Top-level keys, in the order in which they are written.
KEYS = ("lading", "requires", "name", "version", "description", "axes", "inputs", "outputs", "operators",
        "folds", "graphs", "weights", "samples", "names", "record")  # fmt: skip


def decode_model(file: Place) -> Model:
    """The Model that a model.json describes, without its numbers. Raises FormatError for the first fault."""
    from ..model import Model

    check_format(file)
    model = Model(
        decode_text(file, "name"),
        decode_text(file, "version"),
        decode_text(file, "description"),
        decode_axes(file),
    )
    model.requires = [feature.text() for feature in file.find("requires") or ()]
    model.folds = decode_folds(file)
    model.input_list = decode_inputs(file, model.axes, model.folds)
    model.output_list = decode_outputs(file, model.axes, model.folds)
    model.graphs = decode_graphs(file)
    check_inputs(file["inputs"], model)
    check_folds(file, model)
    check_endpoints(file, model)
    decode_tolerance(file, model)
    model.names, model.record = _names_and_record(file)
    model.extra = {key: value for key, value in file.value.items() if key not in KEYS}
    return model


def check_format(file: Place) -> None:
    """Refuses formats, features and operator versions that this version does not know."""
    version = file.find("lading")
    if version is None:
        file.fail("not a bundle of lading: it lacks the key 'lading'")
    if version.integer() != FORMAT:
        text = f"format {version.value}; this version reads format {FORMAT} and needs an update"
        version.fail(text, UnsupportedError)
    for feature in file.find("requires") or ():
        if feature.text() not in FEATURES:
            text = f"needs the feature '{feature.text()}', which this version does not have; a newer one may"
            feature.fail(text, UnsupportedError)
    for key in RESERVED:
        if place := file.find(key):
            place.fail("reserved for a later format", UnsupportedError)
    if operators := file.find("operators"):
        _check_operators(operators)


def _check_operators(operators: Place) -> None:
    known = {"ai.onnx": OPSET, "lading": LADING_OPERATORS}
    for domain, version in operators.members():
        if domain not in known:
            version.fail(f"no such set of operators '{domain}' {suggestion(domain, known)}", UnsupportedError)
        if version.integer() != known[domain]:
            version.fail(f"should be {known[domain]}", UnsupportedError)


def decode_tolerance(file: Place, model: Model) -> None:
    """What ``samples`` says beside the name of its file."""
    samples = file.find("samples")
    if samples is None:
        return
    samples.allow(("file", "sha256", "numerics", "relative", "absolute"))
    name, digest = samples["file"], samples["sha256"]
    decode_file_name(name), decode_sha256(digest)
    if numerics := samples.find("numerics"):
        numerics.integer_from(1)
    tolerance = []
    for key, usual in zip(("relative", "absolute"), model.tolerance, strict=True):
        place = samples.find(key)
        if place and not place.real() >= 0:
            place.fail("should be 0 or more")
        tolerance.append(place.value if place else usual)
    model.tolerance = (tolerance[0], tolerance[1])


def _names_and_record(file: Place) -> tuple[dict[str, Any], dict[str, Any]]:
    record = file.find("record")
    if record:
        record.object()
    names = file.find("names")
    if names:
        if len(names.object()) != 1:
            names.fail("should have one key: 'proven', 'from source' or 'typed by hand'")
        names.allow(("proven", "from source", "typed by hand"))
        next(names.members())[1].object()
    return (names.value if names else {}), (record.value if record else {})


def decode_file_name(place: Place) -> str:
    name = decode_name(place)
    if name in (".", "..", "model.json") or "\\" in name or ":" in name:
        place.fail(f"should be the name of a file beside model.json, is '{name}'")
    return name


def decode_sha256(place: Place) -> str:
    if not re.fullmatch("[0-9a-f]{64}", place.text()):
        place.fail("should be a sha256, 64 hexadecimal digits in lower case")
    return str(place.value)
