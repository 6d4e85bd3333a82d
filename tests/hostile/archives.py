"""Tricks of zip files in a .lading file: what leaves the folder, hides, overlaps, explodes, or is two things."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator

from files import ARCHIVE, DATA, GOOD, TEXT, archive_case
from making import Case, record

MEMBERS = {"model.json": TEXT, "weights.safetensors": DATA}


class Zip:
    """A zip file that is written field by field, so that each may lie."""

    def __init__(self) -> None:
        self.body, self.directory, self.count = b"", b"", 0

    def add(self, name: str | bytes, data: bytes, **lies: object) -> Zip:
        """A member. ``local_…`` are fields of its own header, the others those of the directory."""
        raw = name if isinstance(name, bytes) else name.encode()
        true = {"flags": 0, "method": 0, "crc": zlib.crc32(data), "size": len(data), "packed": len(data),
                "attributes": 0, "version": 20, "disk": 0}  # fmt: skip
        local = {**true, **{key[6:]: value for key, value in lies.items() if key.startswith("local_")}}
        told = {**true, **{key: value for key, value in lies.items() if key in true}}
        own = lies.get("local_name", raw)
        assert isinstance(own, bytes)
        at = lies.get("at", len(self.body))
        self.body += struct.pack("<4sHHHHHIIIHH", b"PK\3\4", local["version"], local["flags"], local["method"], 0, 0,
                                 local["crc"], local["packed"], local["size"], len(own), 0) + own + data  # fmt: skip
        self.directory += struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\1\2", told["version"], told["version"], told["flags"], told["method"], 0, 0,
            told["crc"], told["packed"], told["size"], len(raw), 0, 0, told["disk"], 0, told["attributes"], at,
        ) + raw  # fmt: skip
        self.count += 1
        return self

    def bytes(self, **lies: int) -> bytes:
        told = {"count": self.count, "here": self.count, "size": len(self.directory), "start": len(self.body), "disk": 0,  # noqa: E501
                "comment": 0, **lies}  # fmt: skip
        end = struct.pack("<4sHHHHIIH", b"PK\5\6", told["disk"], told["disk"], told["here"], told["count"],
                          told["size"], told["start"], told["comment"])  # fmt: skip
        return self.body + self.directory + end


def both(**lies: object) -> Zip:
    """The good members, with lies about the weights."""
    return Zip().add("model.json", TEXT).add("weights.safetensors", DATA, **lies)


def beside(name: str | bytes, data: bytes = b"", **lies: object) -> bytes:
    """The good members and another one."""
    return both().add(name, data, **lies).bytes()


def with_weights(data: bytes) -> bytes:
    text = json.dumps({**GOOD, "weights": record(data)}).encode()
    return Zip().add("model.json", text).add("weights.safetensors", data).bytes()


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


BOMB = deflated(bytes(1 << 24))
LINK = 0o120777 << 16
DIRECTORY = "its zip directory is broken"
FOLDERS = "have plain names, without folders"

ARCHIVES: list[tuple[str, str, bytes]] = [
    ("a bomb", "is compressed", Zip().add("model.json", BOMB, method=8, local_method=8, size=1 << 24).bytes()),
    ("a bomb that says it is stored", "is compressed", Zip().add("model.json", BOMB, size=1 << 24).bytes()),
    ("a bomb whose own header says so", "the zip header of", Zip().add("model.json", BOMB, local_method=8).bytes()),
    ("a bomb beside", "is compressed", beside("bomb", BOMB, method=8, local_method=8, size=2**32 - 1)),
    ("a method nobody knows", "is compressed", both(method=99, local_method=99).bytes()),
    ("encrypted", "is encrypted", both(flags=1, local_flags=1).bytes()),
    ("encrypted by its own header alone", "encrypted", both(local_flags=1).bytes()),
    ("strongly encrypted", "encrypted", both(flags=0x41, local_flags=0x41).bytes()),
    ("size larger than the file", "the zip header of", both(size=2**31, packed=2**31).bytes()),
    ("size of 4 GB", "the zip header of", both(size=2**32 - 1, packed=2**32 - 1).bytes()),
    ("two sizes", "is compressed", both(size=len(DATA) - 1).bytes()),
    ("other sizes in its own header", "the zip header of", both(local_size=1, local_packed=1).bytes()),
    ("no bytes", "the zip header of", both(size=0, packed=0, crc=0).bytes()),
    ("another checksum", "CRC-32", both(crc=1, local_crc=1).bytes()),
    ("another checksum in its own header", "the zip header of", both(local_crc=1).bytes()),
    ("header behind the end", "zip header", both(at=2**32 - 1).bytes()),
    ("header at the directory", "zip header", both(at=len(both().body)).bytes()),
    ("header in the middle of another", "overlap", both(at=7).bytes()),
    ("two members on one header", "overlap", both(at=0).bytes()),
    (
        "two members in one place",
        "overlap",
        Zip()
        .add("model.json", TEXT)
        .add("weights.safetensors", DATA)
        .add("again", b"", at=0, local_name=b"again")
        .bytes(),
    ),
    ("two model.json", "twice", Zip().add("model.json", TEXT).add("model.json", b"{}").bytes()),
    ("two members of one name beside", "twice", both().add("a", b"1").add("a", b"2").bytes()),
    ("another name in its own header", "zip header", both(local_name=b"WEIGHTS.safetensors").bytes()),
    ("a longer name in its own header", "zip header", both(local_name=b"weights.safetensors/").bytes()),
    ("parent folder", FOLDERS, beside("../../.bashrc")),
    ("absolute path", FOLDERS, beside("/etc/passwd")),
    ("UNC path", FOLDERS, beside("\\\\host\\share")),
    ("drive", FOLDERS, beside("C:evil")),
    ("folder", FOLDERS, beside("folder/")),
    ("no name", FOLDERS, beside("")),
    ("dots", FOLDERS, beside("..")),
    ("NUL in a name", "control characters", beside(b"a\0.json")),
    ("new line in a name", "control characters", beside(b"a\nb")),
    ("a name that is no UTF-8", "no UTF-8", beside(b"\xff\xfe")),
    ("a name of 65535 bytes", "computed", beside("n" * 65535)),
    ("symbolic link", "symbolic link", both(attributes=LINK).bytes()),
    ("symbolic link beside", "symbolic link", beside("evil", b"/etc/passwd", attributes=LINK)),
    ("a link to model.json", "symbolic link", Zip().add("model.json", b"../model.json", attributes=LINK).bytes()),
    ("on another disk", "zip directory", both(disk=7).bytes()),
    ("zip64", DIRECTORY, both().bytes(count=65535, here=65535, size=2**32 - 1, start=2**32 - 1)),
    ("more members than there are", DIRECTORY, both().bytes(count=3, here=3)),
    ("two counts", DIRECTORY, both().bytes(here=1)),
    ("no members", "holds no 'model.json'", Zip().bytes()),
    ("directory elsewhere", DIRECTORY, both().bytes(start=1)),
    ("directory behind the end", DIRECTORY, both().bytes(start=2**32 - 2)),
    ("directory of no size", DIRECTORY, both().bytes(size=0)),
    ("a comment that is not there", DIRECTORY, both().bytes(comment=9)),
    ("a program before it", "not a bundle", b"#!/bin/sh\nexit\n" + ARCHIVE),
    ("another archive before it", "zip directory", ARCHIVE + ARCHIVE),
    ("another archive behind its end", "zip directory", ARCHIVE + Zip().add("model.json", b"{}").bytes()),
    ("bytes behind the end", "no zip directory at its end", ARCHIVE + b"\0"),
    ("sizes behind the data", "computed", both(flags=8, local_flags=8, local_size=0, local_packed=0).bytes()),
    ("a name in capitals", "holds no 'model.json'", Zip().add("MODEL.JSON", TEXT).bytes()),
    ("a name with a space behind", "holds no 'model.json'", Zip().add("model.json ", TEXT).bytes()),
    ("all in a folder", FOLDERS, Zip().add("tau/model.json", TEXT).add("tau/weights.safetensors", DATA).bytes()),
    ("another archive in its comment", "zip directory", both().bytes(comment=100) + Zip().add("a", bytes(10)).bytes()),
    ("a signature in the weights", "not a safetensors file", with_weights(b"PK\5\6" + bytes(18))),
    ("no weights", "weights.safetensors", Zip().add("model.json", TEXT).bytes()),
    ("a nested archive as model.json", "not valid UTF-8", Zip().add("model.json", ARCHIVE).bytes()),
]


def many(names: Iterator[str]) -> bytes:
    made = both()
    parts = [made.directory]
    for name in names:
        raw = name.encode()
        parts.append(
            struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(raw), 0, 0, 0, 0, 0, 0) + raw
        )
        made.count += 1
    made.directory = b"".join(parts)
    return made.bytes()


def cases() -> Iterator[Case]:
    for name, text, data in ARCHIVES:
        yield archive_case(f"archive: {name}", text, data)
    yield archive_case("archive: 60000 members of one name", "holds 'a' twice", many("a" for _ in range(60_000)))
    yield archive_case("archive: 60000 members in one place", "overlap", many(f"a{i}" for i in range(60_000)))
