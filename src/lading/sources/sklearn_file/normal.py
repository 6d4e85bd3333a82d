"""The inverse of the normal distribution function, by nodes.

Wichura's rational approximations (algorithm AS 241, Applied Statistics 37, 1988, 477-484), to 1e-16.
"""

from __future__ import annotations

import numpy as np

from .columns import Growth

__all__ = ["inverse_normal"]

#: Coefficients of numerators and denominators, the highest power first: in the middle, to 1e-11, and beyond.
CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
TAIL = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)  # fmt: skip


def inverse_normal(growth: Growth, p: str, bound: float) -> str:
    """The value of x at which the normal distribution function is ``p``, for p cut to [bound, 1 - bound].

    ``bound`` is above 1e-10, so that the approximation for the far tail is not needed. NaN stays NaN.
    """
    wiring = growth.wiring
    half, one = np.array(0.5), np.ones(())
    cut = wiring.add("Clip", p, np.array(bound), np.array(1 - bound))
    q = wiring.add("Sub", cut, half)
    r = wiring.add("Sub", np.array(0.180625), wiring.add("Mul", q, q))
    centre = wiring.add("Mul", q, _ratio(growth, r, CENTRE))
    smaller = wiring.add("Min", cut, wiring.add("Sub", one, cut))
    root = wiring.add("Sqrt", wiring.add("Neg", wiring.add("Log", smaller)))
    tail = _ratio(growth, wiring.add("Sub", root, np.array(1.6)), TAIL)
    tail = wiring.add("Mul", tail, wiring.add("Sign", q))
    central = wiring.add("LessOrEqual", wiring.add("Abs", q), np.array(0.425))
    return wiring.add("Where", central, centre, tail)


def _ratio(growth: Growth, x: str, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> str:
    numerator, denominator = (_polynomial(growth, x, each) for each in coefficients)
    return growth.wiring.add("Div", numerator, denominator)


def _polynomial(growth: Growth, x: str, coefficients: tuple[float, ...]) -> str:
    first, second, *rest = coefficients
    value = growth.wiring.add("Add", growth.wiring.add("Mul", x, np.array(first)), np.array(second))
    for each in rest:
        value = growth.wiring.add("Add", growth.wiring.add("Mul", value, x), np.array(each))
    return value
