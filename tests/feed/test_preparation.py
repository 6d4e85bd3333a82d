"""Missing values, units, categories, steps, padding, cuts and masks: the engine gives what the format page says.

The judge is bundle/evaluate.py, written from that page alone. The graphs only copy, so all bits must agree.
"""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lading
from lading.bundle import to_buffers
from lading.bundle.evaluate import Bundle, BundleError, evaluate
from lading.endpoints import Axis, Input, Label, Mask, Missing, Output, Variable
from lading.graph import Graph, Node
from lading.model import Model

MARKS = (-999.0, 0.0, 3.0)
REALS = st.floats(-1e4, 1e4, width=32)
TYPES = ("float32", "float64", "float16", "bfloat16", "int32", "int64", "uint8", "bool")

steps = st.one_of(
    st.sampled_from(["abs", "sqrt", "log", "log10", "log1p", "float32"]),
    st.tuples(st.sampled_from(["add", "subtract", "multiply"]), REALS).map(lambda pair: {pair[0]: pair[1]}),
    REALS.filter(lambda x: abs(x) > 1e-3).map(lambda x: {"divide": x}),
    st.tuples(REALS, REALS).map(lambda pair: {"clip": sorted(pair)}),
)
missing = st.builds(
    Missing,
    st.lists(
        st.one_of(
            st.sampled_from(["nan", "inf", *MARKS]),
            REALS.map(lambda x: {"above": x}),
            REALS.map(lambda x: {"below": x}),
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda x: next(iter(x)) if isinstance(x, dict) else str(x),
    ),
    REALS,
)


@st.composite
def variables(draw: st.DrawFn, name: str, type_: str) -> Variable:
    made = Variable(name, "GeV", raw=draw(st.sampled_from([None, "float32", "float64"])))
    if type_ in ("int32", "int64", "uint8", "bool"):
        made.raw = None
        made.pad = draw(st.sampled_from([None, 0, 1]))
        if draw(st.booleans()):
            made.missing = Missing([3], draw(st.sampled_from([0, 1])))
        return made
    made.missing = draw(st.none() | missing)
    made.pad = draw(st.none() | REALS)
    made.prepare = draw(st.lists(steps, max_size=3))
    if draw(st.integers(0, 4)) == 0:
        made.categories, made.unknown = [0, 3, -999], draw(st.sampled_from(["refuse", 0, 7]))
    return made


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Jets and tracks whose prepared numbers come out as they are, with a mask and variables taken from others."""
    batched = draw(st.booleans())
    made = Model("generated")
    sequence = Axis(
        "track",
        "sequence",
        of="jet",
        min=draw(st.integers(0, 2)),
        pad=draw(st.sampled_from([0, 1])),
        max=draw(st.sampled_from([None, 2, 3])),
        keep=draw(st.sampled_from(["first", "last"])),
    )
    made.axes = {"jet": Axis("jet", "entry"), "track": sequence}
    entry = ["jet"] if batched else []
    kinds = [draw(st.sampled_from(TYPES)) for _ in range(2)]
    jets = Input("jets", [*(entry or [1]), "variable"], kinds[0], [draw(variables(n, kinds[0])) for n in ("a", "b")])
    tracks = Input(
        "tracks", [*entry, "track", "variable"], kinds[1], [draw(variables(n, kinds[1])) for n in ("c", "d")]
    )
    made.input_list = [jets, tracks, Input("mask", [*entry, "track"], "float32", mask=Mask("track", 1, -1))]
    if draw(st.booleans()):
        _take_from_jets(draw, jets, tracks)
    _flag(draw, jets)
    made.output_list = [
        Output("out_jets", [*(entry or [1]), "label"], "float64", [Label("a"), Label("b")]),
        Output(
            "out_tracks", [*entry, "track", "label"], "float64", [Label(v.name + "_") for v in tracks.variable_list]
        ),
        Output("out_mask", [*entry, "track"], "float32"),
        Output("longest", [*(entry or [1]), 1], "float32"),
    ]
    if draw(st.booleans()):
        made.output_list[0].when_empty = {"track": [0.25, -7.0]}
    made.graphs["main"] = Graph(
        [
            Node("1", "Cast", ["jets"], ["out_jets"], {"to": "float64"}),
            Node("2", "Cast", ["tracks"], ["out_tracks"], {"to": "float64"}),
            Node("3", "Identity", ["mask"], ["out_mask"]),
            Node(
                "4", "ReduceSum", ["mask", np.array([len(entry)])], ["longest" if batched else "sum"], {"keepdims": 1}
            ),
        ]
    )
    if not batched:
        made.graphs["main"].nodes.append(Node("5", "Reshape", ["sum", np.array([1, 1])], ["longest"]))
    return made


def _take_from_jets(draw: st.DrawFn, jets: Input, tracks: Input) -> None:
    taken = Variable("jet_a", source="jets.a", pad=draw(st.sampled_from([None, 1])))
    if tracks.type.startswith(("float", "bfloat")) and (jets.variable_list[0].raw or jets.type).startswith("float"):
        taken.prepare = draw(st.lists(steps, max_size=2))
        taken.missing = draw(st.none() | missing)
    tracks.variable_list.append(taken)


def _flag(draw: st.DrawFn, jets: Input) -> None:
    if draw(st.integers(0, 3)) == 0:
        jets.variable_list[0].missing = Missing([{"flag": "b"}], 1)


@st.composite
def columns(draw: st.DrawFn, model: Model, given_: Input, length: int) -> dict[str, np.ndarray]:
    numbers = st.one_of(
        st.sampled_from([0.0, 1.0, 3.0])
        if "int" in given_.type or given_.type == "bool"
        else st.sampled_from([*MARKS, np.nan, np.inf, -np.inf, 1.0, 7.5]) | REALS
    )
    made = {}
    for variable in given_.variable_list:
        if variable.source is None:
            made[variable.name] = np.array(draw(st.lists(numbers, min_size=length, max_size=length)), np.float64)
    return made


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_engine_gives_what_the_evaluator_gives(data: st.DataObject) -> None:
    model = data.draw(models())
    counts = np.array(data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=4)), np.int64)
    jets = data.draw(columns(model, model.input_list[0], len(counts)))
    tracks = data.draw(columns(model, model.input_list[1], int(counts.sum())))
    bundle = Bundle(json.loads(to_buffers(model)[0]), model.weights)
    wanted, refused = None, ""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            wanted = evaluate(bundle, {"jets": jets, "tracks": tracks}, {"track": counts})
        except BundleError as error:
            refused = str(error)
    events = {"jets": jets, "tracks": {name: (values, counts) for name, values in tracks.items()}}
    if wanted is None:
        with pytest.raises(lading.ValueRefused):
            model.run(events)
        assert refused
        return
    scores = model.run(events)
    for name in model.outputs:
        values = wanted[name][0] if isinstance(wanted[name], tuple) else wanted[name]
        np.testing.assert_array_equal(scores.flat(name).reshape(-1), np.asarray(values).reshape(-1), err_msg=name)
    for threads in (1, 3):  # neighbours and threads change nothing
        again = model.session(threads).run(events)
        assert all(again.flat(name).tobytes() == scores.flat(name).tobytes() for name in scores)


def test_an_element_that_is_cut_is_not_looked_at() -> None:
    made = Model(name="short", axes={"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", max=2)})
    made.input_list = [Input("tracks", ["track", "variable"], "bool", [Variable("hit")])]
    made.output_list = [Output("out", ["track", "label"], "float64", [Label("hit")])]
    made.graphs["main"] = Graph([Node("1", "Cast", ["tracks"], ["out"], {"to": "float64"})])
    values, counts = np.array([1, 0, 3]), np.array([3])  # 3 is no bool, and beyond the second
    bundle = Bundle(json.loads(to_buffers(made)[0]), {})
    wanted, _ = evaluate(bundle, {"tracks": {"hit": values}}, {"track": counts})["out"]
    assert made.run({"tracks": {"hit": (values, counts)}}).flat("out").tolist() == wanted.tolist() == [[1.0], [0.0]]
