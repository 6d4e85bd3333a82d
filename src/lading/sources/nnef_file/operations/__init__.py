"""The operations of NNEF 1.0.5 by name: functions that append nodes and give the results.

Their parameters are those of the specification, annotated with what they take (``arguments.KINDS``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import activations, elementwise, layers, layout, normalization, pooling, reductions

__all__ = ["OPERATIONS", "REFUSED"]

OPERATIONS: dict[str, Callable[..., Any]] = {
    **elementwise.OPERATIONS,
    **activations.OPERATIONS,
    **layout.OPERATIONS,
    **layers.OPERATIONS,
    **pooling.OPERATIONS,
    **normalization.OPERATIONS,
    **reductions.OPERATIONS,
}

_QUANTIZED = "rounds to few bits, which is not read; write the network in float32"
_REGIONS = "is for regions of images, which are not read"

#: Operations of the specification that are not read, and why.
REFUSED = {
    "update": "keeps a state between runs; every run of a lading model stands alone",
    **dict.fromkeys(["min_max_linear_quantize", "zero_point_linear_quantize", "linear_quantize",
                     "logarithmic_quantize"], _QUANTIZED),
    **dict.fromkeys(["avg_roi_pool", "max_roi_pool", "roi_resample", "avg_roi_align", "max_roi_align"], _REGIONS),
    **dict.fromkeys(["argmax_pool", "sample", "desample", "max_pool_with_index", "debox", "max_unpool", "avg_unpool",
                     "multilinear_upsample", "separable_deconv"], "is not read"),
}  # fmt: skip
