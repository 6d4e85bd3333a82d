"""Averages of models: what the members give by themselves, averaged by NumPy; and what cannot be one model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from two_models import events, jets, masked, plain, tagger, tracks

import lading
from lading.bundle import to_buffers
from lading.bundle.evaluate import evaluate
from lading.cli import main
from lading.converting import keep_made_up_samples
from lading.endpoints import Axis, Input, Missing, Output, Variable
from lading.errors import UnknownName, ValueRefused
from lading.graph import Graph, Node, Subgraph
from lading.model import Model
from lading.trees import Forest, model_of

Change = Callable[[Model], object]


def seeded(seed: int, change: Change | None = None) -> Model:
    """The tagger with other weights, and something else for jets without tracks."""
    made, random = tagger(change), np.random.default_rng(seed)
    made.weights = {name: random.normal(size=w.shape).astype(w.dtype) for name, w in made.weights.items()}
    return made


def mean_of(members: Sequence[Model], data: Any, output: str, weights: Sequence[float] | None = None) -> np.ndarray:
    """The mean of what the members give one by one: summed in their order, each step rounded."""
    each = [np.asarray(model.run(data)[output]) for model in members]
    type = each[0].dtype.type
    if weights is not None:
        each = [x * type(w / sum(weights)) for x, w in zip(each, weights, strict=True)]
    total = each[0]
    for x in each[1:]:
        total = total + x
    return total if weights is not None else total / type(len(each))


@pytest.mark.parametrize("weights", [None, [1, 1, 1], [0.5, 2, 10]])
def test_the_average_is_that_of_what_the_members_give(weights: list[float] | None, tmp_path: Path) -> None:
    members, data = [seeded(seed) for seed in range(3)], events()
    made = lading.average(members, weights)
    scores = made.run(data)["flavour"]
    np.testing.assert_array_equal(scores, mean_of(members, data, "flavour", weights))
    assert made.check() and made.samples is not None and len(made.samples.outputs["flavour"]) == 16
    made.save(tmp_path / "mean")
    assert lading.load(tmp_path / "mean").digest == made.digest
    flat = {name: {key: x[0] if isinstance(x, tuple) else x for key, x in of.items()} for name, of in data.items()}
    second = evaluate(tmp_path / "mean", flat, {"track": data["tracks"]["d0"][1]})["flavour"]
    np.testing.assert_allclose(scores, second, rtol=0, atol=1e-6)


def other_preparation(made: Model) -> None:
    pt, _, mass = jets(made)
    pt.prepare, pt.missing = [{"divide": 30}, "log"], Missing([0], 1)
    mass.missing, mass.prepare = Missing(["nan", {"below": 1}], 2), ["float32"]
    tracks(made)[0].prepare, tracks(made)[0].pad = [{"multiply": 3}], 0.25


@pytest.mark.parametrize("units", [None, {"pt": "MeV", "d0": "um"}])
def test_members_may_prepare_their_variables_otherwise(units: dict[str, str] | None) -> None:
    def padded(made: Model) -> None:
        made.axes["track"] = Axis("track", "sequence", of="jet", min=3, max=5, pad=0.5)

    def both(made: Model) -> None:
        padded(made)
        other_preparation(made)

    members, data = [seeded(1, padded), seeded(2, both), seeded(3, both)], events()
    data["jets"]["mass"][:9] = np.nan
    data["jets"]["mass"][9:20] = -9
    data["jets"]["pt"][5:30] = 0
    made = lading.average({"plain": members[0], "a": members[1], "b": members[2]})
    assert list(made.inputs) == ["jets", "tracks", "a.jets", "a.tracks"]  # b shares those of a
    assert made.inputs["a.jets"].variables["pt"].source == "jets.pt" and not made.inputs["a.jets"].is_fed
    each = [model.run(data, units=units)["flavour"] for model in members]
    np.testing.assert_array_equal(made.run(data, units=units)["flavour"], (each[0] + each[1] + each[2]) / np.float32(3))
    assert np.abs(each[1] - each[0]).max() > 0.1


def test_a_variable_that_comes_from_another_input_does_so_in_all_members() -> None:
    def borrowed(made: Model) -> None:
        tracks(made).append(Variable("pt", "GeV", source="jets.pt", prepare=["log1p"]))
        made.weights["w"] = np.random.default_rng(4).normal(size=(3, 6)).astype(np.float32)

    def otherwise(made: Model) -> None:
        borrowed(made)
        tracks(made)[2].prepare = ["sqrt"]

    members, data = [tagger(borrowed), tagger(otherwise)], events()
    made = lading.average(members)
    assert made.inputs["tagger_2.tracks"].variables["pt"].source == "jets.pt"
    np.testing.assert_array_equal(made.run(data)["flavour"], mean_of(members, data, "flavour"))


def test_categories_may_be_others() -> None:
    def network(categories: list[int]) -> Model:
        made = plain("decay_mode", "pt")
        made.input_list[0].variable_list[0] = Variable("decay_mode", raw="int64", categories=categories, unknown=3)
        return made

    members = [network([0, 1, 10]), network([10, 0])]
    data = {"values": {"decay_mode": [0, 1, 10, 11], "pt": [1.0, 2.0, 3.0, 4.0]}}
    np.testing.assert_array_equal(lading.average(members).run(data)["out"],
                                  [[1, 2], [4, 4], [2, 6], [6, 8]])  # twice the mean of the two places


def per_entry(factor: float) -> Model:
    """One jet at a time, with a branch: a number of rank 0, and one for each track."""
    made = Model("atlas", axes={"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet")})
    made.input_list = [Input("jets", [1, "variable"], "float32", [Variable("pt")]),
                       Input("tracks", ["track", "variable"], "float32", [Variable("d0")])]
    made.output_list = [Output("sum", []), Output("each", ["track"])]
    made.weights = {"factor": np.float32([factor])}
    made.graphs = {
        "main": Graph([
            Node("flat", "Reshape", ["tracks", np.array([-1])], ["f"]),
            Node("pt", "Reshape", ["jets", np.array([])], ["p"]),
            Node("hard", "Greater", ["p", np.float32(1)], ["hard"]),
            Node("choose", "If", ["hard"], ["chosen"], {"then_branch": Subgraph("then", ["x"]),
                                                        "else_branch": Subgraph("else", ["y"])}),
            Node("each", "Mul", ["chosen", "factor"], ["each"]),
            Node("sum", "ReduceSum", ["each", np.array([0])], ["sum"], {"keepdims": 0})]),
        "then": Graph([Node("x", "Neg", ["f"], ["x"])]), "else": Graph([Node("y", "Exp", ["f"], ["y"])]),
    }
    made.graphs["main"].nodes[1].inputs[1] = np.zeros(0, np.int64)
    return made


def test_graphs_that_run_once_per_entry_with_branches() -> None:
    members = [per_entry(2), per_entry(3), per_entry(2)]
    made = lading.average(members)
    assert sorted(made.graphs) == ["atlas.else", "atlas.then", "atlas_2.else", "atlas_2.then", "atlas_3.else",
                                   "atlas_3.then", "main"]  # fmt: skip
    assert list(made.weights) == ["atlas.factor", "atlas_2.factor"]  # the third is the first
    data = {"jets": {"pt": np.float32([0.5, 2, 3])}, "tracks": {"d0": (np.float32([1, 2, 3]), [2, 0, 1])}}
    np.testing.assert_array_equal(made.run(data)["sum"], mean_of(members, data, "sum"))
    each = [model.run(data)["each"][0] for model in members]
    np.testing.assert_array_equal(made.run(data)["each"][0], (each[0] + each[1] + each[2]) / np.float32(3))


@pytest.mark.parametrize("type", ["float64", "float16", "bfloat16"])
def test_other_types(type: str) -> None:
    def network(factor: float) -> Model:
        made = plain("a", "b", type="float64")
        made.output_list[0].type = type
        made.graphs["main"].nodes = [Node("scale", "Mul", ["values", np.float64(factor)], ["scaled"]),
                                     Node("cast", "Cast", ["scaled"], ["out"], {"to": type})]
        return made

    members, data = [network(f) for f in (1, 0.3, 7)], {"values": {"a": [0.1, 1e3], "b": [2.0, -3.0]}}
    for weights in (None, [1, 2, 3]):
        found, each = lading.average(members, weights).run(data)["out"], [m.run(data)["out"] for m in members]
        wide = np.average(np.float64(each), axis=0, weights=weights)
        assert found.dtype == each[0].dtype
        np.testing.assert_allclose(found, wide, rtol={"float64": 1e-15, "float16": 5e-4, "bfloat16": 4e-3}[type])


def forest(leaves: list[float]) -> Model:
    node = {"roots": np.int32([0]), "feature": np.int32([0]), "threshold": np.float32([0.5]), "left": np.int32([-1]),
            "right": np.int32([-2]), "missing": np.uint8([0]), "leaf": np.float32(leaves), "base": np.float32([0.0])}
    made = Forest(features=1, feature_names=["pt"], left_if="x < t", input_type="float32", sum_type="float32",
                  sum_order="forward", base_at="start", combine="sum", link="logistic", link_type="float32", **node)
    return model_of(made, "bdt", {}, "")


def test_forests() -> None:
    members, data = [forest([1, 2]), forest([1, -2])], {"features": {"pt": np.float32([0.1, 0.9, np.nan])}}
    made = lading.average(members)
    for output in ("margin", "score"):
        np.testing.assert_array_equal(made.run(data)[output], mean_of(members, data, output))
    assert {"trees.roots", "bdt.trees.leaf", "bdt_2.trees.leaf"} <= set(made.weights)  # what is equal is stored once
    assert made.check()


def test_masks_are_shared() -> None:
    made = lading.average([masked(), masked()])
    assert list(made.inputs) == ["tracks", "here"]
    assert made.run({"tracks": {"d0": ([0.1, 0.2], [2, 0])}})["count"].tolist() == [2, 0]


# ---- entries without elements


def test_what_stands_for_an_empty_entry_is_averaged() -> None:
    def other(made: Model) -> None:
        made.output_list[0].when_empty = {"track": [0.1, 0.1, 0.8]}

    members = [tagger(), tagger(other), tagger(other)]
    made, data = lading.average(members), events()
    assert made.outputs["flavour"].when_empty == {"track": [0.13333334, 0.16666667, 0.7]}
    np.testing.assert_array_equal(made.run(data)["flavour"], mean_of(members, data, "flavour"))


def silent(made: Model) -> None:
    made.output_list[0].when_empty = {}


# ---- papers


def test_the_record_says_what_the_members_were() -> None:
    def papers(seed: int) -> Model:
        made = seeded(seed)
        made.record = {"licence": "MIT", "origin": {"format": "onnx", "sha256": str(seed)}, "training": {"seed": seed}}
        made.names = {"proven": {"entries": 100 + seed, "data": f"sha256:{seed}"}}
        return made

    members = [papers(3), papers(1)]
    made = lading.average({"three": members[0], "one": members[1]}, [3, 1])
    assert (made.name, made.version) == ("tagger", "1.0")
    assert made.names == {"proven": {"entries": 101, "data": "sha256:1, sha256:3"}}
    assert made.record["licence"] == "MIT" and made.record["origin"] == {"format": "average of 2 models"}
    one = made.record["members"]["one"]
    assert one == {"model": "tagger", "version": "1.0", "digest": members[1].digest,
                   "function": members[1].function_digest, "weight": 0.25,
                   "names": members[1].names, "origin": {"format": "onnx", "sha256": "1"}, "training": {"seed": 1}}
    members[1].names = {"typed by hand": {}}
    assert lading.average(members, name="both").names == {"typed by hand": {}}
    assert lading.average(members, name="both").name == "both"
    assert "members    tagger, tagger_2" in str_of(lading.average(members))


def str_of(model: Model) -> str:
    from lading.examine.show import text

    return text(model)


def test_the_self_test_has_the_entries_of_all_members() -> None:
    members = [seeded(seed) for seed in range(2)]
    for model in members:
        keep_made_up_samples(model)
    before = [to_buffers(model) for model in members]
    made = lading.average(members)
    assert made.samples is not None and len(made.samples.outputs["flavour"]) == 32 and made.check()
    assert [to_buffers(model) for model in members] == before


def test_members_are_called_after_their_paths(tmp_path: Path) -> None:
    for name in ("seed.1", "seed2.lading", "other/seed2"):
        seeded(len(name)).save(tmp_path / name)
    paths = [tmp_path / "seed.1", str(tmp_path / "seed2.lading"), tmp_path / "other" / "seed2" / "model.json"]
    made = lading.average(paths)
    assert list(made.record["members"]) == ["seed_1", "seed2", "seed2_2"]
    assert "seed_1.5" in [node.name for node in made.graphs["main"].nodes]


def test_names_that_meet_inside_make_room() -> None:
    def named(made: Model) -> None:
        made.graphs["main"].nodes[2] = Node("sum", "ReduceSum", ["t", np.array([1])], ["sum"], {"keepdims": 0})
        made.graphs["main"].nodes[3].inputs[1] = "sum"

    made = lading.average({"flavour": tagger(named), "b": tagger(named)})
    to_buffers(made)
    np.testing.assert_allclose(made.run(events())["flavour"], tagger(named).run(events())["flavour"], atol=1e-7)


# ---- what cannot be one model


def renamed(made: Model) -> None:
    jets(made)[0].name = "jet_pt"


def swapped(made: Model) -> None:
    jets(made).reverse()


def in_mev(made: Model) -> None:
    jets(made)[0].unit = "MeV"


def raw(made: Model) -> None:
    jets(made)[0].raw = "float64"


def longer(made: Model) -> None:
    made.axes["track"].max = 9


def last(made: Model) -> None:
    made.axes["track"].keep = "last"


def padded(made: Model) -> None:
    made.axes["track"].pad = 1.0


def sorted_otherwise(made: Model) -> None:
    made.axes["track"].order = "d0 descending"


def labels(made: Model) -> None:
    made.output_list[0].label_list.reverse()


def output(made: Model) -> None:
    made.output_list[0].name = made.graphs["main"].nodes[-1].outputs[0] = "flavours"


def more(made: Model) -> None:
    made.output_list.append(Output("sum", ["jet", 6]))
    made.graphs["main"].nodes.append(Node("more", "Identity", ["s"], ["sum"]))


def extra(made: Model) -> None:
    made.input_list.append(Input("event", ["jet", "variable"], "int64", [Variable("number")]))


def double(made: Model) -> None:
    made.output_list[0].type = "float64"
    made.graphs["main"].nodes[-1] = Node("6", "Softmax", ["l"], ["p"])
    made.graphs["main"].nodes.append(Node("7", "Cast", ["p"], ["flavour"], {"to": "float64"}))


@pytest.mark.parametrize(("change", "told"), [
    (renamed, "input 'jets': the order of its variables is [jet_pt, eta, mass], in 'tagger' it is [pt, eta, mass]"),
    (swapped, "input 'jets': the order of its variables is [mass, eta, pt], in 'tagger' it is [pt, eta, mass]"),
    (in_mev, "input 'jets', variable 'pt': unit is MeV, in 'tagger' it is GeV"),
    (raw, "input 'jets', variable 'pt': raw is float64, in 'tagger' it is float32"),
    (longer, "axis 'track': max is 9, in 'tagger' it is 5"),
    (last, "axis 'track': keep is last, in 'tagger' it is first"),
    (padded, "axis 'track': pad is 1.0, in 'tagger' it is 0.0"),
    (sorted_otherwise, "axis 'track': order is d0 descending, in 'tagger' it is pt descending"),
    (labels, "output 'flavour': the order of its labels is [p_u, p_c, p_b], in 'tagger' it is [p_b, p_c, p_u]"),
    (output, "outputs: their order is [flavours], in 'tagger' it is [flavour]"),
    (more, "outputs: their order is [flavour, sum], in 'tagger' it is [flavour]"),
    (extra, "inputs: their order is [jets, tracks, event], in 'tagger' it is [jets, tracks]"),
    (double, "output 'flavour': type is float64, in 'tagger' it is float32"),
    (silent, "output 'flavour': axes with when_empty is [], in 'tagger' it is [track]"),
])  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_what_differs_is_told(change: Change, told: str, turned: bool) -> None:
    members = [seeded(1), seeded(2, change)]
    with pytest.raises(ValueRefused) as error:
        lading.average(members[::-1] if turned else members)
    text = str(error.value)
    assert text.startswith("'tagger_2' and 'tagger' cannot be one model: ")
    assert text.endswith("; only how they prepare their variables may differ")
    assert turned or told in text


def test_layouts_must_be_the_same() -> None:
    members = [plain("a", "b"), plain("a", "b")]
    members[1].input_list[0].axes = ["variable", "entry"]
    members[1].graphs["main"].nodes = [Node("t", "Transpose", ["values"], ["t"], {"perm": [1, 0]}),
                                       Node("double", "Add", ["t", "t"], ["out"])]
    with pytest.raises(ValueRefused, match=r"input 'values': axes is \[variable, entry\], in 'plain' it is"):
        lading.average(members)


def test_only_words_may_differ() -> None:
    def words(made: Model) -> None:
        jets(made)[0].description, made.output_list[0].description = "other", "words"
        made.axes["jet"].description, made.output_list[0].range = "jets", [0, 1]

    assert lading.average([tagger(), tagger(words)]).check()


def test_flags_of_another_preparation_are_refused() -> None:
    def flagged(value: float) -> Change:
        def change(made: Model) -> None:
            jets(made)[2].missing = Missing([{"flag": "eta"}], value)

        return change

    assert lading.average([tagger(flagged(1)), tagger(flagged(1))]).check()
    with pytest.raises(ValueRefused, match="'mass' is missing where a flag says so"):
        lading.average([tagger(flagged(1)), tagger(flagged(2))])


def test_outputs_that_have_no_average() -> None:
    made = plain("a", type="int64")
    with pytest.raises(ValueRefused, match=r"'out' is int64; only real numbers are averaged; say which .*: outputs="):
        lading.average([made, made])
    made = lading.discriminant(tagger(), "ratio", "p_b / p_c")
    with pytest.raises(ValueRefused, match=r"'ratio' of 'tagger' is computed from others.*outputs=\['flavour'\]"):
        lading.average([made, made])
    both = lading.discriminant(lading.average([tagger(), seeded(1)]), "ratio", "p_b / p_c")
    p = both.run(events())
    np.testing.assert_array_equal(p["ratio"], p["p_b"] / p["p_c"])


def test_some_outputs_may_be_kept() -> None:
    members, data = [seeded(1, more), lading.discriminant(seeded(2), "ratio", "p_b / p_c")], events()
    for model in members:
        keep_made_up_samples(model)
    made = lading.average(members, outputs=["flavour"])
    assert list(made.outputs) == ["flavour"] and "computed" not in made.record
    assert [each["digest"] for each in made.record["members"].values()] == [model.digest for model in members]
    assert not [node.name for node in made.graphs["main"].nodes if "more" in node.name or "ratio" in node.name]
    np.testing.assert_array_equal(made.run(data)["flavour"], mean_of(members, data, "flavour"))
    assert made.check() and list(members[0].outputs) == ["flavour", "sum"]
    with pytest.raises(UnknownName, match=r"output 'flavours' is not in model 'tagger' .* did you mean 'flavour'"):
        lading.average(members, outputs=["flavours"])
    for wrong in ("flavour", []):
        with pytest.raises(ValueRefused, match="give a list of those that are kept"):
            lading.average(members, outputs=wrong)


def test_what_only_other_outputs_need_goes() -> None:
    made = per_entry(2)
    made.output_list.append(Output("pt", []))
    made.graphs["main"].nodes.append(Node("twice", "Add", ["p", "p"], ["pt"]))
    made = lading.average([made, made], outputs=["pt"])
    assert not made.weights and list(made.graphs) == ["main"]
    data = {"jets": {"pt": [0.5, 2]}, "tracks": {"d0": ([1.0], [1, 0])}}
    np.testing.assert_array_equal(made.run(data)["pt"], [1, 4])


@pytest.mark.parametrize(("models", "weights", "told"), [
    ([], None, "at least two models, not 0"), ([tagger()], None, "at least two models, not 1"),
    (tagger(), None, "a family is made of several models"), ("tagger/", None, "a family is made of several models"),
    (7, None, "a family is made of several models"), ([tagger(), 7], None, "is neither a model nor a path"),
    ({"a": tagger(), "b": None}, None, "is neither a model nor a path"),
    ([tagger()] * 2, [1], "weights: 1 for 2 models"), ([tagger()] * 2, [1, 0], "weights: that of 'tagger_2' is 0"),
    ([tagger()] * 2, [1, np.nan], "weights are positive"), ([tagger()] * 2, [-1, 2], "weights: that of 'tagger' is -1"),
    ([tagger()] * 2, ["1", 2], "weights: that of 'tagger' is '1'"),
])  # fmt: skip
def test_what_is_no_ensemble(models: Any, weights: Any, told: str) -> None:
    with pytest.raises(ValueRefused, match=told):
        lading.average(models, weights)


# ---- the command


def test_the_command_writes_the_average(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for seed in (1, 2):
        seeded(seed).save(f"seed{seed}")
    run = CliRunner().invoke(main, ["average", "seed1/", "seed2/", "--weights", "1,3", "--name", "both", "-o", "both/",
                                    "--outputs", "flavour"])
    assert run.exit_code == 0 and "wrote both, the average of seed1, seed2" in run.output
    same = lading.average({"seed1": seeded(1), "seed2": seeded(2)}, [1, 3], name="both")
    assert lading.load("both").digest == same.digest
    seeded(3, in_mev).save("mev")
    for arguments, told in ((["seed1", "mev"], "'mev' and 'seed1' cannot be one model: input 'jets', variable 'pt': "),
                            (["seed1"], "at least two models, not 1"), (["seed1", "no"], "no: no such file or folder"),
                            (["seed1", "seed2", "--weights", "a,b"], "--weights a,b: should be numbers")):
        run = CliRunner().invoke(main, ["average", *arguments, "-o", "x"])
        assert run.exit_code == 2 and told in run.output and len(run.output.splitlines()) == 1
    assert not Path("x").exists()
