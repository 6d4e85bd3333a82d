"""Lets the tests of this folder import the module beside them: ``torch_networks`` (which imports PyTorch)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
