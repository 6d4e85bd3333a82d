"""The network: attention between a jet and its tracks, read out where the jet stands.

The jet is a token among its tracks, so a jet without any needs no rule of its own.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

WIDTH, HEADS, LAYERS = 32, 4, 1


class Attention(nn.Module):
    """Self-attention of all tokens; ``mask`` is 1 for those that are there, 0 for padding."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, tokens: Tensor, mask: Tensor | None) -> Tensor:
        query, key, value = (_heads(part(tokens)) for part in (self.query, self.key, self.value))
        scores = query @ key.transpose(-1, -2) / math.sqrt(WIDTH // HEADS)
        if mask is not None:
            scores = scores + (mask[:, None, None, :] - 1) * 1e9
        mixed = torch.softmax(scores, -1) @ value
        return self.out(mixed.transpose(1, 2).flatten(2))


def _heads(tokens: Tensor) -> Tensor:
    """(jets, tokens, width) -> (jets, heads, tokens, width / heads)"""
    return tokens.unflatten(2, (HEADS, WIDTH // HEADS)).transpose(1, 2)


class Layer(nn.Module):
    """Attention and a small dense network, each added to what comes in."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(WIDTH), Attention()
        self.dense = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(),
                                   nn.Linear(2 * WIDTH, WIDTH))  # fmt: skip

    def forward(self, tokens: Tensor, mask: Tensor | None) -> Tensor:
        tokens = tokens + self.attention(self.norm(tokens), mask)
        return tokens + self.dense(tokens)


class Tagger(nn.Module):
    """Logits of a jet's flavour and of the origin of each of its tracks."""

    def __init__(self, jet_variables: int, track_variables: int, flavours: int, origins: int) -> None:
        super().__init__()
        self.jet, self.track = _embedding(jet_variables), _embedding(track_variables)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.flavour, self.origin = nn.Linear(WIDTH, flavours), nn.Linear(WIDTH, origins)

    def forward(self, jets: Tensor, tracks: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        tokens = torch.cat([self.jet(jets)[:, None], self.track(tracks)], 1)
        if mask is not None:
            mask = torch.cat([torch.ones_like(jets[:, :1]), mask], 1)
        for layer in self.layers:
            tokens = layer(tokens, mask)
        tokens = self.norm(tokens)
        return self.flavour(tokens[:, 0]), self.origin(tokens[:, 1:])


def _embedding(variables: int) -> nn.Module:
    return nn.Sequential(nn.Linear(variables, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH))


class OneJet(nn.Module):
    """The tagger as ATLAS exports it: one jet [1, variables] a call, its tracks [n, variables], a scalar per label."""

    def __init__(self, tagger: Tagger) -> None:
        super().__init__()
        self.tagger = tagger

    def forward(self, jet_features: Tensor, track_features: Tensor) -> tuple[Tensor, ...]:
        flavour, origin = self.tagger(jet_features, track_features[None])
        probabilities = torch.softmax(flavour, -1)
        return *(probabilities[0, i] for i in range(probabilities.shape[1])), torch.softmax(origin, -1)[0]


class ManyJets(nn.Module):
    """The tagger for padded batches: jets [n, variables], tracks [n, length, variables], and a mask [n, length]."""

    def __init__(self, tagger: Tagger) -> None:
        super().__init__()
        self.tagger = tagger

    def forward(self, jet_features: Tensor, track_features: Tensor, track_mask: Tensor) -> tuple[Tensor, Tensor]:
        flavour, origin = self.tagger(jet_features, track_features, track_mask)
        return torch.softmax(flavour, -1), torch.softmax(origin, -1)
