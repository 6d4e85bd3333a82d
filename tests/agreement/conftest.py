"""Lets the tests of this folder use ``onnx_files`` of the sources' tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))
