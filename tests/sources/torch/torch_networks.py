"""Networks of the kinds that particle physics trains, small and with random weights, for the live tests of PyTorch."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn


class Dense(nn.Module):
    """Jets with dense layers, normalised."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.GELU(), nn.Dropout(0.3), nn.Linear(16, 8),
                                    nn.SiLU(), nn.Linear(8, 3))
        shaken(self)

    def forward(self, jets):
        return self.layers(jets).softmax(-1)


class DeepSets(nn.Module):
    """Tracks with a mask, summed or averaged."""

    def __init__(self, mean: bool = False):
        super().__init__()
        self.phi = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 8))
        self.rho = nn.Sequential(nn.Linear(8 + 2, 8), nn.ReLU(), nn.Linear(8, 3))
        self.mean = mean

    def forward(self, jets, tracks, mask):
        there = mask.unsqueeze(-1)
        pooled = (self.phi(tracks) * there).sum(1)
        if self.mean:
            pooled = pooled / there.sum(1).clamp(min=1)
        return self.rho(torch.cat([jets, pooled], -1)).softmax(-1)


class GN2(nn.Module):
    """Jets and tracks through a transformer, pooled by attention; a dictionary in and out, as salt has it."""

    def __init__(self, width: int = 16):
        super().__init__()
        self.init = nn.Sequential(nn.Linear(2 + 5, width), nn.ReLU(), nn.LayerNorm(width))
        layer = nn.TransformerEncoderLayer(width, 4, 32, batch_first=True, norm_first=True, dropout=0.1)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.gate = nn.Linear(width, 1)
        self.head = nn.Sequential(nn.Linear(width, 16), nn.GELU(), nn.Linear(16, 3))
        self.origin = nn.Linear(width, 4)

    def forward(self, inputs, masks=None):
        jets, tracks = inputs["jets"], inputs["tracks"]
        x = torch.cat([jets.unsqueeze(1).expand(-1, tracks.shape[1], -1), tracks], -1)
        mask = None if masks is None else masks["tracks"]
        x = self.encoder(self.init(x), src_key_padding_mask=mask)
        weight = self.gate(x)
        if mask is not None:
            weight = weight.masked_fill(mask.unsqueeze(-1), -1e9)
        pooled = (x * weight.softmax(1)).sum(1)
        return {"flavour": self.head(pooled).softmax(-1), "origin": self.origin(x)}


class ParticleTransformer(nn.Module):
    """Pairs of particles as a bias of the attention, and a class token that reads the particles."""

    def __init__(self, width: int = 16, heads: int = 2):
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(4, width), nn.GELU())
        self.pair = nn.Sequential(nn.Conv2d(2, 8, 1), nn.BatchNorm2d(8), nn.GELU(), nn.Conv2d(8, heads, 1))
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norm = nn.LayerNorm(width)
        self.token = nn.Parameter(torch.randn(1, 1, width) * 0.1)
        self.reader = nn.MultiheadAttention(width, heads, batch_first=True)
        self.head = nn.Linear(width, 3)
        self.heads = heads
        shaken(self)

    def forward(self, particles, mask):
        a, b = particles.unsqueeze(1), particles.unsqueeze(2)
        distance = ((a[..., 1:3] - b[..., 1:3]) ** 2).sum(-1)
        pairs = torch.stack([(distance + 1e-6).log(), torch.minimum(a[..., 0], b[..., 0])], 1)
        bias = self.pair(pairs).masked_fill(mask[:, None, None, :], -1e9).flatten(0, 1)
        x = self.embed(particles)
        x = self.norm(x + self.attention(x, x, x, attn_mask=bias, need_weights=False)[0])
        token = self.token.expand(x.shape[0], -1, -1)
        read = self.reader(token, x, x, key_padding_mask=mask, need_weights=False)[0]
        return self.head(read[:, 0])


class ParticleNet(nn.Module):
    """Edge convolutions over the nearest neighbours; points and features with the particles last, as weaver has it."""

    def __init__(self, k: int = 4):
        super().__init__()
        self.k = k
        self.norm = nn.BatchNorm1d(5)
        self.edge = nn.Sequential(nn.Conv2d(10, 16, 1), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 16, 1), nn.ReLU())
        self.shortcut = nn.Conv1d(5, 16, 1)
        self.head = nn.Linear(16, 2)
        shaken(self)

    def forward(self, points, features):
        x = self.norm(features)
        inner = 2 * torch.matmul(points.transpose(2, 1), points)
        square = (points**2).sum(1, keepdim=True)
        nearest = (inner - square - square.transpose(2, 1)).topk(self.k + 1, dim=-1)[1][:, :, 1:]
        count, channels, n = x.shape
        index = (nearest + torch.arange(count, device=x.device).view(-1, 1, 1) * n).view(-1)
        near = x.transpose(0, 1).reshape(channels, -1)[:, index].view(channels, count, n, self.k).transpose(0, 1)
        here = x.unsqueeze(-1).expand(-1, -1, -1, self.k)
        x = torch.relu(self.shortcut(x) + self.edge(torch.cat([here, near - here], 1)).mean(-1))
        return self.head(x.mean(-1)).softmax(-1)


class Recurrent(nn.Module):
    """The last step of a recurrent layer."""

    def __init__(self, kind: str, batch_first: bool = True, **settings):
        super().__init__()
        self.layer = getattr(nn, kind)(4, 8, batch_first=batch_first, **settings)
        self.head = nn.Linear(16 if settings.get("bidirectional") else 8, 3)
        self.first = batch_first

    def forward(self, tracks):
        x, _ = self.layer(tracks)
        return self.head(x[:, -1] if self.first else x[-1])


class Found(NamedTuple):
    """What a tagger gives."""

    flavour: torch.Tensor
    tracks: torch.Tensor


class Fields(nn.Module):
    """A tuple with names, one of them that of an input; an argument that is no tensor, and one left out."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, tracks, scale: float = 1.0, weights=None):
        x = self.layer(tracks) * scale
        return Found((x if weights is None else x * weights.unsqueeze(-1)).mean(1), x)


class Embedded(nn.Module):
    """Categories through an embedding, with numbers beside them; a weight that is normalised."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 3)
        self.layer = torch.nn.utils.parametrizations.weight_norm(nn.Linear(3 + 4, 8))
        self.head = nn.Linear(8, 2)

    def forward(self, charge, tracks):
        x = torch.cat([self.embedding(charge), tracks], -1)
        return self.head(torch.relu(self.layer(x)).amax(1))


class Images(nn.Module):
    """Calorimeter images."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                                  nn.Conv2d(4, 8, 3), nn.ELU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Linear(8, 2)

    def forward(self, image):
        return self.head(self.body(image))


class Chain(nn.Module):
    """Convolutions along the tracks."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv1d(4, 8, 3, padding=1), nn.BatchNorm1d(8), nn.LeakyReLU(), nn.Conv1d(8, 8, 1))
        self.head = nn.Linear(8, 2)
        shaken(self)

    def forward(self, tracks):
        return self.head(self.body(tracks.transpose(1, 2)).amax(-1))


class Attention(nn.Module):
    """Scaled dot products written by hand, with heads by einops."""

    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(4, 3 * 8)
        self.head = nn.Linear(8, 2)

    def forward(self, tracks, mask):
        from einops import rearrange, reduce

        q, k, v = (rearrange(x, "b n (h d) -> b h n d", h=2) for x in self.qkv(tracks).chunk(3, -1))
        x = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        return self.head(reduce(rearrange(x, "b h n d -> b n (h d)"), "b n c -> b c", "mean"))


class OneJet(nn.Module):
    """One jet per call, as the older taggers of ATLAS: tracks without an axis of entries."""

    def __init__(self):
        super().__init__()
        self.phi = nn.Sequential(nn.Linear(5, 8), nn.ReLU())
        self.rho = nn.Linear(8 + 2, 3)

    def forward(self, jet, tracks):
        return self.rho(torch.cat([jet, self.phi(tracks).sum(0, keepdim=True)], -1)).softmax(-1)


class Pooled(nn.Module):
    """Hits added up by the cluster that each belongs to."""

    def __init__(self):
        super().__init__()
        self.phi = nn.Linear(3, 6)
        self.rho = nn.Linear(6, 2)

    def forward(self, hits, cluster):
        x = self.phi(hits).relu()
        return self.rho(x.new_zeros(8, 6).index_add(0, cluster, x))


def shaken(module: nn.Module) -> None:
    """Running means and variances as after a training."""
    for name, buffer in module.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(0, 0.3)
        if name.endswith("running_var"):
            buffer.uniform_(0.5, 2)


class Set(nn.Module):
    """The tracks of one event, which look at each other: no axis of entries, though all begins with an open length."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(5, 8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, tracks):
        x = self.embed(tracks).relu().unsqueeze(0)
        return self.head((x + self.attention(x, x, x)[0])[0])


class TwoSequences(nn.Module):
    """Sequences that need not be equally long."""

    def __init__(self):
        super().__init__()
        self.tracks, self.towers = nn.Linear(4, 6), nn.Linear(3, 6)

    def forward(self, tracks, towers):
        return self.tracks(tracks).relu().sum(1) + self.towers(towers).relu().sum(1)


class Repeated(nn.Module):
    """One result under two names, and an input as it came."""

    def forward(self, jets):
        total = jets.sum(1, keepdim=True)
        return {"a": total, "b": total, "in": jets}


class Narrow(nn.Module):
    """A squeeze that does nothing, and constants beside the parameters."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.randn(4))
        self.layer = nn.Linear(4, 2)

    def forward(self, jets):
        return torch.sigmoid(self.layer(jets - self.mean)).squeeze(-1)


class RecurrentThenAttention(nn.Module):
    """Tracks that a recurrent layer has read look at each other."""

    def __init__(self, kind):
        super().__init__()
        self.layer = getattr(nn, kind)(4, 8, batch_first=True)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, tracks):
        h = self.layer(tracks)[0]
        return self.attention(h, h, h)[0].mean(1)


class Pairs(nn.Module):
    """Whether two tracks come from one vertex."""

    def __init__(self):
        super().__init__()
        self.layer, self.head = nn.Linear(4, 8), nn.Linear(8, 2)

    def forward(self, tracks):
        x = self.layer(tracks)
        return self.head(torch.tanh(x[:, :, None] - x[:, None]))


class NamedAlike(nn.Module):
    """Inputs, outputs and a parameter that are called as operators are, and as each other."""

    def __init__(self):
        super().__init__()
        self.weight, self.layer = nn.Parameter(torch.randn(4)), nn.Linear(4, 4)

    def forward(self, weight, pad, relu):
        x = self.layer(nn.functional.pad(weight, (1, 0))[:, 1:] * self.weight).relu() + pad
        return {"layer.bias": x, "mul": x * relu, "add": x.sum(1) + relu.mean(1)}


class Flow(nn.Module):
    """Couplings, each of which cuts in two what the one before joined."""

    def __init__(self):
        super().__init__()
        self.nets = nn.ModuleList(nn.Linear(2, 4) for _ in range(3))

    def forward(self, jets):
        logarithm = torch.zeros(jets.shape[0])
        for net in self.nets:
            first, second = jets.chunk(2, 1)
            scale, shift = net(first).tanh().chunk(2, 1)
            logarithm = logarithm + scale.sum(1)
            jets = torch.cat([second * scale.exp() + shift, first], 1)
        return logarithm - (jets**2).sum(1) / 2


class Means(nn.Module):
    """The means, sums and extremes of the hits of each cluster, with a number that stood there and without."""

    def forward(self, hits, cluster):
        places, before = cluster[:, None].expand(-1, 3), torch.ones(8, 3)
        return tuple(before.scatter_reduce(0, places, hits, kind, include_self=both)
                     for kind in ("mean", "sum", "prod", "amax", "amin") for both in (True, False))


class Distances(nn.Module):
    """How far tracks are from hits."""

    def __init__(self, p: float = 2.0):
        super().__init__()
        self.p = p

    def forward(self, tracks, hits):
        return torch.cdist(tracks, hits, p=self.p).exp().neg().exp().sum(2)


class Leading(nn.Module):
    """The three tracks that score highest, and which they are."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 1)

    def forward(self, tracks):
        return self.layer(tracks).squeeze(-1).topk(3, dim=1)


class Projected(nn.Module):
    """LSTMs that project their state, stacked, in both directions; then one that does not."""

    def __init__(self, bias: bool = True, given: bool = False):
        super().__init__()
        self.encoder = nn.LSTM(4, 8, num_layers=2, proj_size=3, bidirectional=True, bias=bias, batch_first=True)
        self.decoder = nn.LSTM(6, 5, batch_first=True)
        self.first = nn.Parameter(torch.randn(4, 1, 3)) if given else None

    def forward(self, tracks):
        n = tracks.shape[0]
        state = None if self.first is None else (self.first.repeat(1, n, 1), tracks.new_zeros(4, n, 8))
        x, (hidden, cell) = self.encoder(tracks, state)
        return {"hidden": hidden.transpose(0, 1), "cell": cell.transpose(0, 1), "read": self.decoder(x)[0]}


# ------------------------------------------------------------------------------- what no graph can do


class DependsOnNumbers(nn.Module):
    """Another pooling for other numbers."""

    def forward(self, tracks):
        if tracks.sum() > 0:
            return tracks.mean(1)
        return tracks.amax(1)


class Packed(nn.Module):
    """Sequences packed by their lengths."""

    def __init__(self):
        super().__init__()
        self.layer = nn.GRU(4, 8, batch_first=True)

    def forward(self, tracks, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(tracks, lengths, batch_first=True, enforce_sorted=False)
        return self.layer(packed)[1][-1]


class FixedEntries(nn.Module):
    """A number of entries written into a reshape."""

    def forward(self, jets):
        return jets.reshape(3, 4) * 2


class Random(nn.Module):
    """A dropout that nobody switches off."""

    def forward(self, jets):
        return nn.functional.dropout(jets)


class NoOperator(nn.Module):
    """Eigenvalues, for which ONNX has no operator."""

    def forward(self, tracks):
        return torch.linalg.eigvalsh(tracks.mT @ tracks)


class Complex(nn.Module):
    """Complex numbers."""

    def forward(self, tracks):
        return torch.fft.fft(tracks)


class Chosen(nn.Module):
    """As many results as there are positive numbers."""

    def forward(self, tracks):
        return tracks[tracks[:, :, 0] > 0]


class Loop(nn.Module):
    """A loop over the tracks, which a tracer unrolls."""

    def forward(self, tracks):
        x = tracks[:, 0]
        for i in range(tracks.shape[1]):
            x = torch.tanh(x + tracks[:, i])
        return x
