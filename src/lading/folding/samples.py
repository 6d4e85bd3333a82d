"""The self-test of several models as that of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..folds import entries_of, key_of

if TYPE_CHECKING:
    from ..model import Model, Samples


def joined_samples(model: Model, parts: dict[str, Model]) -> Samples | None:
    """The entries of all members, each with a key that picks its member: it gives what the member gives.

    Where the members have the key among their variables, those entries stay whose own key picks them.
    """
    found = [_with_key(model, fold, part.samples) for fold, part in enumerate(parts.values()) if part.samples]
    return _joined(found) if found else None


def _with_key(model: Model, fold: int, samples: Samples) -> Samples:
    from ..model import Samples

    assert model.folds is not None
    key = key_of(model)
    if key in samples.inputs:
        picked = model.folds.pick(samples.inputs[key].reshape(-1))
        return entries_of(model, samples, picked == fold)
    count = _entries(model, samples)
    shape = (count, *model.fixed_shape(model.inputs[key[0]]))
    keys = model.folds.keys(np.full(count, fold)).reshape(shape)
    return Samples({**samples.inputs, key: keys}, samples.counts, samples.outputs, samples.numerics)


def _entries(model: Model, samples: Samples) -> int:
    for counts in samples.counts.values():
        return len(counts)
    for (name, _), values in samples.inputs.items():
        if model.sequence_axis(model.inputs[name].axes) is None:
            return len(values)
    return 0


def _joined(found: list[Samples]) -> Samples:
    from ..model import Samples

    one = found[0]
    return Samples(
        {key: np.concatenate([each.inputs[key] for each in found]) for key in one.inputs},
        {axis: np.concatenate([each.counts[axis] for each in found]) for axis in one.counts},
        {name: np.concatenate([each.outputs[name] for each in found]) for name in one.outputs},
        min(each.numerics for each in found),
    )
