"""docs/reinterpretation.md does what it says: published networks become a bundle, which four frameworks' plugins run.

The frameworks are stand-ins, in cpp/tests/reinterpretation; what the plugins fill is computed by ONNX Runtime.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from building import COMPILER, ROOT, STRICT, run
from tensors import file, node, runtime

from lading.engine.installation import installation

sys.path.insert(0, str(ROOT / "tests" / "docs"))
from blocks import Page, blocks_of

PAGE = ROOT / "docs" / "reinterpretation.md"
NAMES = ["mJJ", "dEtaJJ", "ptJ1", "nJets"]
SCALINGS = {
    "even": {"variables": NAMES, "scale": [310.5, 1.25, 96.0, 1.5], "offset": [640.25, 2.5, 180.0, 3.75]},
    "odd": {"variables": NAMES, "scale": [298.0, 1.5, 101.5, 1.25], "offset": [655.0, 2.25, 176.5, 4.0]},
}

#: The jets of each event: px, py, pz, energy.
Events = list[np.ndarray]

#: What the networks call their input.
INPUTS = {"even": "features", "odd": "features_1"}


def network(half: str) -> bytes:
    random = np.random.default_rng(10 if half == "even" else 11)
    nodes = [node("Gemm", f"{INPUTS[half]} w b", "h"), node("Relu", "h", "r"), node("MatMul", "r v", "o"),
             node("Sigmoid", "o", "score")]
    weights = {"w": random.normal(size=(4, 16)), "b": random.normal(size=16), "v": random.normal(size=(16, 1)) / 2}
    return file(nodes, {INPUTS[half]: ["N", 4]}, {"score": ["N", 1]}, {k: np.float32(v) for k, v in weights.items()})


def score(number: int, features: np.ndarray) -> float:
    """What the analysis does: the half of the event, its scaling, ONNX Runtime."""
    half = ("even", "odd")[number % 2]
    scaling = SCALINGS[half]
    given = np.float32((features - np.array(scaling["offset"])) / np.array(scaling["scale"]))
    return float(runtime(network(half), {INPUTS[half]: given[None]})["score"][0, 0])


def toy_events() -> Events:
    random, events = np.random.default_rng(12), []
    for jets in random.integers(0, 7, 60):
        pt = -np.sort(-(25 + random.exponential(150, jets)))
        eta, phi, mass = random.uniform(-5, 5, jets), random.uniform(-np.pi, np.pi, jets), random.uniform(5, 20, jets)
        p = np.stack([pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], 1)
        events.append(np.column_stack([p, np.sqrt((p**2).sum(1) + mass**2)]))
    return events


def features(jets: np.ndarray) -> np.ndarray | None:
    """The four variables; nothing where there are no two jets."""
    pt = np.hypot(jets[:, 0], jets[:, 1])
    eta = np.arcsinh(jets[:, 2] / pt)
    jets, pt, eta = (each[(pt > 30) & (np.abs(eta) < 4.5)] for each in (jets, pt, eta))
    if len(jets) < 2:
        return None
    both = jets[0] + jets[1]
    return np.array([np.sqrt(both[3] ** 2 - (both[:3] ** 2).sum()), abs(eta[0] - eta[1]), pt[0], len(jets)])


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page's folder: what was published, what its commands make of it, and its C++ in files."""
    folder = tmp_path_factory.mktemp("search")
    for half, scaling in SCALINGS.items():
        (folder / f"search_{half}.onnx").write_bytes(network(half))
        (folder / f"search_{half}_variables.json").write_text(json.dumps(scaling))
    random = np.random.default_rng(13)
    rows = [(number, np.array([random.uniform(100, 2000), random.uniform(0, 6), random.uniform(30, 500),
                               random.integers(2, 7)])) for number in range(100, 180)]  # fmt: skip
    lines = [",".join(map(repr, [number, *map(float, row), score(number, row)])) for number, row in rows]
    (folder / "published.csv").write_text("\n".join([",".join(["event_number", *NAMES, "score"]), *lines]) + "\n")
    page = Page(folder)
    for block in blocks_of(PAGE):
        if block.language == "cpp":
            name = re.match(r"// (\S+)\n", block.text)
            assert name, f"line {block.line}: no name of a file"
            (folder / name[1]).write_text(block.text)
        else:
            page.run(block)
    return folder


def test_the_sidecar_of_the_page_is_that_of_the_even_network() -> None:
    (block,) = [each for each in blocks_of(PAGE) if each.language == "json"]
    assert json.loads(block.text) == SCALINGS["even"]


def test_the_bundle_is_proven(published: Path) -> None:
    assert "proven" in run("lading", "show", published / "SEARCH_2026.lading")


def test_exchanged_halves_are_refused(published: Path) -> None:
    """As the page says, and by name."""
    with pytest.raises(AssertionError, match="residue 0 takes 'even', 1 takes 'odd'"):
        run("lading", "fold", "odd.lading", "even.lading", "--key", "event_number", "-o", "wrong.lading",
            "--data", "published.csv", "--scores", "score", cwd=published)  # fmt: skip


def numbered(framework: str, count: int) -> list[int]:
    """The numbers that a plugin gives the events: their own, or counted, in GAMBIT by each of two copies."""
    return [1000 + 3 * e if framework == "rivet" else e // 2 if framework == "gambit" else e for e in range(count)]


@pytest.mark.parametrize("framework", ["rivet", "checkmate", "madanalysis", "gambit"])
def test_a_plugin(framework: str, published: Path) -> None:
    events = toy_events()
    weights = 0.5 + np.arange(len(events)) % 4 / 4
    lines = [f"{1000 + 3 * e} {weights[e]} {len(jets)} {' '.join(map(repr, map(float, jets.ravel())))}"
             for e, jets in enumerate(events)]  # fmt: skip
    (published / "events").write_text("\n".join(lines) + "\n")
    folder, flags = ROOT / "cpp" / "tests" / "reinterpretation" / framework, installation()
    run(COMPILER, *STRICT, "-Wno-unused-parameter", f"-I{folder}", f"-I{published}", folder / "main.cpp",
        *f"{flags.cflags} {flags.libs}".split(), "-pthread", "-o", published / framework)  # fmt: skip
    said = [line.split() for line in run(published / framework, "events", cwd=published).splitlines()]
    scored = [(score(number, found), weight) for number, jets, weight in zip(
        numbered(framework, len(events)), events, weights, strict=True) if (found := features(jets)) is not None]
    selected = [weight for value, weight in scored if value > 0.5]
    assert 5 < len(selected) < len(scored) - 5 and all(abs(value - 0.5) > 1e-4 for value, _ in scored)
    filled = [(float.fromhex(value), float.fromhex(weight)) for what, value, weight in said if what == "score"]
    if framework in ("rivet", "madanalysis"):
        np.testing.assert_allclose(filled, scored, rtol=0, atol=1e-5)
    region = [(float.fromhex(value), float.fromhex(weight)) for what, value, weight in said if what == "SR"]
    assert region == ([(sum(selected), 1)] if framework == "gambit" else [(1, weight) for weight in selected])
