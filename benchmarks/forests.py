"""How fast forests run, beside the libraries that trained them and others, in one process and in turns.

    python benchmarks/forests.py FOLDER    # FOLDER as forest_shapes.py makes it; writes results/forests.json, README.md

One thread. The forests a to e are trained by XGBoost (all of these run the same one: lading, XGBoost, ONNX Runtime) and
again by LightGBM with the same numbers of trees and leaves (lading, LightGBM, lleaves). Times are microseconds of one
row: the fastest of several rounds, because a shared machine only ever adds; the median stands in results/forests.json.
Every engine's margins are compared with lading's before anything is measured.
"""

from __future__ import annotations

import ctypes
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import forest_shapes
import numpy as np
from networks import runtime
from run import machine, replaced, write

import lading
from lading.engine.installation import installation

BATCHES = (1, 100, 10_000, 100_000)
ROUNDS, LONGEST = 7, 1.5  # seconds that a round may take
HERE = Path(__file__).parent
Predict = Callable[[np.ndarray], np.ndarray]


def program(folder: Path) -> Path:
    """The C++ loop."""
    found, built = installation(), folder / "forest_loop"
    command = f"c++ -O2 -std=c++17 {found.cflags} {HERE / 'forest_loop.cpp'} -o {built} {found.libs}"
    subprocess.run(command, shell=True, check=True)
    return built


def in_a_loop(built: Path, bundle: Path, rows: Path) -> dict[int, list[float]]:
    """lading in C++: (fastest, median) microseconds of a row, by batch size."""
    command = [built, bundle, rows, str(forest_shapes.FEATURES), *map(str, BATCHES)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {int(line.split()[0]): [float(x) for x in line.split()[1:]] for line in said.splitlines()}


def xgboost_predict(path: Path) -> Predict:
    import xgboost

    booster = xgboost.Booster(model_file=path)
    booster.set_param({"nthread": 1})
    return lambda x: booster.inplace_predict(x, predict_type="margin")


def onnxruntime_predict(path: Path, folder: Path) -> Predict:
    """The XGBoost forest in ONNX Runtime, as onnxmltools converts it; gives probabilities."""
    import onnxmltools
    import xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    booster = xgboost.Booster(model_file=path)
    proto = onnxmltools.convert_xgboost(booster, initial_types=[("X", FloatTensorType([None, forest_shapes.FEATURES]))])
    (folder / "forest.onnx").write_bytes(proto.SerializeToString())
    session = runtime(folder / "forest.onnx")
    name = [session.get_outputs()[-1].name]
    return lambda x: session.run(name, {"X": x})[0]


def lightgbm_predict(path: Path) -> Predict:
    import lightgbm

    booster = lightgbm.Booster(model_file=path)
    return lambda x: booster.predict(x, raw_score=True, num_threads=1)


def lightgbm_row(path: Path) -> Callable[[np.ndarray], float]:
    """LightGBM's fast call for single rows, in C: microseconds of a row. Its call from Python is taken away."""
    import lightgbm

    booster, library = lightgbm.Booster(model_file=path), lightgbm.basic._LIB
    fast, length, out = ctypes.c_void_p(), ctypes.c_int64(), (ctypes.c_double * 16)()
    code = library.LGBM_BoosterPredictForMatSingleRowFastInit(
        booster._handle, 1, 0, -1, 1, forest_shapes.FEATURES, b"num_threads=1", ctypes.byref(fast))
    assert code == 0
    call, nothing = library.LGBM_BoosterPredictForMatSingleRowFast, library.LGBM_GetLastError

    def measure(x: np.ndarray, _keep: Any = booster) -> float:  # the handle lives as long as the booster
        rows = np.ascontiguousarray(x[:500], np.float64)
        pointers = [ctypes.c_void_p(rows.ctypes.data + row.nbytes * i) for i, row in enumerate(rows)]
        size, to = ctypes.byref(length), ctypes.byref(out)
        start = time.perf_counter()
        for pointer in pointers:
            call(fast, pointer, size, to)
        between = time.perf_counter()
        for _ in pointers:
            nothing()
        return 1e6 * ((between - start) - (time.perf_counter() - between)) / len(pointers)

    return measure


def once(predict: Predict, x: np.ndarray) -> float:
    """Microseconds of a row."""
    repeats = max(1, min(30, 3000 // len(x)))
    start = time.perf_counter()
    for _ in range(repeats):
        predict(x)
    return 1e6 * (time.perf_counter() - start) / repeats / len(x)


def by_turns(engines: dict[str, Predict], rows: np.ndarray) -> dict[str, dict[int, list[float]]]:
    """(fastest, median) microseconds of a row, by engine and batch size; what takes too long is left out."""
    times: dict[str, dict[int, list[float]]] = {name: {} for name in engines}
    for batch in BATCHES:
        x = np.ascontiguousarray(rows[:batch])
        first = {name: once(predict, x) for name, predict in engines.items()}
        usable = {name: engines[name] for name, each in first.items() if each * batch < LONGEST * 1e6}
        rounds = [{name: once(predict, x) for name, predict in usable.items()} for _ in range(ROUNDS)]
        for name in usable:
            all_of_it = [each[name] for each in rounds]
            times[name][batch] = [min(all_of_it), statistics.median(all_of_it)]
    return times


def measure(folder: Path, shape: str, kind: str, built: Path, work: Path) -> dict[str, Any]:
    """One forest: lading and its peers."""
    path = folder / f"{shape}.{'xgb.json' if kind == 'xgboost' else 'lgb.txt'}"
    rows = np.fromfile(folder / "rows.f32", np.float32).reshape(-1, forest_shapes.FEATURES)
    model = lading.convert(path)
    model.save(work / "bundle")
    session, type_ = model.session(), model.inputs["features"].type
    peers = {"xgboost": xgboost_predict, "lightgbm": lightgbm_predict}[kind](path)
    ours = session.run({"features": rows[:2000].astype(type_)})["margin"]
    assert np.array_equal(ours, peers(rows[:2000]).reshape(ours.shape)), f"{path}: margins differ"

    def ours_in_python(x: np.ndarray) -> np.ndarray:
        return session.run({"features": x.astype(type_, copy=False)})["margin"]

    engines: dict[str, Predict] = {"lading, Python": ours_in_python, f"{kind}, Python": peers}
    if kind == "xgboost":
        engines["onnxruntime, Python"] = onnxruntime_predict(path, work)
    times: dict[str, Any] = by_turns(engines, rows)
    times["lading, C++"] = in_a_loop(built, work / "bundle", folder / "rows.f32")
    if kind == "lightgbm":
        single = lightgbm_row(path)
        one = [single(rows) for _ in range(ROUNDS)]
        times["lightgbm, C, single row fast"] = {1: [min(one), statistics.median(one)]}
    return {"shape": shape, "trained by": kind, "times": times}


def load_times(folder: Path, shape: str, work: Path) -> dict[str, float]:
    """Milliseconds until a forest can run: XGBoost's JSON, and our bundle."""
    import xgboost

    lading.convert(folder / f"{shape}.xgb.json", compare=False).save(work / "loaded")
    both: dict[str, list[float]] = {"lading": [], "xgboost": []}
    for _ in range(ROUNDS):
        start = time.perf_counter()
        lading.load(work / "loaded").session()
        middle = time.perf_counter()
        xgboost.Booster(model_file=folder / f"{shape}.xgb.json")
        both["lading"].append(1e3 * (middle - start))
        both["xgboost"].append(1e3 * (time.perf_counter() - middle))
    return {name: min(each) for name, each in both.items()}


def table(results: list[dict[str, Any]]) -> str:
    """The results as a page shows them."""
    lines = ["| forest | engine | " + " | ".join(f"{batch:,} rows" for batch in BATCHES) + " |",
             "|---|---|" + "---|" * len(BATCHES)]  # fmt: skip
    for result in results:
        for name, times in result["times"].items():
            cells = [f"{times[batch][0]:.3g}" if batch in times else "" for batch in BATCHES]
            lines.append(f"| {result['shape']}, {result['trained by']} | {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def load_table(loads: dict[str, dict[str, float]]) -> str:
    """Milliseconds until a forest can run."""
    lines = ["| ready to run, ms | " + " | ".join(loads) + " |", "|---|" + "---|" * len(loads)]
    for name in ("lading", "xgboost"):
        lines.append(f"| {name} | " + " | ".join(f"{each[name]:.3g}" for each in loads.values()) + " |")
    return "\n".join(lines)


def main(folder: Path, shapes: str = "abcde") -> None:
    forest_shapes.make(folder, shapes)
    results, loads = [], {}
    with tempfile.TemporaryDirectory() as work:
        built = program(Path(work))
        for shape in shapes:
            for kind in ("xgboost", "lightgbm"):
                results.append(measure(folder, shape, kind, built, Path(work)))
                print(table(results[-1:]), flush=True)
            loads[shape] = load_times(folder, shape, Path(work))
            print(loads[shape], flush=True)
    write("forests", {"machine": machine(), "results": results, "load, ms": loads})
    page = (HERE / "README.md").read_text(encoding="utf-8")
    about = ", ".join(f"{name} {value}" for name, value in machine().items())
    page = replaced(page, "forests", f"{about}.\n\n{table(results)}\n\n{load_table(loads)}")
    (HERE / "README.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
