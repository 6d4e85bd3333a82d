"""Names inside graphs and functions, and their names in the model, where all values share one space."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...errors import FormatError


class Names:
    """Names of values that are taken. ``reserved`` ones are kept for the main graph."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken: set[str] = {"", *reserved}
        self._reserved = set(reserved)
        self._numbers: dict[str, int] = {}  # the last number that was tried for a name

    def claim(self, name: str) -> str:
        """A reserved name, the first time it is asked for; else as ``take``."""
        if name in self._reserved:
            self._reserved.remove(name)
            return name
        return self.take(name)

    def take(self, name: str) -> str:
        """``name`` if it is free, else one like it."""
        wish = fresh = name or "value"
        while fresh in self._taken:
            self._numbers[wish] = self._numbers.get(wish, 1) + 1
            fresh = f"{wish}~{self._numbers[wish]}"
        self._taken.add(fresh)
        return fresh


def refuse_twice(names: Iterable[str], what: str, where: str) -> None:
    """Raises FormatError for the first name that was there before; ``what`` is "weights", or the like."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise FormatError(f"{where}: two {what} have the name '{name}'")
        seen.add(name)


class Scope:
    """What names mean in one graph; those it does not know are of the graph around it."""

    def __init__(self, names: Names, around: Scope | None = None):
        self._names, self._around = names, around
        self._meaning: dict[str, str] = {"": ""}

    def define(self, name: str) -> str:
        """A name in the model for a value made here."""
        take = self._names.take if self._around is not None else self._names.claim
        self._meaning[name] = take(name) if name else ""
        return self._meaning[name]

    def alias(self, name: str, meaning: str) -> None:
        """Lets a name mean a value that the model has."""
        if name:
            self._meaning[name] = meaning

    def find(self, name: str) -> str | None:
        """The model's name of a value."""
        if name in self._meaning:
            return self._meaning[name]
        return self._around.find(name) if self._around is not None else None

    def __getitem__(self, name: str) -> str:
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.find(name) is not None

    def __iter__(self) -> Iterator[str]:
        """All names that mean something here."""
        yield from (name for name in self._meaning if name)
        if self._around is not None:
            yield from self._around


def isolated(names: Names) -> Scope:
    """The scope of a function's body, which sees nothing of its caller but what it is given."""
    return Scope(names, Scope(Names()))
