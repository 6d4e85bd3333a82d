"""Each rule has a test file of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from lading.simplify import RULES


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_test_file_of_its_own(rule):
    text = (Path(__file__).parent / f"test_{rule}.py").read_text()
    assert ".simplified(" in text
