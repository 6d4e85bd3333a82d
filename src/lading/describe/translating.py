"""From papers of a convention to papers of lading's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import FormatError, UnknownName, suggestion
from .conventions import Content, Convention

if TYPE_CHECKING:
    from ..model import Model


def translated(convention: Convention, content: Content, model: Model) -> dict[str, Any]:
    """The fragment of a model.json that the papers are for ``model``.

    Raises what the convention raises; FormatError for a name that stands twice in one input, UnknownName for a list
    without order that does not name all variables.
    """
    papers = convention.papers(content, model)
    for item in papers.get("inputs", ()):
        _refuse_twice([variable["name"] for variable in item.get("variables", ())], content)
        if not content.ordered:
            item["variables"] = _in_order(item["variables"], model.inputs[item["of"]], content)
    return papers


def _refuse_twice(names: list[str], content: Content) -> None:
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        raise FormatError(f"{content.where}: names '{twice}' twice in one input")


def _in_order(variables: list[dict[str, Any]], given: Any, content: Content) -> list[dict[str, Any]]:
    """Variables of a list without order, in that of the model, which may know some more by name."""
    if not given.variable_list:
        content.remarks.append(
            f"{content.where}: does not say in which order its {len(variables)} variables go into "
            f"'{given.name}'; taken as they stand: prove it with --data"
        )
        return variables
    by_name = {variable["name"]: variable for variable in variables}
    for each in given.variable_list:
        if each.name not in by_name:
            raise UnknownName(
                f"{content.where}: does not name '{each.name}' of input '{given.name}' {suggestion(each.name, by_name)}"
            )
    return [by_name[each.name] for each in given.variable_list]
