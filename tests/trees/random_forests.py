"""Made-up forests with every rule of the format, and what evaluating them gives."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from lading.evaluation import evaluator
from lading.model import Model
from lading.trees import Forest, Tree, edge_rows, grow, model_of
from lading.trees.forest import Linear

FEATURES = 7

#: What is grown: trees, their depth (uneven ones stop earlier), and rules.
KINDS: dict[str, dict[str, Any]] = {
    "shallow": {"depth": 3},
    "stumps": {"depth": 1, "trees": 5},
    "level mode": {"depth": 6, "trees": 70},
    "deep level mode": {"depth": 8, "trees": 70, "stop": 0.02},
    "uneven": {"depth": 18, "trees": 40, "stop": 0.3, "most": 40},
    "too large for codes": {"depth": 14, "trees": 9, "stop": 0.05, "most": 700},
    "one leaf": {"depth": 0, "trees": 3},
    "no trees": {"depth": 3, "trees": 0},
    "same question in a level": {"depth": 6, "trees": 40, "stop": 0, "levels": True, "sum_type": "float64"},
    "same question in eight levels": {"depth": 8, "trees": 20, "stop": 0, "levels": True, "width": 3},
    "left or equal": {"depth": 5, "left_if": "x <= t"},
    "left if greater": {"depth": 5, "left_if": "x > t"},
    "left if greater or equal": {"depth": 5, "left_if": "x >= t"},
    "double": {"depth": 5, "type": "float64", "sum_type": "float64", "left_if": "x <= t"},
    "double thresholds": {"depth": 5, "thresholds": "float64", "sum_type": "float64", "left_if": "x <= t"},
    "double, level mode": {"depth": 6, "trees": 70, "type": "float64", "sum_type": "float64"},
    "zeros are missing": {"depth": 5, "type": "float64", "sum_type": "float64", "left_if": "x <= t",
                          "missing": (0, 1, 2, 4, 5)},
    "nothing is missing": {"depth": 5, "missing": (2, 3)},
    "three outputs": {"depth": 4, "trees": 60, "outputs": 3, "base": True},
    "leaves of two values": {"depth": 4, "trees": 20, "width": 2, "combine": "mean", "sum_type": "float64"},
    "mean of rounds": {"depth": 4, "trees": 30, "outputs": 3, "combine": "mean_of_rounds", "sum_type": "float64"},
    "mean": {"depth": 4, "trees": 31, "outputs": 3, "combine": "mean"},
    "weights": {"depth": 4, "weights": True, "combine": "weighted_mean", "scale": 0.3},
    "backward": {"depth": 5, "sum_order": "backward", "base": True, "base_at": "end"},
    "leaves of five values": {"depth": 6, "trees": 40, "width": 5, "sum_type": "float64", "left_if": "x <= t"},
    "uneven leaves of two values": {"depth": 12, "trees": 40, "stop": 0.3, "most": 60, "width": 2},
    "categories": {"depth": 5, "sets": 0.3, "missing": (0, 1, 8, 9)},
    "few sets": {"depth": 5, "sets": 0.3, "different": 2, "missing": (0, 1, 2, 4, 5, 8, 9, 12)},
    "many sets": {"depth": 6, "trees": 90, "sets": 0.9, "type": "float64", "sum_type": "float64",
                  "missing": (0, 1, 2, 4, 5, 8, 9, 12)},
    "too many categories": {"depth": 5, "sets": 0.5, "largest": 900},
    "many thresholds": {"depth": 7, "trees": 90, "pool": 900},
    "infinite thresholds": {"depth": 4, "pool": 5, "infinite": True, "left_if": "x <= t"},
    "linear leaves": {"depth": 4, "linear": 0.7},
    "linear leaves, double": {"depth": 5, "linear": 0.7, "type": "float64", "sum_type": "float64", "left_if": "x <= t"},
    "linear leaves, weights": {"depth": 3, "linear": 0.5, "weights": True, "outputs": 3, "base": True,
                               "sum_type": "float64", "sum_order": "backward"},
    "linear leaves alone": {"depth": 0, "linear": 1.0, "weights": True},
}  # fmt: skip


class Grower:
    def __init__(self, kind: str, seed: int):
        self.how, self.random = KINDS[kind], np.random.default_rng([seed, len(kind), *kind.encode()])
        self.threshold_type = np.dtype(self.how.get("thresholds", self.how.get("type", "float32")))
        pool = self.random.normal(size=(FEATURES, self.how.get("pool", 25)))
        pool[:, :2] = 0, 1e-36
        if self.how.get("infinite"):
            pool[:, 2:4] = np.inf, -np.inf
        self.pool = pool.astype(self.threshold_type)

    def forest(self) -> Forest:
        how = self.how
        trees = [self.tree(number) for number in range(how.get("trees", 30))]
        outputs = how.get("outputs", how.get("width", 1))
        known = ("left_if", "sum_type", "combine", "scale", "sum_order", "base_at")
        rules = {name: how[name] for name in known if name in how}
        kind = np.dtype(how.get("sum_type", "float32"))
        if how.get("base"):
            rules["base"] = self.random.normal(size=outputs).astype(kind)
        if not trees:
            rules["base"] = np.zeros(1, kind)
        return grow(trees, FEATURES, "made up", input_type=how.get("type", "float32"), **rules)

    def tree(self, number: int) -> Tree:
        self.nodes: list[list[Any]] = []
        self.sets: dict[int, list[int]] = {}
        self.levels = [self.question() for _ in range(self.how["depth"] if self.how.get("levels") else 0)]
        self.leaves = 0
        self.node(self.how["depth"])
        how, columns = self.how, [np.array(column) for column in zip(*self.nodes, strict=True)]
        left, right, feature, threshold, missing = columns
        width = self.how.get("width")
        value = self.random.normal(size=(len(left), width) if width else len(left))
        return Tree(
            left, right, feature, threshold.astype(self.threshold_type),
            value.astype(self.how.get("sum_type", "float32")), missing.astype(np.uint8),
            output=number % self.how.get("outputs", 1),
            weight=float(self.random.uniform(0.5, 2)) if self.how.get("weights") else 1.0, categories=self.sets,
            linear={int(leaf): self.linear() for leaf in np.flatnonzero(left < 0)
                    if "linear" in how and self.random.random() < how["linear"]},
        )  # fmt: skip

    def linear(self) -> Linear:
        """A leaf of up to three terms, the same feature twice among them."""
        terms = int(self.random.integers(4))
        constant, *coefficients = self.random.normal(size=1 + terms).tolist()
        return Linear(constant, self.random.integers(FEATURES, size=terms).tolist(), coefficients)

    def question(self) -> tuple[int, int, float]:
        """A feature, where missing values go, and a threshold."""
        feature = int(self.random.integers(FEATURES))
        missing = int(self.random.choice(self.how.get("missing", (0, 1))))
        return feature, missing, self.random.choice(self.pool[feature])

    def set_of(self, feature: int) -> list[int]:
        """Nine categories, or fewer, or none; one of a few sets of this feature where these are to be few."""
        if self.random.random() < 0.1:
            return []
        which = [feature, int(self.random.integers(self.how.get("different", 1 << 30)))]
        chosen = np.random.default_rng(which).integers(0, self.how.get("largest", 70), 9)
        return sorted(set(chosen.tolist()))

    def node(self, depth: int) -> int:
        here = len(self.nodes)
        self.nodes.append([-1, -1, 0, 0.0, 0])
        stops = self.random.random() < self.how.get("stop", 0.1) and here > 0
        if depth == 0 or stops or self.leaves >= self.how.get("most", 10_000):
            self.leaves += 1
            return here
        if self.how.get("levels"):
            feature, missing, threshold = self.levels[depth - 1]
        else:
            feature, missing, threshold = self.question()
        if self.random.random() < self.how.get("sets", 0):
            self.sets[here] = self.set_of(feature)
        self.nodes[here] = [self.node(depth - 1), self.node(depth - 1), feature, threshold, missing]
        return here


def forest(kind: str, seed: int = 1) -> Forest:
    """A forest of a kind; the same for the same seed."""
    return Grower(kind, seed).forest()


def model(kind: str, seed: int = 1) -> Model:
    """The model that is this forest alone."""
    return model_of(forest(kind, seed), kind, {}, kind)


def rows(kind: str, number: int) -> np.ndarray:
    """Rows on which mistakes show."""
    return edge_rows([forest(kind)], number)


def expected(kind: str, x: np.ndarray) -> dict[str, np.ndarray]:
    """What the evaluator gives."""
    return evaluator(model(kind))({"features": x})


def every_margin(sizes: tuple[int, ...] = (600, 1, 37)) -> bytes:
    """A digest of the margins and scores of all kinds, for rows given together, one by one, and in between."""
    digest = hashlib.sha256()
    for kind in KINDS:
        session, x = model(kind).session(), rows(kind, 600)
        for size in sizes:
            results = [session.run({"features": x[at : at + size]}) for at in range(0, 600 if size > 1 else 60, size)]
            for name in ("margin", "score"):
                digest.update(np.ascontiguousarray(np.concatenate([each[name] for each in results])).tobytes())
    return digest.digest()
