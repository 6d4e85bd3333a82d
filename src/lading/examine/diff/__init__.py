"""``diff``: two models of any formats held against each other, what they say and what they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...agreement import CLOSE
from ...errors import LadingError
from .endpoints import EndpointDifference, endpoint_differences
from .matching import matched
from .pairs import Matching
from .result import Differences, Side

if TYPE_CHECKING:
    from ...model import Model
    from .behaviour import ScoreDifferences

__all__ = ["Differences", "EndpointDifference", "diff"]

#: ``progress(text)`` is told what is being done.
Progress = Callable[[str], object]


def diff(
    a: Any,
    b: Any,
    data: Any = None,
    *,
    match: Mapping[str, str] | None = None,
    tolerance: float = CLOSE,
    entries: int | None = None,
    run: bool = True,
    progress: Progress | None = None,
) -> Differences:
    """What differs between two models: bundles, files of any format that is read, models in memory.

    ``data``: events that both are run on, a file or anything that ``Model.run`` takes; without it, the self-tests of
    both and made-up events. ``match``: what of a is what of b where names do not tell ({"pt": "Jet_pt", "score":
    "probabilities[1]"}). ``tolerance``: scores differ by more than this part of their scale, the greatest number of
    their output; 0 wants the same bits. ``entries``: how many are compared. ``run=False``: endpoints only.

    The result is true if the models differ: ``if lading.diff(a, b): ...``. Where what one takes cannot be told from
    what the other takes, endpoints are compared and ``not_run`` says why scores are not.

    Raises MissingFile, FormatError or UnsupportedError for what cannot be read, UnknownName or ValueRefused for data,
    or a ``match``, that does not fit.

    >>> print(lading.diff("tagger.onnx", "tagger/").summary)                         # doctest: +SKIP
    endpoints differ in 2 places; scores differ in 31 of 1000 entries (largest 0.12)
    """
    say = progress or (lambda _: None)
    sides = [_side(target, say) for target in (a, b)]
    say("comparing endpoints")
    first, second = (side.model for side in sides)
    found = matched(first, second, match)
    result = Differences(sides[0], sides[1], [], tolerance)
    result.endpoints = endpoint_differences(found, result.same_function)
    result.papers = _papers(result)
    if run and not (result.same_function and not result.endpoints_differ):
        try:
            result.scores = _scores(found, data, entries, result, say)
        except LadingError as error:
            if data is not None or match:
                raise
            result.not_run = str(error)
    return result


def _side(target: Any, say: Progress) -> Side:
    from ...model import Model
    from ...opening import open_model

    if isinstance(target, Model):
        return Side(target.name or "model", target)
    if isinstance(target, (str, Path)):
        say(f"reading {target}")
        return Side(str(target), open_model(target))
    from ...sources import recognise_object
    from ...sources.naming import give_readable_names

    say(f"reading a {type(target).__name__}")
    model: Model = recognise_object(target).from_object(target)
    if not model.exported:
        give_readable_names(model)
    return Side(f"a {type(target).__name__}", model)


def _papers(result: Differences) -> list[tuple[str, str, str]]:
    from .papers import text_differences

    same = result.same_function and not result.endpoints_differ
    return text_differences(result.a.model, result.b.model) if same else []


def _scores(found: Matching, data: Any, entries: int | None, result: Differences, say: Progress) -> ScoreDifferences:
    from ...engine import Session
    from ...errors import ValueRefused
    from .behaviour import compared
    from .entries import common_entries, more_inputs
    from .feeding import obstacle
    from .reasons import explanations
    from .running import run_both

    if not found.slots:
        obstacles = obstacle(found, True), obstacle(found, False)
        raise ValueRefused((f"{obstacles[0]}; and " if all(obstacles) else "") + _no_outputs(found))
    parts = common_entries(found, data, entries)
    sessions = Session(found.a), Session(found.b)
    run = run_both(found, parts, sessions, say)
    scores = compared(found, run, parts, result.tolerance)
    if scores.differing and scores.worst is not None:
        say("scores differ: looking for the reason")
        scores.explanations = [*more_inputs(found), *explanations(found, run, scores)]
    return scores


def _no_outputs(found: Matching) -> str:
    names = [", ".join(model.outputs) for model in (found.a, found.b)]
    return (f"no output of a ({names[0]}) has the name or the labels of one of b ({names[1]}); say which is which: "
            "--match NAME_IN_A=NAME_IN_B (score=probabilities[1])")
