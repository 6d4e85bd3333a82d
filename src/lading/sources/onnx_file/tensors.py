"""Tensors and element types of ONNX files as NumPy arrays and type names."""

from __future__ import annotations

import math

import numpy as np
from onnx import SparseTensorProto, TensorProto, helper, numpy_helper

from ...errors import FormatError, MemoryLimit, UnsupportedError
from ...graph import BFLOAT16

#: Numbers of a sparse tensor that are written out.
MOST_NUMBERS = 1 << 31

#: Axes that a tensor may have.
HIGHEST_RANK = 8

#: ONNX's numbers of element types, by the names used here.
TYPE_NAMES: dict[int, str] = {
    TensorProto.FLOAT: "float32", TensorProto.DOUBLE: "float64", TensorProto.FLOAT16: "float16",
    TensorProto.BFLOAT16: "bfloat16", TensorProto.INT8: "int8", TensorProto.INT16: "int16",
    TensorProto.INT32: "int32", TensorProto.INT64: "int64", TensorProto.UINT8: "uint8",
    TensorProto.UINT16: "uint16", TensorProto.UINT32: "uint32", TensorProto.UINT64: "uint64",
    TensorProto.BOOL: "bool",
}  # fmt: skip


def type_name(number: int, where: str) -> str:
    """"float32" for 1, and so on. Raises UnsupportedError for text, complex numbers and types below 8 bits."""
    if number in TYPE_NAMES:
        return TYPE_NAMES[number]
    known = TensorProto.DataType.keys()
    name = next((key.lower() for key in known if TensorProto.DataType.Value(key) == number), str(number))
    raise UnsupportedError(f"{where}: holds elements of type {name}, which lading does not have; export it with "
                           f"numbers of 8 bits or more")


def array_of(tensor: TensorProto, where: str) -> np.ndarray:
    """The numbers of a tensor. Raises FormatError if there are not as many as its shape says."""
    name = type_name(tensor.data_type, where)
    if tensor.data_location == TensorProto.EXTERNAL:
        raise FormatError(f"{where}: its numbers are in another file; read the model by its path")
    if any(size < 0 for size in tensor.dims):
        raise FormatError(f"{where}: its shape {list(tensor.dims)} has a negative length")
    if len(tensor.dims) > HIGHEST_RANK:
        raise FormatError(f"{where}: has {len(tensor.dims)} axes; at most {HIGHEST_RANK} are allowed")
    if tensor.HasField("segment"):
        raise UnsupportedError(f"{where}: is stored in segments, which nobody reads; store it whole")
    _check_bytes(tensor, where)
    try:
        array = numpy_helper.to_array(tensor)
    except (ValueError, TypeError) as error:
        raise FormatError(f"{where}: is damaged: {error}") from error
    if name == "bfloat16":
        return np.ascontiguousarray(array).view(np.uint16).view(BFLOAT16).reshape(array.shape)
    return np.array(array, order="C")  # a copy: to_array may give a view into the file's bytes


def _check_bytes(tensor: TensorProto, where: str) -> None:
    """Refuses a tensor whose bytes are not as many as its shape says. Types below one byte were refused before."""
    if not tensor.HasField("raw_data"):
        return
    needed = math.prod(tensor.dims) * helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    if len(tensor.raw_data) != needed:
        raise FormatError(f"{where}: is damaged: it has {len(tensor.raw_data)} bytes, its shape {list(tensor.dims)} of "
                          f"{TYPE_NAMES[tensor.data_type]} needs {needed}")  # fmt: skip


def dense_array_of(sparse: SparseTensorProto, where: str) -> np.ndarray:
    """A sparse tensor written out, zeros included."""
    values, indices = array_of(sparse.values, where), array_of(sparse.indices, where)
    shape = tuple(sparse.dims)
    if any(size < 0 for size in shape) or math.prod(max(size, 1) for size in shape) > MOST_NUMBERS:
        raise MemoryLimit(f"{where}: its shape {list(shape)} is too large, or negative")
    places = indices.T if indices.ndim == 2 else indices[None]
    lengths = np.array(shape if indices.ndim == 2 else [math.prod(shape)], np.int64)[:, None]
    if len(places) != len(lengths) or places.shape[1:] != values.shape or np.any((places < 0) | (places >= lengths)):
        raise FormatError(f"{where}: is damaged: its numbers ({values.size}) and their places ({indices.shape[0]}) do "
                          f"not fit into the shape {list(shape)}")  # fmt: skip
    dense = np.zeros(shape, values.dtype)
    dense.reshape(-1)[np.ravel_multi_index(tuple(places), tuple(lengths[:, 0]))] = values
    return dense
