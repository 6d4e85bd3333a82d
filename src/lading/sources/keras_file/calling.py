"""From layers to nodes: each is called with the values that it takes, in an order in which they are there."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...errors import FormatError, suggestion
from .architecture import Architecture, Call, Ref, refs_in
from .kinds import KINDS, kind_of
from .layer import Layer, PlacedWiring
from .named_operations import is_operation, operation
from .operations import OPERATIONS
from .values import Value

__all__ = ["run"]

#: Layers that do to each step what they would do to an entry.
PER_STEP = frozenset(["Dense", "Activation", "Dropout", "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU", "Identity",
                      "GaussianNoise", "GaussianDropout", "AlphaDropout", "InputLayer", "Rescaling"])  # fmt: skip

#: Arguments of a call that matter in training only.
TRAINING = ("training",)


def run(wiring: PlacedWiring, model: Architecture, inputs: Sequence[Value], where: str) -> list[Value]:
    """What a model gives for its inputs."""
    if model.sequential:
        value: Any = inputs[0] if len(inputs) == 1 else list(inputs)
        for layer in model.layers:
            value = _call(wiring, layer, [value], {})
        return _listed(value)
    return _Functional(wiring, model, where).run(inputs)


class _Functional:
    def __init__(self, wiring: PlacedWiring, model: Architecture, where: str):
        self.wiring, self.model, self.where = wiring, model, where
        self.layers = {layer.name: layer for layer in model.layers}
        self.results: dict[tuple[str, int], list[Value]] = {}

    def run(self, inputs: Sequence[Value]) -> list[Value]:
        for ref, value in zip(self.model.inputs, inputs, strict=True):
            self.results[ref.layer, 0] = [value]
        for layer, number in self._in_order():
            if (layer.name, number) not in self.results:
                call = layer.calls[number]
                taken, named = self._filled(call.args), self._filled(call.kwargs)
                self.results[layer.name, number] = _listed(_call(self.wiring, layer, taken, named))
        return [self._result(ref) for ref in self.model.outputs]

    def _in_order(self) -> Iterator[tuple[Layer, int]]:
        """The calls that outputs need, each behind those whose results it takes. Raises FormatError for a cycle."""
        done: set[tuple[str, int]] = set()
        waiting: dict[tuple[str, int], bool] = {}
        stack = [self._key(ref) for ref in reversed(self.model.outputs)]
        while stack:
            key = stack[-1]
            if key in done:
                stack.pop()
                continue
            needed = [other for other in map(self._key, self._needs(key)) if other not in done]
            if not needed:
                done.add(key)
                waiting.pop(key, None)
                stack.pop()
                if key not in self.results:
                    yield self.layers[key[0]], key[1]
                continue
            if key in waiting:
                raise FormatError(f"{self.where}: layer '{key[0]}' needs what it gives itself: its layers form a cycle")
            waiting[key] = True
            for other in needed:
                if other in waiting:
                    raise FormatError(
                        f"{self.where}: layer '{key[0]}' needs what it gives itself: its layers form a cycle")
                stack.append(other)

    def _needs(self, key: tuple[str, int]) -> list[Ref]:
        return [] if key in self.results else list(refs_in([*_parts(self.layers[key[0]].calls[key[1]])]))

    def _key(self, ref: Ref) -> tuple[str, int]:
        layer = self.layers.get(ref.layer)
        if layer is None:
            raise FormatError(f"{self.where}: there is no layer '{ref.layer}' {suggestion(ref.layer, self.layers)}")
        call = 0 if len(layer.calls) == 1 else ref.call - layer.first_call
        if (ref.layer, call) in self.results:
            return ref.layer, call
        if not 0 <= call < len(layer.calls):
            layer.fail(f"its call number {ref.call} is asked for, and it has {len(layer.calls)}")
        return ref.layer, call

    def _result(self, ref: Ref) -> Value:
        values = self.results[self._key(ref)]
        if not 0 <= ref.place < len(values):
            self.layers[ref.layer].fail(f"its result number {ref.place} is asked for, and it gives {len(values)}")
        return values[ref.place]

    def _filled(self, value: Any) -> Any:
        """Values in the place of Refs."""
        if isinstance(value, Ref):
            return self._result(value)
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        if isinstance(value, dict):
            return {key: self._filled(each) for key, each in value.items()}
        return value


def _parts(call: Call) -> list[Any]:
    return [call.args, call.kwargs]


def _listed(result: Any) -> list[Value]:
    return list(result) if isinstance(result, (list, tuple)) else [result]


# ---------------------------------------------------------------------------------------- one layer


def _call(wiring: PlacedWiring, layer: Layer, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """The nodes of one call."""
    layer.path = f"{wiring.place}/{layer.name}" if wiring.place else layer.name
    layer.wiring = wiring.at(layer.path)
    kwargs = {key: value for key, value in kwargs.items() if key not in TRAINING and value is not None}
    if layer.inner is not None:
        return _call_model(layer, args)
    if is_operation(layer):
        return _called(layer, *operation(layer, args, kwargs))
    _check_types(layer)
    args = _with_masks(layer, args, kwargs.pop("mask", None))
    args = [_as_layer_type(layer, each) for each in args]
    if layer.kind == "TimeDistributed":
        return _per_step(layer, *args)
    kind = kind_of(layer)
    result = _called(layer, kind.build, args, kwargs)
    if kind.keeps_mask and args and isinstance(args[0], Value) and isinstance(result, Value) and result.mask is None:
        result = result.masked(args[0].mask)
    return result


def _called(layer: Layer, build: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    try:
        inspect.signature(build).bind(layer, *args, **kwargs)
    except TypeError as error:
        layer.refuse(f"it is called in a way that is not read: {error}")
    flat = [each for arg in args for each in (arg if isinstance(arg, list) else [arg])]
    if build not in OPERATIONS.values() and not all(isinstance(each, Value) for each in flat):
        layer.fail("it is called with something that is no result of a layer")
    return build(layer, *args, **kwargs)


def _call_model(layer: Layer, args: list[Any]) -> Any:
    inner = layer.inner
    assert inner is not None
    values = [each for arg in args for each in _in_order(arg, inner.input_names)]
    wanted = 1 if inner.sequential else len(inner.inputs)
    if len(values) != wanted or not all(isinstance(each, Value) for each in values):
        layer.fail(f"it is called with {len(values)} values, and has {wanted} inputs")
    results = run(layer.wiring, inner, values, layer.where)
    return results[0] if len(results) == 1 else results


def _in_order(given: Any, names: list[str]) -> list[Any]:
    """What a model is called with, in the order of its inputs: a dictionary by their names, or by its sorted keys."""
    if isinstance(given, dict):
        keys = dict.fromkeys(names) if all(name in given for name in names) else sorted(given)
        return [each for key in keys for each in _in_order(given[key], [])]
    if isinstance(given, list):
        return [each for part in given for each in _in_order(part, [])]
    return [given]


def _check_types(layer: Layer) -> None:
    """Whether a layer computes in single or double precision. Raises UnsupportedError."""
    type_ = layer.config.get("dtype", "float32")
    if isinstance(type_, dict):
        if "uantized" in str(type_.get("class_name")):
            layer.refuse("it is quantized; save the model as it was before quantize()")
        type_ = (type_.get("config") or {}).get("name", "float32")
    type_ = type_ or "float32"
    if type_ not in ("float32", "float64") and not str(type_).startswith(("int", "bool", "uint")):
        layer.refuse(f"it computes in {type_}; set keras.config.set_dtype_policy('float32'), build the model again, "
                     "copy the weights (set_weights) and save it")  # fmt: skip
    layer.config["dtype"] = type_


def _as_layer_type(layer: Layer, x: Any) -> Any:
    """Floating values in the precision of the layer, as Keras casts them."""
    if isinstance(x, list):
        return [_as_layer_type(layer, each) for each in x]
    wanted = layer.config["dtype"]
    if not isinstance(x, Value) or wanted not in ("float32", "float64"):
        return x
    whole = x.type.startswith("int") or x.type == "bool"
    if whole and layer.kind in ("Embedding", "CategoryEncoding", "InputLayer", "Discretization", "Flatten", "Reshape",
                                "Identity", "Dropout", "Permute", "RepeatVector"):  # fmt: skip
        return x
    if x.type == wanted:
        return x
    return Value(layer.add("Cast", x, to=wanted), x.shape, wanted, x.mask)


def _with_masks(layer: Layer, args: list[Any], mask: Any) -> list[Any]:
    """Masks that a call names, on the values that it takes."""
    if mask is None or not args:
        return args
    first = args[0]
    if isinstance(first, list) and isinstance(mask, list) and len(mask) == len(first):
        return [[x.masked(m) if isinstance(x, Value) else x for x, m in zip(first, mask, strict=True)], *args[1:]]
    if isinstance(first, Value) and isinstance(mask, Value):
        if mask.type != "bool":
            mask = Value(layer.add("Cast", mask, to="bool"), mask.shape, "bool")
        return [first.masked(mask), *args[1:]]
    return layer.refuse("it is called with a mask that is no result of a layer")


# ----------------------------------------------------------------------------------- TimeDistributed


def _per_step(layer: Layer, x: Value) -> Value:
    """The layer inside on every step: directly where it works on the last axis, else on all steps of all entries."""
    inner = layer.parts.get("layer")
    if inner is None:
        layer.fail("its configuration holds no layer")
    layer.rank(x, *range(3, 8))
    if _is_per_step(inner, x.rank):
        result = _call(layer.wiring, inner, [x], {})
        assert isinstance(result, Value)
        return result.masked(x.mask)
    flat = Value(layer.add("Reshape", x, np.array([-1, *layer.fixed(x, *range(2, x.rank))])),
                 ("entry", *x.shape[2:]), x.type)  # fmt: skip
    result = _call(layer.wiring, inner, [flat], {})
    if not isinstance(result, Value):
        layer.refuse("a layer inside that gives several values")
    rest = layer.fixed(result) if result.rank > 1 else []
    front = layer.add("Shape", x, end=2)
    y = layer.add("Reshape", result, layer.add("Concat", front, np.array(rest), axis=0) if rest else front)
    return Value(y, (*x.shape[:2], *result.shape[1:]), result.type, x.mask)


def _is_per_step(inner: Layer, rank: int) -> bool:
    if inner.inner is not None:
        return inner.inner.sequential and all(_is_per_step(each, rank) for each in inner.inner.layers)
    if inner.kind in ("BatchNormalization", "LayerNormalization", "Softmax"):
        return inner.config.get("axis", -1) in (-1, [-1])
    return inner.kind in PER_STEP and inner.kind in KINDS and inner.config.get("activation") != "glu"
