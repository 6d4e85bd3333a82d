"""Activations by name give the numbers of their formulas."""

from __future__ import annotations

from math import erf

import numpy as np
import pytest

from lading.errors import UnsupportedError
from lading.sources.layers.activations import ACTIVATIONS, USUAL_ALPHA, Activation, activate, gate_function

X = np.linspace(-8, 8, 60).reshape(12, 5)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


FORMULAS = {
    "linear": lambda x, a: x,
    "softmax": lambda x, a: softmax(x),
    "log_softmax": lambda x, a: np.log(softmax(x)),
    "sigmoid": lambda x, a: sigmoid(x),
    "relu": lambda x, a: np.maximum(x, 0),
    "tanh": lambda x, a: np.tanh(x),
    "abs": lambda x, a: np.abs(x),
    "exponential": lambda x, a: np.exp(x),
    "softplus": lambda x, a: np.log1p(np.exp(x)),
    "softsign": lambda x, a: x / (1 + np.abs(x)),
    "selu": lambda x, a: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)),
    "gelu": lambda x, a: x / 2 * (1 + np.vectorize(erf)(x / np.sqrt(2))),
    "gelu_tanh": lambda x, a: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    "mish": lambda x, a: x * np.tanh(np.log1p(np.exp(x))),
    "hard_silu": lambda x, a: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_sigmoid": lambda x, a: np.clip(a * x + 0.5, 0, 1),
    "elu": lambda x, a: np.where(x > 0, x, a * np.expm1(x)),
    "celu": lambda x, a: np.where(x > 0, x, a * np.expm1(x / a)),
    "leaky_relu": lambda x, a: np.where(x > 0, x, a * x),
    "swish": lambda x, a: x * sigmoid(a * x),
    "relu6": lambda x, a: np.clip(x, 0, a),
}


def test_every_function_has_its_formula():
    assert set(FORMULAS) == set(ACTIVATIONS)


@pytest.mark.parametrize("alpha", [None, 0.3])
@pytest.mark.parametrize(("type_", "near"), [("float32", 1e-6), ("float64", 1e-7)])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_is_its_formula(run, name, type_, near, alpha):
    function = Activation(name, alpha)
    x = X.astype(type_)
    expected = FORMULAS[name](x.astype(np.float64), USUAL_ALPHA.get(name) if alpha is None else alpha)
    given = run(x, lambda wiring: activate(wiring, "x", function, type_, gives="y"))
    assert np.abs(given - expected).max() <= near * np.abs(expected).max()


def test_a_float64_model_keeps_an_alpha_that_float32_does_not_hold(run):
    for name in ("elu", "leaky_relu", "swish", "hard_sigmoid"):
        given = run(X, lambda wiring, name=name: activate(wiring, "x", Activation(name, 0.3), "float64", gives="y"))
        assert np.abs(given - FORMULAS[name](X, 0.3)).max() <= 1e-14 * 8


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(UnsupportedError, match="did you mean 'leaky_relu'"):
        activate(None, "x", Activation("leakyrelu"))  # type: ignore[arg-type]
    with pytest.raises(UnsupportedError, match="'swish' is not read inside recurrent layers"):
        gate_function(Activation("swish"))
