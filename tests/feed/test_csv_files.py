"""Events from CSV files: texts, numbers, empty cells, and what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mirrors import one_input

import lading
from lading.endpoints import Variable

CSV = 'pt,"a, b",eta,n\n1.5,"x, y",0.5,9007199254740993\n,z,-7,3\n'


def model_of_csv():
    return one_input(Variable("pt"), Variable("eta"), Variable("n", raw="int64"), type="float64")


def test_csv_with_text_quotes_and_empty_cells(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("\ufeff" + CSV, encoding="utf-8")
    model = one_input(Variable("pt"), Variable("eta"))
    np.testing.assert_array_equal(model.run(tmp_path / "events.csv")["out"], [[1.5, 0.5], [np.nan, -7]])


def test_csv_keeps_whole_numbers_whole(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(CSV)
    model = one_input(Variable("n"), type="int64")
    np.testing.assert_array_equal(model.run(tmp_path / "events.csv")["p_n"], [9007199254740993, 3])
    (tmp_path / "real.csv").write_text("n\n1.0\n2\n")
    np.testing.assert_array_equal(model.run(tmp_path / "real.csv")["p_n"], [1, 2])


def test_csv_keeps_whole_numbers_whole_beside_empty_cells(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(CSV)
    model = model_of_csv()
    assert lading.feed.batch_of(model, tmp_path / "events.csv").columns["jets", "n"].values.tolist() == [2**53 + 1, 3]
    (tmp_path / "events.csv").write_text("pt,eta,n\n1,1,\n1,,9007199254740993\n")
    with pytest.raises(lading.ValueRefused, match="9007199254740993 is too large to stand beside NaN"):
        model.run(tmp_path / "events.csv")


def test_csv_with_infinity_and_without_trailing_cells(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("pt,eta,sample\ninf,-Infinity,a\n1,2\n")
    model = one_input(Variable("pt"), Variable("eta"))
    np.testing.assert_array_equal(model.run(tmp_path / "events.csv")["out"], [[np.inf, -np.inf], [1, 2]])


def test_csv_without_entries(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("pt,eta\n")
    assert one_input(Variable("pt"), Variable("eta")).run(tmp_path / "events.csv")["out"].shape == (0, 2)


@pytest.mark.parametrize(("text", "told"), [
    ("pt\n1\nabc\n", "line 3, column 'pt': 'abc' is no number"),
    ("a,pt\n1,2\n3\n", "line 3 has 1 cells, column 'pt' is the 2th"),
    ("a,pt\n1,2\n\n\"x\ny\",3,4\n", "line 5 has 3 cells, the header names 2 columns; a comma inside a"),
    ("pt\n1\n2,5\n", "line 3 has 2 cells, the header names 1 columns"),
    ("pt\n1_000\n", "line 2, column 'pt': '1_000' is no number"),
    ("pt\n١\n", "line 2, column 'pt': '١' is no number"),
    ("pt\n1\n-1e400\n", "line 3, column 'pt': -1e400 is beyond float64"),
    ("pt;eta\n1;2\n", "seems to be separated by ';'; commas are expected, as in 'pt,eta'"),
    ("pt\teta\n1\t2\n", "seems to be separated by tabs; commas are expected, as in 'pt,eta'"),
    ("pt,pt\n1,2\n", "column 'pt' is there 2 times; which is meant?"),
    ("pT\n1\n", "variable 'pt' of input 'jets' was not given (has: 'pT'); did you mean 'pT'?"),
    ("", "variable 'pt' of input 'jets' was not given (there are none)"),
])  # fmt: skip
def test_what_is_wrong_in_a_csv_file(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "events.csv").write_text(text, encoding="utf-8")
    with pytest.raises(lading.LadingError) as caught:
        one_input(Variable("pt")).run(tmp_path / "events.csv")
    assert told in str(caught.value)
