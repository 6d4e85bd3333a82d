"""The models of a family: opened, and named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..bundle.values import is_name
from ..endpoints import valid_name
from ..errors import FormatError, ValueRefused
from ..model import Model

#: ``progress(text)`` is told what is being done, ``progress(text, True)`` what has been found.
Progress = Callable[..., None]


@dataclass
class Member:
    """One model of a family, and what it is called there."""

    name: str
    model: Model


def members_of(models: Any, say: Progress = lambda *_: None, counted: str = "") -> list[Member]:
    """At least two: models or paths of them in a list, or by name in a mapping. Names differ.

    A path gives its last part as name, a model the one that it has. If two are the same, a second "tagger" becomes
    "tagger_2", or all are ``counted``: "fold_0". Names have no dots, for they are written in front of other names,
    with one. Raises ValueRefused for what is no model, or no name in a mapping.
    """
    if isinstance(models, (str, os.PathLike, Model)) or not isinstance(models, Iterable):
        raise ValueRefused("a family is made of several models: [\"a/\", \"b/\"]")
    given = list(models.values() if isinstance(models, Mapping) else models)
    for at, each in enumerate(given):
        if not isinstance(each, (str, os.PathLike, Model)):
            raise ValueRefused(f"model {at} of the family is neither a model nor a path of one, but {each!r:.60}")
    if len(given) < 2:
        raise ValueRefused(f"a family is made of at least two models, not {len(given)}")
    names = [_valid(name) for name in models] if isinstance(models, Mapping) else _names(given, counted)
    return [Member(name, _opened(each, say)) for name, each in zip(names, given, strict=True)]


def _opened(target: Any, say: Progress) -> Model:
    from ..opening import open_model

    if not isinstance(target, Model):
        say(f"reading {os.fspath(target)}")
    model = target if isinstance(target, Model) else open_model(os.fspath(target))
    if model.weight_record is not None:
        raise FormatError(f"{model.where}: its weights were not read, only shown; load it first")
    return model


def _names(given: list[Any], counted: str) -> list[str]:
    from ..trees.modelling import unique_names

    wishes = [_usable(_wish(each)) for each in given]
    if counted and len(set(wishes)) < len(wishes):
        return [f"{counted}_{at}" for at in range(len(wishes))]
    return unique_names(wishes)


def _wish(each: Any) -> str:
    if isinstance(each, Model):
        return each.name or "member"
    path = Path(os.fspath(each)).resolve()
    path = path.parent if path.name == "model.json" else path
    return path.name if path.is_dir() else path.stem


def _usable(wish: str) -> str:
    name = valid_name(wish).replace(".", "_")
    return "main_" if name == "main" else name


def _valid(name: Any) -> str:
    if not isinstance(name, str) or not is_name(name) or "." in name or name == "main":
        raise ValueRefused(f"'{name}' cannot name a model of a family: 1 to 256 characters, no '/' and no '.', and not "
                           "'main'")
    return name
