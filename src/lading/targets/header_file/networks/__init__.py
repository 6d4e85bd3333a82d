"""Networks as one header of C++: plain loops with the bits of the engine."""

from __future__ import annotations

from .file import to_text

__all__ = ["to_text"]
