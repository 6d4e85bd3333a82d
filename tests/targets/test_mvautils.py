"""Forests written for MVAUtils: read back by lading, and by ROOT itself as vectors."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import pytest

from lading.agreement import run_engine
from lading.errors import MissingFile, UnsupportedError, ValueRefused
from lading.model import Model
from lading.sources import read
from lading.trees import Tree, edge_rows, forests_of, grow, model_of
from lading.trees.forest import MISSING_LEFT, NAN_IS_ZERO, ZERO_IS_MISSING, Linear

MVAUTILS = Path(__file__).parents[1] / "sources" / "mvautils"
FLAVOURS = ("xgboost", "lgbm_simple", "lgbm", "tmva_ada", "tmva_grad")
COMPARISONS = ("x < t", "x <= t", "x > t", "x >= t")


def random_tree(random: np.random.Generator, output: int = 0, missing: tuple[int, ...] = (0, 1),
                cuts: type = np.float32) -> Tree:  # fmt: skip
    """A tree of 7 splits on 4 features, its nodes in no order that a file has."""
    left, right = np.full(15, -1), np.full(15, -1)
    left[:7], right[:7] = 2 * np.arange(7) + 2, 2 * np.arange(7) + 1
    threshold, value = random.choice([-1, 0, 0.1, 1 / 3], 15).astype(cuts), random.normal(size=15).astype(np.float32)
    side = random.choice(missing, 15).astype(np.uint8)
    return Tree(left, right, random.integers(0, 4, 15), threshold, value, side, output)


def forest_model(trees: list[Tree], features: int = 4, **rules) -> Model:
    return model_of(grow(trees, features, "test", **rules), "forest", {}, "forest")


def scores(model: Model, rows: np.ndarray) -> dict[str, np.ndarray]:
    return run_engine(model)({model.input_list[0].name: rows.astype(model.input_list[0].type)})


def there_and_back(model: Model, tmp_path: Path, **options) -> Model:
    model.export(tmp_path / "forest.root", **options)
    return read(tmp_path / "forest.root")


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_mvautils_wrote_comes_back_to_the_bit(tmp_path, flavour):
    model = read(MVAUTILS / f"{flavour}.root")
    back = there_and_back(model, tmp_path)
    assert back.record["origin"]["flavour"] == model.record["origin"]["flavour"]
    assert back.record["origin"]["response"] == model.record["origin"]["response"].partition(":")[0]
    assert [v.name for v in back.input_list[0].variable_list] == [v.name for v in model.input_list[0].variable_list]
    rows = np.load(MVAUTILS / "numbers.npz")[f"{flavour}/X"]
    for output, expected in scores(model, rows).items():
        assert scores(back, rows)[output].tobytes() == expected.tobytes()


@pytest.mark.parametrize("missing", [(0,), (0, MISSING_LEFT), (NAN_IS_ZERO, NAN_IS_ZERO | MISSING_LEFT)])
@pytest.mark.parametrize("left_if", COMPARISONS)
@pytest.mark.parametrize("cuts", [np.float32, np.float64])
def test_every_comparison_decides_alike(tmp_path, left_if, missing, cuts):
    """Leaves of one tree are not added to anything, so each of them has to come back; cuts of float64 too."""
    random = np.random.default_rng(7)
    model = forest_model([random_tree(random, missing=missing, cuts=cuts)], left_if=left_if)
    rows = edge_rows([forest for _, forest in forests_of(model)], 2000)
    back = there_and_back(model, tmp_path)
    assert scores(back, rows)["score"].tobytes() == scores(model, rows)["score"].tobytes()


def test_bases_are_folded_into_the_first_tree_of_each_class(tmp_path):
    random = np.random.default_rng(1)
    trees = [random_tree(random, output) for output in (0, 2, 2, 1, 2)]
    model = forest_model(trees, link="softmax", base=np.array([0.5, -1, 2], np.float32))
    rows = edge_rows([forest for _, forest in forests_of(model)], 500)
    back = there_and_back(model, tmp_path)
    assert back.record["origin"]["response"] == "multi"
    np.testing.assert_allclose(scores(back, rows)["margin"], scores(model, rows)["margin"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(scores(back, rows)["score"], scores(model, rows)["score"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("rules", [
    {"link": "logistic", "base": np.array([0.25], np.float32)},
    {"link": "tmva_gradient"},
    {"combine": "mean", "base": np.array([3], np.float32), "base_at": "end"},
    {"combine": "weighted_mean", "scale": 2.0},
    {"base": np.array([1.5], np.float32), "base_at": "end"},
])  # fmt: skip
@pytest.mark.parametrize("left_if", COMPARISONS)
def test_links_weights_and_means(tmp_path, rules, left_if):
    random = np.random.default_rng(2)
    trees = [random_tree(random, missing=(0,)) for _ in range(6)]
    for number, tree in enumerate(trees):
        tree.weight = 1 + number / 4
    model = forest_model(trees, left_if=left_if, **rules)
    rows = edge_rows([forest for _, forest in forests_of(model)], 500)
    back = there_and_back(model, tmp_path)
    np.testing.assert_allclose(scores(back, rows)["score"], scores(model, rows)["score"], rtol=0, atol=2e-6)


def test_float64_is_rounded_only_when_asked(tmp_path):
    random = np.random.default_rng(3)
    model = forest_model([random_tree(random, cuts=np.float64)], left_if="x <= t", input_type="float64",
                         sum_type="float64")  # fmt: skip
    with pytest.raises(UnsupportedError, match=r"variables are float64, sums are float64.*rounded=True"):
        model.export(tmp_path / "forest.root")
    rows = random.normal(size=(200, 4)).astype(np.float32)
    back = there_and_back(model, tmp_path, rounded=True)
    np.testing.assert_allclose(scores(back, rows)["score"], scores(model, rows)["score"], rtol=1e-6)


def chain(nodes: int) -> Tree:
    """A tree whose left subtree grows by one split at a time."""
    left = np.concatenate([np.arange(1, nodes + 1), np.full(nodes + 1, -1)])
    right = np.concatenate([np.arange(nodes + 1, 2 * nodes + 1), np.full(nodes + 1, -1)])
    return Tree(left, right, np.zeros(2 * nodes + 1, int), np.ones(2 * nodes + 1, np.float32),
                np.ones(2 * nodes + 1, np.float32))  # fmt: skip


@pytest.mark.parametrize(("trees", "rules", "text"), [
    ([Tree(np.array([1, -1, -1]), np.array([2, -1, -1]), np.array([127, 0, 0]), np.ones(3, np.float32),
           np.ones(3, np.float32))], {}, "feature 127 is looked at; MVAUtils keeps features in 8 bits: at most 127"),
    ([chain(16384)], {}, "node 0 of tree 0 has 32767 nodes on its left; .* at most 32766"),
    ([Tree(np.array([1, -1, -1]), np.array([2, -1, -1]), np.zeros(3, int), np.ones(3, np.float32),
           np.ones(3, np.float32), categories={0: [1, 3]})], {}, "node 0 splits by categories"),
    ([Tree(np.array([-1]), np.array([-1]), np.zeros(1, int), np.ones(1, np.float32), np.ones(1, np.float32),
           linear={0: Linear(1.0, [0], [2.0])})], {}, "leaf 0 is a linear function of variables"),
    ([chain(1)], {"link": "exp"}, "the link 'exp' of scale 1.0 is none of MVAUtils'"),
    ([chain(1)], {"link": "logistic", "link_scale": 2.0}, "the link 'logistic' of scale 2.0"),
    ([chain(1)], {"tree_output": np.array([1], np.int32)}, "2 outputs with the link 'identity'"),
    ([Tree(np.array([1, -1, -1]), np.array([2, -1, -1]), np.zeros(3, int), np.ones(3, np.float32),
           np.ones(3, np.float32), missing=ZERO_IS_MISSING)], {}, "node 0 takes 0 as missing and sends it against"),
    ([chain(1)], {"base": np.array([3e38]), "scale": 3e38}, "more than float32 holds"),
])  # fmt: skip
def test_what_mvautils_cannot_hold_is_refused(tmp_path, trees, rules, text):
    with pytest.raises(UnsupportedError, match=text):
        forest_model(trees, 200, **rules).export(tmp_path / "forest.root", rounded=True)
    assert not list(tmp_path.iterdir())


def test_the_longest_way_past_a_left_subtree_is_written(tmp_path):
    tree = chain(16383)
    assert scores(there_and_back(forest_model([tree]), tmp_path), np.zeros((1, 1)))["score"] == 1


def test_prepared_variables_are_refused(tmp_path):
    model = read(MVAUTILS / "tmva_ada.root")
    model.input_list[0].variable_list[0].prepare.append("log")
    with pytest.raises(UnsupportedError, match="variable 'pt' is prepared before the forest sees it"):
        model.export(tmp_path / "forest.root")


def test_unknown_options_are_told(tmp_path):
    with pytest.raises(ValueRefused, match=r"the format mvautils has no option 'round' .*did you mean 'rounded'"):
        read(MVAUTILS / "xgboost.root").export(tmp_path / "forest.root", round=True)


def test_the_same_model_gives_the_same_bytes(tmp_path):
    model = read(MVAUTILS / "lgbm.root")
    written = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        model.export(tmp_path / folder / "forest.root")
        written.append((tmp_path / folder / "forest.root").read_bytes())
    assert written[0] == written[1]


#: Reads the branches as MVAUtils does, into vectors at addresses, and prints them.
ROOT_SCRIPT = r"""
import sys, ROOT
ROOT.gInterpreter.Declare('''
#include <cstdio>
void show(TTree* tree) {
  std::vector<int>* vars = nullptr; std::vector<float>* values = nullptr; std::vector<bool>* left = nullptr;
  float offset = 0;
  tree->SetBranchAddress("vars", &vars), tree->SetBranchAddress("values", &values);
  if (tree->GetBranch("default_left")) tree->SetBranchAddress("default_left", &left);
  if (tree->GetBranch("offset")) tree->SetBranchAddress("offset", &offset);
  std::puts(tree->GetTitle());
  for (long i = 0; i < tree->GetEntries(); ++i) {
    tree->GetEntry(i);
    std::printf("%a", offset);
    for (size_t k = 0; k < vars->size(); ++k)
      std::printf(" %d %a %d", vars->at(k), values->at(k), left ? int(left->at(k)) : -1);
    std::puts("");
  }
  tree->ResetBranchAddresses();
  TTreeReader reader(tree);
  TTreeReaderValue<std::vector<int>> again(reader, "vars");
  size_t nodes = 0;
  while (reader.Next()) nodes += again->size();
  std::printf("%zu\\n", nodes);
}''')
for path, key in zip(sys.argv[1::2], sys.argv[2::2]):
    file = ROOT.TFile.Open(path)
    ROOT.show(file.Get(key))
"""


@pytest.fixture(scope="module")
def python_with_root(tmp_path_factory):
    """ROOT without TMVA, in an environment of its own (250 MB)."""
    folder = tmp_path_factory.mktemp("root")
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin/python", "-m", "pip", "install", "-q", "root"], check=True)
    return folder / "bin/python"


@pytest.mark.full
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_root_reads_the_same_vectors(tmp_path, python_with_root, flavour):
    model = read(MVAUTILS / f"{flavour}.root")
    model.export(tmp_path / "ours.root")
    key = model.record["origin"]["key"]
    script = tmp_path / "show.py"
    script.write_text(ROOT_SCRIPT)
    shown = [
        subprocess.run([python_with_root, "-W", "ignore", script, path, key], check=True, capture_output=True,
                       text=True)
        for path in (MVAUTILS / f"{flavour}.root", tmp_path / "ours.root")
    ]
    theirs, ours = (each.stdout.splitlines() for each in shown)
    assert len(ours) == 11  # the title, nine trees, the number of nodes
    assert ours[0].startswith(theirs[0].split(";")[0]) and ours[1:] == theirs[1:]
    assert shown[1].stderr == shown[0].stderr


def test_nothing_of_the_writer_is_needed_to_import_lading():
    done = subprocess.run([sys.executable, "-c", "import lading, sys; print('uproot' in sys.modules)"], check=True,
                          capture_output=True, text=True)  # fmt: skip
    assert done.stdout == "False\n"


@pytest.mark.parametrize("name", ["a,b", " pt", "pt := x", ""])
def test_names_that_would_be_read_as_others_are_refused(name: str, tmp_path: Path) -> None:
    names = ["mass", "f(a,b)", "eta", "phi"]
    model = forest_model([random_tree(np.random.default_rng(1))], feature_names=names)
    model.export(tmp_path / "good.root")
    assert [v.name for v in read(tmp_path / "good.root").input_list[0].variable_list] == names
    model.input_list[0].variable_list[0].name = name
    with pytest.raises(UnsupportedError, match="would be read as another name"):
        model.export(tmp_path / "bad.root")
    with pytest.raises(MissingFile, match="there is no folder"):
        forest_model([random_tree(np.random.default_rng(1))]).export(tmp_path / "nowhere" / "bad.root")


def test_a_forest_of_tmva_is_written_without_its_answer_to_nan(tmp_path: Path) -> None:
    model = read(MVAUTILS.parent / "tmva" / "grad.weights.xml.gz")
    model.export(tmp_path / "grad.root", rounded=True)
    (_, forest), *_ = forests_of(model)
    rows = edge_rows([forest], 300)
    back = scores(read(tmp_path / "grad.root"), rows)["margin"]
    np.testing.assert_allclose(back, scores(model, rows)["margin"], rtol=1e-5, atol=1e-6)
