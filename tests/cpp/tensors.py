"""Tensors for the programs of cpp/tests/compat that take them as ONNX Runtime does, and networks to take them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from building import ROOT

sys.path.insert(0, str(ROOT / "tests" / "written_files"))
from onnx_files import file, node, runtime


def write_tensors(path: Path, tensors: Mapping[str, np.ndarray]) -> Path:
    """A file that cpp/tests/compat/tensors_file.hpp reads."""
    with path.open("wb") as to:
        for name, tensor in tensors.items():
            kind = onnx.helper.np_dtype_to_tensor_dtype(tensor.dtype)
            head = np.int64([kind, tensor.ndim, *tensor.shape, tensor.nbytes])
            to.write(np.int64([len(name)]).tobytes() + name.encode() + head.tobytes() + tensor.tobytes())
    return path


def read_tensors(lines: list[str]) -> dict[str, np.ndarray]:
    """What such a program prints: a line "name type [ shape ]", and one with the numbers."""
    found = {}
    for head, numbers in zip(lines[::2], lines[1::2], strict=True):
        name, kind, shape = head.split(" ", 2)
        values = np.array([float.fromhex(each) for each in numbers.split()])
        array = values.astype(onnx.helper.tensor_dtype_to_np_dtype(int(kind)))
        found[name] = array.reshape([int(length) for length in shape.strip("[] ").split()])
    return found


def close(given: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]) -> None:
    """The same names, types and shapes, and numbers to 1e-6 of the scale of an output."""
    assert list(given) == list(expected)
    for name, want in expected.items():
        assert (given[name].shape, given[name].dtype) == (want.shape, want.dtype), name
        scale = np.abs(want.astype(np.float64)).max(initial=0)
        np.testing.assert_allclose(given[name], want, rtol=0, atol=1e-6 * scale, err_msg=name)


def example(name: str) -> bytes:
    """``tagger``, as ATLAS exports: one jet, and its tracks; ``tagger_batched``, with entries, tracks and a mask."""
    return (ROOT / "examples" / "tagger" / f"{name}.onnx").read_bytes()


def particles() -> bytes:
    """As CMS exports: particles in columns, ``[N, features, particles]``, with a mask, and scores of a jet."""
    random = np.random.default_rng(5)
    weights = {"w1": random.normal(size=(16, 5, 1)), "b1": random.normal(size=16), "w2": random.normal(size=(16, 3))}
    nodes = [node("Conv", "pf_features w1 b1", "a"), node("Relu", "a", "b"), node("Mul", "b pf_mask", "c"),
             node("ReduceSum", "c axis", "sum", keepdims=0), node("ReduceSum", "pf_mask axis", "n", keepdims=0),
             node("Div", "sum n", "mean"), node("MatMul", "mean w2", "logits"), node("Softmax", "logits", "softmax"),
             node("Identity", "mean", "latent")]
    return file(nodes, {"pf_features": ["N", 5, "n_pf"], "pf_mask": ["N", 1, "n_pf"]},
                {"softmax": ["N", 3], "latent": ["N", 16]},
                {k: np.float32(v) for k, v in weights.items()} | {"axis": np.int64([2])})


def types() -> bytes:
    """Numbers of other types: float64 and int64 go in, float64, int64 and truth values come out."""
    nodes = [node("Mul", "x x", "square"), node("Add", "k one", "next"), node("Greater", "x zero", "positive")]
    return file(nodes, {"x": (["N", 2], onnx.TensorProto.DOUBLE), "k": (["N"], onnx.TensorProto.INT64)},
                {"square": (["N", 2], onnx.TensorProto.DOUBLE), "next": (["N"], onnx.TensorProto.INT64),
                 "positive": (["N", 2], onnx.TensorProto.BOOL)}, {"one": np.int64([1]), "zero": np.float64(0)})


def photons() -> bytes:
    """Five columns, a score."""
    random = np.random.default_rng(6)
    nodes = [node("Gemm", "photon w b", "h"), node("Relu", "h", "r"), node("Gemm", "r v", "o"),
             node("Sigmoid", "o", "score")]
    return file(nodes, {"photon": ["N", 5]}, {"score": ["N", 1]}, {
        "w": np.float32(random.normal(size=(5, 8))), "b": np.zeros(8, np.float32),
        "v": np.float32(random.normal(size=(8, 1)))})  # fmt: skip


def nearest() -> bytes:
    """As ParticleNet: each particle takes numbers of its three nearest, so that there must be three."""
    nodes = [node("Unsqueeze", "points two", "a"), node("Unsqueeze", "points one", "b"), node("Sub", "a b", "d"),
             node("Mul", "d d", "d2"), node("Neg", "d2", "closeness"), node("TopK", "closeness k", "values places"),
             node("ReduceSum", "values axes", "score", keepdims=0)]
    return file(nodes, {"points": ["N", "particles"]}, {"score": ["N"]},
                {"one": np.int64([1]), "two": np.int64([2]), "k": np.int64([3]), "axes": np.int64([1, 2])})


def jets() -> bytes:
    """As salt exports: a jet, its tracks without a batch, a number for each flavour."""
    random = np.random.default_rng(7)
    nodes = [node("ReduceSum", "track_features axis", "sum", keepdims=1),
             node("Concat", "jet_features sum", "all", axis=1), node("MatMul", "all w", "h"),
             node("Softmax", "h", "p"), node("Split", "p", "b u", axis=1, num_outputs=2),
             node("Squeeze", "b", "GN3_pb"), node("Squeeze", "u", "GN3_pu")]
    return file(nodes, {"jet_features": [1, 2], "track_features": ["n_tracks", 2]}, {"GN3_pb": [], "GN3_pu": []},
                {"axis": np.int64([0]), "w": np.float32(random.normal(size=(4, 2)))}, opset=18)


def jets_with_tracks(tracks: int, seed: int = 1) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {"jet_features": np.float32(random.normal(size=(1, 4))),
            "track_features": np.float32(random.normal(size=(tracks, 8)))}  # fmt: skip


def padded_jets(jets: int, tracks: int, seed: int = 1) -> dict[str, np.ndarray]:
    """The last tracks of jets are padding, another number in each."""
    random = np.random.default_rng(seed)
    mask = np.arange(tracks) < np.maximum(tracks - np.arange(jets), 1)[:, None]
    return {"jet_features": np.float32(random.normal(size=(jets, 4))),
            "track_features": np.float32(random.normal(size=(jets, tracks, 8))) * mask[:, :, None],
            "track_mask": np.float32(mask)}  # fmt: skip


def columns_of_particles(jets: int, particles: int, seed: int = 1) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    mask = np.float32(np.arange(particles) < np.maximum(particles - np.arange(jets), 1)[:, None])[:, None, :]
    return {"pf_features": np.float32(random.normal(size=(jets, 5, particles))) * mask, "pf_mask": mask}


__all__ = ["close", "columns_of_particles", "example", "file", "jets", "jets_with_tracks", "nearest", "node",
           "padded_jets", "particles", "photons", "read_tensors", "runtime", "types", "write_tensors"]  # fmt: skip
