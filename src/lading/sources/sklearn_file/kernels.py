"""Support vector machines: sums of kernels with the support vectors (libsvm: Chang and Lin, ACM TIST 2, 2011)."""

from __future__ import annotations

import numpy as np

from ...errors import UnsupportedError
from .columns import Growth, Table
from .linear import Builder, squeezed
from .prediction import Prediction, classification, regression
from .state import State
from .trees import classes_of

__all__ = ["KERNELS"]


def _classifier(model: State, table: Table, growth: Growth) -> Prediction:
    """Two classes: one sum. Probabilities of libsvm are what an iteration comes to within 0.0025: they are left out."""
    classes = classes_of(model)
    if len(classes) != 2:
        raise UnsupportedError(f"{model.where}: a {model.kind} of {len(classes)} classes, which votes between pairs; "
                               "those of two classes are read (for more, OneVsRestClassifier(SVC()) is)")  # fmt: skip
    if model.get("probability") is True:
        growth.remarks.append(f"the probabilities of {model.kind}(probability=True) are not given, only its margin "
                              "(decision_function): libsvm iterates for them, to 0.0025; for probabilities convert "
                              f"CalibratedClassifierCV({model.kind}())")
    margin = squeezed(growth, _sum(model, table, growth, -1.0))
    return classification(classes, "float64", margin=margin)


def _regressor(model: State, table: Table, growth: Growth) -> Prediction:
    return regression(squeezed(growth, _sum(model, table, growth, 1.0)), 0, "float64")


def _sum(model: State, table: Table, growth: Growth, sign: float) -> str:
    """(entries, 1): kernels times their coefficients, plus the intercept."""
    if model["kernel"] not in ("linear", "rbf", "poly", "sigmoid"):
        raise UnsupportedError(f"{model.where}: the {model.kind} has the kernel {model['kernel']!r}; linear, rbf, poly "
                               "and sigmoid are read")  # fmt: skip
    vectors = model.array("support_vectors_", 2, "f").astype(np.float64)
    coefficients = sign * model.array("_dual_coef_", 2, "f").astype(np.float64)
    intercept = sign * model.array("_intercept_", 1, "f").astype(np.float64)
    if vectors.shape[1] != table.size or coefficients.shape != (1, len(vectors)) or len(intercept) != 1:
        raise model.damaged(f"it has vectors {vectors.shape} and coefficients {coefficients.shape}")
    kernel = _kernel(model, growth.typed(table, "float64"), vectors, growth)
    return growth.wiring.add("Gemm", kernel, coefficients.T.copy(), intercept)


def _kernel(model: State, x: str, vectors: np.ndarray, growth: Growth) -> str:
    """(entries, vectors)."""
    wiring, kind = growth.wiring, model["kernel"]
    if kind == "linear":
        return wiring.add("MatMul", x, vectors.T.copy())
    gamma = np.array(model.number("_gamma"))
    if kind == "rbf":
        apart = wiring.add("Sub", wiring.add("Unsqueeze", x, np.array([1])), vectors[None])
        distance = wiring.add("ReduceSum", wiring.add("Mul", apart, apart), np.array([2]), keepdims=0)
        return wiring.add("Exp", wiring.add("Mul", distance, -gamma))
    shift = np.array(model.number("coef0"))
    product = wiring.add("Add", wiring.add("Mul", wiring.add("MatMul", x, vectors.T.copy()), gamma), shift)
    if kind == "sigmoid":
        return wiring.add("Tanh", product)
    return wiring.add("Pow", product, np.array(float(model.whole("degree"))))


KERNELS: dict[str, Builder] = {"SVC": _classifier, "NuSVC": _classifier, "SVR": _regressor, "NuSVR": _regressor}
