"""Objects of classes that the streamer information of their file describes: members in order, with their types.

Read are numbers, arrays counted by a member, vectors of numbers, and vectors of objects or of pointers to them, stored
object by object or member by member: what every version of GBRForest is made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ...errors import UnsupportedError
from .buffer import Buffer, Header

__all__ = ["Streamed"]

#: ROOT's numbers of types (TVirtualStreamerInfo::EReadWrite).
NUMBERS = {1: "i1", 2: ">i2", 3: ">i4", 4: ">i8", 5: ">f4", 6: ">i4", 8: ">f8", 11: "u1", 12: ">u2", 13: ">u4",
           14: ">u8", 16: ">i8", 17: ">u8", 18: "u1"}  # fmt: skip
BASE, NAMED, POINTER, OBJECTS, POINTERS = 0, 67, 40, 61, 63

Members = dict[str, Any]


class Streamed:
    """Reads objects out of ``buffer``; ``streamers`` are those of the file, as uproot has them."""

    def __init__(self, buffer: Buffer, streamers: dict[str, Any]):
        self.buffer, self.streamers = buffer, streamers

    def object(self, name: str) -> Members:
        """The members of an object of the class ``name``, by name."""
        header = self.buffer.header()
        members: Members = {}
        for element in self._elements(name, header.version, header.checksum):
            self._member(element)(members)
        self.buffer.close(header)
        return members

    def _elements(self, name: str, version: int, checksum: int | None) -> list[Any]:
        known = self.streamers.get(name, {})
        for number, info in known.items():
            if (number == version) if checksum is None else (info.member("fCheckSum") == checksum):
                return list(info.elements)
        which = version if checksum is None else hex(checksum)
        raise self._unread(f"{name} of version {which}, which it does not describe")

    def _member(self, element: Any) -> Callable[[Members], None]:
        """What reads one member of an object into a mapping."""
        kind, name = element.member("fType"), element.name
        if kind in (BASE, NAMED):
            return lambda members: self._skip()
        if kind in NUMBERS:
            return lambda members: members.update({name: self.buffer.number(NUMBERS[kind])})
        if kind - POINTER in NUMBERS:
            return lambda members: members.update({name: self._counted(element, members)})
        if element.member("fSTLtype", none_if_missing=True) == 1:
            return lambda members: members.update({name: self._vector(element)})
        raise self._unread(f"a member '{name}' of type {element.typename}")

    def _skip(self) -> None:
        header = self.buffer.header()
        self.buffer.at = header.end

    def _counted(self, element: Any, members: Members) -> Any:
        """An array whose length is another member."""
        type_ = NUMBERS[element.member("fType") - POINTER]
        there = self.buffer.number("u1")
        return self.buffer.array(type_, members[element.member("fCountName")] if there else 0)

    def _vector(self, element: Any) -> Any:
        header = self.buffer.header(foreign=False)
        kind = element.member("fCtype")
        if kind in NUMBERS and not header.memberwise:
            result: Any = self._numbers(NUMBERS[kind])
        elif kind in (OBJECTS, POINTERS):
            name = re.sub(r"^(?:std::)?vector<\s*(?:class )?|[\s*>]+$", "", element.typename)
            result = self._memberwise(name) if header.memberwise else self._objects(name, kind == POINTERS)
        else:
            raise self._unread(f"a member '{element.name}' of type {element.typename}")
        self.buffer.close(header)
        return result

    def _numbers(self, type_: str) -> Any:
        return self.buffer.array(type_, self.buffer.count(1))

    def _objects(self, name: str, pointers: bool) -> list[Members]:
        objects = []
        for _ in range(self.buffer.count(6)):
            if pointers:
                self.buffer.pointer()
            objects.append(self.object(name))
        return objects

    def _memberwise(self, name: str) -> list[Members]:
        """The first member of all objects, then the second of all; one head for a vector of all."""
        version = self.buffer.number(">i2")
        checksum = self.buffer.number(">u4") if version == 0 else None
        objects: list[Members] = [{} for _ in range(self.buffer.count(4))]
        for element in self._elements(name, version, checksum):
            if element.member("fType") in (BASE, NAMED):
                raise self._unread(f"{name} with a base class, member by member")
            header: Header | None = None
            if element.member("fSTLtype", none_if_missing=True) == 1 and element.member("fCtype") in NUMBERS:
                header, type_ = self.buffer.header(foreign=False), NUMBERS[element.member("fCtype")]
                for each in objects:
                    each[element.name] = self._numbers(type_)
                self.buffer.close(header)
            else:
                read = self._member(element)
                for each in objects:
                    read(each)
        return objects

    def _unread(self, what: str) -> UnsupportedError:
        return UnsupportedError(
            f"{self.buffer.where}: holds {what}; only ROOT with the classes of CMSSW reads that. Write it again "
            'there: auto f = TFile::Open("old.root")->Get<GBRForest>("KEY"); TFile("new.root", "recreate")'
            '.WriteObject(f, "KEY");'
        )
