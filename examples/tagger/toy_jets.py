"""Toy jets with the physics that flavour tagging lives on.

The particle that names a jet of flavour b, c or tau flies L = beta gamma c tau before it decays, and its tracks leave
it at an angle of about 1 / gamma: so they miss the primary vertex by about c tau, whatever the boost. Whether that is
seen depends on the resolution, which multiple scattering makes worse at low momentum. Around these tracks come those of
the fragmentation, strange hadrons that fly for centimetres, and pile-up.

Momenta and masses are in MeV, lengths in mm, and types are those that ATLAS writes for tagging. NumPy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Truth label of each flavour (the PDG number of what names it; 0 for u, d, s and gluons), and its share of all jets.
FLAVOURS = {"b": (5, 0.25), "c": (4, 0.25), "u": (0, 0.35), "tau": (15, 0.15)}
#: Where a track comes from, in the order of ``tracks["truth_origin"]``.
ORIGINS = ("fragmentation", "decay", "other")

#: Number and seed of the jets to train on, and of those that no training saw: among them are some without tracks and
#: one with all that there is room for.
TRAINING, UNSEEN = (24000, 1), (500, 7)
MAX_TRACKS = 40
NO_VERTEX = -999.0  # the secondary vertex's mass of a jet that has none

JETS = np.dtype([("event_number", "i8"), ("pt", "f4"), ("eta", "f4"), ("mass", "f4"), ("sv_mass", "f4"),
                 ("truth_label", "i4")])  # fmt: skip
TRACKS = np.dtype([("d0", "f2"), ("z0_sin_theta", "f2"), ("d0_significance", "f2"), ("z0_significance", "f2"),
                   ("pt_fraction", "f2"), ("dr", "f2"), ("pixel_hits", "u1"), ("innermost_hits", "u1"),
                   ("truth_origin", "i1"), ("valid", "?")])  # fmt: skip

#: The innermost pixel layer: who decays behind it leaves no hit there.
INNERMOST_RADIUS = 33.0


@dataclass
class Particle:
    """What decays away from the primary vertex: ``share`` of the jets of ``flavour`` hold one."""

    flavour: str
    share: float
    mass: float  # MeV
    c_tau: float  # mm
    momentum: tuple[float, float]  # its part of the jet's momentum: parameters of a beta distribution
    prongs: float  # mean number of charged particles; taus have 1 or 3


PARTICLES = (
    Particle("b", 1.00, 5279, 0.45, (7, 3), 4.8),
    Particle("c", 0.60, 1865, 0.123, (5, 4), 2.3),  # D0
    Particle("c", 0.25, 1870, 0.312, (5, 4), 2.4),  # D+
    Particle("c", 0.15, 1968, 0.151, (5, 4), 2.5),  # D_s
    Particle("tau", 1.00, 1777, 0.087, (20, 2), 1.0),
)


@dataclass
class Tracks:
    """Tracks of all jets in a row, as they are: before they are measured."""

    jet: np.ndarray  # the jet that each belongs to
    pt: np.ndarray
    d_eta: np.ndarray  # from the jet axis
    d_phi: np.ndarray
    d0: np.ndarray
    z0: np.ndarray  # times sin(theta)
    radius: np.ndarray  # where it begins
    origin: np.ndarray


def toy_jets(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """``count`` jets (count,) and their tracks (count, MAX_TRACKS): structured arrays, the tracks padded.

    Tracks stand in the order of falling |d0 / sigma(d0)|; the field ``valid`` tells the real ones.
    """
    random = np.random.RandomState(seed)  # its stream is frozen: every NumPy makes the same jets
    jets, particle, momentum = _make_jets(random, count)
    parts = [_fragmentation(random, jets, momentum), _strange(random, jets), _pile_up(random, jets)]
    parts += [_decays(random, jets, np.flatnonzero(particle == i), momentum, p) for i, p in enumerate(PARTICLES)]
    tracks = Tracks(*(np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])))
    measured, jet = _measure(random, jets, tracks)
    jets["sv_mass"] = _vertex_masses(random, jets, particle, measured, jet)
    return jets, _pad(measured, jet, count)


def _make_jets(random: np.random.RandomState, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Jets; the particle (its place in PARTICLES, or -1) that each holds, and that one's part of the momentum."""
    labels, shares = zip(*FLAVOURS.values(), strict=True)
    jets = np.zeros(count, JETS)
    jets["event_number"] = 1_000_000 + np.cumsum(random.poisson(40, count) + 1)
    jets["truth_label"] = random.choice(labels, count, p=shares)
    jets["pt"] = 20e3 * np.minimum(random.uniform(size=count) ** (-1 / 1.8), 50)  # falls like pt**-2.8
    jets["eta"] = np.clip(random.normal(0, 1.3, count), -2.5, 2.5)
    width = np.where(jets["truth_label"] == 15, 0.04, 0.11)
    jets["mass"] = jets["pt"] * width * random.lognormal(0, 0.35, count)
    particle, momentum = np.full(count, -1), np.zeros(count)
    for name, (label, _) in FLAVOURS.items():
        kinds = [i for i, p in enumerate(PARTICLES) if p.flavour == name]
        mine = np.flatnonzero(jets["truth_label"] == label)
        if kinds:
            particle[mine] = random.choice(kinds, len(mine), p=[PARTICLES[i].share for i in kinds])
    for i, p in enumerate(PARTICLES):
        mine = np.flatnonzero(particle == i)
        momentum[mine] = random.beta(*p.momentum, len(mine))
    return jets, particle, momentum


def _decays(random: np.random.RandomState, jets: np.ndarray, those: np.ndarray, momentum: np.ndarray, p: Particle
            ) -> Tracks:
    """Tracks of the particle ``p`` in ``those`` jets."""
    pt = jets["pt"][those] * momentum[those]
    if p.flavour == "tau":
        prongs = np.where(random.uniform(size=len(those)) < 0.77, 1, 3)
    else:
        prongs = random.poisson(p.prongs, len(those))
    flight = random.exponential(p.c_tau, len(those)) * pt / p.mass  # in the transverse plane
    owner = np.repeat(np.arange(len(those)), prongs)
    radius = flight[owner]
    if p.flavour == "b":  # about half of the tracks come from the charmed hadron that it decays into
        cascade = random.exponential(0.2, len(those)) * 0.4 * pt / 1865
        radius = radius + np.where(random.uniform(size=len(owner)) < 0.5, cascade[owner], 0)
    kick = random.rayleigh(200 + 0.08 * p.mass, len(owner))  # momentum across the flight
    return _tracks(random, those[owner], _share_out(random, owner, pt), kick, radius, "decay")


def _fragmentation(random: np.random.RandomState, jets: np.ndarray, momentum: np.ndarray) -> Tracks:
    """Tracks of the primary vertex; the more, the harder the jet."""
    mean = 8 * np.log(jets["pt"] / 1e3) - 17
    mean = mean * random.gamma(4, 1 / 4, len(jets)) * np.where(jets["truth_label"] == 15, 0.1, 1)
    owner = np.repeat(np.arange(len(jets)), random.poisson(mean))
    pt = _share_out(random, owner, jets["pt"] * (1 - momentum))
    kick = random.rayleigh(350, len(owner)) + pt * random.exponential(0.03, len(owner))
    return _tracks(random, owner, pt, kick, np.zeros(len(owner)), "fragmentation")


def _strange(random: np.random.RandomState, jets: np.ndarray) -> Tracks:
    """Decays of K_S into two tracks."""
    owner = np.repeat(np.flatnonzero((random.uniform(size=len(jets)) < 0.15) & (jets["truth_label"] != 15)), 2)
    pt = jets["pt"][owner] * np.repeat(random.beta(1, 9, len(owner) // 2), 2)
    radius = np.repeat(random.exponential(26.8, len(owner) // 2), 2) * pt / 498
    return _tracks(random, owner, _share_out(random, owner, jets["pt"] * 0.1), random.rayleigh(150, len(owner)),
                   radius, "other")


def _pile_up(random: np.random.RandomState, jets: np.ndarray) -> Tracks:
    """Tracks of other collisions, spread along the beam."""
    owner = np.repeat(np.arange(len(jets)), random.poisson(0.8, len(jets)))
    tracks = _tracks(random, owner, 500 + random.exponential(700, len(owner)), np.zeros(len(owner)),
                     np.zeros(len(owner)), "other")
    tracks.d_eta, tracks.d_phi = random.uniform(-0.4, 0.4, (2, len(owner)))
    tracks.z0 = random.uniform(-5, 5, len(owner))
    return tracks


def _share_out(random: np.random.RandomState, owner: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Momenta of tracks that share some two thirds of ``total``; neutral particles have the rest."""
    parts = random.exponential(size=len(owner))
    sums = np.bincount(owner, parts, len(total)) + random.exponential(0.3, len(total))
    return total[owner] * 0.8 * parts / sums[owner]


def _tracks(random: np.random.RandomState, jet: np.ndarray, pt: np.ndarray, kick: np.ndarray, radius: np.ndarray,
            origin: str) -> Tracks:
    """Tracks that leave a point on the jet axis; d0 is positive if they cross the axis in front of the vertex."""
    angle, around = np.minimum(kick / pt, 1), random.uniform(0, 2 * np.pi, len(jet))
    d_eta, d_phi = angle * np.sin(around), angle * np.cos(around)
    sign = np.where(random.uniform(size=len(jet)) < 0.06, -1, 1)  # the jet axis is not quite the flight
    return Tracks(jet, pt, d_eta, d_phi, sign * radius * np.abs(np.sin(d_phi)), radius * d_eta, radius,
                  np.full(len(jet), ORIGINS.index(origin)))


def _measure(random: np.random.RandomState, jets: np.ndarray, tracks: Tracks) -> tuple[np.ndarray, np.ndarray]:
    """Tracks as the detector sees them, with the jet of each, in their final order."""
    count, jet, pt = len(tracks.pt), tracks.jet, tracks.pt
    scattering = np.sqrt(np.cosh(jets["eta"][jet])) / (pt / 1e3)
    tail = np.where(random.uniform(size=(2, count)) < 0.03, 4, 1)
    measured = np.zeros(count, TRACKS)
    for place, (name, true, hard, soft) in enumerate((("d0", tracks.d0, 0.010, 0.07), ("z0", tracks.z0, 0.030, 0.11))):
        sigma = np.hypot(hard, soft * scattering)
        value = true + random.normal(size=count) * sigma * tail[place]
        measured["d0" if name == "d0" else "z0_sin_theta"] = np.clip(value, -1e4, 1e4)
        measured[f"{name}_significance"] = np.clip(value / sigma, -1e4, 1e4)
    measured["pt_fraction"] = pt / jets["pt"][jet]
    measured["dr"] = np.hypot(tracks.d_eta, tracks.d_phi)
    inside = tracks.radius < INNERMOST_RADIUS
    measured["innermost_hits"] = inside * random.binomial(1, 0.95, count)
    measured["pixel_hits"] = measured["innermost_hits"] + random.binomial(4, 0.85, count)
    measured["truth_origin"], measured["valid"] = tracks.origin, True
    seen = (pt > 500) & (measured["dr"] < 0.4) & (random.uniform(size=count) < 0.9) & (tracks.radius < 150)
    seen &= (np.abs(measured["d0"]) < 3.5) & (np.abs(measured["z0_sin_theta"]) < 5)
    order = np.lexsort((-np.abs(measured["d0_significance"]), jet))
    order = order[seen[order]]
    return measured[order], jet[order]


def _vertex_masses(random: np.random.RandomState, jets: np.ndarray, particle: np.ndarray, measured: np.ndarray,
                   jet: np.ndarray) -> np.ndarray:
    """Mass of the charged particles of a secondary vertex, where one is found."""
    displaced = (measured["d0_significance"] > 2) & (measured["truth_origin"] == ORIGINS.index("decay"))
    tracks = np.bincount(jet[displaced], minlength=len(jets))
    masses = np.array([*(p.mass for p in PARTICLES), 0.0])[particle]
    masses = masses * random.uniform(0.45, 0.95, len(jets)) * np.sqrt(1 - 1 / np.maximum(tracks, 2))
    false = random.uniform(300, 1800, len(jets))  # two tracks that only seem to meet
    luck = random.uniform(size=len(jets))
    return np.where((tracks >= 2) & (luck < 0.85), masses, np.where(luck < 0.03, false, NO_VERTEX))


def _pad(measured: np.ndarray, jet: np.ndarray, count: int) -> np.ndarray:
    """The first MAX_TRACKS tracks of each jet in a row of their own."""
    lengths = np.bincount(jet, minlength=count)
    place = np.arange(len(jet)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    padded = np.zeros((count, MAX_TRACKS), TRACKS)
    kept = place < MAX_TRACKS
    padded[jet[kept], place[kept]] = measured[kept]
    return padded
