"""How long one call takes, beside ONNX Runtime, in the same process and in turns.

    python benchmarks/networks.py examples/tagger/*.onnx

Both run on one thread on prepared tensors: in C (``native.cpp``: ``lading_run_graph`` and ``OrtApi::Run``) and by their
Python calls (``Session.run`` and ``InferenceSession.run``). Rows are batch sizes, or numbers of elements for networks
without an entry axis. Every time is the median of many calls, the two taking turns, and the ratio the median of three
rounds with its spread. Times of a shared machine are noise; ratios in one run are not.
"""

from __future__ import annotations

import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import lading
from lading import engine
from lading.agreement.cases import cases_of
from lading.agreement.sources import to_source
from lading.engine.installation import installation
from lading.model import Model

BATCHES, LENGTHS = (1, 8, 64, 1024), (1, 5, 15, 40)
ROUNDS, SECONDS = 3, 0.25
SEQUENCE = 15  # elements of each entry of a batch


def runtime(path: Path) -> Any:
    """ONNX Runtime on one thread, with all of its optimisations."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def resized(model: Model, entries: int, length: int) -> dict[str, np.ndarray]:
    """Inputs of ``entries`` entries with ``length`` elements each."""
    case = next(case for case in cases_of(model) if case.entries == 1)
    random, made = np.random.default_rng(1), {}
    for given in model.input_list:
        shape = [entries if use == model.entry_axis else length if use == model.sequence_axis(given.axes) else size
                 for use, size in zip(given.axes, case.tensors[given.name].shape, strict=True)]
        ones = given.mask is not None or "mask" in given.name
        made[given.name] = np.ones(shape, np.float32) if ones else np.float32(random.normal(size=shape))
    return made


def median(call: Callable[[], Any], seconds: float) -> float:
    """Microseconds of one call."""
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1e6 * statistics.median(times)


def in_turns(rounds: list[list[float]], peer: str = "onnxruntime") -> dict[str, float]:
    """Times of rounds (lading, ``peer``), and how many times longer the peer takes."""
    ratios = sorted(theirs / ours for ours, theirs in rounds)
    ours, theirs = (statistics.median(each) for each in zip(*rounds, strict=True))
    return {"lading": ours, peer: theirs, "ratio": ratios[1], "lowest": ratios[0], "highest": ratios[-1]}


def events(model: Model, tensors: dict[str, np.ndarray]) -> dict[str, Any]:
    """The tensors as ``session.run`` takes them: sequences as values one after the other, and their counts."""
    made: dict[str, Any] = {}
    for given in model.input_list:
        array, axis = tensors[given.name], model.sequence_axis(given.axes)
        if given.mask is not None:
            continue  # which the session makes
        if axis is None:
            made[given.name] = array
        else:
            place = given.axes.index(axis)
            entries = array.shape[0] if model.entry_axis in given.axes else 1
            counts = np.full(entries, array.shape[place], np.int64)
            made[given.name] = np.ascontiguousarray(array.reshape(-1, *array.shape[place + 1 :])), counts
    return made


def in_python(model: Model, session: Any, peer: Any, tensors: dict[str, np.ndarray]) -> dict[str, float]:
    """By the Python call of each, on arrays that are ready."""
    ready, fed = events(model, tensors), to_source(model, tensors)
    names = {each.name for each in peer.get_inputs()}
    fed = {name: array for name, array in fed.items() if name in names}
    calls = (lambda: session.run(ready)), (lambda: peer.run(None, fed))
    first, expected = next(iter(calls[0]().values())), calls[1]()[0]
    first = first[0] if isinstance(first, tuple) else first
    if not np.allclose(first.reshape(expected.shape), expected, atol=1e-4):
        raise RuntimeError("the results differ")
    return in_turns([[median(call, SECONDS) for call in calls] for _ in range(ROUNDS)])


def build(folder: Path, name: str = "native") -> Path:
    """A program that measures in C."""
    found, program = installation(), folder / name
    source = Path(__file__).with_name(f"{name}.cpp")
    flags = shlex.split(f"{found.cflags} {source} -o {program} {found.libs} -ldl")
    subprocess.run(["c++", "-O2", "-std=c++17", *flags], check=True)
    return program


def library() -> Path:
    """ONNX Runtime's."""
    import onnxruntime

    return next((Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so.*"))


def described(model: Model, peer: Any, tensors: dict[str, np.ndarray]) -> str:
    """What the programs read: tensors and names of outputs."""
    lines = [f"inputs {len(tensors)}"]
    for ours, theirs in zip(tensors, to_source(model, tensors), strict=True):
        kind = "ones" if (tensors[ours] == 1).all() else "random"
        lines.append(f"{theirs} {kind} {tensors[ours].ndim} {' '.join(map(str, tensors[ours].shape))}")
    outputs = [each.name for each in peer.get_outputs()]
    lines.append(f"outputs {len(outputs)} {' '.join(outputs)}")
    return "\n".join(lines)


def said(command: list[Any], fed: str) -> list[str]:
    """The lines that a program prints. Raises RuntimeError with what it says if it fails."""
    done = subprocess.run([str(each) for each in command], input=fed, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.splitlines()


def in_c(program: Path, path: Path, bundle: Path, model: Model, peer: Any, tensors: dict[str, np.ndarray],
         *regime: str) -> dict[str, float]:  # fmt: skip
    """By the C interface of each; their results are compared, so that nobody measures something else."""
    fed = described(model, peer, tensors)
    *rounds, difference = said([program, library(), path, bundle, *regime], fed)
    if not float(difference) < 1e-4:
        raise RuntimeError(f"the results differ by {difference}")
    return in_turns([[float(x) for x in line.split()] for line in rounds])


def measure(path: Path, folder: Path, program: Path) -> list[dict[str, Any]]:
    """The rows of one network."""
    model = lading.convert(path, compare=False)
    model.save(bundle := folder / path.stem)
    session, peer = model.session(), runtime(path)
    rows = []
    for size in BATCHES if model.batched else LENGTHS:
        tensors = resized(model, size, SEQUENCE) if model.batched else resized(model, 1, size)
        try:
            found = {"c": in_c(program, path, bundle, model, peer, tensors),
                     "python": in_python(model, session, peer, tensors)}  # fmt: skip
        except Exception as error:  # a length that the file fixes, or one too short for its TopK
            print(f"{path.stem} {size}: not measured: {str(error).splitlines()[0][:90]}")
            continue
        rows.append({"network": path.stem, "size": size, "kind": "entries" if model.batched else "elements", **found})
        print(line(rows[-1]), flush=True)
    return rows


HEAD = """| network | size | lading, C | ONNX Runtime, C | ratio | lading, Python | ONNX Runtime, Python | ratio |
|---|---|---|---|---|---|---|---|"""


def line(row: dict[str, Any]) -> str:
    """A row in Markdown, times in microseconds."""
    cells = [row["network"], f"{row['size']} {row['kind']}"]
    for way in ("c", "python"):
        found = row[way]
        cells += [f"{found['lading']:.1f}", f"{found['onnxruntime']:.1f}",
                  f"{found['ratio']:.2f} ({found['lowest']:.2f}–{found['highest']:.2f})"]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def measured(paths: list[Path]) -> list[dict[str, Any]]:
    """The rows of all networks."""
    print(f"instruction set {engine.isa()}, numerics {engine.numerics()}, one thread")
    with tempfile.TemporaryDirectory() as folder:
        program = build(Path(folder))
        return [row for path in paths for row in measure(path, Path(folder), program)]


if __name__ == "__main__":
    measured([Path(each) for each in sys.argv[1:]])
