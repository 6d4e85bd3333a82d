"""What a run gives back: arrays by output, and by label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UnknownName, suggestion
from .leading import Leading, filled

if TYPE_CHECKING:
    from ..endpoints import Output
    from ..model import Model
    from . import Batch


class Scores(Mapping[str, Any]):
    """Results by output name; ``scores["flavour", "p_b"]`` is one label, ``scores["p_b"]`` where one output has it.

    An output per entry is an array (n, ...); one per element of a sequence comes in the form the sequence
    was fed in: awkward, ``(values, counts)``, rows (n, length, ...), or rows padded with NaN (0 for integers).
    """

    def __init__(
        self, model: Model, items: dict[str, np.ndarray], kept: dict[str, np.ndarray], batch: Batch
    ) -> None:
        self._model, self._items, self._kept, self._batch = model, items, kept, batch

    def __getitem__(self, name: str | tuple[str, str]) -> Any:
        if not (isinstance(name, str) or _is_pair(name)):
            known = ", ".join(f"'{each}'" for each in self._ipython_key_completions_()[:8])
            raise UnknownName(f"scores[{name!r:.60}]: expected is an output, a label, or a pair of both: {known}")
        if isinstance(name, tuple):
            output, label = name
            given = self._model.outputs[output]
            given.labels[label]  # raises with the nearest names
            return self._shaped(given, list(given.labels).index(label))
        if name in self._items:
            return self._shaped(self._model.outputs[name], None)
        owners = [o for o in self._model.output_list if name in o.labels]
        if len(owners) == 1:
            return self._shaped(owners[0], list(owners[0].labels).index(name))
        if owners:
            outputs = ", ".join(f"('{o.name}', '{name}')" for o in owners)
            raise UnknownName(f"label '{name}' is in several outputs: say which of {outputs}")
        names = list(self._items) + [label for o in self._model.output_list for label in o.labels]
        raise UnknownName(f"'{name}' is no output or label of model '{self._model.name}' {suggestion(name, names)}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"<scores of {self._batch.entries} entries: {', '.join(self._items)}>"

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._items) + [label for o in self._model.output_list for label in o.labels]

    @property
    def entries(self) -> int:
        """Number of entries that were run."""
        return self._batch.entries

    def flat(self, name: str) -> np.ndarray:
        """Output ``name`` as (entries, ...) or (elements of all entries, ...)."""
        return self._items[name].reshape((-1, *self._model.item_shape(self._model.outputs[name])))

    def counts(self, name: str) -> np.ndarray | None:
        """Elements per entry of output ``name``, or None if it is no sequence."""
        axis = self._model.sequence_axis(self._model.outputs[name].axes)
        return None if axis is None else self._kept[axis]

    def levels(self, name: str) -> list[np.ndarray]:
        """Lengths of the lists that the items of output ``name`` stand in, outermost first: collisions, tracks."""
        counts = self.counts(name)
        return [*self._batch.leading.lists, *([] if counts is None else [counts])]

    def _shaped(self, output: Output, label: int | None) -> Any:
        values = self._items[output.name].reshape((-1, *self._model.item_shape(output)))
        if label is not None:
            values = np.take(values, label, axis=self._label_axis(output))
        axis = self._model.sequence_axis(output.axes)
        if axis is None:
            return self._batch.leading.restore(values)
        return self._sequence(values, self._kept[axis], axis)

    def _label_axis(self, output: Output) -> int:
        inner = [a for a in output.axes if a == "label" or self._model.is_fixed(a)]
        if not self._model.batched and output.axes and output.axes[0] == 1:
            inner = inner[1:]
        return 1 + inner.index("label")

    def _sequence(self, values: np.ndarray, counts: np.ndarray, axis: str) -> Any:
        form, leading = self._batch.forms[axis], self._batch.leading
        if form == "counts":
            return values, counts.reshape(leading.shape)
        if form == "awkward":
            import awkward

            return leading.restore(awkward.unflatten(values, counts))
        if form == "lists":
            return np.split(values, np.cumsum(counts)[:-1]) if len(counts) else []
        if form == "regular":
            width = int(counts.max(initial=0))
            return leading.restore(values.reshape((len(counts), width, *values.shape[1:])))
        return leading.restore(self._padded(values, counts, axis))

    def _padded(self, values: np.ndarray, counts: np.ndarray, axis: str) -> np.ndarray:
        """Rows as long as those fed, each element where its input stood, NaN (0 for integers) elsewhere."""
        valid = self._batch.valid[axis]
        order = np.cumsum(valid, axis=1) * valid  # 1 for the first real element of a row, 2 for the second
        cut = valid.sum(axis=1) - counts
        first = 0 if self._model.axes[axis].keep == "first" else cut
        kept = valid & (order > np.reshape(first, (-1, 1))) & (order <= np.reshape(first + counts, (-1, 1)))
        return filled(values, kept)


def _is_pair(name: Any) -> bool:
    return isinstance(name, tuple) and len(name) == 2 and all(isinstance(each, str) for each in name)


class PlainScores(dict[str, Any], Scores):  # type: ignore[misc]
    """Scores whose arrays stand as they are, (n, ...) for n entries. The engine makes them: a dict costs little."""

    __slots__ = ("_origin",)
    _origin: tuple[Model, int, dict[str, np.ndarray]]  # entries, and what is kept of each sequence

    __missing__ = Scores.__getitem__
    __repr__ = Scores.__repr__

    @property
    def _model(self) -> Model:  # type: ignore[override]
        return self._origin[0]

    @property
    def _kept(self) -> dict[str, np.ndarray]:  # type: ignore[override]
        return self._origin[2]

    @property
    def _batch(self) -> Batch:  # type: ignore[override]
        from .batch import Batch

        entries = self._origin[1]
        return Batch(entries, Leading((entries,)), counts=self._kept, forms=dict.fromkeys(self._kept, "counts"))

    @property
    def _items(self) -> dict[str, np.ndarray]:  # type: ignore[override]
        return self


class PlainSequences(PlainScores):
    """The same for models with sequences: what they have an output of stands as (values, counts)."""

    __slots__ = ()

    @property
    def _items(self) -> dict[str, np.ndarray]:  # type: ignore[override]
        return {name: value[0] if isinstance(value, tuple) else value for name, value in self.items()}
