import sys
from pathlib import Path

# The tests of this folder share models with those of the bundle and of the engine, and modules that stand beside them.
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "bundle"), str(HERE.parent / "engine"), str(HERE.parent / "operators")]
