"""Which of XGBoost's file forms a file has, told by its content, and what is in it: the fields of the JSON form."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from ...errors import FormatError, UnsupportedError
from . import binary, ubjson

#: Bytes that are looked at to recognise a file.
BEGINNING = 1 << 16

_LEARNER = "attributes|feature_names|feature_types|gradient_booster|learner_model_param|objective|learner_train_param"
_JSON = re.compile(
    rf'\s*\{{\s*(?:"version"\s*:\s*\[[\d\s,]*\]\s*,\s*)?"learner"\s*:\s*\{{\s*"(?:{_LEARNER})"\s*:'
    r'|\s*\{\s*"Config"\s*:\s*\{\s*"learner"'
)
_UBJSON = re.compile(rb"\{(?:L\0{7}|l\0{3}|I\0|[iU])(?:\x07learner|\x07version|\x06Config)")
_DUMP = re.compile(r'\s*\[\s*\{\s*"nodeid"\s*:|booster\[0\]:\s')
BASE64 = b"bs64"


def form_of(beginning: bytes) -> str:
    """"json", "ubjson", "binary", "base64", "pickle", "dump" (a text for people), or "" for anything else."""
    text = beginning.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    if _JSON.match(text):
        return "json"
    if _UBJSON.match(beginning) and b"learner" in beginning:
        return "ubjson"
    if _DUMP.match(text):
        return "dump"
    if beginning.startswith(BASE64):
        return "base64"
    if beginning[:1] in (b"\x80", b"c") and b"xgboost" in beginning and b"Booster" in beginning:
        return "pickle"
    return "binary" if binary.recognises(beginning) else ""


def parse(data: bytes, where: str) -> tuple[str, dict[str, Any]]:
    """The form of a file and its content. Raises FormatError, or UnsupportedError for pickles and dumps."""
    form = form_of(data[:BEGINNING])
    if form == "pickle":
        raise UnsupportedError(
            f"{where}: a Python pickle of an XGBoost model, which lading does not open: that runs the code in it. "
            'Where it was made, load it and call booster.save_model("model.json") (for a classifier or regressor, '
            "model.save_model), then convert that file")
    if form == "dump":
        raise UnsupportedError(
            f"{where}: a dump of XGBoost's trees for people, without base_score and objective; "
            'save the model with booster.save_model("model.json")')
    content = _PARSERS.get(form, _parse_json)(data, where)
    content = content.get("Model", content) if isinstance(content, dict) else content
    if not isinstance(content, dict) or "learner" not in content:
        raise FormatError(f"{where}: no XGBoost model: it has no 'learner'")
    return form or "json", content


def _parse_json(data: bytes, where: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{where}: no XGBoost model, or a damaged one: {error}") from None


def _parse_base64(data: bytes, where: str) -> Any:
    words = data[len(BASE64) :].split()
    try:
        plain = base64.b64decode(words[0] if words else b"", validate=True)
    except binascii.Error as error:
        raise FormatError(f"{where}: damaged base64 behind 'bs64': {error}") from None
    return binary.parse(plain, where)


_PARSERS = {"json": _parse_json, "ubjson": ubjson.parse, "binary": binary.parse, "base64": _parse_base64}
