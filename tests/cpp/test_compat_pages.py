"""The pages docs/replace/ do what they say: their files convert, and their C++ is one program that runs on them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from building import COMPILER, ROOT, STRICT, run
from test_linking import snippets

from lading.engine.installation import installation

sys.path.insert(0, str(ROOT / "tests" / "docs"))
from blocks import Page, blocks_of

PAGES = {page.stem: page for page in sorted((ROOT / "docs" / "replace").glob("*.md"))}

#: Files that a page begins with.
FILES = {
    "gbrforest": ("photon.root", "gbrforest/memberwise.root"),
    "lwtnn": ("photons.json", "lwtnn/photons.json"),
    "mvautils": ("photon.root", "mvautils/tmva_grad.root"),
    "tmva": ("muon.weights.xml.gz", "tmva/grad.weights.xml.gz"),
}

#: What the snippets of the pages use without showing it; each page becomes a function.
SURROUNDINGS = """
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>
struct Photon { float pt, eta, phi, d0, z0; int tracks; };
static const std::vector<Photon> photons = {{1, 0.5f, 0, 0.1f, 1, 3}, {-1, 2, 1, 0, 0.2f, 1}, {0.3f, -1, 0, 1, -1, 7}};
static void use(double score) { std::printf("%.3f\\n", score); }
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The C++ of all pages: all headers together, in one file."""
    folder, found = tmp_path_factory.mktemp("pages"), installation()
    includes, functions, main = "", "", ""
    for name, page in PAGES.items():
        lines = "".join(snippets(page, "cpp")).splitlines()
        includes += "".join(line + "\n" for line in lines if line.startswith("#include"))
        body = "".join(line + "\n" for line in lines if not line.startswith("#include"))
        functions += f"static void {name}() {{\n{body}}}\n"
        main += f'  if (argv[1] == std::string("{name}")) {name}();\n'
    source = folder / "pages.cpp"
    source.write_text(f"{includes}{SURROUNDINGS}{functions}int main(int, char** argv) {{\n{main}}}\n")
    run(COMPILER, *STRICT, source, *f"{found.cflags} {found.libs}".split(), "-o", folder / "pages")
    return folder / "pages"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_a_program(name: str, program: Path, tmp_path: Path) -> None:
    if name in FILES:
        file, source = FILES[name]
        shutil.copy(ROOT / "tests" / "sources" / source, tmp_path / file)
    page = Page(tmp_path)
    for block in blocks_of(PAGES[name]):
        if block.language in ("sh", "python"):
            page.run(block)
    scores = [float(line) for line in run(program, name, cwd=tmp_path).splitlines()]
    assert len(scores) == 3 and len(set(scores)) > 1


def test_every_header_has_its_page_and_its_test() -> None:
    shared = {"row", "failure", "xgboost_json", "lwtnn_network", "lwtnn_fast_graph"}
    headers = {path.stem for path in (ROOT / "cpp" / "include" / "lading" / "compat").glob("*.hpp")} - shared
    assert headers == {path.stem for path in (ROOT / "cpp" / "tests" / "compat").glob("*.cpp")}
    assert headers == {name.replace("tmva", "tmva_reader") for name in PAGES}
