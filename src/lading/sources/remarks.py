"""What a reader wrote down for whoever converts a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["remark"]


def remark(model: Model) -> str:
    """The remarks in the record of where the model came from; "" if there are none."""
    return "; ".join(model.record["origin"].get("remarks", []))
