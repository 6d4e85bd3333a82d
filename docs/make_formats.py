"""Writes docs/formats.md: every format that is read and written, from the registries of sources and targets.

    python docs/make_formats.py

A test fails when the page is stale, or when a format has no words here.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from lading.sources import SOURCES
from lading.targets import TARGETS

PAGE = Path(__file__).with_name("formats.md")

HEAD = """# Formats

What is read and written, by one command each: `lading convert FILE -o bundle/` and `lading export bundle/ -o FILE`. A file is known by
its content, not by its name. "Live" formats are also taken as objects in memory: `lading.convert(model)`. Every conversion that has
something to be compared with is compared, and what was measured stays in `agreement.json` of the bundle; the column
says what was seen so far.

| format | files | read | live | written | names kept | agreement measured | versions tried |
|---|---|---|---|---|---|---|---|
"""

TAIL = """
Files of TensorFlow (frozen graphs, SavedModels, TensorFlow Lite), MXNet, conifer and PMML, C++ that SOFIE generated, and pickles are
told by their content and refused with the way by which their models come in.
"""

#: By source or target: files; names that survive; agreement; versions of the training library that were tried.
WORDS = {
    "onnx": ("`.onnx`, opset 7 to the newest", "inputs, outputs; all papers in files that lading wrote",
             "1e-6 of scale with ONNX Runtime, or nearer to double precision", "ONNX Runtime 1.32"),
    "xgboost": ("JSON, UBJSON, `binf` and the binary before it", "features, if trained with names",
                "margins to the bit, scores 2 last places", "0.90, 1.0, 1.2, 1.7, 2.1, 3.0 to 3.2"),
    "lightgbm": ("text", "features", "margins to the bit, scores 2 last places", "4.7"),
    "catboost": ("JSON", "features", "margins to the bit; softmax 14 last places", "1.2"),
    "tmva": ("weight files, XML, gzip", "variables, units, classes, ranges",
             "BDT margins to the bit with a scalar evaluator; MLP 3e-6, DNN and DL 2e-6", "some 600 public weight files"),
    "gbrforest": ("ROOT", "variables", "to the bit with the published rule", "files of CMSSW"),
    "mvautils": ("ROOT", "none in the file", "to the bit with MVAUtils' own numbers", "XGBoost, LightGBM, TMVA flavours"),
    "lwtnn": ("JSON: sequential, recurrent, graph; in correctionlib files", "variables, labels, defaults",
              "1e-6 of scale of lwtnn's double", "networks of 2.14 and of its examples"),
    "torch": ("`.pt2`, TorchScript", "arguments of forward, parameters", "1e-6 of scale in float32 or nearer to float64",
              "2.13"),
    "jax": ("none", "arguments, parameters", "1e-6 of scale", "JAX 0.10, Flax, Equinox"),
    "keras": ("`.keras`, `.h5`, architecture and weights", "layers, inputs, outputs; lwtnn's variables file",
              "1e-6 of scale with Keras on torch", "3.15; files of Keras 1 and 2"),
    "sklearn": ("skops", "columns of the DataFrame, classes", "1e-12 of scale; forests to the bit", "1.3 to 1.9"),
    "nnef": ("graph.nnef with .dat, or an archive of them", "by the side file lading.json", "round trips to the bit",
             "NNEF 1.0"),
    "header": ("[`.hpp`](header.md), C++ without any library", "variables, labels", "to the bit", "GCC 12, Clang 14"),
}  # fmt: skip

TITLES = {"onnx": "ONNX, ONNX-ML", "xgboost": "XGBoost", "lightgbm": "LightGBM", "catboost": "CatBoost", "tmva": "TMVA",
          "gbrforest": "CMS GBRForest", "mvautils": "ATLAS MVAUtils", "lwtnn": "lwtnn", "torch": "PyTorch", "jax": "JAX",
          "keras": "Keras", "sklearn": "scikit-learn", "nnef": "NNEF", "header": "C++ header"}  # fmt: skip


def page() -> str:
    """The whole page."""
    written = set(TARGETS.values())
    formats = [*SOURCES, *sorted(written - set(SOURCES))]
    return HEAD + "".join(_row(each, each in written) for each in formats) + TAIL


def _row(name: str, written: bool) -> str:
    read = name in SOURCES
    live = read and hasattr(import_module(f"lading.sources.{name}"), "holds")
    files, names, agreement, versions = WORDS[name]
    marks = ["yes" if each else "" for each in (read and files != "none", live, written)]
    return f"| {TITLES[name]} | {files} | {' | '.join(marks)} | {names} | {agreement} | {versions} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
