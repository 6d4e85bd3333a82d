"""From a file of any format to a Model that is described, readable, compared with its source and proven."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import LadingError, ValueRefused

if TYPE_CHECKING:
    from .model import Model

#: ``progress(text)`` is told what is being done, ``progress(text, True)`` what has been found.
Progress = Callable[..., None]


def convert(
    source: Any,
    describe: Any = None,
    data: Any = None,
    scores: Any = None,
    name: str | None = None,
    simplify: bool = True,
    compare: bool = True,
    progress: Progress | None = None,
    **options: Any,
) -> Model:
    """The model in the file ``source``, or of a model of a training library in memory (an XGBoost Booster, say).

    ``describe``: papers that name what goes in and comes out (a file, a dictionary, or several of them; see
    ``lading.describe``). ``data``: events on which the names are proven, a file or anything that ``Model.run``
    takes, with ``scores``, the training's own (columns of the file, or a mapping by label); or both as a pair.
    ``name``: what the model is called. ``simplify``: make the graph readable. ``compare``: run the result and its
    source on made-up inputs. ``options``: what the format lets one choose, as ``key="forest"``: which of a ROOT file's
    forests, and ``response="classification"``: what its score is.

    Raises MissingFile, FormatError, UnsupportedError, UnknownName, or AgreementError where the result disagrees
    with its source or with the scores.
    """
    from .describe import apply_all
    from .sources.naming import give_readable_names

    say = progress or _silent
    data, scores = _data_and_scores(data, scores)
    model, agree = _read(source, say, options)
    if describe is not None:
        say("reading the papers")
        model = apply_all(model, describe)
    model.name = name or model.name
    if simplify and not model.exported:
        say("simplifying the graph")
        if text := _simplified(model):
            say(text, True)
        give_readable_names(model)
    _check(model)
    if compare and agree is not None:
        say(agree(model), True)
    if data is not None:
        from .proving import prove

        say(str(prove(model, data, scores, say)), True)
    else:
        _keep_made_up_samples(model)
    return model


def _read(source: Any, say: Progress, options: dict[str, Any]) -> tuple[Model, Callable[[Model], str] | None]:
    """The model, and what compares it with its source, if there is something that runs that."""
    from .sources import read_as, recognise, recognise_object

    if isinstance(source, (str, Path)):
        path = Path(source)
        say(f"reading {path.name}")
        format_: Any = recognise(path)
        oracle = getattr(format_, "oracle", None)
        model = read_as(format_, path, **options)
        if hasattr(format_, "remark") and (remark := format_.remark(model)):
            say(remark, True)
        return model, oracle and (lambda model: _compared(model, oracle(path), say))
    if options:
        raise ValueRefused(f"a {type(source).__name__} in memory has no option '{next(iter(options))}'")
    format_ = recognise_object(source)
    say(f"reading a {type(source).__name__}")
    predictor = getattr(format_, "predictor", None)
    return format_.from_object(source), predictor and (lambda model: _compared_forest(model, predictor(source), say))


def _silent(*_: object) -> None:
    pass


def _data_and_scores(data: Any, scores: Any) -> tuple[Any, Any]:
    if scores is None and isinstance(data, tuple) and len(data) == 2:
        data, scores = data
    if data is not None and scores is None:
        raise ValueRefused("data: events prove nothing without the training's scores; "
                           'give both, data=("events.h5", "scores")')
    if data is None and scores is not None:
        raise ValueRefused("scores: scores prove nothing without the events they belong to; give data= too")
    return data, scores


def _simplified(model: Model) -> str:
    from .simplify import simplify

    before = _nodes(model)
    simplify(model)
    return f"{before} nodes became {_nodes(model)}" if before > 1 else ""


def _nodes(model: Model) -> int:
    return sum(len(graph.nodes) for graph in model.graphs.values())


def _check(model: Model) -> None:
    """Whether the model can be saved, before anything is measured."""
    from .bundle import to_buffers

    to_buffers(model)


def _keep_made_up_samples(model: Model) -> None:
    """A self-test of made-up events, where there are no real ones; none without the engine, whose bits it holds."""
    from .agreement.events import made_up_events
    from .feed import batch_of

    try:
        from .engine import Session
        from .sampling import store_samples, take_entries
    except ImportError:
        return
    batch, session = batch_of(model, made_up_events(model)), Session(model)
    shortest = np.min([*batch.counts.values(), np.full(batch.entries, np.iinfo(np.int64).max)], axis=0)
    for least in (0, 1, 2, 20):  # some networks cannot do with short sequences
        try:
            store_samples(model, take_entries(batch, np.flatnonzero(shortest >= least)), session)
            return
        except LadingError:
            continue


def _compared(model: Model, oracle: Any, say: Progress) -> str:
    from .agreement import compare, run_engine

    if oracle is None:
        return "not compared with its source: what runs it is not installed"
    try:
        agreement = compare(model, oracle, run_engine(model), say)
    finally:
        oracle.close()
    model.agreement = agreement.as_json()
    return str(agreement)


def _compared_forest(model: Model, predictor: Any, say: Progress) -> str:
    from .agreement import run_engine
    from .agreement.forests import compare_forest

    say(f"comparing with {predictor.name}")
    agreement = compare_forest(model, predictor, run_engine(model))
    model.agreement = agreement.as_json()
    return str(agreement)
