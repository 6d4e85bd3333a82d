"""The bytes that a model was read from, which are still its own as long as nobody changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .files import Bytes

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["Original"]


class Original:
    """model.json and the weights as they were read: compiling a model needs neither written again.

    Arrays of weights look into the file and cannot be written to, so that another number is another array.
    """

    def __init__(self, model: Model, model_json: Bytes, weights: Bytes):
        self._buffers = bytes(model_json), weights
        self._text, self._arrays = _text_of(model), dict(model.weights)

    def buffers_if_unchanged(self, model: Model) -> tuple[bytes, Bytes] | None:
        """The bytes of model.json and of the weights; None if the model is no longer the one that was read."""
        same = self._arrays.keys() == model.weights.keys() and all(
            array is self._arrays[name] for name, array in model.weights.items()
        )
        return self._buffers if same and _text_of(model) == self._text else None

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        """A copy of a model has its arrays for itself, and is written anew."""
        return type(None), ()


def _text_of(model: Model) -> str:
    """All but the numbers. Python's own text of it tells 1 from 1.0 and from true, and 0.0 from -0.0."""
    from .encode import encode_model

    return repr(encode_model(model, None, None))
