"""Why a model with folds and the training's scores disagree: its members in another order, or one of them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import LadingError
from ..feed import Batch
from ..folds import Folds, key_of
from ..sampling import take_entries
from . import differences_of, tolerance_of
from .disagreement import explain

if TYPE_CHECKING:
    from ..model import Model

Scores = dict[str, np.ndarray]


def explain_folds(model: Model, batch: Batch, expected: Scores, differences: Scores) -> str:
    """One text: which member gives the scores of which residue, if some do; else why the worst fold disagrees."""
    folds = model.folds
    assert folds is not None
    keys = batch.columns[key_of(model)].values.reshape(-1)
    residues, picked = folds.residues(keys), folds.pick(keys)
    bad = _beyond(differences, expected)
    fits = np.stack([_fits(model.member(fold, key=True), batch, expected) for fold in range(len(folds.graphs))])
    text = f"model '{model.name}' and the training's scores disagree in {int(bad.sum())} of {batch.entries} entries"
    if order := _order(folds, residues, fits):
        return f"{text}.\nThey agree if the members are applied in another order: {order}."
    wrong = [at for at in range(len(folds.graphs)) if bad[picked == at].any()]
    worst = max(wrong, key=lambda at: int(bad[picked == at].sum()))
    chosen = np.flatnonzero(picked == worst)
    few = {label: values[chosen] for label, values in expected.items()}
    apart = {label: values[chosen] for label, values in differences.items()}
    names = ", ".join(f"'{folds.graphs[at]}'" for at in wrong)
    why = explain(model.member(worst, key=True), take_entries(batch, chosen), few, apart)
    return f"{text}, all in fold {names}. {why}"


def _beyond(differences: Scores, expected: Scores) -> np.ndarray:
    return np.asarray(np.any([~(d <= tolerance_of(expected[label])) for label, d in differences.items()], axis=0))


def _fits(member: Model, batch: Batch, expected: Scores) -> np.ndarray:
    """The entries for which a member, applied to all, gives the training's scores."""
    from ..engine import Session

    try:
        return ~_beyond(differences_of(Session(member).run_batch(batch), expected), expected)
    except LadingError:  # a number that this member's preparation does not fit
        return np.zeros(batch.entries, bool)


def _order(folds: Folds, residues: np.ndarray, fits: np.ndarray) -> str:
    """ "residue 0 takes 'odd', 1 takes 'even'", if a member fits each residue that occurs, and another than now."""
    found = {}
    for residue in np.unique(residues).tolist():
        fitting = np.flatnonzero(fits[:, residues == residue].all(axis=1))
        if not len(fitting):
            return ""
        own = folds.members[residue]
        found[residue] = own if own in fitting else int(fitting[0])
    moved = [f"{residue} takes '{folds.graphs[fold]}'" for residue, fold in found.items()
             if fold != folds.members[residue]]  # fmt: skip
    return f"residue {', '.join(moved[:8])}{f' and {len(moved) - 8} more' if len(moved) > 8 else ''}" if moved else ""
