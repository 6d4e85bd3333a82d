"""Takes files outside docs/ into the site, at their place, so that relative links work in the repository and there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
OUTSIDE = ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "THIRD-PARTY.md", "examples/tagger/README.md",
           "benchmarks/README.md", "cpp/examples/event_loop/main.cpp", "packaging/README.md",
           "packaging/conda-forge/recipe.yaml", "packaging/lcg/lading.cmake", "packaging/spack/package.py")  # fmt: skip


def on_files(files: Files, config: Any) -> Files:
    """Adds the files."""
    for path in OUTSIDE:
        files.append(File.generated(config, path, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(text: str, page: Any, **_: Any) -> str:
    """In the site there is no docs/ between a page and the root."""
    if page.file.src_uri in OUTSIDE:
        return text.replace("](docs/", "](")
    up = "../" * page.file.src_uri.count("/")
    return text.replace(f"](../{up}", f"]({up}")
