"""The libraries that forests are measured beside, each as a function of rows; all on one thread.

Each takes a path of a file that forest_shapes.py made. What is not installed is left out, and said.
"""

from __future__ import annotations

import ctypes
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import forest_shapes
import numpy as np
from networks import runtime

Predict = Callable[[np.ndarray], np.ndarray]

#: The shapes that a compiler of forests is asked for; it takes more than ten minutes for the others.
COMPILED = {"tl2cgen": "abcd", "lleaves": "abc"}


def refuse_long(name: str, path: Path) -> None:
    """Raises ImportError, which leaves the peer out, where compiling takes too long."""
    if path.name[0] not in COMPILED[name]:
        raise ImportError(f"it compiles {path.name} for too long")


def xgboost(path: Path, work: Path) -> Predict:
    """XGBoost's own margins."""
    import xgboost

    booster = xgboost.Booster(model_file=path)
    booster.set_param({"nthread": 1})
    return lambda x: booster.inplace_predict(x, predict_type="margin")


def onnxruntime(path: Path, work: Path) -> Predict:
    """The XGBoost forest in ONNX Runtime, as onnxmltools converts it; gives probabilities."""
    import onnxmltools
    import xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    booster = xgboost.Booster(model_file=path)
    proto = onnxmltools.convert_xgboost(booster, initial_types=[("X", FloatTensorType([None, forest_shapes.FEATURES]))])
    (work / "forest.onnx").write_bytes(proto.SerializeToString())
    session = runtime(work / "forest.onnx")
    name = [session.get_outputs()[-1].name]
    return lambda x: session.run(name, {"X": x})[0]


def treelite(path: Path, work: Path) -> Predict:
    """The XGBoost forest in treelite's general inference library."""
    import treelite

    model = treelite.frontend.load_xgboost_model(path)
    return lambda x: treelite.gtil.predict(model, x, nthread=1, pred_margin=True)


def tl2cgen(path: Path, work: Path) -> Predict:
    """The XGBoost forest as C code, compiled; minutes of compiling, kept beside the forest."""
    refuse_long("tl2cgen", path)
    import tl2cgen
    import treelite

    library = path.with_suffix(".tl2cgen.so")
    if not library.exists():
        tl2cgen.export_lib(treelite.frontend.load_xgboost_model(path), toolchain="gcc", libpath=library,
                           params={"parallel_comp": 2})  # fmt: skip
    predictor = tl2cgen.Predictor(library, nthread=1)
    return lambda x: predictor.predict(tl2cgen.DMatrix(x), pred_margin=True)


def lightgbm(path: Path, work: Path) -> Predict:
    """LightGBM's own margins."""
    import lightgbm

    booster = lightgbm.Booster(model_file=path)
    return lambda x: booster.predict(x, raw_score=True, num_threads=1)


def lleaves(path: Path, work: Path) -> Predict:
    """The LightGBM forest compiled by LLVM; minutes of compiling, kept beside the forest. Gives probabilities."""
    refuse_long("lleaves", path)
    import lleaves

    model = lleaves.Model(model_file=path)
    model.compile(cache=path.with_suffix(".lleaves"))
    return lambda x: model.predict(x, n_jobs=1)


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


def catboost(path: Path, work: Path) -> Predict:
    """CatBoost's own margins; its trees are oblivious."""
    import catboost

    model = catboost.CatBoost().load_model(path.with_suffix(".cbm"))
    return lambda x: model.predict(x, prediction_type="RawFormulaVal", thread_count=1)


def sklearn(path: Path, work: Path) -> Predict:
    """scikit-learn's own margins, of a HistGradientBoostingClassifier."""
    import skops.io

    model = skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
    return lambda x: model.decision_function(x)


def ydf(path: Path) -> dict[int, float]:
    """YDF's own measurement of its fastest C++ engine, on a forest of its own: microseconds of a row of 10 000."""
    import ydf

    ydf.verbose(0)

    rows = np.fromfile(path.parent / "rows.f32", np.float32).reshape(-1, forest_shapes.FEATURES)[:10_000]
    said = ydf.load_model(str(path)).benchmark({f"f{i}": rows[:, i] for i in range(forest_shapes.FEATURES)},
                                               benchmark_duration=2, warmup_duration=1)  # fmt: skip
    return {10_000: said.duration_per_example * 1e6}


def walked(path: Path, work: Path) -> dict[int, float]:
    """The way MVAUtils walks its trees, in C++: microseconds of a row. The forest is written as its node lists."""
    import lading
    from lading.trees import forests_of

    (_, forest), *_ = forests_of(lading.convert(path, compare=False))
    with open(work / "walked.bin", "wb") as file:
        np.array([len(forest.feature), len(forest.roots)], np.int32).tofile(file)
        leaf = forest.leaf.reshape(-1).astype(np.float32)
        for array in (forest.feature, forest.left, forest.right):
            array.astype(np.int32).tofile(file)
        forest.threshold.astype(np.float32).tofile(file)
        np.array([len(leaf)], np.int32).tofile(file)
        leaf.tofile(file)
        forest.roots.astype(np.int32).tofile(file)
    program = work / "forest_walk"
    subprocess.run(["c++", "-O3", "-std=c++17", Path(__file__).parent / "forest_walk.cpp", "-o", program], check=True)
    said = subprocess.run([program, work / "walked.bin", path.parent / "rows.f32", str(forest_shapes.FEATURES)],
                          capture_output=True, text=True, check=True).stdout  # fmt: skip
    return {1: float(said)}


#: Peers of a forest, by the library that trained it; the first is the one whose bits ours are.
PEERS: dict[str, dict[str, Callable[[Path, Path], Predict]]] = {
    "xgboost": {"xgboost": xgboost, "onnxruntime": onnxruntime, "treelite": treelite, "tl2cgen": tl2cgen},
    "lightgbm": {"lightgbm": lightgbm, "lleaves": lleaves},
    "catboost": {"catboost": catboost},
    "sklearn": {"sklearn": sklearn},
}
#: The file of a forest, by the library that trained it.
FILES = {"xgboost": "xgb.json", "lightgbm": "lgb.txt", "catboost": "cat.json", "sklearn": "hgb.skops"}
