"""Whether a converted model gives the numbers of its source: both are run on made-up inputs and compared.

The measure is |a - b| / max|b| of each output, the largest over all numbers and cases; b is the source's own
runtime (the oracle). The rule:

1. 1e-6 of an output's scale is agreement.
2. Up to 1e-5 is, where the oracle itself is at least half as far from a computation in double precision: a deep
   graph rounds often, and nobody can say whose single precision is the better one.
3. So is any difference where the model is within 1e-6 of double precision, or within 1e-3 and no further from it
   than the oracle: then it is the oracle that is off.
4. On inputs that are large on purpose, rule 2 holds without its limit, and 1e-4 is agreement where double precision
   cannot be had.
5. So is one where the oracle's own answer for that entry moves as far when its inputs change in their last bit
   (``sensitivity.py``), if half of all entries agree by the other rules.
6. So is one up to 1e-4 that is no larger than twice what the graph itself moves when its weights change in their last
   bit: on inputs as odd as all zeros, every particle of a deep graph network rounds the same way, and nothing
   averages out.
7. In a quantised network, one entry in ten may differ, and all where the oracle is as far from double precision: a
   number between two steps is rounded to either. The last bit of its inputs tells nothing, as they are quantised too.
8. Places that a TopK gives may differ where the numbers at them are equal (``ties.py``).
9. Entries must not depend on their neighbours: a batch gives what its entries give alone.
10. Types and shapes must be equal. Only where neither output has a number, the shape does not decide: ONNX Runtime
   makes one up for what a Loop stacks in zero turns.

What the oracle cannot run (some runtimes fail on empty sequences) is said and not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import AgreementError, LadingError
from ..evaluation import ENDLESS, too_many_turns
from .cases import Case, case_of_example, cases_of
from .measure import difference_of, distance_of, scale_of
from .oracle import Oracle, OracleFailed
from .report import Agreement, Difference
from .sensitivity import movement, movement_of_weights
from .sources import from_source, to_model, to_source
from .ties import equal_at

if TYPE_CHECKING:
    from ..evaluation import GraphRunner
    from ..model import Model

__all__ = ["Agreement", "Oracle", "OracleFailed", "compare", "difference_of", "run_engine", "scale_of"]

#: Agreement without further questions, the most that depth may explain, that the last bits of weights may, and the most
#: that an oracle may be off too.
CLOSE, FAR, FARTHEST, ROUGH = 1e-6, 1e-5, 1e-4, 1e-3


def compare(model: Model, oracle: Oracle, run: GraphRunner, say: Callable[[str], object] | None = None) -> Agreement:
    """Compares ``run``, which runs the main graph of ``model``, with the oracle. Raises AgreementError."""
    comparison = _Comparison(model, oracle, run)
    example = getattr(oracle, "example", None)
    cases = [] if example is None else [case_of_example(model, to_model(model, example))]
    for case in (*cases, *cases_of(model)):
        if say is not None:
            say(f"comparing with {oracle.name}: {case.name}")
        comparison.look_at(case)
    comparison.check_neighbours()
    return comparison.judged()


def run_engine(model: Model) -> GraphRunner:
    """The engine, or where it is not built the evaluator."""
    try:
        from ..engine import Session

        return Session(model).run_graph
    except ImportError:
        from ..evaluation import evaluator

        return evaluator(model)


@dataclass
class _Result:
    case: Case
    ours: dict[str, np.ndarray]
    theirs: dict[str, np.ndarray]


class _Comparison:
    def __init__(self, model: Model, oracle: Oracle, run: GraphRunner):
        self._model, self._oracle, self._run = model, oracle, run
        self._agreement = Agreement(oracle.name)
        self._results: list[_Result] = []
        self._endless = 0  # cases left out because their loops may have no end

    def look_at(self, case: Case) -> None:
        """Runs both on one case, but for one whose loops may have no end on numbers that are made up."""
        if self._endless >= ENDLESS and not self._results:
            self._agreement.not_compared[case.name] = "not tried: loops took too many turns in cases before it"
            return
        if (endless := too_many_turns(self._model, case.tensors)) is not None:
            self._agreement.not_compared[case.name] = endless
            self._endless += 1
            return
        try:
            theirs = from_source(self._model, self._oracle.run(to_source(self._model, case.tensors)))
        except OracleFailed as failed:
            self._agreement.not_compared[case.name] = str(failed)
            return
        try:
            ours = self._run(case.tensors)
        except (LadingError, ValueError) as error:
            raise self._refused(f"{case.name}: {self._oracle.name} runs it, the model does not: {error}") from error
        for name, expected in theirs.items():
            got = ours[name]
            if not (got.size or expected.size):
                theirs[name] = expected = expected.reshape(got.shape)
            if got.shape != expected.shape or got.dtype != expected.dtype:
                raise self._refused(f"output '{name}', {case.name}: is {got.dtype} {list(got.shape)}, "
                                    f"{self._oracle.name} gives {expected.dtype} {list(expected.shape)}")
        self._results.append(_Result(case, ours, theirs))
        self._agreement.compared.append(case.name)

    def judged(self) -> Agreement:
        """The agreement, if every output is close enough."""
        if not self._results:
            raise self._not_compared()
        for name in self._results[0].theirs:
            self._agreement.differences.append(self._judge(name))
        return self._agreement

    def _not_compared(self) -> AgreementError:
        """Why no case could be run: if the model cannot run either, it says so best."""
        where, name = self._model.where, self._oracle.name
        why = next(iter(self._agreement.not_compared.values()), "no case").rstrip(".")
        if self._endless:
            return AgreementError(f"{where}: the converted model cannot be compared with its source: on numbers that "
                                  f"are made up, {why}; convert it without comparing (--no-compare)")
        try:
            self._run(next(cases_of(self._model)).tensors)
        except (LadingError, ValueError) as error:
            return AgreementError(f"{where}: neither {name} nor lading can run it: {error}. If the file fixes a "
                                  'length that it declares open, say so in the papers ("axes")')
        return AgreementError(
            f"{where}: the converted model cannot be compared with its source: {name} could run none of the cases: "
            f"{why}. If the file fixes a length that it declares open, or needs longer sequences, say so in the papers "
            '("axes"); or convert it without comparing (--no-compare)')

    def _judge(self, output: str) -> Difference:
        scale = scale_of([each.theirs[output] for each in self._results if not each.case.large])
        worst = Difference(output)
        for result in self._results:
            unit = scale if not result.case.large else scale_of([result.theirs[output]])
            size, reason = distance_of(result.ours[output], result.theirs[output], unit), ""
            if not size <= CLOSE:
                size, reason = self._explained(result, output, size, unit)
            if size > worst.size or (reason and not worst.reason):
                worst = Difference(output, max(size, worst.size), result.case.name, reason or worst.reason)
        return worst

    def _explained(self, result: _Result, output: str, size: float, unit: float) -> tuple[float, str]:
        """The size of a larger difference and why it is accepted, by double precision; else raises AgreementError."""
        name = self._oracle.name
        if equal_at(self._model, result.case.tensors, output, result.ours[output], result.theirs[output], CLOSE):
            return 0.0, f"places of equal numbers in another order, {result.case.name}"
        found = f"output '{output}', {result.case.name}: differs from {name} by {size:.2g} of its scale"
        try:
            fed = to_source(self._model, result.case.tensors)
            exact = from_source(self._model, self._oracle.run_double(fed))[output]
        except OracleFailed as failed:
            if result.case.large and size <= 10 * FAR:
                return size, f"rounding of numbers that are large on purpose, {result.case.name}; no double precision"
            raise self._refused(f"{found}, and double precision cannot decide: {failed}") from None
        ours, theirs = distance_of(result.ours[output], exact, unit), distance_of(result.theirs[output], exact, unit)
        if ours <= CLOSE or (ours <= ROUGH and ours <= theirs):
            return ours, f"{name} is off by {theirs:.1e} from double precision, with {result.case.name}"
        if ours <= 2 * theirs and (size <= FAR or result.case.large):
            return size, f"rounding in a deep graph, from double precision {name} is {theirs:.1e}, the model {ours:.1e}"
        if self._is_quantised() and (ours <= 1.01 * theirs or self._few_differ(result, output, unit)):
            return size, f"numbers between two steps of the quantisation, {result.case.name}"
        if self._is_unsteady(result, output, unit):
            return size, f"{name} itself moves as far when inputs change in their last bit, {result.case.name}"
        moved = movement_of_weights(self._model, result.case.tensors, output) / unit if size <= FARTHEST else 0
        if size <= 2 * moved:
            weights = f"the graph itself moves by {moved:.1e} when its weights change in their last bit"
            return size, f"{weights}, {result.case.name}"
        raise self._refused(f"{found}; from double precision it is {ours:.2g}, {name} {theirs:.2g}")

    def _is_unsteady(self, result: _Result, output: str, unit: float) -> bool:
        """Whether the oracle jumps by as much, in every entry that differs (rule 5)."""
        apart, differs, axis = self._apart(result, output, unit)
        if 2 * differs.sum() > max(differs.size, 2):
            return False
        moved = movement(lambda tensors: from_source(self._model, self._oracle.run(tensors)),
                         to_source(self._model, result.case.tensors), output, axis)
        return bool(np.all(~differs | (apart <= FAR + 2 * moved / unit)))

    def _is_quantised(self) -> bool:
        return any(node.operator == "QuantizeLinear" for graph in self._model.graphs.values() for node in graph.nodes)

    def _few_differ(self, result: _Result, output: str, unit: float) -> bool:
        differs = self._apart(result, output, unit)[1]
        return bool(differs.sum() <= max(1, differs.size // 10))

    def _apart(self, result: _Result, output: str, unit: float) -> tuple[np.ndarray, np.ndarray, int | None]:
        """How far each number is off, which entries differ, and the axis of the entries."""
        axes, entry = self._model.outputs[output].axes, self._model.entry_axis
        axis = axes.index(entry) if entry in axes else None
        apart = difference_of(result.ours[output], result.theirs[output]) / unit
        others = tuple(each for each in range(apart.ndim) if each != axis)
        return apart, apart.max(axis=others, keepdims=True, initial=0.0) > FAR, axis

    def check_neighbours(self) -> None:
        """Runs the entries of a batch alone."""
        model = self._model
        batches = [each for each in self._results if each.case.entries > 1 and not each.case.large]
        if not model.batched or not batches:
            return
        result = batches[0]
        for entry in range(result.case.entries):
            alone = self._run(_entry(model, result.case.tensors, entry))
            for output in model.output_list:
                axis = output.axes.index(model.entry_axis)
                together = np.take(result.ours[output.name], [entry], axis)
                scale = scale_of([result.ours[output.name]])
                if together.shape != alone[output.name].shape or distance_of(alone[output.name], together, scale) > FAR:
                    raise self._refused(
                        f"output '{output.name}': an entry's numbers depend on the other entries of its batch; "
                        "the graph mixes entries, so its axis "
                        f"'{model.entry_axis}' is no entry axis (say in papers what its axes are)")

    def _refused(self, why: str) -> AgreementError:
        return AgreementError(f"{self._model.where}: the converted model disagrees with its source: {why}")


def _entry(model: Model, tensors: Mapping[str, np.ndarray], entry: int) -> dict[str, np.ndarray]:
    return {g.name: np.take(tensors[g.name], [entry], g.axes.index(model.entry_axis)) for g in model.input_list}
