"""Files of no format, of one only as far as they begin, that are large where little is stored, or no files."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from making import Case

UNKNOWN = "of no format that is read (these are: onnx, "
LARGE = 1 << 32


def file_case(name: str, text: str, make: Callable[[Path], object]) -> Case:
    def write(folder: Path) -> Path:
        folder.mkdir(parents=True)
        make(folder / "network")
        return folder / "network"

    return Case(f"unrecognised: {name}", write, text)


def sparse(beginning: bytes, size: int = LARGE, end: bytes = b"") -> Callable[[Path], object]:
    """A file of zeros between its beginning and its end, few of which are on the disk."""

    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.write(beginning)
            file.truncate(size)
            file.seek(0, os.SEEK_END)
            file.write(end)

    return make


def archive_of_zeros(path: Path) -> None:
    """2 GB in an archive, packed."""
    member = tarfile.TarInfo("zeros")
    member.size = 1 << 31
    head, zeros = gzip.compress(member.tobuf()), gzip.compress(bytes(1 << 26), 1)
    path.write_bytes(head + zeros * (member.size >> 26))


def long_header(path: Path) -> None:
    """An archive whose first name has 4 GB."""
    member = tarfile.TarInfo("name")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, LARGE
    sparse(member.tobuf(tarfile.GNU_FORMAT), LARGE + 1024)(path)


def many_members() -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for at in range(20_000):
            archive.addfile(tarfile.TarInfo(f"{at}"))
    return data.getvalue()


def zip_of(names: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for at in range(names):
            archive.writestr(f"{at}", b"")
    return data.getvalue()


DIRECTORY = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, LARGE - 100, 64, 0)
NODE = b"\x0a\x0e\x0a\1a\x12\5Const\x2a\2\x0a\0"  # of a frozen graph of TensorFlow

#: What is followed by zeros.
BEGINNINGS = {
    "{": b"{", "{ and brackets": b"{" * (1 << 23), "<": b"<", "an opened comment": b"<!--",
    "white space": b" " * (1 << 27), "root": b"root", "zeros of a ROOT file": b"root\0\0\xf0\0\0\0\0\x64",
    "a pickle": b"\x80\4\x95" + bytes(100), "a zip file": b"PK\3\4", "an HDF5 file, almost": b"\x89HDF\r\n",
    "a number": b"\x08\x0a", "an archive of many": many_members(),
}  # fmt: skip


def cases() -> Iterator[Case]:
    for size in (200 << 20, LARGE, 1 << 40):
        yield file_case(f"zeros, {size >> 20} MB", UNKNOWN, sparse(b"", size))
    for name, beginning in BEGINNINGS.items():
        yield file_case(f"{name}, then zeros", UNKNOWN, sparse(beginning))
    for name, packed in {"gzip": gzip.compress, "xz": lzma.compress}.items():
        for inner, data in {"zeros": bytes(1 << 26), "{": b"{" + bytes(1 << 26), "spaces": b" " * (1 << 26)}.items():
            said = "a gzip file; unpack it first" if name == "gzip" else UNKNOWN
            yield file_case(f"{inner} in {name}", said, sparse(packed(data)))
    yield file_case("2 GB in an archive of 9 MB", "a gzip file; unpack it first", archive_of_zeros)
    yield file_case("an archive with a name of 4 GB", UNKNOWN, long_header)
    yield file_case("a zip file with a directory of 4 GB", UNKNOWN, sparse(b"PK\3\4", LARGE, DIRECTORY))
    yield file_case("a zip file of many", UNKNOWN, lambda path: path.write_bytes(zip_of(30_000)))
    yield file_case("a frozen graph, then zeros", "a frozen graph of TensorFlow", sparse(NODE))
    yield file_case("a frozen graph of many nodes", "a frozen graph of TensorFlow",
                    lambda path: path.write_bytes(NODE * (1 << 21)))
    yield from no_files()


def no_files() -> Iterator[Case]:
    yield file_case("a pipe", "network: not a file (a pipe or a device)", os.mkfifo)
    for device in ("zero", "null", "random"):
        yield file_case(f"/dev/{device}", "network: not a file (a pipe or a device)",
                        lambda path, device=device: path.symlink_to(f"/dev/{device}"))
    yield file_case("a link to itself", "network: no such file", lambda path: path.symlink_to(path.name))
    yield file_case("an empty file", "network: is empty", Path.touch)
    yield file_case("an empty folder", "", Path.mkdir)
