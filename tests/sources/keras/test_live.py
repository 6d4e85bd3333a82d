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
