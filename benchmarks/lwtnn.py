"""How long one entry of a network of lwtnn takes, beside lwtnn itself, in one process and in turns.

    python benchmarks/lwtnn.py LWTNN NETWORK.json...    # LWTNN: the folder of lwtnn's sources

Both by the call of ``lwt::generic::FastGraph<float>::compute``, on vectors that are ready: lwtnn's own, and the one of
``lading/compat/lwtnn.hpp`` on the bundle converted with ``type="float32"``; what is compiled here is with -O3
-march=native. Eigen and Boost's headers must be installed (lwtnn needs them). Sequences have 15 steps. A file of
the sequential form is written as a graph first, which both then read; ``.json.xz`` is unpacked.
"""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from networks import in_turns

import lading
from lading import engine
from lading.engine.installation import installation

STEPS = 15
HERE = Path(__file__).parent
PARTS = ("Exceptions", "FastGraph", "FastInputPreprocessor", "NanReplacer", "Stack", "parse_json")
RECURRENT = ("lstm", "gru", "simplernn", "embedding")


def build(lwtnn: Path, folder: Path) -> Path:
    """The program with both calls in it."""
    include = Path(installation().cflags.split("-I")[-1].strip().strip("'\""))
    flags = ["-O3", "-march=native", "-I/usr/include/eigen3"]  # the same for all: Eigen's alignment depends on them
    theirs, ours = [*flags, f"-I{lwtnn / 'include'}"], [*flags, "-DON_LADING", f"-I{include}"]
    units = [(theirs, lwtnn / "src" / f"{name}.cxx") for name in PARTS]
    units += [(theirs, HERE / "lwtnn_call.cpp"), (ours, HERE / "lwtnn_call.cpp"), (flags, HERE / "lwtnn_calls.cpp")]
    objects = []
    for number, (options, source) in enumerate(units):
        objects.append(str(folder / f"{number}.o"))
        subprocess.run(["c++", "-std=c++17", "-w", *options, "-c", str(source), "-o", objects[-1]], check=True)
    program = folder / "lwtnn_calls"
    command = f"c++ {' '.join(objects)} -o {program} {installation().libs}"
    subprocess.run(command, shell=True, check=True)
    return program


def graph_of(network: dict[str, Any]) -> dict[str, Any]:
    """A sequential file as the graph that computes the same."""
    if "nodes" in network:
        return network
    kinds = [layer.get("architecture", "dense") for layer in network["layers"]]
    first = "input_sequence" if kinds[0] in RECURRENT else "input"
    nodes = [{"type": first, "size": len(network["inputs"]), "sources": [0]}]
    for number, kind in enumerate(kinds):
        kind = "sequence" if kind in RECURRENT else "feed_forward"  # which takes a sequence's last step
        nodes.append({"type": kind, "layer_index": number, "sources": [len(nodes) - 1]})
    side, other = ("input_sequences", "inputs") if first == "input_sequence" else ("inputs", "input_sequences")
    outputs = {"output": {"labels": network["outputs"], "node_index": len(nodes) - 1}}
    return {side: [{"name": "input", "variables": network["inputs"]}], other: [], "layers": network["layers"],
            "nodes": nodes, "outputs": outputs}  # fmt: skip


HEAD = "| network | lading, µs | lwtnn, µs | ratio |\n|---|---|---|---|"


def measure(path: Path, program: Path, folder: Path) -> str:
    """The row of one network, in Markdown."""
    name = path.name.split(".")[0]
    data = path.read_bytes()
    text = lzma.decompress(data) if path.suffix == ".xz" else data
    network, bundle = folder / f"{name}.json", folder / name
    graph = graph_of(json.loads(text))
    network.write_text(json.dumps(graph), encoding="utf-8")
    lading.convert(network, type="float32").save(bundle)
    output = min(graph["outputs"])
    said = subprocess.run([program, network, bundle, output, str(STEPS)], capture_output=True, text=True)
    if said.returncode:
        return f"| {name} | {said.stderr.strip()} | | |"
    *rounds, difference = said.stdout.splitlines()
    if not float(difference) < 1e-4:
        return f"| {name} | the results differ by {difference} | | |"
    found = in_turns([[float(x) for x in line.split()] for line in rounds], peer="lwtnn")
    return (f"| {name} | {found['lading']:.2f} | {found['lwtnn']:.2f} "
            f"| {found['ratio']:.2f} ({found['lowest']:.2f}–{found['highest']:.2f}) |")  # fmt: skip


if __name__ == "__main__":
    print(f"instruction set {engine.isa()}, numerics {engine.numerics()}, one thread\n{HEAD}")
    with tempfile.TemporaryDirectory() as made:
        calls = build(Path(sys.argv[1]), Path(made))
        for each in sys.argv[2:]:
            print(measure(Path(each), calls, Path(made)), flush=True)
