"""The self-test of a model that was made of others: their entries, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..folds import entries_of, key_of

if TYPE_CHECKING:
    from ..model import Model, Samples
    from .members import Member


def renew_samples(model: Model, of: Sequence[Model]) -> None:
    """Gives ``model`` the entries of the self-tests of models that are fed as it is, made-up ones if there are none.

    What they give is computed anew. Without the compiled engine, whose bits a self-test holds, it gets none.
    """
    from ..converting import keep_made_up_samples
    from ..examine.check import sample_batch

    found = [each.samples for each in of if each.samples is not None]
    model.samples = None
    try:
        from ..engine import Session
        from ..sampling import store_samples
    except ImportError:
        return
    if found:
        model.samples = _one_after_the_other(found, outputs=False)
        store_samples(model, sample_batch(model), Session(model))
    else:
        keep_made_up_samples(model)


def samples_by_fold(model: Model, members: list[Member]) -> Samples | None:
    """The entries of all members, each with a key that picks its member: it gives what the member gives.

    Where the members have the key among their variables, those entries stay whose own key picks them.
    """
    found = [_with_key(model, fold, each.model.samples) for fold, each in enumerate(members) if each.model.samples]
    return _one_after_the_other(found) if found else None


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


def _one_after_the_other(found: list[Samples], outputs: bool = True) -> Samples:
    from ..model import Samples

    one, versions = found[0], {each.numerics for each in found}
    return Samples(
        {key: np.concatenate([each.inputs[key] for each in found]) for key in one.inputs},
        {axis: np.concatenate([each.counts[axis] for each in found]) for axis in one.counts},
        {name: np.concatenate([each.outputs[name] for each in found]) for name in one.outputs if outputs},
        None if None in versions else min(version for version in versions if version is not None),
    )
