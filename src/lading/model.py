"""The model: what goes in, what comes out, the graph between them, its numbers and its papers."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from .endpoints import Axis, Input, Label, Named, Output, Variable
from .folds import Folds
from .graph import Graph

if TYPE_CHECKING:
    from .bundle.original import Original
    from .engine import Session
    from .examine.check import Report
    from .feed.scores import Scores


@dataclass
class Samples:
    """The self-test: entries as they are fed, and the outputs that they must give.

    ``inputs`` by (input, variable), the variable None where slots have no names: (n, ...) raw values of n
    entries, or of all their elements in a row. ``counts`` by sequence axis: (n,) elements of each entry.
    ``outputs`` by name. ``numerics`` is the version of the engine's bits that gave them, None if another model did.
    """

    inputs: dict[tuple[str, str | None], np.ndarray]
    counts: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]
    numerics: int | None = 1


@dataclass(eq=False)
class Model:
    """A trained model with its papers. ``lading.load`` and ``lading.convert`` give one.

    >>> model = lading.load("tau-id/")                                       # doctest: +SKIP
    >>> model.inputs["tracks"].variables["d0"].unit                          # doctest: +SKIP
    'mm'
    >>> model.run({"jets": {"pt": pt, "eta": eta}})["flavour", "p_b"]        # doctest: +SKIP
    """

    name: str = ""
    version: str = ""
    description: str = ""
    axes: dict[str, Axis] = field(default_factory=dict)
    input_list: list[Input] = field(default_factory=list)
    output_list: list[Output] = field(default_factory=list)
    graphs: dict[str, Graph] = field(default_factory=lambda: {"main": Graph()})
    folds: Folds | None = None  # which of several graphs an entry takes, instead of "main"
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)  # how they are known: "proven", "from source" ...
    record: dict[str, Any] = field(default_factory=dict)  # origin, training, licence, authors ...
    tolerance: tuple[float, float] = (1e-6, 1e-7)  # of the self-test: relative, absolute
    requires: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)  # top-level keys that this version does not know
    agreement: dict[str, Any] = field(default_factory=dict)  # what was measured at conversion
    origin: str = ""  # where it was read from, for messages
    exported: bool = False  # it came back from a file that lading wrote: names and graph are those of the file
    weight_record: dict[str, Any] | None = None  # of weights that were left where they are
    sample_record: dict[str, Any] | None = None  # of samples that were left where they are
    read_from: Original | None = None  # the bytes that it was read from
    _samples: Samples | None = None
    _read_samples: Callable[[], Samples] | None = None

    # What is in it.

    @property
    def inputs(self) -> Named[Input]:
        """The inputs by name."""
        return Named("input", self._text, self.input_list)

    @property
    def outputs(self) -> Named[Output]:
        """The outputs by name."""
        return Named("output", self._text, self.output_list)

    @property
    def variables(self) -> Named[Variable]:
        """The variables of all inputs whose names no other input has too."""
        return Named("variable", self._text, _unique([v for i in self.input_list for v in i.variable_list]))

    @property
    def labels(self) -> Named[Label]:
        """The labels of all outputs whose names no other output has too."""
        return Named(
            "label", self._text, _unique([label for o in self.output_list for label in o.label_list])
        )

    @property
    def samples(self) -> Samples | None:
        """The self-test, read when it is first asked for. Raises FormatError if its file is damaged."""
        if self._read_samples is not None:
            self.samples = self._read_samples()
        return self._samples

    @samples.setter
    def samples(self, samples: Samples | None) -> None:
        self._samples, self._read_samples, self.sample_record = samples, None, None

    @property
    def has_samples(self) -> bool:
        """It has a self-test, which may be in its file still."""
        return self._samples is not None or self._read_samples is not None

    def samples_later(self, read: Callable[[], Samples]) -> None:
        """Leaves the samples in their file until they are asked for."""
        self._read_samples = _Later(read)

    @property
    def digest(self) -> str:
        """The sha256 of its model.json, which names the content of the whole bundle."""
        import hashlib

        from .bundle import to_buffers

        return hashlib.sha256(to_buffers(self)[0]).hexdigest()

    @property
    def function_digest(self) -> str:
        """The sha256 of all that changes numbers, without any text; "" if the weights were not read."""
        from .bundle.digest import function_digest

        return function_digest(self) if self.weight_record is None else ""

    # What it does.

    def run(
        self,
        events: Any,
        columns: Mapping[str, str] | None = None,
        units: Mapping[str, str] | None = None,
        threads: int = 1,
    ) -> Scores:
        """The scores of all entries in ``events``.

        ``events`` is a mapping by input of mappings by variable ({"jets": {"pt": pt}}), a table (DataFrame,
        structured or awkward array) with a column for every variable, or the path of a file of events.
        Sequences are awkward arrays or (values, counts). ``columns`` says which column a variable is read
        from ({"pt": "Jet_pt"}), ``units`` in which unit it comes ({"pt": "GeV"}).

        The result gives arrays by output, by label, or by both: ``scores["flavour", "p_b"]``.
        A session is kept for the next call, and made anew if the model was changed; its weights become read-only
        (``model.weights[name] = other`` replaces one). In a loop, ``session()`` saves looking for changes.
        Raises UnknownName, UnitError or ValueRefused, naming the variable.
        """
        from .engine import run

        return run(self, events, columns, units, threads)

    def member(self, fold: str | int, key: bool = False) -> Model:
        """The model that is applied in one fold, by name or place: one graph, and the rules of that fold.

        Without ``key`` it has no input that holds nothing but the key, which nothing reads any more.
        Raises UnknownName if there are no folds, or none of that name.
        """
        from .folds import member

        return member(self, fold, key)

    def session(self, threads: int = 1, memory_limit: int = 0) -> Session:
        """A workspace that keeps its memory from run to run; use one per thread.

        It holds the model as it is now: later changes do not reach it. Raises MemoryLimit if it would need more
        than ``memory_limit`` bytes (0: the library's own limit).
        """
        from .engine import Session

        return Session(self, threads, memory_limit)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the bundle: a folder, or one file if ``path`` ends in ``.lading``.

        All files are written or none. Another bundle that stands there is replaced, anything else refused
        with a FormatError. Raises MissingFile where nothing can be written.
        """
        from .bundle import write

        write(self, path)

    def check(self) -> Report:
        """Runs the self-test on this machine and reads the papers: ``if not model.check(): ...``"""
        from .examine.check import check

        return check(self)

    def export(self, path: str | os.PathLike[str], **options: Any) -> None:
        """Writes the model in another format, told by the ending: ``model.export("tau.onnx")``."""
        from .targets import export

        export(self, path, **options)

    # What others ask about it.

    @property
    def where(self) -> str:
        """Where it came from, or its name: the beginning of messages about it."""
        return self.origin or self.name or "model"

    @property
    def entry_axis(self) -> str:
        """The name of the entry axis; "entry" where none is declared."""
        return next((axis.name for axis in self.axes.values() if axis.kind == "entry"), "entry")

    @property
    def batched(self) -> bool:
        """The tensors have the entry axis; else the graph knows one entry and runs once for each."""
        return any(self.entry_axis in given.axes for given in self.input_list)

    @property
    def main_graphs(self) -> list[str]:
        """The graphs that give the outputs: "main", or one for each fold."""
        return ["main"] if self.folds is None else list(self.folds.graphs)

    @property
    def came_from(self) -> dict[str, Any]:
        """What its record, which people may write freely, says of the file that it came from."""
        origin = self.record.get("origin")
        tables = ("inputs", "outputs", "metadata")
        said = origin.items() if isinstance(origin, dict) else ()
        return {key: value for key, value in said if key not in tables or isinstance(value, dict)}

    def sequence_axis(self, axes: list[str | int]) -> str | None:
        """The sequence axis among ``axes``, if any."""
        for use in axes:
            if isinstance(use, str) and use in self.axes and self.axes[use].kind == "sequence":
                return use
        return None

    def is_fixed(self, axis: str | int) -> bool:
        """A number, or an axis of kind fixed."""
        return isinstance(axis, int) or (axis in self.axes and self.axes[axis].kind == "fixed")

    def fixed_shape(self, endpoint: Input | Output) -> tuple[int, ...]:
        """Lengths of its numbered, fixed and label axes in order: the shape of one item, variables apart."""
        shape = []
        for use in endpoint.axes:
            if isinstance(use, int):
                shape.append(use)
            elif use == "label" and isinstance(endpoint, Output):
                shape.append(len(endpoint.label_list))
            elif self.is_fixed(use):
                shape.append(self.axes[use].size or 0)
        return tuple(shape)

    def item_shape(self, endpoint: Input | Output) -> tuple[int, ...]:
        """The fixed shape of one item as users feed and get it.

        Where the graph runs once per entry, a leading 1 stands for the entry: ATLAS' jets ``[1, n_variables]``.
        """
        shape = self.fixed_shape(endpoint)
        return shape[1:] if not self.batched and endpoint.axes and endpoint.axes[0] == 1 else shape

    @property
    def _text(self) -> str:
        return f"model '{self.name}'" if self.name else "the model"

    def __repr__(self) -> str:
        numbers = sum(math.prod(w.shape) for w in self.weights.values())
        name = " ".join(text for text in (repr(self.name), self.version) if text)
        return f"<Model {name}: {', '.join(self.inputs)} -> {', '.join(self.outputs)}, {numbers} numbers>"

    def _repr_html_(self) -> str:
        from .examine.html import html

        return html(self)


class _Later:
    """What reads samples that are still in their file. A pickle, which may go anywhere, holds the samples instead."""

    def __init__(self, read: Callable[[], Samples]):
        self._read = read

    def __call__(self) -> Samples:
        return self._read()

    def __deepcopy__(self, memo: dict[int, Any]) -> _Later:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _Later, (partial(_same, self()),)


def _same(samples: Samples) -> Samples:
    return samples


def drop_unread_weights(model: Model) -> list[str]:
    """Removes the weights that no node reads; gives their names."""
    read = {name for graph in model.graphs.values() for node in graph.nodes for name in node.reads()}
    unread = [name for name in model.weights if name not in read]
    for name in unread:
        del model.weights[name]
    return unread


def _unique(things: list[Any]) -> list[Any]:
    """Those whose name no other has."""
    names = [thing.name for thing in things]
    return [thing for thing in things if names.count(thing.name) == 1]
