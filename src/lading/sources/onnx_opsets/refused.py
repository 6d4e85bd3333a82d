"""A node that no rule can bring into the pinned opset."""

from __future__ import annotations


class Refused(Exception):
    """The reason, and what to do about it, in one sentence; the reader adds where."""
