"""Papers applied to a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..bundle.check import check_inputs
from ..bundle.decode_axes import decode_axes
from ..bundle.decode_inputs import decode_inputs
from ..bundle.decode_outputs import decode_outputs
from ..bundle.encode import encode_model
from ..bundle.place import Place
from ..copying import copy_of
from ..endpoints import RESERVED_AXES, Input, Output
from ..errors import UnknownName, UnsupportedError, suggestion
from ..sources.naming import endpoints, rename_values
from .axes import Renaming, check_fit, size_of, with_reserved
from .computing import FORMULA, compute, is_formula, rename_formulas
from .finding import described, source_names
from .grouping import group, is_group

if TYPE_CHECKING:
    from ..model import Model

#: What papers may say; the rest of a model.json, if they hold it, is passed over.
SAID = ("name", "version", "description", "axes", "inputs", "outputs", "record")
PASSED_OVER = ("lading", "requires", "operators", "folds", "graphs", "weights", "samples", "names")

#: Parts of the record that may stand at the top.
OF_RECORD = ("licence", "authors", "citation", "training", "contact")

#: That these papers hold against what the file and earlier papers say: true or false.
OVERRULE = "overrule"

_INPUT = ("of", "name", "axes", "type", "variables", "mask", "description")
_OUTPUT = ("of", "name", "axes", "type", "labels", "description", "unit", "range", "when_empty", *FORMULA)


def apply(model: Model, papers: dict[str, Any], where: str = "papers") -> Model:
    """``model`` as the papers describe it: another Model; weights are shared, the given one stays as it is.

    Raises FormatError or UnknownName, naming the place in the papers; UnsupportedError for a model with folds.
    """
    file = Place(papers, where)
    file.object().allow([*SAID, *OF_RECORD, *PASSED_OVER, OVERRULE])
    if model.folds is not None:
        raise UnsupportedError(f"{model.where}: has folds; describe its members and fold them again")
    model = _copy(model)
    for key in ("name", "version", "description"):
        if (said := file.find(key)) is not None and said.text():
            setattr(model, key, said.value)
    _merge(model.record, {key: papers[key] for key in OF_RECORD if key in papers} | _record(file))
    if any(key in papers for key in ("axes", "inputs", "outputs")):
        _Endpoints(model, file).apply()
    return model


def _record(file: Place) -> dict[str, Any]:
    record = file.find("record")
    if record is None:
        return {}
    if (origin := record.object().find("origin")) is not None:
        origin.object()
    return dict(record.value)


def _copy(model: Model) -> Model:
    copy = copy_of(model)
    copy.record["origin"] = copy.came_from
    return copy


def _merge(into: dict[str, Any], new: dict[str, Any]) -> None:
    """Puts ``new`` into a record, objects within objects."""
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        elif value not in ("", [], {}, None):  # left empty in a template
            into[key] = value


class _Endpoints:
    """Inputs, outputs and axes of a model, described by papers.

    What the model knows and what the papers say are merged in the form of the file, and read again as a file is;
    the papers' items keep their places in the lists, so that messages name them rightly.
    """

    def __init__(self, model: Model, file: Place):
        self.model, self.file = model, file
        self.renaming = Renaming(model)

    def apply(self) -> None:
        model, file = self.model, self.file
        joined = {place.path: group(place, model) for place in file.find("outputs") or () if is_group(place)}
        to_compute = [place for place in file.find("outputs") or () if is_formula(place, model)]
        outputs = self._outputs(joined, {place.path for place in to_compute})
        inputs = list(described(file.find("inputs"), "inputs", model, model.input_list))
        pairs: list[tuple[Place, Any]] = [*inputs, *outputs]
        for place, endpoint in pairs:
            if (axes := place.find("axes")) is not None:
                self.renaming.learn(axes, endpoint.axes)
        declared = file.find("axes")
        self.renaming.learn_declared(declared.object().value if declared is not None else {})
        merged = self._merged(inputs, outputs)
        self._take(merged, inputs, outputs)
        for place in to_compute:
            compute(place, model)

    def _outputs(self, joined: dict[str, Output], computed: set[str]) -> list[tuple[Place, Output]]:
        """The papers' outputs with those they describe; joined ones are described by their group."""
        others = {*joined, *computed}
        plain = [place for place in self.file.find("outputs") or () if place.path not in others]
        found = list(described(_Several(plain), "outputs", self.model, self.model.output_list))  # type: ignore[arg-type]
        found += [(place, joined[place.path]) for place in self.file.find("outputs") or () if place.path in joined]
        order = {place.path: i for i, place in enumerate(self.file.find("outputs") or ())}
        return sorted(found, key=lambda pair: order[pair[0].path])

    # --------------------------------------------------------------------------- in the form of the file

    def _merged(self, inputs: list[tuple[Place, Input]], outputs: list[tuple[Place, Output]]) -> Place:
        encoded = encode_model(self.model, None, None)
        papers_axes = self.file.find("axes")
        declared = dict(papers_axes.object().value) if papers_axes is not None else {}
        merged_inputs = self._list(inputs, self.model.input_list, encoded["inputs"], self._input)
        merged_outputs = self._list(outputs, self.model.output_list, encoded["outputs"], self._output)
        used = {use for item in (*merged_inputs, *merged_outputs) for use in item["axes"] if isinstance(use, str)}
        axes = self.renaming.declarations(declared, used, encoded.get("axes", {}))
        self._check_declared(axes, used)
        merged = {"axes": axes, "inputs": merged_inputs, "outputs": merged_outputs}
        return Place(merged, self.file.file)

    def _check_declared(self, axes: dict[str, Any], used: set[str]) -> None:
        """Every axis in use is declared, and the papers declare none that nothing has: either may be a slip."""
        entry = any(isinstance(item, dict) and item.get("kind") == "entry" for item in axes.values())
        for name in sorted(used - set(axes) - {"variable", "label"} - (set() if entry else {"entry"})):
            self.file.fail(f"the axis '{name}' is not declared; say in \"axes\" of what kind it is "
                           f"{suggestion(name, axes)}", UnknownName)
        for name, place in (self.file.find("axes") or Place({}, "")).members():
            if name not in used and place.object().value.get("kind", "entry") != "entry":
                others = [each for each in used if each not in RESERVED_AXES]
                place.fail(f"no input or output has this axis {suggestion(name, others)}", UnknownName)

    def _list(self, pairs: list[tuple[Place, Any]], endpoints: Iterable[Any], encoded: list[Any],
              merge: Callable[[Place, Any, dict[str, Any]], dict[str, Any]]) -> list[dict[str, Any]]:
        """The papers' items first, in their order, then those that they do not mention."""
        by_name = {item["name"]: item for item in encoded}
        result = [merge(place, endpoint, by_name.pop(endpoint.name)) for place, endpoint in pairs]
        for item in by_name.values():
            item["axes"] = self.renaming.apply(item["axes"], self.file)
            result.append(item)
        return result

    def _input(self, place: Place, given: Input, known: dict[str, Any]) -> dict[str, Any]:
        place.allow(_INPUT)
        merged = self._endpoint(place, given, known)
        variables = place.find("variables")
        if variables is not None:
            merged["variables"] = _variables(variables, known.get("variables", []))
            if place.find("axes") is None:
                sizes = self._sizes(given)
                merged["axes"] = with_reserved(variables, merged["axes"], sizes, len(merged["variables"]), "variable")
        return merged

    def _output(self, place: Place, output: Output, known: dict[str, Any]) -> dict[str, Any]:
        place.allow(_OUTPUT)
        if (constants := place.find("constants")) is not None and place.find("from") is None:
            constants.fail('belong to a formula ("from"), and there is none')
        merged = self._endpoint(place, output, known)
        labels = place.find("labels")
        if labels is not None:
            merged["labels"] = [_without_of(item.value) for item in labels]
            if place.find("axes") is None:
                merged["axes"] = with_reserved(labels, merged["axes"], self._sizes(output), len(labels), "label")
        return merged

    def _endpoint(self, place: Place, endpoint: Input | Output, known: dict[str, Any]) -> dict[str, Any]:
        kind = place.find("type")
        if kind is not None and kind.value != endpoint.type:
            kind.fail(f"'{endpoint.name}' is of type {endpoint.type}")
        merged = {**known, **{key: value for key, value in place.value.items() if key not in ("of", *FORMULA)}}
        merged["axes"] = list(merged["axes"]) if place.find("axes") else self.renaming.apply(endpoint.axes, place)
        return merged

    def _sizes(self, endpoint: Input | Output) -> list[int | None]:
        return [size_of(endpoint, use, self.model.axes) for use in endpoint.axes]

    # ------------------------------------------------------------------------------------ and back again

    def _take(self, merged: Place, inputs: list[tuple[Place, Input]], outputs: list[tuple[Place, Output]]) -> None:
        model = self.model
        axes = decode_axes(merged)
        new_inputs, new_outputs = decode_inputs(merged, axes, None), decode_outputs(merged, axes, None)
        old_inputs = _in_order(inputs, model.input_list)
        old_outputs = _in_order(outputs, model.output_list)
        changed: list[tuple[str, list[Any], list[Any]]] = [
            ("inputs", new_inputs, old_inputs), ("outputs", new_outputs, old_outputs),
        ]  # fmt: skip
        for kind, new, old in changed:
            for place, endpoint, before in zip(merged[kind], new, old, strict=True):
                check_fit(place, endpoint, axes, before.axes, self._sizes(before))
            self._rename({before.name: endpoint.name for before, endpoint in zip(old, new, strict=True)}, kind)
        model.input_list = _back(new_inputs, old_inputs, model.input_list)
        model.output_list = _back(new_outputs, old_outputs, model.output_list)
        model.axes = axes
        check_inputs(merged["inputs"], replace(model, input_list=new_inputs))
        if any(place.find("variables") or place.find("labels") for place, _ in [*inputs, *outputs]):
            model.names = {"typed by hand": {}}

    def _rename(self, new: dict[str, str], kind: str) -> None:
        """Renames endpoints in the graph; a value inside that has the name gets another one."""
        changed = {old: name for old, name in new.items() if old != name}
        if not changed:
            return
        before = source_names(self.model, kind)
        if kind == "outputs":
            rename_formulas(self.model, changed)
        self.model.record["origin"][kind] = {
            **{new.get(name, name): source for name, source in before.items()},
            **{name: old for old, name in changed.items() if old not in before},
        }
        others = {each.name for each in endpoints(self.model)}
        in_the_way = {name: f"{name}~" for name in changed.values() if name not in others}
        rename_values(self.model.graphs.values(), in_the_way)
        for name, other in in_the_way.items():
            if name in self.model.weights:
                self.model.weights[other] = self.model.weights.pop(name)
        rename_values(self.model.graphs.values(), changed)


class _Several:
    """Places from here and there, as a list of them."""

    def __init__(self, places: list[Place]):
        self._places = places

    def __iter__(self) -> Any:
        return iter(self._places)


def _without_of(item: Any) -> Any:
    return {key: value for key, value in item.items() if key != "of"} if isinstance(item, dict) else item


def _variables(list_place: Place, known: list[dict[str, Any]]) -> list[Any]:
    """The papers' variables. Where the source names its variables, papers name those they describe and no order."""
    if not known:
        return [_without_of(item.value) for item in list_place]
    by_name = {item["name"]: dict(item) for item in known}
    for item in list_place:
        key = "of" if item.find("of") is not None else "name"
        name = item[key].text()
        if name not in by_name:
            item[key].fail(f"the source names the variables of this input, and has no '{name}' "
                           f"{suggestion(name, by_name)}", UnknownName)
        by_name[name].update(_without_of(item.value))
    return list(by_name.values())


def _in_order(pairs: list[tuple[Place, Any]], endpoints: list[Any]) -> list[Any]:
    """Endpoints as ``_Endpoints._list`` puts them."""
    first = [endpoint for _, endpoint in pairs]
    return first + [each for each in endpoints if not any(each is other for other in first)]


def _back(new: list[Any], old: list[Any], order: list[Any]) -> list[Any]:
    """``new``, which belong to ``old`` one by one, in the model's own order."""
    return [new[next(i for i, each in enumerate(old) if each is before)] for before in order]
