"""Outputs computed from outputs: NumPy's numbers for the same text, and refusals of what is no arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from two_models import events, tagger

import lading
from lading.agreement.forests import units_apart
from lading.bundle import to_buffers
from lading.bundle.evaluate import evaluate
from lading.endpoints import Axis, Input, Label, Output, Variable
from lading.errors import LadingError, UnknownName, ValueRefused
from lading.graph import BFLOAT16, Graph, Node
from lading.model import Model

D_B = "log(p_b / (f_c * p_c + (1 - f_c) * p_u))"


def rounded(function: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """NumPy's own logarithms of float32 are off by several units in the last place."""
    return lambda x: function(np.asarray(x, np.float64)).astype(x.dtype)


NUMPY = {"log": rounded(np.log), "exp": rounded(np.exp), "sqrt": np.sqrt, "abs": np.abs, "min": np.minimum,
         "max": np.maximum}  # fmt: skip


def numbers(type: str = "float32", *, per_entry: bool = False) -> Model:
    """Two numbers a and b as they are fed, as labels of ``out``."""
    made = Model("numbers", axes={"jet": Axis("jet", "entry")})
    axes: list[str | int] = [1] if per_entry else ["jet"]
    made.input_list = [Input("jets", [*axes, "variable"], type, [Variable("a"), Variable("b")])]
    made.output_list = [Output("out", [*axes, "label"], type, [Label("a"), Label("b")])]
    made.graphs["main"].nodes = [Node("keep", "Identity", ["jets"], ["out"])]
    return made


def fed(type: str = "float32", entries: int = 400) -> dict[str, np.ndarray]:
    random = np.random.default_rng(8)
    return {"a": random.exponential(1, entries).astype(type), "b": random.uniform(0.1, 3, entries).astype(type)}


def by_numpy(expression: str, values: dict[str, Any], **constants: float) -> np.ndarray:
    """What NumPy makes of the same text: Python's own numbers take the type of the arrays."""
    with np.errstate(all="ignore"):
        return eval(expression, {"__builtins__": {}, **NUMPY}, {**values, **constants})


EXACT = ["a + b", "a - b", "a * b", "a / b", "-a", "+a", "sqrt(a)", "abs(a - b)", "min(a, b)", "max(a, 1.5)",
         "(1 - 2 * k) * a", "a * k / 3 + b * (k - 1)", "a ** 2", "0.1 + a", "1 / b", "a / (a + b)", "k * 2 + a * a",
         "min(max(a, 0.25), 2)", "a - -b", "(a + b) / (a + b) + (a + b)", "out.a * out['b'] + k", "1_000 * a + 1e-3"]
ROUNDED = ["log(a)", "exp(a)", "a ** b", "2 ** a", "a ** 0.5", "log(a / b)", "a ** -k"]


@pytest.mark.parametrize("type", ["float32", "float64"])
@pytest.mark.parametrize("expression", EXACT + ROUNDED)
def test_the_numbers_are_those_of_numpy(expression: str, type: str) -> None:
    constants = {"k": 0.3} if "k" in expression else {}
    made, values = lading.discriminant(numbers(type), "d", expression, **constants), fed(type)
    plain = expression.replace("out.a", "a").replace("out['b']", "b")
    expected, got = by_numpy(plain, values, **constants), made.run({"jets": values})["d"]
    assert got.dtype == expected.dtype == np.dtype(type) and got.shape == (400,)
    assert units_apart(got, expected).max() <= (1 if expression in ROUNDED else 0)


@pytest.mark.parametrize("least", [0, 2])
def test_engine_and_evaluator_agree_with_numpy_on_a_network(least: int, tmp_path: Path) -> None:
    before, data = tagger(lambda made: setattr(made.axes["track"], "min", least)), events()
    made = lading.discriminant(before, "D_b", D_B, f_c=0.2)
    scores = made.run(data)
    p = {label: scores["flavour", label] for label in ("p_b", "p_c", "p_u")}
    expected, empty = by_numpy(D_B, p, f_c=0.2), data["tracks"]["d0"][1] == 0
    np.testing.assert_allclose(scores["D_b"], expected, rtol=0, atol=1e-6)
    assert empty.any() and len(set(scores["D_b"][empty])) == 1
    np.testing.assert_array_equal(scores["flavour"], before.run(data)["flavour"])
    made.save(tmp_path / "model")
    flat = {name: {key: x[0] if isinstance(x, tuple) else x for key, x in of.items()} for name, of in data.items()}
    second = evaluate(tmp_path / "model", flat, {"track": data["tracks"]["d0"][1]})
    np.testing.assert_allclose(scores["D_b"], second["D_b"], rtol=0, atol=2e-6)


def test_what_stands_for_an_entry_without_tracks_is_computed_too() -> None:
    made = lading.discriminant(tagger(), "D_b", D_B, f_c=0.2)
    p = dict(zip(("p_b", "p_c", "p_u"), np.float32([[0.2], [0.3], [0.5]]), strict=True))
    assert list(made.outputs["D_b"].when_empty) == ["track"]
    found = np.float32(made.outputs["D_b"].when_empty["track"])
    assert units_apart(found, by_numpy(D_B, p, f_c=0.2)) <= 1
    assert repr(made.outputs["D_b"].when_empty["track"][0]) == str(found[0])  # as short as its type allows
    nothing = {"jets": {"pt": [9.0], "eta": [0.0], "mass": [1.0]}, "tracks": {n: ([], [0]) for n in ("d0", "z0")}}
    assert made.run(nothing)["D_b"][0] == found[0]


def test_infinities_are_those_of_ieee() -> None:
    def never(made: Model) -> None:
        made.output_list[0].when_empty = {"track": [0.5, 0.5, 0.0]}

    made = lading.discriminant(tagger(never), "d", "p_b / p_u")
    assert made.outputs["d"].when_empty == {"track": [np.inf]}
    to_buffers(made)
    values = {"a": np.float32([1, 0, -1]), "b": np.zeros(3, np.float32)}
    found = lading.discriminant(numbers(), "d", "log(a / b)").run({"jets": values})["d"]
    np.testing.assert_array_equal(found, np.float32([np.inf, np.nan, np.nan]))


def sequences(made: Model) -> None:
    """An output for each track, and one for each jet, and clusters that nothing is made of."""
    made.output_list += [Output("origin", ["jet", "track", "label"], "float32", [Label("near"), Label("far")]),
                         Output("total", ["jet", 1], "float32", when_empty={"track": [0.0]}),
                         Output("raw", ["jet", "label"], "float32", [Label("p_b"), Label("other")])]
    made.graphs["main"].nodes += [
        Node("near", "Sigmoid", ["tracks"], ["origin"]),
        Node("total", "ReduceSum", ["s", np.array([1])], ["total"], {"keepdims": 1}),
        Node("raw", "Gather", ["l", np.array([0, 1])], ["raw"], {"axis": 1})]


def test_outputs_for_each_element_are_computed_element_by_element() -> None:
    data = events()
    scores = lading.discriminant(tagger(sequences), "ratio", "near / (near + far)").run(data)
    origin, (ratio, counts) = scores["origin"][0], scores["ratio"]
    np.testing.assert_array_equal(ratio, origin[:, 0] / (origin[:, 0] + origin[:, 1]))
    np.testing.assert_array_equal(counts, np.minimum(data["tracks"]["d0"][1], 5))


def test_axes_of_length_one_go() -> None:
    made = lading.discriminant(tagger(sequences), "d", "total * p_c + p_u")
    scores = made.run(events())
    assert made.outputs["d"].axes == ["jet"] and made.outputs["d"].when_empty == {"track": [0.5]}
    flavour = scores["flavour"]
    np.testing.assert_array_equal(scores["d"], scores["total"][:, 0] * flavour[:, 1] + flavour[:, 2])


@pytest.mark.parametrize("type", ["float32", "float64"])
def test_a_graph_that_runs_once_per_entry(type: str) -> None:
    def second(made: Model) -> None:
        made.output_list.append(Output("sum", [], type))
        made.graphs["main"].nodes.append(
            Node("sum", "ReduceSum", ["jets", np.array([0, 1])], ["sum"], {"keepdims": 0}))

    made, values = numbers(type, per_entry=True), fed(type)
    alone = lading.discriminant(made, "d", "a / b")
    assert alone.outputs["d"].axes == [1]
    np.testing.assert_array_equal(alone.run({"jets": values})["d"], values["a"] / values["b"])
    second(made)
    both = lading.discriminant(lading.discriminant(made, "d", "a / sum"), "e", "2 * d + sum")
    assert both.outputs["d"].axes == [] and both.outputs["e"].axes == []
    found = both.run({"jets": values})
    np.testing.assert_array_equal(found["d"], values["a"] / (values["a"] + values["b"]))
    np.testing.assert_array_equal(found["e"], 2 * found["d"] + (values["a"] + values["b"]))


def test_numbers_of_an_output_without_labels() -> None:
    made = numbers()
    made.output_list[0] = Output("out", ["jet", 2], "float32")
    values = fed()
    np.testing.assert_array_equal(
        lading.discriminant(made, "d", "out[1] - out[0]").run({"jets": values})["d"], values["b"] - values["a"])
    with pytest.raises(ValueRefused, match=r"'d': output 'out' holds 2 numbers; say which: out\[0\]"):
        lading.discriminant(made, "d", "1 + out")
    with pytest.raises(ValueRefused, match=r"out\[2\]: output 'out' has 2 numbers, 0 to 1"):
        lading.discriminant(made, "d", "out[2]")


@pytest.mark.parametrize("type", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_single(type: str) -> None:
    made = numbers()
    made.output_list[0].type = type
    made.graphs["main"].nodes[0] = Node("narrow", "Cast", ["jets"], ["out"], {"to": type})
    made.output_list.append(Output("wide", ["jet"], "float64"))
    made.graphs["main"].nodes += [Node("first", "Gather", ["jets", np.array(0)], ["f"], {"axis": 1}),
                                  Node("wide", "Cast", ["f"], ["wide"], {"to": "float64"})]
    scores = lading.discriminant(lading.discriminant(made, "d", "a / b"), "e", "wide / a").run({"jets": fed()})
    a, b = (scores["out", label].astype(np.float32) for label in ("a", "b"))
    np.testing.assert_array_equal(scores["d"], a / b)
    np.testing.assert_array_equal(scores["e"], scores["wide"] / a.astype(np.float64))
    assert scores["d"].dtype == np.float32 and BFLOAT16 not in (scores["d"].dtype, scores["e"].dtype)


def test_names_inside_the_graph_make_room() -> None:
    def inside(made: Model) -> None:
        made.graphs["main"] = Graph([
            Node("D_b", "MatMul", ["tracks", "D_b.mul"], ["D_b"]),
            Node("D_b.add", "Tanh", ["D_b"], ["D_b.p_b"]),
            Node("3", "ReduceSum", ["D_b.p_b", np.array([1])], ["s"], {"keepdims": 0}), *made.graphs["main"].nodes[3:]])
        made.weights["D_b.mul"] = made.weights.pop("w")

    before, data = tagger(inside), events()
    saved = to_buffers(before)
    made = lading.discriminant(before, "D_b", D_B, f_c=0.2)
    to_buffers(made)
    usual = lading.discriminant(tagger(), "D_b", D_B, f_c=np.float64(0.2)).run(data)
    np.testing.assert_array_equal(made.run(data)["D_b"], usual["D_b"])
    assert to_buffers(before) == saved


def test_the_given_model_stays_and_the_self_test_is_renewed(tmp_path: Path) -> None:
    from lading.converting import keep_made_up_samples

    before = tagger()
    keep_made_up_samples(before)
    saved = to_buffers(before)
    made = lading.discriminant(before, "D_b", D_B, f_c=0.2)
    assert to_buffers(before) == saved and "D_b" not in before.outputs
    assert made.samples is not None and set(made.samples.outputs) == {"flavour", "D_b"}
    assert made.check() and made.record["computed"] == {"D_b": {"expression": D_B, "constants": {"f_c": 0.2}}}
    made.save(tmp_path / "tagger")
    read = lading.load(tmp_path / "tagger")
    assert read.digest == made.digest and read.check()
    again = lading.discriminant(tmp_path / "tagger", "twice", "2 * D_b")
    assert again.check() and list(again.record["computed"]) == ["D_b", "twice"]
    assert "= log(p_b / (f_c * p_c + (1 - f_c) * p_u)) with f_c = 0.2" in lading_show(read)
    assert "with f_c = 0.2" in read._repr_html_()


def lading_show(model: Model) -> str:
    from lading.examine.show import text

    return text(model)


def test_nothing_is_computed_twice() -> None:
    made = lading.discriminant(numbers(), "d", "(a + b) / (a + b) + (a + b)")
    operators = [node.operator for node in made.graphs["main"].nodes]
    assert operators == ["Identity", "Gather", "Gather", "Add", "Div", "Add"]


def test_an_output_that_is_another_is_a_copy() -> None:
    made = lading.discriminant(lading.discriminant(numbers(), "d", "a"), "e", "d")
    values = fed()
    scores = made.run({"jets": values})
    np.testing.assert_array_equal(scores["d"], values["a"])
    np.testing.assert_array_equal(scores["e"], values["a"])


def test_onnx_runtime_computes_the_same(tmp_path: Path) -> None:
    import onnxruntime

    made, values = lading.discriminant(numbers(), "d", "log(a / (k * b + (1 - k) * a))", k=0.2), fed()
    made.export(tmp_path / "numbers.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "numbers.onnx")
    found = session.run(["d"], {"jets": np.stack([values["a"], values["b"]], 1)})[0]
    np.testing.assert_allclose(made.run({"jets": values})["d"], found, rtol=0, atol=1e-6)
    back = lading.convert(tmp_path / "numbers.onnx")
    assert back.record["computed"] == made.record["computed"] and back.function_digest == made.function_digest


# ---- what is refused


@pytest.mark.parametrize(("expression", "told"), [
    ("p_bb / p_c", "'p_bb' is no output or label of tagger (has: 'p_b', 'p_c', 'p_u'"),
    ("p_bb / p_c", "did you mean 'p_b'?"),
    ("p_c / omega", "a constant is given beside the formula, omega=0.2"),
    ("pt / p_c", "'pt' is fed (input 'jets'); a formula is made of outputs"),
    ("flavour / 2", "output 'flavour' has labels; say which of them: flavour.p_b, flavour.p_c, flavour.p_u"),
    ("flavour.p_x", "'flavour.p_x' is no output or label"),
    ("flavour[0]", "output 'flavour' has labels; write one of flavour.p_b"),
    ("flavour['p_x']", "label 'p_x' is not in output 'flavour'"),
    ("flavours['p_b']", "'flavours' is no output or label"),
    ("np.log(p_b)", "there is no function 'np.log' (has: 'log'"),
    ("ln(p_b)", "there is no function 'ln'"),
])  # fmt: skip
def test_unknown_names_are_told_with_the_nearest(expression: str, told: str) -> None:
    with pytest.raises((UnknownName, ValueRefused)) as error:
        lading.discriminant(tagger(), "d", expression)
    assert told in str(error.value) and str(error.value).startswith("output 'd': ")


@pytest.mark.parametrize("expression", [
    "", " ", "p_b /", "p_b p_c", "p_b; p_c", "p_b = 1", "lambda: p_b", "[p_b]", "(p_b, p_c)", "p_b if p_c else p_u",
    "p_b > p_c", "p_b and p_c", "not p_b", "~p_b", "p_b % p_c", "p_b // p_c", "p_b @ p_c", "p_b << 2", "'p_b'", "True",
    "1j * p_b", "f'{p_b}'", "p_b[0:1]", "p_b[p_c]", "p_b()", "log(p_b, p_c)", "log()", "min(p_b)", "log(p_b, base=2)",
    "log(*p_b)", "(x := p_b)", "{}", "None", "...", "await p_b", "[p_b for p_b in p_c]",
    "__import__('os').system('x')", "().__class__", "p_b.__class__.__mro__",
    "2", "log(2)", "1 + 2 * 3", "p_b + 1e999", "p_b + 10**400", "p_b / 0",
    "p_b / (1 - 1)",
    "p_b * log(0)", "p_b * (-1) ** 0.5", "p_b * 1e39", "p_b\0", "(" * 300 + "p_b" + ")" * 300, "-" * 1500 + "p_b",
    "+".join(["p_b"] * 480), "p_b+" * 2000 + "1", "9**9**9**9 * p_b", "p_b*" + "9" * 500, "\ud800", "p_b # \ud800",
])  # fmt: skip
def test_what_is_no_arithmetic_is_refused(expression: str) -> None:
    try:
        made = lading.discriminant(tagger(), "d", expression)
    except LadingError as error:
        assert isinstance(error, (ValueRefused, UnknownName)) and str(error).startswith("output 'd': ")
        assert len(str(error)) < 500
    else:
        assert expression == "+".join(["p_b"] * 480)
        to_buffers(made)


def test_texts_that_are_cut_at_random_are_refused_or_computed() -> None:
    random = np.random.default_rng(4)
    letters = list(D_B + "[]'\"=<>%&|^~:;,.\\@!{}\n\t0e")
    refused = 0
    for _ in range(1500):
        text = list(D_B)
        for at in random.integers(0, len(text), random.integers(1, 4)):
            text[at] = str(random.choice(letters))
        try:
            lading.discriminant(tagger(), "d", "".join(text), f_c=0.2)
        except (UnknownName, ValueRefused):
            refused += 1
    assert 300 < refused < 1500


@pytest.mark.parametrize(("name", "told"), [
    ("flavour", "has an output of that name already"), ("jets", "has an input of that name already"),
    ("p_b", "'p_b' is a label of output 'flavour' already"),
    ("a/b", "not a name"), ("", "not a name"), (7, "not a name"),
])  # fmt: skip
def test_names_that_an_output_cannot_have(name: Any, told: str) -> None:
    with pytest.raises(ValueRefused, match=told):
        lading.discriminant(tagger(), name, "p_b")


@pytest.mark.parametrize(("constants", "told"), [
    ({"f_c": 0.2, "f_tau": 0.1}, r"does not use the constant 'f_tau' \(has: "),
    ({"f_c": float("nan")}, "the constant 'f_c' should be a finite number, is nan"),
    ({"f_c": "0.2"}, "the constant 'f_c' should be a finite number, is '0.2'"),
    ({"f_c": True}, "should be a finite number"),
    ({"f_c": 0.2, "p_b": 0.1}, "'p_b' is a constant here, and an output or label"),
])  # fmt: skip
def test_constants_that_do_not_fit(constants: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueRefused, match=told):
        lading.discriminant(tagger(), "d", D_B, **constants)


def test_a_label_of_several_outputs_wants_its_output() -> None:
    with pytest.raises(UnknownName, match=r"'p_b' is in several outputs; say which: flavour\.p_b, raw\.p_b"):
        lading.discriminant(tagger(sequences), "d", "p_b")
    with pytest.raises(ValueRefused, match="without any track, 'flavour' is given by when_empty and 'raw'"):
        lading.discriminant(tagger(sequences), "d", "flavour.p_b / raw.p_b")


def test_numbers_per_jet_and_per_track_do_not_meet() -> None:
    with pytest.raises(ValueRefused, match="'p_c' has one number for each jet, 'near' one number for each track"):
        lading.discriminant(tagger(sequences), "d", "p_c * near")


def test_whole_numbers_are_refused() -> None:
    made = numbers()
    made.output_list.append(Output("best", ["jet"], "int64"))
    made.graphs["main"].nodes.append(Node("best", "ArgMax", ["jets"], ["best"], {"axis": 1, "keepdims": 0}))
    with pytest.raises(ValueRefused, match="'best' is int64; formulas take real numbers"):
        lading.discriminant(made, "d", "best * a")
