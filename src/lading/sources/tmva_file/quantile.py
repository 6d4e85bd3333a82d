"""The quantile of the normal distribution, for ``G``.

Rational functions of Wichura (Algorithm AS 241, Applied Statistics 37 (1988) 477), right to 1e-15. TMVA searches
the inverse of erf until erf is right to 1e-14, which leaves up to 9e-8 far out: rounded to float32 the two are the same
from 1e-5 to 1 - 1e-5, and differ in the last bit of one value in a hundred beyond.
"""

from __future__ import annotations

import numpy as np

from ..wiring import Wiring

__all__ = ["normal_quantile"]

FARTHEST = 0.99999999  # what TMVA keeps the argument of the inverse of erf below
FARTHEST_VALUE = 5.730728789618504  # where TMVA's search ends then: what all values far out become
ROOT_OF_TWO = 1.414213562  # as TMVA has it
CENTRAL = 0.425  # up to here from the middle the first function holds

#: Numerator and denominator, the lowest power first.
NEAR = np.array([
    [3.3871328727963666080e0, 1.0], [1.3314166789178437745e2, 4.2313330701600911252e1],
    [1.9715909503065514427e3, 6.8718700749205790830e2], [1.3731693765509461125e4, 5.3941960214247511077e3],
    [4.5921953931549871457e4, 2.1213794301586595867e4], [6.7265770927008700853e4, 3.9307895800092710610e4],
    [3.3430575583588128105e4, 2.8729085735721942674e4], [2.5090809287301226727e3, 5.2264952788528545610e3],
])  # fmt: skip
FAR = np.array([
    [1.42343711074968357734e0, 1.0], [4.63033784615654529590e0, 2.05319162663775882187e0],
    [5.76949722146069140550e0, 1.67638483018380384940e0], [3.64784832476320460504e0, 6.89767334985100004550e-1],
    [1.27045825245236838258e0, 1.48103976427480074590e-1], [2.41780725177450611770e-1, 1.51986665636164571966e-2],
    [2.27238449892691845833e-2, 5.47593808499534494600e-4], [7.74545014278341407640e-4, 1.05075007164441684324e-9],
])  # fmt: skip


def normal_quantile(wiring: Wiring, cumulative: str) -> str:
    """1.414213562 times the inverse of erf at 2 ``cumulative`` - 1, float64."""
    argument = wiring.add("Sub", wiring.add("Mul", cumulative, np.asarray(2.0)), np.asarray(1.0))
    argument = wiring.add("Clip", argument, np.asarray(-FARTHEST), np.asarray(FARTHEST))
    q = wiring.add("Mul", argument, np.asarray(0.5))
    far = wiring.add("Abs", q)
    near = wiring.add("Sub", np.asarray(CENTRAL**2), wiring.add("Mul", q, q))
    tail = wiring.add("Sqrt", wiring.add("Neg", wiring.add("Log", wiring.add("Sub", np.asarray(0.5), far))))
    tail = wiring.add("Sub", tail, np.asarray(1.6))
    outside = wiring.add("Mul", wiring.add("Sign", q), _ratio(wiring, tail, "tail", FAR))
    inside = wiring.add("Mul", q, _ratio(wiring, near, "centre", NEAR))
    value = wiring.add("Where", wiring.add("LessOrEqual", far, np.asarray(CENTRAL)), inside, outside)
    value = wiring.add("Mul", value, np.asarray(ROOT_OF_TWO / np.sqrt(2.0)))
    return wiring.add("Clip", value, np.asarray(-FARTHEST_VALUE), np.asarray(FARTHEST_VALUE))


def _ratio(wiring: Wiring, x: str, name: str, coefficients: np.ndarray) -> str:
    """Polynomial over polynomial."""
    powers = wiring.add("Pow", wiring.add("Unsqueeze", x, np.array([-1])), np.arange(8.0))
    both = wiring.add("MatMul", powers, wiring.weight(name, coefficients))
    return wiring.add("Div", *(wiring.add("Gather", both, np.asarray(at), axis=-1) for at in (0, 1)))
