"""Lets the tests of this folder import the small models of the feeds."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "feed"))
