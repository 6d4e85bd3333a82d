"""Weights of half the bytes or fewer, as an opt-in: ``convert(..., small_weights="bfloat16")``.

A weight is kept as float16, bfloat16 or int8, and a node ``Cast`` or ``DequantizeLinear`` says that it is computed with
as float32: whoever reads the file sees what it holds. What that changes is measured against the model as it was, and
recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .agreement import difference_of, run_engine, scale_of
from .agreement.cases import Case, cases_of
from .bundle.evaluate import to_bfloat16
from .copying import copy_of
from .errors import AgreementError, LadingError, ValueRefused, suggestion
from .graph import Graph, Node, free_name, rename

if TYPE_CHECKING:
    from .model import Model

#: What weights can be kept as.
KINDS = ("float16", "bfloat16", "int8")

#: The most that small weights may change a result, in parts of its output's scale: more is not harmless.
HARMLESS = 0.02

#: Weights of fewer numbers stay as they are: biases, scales and small layers are no burden.
FEWEST = 256

#: Which inputs of an operator are weights, and along which of their axes the outputs lie, each with a scale of its own.
WEIGHTS: dict[str, dict[int, int]] = {
    "MatMul": {1: -1}, "Gemm": {1: -1}, "Conv": {1: 0}, "Gather": {0: 0}, "LSTM": {1: 1, 2: 1}, "GRU": {1: 1, 2: 1},
    "RNN": {1: 1, 2: 1},
}  # fmt: skip

Results = list[tuple[Case, dict[str, np.ndarray]]]


def keep_small(model: Model, kind: str, say: Callable[..., None]) -> str:
    """Keeps the weights of ``model`` as ``kind``; says what became of them and of the results.

    int8 weights that would change a result too much stay as they are. The self-test keeps the results of float32, and a
    tolerance that says how near they are. Raises ValueRefused for other kinds and for models without such weights,
    AgreementError if results change by more than ``HARMLESS`` of their scale.
    """
    if kind not in KINDS:
        raise ValueRefused(f"small_weights: '{kind}' is none of {', '.join(KINDS)} {suggestion(kind, KINDS)}".rstrip())
    if model.folds is not None:
        raise ValueRefused(f"small_weights: {model.where} has folds; convert each training with them, then fold")
    found = weights_of(model)
    if not found:
        raise ValueRefused(f"small_weights: {model.where} has no layer with {FEWEST} float32 weights or more")
    whole = copy_of(model)
    say("running with float32 weights")
    expected = _results(whole)
    kept = list(found)
    say(f"running with {kind} weights")
    small = _small(whole, found, kept, kind)
    changes = _changes(small, expected)
    if kind == "int8" and max(changes.values()) > HARMLESS:
        kept, changes = _harmless(whole, found, expected, say)
        small = _small(whole, found, kept, kind)
    _refuse_harm(model, kind, changes)
    model.graphs, model.weights = small.graphs, small.weights
    kept = [name for name in kept if model.weights[name].dtype != np.float32]
    _record(model, kind, len(kept), changes)
    return _told(whole, model, kind, len(kept), len(found) - len(kept), max(changes.values()))


@dataclass
class Weight:
    """A weight of layers: along which axis each output has a scale of its own."""

    name: str
    axis: int


def weights_of(model: Model) -> dict[str, Weight]:
    """The weights that can be kept small: float32, of layers, and of nothing else."""
    axes: dict[str, set[int | None]] = {}
    for graph in model.graphs.values():
        for node in graph.nodes:
            for place, name in enumerate(node.inputs):
                if isinstance(name, str) and name in model.weights:
                    axes.setdefault(name, set()).add(_axis(node, place, model.weights[name].ndim))
    found = {}
    for name, used in axes.items():
        array, axis = model.weights[name], next(iter(used))
        if (len(used) == 1 and axis is not None and array.dtype == np.float32 and array.ndim >= 2
                and array.size >= FEWEST and np.isfinite(array).all()):  # fmt: skip
            found[name] = Weight(name, axis % array.ndim)
    return found


def _axis(node: Node, place: int, rank: int) -> int | None:
    axis = WEIGHTS.get(node.operator, {}).get(place)
    if node.operator == "Gemm" and axis is not None:
        return 0 if node.attributes.get("transB") else 1
    return None if axis is None else axis % rank if rank else None


def _small(whole: Model, found: dict[str, Weight], names: list[str], kind: str) -> Model:
    """The model with the weights ``names`` kept as ``kind``, and a node before the others that expands each."""
    model = copy_of(whole)
    taken = {name for graph in model.graphs.values() for node in graph.nodes for name in (node.name, *node.outputs)}
    taken |= {*model.weights, *(given.name for given in model.input_list)}
    for name in reversed(names):  # each node goes before the others
        stored, expand = _stored(model.weights[name], found[name], kind, taken)
        if stored is None:
            continue
        model.weights |= stored
        for graph in model.graphs.values():
            _expand(graph, name, expand, taken)
    return model


def _stored(array: np.ndarray, weight: Weight, kind: str, taken: set[str]
            ) -> tuple[dict[str, np.ndarray] | None, Node]:  # fmt: skip
    """What is kept of a weight, by name, and the node that expands it; None if its numbers do not fit."""
    cast = Node("", "Cast", [weight.name], [], {"to": "float32"})
    if kind == "bfloat16":
        return {weight.name: np.asarray(to_bfloat16(array))}, cast  # type: ignore[no-untyped-call]
    if kind == "float16":
        fits = np.abs(array).max() <= np.finfo(np.float16).max
        return ({weight.name: array.astype(np.float16)} if fits else None), cast
    others = tuple(axis for axis in range(array.ndim) if axis != weight.axis)
    largest = np.abs(array).max(axis=others)
    scale = np.where(largest > 0, largest / np.float32(127), np.float32(1))
    steps = np.rint(array / np.expand_dims(scale, others)).clip(-127, 127).astype(np.int8)
    scales = free_name(f"{weight.name}_scale", taken)
    dequantize = Node("", "DequantizeLinear", [weight.name, scales], [], {"axis": weight.axis})
    return {weight.name: steps, scales: scale}, dequantize


def _expand(graph: Graph, name: str, expand: Node, taken: set[str]) -> None:
    """What reads the weight in ``graph`` reads what the node ``expand`` makes of it."""
    if not any(name in node.reads() for node in graph.nodes):
        return
    wide = free_name(f"{name}_float32", taken)
    rename(graph.nodes, name, wide)
    graph.nodes.insert(0, replace(expand, name=free_name(f"expand_{name}", taken), outputs=[wide]))


def _results(model: Model) -> Results:
    """The outputs on made-up inputs, those left out that the model cannot do with: large numbers, short sequences."""
    run, results = run_engine(model), []
    for case in cases_of(model):
        with suppress(LadingError):
            if not case.large:
                results.append((case, run(case.tensors)))
    if not results:
        raise ValueRefused(f"small_weights: {model.where} runs on no made-up inputs: what they change cannot be told")
    return results


def _changes(model: Model, expected: Results) -> dict[str, float]:
    """How far each output is from what it was, in parts of its scale."""
    run = run_engine(model)
    found = [run(case.tensors) for case, _ in expected]
    return {output: max(float(difference_of(ours[output], theirs[output]).max(initial=0))
                        for ours, (_, theirs) in zip(found, expected, strict=True))
            / scale_of([theirs[output] for _, theirs in expected]) for output in expected[0][1]}  # fmt: skip


def _harmless(whole: Model, found: dict[str, Weight], expected: Results, say: Callable[..., None]
              ) -> tuple[list[str], dict[str, float]]:  # fmt: skip
    """The weights that int8 does not harm: those that alone change results least, as many as together stay harmless."""
    alone = {}
    for number, name in enumerate(found):
        say(f"looking which weights int8 harms: {number + 1} of {len(found)}")
        alone[name] = max(_changes(_small(whole, found, [name], "int8"), expected).values())
    order = sorted(found, key=alone.__getitem__)
    fine, harmed = 0, len(order)  # bisection: how many of them are harmless together
    changes = dict.fromkeys(expected[0][1], 0.0)
    while harmed - fine > 1:
        middle = (fine + harmed) // 2
        now = _changes(_small(whole, found, order[:middle], "int8"), expected)
        if max(now.values()) <= HARMLESS:
            fine, changes = middle, now
        else:
            harmed = middle
    return order[:fine], changes


def _way_out(kind: str) -> str:
    return "keep float32" if kind == "float16" else "float16 is nearer" if kind == "bfloat16" else "use float16"


def _refuse_harm(model: Model, kind: str, changes: dict[str, float]) -> None:
    output = max(changes, key=changes.__getitem__)
    if changes[output] > HARMLESS:
        raise AgreementError(
            f"small_weights: with {kind} weights, output '{output}' of {model.where} changes by {changes[output]:.1e} "
            f"of its scale on made-up inputs, more than {HARMLESS}; {_way_out(kind)}"
        )


def _record(model: Model, kind: str, weights: int, changes: dict[str, float]) -> None:
    """What was measured, and a self-test that holds the results of float32 to it."""
    outputs = {output: {"difference": size} for output, size in changes.items()}
    model.agreement = model.agreement | {"small weights": {"type": kind, "weights": weights, "outputs": outputs}}
    if model.samples is not None:
        model.samples = replace(model.samples, numerics=None)
        model.tolerance = (max(model.tolerance[0], _rounded_up(2 * max(changes.values()))), model.tolerance[1])


def _rounded_up(size: float) -> float:
    """To one digit."""
    if size == 0:
        return 0.0
    power = 10.0 ** np.floor(np.log10(size))
    return float(f"{np.ceil(size / power) * power:.0e}")


def _told(before: Model, after: Model, kind: str, kept: int, left: int, change: float) -> str:
    why = "that int8 would harm" if kind == "int8" else f"beyond the range of {kind}"
    bytes_before, bytes_after = (sum(array.nbytes for array in model.weights.values()) for model in (before, after))
    return (f"{kept} weights are {kind}: {bytes_after / bytes_before:.0%} of the bytes, results change by up to "
            f"{change:.1e} of the output scale" + (f"; {left} {why} stay float32" if left else ""))
