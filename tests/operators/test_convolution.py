"""Conv, ConvTranspose, LRN and Det against others, and the same bits however they are run."""

from __future__ import annotations

import hashlib

import grids
import numpy as np
import oracles
import pytest
from instruction_sets import bits_on, every_instruction_set
from one_node import open_session, run_node, run_nodes

DRAW = {"Conv": grids.convolution, "ConvTranspose": grids.transposed_convolution}


def close(found: np.ndarray, expected: np.ndarray, relative: float) -> None:
    assert found.shape == expected.shape
    scale = np.abs(expected).max(initial=0)
    np.testing.assert_allclose(found, expected, rtol=0, atol=relative * scale)


def tolerance(dtype: np.dtype) -> float:
    return 1e-6 if dtype == np.float32 else 1e-13


@pytest.mark.parametrize("operator", DRAW)
@pytest.mark.parametrize("seed", range(60))
def test_as_the_numpy_evaluator(operator, seed):
    inputs, attributes = DRAW[operator](np.random.default_rng(seed))
    found = run_node(operator, inputs, **attributes)[0]
    close(found, oracles.by_evaluate(operator, inputs, **attributes)[0], tolerance(found.dtype))


@pytest.mark.parametrize("seed", range(60))
def test_convolutions_as_onnx_reference(seed):
    """In float64. Its automatic padding forgets the dilations, so that here all padding is given."""
    inputs, attributes = grids.convolution(np.random.default_rng(1000 + seed), auto=False)
    found = run_node("Conv", inputs, **attributes)[0]
    close(found, oracles.by_reference("Conv", inputs, **attributes)[0], tolerance(found.dtype))


@pytest.mark.parametrize("operator", DRAW)
def test_as_onnx_runtime(operator):
    """In float32, without automatic padding, where it has its own opinions on short kernels."""
    compared = 0
    for seed in range(60):
        inputs, attributes = DRAW[operator](np.random.default_rng(2000 + seed), auto=False)
        inputs = [each.astype(np.float32) for each in inputs]
        expected = oracles.by_onnx_runtime(operator, inputs, **attributes)
        if expected is None:
            continue
        compared += 1
        close(run_node(operator, inputs, **attributes)[0], expected[0], 2e-6)
    assert compared >= 50


@pytest.mark.parametrize("operator", DRAW)
def test_constant_weights_and_computed_ones_give_the_same_bits(operator):
    for seed in range(20):
        inputs, attributes = DRAW[operator](np.random.default_rng(seed))
        computed = run_node(operator, inputs, **attributes)[0]
        constant = run_node(operator, inputs, constants=range(1, len(inputs)), **attributes)[0]
        np.testing.assert_array_equal(computed, constant)


# Shapes that take every way of laying out windows: pointwise, short rows, long rows, strides, depthwise, deep sums.
LAYOUTS = {
    "pointwise": ((3, 20, 5, 7), (9, 20, 1, 1), {}),
    "pointwise on few places": ((40, 20, 3), (9, 20, 1), {}),
    "pointwise on one place": ((40, 20, 1, 1), (9, 20, 1, 1), {}),
    "short rows": ((9, 16, 8, 8), (32, 16, 3, 3), {"pads": [1, 1, 1, 1]}),
    "long rows": ((2, 3, 4, 100), (5, 3, 3, 3), {"pads": [1, 1, 1, 1]}),
    "without padding": ((5, 4, 6, 6), (7, 4, 3, 3), {}),
    "strides": ((5, 3, 17, 19), (8, 3, 5, 5), {"strides": [2, 3], "pads": [2, 2, 1, 0]}),
    "stride beyond the kernel": ((3, 2, 20), (4, 2, 2), {"strides": [5]}),
    "dilations": ((5, 4, 30), (6, 4, 3), {"dilations": [4], "pads": [4, 4]}),
    "depthwise": ((3, 12, 9, 9), (12, 1, 3, 3), {"group": 12, "pads": [1, 1, 1, 1]}),
    "three axes": ((3, 2, 5, 6, 7), (4, 2, 3, 3, 3), {"pads": [1] * 6, "strides": [1, 2, 1]}),
    "the whole image": ((6, 3, 6, 6), (10, 3, 6, 6), {}),
    "a window in the padding alone": ((2, 2, 3), (3, 2, 2), {"pads": [4, 4]}),
}


def layout(name):
    rng = np.random.default_rng(5)
    shape, weights, attributes = LAYOUTS[name]
    return [np.float32(rng.normal(size=size)) for size in (shape, weights, weights[:1])], attributes


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(name):
    inputs, attributes = layout(name)
    close(run_node("Conv", inputs, **attributes)[0], oracles.by_evaluate("Conv", inputs, **attributes)[0], 1e-6)


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_entry_does_not_see_how_many_there_are(name):
    (x, *weights), attributes = layout(name)
    together = run_node("Conv", [x, *weights], **attributes)[0]
    for some in (1, 2, len(x) - 1):
        np.testing.assert_array_equal(run_node("Conv", [x[:some], *weights], **attributes)[0], together[:some])


def digest() -> str:
    """Of the bits of many results."""
    seen = hashlib.sha256()
    for name in LAYOUTS:
        inputs, attributes = layout(name)
        seen.update(run_node("Conv", inputs, **attributes)[0].tobytes())
    for operator, draw in DRAW.items():
        for seed in range(20):
            inputs, attributes = draw(np.random.default_rng(seed))
            seen.update(run_node(operator, inputs, **attributes)[0].tobytes())
    for operator in ("MaxPool", "AveragePool", "LpPool"):
        for seed in range(20):
            inputs, attributes = grids.pool(np.random.default_rng(seed), operator)
            seen.update(run_node(operator, inputs, **attributes)[0].tobytes())
    x = np.float32(np.random.default_rng(6).normal(size=(3, 5, 7, 11)))
    for operator in ("GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"):
        seen.update(run_node(operator, [x])[0].tobytes())
    return seen.hexdigest()


@every_instruction_set
def test_every_instruction_set_gives_the_same_bits(isa):
    assert bits_on(isa, "test_convolution", "digest().encode()") == digest().encode()


@pytest.mark.parametrize("shape", [(0, 2, 5, 5), (2, 2, 0, 5), (2, 2, 5, 0), (2, 2, 1, 5)])
def test_nothing_to_convolve(shape):
    """No entries, no elements, or too few for a window: there are no windows then, and no numbers."""
    x, w = np.zeros(shape, np.float32), np.ones((3, 2, 2, 2), np.float32)
    found = run_node("Conv", [x, w])[0]
    assert found.shape == (shape[0], 3, max(shape[2] - 1, 0), max(shape[3] - 1, 0))


def test_no_channels_leave_the_bias():
    x, w = np.zeros((2, 0, 4), np.float32), np.zeros((3, 0, 2), np.float32)
    found = run_node("Conv", [x, w, np.float32([1, 2, 3])])[0]
    np.testing.assert_array_equal(found, np.broadcast_to(np.float32([[1], [2], [3]]), (2, 3, 3)))


@pytest.mark.parametrize("seed", range(6))
def test_lrn(seed):
    """onnx.reference takes the number of entries for that of channels: here they are equal. It divides
    alpha by size in float32: the quotient is exact here."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(7, 7, 3, 4))
    attributes = {"size": seed + 1, "alpha": 0.25 * (seed + 1), "beta": 0.75, "bias": 1.5}
    close(run_node("LRN", [x], **attributes)[0], oracles.by_reference("LRN", [x], **attributes)[0], 1e-13)
    x = np.float32(x)
    close(run_node("LRN", [x], **attributes)[0], oracles.by_reference("LRN", [x], **attributes)[0], 1e-6)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 8])
def test_determinants(n):
    x = np.random.default_rng(n).normal(size=(2, 3, n, n))
    close(run_node("Det", [x])[0], np.linalg.det(x), 1e-12)


def test_a_singular_matrix_has_no_determinant():
    assert run_node("Det", [np.float32([[1, 2], [2, 4]])])[0] == 0
    assert run_node("Det", [np.zeros((3, 3))])[0] == 0


# ---- with neighbours


def after(layer, weights, *rest):
    """A layer of x, followed by nodes each of which reads what the one before it gives."""
    nodes = [{**layer, "node": "n0", "inputs": ["x", *weights], "outputs": ["v0"]}]
    for k, each in enumerate(rest):
        inputs = [f"v{k}", *each.get("inputs", [])]
        nodes.append({**each, "node": f"n{k + 1}", "inputs": inputs, "outputs": [f"v{k + 1}"]})
    return nodes


def test_a_relu_behind_is_part_of_it():
    for name in LAYOUTS:
        (x, w, b), attributes = layout(name)
        layer = {"operator": "Conv", **({"attributes": attributes} if attributes else {})}
        nodes = after(layer, ["w", "b"], {"operator": "Relu"})
        weights = {"w": w, "b": b}
        found, alone = (run_nodes(nodes, {"x": x}, [wanted], weights)[0] for wanted in ("v1", "v0"))
        np.testing.assert_array_equal(found, np.maximum(alone, 0))
        both = run_nodes(nodes, {"x": x}, ["v0", "v1"], weights)
        np.testing.assert_array_equal(both[0], alone)
        np.testing.assert_array_equal(both[1], found)


@pytest.mark.parametrize("operator", DRAW)
def test_a_normalization_behind_goes_into_the_weights(operator):
    """Against the graph whose normalization stays, because what is before it is also an output."""
    for seed in range(20):
        inputs, attributes = DRAW[operator](np.random.default_rng(seed))
        x, *weights = [np.float32(each) for each in inputs]
        named = {f"w{k}": value for k, value in enumerate(weights)}
        layer = {"operator": operator, "attributes": attributes}
        y = run_nodes(after(layer, named), {"x": x}, ["v0"], named)[0]
        rng = np.random.default_rng(seed)
        parts = {f"p{k}": np.float32(rng.uniform(0.5, 2, y.shape[1])) for k in range(4)}
        nodes = after(layer, named, {"operator": "BatchNormalization", "inputs": list(parts)})
        folded = open_session(nodes, {"x": x}, ["v1"], {**named, **parts}).run_graph([x])[0]
        kept = open_session(nodes, {"x": x}, ["v0", "v1"], {**named, **parts}).run_graph([x])[1]
        close(folded, kept, 2e-6)
