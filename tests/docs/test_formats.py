"""The page of formats is what its generator writes: no format without its row."""

from __future__ import annotations

import runpy
from pathlib import Path

MAKE = Path(__file__).parents[2] / "docs" / "make_formats.py"


def test_the_page_is_up_to_date() -> None:
    made = runpy.run_path(str(MAKE))["page"]()
    assert MAKE.with_name("formats.md").read_text(encoding="utf-8") == made, "run python docs/make_formats.py"
