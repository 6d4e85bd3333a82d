"""``fold``: several trainings of one model become one, in which a key of each entry picks which is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..bundle.values import is_name
from ..errors import FormatError, UnsupportedError, ValueRefused
from ..folds import HASHES, Folds
from .alike import refuse_differences
from .joining import joined
from .key import with_key
from .papers import give_papers
from .samples import joined_samples

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["fold"]

#: ``progress(text)`` is told what is being done, ``progress(text, True)`` what has been found.
Progress = Callable[..., None]


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
) -> Model:
    """One model of several trainings: the entry whose key modulo ``modulo`` is i takes the i-th of ``models``.

    ``models``: paths or models, in the order in which they are **applied**, or a mapping that names them; a list
    takes the names of files and folders. ``key``: "event_number", a whole number of the event, becomes a variable of a
    new input ``event`` where no input has one; or "input.variable". ``modulo``: how many there are, if not said.
    ``members``: the place of the model for each residue, where several residues take one. ``hash``: "splitmix64"
    mixes the key first. ``data`` and ``scores``: events and the training's scores, as ``lading.convert`` takes them,
    on which the whole is proven, and with it which model belongs to which residue. ``name``: what the model is called.

    What goes in and comes out must be the same in all but for the numbers of preparation, missing values, padding
    and empty sequences. Raises ValueRefused or FormatError, or AgreementError where the scores are others.

    >>> model = lading.fold(["even/", "odd/"], key="event_number", modulo=2)         # doctest: +SKIP
    """
    say = progress or (lambda *_: None)
    if (data is None) != (scores is None):
        raise ValueRefused("data and scores: events and the training's scores prove together; give both or neither")
    parts = _opened(models, say)
    folds = _folds(list(parts), key, modulo, members, hash)
    refuse_differences(parts)
    model = with_key(joined(parts, folds))
    give_papers(model, parts)
    model.name = name or model.name
    model.samples = joined_samples(model, parts)
    _check(model)
    if data is None:
        say("which member is applied to which residue was not proven; give data and scores that tell", True)
    else:
        from ..proving import prove

        say(str(prove(model, data, scores, say)), True)
    return model


def _opened(models: Sequence[Any] | Mapping[str, Any], say: Progress) -> dict[str, Model]:
    """The models by the names of their folds."""
    from ..model import Model
    from ..opening import open_model

    found = []
    for target in models.values() if isinstance(models, Mapping) else models:
        if isinstance(target, (str, Path)):
            say(f"reading {target}")
            target = open_model(target)
        if not isinstance(target, Model):
            raise ValueRefused(f"a {type(target).__name__} is no model; convert it first, or give its path")
        if target.folds is not None:
            raise UnsupportedError(f"{target.where}: has folds itself; fold its members, model.member('...')")
        if target.weight_record is not None:
            raise FormatError(f"{target.where}: its weights were not read, only shown; load it to fold it")
        found.append(target)
    if len(found) < 2:
        raise ValueRefused(f"folding takes at least two models, not {len(found)}")
    return dict(zip(_names(models, found), found, strict=True))


def _names(models: Sequence[Any] | Mapping[str, Any], found: list[Model]) -> list[str]:
    if isinstance(models, Mapping):
        for name in models:
            if name == "main" or not is_name(name):
                raise ValueRefused(f"'{name}' cannot name a fold: 1 to 256 characters, no '/', and not 'main'")
        return list(models)
    names = [Path(target).stem if isinstance(target, (str, Path)) else target.name for target in models]
    usable = len(set(names)) == len(names) and all(name != "main" and is_name(name) for name in names)
    return names if usable else [f"fold_{at}" for at in range(len(found))]


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
