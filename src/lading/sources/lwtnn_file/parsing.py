"""The text of a file as objects, taken as Boost's property tree takes it.

Numbers may be texts, an empty list may be the text "", of a key that stands twice the first one holds, and keys that
nobody knows are passed over. NaN, infinities, null and numbers beyond float64 are refused.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from ...errors import FormatError, suggestion

__all__ = ["listed", "member", "number", "numbers", "objects", "parsed", "texts", "whole"]


def parsed(data: bytes, where: str) -> dict[str, Any]:
    """The object that the text holds. Raises FormatError."""
    try:
        text = data.decode("utf-8-sig")
        content = json.loads(text, object_pairs_hook=_first_wins, parse_constant=_refused)
    except UnicodeDecodeError as error:
        raise FormatError(f"{where}: no UTF-8 text at byte {error.start}; a damaged file") from None
    except RecursionError:
        raise FormatError(f"{where}: lists within lists beyond any network; no file of lwtnn") from None
    except ValueError as error:
        raise FormatError(f"{where}: no JSON, or a damaged file: {error}") from None
    if not isinstance(content, dict):
        raise FormatError(f"{where}: JSON that begins with a {_kind(content)}; a network of lwtnn is an object")
    return content


def _first_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(reversed(pairs)) if len({key for key, _ in pairs}) < len(pairs) else dict(pairs)


def _refused(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number").split(" ", 1)[-1] if not isinstance(value, bool) else "true or false"


def member(holder: Any, key: str, where: str) -> Any:
    """``holder[key]``. Raises FormatError with the nearest keys."""
    if not isinstance(holder, dict):
        raise FormatError(f"{where}: is a {_kind(holder)}, where an object is expected")
    if key not in holder:
        raise FormatError(f"{where}: '{key}' is missing {suggestion(key, map(str, holder))}")
    return holder[key]


def listed(value: Any, where: str) -> list[Any]:
    """A list; the text "" is an empty one."""
    if value == "":
        return []
    if not isinstance(value, list):
        raise FormatError(f"{where}: is a {_kind(value)}, where a list is expected")
    return value


def objects(holder: Any, key: str, where: str) -> list[tuple[dict[str, Any], str]]:
    """The objects of the list ``holder[key]``, each with where it stands."""
    found = []
    for at, each in enumerate(listed(member(holder, key, where), f"{where}: {key}")):
        place = f"{where}: {key}[{at}]"
        if not isinstance(each, dict):
            raise FormatError(f"{place}: is a {_kind(each)}, where an object is expected")
        found.append((each, place))
    return found


def texts(holder: Any, key: str, where: str) -> list[str]:
    """The texts of the list ``holder[key]``."""
    found = listed(member(holder, key, where), f"{where}: {key}")
    for at, each in enumerate(found):
        if isinstance(each, (dict, list)) or each is None:
            raise FormatError(f"{where}: {key}[{at}]: is a {_kind(each)}, where a name is expected")
    return [each if isinstance(each, str) else json.dumps(each) for each in found]


def number(value: Any, where: str) -> float:
    """A number, or one written as a text."""
    result = math.nan
    if isinstance(value, (int, float, str)) and not isinstance(value, bool) and "_" not in str(value):
        try:
            result = float(value)
        except (ValueError, OverflowError):
            result = math.nan
    if not math.isfinite(result):
        raise FormatError(f"{where}: is {_shown(value)}, where a finite number is expected")
    return result


def whole(value: Any, where: str) -> int:
    """A whole number from 0, or one written as a text."""
    result = number(value, where)
    if result != int(result) or not 0 <= result < 1 << 31:
        raise FormatError(f"{where}: is {_shown(value)}, where a whole number from 0 is expected")
    return int(result)


def numbers(holder: Any, key: str, where: str) -> np.ndarray:
    """The numbers of the list ``holder[key]``, float64."""
    place = f"{where}: {key}"
    found = listed(member(holder, key, where), place)
    if all(type(each) is float for each in found):
        result = np.array(found, np.float64)
        if np.isfinite(result).all():
            return result
    return np.array([number(each, f"{place}[{at}]") for at, each in enumerate(found)], np.float64)


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else text[:40] + "…"
