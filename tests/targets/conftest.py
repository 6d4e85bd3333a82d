import sys
from pathlib import Path

# The tests of this folder share models with those of the bundle.
sys.path.insert(0, str(Path(__file__).parents[1] / "bundle"))
