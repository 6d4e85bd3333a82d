"""Arithmetic with sizes that are not known yet.

A size is an ``int``, or a polynomial with integer coefficients in symbols such as ``track`` that stand
for lengths known only at run time. A symbol may be any whole number from zero up, nothing more is
assumed of it: what is proven here holds for empty axes too.

>>> n = symbol("n")
>>> (n + 1) * 8 - 8 == n * 8
True
>>> divide(n * 192, 24)
8*n
>>> divide((n + 3) * n, n + 3)
n
"""

from __future__ import annotations

from dataclasses import dataclass

#: A product of symbols, sorted, with repetition: ("n", "n") is n squared, () is one.
Monomial = tuple[str, ...]


@dataclass(frozen=True)
class Polynomial:
    """A sum of ``coefficient * monomial``, sorted, none of them zero, at least one not constant."""

    terms: tuple[tuple[Monomial, int], ...]

    def __add__(self, other: Size) -> Size:
        total = dict(self.terms)
        for monomial, coefficient in _terms(other):
            total[monomial] = total.get(monomial, 0) + coefficient
        return _size(total)

    def __mul__(self, other: Size) -> Size:
        total: dict[Monomial, int] = {}
        for left, a in self.terms:
            for right, b in _terms(other):
                product = tuple(sorted(left + right))
                total[product] = total.get(product, 0) + a * b
        return _size(total)

    def __neg__(self) -> Size:
        return self * -1

    def __sub__(self, other: Size) -> Size:
        return self + other * -1

    def __rsub__(self, other: int) -> Size:
        return self * -1 + other

    __radd__ = __add__
    __rmul__ = __mul__

    def __repr__(self) -> str:
        def term(monomial: Monomial, coefficient: int) -> str:
            factors = list(monomial) if coefficient == 1 and monomial else [str(coefficient), *monomial]
            return "*".join(factors)

        return " + ".join(term(*item) for item in self.terms)


Size = int | Polynomial


def symbol(name: str) -> Polynomial:
    """The size that is called ``name``."""
    return Polynomial((((name,), 1),))


def product(sizes: tuple[Size, ...] | list[Size]) -> Size:
    """All multiplied; 1 if there are none."""
    total: Size = 1
    for size in sizes:
        total = total * size
    return total


def divide(whole: Size, part: Size) -> Size | None:
    """``whole / part`` if that is a size again wherever ``part`` is not zero, else None."""
    if part == 0:
        return None
    divisor, coefficient = _leading(part)
    quotient: Size = 0
    left = whole
    while left != 0:
        monomial, value = _leading(left)
        rest = _without(monomial, divisor)
        if rest is None or value % coefficient:
            return None
        step = _size({rest: value // coefficient})
        quotient, left = quotient + step, left - step * part
    return quotient


def least(size: Size) -> int | None:
    """A number that ``size`` never falls below, or None if none is known."""
    terms = dict(_terms(size))
    constant = terms.pop((), 0)
    return constant if all(coefficient > 0 for coefficient in terms.values()) else None


def at_least(size: Size, bound: int) -> bool:
    """Whether ``size`` never falls below ``bound``."""
    lowest = least(size)
    return lowest is not None and lowest >= bound


def same(a: Size, b: Size) -> bool | None:
    """True if always equal, False if never, None if that depends on the lengths."""
    difference = a - b
    if difference == 0:
        return True
    return False if at_least(difference, 1) or at_least(-difference, 1) else None


def less(a: Size, b: Size) -> bool | None:
    """True if ``a < b`` always, False if never, None if that depends on the lengths."""
    if at_least(b - a, 1):
        return True
    return False if at_least(a - b, 0) else None


def symbols(size: Size) -> set[str]:
    """The symbols a size is made of."""
    return {name for monomial, _ in _terms(size) for name in monomial}


def _terms(size: Size) -> tuple[tuple[Monomial, int], ...]:
    if isinstance(size, Polynomial):
        return size.terms
    return (((), int(size)),) if size else ()


def _leading(size: Size) -> tuple[Monomial, int]:
    """The term of highest degree, among such the first: the leading term of a product is that of its factors' ones."""
    return min(_terms(size), key=lambda term: (-len(term[0]), term[0]))


def _size(terms: dict[Monomial, int]) -> Size:
    kept = tuple(sorted((monomial, value) for monomial, value in terms.items() if value))
    if not kept:
        return 0
    if len(kept) == 1 and kept[0][0] == ():
        return kept[0][1]
    return Polynomial(kept)


def _without(monomial: Monomial, divisor: Monomial) -> Monomial | None:
    rest = list(monomial)
    for name in divisor:
        if name not in rest:
            return None
        rest.remove(name)
    return tuple(rest)
