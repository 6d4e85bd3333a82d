"""Files of Keras 2, written here as its versions write them; expected numbers follow from the layers' definitions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import lading
from lading.agreement import run_engine
from lading.errors import FormatError
from lading.opening import open_model

HERE = Path(__file__).parent


def layer(kind: str, name: str, *taken: Any, **config: Any) -> dict[str, Any]:
    """A layer of a functional model, with its calls."""
    return {"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": list(taken)}


def call(*refs: Any) -> list[Any]:
    """What one call takes: layers, or layers with the number of their call."""
    return [[ref, 0, 0, {}] if isinstance(ref, str) else [*ref, 0, {}] for ref in refs]


def functional(layers: list[Any], inputs: list[str], output: str, name: str = "net") -> dict[str, Any]:
    return {"class_name": "Functional", "config": {"name": name, "layers": layers, "output_layers": [[output, 0, 0]],
                                                   "input_layers": [[each, 0, 0] for each in inputs]}}  # fmt: skip


def written(path: Path, config: dict[str, Any], weights: dict[str, dict[str, np.ndarray]]) -> Path:
    """An .h5 file, as ``model.save`` of TensorFlow's Keras writes it."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"], file.attrs["keras_version"] = json.dumps(config), "2.15.0"
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [name.encode() for name in weights]
        for name, arrays in weights.items():
            own = group.create_group(name)
            own.attrs["weight_names"] = [key.encode() for key in arrays]
            for key, array in arrays.items():
                own[key] = array
    return path


def given(name: str, *shape: int | None) -> dict[str, Any]:
    return layer("InputLayer", name, batch_input_shape=[None, *shape], dtype="float32")


def dense(name: str, *taken: Any, units: int, activation: str = "linear") -> dict[str, Any]:
    return layer("Dense", name, *taken, units=units, activation=activation, use_bias=True)


def test_the_slope_of_a_leaky_relu_is_its_alpha(tmp_path):
    config = functional([given("x", 4), layer("LeakyReLU", "leaky", call("x"), alpha=0.05)], ["x"], "leaky")
    x = np.array([[-2.0, -0.5, 0.0, 3.0]], np.float32)
    got = run_engine(lading.convert(written(tmp_path / "m.h5", config, {}), compare=False))({"x": x})["leaky"]
    np.testing.assert_allclose(got, np.where(x < 0, 0.05 * x, x), rtol=1e-6)


def twins() -> tuple[dict[str, Any], dict[str, dict[str, np.ndarray]]]:
    """One network on two objects, minus each other: its calls are numbered from 1, for one of its own built it."""
    inner = {"name": "enc", "layers": [
        {"class_name": "InputLayer", "config": {"name": "i", "batch_input_shape": [None, 3], "dtype": "float32"}},
        {"class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "tanh", "use_bias": True}},
    ]}  # fmt: skip
    config = functional(
        [given("a", 3), given("b", 3), {"class_name": "Sequential", "name": "enc", "config": inner,
                                        "inbound_nodes": [call("a"), call("b")]},
         layer("Subtract", "minus", call(["enc", 1], ["enc", 2]))], ["a", "b"], "minus")  # fmt: skip
    random = np.random.default_rng(3)
    return config, {"enc": {"d/kernel:0": random.normal(size=(3, 2)), "d/bias:0": random.normal(size=2)}}


def test_calls_of_a_model_in_a_model_are_numbered_from_one(tmp_path):
    config, weights = twins()
    model = lading.convert(written(tmp_path / "m.h5", config, weights), compare=False)
    a, b = np.random.default_rng(1).normal(size=(2, 5, 3)).astype("float32")
    w, bias = weights["enc"].values()
    expected = np.tanh(a @ w + bias) - np.tanh(b @ w + bias)
    assert np.abs(run_engine(model)({"a": a, "b": b})["minus"] - expected).max() < 1e-6


def test_weights_of_a_layer_that_the_architecture_has_not_are_refused(tmp_path):
    config, weights = twins()
    left_out = {"gamma:0": np.ones(2), "beta:0": np.zeros(2)}
    path = written(tmp_path / "m.h5", config, {**weights, "norm": left_out})
    with pytest.raises(FormatError, match="weights of the layer 'norm', which the architecture has not"):
        lading.convert(path, compare=False)


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.keras")))
def test_a_file_is_shown_and_compared_as_it_is(name, tmp_path):
    raw = open_model(HERE / name)
    raw.save(tmp_path / "raw")
    lading.convert(HERE / name, compare=False).save(tmp_path / "converted")
    assert not lading.diff(HERE / name, tmp_path / "converted", entries=20)
    assert {node.name for graph in lading.load(tmp_path / "raw").graphs.values() for node in graph.nodes}


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")
def test_what_older_versions_write_of_the_training_does_not_keep_keras_from_judging(tmp_path):
    uniform = {"class_name": "VarianceScaling", "config": {"distribution": "uniform", "dtype": "float32"}}
    one = dense("d", call("x"), units=2, activation="relu")
    penalty = {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.0}}
    one["config"] |= {"kernel_initializer": uniform, "kernel_regularizer": penalty}
    random = np.random.default_rng(3)
    path = written(tmp_path / "m.h5", functional([given("x", 3), one], ["x"], "d"),
                   {"d": {"d/kernel:0": random.normal(size=(3, 2)), "d/bias:0": random.normal(size=2)}})  # fmt: skip
    said: list[str] = []
    lading.convert(path, progress=lambda text, done=False: said.append(text))
    assert any(text.startswith("agrees with Keras") for text in said), said
