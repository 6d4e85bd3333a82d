"""Recurrent layers give the numbers of their formulas, step by step."""

from __future__ import annotations

import numpy as np
import pytest

from lading.sources.layers.activations import Activation
from lading.sources.layers.recurrent import GATES, Cell, recurrent

UNITS, INPUTS, STEPS, ENTRIES = 4, 3, 6, 2


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def made_up(kind, seed, **more):
    draw = np.random.default_rng(seed).normal
    gates = GATES[kind]
    return Cell(kind, {g: draw(size=(UNITS, INPUTS)) for g in gates}, {g: draw(size=(UNITS, UNITS)) for g in gates},
                {g: draw(size=UNITS) for g in gates}, {g: draw(size=UNITS) for g in gates}, **more)  # fmt: skip


def step_by_step(cell, x, act=np.tanh, inner=sigmoid):
    """(steps, entries, units), from (steps, entries, inputs)."""
    h = c = np.zeros((x.shape[1], UNITS))
    seen = []
    for now in x:
        wx = {g: now @ cell.kernel[g].T + cell.bias[g] for g in GATES[cell.kind]}
        uh = {g: h @ cell.recurrent[g].T + cell.recurrent_bias[g] for g in GATES[cell.kind]}
        if cell.kind == "LSTM":
            i, o, f = (inner(wx[g] + uh[g]) for g in "iof")
            c = f * c + i * act(wx["c"] + uh["c"])
            h = o * act(c)
        elif cell.kind == "GRU":
            z, r = inner(wx["z"] + uh["z"]), inner(wx["r"] + uh["r"])
            inside = r * uh["h"] if cell.reset_after else (r * h) @ cell.recurrent["h"].T + cell.recurrent_bias["h"]
            h = z * h + (1 - z) * act(wx["h"] + inside)
        else:
            h = act(wx["h"] + uh["h"])
        seen.append(h)
    return np.stack(seen)


X = np.random.default_rng(7).normal(size=(STEPS, ENTRIES, INPUTS))


def check(run, cells, expected, type_, near, last=None, **more):
    """``expected``: (steps, directions, entries, units)."""
    x = np.ascontiguousarray(X, type_)
    for which, wanted in enumerate((expected, expected[-1] if last is None else last)):

        def grow(wiring, which=which):
            wiring.add("Identity", recurrent(wiring, "x", cells, "layer", type_, **more)[which], gives="y")

        given = run(x, grow)
        assert given.shape == wanted.shape
        assert np.abs(given - wanted).max() <= near * np.abs(wanted).max()


@pytest.mark.parametrize(("type_", "near"), [("float32", 1e-6), ("float64", 1e-14)])
@pytest.mark.parametrize("kind", GATES)
def test_a_layer_is_its_formula(run, kind, type_, near):
    cell = made_up(kind, 1)
    check(run, [cell], step_by_step(cell, X)[:, None], type_, near)


def test_a_gru_that_resets_after(run):
    cell = made_up("GRU", 2, reset_after=True)
    check(run, [cell], step_by_step(cell, X)[:, None], "float64", 1e-14)


@pytest.mark.parametrize("kind", GATES)
def test_other_activations_and_their_numbers(run, kind):
    cell = made_up(kind, 3, activation=Activation("elu", 0.5), inner=Activation("hard_sigmoid", 0.25))
    expected = step_by_step(cell, X, lambda x: np.where(x > 0, x, 0.5 * np.expm1(x)),
                            lambda x: np.clip(0.25 * x + 0.5, 0, 1))  # fmt: skip
    check(run, [cell], expected[:, None], "float64", 1e-13)


def test_backwards_the_last_step_is_the_first(run):
    cell = made_up("GRU", 4)
    expected = step_by_step(cell, X[::-1])[::-1, None]
    check(run, [cell], expected, "float64", 1e-13, last=expected[0], backwards=True)


def test_two_cells_are_two_directions(run):
    cells = [made_up("LSTM", 5), made_up("LSTM", 6)]
    there, back = step_by_step(cells[0], X), step_by_step(cells[1], X[::-1])[::-1]
    check(run, cells, np.stack([there, back], axis=1), "float64", 1e-13, last=np.stack([there[-1], back[0]]))
