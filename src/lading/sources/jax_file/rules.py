"""The rule of each primitive: ``rule(lowering, equation, *operands)`` gives the value, or a list, of what it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .arithmetic import ARITHMETIC
from .layout import LAYOUT
from .products import PRODUCTS
from .reductions import REDUCTIONS

Rule = Callable[..., Any]

RULES: dict[str, Rule] = {**ARITHMETIC, **REDUCTIONS, **LAYOUT, **PRODUCTS}
