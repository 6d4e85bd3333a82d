"""Lets the tests of this folder import the modules beside them, and the small models of other folders."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "feed"), str(HERE.parent / "examine")]
