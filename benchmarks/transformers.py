"""Two transformers of the kinds that experiments train now, as ONNX files of random weights, for the other benchmarks.

    python benchmarks/transformers.py FOLDER        # h_gn3.onnx and i_part.onnx
    python benchmarks/networks.py FOLDER/*.onnx

``h_gn3``: tracks [n_tracks, 19] and a jet [1, 2], one jet at a time; registers beside the tracks, four layers with
RMSNorm and gated feed-forward networks, pooling attention, a head for the jet and one for its tracks. ``i_part``, after
Qu, Li and Qian, "Particle Transformer for Jet Tagging" (2022): features [n_jets, n_particles, 7] and
(ln pT, eta, phi, ln E) [n_jets, n_particles, 4]; four numbers of each pair of particles are what attention between them
is raised by; a class token reads the particles in two layers of its own. Needs PyTorch.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

TRACK, JET, WIDTH, HEADS, LAYERS, REGISTERS = 19, 2, 192, 8, 4, 8


class GatedFeedForward(nn.Module):
    """SwiGLU: (silu(x a) * x b) c."""

    def __init__(self, width: int, inner: int):
        super().__init__()
        self.gate, self.up, self.down = (nn.Linear(width, inner, bias=False), nn.Linear(width, inner, bias=False),
                                         nn.Linear(inner, width, bias=False))  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return self.down(functional.silu(self.gate(x)) * self.up(x))


class Attention(nn.Module):
    """Heads of queries from ``x`` [..., n, width] on ``y`` [..., m, width], their scores raised by ``bias``."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads, self.of = heads, width // heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, self.of)).transpose(-2, -3)

    def forward(self, x: Tensor, y: Tensor, bias: Tensor | None = None) -> Tensor:
        query, key, value = self.split(self.query(x)), self.split(self.key(y)), self.split(self.value(y))
        scores = query @ key.transpose(-1, -2) * self.of**-0.5
        if bias is not None:
            scores = scores + bias
        return self.out((scores.softmax(-1) @ value).transpose(-2, -3).flatten(-2))


class Layer(nn.Module):
    """RMSNorm before attention and before the gated network, each added to what came in."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.before_attention, self.before_network = nn.RMSNorm(width), nn.RMSNorm(width)
        self.attention, self.network = Attention(width, heads), GatedFeedForward(width, 2 * width)

    def forward(self, x: Tensor) -> Tensor:
        y = self.before_attention(x)
        x = x + self.attention(y, y)
        return x + self.network(self.before_network(x))


class Gn3(nn.Module):
    """A jet and its tracks, one jet at a time: flavour [1, 4], origin of each track [n_tracks, 7]."""

    def __init__(self) -> None:
        super().__init__()
        self.initial = nn.Sequential(nn.Linear(TRACK + JET, 256), nn.SiLU(), nn.Linear(256, WIDTH))
        self.registers = nn.Parameter(torch.randn(REGISTERS, WIDTH))
        self.layers = nn.ModuleList(Layer(WIDTH, HEADS) for _ in range(LAYERS))
        self.norm, self.pool = nn.RMSNorm(WIDTH), nn.Linear(WIDTH, 1)
        self.flavour = nn.Sequential(nn.Linear(WIDTH, 128), nn.SiLU(), nn.Linear(128, 4))
        self.origin = nn.Sequential(nn.Linear(2 * WIDTH, 128), nn.SiLU(), nn.Linear(128, 7))

    def forward(self, jet: Tensor, tracks: Tensor) -> tuple[Tensor, Tensor]:
        x = self.initial(torch.cat([jet.expand(tracks.shape[0], JET), tracks], -1))
        x = torch.cat([self.registers, x])
        for layer in self.layers:
            x = layer(x)
        x = self.norm(x)
        pooled = (self.pool(x).softmax(0) * x).sum(0, keepdim=True)
        tracks = x[REGISTERS:]
        each = torch.cat([tracks, pooled.expand(tracks.shape[0], WIDTH)], -1)
        return self.flavour(pooled).softmax(-1), self.origin(each).softmax(-1)


class Block(nn.Module):
    """ParT's block: norms before and after attention and inside the feed-forward network."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(wide) for wide in (width, width, width, 4 * width))
        self.attention = Attention(width, heads)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, y: Tensor, bias: Tensor | None = None) -> Tensor:
        x = x + self.norms[1](self.attention(self.norms[0](x), self.norms[0](y), bias))
        return x + self.down(self.norms[3](functional.gelu(self.up(self.norms[2](x)))))


class ParticleTransformer(nn.Module):
    """Jets of particles: probabilities of ten classes [n_jets, 10]."""

    def __init__(self, width: int = 128, heads: int = 8, blocks: int = 4):
        super().__init__()
        self.embed = nn.Sequential(nn.LayerNorm(7), nn.Linear(7, width), nn.GELU(), nn.LayerNorm(width),
                                   nn.Linear(width, width))  # fmt: skip
        self.pair = nn.Sequential(nn.Linear(4, 64), nn.GELU(), nn.Linear(64, heads))
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(blocks))
        self.class_blocks = nn.ModuleList(Block(width, heads) for _ in range(2))
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, 10)

    def pairs(self, p: Tensor) -> Tensor:
        """ln of distance, relative transverse momentum, momentum share and squared mass, [n_jets, n, n, 4]."""
        a, b = p[:, :, None, :], p[:, None, :, :]
        # not less than 1e-4: PyTorch's exporter leaves out 1e-8, which it takes for zero; ln 0 is no number
        distance = ((a[..., 1] - b[..., 1]) ** 2 + (a[..., 2] - b[..., 2]) ** 2 + 1e-4).sqrt().log()
        lowest = torch.minimum(a[..., 0], b[..., 0])
        share = lowest - torch.log(a[..., 0].exp() + b[..., 0].exp())
        mass = a[..., 0] + b[..., 0] + 2 * distance
        return torch.stack([distance, lowest + distance, share, mass], -1)

    def forward(self, features: Tensor, momenta: Tensor) -> Tensor:
        bias = self.pair(self.pairs(momenta)).movedim(-1, 1)
        x = self.embed(features)
        for block in self.blocks:
            x = block(x, x, bias)
        token = self.token.expand(x.shape[0], 1, x.shape[2])
        for block in self.class_blocks:
            token = block(token, torch.cat([token, x], 1))
        return self.out(self.norm(token[:, 0])).softmax(-1)


def write(folder: Path) -> None:
    """Both networks, with names for their inputs and outputs."""
    torch.manual_seed(3)
    n, jets, particles = (torch.export.Dim(name, min=1, max=4096) for name in ("n_tracks", "n_jets", "n_particles"))
    torch.onnx.export(Gn3().eval(), (torch.randn(1, JET), torch.randn(9, TRACK)), folder / "h_gn3.onnx", dynamo=True,
                      external_data=False, input_names=["jet", "tracks"], output_names=["flavour", "origin"],
                      dynamic_shapes=({}, {0: n}))  # fmt: skip
    particles_of_three_jets = torch.randn(3, 9, 7), torch.randn(3, 9, 4)
    torch.onnx.export(ParticleTransformer().eval(), particles_of_three_jets, folder / "i_part.onnx", dynamo=True,
                      external_data=False, input_names=["features", "momenta"], output_names=["classes"],
                      dynamic_shapes=({0: jets, 1: particles}, {0: jets, 1: particles}))  # fmt: skip


if __name__ == "__main__":
    write(Path(sys.argv[1]))
