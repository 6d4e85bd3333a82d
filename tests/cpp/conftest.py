"""Builds the C++ side with CMake alone, as somebody without Python would, and writes the bundles that it runs on.

The builds stay in build/cpp*, so that only what changed is compiled again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import building
import compat
import models
from building import Build


@pytest.fixture(scope="session")
def build() -> Build:
    """build("cpp", option...): the folder of a build of the library and its test programs."""

    return building.built


@pytest.fixture(scope="session")
def built(build: Build) -> Path:
    """The folder of the plain build."""
    return build("cpp")


@pytest.fixture(scope="session")
def programs(built: Path) -> Path:
    """The folder of its test programs."""
    return built / "cpp" / "tests"


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundle of each model, and one of them as an archive."""
    folder = tmp_path_factory.mktemp("bundles")
    for name, make in models.MODELS.items():
        make().save(folder / name)
    models.tagger().save(folder / "tagger.lading")
    return folder


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> compat.Shim:
    """The programs of cpp/tests/compat by name."""
    return compat.shim_in(tmp_path_factory.mktemp("compat"))
