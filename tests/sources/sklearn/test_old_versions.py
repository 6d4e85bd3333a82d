"""Files of scikit-learn 1.3, which make.py wrote, give the numbers that it gave."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lading.agreement import run_engine
from lading.agreement.forests import units_apart
from lading.sources import sklearn as source

HERE = Path(__file__).parent
FILES = sorted(path.stem for path in HERE.glob("*.skops"))


@pytest.mark.parametrize("name", FILES)
def test_numbers_are_those_of_the_old_version(name: str) -> None:
    model = source.read(HERE / f"{name}.skops")
    assert model.record["origin"]["producer"] == "scikit-learn 1.3.2"
    with np.load(HERE / "numbers.npz") as numbers:
        got = run_engine(model)({"features": numbers["rows"].astype(model.input_list[0].type)})
        for output, last_places in (("margin", 0), ("score", 2)):
            if f"{name}.{output}" in numbers:
                assert units_apart(got[output], numbers[f"{name}.{output}"]).max() <= last_places


def test_there_are_files() -> None:
    assert len(FILES) == 8


with np.load(HERE / "old_tables.npz") as stored:
    TABLES = {name: stored[name] for name in stored}


@pytest.mark.parametrize("name", sorted({each.partition("/")[0] for each in TABLES}))
def test_tables_of_the_old_version_give_its_numbers(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.skops"
    path.write_bytes(TABLES[f"{name}/file"].tobytes())
    model, rows = source.read(path), TABLES[f"{name}/rows"]
    given = model.input_list[0]
    fed = [variable.name for variable in given.variable_list if variable.source is None]
    scores = model.run({"features": dict(zip(fed, rows.T, strict=True)) if fed else rows})
    for output in model.output_list:
        expected = TABLES[f"{name}/{output.name}"]
        close = 1e-12 if output.type == "float64" else 1e-6
        np.testing.assert_allclose(scores[output.name], expected, rtol=0, atol=close * np.abs(expected).max())
