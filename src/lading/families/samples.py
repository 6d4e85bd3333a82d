"""The self-test of a model that was made of others: their entries, and what the engine gives for them now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..feed import Batch, Column
from ..feed.leading import Leading

if TYPE_CHECKING:
    from ..model import Model


def renew_samples(model: Model, of: Sequence[Model]) -> None:
    """Gives ``model`` the entries of the self-tests of models that are fed as it is, made-up ones if there are none.

    Without the compiled engine, whose bits a self-test holds, it gets none.
    """
    from ..converting import keep_made_up_samples
    from ..examine.check import sample_batch

    model.samples = None
    batches = [sample_batch(each) for each in of if each.samples is not None]
    try:
        from ..engine import Session
        from ..sampling import store_samples
    except ImportError:
        return
    if batches:
        store_samples(model, joined(batches), Session(model))
    else:
        keep_made_up_samples(model)


def joined(batches: Sequence[Batch]) -> Batch:
    """The entries of several batches that hold the same columns, one after the other."""
    first = batches[0]
    entries = sum(batch.entries for batch in batches)
    columns = {key: Column(np.concatenate([batch.columns[key].values for batch in batches])) for key in first.columns}
    counts = {axis: np.concatenate([batch.counts[axis] for batch in batches]) for axis in first.counts}
    return Batch(entries, Leading((entries,)), columns, counts, dict(first.forms), axis_of=dict(first.axis_of))
