"""The list of streamer information of a file with a TTree: how later versions of ROOT read its classes.

uproot holds that of most classes; what it lacks is described here.
"""

from __future__ import annotations

from typing import Any

from .buffer import Buffer

__all__ = ["streamer_list"]

#: name, version, checksum and members of the classes that uproot does not describe: name, what for, type, size.
ELEMENTS = {
    "TBranchElement": (10, 0xE74F5E63, ("TBranch", 13, 0x10978AAC), [
        ("fClassName", "TString", 65, 24), ("fParentName", "TString", 65, 24), ("fClonesName", "TString", 65, 24),
        ("fCheckSum", "unsigned int", 13, 4), ("fClassVersion", "short", 2, 2), ("fID", "int", 3, 4),
        ("fType", "int", 3, 4), ("fStreamerType", "int", 3, 4), ("fMaximum", "int", 3, 4),
        ("fBranchCount", "TBranchElement*", 64, 8), ("fBranchCount2", "TBranchElement*", 64, 8)]),
    "TLeafElement": (1, 0xA04F8893, ("TLeaf", 2, 0x6D1E8152), [("fID", "int", 3, 4), ("fType", "int", 3, 4)]),
}  # fmt: skip
KINDS = {65: "TStreamerString", 64: "TStreamerObjectPointer"}


def streamer_list() -> bytes:
    """The TList of all classes that a TTree with vectors and floats needs. Imports uproot."""
    items = dict(_known())
    items |= {name: _described(name) for name in ELEMENTS}
    buffer = Buffer()
    with buffer.counted(5):
        buffer.object_()
        buffer.text("")
        buffer.numbers("i", len(items))
        for item in items.values():
            buffer.data += item
    return bytes(buffer.data)


def _known() -> list[tuple[str, bytes]]:
    from uproot.models import TBranch, TLeaf, TTree

    models: list[Any] = [TTree.Model_TTree_v20, TBranch.Model_TBranch_v13, TLeaf.Model_TLeafF_v1]
    return [(name, raw) for model in models for _, raw, name, _ in model.class_rawstreamers]


def _described(name: str) -> bytes:
    """A TStreamerInfo in a list: each stands alone, so its class is named in full."""
    version, checksum, (base, base_version, base_checksum), members = ELEMENTS[name]
    buffer = Buffer()
    with buffer.pointer("TStreamerInfo", name), buffer.counted(9):
        buffer.named(name, "", 0x10000)
        buffer.numbers("Ii", checksum, version)
        with buffer.pointer("TObjArray", "members"), buffer.array(1 + len(members)):
            with _new(buffer, "TStreamerBase"), buffer.counted(3):
                _element(buffer, base, "BASE", 0, 0, base_checksum)
                buffer.numbers("i", base_version)
            for member, type_, kind, size in members:
                with _new(buffer, KINDS.get(kind, "TStreamerBasicType")), buffer.counted(2):
                    _element(buffer, member, type_, kind, size)
    return bytes(buffer.data) + b"\0"


def _new(buffer: Buffer, class_: str) -> Any:
    """A pointer to an object whose class is named in full, too: places in one item of the list are not known."""
    buffer.classes.clear()
    return buffer.pointer(class_, class_)


def _element(buffer: Buffer, name: str, type_: str, kind: int, size: int, checksum: int = 0) -> None:
    with buffer.counted(4):
        buffer.named(name, "")
        buffer.numbers("iiii", kind, size, 0, 0)
        buffer.numbers("5i", 0, *((checksum ^ 0x80000000) - 0x80000000,) if checksum else (0,), 0, 0, 0)
        buffer.text(type_)
