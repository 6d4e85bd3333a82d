"""The page docs/from-keras.md does what it says: whole where Keras is, else with a stored model in its place."""

from __future__ import annotations

import importlib.util
import sys
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PAGE = ROOT / "docs" / "from-keras.md"


def _blocks():
    spec = importlib.util.spec_from_file_location("page_blocks", ROOT / "tests" / "docs" / "blocks.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["page_blocks"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.full
@pytest.mark.filterwarnings("ignore")  # of Keras and its backend
def test_the_whole_page_runs(tmp_path):
    blocks = _blocks()
    page = blocks.Page(tmp_path)
    for block in blocks.blocks_of(PAGE):
        if "pip install" not in block.text:
            page.run(block)


def test_its_commands_run_on_stored_files(tmp_path):
    blocks = _blocks()
    page = blocks.Page(tmp_path)
    with zipfile.ZipFile(HERE / "page.zip") as archive:
        archive.extractall(tmp_path)
    (tmp_path / "tagger_.keras").rename(tmp_path / "tagger.keras")
    ran, commands = 0, False
    for block in blocks.blocks_of(PAGE):
        if block.language == "sh" and "pip install" not in block.text:
            page.run(block)
            commands, ran = True, ran + 1
        elif block.language == "text" and commands:
            page.run(block)
        else:
            commands = False
    assert ran == 1
