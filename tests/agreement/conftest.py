"""Lets the tests of this folder use ``onnx_files``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "written_files"))
