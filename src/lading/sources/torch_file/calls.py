"""How a module is called: its example inputs as a flat list of tensors with names, and the way back.

1. A tensor is called after the parameter of ``forward`` that takes it. Inside a dictionary or a tuple, it is after
   its key there (``tracks`` of ``inputs["tracks"]``); the second of that name, after all keys on the way
   (``masks.tracks``).
2. What is no tensor (None, numbers, flags) stays as it is in the example.
3. Outputs are called after their keys or fields; the only one is ``output``, those of a tuple ``output_0`` and so on.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...errors import FormatError, MissingFile, UnsupportedError, ValueRefused, suggestion
from ..traced.keys import key_of, names_of

OUTPUT = "output"


class Arguments(NamedTuple):
    """Arguments by place and by name."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass
class Call:
    """A module's arguments by name: ``leaves`` in the order of ``structure``, of which ``names`` are tensors."""

    leaves: list[Any]
    structure: Any
    names: list[str]
    at: list[int]  # where in ``leaves`` the tensors are
    note: str = ""  # what was made of the example

    @property
    def tensors(self) -> list[Any]:
        return [self.leaves[i] for i in self.at]

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The tensors as arrays, by name."""
        return {name: array_of(tensor) for name, tensor in zip(self.names, self.tensors, strict=True)}

    def like(self, arrays: Iterable[np.ndarray]) -> list[Any]:
        """Arrays as tensors of the types and on the devices of the example's."""
        import torch

        return [torch.tensor(array).to(device=tensor.device, dtype=tensor.dtype)
                for array, tensor in zip(arrays, self.tensors, strict=True)]  # fmt: skip

    def runner(self, module: Any, where: str) -> Callable[[Sequence[np.ndarray]], list[np.ndarray]]:
        """A module as a function of arrays."""

        def run(arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
            args, kwargs = self.arguments(self.like(arrays))
            return [array_of(each) for each in outputs_of(module(*args, **kwargs), where)[1]]

        return run

    def arguments(self, tensors: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments for a call with other tensors."""
        from torch.utils import _pytree as tree

        leaves = list(self.leaves)
        for i, tensor in zip(self.at, tensors, strict=True):
            leaves[i] = tensor
        args, kwargs = tree.tree_unflatten(leaves, self.structure)
        return args, kwargs


def call_of(module: Any, example: Any, where: str) -> Call:
    """The call that an example stands for: a tensor, a tuple of arguments, or a dictionary of them by name.

    Raises ValueRefused or UnknownName where the example is none.
    """
    from torch.utils import _pytree as tree

    parameters = parameters_of(module)
    args, kwargs = _arguments(_loaded(example, where), parameters, where)
    if hasattr(module, "_c"):  # TorchScript takes no names
        args, kwargs = (*args, *(kwargs[name] for name in parameters if name in kwargs)), {}
    args, kwargs = tree.tree_map(_tensor, (args, kwargs))
    paths, structure = tree.tree_flatten_with_path((args, kwargs))
    leaves = [leaf for _, leaf in paths]
    at = [i for i, leaf in enumerate(leaves) if _is_tensor(leaf)]
    if not at:
        raise ValueRefused(f"{where}: the example holds no tensor; give example inputs, as a tensor, a tuple, or a "
                           "dictionary by the names of forward's parameters")
    keys = [_keys(paths[i][0], list(parameters)) for i in at]
    note = ""
    if isinstance(example, Mapping) and args:
        note = f" (the dictionary as a whole was taken for '{keys[0][0]}': none of its keys is a parameter)"
    call = Call(leaves, structure, names_of(keys, ""), at, note)
    for name, tensor in zip(call.names, call.tensors, strict=True):
        if tensor.is_complex():
            raise UnsupportedError(f"{where}: input '{name}' is of complex numbers ({tensor.dtype}); lading has real "
                                   "ones: give real and imaginary parts as two inputs")
        if str(tensor.dtype) == "torch.bfloat16":
            raise UnsupportedError(f"{where}: input '{name}' is bfloat16, in which no layer computes; "
                                   "give it in float32")
    return call


def outputs_of(result: Any, where: str) -> tuple[list[str], list[Any]]:
    """Names and tensors of what a module gives. Raises UnsupportedError for what is no tensor."""
    from torch.utils import _pytree as tree

    paths = [(path, leaf) for path, leaf in tree.tree_flatten_with_path(result)[0] if leaf is not None]
    names = names_of([[OUTPUT, *map(key_of, path)] for path, _ in paths], OUTPUT)
    for name, (_, leaf) in zip(names, paths, strict=True):
        if not _is_tensor(leaf):
            raise UnsupportedError(f"{where}: its output '{name}' is a {type(leaf).__name__}, not a tensor; let "
                                   "forward return tensors, in a tuple or a dictionary")
        if leaf.is_complex() or leaf.is_quantized or leaf.layout is not _strided():
            raise UnsupportedError(f"{where}: its output '{name}' is {leaf.dtype} ({leaf.layout}); lading gives dense "
                                   "real tensors")
    if not paths:
        raise UnsupportedError(f"{where}: gives no tensor")
    return names, [leaf for _, leaf in paths]


def array_of(tensor: Any) -> np.ndarray:
    """A tensor as an array."""
    array: np.ndarray = tensor.detach().cpu().numpy()
    return array


def parameters_of(module: Any) -> dict[str, inspect.Parameter]:
    """The parameters of a module's ``forward``."""
    graph = getattr(module, "graph", None)
    if hasattr(module, "_c") and graph is not None:  # TorchScript, whose Python signature is (*args, **kwargs)
        names = [re.sub(r"\.\d+$", "", each.debugName()) for each in list(graph.inputs())[1:]]
        return {name: inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names}
    return dict(inspect.signature(module.forward).parameters)


def _arguments(example: Any, parameters: Mapping[str, inspect.Parameter], where: str) -> tuple[Any, Any]:
    if isinstance(example, Arguments):
        return tuple(example.args), dict(example.kwargs)
    if isinstance(example, (tuple, list)):
        return tuple(example), {}
    if not isinstance(example, Mapping):
        return (example,), {}
    kinds = [parameter.kind for parameter in parameters.values()]
    if inspect.Parameter.VAR_KEYWORD in kinds or all(key in parameters for key in example):
        return (), dict(example)
    required = [name for name, each in parameters.items() if each.default is inspect.Parameter.empty]
    if len(required) <= 1 and not any(key in parameters for key in example):
        return (dict(example),), {}
    wrong = next(key for key in example if key not in parameters)
    raise ValueRefused(f"{where}: the example has '{wrong}', which forward does not take "
                       f"{suggestion(str(wrong), parameters)}")


def _loaded(example: Any, where: str) -> Any:
    """The arrays of an .npz file by name, where the example is a path to one."""
    if example is None:
        raise ValueRefused(f"{where}: give example inputs, by which it can be traced: lading.convert(module, example), "
                           "a tensor, a tuple, or a dictionary by the names of forward's parameters")
    if not isinstance(example, (str, Path)):
        return example
    if not Path(example).is_file():
        raise MissingFile(f"{example}: no such file of example inputs")
    try:
        with np.load(example, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise FormatError(f"{example}: an example is an .npz file with an array for each input: {error}") from None


def _tensor(leaf: Any) -> Any:
    import torch

    return torch.from_numpy(np.ascontiguousarray(leaf)) if isinstance(leaf, np.ndarray) else leaf


def _is_tensor(leaf: Any) -> bool:
    import torch

    return isinstance(leaf, torch.Tensor)


def _strided() -> Any:
    import torch

    return torch.strided


def _keys(path: tuple[Any, ...], parameters: list[str]) -> list[str]:
    """A path in ``(args, kwargs)`` as names: the parameter, then keys in it."""
    which, *rest = map(key_of, path)
    if which == "1":
        return rest
    place = int(rest[0])
    named = parameters[place] if place < len(parameters) else f"{parameters[-1] if parameters else 'input'}_{place}"
    return [named, *rest[1:]]
