"""The pages docs/replace/ do what they say: their files convert, and their C++ is one program that runs on them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import tensors
from building import COMPILER, ROOT, STRICT, run
from test_linking import snippets

from lading.engine.installation import installation

sys.path.insert(0, str(ROOT / "tests" / "docs"))
from blocks import Page, blocks_of

PAGES = {page.stem: page for page in sorted((ROOT / "docs" / "replace").glob("*.md"))}

#: Files that a page begins with: of tests/sources, or made.
FILES: dict[str, tuple[str, str | Callable[[], bytes]]] = {
    "gbrforest": ("photon.root", "gbrforest/memberwise.root"),
    "lwtnn": ("photons.json", "lwtnn/photons.json"),
    "mvautils": ("photon.root", "mvautils/tmva_grad.root"),
    "onnxruntime": ("photons.onnx", tensors.photons),
    "onnxruntime-atlas": ("jets.onnx", tensors.jets),
    "onnxruntime-cms": ("particles.onnx", tensors.particles),
    "tmva": ("muon.weights.xml.gz", "tmva/grad.weights.xml.gz"),
}

#: Headers whose pages have other names.
HEADERS = {"tmva": "tmva_reader", "onnxruntime-atlas": "atlas_onnxruntime", "onnxruntime-cms": "cms_onnxruntime"}

#: What the snippets of the pages use without showing it; each page becomes a function.
SURROUNDINGS = """
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>
struct Photon { float pt, eta, phi, d0, z0; int tracks; };
static const std::vector<Photon> photons = {{1, 0.5f, 0, 0.1f, 1, 3}, {-1, 2, 1, 0, 0.2f, 1}, {0.3f, -1, 0, 1, -1, 7}};
static void use(double score) { std::printf("%.3f\\n", score); }

// Of athena, what a tool needs.
enum class StatusCode { FAILURE, SUCCESS };
namespace asg {
struct AsgTool {
  explicit AsgTool(const std::string&) {}
  virtual ~AsgTool() = default;
  virtual StatusCode initialize() { return StatusCode::SUCCESS; }
  void setProperty(const std::string& name, const std::string& value) { *properties.at(name) = value; }
  std::map<std::string, std::string*> properties;
};
}  // namespace asg
namespace Gaudi {
template <class T> struct Property {
  Property(asg::AsgTool* owner, const char* name, T value, const char*) : held(value) {
    owner->properties[name] = &held;
  }
  const T& value() const { return held; }
  T held;
};
}  // namespace Gaudi
namespace AthInfer {
using DataVariant = std::variant<std::vector<float>, std::vector<std::int64_t>>;
using InferenceData = std::pair<std::vector<std::int64_t>, DataVariant>;
using InputDataMap = std::map<std::string, InferenceData>;
using OutputDataMap = std::map<std::string, InferenceData>;
struct IAthInferenceTool {
  virtual ~IAthInferenceTool() = default;
  virtual StatusCode inference(InputDataMap& inputData, OutputDataMap& outputData) const = 0;
};
}  // namespace AthInfer
#define ATH_MSG_ERROR(text) (void)(text)
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
        function = name.replace("-", "_")
        functions += f"static void {function}() {{\n{body}}}\n"
        main += f'  if (argv[1] == std::string("{name}")) {function}();\n'
    source = folder / "pages.cpp"
    source.write_text(f"{includes}{SURROUNDINGS}{functions}int main(int, char** argv) {{\n{main}}}\n")
    run(COMPILER, *STRICT, source, *f"{found.cflags} {found.libs}".split(), "-o", folder / "pages")
    return folder / "pages"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_a_program(name: str, program: Path, tmp_path: Path) -> None:
    if name in FILES:
        file, source = FILES[name]
        if callable(source):
            (tmp_path / file).write_bytes(source())
        else:
            shutil.copy(ROOT / "tests" / "sources" / source, tmp_path / file)
    page = Page(tmp_path)
    for block in blocks_of(PAGES[name]):
        if block.language in ("sh", "python"):
            page.run(block)
    scores = [float(line) for line in run(program, name, cwd=tmp_path).splitlines()]
    assert len(scores) == (4 if name == "onnxruntime-atlas" else 3) and len(set(scores)) > 1


def test_every_header_has_its_page_and_its_test() -> None:
    shared = {"row", "failure", "xgboost_json", "lwtnn_network", "lwtnn_fast_graph", "tensors", "onnxruntime_options",
              "onnxruntime_values"}
    headers = {path.stem for path in (ROOT / "cpp" / "include" / "lading" / "compat").glob("*.hpp")} - shared
    assert headers == {path.stem for path in (ROOT / "cpp" / "tests" / "compat").glob("*.cpp")}
    assert headers == {HEADERS.get(name, name) for name in PAGES}
