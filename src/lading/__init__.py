"""Trained models as small readable bundles, and one tiny engine that runs them with the same bits everywhere.

>>> model = lading.convert("network.onnx", describe="papers.json")           # doctest: +SKIP
>>> model.save("tau-id/")                                                    # doctest: +SKIP
>>> lading.load("tau-id/").run({"jets": {"pt": pt, "eta": eta}})["p_b"]      # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import (
    AgreementError,
    DisagreementError,
    FormatError,
    LadingError,
    MemoryLimit,
    MissingFile,
    MissingPackage,
    UnitError,
    UnknownName,
    UnsupportedError,
    ValueRefused,
)

if TYPE_CHECKING:
    from .bundle import read as load
    from .converting import convert
    from .examine.diff import diff
    from .families.average import average
    from .families.discriminant import discriminant
    from .families.folding import fold
    from .feed import positional
    from .model import Model

__version__ = "0.1.0"

#: Where the names that are loaded at their first use live.
_LATER = {
    "Model": "model", "average": "families.average", "convert": "converting", "diff": "examine.diff",
    "discriminant": "families.discriminant", "fold": "families.folding", "load": "bundle", "positional": "feed",
}  # fmt: skip

__all__ = [
    "AgreementError", "DisagreementError", "FormatError", "LadingError", "MemoryLimit", "MissingFile",
    "MissingPackage", "Model", "UnitError", "UnknownName", "UnsupportedError", "ValueRefused", "average", "convert",
    "diff", "discriminant", "fold", "load", "positional",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'lading' has no attribute '{name}'")
    from importlib import import_module

    found = getattr(import_module(f".{_LATER[name]}", __name__), "read" if name == "load" else name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_LATER])
