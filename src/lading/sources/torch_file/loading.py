"""Modules from files, and from what users hold in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import FormatError, LadingError, UnsupportedError
from .archives import DAMAGED, EXPORTED, PICKLE, kind_of
from .calls import Arguments, parameters_of
from .exporting import quiet
from .flat import check_module, unwrapped
from .packages import need
from .programs import check_exported

HOW = "build the module that it belongs to, load_state_dict the numbers, and give that: lading.convert(module, example)"


@dataclass
class Loaded:
    """A module that can be called, example inputs, and the program that it is of if it was exported already."""

    module: Any
    example: Any
    program: Any = None

    @property
    def kind(self) -> str:
        """What its author calls it."""
        if self.program is None:
            return str(getattr(self.module, "original_name", type(self.module).__name__))
        for node in self.program.graph.nodes:
            for name, kind in (node.meta.get("nn_module_stack") or {}).values():
                if name == "":
                    return str(kind if isinstance(kind, str) else kind.__name__).rpartition(".")[2]
        return "program"


def live(thing: Any, example: Any, where: str) -> Loaded:
    """A module and its example. A program knows an example of its own. Raises UnsupportedError for numbers alone."""
    if isinstance(thing, dict):
        raise UnsupportedError(f"a dictionary of tensors (a state_dict) holds numbers and no network: {HOW}")
    need(where)
    if hasattr(thing, "graph_signature"):
        return _of_program(thing, example, where)
    module = unwrapped(thing)
    if hasattr(module, "_c") and not hasattr(module, "named_modules"):
        raise UnsupportedError(f"{where}: a scripted function; script a module in its place")
    check_module(module, where)
    return Loaded(module, example)


def loaded(path: Path, example: Any) -> Loaded:
    """The module in a file, and an example. Raises FormatError, UnsupportedError or MissingPackage."""
    kind = kind_of(path)
    if kind == DAMAGED:
        raise FormatError(f"{path}: a damaged or incomplete file of PyTorch (a zip archive that cannot be opened)")
    if kind == PICKLE:
        raise UnsupportedError(f"{path}: written by torch.save: numbers without a network (a state_dict or "
                               f"checkpoint), or a pickle, which runs what is written in it; it is not read. Where you "
                               f"trust it, {HOW}; or save a program there: "
                               "torch.export.save(torch.export.export(module, example), 'model.pt2')")
    torch = need(str(path))
    if kind == EXPORTED:
        check_exported(path)
        return _of_program(_load(torch.export.load, path), example, str(path))
    module = _load(lambda file: torch.jit.load(file, map_location="cpu"), path)
    check_module(module, str(path))
    if example is None:
        raise UnsupportedError(f"{path}: TorchScript does not say what shapes it takes: give example inputs, "
                               "lading.convert(path, example) with a tensor, a tuple or a dictionary by name, or an "
                               ".npz file of them (--example FILE.npz)")
    return Loaded(module, example)


def _of_program(program: Any, example: Any, where: str) -> Loaded:
    own = program.example_inputs
    if example is None and not own:
        raise UnsupportedError(f"{where}: the program holds no example inputs; give some, lading.convert(path, "
                               "example)")
    module = program.module()
    if example is None:
        example = Arguments(*own)
    elif isinstance(example, dict) and own:  # arguments that it knows by their place
        first = list(parameters_of(module))[: len(own[0])]
        if all(name in example for name in first):
            example = Arguments(tuple(example[name] for name in first),
                                {name: value for name, value in example.items() if name not in first})
    return Loaded(module, example, program)


def _load(load: Any, path: Path) -> Any:
    with quiet(), _weights_only():
        try:
            return load(str(path))
        except LadingError:
            raise
        except Exception as error:  # of a damaged file, anything
            first = str(error).strip().partition("\n")[0][:200]
            raise FormatError(f"{path}: PyTorch cannot load it: {first or type(error).__name__}") from None


@contextmanager
def _weights_only() -> Iterator[None]:
    """While this lasts, PyTorch unpickles tensors and nothing else."""
    name = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
