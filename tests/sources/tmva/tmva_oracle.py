"""TMVA's formulas, one entry at a time, written to be read: what the source is compared with.

Shares no code with it: the trees are walked in the XML itself, ties and cuts are decided by the test that asks.
"""

from __future__ import annotations

import bisect
import functools
import gzip
import math
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

F = np.float32


def root_of(path: Path) -> ElementTree.Element:
    data = path.read_bytes()
    return ElementTree.fromstring((gzip.decompress(data) if path.suffix == ".gz" else data).strip())


def goes_right(node: ElementTree.Element, x: np.ndarray, at_cut_right: bool) -> bool:
    cut, coefficients = F(node.get("Cut")), int(node.get("NCoef") or 0)
    if coefficients:
        total = float(node.get(f"fC{coefficients - 1}"))
        for i in range(coefficients - 1):
            total += float(node.get(f"fC{i}")) * float(x[i])
        right = total > float(cut)
    else:
        value = x[int(node.get("IVar"))]
        right = bool(value >= cut) if at_cut_right else bool(value > cut)
    return right if node.get("cType") != "0" else not right


def leaf(tree: ElementTree.Element, x: np.ndarray, at_cut_right: bool) -> ElementTree.Element:
    node = tree.find("Node")
    while node.find("Node") is not None:
        right = goes_right(node, x, at_cut_right)
        node = next(each for each in node if each.get("pos") == ("r" if right else "l"))
    return node


def response(node: ElementTree.Element) -> float:
    return float(F(node.get("res")))


def purity(node: ElementTree.Element) -> float:
    if node.get("purity"):
        return float(F(node.get("purity")))
    return float(F(node.get("s")) / (F(node.get("s")) + F(node.get("b"))))


def node_type(node: ElementTree.Element) -> float:
    return float(node.get("nType"))


def trees_of(method: ElementTree.Element) -> list[ElementTree.Element]:
    return method.findall("Weights/BinaryTree")


def grad_sum(method: ElementTree.Element, x: np.ndarray, at_cut_right: bool) -> float:
    total = 0.0
    for tree in trees_of(method):
        total += response(leaf(tree, x, at_cut_right))
    return total


def grad(method: ElementTree.Element, x: np.ndarray, at_cut_right: bool) -> tuple[float, float]:
    total = grad_sum(method, x, at_cut_right)
    return total, 2.0 / (1.0 + math.exp(-2.0 * total)) - 1


def weighted_mean(
    method: ElementTree.Element, x: np.ndarray, at_cut_right: bool, value: Callable[[ElementTree.Element], float]
) -> tuple[float, float]:
    total = norm = 0.0
    for tree in trees_of(method):
        weight = float(F(tree.get("boostWeight")))
        total += weight * value(leaf(tree, x, at_cut_right))
        norm += weight
    return total / norm, total / norm


def regression(method: ElementTree.Element, x: np.ndarray, at_cut_right: bool) -> tuple[float, float]:
    total = grad_sum(method, x, at_cut_right) + float(F(trees_of(method)[0].get("boostWeight")))
    return total, float(F(total))


def median(method: ElementTree.Element, x: np.ndarray, at_cut_right: bool) -> tuple[float, float]:
    trees = trees_of(method)
    votes = [(response(leaf(tree, x, at_cut_right)), float(F(tree.get("boostWeight")))) for tree in trees]
    all_weights = sum(weight for _, weight in votes)
    votes.sort(key=lambda each: each[0])  # stable, as a bubble sort that swaps what is greater
    t, weights, some = 0, 0.0, len(trees) // 6
    while weights <= all_weights / 2:
        weights += votes[t][1]
        t += 1
    total, count = 0.0, 0
    for i in range(max(0, int(t - some - 0.5)), min(len(trees), int(t + some + 0.5))):
        total += votes[i][0]
        count += 1
    return total / count, float(F(total / count))


def softmax(raw: list[float]) -> list[float]:
    others = [sum(math.exp(b - a) for j, b in enumerate(raw) if j != i) for i, a in enumerate(raw)]
    return [float(F(1.0 / (1.0 + each))) for each in others]


def multiclass(method: ElementTree.Element, x: np.ndarray, classes: int) -> tuple[list[float], list[float]]:
    raw = [0.0] * classes
    for i, tree in enumerate(trees_of(method)):
        raw[i % classes] += response(leaf(tree, x, True))
    return raw, softmax(raw)


def normalise(transform: ElementTree.Element, x: np.ndarray) -> np.ndarray:
    ranges = transform.findall("Class")[-1].findall("Ranges/Range")[: len(x)]  # those of targets stand behind
    result = []
    for value, each in zip(x, ranges, strict=True):
        low, high = F(each.get("Min")), F(each.get("Max"))
        scale = F(1.0 / float(high - low))
        result.append((F(value) - low) * scale * F(2) - F(1))
    return np.array(result, F)


def square(element: ElementTree.Element) -> list[list[float]]:
    words, columns = (
        list(map(float, element.text.split())),
        int(element.get("Columns") or element.get("NCols") or element.get("NRows")),
    )
    return [words[i : i + columns] for i in range(0, len(words), columns)]


def decorrelate(transform: ElementTree.Element, x: np.ndarray) -> np.ndarray:
    rows = square(transform.findall("Matrix")[-1])
    return np.array([sum(m * float(v) for m, v in zip(row, x, strict=True)) for row in rows], F)


def principal(transform: ElementTree.Element, x: np.ndarray) -> np.ndarray:
    mean = square(transform.findall("Statistics")[-1])[0]
    vectors = square(transform.findall("Eigenvectors")[-1])
    size = range(len(x))
    return np.array([sum((float(x[j]) - mean[j]) * vectors[j][i] for j in size) for i in size], F)


def erf_inverse(x: float) -> float:
    """``TMath::ErfInverse``: a search along secants."""
    if abs(x) <= 1e-14:
        return 0.8862269254527579 * x
    at = 0.8862269254527579 * abs(x)
    step, before = 0.1 * at, math.erf(0.9 * at)
    for _ in range(50):
        here = 1.0 - math.erfc(at)
        missing = abs(x) - here
        if abs(missing) < 1e-14:
            break
        step *= missing / (here - before)
        before = here
        at += step
        if abs(step / at) < 1e-14:
            break
    else:
        return 0.0
    return math.copysign(at, x)


class Cumulative:
    """``TMVA::PDF`` with lines between the middles of bins: the histogram of 10000 bins, and values from it."""

    def __init__(self, pdf: ElementTree.Element):
        histogram = pdf.find("Histogram")
        bins = int(histogram.get("NBins"))
        contents = [float(F(word)) for word in histogram.text.split()]
        if histogram.get("HasEquidistantBins") == "1":
            low, high = float(histogram.get("XMin")), float(histogram.get("XMax"))
            edges = [low + i * ((high - low) / bins) for i in range(bins)] + [high]
            middles = [low + i * ((high - low) / bins) + 0.5 * ((high - low) / bins) for i in range(bins)]
        else:
            edges = [float(word) for word in pdf.find("HistogramBinning").text.split()]
            middles = [edges[i] + 0.5 * (edges[i + 1] - edges[i]) for i in range(bins)]
        self.low, self.high = edges[0], edges[-1]
        self.contents = []
        for bin in range(10000):
            x = self.middle(bin)
            i = max(bisect.bisect_right(middles, x) - 1, 0)
            j = i + 1 if (x > middles[i] and i != bins - 1) or i == 0 else i - 1
            y = contents[i] + (x - middles[i]) * (contents[i] - contents[j]) / (middles[i] - middles[j])
            if y <= 1e-12:
                y = contents[bisect.bisect_right(edges, x) - 1]
            self.contents.append(float(F(max(y, 1e-12))))

    def middle(self, bin: int) -> float:
        width = (self.high - self.low) / 10000.0
        return self.low + bin * width + 0.5 * width

    def __call__(self, x: float) -> float:
        if x < self.low:
            bin = 0
        elif not x < self.high:
            bin = 9999
        else:
            bin = min(int(10000 * (x - self.low) / (self.high - self.low)), 9999)
        beside = bin + 1 if (x > self.middle(bin) and bin != 9999) or bin == 0 else bin - 1
        dx, dy = self.middle(bin) - self.middle(beside), self.contents[bin] - self.contents[beside]
        y = self.contents[bin] + (x - self.middle(bin)) * dy / dx
        return y if y >= 1e-12 else 1e-12


@functools.cache
def cumulatives(transform: ElementTree.Element) -> list[Cumulative]:
    return [Cumulative(list(each)[-1].find("PDF")) for each in transform.findall("Variable")]


def gauss(transform: ElementTree.Element, x: np.ndarray) -> np.ndarray:
    result = []
    for value, cumulative in zip(x, cumulatives(transform), strict=True):
        y = max(min(cumulative(float(value)), 1 - 10e-10), 10e-10)
        if transform.get("FlatOrGauss") == "Gauss":
            y = 1.414213562 * erf_inverse(max(min(2.0 * y - 1.0, 0.99999999), -0.99999999))
        result.append(y)
    return np.array(result, F)


def denormalise(transform: ElementTree.Element, values: list[float], variables: int) -> list[float]:
    """The inverse of ``normalise``, for targets, whose ranges stand behind those of the variables."""
    ranges = transform.findall("Class")[-1].findall("Ranges/Range")[variables:]
    result = []
    for value, each in zip(values, ranges, strict=True):
        low, scale = F(each.get("Min")), F(1.0 / float(F(each.get("Max")) - F(each.get("Min"))))
        result.append(float(low + (F(value) + F(1)) / (scale * F(2))))
    return result


def fisher(method: ElementTree.Element, x: np.ndarray) -> tuple[float, float]:
    values = [float(each.get("Value")) for each in method.findall("Weights/Coefficient")]
    total = values[0]
    for coefficient, variable in zip(values[1:], x, strict=True):
        total += coefficient * float(variable)
    return total, total


def linear(method: ElementTree.Element, x: np.ndarray) -> list[float]:
    """Of LD: every term is added to a float32."""
    weights = method.find("Weights")
    totals = [F(0)] * int(weights.get("NOut"))
    for each in weights:
        output, at = int(each.get("IndexOut")), int(each.get("IndexCoeff"))
        term = float(each.get("Value")) * (float(x[at - 1]) if at else 1.0)
        totals[output] = F(float(totals[output]) + term)
    return [float(each) for each in totals]


def fast_tanh(x: float) -> float:
    if abs(x) > 4.97:
        return math.copysign(1.0, x)
    square = F(x * x)
    a = F(x * float(F(135135) + square * (F(17325) + square * (F(378) + square))))
    b = F(135135) + square * (F(62370) + square * (F(3150) + square * F(28)))
    return float(a / b)


def sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def radial(x: float) -> float:
    return math.exp(-x * x / 2)


def network(
    method: ElementTree.Element, x: np.ndarray, activation: Callable[[float], float], term: Callable[[float], float]
) -> list[float]:
    """The values of the last layer before its activation; ``term`` is what is summed of a weight times a value."""
    layers = method.findall("Weights/Layout/Layer")
    values = [float(each) for each in x]
    for number, layer in enumerate(layers[:-1]):
        values.append(1.0)
        sums = [0.0] * int(layer.find("Neuron").get("NSynapses"))
        for value, neuron in zip(values, layer, strict=True):
            for to, weight in enumerate(neuron.text.split()):
                sums[to] += term(float(F(weight)) * value)
        values = [activation(each) for each in sums] if number < len(layers) - 2 else sums
    return values
