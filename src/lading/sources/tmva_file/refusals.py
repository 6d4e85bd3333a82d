"""Methods of TMVA that are not read, and the way by which what they were trained for comes in all the same."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["way_of_method"]

PICKLE = "the model is a pickle of scikit-learn{0}: load it where you trust it and give the object to lading.convert"
OF_R = "the model is a file of R{0}; train one of the methods that are read on the same variables"
DENSITY = ("it looks every entry up in densities of the training; train one of the methods that are read on the same "
           "variables")  # fmt: skip
FORMULA = "write its formula as a small network, or train one of the methods that are read on the same variables"

#: Of each method the way, and the option that names the file where the model is.
WAYS: dict[str, tuple[str, str]] = {
    "PyKeras": ("the network is in the file of Keras{0}: convert that one, with what VarTransform does as papers",
                "FilenameTrainedModel"),
    "PyTorch": ("the network is in the file of TorchScript{0}: convert that one, with what VarTransform does as papers",
                "FilenameTrainedModel"),
    "PyRandomForest": (PICKLE, "FilenameClassifier"),
    "PyAdaBoost": (PICKLE, "FilenameClassifier"),
    "PyGTB": (PICKLE, "FilenameClassifier"),
    "RXGB": (OF_R, ""), "RSVM": (OF_R, ""), "RSNNS": (OF_R, ""), "C50": (OF_R, ""), "C5.0": (OF_R, ""),
    "Cuts": ("it is a table of cuts, a row for each efficiency: apply the row that you use as a selection", ""),
    "Likelihood": (DENSITY, ""), "PDERS": (DENSITY, ""), "PDEFoam": (DENSITY, ""), "KNN": (DENSITY, ""),
    "HMatrix": ("it is a ratio of two chi2, which Fisher and BDT outdo; train one of those", ""),
    "FDA": (FORMULA, ""),
    "SVM": ("it sums a kernel over all its support vectors; scikit-learn's SVC is read", ""),
    "RuleFit": ("it sums rules of trees and straight lines; a BDT of the same variables is read", ""),
    "Boost": ("it averages other methods by weight; convert each of them and join them by lading average", ""),
    "CFMlpANN": ("MLP is read, which took its place", ""),
    "TMlpANN": ("MLP is read, which took its place", ""),
}  # fmt: skip


def way_of_method(kind: str, options: Mapping[str, str]) -> str:
    """What can be done with a method that is not read, or ""."""
    way, option = WAYS.get(kind, ("", ""))
    file = options.get(option, "").strip()[:200] if option else ""
    return way.format(f" '{file}'" if file else f" that the option {option} names" if option else "")
