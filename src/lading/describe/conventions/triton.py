"""Triton's ``config.pbtxt``: names, types and lengths of inputs and outputs, and files of labels.

It names no variables, so it is held against the model: every name must be there, every type and length must fit. Labels
stand in ``label_filename``, one a line, beside it. Names like ``INPUT__0`` mean places, as Triton itself reads them for
TorchScript; so does ``softmax__0`` where a module of PyTorch gave its outputs no names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...bundle.place import Place
from ...endpoints import Input, Output
from ..axes import size_of, text
from .content import Content
from .matching import PLACED, matched
from .protobuf_text import looks_like_it, parse

if TYPE_CHECKING:
    from ...model import Model

TITLE = "Triton config.pbtxt"

TYPES = {"TYPE_BOOL": "bool", "TYPE_UINT8": "uint8", "TYPE_UINT16": "uint16", "TYPE_UINT32": "uint32",
         "TYPE_UINT64": "uint64", "TYPE_INT8": "int8", "TYPE_INT16": "int16", "TYPE_INT32": "int32",
         "TYPE_INT64": "int64", "TYPE_FP16": "float16", "TYPE_FP32": "float32", "TYPE_FP64": "float64",
         "TYPE_BF16": "bfloat16"}  # fmt: skip


def recognises(content: Content) -> bool:
    return content.text is not None and not content.is_json and "TYPE_" in content.text and looks_like_it(content.text)


def papers(content: Content, model: Model) -> dict[str, Any]:
    config = Place(parse(content.text or "", content.where), content.where)
    batched = bool(config.find("max_batch_size")) and config["max_batch_size"][0].integer() > 0
    said: dict[str, Any] = {}
    for kind, endpoints in (("input", model.input_list), ("output", model.output_list)):
        items = list(config.find(kind) or ())
        names = [item["name"][0] for item in items]
        for item, endpoint in zip(items, _matched(names, list(endpoints), model, content), strict=True):
            _check(item, endpoint, model, batched)
            labels = _labels(item, content) if isinstance(endpoint, Output) else []
            described: dict[str, Any] = {"of": endpoint.name} | ({"labels": labels} if labels else {})
            if len(described) > 1:
                said.setdefault(f"{kind}s", []).append(described)
    return said


def _matched(names: list[Place], endpoints: list[Any], model: Model, content: Content) -> list[Any]:
    marks = [PLACED.match(name.text()) for name in names]
    by_place = all(mark is not None and int(mark["place"]) == i for i, mark in enumerate(marks))
    nameless = all(mark is not None and mark["name"] in ("INPUT", "OUTPUT") for mark in marks)
    if by_place and names and len(names) == len(endpoints) and (nameless or all(map(_is_nameless, endpoints))):
        content.remarks.append(f"{content.where}: '{names[0].value}' and the like are taken by place")
        return endpoints
    return matched(names, [0] * len(names), endpoints, model, content)


def _is_nameless(endpoint: Input | Output) -> bool:
    """Whether it is an output as a module of PyTorch gives it, which has no names for them."""
    return isinstance(endpoint, Output) and re.fullmatch(r"output(_\d+)?", endpoint.name) is not None


def _check(item: Place, endpoint: Input | Output, model: Model, batched: bool) -> None:
    """Refuses a type or lengths that the model does not have."""
    if (said := item.find("data_type")) is not None:
        kind = TYPES.get(str(said[0].value))
        if kind != endpoint.type:
            said[0].fail(f"is {said[0].value}, but '{endpoint.name}' is {endpoint.type}")
    if (dims := item.find("dims")) is None:
        return
    wanted = [each.integer() for each in dims]
    axes = [use for i, use in enumerate(endpoint.axes) if not (batched and i == 0)]
    sizes = [size_of(endpoint, use, model.axes) for use in axes]
    if len(wanted) != len(sizes) or any(
        size not in (None, want) for want, size in zip(wanted, sizes, strict=True) if want != -1
    ):
        dims.fail(
            f"are {wanted}{' behind the batch' if batched else ''}, but '{endpoint.name}' is {text(endpoint.axes)}"
        )


def _labels(item: Place, content: Content) -> list[str]:
    said = item.find("label_filename")
    if said is None or content.folder is None or not said[0].text():
        return []
    name = said[0].text()
    path = content.folder / name
    if "/" in name or "\\" in name or not path.is_file():
        content.remarks.append(f"{content.where}: its labels should stand in '{name}' beside it, which is not there")
        return []
    return [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
