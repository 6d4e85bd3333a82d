"""Files of old versions of XGBoost, and the numbers that those versions gave."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lading.agreement import run_engine
from lading.agreement.forests import LAST_PLACES, units_apart
from lading.evaluation import evaluator
from lading.sources import recognise

HERE = Path(__file__).parent
FILES = sorted(path for path in HERE.glob("[0-9]*/*") if path.suffix in (".json", ".ubj", ".bin"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name} {path.name}")
@pytest.mark.parametrize("runner", [run_engine, evaluator])
def test_margins_are_those_of_the_version_that_wrote_the_file(path: Path, runner) -> None:
    numbers = np.load(HERE / f"{path.parent.name}.npz")
    got = runner(recognise(path).read(path))({"features": numbers["rows"]})
    expected = numbers[f"{path.stem}/margin"]
    assert got["margin"].shape == expected.shape
    np.testing.assert_array_equal(got["margin"].view(np.int32), expected.view(np.int32))
    assert units_apart(got["score"], numbers[f"{path.stem}/score"]).max() <= LAST_PLACES
