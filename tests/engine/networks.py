"""Small networks of every kind, by name."""

from __future__ import annotations

from collections.abc import Callable

from edge_networks import edge_convolutions
from layered_networks import (
    double_precision,
    half_precision,
    images,
    jet_image,
    multilayer_perceptron,
    rows,
    small_weights,
)
from operator_networks import choice, functions, nearest_neighbours
from prepared_networks import categories, neighbours, preparation
from sequence_networks import (
    attention_heads,
    attention_of_pairs,
    deep_sets,
    one_event_at_a_time,
    one_jet_at_a_time,
    recurrent,
    recurrent_double_precision,
    self_attention,
    two_sequences,
)
from turning_networks import turns_of_jets, walk_over_tracks
from written_network import Network

NETWORKS: dict[str, Callable[[], Network]] = {
    f.__name__: f
    for f in (multilayer_perceptron, deep_sets, one_jet_at_a_time, rows, self_attention, attention_heads, categories,
              choice, nearest_neighbours, images, jet_image, recurrent, double_precision, half_precision,
              one_event_at_a_time, two_sequences, recurrent_double_precision, small_weights, edge_convolutions,
              attention_of_pairs, walk_over_tracks, turns_of_jets)
} | {
    f"preparation_{raw}_{name}": lambda raw=raw, name=name: preparation(name, raw)
    for raw in ("float32", "float64", "int64") for name in ("float32", "float64")
} | {
    f"neighbours_{raw}_{name}": lambda raw=raw, name=name: neighbours(name, raw)
    for raw, name in (("float32", "float64"), ("float64", "float32"))
} | {f"functions_{name}": lambda name=name: functions(name) for name in ("float32", "float64")}  # fmt: skip
