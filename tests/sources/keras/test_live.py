"""Keras itself is the judge: models in memory, and the files that it writes. Needs Keras 3 with a backend."""

from __future__ import annotations

from pathlib import Path

import pytest

import lading

HERE = Path(__file__).parent

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore")]  # of Keras and its backend


def agreed(source, **options):
    """A conversion that was compared."""
    said: list[str] = []
    model = lading.convert(source, progress=lambda text, done=False: said.append(text) if done else None, **options)
    assert any(text.startswith("agrees with Keras") for text in said), said
    return model


@pytest.mark.parametrize("name", ["functions", "tagger", "operations", "merging", "recurrent"])
def test_models_in_memory_agree(name):
    from keras_models import MODELS, with_weights

    agreed(with_weights(MODELS[name]()))


@pytest.mark.parametrize("name", ["functions", "tagger", "operations", "merging"])
def test_files_agree(name):
    agreed(HERE / f"{name}.keras")


def test_inputs_without_names_agree_in_memory_as_in_a_file(tmp_path):
    import keras
    from keras import layers
    from keras_models import with_weights

    jets, tracks = keras.Input((3,)), keras.Input((5, 2))
    joined = layers.Concatenate()([jets, layers.GlobalMaxPooling1D()(layers.Dense(4)(tracks))])
    built = with_weights(keras.Model([jets, tracks], layers.Dense(2)(joined)))
    built.save(tmp_path / "model.keras")
    assert list(agreed(built).inputs) == list(agreed(tmp_path / "model.keras").inputs)


def test_dictionaries_are_numbered_by_their_sorted_keys_as_keras_does(tmp_path):
    """Written in another order, so that places and names would differ: around a model, and around one within it."""
    import keras
    from keras import layers
    from keras_models import with_weights

    tracks, jets = keras.Input((3,)), keras.Input((3,))
    ends = {"tracks": layers.Subtract()([tracks, layers.Dense(3)(jets)]), "jets": layers.Dense(3)(jets)}
    inner = keras.Model({"tracks": tracks, "jets": jets}, ends, name="inner")
    given = {"z": keras.Input((3,)), "a": keras.Input((3,))}
    found = inner({"jets": given["z"], "tracks": given["a"]})
    ends = {"z": layers.Subtract()([found["tracks"], layers.ReLU()(found["jets"])]), "a": layers.Dense(2)(given["z"])}
    built = with_weights(keras.Model(given, ends))
    built.save(tmp_path / "model.keras")
    for source in (built, tmp_path / "model.keras"):
        model = agreed(source)
        assert (list(model.inputs), list(model.outputs)) == (["a", "z"], ["a_2", "z_2"])


def test_every_layer_agrees_where_steps_are_missing():
    import numpy as np
    from keras_models import inputs_of, variants, with_weights

    from lading.agreement import run_engine
    from lading.sources.keras_file.oracle import KerasOracle

    wrong = {}
    for name, built in variants():
        with_weights(built)
        model, oracle = lading.convert(built, compare=False), KerasOracle(built)
        for steps in (9, 4, 5):
            given = inputs_of(built, steps=steps) if built.inputs[0].shape[1] is None or steps == 9 else None
            if given is None:
                continue
            expected, got = oracle.run(given), run_engine(model)(given)
            for output, right in expected.items():
                apart = np.abs(got[output] - right).max() / max(np.abs(right).max(), 1e-9)
                if not apart <= 1e-6:
                    wrong[name] = apart
    assert not wrong


def test_variables_name_what_goes_in():
    import keras
    from keras_models import image, with_weights

    model = with_weights(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))
    named = agreed(model, variables={"inputs": [{"name": "pt"}, {"name": "eta"}], "class_labels": ["score"]})
    assert list(named.inputs[named.input_list[0].name].variables) == ["pt", "eta"]
    assert lading.convert(with_weights(image()), compare=False).outputs["score"].axes == ["entry", 2]


def test_numbers_of_pairs_need_a_fixed_length():
    import keras
    from keras import layers

    def pairs(steps):
        tracks = keras.Input((steps, 3), name="tracks")
        return keras.Model(tracks, layers.Dot((2, 2), name="pairs")([tracks, layers.Dense(3)(tracks)]))

    with pytest.raises(lading.UnsupportedError, match=r"'pairs' is \[entry, track, track\]: numbers for each pair"):
        lading.convert(pairs(None))
    assert agreed(pairs(5)).outputs["pairs"].axes == ["entry", 5, 5]


def test_places_of_values_and_new_axes_are_those_of_keras():
    import keras
    from keras import layers

    tracks = keras.Input((5, 6), name="tracks")
    x = layers.Dense(6)(tracks)
    keys = [(slice(None), None), (..., None), (..., None, slice(None, None, 2)),
            (slice(None), None, 2, None, slice(1, 4)), (slice(None), -1, None), (..., 0),
            (slice(None), None, ..., -1)]  # fmt: skip
    model = agreed(keras.Model(tracks, [x[key] for key in keys]))
    assert [output.axes for output in model.output_list] == [
        ["entry", 1, 5, 6], ["entry", 5, 6, 1], ["entry", 5, 1, 3], ["entry", 1, 1, 3], ["entry", 1, 6], ["entry", 5],
        ["entry", 1, 5]]  # fmt: skip
    with pytest.raises(lading.UnsupportedError, match="takes some entries of a batch"):
        lading.convert(keras.Model(tracks, x[(None,)]))


def test_what_sorts_and_picks_is_that_of_keras():
    import keras
    from keras import layers, ops

    tracks, charges = keras.Input((10, 6), name="tracks"), keras.Input((4,), dtype="int32", name="charges")
    x = layers.Dense(6)(tracks)
    values, places = ops.top_k(x, 3)
    ends = [values, places, ops.sort(x, axis=1), ops.sort(x), ops.argmax(x, axis=1),
            ops.argmin(x, axis=-1, keepdims=True), *ops.split(x, 3, axis=-1), *ops.split(x, [1, 4], axis=1),
            ops.norm(x, axis=-1), ops.norm(x, ord=1, axis=1, keepdims=True), ops.tile(x, (1, 2, 1)),
            ops.take_along_axis(x, ops.argmax(x, axis=1, keepdims=True), axis=1), ops.one_hot(charges, 5)]  # fmt: skip
    model = agreed(keras.Model([tracks, charges], ends))
    assert [output.type for output in model.output_list].count("int32") == 3
    with pytest.raises(lading.UnsupportedError, match="it repeats the entries of a batch"):
        lading.convert(keras.Model(tracks, ops.tile(x, (2, 1, 1))))


def test_edges_to_the_nearest_neighbours_agree():
    import keras
    from keras import layers, ops
    from keras_models import with_weights

    points, features = keras.Input((12, 2), name="points"), keras.Input((12, 4), name="features")
    apart = ops.sum((points[:, :, None] - points[:, None]) ** 2, axis=-1)
    _, nearest = ops.top_k(-apart, 4)
    neighbours = ops.matmul(ops.one_hot(nearest, 12), features[:, None])
    here = ops.tile(features[:, :, None], (1, 1, 4, 1))
    edges = layers.Dense(8, activation="relu")(ops.concatenate([here, neighbours - here], axis=-1))
    agreed(with_weights(keras.Model([points, features], layers.Dense(2)(ops.max(ops.mean(edges, axis=2), axis=1)))))
