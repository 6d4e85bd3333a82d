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


def main() -> None:
    onnx = Path(sys.argv[1]).resolve()
    library = installation().library / "liblading.so.1"
    print(f"liblading.so.1: {library.stat().st_size / 1e6:.2f} MB, all instruction sets")
    for package in ("lading", "onnxruntime"):
        count, megabytes = installed(package)
        print(f"{package}: {count} distributions, {megabytes:.0f} MB installed (NumPy included)")
    nothing = seconds("pass", printed=False)
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "bundle"
        lading.convert(onnx, compare=False).save(bundle)
        for what, (ours, theirs) in PROGRAMS.items():
            inside = what != "import"
            times = [seconds(code.format(bundle=str(bundle), onnx=str(onnx)), inside) - (0 if inside else nothing)
                     for code in (ours, theirs)]  # fmt: skip
            print(f"{what}: lading {1e3 * times[0]:.1f} ms, ONNX Runtime {1e3 * times[1]:.1f} ms")


if __name__ == "__main__":
    main()
