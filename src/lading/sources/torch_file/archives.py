"""What kind of file PyTorch wrote, told by its content and without PyTorch.

- An exported program (``.pt2``, ``torch.export.save``) is a zip archive with ``archive_format`` "pt2", or, of PyTorch
  before 2.8, one with ``serialized_exported_program.json``.
- TorchScript (``torch.jit.save``) is one with ``code/`` and ``constants.pkl``.
- ``torch.save`` writes one with ``data.pkl`` and no code, or, before 1.6 and on request, a row of pickles.
"""

from __future__ import annotations

import re
from pathlib import Path

from ..packed import ZIP, zip_names

EXPORTED, SCRIPT, PICKLE, DAMAGED = "exported program", "TorchScript", "pickle", "damaged"

#: The number with which a row of pickles begins, as a pickle.
MAGIC = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
BEGINNING = 1 << 16

#: How the first file of an archive begins.
_FIRST = re.compile(rb"[^/]+/(data\.pkl|data/|code/|archive_format|models/|constants\.pkl|version)")


def kind_of(path: Path) -> str:
    """EXPORTED, SCRIPT, PICKLE or DAMAGED; "" for a file that is none of PyTorch's."""
    with path.open("rb") as file:
        beginning = file.read(BEGINNING)
    if beginning[:1] == b"\x80":
        return PICKLE if MAGIC in beginning[:64] or b"ctorch" in beginning or b"\x05torch" in beginning else ""
    if not beginning.startswith(ZIP):
        return ""
    first = beginning[30 : 30 + int.from_bytes(beginning[26:28], "little")]
    names = zip_names(path)
    if first.decode(errors="replace") not in names:  # an archive inside it may pass for the end of one that was cut
        return DAMAGED if _FIRST.match(first) else ""
    return _of_names([name.partition("/")[2] or name for name in names])


def _of_names(names: list[str]) -> str:
    if "archive_format" in names or "serialized_exported_program.json" in names:
        return EXPORTED
    if "constants.pkl" in names and any(name.startswith("code/") for name in names):
        return SCRIPT
    return PICKLE if "data.pkl" in names and "version" in names else ""
