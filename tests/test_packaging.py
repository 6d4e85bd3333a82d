"""The release archive is the same wherever it is made, builds without Python, and the recipes are of this version."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
RECIPES = ROOT / "packaging"
VERSION = re.search(r'LADING_VERSION "(.*)"', (ROOT / "cpp/src/version.hpp").read_text())[1]  # type: ignore[index]
URL = "https://example.org/lading.tar.gz"
BUILD_TOOLS = ("make", "c++", "cc", "g++", "gcc", "as", "ld", "ar", "ranlib", "nm", "strip", "objcopy", "objdump", "sh",
               "uname", "sed", "cat", "mkdir", "rm")  # fmt: skip


def said(*command: str | Path, **options: object) -> str:
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return str(done.stdout)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone whose one commit is the files as they lie here, so that the script finds nothing that no commit holds."""
    folder = tmp_path_factory.mktemp("clone") / "lading"
    files = said("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).splitlines()
    for name in files:
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    user = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    for command in (("init", "-q"), ("add", "-A"), (*user, "commit", "-q", "-m", "files", "--date=2026-01-01T00:00Z")):
        said("git", *command, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def released(checkout: Path) -> Path:
    """The folder that release.sh writes."""
    said("packaging/release.sh", "dist", URL, cwd=checkout)
    return checkout / "dist"


def test_the_archive_is_the_same_bytes_each_time(checkout: Path, released: Path, tmp_path: Path) -> None:
    printed = said(checkout / "packaging" / "release.sh", tmp_path)
    archive = (released / f"lading-{VERSION}.tar.gz").read_bytes()
    assert archive == (tmp_path / f"lading-{VERSION}.tar.gz").read_bytes()
    assert printed.split()[0] == hashlib.sha256(archive).hexdigest()


def test_it_refuses_what_no_commit_holds(checkout: Path, tmp_path: Path) -> None:
    said("git", "clone", "-q", checkout, tmp_path / "changed")
    with (tmp_path / "changed" / "README.md").open("a") as page:
        page.write("more\n")
    done = subprocess.run([tmp_path / "changed/packaging/release.sh"], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "there are changes that no commit holds; the archive would not have them\n"


def test_it_refuses_files_that_name_another_version(checkout: Path, tmp_path: Path) -> None:
    said("git", "clone", "-q", checkout, tmp_path / "changed")
    page = tmp_path / "changed" / "pyproject.toml"
    page.write_text(page.read_text().replace(f'version = "{VERSION}"', 'version = "9.9.9"'))
    done = subprocess.run([tmp_path / "changed/packaging/release.sh"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, f"pyproject.toml does not say version {VERSION}\n")


def test_the_recipes_are_of_this_version_and_archive(released: Path) -> None:
    sha256 = hashlib.sha256((released / f"lading-{VERSION}.tar.gz").read_bytes()).hexdigest()
    spack = (released / "spack" / "package.py").read_text()
    ast.parse(spack)
    assert f'version("{VERSION}", sha256="{sha256}")' in spack and f'url = "{URL}"' in spack
    conda = yaml.safe_load((released / "conda-forge" / "recipe.yaml").read_text())
    assert conda["context"]["version"] == VERSION
    assert conda["source"] == {"url": URL, "sha256": sha256}
    assert f"LCG_external_package(lading {VERSION})" in (released / "lcg" / "lading.cmake").read_text()


#: What has to go with the files that lading is compiled to.
LICENCES = ("LICENSE", "THIRD-PARTY.md")


def test_the_licences_are_in_the_archive_and_in_the_wheel(released: Path) -> None:
    with tarfile.open(released / f"lading-{VERSION}.tar.gz") as archive:
        assert {f"lading-{VERSION}/{name}" for name in LICENCES} <= set(archive.getnames())
    installed = {each.name: each for each in distribution("lading").files or () if each.parent.name == "licenses"}
    for name in LICENCES:
        assert installed[name].locate().read_bytes() == (ROOT / name).read_bytes()  # type: ignore[attr-defined]
    conda = yaml.safe_load((released / "conda-forge" / "recipe.yaml").read_text())
    assert conda["about"]["license_file"] == list(LICENCES)


def test_the_notices_name_what_is_compiled_in() -> None:
    """Folders of headers but those of the system, and of ROOT and Eigen, which the code around lading's headers has."""
    sources = [path for folder in ("src", "bindings", "include") for path in (ROOT / "cpp" / folder).rglob("*.*pp")]
    seen = {name for path in sources for name in re.findall(r"#include <(\w+)/", path.read_text())}
    assert seen - {"lading", "sys", "ROOT", "Eigen"} == {"nlohmann", "nanobind", "numpy"}
    notices = (ROOT / "THIRD-PARTY.md").read_text()
    for line in ("Niels Lohmann <https://nlohmann.me>", "Copyright (c) 2022 Wenzel Jakob", "NumPy Developers"):
        assert line in notices


def requirements() -> Iterator[str]:
    text = (ROOT / "pyproject.toml").read_text()
    needs = re.search(r"\ndependencies = \[(.*?)\]", text, re.S)[1]  # type: ignore[index]
    yield from re.findall(r'"([\w-]+)[>=\d.]*"', needs)


def test_the_recipes_need_what_the_package_needs(released: Path) -> None:
    spack = (released / "spack" / "package.py").read_text()
    conda = yaml.safe_load((released / "conda-forge" / "recipe.yaml").read_text())
    run = [each.split()[0] for each in conda["outputs"][1]["requirements"]["run"]]
    for name in requirements():
        assert f'depends_on("py-{name}@' in spack
        assert name in run


#: What conda-forge's builds pin for all recipes.
PINNED = """
cxx_compiler: [gxx]
c_stdlib: [sysroot]
c_stdlib_version: ["2.17"]
python: ["3.10", "3.12"]
"""


@pytest.mark.full
def test_conda_forges_builder_takes_the_recipe(released: Path) -> None:
    """One library, and a Python package for each version of Python that conda-forge has."""
    from rattler_build import Stage0Recipe, VariantConfig

    recipe = Stage0Recipe.from_file(str(released / "conda-forge" / "recipe.yaml"))
    rendered = [each.recipe.to_dict() for each in recipe.render(VariantConfig.from_yaml(PINNED))]
    built = sorted({(each["package"]["name"], each["build"]["string"]) for each in rendered})
    assert [string[:5] for name, string in built if name == "lading"] == ["py310", "py312"]
    assert [name for name, _ in built if name != "lading"] == ["liblading"]
    for each in rendered:
        assert each["package"]["version"] == VERSION and each["source"][0]["url"] == URL
        assert "gxx_linux-64" in each["requirements"]["build"]


def cmake() -> Path:
    """The program itself: what PyPI installs in its place is a script of Python."""
    found = Path(shutil.which("cmake") or pytest.fail("no cmake"))
    if found.read_bytes()[:2] == b"#!":
        return Path(said(sys.executable, "-c", "import cmake; print(cmake.CMAKE_BIN_DIR)").strip()) / "cmake"
    return found


def json_folder() -> Path:
    import nlohmann_json

    return Path(nlohmann_json.__file__ or "").parent / "include"


@pytest.mark.full
@pytest.mark.parametrize("shared", ["ON", "OFF"])
def test_it_builds_in_an_empty_folder_without_python(released: Path, tmp_path: Path, shared: str) -> None:
    """By what a minimal machine has on its PATH; no home, no network that a build could ask."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in BUILD_TOOLS:
        if found := shutil.which(name, path="/usr/bin:/bin"):
            (tools / name).symlink_to(found)
    here = {"PATH": str(tools), "HOME": "/nonexistent", "http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
    with tarfile.open(released / f"lading-{VERSION}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    source, prefix, program = tmp_path / f"lading-{VERSION}", tmp_path / "prefix", cmake()
    json = tmp_path / "json"
    shutil.copytree(json_folder(), json)
    options = [f"-DCMAKE_INSTALL_PREFIX={prefix}", f"-DLADING_JSON_INCLUDE={json}", f"-DBUILD_SHARED_LIBS={shared}"]
    said(program, "-S", source, "-B", tmp_path / "build", "-G", "Unix Makefiles", *options, env=here)
    said(program, "--build", tmp_path / "build", "--parallel", str(os.cpu_count()), env=here)
    said(program, "--install", tmp_path / "build", env=here)
    assert not re.search(r"^_?Python", (tmp_path / "build" / "CMakeCache.txt").read_text(), re.M)
    loop = tmp_path / "loop"
    said(program, "-S", source / "cpp/examples/event_loop", "-B", loop, "-G", "Unix Makefiles",
         f"-DCMAKE_PREFIX_PATH={prefix}", env=here)  # fmt: skip
    said(program, "--build", loop, env=here)
    import lading

    folder = ROOT / "examples" / "tagger"
    lading.convert(folder / "tagger.onnx", describe=folder / "papers.json", compare=False).save(tmp_path / "tagger")
    printed = said(loop / "event_loop", tmp_path / "tagger", env={"PATH": ""})
    assert len(printed.splitlines()) == 100
