"""``discriminant``: an output that is a formula of other outputs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..model import Model


def discriminant(model: Model | str | os.PathLike[str], name: str, expression: str, /, **constants: float) -> Model:
    """``model``, or the one at this path, with one more output, computed from those that it has; another Model.

    >>> lading.discriminant(model, "D_b", "log(p_b / (f_c * p_c + (1 - f_c) * p_u))", f_c=0.2)   # doctest: +SKIP

    ``expression`` holds names of labels and outputs (``p_b``, or ``flavour.p_b`` where several outputs have one),
    numbers, constants, ``+ - * / **`` and ``log exp sqrt abs min max``. It becomes nodes of the graph. What holds
    constants alone is computed in double precision, as Python does, all else in the type of the outputs, each step
    rounded, as NumPy does. The result has the axes of the outputs without the label: (n,), or one number for each
    element of a sequence. Where they have ``when_empty``, it gets its own, by the same formula.

    Divisions by zero and logarithms of it give infinities, as in IEEE 754: ``max(p_u, 1e-10)`` is yours to write.

    Raises UnknownName for what is no label, ValueRefused for what is no arithmetic, an output that is there already,
    and outputs that do not fit together.
    """
    from ..computed import add_output
    from ..copying import copy_of
    from ..model import Model
    from ..opening import open_model
    from .samples import renew_samples

    before = model if isinstance(model, Model) else open_model(os.fspath(model))
    made = copy_of(before)
    add_output(made, name, expression, constants)
    if before.samples is not None:
        renew_samples(made, [before])
    return made
