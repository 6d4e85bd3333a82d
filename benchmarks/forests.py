"""How fast forests run, beside the libraries that trained them and others, in one process and in turns.

    python benchmarks/forests.py FOLDER    # FOLDER as forest_shapes.py makes it; writes results/forests.json, README.md

The forests a to e are trained by XGBoost, LightGBM, CatBoost and scikit-learn with as many trees and leaves. lading
and the peers of forest_peers.py run the very same forest; YDF, which reads nobody else's, one of its own. One
thread, float32. Times are microseconds of one row: the fastest of several rounds, because a shared machine only ever
adds; the median stands in results/forests.json. lading's margins are compared with the training library's to the bit
before anything is measured.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import forest_peers
import forest_shapes
import numpy as np
from forest_peers import FILES, PEERS, Predict
from run import machine, replaced, write

import lading
from lading.engine.installation import installation

BATCHES = (1, 100, 10_000, 100_000)
ROUNDS, ROUND, LONGEST = 7, 0.02, 1.5  # seconds that a round takes at least, and that a call may take
HERE = Path(__file__).parent
#: What only runs row by row, or measures itself.
ROW_BY_ROW = {"lightgbm": {"lightgbm, C, single row fast": forest_peers.lightgbm_row}}
#: The issue of a reader: how many times longer does the best other library take, and which is it?
SUMMARY = {"one row, C++": ("lading, C++", 1), "one row, Python": ("lading, Python", 1),
           "100 rows": ("lading, C++", 100), "10,000 rows": ("lading, C++", 10_000),
           "100,000 rows": ("lading, C++", 100_000)}  # fmt: skip


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


def took(predict: Predict, x: np.ndarray, repeats: int) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    for _ in range(repeats):
        predict(x)
    return (time.perf_counter() - start) / repeats


def by_turns(engines: dict[str, Predict], rows: np.ndarray) -> dict[str, dict[int, list[float]]]:
    """(fastest, median) microseconds of a row, by engine and batch size; what takes too long is left out."""
    times: dict[str, dict[int, list[float]]] = {name: {} for name in engines}
    for batch in BATCHES:
        x = np.ascontiguousarray(rows[:batch])
        first = {name: min(took(predict, x, 1) for _ in range(2)) for name, predict in engines.items()}
        repeats = {name: max(1, int(ROUND / each)) for name, each in first.items() if each < LONGEST}
        rounds = [{name: took(engines[name], x, n) for name, n in repeats.items()} for _ in range(ROUNDS)]
        for name in repeats:
            all_of_it = [1e6 * each[name] / batch for each in rounds]
            times[name][batch] = [min(all_of_it), statistics.median(all_of_it)]
    return times


def peers_of(kind: str, path: Path, work: Path) -> dict[str, Predict]:
    """Those that are installed."""
    found = {}
    for name, make in PEERS[kind].items():
        try:
            found[f"{name}, Python"] = make(path, work)
        except (ImportError, subprocess.CalledProcessError) as why:
            print(f"{name} is left out: {why}", file=sys.stderr)
    return found


def measure(folder: Path, shape: str, kind: str, built: Path, work: Path) -> dict[str, Any]:
    """One forest: lading and its peers."""
    path = folder / f"{shape}.{FILES[kind]}"
    rows = np.fromfile(folder / "rows.f32", np.float32).reshape(-1, forest_shapes.FEATURES)
    model = lading.convert(path, compare=False)
    model.save(work / "bundle")
    session, given = model.session(), model.input_list[0]
    peers = peers_of(kind, path, work)
    ours = session.run({given.name: rows[:2000].astype(given.type)})["margin"]
    theirs = next(iter(peers.values()))(rows[:2000])
    assert np.array_equal(ours, theirs.reshape(ours.shape)), f"{path}: margins differ"

    def ours_in_python(x: np.ndarray) -> np.ndarray:
        return session.run({given.name: x.astype(given.type, copy=False)})["margin"]

    times: dict[str, Any] = by_turns({"lading, Python": ours_in_python, **peers}, rows)
    times["lading, C++"] = in_a_loop(built, work / "bundle", folder / "rows.f32")
    for name, make in ROW_BY_ROW.get(kind, {}).items():
        one = [make(path)(rows) for _ in range(ROUNDS)]
        times[name] = {1: [min(one), statistics.median(one)]}
    if kind == "xgboost":
        times["MVAUtils' walk, C++"] = {n: [each, each] for n, each in forest_peers.walked(path, work).items()}
        own = forest_peers.ydf(folder / f"{shape}.ydf")
        times["YDF, C++ (its own forest)"] = {n: [each, each] for n, each in own.items()}
    return {"shape": shape, "trained by": kind, "times": times}


def two_threads(folder: Path, work: Path) -> float:
    """How many times faster two threads run 100 000 rows."""
    model = lading.load(work / "bundle")
    given = model.input_list[0]
    rows = np.fromfile(folder / "rows.f32", np.float32).reshape(-1, forest_shapes.FEATURES).astype(given.type)
    sessions = {n: model.session(threads=n) for n in (1, 2)}
    took: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for n, session in sessions.items():
            start = time.perf_counter()
            session.run({given.name: rows})
            took[n].append(time.perf_counter() - start)
    return min(took[1]) / min(took[2])


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
    texts = {"lading": "lading", "xgboost": "xgboost, JSON", "two threads": "two threads / one, 100,000 rows"}
    for name, text in texts.items():
        lines.append(f"| {text} | " + " | ".join(f"{each[name]:.3g}" for each in loads.values()) + " |")
    return "\n".join(lines)


def best_peer(times: dict[str, Any], ours: str, batch: int) -> str:
    """"5.1 (xgboost)": how many times longer the best peer takes; from Python only calls from Python count."""
    others = {name: each[batch][0] for name, each in times.items()
              if not name.startswith("lading") and batch in each and (ours != "lading, Python" or "Python" in name)}
    if batch not in times[ours] or not others:
        return ""
    best = min(others, key=others.__getitem__)
    return f"{others[best] / times[ours][batch][0]:.1f} ({best.split(',')[0]})"


def summary(results: list[dict[str, Any]]) -> str:
    """The best peer of each forest and batch size."""
    lines = ["| best peer / lading | " + " | ".join(f"{r['shape']}, {r['trained by']}" for r in results) + " |",
             "|---|" + "---|" * len(results)]  # fmt: skip
    for what, (ours, batch) in SUMMARY.items():
        lines.append(f"| {what} | " + " | ".join(best_peer(r["times"], ours, batch) for r in results) + " |")
    return "\n".join(lines)


def main(folder: Path, shapes: str = "abcde") -> None:
    forest_shapes.make(folder, shapes)
    results, loads = [], {}
    with tempfile.TemporaryDirectory() as work:
        built = program(Path(work))
        for shape in shapes:
            for kind, ending in FILES.items():
                if not (folder / f"{shape}.{ending}").exists():
                    continue
                results.append(measure(folder, shape, kind, built, Path(work)))
                print(table(results[-1:]), flush=True)
                if kind == "xgboost":
                    loads[shape] = load_times(folder, shape, Path(work))
                    loads[shape]["two threads"] = two_threads(folder, Path(work))
            print(loads[shape], flush=True)
    write("forests", {"machine": machine(), "results": results, "load, ms": loads})
    page = (HERE / "README.md").read_text(encoding="utf-8")
    about = ", ".join(f"{name} {value}" for name, value in machine().items())
    summaries = "\n\n".join(summary([r for r in results if r["trained by"] == kind]) for kind in FILES)
    page = replaced(page, "forests", f"{about}.\n\n{summaries}\n\n{table(results)}\n\n{load_table(loads)}")
    (HERE / "README.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
