"""``G`` and ``U`` (``VariableGaussTransform``): a variable becomes its cumulative value, with ``G`` a normal one then.

TMVA draws a line through the middles of the bins of the distribution in the file, notes it in a histogram of 10000
equal bins (``PDF::FillSplineToHist``), and later draws lines through the middles of those (``PDF::GetVal``), also
beyond the first and the last. All of it is float64, but the contents of bins and the result, which are float32.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np

from ...errors import FormatError, UnsupportedError
from ..wiring import Wiring
from .parsing import children, integer, number, numbers, only, text_of
from .quantile import normal_quantile

__all__ = ["gaussianised"]

BINS = 10_000
LEAST_CONTENT = 1e-12
LEAST, MOST = 1e-9, 1 - 1e-9  # what TMVA keeps a cumulative value between
LINES = 1  # the way of interpolating, as PDF numbers them


def gaussianised(wiring: Wiring, element: Element, x: str, count: int, where: str) -> str:
    """The ``count`` variables ``x``, each through the distribution for all classes together."""
    found = children(element, "Variable")
    places = [integer(each, "VarIndex", where, 0) for each in found]
    if places != list(range(count)):
        raise FormatError(
            f"{where} holds distributions of variables {places[:10]}, for {count} variables; damaged file"
        )
    inside = [f"{where}, variable {place}" for place in places]
    tables = [_table(_of_all_classes(each, at), at) for each, at in zip(found, inside, strict=True)]
    kind = text_of(element, "FlatOrGauss", where)
    if kind not in ("Flat", "Gauss"):
        raise FormatError(f"{where} is said to be '{kind[:40]}'; 'Flat' and 'Gauss' there are; damaged file")
    wiring = wiring.within("uniform" if kind == "Flat" else "gauss")
    lowest, highest = (np.array([each[end] for each in tables]) for end in (0, 1))
    value = _cumulative(wiring, x, lowest, highest, np.concatenate([each[2] for each in tables]))
    if kind == "Gauss":
        value = normal_quantile(wiring, value)
    return wiring.add("Cast", value, to="float32")


def _of_all_classes(variable: Element, where: str) -> Element:
    """The last distribution. Those before it are of one class each."""
    found = list(variable)
    names = [f"CumulativePDF_cls{place}" for place in range(len(found))]
    if not found or [each.tag for each in found] != names:
        raise FormatError(f"{where} holds {', '.join(each.tag for each in found)[:100] or 'nothing'} in place of "
                          "CumulativePDF_cls0, CumulativePDF_cls1 ...; damaged file")  # fmt: skip
    return only(found[-1], "PDF", where)


def _table(pdf: Element, where: str) -> tuple[float, float, np.ndarray]:
    """Beginning and end of the axis, and the contents of its 10000 bins (``PDF``: ReadXML, FillSplineToHist)."""
    method, smooth = integer(pdf, "InterpolMethod", where, 0), integer(pdf, "MaxNSmooth", where, -1)
    if method != LINES or smooth > 0:
        raise UnsupportedError(f"{where}: a distribution of interpolation method {method}, smoothed {smooth} times; "
                               f"method {LINES} is supported, not smoothed, which is all that TMVA writes")  # fmt: skip
    with np.errstate(all="ignore"):  # what overflows is refused, or not looked at
        return _filled(*_histogram(pdf, where), where)


def _filled(
    edges: np.ndarray, middle: np.ndarray, contents: np.ndarray, where: str
) -> tuple[float, float, np.ndarray]:
    length = edges[-1] - edges[0]
    if not ((np.diff(edges) >= 0).all() and (np.diff(middle) > 0).all() and np.isfinite(length)):
        raise FormatError(f"{where}: the bins of a distribution do not follow each other; damaged file")
    at = _middles(edges[0], edges[-1], BINS)
    left = np.clip(np.searchsorted(middle, at, side="right") - 1, 0, len(middle) - 1)
    beside = left + np.where((at > middle[left]) & (left < len(middle) - 1) | (left == 0), 1, -1)
    line = contents[left] + (at - middle[left]) * (contents[left] - contents[beside]) / (middle[left] - middle[beside])
    own = contents[np.clip(np.searchsorted(edges, at, side="right") - 1, 0, len(contents) - 1)]
    return edges[0], edges[-1], np.maximum(np.where(line <= LEAST_CONTENT, own, line), LEAST_CONTENT).astype(np.float32)


def _histogram(pdf: Element, where: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Edges, middles and contents of the bins; contents are those of a TH1F."""
    histogram = only(pdf, "Histogram", where)
    bins = integer(histogram, "NBins", where, 2)
    contents = np.array(numbers(histogram, bins, where)).astype(np.float32).astype(np.float64)
    if not (np.isfinite(contents).all() and abs(contents).max() < 1e30):
        raise FormatError(f"{where}: a distribution with contents that are none of a histogram; damaged file")
    if text_of(histogram, "HasEquidistantBins", where).strip().lower() in ("1", "true"):
        lowest, highest = (number(histogram, end, where) for end in ("XMin", "XMax"))
        edges = lowest + np.arange(bins + 1) * ((highest - lowest) / bins)
        return edges, _middles(lowest, highest, bins), contents
    edges = np.array(numbers(only(pdf, "HistogramBinning", where), bins + 1, where))
    return edges, edges[:-1] + 0.5 * np.diff(edges), contents


def _middles(lowest: float, highest: float, bins: int) -> np.ndarray:
    width = (highest - lowest) / bins
    return lowest + np.arange(bins) * width + 0.5 * width


def _cumulative(wiring: Wiring, x: str, lowest: np.ndarray, highest: np.ndarray, contents: np.ndarray) -> str:
    """The value of the 10000 bins at ``x``, float64, one variable beside the other."""
    x = wiring.add("Cast", x, to="float64")
    beginning, length = wiring.weight("lowest", lowest), wiring.weight("length", highest - lowest)
    width, half = (
        wiring.weight("width", (highest - lowest) / BINS),
        wiring.weight("half", (highest - lowest) / BINS / 2),
    )
    first, table = wiring.weight("first", np.arange(len(lowest)) * BINS), wiring.weight("contents", contents)
    end = np.asarray(BINS - 1.0)

    def bin_at(place: str) -> tuple[str, str]:
        """Middle and content of bins."""
        low = wiring.add("Add", beginning, wiring.add("Mul", place, width))
        row = wiring.add("Add", wiring.add("Cast", place, to="int64"), first)
        content = wiring.add("Cast", wiring.add("Gather", table, row, axis=0), to="float64")
        return wiring.add("Add", low, half), content

    place = wiring.add("Div", wiring.add("Mul", np.asarray(float(BINS)), wiring.add("Sub", x, beginning)), length)
    within = wiring.add("Where", wiring.add("Less", place, end), place, end)  # NaN goes to the last bin
    place = wiring.add("Floor", wiring.add("Max", within, np.asarray(0.0)))
    middle, content = bin_at(place)
    inside = wiring.add("And", wiring.add("Greater", x, middle), wiring.add("Less", place, end))
    onward = wiring.add("Or", inside, wiring.add("Equal", place, np.asarray(0.0)))
    step = wiring.add("Where", onward, np.asarray(1.0), np.asarray(-1.0))
    next_middle, next_content = bin_at(wiring.add("Add", place, step))
    rise = wiring.add("Mul", wiring.add("Sub", x, middle), wiring.add("Sub", content, next_content))
    value = wiring.add("Add", content, wiring.add("Div", rise, wiring.add("Sub", middle, next_middle)))
    above = wiring.add("GreaterOrEqual", value, np.asarray(LEAST))  # not so for NaN
    return wiring.add("Min", wiring.add("Where", above, value, np.asarray(LEAST)), np.asarray(MOST))
