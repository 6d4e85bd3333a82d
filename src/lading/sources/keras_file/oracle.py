"""Keras itself, asked for its numbers."""

from __future__ import annotations

import importlib.util
import json
import os
import tempfile
import warnings
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from ...agreement import OracleFailed
from .files import archive_of, is_archive

__all__ = ["KerasOracle", "oracle_of_file", "oracle_of_model"]


class KerasOracle:
    """A model in memory. Its inputs are taken in their order, its outputs named as the reader names them."""

    def __init__(self, model: Any):
        import keras

        self._model = model
        self.name = f"Keras {getattr(keras, '__version__', '')}".strip()
        self._double: Any = None

    def run(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return self._run(self._model, tensors)

    def run_double(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        if self._double is None:
            self._double = _in_double(self._model)
        wide = {name: a.astype(np.float64) if a.dtype == np.float32 else a for name, a in tensors.items()}
        return self._run(self._double, wide)

    def close(self) -> None:
        self._double = None

    def _run(self, model: Any, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        from .modelling import end_names

        values = list(tensors.values())
        if len(values) > 1:
            values = [tensors[name] for name in end_names(model, 1)[0]]
        if not all(array.size for array in values):
            raise OracleFailed("Keras does not take empty sequences")
        try:
            with warnings.catch_warnings():  # Keras wonders about lists of one input
                warnings.simplefilter("ignore")
                result = model(_as_called(model, values), training=False)
        except Exception as error:  # whatever its backend raises
            raise OracleFailed(f"{type(error).__name__}: {str(error).splitlines()[0][:120]}") from None
        arrays = _arrays(result)
        arrays = [_as_said(*each) for each in zip_longest(arrays, model.outputs[: len(arrays)])]
        return dict(zip(end_names(model, len(arrays))[1], arrays, strict=True))


def _as_called(model: Any, values: list[np.ndarray]) -> Any:
    """Inputs in the order of Keras, as the model takes them: one, a list, or a dictionary."""
    import keras

    taken = getattr(model, "_inputs_struct", None)
    if isinstance(taken, dict):
        return keras.tree.pack_sequence_as(taken, values)
    return values[0] if len(values) == 1 else values


def oracle_of_file(path: Path, weights: Any = None) -> KerasOracle | None:
    """Keras with the model of a file; None where Keras is not installed, does not load it, or means other functions.

    Keras 3 has another ``hard_sigmoid`` than the versions before it, whatever the file says.
    """
    if importlib.util.find_spec("keras") is None:
        return None
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        text, version = _said(path)
        if "hard_sigmoid" in text and version[:1] in "12":
            return None
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            whole = _whole(text, version, path, weights, Path(folder) / "model.h5")
            return oracle_of_model(_loaded(whole, text, weights))
    except Exception:  # an older version's file, a backend that is not there
        return None


def _loaded(whole: Path | None, text: str, weights: Any) -> Any:
    import keras

    if whole is not None:
        return keras.models.load_model(whole, compile=False)
    model = keras.models.model_from_json(text)
    model.load_weights(str(weights))
    return model


def _said(path: Path) -> tuple[str, str]:
    """The architecture in a file and the version of Keras that wrote it; texts, "" where it does not say."""
    import h5py

    if is_archive(path):
        config, about, _ = archive_of(path)
        return json.dumps(config), str(about.get("keras_version", ""))
    if h5py.is_hdf5(path):
        with h5py.File(path) as file:
            return str(file.attrs["model_config"]), str(file.attrs.get("keras_version", ""))
    text = path.read_text(encoding="utf-8")
    return text, str(json.loads(text).get("keras_version", ""))


def _whole(text: str, version: str, path: Path, weights: Any, into: Path) -> Path | None:
    """A file that Keras loads: ``path`` itself, or architecture and weights in one, as Keras 1 and 2 have them.

    None for weights of Keras 3 in a file of their own.
    """
    import h5py

    if weights is None and (version[:1] not in "12" or not h5py.is_hdf5(path)):
        return path
    with h5py.File(path if weights is None else weights) as given, h5py.File(into, "w") as file:
        group = given.get("model_weights", given)
        if "layer_names" not in group.attrs and "layer_names0" not in group.attrs:
            return None if weights is not None else path
        file.attrs["model_config"] = json.dumps(_as_it_computes(json.loads(text)))
        file.attrs["keras_version"], file.attrs["backend"] = version or "2.0.0", "tensorflow"
        given.copy(group, file, "model_weights")
    return into


#: Keys of layers that matter in training only.
_OF_TRAINING = ("_initializer", "_regularizer", "_constraint", "noise_shape")


def _as_it_computes(config: Any) -> Any:
    """An architecture as Keras 3 reads it: without what matters in training only, which older versions write otherwise.

    Before 2.2.3, the configuration of a Sequential is the list of its layers.
    """
    if isinstance(config, list):
        return [_as_it_computes(each) for each in config]
    if not isinstance(config, dict):
        return config
    result = {key: _as_it_computes(value) for key, value in config.items() if not key.endswith(_OF_TRAINING)}
    if config.get("class_name") == "Sequential" and isinstance(config.get("config"), list):
        result["config"] = {"name": "sequential", "layers": result["config"]}
    return result


def oracle_of_model(model: Any) -> KerasOracle | None:
    """The model itself; None where its numbers are those of one backend only.

    On PyTorch, an average over a window that reaches over one end counts the padding; elsewhere it does not.
    """
    import keras

    on_torch = getattr(getattr(keras, "backend", None), "backend", lambda: "tensorflow")() == "torch"
    if on_torch and any("AveragePooling" in type(each).__name__ and getattr(each, "padding", "") == "same"
                        for each in _layers(model)):  # fmt: skip
        return None
    return KerasOracle(model)


def _layers(model: Any) -> list[Any]:
    nested = [[layer, *_layers(layer)] if hasattr(layer, "layers") else [layer] for layer in model.layers]
    return [layer for group in nested for layer in group]


def _arrays(result: Any) -> list[np.ndarray]:
    """What a model gave, in the order in which Keras numbers it: dictionaries by their sorted keys."""
    if isinstance(result, dict):
        return [array for key in sorted(result) for array in _arrays(result[key])]
    if isinstance(result, (list, tuple)):
        return [array for each in result for array in _arrays(each)]
    return [np.asarray(result.detach().cpu() if hasattr(result, "detach") else result)]


def _as_said(array: np.ndarray, output: Any) -> np.ndarray:
    """Places of numbers in the type that Keras says: PyTorch counts in int64."""
    said = str(getattr(output, "dtype", "")).rpartition(".")[2]
    return array.astype(said) if array.dtype.kind == "i" and said.startswith("int") else array


def _in_double(model: Any) -> Any:
    """A copy of a model whose layers all compute in double precision."""
    try:
        config = _with_double(model.get_config())
        copy = type(model).from_config(config)
        copy.set_weights([np.asarray(each, np.float64) for each in model.get_weights()])
    except Exception as error:
        raise OracleFailed(f"Keras cannot be asked in double precision: {type(error).__name__}") from None
    return copy


def _with_double(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("class_name") == "DTypePolicy":
            return "float64"
        return {key: "float64" if key == "dtype" and each == "float32" else _with_double(each)
                for key, each in value.items()}  # fmt: skip
    if isinstance(value, (list, tuple)):
        return type(value)(_with_double(each) for each in value)
    return value
