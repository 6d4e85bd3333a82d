"""Units in the last place are counted to the last one, also between doubles."""

import numpy as np
import pytest

from lading.agreement.forests import units_apart


@pytest.mark.parametrize("type_", [np.float32, np.float64])
def test_neighbours_are_one_apart(type_: type) -> None:
    for x in (1.0, -1.0, 3.7e30, -1e-30, 0.0):
        value = type_(x)
        above = np.nextafter(value, type_(np.inf))
        pair = np.array([value, above]), np.array([above, value])
        np.testing.assert_array_equal(units_apart(*pair), [1, 1])
        np.testing.assert_array_equal(units_apart(pair[0], pair[0]), [0, 0])


def test_zeros_of_both_signs_and_nan_are_equal() -> None:
    smallest = 5e-324
    a, b = np.array([0.0, np.nan, -smallest, np.nan]), np.array([-0.0, np.nan, smallest, 1.0])
    np.testing.assert_array_equal(units_apart(a, b)[:3], [0, 0, 2])
    assert units_apart(a, b)[3] > 1e15


def test_the_ends_of_the_doubles_are_farther_apart_than_an_int64_holds() -> None:
    most = np.finfo(np.float64).max
    assert units_apart(np.array([most]), np.array([-most]))[0] == pytest.approx(2 * 0x7FEFFFFFFFFFFFFF)
