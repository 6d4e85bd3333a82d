"""A function of JAX as one of two lists of arrays, its weights and its inputs, with names for both."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import MissingPackage, UnsupportedError, ValueRefused, suggestion
from ..traced.keys import key_of, names_of

#: What Flax puts before all weights.
COLLECTIONS = ("params", "value")


@dataclass
class Function:
    """``call(weights, arrays)`` gives what the user's function gives, as any tree."""

    call: Any
    weights: dict[str, np.ndarray]
    arrays: dict[str, np.ndarray]
    where: str
    kind: str

    def outputs(self, result: Any) -> tuple[list[str], list[Any]]:
        """Names and arrays of a result."""
        import jax

        paths = jax.tree_util.tree_flatten_with_path(result)[0]
        names = names_of([["output", *map(key_of, path)] for path, _ in paths], "output")
        for name, (_, leaf) in zip(names, paths, strict=True):
            if not hasattr(leaf, "dtype") or leaf.dtype.kind not in "fiub":
                raise UnsupportedError(f"{self.where}: its output '{name}' is a {type(leaf).__name__} "
                                       f"{getattr(leaf, 'dtype', '')}; lading gives arrays of real numbers")
        return [f"{name}_output" if name in self.arrays else name for name in names], [leaf for _, leaf in paths]

    def run(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The arrays of the outputs."""
        result = self.call(list(self.weights.values()), list(arrays))
        return [np.asarray(each) for each in self.outputs(result)[1]]


def function_of(thing: Any, example: Any) -> Function:
    """The function in what users hold, with its weights apart. Raises ValueRefused where the example is none."""
    if importlib.util.find_spec("jax") is None:
        raise MissingPackage("a function of JAX: reading it needs the package jax: pip install jax")
    import jax

    apart, weights, parameters, kind = _parts(thing)
    where = f"JAX {kind}"
    args, kwargs = _arguments(example, parameters, where)
    paths, structure = jax.tree_util.tree_flatten_with_path((args, kwargs))
    keys = [_keys(path, list(parameters)) for path, _ in paths]
    leaves = [np.asarray(leaf) for _, leaf in paths]
    for name, array in zip(names_of(keys, ""), leaves, strict=True):
        if array.dtype.kind not in "fiub":
            raise UnsupportedError(f"{where}: input '{name}' is {array.dtype}; lading has real numbers")
    arrays = {name: array.astype(jax.dtypes.canonicalize_dtype(array.dtype))
              for name, array in zip(names_of(keys, ""), leaves, strict=True)}  # fmt: skip
    if not arrays:
        raise ValueRefused(f"{where}: the example holds no array")

    def call(leaves: list[Any], fed: list[Any]) -> Any:
        given, named = jax.tree_util.tree_unflatten(structure, [jax.numpy.asarray(each) for each in fed])
        return apart(leaves, *given, **named)


    return Function(call, weights, arrays, where, kind)


def _parts(thing: Any) -> tuple[Any, dict[str, np.ndarray], Mapping[str, inspect.Parameter], str]:
    """(a function of weights and arguments, the weights, its parameters, what it is called)."""
    import jax

    if isinstance(thing, tuple):  # a module of Flax, and its variables
        module, tree = thing
        paths, structure = jax.tree_util.tree_flatten_with_path(tree)

        def apply(leaves: list[Any], *args: Any, **kwargs: Any) -> Any:
            return module.apply(jax.tree_util.tree_unflatten(structure, leaves), *args, **kwargs)

        return apply, _weights(paths), _parameters(type(module).__call__, 1), type(module).__name__
    paths, structure = jax.tree_util.tree_flatten_with_path(thing)
    if len(paths) == 1 and paths[0][1] is thing:  # a function, whose weights are constants of it
        name = getattr(thing, "__name__", type(thing).__name__)
        kind = name if name.isidentifier() else "function"
        return (lambda _, *args, **kwargs: thing(*args, **kwargs)), {}, _parameters(thing, 0), kind
    at = [i for i, (_, leaf) in enumerate(paths) if hasattr(leaf, "dtype") and not _is_of_dice(leaf)]
    fixed = [leaf for _, leaf in paths]

    def rebuilt(leaves: list[Any], *args: Any, **kwargs: Any) -> Any:
        every = list(fixed)
        for i, leaf in zip(at, leaves, strict=True):
            every[i] = leaf
        return jax.tree_util.tree_unflatten(structure, every)(*args, **kwargs)

    return rebuilt, _weights([paths[i] for i in at]), _parameters(type(thing).__call__, 1), type(thing).__name__


def _is_of_dice(leaf: Any) -> bool:
    """Keys of random numbers, which modules with a dropout hold: no numbers themselves."""
    import jax

    return bool(jax.dtypes.issubdtype(leaf.dtype, jax.dtypes.prng_key))


def _weights(paths: list[Any]) -> dict[str, np.ndarray]:
    keys = [[key for key in map(key_of, path) if key not in COLLECTIONS] for path, _ in paths]
    names = [".".join(key.removeprefix(".") for key in each) or "weight" for each in keys]
    return {name if names.index(name) == i else f"{name}_{i}": np.asarray(leaf)
            for i, (name, (_, leaf)) in enumerate(zip(names, paths, strict=True))}  # fmt: skip


def _parameters(function: Any, skip: int) -> dict[str, inspect.Parameter]:
    try:
        return dict(list(inspect.signature(function).parameters.items())[skip:])
    except (TypeError, ValueError):
        return {}


def _arguments(example: Any, parameters: Mapping[str, inspect.Parameter], where: str) -> tuple[Any, Any]:
    if example is None:
        raise ValueRefused(f"{where}: give example inputs, whose shapes it is traced with: lading.convert(function, "
                           "example), an array, a tuple, or a dictionary by the names of its parameters")
    if isinstance(example, (tuple, list)):
        return tuple(example), {}
    if not isinstance(example, Mapping):
        return (example,), {}
    wrong = [key for key in example if key not in parameters]
    if not wrong:
        return (), dict(example)
    if len(wrong) == len(example) and len(parameters) <= 1:
        return (dict(example),), {}
    raise ValueRefused(f"{where}: the example has '{wrong[0]}', which it does not take "
                       f"{suggestion(str(wrong[0]), parameters)}")


def _keys(path: Any, parameters: list[str]) -> list[str]:
    """A path in ``(args, kwargs)`` as names: the parameter, then keys in it."""
    which, *rest = map(key_of, path)
    if which == "1":
        return rest
    place = int(rest[0])
    named = parameters[place] if place < len(parameters) else f"input_{place}" if place else "input"
    return [named, *rest[1:]]
