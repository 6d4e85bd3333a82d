"""Lets the tests of this folder import ``random_forests`` beside them and ``instruction_sets`` of tests/operators."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "operators")]
