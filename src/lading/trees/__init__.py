"""Boosted decision trees and their kin: the one form in memory that every format is read into and written from.

A source fills ``Tree`` objects, ``grow`` makes a checked ``Forest`` of them, ``model_of`` a Model; a target asks
``forests_of(model)`` and goes through ``forest.trees()``.
"""

from __future__ import annotations

from .edges import edge_rows
from .forest import Forest, Tree
from .growing import grow
from .modelling import add_forest, forest_of, forests_of, model_of, score_by

__all__ = ["Forest", "Tree", "add_forest", "edge_rows", "forest_of", "forests_of", "grow", "model_of", "score_by"]
