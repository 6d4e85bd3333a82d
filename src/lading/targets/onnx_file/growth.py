"""Nodes and tensors of an ONNX graph as they are added, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

__all__ = ["PART", "Growth"]

#: What stands behind the name of an input in the names of the nodes that prepare it; no name of format 1 has a ``/``.
PART = "/prepare/"


@dataclass
class Growth:
    """Nodes and tensors that prepare; those of the input ``of`` are called INPUT/prepare/..."""

    of: str = ""
    nodes: list[NodeProto] = field(default_factory=list)
    tensors: list[TensorProto] = field(default_factory=list)

    def add(self, operator: str, inputs: list[str], made: str = "", **attributes: Any) -> str:
        """A node; gives the name of what it makes."""
        from onnx import helper

        name = f"{self.of}{PART}{len(self.nodes)}_{operator.lower()}"
        self.nodes.append(helper.make_node(operator, inputs, [made or name], name=name, **attributes))
        return made or name

    def tensor(self, values: Any, type_: str = "int64") -> str:
        """A tensor that is read."""
        from onnx import numpy_helper

        array = np.asarray(values, np.dtype(type_))
        name = f"{self.of}{PART}tensor_{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(array, name))
        return name

    def cast(self, x: str, type_: str, made: str = "") -> str:
        """``x`` in another type."""
        from onnx import helper

        return self.add("Cast", [x], made, to=helper.np_dtype_to_tensor_dtype(np.dtype(type_)))
