"""Writes photons.json, with which docs/replace/lwtnn.md begins: python make.py"""

from __future__ import annotations

import json
from pathlib import Path

from lwtnn_networks import Maker, graph, node


def photons() -> dict[str, object]:
    make = Maker(40)
    nodes = [node("input", 0), node("input_sequence", 0), node("sequence", 1, layer=0), node("concatenate", 0, 2),
             node("feed_forward", 3, layer=1), node("feed_forward", 4, layer=2)]  # fmt: skip
    layers = [make.recurrent("gru", 2, 3), make.dense(5, 4, "rectified"), make.dense(4, 2, "softmax")]
    small = [{"name": name, "offset": -0.5, "scale": 0.8} for name in ("pt", "eta", "d0", "z0")]
    return graph({"photon": small[:2]}, {"tracks": small[2:]}, nodes, layers, {"flavour": (5, ["prompt", "fake"])})


if __name__ == "__main__":
    Path(__file__).with_name("photons.json").write_text(json.dumps(photons()) + "\n")
