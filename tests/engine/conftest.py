"""Lets the tests of this folder import ``networks`` beside them, and the small models of the feeds."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "feed")]
