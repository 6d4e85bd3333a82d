"""Builds the C++ side with CMake alone, as somebody without Python would, and writes the bundles that it runs on.

The builds stay in build/cpp*, so that only what changed is compiled again.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import models

ROOT = Path(__file__).parents[2]
Build = Callable[..., Path]


def run(*command: str | Path, **options: object) -> str:
    """What a program prints; its output is shown if it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, (
        f"exit code {done.returncode}: {command[0]}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
    )
    return str(done.stdout)


def cmake(source: Path, folder: Path, *options: str) -> Path:
    """Configures and builds ``source`` in ``folder``."""
    generator = ["-G", "Ninja"] if shutil.which("ninja") and not (folder / "CMakeCache.txt").exists() else []
    run("cmake", "-S", source, "-B", folder, *generator, *options)
    run("cmake", "--build", folder, "--parallel", str(os.cpu_count() or 2))
    return folder


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
