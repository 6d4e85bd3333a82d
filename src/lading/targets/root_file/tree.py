"""A TTree of vectors and floats, each branch in one basket."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .buffer import Buffer
from .container import Content, Writer, key_length

__all__ = ["Branch", "Tree", "add_tree"]

#: Of the vectors: the numbers in them, and the checksum of the class that ROOT writes.
VECTORS = {"vector<int>": (">i4", 0x00983B88), "vector<float>": (">f4", 0x055A169B), "vector<bool>": ("u1", 0x01C8B117)}
BASKETS = 10  # room in the tables of a branch
STL_VERSION, COLLECTION_VERSION = 6, 9  # of vectors, as a class and as they are streamed


@dataclass
class Branch:
    """A branch: "vector<int>", "vector<float>", "vector<bool>", with an array for every entry, or "float"."""

    name: str
    type: str
    entries: Sequence[np.ndarray] | np.ndarray


@dataclass
class Tree:
    """A TTree; all its branches have as many entries."""

    name: str
    title: str
    branches: list[Branch]


@dataclass
class _Written:
    """A branch whose basket stands in the file."""

    branch: Branch
    at: int
    bytes: int
    zipped: int
    offsets: int


def add_tree(writer: Writer, tree: Tree) -> None:
    """Appends the baskets of a tree, and the tree itself."""
    written = [_basket(writer, tree, branch) for branch in tree.branches]
    buffer = Buffer(key_length("TTree", tree.name, tree.title))
    _tree(buffer, tree, written)
    writer.add(Content("TTree", tree.name, tree.title, bytes(buffer.data)), listed=True)


def _basket(writer: Writer, tree: Tree, branch: Branch) -> _Written:
    extra_length = 19
    length = key_length("TBasket", branch.name, tree.name, extra_length)
    parts = [_entry(branch.type, entry) for entry in branch.entries]
    data, entries = b"".join(parts), len(parts)
    last, size, offsets = length + len(data), 4, 0
    if branch.type in VECTORS:
        begins = length + np.cumsum([0, *map(len, parts)])
        begins[-1] = 0
        data += struct.pack(">i", entries + 1) + begins.astype(">i4").tobytes()
        size, offsets = max(1000, entries), 4 * entries
    extra = struct.pack(">HiiiiB", 3, 32000, size, entries, last, 0)
    at, zipped = writer.add(Content("TBasket", branch.name, tree.name, data), extra=extra, cycle=0)
    return _Written(branch, at, length + len(data), zipped, offsets)


def _entry(type_: str, entry: np.ndarray) -> bytes:
    if type_ not in VECTORS:
        return struct.pack(">f", entry)
    buffer = Buffer()
    with buffer.counted(COLLECTION_VERSION):
        buffer.numbers("i", len(entry))
        buffer.data += np.asarray(entry).astype(VECTORS[type_][0]).tobytes()
    return bytes(buffer.data)


def _tree(buffer: Buffer, tree: Tree, written: list[_Written]) -> None:
    entries, size = len(tree.branches[0].entries), sum(each.bytes for each in written)
    zipped = sum(each.zipped for each in written)
    with buffer.counted(20):
        buffer.named(tree.name, tree.title, 8)
        with buffer.counted(2):  # TAttLine
            buffer.numbers("hhh", 602, 1, 1)
        _fill(buffer)
        with buffer.counted(3):  # TAttMarker
            buffer.numbers("hhf", 1, 1, 1.0)
        buffer.numbers("qqqqq", entries, size, zipped, 0, 0)
        buffer.numbers("diiiii", 1.0, 0, 25, 0, 1000, 0)
        buffer.numbers("qqqqqq", 10**12, 10**12, 0, -300000000, -30000000, 1000000)
        buffer.data += bytes(2)  # no ranges of clusters
        _features(buffer)
        with buffer.array(len(written), 0x4000):
            for each in written:
                _branch(buffer, each, entries)
        with buffer.array(len(written)):
            for each in written:
                buffer.again(f"leaf of {each.branch.name}")
        buffer.null(7)  # aliases, index (values, order, tree), friends, user's information, references


def _fill(buffer: Buffer) -> None:
    with buffer.counted(2):  # TAttFill
        buffer.numbers("hh", 0, 1001)


def _features(buffer: Buffer) -> None:
    with buffer.counted(0):  # ROOT::TIOFeatures has a checksum in place of a version
        buffer.numbers("IB", 0x1AA12F10, 0)


def _branch(buffer: Buffer, written: _Written, entries: int) -> None:
    branch = written.branch
    if branch.type not in VECTORS:
        with buffer.pointer("TBranch", branch.name):
            _plain_branch(buffer, written, entries, f"{branch.name}/F", 0x400000, 0)
        return
    with buffer.pointer("TBranchElement", branch.name), buffer.counted(10):
        _plain_branch(buffer, written, entries, branch.name, 0x500000, 99)
        for each in (branch.type, "", ""):  # the class; parent and clones
            buffer.text(each)
        buffer.numbers("IHiiii", VECTORS[branch.type][1], STL_VERSION, -1, 0, -1, 0)
        buffer.null(2)  # counted by no branches


def _plain_branch(buffer: Buffer, written: _Written, entries: int, title: str, bits: int, split: int) -> None:
    with buffer.counted(13):
        buffer.named(written.branch.name, title, bits)
        _fill(buffer)
        buffer.numbers("iiiiq", 101, 32000, written.offsets, 1, entries)
        _features(buffer)
        buffer.numbers("iIiqqqq", 0, BASKETS, split, entries, 0, written.bytes, written.zipped)
        with buffer.array(0):  # branches
            pass
        with buffer.array(1):
            _leaf(buffer, written.branch)
        with buffer.array(0):  # baskets in memory
            pass
        for code, first in (("i", [written.zipped]), ("q", [0, entries]), ("q", [written.at])):
            buffer.numbers(f"B{BASKETS}{code}", 1, *first, *[0] * (BASKETS - len(first)))
        buffer.text("")  # in this file


def _leaf(buffer: Buffer, branch: Branch) -> None:
    vector = branch.type in VECTORS
    with buffer.pointer("TLeafElement" if vector else "TLeafF", f"leaf of {branch.name}"), buffer.counted(1):
        with buffer.counted(2):
            buffer.named(branch.name, branch.name)
            buffer.numbers("iiiBB", 1, 0 if vector else 4, 0, 0, 0)
            buffer.null()
        if vector:
            buffer.numbers("ii", -1, -1)
        else:
            buffer.numbers("ff", 0, 0)
