"""What the engine promises beside its numbers: no allocation, no floating-point flags, a small library."""

from __future__ import annotations

import platform
import re
import subprocess
from pathlib import Path

import models
import pytest
from building import ROOT, run

import lading


def test_runs_allocate_nothing_within_what_was_reserved(programs: Path, bundles: Path) -> None:
    assert ", 0 failures" in run(programs / "allocations", *(bundles / name for name in models.MODELS))


def test_the_allocation_counter_sees_what_was_not_reserved(programs: Path, bundles: Path) -> None:
    command = [programs / "allocations", bundles / "tagger"]
    done = subprocess.run(command, capture_output=True, text=True, env={"LADING_TEST_RESERVE": "no"})
    assert done.returncode == 1 and "allocations in 40 runs" in done.stdout


def test_runs_raise_no_flag_and_keep_the_callers_floating_point_environment(programs: Path, bundles: Path) -> None:
    of_format = sorted(path.parent for path in (ROOT / "tests" / "data" / "format").glob("*/*/model.json"))
    assert len(of_format) >= 20
    paths = [*(bundles / name for name in models.MODELS), *of_format]
    assert ", 0 failures" in run(programs / "float_environment", *paths)


def library(built: Path) -> Path:
    return (built / "cpp" / "liblading.so").resolve()


def declared_functions() -> set[str]:
    header = (Path(__file__).parents[2] / "cpp" / "include" / "lading" / "lading.h").read_text()
    return set(re.findall(r"\b(lading_\w+)\(", header))


def test_functions_are_only_added() -> None:
    """Those that liblading.so.1 ever had: the list may grow, and is begun anew with liblading.so.2."""
    listed = (Path(__file__).parent / "functions_of_so_1.txt").read_text().split()
    assert len(listed) >= 46 and set(listed) <= declared_functions()
    assert "SOVERSION 1 " in (Path(__file__).parents[2] / "cpp" / "CMakeLists.txt").read_text()


def test_only_the_c_interface_is_exported(built: Path) -> None:
    declared = declared_functions()
    exported = {line.split()[-1] for line in run("nm", "-D", "--defined-only", library(built)).splitlines()}
    assert exported == declared


def test_it_needs_nothing_but_the_run_time_libraries(built: Path) -> None:
    needed = re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-d", library(built)))
    loader = f"ld-linux-{platform.machine().replace('_', '-')}.so"
    allowed = ("libstdc++.so", "libm.so", "libgcc_s.so", "libc.so", loader)
    assert needed and [name for name in needed if not name.startswith(allowed)] == []


def test_it_is_small(built: Path, tmp_path: Path) -> None:
    run("strip", "-o", tmp_path / "stripped.so", library(built))
    assert (tmp_path / "stripped.so").stat().st_size < 2_000_000


def test_it_leaves_no_trace_and_stands_beside_another_version(
    built: Path, programs: Path, bundles: Path, tmp_path: Path
) -> None:
    content, version = library(built).read_bytes(), lading.__version__.encode() + b"\0"
    assert version in content
    other = tmp_path / "other.so"
    other.write_bytes(content.replace(version, b"9.9.9\0"))
    assert ", 0 failures" in run(programs / "library", library(built), other, bundles / "tagger")


def test_nothing_of_one_instruction_set_is_used_by_another(built: Path) -> None:
    """A weak symbol of a wide kernel, if the linker kept it, would run on CPUs that do not have its instructions."""
    objects = sorted(built.glob("cpp/CMakeFiles/lading_kernels_*.dir/**/*.o"))
    assert len(objects) >= 6
    for path in objects:
        isa = re.search(r"lading_kernels_(\w+)\.dir", str(path))[1]  # type: ignore[index]
        for line in run("nm", "-C", path).splitlines():
            kind, name = line[17:18], line[19:]
            assert kind not in "WVu", f"{path.name} ({isa}) holds the weak symbol {name}"
            if kind in "TDBR":
                assert re.search(rf"lading::(trees::)?{isa}::", name), f"{path.name} ({isa}) defines {name}"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="knows the names of x86-64 instructions only")
def test_no_wide_instruction_stands_outside_the_wide_kernels(built: Path) -> None:
    objects = list(built.glob("cpp/CMakeFiles/lading_*objects.dir/src/**/*.o"))
    assert len(objects) > 150
    wide = re.compile(r"%[yz]mm\d")
    found = [path.name for path in objects if wide.search(run("objdump", "-d", "--no-show-raw-insn", path))]
    assert found == []
