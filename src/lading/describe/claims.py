"""What papers and the model file say of one thing, held against each other.

Who contradicts is refused, and nobody is believed. Papers are compared by what they describe in the source, so that
renaming in between does not matter. Compared are the names of variables and labels and their order, preparation, what
stands in for missing values, units, and the lengths of sequences. What one says and another leaves open is no
contradiction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from ..bundle.encode import encode_model
from ..bundle.place import Place
from ..errors import DisagreementError, LadingError
from .conventions.content import objects
from .finding import source_names
from .scaling import Scaling, relation, scaling

if TYPE_CHECKING:
    from ..endpoints import Input, Output
    from ..model import Model

#: What may be done about two papers that contradict each other.
ADVICE = ("Files cannot tell which is right, data can (--data). Leave the wrong one out, or say how it is in papers "
          'of your own, with "overrule": true')  # fmt: skip


@dataclass
class Statement:
    """What one paper says of the slots of one input or output, slot by slot: ``name``, ``prepare``, ``missing`` …"""

    where: str
    slots: list[dict[str, Any]] = field(default_factory=list)


class Claims:
    """All that has been said so far of a model's inputs and outputs."""

    def __init__(self, model: Model):
        self._said: dict[tuple[str, str], list[Statement]] = {}
        self._axes: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        for kind, name, statement in _of_the_file(model):
            self._add(kind, name, statement)

    def take(self, model: Model, papers: dict[str, Any], where: str, strict: bool, overrule: bool = False) -> None:
        """Adds what ``papers`` say of ``model``. Raises DisagreementError if that contradicts what was said before.

        ``strict``: papers in somebody's convention, whose names stand for places in a tensor; papers of lading's own
        may rename. ``overrule``: they take the place of what was said before.
        """
        for kind, key in (("inputs", "variables"), ("outputs", "labels")):
            for item in objects(papers.get(kind)):
                endpoint = _endpoint(item, model, kind)
                if endpoint is None or not isinstance(item.get(key), list):
                    continue
                statement = Statement(where, _slots(item[key], endpoint, strict))
                name = _source_name(model, kind, endpoint)
                if overrule:
                    self._said.pop((kind, name), None)
                for earlier in self._said.get((kind, name), []):
                    _compare(earlier, statement, f"{kind.removesuffix('s')} '{endpoint.name}'", strict)
                self._add(kind, name, statement)
        self._take_axes(papers.get("axes"), where, overrule)

    def _add(self, kind: str, name: str, statement: Statement) -> None:
        self._said.setdefault((kind, name), []).append(statement)

    def _take_axes(self, axes: Any, where: str, overrule: bool) -> None:
        for name, item in axes.items() if isinstance(axes, dict) else ():
            if not isinstance(item, dict):
                continue
            if overrule:
                self._axes.pop(name, None)
            for before, other in self._axes.get(name, []):
                for key in ("min", "max", "keep", "pad"):
                    if key in item and key in other and item[key] != other[key]:
                        _refuse(
                            where,
                            before,
                            f"about the axis '{name}'",
                            f'"{key}" is {item[key]} here and {other[key]} there',
                        )
            self._axes.setdefault(name, []).append((where, item))


def _of_the_file(model: Model) -> Iterator[tuple[str, str, Statement]]:
    """What the model's own file says: its metadata by a convention, and what its source knows."""
    metadata = model.came_from.get("metadata")
    where = f"{model.where} itself"
    told: set[str] = set()
    if isinstance(metadata, dict) and metadata:
        from .conventions.onnx_metadata import of_metadata

        try:
            said = of_metadata(Place(metadata, model.where), model)
        except LadingError:
            said = {}
        for item in said.get("inputs", ()):
            name = _source_name(model, "inputs", model.inputs[item["of"]])
            told.add(name)
            yield "inputs", name, Statement(where, item["variables"])
    for item in encode_model(model, None, None)["inputs"] if model.input_list else ():
        name = _source_name(model, "inputs", model.inputs[item["name"]])
        if item.get("variables") and name not in told:
            yield "inputs", name, Statement(where, item["variables"])


def _endpoint(item: dict[str, Any], model: Model, kind: str) -> Any:
    """The endpoint that an item of papers describes; None where it will be refused anyway, or joins several."""
    wanted = item.get("of", item.get("name"))
    before = source_names(model, kind)
    endpoints: list[Any] = list(getattr(model, kind).values())
    return next(
        (each for each in endpoints if isinstance(wanted, str) and wanted in (each.name, before.get(each.name))), None
    )


def _source_name(model: Model, kind: str, endpoint: Input | Output) -> str:
    return str(source_names(model, kind).get(endpoint.name, endpoint.name))


def _slots(items: list[Any], endpoint: Any, strict: bool) -> list[dict[str, Any]]:
    """What is said of each slot. Where slots have names by now, papers of lading's own say which they mean."""
    said = [{"name": item} if isinstance(item, str) else {"name": item.get("name", item.get("label", "")), **item}
            for item in items if isinstance(item, (str, dict))]  # fmt: skip
    known = [each.name for each in getattr(endpoint, "variable_list", ())]
    if strict or not known:
        return said
    slots: list[dict[str, Any]] = [{} for _ in known]
    for item in said:
        name = item.get("of", item["name"])
        if name in known:
            slots[known.index(name)] = item
    return slots


# ------------------------------------------------------------------------------------------------ comparing


def _compare(before: Statement, now: Statement, what: str, strict: bool) -> None:
    _compare_names(before, now, what, strict)
    pairs = list(zip(now.slots, before.slots, strict=False))
    _compare_preparation(before, now, what, pairs)
    for here, there in pairs:
        name = here.get("name") or there.get("name")
        for key, words in (("unit", "its unit"), ("raw", ""), ("missing", "what stands in for missing values")):
            a, b = here.get(key), there.get(key)
            if key == "missing" and isinstance(a, dict) and isinstance(b, dict):
                a, b = a.get("value"), b.get("value")
            if words and a not in (None, "") and b not in (None, "") and a != b:
                _refuse(now.where, before.where, f"about '{name}' of {what}", f"{words} is {a} here and {b} there")


def _compare_names(before: Statement, now: Statement, what: str, strict: bool) -> None:
    here = [slot.get("name", "") for slot in now.slots]
    there = [slot.get("name", "") for slot in before.slots]
    if not any(here) or not any(there) or _bare(here) == _bare(there):
        return
    if sorted(_bare(here)) == sorted(_bare(there)):
        at = next(i for i, (a, b) in enumerate(zip(_bare(here), _bare(there), strict=True)) if a != b)
        _refuse(
            now.where,
            before.where,
            f"about the order of {what}",
            f"place {at} is '{here[at]}' here and '{there[at]}' there",
        )
    if not strict:
        return
    if len(here) != len(there):
        alone = next((name for name in [*here, *there] if (name in here) != (name in there)), "")
        _refuse(
            now.where,
            before.where,
            f"about {what}",
            f"{len(here)} are named here and {len(there)} there"
            + (f"; '{alone}' stands only {'here' if alone in here else 'there'}" if alone else ""),
        )
    for i, (a, b) in enumerate(zip(here, there, strict=True)):
        if a and b and a != b:
            _refuse(now.where, before.where, f"about the names of {what}", f"place {i} is '{a}' here and '{b}' there")


def _bare(names: list[str]) -> list[str]:
    """Names without a word that all of them begin with: ``label_b``, ``label_c`` are ``b``, ``c``."""
    first = names[0].partition("_")[0] + "_" if len(names) > 1 else "_"
    shared = all(name.startswith(first) and len(name) > len(first) for name in names)
    return [name.removeprefix(first) for name in names] if shared else names


def _compare_preparation(
    before: Statement, now: Statement, what: str, pairs: list[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    wrong = [
        (here.get("name") or there.get("name"), here["prepare"], there["prepare"])
        for here, there in pairs
        if isinstance(here.get("prepare"), list)
        and isinstance(there.get("prepare"), list)
        and not _alike(here["prepare"], there["prepare"])
    ]
    if not wrong:
        return
    scalings = [(scaling(a), scaling(b)) for _, a, b in wrong]
    known = [(a, b) for a, b in scalings if a is not None and b is not None]
    found = relation(known) if len(known) == len(wrong) else ""
    every = f"all {len(wrong)} variables" if len(wrong) == len(pairs) > 1 else f"{len(wrong)} of {len(pairs)} variables"
    examples = [f"'{name}' is {_formula(a)} here and {_formula(b)} there" for name, a, b in wrong[:2]]
    _refuse(
        now.where,
        before.where,
        f"about the preparation of {every} of {what}",
        (f"{found}: " if found else "") + "; ".join(examples),
    )


def _alike(a: list[Any], b: list[Any]) -> bool:
    if a == b:
        return True
    one, other = scaling(a), scaling(b)
    return one is not None and other is not None and one.agrees(other)


def _formula(prepare: list[Any]) -> str:
    whole: Scaling | None = scaling(prepare)
    return str(whole) if whole is not None else f"prepared by {prepare}"


def _refuse(where: str, before: str, about: str, why: str) -> NoReturn:
    raise DisagreementError(f"{where}: disagrees with {before} {about}: {why}. {ADVICE}")
