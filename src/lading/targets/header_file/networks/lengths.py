"""Lengths that follow from those of sequences: whole polynomials such as 24, track, track + 1, track * track."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

__all__ = ["Length", "fitted", "product", "said"]

Term = tuple[str, ...]  # the sequences that are multiplied; () is 1


@dataclass(frozen=True)
class Length:
    """A sum of products of sequence lengths: {("track",): 4} is 4 * track."""

    terms: Mapping[Term, int] = field(default_factory=dict)

    @staticmethod
    def of(number: int) -> Length:
        return Length({(): number} if number else {})

    @property
    def number(self) -> int | None:
        """The length, if it is the same for all entries."""
        return self.terms.get((), 0) if set(self.terms) <= {()} else None

    def at(self, lengths: Mapping[str, int]) -> int:
        return sum(factor * math.prod(lengths[axis] for axis in term) for term, factor in self.terms.items())

    def __add__(self, other: Length) -> Length:
        keys = [*self.terms, *(term for term in other.terms if term not in self.terms)]
        sums = {term: self.terms.get(term, 0) + other.terms.get(term, 0) for term in keys}
        return Length({term: factor for term, factor in sums.items() if factor})

    def __mul__(self, other: Length) -> Length:
        result = Length()
        for (a, p), (b, q) in itertools.product(self.terms.items(), other.terms.items()):
            result = result + Length({tuple(sorted((*a, *b))): p * q})
        return result

    def text(self, names: Mapping[str, str]) -> str:
        """As an expression of C++ that may stand beside a + but not beside a *."""
        parts = []
        for term, factor in sorted(self.terms.items(), key=lambda item: -len(item[0])):
            names_of_term = [names[axis] for axis in term]
            parts.append(" * ".join([str(factor)] * (factor != 1 or not term) + names_of_term))
        return " + ".join(parts).replace("+ -", "- ") or "0"

    def factor(self, names: Mapping[str, str]) -> str:
        """As an expression that may stand beside a *."""
        text = self.text(names)
        return text if len(self.terms) < 2 else f"({text})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Length) and dict(self.terms) == dict(other.terms)

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))


def product(lengths: Iterable[Length]) -> Length:
    """1 for none."""
    result = Length.of(1)
    for each in lengths:
        result = result * each
    return result


def fitted(numbers: Sequence[int], probes: Sequence[Mapping[str, int]]) -> Length | None:
    """The simplest length that is ``numbers[i]`` where the sequences are as in ``probes[i]``; None if there is none."""
    if len(set(numbers)) == 1:
        return Length.of(int(numbers[0]))
    axes = sorted(probes[0])
    single: list[Term] = [(), *((axis,) for axis in axes)]
    double = [*single, *itertools.combinations_with_replacement(axes, 2)]
    for terms in [*([(), (axis,)] for axis in axes), single, double]:
        table = np.array([[np.prod([probe[axis] for axis in term], dtype=np.float64) for term in terms]
                          for probe in probes])  # fmt: skip
        factors = np.rint(np.linalg.lstsq(table, np.array(numbers, np.float64), rcond=None)[0]).astype(int).tolist()
        found = Length({term: factor for term, factor in zip(terms, factors, strict=True) if factor})
        if all(found.at(probe) == number for probe, number in zip(probes, numbers, strict=True)):
            return found
    return None


def said(lengths: Mapping[str, int]) -> str:
    """The lengths of sequences in words."""
    return " and ".join(f"{length} of '{axis}'" for axis, length in lengths.items()) or "any entry"
