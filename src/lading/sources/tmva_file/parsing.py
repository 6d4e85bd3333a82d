"""XML from strangers: no document types, no entities, bounded depth, and numbers that are numbers."""

from __future__ import annotations

import codecs
import math
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ...errors import FormatError

__all__ = ["children", "integer", "last", "number", "numbers", "only", "parsed", "text_of"]

SPACE = b" \t\r\n"
DEEPEST = 1000  # elements inside each other; a tree of TMVA has some ten levels


def parsed(text: bytes, where: str) -> Element:
    """The root element. White space and a byte order mark before the header, which some files have, are passed over;
    bytes that are no UTF-8, in a file that says nothing else, are taken for Latin-1."""
    text = text.lstrip(SPACE).removeprefix(codecs.BOM_UTF8).lstrip(SPACE).rstrip(SPACE + b"\0")
    builder, depth = TreeBuilder(), 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise FormatError(f"{where}: elements stand more than {DEEPEST} deep inside each other")
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    def refuse(*_: Any) -> Any:
        raise FormatError(f"{where}: declares a document type or entities, which no weight file of TMVA does; refused")

    parser = expat.ParserCreate(_encoding(text))
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(text, True)
        root = builder.close()
    except (expat.ExpatError, ValueError, LookupError, AssertionError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{where}: no XML, or a damaged one: {error}") from None
    if root.tag != "MethodSetup":
        raise FormatError(f"{where}: the root is <{root.tag}>, that of a TMVA weight file is <MethodSetup>")
    return root


def _encoding(text: bytes) -> str | None:
    """The encoding to be taken, None for what the file says or UTF-8."""
    if b"encoding" in text[: text.find(b">") + 1]:
        return None
    try:
        text.decode()
    except UnicodeDecodeError:
        return "iso-8859-1"
    return None


def children(element: Element | None, name: str) -> list[Element]:
    """The elements called ``name`` inside ``element``; none if that is not there."""
    return [] if element is None else element.findall(name)


def only(element: Element, name: str, where: str) -> Element:
    """The first element called ``name``. Raises FormatError if there is none."""
    found = element.find(name)
    if found is None:
        raise FormatError(f"{where}: <{element.tag}> holds no <{name}>; damaged file, or none of TMVA")
    return found


def text_of(element: Element, name: str, where: str) -> str:
    """An attribute that must be there."""
    value = element.get(name)
    if value is None:
        raise FormatError(f"{where}: <{element.tag}> has no attribute '{name}'; damaged file")
    return value


def number(element: Element, name: str, where: str) -> float:
    """An attribute that is a real number, not NaN."""
    text = text_of(element, name, where)
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise FormatError(f'{where}: <{element.tag} {name}="{text[:40]}">: that is no number; damaged file')
    return value


def integer(element: Element, name: str, where: str, least: int = -1, largest: int = 1 << 24) -> int:
    """An attribute that is a whole number between ``least`` and ``largest``."""
    value = number(element, name, where)
    if value != int(min(max(value, least), largest)):
        raise FormatError(f"{where}: <{element.tag} {name}=\"{text_of(element, name, where)[:40]}\">: no whole number "
                          f"from {least} to {largest}; damaged file")  # fmt: skip
    return int(value)


def numbers(element: Element, count: int, where: str) -> list[float]:
    """The ``count`` finite numbers that stand inside an element."""
    words = (element.text or "").split()
    try:
        values = [float(word) for word in words]
    except ValueError as error:
        raise FormatError(f"{where}: <{element.tag}>: {error}; damaged file") from None
    if len(values) != count or not all(map(math.isfinite, values)):
        raise FormatError(f"{where}: <{element.tag}> holds {len(values)} numbers in place of {count} finite ones; "
                          "damaged file")  # fmt: skip
    return values


def last(element: Element, name: str, where: str) -> Element:
    """That of all classes together. Classes are numbered, but those of a decorrelation."""
    found = children(element, name)
    if not found:
        raise FormatError(f"{where} holds no <{name}>; damaged file")
    for place, each in enumerate(found):
        if each.get("ClassIndex") is not None and integer(each, "ClassIndex", where, 0) != place:
            raise FormatError(f"{where}: the <{name}> of class {place} says it is of class {each.get('ClassIndex')}")
    return found[-1]
