"""Makes the files of this folder with ROOT itself (pip install root): random forests of every flavour, and the numbers
of MVAUtils' functions, computed row by row from their definition. No training: what counts is that every rule is used.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
FEATURES, TREES, ROWS = 5, 9, 160
F = np.float32
TITLES = {
    "xgboost": "creator=xgboost",
    "lgbm_simple": "creator=lgbm;node_type=lgbm_simple;num_class=1;max_feature_idx=4;objective=binary sigmoid:1;"
                   "feature_infos={'pt': {'min_value': 0, 'values': []}, 'eta': {}, 'phi': {}, 'd0': {}, 'z0': {}}",
    "lgbm": "creator=lgbm;node_type=lgbm;num_class=3;max_feature_idx=4;objective=multiclass num_class:3",
    "tmva_ada": "creator=TMVA",
    "tmva_grad": "",
}  # fmt: skip
FUNCTIONS = ("raw", "response", "classification", "gradient", "multi_raw", "multi")


def grown(random: np.random.Generator, depth: int = 0) -> list[tuple[int, np.float32, bool]]:
    """Nodes of a random tree in preorder: (feature or -1, cut or response, default left)."""
    if depth == 4 or (depth and random.random() < 0.2):
        return [(-1, F(random.normal() / 3), True)]
    node = (int(random.integers(FEATURES)), F(random.choice([-1, -0.5, 0, 0.1, 0.25, 1 / 3, 1])), random.random() < 0.5)
    return [node, *grown(random, depth + 1), *grown(random, depth + 1)]


def answer(nodes: list, flavour: str, x: np.ndarray) -> np.float32:
    """The response of one tree, walking as MVAUtils does."""
    at = 0
    while nodes[at][0] >= 0:
        feature, cut, default_left = nodes[at]
        value = x[feature]
        if flavour == "xgboost":
            left = default_left if np.isnan(value) else value < cut
        elif flavour == "lgbm":
            left = default_left if np.isnan(value) else value <= cut
        else:
            left = value <= cut if flavour == "lgbm_simple" else value >= cut
        at += 1 if left else 1 + length(nodes, at + 1)
    return nodes[at][1]


def length(nodes: list, at: int) -> int:
    """How many nodes the subtree has that begins at ``at``."""
    open_, count = 1, 0
    while open_:
        open_ += 1 if nodes[at + count][0] >= 0 else -1
        count += 1
    return count


def numbers(trees: list, weights: np.ndarray, flavour: str, x: np.ndarray) -> dict[str, np.ndarray]:
    """Every function of MVAUtils for one row. Exponentials are rounded once, as a good expf does."""
    responses = [answer(tree, flavour, x) for tree in trees]
    raw, up, down, classes = F(0), F(0), F(0), np.zeros(3, F)
    for each in reversed(responses):
        raw += each
    for i, (each, weight) in enumerate(zip(responses, weights, strict=True)):
        up, down = up + weight * each, down + weight
        classes[i % 3] += each
    tmva = flavour.startswith("tmva")
    expf = lambda v: F(np.exp(np.float64(F(v))))  # noqa: E731
    powers = [expf(each - classes.max()) for each in classes]
    return {
        "raw": raw,
        "response": raw + weights[0] if tmva else raw,
        "classification": up / down if tmva else F(1.0 / (1.0 + np.float64(expf(-raw)))),
        "gradient": F(2.0 / np.float64(F(1) + expf(F(-2) * raw)) - 1),
        "multi_raw": classes,
        "multi": np.array([power / (powers[0] + powers[1] + powers[2]) for power in powers], F),
    }


def written(path: Path, title: str, flavour: str, trees: list, weights: np.ndarray) -> None:
    import ROOT

    file = ROOT.TFile(str(path), "recreate")
    tree = ROOT.TTree("BDT" if flavour.startswith("tmva") else flavour.split("_")[0], title)
    vars_, values, default_left = (ROOT.std.vector(kind)() for kind in ("int", "float", "bool"))
    offset = np.zeros(1, F)
    tree.Branch("vars", vars_), tree.Branch("values", values)
    if flavour in ("xgboost", "lgbm"):
        tree.Branch("default_left", default_left)
    if flavour.startswith("tmva"):
        tree.Branch("offset", offset, "offset/F")
        ROOT.TNamed("varList", "pt,abs_eta := TMath::Max(eta,-eta),phi,d0,z0,").Write()
    for nodes, weight in zip(trees, weights, strict=True):
        vars_.clear(), values.clear(), default_left.clear()
        offset[0] = weight
        for feature, value, left in nodes:
            vars_.push_back(feature), values.push_back(float(value)), default_left.push_back(bool(left))
        tree.Fill()
    tree.Write()
    file.Close()


def rows(random: np.random.Generator) -> np.ndarray:
    """Ordinary values, cuts, their neighbours and missing ones."""
    x = random.normal(size=(ROWS, FEATURES)).astype(F)
    cuts = random.choice(np.array([-1, -0.5, 0, 0.1, 0.25, 1 / 3, 1], F), x.shape)
    beside = np.nextafter(cuts, random.choice(np.array([-9, 9], F), x.shape))
    kind = random.integers(0, 4, x.shape)
    x[kind == 1], x[kind == 2] = cuts[kind == 1], beside[kind == 2]
    x[-40:][random.random((40, FEATURES)) < 0.3] = np.nan
    return x


def main() -> None:
    oracle = {}
    for seed, (flavour, title) in enumerate(TITLES.items()):
        random = np.random.default_rng(seed)
        trees = [grown(random) for _ in range(TREES)]
        weights = random.uniform(0.2, 2, TREES).astype(F) if flavour == "tmva_ada" else np.ones(TREES, F)
        written(HERE / f"{flavour}.root", title, flavour, trees, weights)
        x = rows(random)
        results = [numbers(trees, weights, flavour, row) for row in x]
        oracle[f"{flavour}/X"] = x
        oracle |= {f"{flavour}/{name}": np.array([each[name] for each in results]) for name in FUNCTIONS}
    np.savez_compressed(HERE / "numbers.npz", **oracle)


if __name__ == "__main__":
    main()
