"""``model.run`` keeps a session, and never gives the numbers of a model that is no longer there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from mirrors import jets_and_tracks, nameless

from lading.endpoints import Output
from lading.graph import Node
from lading.model import Model

VALUES = np.random.default_rng(5).normal(size=(9, 32))


def dense() -> Model:
    """x·w + c, c written in place."""
    made = nameless(32)
    made.output_list = [Output("out", ["jet", 4], "float32")]
    made.weights = {"w": np.random.default_rng(6).normal(size=(32, 4)).astype(np.float32)}
    made.graphs["main"].nodes = [Node("a", "MatMul", ["x", "w"], ["h"]),
                                 Node("b", "Add", ["h", np.ones(4, np.float32)], ["s"]),
                                 Node("c", "LeakyRelu", ["s"], ["out"], {"alpha": 0.25})]  # fmt: skip
    return made


def replace_weights(model: Model) -> None:
    model.weights["w"] = model.weights["w"] * 2


def replace_in_place(model: Model) -> None:
    model.graphs["main"].nodes[1].inputs[1] = np.full(4, 3, np.float32)


def set_an_attribute(model: Model) -> None:
    model.graphs["main"].nodes[2].attributes["alpha"] = 0.5


def take_another_operator(model: Model) -> None:
    model.graphs["main"].nodes[2].operator = "Elu"


def rename_an_output(model: Model) -> None:
    model.output_list[0].name = model.graphs["main"].nodes[2].outputs[0] = "score"


@pytest.mark.parametrize("change", [replace_weights, replace_in_place, set_an_attribute, take_another_operator,
                                    rename_an_output])  # fmt: skip
def test_a_change_of_the_graph_shows_at_once(change: Callable[[Model], None]) -> None:
    model = dense()
    before = model.run(VALUES)
    change(model)
    (name,) = model.outputs
    expected, found = model.session().run(VALUES)[name], model.run(VALUES)[name]
    assert found.tobytes() == expected.tobytes()
    assert name == "score" or found.tobytes() != before[name].tobytes()


def test_a_change_of_the_preparation_shows_at_once() -> None:
    model = jets_and_tracks()
    given = {"jets": {"pt": np.ones(3), "eta": np.ones(3)},
             "tracks": {"d0": (np.ones(4), [1, 0, 3]), "z0": (np.ones(4), [1, 0, 3])}}  # fmt: skip
    before = model.run(given)
    model.inputs["jets"].variables["pt"].prepare.append({"multiply": 3.0})
    after, expected = model.run(given), model.session().run(given)
    assert all(after.flat(name).tobytes() == expected.flat(name).tobytes() for name in model.outputs)
    assert any(after.flat(name).tobytes() != before.flat(name).tobytes() for name in model.outputs)


def test_weights_cannot_be_changed_behind_the_session() -> None:
    model = dense()
    model.run(VALUES)
    for array in (model.weights["w"], model.graphs["main"].nodes[1].inputs[1]):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0  # type: ignore[index]


def test_an_unchanged_model_keeps_its_session() -> None:
    from lading.engine.kept import kept_session

    model = dense()
    assert kept_session(model, 1) is kept_session(model, 1)
    assert kept_session(model, 1) is not kept_session(model, 2)
