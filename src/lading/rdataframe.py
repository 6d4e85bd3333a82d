"""A model's scores as columns of a ROOT RDataFrame: compiled once by ROOT's interpreter, run by all of its threads.

    frame = ROOT.RDataFrame("jets", "jets.root")
    frame = lading.rdataframe.define(frame, "tagger", columns={"pt": "jet_pt"})     # adds p_b, p_c, p_u …

Scores have the bits of ``Model.run``, whatever the number of threads. Needs ROOT with its Python module.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .engine.installation import installation
from .errors import MissingPackage, UnknownName, ValueRefused, suggestion
from .feed.spelling import column_for
from .model import Model

__all__ = ["define"]

#: Folders of models that had none: they live as long as this process, for frames run late.
_folders: list[tempfile.TemporaryDirectory[str]] = []
_made = 0


@dataclass
class _Fed:
    """A variable, the column that gives it, and how deep lists stand in the two: 0 numbers, 1 a sequence."""

    input: str
    variable: str
    unit: str
    column: str
    depth: int
    column_depth: int = 0

    @property
    def text(self) -> str:
        return _text(self.input, self.variable)


def define(
    frame: Any,
    model: Model | str | os.PathLike[str],
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    outputs: Collection[str] | None = None,
    prefix: str = "",
) -> Any:
    """``frame`` with a column for every label of ``outputs`` (all of them), or for an output that has no labels.

    A row is an entry: its columns hold numbers, and for sequences vectors. Or a row holds many entries, as an event
    holds jets: vectors, and vectors of vectors; scores are then vectors too. ``columns`` says which column a variable
    is read from ({"pt": "jet_pt"}), ``units`` in which unit it comes ({"pt": "GeV"}); new columns are called ``prefix``
    and the label's name, and after the output too where two outputs share a label. Call ROOT.EnableImplicitMT before
    the frame is made.

    Raises MissingPackage without ROOT, UnknownName for names that frame or model have not got, UnitError, and
    ValueRefused for columns whose lists do not fit.
    """
    try:
        import ROOT
    except ImportError:
        raise MissingPackage("an RDataFrame needs ROOT and its Python module: pip install root") from None
    from .bundle import read

    loaded = model if isinstance(model, Model) else read(model)
    fed = _fed(frame, loaded, columns or {}, units or {})
    many = _many_entries(fed)
    _declare(ROOT)
    where = _folder(loaded) if isinstance(model, Model) else os.fspath(model)
    for along in (False, True):
        scores = [(output, label) for output, label, sequence in _scores(loaded, outputs) if sequence == along]
        if scores and along and many:
            names = ", ".join(f"'{output}'" for output in dict.fromkeys(output for output, _ in scores))
            raise ValueRefused(f"output {names} has a number for each element of a sequence, and a row holds many "
                               "entries: score rows of one entry, or name other outputs (outputs=)")  # fmt: skip
        if scores:
            way = "entries" if many else "elements" if along else "score"
            frame = _with(ROOT, frame, loaded, where, scores, fed, way, prefix)
    return frame


def _fed(frame: Any, model: Model, columns: Mapping[str, str], units: Mapping[str, str]) -> list[_Fed]:
    there = [str(name) for name in frame.GetColumnNames()]
    found, known = [], set()
    for name, variable in model.session().fed:
        given = model.inputs[name]
        if variable is None:
            raise ValueRefused(f"input '{name}': its slots have no names, so no column can be found for them; convert "
                               "the model with papers that name them (describe=)")  # fmt: skip
        known |= {variable, f"{name}.{variable}"}
        column = columns.get(f"{name}.{variable}", columns.get(variable)) or column_for(variable, there)
        if column not in there:
            raise UnknownName(f"{_text(name, variable)}: the frame has no column '{column}' "
                              f"{suggestion(column, there)}; columns= says where it is")  # fmt: skip
        unit = units.get(f"{name}.{variable}", units.get(variable, given.variables[variable].unit))
        depth = int(model.sequence_axis(given.axes) is not None)
        found.append(_Fed(name, variable, unit, column, depth, _depth(frame.GetColumnType(column))))
    for what, names in (("columns", columns), ("units", units)):
        if wrong := sorted(set(names) - known):
            raise UnknownName(f"{what}: no variable '{wrong[0]}' {suggestion(wrong[0], sorted(known))}")
    return found


def _text(name: str, variable: str) -> str:
    return f"variable '{variable}' of input '{name}'"


def _depth(kind: str) -> int:
    """How deep lists stand in a C++ type."""
    return sum(kind.count(each) for each in ("RVec<", "vector<", "array<")) + kind.count("RVecF") + kind.count("RVecD")


def _many_entries(fed: list[_Fed]) -> bool:
    """Whether a row holds many entries: every column then has one list more than its variable."""
    more = {each.column_depth - each.depth for each in fed}
    if more == {0} or more == {1}:
        return more == {1}
    first = fed[0]
    odd = next((each for each in fed if each.column_depth - each.depth != first.column_depth - first.depth), first)
    raise ValueRefused(f"column '{odd.column}' has lists {odd.column_depth} deep for {odd.text}, column "
                       f"'{first.column}' {first.column_depth} deep for {first.text}: a row is either one entry "
                       "(numbers, and lists for sequences) or holds many (lists, and lists of lists)")  # fmt: skip


def _scores(model: Model, outputs: Collection[str] | None) -> list[tuple[str, str, bool]]:
    """(output, label or "", whether it has a number for each element of a sequence)."""
    made = []
    for output in model.output_list if outputs is None else [model.outputs[name] for name in outputs]:
        if any(isinstance(axis, int) for axis in output.axes) and not output.label_list:
            raise ValueRefused(f"output '{output.name}' has several numbers without names, so no columns can be named "
                               "after them; convert the model with papers that give labels (describe=)")  # fmt: skip
        along = model.sequence_axis(output.axes) is not None
        made += [(output.name, label.name, along) for label in output.label_list] or [(output.name, "", along)]
    return made


def _declare(root: Any) -> None:
    """Tells ROOT's interpreter of the headers and the library, once."""
    if hasattr(root, "lading") and hasattr(root.lading, "RowScores"):
        return
    here = installation()
    root.gInterpreter.AddIncludePath(str(here.include))
    if root.gSystem.Load(str(here.library / "liblading.so.1")) < 0:
        raise ValueRefused(f"ROOT could not load {here.library / 'liblading.so.1'}")
    if not root.gInterpreter.Declare('#include "lading/rdataframe.hpp"'):
        raise ValueRefused("ROOT's interpreter did not take lading/rdataframe.hpp; its messages stand above")


def _folder(model: Model) -> str:
    _folders.append(tempfile.TemporaryDirectory(prefix="lading-"))
    path = os.path.join(_folders[-1].name, "model")
    model.save(path)
    return path


def _with(root: Any, frame: Any, model: Model, where: str, scores: list[tuple[str, str]], fed: list[_Fed], way: str,
          prefix: str) -> Any:  # fmt: skip
    """The frame with one column that runs the model, and one for each of its scores."""
    global _made
    _made += 1
    made, slots = f"lading_rows_{_made}", max(1, int(frame.GetNSlots()))
    sources = ", ".join(f"{{{_quoted(each.input)}, {_quoted(each.variable)}, {_quoted(each.unit)}}}" for each in fed)
    results = ", ".join(f"{{{_quoted(output)}, {_quoted(label)}}}" for output, label in scores)
    root.gInterpreter.Declare(
        f"const lading::RowScores& {made}() {{ static const lading::RowScores rows(lading::load({_quoted(where)}), "
        f"{{{results}}}, {{{sources}}}, {slots}); return rows; }}"
    )
    kind = "float" if all(model.outputs[output].type == "float32" for output, _ in scores) else "double"
    all_columns = ", ".join(each.column for each in fed)
    frame = frame.Define(made, f"{made}().{way}<{kind}>(rdfslot_, {all_columns})")
    labels = [label for _, label in scores]
    for place, (output, label) in enumerate(scores):
        name = label if label and labels.count(label) == 1 else f"{output}_{label}" if label else output
        frame = frame.Define(_free(frame, prefix + name), f"{made}[{place}]")
    return frame


def _free(frame: Any, name: str) -> str:
    if name in (str(each) for each in frame.GetColumnNames()):
        raise ValueRefused(f"the frame has a column '{name}' already: prefix= gives the new ones other names")
    return name


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # as C++ writes it, too
