"""Weights of layers, from the two ways in which Keras writes them to HDF5.

1. Keras 1, 2 and the ``.h5`` of Keras 3: a group for each layer, with ``weight_names`` in the order of
   ``layer.weights``: what is trained first, then the rest; of a model as a layer, of all of its layers.
2. ``.weights.h5`` and ``.keras``: groups by class and number (``layers/dense_1``), parts of a layer by their
   attribute (``cell``, ``query_dense``), arrays by number in ``vars``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...errors import FormatError, suggestion
from .architecture import Architecture
from .kinds import roles_of
from .layer import Layer
from .roles import Role

__all__ = ["fill_weights"]

#: Numbers of one weight; beyond it a file is damaged.
LARGEST = 1 << 31


def fill_weights(architecture: Architecture, file: Any, where: str) -> None:
    """Gives all layers their arrays from an open HDF5 file. Raises FormatError."""
    group = next((file[each] for each in ("model_weights",) if each in file), file)
    if "layer_names" in group.attrs or "layer_names0" in group.attrs:
        _fill_by_names(architecture, group, where)
        _check_none_is_left(architecture, group, where)
    elif any(each in group for each in CONTAINERS):
        _Numbered(group, where).fill(architecture, group)
    else:
        raise FormatError(f"{where}: no weights of Keras: it has neither 'layer_names' nor a group 'layers'")


def _array(data: Any, where: str) -> np.ndarray:
    if not hasattr(data, "shape") or not hasattr(data, "dtype"):
        raise FormatError(f"{where}: {getattr(data, 'name', '?')} is no array")
    if data.dtype.kind not in "fiub" or data.size > LARGEST or (data.is_virtual or data.external):
        raise FormatError(f"{where}: {data.name} is no array of numbers ({data.dtype}, {list(data.shape)})")
    stored = data.id.get_storage_size()
    if data.nbytes > 1 << 20 and stored * 1100 < data.nbytes:  # deflate cannot pack better: nothing was written
        raise FormatError(f"{where}: {data.name} is declared as {data.nbytes} bytes and holds {stored}")
    try:
        return np.asarray(data[()])
    except (OSError, ValueError, MemoryError, RuntimeError, TypeError) as error:
        raise FormatError(f"{where}: {data.name} cannot be read: {error}") from None


# ------------------------------------------------------------------------------------- by their names


def _fill_by_names(architecture: Architecture, group: Any, where: str) -> None:
    for layer in architecture.layers:
        wanted = list(_in_order(layer))
        if not wanted:
            continue
        if layer.name not in group:
            raise FormatError(f"{where}: it holds no weights of the layer '{layer.name}' "
                              f"{suggestion(layer.name, _texts(group, 'layer_names'))}")  # fmt: skip
        own = group[layer.name]
        names = _texts(own, "weight_names")
        if len(names) != len(wanted):
            raise FormatError(
                f"{where}: layer '{layer.name}' ({layer.kind}) has {len(names)} weights in the file, "
                f"{len(wanted)} by its configuration ({', '.join(role.name for _, role in wanted)})")  # fmt: skip
        for (leaf, role), name in zip(wanted, names, strict=True):
            if name not in own:
                raise FormatError(f"{where}: layer '{layer.name}' has no weight '{name}' {suggestion(name, own)}")
            leaf.arrays[role.name] = _array(own[name], where)


def _check_none_is_left(architecture: Architecture, group: Any, where: str) -> None:
    """Refuses weights of layers that the architecture has not: it is that of another network."""
    known = {layer.name for layer in architecture.layers}
    left = [name for name in _texts(group, "layer_names")
            if name not in known and name in group and _texts(group[name], "weight_names")]
    if left:
        raise FormatError(f"{where}: it holds weights of the layer '{left[0]}', which the architecture has not "
                          f"{suggestion(left[0], known)}: the two are not of one network")  # fmt: skip


def _in_order(layer: Layer) -> Iterator[tuple[Layer, Role]]:
    """The weights of a layer in the order of ``layer.weights``: those that are trained first."""
    found = list(_leaves(layer))
    yield from ((leaf, role) for leaf, role, trained in found if trained)
    yield from ((leaf, role) for leaf, role, trained in found if not trained)


def _leaves(layer: Layer, trained: bool = True) -> Iterator[tuple[Layer, Role, bool]]:
    trained = trained and layer.config.get("trainable", True) is not False
    if layer.inner is not None:
        for each in layer.inner.layers:
            yield from _leaves(each, trained)
        return
    for part in _parts(layer):
        yield from _leaves(part, trained)
    roles = roles_of(layer)
    for role in sorted(roles, key=lambda role: not role.trained):
        yield layer, role, role.trained and trained


def _parts(layer: Layer) -> list[Layer]:
    """The layers that a layer is around, forward before backward."""
    if layer.kind == "Bidirectional":
        return bidirectional_parts(layer)
    return [layer.parts["layer"]] if "layer" in layer.parts else []


def bidirectional_parts(layer: Layer) -> list[Layer]:
    """Forward and backward. Keras before 2.2 writes one, for both."""
    from copy import deepcopy

    if "layer" not in layer.parts:
        layer.fail("its configuration holds no layer")
    if "backward_layer" not in layer.parts:
        layer.parts["backward_layer"] = deepcopy(layer.parts["layer"])
        layer.parts["backward_layer"].arrays = {}
    return [layer.parts["layer"], layer.parts["backward_layer"]]


def _texts(group: Any, key: str) -> list[str]:
    """A list of texts among the attributes; long ones are in pieces called key0, key1 …"""
    values = list(np.atleast_1d(group.attrs[key])) if key in group.attrs else []
    number = 0
    while f"{key}{number}" in group.attrs:
        values += list(np.atleast_1d(group.attrs[f"{key}{number}"]))
        number += 1
    return [value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in values]


# ------------------------------------------------------------------------------------ by their numbers

CONTAINERS = ("layers", "_layer_checkpoint_dependencies")


class _Numbered:
    def __init__(self, file: Any, where: str):
        self.file, self.where = file, where
        self._by_name: dict[str, list[Any]] | None = None

    def fill(self, architecture: Architecture, group: Any) -> None:
        container = next((group[each] for each in CONTAINERS if each in group), None)
        counts: dict[str, int] = {}
        for layer in architecture.layers:
            if ".ops" in layer.module or layer.kind in ("TFOpLambda", "SlicingOpLambda"):
                continue
            stem = snake_of_keras(layer.kind if layer.inner is None else type_of_model(layer))
            number = counts.get(stem, 0)
            counts[stem] = number + 1
            name = f"{stem}_{number}" if number else stem
            found = container[name] if container is not None and name in container else None
            self._fill_layer(layer, found)

    def _fill_layer(self, layer: Layer, group: Any) -> None:
        if layer.inner is not None:
            self.fill(layer.inner, group if group is not None else {})
            return
        if layer.kind == "Bidirectional":
            for inside, attribute in zip(bidirectional_parts(layer), ("forward_layer", "backward_layer"), strict=True):
                self._fill_layer(inside, _member(group, attribute))
        elif "layer" in layer.parts:
            self._fill_layer(layer.parts["layer"], _member(group, "layer"))
        roles = roles_of(layer)
        for part in dict.fromkeys(role.part for role in roles):
            own = sorted((role for role in roles if role.part == part), key=lambda role: not role.trained)
            variables = _member(_member(group, part) if part else group, "vars")
            if variables is None or len(variables) == 0:
                variables = self._elsewhere(layer, part, len(own))
            if len(variables) != len(own):
                layer.fail(f"the file holds {len(variables)} weights of it, its configuration asks for {len(own)} "
                           f"({', '.join(role.name for role in own)})")  # fmt: skip
            for number, role in enumerate(own):
                if str(number) not in variables:
                    layer.fail(f"the file holds no weight number {number} of it")
                layer.arrays[role.name] = _array(variables[str(number)], self.where)

    def _elsewhere(self, layer: Layer, part: str, count: int) -> Any:
        """The weights of a layer that belongs to two models: they are written once, and carry its name."""
        if self._by_name is None:
            self._by_name = {}
            for path, group in self.file.groups():
                if path.rpartition("/")[2] == "vars" and "name" in group.attrs:
                    self._by_name.setdefault(str(group.attrs["name"]), []).append(group)
        found = [each for each in self._by_name.get(layer.name, []) if len(each) == count] if not part else []
        if len(found) != 1:
            layer.fail("the file holds no weights of it")
        return found[0]


def _member(group: Any, name: str) -> Any:
    """A part of a layer; TensorFlow's Keras calls some with an underscore in front."""
    if group is None or not hasattr(group, "keys"):
        return None
    return next((group[each] for each in (name, f"_{name}") if each in group), None)


def type_of_model(layer: Layer) -> str:
    return "Sequential" if layer.kind == "Sequential" else "Functional"


def snake_of_keras(name: str) -> str:
    """``Conv2D`` as ``conv2d``, ``BatchNormalization`` as ``batch_normalization``: the rule of Keras."""
    import re

    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
