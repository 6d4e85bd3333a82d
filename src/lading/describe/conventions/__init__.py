"""Papers in the forms that experiments and tools have: one file each, translated into papers of lading.

A convention is told by its content, never by the name of its file, and says

    recognises(content) -> bool             whether the content has its form
    papers(content, model) -> dict          a fragment of model.json that describes ``model``, with "of" names

It translates and nothing else: what fits is decided where all papers are applied. Every formula is written out in the
verbs and the ``raw`` type in which the code of that convention computes, so that no bit changes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from .content import Content

if TYPE_CHECKING:
    from ...model import Model

__all__ = ["CONVENTIONS", "Content", "Convention", "recognise"]

#: Every convention: the name of its file beside this one. They are asked in this order; a table takes any text.
CONVENTIONS = (
    "onnx_metadata", "gnn_config", "lwtnn_variables", "cms_preprocess", "cms_limits", "cms_scaler", "scale_and_offset",
    "triton", "mlflow", "names_table",
)  # fmt: skip


class Convention(Protocol):
    """What a file of this room offers. ``TITLE`` says in a few words whose papers these are."""

    TITLE: str

    def recognises(self, content: Content) -> bool:
        """Whether the content has the form of this convention."""

    def papers(self, content: Content, model: Model) -> dict[str, Any]:
        """The papers. Raises FormatError, UnknownName or UnsupportedError, naming the place."""


def recognise(content: Content) -> Convention | None:
    """The convention in which papers are written; None for papers of lading's own."""
    for name in CONVENTIONS:
        convention = cast(Convention, import_module(f".{name}", __name__))
        if convention.recognises(content):
            return convention
    return None
