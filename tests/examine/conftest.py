"""Lets the tests of this folder import the modules beside them and the small models of the feeds."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "feed")]
