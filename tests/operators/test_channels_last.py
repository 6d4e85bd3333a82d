"""Convolutions with constant weights run on images whose channels stand last; the bits are those of the nodes alone.

A network is run twice: with its weights in the bundle, which the engine plans with, and with weights that are fed,
which it cannot know, so that every node runs as it stands.
"""

from __future__ import annotations

import hashlib

import numpy as np
import oracles
import pytest
from image_chains import LAYOUTS, layout, random_chain, steps
from instruction_sets import bits_on, every_instruction_set
from one_node import load, run_nodes

from lading.engine import _lading
from lading.errors import LadingError


@pytest.mark.parametrize("seed", range(150))
def test_chains_have_the_bits_of_their_nodes(seed):
    chain = random_chain(seed)
    try:
        expected = chain.run(planned=False)
    except Exception:
        with pytest.raises(LadingError):  # images that the strides have used up: refused either way
            chain.run(planned=True)
        return
    for found, wanted in zip(chain.run(planned=True), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_most_of_these_chains_are_channels_last():
    steps = [random_chain(seed).steps() for seed in range(150)]
    assert sum("ChannelsLastConvolution" in names for names in steps) > 100
    assert sum("ChannelsLastPool" in names for names in steps) > 20


@pytest.mark.parametrize("pool", [False, True])
@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts(name, pool):
    chain = layout(name, pool)
    assert "ChannelsLastConvolution" in chain.steps()
    np.testing.assert_array_equal(chain.run(planned=True)[0], chain.run(planned=False)[0])


@pytest.mark.parametrize("name", LAYOUTS)
def test_as_onnx_runtime(name):
    attributes = LAYOUTS[name][-1]
    if "auto_pad" in attributes or name == "windows in the padding alone":  # it has its own opinions on these
        return
    chain = layout(name)
    expected = oracles.by_onnx_runtime("Conv", [chain.image, *chain.weights.values()], **attributes)[0]
    np.testing.assert_allclose(chain.run(planned=True)[0], expected, rtol=0, atol=2e-6 * np.abs(expected).max())


@pytest.mark.parametrize("name", LAYOUTS)
def test_an_entry_does_not_see_how_many_there_are(name):
    chain = layout(name, pool=True)
    together = chain.run(planned=True)[0]
    for some in (1, 2, 4):
        np.testing.assert_array_equal(chain.run(True, chain.image[:some])[0], together[:some])


def digest() -> str:
    """Of the bits of many results."""
    seen = hashlib.sha256()
    for name in LAYOUTS:
        for pool in (False, True):
            seen.update(layout(name, pool).run(planned=True)[0].tobytes())
    return seen.hexdigest()


@every_instruction_set
def test_every_instruction_set_gives_the_same_bits(isa):
    assert bits_on(isa, "test_channels_last", "digest().encode()") == digest().encode()


def test_a_pool_side_by_side_is_part_of_its_convolution():
    chain = layout("an image", pool=True)
    assert chain.steps() == ["Squeeze", "Unsqueeze", "ChannelsLastConvolution", "Transpose"]


def test_an_image_is_turned_only_at_the_ends():
    chain = layout("four chains", pool=True)
    chain.convolve(32, [3, 3], pads=[1, 1, 1, 1])
    chain.add("Tanh")
    chain.convolve(12, [1, 1])
    chain.add("AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    chain.add("Flatten")
    assert chain.steps() == ["Transpose", "ChannelsLastConvolution", "ChannelsLastConvolution", "Tanh",
                             "ChannelsLastConvolution", "ChannelsLastPool", "Transpose", "Flatten"]  # fmt: skip


def test_a_residual_stays_in_the_chain():
    """What two convolutions read, and what their chain adds to, is turned once."""
    chain = layout("four chains")
    kept = chain.name
    chain.add("Relu")
    chain.convolve(32, [3, 3], pads=[1, 1, 1, 1])
    chain.add("Add", kept)
    chain.convolve(12, [3, 3])
    assert chain.steps() == ["Transpose", "ChannelsLastConvolution", "Relu", "ChannelsLastConvolution", "Add",
                             "ChannelsLastConvolution", "Transpose"]  # fmt: skip
    planned, alone = (chain.run(planned, outputs=(kept,)) for planned in (True, False))
    for found, wanted in zip(planned, alone, strict=True):
        np.testing.assert_array_equal(found, wanted)


CHANGES = ["groups", "three axes", "few outputs", "infinite weights", "a bias of -0", "float64"]


@pytest.mark.parametrize("change", CHANGES)
def test_what_stays_as_it_is(change):
    rng = np.random.default_rng(1)
    shape, space, attributes = [16, 4, 3, 3], [7, 7], {"pads": [1, 1, 1, 1]}
    if change == "groups":
        shape, attributes = [16, 2, 3, 3], {**attributes, "group": 2}
    if change == "three axes":
        shape, space, attributes = [16, 4, 2, 2, 2], [4, 4, 4], {}
    if change == "few outputs":
        shape[0] = 3
    dtype = np.float64 if change == "float64" else np.float32
    x, w, b = (rng.normal(size=size).astype(dtype) for size in ([2, 4, *space], shape, shape[:1]))
    if change == "infinite weights":
        w[0, 0, 0, 0] = np.inf
    if change == "a bias of -0":
        b[3] = -0.0
    node = {"node": "n", "operator": "Conv", "inputs": ["x", "w", "b"], "outputs": ["y"], "attributes": attributes}
    assert steps([node], x, "y", {"w": w, "b": b}) == ["Conv"]
    found = run_nodes([node], {"x": x}, ["y"], {"w": w, "b": b})[0]
    np.testing.assert_array_equal(found, run_nodes([node], {"x": x, "w": w, "b": b}, ["y"])[0])


def test_numbers_that_are_none():
    """A NaN or an infinity is seen by the windows that it stands under, and by no others."""
    chain = layout("four chains", pool=True)
    chain.image[1, 3, 0, 0], chain.image[2, 5, 8, 9], chain.image[2, 5, 1, 15] = np.nan, np.inf, -np.inf
    found = chain.run(planned=True)[0]
    np.testing.assert_array_equal(found, chain.run(planned=False)[0])
    assert np.isnan(found[1]).any() and not np.isnan(found[1]).all() and not np.isnan(found[[0, 3, 4]]).any()


@pytest.mark.parametrize("shape", [(0, 16, 5, 5), (2, 16, 0, 5), (2, 16, 5, 0), (2, 16, 1, 5)])
def test_nothing_to_convolve(shape):
    chain = layout("four chains", pool=True)
    found, wanted = (chain.run(planned, np.zeros(shape, np.float32))[0] for planned in (True, False))
    assert found.shape == wanted.shape
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("shape", [(2, 15, 9, 9), (2, 16, 9), (2, 16, 9, 9, 9)])
def test_an_image_that_does_not_fit(shape):
    chain = layout("four chains")
    with pytest.raises(LadingError, match="n0"):
        chain.run(True, np.zeros(shape, np.float32))


def test_entries_run_together():
    """They are proven apart: a batch gives the bits of each entry, in blocks and on two threads."""
    chain = layout("four chains", pool=True)
    chain.add("Flatten")
    axes = {"jet": {"kind": "entry"}}
    inputs = [{"name": "x", "axes": ["jet", 16, 16, 16], "type": "float32"}]
    outputs = [{"name": chain.name, "axes": ["jet", 32 * 8 * 8], "type": "float32"}]
    session = _lading.Session(load(inputs, chain.nodes, outputs, chain.weights, axes))
    images = np.float32(np.random.default_rng(2).normal(size=(40, 16, 16, 16)))
    single = [session.run_graph([images[e : e + 1]])[0].copy() for e in range(40)]
    np.testing.assert_array_equal(session.run_graph([images])[0], np.concatenate(single))
