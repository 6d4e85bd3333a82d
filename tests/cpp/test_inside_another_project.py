"""A project that takes lading in by add_subdirectory keeps its own settings; nothing is compiled here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from building import ROOT, configured, run

AROUND = """
cmake_minimum_required(VERSION 3.20)
project(around LANGUAGES CXX)
BEFORE
add_subdirectory(ROOT lading)
file(WRITE ${CMAKE_BINARY_DIR}/other.cpp "")
add_library(other ${CMAKE_BINARY_DIR}/other.cpp)
function(tell target property)
  get_target_property(value ${target} ${property})
  message(STATUS "${target} ${property}=${value}")
endfunction()
tell(other TYPE)
tell(other CXX_STANDARD)
tell(lading TYPE)
tell(lading_objects CXX_STANDARD)
foreach(name BUILD_SHARED_LIBS CMAKE_BUILD_TYPE CMAKE_EXPORT_COMPILE_COMMANDS CMAKE_INSTALL_LIBDIR)
  message(STATUS "${name}=${${name}}")
endforeach()
if(TARGET _lading)
  message(STATUS "module=there")
endif()
"""


def told(folder: Path, *options: str, before: str = "") -> dict[str, str]:
    """What the project around lading has after it."""
    folder.mkdir(exist_ok=True)
    (folder / "CMakeLists.txt").write_text(AROUND.replace("ROOT", str(ROOT), 1).replace("BEFORE", before))
    said = run(*configured(folder, folder / "build", *options))
    return dict(re.findall(r"^-- ([\w ]+)=(.*)$", said, re.M))


def test_what_is_around_stays_as_it_was(tmp_path: Path) -> None:
    assert told(tmp_path, "-DCMAKE_INSTALL_LIBDIR=lib") == {
        "other TYPE": "STATIC_LIBRARY", "other CXX_STANDARD": "value-NOTFOUND",
        "lading TYPE": "SHARED_LIBRARY", "lading_objects CXX_STANDARD": "20",
        "BUILD_SHARED_LIBS": "", "CMAKE_BUILD_TYPE": "", "CMAKE_EXPORT_COMPILE_COMMANDS": "",
        "CMAKE_INSTALL_LIBDIR": "lib",
    }  # fmt: skip
    assert not list((tmp_path / "build").rglob("CTestTestfile.cmake"))
    assert not (tmp_path / "build" / "compile_commands.json").exists()
    assert "BUILD_SHARED_LIBS" not in (tmp_path / "build" / "CMakeCache.txt").read_text()


def test_a_package_of_python_around_it_gets_no_module(tmp_path: Path) -> None:
    found = told(tmp_path, "-DSKBUILD=2", "-DCMAKE_INSTALL_LIBDIR=lib")
    assert "module" not in found and found["CMAKE_INSTALL_LIBDIR"] == "lib"


@pytest.mark.parametrize(("option", "lading", "other"), [
    ("-DBUILD_SHARED_LIBS=OFF", "STATIC", "STATIC"), ("-DBUILD_SHARED_LIBS=ON", "SHARED", "SHARED"),
    ("-DLADING_SHARED=OFF", "STATIC", "STATIC"), ("-DLADING_SHARED=ON", "SHARED", "STATIC"),
])  # fmt: skip
def test_which_library_it_is(option: str, lading: str, other: str, tmp_path: Path) -> None:
    """Also where the folder was configured otherwise before."""
    for options in ((), (option,)):
        found = told(tmp_path, *options)
    assert (found["lading TYPE"], found["other TYPE"]) == (f"{lading}_LIBRARY", f"{other}_LIBRARY")


def test_a_variable_of_the_project_around_it_is_asked(tmp_path: Path) -> None:
    for name in ("BUILD_SHARED_LIBS", "LADING_SHARED"):
        assert told(tmp_path / name, before=f"set({name} OFF)")["lading TYPE"] == "STATIC_LIBRARY"
