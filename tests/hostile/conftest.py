"""The C++ side of the tests: cpp/tests/hostile, built by the fixtures of tests/cpp."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "cpp"))
sys.path.insert(0, str(Path(__file__).parent))

import building
import pytest


@pytest.fixture(scope="session")
def program() -> Path:
    """cpp/tests/hostile of the plain build that tests/cpp makes too."""
    return building.built("cpp") / "cpp" / "tests" / "hostile"
