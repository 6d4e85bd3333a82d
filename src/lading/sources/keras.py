"""Keras models: ``.keras`` files, ``.h5`` files, an architecture with its weights, and models in memory; Keras 1 to 3.

Files are read with h5py alone. Layers become nodes under their names, inputs and outputs keep theirs. Formulas are
those of Keras' documentation (https://keras.io/api/layers) and of its source; where versions differ, the file's own
version says which is meant (``hard_sigmoid``). What holds Python code (Lambda, layers of one's own, subclassed models)
is refused by name. Masks travel as they do in Keras.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UnsupportedError
from . import is_of

if TYPE_CHECKING:
    from ..model import Model
    from .keras_file.oracle import KerasOracle

FOLDERS = True  # a SavedModel is one
SCALES = True  # its layers Normalization and Rescaling

#: What a folder of TensorFlow holds.
SAVED_MODEL = ("saved_model.pb", "keras_metadata.pb")


def recognises(path: Path) -> bool:
    """Whether the content is a ``.keras`` archive, HDF5, the JSON of an architecture, or a SavedModel's folder."""
    from .keras_file.files import HDF5, is_architecture, is_archive

    if path.is_dir():
        return any((path / name).is_file() for name in SAVED_MODEL)
    with path.open("rb") as file:
        if file.read(len(HDF5)) == HDF5:
            return True
    return path.name in SAVED_MODEL or is_archive(path) or is_architecture(path)


def read(path: str | Path, weights: Any = None, variables: Any = None) -> Model:
    """The model in a file.

    ``weights``: the file of weights where ``path`` is an architecture (``model.to_json()``). ``variables``: the
    variables file of lwtnn's converters, a path or a dictionary: names and preparation of inputs, labels of outputs.

    Raises FormatError, UnsupportedError naming the layer, MissingFile or MissingPackage (h5py).
    """
    from .keras_file.files import HDF5, is_archive
    from .keras_file.reading import read_architecture, read_archive, read_hdf5

    path = Path(path)
    if path.is_dir() or path.name in SAVED_MODEL:
        raise UnsupportedError(
            f"{path}: a SavedModel of TensorFlow: its layers are there as TensorFlow's own graph. Load it where "
            'TensorFlow is installed and save it as Keras does (tf.keras.models.load_model("folder").save("m.keras")), '
            "or export it to ONNX (python -m tf2onnx.convert --saved-model folder --output m.onnx), and convert that")
    if is_archive(path):
        return read_archive(path, variables)
    with path.open("rb") as file:
        is_hdf5 = file.read(len(HDF5)) == HDF5
    if is_hdf5:
        return read_hdf5(path, variables)
    return read_architecture(path, weights, variables)


def oracle(path: str | Path, weights: Any = None) -> KerasOracle | None:
    """Keras itself with the model of a file; None where it is not installed or cannot load it (Keras 1, say)."""
    from .keras_file.oracle import oracle_of_file

    return oracle_of_file(Path(path), weights)


def holds(thing: object) -> bool:
    """Whether ``thing`` is a model of Keras, or of the Keras in TensorFlow."""
    ours = any(is_of(thing, package) for package in ("keras", "tf_keras", "tensorflow"))
    return ours and hasattr(thing, "get_config") and hasattr(thing, "layers")


def from_object(thing: Any, variables: Any = None) -> Model:
    """The model in memory: as it would be in the file that Keras writes of it."""
    from .keras_file.reading import read_archive, read_hdf5

    with tempfile.TemporaryDirectory() as folder:
        path = _saved(thing, Path(folder))
        reader = read_archive if path.suffix == ".keras" else read_hdf5
        model = reader(path, variables, f"Keras model '{getattr(thing, 'name', '')}'")
    model.record["origin"].pop("sha256", None)  # it holds the date
    return model


def _saved(thing: Any, folder: Path) -> Path:
    """The file of a model in memory; older versions do not know ``.keras``."""
    why: Exception | None = None
    for name in ("model.keras", "model.h5"):
        try:
            thing.save(folder / name)
        except Exception as error:  # whatever a layer of one's own raises
            why = why or error
        else:
            if (folder / name).is_file():
                return folder / name
    raise UnsupportedError(f"Keras cannot save the model: {type(why).__name__}: {why}") from why


def live_oracle(thing: Any) -> KerasOracle | None:
    """The model itself."""
    from .keras_file.oracle import oracle_of_model

    return oracle_of_model(thing)
