"""Functions and modules of JAX, Flax and Equinox, compared with JAX itself: with -m full, which installs them."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import lading
from lading import UnsupportedError, ValueRefused
from lading.bundle import to_buffers

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "tests" / "docs"))

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore")]  # JAX and Flax warn of themselves

DICE = np.random.default_rng(5)


def normal(*shape):
    return DICE.normal(size=shape).astype(np.float32)


def flax_modules():
    """By name: a module of Flax, and an example."""
    import flax.linen as nn
    import jax.numpy as jnp

    class Tagger(nn.Module):
        @nn.compact
        def __call__(self, jets, tracks, mask):
            x = nn.LayerNorm()(nn.relu(nn.Dense(8, name="phi")(tracks)))
            x = x + nn.MultiHeadDotProductAttention(num_heads=2)(x, x, mask=mask[:, None, None, :] > 0)
            x = jnp.concatenate([jets, (x * mask[..., None]).sum(1)], -1)
            return {"flavour": nn.softmax(nn.Dense(3)(nn.gelu(nn.Dense(8)(x))))}

    class Images(nn.Module):
        @nn.compact
        def __call__(self, image):
            x = nn.max_pool(nn.relu(nn.Conv(4, (3, 3))(image)), (2, 2), strides=(2, 2))
            x = nn.avg_pool(nn.Conv(8, (3, 3), padding="VALID")(x), (2, 2))
            return nn.Dense(2)(nn.BatchNorm(use_running_average=True)(x.reshape(x.shape[0], -1)))

    class Categories(nn.Module):
        @nn.compact
        def __call__(self, charge, tracks):
            return nn.Dense(2)(jnp.concatenate([nn.Embed(7, 3)(charge), tracks], -1)).max(1)

    return {"tagger": (Tagger(), (normal(2, 2), normal(2, 5, 3), np.ones((2, 5), np.float32))),
            "images": (Images(), normal(2, 12, 12, 1)),
            "categories": (Categories(), (DICE.integers(0, 7, (2, 5)), normal(2, 5, 4)))}  # fmt: skip


@pytest.mark.parametrize("name", ["tagger", "images", "categories"])
def test_modules_of_flax_agree_with_jax(name):
    import jax

    module, example = flax_modules()[name]
    variables = module.init(jax.random.key(0), *(example if isinstance(example, tuple) else (example,)))
    model = lading.convert((module, variables), example)
    agrees(model)
    assert "Dense_0.w" in model.weights and model.record["origin"]["class"] == type(module).__name__
    if name == "tagger":
        assert model.inputs["tracks"].axes == ["entry", "track", 3] and "phi.w" in model.weights
        assert list(model.outputs) == ["flavour"]


def agrees(model):
    compared = model.agreement["compared"]
    assert model.agreement["with"].startswith("JAX") and compared[0] == "the example" and len(compared) >= 4
    assert all(output["difference"] <= 1e-6 or output["reason"] for output in model.agreement["outputs"].values())
    assert model.check()


def test_modules_of_equinox_and_nnx():
    import equinox
    import jax
    from flax import nnx

    perceptron = equinox.nn.MLP(4, 2, 8, 2, key=jax.random.key(0))
    one = lading.convert(perceptron, normal(4))
    assert one.input_list[0].axes == [4] and "layers.0.w" in one.weights
    many = lading.convert(jax.vmap(perceptron), normal(3, 4))
    assert [node.operator for node in many.graphs["main"].nodes] == ["Gemm", "Relu", "Gemm", "Relu", "Gemm"]

    class Net(nnx.Module):
        def __init__(self):
            self.first, self.norm = nnx.Linear(4, 8, rngs=nnx.Rngs(0)), nnx.LayerNorm(8, rngs=nnx.Rngs(1))
            self.dropout = nnx.Dropout(0.5, rngs=nnx.Rngs(2), deterministic=True)  # holds a key of random numbers

        def __call__(self, jets):
            return self.norm(self.dropout(nnx.relu(self.first(jets))))

    net = lading.convert(Net(), normal(3, 4))
    assert "first.w" in net.weights
    for model in (one, many, net):
        agrees(model)


def numbers_of_python(x):
    import jax

    return [jax.nn.elu(x), jax.numpy.where(x > 0, x, 0.5), jax.numpy.mod(x, 2.0)]


def stacked(x):
    import jax.numpy as jnp

    return [jnp.stack([x, -x], 1), jnp.tile(x, (1, 2))]


FUNCTIONS = {
    "last": (lambda tracks: tracks[:, -1] * 2 + tracks[:, 0] + tracks[:, 1:].mean(1), (2, 5, 4)),
    "pairs": (lambda tracks: ((tracks[:, :, None] - tracks[:, None]) ** 2).sum(-1).min(-1), (2, 5, 3)),
    "flat": (lambda image: image.reshape(image.shape[0], -1) @ np.ones((12, 2), np.float32), (2, 3, 4)),
    "numbers of Python": (numbers_of_python, (2, 4)),
    "stacked": (stacked, (2, 4)),
    "each": (lambda x: [abs(x), -x, x / (1 + x * x)], (2, 4)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_agree_with_jax(name):
    import jax

    function, shape = FUNCTIONS[name]
    model = lading.convert(jax.jit(function), normal(*shape))
    agrees(model)
    assert model.batched


def test_arithmetic_agrees_with_jax():
    import jax
    import jax.numpy as jnp

    def function(x, y):
        positive = jnp.abs(x) + 0.1
        numbers = [jnp.log1p(positive), jnp.expm1(x), jax.lax.rsqrt(positive), jnp.cumsum(x, -1), x**3,
                   jnp.clip(x, -1, 1), jnp.where(x > y, x, y), jnp.hypot(x, y), jax.nn.silu(x), jax.nn.gelu(x),
                   jax.nn.softplus(x),
                   jax.nn.log_softmax(x), jnp.floor(y), jnp.round(y), jnp.sign(x), jnp.arctan(x),
                   jax.scipy.special.erf(x),
                   jnp.pad(x, ((0, 0), (1, 2))), jnp.flip(x, -1), jnp.linalg.norm(x, axis=-1, keepdims=True),
                   jnp.power(positive, y), jnp.std(x, -1, keepdims=True), jnp.prod(x, -1, keepdims=True)]
        truths = [(x > 0) & (y > 0), jnp.isfinite(x), jnp.any(x > 0, -1, keepdims=True), jnp.argmax(x, -1)[:, None]]
        parts = [each.astype(jnp.float32) for each in truths]
        return jnp.concatenate([*numbers, *parts, *jnp.split(x, 2, -1)], -1)

    agrees(lading.convert(function, (normal(3, 4), normal(3, 4))))


def test_names_and_bytes():
    import jax.numpy as jnp

    weights = {"a": normal(4, 8), "b": normal(8, 2)}

    def score(jets):
        return jnp.tanh(jets @ weights["a"]) @ weights["b"]

    options = {"variables": ["pt", "eta", "phi", "mass"], "labels": {"score": ["signal", "background"]}}
    model = lading.convert(score, normal(3, 4), **options)
    assert list(model.variables) == options["variables"] and list(model.labels) == ["signal", "background"]
    assert to_buffers(model) == to_buffers(lading.convert(score, normal(5, 4), **options))
    axes = lading.convert(lambda tracks: tracks.sum(0), normal(5, 2, 3), axes={"tracks": ["track", "jet", "variable"]})
    assert axes.input_list[0].axes == ["track", "jet", 3]


def test_what_no_graph_can_do_is_refused():
    import jax
    import jax.numpy as jnp

    key = jax.random.key(1)
    for function, text in [
        (lambda x: x if x.sum() > 0 else -x, r"depends on the numbers it is given \(test_live.py"),
        (lambda x: jax.lax.cond(x.sum() > 0, jnp.abs, jnp.negative, x), "choose with jnp.where"),
        (lambda x: jnp.sort(x), "the primitive 'sort' has no counterpart here"),
        (lambda x: x + jax.random.normal(key, x.shape), "random numbers"),
        (lambda x: jax.lax.scan(lambda c, each: (c + each, c), x[0], x)[1], "a loop .* has no counterpart"),
        (lambda x: jnp.fft.fft(x), "gives arrays of real numbers"),
        (lambda x: x @ jnp.ones((5, 2)), "it fails on the example"),
    ]:
        with pytest.raises(UnsupportedError, match=text):
            lading.convert(function, normal(3, 4))
    with pytest.raises(ValueRefused, match="give example inputs"):
        lading.convert(jax.jit(jnp.tanh))
    with pytest.raises(ValueRefused, match=r"the example has 'jet', which it does not take .*did you mean 'jets'"):
        lading.convert(lambda jets, tracks: jets, {"jet": normal(2, 3), "tracks": normal(2, 3)})


def test_the_page_does_what_it_says(tmp_path):
    from blocks import Page, blocks_of

    page, running = ROOT / "docs" / "from-jax.md", Page(tmp_path)
    for block in blocks_of(page):
        try:
            running.run(block)
        except Exception as error:
            raise AssertionError(f"{page.name}, line {block.line}: {error}") from error
