"""Advice on a model's papers: what a reader in ten years would miss."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..endpoints import of_fold
from ..folds import key_of

if TYPE_CHECKING:
    from ..model import Model

#: Names that exporters make up.
PLACEHOLDER = re.compile(r"^(x|y|input|output|args?|data|onnx|tensor|dense|variable|var|f|feature)?[._:]*\d*$", re.I)


@dataclass
class Remark:
    """One piece of advice: the rule it comes from, and a sentence."""

    rule: str
    text: str


def lint(model: Model) -> list[Remark]:
    """All remarks on ``model``."""
    return [Remark(rule.__name__, text) for rule in RULES for text in rule(model)]


def names_not_proven(model: Model) -> Iterator[str]:
    """Names that nobody held against the training's scores may be swapped."""
    if "proven" not in model.names:
        yield "its names are not proven: convert it with --data and --scores"


def placeholder_names(model: Model) -> Iterator[str]:
    """Inputs and outputs called x or input_1 tell nothing."""
    for name in [*model.inputs, *model.outputs]:
        if PLACEHOLDER.match(name):
            yield f"'{name}' says nothing about what it is; rename it with --describe"


def inputs_without_variables(model: Model) -> Iterator[str]:
    """A number without a name is a number in the wrong column one day."""
    for given in model.input_list:
        if not given.variable_list and given.mask is None:
            yield f"input '{given.name}' has no named variables; `lading template` writes papers to fill in"


def variables_without_unit(model: Model) -> Iterator[str]:
    """A unit must be said; "1" says that there is none. A key of folds can have none."""
    key = None if model.folds is None else key_of(model)
    for given in model.input_list:
        bare = [v.name for v in given.variable_list if not v.unit and not v.source and (given.name, v.name) != key]
        if bare:
            yield f"input '{given.name}': no unit for {_list(bare)} (write \"1\" for a pure number)"


def outputs_without_labels(model: Model) -> Iterator[str]:
    """Several numbers without labels are told apart by position."""
    for output in model.output_list:
        if not output.label_list and any(isinstance(a, int) and a > 1 for a in output.axes):
            yield f"output '{output.name}' has no labels"


def odd_preparation(model: Model) -> Iterator[str]:
    """A sign or a scale that is hardly meant."""
    from ..describe.doubts import odd_preparation as odd

    for given in model.input_list:
        prepared = [variable for variable in given.variable_list if variable.prepare]
        folds = [{v.name: of_fold(v.prepare, fold) for v in prepared} for fold in range(len(model.main_graphs))]
        for text in dict.fromkeys(text for steps in folds for text in odd(steps)):
            yield f"input '{given.name}': {text}"


def no_licence(model: Model) -> Iterator[str]:
    """Without a licence nobody may use a model."""
    if not model.record.get("licence"):
        yield "no licence: say in the papers' record who may use it"


def absolute_paths(model: Model) -> Iterator[str]:
    """Paths of the machine that trained it help nobody and tell names."""
    for place, value in _texts(model.record, "record"):
        if re.match(r"^(/(home|users?|afs|eos|gpfs|data|scratch|tmp|mnt)/|[A-Za-z]:\\)", value, re.I):
            yield f"{place} holds a path of another machine: {value[:60]}"


def empty_sequences(model: Model) -> Iterator[str]:
    """What comes out for no tracks should be said, not left to arithmetic."""
    for axis in model.axes.values():
        if "proven" in model.names and model.samples is not None and 0 in model.samples.counts.get(axis.name, ()):
            continue  # the training said what comes out, and the self-test holds it
        per_entry = [o for o in model.output_list if model.sequence_axis(o.axes) is None]
        reach = [o.name for o in per_entry if axis.name not in o.when_empty]
        if axis.kind == "sequence" and axis.min == 0 and reach:
            yield (f"no 'when_empty' for axis '{axis.name}' in output {_list(reach)}: "
                   "an entry without any goes through the graph")


def folds_without_sample(model: Model) -> Iterator[str]:
    """A member that the self-test does not reach is a member that nobody checks."""
    if model.folds is None or model.samples is None:
        return
    picked = model.folds.pick(model.samples.inputs.get(key_of(model), np.zeros(0, np.int64)))
    for at, name in enumerate(model.folds.graphs):
        if at not in picked:
            yield f"no sample entry picks fold '{name}'"


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _texts(inner, f"{place}[{i}]")
    elif isinstance(value, str):
        yield place, value


def _list(names: list[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:4])
    return shown + (f" and {len(names) - 4} more" if len(names) > 4 else "")


RULES: tuple[Callable[[Model], Iterator[str]], ...] = (
    names_not_proven,
    placeholder_names,
    inputs_without_variables,
    variables_without_unit,
    outputs_without_labels,
    odd_preparation,
    empty_sequences,
    folds_without_sample,
    no_licence,
    absolute_paths,
)
