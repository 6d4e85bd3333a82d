"""Every code block of README and docs does what the page says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from blocks import Page, blocks_of, compare

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md")])
EXAMPLE = ROOT / "examples" / "tagger"

#: Pages whose blocks a test of their own runs.
OWN_TESTS = {"format.md": "tests/bundle/test_format_page.py", "cpp.md": "tests/cpp/test_linking.py",
             "reinterpretation.md": "tests/cpp/test_reinterpretation.py",
             "from-pytorch.md": "tests/sources/torch/test_live.py",
             "rdataframe.md": "tests/cpp/test_rdataframe.py",
             "from-jax.md": "tests/sources/jax/test_live.py",
             "from-keras.md": "tests/sources/keras/test_page.py"} | {
    page.name: "tests/cpp/test_compat_pages.py" for page in ROOT.glob("docs/replace/*.md")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_blocks_of_a_page_run_and_print_what_it_says(page: Path, tmp_path: Path) -> None:
    if page.name in OWN_TESTS:
        assert (ROOT / OWN_TESTS[page.name]).exists()
        return
    folder = tmp_path / "tagger"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("tagger", "__pycache__"))
    running = Page(folder)
    for block in blocks_of(page):
        try:
            running.run(block)
        except Exception as error:
            raise AssertionError(f"{page.relative_to(ROOT)}, line {block.line}: {error}") from error


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    pages = {str(page.relative_to(ROOT / "docs")) for page in ROOT.glob("docs/**/*.md")} - {"index.md"}
    assert not [name for name in sorted(pages) if f"({name})" not in index]


def test_what_is_printed_is_compared() -> None:
    compare("one …\n…\nlast\n", "one thing\nmore\nand more\nlast\n")
    with pytest.raises(AssertionError, match="but it prints"):
        compare("one\n", "two\n")
