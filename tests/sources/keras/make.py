"""Writes the files of this folder with Keras 3 and the numbers that Keras gives for them (numbers.npz).

    KERAS_BACKEND=torch python make.py         # made with Keras 3.15.1 on PyTorch 2.13
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import keras
import numpy as np
from keras_models import MODELS, inputs_of, with_weights

HERE = Path(__file__).parent


def packed(files: list[Path], archive: Path) -> None:
    """Moves files into a deflated zip archive: HDF5 is mostly empty."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for file in files:
            target.writestr(zipfile.ZipInfo(file.name), file.read_bytes(), zipfile.ZIP_DEFLATED, 9)
            file.unlink()


def repacked(path: Path) -> None:
    """A .keras file whose members are deflated."""
    with zipfile.ZipFile(path) as source:
        members = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name, data in members.items():
            target.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 9)


def outputs_of(model: keras.Model, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    values = model(list(given.values()) if len(given) > 1 else next(iter(given.values())), training=False)
    values = values if isinstance(values, (list, tuple)) else [values]
    return {f"{i}": each.detach().numpy() for i, each in enumerate(values)}


def frozen() -> keras.Model:
    """Layers that are not trained, in a model and in a model inside it: the order of weights in an .h5 file."""
    layers = keras.layers
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization(), layers.Dense(3)],
                             name="inner")  # fmt: skip
    inner.layers[0].trainable = False
    return keras.Sequential([keras.Input((4,), name="x"), inner, layers.Dense(2, activation="hard_sigmoid"),
                             layers.BatchNormalization()], name="frozen")  # fmt: skip


def page() -> None:
    """The files of docs/from-keras.md, for where Keras is not."""
    layers = keras.layers
    model = keras.Sequential([keras.Input((2,), name="jet"), layers.Dense(16, activation="relu"),
                              layers.Dense(2, activation="softmax", name="flavour")], name="tagger")  # fmt: skip
    model.save(HERE / "tagger_.keras")
    model.save_weights(HERE / "tagger.weights.h5")
    (HERE / "tagger.json").write_text(model.to_json())
    packed([HERE / name for name in ("tagger_.keras", "tagger.json", "tagger.weights.h5")], HERE / "page.zip")


def main() -> None:
    numbers: dict[str, np.ndarray] = {}
    made = {**{name: build() for name, build in MODELS.items()}, "frozen": frozen()}
    for name, model in made.items():
        with_weights(model)
        given = inputs_of(model)
        numbers |= {f"{name}/in/{key}": value for key, value in given.items()}
        numbers |= {f"{name}/out/{key}": value for key, value in outputs_of(model, given).items()}
        model.save(HERE / (f"{name}.h5" if name == "frozen" else f"{name}.keras"))
        if name != "frozen":
            repacked(HERE / f"{name}.keras")
    made["tagger"].save(HERE / "tagger.h5")
    (HERE / "frozen.json").write_text(json.dumps(json.loads(made["frozen"].to_json()), separators=(",", ":")))
    made["frozen"].save_weights(HERE / "frozen.weights.h5")
    packed([HERE / name for name in ("frozen.h5", "frozen.json", "frozen.weights.h5", "tagger.h5")], HERE / "older.zip")
    page()
    np.savez_compressed(HERE / "numbers.npz", **numbers)


if __name__ == "__main__":
    main()
