"""From a file of any format to a Model that is described, readable, compared with its source and proven."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import FormatError, LadingError, ValueRefused, check_options

if TYPE_CHECKING:
    from .model import Model

#: ``progress(text)`` is told what is being done, ``progress(text, True)`` what has been found.
Progress = Callable[..., None]


def convert(
    source: Any,
    example: Any = None,
    describe: Any = None,
    data: Any = None,
    scores: Any = None,
    name: str | None = None,
    simplify: bool = True,
    compare: bool = True,
    small_weights: str | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Model:
    """The model in the file ``source``, or of a model of a training library in memory (an XGBoost Booster, say).

    ``example``: inputs by which a network of PyTorch is traced. ``describe``: papers that name what goes in and comes
    out, lading's own or those of experiments: a file, a dictionary, or several (see ``lading.describe``). ``data``:
    events on which the names are proven, a file or anything that ``Model.run`` takes, with ``scores``, the training's
    own (columns of the file, or a mapping by label); or both as a pair. ``name``: what the model is called.
    ``simplify``: make the graph readable. ``compare``: run the result and its source on made-up inputs.
    ``small_weights``: keep weights as "float16", "bfloat16" or "int8", half the bytes or a quarter; what that changes
    is measured and recorded (``source`` may be a bundle then, or a Model, which stays as it is). ``options``:
    what the format lets one choose, as ``key="forest"``: which of a ROOT file's forests, and
    ``response="classification"``: what its score is; ``variables={"jets": ["pt", "eta"]}`` of a network.

    Raises MissingFile, FormatError, UnsupportedError, UnknownName, DisagreementError where papers contradict
    each other, or AgreementError where the result disagrees with its source or with the scores.
    """
    from .describe import apply_all
    from .sources import damage_told
    from .sources.naming import give_readable_names

    say = progress or _silent
    if small_weights is not None and (done := _converted(source)) is not None:
        _refuse_others(source, example=example, describe=describe, data=data, scores=scores, **options)
        return _keep_small(done, small_weights, say)
    data, scores = _data_and_scores(data, scores)
    format_, model, agree = _read(source, say, options if example is None else {"example": example, **options})
    if describe is not None:
        say("reading the papers")
        model = apply_all(model, describe, say)
    model.name = name or model.name
    with damage_told(model.where):
        if simplify and not model.exported:
            say("simplifying the graph")
            if text := _simplified(model):
                say(text, True)
        if not model.exported:
            give_readable_names(model)
        _check(model)
        if compare and agree is not None:
            say(agree(model), True)
    if simplify and getattr(format_, "SCALES", False) and (text := _prepared(model)):
        say(text, True)
    if data is not None:
        from .proving import prove

        say(str(prove(model, data, scores, say)), True)
    else:
        keep_made_up_samples(model)
    if small_weights is not None:
        _keep_small(model, small_weights, say)
    return model


def _converted(source: Any) -> Model | None:
    """A model that needs no converting: in memory (a copy of it) or in a bundle."""
    from .bundle import read
    from .copying import copy_of
    from .model import Model
    from .opening import is_bundle

    if isinstance(source, Model):
        return copy_of(source)
    return read(source) if isinstance(source, (str, Path)) and is_bundle(Path(source)) else None


def _refuse_others(source: Any, **options: Any) -> None:
    for name, value in options.items():
        if value is not None and value != []:
            raise ValueRefused(f"{name}: {source} is a model of lading already; only its weights can be made small")


def _keep_small(model: Model, kind: str, say: Progress) -> Model:
    from .small_weights import keep_small

    say(keep_small(model, kind, say), True)
    return model


def _read(source: Any, say: Progress, options: dict[str, Any]) -> tuple[Any, Model, Callable[[Model], str] | None]:
    """The format, the model, and what compares it with its source, if there is something that runs that."""
    from .sources import damage_told, read_as, recognise, recognise_object

    if isinstance(source, (str, Path)):
        path = Path(source)
        say(f"reading {path.name}")
        with damage_told(str(path)):
            format_: Any = recognise(path)
        oracle = _bound(format_, "oracle", path, options)
        model = read_as(format_, path, **options)
        _remark(format_, model, say)
        return format_, model, None if oracle is None else lambda model: _compared(model, oracle(), say)
    format_ = recognise_object(source)
    check_options(format_.from_object, options, f"a {type(source).__name__} in memory")
    say(f"reading a {type(source).__name__}")
    model = format_.from_object(source, **options)
    _remark(format_, model, say)
    live = _bound(format_, "live_oracle", source, options)
    if live is not None:
        return format_, model, lambda model: _compared(model, live(), say)
    predictor = getattr(format_, "predictor", None)
    return format_, model, predictor and (lambda model: _compared_forest(model, predictor(source), say))


def _remark(format_: Any, model: Model, say: Progress) -> None:
    """Says what whoever converts a model should know."""
    if hasattr(format_, "remark") and (remark := format_.remark(model)):
        say(remark, True)


def _bound(format_: Any, name: str, source: Any, options: dict[str, Any]) -> Callable[[], Any] | None:
    """A function of a format on ``source``, with those of the options that it takes; None if the format has none."""
    function = getattr(format_, name, None)
    if function is None:
        return None
    known = signature(function).parameters
    return partial(function, source, **{key: value for key, value in options.items() if key in known})


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


def _prepared(model: Model) -> str:
    from .simplify.scaling import scaling_to_preparation

    names = scaling_to_preparation(model)
    return f"the scaling behind {', '.join(names)} became preparation" if names else ""


def _nodes(model: Model) -> int:
    return sum(len(graph.nodes) for graph in model.graphs.values())


def _check(model: Model) -> None:
    """Whether the model can be saved, before anything is measured."""
    from .bundle import to_buffers
    from .sources.one_sequence import check_one_sequence

    check_one_sequence(model)
    try:
        to_buffers(model)
    except FormatError as error:
        why = str(error).removeprefix(f"{model.where}/model.json: ")
        raise FormatError(f"{model.where}: its model.json would break a rule of the format: {why}") from error


def keep_made_up_samples(model: Model) -> None:
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
        except LadingError as error:
            if not batch.counts and all(given.type.startswith("float") for given in model.input_list):
                # neither lengths nor indices are to blame
                raise FormatError(f"{model.where}: the network does not run: {error}") from None


def _compared(model: Model, oracle: Any, say: Progress) -> str:
    from .agreement import compare, run_engine

    if oracle is None:  # what would run the source is not installed, or does not load it
        return "not compared with its source: nothing here runs it"
    try:
        agreement = compare(model, oracle, run_engine(model), say)
    finally:
        oracle.close()
    model.agreement = agreement.as_json()
    return str(agreement)


def _compared_forest(model: Model, predictor: Any, say: Progress) -> str:
    from .agreement import run_engine
    from .agreement.forests import compare_forest
    from .agreement.tables import compare_table

    say(f"comparing with {predictor.name}")
    if hasattr(predictor, "predict_table") and not predictor.is_alone(model):
        agreement: Any = compare_table(model, predictor)
    else:
        agreement = compare_forest(model, predictor, run_engine(model))
    model.agreement = agreement.as_json()
    return str(agreement)
