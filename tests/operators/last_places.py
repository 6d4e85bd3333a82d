"""How far the engine is from onnx.reference in double precision, in units in the last place, case by case.

    python tests/operators/last_places.py         # writes last_places.txt, from which docs/operators.md is made

The rule. An element may be off by a few units in the last place of its *scale*: of the element itself, or of how far it
moves when all that goes into it is shaken, if that is more. For a sum the movement has the size of its largest
summands, for an exponential that of the exponent; so cancellation, and nothing else, gives an element a coarser scale.
What is only moved, chosen or compared has to be equal (or, where it is cast, rounded once). The model is run as it is,
in float32, and widened to float64, where the engine has the operators; as it stands in the file, and as the ONNX
reader writes it.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

import backend_suite as suite
import numpy as np
from widened import EXACT, Arrays, Reference, widened

TABLE = Path(__file__).with_name("last_places.txt")
WAYS = {"direct": suite.translate, "reader": suite.read_by_lading}

#: In units in the last place. In float64 the reference rounds as well, in another order.
LIMITS = {"float16": 0.5, "float32": 5, "float64": 16}

#: Not compared.
LEFT_OUT = {
    "test_dynamicquantizelinear": "x / scale is next to a tie: 25.4999991 in double, 25.5 in single precision",
    "test_dynamicquantizelinear_expanded": "x / scale is next to a tie: 25.4999991 in double, 25.5 in single precision",
    "test_scatter_with_axis": "the reference has no Scatter, which ended with opset 10",
    "test_scatter_without_axis": "the reference has no Scatter, which ended with opset 10",
    "test_range_float_type_positive_delta_expanded": "the reference's Loop collects scalars with an axis too many",
    "test_range_float16_type_positive_delta_expanded": "the reference's Loop collects scalars with an axis too many",
    "test_range_int32_type_negative_delta_expanded": "the reference's Loop collects scalars with an axis too many",
}
# Other exceptions, by the beginnings of the cases' names.
#: A float64 model is computed in float32 in between, and judged as such.
SINGLE = {
    "test_affine_grid_": "the reference gives float32",
    "test_attention_3d_local_window": "ONNX's function takes the root of the scale in float32",
    "test_attention_local_window": "ONNX's function takes the root of the scale in float32",
    "test_basic_deform_conv": "the reference keeps coordinates in float32",
    "test_blackmanwindow": "ONNX's function computes in float32",
    "test_causal_conv_with_state_silu": "ONNX's function computes the activation in float32",
    "test_causal_conv_with_state_swish_alias": "ONNX's function computes the activation in float32",
    "test_deform_conv": "the reference keeps coordinates in float32",
    "test_gelu_": "ONNX's function has its constants in float32, the engine in double precision",
    "test_gridsample": "the reference keeps coordinates in float32",
    "test_hammingwindow": "ONNX's function computes in float32",
    "test_hannwindow": "ONNX's function computes in float32",
    "test_hardswish": "ONNX's function has its constants in float32, the engine in double precision",
    "test_linear_attention_": "ONNX's function computes in float32",
}
#: The scale is that of the output's largest element, or 1.
OF_THE_LARGEST = {
    "test_blackmanwindow": "a difference of cosines, nothing of which goes in from outside",
    "test_dft": "parts that are zero whatever the numbers are",
    "test_gru_bidirectional": "1 - z for an update gate z next to 1",
    "test_gru_seq_length": "1 - z for an update gate z next to 1",
    "test_hammingwindow": "a difference of cosines, nothing of which goes in from outside",
    "test_hannwindow": "a difference of cosines, nothing of which goes in from outside",
}
#: With a larger limit.
LONG_SUMS = {
    "test_gridsample_bicubic_align_corners_0_additional_1": "cubic weights of coordinates that the reference rounds",
    "test_nllloss_NCd1d2d3d4d5_mean_weight": "6480 numbers of five values: roundings of one value go the same way",
    "test_operator_conv": "the worst of 474240 sums of 144 products",
    "test_operator_symbolic_override": "means and variances of 1024 numbers",
    "test_resize_downsample_scales_cubic_antialias": "weights of twelve pixels, divided by their sum",
    "test_sce_NCd1d2d3d4d5_mean_weight": "6480 numbers: the mean of values that have all one sign",
}
LONG_SUM_LIMIT = 40
EXCEPTIONS = (SINGLE, OF_THE_LARGEST, LONG_SUMS)
#: Seconds each in the reference.
SLOW = ("test_averagepool_3d_default", "test_lppool_3d_default", "test_maxpool_3d_default",
        "test_MaxPool1d_stride_padding_dilation", "test_MaxPool2d_stride_padding_dilation")  # fmt: skip


class Error(NamedTuple):
    """The largest error of one case in one type; infinite if something else than a rounding differs."""

    case: suite.Case
    way: str
    type: str
    places: float
    limit: float

    def __str__(self) -> str:
        return f"{self.case.name}, {self.way}, {self.type}: {self.places:.3g} last places, not {self.limit:g}"


def among(case: suite.Case, names: dict[str, str]) -> bool:
    return case.name.startswith(tuple(names))


class Judge:
    """What is exact for one case, and how far the engine is from it."""

    def __init__(self, case: suite.Case, exceptions: bool = True):
        self.case, self.wide, self.exceptions = case, widened(case), exceptions
        self.is_exact = EXACT.issuperset(case.operators)

    def excepted(self, names: dict[str, str]) -> bool:
        return self.exceptions and among(self.case, names)

    def errors(self, full: bool = False) -> list[Error]:
        """One for each way and type in which the engine takes it; in float64 the second way only if it is ``full``."""
        found = {(way, "own"): outputs for way in WAYS if (outputs := engine_outputs(self.case, way))}
        if not found:
            return []
        for way in WAYS if self.wide.model != self.case.model else ():
            if (full or ("direct", "wide") not in found) and (outputs := engine_outputs(self.wide, way)):
                found[way, "wide"] = outputs
        yardsticks = self.yardsticks()
        return [self.error(way, outputs, yardsticks) for (way, _), outputs in found.items()]

    def yardsticks(self) -> list[list[tuple[np.ndarray, np.ndarray]]]:
        """For each set of data, for each output: exact numbers and their scales."""
        reference, sets = Reference(self.wide.model), []
        for inputs, _ in self.wide.data:
            exact = reference.outputs(inputs)
            moved = [0.0] * len(exact) if self.is_exact else reference.movement(inputs, exact)
            sets.append([(each, self.scale(each, much)) for each, much in zip(exact, moved, strict=True)])
        return sets

    def scale(self, exact: np.ndarray, moved: Any) -> Any:
        if exact.dtype.kind != "f":
            return 0.0
        if self.excepted(OF_THE_LARGEST):
            return np.full(exact.shape, max(1.0, np.abs(exact).max(initial=0)))
        return np.fmax(np.abs(exact), moved)

    def error(self, way: str, found: list[Arrays], yardsticks: list[list[tuple[np.ndarray, np.ndarray]]]) -> Error:
        floating = [each.dtype.name for outputs in found for each in outputs if each.dtype.kind == "f"]
        type_ = "float32" if self.excepted(SINGLE) else max(floating, default="float32")
        places = [0.0]
        for outputs, exact in zip(found, yardsticks, strict=True):
            places += [last_places(a, b, scale, type_) for a, (b, scale) in zip(outputs, exact, strict=True)]
        limit = LONG_SUM_LIMIT if self.excepted(LONG_SUMS) else 0.5 if self.is_exact else LIMITS[type_]
        return Error(self.case, way, type_ if floating else "integers", max(places), limit)


def engine_outputs(case: suite.Case, way: str) -> list[Arrays]:
    """For each set of data; empty if it is refused, which the lists of refusals hold."""
    found = []
    for number in range(len(case.data)):
        try:
            model, feeds, _ = WAYS[way](case, number)
            found.append(list(suite.compiled_engine(model, feeds).values()))
        except Exception:
            return []
    return found


def last_places(found: np.ndarray, exact: np.ndarray, scale: Any, type_: str) -> float:
    """The largest difference, in units in the last place that ``scale`` has in ``type_`` or the output's own type."""
    if found.shape != exact.shape or (found.dtype.kind != "f" and found.dtype != exact.dtype):
        return np.inf
    if found.dtype.kind != "f":
        return 0.0 if np.array_equal(found, exact) else np.inf
    with np.errstate(all="ignore"):
        rounded = exact.astype(found.dtype)
        finite = np.isfinite(rounded)
        if not np.array_equal(found[~finite], rounded[~finite], equal_nan=True):
            return np.inf
        kind = min(found.dtype, np.dtype(type_), key=lambda each: each.itemsize)
        info = np.finfo(kind)
        sizes = np.clip(np.nan_to_num(scale), info.tiny, float(info.max) / 2) + np.zeros(exact.shape)
        error = np.abs(found.astype(np.float64) - exact) / np.spacing(sizes.astype(kind)).astype(np.float64)
        return float(np.nan_to_num(error[finite], nan=np.inf).max(initial=0))


def errors_of_all(full: bool = False) -> list[Error]:
    """For all cases that the engine takes and that are not left out; the slow ones only if it is ``full``."""
    return [error for case in suite.load() if case.name not in LEFT_OUT and (full or case.name not in SLOW)
            for error in Judge(case).errors(full)]  # fmt: skip


# ---------------------------------------------------------------------------------------------------- the table


def table(errors: list[Error]) -> str:
    """One line an operator, from cases that have no other: number in float32, in float64, error in float32."""
    by_operator: dict[str, list[Error]] = defaultdict(list)
    for each in errors:
        operators = [node.op_type for node in suite.all_nodes(each.case.model.graph)]
        by_operator[operators[0] if len(operators) == 1 else "several"].append(each)
    return "".join(f"{name}: {' '.join(row(them))}\n" for name, them in sorted(by_operator.items()))


def row(errors: list[Error]) -> Iterator[str]:
    for type_ in ("float32", "float64"):
        yield str(len({each.case.name for each in errors if each.type == type_}))
    yield f"{max((each.places for each in errors if each.type == 'float32'), default=0):.1f}"


if __name__ == "__main__":
    found = errors_of_all()
    TABLE.write_text(table(found), encoding="utf-8")
    print(*(each for each in found if each.places > each.limit), sep="\n")
