"""The errors of lading, all of them finished sentences.

    LadingError
    ├── FormatError (ValueError)        a bundle or model file breaks the rules of its format
    │   ├── UnsupportedError            a well-formed file needs what this version does not have
    │   └── DisagreementError           two papers about one model contradict each other
    ├── UnknownName (KeyError)          an input, variable, label, axis or model that does not exist
    ├── UnitError (ValueError)          a unit that cannot be converted
    ├── ValueRefused (ValueError)       a number that a slot cannot hold, a wrong shape, a slot not set
    ├── AgreementError (ValueError)     two computations of the same model differ
    ├── MissingFile (FileNotFoundError) a file that is not there
    ├── MissingPackage (ImportError)    an optional package that is not installed
    └── MemoryLimit (MemoryError)       a model or run that asks for more than the memory limit

Every text says what happened, where (file, input, node), what was there instead, the nearest right
name, and what to do. The C++ library throws the same texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any

#: Bytes of a text, and what is kept of a longer one: texts quote what a file says, which may be megabytes.
LONGEST, FIRST, LAST = 8000, 6000, 1500

#: Letters that are compared at most; who makes up longer names gets no advice.
MOST_COMPARISONS = 2_000_000


def shortened(text: str) -> str:
    """``text``, its middle left out if it is very long."""
    data = text.encode(errors="replace")
    if len(data) <= LONGEST:
        return text
    return f"{data[:FIRST].decode(errors='ignore')} \u2026 {data[-LAST:].decode(errors='ignore')}"


class LadingError(Exception):
    """Base of all errors that lading raises on purpose."""

    def __str__(self) -> str:  # KeyError would print the repr
        # where a file wrote a NUL into a name, a text would end in C
        return shortened(str(self.args[0])).replace("\0", "\\x00") if self.args else ""


class FormatError(LadingError, ValueError):
    """A bundle or model file that breaks the rules of its format."""


class UnsupportedError(FormatError):
    """A well-formed file that needs an operator, feature or version not supported here."""


class DisagreementError(FormatError):
    """Two papers about one model, or a paper and the model's own file, that contradict each other."""


class UnknownName(LadingError, KeyError):
    """An input, variable, label, axis or model that does not exist."""


class UnitError(LadingError, ValueError):
    """A unit that differs from the model's and cannot be converted."""


class ValueRefused(LadingError, ValueError):
    """A value, shape or type that cannot be fed, or a variable that was not given."""


class AgreementError(LadingError, ValueError):
    """Two computations of the same model differ by more than the tolerance."""

    exit_code = 1  # of the command: the answer is no


class MissingFile(LadingError, FileNotFoundError):
    """A file or folder that does not exist."""


class MissingPackage(LadingError, ImportError):
    """An optional package that is not installed."""


class MemoryLimit(LadingError, MemoryError):
    """A model or a run that asks for more memory than its limit."""


def nearest(wrong: str, names: Iterable[str]) -> list[str]:
    """``names``, nearest to ``wrong`` first (edit distance, ignoring case), then as given."""
    ordered = list(names)
    return sorted(ordered, key=lambda name: _distance(wrong.lower(), name.lower()))


def suggestion(wrong: str, names: Iterable[str]) -> str:
    """The tail of a message about a wrong name: ``(has: 'pt', 'eta'); did you mean 'pt'?``

    At most eight names are listed, the nearest first. The question is asked only when the nearest
    name differs in at most a third of its letters (and at least two may always differ). Neither is done
    where names are so long that comparing them would take seconds.
    """
    given = list(names)
    comparable = len(wrong) * sum(map(len, given)) <= MOST_COMPARISONS
    ordered = nearest(wrong, given) if comparable else given
    if not ordered:
        return "(there are none)"
    listed = ", ".join(f"'{name}'" for name in ordered[:8])
    if len(ordered) > 8:
        listed += f" and {len(ordered) - 8} more"
    best = ordered[0]
    close = comparable and _distance(wrong.lower(), best.lower()) <= max(2, len(best) // 3)
    return f"(has: {listed})" + (f"; did you mean '{best}'?" if close else "")


def check_options(function: Callable[..., Any], options: Iterable[str], what: str) -> None:
    """Raises ValueRefused for an option that is no parameter of ``function`` after its first; ``what`` has them."""
    allowed = list(signature(function).parameters)[1:]
    for option in options:
        if option not in allowed:
            raise ValueRefused(f"{what} has no option '{option}' {suggestion(option, allowed)}")


def _distance(a: str, b: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
    return row[-1]
