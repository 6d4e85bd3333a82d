"""``fold``: several trainings of one model become one, in which a key of each entry picks which is applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import UnsupportedError, ValueRefused
from ..folds import HASHES, Folds
from .alike import refuse_differences
from .folded import folded
from .key import with_key
from .leaving_out import each_left_out
from .members import Member, Progress, members_of
from .papers import give_papers
from .samples import samples_by_fold

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["fold"]

#: In what trainings may differ.
MAY_DIFFER = "prepare, the value for what is missing, pad and when_empty"


def fold(
    models: Sequence[Any] | Mapping[str, Any],
    key: str,
    modulo: int | None = None,
    members: Sequence[int] | None = None,
    hash: str | None = None,
    data: Any = None,
    scores: Any = None,
    name: str | None = None,
    progress: Progress | None = None,
    *,
    leave_out: bool = False,
) -> Model:
    """One model of several trainings: the entry whose key modulo ``modulo`` is i takes the i-th of ``models``.

    ``models``: paths or models, in the order in which they are **applied**, or a mapping that names them; a list
    takes the names of files and folders. ``key``: "event_number", a whole number of the event, becomes a variable of a
    new input ``event`` where no input has one; or "input.variable". ``modulo``: how many there are, if not said.
    ``members``: the place of the model for each residue, where several residues take one. ``hash``: "splitmix64"
    mixes the key first. ``data`` and ``scores``: events and the training's scores, as ``lading.convert`` takes them,
    on which the whole is proven, and with it which model belongs to which residue. ``name``: what the model is called.
    ``leave_out``: the entry takes the average of all models **but** that one, which was trained on its fold.

    What goes in and comes out must be the same in all but for the numbers of preparation, missing values, padding
    and empty sequences. Raises ValueRefused or FormatError, or AgreementError where the scores are others.

    >>> model = lading.fold(["even/", "odd/"], key="event_number", modulo=2)         # doctest: +SKIP
    """
    say = progress or (lambda *_: None)
    if (data is None) != (scores is None):
        raise ValueRefused("data and scores: events and the training's scores prove together; give both or neither")
    trainings = _trainings(models, say)
    parts = each_left_out(trainings) if leave_out else trainings
    folds = _folds([part.name for part in parts], key, modulo, members, hash)
    refuse_differences(parts, MAY_DIFFER)
    model = with_key(folded(parts, folds), leave_out)
    give_papers(model, trainings, min if leave_out else sum)
    model.name = name or model.name
    model.samples = samples_by_fold(model, parts)
    _check(model)
    if data is None:
        say("which member is applied to which residue was not proven; give data and scores that tell", True)
    else:
        from ..proving import prove

        say(str(prove(model, data, scores, say)), True)
    return model


def _trainings(models: Any, say: Progress) -> list[Member]:
    found = members_of(models, say, "fold")
    for member in found:
        if member.model.folds is not None:
            raise UnsupportedError(f"{member.model.where}: has folds itself; fold its members, model.member('...')")
    return found


def _folds(names: list[str], key: str, modulo: int | None, members: Sequence[int] | None, hash: str | None) -> Folds:
    count = len(names)
    if hash and hash not in HASHES:
        raise ValueRefused(f"there is no hash '{hash}'; there is {', '.join(HASHES)}")
    if members is None:
        if modulo not in (None, count):
            raise ValueRefused(f"modulo is {modulo}, but there are {count} models; members=[...] says which model "
                               "each residue takes")
        return Folds(key, count, names, hash or "")
    members = [int(each) for each in members]
    if modulo not in (None, len(members)):
        raise ValueRefused(f"members: has {len(members)} numbers, modulo is {modulo}; give one for each residue")
    if set(members) != set(range(count)):
        raise ValueRefused(f"members: should hold each of 0 .. {count - 1}, the places of the models, and no other")
    return Folds(key, len(members), names, hash or "", members)


def _check(model: Model) -> None:
    """Whether the model can be saved: the key is one, names are unique."""
    from ..bundle import to_buffers

    to_buffers(model)
