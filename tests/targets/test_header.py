"""Forests as headers of C++: compiled with all warnings, they give the engine's bits."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lading
from lading.endpoints import Missing
from lading.errors import UnsupportedError
from lading.model import Model
from lading.targets.header import to_text
from lading.targets.header_file.names import identifiers
from lading.trees import Tree, grow, model_of

sys.path += [str(Path(__file__).parents[1] / room) for room in ("trees", "feed")]
import random_forests

#: With fused multiply-adds where the CPU has them: they must not change a bit.
FLAGS = ["-std=c++17", "-O1", "-march=native", "-ffp-contract=fast", "-Wall", "-Wextra", "-Werror", "-pedantic"]
ROWS = 400
KINDS = [kind for kind in random_forests.KINDS if not kind.startswith("linear")]

#: Reads rows, and writes the margins and scores of one header.
RUN = """
template <class Value, class F, class G>
void run(const char* rows, const char* results, int inputs, F margin, G score) {
  std::ifstream from(rows, std::ios::binary);
  std::ofstream to(results, std::ios::binary);
  std::vector<Value> x(static_cast<unsigned>(inputs));
  while (from.read(reinterpret_cast<char*>(x.data()), static_cast<std::streamsize>(x.size() * sizeof(Value)))) {
    const auto m = margin(x.data()), s = score(x.data());
    to.write(reinterpret_cast<const char*>(&m), sizeof m);
    to.write(reinterpret_cast<const char*>(&s), sizeof s);
  }
}
"""


def compiled(models: dict[str, Model], folder: Path) -> Path:
    """A program of all headers: it reads <number>.rows and writes <number>.results of each."""
    lines = ["#include <fstream>", "#include <vector>"]
    calls = []
    for number, (name, model) in enumerate(models.items()):
        model.name = name
        model.export(folder / f"{number}.hpp")
        space = "forests::" + identifiers([name])[0]
        lines.append(f'#include "{number}.hpp"')
        given = f"const {space}::Value* x"
        margin, score = (f"[]({given}) {{ return {space}::{what}(x); }}" for what in ("margin", "score"))
        files = f'"{number}.rows", "{number}.results"'
        calls.append(f"  run<{space}::Value>({files}, {space}::inputs, {margin}, {score});")
    (folder / "main.cpp").write_text("\n".join([*lines, RUN, "int main() {", *calls, "}", ""]))
    command = [shutil.which("c++") or "c++", *FLAGS, "main.cpp", "-o", "main"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:3000]
    return folder / "main"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """What the headers of all kinds of forests give: (rows, margins and scores)."""
    folder = tmp_path_factory.mktemp("headers")
    models = {kind: made(kind) for kind in [*KINDS, *LINKS, *TMVA]}
    program = compiled(models, folder)
    for number, model in enumerate(models.values()):
        rows_of(model).tofile(folder / f"{number}.rows")
    subprocess.run([program], cwd=folder, check=True)
    return {name: np.fromfile(folder / f"{number}.results", model.output_list[0].type).reshape(ROWS, -1)
            for number, (name, model) in enumerate(models.items())}  # fmt: skip


#: Files of TMVA whose score is -999 where a variable is NaN, by the nodes behind their forest.
TMVA = {name: Path(__file__).parents[1] / "sources" / "tmva" / name
        for name in ("bare.weights.xml", "purity.weights.xml", "grad.weights.xml.gz")}
LINKS = [f"{link} {kind}" for kind in ("float32", "float64", "float32_exp")
         for link in ("logistic", "softmax", "exp", "tmva_gradient")]  # fmt: skip


def linked(text: str) -> Model:
    """Three outputs and a link, float32 sums for float32 links."""
    link, kind = text.split()
    random = np.random.default_rng(5)
    trees = [Tree(np.array([1, -1, -1]), np.array([2, -1, -1]), np.array([tree % 4, 0, 0]),
                  random.normal(size=3).astype(np.float32), random.normal(size=3), output=tree % 3)
             for tree in range(30)]  # fmt: skip
    forest = grow(trees, 4, text, link=link, link_type=kind, link_scale=1.5 if link == "logistic" else 1.0,
                  sum_type="float32" if kind == "float32" else "float64")  # fmt: skip
    return model_of(forest, text, {}, text)


def made(kind: str) -> Model:
    if kind in TMVA:
        return lading.convert(TMVA[kind], compare=False)
    return linked(kind) if kind in LINKS else random_forests.model(kind)


def rows_of(model: Model) -> np.ndarray:
    from lading.trees import edge_rows, forests_of

    return edge_rows([forest for _, forest in forests_of(model)], ROWS).astype(model.input_list[0].type)


@pytest.mark.parametrize("kind", [*KINDS, *LINKS, *TMVA])
def test_margins_are_the_engines_to_the_bit(kind: str, results: dict[str, np.ndarray]) -> None:
    model = made(kind)
    scores = model.session().run_graph({model.input_list[0].name: rows_of(model)})
    margin, score = (scores[name].reshape(ROWS, -1) for name in ("margin", "score"))
    width = margin.shape[1]
    np.testing.assert_array_equal(results[kind][:, :width].view(np.uint8), margin.view(np.uint8))
    single = score.dtype == np.float32 or kind.endswith("float32_exp")
    near = 4 * np.finfo(np.float32 if single else np.float64).eps
    np.testing.assert_allclose(results[kind][:, width:], score, rtol=near, atol=near)


def test_variables_go_in_by_name(tmp_path: Path) -> None:
    tree = Tree(np.array([1, -1, -1]), np.array([2, -1, -1]), np.array([1, 0, 0]), np.array([0.5, 0, 0], np.float32),
                np.array([0, -1.5, 2.25], np.float32))  # fmt: skip
    names = ["jet pt", "class", "jet/pt", "2b"]
    model = model_of(grow([tree], 4, "made up", feature_names=names), "tau-id", {}, "made up")
    model.export(tmp_path / "tau_id.hpp")
    (tmp_path / "main.cpp").write_text("""#include "tau_id.hpp"
int main() {
  forests::tau_id::Features features{};
  features.class_ = 0.75f, features.jet_pt = 1, features.jet_pt_2 = 2, features.x_2b = 3;
  static_assert(forests::tau_id::inputs == 4 && forests::tau_id::outputs == 1 && forests::tau_id::trees == 1, "counts");
  return forests::tau_id::margin(features) == 2.25f && forests::tau_id::score(features) == 2.25f ? 0 : 1;
}
""")
    subprocess.run(["c++", *FLAGS, "main.cpp", "-o", "main"], cwd=tmp_path, check=True)
    subprocess.run([tmp_path / "main"], check=True)
    assert "jet_pt (here: jet_pt_2)" in (tmp_path / "tau_id.hpp").read_text()


def test_two_files_may_include_the_same_header(tmp_path: Path) -> None:
    random_forests.model("categories").export(tmp_path / "forest.hpp")
    for name, body in (("a", "int a() { return forests::categories::trees; }"),
                       ("b", "int a(); int main() { return a() - forests::categories::trees; }")):  # fmt: skip
        (tmp_path / f"{name}.cpp").write_text(f'#include "forest.hpp"\n{body}\n')
    subprocess.run(["c++", *FLAGS, "a.cpp", "b.cpp", "-o", "main"], cwd=tmp_path, check=True)
    subprocess.run([tmp_path / "main"], check=True)


def test_the_same_model_gives_the_same_text() -> None:
    assert to_text(random_forests.model("categories")) == to_text(random_forests.model("categories"))


def test_text_in_comments_stays_there() -> None:
    model = random_forests.model("shallow")
    model.description = "ends with \\\nint evil; */ \\"
    lines = to_text(model).splitlines()
    assert all(line.startswith("//") for line in lines[: lines.index("#pragma once")])
    assert not any(line.endswith("\\") for line in lines)


@pytest.mark.parametrize(("names", "expected"), [
    (["pt", "pt", "pt_2"], ["pt", "pt_2", "pt_2_2"]),
    (["__x__", "a__b", "Δη", ""], ["x", "a_b", "unnamed", "unnamed_2"]),
    (["margin", "while", "std", "7"], ["margin_", "while_", "std_", "x_7"]),
])  # fmt: skip
def test_names_become_identifiers(names: list[str], expected: list[str]) -> None:
    assert identifiers(names) == expected


def prepared() -> Model:
    model = random_forests.model("shallow")
    (given,) = model.input_list
    given.variable_list = [lading.endpoints.Variable(f"x{i}") for i in range(random_forests.FEATURES)]
    given.variable_list[2].missing = Missing(["nan"], 1.0)
    return model


@pytest.mark.parametrize(("model", "why"), [
    (random_forests.model("linear leaves"), "is a linear function, which a header does not hold"),
    (prepared(), "variable 'x2' is prepared before the forest sees it"),
], ids=["linear", "prepared"])  # fmt: skip
def test_what_it_cannot_hold_is_refused_and_nothing_written(model: Model, why: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match=why):
        model.export(tmp_path / "model.hpp")
    assert not any(tmp_path.iterdir())


def test_two_models_of_one_name_stay_apart_in_one_program(tmp_path: Path) -> None:
    """Each in a part of the program of its own: inline functions of one name would be taken for the same."""
    models = [random_forests.model("shallow", seed) for seed in (1, 2)]
    x = rows_of(models[0])[:1]
    for letter, model in zip("ab", models, strict=True):
        model.name = "same"
        model.export(tmp_path / f"{letter}.hpp")
        (tmp_path / f"{letter}.cpp").write_text(
            f'#include "{letter}.hpp"\nfloat {letter}(const float* x) {{ return forests::same::margin(x); }}\n')
    numbers = ", ".join(f"{number!r}f" for number in np.nan_to_num(x[0]).tolist())
    (tmp_path / "main.cpp").write_text(
        "#include <cstdio>\nfloat a(const float*);\nfloat b(const float*);\n"
        f'int main() {{ const float x[] = {{{numbers}}}; std::printf("%a %a", a(x), b(x)); }}\n')
    command = [shutil.which("c++") or "c++", "-std=c++17", "-O0", "a.cpp", "b.cpp", "main.cpp", "-o", "main"]
    subprocess.run(command, cwd=tmp_path, check=True)
    said = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True).stdout.split()
    expected = [float(model.run({"features": np.nan_to_num(x)})["margin"][0]) for model in models]
    assert [float.fromhex(each) for each in said] == expected and expected[0] != expected[1]
