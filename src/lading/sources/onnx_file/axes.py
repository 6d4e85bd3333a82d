"""Which axis is the entry axis, which are sequences: guessed from a file's shapes, and tried.

1. If every input begins with an open length, and every output too, that is the entry axis ("entry"), whatever
   the file calls it. If it is called a batch and stands elsewhere in all inputs, it is the entry axis there. What runs
   turn by turn may run along that axis: where a network has loops, each row must give what it gives alone.
2. Else the tensors have no entry axis: the graph is run once per entry (jets ``[1, 2]``, tracks ``[n, 21]``). So
   it is where the graph runs with one entry only, though the file declares the length open.
3. Other open lengths are sequence axes of the entry. Those of one name are one axis; where names differ, a trial
   run tells which lengths must be equal.
4. Lengths that the file fixes are numbers; so are those that it declares open but has written into its graph.
5. But for the number of entries that an example happened to have: where all inputs and outputs begin with the same
   number, the graph runs with others, and gives each row what it gives it alone, that is the entry axis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...bundle.evaluate import BundleError, TooManyTurns
from ...endpoints import RESERVED_AXES, Axis, Input, Output, valid_name
from ...errors import UnsupportedError
from ...evaluation import ENDLESS, evaluator
from ..naming import endpoints
from ..trial import ENTRIES, Lengths, Shapes, distinct, equal_lengths, fixed_lengths, made_up
from .endpoints import OPEN, UNKNOWN_RANK, is_of_a_machine
from .entry_axis import ENTRY, is_batched, mark_entry, open_entries_of_example, open_lengths

if TYPE_CHECKING:
    from ...model import Model

#: The longest length that is tried when a graph seems to fix one.
LONGEST_FIXED = 512


def guess_axes(model: Model, run: bool = True) -> None:
    """Replaces the file's open lengths in all axes by an entry axis and sequence axes, and declares them.

    Without ``run`` the graph is not tried; lengths of outputs that only that would tell are called "?".
    """
    if run:
        open_entries_of_example(model)
    _name_nameless(model.input_list)
    mark_entry(model, run)
    names = open_lengths(model)
    if run and (names or is_batched(model) or _has_questions(model)):
        names = _try(model)
    _declare(model, names)


def _name_nameless(inputs: list[Input]) -> None:
    """Every open length without a name gets one of its own."""
    for given in inputs:
        given.axes = [f"{OPEN}{given.name}.{i}" if axis == OPEN else axis for i, axis in enumerate(given.axes)]


def _has_questions(model: Model) -> bool:
    known = {ENTRY, *open_lengths(model)}
    return any(isinstance(axis, str) and axis not in known for output in model.output_list for axis in output.axes)


# -------------------------------------------------------------------------------------------------- trials


class _Runs:
    """Runs the graph with given lengths; gives the shapes of its outputs, or None and ``why`` it failed.

    With ``strict`` an output that is not as long as the open lengths it is declared with is a failure too: a Reshape
    with a length of its own runs with others, and mixes entries. ``endless`` runs of the file ended before these.
    """

    def __init__(self, model: Model, strict: bool = True, endless: int = 0):
        self._inputs = [Input(given.name, list(given.axes), given.type) for given in model.input_list]
        self._outputs = {output.name: list(output.axes) for output in model.output_list} if strict else {}
        self._run = evaluator(model, trial=True)
        self.why, self.endless = "", endless

    def __call__(self, lengths: Lengths, entries: int = ENTRIES) -> Shapes | None:
        if self.endless >= ENDLESS:
            self.why = self.why or "its loops take too many turns"
            return None
        known = {ENTRY: entries, **lengths}
        try:
            results = self._run({given.name: made_up(given, known, i) for i, given in enumerate(self._inputs)})
        except BundleError as error:
            self.why, self.endless = str(error), self.endless + isinstance(error, TooManyTurns)
            return None
        shapes = {name: array.shape for name, array in results.items()}
        for name, axes in self._outputs.items():
            if len(axes) == len(shapes[name]) and not _fits(axes, shapes[name], known):
                self.why = f"output '{name}' has the shape {list(shapes[name])} for {known}"
                return None
        return shapes


def _fits(axes: list[str | int], shape: tuple[int, ...], lengths: Lengths) -> bool:
    """Whether open lengths that are known are those of a shape."""
    return all(lengths.get(axis, n) == n for axis, n in zip(axes, shape, strict=True) if isinstance(axis, str))


def _try(model: Model) -> list[str]:
    """Runs the graph: joins open lengths that must be equal, finds fixed ones, and the axes of outputs."""
    run, names = _Runs(model), open_lengths(model)
    groups = equal_lengths(names, run)
    if groups is None and is_batched(model) and equal_lengths(names, lambda lengths: run(lengths, 1)) is not None:
        for endpoint in endpoints(model):
            endpoint.axes = [1 if axis == ENTRY else axis for axis in endpoint.axes]
        return _try(model)
    if groups is None:
        groups = [{name} for name in _fix(model, names, run)]
    for group in groups:
        one = next(name for name in names if name in group)
        for given in model.input_list:
            given.axes = [one if axis in group else axis for axis in given.axes]
    names = open_lengths(model)
    if _has_questions(model) or not _outputs_fit(model, names, run.endless):
        _measure_outputs(model, names, _Runs(model, strict=False, endless=run.endless))
    return names


def _outputs_fit(model: Model, names: list[str], endless: int) -> bool:
    """Whether outputs are as long as the file declares; True also where that cannot be tried."""
    lengths = distinct([{name} for name in names])
    shapes = _Runs(model, strict=False, endless=endless)(lengths)
    known = {ENTRY: ENTRIES, **lengths}
    return shapes is None or all(
        [known[axis] if isinstance(axis, str) else axis for axis in output.axes] == list(shapes[output.name])
        for output in model.output_list
    )


def _fix(model: Model, names: list[str], run: _Runs) -> list[str]:
    """Gives the numbers to lengths that the file declares open and the graph fixes; gives the names of the others."""
    constants = {int(number) for array in model.weights.values() if array.dtype.kind == "i" and array.size <= 8
                 for number in array.reshape(-1) if 0 < number <= LONGEST_FIXED}  # fmt: skip
    fixed = fixed_lengths(names, constants, run)
    for given in model.input_list:
        for i, axis in enumerate(given.axes):
            if axis in fixed:
                given.axes[i] = fixed[str(axis)]
                note = f"its axis {i} is open in the source, but the graph runs only with a length of {given.axes[i]}"
                given.description = "; ".join(filter(None, [given.description, note]))
    for output in model.output_list:
        output.axes = [fixed.get(axis, axis) if isinstance(axis, str) else axis for axis in output.axes]
    return [name for name in names if name not in fixed]


def _measure_outputs(model: Model, names: list[str], run: _Runs) -> None:
    """Gives outputs the axes that their lengths follow in two runs."""
    groups = [{name} for name in names]
    settings = [distinct(groups) | {ENTRY: 2}, distinct(groups, shift=len(groups)) | {ENTRY: 3}]
    shapes = [run({name: setting[name] for name in names}, setting[ENTRY]) for setting in settings]
    if shapes[0] is None or shapes[1] is None:
        _take_names_on_trust(model, names, run.why)
        return
    batched = is_batched(model)
    for output in model.output_list:
        lengths = zip(shapes[0][output.name], shapes[1][output.name], strict=True)
        output.axes = [_axis(model, output, both, settings, batched) for both in lengths]


def _axis(model: Model, output: Output, lengths: tuple[int, int], settings: list[Lengths], batched: bool) -> str | int:
    if lengths[0] == lengths[1]:
        return lengths[0]
    for name in settings[0]:
        if (name != ENTRY or batched) and lengths == (settings[0][name], settings[1][name]):
            return name
    raise UnsupportedError(
        f"{model.where}: output '{output.name}': an axis of it is {lengths[0]} long for inputs of lengths "
        f"{settings[0]} and {lengths[1]} for {settings[1]}: neither fixed nor the length of an input's axis; "
        "take the output out"
    )


def _take_names_on_trust(model: Model, names: list[str], why: str) -> None:
    """The graph could not be run: an open length of an output is that of the inputs if there is but one."""
    for output in model.output_list:
        for i, axis in enumerate(output.axes):
            if not isinstance(axis, str) or axis in (ENTRY, *names):
                continue
            if len(names) != 1 or axis == UNKNOWN_RANK:
                raise UnsupportedError(f"{model.where}: output '{output.name}': its axis {i} has an open length, and a "
                                       f"trial run that would tell which one failed: {why}")
            output.axes[i] = names[0]


# -------------------------------------------------------------------------------------------- declarations


def _declare(model: Model, names: list[str]) -> None:
    new = _readable(model, names)
    if is_batched(model) or names:
        model.axes[ENTRY] = Axis(ENTRY, "entry")
    for name in names:
        model.axes[new[name]] = Axis(new[name], "sequence", of=ENTRY)
    for endpoint in endpoints(model):
        endpoint.axes = [_named(axis, new) for axis in endpoint.axes]


def _named(axis: str | int, new: dict[str, str]) -> str | int:
    if isinstance(axis, int) or axis == ENTRY:
        return axis
    return new.get(axis) or (next(iter(new.values())) if len(new) == 1 else OPEN)


def _readable(model: Model, names: list[str]) -> dict[str, str]:
    """The file's names of sequences where people gave them; else after the input."""
    taken = {ENTRY, *RESERVED_AXES}
    new: dict[str, str] = {}
    for name in names:
        readable = valid_name(name)
        if is_of_a_machine(name) or name in (ENTRY, *RESERVED_AXES):
            first = next(given.name for given in model.input_list if name in given.axes)
            readable = "sequence" if len(names) == 1 else f"{first}_sequence"
        while readable in taken:
            readable += "_"
        taken.add(readable)
        new[name] = readable
    return new
