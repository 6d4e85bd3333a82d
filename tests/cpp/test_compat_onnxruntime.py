"""onnxruntime.hpp and what stands on it for CMS and ATLAS give ONNX Runtime's numbers, called as code calls it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import models
import numpy as np
import onnx
import pytest
from building import ROOT
from compat import Shim, numbers
from tensors import (
    close,
    columns_of_particles,
    example,
    file,
    jets_with_tracks,
    nearest,
    node,
    padded_jets,
    particles,
    read_tensors,
    runtime,
    types,
    write_tensors,
)

import lading

Tensors = dict[str, np.ndarray]

#: Entries, and elements of each.
BATCHES = ((1, 3), (7, 12), (40, 1), (7, 12))

#: Networks, and what they are given: no tracks, one, many; batches of one and more.
CASES: dict[str, tuple[Callable[[], bytes], list[Tensors]]] = {
    "tagger": (lambda: example("tagger"), [jets_with_tracks(n) for n in (0, 1, 5, 60, 5)]),
    "tagger_batched": (lambda: example("tagger_batched"), [padded_jets(*n) for n in BATCHES]),
    "particles": (particles, [columns_of_particles(*n) for n in BATCHES]),
    "nearest": (nearest, [{"points": np.float32(np.random.default_rng(n).normal(size=(2, n)))} for n in (3, 8, 40)]),
    "types": (types, [{"x": np.float64([[1, -2], [3, 4]]), "k": np.int64([5, -6])}, {
        "x": np.zeros((0, 2)), "k": np.int64([])}]),
}  # fmt: skip


def bundle(name: str, folder: Path, **papers: object) -> Path:
    (folder / f"{name}.onnx").write_bytes(CASES[name][0]())
    lading.convert(folder / f"{name}.onnx", compare=False, **papers).save(folder / f"{name}.lading")  # type: ignore[arg-type]
    return folder / f"{name}.lading"


def files(given: list[Tensors], folder: Path) -> list[Path]:
    return [write_tensors(folder / f"tensors_{i}", each) for i, each in enumerate(given)]


def by_call(lines: list[str], calls: int) -> list[list[str]]:
    size = len(lines) // calls
    return [lines[at * size : (at + 1) * size] for at in range(calls)]


# ---- Ort::Session


@pytest.mark.parametrize("name", CASES)
def test_a_session(name: str, shim: Shim, tmp_path: Path) -> None:
    data, given = CASES[name][0](), CASES[name][1]
    lines = shim("onnxruntime", "run", bundle(name, tmp_path), *files(given, tmp_path))
    for said, each in zip(by_call(lines, len(given)), given, strict=True):
        close(read_tensors(said), runtime(data, each))


@pytest.mark.parametrize("name", CASES)
def test_a_session_tells_names_types_and_shapes(name: str, shim: Shim, tmp_path: Path) -> None:
    graph = onnx.load_from_string(CASES[name][0]()).graph
    expected = []
    for value in [*graph.input, *graph.output]:
        tensor = value.type.tensor_type
        dims = [" -1" if each.dim_param else f" {each.dim_value}" for each in tensor.shape.dim]
        expected.append(f"{value.name} {tensor.elem_type} [{''.join(dims)} ]")
    assert shim("onnxruntime", "describe", bundle(name, tmp_path)) == expected


@pytest.mark.parametrize("name", ["tagger", "tagger_batched", "particles"])
def test_tensors_of_the_callers_and_bindings(name: str, shim: Shim, tmp_path: Path) -> None:
    data, given = CASES[name][0](), CASES[name][1][1]
    lines = shim("onnxruntime", "into", bundle(name, tmp_path), *files([given], tmp_path))
    expected = runtime(data, given)
    assert len(lines) == 4 * len(expected)
    for o, (output, want) in enumerate(expected.items()):
        for at in (4 * o, 4 * o + 2):
            close(read_tensors(lines[at : at + 2]), {output: want})


def test_threads_share_a_session(shim: Shim, tmp_path: Path) -> None:
    given = files(CASES["tagger"][1], tmp_path)
    assert shim("onnxruntime", "threads", bundle("tagger", tmp_path), *given) == ["50"] * len(given)


def test_a_described_model_takes_prepared_tensors_under_its_own_names(shim: Shim, tmp_path: Path) -> None:
    """Its preparation is for named variables; labels are side by side in one output."""
    papers = ROOT / "examples" / "tagger" / "papers.json"
    given = jets_with_tracks(5)
    renamed = {"jets": given["jet_features"], "tracks": given["track_features"]}
    lines = shim("onnxruntime", "run", bundle("tagger", tmp_path, describe=papers), *files([renamed], tmp_path))
    want = runtime(example("tagger"), given)
    flavour = np.array([want[f"tagger_p{each}"] for each in ("b", "c", "u", "tau")])
    close(read_tensors(lines), {"flavour": flavour, "origin": want["tagger_origin"]})


def test_what_a_session_refuses(shim: Shim, tmp_path: Path) -> None:
    path = bundle("tagger_batched", tmp_path)
    tracks = f"input 'track_features' of '{path}'"
    assert shim("onnxruntime", "refusals", path, *files([padded_jets(2, 3)], tmp_path)) == [
        "input 'track_feature' is not in model 'tagger_batched' (has: 'track_features', 'jet_features', 'track_mask'); "
        "did you mean 'track_features'?",
        f"{tracks} was not given",
        "input 'jet_features' was given twice",
        "output 'tagger_flavor' is not in model 'tagger_batched' (has: 'tagger_flavour', 'tagger_origin'); did you "
        "mean 'tagger_flavour'?",
        f"{tracks} takes [n, n_tracks, 8], was given the shape [2, 3, 7]",
        f"{tracks} takes [n, n_tracks, 8], was given the shape [2, 24]",
        f"{tracks} has 1 along 'n', input 'jet_features' has 2",
        f"{tracks} takes float32, was given float64",
        "input 'track_features' was given no tensor",
        "47 numbers were given for a tensor of the shape [2, 3, 8], which has 48",
        "no tensor has the shape [-1, 3]",
        "a tensor of float32 is looked at as float64",
        f"'{path}' has 3 inputs; there is no input 7",
        "this Ort::Session was given no model",
        f"output 'tagger_flavour' of '{path}' came out as float32 [2, 4], the tensor for it is float32 [3, 4]",
    ]
    assert shim("onnxruntime", "missing", tmp_path / "none.lading") == [f"{tmp_path / 'none.lading'}: no such file"]


def test_a_model_with_folds_is_refused(shim: Shim, tmp_path: Path) -> None:
    models.dense_folds().save(tmp_path / "folds")
    given = {"x": np.zeros((2, 28), np.float32), "event": np.int64([1, 2])}
    (said,) = shim("onnxruntime", "failing", tmp_path / "folds", *files([given], tmp_path))
    assert said == f"{tmp_path / 'folds'}: has a graph for each fold; run that of a member"


# ---- cms::Ort::ONNXRuntime


def test_cms(shim: Shim, tmp_path: Path) -> None:
    data, given = particles(), CASES["particles"][1]
    *lines, softmax, latent = shim("cms_onnxruntime", "run", bundle("particles", tmp_path), *files(given, tmp_path))
    assert (softmax, latent) == ("softmax -1 3", "latent -1 16")
    for said, each in zip(by_call(lines, len(given)), given, strict=True):
        want = runtime(data, each)
        order = ("softmax", "latent", "latent", "latent", "latent")
        for line, output in zip(said, order, strict=True):
            close({output: np.float32(numbers([line])[0])}, {output: want[output].ravel()})


def test_cms_without_shapes(shim: Shim, tmp_path: Path) -> None:
    """Where the batch alone grows, its size says enough."""
    made = onnx.load_from_string(particles())
    for value in made.graph.input:
        value.type.tensor_type.shape.dim[2].dim_value = 12
    (tmp_path / "fixed.onnx").write_bytes(made.SerializeToString())
    lading.convert(tmp_path / "fixed.onnx", compare=False).save(tmp_path / "fixed")
    given = columns_of_particles(7, 12)
    softmax, latent = shim("cms_onnxruntime", "batch", tmp_path / "fixed", *files([given], tmp_path))
    want = runtime(particles(), given)
    close({"softmax": np.float32(numbers([softmax])[0]), "latent": np.float32(numbers([latent])[0])},
          {name: each.ravel() for name, each in want.items()})  # fmt: skip


def test_what_cms_refuses(shim: Shim, tmp_path: Path) -> None:
    path = bundle("particles", tmp_path)
    features, mask = (f"input '{name}' of '{path}'" for name in ("pf_features", "pf_mask"))
    has = "(has: 'softmax', 'latent'); did you mean 'softmax'?"
    assert shim("cms_onnxruntime", "refusals", path, *files([columns_of_particles(2, 3)], tmp_path)) == [
        f"{features} takes [n, 5, n_pf]: give ONNXRuntime::run its shape",
        f"output 'soft_max' is not in model 'particles' {has}",
        "a batch of 0 entries cannot be run",
        "ONNXRuntime::run was given 2 arrays for 1 names of inputs",
        f"{mask} was not given (given: 'pf_features')",
        "ONNXRuntime::run was given 1 shapes for 2 names of inputs",
        f"{features}: 29 numbers were given for the shape [2, 5, 3], which has 30",
        f"{mask} has 4 along 'n_pf', input 'pf_features' has 3",
        f"output 'softmax' of '{path}' came out as [2, 3], not as [4, 4]",
        f"output 'soft_max' is not in model 'particles' {has}",
        "lading runs on the CPU; ask for Backend::cpu",
    ]


# ---- athena


def parts(lines: list[str]) -> dict[str, tuple[str, np.ndarray]]:
    """What SaltModel gave: kind and numbers by name."""
    found = {}
    for line in lines:
        kind, name, *values = line.split()
        found[name] = kind, np.array([float.fromhex(each) for each in values])
    return found


def salt_network() -> bytes:
    """examples/tagger as salt writes it: the most likely origin of each track as a small whole number."""
    made, (name, kind) = onnx.load_from_string(example("tagger")), ("tagger_TrackOrigin", onnx.TensorProto.INT8)
    origin = node("ArgMax", "tagger_origin", "most", axis=1, keepdims=0), node("Cast", "most", name, to=kind)
    made.graph.node.extend(origin)
    del made.graph.output[4]
    made.graph.output.append(onnx.helper.make_tensor_value_info(name, kind, ["n_tracks"]))
    return made.SerializeToString()


def test_salt_model(shim: Shim, tmp_path: Path) -> None:
    (tmp_path / "salt.onnx").write_bytes(salt_network())
    lading.convert(tmp_path / "salt.onnx", compare=False).save(tmp_path / "salt")
    given = [jets_with_tracks(n) for n in (0, 1, 5, 60)]
    *lines, name = shim("atlas_onnxruntime", "salt", tmp_path / "salt", *files(given, tmp_path))
    outputs = ["tagger_pb", "tagger_pc", "tagger_pu", "tagger_ptau"]
    assert lines[-5:] == [f"{each} 1" for each in outputs] + ["tagger_TrackOrigin 2"] and name == "tagger"
    seen = set()
    for said, each in zip(by_call(lines[:-5], len(given)), given, strict=True):
        found, want = parts(said), runtime(salt_network(), each)
        for output in outputs:
            assert found[output][0] == "float"
            np.testing.assert_allclose(found[output][1], [want[output]], rtol=0, atol=1e-6)
        assert found["tagger_TrackOrigin"][0] == "char"
        assert found["tagger_TrackOrigin"][1].tolist() == want["tagger_TrackOrigin"].tolist()
        seen |= set(want["tagger_TrackOrigin"].tolist())
    assert len(seen) > 1


def test_salt_model_of_labels(shim: Shim, tmp_path: Path) -> None:
    """A described model gives its labels, those of tracks as vectors."""
    path = bundle("tagger", tmp_path, describe=ROOT / "examples" / "tagger" / "papers.json")
    given = jets_with_tracks(5)
    renamed = {"jets": given["jet_features"], "tracks": given["track_features"]}
    *lines, _ = shim("atlas_onnxruntime", "salt", path, *files([renamed], tmp_path))
    found, want = parts(lines[:7]), runtime(example("tagger"), given)
    for label, output in {"p_b": "pb", "p_c": "pc", "p_u": "pu", "p_tau": "ptau"}.items():
        assert found[label][0] == "float"
        np.testing.assert_allclose(found[label][1], [want[f"tagger_{output}"]], rtol=0, atol=1e-6)
    for place, label in enumerate(("p_fragmentation", "p_decay", "p_other")):
        assert found[label][0] == "vector"
        np.testing.assert_allclose(found[label][1], want["tagger_origin"][:, place], rtol=0, atol=1e-6)


def test_an_inference_tool(shim: Shim, tmp_path: Path) -> None:
    data, given = example("tagger_batched"), CASES["tagger_batched"][1]
    lines = shim("atlas_onnxruntime", "inference", bundle("tagger_batched", tmp_path),
                 "tagger_flavour:2,tagger_origin:3", *files(given, tmp_path))  # fmt: skip
    for said, each in zip(by_call(lines, len(given)), given, strict=True):
        close(read_tensors(said), runtime(data, each))


def test_an_inference_tool_with_whole_numbers(shim: Shim, tmp_path: Path) -> None:
    data = file([node("Gather", "table k", "row"), node("Add", "k k", "twice")], {"k": (["N"], onnx.TensorProto.INT64)},
                {"row": ["N", 3], "twice": (["N"], onnx.TensorProto.INT64)},
                {"table": np.float32(np.arange(12).reshape(4, 3) / 7)})
    (tmp_path / "table.onnx").write_bytes(data)
    lading.convert(tmp_path / "table.onnx", compare=False).save(tmp_path / "table")
    given = {"k": np.int64([3, 0, 2, 2])}
    lines = shim("atlas_onnxruntime", "inference", tmp_path / "table", "row:2,twice:1i", *files([given], tmp_path))
    close(read_tensors(lines), runtime(data, given))


def test_what_athena_is_refused(shim: Shim, tmp_path: Path) -> None:
    path = bundle("tagger", tmp_path, describe=ROOT / "examples" / "tagger" / "papers.json")
    given = jets_with_tracks(5)
    renamed = {"jets": given["jet_features"], "tracks": given["track_features"]}
    assert shim("atlas_onnxruntime", "refusals", path, *files([renamed], tmp_path)) == [
        "input 'flows' is not in model 'toy-tagger' (has: 'jets', 'tracks')",
        f"input 'jets' of '{path}' takes [1, 4], was given the shape [4]",
        f"input 'jets' of '{path}' was not given",
        "output 'flavor' is not in model 'toy-tagger' (has: 'flavour', 'origin'); did you mean 'flavour'?",
        f"output 'flavour' of '{path}' came out as [4], not as [-1, -1]",
        f"output 'flavour' of '{path}' holds float32, this call gives int64",
    ]
    plain = bundle("tagger_batched", tmp_path)
    assert shim("atlas_onnxruntime", "unfit", plain) == [
        f"output 'tagger_flavour' of '{plain}' is float32 [n, 4]; SaltModel gives numbers and vectors of float32, and "
        "vectors of int8 (labels in papers, --describe, divide an output of more axes)"]  # fmt: skip
