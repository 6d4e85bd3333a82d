"""Lets the tests of this folder use ``onnx_files``.

This folder itself stays off the path: its rooms are called as libraries are, and would be taken for them.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "written_files"))
