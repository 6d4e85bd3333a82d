"""Measures everything and writes results/*.json and the tables of README.md.

    python benchmarks/run.py                      # the networks of examples/
    python benchmarks/run.py FOLDER NETWORK.onnx  # these

The machine should have nothing else to do. The last network found is the one that is loaded for the footprint.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import floors
import footprint
import loading
import networks
import ragged

from lading import engine

HERE = Path(__file__).parent


def machine() -> dict[str, str]:
    """What a reader must know of the machine, and nothing that names it."""
    import onnxruntime

    text = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    facts = dict(re.findall(r"^(vendor_id|cpu family|model)\s*: (.*)$", text, re.M))
    maker, family, kind = (facts.get(key, "?") for key in ("vendor_id", "cpu family", "model"))
    return {"processor": f"{maker} family {family} model {kind}", "instruction set": engine.isa(),
            "cores": str(os.cpu_count()), "load before": f"{os.getloadavg()[0]:.1f}",
            "onnxruntime": onnxruntime.__version__, "numerics": str(engine.numerics())}  # fmt: skip


def write(name: str, content: object) -> None:
    (HERE / "results").mkdir(exist_ok=True)
    (HERE / "results" / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def replaced(page: str, name: str, table: str) -> str:
    """The page with the table between its two marks."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = page.split(begin)
    return before + begin + table + "\n" + end + rest.split(end)[1]


def main() -> None:
    wanted = [Path(each) for each in sys.argv[1:]] or [HERE.parent / "examples"]
    paths = [path for each in wanted for path in ([each] if each.is_file() else sorted(each.rglob("*.onnx")))]
    here, rows = machine(), networks.measured(paths)
    least = floors.rows_of(paths, rows)
    jets = ragged.measured(paths)
    loads = loading.measured(paths)
    facts = footprint.measured(paths[-1].resolve())
    write("latency", {"machine": here, "rows": rows})
    write("floors", {"machine": here, "rows": least})
    write("ragged", {"machine": here, "rows": jets})
    write("loading", {"machine": here, "rows": loads})
    write("footprint", {"machine": here, "rows": facts})
    page = (HERE / "README.md").read_text(encoding="utf-8")
    page = replaced(page, "machine", ", ".join(f"{name} {value}" for name, value in here.items()) + ".")
    page = replaced(page, "latency", "\n".join([networks.HEAD, *map(networks.line, rows)]))
    page = replaced(page, "floors", floors.table(least))
    page = replaced(page, "ragged", "\n".join([ragged.HEAD, *map(ragged.line, jets)]))
    page = replaced(page, "loading", "\n".join([loading.HEAD, *map(loading.line, loads)]))
    page = replaced(page, "footprint", footprint.table(facts))
    (HERE / "README.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
