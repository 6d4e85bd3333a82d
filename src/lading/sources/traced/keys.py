"""Names of what stands in dictionaries, tuples and fields, from the keys that lead there."""

from __future__ import annotations

import re
from typing import Any

from ...endpoints import valid_name


def key_of(entry: Any) -> str:
    """A step on the way into a tree of PyTorch or JAX: a key, a place or a field."""
    for kind in ("key", "idx", "name"):
        if hasattr(entry, kind):
            return str(getattr(entry, kind))
    return str(entry)


def names_of(keys: list[list[str]], root: str) -> list[str]:
    """A name for each list of keys; ``root`` is what all of them begin with."""
    last = [path[-1] for path in keys]
    names = []
    for at, path in enumerate(keys):
        own = path[-1]
        if own == root or (not own.isdigit() and last.index(own) == at):
            names.append(valid_name(own))
        else:
            inner = path[1:] if root and len(path) > 1 and not path[1].isdigit() else path
            names.append(valid_name(re.sub(r"\.(\d+)", r"_\1", ".".join(inner))))
    return [name if names.index(name) == i else f"{name}_{i}" for i, name in enumerate(names)]
