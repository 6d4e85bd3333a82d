"""TMVA weight files, against TMVA's formulas evaluated one entry at a time (tmva_oracle.py)."""

from __future__ import annotations

import gzip
import math
import random
import re
from pathlib import Path

import numpy as np
import pytest
import tmva_deep_oracle as deep
import tmva_files as make
import tmva_oracle as oracle

import lading
from lading.errors import FormatError, UnsupportedError
from lading.evaluation import evaluator
from lading.sources import packed, recognise, tmva
from lading.sources.tmva_file import refusals, setup
from lading.trees import forests_of

HERE = Path(__file__).parent
FILES = {path.name.split(".")[0]: path for path in sorted(HERE.glob("*.weights.xml*"))}


def rows(columns: int, count: int = 200) -> np.ndarray:
    """Values on the cuts (which are quarters), float neighbours of them, ordinary and odd ones."""
    generator = np.random.default_rng(7)
    grid = (generator.integers(-2, 20, (count, columns)) / 4).astype(np.float32)
    beside = np.nextafter(grid, generator.choice([-np.inf, np.inf], grid.shape).astype(np.float32))
    x = np.where(generator.random(grid.shape) < 0.3, beside, grid)
    x[::10] = generator.normal(2, 2, x[::10].shape)
    return np.ascontiguousarray(x, np.float32)


def mlp(root, x, activation, term=lambda each: each):
    return oracle.network(root, x, activation, term)


def expected_tanh(root, x):
    x = oracle.normalise(root.find("Transformations/Transform"), x)
    margin = mlp(root, x, oracle.fast_tanh)[0]
    return margin, oracle.sigmoid(margin)


def expected_slow_tanh(root, x):
    margin = mlp(root, oracle.principal(root.find("Transformations/Transform"), x), math.tanh, abs)[0]
    return margin, margin


def expected_sigmoid(root, x):
    first, second = root.findall("Transformations/Transform")
    margin = mlp(root, oracle.normalise(second, oracle.decorrelate(first, x)), oracle.sigmoid)[0]
    return margin, oracle.sigmoid(margin)


def expected_radial(root, x):
    raw = mlp(root, x, oracle.radial, lambda each: each * each)
    return raw, oracle.softmax(raw)


def expected_relu(root, x):
    raw = mlp(root, x, lambda each: max(each, 0.0))
    return raw, [float(np.float32(each)) for each in raw]


def expected_gauss(root, x):
    return oracle.grad(root, oracle.gauss(root.find("Transformations/Transform"), x), True)


def expected_gauss_some(root, x):
    first, second = root.findall("Transformations/Transform")
    x = x.copy()
    x[[0, 3]] = oracle.gauss(first, x[[0, 3]])
    return oracle.grad(root, oracle.decorrelate(second, x), True)


def expected_uniform(root, x):
    first, second = root.findall("Transformations/Transform")
    x = oracle.gauss(first, x)
    x[1:3] = oracle.normalise(second, x[1:3])
    margin = mlp(root, x, oracle.sigmoid)[0]
    return margin, oracle.sigmoid(margin)


def expected_target(root, x):
    transform = root.find("Transformations/Transform")
    raw, _ = expected_relu(root, oracle.normalise(transform, x))
    return raw, oracle.denormalise(transform, raw, 4)


def expected_discriminant(root, x):
    return oracle.fisher(root, oracle.normalise(root.find("Transformations/Transform"), x))


def expected_linear(root, x):
    return oracle.linear(root, x) * 2


def expected_linear_regression(root, x):
    transform = root.find("Transformations/Transform")
    raw = oracle.linear(root, oracle.normalise(transform, x))
    return raw, oracle.denormalise(transform, raw, 4)


def expected_category(root, x):
    """The cuts of make.category, written once more by hand; pt, abs(eta), d0, nTracks, eta, nVertices are fed."""
    pt, _, _, tracks, eta, vertices = map(np.float32, x)
    parts = root.findall("Weights/SubMethod")
    passed = [abs(eta) <= 1.5 and pt > 1, abs(eta) > 1.5 and pt > 1 and vertices < 2.5,
              not pt > 1 or float(vertices) + 1 >= 3.5]  # fmt: skip
    if sum(map(bool, passed)) != 1:
        return (math.nan, math.nan) if any(passed) else (0.0, 0.0)
    if passed[0]:
        return oracle.grad(parts[0], x[:4], True)
    if passed[1]:
        normal = oracle.normalise(parts[1].find("Transformations/Transform"), np.array([tracks, pt]))
        return oracle.grad(parts[1], normal, True)
    return oracle.grad(parts[2], np.array([tracks, pt, eta]), True)  # what comes in first goes out second


def expected_deep(root, x, number=np.float32):
    """Of DNN and DL, behind what their files transform."""
    for transform in root.findall("Transformations/Transform"):
        x = {"Normalize": oracle.normalise, "Decorrelation": oracle.decorrelate}[transform.get("Name")](transform, x)
    raw = deep.network(root, x, number)
    given = deep.outputs(root, raw)
    if root.find("GeneralInfo/Info[@name='AnalysisType']").get("value") == "Classification":
        return raw[0], given[0]
    return raw, given


def expected_dnn_double(root, x):
    raw, _ = expected_deep(root, x, float)
    return raw, oracle.denormalise(root.find("Transformations/Transform"), raw, 4)


#: Networks of float32.
DEEP = ("dnn", "dnn_multiclass", "dl", "dl_multiclass", "dl_images", "dl_lstm", "dl_square", "dl_turns")
EXPECTED = {
    "grad": lambda root, x: oracle.grad(root, x, True),
    "purity": lambda root, x: oracle.weighted_mean(root, x, False, oracle.purity),
    "yes_no": lambda root, x: oracle.weighted_mean(root, x, True, oracle.node_type),
    "bare": lambda root, x: oracle.grad(root, x, False),
    "old": lambda root, x: oracle.weighted_mean(root, x, False, oracle.purity),
    "bagging": lambda root, x: oracle.weighted_mean(root, x, False, oracle.node_type),
    "regression": lambda root, x: oracle.regression(root, x, True),
    "mean": lambda root, x: tuple(map(np.float32, oracle.weighted_mean(root, x, True, oracle.response))),
    "median": lambda root, x: oracle.median(root, x, True),
    "median_of_six": lambda root, x: oracle.median(root, x, True),
    "multiclass": lambda root, x: oracle.multiclass(root, x, 3),
    "fisher": lambda root, x: oracle.grad(root, x, True),
    "old_fisher": lambda root, x: oracle.weighted_mean(root, x, False, oracle.purity),
    "category": expected_category,
    "tanh": expected_tanh, "slow_tanh": expected_slow_tanh, "sigmoid": expected_sigmoid, "radial": expected_radial,
    "relu": expected_relu, "gauss": expected_gauss, "gauss_some": expected_gauss_some, "uniform": expected_uniform,
    "target": expected_target, "discriminant": expected_discriminant, "linear": expected_linear,
    "linear_regression": expected_linear_regression,
    **dict.fromkeys(DEEP, expected_deep),
    "dnn_double": expected_dnn_double, "dl_double": lambda root, x: expected_deep(root, x, float),
}  # fmt: skip
#: |a - b| allowed; 0 where nothing but sums of leaves is computed. A tanh in float32 moves by its last bit.
TOLERANCE = {"tanh": 3e-6, "slow_tanh": 1e-6, "sigmoid": 1e-6, "radial": 1e-6, "relu": 1e-6, "uniform": 1e-6,
             "target": 1e-6, **dict.fromkeys(DEEP, 2e-6), "dnn_double": 1e-7, "dl_double": 1e-7,
             "discriminant": 1e-14, "linear": 1e-6, "linear_regression": 1e-6}  # fmt: skip


def test_every_file_is_compared_and_is_what_make_writes() -> None:
    assert set(EXPECTED) == set(FILES) == set(make.files())
    for name, text in make.files().items():
        data = FILES[name].read_bytes()
        assert (gzip.decompress(data) if FILES[name].suffix == ".gz" else data).decode() == text


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("engine", [True, False], ids=["engine", "evaluator"])
def test_margin_and_score_are_those_of_tmva(name: str, engine: bool, tmp_path: Path) -> None:
    model = lading.convert(FILES[name]) if engine else lading.sources.read(FILES[name])
    variables = model.inputs["features"].variables
    x, root = rows(len(variables)), oracle.root_of(FILES[name])
    if engine:
        model.save(tmp_path / "bundle")
        columns = {each: x[:, i] for i, each in enumerate(variables)}
        found = lading.load(tmp_path / "bundle").run({"features": columns})
    else:
        found = evaluator(model)({"features": _prepared(model, x)})
    pairs = [EXPECTED[name](root, row) for row in x]
    margin, score = (np.array([pair[i] for pair in pairs], np.float64) for i in (0, 1))
    assert len(np.unique(score)) > 20
    tolerance = TOLERANCE.get(name, 0)
    if name != "mean":  # the margin is the float64 before rounding
        np.testing.assert_allclose(np.asarray(found["margin"]), margin, rtol=tolerance, atol=tolerance)
    relative = 1e-7 if name == "multiclass" else tolerance or 5e-16  # 5e-16: the exponential of another library
    np.testing.assert_allclose(np.asarray(found["score"]), score, rtol=relative, atol=tolerance or 5e-16)


def _prepared(model: lading.Model, x: np.ndarray) -> np.ndarray:
    """What the engine does before the graph, one step after the other in float32."""
    x = x.copy()
    verbs = {"subtract": np.subtract, "multiply": np.multiply}
    for i, variable in enumerate(model.inputs["features"].variables.values()):
        for step in variable.prepare:
            ((verb, operand),) = step.items()
            x[:, i] = verbs[verb](x[:, i], np.float32(operand))
    return x


def test_a_nan_gives_the_score_that_the_reader_gives_and_a_margin_by_the_trees() -> None:
    x = rows(4, 8)
    x[1, 2], x[5, 0] = np.nan, np.nan
    found = evaluator(lading.sources.read(FILES["grad"]))({"features": x})
    assert (found["score"] == -999).tolist() == [i in (1, 5) for i in range(8)]
    root = oracle.root_of(FILES["grad"])
    assert found["margin"].tolist() == [oracle.grad_sum(root, row, True) for row in x]


def test_a_nan_or_infinity_before_a_gauss_transformation_is_treated_as_by_the_reader() -> None:
    x, root = rows(4, 30), oracle.root_of(FILES["gauss"])
    x[::3, 1], x[1::3, 2], x[1::6, 3] = np.nan, np.inf, -np.inf
    found = evaluator(lading.convert(FILES["gauss"]))({"features": x})
    assert (found["score"] == -999).tolist() == [i % 3 == 0 for i in range(30)]  # as of a vector of values
    assert list(found["margin"]) == [expected_gauss(root, row)[0] for row in x]


def test_of_two_variables_with_one_label_the_reader_transforms_the_first() -> None:
    text = make.files()["gauss"].replace("nTracks", "pt")
    root, x, taken = oracle.ElementTree.fromstring(text), rows(4), [0, 1, 2, 0]
    margin = evaluator(read(text))({"features": x})["margin"]
    for row, found in zip(x, margin, strict=True):
        given, row = oracle.gauss(root.find("Transformations/Transform"), row[taken]), row.copy()
        for place, value in zip(taken, given, strict=True):
            row[place] = value
        assert oracle.grad_sum(root, row, True) == found


def test_values_far_out_become_the_very_number_that_the_search_of_tmva_ends_at() -> None:
    from lading.sources.tmva_file.quantile import FARTHEST_VALUE

    assert 1.414213562 * oracle.erf_inverse(0.99999999) == FARTHEST_VALUE


def test_a_nan_is_no_error_for_regression_and_several_classes() -> None:
    x = rows(4, 8)
    x[1, 2] = np.nan
    for name in ("regression", "multiclass"):
        score = evaluator(lading.sources.read(FILES[name]))({"features": x})["score"]
        np.testing.assert_allclose(score, [EXPECTED[name](oracle.root_of(FILES[name]), row)[1] for row in x], rtol=1e-7)


def test_a_nan_of_a_spectator_only_fails_its_cuts() -> None:
    x = rows(6, 40)
    x[:, 4] = np.nan  # eta: the third category does not look at it
    score = evaluator(lading.sources.read(FILES["category"]))({"features": x})["score"]
    assert not (score == -999).any()
    assert (score == 0).sum() > 3


@pytest.mark.parametrize(("release", "right"), [
    ("5.34/19 [336403]", False), ("5.34/20 [336404]", True), ("5.99/99 [393215]", True), ("6.00/00 [393216]", False),
    ("6.01/99 [393571]", False), ("6.02/00 [393728]", True), ("none", False),
])  # fmt: skip
def test_what_is_at_a_cut_goes_where_the_release_of_root_sends_it(release: str, right: bool) -> None:
    model = read(make.files()["grad"].replace(make.NEW, release))
    ((_, forest),) = forests_of(model)
    assert forest.left_if == ("x < t" if right else "x <= t")
    assert model.record["training"]["at a cut"] == ("right" if right else "left")


def test_a_nan_fails_fisher_cuts_also_where_its_coefficient_is_zero() -> None:
    x, root = rows(4, 40), oracle.root_of(FILES["fisher"])
    x[::3, 1], x[1::3, 2] = np.nan, np.inf
    expected = [oracle.grad_sum(root, row, True) for row in x]
    model = lading.convert(FILES["fisher"])
    assert list(evaluator(model)({"features": x})["margin"]) == expected
    columns = dict(zip(model.inputs["features"].variables, x.T, strict=True))
    assert list(model.run({"features": columns})["margin"]) == expected


def read(text: str | bytes) -> lading.Model:
    return tmva.read_bytes(text.encode() if isinstance(text, str) else text, "file.weights.xml")


def test_names_units_and_ranges_come_along() -> None:
    model = lading.sources.read(FILES["category"])
    variables = model.inputs["features"].variables
    assert list(variables) == ["pt", "abs(eta)", "d0_sigma(d0)", "nTracks", "eta", "nVertices"]  # 'run' is not read
    assert variables["pt"].unit == "GeV" and "transverse momentum" in variables["pt"].description
    assert model.record["training"]["spectators"] == ["eta", "nVertices", "run"]
    assert model.record["training"]["ranges"]["pt"] == [0, 4]
    assert "nobody" not in str(model.record)


def test_classes_are_labels() -> None:
    assert list(lading.sources.read(FILES["multiclass"]).outputs["score"].labels) == ["light", "charm", "bottom"]


def test_equal_names_are_told_apart() -> None:
    model = read(make.files()["grad"].replace('Expression="nTracks"', 'Expression="pt"'))
    assert list(model.inputs["features"].variables) == ["pt", "abs(eta)", "d0_sigma(d0)", "pt_2"]


def test_normalisation_becomes_steps() -> None:
    steps = lading.sources.read(FILES["tanh"]).inputs["features"].variables["pt"].prepare
    assert [next(iter(step)) for step in steps] == ["subtract", "multiply", "multiply", "subtract"]


@pytest.mark.parametrize("name", sorted(FILES))
def test_files_are_recognised_by_content(name: str, tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(FILES[name].read_bytes())
    assert recognise(path) is tmva
    for other in (b"<?xml version='1.0'?><Other/>", b"<!--" + b"<MethodSetup" * 30_000, b" " * 100_000,
                  b"<!-- <MethodSetup --><Other/>", b"<!-->" * 30_000):  # fmt: skip
        path.write_bytes(other)
        assert not tmva.recognises(path)


GRAD = make.files()["grad"]


@pytest.mark.parametrize("data", [
    b"\n \xef\xbb\xbf \n" + GRAD.encode(), GRAD.encode() + b"\n\0\0",
    GRAD.replace("nobody", "Müller").encode("latin-1"),
    gzip.compress(GRAD[:5000].encode()) + gzip.compress(GRAD[5000:].encode()),
    GRAD.replace("?>", f"?>\n<!--{'licence <MethodSetup> - ' * 20_000}-->\n<!-- more -->").encode(),
    gzip.compress(GRAD.replace("?>", "?>" + f"<!--{'x' * ((1 << 16) - 27)}-->" * 3).encode()),
    GRAD.replace("?>", f"?>{' ' * 200_000}").encode(),
], ids=["mark of byte order", "zeros behind", "Latin-1", "two gzip members", "a licence", "comments",
        "spaces"])  # fmt: skip
def test_what_editors_and_tools_leave_in_files_changes_nothing(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(data)
    assert recognise(tmp_path / "weights") is tmva
    (_, expected), *_ = forests_of(read(GRAD))
    (_, forest), *_ = forests_of(lading.sources.read(tmp_path / "weights"))
    np.testing.assert_array_equal(forest.threshold, expected.threshold)
    np.testing.assert_array_equal(forest.leaf, expected.leaf)


@pytest.mark.parametrize(("said", "version"), [
    ("6.36/02 [402434]", 402434), ("6.36/02", 402434), ("6.36.02", 402434), ("5.34/19", 336403), ("", 0), ("new", 0),
])  # fmt: skip
def test_the_release_is_taken_from_its_number_or_its_text(said: str, version: int) -> None:
    from lading.sources.tmva_file.parsing import parsed
    from lading.sources.tmva_file.setup import setup_of

    setup = setup_of(parsed(GRAD.encode(), "grad"), "grad")
    setup.info["ROOT Release"] = said
    assert setup.release("ROOT") == version


def test_the_method_is_asked_for_first() -> None:
    text = re.sub("(?s)<Weights.*</Weights>", "", GRAD).replace('"BDT::BDTG"', '"PyKeras::net"')
    with pytest.raises(UnsupportedError, match="the method is 'PyKeras'; the network is in the file of Keras"):
        read(text)


@pytest.mark.parametrize(("kind", "way"), [
    ("PyKeras", "in the file of Keras 'trained.h5': convert that one"), ("PyTorch", "of TorchScript 'trained.h5'"),
    ("Cuts", "a table of cuts"), ("KNN", "densities"), ("SVM", "support vectors; .*SVC is read; read are BDT"),
])  # fmt: skip
def test_a_method_that_is_not_read_is_refused_with_the_way(kind: str, way: str) -> None:
    text = GRAD.replace('"BDT::BDTG"', f'"{kind}::net"')
    text = text.replace("<Options>", '<Options>\n<Option name="FilenameTrainedModel">trained.h5</Option>')
    with pytest.raises(UnsupportedError, match=f"the method is '{kind}'; .*{way}"):
        read(text)


def test_no_method_that_is_read_is_refused() -> None:
    assert not set(refusals.WAYS) & set(setup.METHODS)


def test_networks_of_doubles_are_computed_in_doubles() -> None:
    for name in ("dnn_double", "dl_double"):
        model, root = lading.convert(FILES[name]), oracle.root_of(FILES[name])
        x = rows(4, 20)
        margin = evaluator(model)({"features": _prepared(model, x)})["margin"]
        np.testing.assert_allclose(margin, [EXPECTED[name](root, row)[0] for row in x], rtol=1e-12, atol=1e-12)


def test_a_network_of_dl_that_gives_nan_scores_as_a_nan_in_its_input_does() -> None:
    x = np.full((1, 4), np.inf, np.float32)
    found = evaluator(lading.convert(FILES["dl"]))({"features": x})
    assert np.isnan(found["margin"]).all() and (found["score"] == -999).all()


@pytest.mark.parametrize(("name", "old", "new", "why"), [
    ("grad", ">Grad<", ">AdaBoostR2<", "classification by AdaBoostR2"),
    ("grad", ">Grad<", ">Magic<", "BoostType is 'Magic'"),
    ("grad", '"BDT::BDTG"', '"SVM::SVM"', "method is 'SVM'"),
    ("multiclass", ">Grad<", ">AdaBoost<", "several classes"),
    ("grad", 'value="Classification"', 'value="Guess"', "AnalysisType is 'Guess'"),
    ("grad", "<Weights ", '<Weights PreselectionLowBkgVar0="1" ', "preselection"),
    ("sigmoid", "Decorrelation", "Magic", "by 'Magic'"),
    ("sigmoid", 'Type="Variable"', 'Type="Spectator"', "changes the spectator 'pt'"),
    ("target", 'value="Regression"', 'value="Classification"', "also changes a target, in a classification"),
    ("discriminant", 'value="Classification"', 'value="Regression"', "regression by 'Fisher'"),
    ("target", 'Type="Variable"', 'Type="Target"', "changes no variable"),
    ("target", '"Normalize"', '"PCA"', "transformed by 'PCA'; one 'Normalize' is supported"),
    ("gauss", 'InterpolMethod="1"', 'InterpolMethod="2"', "variable 0: a distribution of interpolation method 2"),
    ("gauss", 'MaxNSmooth="0"', 'MaxNSmooth="3"', "smoothed 3 times"),
    ("tanh", ">tanh<", ">swish<", "NeuronType is 'swish'"),
    ("radial", ">sqsum<", ">maximum<", "NeuronInputType is 'maximum'"),
    ("tanh", ">CE<", ">Other<", "EstimatorType is 'Other'"),
    ("category", "abs(eta) &lt;= 1.5", "sin(eta) &lt;= 1.5", "'sin'"),
    ("category", "abs(eta) &lt;= 1.5", "abs(eta) &lt;= 1.5 ? 1", "holds '\\? 1"),
    ("category", "abs(eta) &lt;= 1.5", "(abs(eta) &lt;= 1.5", "not closed"),
    ("category", "abs(eta) &lt;= 1.5 &amp;&amp; pt > 1.", "1", "no variable"),
    ("category", "abs(eta) &lt;= 1.5", "(" * 60 + "eta" + ")" * 60, "nested"),
    ("category", "abs(eta) &lt;= 1.5", "phi &lt;= 1.5", "'phi'"),
    ("category", 'value="Classification"', 'value="Regression"', "categories of regression"),
    ("dl_images", "MaxPoolLayer", "UpsampleLayer", "layer 3 is a 'UpsampleLayer'; read are DenseLayer"),
    ("dl_images", 'value="Classification"', 'value="Multiclass"', "multiclass of 2 x 4 x 5 variables"),
    ("dl_lstm", 'RememberState="0"', 'RememberState="1"', "remembers its state"),
    ("dl_lstm", 'Flattening="1"', 'Flattening="0"', "a dense layer behind|another shape behind"),
    ("dnn", 'OutputFunction="S"', 'OutputFunction="X"', "the output function is 'X'"),
])  # fmt: skip
def test_what_is_not_read_is_refused_by_name(name: str, old: str, new: str, why: str) -> None:
    text, old = make.files()[name], old.replace("pt > 1.", "pt &gt; 1.")
    assert old in text
    with pytest.raises(UnsupportedError, match=why):
        read(text.replace(old, new))


@pytest.mark.parametrize(("name", "pattern", "new", "why"), [
    ("grad", 'IVar="2"', 'IVar="4"', "feature 4"),
    ("grad", 'IVar="2"', 'IVar="-7"', "no whole number"),
    ("grad", 'Cut="[^"]*"', 'Cut="nan"', "no number"),
    ("grad", 'pos="r"', 'pos="l"', "children"),
    ("grad", 'NTrees="8"', 'NTrees="9"', "8 trees and says 9"),
    ("multiclass", '<Class Name="charm" Index="1"/>', "", "9 trees for 2 classes"),
    ("purity", 'boostWeight="[^"]*"', 'boostWeight="0"', "add up to 0"),
    ("median", 'boostWeight="[^"]*"', 'boostWeight="0"', "add up to 0"),
    ("median", 'boostWeight="[^"]*" itree="3"', 'boostWeight="-1" itree="3"', "a tree of weight -1.0"),
    ("grad", 'NCoef="0" IVar="1"', 'NCoef="3" IVar="1"', "a Fisher cut of 3 coefficients; 4 variables and an offset"),
    ("grad", 'NCoef="0" IVar="1"', 'NCoef="5" IVar="1"', "no attribute 'fC0'"),
    ("fisher", 'NCoef="5"', 'NCoef="500000000"', "no whole number"),
    ("fisher", 'fC2="[^"]*"', 'fC2="inf"', "not finite"),
    ("fisher", 'fC2="[^"]*"', 'fC2="nan"', "no number"),
    ("fisher", '(fC4="[^"]*" IVar="-1" Cut=)"[^"]*"', r'\1"1e39"', "not finite"),
    ("grad", '(?s)<Weights.*</Weights>', "", "no <Weights>"),
    ("grad", '(?s)<Variables.*</Variables>', "", "no <Variables>"),
    ("tanh", 'NSynapses="5"', 'NSynapses="6"', "without 5 synapses"),
    ("tanh", '(?s)<Neuron [^>]*>[^<]*</Neuron>', "", "not complete"),
    ("sigmoid", 'Rows="4"', 'Rows="3"', "3 x 4, for 4 x 4"),
    ("gauss", 'VarIndex="1"><Cum', 'VarIndex="3"><Cum', r"of variables \[0, 3, 2, 3\], for 4 variables"),
    ("gauss", '"Gauss" FlatOrGauss="Gauss"', '"Gauss" FlatOrGauss="Round"', "said to be 'Round'"),
    ("gauss", 'CumulativePDF_cls1', 'CumulativePDF_cls4', "in place of CumulativePDF_cls0"),
    ("gauss", '(HasEquidistantBins="0">)[^<]*', r"\g<1>0 0 0", "holds 3 numbers"),
    ("gauss", '(<HistogramBinning[^>]*>) *[^ ]*', r"\g<1>1e30", "do not follow each other"),
    ("gauss", '(?s)<HistogramBinning.*?</HistogramBinning>', "", "no <HistogramBinning>"),
    ("gauss_some", 'Label="nTracks" Expression="nTracks"', 'Label="nTrack" Expression="nTrack"',
     "changes 'nTrack', which is no variable .*did you mean 'nTracks'"),
    ("gauss_some", '(?s)(<Output .*?)<Output [^>]*Label="nTracks"[^>]*/>', r"\1", "takes 2 variables and 0 targets"),
    ("discriminant", '<Coefficient Index="2"[^>]*/>', "", "4 coefficients for 1 x 4 variables"),
    ("discriminant", 'Index="2" Value', 'Index="3" Value', "not numbered"),
    ("discriminant", '(Index="2" Value=)"[^"]*"', r'\1"inf"', "not finite"),
    ("linear", 'NOut="1"', 'NOut="2"', "5 coefficients for 2 x 4 variables"),
    ("target", '<Range Index="5"[^>]*>', "", "holds 5 ranges for 6"),
    ("tanh", "MethodSetup", "Setup", "the root is <Setup>"),
    ("dl", 'NetDepth="6"', 'NetDepth="7"', "6 layers and says 7"),
    ("dnn", 'Depth="4"', 'Depth="3"', "4 layers and says 3"),
    ("dnn", 'InputWidth="4"', 'InputWidth="5"', "takes 5 variables, the file has 4"),
    ("dl", 'InputWidth="4"', 'InputWidth="5"', "takes 1 x 1 x 5 variables, the file has 4"),
    ("dl", 'Width="5"', 'Width="4"', "<Weights> of a DenseLayer is 5 x 6, for 4 x 6"),
    ("dl", 'ActivationFunction="5"', 'ActivationFunction="9"', "no whole number from 0 to 7"),
    ("dl", '(?s)<Training-variance.*?>.*?</', '<Training-variance Rows="1" Columns="6">-1 1 1 1 1 1</',
     "variance below 0"),
    ("dl_images", 'StrideRows="3"', 'StrideRows="2"', "1 x 2 in steps of 2 x 1 does not fit 4 x 3"),
    ("dl_images", 'FilterHeight="2" FilterWidth="1"', 'FilterHeight="9" FilterWidth="1"', "does not fit 5 x 3"),
    ("dl_lstm", 'TimeSteps="4"', 'TimeSteps="3"', "3 steps of 2 numbers takes 4 x 1 x 2"),
    ("dl_lstm", '(<CandidateStateWeights Rows="3" Columns=)"3"', r'\1"2"', "3 x 2, for 3 x 3"),
    ("dl_turns", 'Depth="3" Height="1" Width="2"', 'Depth="3" Height="2" Width="2"', "6 numbers become 3 x 2 x 2"),
])  # fmt: skip
def test_damaged_files_say_what_is_wrong(name: str, pattern: str, new: str, why: str) -> None:
    text = re.sub(pattern, new, make.files()[name])
    assert text != make.files()[name]
    with pytest.raises(FormatError, match=why):
        read(text)


@pytest.mark.parametrize("prologue", [
    '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
    '<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    '<!DOCTYPE m SYSTEM "http://localhost/x.dtd">',
], ids=["expansion", "external", "external type"])  # fmt: skip
def test_entities_are_refused(prologue: str) -> None:
    with pytest.raises(FormatError, match="document type or entities"):
        read(make.files()["grad"].replace("\n", "\n" + prologue, 1).replace("nobody", "&b;"))


def test_depth_and_size_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FormatError, match="deep"):
        read("<MethodSetup>" * 100_000)
    monkeypatch.setattr(packed, "LARGEST", 1000)
    with pytest.raises(FormatError, match="more than 1000 bytes"):
        read(gzip.compress(make.files()["grad"].encode()))


@pytest.mark.parametrize("name", sorted(FILES))
def test_cut_off_and_altered_files_are_models_or_format_errors(name: str) -> None:
    data, chance = make.files()[name].encode(), random.Random(name)
    for cut in sorted(chance.sample(range(len(data) - 20), 40)):
        with pytest.raises(FormatError):
            read(data[:cut])
    packed, refused = gzip.compress(data), 0
    for cut in range(3, len(packed) - 1, 211):
        with pytest.raises(FormatError):
            read(packed[:cut])
    for _ in range(120):
        try:
            evaluator(read(_altered(data, chance)))  # what is read can also be written
        except FormatError:
            refused += 1
    assert refused > 10


ODD = (b"-1", b"nan", b"inf", b"1e999", b"99999999999", b"", b"0", b"x")


def _altered(data: bytes, chance: random.Random) -> bytes:
    """Bytes changed, or numbers in attributes and text, or a piece left out."""
    altered, kind = bytearray(data), chance.randrange(3)
    if kind == 0:
        for _ in range(chance.randrange(1, 6)):
            altered[chance.randrange(len(altered))] = chance.randrange(256)
    elif kind == 1:
        words = list(re.finditer(rb"[-+]?\d[\d.e+-]*", data))
        word = chance.choice(words)
        altered[word.start() : word.end()] = chance.choice(ODD)
    else:
        elements = list(re.finditer(rb"<[^>/]*/>", data))
        element = chance.choice(elements)
        del altered[element.start() : element.end()]
    return bytes(altered)
