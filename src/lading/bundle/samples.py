"""The self-test of a bundle: entries as they are fed, and the outputs that they must give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import FormatError
from . import safetensors

if TYPE_CHECKING:
    from ..model import Samples


def to_bytes(samples: Samples) -> bytes:
    """The samples.safetensors of ``samples``."""
    tensors = {f"counts/{axis}": np.asarray(n, np.int64) for axis, n in samples.counts.items()}
    for (name, variable), values in samples.inputs.items():
        tensors[f"in/{name}" if variable is None else f"in/{name}/{variable}"] = np.asarray(values)
    tensors |= {f"out/{name}": np.asarray(values) for name, values in samples.outputs.items()}
    return safetensors.to_bytes(tensors)


def from_buffer(data: bytes | memoryview, where: str, numerics: int | None) -> Samples:
    """The samples that a samples.safetensors holds. Raises FormatError, beginning with ``where``."""
    from ..model import Samples

    samples = Samples({}, {}, {}, numerics)
    for key, array in safetensors.from_buffer(data, where).items():
        kind, _, name = key.partition("/")
        if kind == "in" and name:
            given, _, variable = name.partition("/")
            samples.inputs[given, variable or None] = array
        elif kind == "counts" and name and array.dtype == np.int64 and array.ndim == 1:
            samples.counts[name] = array
        elif kind == "out" and name:
            samples.outputs[name] = array
        else:
            kinds = "in/INPUT/VARIABLE, in/INPUT, out/OUTPUT or counts/AXIS (int64, one per entry)"
            raise FormatError(f"{where}: '{key}' is no sample: {kinds}")
    return samples
