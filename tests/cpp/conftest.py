"""Builds the C++ side with CMake alone, as somebody without Python would, and writes the bundles that it runs on.

The builds stay in build/cpp*, so that only what changed is compiled again.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import compat
import models
from building import ROOT, Build, cmake


@pytest.fixture(scope="session")
def build() -> Build:
    """build("cpp", option...): the folder of a build of the library and its test programs."""

    def make(name: str, *options: str) -> Path:
        json = importlib.util.find_spec("nlohmann_json")
        found = [f"-DLADING_JSON_HINTS={Path(json.origin).parent / 'include'}"] if json and json.origin else []
        return cmake(ROOT, ROOT / "build" / name, "-DLADING_TESTS=ON", *found, *options)

    return make


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
