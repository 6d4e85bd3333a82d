"""From files to a model: where architecture and weights stand, and of which version they are."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ...errors import FormatError, MissingFile, UnsupportedError
from ...model import Model
from ..carried_papers import take_texts
from .architecture import Architecture, architecture_of
from .files import archive_of, guarded, hdf5_of, is_archive, json_of
from .modelling import model_of
from .names import named_again
from .weights import fill_weights

__all__ = ["read_architecture", "read_archive", "read_hdf5"]


def read_archive(path: Path, variables: Any, where: str = "") -> Model:
    """The model in a ``.keras`` file; ``where`` is what messages call it, if not by its path."""
    where = where or str(path)
    config, about, data = archive_of(path)
    era = _era(about.get("keras_version") if isinstance(about, dict) else None, config, where)
    with guarded(where):
        architecture = architecture_of(config, era, where)
    with hdf5_of(data, where) as file, guarded(where):
        fill_weights(architecture, file, where)
    model = _model(architecture, _origin([path], about, era), where, variables)
    if variables is None and isinstance(about, dict):
        named_again(model, about.get("lading"))
        take_texts(model, about, where, units=False)
    return model


def read_hdf5(path: Path, variables: Any, where: str = "") -> Model:
    """The model in a ``.h5`` file that holds its architecture too."""
    where = where or str(path)
    with hdf5_of(path, where) as file, guarded(where):
        if "model_config" not in file.attrs:
            if any(each in file.attrs for each in ("layer_names", "layer_names0")) or "layers" in file:
                raise UnsupportedError(
                    f"{where}: the weights of a model of Keras without its architecture; give both: "
                    f'lading.convert("architecture.json", weights="{path.name}"), where the former is model.to_json()')
            raise FormatError(f"{where}: an HDF5 file that holds no model of Keras; if it holds events, they are data=")
        about = {key: _text(file.attrs[key]) for key in ("keras_version", "backend") if key in file.attrs}
        config = json_of(_text(file.attrs["model_config"]), f"{where}: model_config")
        architecture = architecture_of(config, _era(about.get("keras_version"), config, where), where)
        fill_weights(architecture, file, where)
    return _model(architecture, _origin([path], about, 0), where, variables)


def read_architecture(path: Path, weights: Any, variables: Any) -> Model:
    """The model of ``model.to_json()`` and a file of weights."""
    where = str(path)
    if weights is None:
        raise FormatError(f"{where}: the architecture of a model of Keras, without weights; give them too: "
                          f'lading.convert("{path.name}", weights="weights.h5")')  # fmt: skip
    weights = Path(weights)
    if not weights.is_file():
        raise MissingFile(f"{weights}: no such file of weights")
    config = json_of(path.read_bytes(), where)
    with guarded(where), hdf5_of(_weights_in(weights), str(weights)) as file:
        about = config if isinstance(config, dict) else {}
        about = {key: about.get(key) or _text(file.attrs.get(key, "")) for key in ("keras_version", "backend")}
        architecture = architecture_of(config, _era(about.get("keras_version"), config, where), where)
        with guarded(str(weights)):
            fill_weights(architecture, file, str(weights))
    return _model(architecture, _origin([path, weights], about, 0), where, variables)


def _weights_in(path: Path) -> Path | bytes:
    return archive_of(path)[2] if is_archive(path) else path


def _model(architecture: Architecture, origin: dict[str, Any], where: str, variables: Any) -> Model:
    with guarded(where):
        return model_of(architecture, origin, where, variables)


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _origin(paths: list[Path], about: Any, era: int) -> dict[str, Any]:
    """What the record says: files by their digests, and what wrote them."""
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    version = about.get("keras_version") if isinstance(about, dict) else None
    return {"format": "keras", **({"producer": f"Keras {version}"} if version else {}), "sha256": digests[0],
            **({"weights_sha256": digests[1]} if len(digests) > 1 else {})}  # fmt: skip


def _era(version: Any, config: Any, where: str) -> int:
    """1, 2 or 3. Files of Keras 1 often do not say; their layers use other words."""
    text = str(version or "")
    if text[:1] in ("1", "2", "3") and text[1:2] in ("", "."):
        return int(text[0])
    if text:
        raise UnsupportedError(f"{where}: a file of Keras {text}; read are those of Keras 1, 2 and 3")
    words = str(config)
    if "'module': 'keras" in words:
        return 3
    return 1 if "'output_dim'" in words and "kernel_initializer" not in words else 2
