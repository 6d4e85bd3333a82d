"""A small model, made anew by every call, and strategies that make others."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lading.bundle.values import is_name
from lading.endpoints import Axis, Input, Label, Mask, Missing, Output, Variable
from lading.graph import BFLOAT16, Graph, Node, Subgraph
from lading.model import Model, Samples


def model() -> Model:
    """Jets with tracks: preparation, a mask, weights, subgraphs and samples."""
    made = Model("tau-id", "1.2.0", "3-prong tau identification")
    made.axes = {
        "jet": Axis("jet", "entry"),
        "track": Axis("track", "sequence", of="jet", max=40, order="pt"),
    }
    pt = Variable(
        "pt",
        "MeV",
        "calibrated jet pT",
        "float64",
        Missing(["nan", -999], 20000),
        ["log10", {"divide": 1.25}],
    )
    made.input_list = [
        Input("jets", ["jet", "variable"], "float32", [pt, Variable("eta", "1")]),
        Input(
            "tracks",
            ["jet", "track", "variable"],
            "float32",
            [Variable("d0", "mm"), Variable("pt", source="jets.pt")],
        ),
        Input("track_mask", ["jet", "track"], "bool", mask=Mask("track", 1, 0)),
    ]
    made.output_list = [
        Output(
            "flavour",
            ["jet", "label"],
            "float32",
            [Label("p_u"), Label("p_b", "b-jet", [0, 1])],
            when_empty={"track": [0.25, 0.75]},
        ),
    ]
    made.graphs = {
        "main": Graph(
            [
                Node(
                    "dense", "Gemm", ["jets", "w", "b"], ["h"], {"transB": 0, "alpha": float(np.float32(0.1))}
                ),
                Node("any", "Cast", [np.array([1.0], np.float32)], ["seen"], {"to": "bool"}),
                Node(
                    "choose",
                    "If",
                    ["seen"],
                    ["flavour"],
                    {
                        "then_branch": Subgraph("then", ["chosen"]),
                        "else_branch": Subgraph("else", ["unchosen"]),
                    },
                ),
            ]
        ),
        "then": Graph([Node("probability", "Softmax", ["h"], ["chosen"])]),
        "else": Graph([Node("keep", "Identity", ["h"], ["unchosen"])]),
    }
    made.weights = {"w": np.arange(4, dtype=np.float32).reshape(2, 2), "b": np.zeros(2, np.float32)}
    made.samples = Samples(
        {
            ("jets", "pt"): np.array([1e4, np.nan]),
            ("jets", "eta"): np.zeros(2, np.float32),
            ("tracks", "d0"): np.ones(3, np.float32),
        },
        {"track": np.array([0, 3])},
        {"flavour": np.full((2, 2), 0.5, np.float32)},
        numerics=2,
    )
    made.names = {"proven": {"entries": 2, "data": "sha256:" + "0" * 64}}
    made.record = {
        "licence": "CC-BY-4.0",
        "authors": ["Ada", "Bob"],
        "training": {"events": 10, "seeds": [1, 2]},
    }
    made.extra = {"domain": {"selection": "pt > 20 GeV"}}
    made.agreement = {"oracle": "onnxruntime", "difference": 1e-7}
    return made


# ---- models of all kinds

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
names = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/."), min_size=1, max_size=12
).filter(is_name)
reals = st.floats(allow_nan=False, allow_infinity=False, width=32)
any_real = st.floats(width=32)
types = st.sampled_from(["float32", "float64", "int64", "float16"])

steps = st.one_of(
    st.sampled_from(["abs", "sqrt", "log", "log10", "log1p", "float32"]),
    st.tuples(
        st.sampled_from(["add", "subtract", "multiply"]), st.one_of(any_real, st.integers(-99, 99))
    ).map(lambda pair: {pair[0]: pair[1]}),
    reals.filter(bool).map(lambda x: {"divide": x}),
    st.tuples(reals, reals).map(lambda pair: {"clip": sorted(pair)}),
)

missing = st.builds(
    Missing,
    st.tuples(st.booleans(), st.lists(reals, max_size=3), st.none() | reals).map(
        lambda t: ["nan"] * t[0] + t[1] + ([] if t[2] is None else [{"above": t[2]}])
    ),
    any_real,
)


@st.composite
def variables(draw: st.DrawFn) -> Variable:
    made = Variable(
        draw(names), draw(texts), draw(texts), draw(st.sampled_from([None, "float32", "float64"]))
    )
    made.prepare = draw(st.lists(steps, max_size=3))
    made.missing = draw(st.none() | missing)
    made.pad = draw(st.none() | any_real)
    if draw(st.booleans()):
        made.categories = draw(
            st.lists(st.integers(-(1 << 63), (1 << 63) - 1), min_size=1, max_size=4, unique=True)
        )
        made.unknown = draw(st.sampled_from([None, "refuse", 0, 7]))
    return made


weights = st.sampled_from(["float32", "float64", "float16", "int8", "uint64", "bool", "bfloat16"]).flatmap(
    lambda name: hnp.arrays(
        np.uint16 if name == "bfloat16" else name, hnp.array_shapes(min_dims=0, min_side=0, max_side=3)
    ).map(
        lambda array: (
            array.view(BFLOAT16)
            if name == "bfloat16" and array.ndim
            else np.zeros((), BFLOAT16)
            if name == "bfloat16"
            else array
        )
    )
)


@st.composite
def models(draw: st.DrawFn) -> Model:
    """One input after the other passes through an Identity; weights are read by another."""
    made = Model(draw(texts), draw(texts), draw(texts))
    made.axes = {"jet": Axis("jet", "entry", description=draw(texts))}
    chosen = draw(st.lists(names, min_size=2, max_size=4, unique=True))
    for name in chosen:
        slots = draw(st.lists(variables(), max_size=3, unique_by=lambda v: v.name))
        made.input_list.append(
            Input(
                name,
                ["jet", "variable"] if slots else ["jet", 2],
                draw(st.sampled_from(["float32", "float64"])),
                slots,
                description=draw(texts),
            )
        )
    given = made.input_list[0]
    made.output_list = [Output("~out", ["jet", "label"], given.type, [Label(n) for n in chosen])]
    made.graphs["main"].nodes = [
        Node(
            "~copy",
            "Identity",
            [given.name],
            ["~out"],
            {
                "texts": draw(st.lists(texts, max_size=2)),
                "reals": draw(st.lists(reals, min_size=1, max_size=3)),
                "integers": draw(st.lists(st.integers(-9, 9), max_size=3)),
                "real": draw(reals),
                "text": draw(texts),
                "tensor": draw(hnp.arrays(np.float32, st.integers(0, 3), elements=reals | st.just(np.nan))),
                "list": draw(hnp.arrays(np.int64, ())),
            },
        )
    ]
    for i, array in enumerate(draw(st.lists(weights, max_size=3))):
        made.weights[f"~w{i}"] = array
        made.graphs["main"].nodes.append(Node(f"~read{i}", "Identity", [f"~w{i}"], [f"~v{i}"]))
    made.record = draw(
        st.dictionaries(
            texts,
            st.recursive(
                st.none()
                | st.booleans()
                | st.floats().filter(np.isfinite)
                | st.integers(-(1 << 63), (1 << 63) - 1)
                | texts,
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
                max_leaves=6,
            ),
            max_size=3,
        )
    )
    return made
