"""Hostile files and all test programs under the address, undefined-behaviour and thread sanitizers."""

from __future__ import annotations

import sys
from pathlib import Path

import models
import pytest
from building import ROOT, Build, run

sys.path.insert(0, str(ROOT / "tests" / "bundle"))
import broken
import broken_files
import small

from lading.bundle import archive, safetensors

#: Every run checks addresses, and of what is undefined that which goes wrong in silence on this machine. All that is
#: undefined takes half as long again to compile: the long checks look for it.
SANITIZERS = {
    "sanitized": "address,signed-integer-overflow,shift,bounds,integer-divide-by-zero,bool,enum,return,unreachable,"
                 "pointer-overflow",
    "sanitized-all": "address,undefined",
}  # fmt: skip


@pytest.fixture(scope="session", params=["sanitized", pytest.param("sanitized-all", marks=pytest.mark.full)])
def sanitized(build: Build, request: pytest.FixtureRequest) -> Path:
    """The folder of a build that stops at the first wrong address or undefined operation."""
    return build(f"cpp-{request.param}", f"-DLADING_SANITIZE={SANITIZERS[request.param]}") / "cpp"


@pytest.mark.parametrize("program", ["api", "batch", "refusals", "c_api"])
def test_the_programs(sanitized: Path, bundles: Path, program: str) -> None:
    assert ", 0 failures" in run(sanitized / "tests" / program, bundles)


def test_threads_and_rounding_modes(sanitized: Path, bundles: Path) -> None:
    for program in ("threads", "float_environment"):
        assert ", 0 failures" in run(sanitized / "tests" / program, *(bundles / name for name in models.MODELS))


def broken_paths(folder: Path) -> list[Path]:
    """Every broken bundle that tests/bundle knows, written."""
    cases = [(model, None) for _, model, _ in broken.refusals()] + [(model, None) for model, _ in broken.TEXTS.values()]
    cases += [(broken.MODEL, weights) for weights, _ in broken_files.TENSORS.values()]
    paths = [broken.write(folder / str(at), model, weights) for at, (model, weights) in enumerate(cases)]
    for at, (data, _) in enumerate(broken_files.ARCHIVES.values()):
        paths.append(folder / f"{at}.lading")
        paths[-1].write_bytes(data)
    return paths


def test_the_reader_on_every_broken_bundle(sanitized: Path, tmp_path: Path) -> None:
    paths = broken_paths(tmp_path)
    said = run(sanitized / "tests" / "read_bundle", "--all", *paths).splitlines()
    assert len(said) == len(paths) >= 300
    assert [line for line in said if line.startswith("ok ")] == []


def seeds(folder: Path) -> list[Path]:
    """Inputs that begin well: the good bundles, and those that break one rule."""
    record = b'"weights": {"file": "weights.safetensors", "sha256": "SHA", "bytes": "SIZE"}'
    texts = [model if isinstance(model, bytes) else broken.as_bytes(model) for _, model, _ in broken.refusals()[::8]]
    inputs = [b"j" + text for text in texts] + [b"j" + model for model, _ in broken.TEXTS.values() if len(model) < 9999]
    for made in [small.model(), *(make() for make in models.MODELS.values())]:
        made.save(folder / made.name)
        text = (folder / made.name / "model.json").read_bytes()
        weights = folder / made.name / "weights.safetensors"
        data = weights.read_bytes() if weights.exists() else b""
        start = text.find(b'"weights": {')
        if start >= 0:
            text = text[:start] + record + text[text.index(b"}", start) + 1 :]
        inputs += [b"j" + text + b"\0" + data, b"s" + data]
    inputs += [b"s" + data for data, _ in broken_files.TENSORS.values()] + [b"s" + safetensors.to_bytes(broken.WEIGHTS)]
    inputs += [b"z" + data for data, _ in broken_files.ARCHIVES.values()]
    inputs += [b"z" + archive.to_bytes(broken_files.MEMBERS)]
    paths = []
    for at, data in enumerate(inputs):
        paths.append(folder / f"{at}.seed")
        paths[-1].write_bytes(data)
    return paths


def graphs(folder: Path) -> list[Path]:
    """Every operator, small networks and forests; written by a process of its own, which looks into many folders."""
    run(sys.executable, ROOT / "tests" / "hostile" / "graph_seeds.py", folder)
    return sorted(folder.glob("*.seed"))


#: Some runs of a second; what a graph does takes longer than to read it.
RUNS = {"fuzz_bundle": 100, "fuzz_graph": 10}


def fuzz(sanitized: Path, folder: Path, target: str, seconds: int, seed: int) -> None:
    inputs = seeds(folder) if target == "fuzz_bundle" else graphs(folder)
    cache = (sanitized.parent / "CMakeCache.txt").read_text()
    if "CMAKE_CXX_COMPILER_ID:STRING=Clang" in cache or "clang++" in cache:
        options = [f"-max_total_time={seconds}", f"-seed={seed}", "-max_len=65536"]
        run(sanitized / "fuzz" / target, *options, folder, cwd=folder)
        return
    said = run(sanitized / "fuzz" / target, str(seconds), str(seed), *inputs, cwd=folder)
    assert int(said.split()[0]) > RUNS[target] * seconds, said  # it does get around


@pytest.mark.parametrize("target", RUNS)
def test_a_short_fuzz(sanitized: Path, tmp_path: Path, target: str) -> None:
    fuzz(sanitized, tmp_path, target, 15, 1)


@pytest.mark.full
@pytest.mark.parametrize("sanitized", ["sanitized-all"], indirect=True)
@pytest.mark.parametrize("target", RUNS)
def test_a_long_fuzz(sanitized: Path, tmp_path: Path, target: str) -> None:
    for seed in range(2, 8):
        fuzz(sanitized, tmp_path, target, 60, seed)


@pytest.mark.full
def test_sixteen_threads_do_not_race(build: Build, bundles: Path) -> None:
    programs = build("cpp-threads", "-DLADING_SANITIZE=thread") / "cpp" / "tests"
    assert ", 0 failures" in run(programs / "threads", *(bundles / name for name in models.MODELS))
    assert ", 0 failures" in run(programs / "batch", bundles)
