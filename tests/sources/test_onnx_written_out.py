"""Operators that are written out, on shapes and attributes of all kinds, against ONNX Runtime or ``onnx.reference``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

import lading
from lading.errors import LadingError

random = np.random.default_rng(7)


def network(node: onnx.NodeProto, feeds: dict[str, np.ndarray], kind: int, rank: int, opset: int,
            open_axes: bool = False, **constants: np.ndarray) -> onnx.ModelProto:  # fmt: skip
    number = helper.np_dtype_to_tensor_dtype
    inputs = [helper.make_tensor_value_info(name, number(x.dtype), ["n" if open_axes else len(x), *x.shape[1:]]
                                            if x.shape else []) for name, x in feeds.items()]  # fmt: skip
    output = helper.make_tensor_value_info(node.output[0], kind, ["n" if open_axes else None, *[None] * (rank - 1)])
    weights = [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph([node], "g", inputs, [output], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def converted(proto: onnx.ModelProto, folder: Path) -> lading.Model:
    onnx.save(proto, folder / "network.onnx")
    return lading.convert(folder / "network.onnx", compare=False)


def of_runtime(proto: onnx.ModelProto, feeds: dict[str, np.ndarray]) -> np.ndarray:
    import onnxruntime

    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, feeds)[0])


Feeds = dict[str, np.ndarray]


def check(proto: onnx.ModelProto, feeds: Feeds, folder: Path, wanted: np.ndarray, atol: float = 0) -> None:
    (found,) = converted(proto, folder).session().run_graph(feeds).values()
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
    np.testing.assert_allclose(found, wanted, rtol=1e-6 if atol else 0, atol=atol)


@pytest.mark.parametrize("open_axes", [False, True])
@pytest.mark.parametrize("attributes", [
    {"kernel_shape": [2, 2], "strides": [2, 2]}, {"kernel_shape": [3, 2], "strides": [2, 3]},
    {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 0, 1]}, {"kernel_shape": [2, 2]}])  # fmt: skip
def test_unpooling_puts_the_largest_numbers_back(attributes: dict[str, Any], open_axes: bool, tmp_path: Path) -> None:
    image = random.permutation(2 * 3 * 8 * 9).reshape(2, 3, 8, 9).astype(np.float32) + 1
    pool = helper.make_node("MaxPool", ["x"], ["y", "places"], **attributes)
    proto = network(pool, {"x": image}, TensorProto.FLOAT, 4, 22)
    proto.graph.output.append(helper.make_tensor_value_info("places", TensorProto.INT64, None))
    import onnxruntime

    pooled, places = onnxruntime.InferenceSession(proto.SerializeToString()).run(None, {"x": image})
    begin, end = np.reshape(attributes.get("pads", [0] * 4), (2, 2))
    size = [(n - 1) * s + k - b - e for n, s, k, b, e in zip(
        pooled.shape[2:], attributes.get("strides", [1, 1]), attributes["kernel_shape"], begin, end, strict=True)]
    # places of MaxPool count in the image that was there, those of MaxUnpool in the one that it makes: the same here
    unraveled = np.unravel_index(places, image.shape)
    if any((each >= n).any() for each, n in zip(unraveled[2:], size, strict=True)):
        pytest.skip("the pool leaves out the image's last rows, which MaxUnpool's shape does not have")
    here = np.ravel_multi_index(unraveled, (2, 3, *size))
    feeds = {"pooled": pooled, "places": here}
    node = helper.make_node("MaxUnpool", list(feeds), ["back"], **attributes)
    wanted = np.zeros((2, 3, *size), np.float32)
    wanted.reshape(-1)[here.ravel()] = pooled.ravel()
    check(network(node, feeds, TensorProto.FLOAT, 4, 22, open_axes), feeds, tmp_path, wanted)


def test_unpooling_to_a_larger_image(tmp_path: Path) -> None:
    feeds = {"x": np.float32([[[[1, 2], [3, 4]]]]), "i": np.array([[[[5, 7], [13, 15]]]])}
    node = helper.make_node("MaxUnpool", ["x", "i", "shape"], ["y"], kernel_shape=[2, 2], strides=[2, 2])
    proto = network(node, feeds, TensorProto.FLOAT, 4, 22, shape=np.array([1, 1, 5, 6]))
    check(proto, feeds, tmp_path, ReferenceEvaluator(proto).run(None, feeds)[0])


@pytest.mark.parametrize("mode", ["linear", "circular"])
@pytest.mark.parametrize("shape, axis", [((3, 2, 6, 4), -2), ((3, 6, 4), 1), ((2, 5, 6), -1)])
@pytest.mark.parametrize("open_axes", [False, True])
def test_a_cache_takes_what_is_new(mode: str, shape: tuple[int, ...], axis: int, open_axes: bool,
                                   tmp_path: Path) -> None:  # fmt: skip
    cache, new = random.normal(size=shape).astype(np.float32), list(shape)
    new[axis] = 3
    start = random.integers(0, shape[axis] - (3 if mode == "linear" else 0), shape[0])
    feeds = {"cache": cache, "new": random.normal(size=new).astype(np.float32), "start": start}
    node = helper.make_node("TensorScatter", list(feeds), ["y"], axis=axis, mode=mode)
    proto = network(node, feeds, TensorProto.FLOAT, len(shape), 24, open_axes)
    wanted = cache.copy()
    for entry, first in enumerate(start):
        places = (first + np.arange(3)) % shape[axis]
        np.moveaxis(wanted[entry], axis if axis < 0 else axis - 1, 0)[places] = np.moveaxis(
            feeds["new"][entry], axis if axis < 0 else axis - 1, 0)
    check(proto, feeds, tmp_path, wanted)


@pytest.mark.parametrize("mode", ["TF", "IDF", "TFIDF"])
@pytest.mark.parametrize("lengths, skips", [((1, 1), 0), ((1, 2), 0), ((2, 3), 2), ((1, 3), 5)])
@pytest.mark.parametrize("shape, dtype", [((4, 12), np.int64), ((12,), np.int32), ((3, 2), np.int64)])
def test_groups_are_counted_as_onnx_runtime_does(mode: str, lengths: tuple[int, int], skips: int,
                                                 shape: tuple[int, ...], dtype: type,
                                                 tmp_path: Path) -> None:  # fmt: skip
    pools = [random.permutation(4)[:3], *(np.unique(random.integers(0, 4, (5, n)), axis=0) for n in (2, 3))]
    counts = np.cumsum([0, *(pool.size for pool in pools)])[:3].tolist()
    groups = sum(len(pool) for pool in pools)
    node = helper.make_node("TfIdfVectorizer", ["x"], ["y"], mode=mode, min_gram_length=lengths[0],
                            max_gram_length=lengths[1], max_skip_count=skips, ngram_counts=counts,
                            ngram_indexes=random.permutation(groups).tolist(),
                            pool_int64s=np.concatenate([pool.ravel() for pool in pools]).tolist(),
                            weights=random.uniform(0.5, 2, groups).tolist())  # fmt: skip
    feeds = {"x": random.integers(0, 4, shape).astype(dtype)}
    proto = network(node, feeds, TensorProto.FLOAT, len(shape), 9)
    check(proto, feeds, tmp_path, of_runtime(proto, feeds), atol=1e-6)


@pytest.mark.parametrize("bins, length, rate, low, high", [(8, 16, 8192, 0.0, 4096.0), (40, 512, 16000, 20.0, 7600.0)])
@pytest.mark.parametrize("known", [False, True])
def test_mel_triangles(bins: int, length: int, rate: int, low: float, high: float, known: bool, tmp_path: Path) -> None:
    given = {"bins": np.int64(bins), "length": np.int64(length), "rate": np.int64(rate),
             "low": np.float32(low), "high": np.float32(high)}  # fmt: skip
    node = helper.make_node("MelWeightMatrix", list(given), ["y"])
    feeds = {name: np.array(value) for name, value in given.items()}
    wanted = of_runtime(network(node, feeds, TensorProto.FLOAT, 2, 17), feeds)
    if known:  # a network must have an input
        use = helper.make_node("MatMul", ["x", "y"], ["z"])
        x = {"x": np.eye(length // 2 + 1, dtype=np.float32)}
        proto = network(use, x, TensorProto.FLOAT, 2, 17, **feeds)
        proto.graph.node.insert(0, node)
        check(proto, x, tmp_path, wanted, atol=1e-6)
    else:
        check(network(node, feeds, TensorProto.FLOAT, 2, 17), feeds, tmp_path, wanted, atol=1e-6)


def refused(tmp_path: Path, text: str, node: onnx.NodeProto, **feeds: np.ndarray) -> None:
    opset = 24 if node.op_type == "TensorScatter" else 9
    proto = network(node, feeds, TensorProto.FLOAT, 2, opset)
    with pytest.raises(LadingError, match=text):
        converted(proto, tmp_path)


@pytest.mark.parametrize("changed, text", [
    ({"mode": "tf"}, "its mode is 'tf'"), ({"ngram_indexes": [0]}, "groups of numbers and 1 ngram_indexes"),
    ({"ngram_counts": [0, 9]}, "do not divide"), ({"ngram_counts": [0, 3]}, "do not divide"),
    ({"ngram_counts": [-1, 2]}, "do not divide"), ({"weights": [1.0]}, "3 ngram_indexes and 1 weights"),
    ({"ngram_indexes": [0, -1, 2]}, "not places of columns"),
    ({"ngram_indexes": [0, 1, 2**40]}, "not places of columns"),
])  # fmt: skip
def test_groups_that_do_not_fit_are_refused(changed: dict[str, Any], text: str, tmp_path: Path) -> None:
    usual: dict[str, Any] = {"mode": "TF", "min_gram_length": 1, "max_gram_length": 2, "max_skip_count": 0,
                             "ngram_counts": [0, 2], "ngram_indexes": [0, 1, 2],
                             "pool_int64s": [1, 2, 3, 4]}  # fmt: skip
    node = helper.make_node("TfIdfVectorizer", ["x"], ["y"], **usual | changed)
    refused(tmp_path, text, node, x=np.zeros((2, 3), np.int64))


def test_others_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    floats, places = np.zeros((2, 3, 4), np.float32), np.zeros((2, 3, 4), np.int64)
    node = helper.make_node("MaxUnpool", ["x", "i"], ["y"], kernel_shape=[2, 2])
    node.attribute[0].ints[:] = []
    refused(tmp_path, "does not fit the kernel", node, x=floats, i=places)
    node = helper.make_node("MaxUnpool", ["x", "i"], ["y"], kernel_shape=[2], strides=[1, 1, 1], pads=[3])
    refused(tmp_path, "does not fit the kernel", node, x=floats, i=places)
    node = helper.make_node("MaxUnpool", ["x", "i"], ["y"], kernel_shape=[2], strides=[1, 1, 1])
    refused(tmp_path, "its attribute 'strides' is .1, 1, 1., which does not fit the kernel", node, x=floats, i=places)
    node = helper.make_node("TensorScatter", ["x", "u"], ["y"], axis=0)
    refused(tmp_path, "its axis is 0", node, x=floats, u=floats)
    node = helper.make_node("TensorScatter", ["x", "u"], ["y"], mode="round")
    refused(tmp_path, "its mode is 'round'", node, x=floats, u=floats)
