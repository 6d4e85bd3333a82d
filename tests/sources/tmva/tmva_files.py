"""Weight files of invented trees and networks, in the layout of the files that TMVA writes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

import numpy as np

VARIABLES = ("pt", "abs(eta)", "d0/sigma(d0)", "nTracks")
NEW, OLD_ROOT = "6.24/07 [399367]", "5.34/18 [336402]"


def tag(name: str, inside: str = "", /, **attributes: object) -> str:
    said = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items())
    return f"<{name}{said}>{inside}</{name}>\n" if inside else f"<{name}{said}/>\n"


def header(options: dict[str, object], info: dict[str, str] | None, classes: Iterable[str]) -> str:
    text = tag("GeneralInfo", "\n" + "".join(tag("Info", name=k, value=v) for k, v in info.items())) if info else ""
    text += tag("Options", "\n" + "".join(tag("Option", str(v), name=k, modified="Yes") for k, v in options.items()))
    names = list(classes)
    named = "".join(tag("Class", Name=each, Index=i) for i, each in enumerate(names))
    return text + (tag("Classes", "\n" + named, NClass=len(names)) if names else "")


def quantities(names: Iterable[str], kind: str = "Variable") -> str:
    index = {"Variable": "VarIndex", "Spectator": "SpecIndex"}[kind]
    each = [
        tag(kind, **{index: i}, Expression=name, Label=name.replace("(", "_").replace(")", "").replace("/", "_D_"),
            Title="transverse momentum" if name == "pt" else name, Unit="GeV" if name == "pt" else "",
            Type="I" if name == "nTracks" else "F", Min="0.00000000e+00", Max="4.00000000e+00")
        for i, name in enumerate(names)]  # fmt: skip
    return tag(f"{kind}s", "\n" + "".join(each), **{"NVar" if kind == "Variable" else "NSpec": len(each)})


def info(root: str = NEW, tmva: str = "4.2.1 [262657]", analysis: str = "Classification") -> dict[str, str]:
    return {"TMVA Release": tmva, "ROOT Release": root, "Creator": "nobody", "Training events": "1000",
            "AnalysisType": analysis}  # fmt: skip


def combination(random: np.random.Generator, variables: int) -> dict[str, object]:
    """A Fisher cut: half of them of quarters, so that sums can be equal to the cut; one variable does not count."""
    coefficients = random.integers(-4, 5, variables + 1) / 4
    if random.random() < 0.5:
        coefficients = random.normal(size=variables + 1)
    coefficients[random.integers(variables)] = 0
    said = {f"fC{i}": f"{each:.16e}" for i, each in enumerate(coefficients)}
    return {"NCoef": variables + 1, **said, "IVar": -1}


def tree(random: np.random.Generator, variables: int, depth: int, style: str, number: int, weight: float,
         fisher: float = 0) -> str:  # fmt: skip
    def node(level: int, position: str) -> str:
        leaf = level == depth or (level > 0 and random.random() < 0.2)
        cut, variable = random.integers(0, 17) / 4, int(random.integers(0, variables))
        purity, response, kind = random.random(), random.normal() / 4, int(random.integers(0, 2))
        said: dict[str, object] = {"pos": position, "depth": level, "NCoef": 0, "IVar": -1 if leaf else variable,
                                   "Cut": f"{0 if leaf else cut:.16e}", "cType": kind}  # fmt: skip
        if fisher and not leaf and random.random() < fisher:
            said = {"pos": position, "depth": level, **combination(random, variables), "Cut": f"{cut:.16e}",
                    "cType": kind}  # fmt: skip
        if style == "s b":
            del said["NCoef"]
            said |= {"s": int(1000 * purity), "b": 1000 - int(1000 * purity), "nEv": 1000}
        else:
            said |= {"res": f"{response:.16e}", "rms": "0.0000000000000000e+00", "purity": f"{purity:.16e}"}
        said["nType"] = (-99 if style == "Grad" else 1 if purity > 0.5 else -1) if leaf else 0
        return tag("Node", "" if leaf else "\n" + node(level + 1, "l") + node(level + 1, "r"), **said)

    return tag("BinaryTree", "\n" + node(0, "s"), type="DecisionTree", boostWeight=f"{weight:.16e}", itree=number)


def forest(seed: int, trees: int, variables: int = 4, style: str = "Grad", depth: int = 3,
           fisher: float = 0) -> str:  # fmt: skip
    random = np.random.default_rng(seed)
    each = [tree(random, variables, depth, style, i, 0.1 + random.random(), fisher) for i in range(trees)]
    return tag("Weights", "\n" + "".join(each), NTrees=trees, AnalysisType=1)


def with_equal_responses(weights: str) -> str:
    """Responses in steps of a twentieth, so that several trees answer alike."""
    return re.sub(r'res="([^"]*)"', lambda found: f'res="{round(20 * float(found[1])) / 20}"', weights)


def with_equal_weights(weights: str) -> str:
    """Trees of which half weigh exactly half of all."""
    return re.sub(r'boostWeight="[^"]*"', 'boostWeight="0.5"', weights)


def bdt(options: dict[str, object], weights: str, about: dict[str, str] | None, classes: Iterable[str] = (),
        transforms: Iterable[str] = ()) -> str:  # fmt: skip
    said, transforms = header(options, about, classes) + quantities(VARIABLES), list(transforms)
    return said + tag("Transformations", "".join(transforms), NTransformations=len(transforms)) + weights


def selection(names: Iterable[str], outputs: Iterable[str] | None = None, targets: int = 0) -> str:
    labels = [name.replace("(", "_").replace(")", "").replace("/", "_D_") for name in names]
    put = labels if outputs is None else list(outputs)
    sides = (("Input", labels), ("Output", put))
    return tag("Selection", "\n" + "".join(
        tag(side, "\n" + "".join(
            tag(side, Type="Variable" if i < len(those) else "Target", Label=each, Expression=each)
            for i, each in enumerate([*those, *(f"target_{t}" for t in range(targets))])),
            **{f"N{side}s": len(those) + targets})
        for side, those in sides))  # fmt: skip


def normalise(names: Iterable[str], seed: int, targets: int = 0, classes: int = 3) -> str:
    names, random = list(names), np.random.default_rng(seed)

    def ranges() -> str:
        return tag("Ranges", "\n" + "".join(
            tag("Range", Index=i, Min=f"{random.normal():.16e}", Max=f"{3 + random.random():.16e}")
            for i in range(len(names) + targets)))  # fmt: skip

    return tag("Transform", selection(names, targets=targets)
               + "".join(tag("Class", ranges(), ClassIndex=i) for i in range(classes)), Name="Normalize")  # fmt: skip


def matrices(name: str, size: int, random: np.random.Generator, **about: object) -> str:
    """Of each class and of all; with what TMVA says of them."""

    def numbers() -> str:
        return " ".join(f"{x:.16e}" for x in random.normal(size=size))

    classes = [{"Class": each, "ClassIndex": i} for i, each in enumerate(("Signal", "Background", "Combined"))]
    return "".join(tag(name, numbers(), **({} if name == "Matrix" else each), **about) for each in classes)


def decorrelate(names: Iterable[str], seed: int) -> str:
    names, random = list(names), np.random.default_rng(seed)
    size = len(names)
    return tag("Transform", selection(names) + matrices("Matrix", size * size, random, Rows=size, Columns=size),
               Name="Decorrelation")  # fmt: skip


def principal(names: Iterable[str], seed: int) -> str:
    names, random = list(names), np.random.default_rng(seed)
    size = len(names)
    return tag("Transform", selection(names) + matrices("Statistics", size, random, NRows=size)
               + matrices("Eigenvectors", size * size, random, NRows=size, NCols=size), Name="PCA")  # fmt: skip


def rearrange(names: Iterable[str]) -> str:
    names = list(names)
    labels = [name.replace("(", "_").replace(")", "").replace("/", "_D_") for name in names]
    return tag("Transform", selection(names, labels[1:] + labels[:1]), Name="Rearrange")


def distribution(random: np.random.Generator, equal: bool) -> str:
    """A cumulative distribution: its first bin is empty, its second goes up steeply."""
    bins = int(random.integers(8, 16))
    edges = np.linspace(-0.5, 4.5, bins + 1) if equal else np.cumsum(0.02 + random.random(bins + 1) * 5 / bins) - 0.5
    contents = np.cumsum(random.random(bins) * (np.arange(bins) > 0)) + 0.0
    inside = tag("Histogram", " ".join(f"{x:.16e}" for x in contents / contents[-1]), Name="x", NBins=bins,
                 XMin=f"{edges[0]:.16e}", XMax=f"{edges[-1]:.16e}", HasEquidistantBins=int(equal))  # fmt: skip
    if not equal:
        inside += tag("HistogramBinning", " ".join(f"{x:.16e}" for x in edges), NBins=bins)
    return tag("PDF", inside, Name="x", MinNSmooth=0, MaxNSmooth=0, InterpolMethod=1, KDE_type=0, KDE_iter=0,
               KDE_border=0, KDE_finefactor="0.0")  # fmt: skip


def gauss(names: Iterable[str], seed: int, kind: str = "Gauss", selected: bool = True) -> str:
    """``selected``: with a selection, as TMVA has it since 4.1."""
    names, random = list(names), np.random.default_rng(seed)
    each = "".join(
        tag("Variable", "".join(tag(f"CumulativePDF_cls{c}", distribution(random, i % 3 == 2)) for c in range(3)),
            **({} if selected else {"Name": name}), VarIndex=i)
        for i, name in enumerate(names))  # fmt: skip
    return tag("Transform", (selection(names) if selected else "") + each, Name="Gauss", FlatOrGauss=kind)


def network(seed: int, neurons: list[int]) -> str:
    """``neurons``: of each layer, without the bias that all but the last have."""
    random = np.random.default_rng(seed)
    layers = ""
    for i, here in enumerate(neurons):
        last = i == len(neurons) - 1
        synapses = 0 if last else neurons[i + 1]
        each = "".join(
            tag("Neuron", " ".join(f"{x:.16e}" for x in random.normal(size=synapses)), NSynapses=synapses)
            for _ in range(here + (not last)))  # fmt: skip
        layers += tag("Layer", "\n" + each, Index=i, NNeurons=here + (not last))
    return tag("Weights", tag("Layout", "\n" + layers, NLayers=len(neurons)))


def mlp(options: dict[str, object], about: dict[str, str], neurons: list[int], transforms: list[str],
        classes: Iterable[str] = ("Signal", "Background")) -> str:  # fmt: skip
    text = header(options, about, classes) + quantities(VARIABLES)
    return text + tag("Transformations", "".join(transforms), NTransformations=len(transforms)) + network(9, neurons)


def category() -> str:
    grad = {"BoostType": "Grad"}
    parts = [
        ("abs(eta) <= 1.5 && pt > 1.", VARIABLES, ""),
        ("(abs(eta) > 1.5)*(pt > 1. && nVertices<2.5)", ("nTracks", "pt"), normalise(("nTracks", "pt"), 5)),
        ("!(pt > 1.) || nVertices+1 >= 7/2.", ("pt", "eta", "nTracks"), rearrange(("pt", "eta", "nTracks"))),
    ]
    inside = ""
    for i, (cut, names, transform) in enumerate(parts):
        labels = ":".join(each.replace("(", "_").replace(")", "").replace("/", "_D_") for each in names)
        method = header(grad, None, ()) + quantities(names)
        method += tag("Transformations", transform, NTransformations=int(bool(transform)))
        method += forest(30 + i, 4, len(names))
        inside += tag("SubMethod", "\n" + method, Index=i, Method=f"BDT::part{i}", Cut=cut, Variables=labels)
    text = header({}, info(), ("Signal", "Background")) + quantities(VARIABLES)
    text += quantities(("eta", "nVertices", "run"), "Spectator") + tag("Transformations", NTransformations=0)
    return text + tag("Weights", "\n" + inside, NSubMethods=len(parts))


def method(text: str, name: str) -> str:
    return '<?xml version="1.0"?>\n' + tag("MethodSetup", "\n" + text, Method=name)


def discriminant(seed: int, outputs: int = 0) -> str:
    """Of ``Fisher``, or of ``LD`` with ``outputs``."""
    values = np.random.default_rng(seed).normal(size=(max(outputs, 1), len(VARIABLES) + 1))
    each = [
        tag("Coefficient", **({"IndexOut": o, "IndexCoeff": i} if outputs else {"Index": i}), Value=f"{value:.16e}")
        for o, row in enumerate(values) for i, value in enumerate(row)]  # fmt: skip
    return tag("Weights", "".join(each), **({"NOut": outputs} if outputs else {}), NCoeff=len(VARIABLES) + 1)


def files() -> dict[str, str]:
    """The text of each file by its name."""
    from tmva_deep_files import deep_files  # which is made of what stands here

    two, three = ("Signal", "Background"), ("light", "charm", "bottom")
    purity = {"BoostType": "AdaBoost", "UseYesNoLeaf": False}
    median = {"BoostType": "AdaBoostR2"}
    yes_no = {"BoostType": "RealAdaBoost", "UseYesNoLeaf": True}
    return {
        "grad": method(bdt({"BoostType": "Grad"}, forest(1, 8), info(), two), "BDT::BDTG"),
        "purity": "\n  " + method(bdt(purity, forest(2, 8, style="Ada"), info(OLD_ROOT), two), "BDT::BDT"),
        "yes_no": method(bdt(yes_no, forest(3, 8, style="Ada"), info(), two), "BDT::BDT"),
        "bare": method(bdt({"BoostType": "Grad"}, forest(4, 8), None), "BDT::xgb"),
        "old": method(bdt(purity, forest(5, 8, style="s b"), info("5.18/00 [332288]", "3.8.13 [198669]")), "BDT::BDT"),
        "bagging": method(bdt({"BoostType": "Bagging"}, forest(6, 8, style="Ada"), info("6.00/00 [393216]")), "BDT::B"),
        "regression": method(bdt({"BoostType": "Grad"}, forest(7, 8), info(analysis="Regression")), "BDT::R"),
        "mean": method(bdt({"BoostType": "AdaBoost"}, forest(8, 8), info(analysis="Regression")), "BDT::R"),
        "median": method(bdt(median, with_equal_responses(forest(13, 20)), info(analysis="Regression")), "BDT::R"),
        "median_of_six": method(bdt(median, with_equal_weights(forest(14, 6, depth=5)), info(analysis="Regression")),
                                "BDT::R"),
        "multiclass": method(bdt({"BoostType": "Grad"}, forest(9, 9), info(analysis="Multiclass"), three), "BDT::M"),
        "fisher": method(bdt({"BoostType": "Grad", "UseFisherCuts": True}, forest(11, 8, fisher=0.6), info(), two),
                         "BDT::F"),
        "old_fisher": method(bdt(purity, forest(12, 8, style="Ada", fisher=0.6), info(OLD_ROOT), two), "BDT::F"),
        "category": method(category(), "Category::parts"),
        "tanh": method(mlp({"NeuronType": "tanh", "EstimatorType": "CE"}, info(), [4, 5, 3, 1],
                           [normalise(VARIABLES, 1)]), "MLP::MLP"),
        "slow_tanh": method(mlp({"NeuronType": "tanh", "EstimatorType": "MSE", "NeuronInputType": "abssum"},
                                info(tmva="4.2.0 [262656]"), [4, 5, 1], [principal(VARIABLES, 2)]), "MLP::MLP"),
        "sigmoid": method(mlp({"NeuronType": "sigmoid", "EstimatorType": "CE"}, info(), [4, 6, 1],
                              [decorrelate(VARIABLES, 3), normalise(VARIABLES, 4)]), "MLP::MLP"),
        "radial": method(mlp({"NeuronType": "radial", "NeuronInputType": "sqsum", "EstimatorType": "MSE"},
                             info(analysis="Multiclass"), [4, 4, 3], [], three), "MLP::MLP"),
        "discriminant": method(bdt({}, discriminant(17), info(), two, [normalise(VARIABLES, 11)]), "Fisher::Fisher"),
        "linear": method(bdt({}, discriminant(18, 1), info(), two), "LD::LD"),
        "linear_regression": method(bdt({}, discriminant(19, 2), info(analysis="Regression"), (),
                                        [normalise(VARIABLES, 12, 2, 1)]), "LD::LD"),
        "gauss": method(bdt({"BoostType": "Grad"}, forest(15, 8), info(), two, [gauss(VARIABLES, 5)]), "BDT::BDTG"),
        "gauss_some": method(bdt({"BoostType": "Grad"}, forest(16, 8), info(), two,
                                 [gauss(("pt", "nTracks"), 6), decorrelate(VARIABLES, 7)]), "BDT::BDTG"),
        "uniform": method(mlp({"NeuronType": "sigmoid", "EstimatorType": "CE"}, info(), [4, 6, 1],
                              [gauss(VARIABLES, 8, "Flat", False), normalise(("abs(eta)", "d0/sigma(d0)"), 9)]),
                          "MLP::MLP"),
        "target": method(mlp({"NeuronType": "ReLU", "EstimatorType": "MSE"}, info(analysis="Regression"), [4, 4, 2],
                             [normalise(VARIABLES, 10, 2, 1)]), "MLP::MLP"),
        "relu": method(mlp({"NeuronType": "ReLU", "EstimatorType": "MSE"}, info(analysis="Regression"), [4, 4, 2],
                           []), "MLP::MLP"),
        **deep_files(),
    }  # fmt: skip
