"""The C interface entry by entry, through ctypes: every slot set by itself, as an event loop does it."""

from __future__ import annotations

import ctypes as c
import functools
from pathlib import Path
from typing import Any

import numpy as np

from lading.engine.installation import installation

TYPES = {0: np.float32, 1: np.float64, 2: np.float16, 7: np.int64}


class _Column(c.Structure):
    _fields_ = [("size", c.c_size_t), ("input", c.c_char_p), ("variable", c.c_char_p), ("unit", c.c_char_p),
                ("type", c.c_int32), ("axis", c.c_int32), ("width", c.c_int64)]  # fmt: skip


class _Variable(c.Structure):
    _fields_ = [("size", c.c_size_t), ("model", c.c_void_p), ("column", c.c_int32), ("type", c.c_int32),
                ("width", c.c_int64),
                ("element", c.c_int64), ("plain", c.c_int32), ("conversion", c.c_int32),
                ("factor", c.c_double)]  # fmt: skip


class _Output(c.Structure):
    _fields_ = [("size", c.c_size_t), ("name", c.c_char_p), ("type", c.c_int32), ("axis", c.c_int32),
                ("width", c.c_int64)]  # fmt: skip


class _Slots(c.Structure):
    _fields_ = [("data", c.c_void_p), ("items", c.c_int64)]


def _library() -> c.CDLL:
    library = c.CDLL(str(installation().library / "liblading.so.1"))
    for name in ("lading_load", "lading_session_new"):
        getattr(library, name).restype = c.c_void_p
    for name in ("lading_session_slots", "lading_session_results"):
        getattr(library, name).restype = c.POINTER(_Slots)
    library.lading_error_text.restype = c.c_char_p
    return library


class SlotSession:
    """A bundle on disk, run entry by entry through lading_set_*, lading_resize and lading_run."""

    def __init__(self, path: Path):
        self.c = _library()
        self.error = c.c_void_p()
        self.model = c.c_void_p(self.c.lading_load(str(path).encode(), None, c.byref(self.error)))
        self.check(not self.model)
        self.session = c.c_void_p(self.c.lading_session_new(self.model, c.byref(self.error)))
        self.columns = [self._column(i) for i in range(self.c.lading_column_count(self.model))]
        self.outputs = [self._output(i) for i in range(self.c.lading_output_count(self.model))]

    def close(self) -> None:
        self.c.lading_session_free(self.session)
        self.c.lading_model_free(self.model)

    def check(self, failed: int) -> None:
        if failed:
            raise ValueError(self.c.lading_error_text(self.error).decode())

    def _column(self, index: int) -> tuple[_Column, list[_Variable]]:
        column = _Column(c.sizeof(_Column))
        self.c.lading_describe_column(self.model, index, c.byref(column))
        first = _Variable(c.sizeof(_Variable))
        if column.variable:
            whole = None, c.c_size_t(0)  # no index: variables here are single numbers
            failed = self.c.lading_find_variable(
                self.model, column.input, column.variable, b"", *whole, c.byref(first), c.byref(self.error)
            )
            self.check(failed)
            return column, [first]
        handle = functools.partial(_Variable, c.sizeof(_Variable), self.model, index, column.type, column.width)
        return column, [handle(element, 1, 0, 1.0) for element in range(column.width)]

    def _output(self, index: int) -> _Output:
        output = _Output(c.sizeof(_Output))
        self.c.lading_describe_output(self.model, index, c.byref(output))
        return output

    def axis(self, name: str) -> int:
        return int(self.c.lading_find_axis(self.model, name.encode(), None))

    def run(self, entry: list[np.ndarray], lengths: dict[str, int]) -> dict[str, np.ndarray]:
        """The outputs of one entry: per column its numbers (items, width)."""
        for name, length in lengths.items():
            self.check(self.c.lading_resize(self.session, self.axis(name), c.c_int64(length), c.byref(self.error)))
        for (column, places), values in zip(self.columns, entry, strict=True):
            self._set(column, places, values.reshape(-1, column.width))
        self.check(self.c.lading_run(self.session, c.byref(self.error)))
        results = self.c.lading_session_results(self.session)
        return {o.name.decode(): self._result(o, results[i]) for i, o in enumerate(self.outputs)}

    def _set(self, column: _Column, places: list[_Variable], values: np.ndarray) -> None:
        setter, kind = {0: ("float", c.c_float), 1: ("double", c.c_double), 7: ("integer", c.c_int64)}[column.type]
        store = getattr(self.c, f"lading_set_{setter}")
        for item, row in enumerate(values.tolist()):
            for place, value in zip(places, row, strict=True):
                failed = store(self.session, c.byref(place), c.c_int64(item), kind(value), c.byref(self.error))
                self.check(failed)

    def _result(self, output: _Output, slots: Any) -> np.ndarray:
        dtype = np.dtype(TYPES[output.type])
        size = slots.items * output.width * dtype.itemsize
        data = c.string_at(slots.data, size) if size else b""
        return np.frombuffer(data, dtype).reshape(slots.items, output.width)
