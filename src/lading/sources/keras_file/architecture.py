"""The architecture of a model: its layers, and which of their results each of their calls takes.

Keras 1 and 2 write a call as ``[["dense_1", 0, 0, {}]]``, Keras 3 as ``{"args": [...], "kwargs": {...}}`` with tensors
as ``__keras_tensor__``; here both are a ``Call`` that holds ``Ref``s. Results are told by layer, call and place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...errors import FormatError, UnsupportedError
from .layer import Layer
from .old_names import renamed

__all__ = ["Architecture", "Call", "Ref", "architecture_of", "layer_of", "refs_in"]

FUNCTIONAL = ("Functional", "Model", "Container")

#: Models in models that are read; a file that nests deeper is damaged.
DEEPEST = 32


@dataclass(frozen=True)
class Ref:
    """One result: of the ``call``-th call of ``layer``, the ``place``-th."""

    layer: str
    call: int
    place: int


@dataclass
class Call:
    """What a layer is called with: values in ``args`` and ``kwargs`` may be Refs, or hold them."""

    args: list[Any]
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass
class Architecture:
    """A model: its layers in the order of the file. A Sequential one has no Refs.

    Inputs and outputs in a dictionary stand in the order of its keys, in which Keras numbers them.
    """

    name: str
    layers: list[Layer]
    inputs: list[Ref]
    outputs: list[Ref]
    output_names: list[str]
    sequential: bool
    input_names: list[str] = field(default_factory=list)
    shape: list[Any] | None = None  # of the input of a Sequential model that says it apart


def architecture_of(value: Any, era: int, where: str, depth: int = 0) -> Architecture:
    """The architecture in the JSON of a model. Raises FormatError or UnsupportedError."""
    if not isinstance(value, dict) or not isinstance(value.get("class_name"), str):
        raise FormatError(f"{where}: no architecture of a Keras model: it has no 'class_name'")
    if depth > DEEPEST:
        raise UnsupportedError(f"{where}: models in models, more than {DEEPEST} deep")
    kind, config = value["class_name"], value.get("config")
    if kind == "Sequential":
        return _sequential(config, era, where, depth)
    if isinstance(config, dict) and "layers" in config and "input_layers" in config:
        return _functional(config, era, where, depth)
    raise UnsupportedError(
        f"{where}: a model of the class '{kind}': its graph is in the Python code of its class, and not in the file. "
        "Build it as a functional model (keras.Model(inputs, outputs)), set its weights and save that")  # fmt: skip


def layer_of(value: Any, era: int, where: str, depth: int = 0) -> Layer:
    """One layer of the JSON, without its calls."""
    if not isinstance(value, dict) or not isinstance(value.get("class_name"), str):
        raise FormatError(f"{where}: a layer without 'class_name': {str(value)[:60]}")
    kind, config = value["class_name"].rpartition(">")[2], value.get("config")
    nested = kind == "Sequential" or (isinstance(config, dict) and "layers" in config and "input_layers" in config)
    if not isinstance(config, dict) and not (nested and isinstance(config, list)):
        raise FormatError(f"{where}: layer '{value.get('name', kind)}' has no configuration")
    name = value.get("name") or (config.get("name") if isinstance(config, dict) else None) or kind.lower()
    if not isinstance(name, str):
        raise FormatError(f"{where}: a layer whose name is {name!r}")
    if "registered_name" in value and "module" in value and value["module"] is None:
        kind = str(value["registered_name"]).rpartition(">")[2]
    inner = architecture_of(value, era, where, depth + 1) if nested else None
    plain = dict(config) if isinstance(config, dict) else {}
    kind, plain = renamed(kind, plain, era)
    layer = Layer(kind, name, plain, era, where, str(value.get("module") or ""), inner=inner)
    for part in ("layer", "backward_layer", "cell"):
        if isinstance(plain.get(part), dict) and "class_name" in plain[part]:
            layer.parts[part] = layer_of(plain[part], era, where, depth + 1)
    return layer


# ------------------------------------------------------------------------------------------ sequential


def _sequential(config: Any, era: int, where: str, depth: int) -> Architecture:
    items = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(items, list) or not items:
        raise FormatError(f"{where}: a Sequential model without layers")
    layers = [layer_of(item, era, where, depth) for item in items]
    about = config if isinstance(config, dict) else {}
    shape = about.get("build_input_shape") or about.get("batch_input_shape")
    return Architecture(str(about.get("name", "sequential")), layers, [], [], [layers[-1].name], True, shape=shape)


# ------------------------------------------------------------------------------------------ functional


def _functional(config: dict[str, Any], era: int, where: str, depth: int) -> Architecture:
    if not isinstance(config["layers"], list):
        raise FormatError(f"{where}: the layers of the model are no list")
    layers: dict[str, Layer] = {}
    for item in config["layers"]:
        layer = layer_of(item, era, where, depth)
        if layer.name in layers:
            raise FormatError(f"{where}: two layers are called '{layer.name}'")
        layer.calls = _calls(item.get("inbound_nodes", []), layer)
        layers[layer.name] = layer
    inputs = list(_named_ends(config["input_layers"], where))
    outputs = list(_named_ends(config.get("output_layers"), where))
    if not inputs or not outputs:
        raise FormatError(f"{where}: a model without {'inputs' if not inputs else 'outputs'}")
    _find_first_calls(layers, [ref for _, ref in outputs])
    return Architecture(str(config.get("name", "model")), list(layers.values()), [ref for _, ref in inputs],
                        [ref for _, ref in outputs], [name for name, _ in outputs], False,
                        [name for name, _ in inputs])  # fmt: skip


def _find_first_calls(layers: dict[str, Layer], outputs: list[Ref]) -> None:
    """Of models in models: Keras 1 and 2 number their calls from 1, for the first is that by which they were built.

    Every call that is written is needed by somebody, so the last one that is asked for is the last one there is.
    """
    asked = [*outputs, *(ref for layer in layers.values() for call in layer.calls
                         for ref in refs_in([call.args, call.kwargs]))]  # fmt: skip
    for layer in layers.values():
        if layer.inner is not None and layer.calls:
            last = max((ref.call for ref in asked if ref.layer == layer.name), default=0)
            layer.first_call = 1 if last == len(layer.calls) else 0


def _named_ends(value: Any, where: str) -> Iterator[tuple[str, Ref]]:
    """Ends with their names: the keys of a dictionary, else their layers' names ("dense_1", 2nd: "dense_2")."""
    if isinstance(value, dict):
        for key, item in sorted(value.items()):
            for ref in refs_in(_ends(item, where)):
                yield str(key), ref
        return
    for ref in refs_in(_ends(value, where)):
        yield ref.layer, ref


def _ends(value: Any, where: str) -> Any:
    """``["x", 0, 0]``, lists and dictionaries of them, as Refs."""
    if _is_ref(value):
        return Ref(value[0], value[1], value[2])
    if isinstance(value, list):
        return [_ends(each, where) for each in value]
    if isinstance(value, dict):
        return [_ends(value[key], where) for key in sorted(value)]
    raise FormatError(f"{where}: {value!r} is no input or output of a model")


def _calls(nodes: Any, layer: Layer) -> list[Call]:
    if not isinstance(nodes, list):
        layer.fail("its 'inbound_nodes' are no list")
    return [_call_of_3(node, layer) if isinstance(node, dict) else _call_of_2(node, layer) for node in nodes]


def _call_of_3(node: dict[str, Any], layer: Layer) -> Call:
    args, kwargs = _tensors(node.get("args", []), layer), _tensors(node.get("kwargs", {}), layer)
    if not isinstance(args, list) or not isinstance(kwargs, dict):
        layer.fail("a call of it has no list of arguments")
    return Call(args, kwargs)


def _tensors(value: Any, layer: Layer, depth: int = 0) -> Any:
    if depth > DEEPEST:
        layer.fail("its arguments are nested too deep")
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            history = (value.get("config") or {}).get("keras_history")
            if history is None or not _is_ref(history):
                layer.fail("a tensor that it takes does not say where it comes from")
            return Ref(history[0], history[1], history[2])
        if value.get("class_name") == "__tuple__":
            return _tensors(value.get("items", []), layer, depth + 1)
        if value.get("class_name") == "__slice__":
            parts = (value.get("config") or {})
            return slice(parts.get("start"), parts.get("stop"), parts.get("step"))
        if value.get("class_name") in ("__ellipsis__",):
            return Ellipsis
        return {key: _tensors(each, layer, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_tensors(each, layer, depth + 1) for each in value]
    return value


def _call_of_2(node: Any, layer: Layer) -> Call:
    """``[[name, call, place, kwargs], ...]``: the first argument, a list of them if they are several."""
    if isinstance(node, list) and node and isinstance(node[0], str):  # one tensor without a list around it
        node = [node]
    if not isinstance(node, list):
        layer.fail(f"a call of it is {str(node)[:60]}, no list")
    taken: list[Any] = []
    kwargs: dict[str, Any] = {}
    for item in node:
        if not isinstance(item, list) or len(item) not in (3, 4):
            layer.fail(f"a call of it takes {str(item)[:60]}, no [layer, call, place]")
        if item[0] == "_CONSTANT_VALUE":
            taken.append(item[2])
        elif _is_ref(item[:3]):
            taken.append(Ref(*item[:3]))
        else:
            layer.fail(f"a call of it takes {str(item)[:60]}, no [layer, call, place]")
        kwargs = item[3] if len(item) == 4 and isinstance(item[3], dict) and item[3] else kwargs
    first = taken if len(taken) != 1 else taken[0]
    return Call([first], {key: _tensors_of_2(each) for key, each in kwargs.items()})


def _tensors_of_2(value: Any) -> Any:
    if _is_ref(value):
        return Ref(*value)
    if isinstance(value, list):
        return [_tensors_of_2(each) for each in value]
    return value


def _is_ref(value: Any) -> bool:
    return (isinstance(value, (list, tuple)) and len(value) == 3 and isinstance(value[0], str)
            and all(isinstance(each, int) and not isinstance(each, bool) for each in value[1:]))  # fmt: skip


def refs_in(value: Any) -> Iterator[Ref]:
    """All Refs that a value holds."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from refs_in(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from refs_in(each)
    elif isinstance(value, slice):
        yield from refs_in([value.start, value.stop, value.step])
