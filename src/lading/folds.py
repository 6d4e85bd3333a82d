"""Folds: several trainings in one model, one of which is picked for each entry by a key of the entry."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

HASHES = ("splitmix64",)


@dataclass
class Folds:
    """Which graph is applied to an entry: ``graphs[members[key mod modulo]]``.

    ``key`` is "input.variable", or the name of an input without variables: an int64 that is fed, one number an
    entry. ``hash`` ("" for none) is applied to it first. Without ``members`` the residue itself is the graph's place.
    """

    key: str
    modulo: int
    graphs: list[str]
    hash: str = ""
    members: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.members = self.members or list(range(self.modulo))

    def pick(self, keys: np.ndarray) -> np.ndarray:
        """The place in ``graphs`` for each key, an int64. Also for negative keys 0 <= residue < modulo."""
        keys = np.asarray(keys, np.int64)
        hashed = splitmix64(keys) % np.uint64(self.modulo) if self.hash else keys % np.int64(self.modulo)
        members: np.ndarray = np.asarray(self.members, np.int64)[hashed.astype(np.int64)]
        return members


def splitmix64(keys: np.ndarray) -> np.ndarray:
    """The uint64 hash of int64 keys: the first output of the generator splitmix64 with the key as its seed."""
    with np.errstate(over="ignore"):  # modulo 2**64
        z = np.asarray(keys, np.int64).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))
