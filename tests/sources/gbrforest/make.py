"""Makes the files of this folder with ROOT itself (pip install root, and a C++ compiler): random forests in classes
that have the names and members of CMSSW's, old and new, stored in every way that ROOT has. ``responses`` are computed
row by row from the definition.

One process for each layout: ROOT knows a class by its name.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
NAMES = ("pt", "eta", "1/(1+ip)", "d0", "z0")
TREES, ROWS = 7, 120

TREE = """
struct {tree} {{
  std::vector<{index}> fCutIndices; std::vector<float> fCutVals;
  std::vector<int> fLeftIndices, fRightIndices; std::vector<{leaf}> fResponses;
}};
struct {forest} {{ double fInitialResponse; std::vector<{tree}> fTrees; }};
"""
OLD = """
#include <TNamed.h>
class GBRTree {
 public:
  Int_t fNIntermediateNodes, fNTerminalNodes;
  UChar_t* fCutIndices;   //[fNIntermediateNodes]
  Float_t* fCutVals;      //[fNIntermediateNodes]
  Int_t* fLeftIndices;    //[fNIntermediateNodes]
  Int_t* fRightIndices;   //[fNIntermediateNodes]
  Float_t* fResponses;    //[fNTerminalNodes]
  template <class T, class V> static T* copy(const V& v) {
    T* a = new T[v.size()];
    std::copy(v.begin(), v.end(), a);
    return a;
  }
  void fill(const std::vector<int>& indices, const std::vector<float>& cuts, const std::vector<int>& left,
            const std::vector<int>& right, const std::vector<float>& responses) {
    fNIntermediateNodes = cuts.size(), fNTerminalNodes = responses.size();
    fCutIndices = copy<UChar_t>(indices), fCutVals = copy<Float_t>(cuts), fLeftIndices = copy<Int_t>(left);
    fRightIndices = copy<Int_t>(right), fResponses = copy<Float_t>(responses);
  }
  virtual ~GBRTree() {}
  ClassDef(GBRTree, 1)
};
class GBRForest : public TNamed {
 public:
  Double_t fInitialResponse;
  std::vector<GBRTree*> fTrees;
  ClassDef(GBRForest, 1)
};
"""
LAYOUTS = {
    "memberwise": TREE.format(tree="GBRTree", forest="GBRForest", index="unsigned char", leaf="float"),
    "objectwise": TREE.format(tree="GBRTree", forest="GBRForest", index="unsigned char", leaf="float"),
    "double": TREE.format(tree="GBRTreeD", forest="GBRForestD", index="unsigned short", leaf="double"),
    "pointers": OLD,
}


def grown(random: np.random.Generator) -> tuple[list[int], list[float], list[int], list[int], list[float]]:
    """A random tree in the form of GBRTree; every fourth is a single leaf with its stand-in for a node."""
    if random.random() < 0.25:
        return [0], [0.0], [0], [0], [float(np.float32(random.normal()))]
    features, cuts, left, right, leaves = [], [], [], [], []

    def grow(depth: int) -> int:
        if depth and (depth == 4 or random.random() < 0.2):
            leaves.append(float(np.float32(random.normal())))
            return 1 - len(leaves)
        at = len(features)
        features.append(int(random.integers(len(NAMES))))
        cuts.append(float(np.float32(random.choice([-1, 0, 0.1, 1 / 3, 1]))))
        left.append(0), right.append(0)
        left[at], right[at] = grow(depth + 1), grow(depth + 1)
        return at

    grow(0)
    return features, cuts, left, right, leaves


def response(initial: float, trees: list, x: np.ndarray) -> float:
    total = initial
    for features, cuts, left, right, leaves in trees:
        at = 0
        while True:
            at = right[at] if x[features[at]] > np.float32(cuts[at]) else left[at]
            if at <= 0:
                break
        total += leaves[-at]
    return total


def write(layout: str) -> None:
    import ROOT

    random = np.random.default_rng(len(layout))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "classes.C"
        links = "\n".join(f"#pragma link C++ class {name}+;" for name in (
            ("GBRTreeD", "std::vector<GBRTreeD>", "GBRForestD") if layout == "double" else
            ("GBRTree", "std::vector<GBRTree*>" if layout == "pointers" else "std::vector<GBRTree>", "GBRForest")))
        source.write_text(f"#include <vector>\n{LAYOUTS[layout]}\n#ifdef __CLING__\n{links}\n#endif\n")
        assert ROOT.gROOT.ProcessLine(f".L {source}+") == 0
        ROOT.TVirtualStreamerInfo.SetStreamMemberWise(layout == "memberwise")
        kind = getattr(ROOT, "GBRForestD" if layout == "double" else "GBRForest")
        x = random.choice(np.array([-1, 0, 0.1, 1 / 3, 1], np.float32), (ROWS, len(NAMES)))
        x = np.where(random.random(x.shape) < 0.4, np.nextafter(x, np.float32(9)), x)
        x[-30:][random.random((30, len(NAMES))) < 0.3] = np.nan
        file, oracle = ROOT.TFile(str(HERE / f"{layout}.root"), "recreate"), {"X": x}
        for key in ("barrel", "endcap") if layout == "double" else ("gbrForest",):
            trees, initial = [grown(random) for _ in range(TREES)], float(random.normal())
            file.WriteObject(filled(kind, layout, trees, initial), key)
            oracle[key] = np.array([response(initial, trees, row) for row in x])
        if layout != "pointers":
            names = ROOT.std.vector["std::string"](NAMES)
            file.WriteObject(names, "varlist" if layout == "double" else "variableNames")
        file.Close()
    np.savez_compressed(HERE / f"{layout}.npz", **oracle)


def filled(kind, layout: str, trees: list, initial: float):
    import ROOT

    forest = kind()
    forest.fInitialResponse = initial
    for each in trees:
        tree = (ROOT.GBRTreeD if layout == "double" else ROOT.GBRTree)()
        if layout == "pointers":
            tree.fill(*each)
            KEPT.append(tree)
        else:
            members = ("fCutIndices", "fCutVals", "fLeftIndices", "fRightIndices", "fResponses")
            for member, numbers in zip(members, each, strict=True):
                for number in numbers:
                    getattr(tree, member).push_back(number)
        forest.fTrees.push_back(tree)
    return forest


KEPT: list = []  # what ROOT points to

if __name__ == "__main__":
    if sys.argv[1:]:
        write(sys.argv[1])
    else:
        for each in LAYOUTS:
            subprocess.run([sys.executable, __file__, each], check=True)
