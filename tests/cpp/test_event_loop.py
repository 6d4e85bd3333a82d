"""The event loop, built as users build it: with the installed package, by CMake or by hand, and without Python."""

from __future__ import annotations

import shutil
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
from conftest import ROOT, cmake, run

import lading
from lading.engine.installation import installation

EXAMPLE = ROOT / "cpp" / "examples" / "event_loop"
TAGGER = ROOT / "examples" / "tagger"


@pytest.fixture(scope="module")
def tagger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tagger") / "tagger"
    lading.convert(TAGGER / "tagger.onnx", describe=TAGGER / "papers.json", compare=False).save(folder)
    return folder


def toy_jets() -> dict[str, dict[str, object]]:
    """The jets of the program."""
    i = np.arange(100)
    counts = i % 13
    t = np.concatenate([np.arange(n) for n in counts])
    of = np.repeat(i, counts)
    f = np.float32
    d0 = f(0.03125) * f((of + 3 * t) % 11 - 3)
    tracks = {"d0": d0, "z0_sin_theta": f(0.0625) * f(t % 5 - 2), "d0_significance": 16 * d0,
              "z0_significance": f(0.5) * f(t % 7 - 3), "pt_fraction": f(0.5) / f(t + 1), "dr": f(0.015625) * f(t + 1),
              "pixel_hits": f(3 + t % 3), "innermost_hits": f(t % 2)}  # fmt: skip
    jets = {"pt": 20.0 + 7 * i, "eta": f(0.125) * f(i % 17) - f(1), "mass": 4.0 + i % 9,
            "sv_mass": np.where(i % 3 > 0, f(1250) + 50 * f(i % 11), f(-999))}  # fmt: skip
    return {"jets": jets, "tracks": {name: ak.unflatten(x, counts) for name, x in tracks.items()}}


def scores_of(program: Path, tagger: Path) -> list[float]:
    return [float(line) for line in run(program, tagger).split()]


@pytest.fixture(scope="module")
def expected(tagger: Path) -> list[float]:
    scores = lading.load(tagger).run(toy_jets(), units={"pt": "GeV", "mass": "GeV"})
    return [float(f"{x:.9g}") for x in np.asarray(scores["p_b"])]


def test_against_the_installed_package_by_cmake(tagger: Path, expected: list[float], tmp_path: Path) -> None:
    built = cmake(EXAMPLE, tmp_path, f"-Dlading_DIR={installation().cmake}")
    assert scores_of(built / "event_loop", tagger) == expected


def test_against_the_installed_package_by_hand(tagger: Path, expected: list[float], tmp_path: Path) -> None:
    found = installation()
    flags = [*found.cflags.split(), *found.libs.split()]
    compiler = shutil.which("c++") or "g++"
    run(compiler, "-std=c++17", "-O1", EXAMPLE / "event_loop.cpp", "-o", tmp_path / "event_loop", *flags)
    assert scores_of(tmp_path / "event_loop", tagger) == expected


def test_without_python(built: Path, tagger: Path, expected: list[float], tmp_path: Path) -> None:
    run("cmake", "--install", built, "--prefix", tmp_path / "prefix")
    program = cmake(EXAMPLE, tmp_path / "build", f"-DCMAKE_PREFIX_PATH={tmp_path / 'prefix'}") / "event_loop"
    assert scores_of(program, tagger) == expected


def test_what_is_wrong_is_said(tagger: Path, tmp_path: Path) -> None:
    found = installation()
    text = (EXAMPLE / "event_loop.cpp").read_text(encoding="utf-8").replace('"sv_mass", "MeV"', '"sv_mas", "MeV"')
    (tmp_path / "wrong.cpp").write_text(text, encoding="utf-8")
    compiler = shutil.which("c++") or "g++"
    flags = [*found.cflags.split(), *found.libs.split()]
    run(compiler, "-std=c++17", tmp_path / "wrong.cpp", "-o", tmp_path / "wrong", *flags)
    with pytest.raises(AssertionError, match=r"variable 'sv_mas' is not in input 'jets' .*did you mean 'sv_mass'\?"):
        run(tmp_path / "wrong", tagger)
