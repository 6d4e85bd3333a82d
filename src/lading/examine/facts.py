"""The facts of a model as plain data: what ``show --json`` prints and every other form is made of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from ..computed import formulas
from ..endpoints import Axis, ByFold, Input, Output, Variable, usual_raw
from ..graph import Node
from ..trees import Forest, forests_of

if TYPE_CHECKING:
    from ..model import Model


def facts(model: Model, graph: bool = False) -> dict[str, Any]:
    """What goes in, what comes out, how big, where from, proven or not; with ``graph``, the nodes too."""
    nodes = [node for g in model.graphs.values() for node in g.nodes]
    found = {
        "name": model.name,
        "version": model.version,
        "description": model.description,
        "inputs": [_input(model, given) for given in model.input_list],
        "outputs": [_output(model, given) for given in model.output_list],
        "axes": {name: _axis(axis) for name, axis in model.axes.items()},
        "names": model.names,
        **({} if model.folds is None else {"folds": _folds(model)}),
        "size": {
            "nodes": len(nodes),
            "numbers": int(sum(w.size for w in model.weights.values())),
            "bytes": int(sum(w.nbytes for w in model.weights.values())),
            "operators": dict(Counter(node.operator for node in nodes).most_common()),
        },
        "forests": [_forest(model, node, forest) for node, forest in forests_of(model)],
        "samples": _samples(model),
        "agreement": model.agreement,
        "record": model.record,
        "digest": model.digest,
        "function": model.function_digest,
    }
    if graph:
        found["nodes"] = [_node(name, node) for name, g in model.graphs.items() for node in g.nodes]
    return found


def _forest(model: Model, node: Node, forest: Forest) -> dict[str, Any]:
    """``link``: what makes an output of the model of the margins; None where other nodes do."""
    given = node.outputs[1] if len(node.outputs) > 1 else ""
    return {"trees": len(forest.roots), "leaves": len(forest.leaf), "deepest": forest.deepest(),
            "sum": forest.sum_type, "link": forest.link if given in model.outputs else None}  # fmt: skip


def names_text(names: dict[str, Any]) -> str:
    """ "proven on 10000 entries", "from source" or "typed by hand"."""
    if "proven" in names:
        return f"proven on {names['proven'].get('entries', '?')} entries of the training's own scores"
    return next(iter(names), "not said") + ", not proven"


def _folds(model: Model) -> dict[str, Any]:
    """``by_fold``: the variables of which something differs by fold."""
    assert model.folds is not None
    variables = [(given.name, v) for given in model.input_list for v in given.variable_list]
    differing = [f"{name}.{v.name}" for name, v in variables if differs_by_fold(v)]
    return {**vars(model.folds), "text": str(model.folds), "by_fold": differing, "of": len(variables)}


def differs_by_fold(variable: Variable) -> bool:
    """Its preparation, what stands in for missing values, or its padding."""
    value = variable.missing.value if variable.missing else None
    return any(isinstance(rule, ByFold) for rule in (variable.prepare, variable.pad, value))


def steps_text(variable: Variable) -> str:
    """The preparation of a variable as one line: ``log10, - 4.3, / 1.25``; of folds one behind the other, with |."""
    if isinstance(variable.prepare, ByFold):
        return " | ".join(_steps_text(steps, variable.categories) or "as it is" for steps in variable.prepare)
    return _steps_text(variable.prepare, variable.categories)


def _steps_text(prepare: list[Any], categories: list[int] | None) -> str:
    signs = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
    steps = []
    for step in prepare:
        if isinstance(step, str):
            steps.append(step)
            continue
        verb, value = next(iter(step.items()))
        if verb == "clip":
            steps.append(f"clip to {number_text(value[0])} .. {number_text(value[1])}")
        else:
            steps.append(f"{signs.get(verb, verb)} {number_text(value)}")
    if categories is not None:
        steps.insert(0, "category of " + " ".join(map(str, categories)))
    return ", ".join(steps)


def number_text(number: float) -> str:
    """The shortest text of a number that loses nothing: 20000, 0.1, 1.23456789."""
    short = f"{number:g}"
    return short if float(short) == number or number != number else repr(number)


def missing_text(variable: Variable) -> str:
    """Which values are missing and what stands in: ``nan, -999 -> 20000``."""
    if variable.missing is None:
        return ""
    when = [
        f"{next(iter(item))} {next(iter(item.values()))}" if isinstance(item, dict) else f"{item}"
        for item in variable.missing.when
    ]
    value = variable.missing.value
    values = value if isinstance(value, ByFold) else [value]
    return f"{', '.join(when)} -> {' | '.join(map(number_text, values))}"


def formula_text(formula: dict[str, Any]) -> str:
    """``log(p_b / (f_c * p_c + p_u)) with f_c = 0.2``."""
    constants = ", ".join(f"{name} = {number_text(value)}" for name, value in formula.get("constants", {}).items())
    return f"{formula.get('expression', '')}{f' with {constants}' if constants else ''}"


def axis_text(axis: Axis) -> str:
    """The rule of a sequence axis: ``0 .. 40 per jet, the first are kept, d0 descending``."""
    if axis.kind != "sequence":
        return axis.kind if axis.size is None else f"{axis.kind}, {axis.size}"
    most = "any number" if axis.max is None else f"{axis.max}"
    parts = [f"{axis.min} .. {most} per {axis.of}" if axis.max is not None else f"{axis.min} or more per {axis.of}"]
    if axis.max is not None:
        parts.append(f"the {axis.keep} {axis.max} are kept")
    parts += [text for text in (axis.order, axis.selection and f"selection {axis.selection}") if text]
    return "; ".join(parts)


def _input(model: Model, given: Input) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": given.name, "axes": given.axes, "type": given.type, "description": given.description,
    }
    if given.mask is not None:
        found["mask"] = {"of": given.mask.of, "present": given.mask.present, "absent": given.mask.absent}
    if given.variable_list:
        found["variables"] = [_variable(given, v) for v in given.variable_list]
    return found


def _variable(given: Input, variable: Variable) -> dict[str, Any]:
    return {
        "name": variable.name,
        "unit": variable.unit,
        "description": variable.description,
        "raw": "" if variable.source else variable.raw or usual_raw(given.type),
        "missing": missing_text(variable),
        "prepare": steps_text(variable),
        **({"from": variable.source} if variable.source else {}),
    }


def _output(model: Model, given: Output) -> dict[str, Any]:
    return {
        "name": given.name,
        "axes": given.axes,
        "type": given.type,
        "description": given.description,
        "labels": [{"label": label.name, "description": label.description} for label in given.label_list],
        "when_empty": given.when_empty,
        **({"computed": formulas(model)[given.name]} if given.name in formulas(model) else {}),
    }


def _axis(axis: Axis) -> dict[str, Any]:
    return {key: value for key, value in vars(axis).items() if key != "name" and value not in (None, "")}


def _samples(model: Model) -> dict[str, Any] | None:
    if model.samples is None:
        return None
    first = next(iter(model.samples.outputs.values()), np.zeros(0))
    entries = len(next(iter(model.samples.counts.values()))) if model.samples.counts else len(first)
    relative, absolute = model.tolerance
    return {"entries": entries, "relative": relative, "absolute": absolute}


def _node(graph: str, node: Any) -> dict[str, Any]:
    inputs = [i if isinstance(i, str) else np.asarray(i).tolist() for i in node.inputs]
    return {"graph": graph, "node": node.name, "operator": node.operator, "inputs": inputs, "outputs": node.outputs}
