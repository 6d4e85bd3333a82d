"""Whether an exported program (``.pt2``) computes and does nothing else.

When PyTorch loads one, it unpickles objects of other classes, looks operators up by name anywhere in its modules, and
runs conditions and expressions of lengths as Python. So each of these is looked at before: tensors only, ATen's
operators, arithmetic of lengths.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import FormatError, UnsupportedError

#: Files inside of objects that are no tensors.
_OBJECTS = re.compile(r"(custom|opaque)_obj_")

_OPERATOR = re.compile(r"torch\.ops\.(aten|prims)\.(?!_dir)_?[a-z]\w*(\.\w+)?|"
                       r"_operator\.(\w+)|math\.\w+|torch\.sym_\w+")
_ON_LENGTHS = {"add", "sub", "mul", "floordiv", "truediv", "mod", "neg", "pos", "pow", "abs", "eq", "ne", "lt", "le",
               "gt", "ge", "and_", "or_", "xor", "not_", "getitem", "lshift", "rshift", "index"}  # fmt: skip

#: What stands in expressions of lengths: symbols, numbers, and these functions and words of SymPy and PyTorch.
_LENGTH = re.compile(r"[\w\s+\-*/(),<>=!&|~'.%]*")
_WORDS = {
    "Symbol", "Integer", "Float", "Rational", "Add", "Mul", "Pow", "Mod", "PythonMod", "FloorDiv", "CeilDiv",
    "CleanDiv", "Max", "Min", "Abs", "Eq", "Ne", "Lt", "Le", "Gt", "Ge", "And", "Or", "Not", "Where",
    "ModularIndexing", "Identity", "ToFloat", "TruncToInt", "RoundToInt", "CeilToInt", "FloorToInt",
    "IntTrueDiv", "FloatTrueDiv", "StrictLessThan", "LessThan", "StrictGreaterThan", "GreaterThan", "Equality",
    "Unequality", "true", "false", "oo", "int_oo", "positive", "nonnegative", "integer", "real", "finite",
    "precision", "True", "False",
}
_WORD, _SYMBOL = re.compile(r"[^\W\d]\w*"), re.compile(r"(s|u|zuf|zf|f)\d+")

#: The size of an input in a condition, as ``L['inputs']['tracks'].size()[1]``.
_SIZE = re.compile(r"L(\[('[^'\"\\\\\n]*'|\d+)\])+\.(size|stride)\(\)\[\d+\]")
_BETWEEN = {"and", "or", "not", "True", "False"}


def check_exported(path: Path) -> None:
    """Raises UnsupportedError or FormatError for a program that would do more than compute, or is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if _OBJECTS.search(name):
                    raise UnsupportedError(f"{path}: holds an object ('{name}') that only code of its own could load; "
                                           "it is not read. Export a module whose constants are tensors")
                if name.endswith(".json"):
                    _check(json.loads(archive.read(name)), f"{path}: {name}")
    except FormatError:
        raise
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RecursionError, RuntimeError,
            zlib.error) as error:  # fmt: skip
        raise FormatError(f"{path}: a damaged file: {error}") from None


def _check(value: Any, where: str) -> None:
    for each in _objects(value):
        target = each.get("target", "torch.ops.aten.add.Tensor")
        if not isinstance(target, str) or not _is_operator(target):
            raise UnsupportedError(f"{where}: its operator {str(target)[:80]!r} is none of PyTorch's own (aten); it is "
                                   "not read. Export a module that is written in terms of these")
        if not _is_length(each.get("expr_str", "")):
            raise FormatError(f"{where}: {str(each['expr_str'])[:60]!r} is no expression of lengths")
        conditions = each.get("guards_code", [])
        for text in conditions if isinstance(conditions, list) else [None]:
            if not isinstance(text, str) or not _is_length(_SIZE.sub("1", text), _BETWEEN):
                raise FormatError(f"{where}: {str(text)[:60]!r} is no condition of lengths")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a file of JSON."""
    pending = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            yield value
            pending += value.values()
        elif isinstance(value, list):
            pending += value


#: ATen's own names with two underscores: what ``|`` and its like become between tensors.
_INFIX = re.compile(r"torch\.ops\.aten\.__(and|or|xor|lshift|rshift)__\.(Tensor|Scalar)")


def _is_operator(target: str) -> bool:
    if _INFIX.fullmatch(target):
        return True
    found = _OPERATOR.fullmatch(target)
    return found is not None and "__" not in target and (found[3] is None or found[3] in _ON_LENGTHS)


def _is_length(text: Any, more: set[str] = frozenset()) -> bool:  # type: ignore[assignment]
    """Whether a text is arithmetic of numbers and symbols."""
    if not isinstance(text, str) or not _LENGTH.fullmatch(text):
        return False
    return all(word in _WORDS or word in more or _SYMBOL.fullmatch(word) for word in _WORD.findall(text))
