"""PyTorch: modules in memory, programs that torch.export saved (``.pt2``), and TorchScript.

1. A module is traced on example inputs by torch.export, written in ONNX's operators by torch.onnx, and read as an ONNX
   file is. Lengths that it leaves open become the entry axis and sequences (``torch_file/lengths.py``).
2. Inputs are called after the parameters of ``forward``, outputs after the keys or fields of what it returns
   (``torch_file/calls.py``), weights after the module's parameters.
3. The module is run in ``eval()`` and left as it was; it is the judge of the result, in single and double precision.
4. Files of ``torch.save`` hold numbers without a network, or code: they are recognised and refused.

Needs the packages torch, onnx and onnxscript: ``pip install lading[torch]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..endpoints import valid_name
from . import is_of, origin_of
from .remarks import remark as remark

if TYPE_CHECKING:
    from ..model import Model
    from .torch_file.oracle import TorchOracle

Names = Mapping[str, Sequence[Any]] | Sequence[Any] | None
Axes = Mapping[str, Sequence[str | int]] | None


def recognises(path: Path) -> bool:
    """Whether PyTorch wrote the file: an exported program, TorchScript, or a pickle of ``torch.save``."""
    from .torch_file.archives import kind_of

    return kind_of(path) != ""


def read(path: str | Path, example: Any = None, variables: Names = None, labels: Names = None, axes: Axes = None
         ) -> Model:
    """The model in a file. TorchScript needs ``example``: inputs, or an .npz file of them; else as ``from_object``.

    Raises FormatError, UnsupportedError (for pickles of ``torch.save``) or MissingPackage.
    """
    from .torch_file.building import model_of
    from .torch_file.loading import loaded

    path = Path(path)
    model = model_of(loaded(path, example), variables, labels, axes, str(path))
    model.name = valid_name(path.stem)
    model.record["origin"] |= origin_of("torch", path.read_bytes())
    return model


def holds(thing: object) -> bool:
    """Whether ``thing`` is a module, an exported program, or a dictionary of a module's numbers (which is refused).

    A model of Keras on PyTorch is a module too, but one of Keras.
    """
    if isinstance(thing, dict):
        return bool(thing) and all(is_of(value, "torch") for value in thing.values())
    is_keras = is_of(thing, "keras")
    return is_of(thing, "torch") and not is_keras and (hasattr(thing, "forward") or hasattr(thing, "graph_signature"))


def from_object(thing: Any, example: Any = None, variables: Names = None, labels: Names = None, axes: Axes = None
                ) -> Model:
    """The model in a module, traced on ``example``: a tensor, a tuple of arguments, or a dictionary of them by name.

    ``variables``: names by input (``{"jets": ["pt", "eta"]}``), or a list where there is one input; papers' objects may
    stand in place of names. ``labels``: the same by output; where there is one output, the key names it. ``axes``: by
    input, what its axes are (``{"tracks": ["jet", "track", "variable"]}``); guessed where they are not given.

    Raises UnsupportedError for what no graph can do, naming the line; ValueRefused or UnknownName for a wrong example.
    """
    from .torch_file.building import model_of
    from .torch_file.loading import live

    where = f"PyTorch {type(thing).__name__}"
    return model_of(live(thing, example, where), variables, labels, axes, where)


def oracle(path: str | Path, example: Any = None) -> TorchOracle:
    """What runs the file itself."""
    from .torch_file.calls import call_of
    from .torch_file.loading import loaded
    from .torch_file.oracle import TorchOracle

    subject = loaded(Path(path), example)
    return TorchOracle(subject.module, call_of(subject.module, subject.example, str(path)), str(path))


def live_oracle(thing: Any, example: Any = None) -> TorchOracle:
    """The module itself, to compare a conversion with."""
    from .torch_file.calls import call_of
    from .torch_file.loading import live
    from .torch_file.oracle import TorchOracle

    where = f"PyTorch {type(thing).__name__}"
    subject = live(thing, example, where)
    return TorchOracle(subject.module, call_of(subject.module, subject.example, where), where)
