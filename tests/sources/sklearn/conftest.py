"""Lets the tests of this folder import the module beside them: ``sklearn_models``."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

# Threads of HistGradientBoosting wait for each other by spinning, which takes minutes on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")
