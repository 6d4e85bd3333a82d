"""Number types, as the engine counts them."""

from __future__ import annotations

#: NumPy types by the number the engine gives them (float16 and bfloat16 travel as bits).
TYPES = ("float32", "float64", "float16", "uint16", "int8", "int16", "int32", "int64",
         "uint8", "uint16", "uint32", "uint64", "bool")  # fmt: skip

#: The number of bfloat16 among them.
BFLOAT16 = 3

#: The number that the engine gives arrays of a NumPy type.
TYPE_NUMBERS = {name: number for number, name in enumerate(TYPES)}
