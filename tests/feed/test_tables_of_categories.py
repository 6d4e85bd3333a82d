"""Columns of categories whose codes are other numbers than their values say which are meant, or are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas
import pyarrow
import pytest
from mirrors import one_input

from lading.endpoints import Variable
from lading.errors import ValueRefused

CHARGES = pandas.DataFrame({"charge": pandas.Categorical([-1, 1, 1, -1])})


@pytest.mark.parametrize("table", [CHARGES, pyarrow.Table.from_pandas(CHARGES)], ids=["pandas", "arrow"])
def test_values_that_are_not_their_codes_are_refused(table: Any) -> None:
    with pytest.raises(ValueRefused, match=r"code 0 is -1.*cat.codes"):
        one_input(Variable("charge")).run(table)


def test_values_that_are_their_codes_and_known_categories_are_taken() -> None:
    one_input(Variable("charge")).run(pandas.DataFrame({"charge": pandas.Categorical([0, 1, 2, 0])}))
    known = one_input(Variable("charge", categories=[-1, 1]))
    np.testing.assert_array_equal(np.ravel(next(iter(known.run(CHARGES).values()))), [0, 1, 1, 0])
