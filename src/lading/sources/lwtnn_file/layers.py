"""The layers of lwtnn: their arrays.

Everything is as stored, in float64. ``feed_forward`` layers take a vector, ``sequence`` layers all steps of a sequence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..layers.activations import Activation
from ..layers.recurrent import Cell

__all__ = ["Convolution", "Dense", "Embedding", "Highway", "Layer", "Maxout", "Normalization", "Piece", "Recurrent",
           "is_sequential"]  # fmt: skip

@dataclass(eq=False)
class Dense:
    """``activation(weights x + bias)``. ``weights``: (outputs, inputs), or None: x; ``bias`` (outputs), or None: 0."""

    weights: np.ndarray | None
    bias: np.ndarray | None
    activation: Activation
    outputs: int


@dataclass(eq=False)
class Normalization:
    """``weights (x + bias)``, number by number."""

    weights: np.ndarray
    bias: np.ndarray

    @property
    def outputs(self) -> int:
        return int(self.weights.size)


@dataclass(eq=False)
class Maxout:
    """The largest of what its pieces give, number by number."""

    pieces: list[Dense]

    @property
    def outputs(self) -> int:
        return self.pieces[0].outputs


@dataclass(eq=False)
class Highway:
    """``carry transform + (1 - carry) x``."""

    transform: Dense
    carry: Dense

    @property
    def outputs(self) -> int:
        return self.carry.outputs


@dataclass(eq=False)
class Recurrent:
    """LSTM, GRU or RNN."""

    cell: Cell

    @property
    def outputs(self) -> int:
        return self.cell.units


@dataclass(eq=False)
class Convolution:
    """Along the steps. ``kernel``: (outputs, inputs, width); ``before`` and ``after``: zeros around the sequence.

    The activation is that of one channel at all steps: a softmax runs over the steps.
    """

    kernel: np.ndarray
    bias: np.ndarray | None
    dilation: int
    before: int
    after: int
    activation: Activation

    @property
    def outputs(self) -> int:
        return int(self.kernel.shape[0])

    @property
    def lost(self) -> int:
        """By how many steps the result is shorter."""
        return int(self.kernel.shape[2] - 1) * self.dilation - self.before - self.after


@dataclass
class Piece:
    """Of an embedding: row ``index`` becomes the column of ``weights`` (outputs, categories) that it numbers."""

    weights: np.ndarray
    index: int


@dataclass(eq=False)
class Embedding:
    """Its pieces one after the other; later ``index`` values mean the rows as the earlier ones left them."""

    pieces: list[Piece]
    inputs: int

    @property
    def outputs(self) -> int:
        return self.inputs + sum(int(piece.weights.shape[0]) - 1 for piece in self.pieces)

    #: lwtnn up to 2.14.1 copies the wrong rows behind one that is not the last.
    @property
    def is_wrong_in_lwtnn(self) -> bool:
        rows = self.inputs
        for piece in self.pieces:
            if piece.index != rows - 1:
                return True
            rows += len(piece.weights) - 1
        return False


Layer = Dense | Normalization | Maxout | Highway | Recurrent | Convolution | Embedding


def is_sequential(layer: Layer) -> bool:
    """Whether it works on the steps of a sequence, not on one vector."""
    return isinstance(layer, (Recurrent, Convolution, Embedding))
