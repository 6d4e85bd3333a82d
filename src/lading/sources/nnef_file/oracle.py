"""The interpreter of the package nnef, Khronos' own, as the judge of a conversion."""

from __future__ import annotations

import importlib.util
import io
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...agreement import OracleFailed
from .container import GRAPH, Container
from .papers import SideFile

#: Runs in a process of its own: the interpreter does not check all that it reads.
WORKER = """
import io, sys
import nnef, numpy
with numpy.load(io.BytesIO(sys.stdin.buffer.read())) as file:
    fed = {name: file[name] for name in file.files}
lowered = sys.argv[2].split()
graph = nnef.load_graph(sys.argv[1], lowered=lowered, load_variables=False)
shapes = {o.outputs["output"]: o.attribs["shape"] for o in graph.operations if o.name == "external"}
arrays = [fed[name] for name in graph.inputs]
axes = [[i for i, (n, one) in enumerate(zip(a.shape, shapes[name])) if n != one]
        for a, name in zip(arrays, graph.inputs)]
axis = next((each[0] for each in axes if each), 0)
entries = max((a.shape[each[0]] for a, each in zip(arrays, axes) if each), default=1)
results = []
with nnef.Session(sys.argv[1], stdlib="", lowered=lowered) as session:
    for entry in range(entries):
        one = [a if not each else a.take([entry], each[0]) for a, each in zip(arrays, axes)]
        results.append([r.copy() for r in session(*map(numpy.ascontiguousarray, one))])
out = io.BytesIO()
numpy.savez(out, **{name: numpy.concatenate(made, axis) if entries > 1 else made[0]
                    for name, made in zip(graph.outputs, zip(*results))})
sys.stdout.buffer.write(out.getvalue())
"""

#: Operations that the interpreter has only as the formulas that they stand for.
COMPOUND = ("clamp", "rms_pool", "l1_normalization", "l2_normalization", "batch_normalization", "separable_conv",
            "local_response_normalization", "local_mean_normalization", "local_variance_normalization",
            "local_contrast_normalization", "moments", "prelu", "softabs", "area_downsample", "nearest_downsample",
            "nearest_upsample", "copy_n", "add_n")  # fmt: skip

#: How far float32 may be from double precision, in the scale of an output, to be the same but for rounding.
NEAR = 1e-5

TIMEOUT = 120  # seconds that one case may take

#: The interpreter's types of numbers.
INTERPRETED = {"i": np.int32, "u": np.int32, "f": np.float32, "b": np.bool_}


def is_installed() -> bool:
    """Whether the package nnef, with its interpreter, is there."""
    return importlib.util.find_spec("_nnef") is not None


class NnefOracle:
    """Runs a model entry by entry. Where ``lading.json`` renames endpoints, both names are taken."""

    def __init__(self, path: Path):
        from importlib.metadata import version

        self.name = f"the interpreter of nnef {version('nnef')}"
        files = Container(path)
        self._path = path
        self._side = SideFile(files)
        self._folder = tempfile.TemporaryDirectory(prefix="lading-nnef-")
        self._files = files
        self._write()

    def _write(self) -> None:
        """The graph and its tensors in a folder of their own, for archives and graphs of another name."""
        from .parsing import parse
        from .words import Words

        text = (self._files.read(GRAPH) or b"").decode()
        folder = Path(self._folder.name)
        (folder / GRAPH).write_text(text)
        document = parse(Words(text, ""))
        self._lowered = " ".join([*COMPOUND, *document.fragments])
        for assignment in document.graph.body:
            call = assignment.value
            if getattr(call, "name", "") == "variable":
                label = str((call.names.get("label") or call.places[1]).value)
                file = folder / (label.lstrip("/") + ".dat")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(self._files.tensor(label))

    def run(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        names = {str(each["name"]): str(each["of"]) for kind in ("inputs", "outputs")
                 for each in self._side.papers.get(kind, []) if "of" in each and "name" in each}  # fmt: skip
        buffer = io.BytesIO()
        fed: dict[str, Any] = {names.get(name, name): array.astype(INTERPRETED[array.dtype.kind])
                               for name, array in tensors.items()}  # fmt: skip
        np.savez(buffer, **fed)
        try:
            command = [sys.executable, "-c", WORKER, self._folder.name, self._lowered]
            done = subprocess.run(command, input=buffer.getvalue(), capture_output=True, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            raise OracleFailed(f"no answer within {TIMEOUT} seconds") from None
        if done.returncode:
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            raise OracleFailed(lines[-1] if lines else f"its process broke down (exit code {done.returncode})")
        types = self._side.types
        with np.load(io.BytesIO(done.stdout)) as file:
            found = {name: _typed(file[name], types.get(name)) for name in file.files}
        own = {of: name for name, of in names.items()}
        return found | {own[name]: array for name, array in found.items() if name in own}

    def run_double(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The graph as it was read, in double precision: no second opinion, so only where it is near to the first."""
        from ...evaluation import evaluator
        from ..nnef import read

        model = read(self._path)
        model.weights = {name: _wide(array) for name, array in model.weights.items()}
        own = {str(each["of"]): str(each["name"]) for kind in ("inputs", "outputs")
               for each in self._side.papers.get(kind, []) if "of" in each and "name" in each}  # fmt: skip
        found = evaluator(model)({own.get(name, name): _wide(array) for name, array in tensors.items()})
        for name, array in self.run(tensors).items():
            exact = found[own.get(name, name)]
            scale = float(np.abs(array.astype(np.float64)).max(initial=0)) or 1.0
            if exact.shape != array.shape or not np.allclose(exact, array, rtol=0, atol=NEAR * scale, equal_nan=True):
                raise OracleFailed("it computes in float32 only, and differs by more than rounding")
        return found | {of: found[name] for of, name in own.items() if name in found}

    def close(self) -> None:
        self._folder.cleanup()


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64) if array.dtype == np.float32 else array


def _typed(array: np.ndarray, type_: str | None) -> np.ndarray:
    return array.astype(type_ or ("int64" if array.dtype.kind == "i" else array.dtype))
