"""ONNX files that prepare: fed with raw values, ONNX Runtime has the engine's prepared numbers, bit for bit."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import h5py
import hypothesis
import numpy as np
import onnx
import onnxruntime
import prepared_networks
import pytest
import small
from click.testing import CliRunner
from hypothesis import strategies as st
from test_onnx import session

import lading
from lading import UnsupportedError, ValueRefused
from lading.bundle.papers import whole_json
from lading.cli import main
from lading.endpoints import Axis, Input, Label, Mask, Missing, Output, Variable
from lading.graph import Node
from lading.model import Model
from lading.sources.onnx import read_bytes
from lading.targets.onnx import to_bytes

sys.path.insert(0, str(Path(__file__).parents[1] / "sources" / "lwtnn"))
from lwtnn_events import events_for
from lwtnn_networks import NETWORKS

EXAMPLE = Path(__file__).parents[2] / "examples" / "tagger"

#: By input, then by variable: numbers of all entries.
Columns = dict[str, dict[str, np.ndarray]]


def written(model: Model, **options: Any) -> bytes:
    """The file, which must come back as the same model."""
    data = to_bytes(model, "x.onnx", preparation=True, **options)
    onnx.checker.check_model(data, full_check=True)
    back = read_bytes(data, "x.onnx")
    assert back.function_digest == model.function_digest and whole_json(back) == whole_json(model)
    return data


def entry_of(model: Model, runs: onnxruntime.InferenceSession, columns: Columns, counts: dict[str, Any], entry: int
             ) -> dict[str, np.ndarray]:  # fmt: skip
    """What the file is fed for one entry: values as they are, a column for each variable."""
    fed = {}
    for end in runs.get_inputs():
        taken = model.inputs[end.name]
        sequence = model.sequence_axis(taken.axes)
        many = 1 if sequence is None else int(counts[sequence][entry])
        begin = entry if sequence is None else int(np.sum(counts[sequence][:entry]))
        if taken.mask is not None:
            raw = np.full(many, taken.mask.present, taken.type)
        else:
            raw = np.stack([columns[taken.name][each.name][begin:begin + many]
                            for each in taken.variable_list if each.source is None], axis=-1)  # fmt: skip
        raw = raw.astype({"tensor(float)": "float32", "tensor(double)": "float64"}.get(end.type, raw.dtype))
        fed[end.name] = raw if sequence and not model.batched else raw[np.newaxis] if sequence else raw
    return fed


def assert_same(model: Model, columns: Columns, counts: dict[str, Any], entries: int = 60, within: float = 0.0,
                **options: Any) -> None:  # fmt: skip
    """ONNX Runtime and the engine give the same from the same raw values, entry by entry."""
    sizes = {axis: np.asarray(each)[:entries] for axis, each in counts.items()}
    few: Columns = {}
    for name, given in columns.items():
        axis = model.sequence_axis(model.inputs[name].axes)
        few[name] = {key: each[: entries if axis is None else int(sizes[axis].sum())] for key, each in given.items()}
    events = {name: {key: (each, sizes[str(model.sequence_axis(model.inputs[name].axes))])
                     if model.sequence_axis(model.inputs[name].axes) else each for key, each in given.items()}
              for name, given in few.items()}  # fmt: skip
    scores, runs = model.run(events), session(written(model, **options))
    for entry in range(entries):
        found = dict(zip(model.outputs, runs.run(list(model.outputs), entry_of(model, runs, few, sizes, entry)),
                         strict=True))  # fmt: skip
        for output in model.output_list:
            expected: Any = scores[output.name]
            if isinstance(expected, tuple):
                values, lengths = expected
                begin = int(np.sum(lengths[:entry]))
                expected = values[begin : begin + int(lengths[entry])]
            else:
                expected = np.asarray(expected)[entry]
            got = np.asarray(found[output.name])
            if isinstance(scores[output.name], tuple):  # without rows for padding
                got = got.reshape(-1, *np.shape(expected)[1:])[: len(expected)]
            got = got.reshape(np.shape(expected))
            np.testing.assert_allclose(got, expected, rtol=within, atol=within / 10, err_msg=f"entry {entry}")
            if not within:
                numbers = ~np.isnan(got)
                assert (np.signbit(got) == np.signbit(expected))[numbers].all(), f"entry {entry}"


def of_network(net: Any) -> tuple[Columns, dict[str, Any]]:
    columns: Columns = {}
    for (name, variable), values in net.columns.items():
        columns.setdefault(name, {})[variable] = values
    return columns, net.counts


def of_variables(*variables: Variable, type_: str = "float32") -> Model:
    """A model that shows what its variables become."""
    made = Model("shown")
    made.axes = {"jet": Axis("jet", "entry")}
    made.input_list = [Input("x", ["jet", "variable"], type_, list(variables))]
    made.output_list = [Output("y", ["jet", "label"], type_, [Label(each.name) for each in variables])]
    made.graphs["main"].nodes = [Node("show", "Identity", ["x"], ["y"])]
    return made


# ---- the same numbers


@pytest.mark.parametrize("opset", [24, 11])
def test_scaling_of_columns_side_by_side_needs_two_nodes(opset: int) -> None:
    made = of_variables(Variable("pt", prepare=[{"subtract": 41.3}, {"divide": 17.7}]),
                        Variable("eta", prepare=[{"subtract": 0.1}, {"divide": 1.3}]))  # fmt: skip
    proto = onnx.load_model_from_string(written(made, opset=opset))
    assert [node.op_type for node in proto.graph.node] == ["Sub", "Div", "Identity", "Identity"]
    dice = np.random.default_rng(3)
    values = {name: dice.normal(size=500).astype(np.float32) * 50 for name in ("pt", "eta")}
    assert_same(made, {"x": values}, {}, 500, opset=opset)


@pytest.mark.parametrize("raw", ["float32", "float64", "int64"])
@pytest.mark.parametrize("opset", [24, 13, 11])
def test_all_steps_and_missing_values_have_the_same_bits(raw: str, opset: int) -> None:
    net = prepared_networks.preparation("float32", raw)
    assert_same(net.model, *of_network(net), opset=opset)


@pytest.mark.parametrize("raw", ["float64", "int64"])
def test_logarithms_that_stay_in_float64_may_differ_in_the_last_place(raw: str) -> None:
    net = prepared_networks.preparation("float64", raw)
    assert_same(net.model, *of_network(net), within=1e-14)


@pytest.mark.parametrize("opset", [24, 11])
def test_categories_flags_and_variables_from_others(opset: int) -> None:
    net = prepared_networks.categories()
    assert_same(net.model, *of_network(net), opset=opset)


def test_logarithms_where_they_are_delicate() -> None:
    steps: list[list[Any]] = [["log"], ["log10"], ["log1p"], ["sqrt"], [{"clip": [-0.5, 2]}]]
    made = of_variables(*(Variable(f"v{i}", prepare=each) for i, each in enumerate(steps)))
    edges = [0, -0.0, 1, -1, 1e-45, -1e-20, 1e-12, 1e-7, -0.5, 10, 1000, 3e38, np.inf, -np.inf, np.nan, -1.5]
    values = {each.name: np.array(edges, np.float32) for each in made.input_list[0].variable_list}
    assert_same(made, {"x": values}, {}, len(edges))


def test_slots_of_several_types_come_as_float64() -> None:
    made = of_variables(Variable("a"), Variable("b", raw="float64", prepare=[{"subtract": 0.1}]),
                        Variable("c", raw="int64", categories=[11, 13, 22], unknown=3),
                        Variable("d", raw="int64", missing=Missing([-1], 7), prepare=[{"divide": 3}]))  # fmt: skip
    dice = np.random.default_rng(5)
    values = {"a": dice.normal(size=80).astype(np.float32), "b": dice.normal(size=80),
              "c": dice.choice([11, 13, 15, 22], 80), "d": dice.integers(-1, 9, 80)}  # fmt: skip
    assert_same(made, {"x": values}, {}, 80)
    assert session(written(made)).get_inputs()[0].type == "tensor(double)"


def test_a_category_that_is_none_makes_the_runtime_fail() -> None:
    made = of_variables(Variable("charge", raw="int64", categories=[-1, 1]))
    runs = session(written(made))
    assert runs.run(None, {"x": np.array([[1], [-1]])})[0].tolist() == [[1], [0]]
    with pytest.raises(Exception, match="out of data bounds"):
        runs.run(None, {"x": np.array([[2]])})


def masked(*axes: int | str, type_: str = "bool", kind: str = "float32") -> Model:
    """A model that shows two variables of a sequence, and has a mask."""
    made = Model("masked")
    made.axes = {"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", max=3, pad=-7)}
    made.input_list = [
        Input("x", ["jet", "track", "variable"], kind, [Variable("a", prepare=[{"add": 1}]), Variable("b", pad=5)]),
        Input("present", list(axes), type_, mask=Mask("track", 1, 0)),
    ]
    made.output_list = [Output("y", ["jet", "track", "label"], kind, [Label("a"), Label("b")]),
                        Output("m", list(axes), type_)]  # fmt: skip
    made.graphs["main"].nodes = [Node("show", "Identity", ["x"], ["y"]), Node("mask", "Identity", ["present"], ["m"])]
    return made


@pytest.mark.parametrize("least", [0, 3])
@pytest.mark.parametrize("opset", [24, 11])
@pytest.mark.parametrize(("type_", "kind"), [("bool", "float32"), ("int8", "float64"), ("float32", "int32"),
                                             ("float32", "int16")])  # fmt: skip
@pytest.mark.parametrize("axes", [("jet", "track"), ("jet", 1, "track")])
def test_what_a_mask_hides_gets_the_pad_whatever_it_was_fed(type_, kind, axes, opset, least) -> None:
    made = masked(*axes, type_=type_, kind=kind)
    made.axes["track"].min = least
    data = written(made, opset=opset)
    for count in range(5):
        shape = tuple({"jet": 1, "track": count}.get(each, each) for each in axes)
        present = np.array([True, False, True, True])[:count].reshape(shape).astype(type_)
        raw = np.array([[[1, 2], [99, 98], [3, 4], [5, 6]]])[:, :count]
        fed = raw.astype("int64" if kind.startswith("int") else kind)
        y, m = session(data).run(["y", "m"], {"x": fed, "present": present})
        expected = [[2, 2], [-7, 5], [4, 4]][:count] + [[-7, 5]] * (max(0, least - count))
        assert y.dtype == kind and y.tolist() == [expected]
        shown = [*[1, 0, 1][:count], 0, 0, 0][: max(min(count, 3), least)]
        assert m.dtype == type_ and m.ravel().tolist() == shown


@pytest.mark.parametrize("axes", [(1, "variable"), ("variable",)])
def test_values_of_the_entry_are_repeated_where_the_graph_is_of_one_entry(axes: tuple[int | str, ...]) -> None:
    made = Model("shown")
    made.axes = {"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", max=3, keep="last", min=1)}
    made.input_list = [
        Input("tracks", ["track", "variable"], "float32", [
            Variable("jet_pt", source="jets.pt", prepare=["log"], pad=-1), Variable("d0"),
            Variable("twin", source="tracks.d0"),
            Variable("jet_e", source="jets.e", prepare=["log"], missing=Missing(["nan"], 2))]),
        Input("jets", list(axes), "float32", [Variable("pt", prepare=[{"divide": 7}]), Variable("e")]),
    ]  # fmt: skip
    made.output_list = [Output("y", ["track", "label"], "float32", [Label(c) for c in "abcd"]),
                        Output("z", [*axes[:-1], "label"], "float32", [Label(c) for c in "ab"])]  # fmt: skip
    made.graphs["main"].nodes = [Node("a", "Identity", ["tracks"], ["y"]), Node("b", "Identity", ["jets"], ["z"])]
    dice, counts = np.random.default_rng(11), np.array([4, 1, 0, 3, 2])
    jets = {"pt": dice.random(5).astype(np.float32), "e": np.float32([1, np.nan, 3, np.nan, 5])}
    if axes == ("variable",):
        fed = {"tracks": np.float32([[1], [2], [3], [4]]), "jets": np.float32([2, 3])}
        runs = session(written(made))
        scores = made.run({"jets": {"pt": [2.0], "e": [3.0]}, "tracks": {"d0": (fed["tracks"].ravel(), [4])}})
        assert runs.run(["y"], fed)[0].tobytes() == scores["y"][0].tobytes()
    else:
        columns = {"jets": jets, "tracks": {"d0": dice.random(10).astype(np.float32)}}
        assert_same(made, columns, {"track": counts}, 5)


def test_flags_that_are_nan_are_set_and_zeros_keep_their_sign() -> None:
    made = of_variables(Variable("a", missing=Missing([{"flag": "bad"}], 5)), Variable("bad"))
    values = {"a": np.float32([-0.0, -0.0, 0.0, 3, 4]), "bad": np.float32([0, np.nan, -0.0, 1e-40, -1])}
    assert_same(made, {"x": values}, {}, 5)


def test_variables_need_not_stand_on_the_last_axis() -> None:
    made = Model("shown")
    made.axes = {"jet": Axis("jet", "entry")}
    steps: list[list[Any]] = [[{"subtract": 0.3}, {"divide": 1.7}], ["abs"], [{"subtract": 0.9}, {"divide": 0.7}]]
    made.input_list = [Input("x", ["jet", "variable", 4], "float32", [
        *(Variable(f"v{i}", prepare=each) for i, each in enumerate(steps)),
        Variable("kind", raw="float32", categories=[3, 1], unknown=2, missing=Missing([-9], 3))])]  # fmt: skip
    made.output_list = [Output("y", ["jet", 4, 4], "float32")]
    made.graphs["main"].nodes = [Node("show", "Identity", ["x"], ["y"])]
    raw = np.random.default_rng(8).normal(size=(20, 4, 4)).astype(np.float32)
    raw[:, 3] = np.random.default_rng(9).choice([1, 3, 5, -9], (20, 4))
    scores = made.run({"x": {f"v{i}" if i < 3 else "kind": raw[:, i] for i in range(4)}})
    assert session(written(made)).run(None, {"x": raw})[0].tobytes() == np.asarray(scores["y"]).tobytes()


@hypothesis.settings(deadline=None, max_examples=60, suppress_health_check=[hypothesis.HealthCheck.too_slow])
@hypothesis.given(small.models(), st.sampled_from([24, 13, 11]))
def test_any_model_comes_back_or_is_refused_with_the_reason(made: Model, opset: int) -> None:
    made.graphs["main"].nodes[0].attributes = {}
    try:
        data = to_bytes(made, "x.onnx", preparation=True, opset=opset)
    except UnsupportedError as error:
        assert "x.onnx: " in str(error)
        return
    assert whole_json(read_bytes(data, "x.onnx")) == whole_json(made)


# ---- models


@pytest.mark.parametrize("batched", ["", "_batched"])
def test_the_tagger_takes_raw_values(batched: str, tmp_path) -> None:
    model = lading.convert(EXAMPLE / f"tagger{batched}.onnx", describe=EXAMPLE / f"papers{batched}.json", compare=False)
    with h5py.File(EXAMPLE / "jets.h5") as file:
        jets, tracks = file["jets"][:40], file["tracks"][:40]
    model.axes["track"].max = 5  # so that most are cut
    elements = tracks[tracks["valid"]]
    columns = {name: {each: given[each] for each in model.inputs[name].variables}
               for name, given in (("jets", jets), ("tracks", elements))}  # fmt: skip
    assert_same(model, columns, {"track": tracks["valid"].sum(axis=1)}, 40, within=1e-5, opset=17)
    model.export(tmp_path / "raw.onnx", preparation=True, opset=17)
    back = lading.convert(tmp_path / "raw.onnx")
    assert back.function_digest == model.function_digest
    assert all(each["difference"] < 1e-6 for each in back.agreement["outputs"].values())


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_lwtnn_are_prepared_in_float64(name: str, tmp_path) -> None:
    (tmp_path / "net.json").write_text(json.dumps(NETWORKS[name]))
    model = lading.convert(tmp_path / "net.json", compare=False, type="float32")
    assert {each.raw for each_input in model.input_list for each in each_input.variable_list} == {"float64"}
    columns: Columns = {}
    counts: dict[str, Any] = {}
    for taken, events in events_for(model, shortest=3).items():
        pairs = [each for each in events.values() if isinstance(each, tuple)]
        counts |= {str(model.sequence_axis(model.inputs[taken].axes)): each[1] for each in pairs}
        columns[taken] = {key: each[0] if isinstance(each, tuple) else each for key, each in events.items()}
    assert_same(model, columns, counts, 6, within=1e-5)


@pytest.mark.parametrize("opset", [24, 12])
def test_forests_behind_preparation_come_back(opset: int) -> None:
    from test_onnx_trees import CASES, forest_model

    made = forest_model(**CASES["xgboost"])
    names = ["a", "b", "c", "d"]
    made.input_list[0].axes[1] = "variable"
    made.input_list[0].variable_list = [Variable(each, missing=Missing([-1], 0.5), prepare=[{"divide": 3}])
                                        for each in names]  # fmt: skip
    values = {each: np.random.default_rng(7).integers(-3, 5, 40).astype(np.float32) for each in names}
    assert_same(made, {"features": values}, {}, 40, within=1e-6, opset=opset, operators="classic")


# ---- what is said, and what is refused


def test_a_file_that_was_changed_is_read_as_any_other() -> None:
    made = of_variables(Variable("pt", prepare=[{"subtract": 41.3}]))
    proto = onnx.load_model_from_string(written(made))
    proto.graph.node[0].op_type = "Add"
    back = read_bytes(proto.SerializeToString(), "x.onnx")
    assert not back.exported and back.graphs["main"].nodes[0].operator == "Add"
    assert "metadata" not in back.record["origin"]


def test_the_command_says_what_is_left_to_the_caller(tmp_path) -> None:
    model = lading.convert(EXAMPLE / "tagger.onnx", describe=EXAMPLE / "papers.json", compare=False)
    model.save(tmp_path / "tagger")
    result = CliRunner().invoke(main, ["export", str(tmp_path / "tagger"), "-o", str(tmp_path / "t.onnx"),
                                       "--preparation"])  # fmt: skip
    assert result.exit_code == 0 and "elements along 'track' come selected (pT > 500 MeV" in result.output
    said = {each.key: each.value for each in onnx.load(tmp_path / "t.onnx").metadata_props}
    told = json.loads(said["lading.preparation"])
    assert told["inputs"]["jets"][0] == {"name": "pt", "unit": "MeV"}
    assert told["left to the caller"][0].endswith("the nodes do neither")


def test_what_nodes_cannot_say_is_refused_with_the_way() -> None:
    half = of_variables(Variable("a", prepare=["log"]), type_="float16")
    large = of_variables(Variable("a"), Variable("b", raw="int64", categories=[2**53 + 1, 5]))
    last = masked("jet", "track")
    last.axes["track"].keep = "last"
    apart = masked("jet", 3, "track")
    for made, why in ((half, "is float16"), (large, "'b' knows whole numbers beyond 2"),
                      (last, "the last 3 are kept"), (apart, "does not say which of its")):  # fmt: skip
        with pytest.raises(UnsupportedError, match=rf"x\.onnx: input '\w+'.* {why}.*without preparation=True"):
            to_bytes(made, "x.onnx", preparation=True)
    with pytest.raises(ValueRefused, match="one of two"):
        half.export("x.onnx", preparation=True, gnn_config=True)
