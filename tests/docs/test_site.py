"""The site is built without a warning: no broken link or anchor, no page that the navigation leaves out."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("docs", "mkdocs.yml", "packaging", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md",
         "THIRD-PARTY.md")  # fmt: skip
ALONE = ("examples/tagger/README.md", "cpp/examples/event_loop/main.cpp", "benchmarks/README.md")


def built(root: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    made = built(ROOT, tmp_path / "site")
    assert made.returncode == 0 and "WARNING" not in made.stderr, made.stderr
    for page in ("index.html", "format/index.html", "ARCHITECTURE/index.html", "cpp/examples/event_loop/main.cpp"):
        assert (tmp_path / "site" / page).exists()


@pytest.mark.parametrize("link", ["(formts.md)", "(format.md#13-nothing)", "(../ARCHITECTUR.md)"])
def test_a_broken_link_and_a_page_left_out_are_found(tmp_path: Path, link: str) -> None:
    root = tmp_path / "copy"
    for path in (*PAGES, *ALONE):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / path).is_dir() else shutil.copy)(ROOT / path, root / path)
    (root / "docs" / "forgotten.md").write_text("# Forgotten\n")
    with (root / "docs" / "index.md").open("a", encoding="utf-8") as page:
        page.write(f"\n[a link]{link}\n")
    made = built(root, tmp_path / "site")
    assert made.returncode == 1
    assert "forgotten.md" in made.stderr
    assert link.strip("()").removeprefix("../").split("#")[-1] in made.stderr
