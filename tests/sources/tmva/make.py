"""Writes the weight files of this folder.

    python tests/sources/tmva/make.py
"""

from __future__ import annotations

import gzip
from pathlib import Path

from tmva_files import files

HERE = Path(__file__).parent
PLAIN = ("bare", "purity", "tanh")

for name, text in files().items():
    if name in PLAIN:
        (HERE / f"{name}.weights.xml").write_text(text, encoding="utf-8")
    else:
        (HERE / f"{name}.weights.xml.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
