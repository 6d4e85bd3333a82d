"""From the weights of ``BDT`` to a Forest (``MethodBDT``: GetMvaValue, GetRegressionValues, GetMulticlassValues)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import FormatError, UnsupportedError
from ...trees import Forest, grow
from .fisher import FisherCuts
from .parsing import children, number
from .setup import Setup
from .trees import at_cut_goes_right, leaf_rule, tree_of

__all__ = ["boost_of", "forest_of_setup", "is_median", "tie_rule", "weights_of"]

MEANS = ("AdaBoost", "RealAdaBoost", "Bagging", "AdaCost")  # the trees are averaged by their weights


def boost_of(setup: Setup) -> str:
    """How the trees were boosted."""
    return setup.options.get("BoostType", "AdaBoost")


def is_median(setup: Setup) -> bool:
    """Whether the trees are not added, but averaged around a median: the forest then has an output for each of them."""
    return boost_of(setup) == "AdaBoostR2"


def tie_rule(setup: Setup) -> str:
    """What goes left, as the operator says it."""
    return "x < t" if at_cut_goes_right(setup.release("ROOT")) else "x <= t"


def forest_of_setup(setup: Setup, where: str) -> tuple[Forest, FisherCuts]:
    """The forest of a BDT, and the sums that stand behind its variables. Raises FormatError or UnsupportedError."""
    boost = boost_of(setup)
    _check(setup, boost, where)
    rule = leaf_rule(boost == "Grad" or setup.analysis == "Regression", setup.says("UseYesNoLeaf", usually=True))
    elements = children(setup.weights, "BinaryTree")
    if not elements:
        raise FormatError(f"{where}: holds no <BinaryTree>; damaged file")
    if setup.weights.get("NTrees", str(len(elements))).strip() != str(len(elements)):
        raise FormatError(f"{where}: holds {len(elements)} trees and says {setup.weights.get('NTrees')}; damaged file")
    fisher = FisherCuts(len(setup.variables), tie_rule(setup) == "x < t")
    trees = [tree_of(each, rule, fisher, f"{where}: tree {number}") for number, each in enumerate(elements)]
    rules: dict[str, Any] = {"left_if": tie_rule(setup), "sum_type": "float64", "link_type": "float64",
                             "input_type": "float64" if len(fisher) else "float32"}  # fmt: skip
    rules["feature_names"] = [each.expression for each in setup.variables]
    if boost == "Grad":
        rules |= _grad_rules(setup, elements, where)
    elif is_median(setup):
        rules["tree_output"] = np.arange(len(elements), dtype=np.int32)
    else:
        rules |= {"combine": "weighted_mean", "tree_weight": weights_of(setup, where)}
    return grow(trees, len(setup.variables) + len(fisher), where, **rules), fisher


def _grad_rules(setup: Setup, elements: list[Any], where: str) -> dict[str, Any]:
    if setup.analysis == "Multiclass":
        classes = len(setup.classes)
        if classes < 2 or len(elements) % classes:
            raise FormatError(f"{where}: {len(elements)} trees for {classes} classes; damaged file")
        return {"tree_output": np.arange(len(elements), dtype=np.int32) % classes, "link": "softmax",
                "labels": setup.classes}  # fmt: skip
    if setup.analysis == "Regression":
        return {"base": np.array([_weight(elements[0], where)]), "base_at": "end"}
    return {"link": "tmva_gradient"}


def weights_of(setup: Setup, where: str) -> np.ndarray:
    """The weights of the trees, float64."""
    weights = np.array([_weight(each, where) for each in children(setup.weights, "BinaryTree")])
    if not weights.sum() > np.finfo(np.float64).eps:
        raise FormatError(f"{where}: the weights of the trees add up to {weights.sum()}; damaged file")
    if is_median(setup) and weights.min() < 0:
        raise FormatError(f"{where}: a tree of weight {weights.min()}, of which there is no median; damaged file")
    return weights


def _weight(element: Any, where: str) -> float:
    """The weight of a tree: TMVA reads it as a float32."""
    with np.errstate(over="ignore"):
        weight = float(np.float32(number(element, "boostWeight", where)))
    if not np.isfinite(weight):
        raise FormatError(f"{where}: the weight of a tree is {weight}; damaged file")
    return weight


def _check(setup: Setup, boost: str, where: str) -> None:
    if is_median(setup) and setup.analysis != "Regression":
        raise UnsupportedError(f"{where}: {setup.analysis.lower()} by AdaBoostR2, which TMVA has for regression")
    if boost not in ("Grad", "AdaBoostR2", *MEANS):
        raise UnsupportedError(f"{where}: BoostType is '{boost}'; read are Grad, AdaBoostR2, {', '.join(MEANS)}")
    if setup.analysis not in ("Classification", "Regression", "Multiclass"):
        raise UnsupportedError(f"{where}: AnalysisType is '{setup.analysis}'; classification, regression and "
                               "multiclass are read")  # fmt: skip
    if setup.analysis == "Multiclass" and boost != "Grad":
        raise UnsupportedError(f"{where}: several classes with BoostType '{boost}'; TMVA has them for Grad")
    cuts = [name for name in setup.weights.attrib if name.startswith("Preselection") and not name.endswith("Value")]
    if any(setup.weights.attrib[name].strip() not in ("0", "False") for name in cuts):
        raise UnsupportedError(f"{where}: has preselection cuts (DoPreselection); they are not supported")
