"""What it weighs: library, wheel, installed packages, import and load times, beside ONNX Runtime.

    python benchmarks/footprint.py examples/tagger/tagger.onnx

Times are medians of five fresh processes.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import lading
from lading.engine.installation import installation

PROGRAMS = {
    "import": ("import lading", "import onnxruntime"),
    "load and compile": ("import lading.bundle, lading.engine, time; t = time.perf_counter(); "
                         "lading.load({bundle!r}).session(); print(time.perf_counter() - t)",
                         "import onnxruntime, time; t = time.perf_counter(); onnxruntime.InferenceSession({onnx!r}, "
                         "providers=['CPUExecutionProvider']); print(time.perf_counter() - t)"),
}  # fmt: skip


def seconds(code: str, printed: bool) -> float:
    """Median of five processes: what each prints, or all it takes."""
    found = []
    for _ in range(5):
        start = time.perf_counter()
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        found.append(float(out) if printed else time.perf_counter() - start)
    return statistics.median(found)


def installed(package: str) -> tuple[int, float]:
    """Distributions that a package needs at run time, itself included, without extras, and their megabytes."""
    names, waiting = {package}, [package]
    while waiting:
        for need in distribution(waiting.pop()).requires or ():
            name = re.split(r"[\s;\[<>=!~(]", need)[0]
            if "extra ==" not in need and "python_version <" not in need and name not in names:
                names.add(name)
                waiting.append(name)
    sizes = sum(file.locate().stat().st_size for name in names for file in distribution(name).files or ()
                if file.locate().exists())  # fmt: skip
    return len(names), sizes / 1e6


def wheel() -> tuple[float, float]:
    """Megabytes of lading's wheel, and of what it installs."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--quiet", "--no-deps", "--no-build-isolation", "-w", folder, "."]
        subprocess.run([sys.executable, "-m", "pip", "wheel", *options], check=True, cwd=Path(__file__).parents[1])
        (made,) = Path(folder).glob("lading-*.whl")
        return made.stat().st_size / 1e6, sum(each.file_size for each in zipfile.ZipFile(made).infolist()) / 1e6


def compressed(package: str) -> float:
    """Megabytes of a package's files in one archive, as in its wheel."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for each in distribution(package).files or ():
                if each.locate().exists() and each.suffix != ".pyc":
                    archive.write(each.locate(), str(each))
        return file.tell() / 1e6


def peer_library() -> float:
    import onnxruntime

    (library,) = (Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so.*")
    return library.stat().st_size / 1e6


def measured(onnx: Path) -> list[tuple[str, str, str]]:
    """What is measured, of lading, of ONNX Runtime."""
    (count, others), (peers, peer_size) = installed("lading"), installed("onnxruntime")
    own, unpacked = wheel()
    others -= sum(f.locate().stat().st_size for f in distribution("lading").files or () if f.locate().exists()) / 1e6
    rows = [
        ("library, stripped, all instruction sets",
         f"{(installation().library / 'liblading.so.1').stat().st_size / 1e6:.2f} MB", f"{peer_library():.1f} MB"),
        ("wheel", f"{own:.1f} MB", f"{compressed('onnxruntime'):.1f} MB"),
        ("packages installed, NumPy included", f"{count} (with the command line)", str(peers)),
        ("megabytes installed, NumPy included", f"{others + unpacked:.0f}", f"{peer_size:.0f}"),
    ]  # fmt: skip
    nothing = seconds("pass", printed=False)
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "bundle"
        lading.convert(onnx, compare=False).save(bundle)
        for what, codes in PROGRAMS.items():
            inside = what != "import"
            times = [seconds(code.format(bundle=str(bundle), onnx=str(onnx)), inside) - (0 if inside else nothing)
                     for code in codes]  # fmt: skip
            rows.append((f"{what} ({onnx.stem})" if inside else what, *(f"{1e3 * time:.1f} ms" for time in times)))
    return rows


def table(rows: list[tuple[str, str, str]]) -> str:
    return "\n".join(["| | lading | ONNX Runtime |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)])


if __name__ == "__main__":
    print(table(measured(Path(sys.argv[1]).resolve())))
