"""Keras' files: what is written is read back as the same function, and Keras itself gives the same numbers."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import lading
from lading.agreement import run_engine
from lading.cli import main
from lading.endpoints import Variable
from lading.targets.keras import to_bytes
from lading.targets.keras_file.archive import _order
from lading.targets.keras_file.growth import Made
from lading.targets.keras_file.operators import OPERATORS

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "sources" / "lwtnn"))
import keras_graphs
from keras_graphs import GRAPHS, inputs_of
from lwtnn_networks import NETWORKS

SOURCES = Path(__file__).parents[1] / "sources"
TMVA = ["tanh", "slow_tanh", "sigmoid", "relu", "radial", "target", "dnn", "dnn_double", "dnn_multiclass", "dl",
        "dl_double", "dl_images", "dl_lstm", "dl_square", "dl_turns", "discriminant", "linear_regression"]  # fmt: skip


def again(model: lading.Model, path: Path, **options: Any) -> lading.Model:
    model.export(path, **options)
    return lading.convert(path, compare=False)


def graph(name: str, folder: Path) -> lading.Model:
    """Compared with ONNX Runtime when it is read."""
    return lading.convert(GRAPHS[name](folder / f"{name}.onnx"))


def agree(given: dict[str, Any], wanted: dict[str, Any], relative: float = 1e-6) -> None:
    assert list(given) == list(wanted)
    for name, right in wanted.items():
        assert given[name].shape == right.shape
        assert np.abs(given[name] - right).max() <= relative * max(np.abs(right).max(), 1e-9), name


@pytest.mark.parametrize("name", GRAPHS)
def test_what_is_written_is_read_as_the_same_function(name: str, tmp_path: Path) -> None:
    model = graph(name, tmp_path)
    same = again(model, tmp_path / "net.keras")
    for length in (6, 1):
        given = inputs_of(model, length=length)
        agree(run_engine(same)(given), run_engine(model)(given))


def test_the_graphs_hold_every_operator_that_is_written(tmp_path: Path) -> None:
    import onnx

    found = {node.op_type for make in GRAPHS.values() for node in onnx.load(make(tmp_path / "net.onnx")).graph.node}
    assert found == set(OPERATORS)


@pytest.mark.parametrize("name", TMVA)
def test_networks_of_tmva_come_back_with_names_units_preparation_and_every_bit(name: str, tmp_path: Path) -> None:
    (path,) = (SOURCES / "tmva").glob(f"{name}.weights.xml*")
    model = lading.convert(path)
    same = again(model, tmp_path / "net.keras")
    variables = model.inputs["features"].variables
    assert {each.name: each.unit for each in same.inputs["features"].variables.values()} == {
        each.name: each.unit for each in variables.values()}  # fmt: skip
    assert list(same.labels) == list(model.labels)
    x = np.random.default_rng(3).normal(2, 2, (40, len(variables))).astype(np.float32)
    x[3, 1] = np.nan
    columns = {"features": dict(zip(variables, x.T, strict=True))}
    given, wanted = same.run(columns), model.run(columns)
    for output in ("margin", "score"):
        np.testing.assert_array_equal(np.asarray(given[output]), np.asarray(wanted[output]))


def test_the_same_model_is_the_same_bytes_and_layers_say_what_they_are(tmp_path: Path) -> None:
    model = graph("dense", tmp_path)
    assert to_bytes(model) == to_bytes(model)
    model.export(tmp_path / "net.keras")
    with zipfile.ZipFile(tmp_path / "net.keras") as archive:
        layers = json.loads(archive.read("config.json"))["config"]["layers"]
    kinds = [each["class_name"] for each in layers]
    assert kinds[:5] == ["InputLayer", "Dense", "BatchNormalization", "Dense", "LayerNormalization"]
    assert layers[1]["config"]["activation"] == "relu" and layers[1]["config"]["use_bias"]  # MatMul, Add, Relu
    assert next(each for each in layers if each["name"] == "p")["config"]["activation"] == "softmax"


@pytest.mark.parametrize("name", ["functions", "operations", "merging", "recurrent", "image"])
def test_layers_stand_in_the_order_of_keras(name: str) -> None:
    """Which decides where their weights are; the files are Keras' own."""
    with zipfile.ZipFile(SOURCES / "keras" / f"{name}.keras") as archive:
        config = json.loads(archive.read("config.json"))["config"]
    layers = {each["name"]: each for each in config["layers"]}
    ends = [config[side] if isinstance(config[side][0], list) else [config[side]]
            for side in ("input_layers", "output_layers")]  # fmt: skip
    inputs, outputs = ([each[0] for each in side] for side in ends)
    places: dict[str, int] = {}

    def place(at: str) -> None:
        for source in _sources(layers[at]["inbound_nodes"]):
            if source not in places:
                place(source)
        places.setdefault(at, len(places))

    assert all(len(each["inbound_nodes"]) < 2 for each in layers.values())  # a layer is called once, as here
    for at in (*inputs, *reversed(outputs), *reversed(layers)):
        place(at)
    made = [Made("Dense", at, [places[each] for each in _sources(layers[at]["inbound_nodes"])], {}, (), "float32")
            for at in places]  # fmt: skip
    order = _order(made, [places[each] for each in inputs], [places[each] for each in outputs])
    assert [made[at].name for at in order] == list(layers)


def _sources(value: Any) -> list[str]:
    """The layers whose results a call takes, in order."""
    if isinstance(value, dict) and "keras_history" in value:
        return [value["keras_history"][0]]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [name for each in items for name in _sources(each)]


# ---------------------------------------------------------------------------------- graphs of one entry

#: Networks of lwtnn, whose graphs of sequences run once for each entry.
LWTNN = {name: network for name, network in NETWORKS.items() if name != "disordered"}


def of_lwtnn(name: str, folder: Path) -> tuple[lading.Model, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """A network, inputs of one entry for its graph, and the same for a model that has an axis of entries."""
    (folder / "net.json").write_text(json.dumps(LWTNN[name]))
    model = lading.convert(folder / "net.json", compare=False, type="float32")
    random, given = np.random.default_rng(6), {}
    for each in model.input_list:
        shape = [len(each.variables) if use == "variable" else use if isinstance(use, int) else 5 for use in each.axes]
        whole = not each.type.startswith("float")
        given[each.name] = (random.integers(0, 2, shape) if whole else random.normal(size=shape)).astype(each.type)
    return model, given, batched(model, given)


def batched(model: lading.Model, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """With an axis of entries in front, where the graph is of one entry; a 1 that is there stands for it."""
    entries = [name for name, axis in model.axes.items() if axis.kind == "entry"]
    if any(each.axes[:1] == entries for each in model.input_list):
        return given
    return {name: x if model.inputs[name].axes[:1] == [1] else x[None] for name, x in given.items()}


@pytest.mark.parametrize("name", [each for each in LWTNN if "convolution" not in each])
def test_graphs_of_one_entry_get_an_axis_of_entries(name: str, tmp_path: Path) -> None:
    model, given, batch = of_lwtnn(name, tmp_path)
    model.export(tmp_path / "net.keras", preparation=False)
    same = lading.convert(tmp_path / "net.keras", compare=False, simplify=False)  # else its scaling leaves the graph
    assert all(each.axes[0] == "entry" for each in (*same.input_list, *same.output_list))
    found, wanted = run_engine(same)(batch), run_engine(model)(given)
    agree({key: each.reshape(wanted[key].shape) for key, each in found.items()}, wanted)


def test_a_recurrent_layer_with_a_function_of_other_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "net.json").write_text(json.dumps(NETWORKS["disordered"]))
    with pytest.raises(lading.UnsupportedError, match=r"'gru_1'.*the activation hard_sigmoid with alpha 0.2"):
        lading.convert(tmp_path / "net.json", compare=False).export(tmp_path / "net.keras", preparation=False)


# ---------------------------------------------------------------------------------------- preparation


def prepared(tmp_path: Path, *steps: list[Any], **more: Any) -> lading.Model:
    """A model whose four variables are prepared by these steps, and the rest not at all."""
    model = graph("dense", tmp_path)
    lists = [*steps, *[[]] * (4 - len(steps))]
    model.input_list[0].axes[-1] = "variable"
    model.input_list[0].variable_list = [Variable(f"v{at}", prepare=each) for at, each in enumerate(lists)]
    for name, value in more.items():
        setattr(model.input_list[0].variable_list[0], name, value)
    return model


def kinds_of(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        layers = json.loads(archive.read("config.json"))["config"]["layers"]
    return [each["class_name"] for each in layers[:4] if each["class_name"] in ("Rescaling", "Normalization")]


@pytest.mark.parametrize(("steps", "layers"), [
    ([[{"subtract": 3.7}, {"divide": 1.3}], [{"divide": 7}], [{"subtract": 0.1}]], ["Normalization"]),
    ([[{"multiply": 0.3}, {"add": 1.1}], [{"add": 2}], [{"multiply": 3}]], ["Rescaling", "Rescaling"]),
    ([[{"divide": 0.9}, {"add": 1.1}, {"divide": 3}]], ["Normalization", "Normalization"]),
])  # fmt: skip
def test_preparation_becomes_layers_that_give_the_very_numbers(steps: Any, layers: list[str], tmp_path: Path) -> None:
    model = prepared(tmp_path, *steps)
    same = again(model, tmp_path / "net.keras")
    assert kinds_of(tmp_path / "net.keras") == layers
    assert any(each.prepare for each in same.input_list[0].variable_list)
    assert len(same.graphs["main"].nodes) == len(model.graphs["main"].nodes)
    x = np.random.default_rng(4).normal(2, 3, (500, 4)).astype(np.float32)
    columns = {f"v{at}": column for at, column in enumerate(x.T)}
    np.testing.assert_array_equal(np.asarray(same.run(columns)["p"]), np.asarray(model.run(columns)["p"]))


@pytest.mark.parametrize(("steps", "more", "why"), [
    ([["log"]], {}, "no layer of Keras does the step 'log'"),
    ([[{"divide": -2}]], {}, "is divided by -2"),
    ([[{"add": 2}]], {"raw": "float64"}, "is prepared in float64, and Keras would do it in float32"),
    ([], {"missing": lading.endpoints.Missing(["nan"], 0.0)}, "said to be missing"),
])  # fmt: skip
def test_other_preparation_is_refused_or_left_out(steps: Any, more: Any, why: str, tmp_path: Path) -> None:
    model = prepared(tmp_path, *steps, **more)
    with pytest.raises(lading.UnsupportedError, match=f"variable 'v0'.*{why}.*preparation=False"):
        model.export(tmp_path / "net.keras")
    same = again(model, tmp_path / "net.keras", preparation=False)
    given = inputs_of(same)
    agree(run_engine(same)(given), run_engine(model)(given))


# ------------------------------------------------------------------------------------------- refusals


def one_node(tmp_path: Path, operator: str, shape: list[Any], *weights: Any, **attributes: Any) -> lading.Model:
    builder = keras_graphs.Builder(1)
    builder.add(operator, "x", *weights, gives="y", **attributes)
    path = builder.save(tmp_path / "one.onnx", {"x": shape}, {"y": [None] * len(attributes.pop("given", shape))})
    return lading.convert(path, compare=False)


@pytest.mark.parametrize(("operator", "shape", "weights", "attributes", "why"), [
    ("CumSum", ["n", 4], [np.asarray(1)], {}, "is a CumSum, which is not written for Keras"),
    ("Celu", ["n", 4], [], {"alpha": 1.5}, "activation 'celu' with alpha 1.5 is none of Keras"),
    ("HardSigmoid", ["n", 4], [], {"beta": 0.4}, "is 0.4 at 0"),
    ("AveragePool", ["n", 4, 8], [], {"kernel_shape": [3], "pads": [1, 1]}, "pooling without these is written"),
    ("Add", ["n", 3, 4], [np.ones((3, 1))], {}, "not one number for each column"),
    ("Gather", ["n", 4], [np.asarray([0, 2])], {"axis": 1}, "takes several places"),
    ("Softmax", ["n", 4], [], {"axis": 0}, "runs along axis 0, which holds the entries"),
])  # fmt: skip
def test_what_keras_does_not_have_is_refused_by_node(operator: str, shape: Any, weights: Any, attributes: Any, why: str,
                                                     tmp_path: Path) -> None:  # fmt: skip
    with pytest.raises(lading.UnsupportedError, match=why):
        one_node(tmp_path, operator, shape, *weights, **attributes).export(tmp_path / "net.keras")
    assert not (tmp_path / "net.keras").exists()


def test_forests_lengths_and_entries_elsewhere_are_refused(tmp_path: Path) -> None:
    forest = lading.convert(SOURCES / "tmva" / "grad.weights.xml.gz")
    for file, what in (("net.keras", "Keras"), ("net.json", "lwtnn"), ("net.nnef", "NNEF")):
        with pytest.raises(lading.UnsupportedError, match=rf"'trees' is a forest .*; {what} has networks; forests are "
                                                          r"written to files ending in \.onnx, \.root and \.hpp$"):
            forest.export(tmp_path / file)
        assert not (tmp_path / file).exists()
    model = graph("steps", tmp_path)
    model.axes["t"].max = 5
    with pytest.raises(lading.UnsupportedError, match=r"cut or padded .*preparation=False"):
        model.export(tmp_path / "net.keras")
    model.input_list[0].axes[:2] = ["t", "entry"]
    with pytest.raises(lading.UnsupportedError, match="no axis of entries in front"):
        model.export(tmp_path / "net.keras")


def test_the_command_writes_it_with_and_without_preparation(tmp_path: Path) -> None:
    prepared(tmp_path, ["log"]).save(tmp_path / "bundle")
    runner = CliRunner()
    said = runner.invoke(main, ["export", str(tmp_path / "bundle"), "-o", str(tmp_path / "net.keras")])
    assert said.exit_code != 0 and "--without-preparation" in said.output
    said = runner.invoke(main, ["export", str(tmp_path / "bundle"), "-o", str(tmp_path / "net.keras"),
                                "--without-preparation"])  # fmt: skip
    assert said.exit_code == 0 and (tmp_path / "net.keras").is_file()


# ----------------------------------------------------------------------------------------- Keras itself


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")  # of Keras and its backend
@pytest.mark.parametrize("name", [*GRAPHS, *TMVA])
def test_keras_gives_the_same_numbers(name: str, tmp_path: Path) -> None:
    import keras

    if name in GRAPHS:
        model = graph(name, tmp_path)
    else:
        model = lading.convert(next((SOURCES / "tmva").glob(f"{name}.weights.xml*")))
    model.export(tmp_path / "net.keras", preparation=name in GRAPHS)
    loaded = keras.models.load_model(tmp_path / "net.keras")
    for length in (6, 2):
        given = inputs_of(model, length=length)
        results = loaded(list(given.values()) if len(given) > 1 else next(iter(given.values())))
        results = results if isinstance(results, (list, tuple)) else [results]
        found = {each.name: y.detach().numpy() for each, y in zip(model.output_list, results, strict=True)}
        agree(found, run_engine(model)(given), 3e-6)  # Keras on PyTorch multiplies matrices in float32 alone


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")  # of Keras and its backend
@pytest.mark.parametrize("name", LWTNN)
def test_keras_gives_the_numbers_of_graphs_of_one_entry(name: str, tmp_path: Path) -> None:
    import keras

    model, given, batch = of_lwtnn(name, tmp_path)
    model.export(tmp_path / "net.keras", preparation=False)
    loaded = keras.models.load_model(tmp_path / "net.keras")
    results = loaded(list(batch.values()) if len(batch) > 1 else next(iter(batch.values())))
    results = results if isinstance(results, (list, tuple)) else [results]
    wanted = run_engine(model)(given)
    found = dict(zip(wanted, (y.detach().numpy() for y in results), strict=True))
    agree({key: each.reshape(wanted[key].shape) for key, each in found.items()}, wanted, 3e-6)


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")  # of Keras, its backend and the generators of cases
def test_keras_gives_the_numbers_of_the_conformance_cases_that_are_written(tmp_path: Path) -> None:
    """ONNX's own cases of one operator, their first axis being the entries: refused, or the same numbers."""
    import keras
    import onnx
    from onnx.backend.test.case.node import collect_testcases

    wrong, written = {}, 0
    for case in collect_testcases(None):
        if case.model is None or not {node.op_type for node in case.model.graph.node} & set(OPERATORS):
            continue
        for value in (*case.model.graph.input, *case.model.graph.output):
            for length in list(value.type.tensor_type.shape.dim)[:1]:
                length.dim_param = "n"
        onnx.save(case.model, tmp_path / "case.onnx")
        try:
            model = lading.convert(tmp_path / "case.onnx", compare=False)
            model.export(tmp_path / "case.keras")
            given = inputs_of(model, entries=3, length=3)
            wanted = run_engine(model)(given)
        except lading.LadingError:
            continue
        loaded = keras.models.load_model(tmp_path / "case.keras")
        batch = list(batched(model, given).values())
        found = loaded(batch if len(batch) > 1 else batch[0])
        found = found if isinstance(found, (list, tuple)) else [found]
        for y, right in zip(found, wanted.values(), strict=True):
            written += 1
            y = y.detach().numpy()
            if y.size != right.size or not np.allclose(y.reshape(right.shape), right, 1e-4, 1e-5, equal_nan=True):
                wrong[case.name] = (y.shape, right.shape)
    assert not wrong
    assert written > 200
