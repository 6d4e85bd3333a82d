"""Recognising pickles, which are programs and are not read."""

from __future__ import annotations

import zlib
from pathlib import Path

#: Bytes of a file, unpacked, that are looked at.
BEGINNING = 1 << 16
LIBRARIES = (b"sklearn", b"lightgbm", b"catboost")  # XGBoost's are recognised by its own reader


def is_pickle(path: Path) -> bool:
    """Whether the file is a pickle, plain or packed by joblib, that names a library of models in its beginning."""
    with path.open("rb") as file:
        beginning = file.read(BEGINNING)
    if beginning[:1] in (b"\x78", b"\x1f"):  # zlib, gzip
        try:
            beginning = zlib.decompressobj(wbits=47).decompress(beginning, BEGINNING)
        except zlib.error:
            return False
    return beginning[:1] == b"\x80" and any(library in beginning for library in LIBRARIES)
