"""The event loop of cpp/examples, linked in three ways, gives Python's bits; the C++ of README and docs compiles."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from building import COMPILER, ROOT, STRICT, cmake, configured, pkg_config, refusal, run

import lading
from lading.engine.installation import installation

sys.path.insert(0, str(ROOT / "tests" / "docs"))
from blocks import blocks_of

EXAMPLE = ROOT / "cpp" / "examples" / "event_loop"
PAGES = (ROOT / "README.md", ROOT / "docs" / "cpp.md")


def toy_jets(n: int = 100) -> dict[str, dict[str, object]]:
    """What main.cpp's toy_jet makes, by name."""
    i = np.arange(n)
    counts = i * 5 % 13
    jet, k = np.repeat(i, counts), np.concatenate([np.arange(c) for c in counts])
    x = (7 * jet + 3 * k) % 32
    tracks = {"d0": x / 64 - 0.25, "z0_sin_theta": x / 32 - 0.5, "d0_significance": x / 2 - 8,
              "z0_significance": 8 - x / 2, "pt_fraction": (x + 1) / 64, "dr": x / 128, "pixel_hits": k % 8,
              "innermost_hits": k % 3}  # fmt: skip
    jets = {"pt": 20.0 + 3 * (i % 50), "eta": np.float32(i % 41 - 20) / 8, "mass": np.float32(5 + i % 16),
            "sv_mass": np.where(i % 3, np.float32(1 + i % 9) / 2, -999).astype(np.float32)}  # fmt: skip
    return {"jets": jets, "tracks": {name: (np.float32(v), counts) for name, v in tracks.items()}}


def gives_pythons_bits(program: Path, bundle: Path) -> None:
    scores = lading.load(bundle).run(toy_jets(), units={"pt": "GeV", "mass": "GeV", "sv_mass": "GeV"})["p_b"]
    printed = np.array([[float.fromhex(n) for n in line.split()[-2:]] for line in run(program, bundle).splitlines()])
    assert printed.shape == (100, 2) and len(np.unique(scores)) > 20
    assert (printed == np.float64(scores)[:, None]).all()


@pytest.fixture(scope="module")
def tagger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of examples/tagger."""
    folder = ROOT / "examples" / "tagger"
    made = tmp_path_factory.mktemp("tagger") / "tagger"
    lading.convert(folder / "tagger.onnx", describe=folder / "papers.json", compare=False).save(made)
    return made


def test_by_the_cmake_package_of_the_python_installation(tmp_path: Path, tagger: Path) -> None:
    package = run("lading", "config", "--cmake").strip()
    cmake(EXAMPLE, tmp_path, f"-Dlading_DIR={package}")
    gives_pythons_bits(tmp_path / "event_loop", tagger)


@pytest.fixture(scope="module")
def prefix(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation without Python, of the library that is built already (that of the wheel has the same objects).

    tests/test_packaging.py compiles it anew, from the archive of a release."""
    folder = tmp_path_factory.mktemp("installed")
    run(*configured(ROOT, folder / "build"))
    library = folder / "build" / "cpp" / "liblading.so.1.0.0"
    shutil.copy(built / "cpp" / "liblading.so", library)
    for link in ("liblading.so.1", "liblading.so"):
        library.with_name(link).symlink_to(library.name)
    run("cmake", "--install", folder / "build", "--prefix", folder / "prefix")
    return folder / "prefix"


def test_by_the_cmake_package_of_an_installation_without_python(prefix: Path, tmp_path: Path, tagger: Path) -> None:
    headers = {path.relative_to(ROOT / "cpp" / "include") for path in (ROOT / "cpp" / "include").rglob("*.h*")}
    assert all((prefix / "include" / header).exists() for header in headers) and len(headers) > 7
    linked = cmake(EXAMPLE, tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}")
    gives_pythons_bits(linked / "event_loop", tagger)


def test_by_pkg_config_of_an_installation_that_was_moved(prefix: Path, tmp_path: Path, tagger: Path) -> None:
    shutil.copytree(prefix, tmp_path / "moved", symlinks=True)
    (folder,) = (path.parent for path in (tmp_path / "moved").rglob("lading.pc"))
    program = tmp_path / "event_loop"
    run(COMPILER, EXAMPLE / "main.cpp", "-std=c++17", *pkg_config(folder), f"-Wl,-rpath,{folder.parent}", "-o", program)
    gives_pythons_bits(program, tagger)
    assert str(prefix) not in (folder / "lading.pc").read_text()


def test_by_pkg_config_of_the_python_installation(tmp_path: Path, tagger: Path) -> None:
    """It says what ``lading config`` says."""
    flags = pkg_config(Path(run("lading", "config", "--cmake").strip()).parents[1] / "pkgconfig")
    run(COMPILER, EXAMPLE / "main.cpp", "-std=c++17", *flags, "-o", tmp_path / "event_loop")
    gives_pythons_bits(tmp_path / "event_loop", tagger)
    said = [re.sub(r"/.*", lambda path: os.path.realpath(path[0]), flag) for flag in flags]
    assert said == run("lading", "config", "--cflags", "--libs").split()


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where a static library was configured, and nothing compiled."""
    folder = tmp_path_factory.mktemp("static")
    run(*configured(ROOT, folder, "-DBUILD_SHARED_LIBS=OFF", "-DCMAKE_INSTALL_LIBDIR=lib/x86_64-linux-gnu"))
    return folder / "cpp"


def test_what_pkg_config_says_of_a_static_library(static: Path) -> None:
    """C's linker needs the run-time library of C++ too; folders may stand where the machine wants them."""
    said = (static / "lading.pc").read_text()
    assert "\nLibs: -L${libdir} -llading -lstdc++ -lm\n" in said and "prefix=${pcfiledir}/../../..\n" in said


def test_a_project_in_c_alone_is_told_that_a_static_library_is_c_plus_plus(static: Path, tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(reader LANGUAGES C)\nfind_package(lading REQUIRED)\n"
    )
    said = refusal(["cmake", "-S", tmp_path, "-B", tmp_path / "static", f"-Dlading_DIR={static}"])
    assert "liblading.a is written in C++, which this project does not link with (it has: C)" in said
    shared = run("lading", "config", "--cmake").strip()
    run("cmake", "-S", tmp_path, "-B", tmp_path / "shared", f"-Dlading_DIR={shared}")


def test_the_licences_are_installed(prefix: Path) -> None:
    for name in ("LICENSE", "THIRD-PARTY.md"):
        assert (prefix / "share" / "licenses" / "lading" / name).read_bytes() == (ROOT / name).read_bytes()


def test_by_flags_alone(tmp_path: Path, tagger: Path) -> None:
    flags = run("lading", "config", "--cflags", "--libs").split()
    run(COMPILER, *STRICT, "-Wconversion", EXAMPLE / "main.cpp", *flags, "-o", tmp_path / "event_loop")
    gives_pythons_bits(tmp_path / "event_loop", tagger)


# ---- pages

#: What the snippets of the pages use without showing it.
SURROUNDINGS = """
#include <lading/lading.hpp>
#include <cstdio>
#include <cstdint>
#include <thread>
#include <vector>
struct Track {
  float d0, z0_sin_theta, d0_significance, z0_significance, pt_fraction, dr;
  int pixel_hits, innermost_hits;
};
struct Jet { double pt; float eta, mass, sv_mass; std::vector<Track> tracks; };
[[maybe_unused]] static std::vector<Jet> event(3, Jet{50, 0.5f, 8, 2, {Track{}, Track{}}});
[[maybe_unused]] static void use(float) {}
"""


def snippets(page: Path, language: str) -> list[str]:
    return [block.text for block in blocks_of(page) if block.language == language]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_snippets_of_a_page_are_one_program(page: Path, tmp_path: Path, tagger: Path) -> None:
    blocks = snippets(page, "cpp")
    assert blocks
    includes = "".join(line + "\n" for line in "".join(blocks).splitlines() if line.startswith("#include"))
    body = "".join(line + "\n" for line in "".join(blocks).splitlines() if not line.startswith("#include"))
    source = tmp_path / "page.cpp"
    source.write_text(f"{SURROUNDINGS}{includes}\nint main() {{\n{body}\n}}\n")
    found = installation()
    run(COMPILER, *STRICT, "-Wno-unused", source, *f"{found.cflags} {found.libs}".split(), "-o", tmp_path / "page")
    if page.name == "cpp.md":
        shutil.copytree(tagger, tmp_path / "tagger")
        lading.fold({"even": tagger, "odd": tagger}, key="event_number").save(tmp_path / "folded")
        said = run(tmp_path / "page", cwd=tmp_path)
        assert "variable 'event_number' of input 'event': 1.5 does not fit into int64\n" in said


def test_the_c_of_the_page_runs(tmp_path: Path, tagger: Path) -> None:
    (block,) = snippets(ROOT / "docs" / "cpp.md", "c")
    source = tmp_path / "page.c"
    source.write_text(block)
    found = installation()
    flags = f"{found.cflags} {found.libs}".split()
    run(os.environ.get("CC", "cc"), "-std=c99", "-Wall", "-Wextra", "-Werror", source, *flags, "-o", tmp_path / "page")
    shutil.copytree(tagger, tmp_path / "tagger")
    assert re.fullmatch(r"p_b = 0\.\d+\n", run(tmp_path / "page", cwd=tmp_path))


def test_the_cmake_of_the_page_is_that_of_the_example() -> None:
    (block,) = snippets(ROOT / "docs" / "cpp.md", "cmake")
    assert block in (EXAMPLE / "CMakeLists.txt").read_text()
