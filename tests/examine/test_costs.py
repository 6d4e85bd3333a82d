"""The steps of a plan and what they take: every node is in one step, times add up, and what cannot be is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from mirrors import jets_and_tracks

from lading.errors import ValueRefused
from lading.examine.costs import costs, plan, render, runnable
from lading.model import Model

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
from networks import NETWORKS


def nodes_in(model: Model) -> list[str]:
    return sorted(name for step in plan(model)["steps"] for name in step["nodes"].split(" + "))


@pytest.mark.parametrize("name", ["multilayer_perceptron", "deep_sets", "images", "one_event_at_a_time"])
def test_every_node_is_in_one_step(name: str) -> None:
    model = NETWORKS[name]().model
    assert nodes_in(model) == sorted(node.name for node in model.graphs["main"].nodes)


def test_what_is_fused_is_one_step() -> None:
    steps = plan(NETWORKS["multilayer_perceptron"]().model)["steps"]
    assert any(step["operator"].startswith("Dense") and step["nodes"].count(" + ") >= 2 for step in steps)
    assert all("." not in step["operator"] for step in steps)


def test_times_are_of_each_step_and_grow_with_the_entries() -> None:
    model = NETWORKS["multilayer_perceptron"]().model
    one, many = costs(model), costs(model, entries=512)
    assert one["entries"] == 1 and many["entries"] == 512
    assert {step["nodes"] for step in one["steps"]} <= {step["nodes"] for step in plan(model)["steps"]}
    assert sum(step["share"] for step in one["steps"]) == pytest.approx(1)
    assert sum(step["microseconds"] for step in one["steps"]) == pytest.approx(one["microseconds"])
    assert many["microseconds"] > 10 * one["microseconds"]


def test_a_graph_of_one_entry_takes_one() -> None:
    found = costs(NETWORKS["one_event_at_a_time"]().model, entries=9, length=30)
    assert found["entries"] == 1 and "track 22" in found["inputs"]  # the axis' own maximum


def test_shapes_that_wait_for_numbers_are_timed_too() -> None:
    steps = costs(NETWORKS["choice"]().model)["steps"]
    assert any(step["operator"] == "If" and step["microseconds"] > 0 for step in steps)


def test_refusals() -> None:
    with pytest.raises(ValueRefused, match="0 entries of 15 elements: give 1 entry or more"):
        costs(jets_and_tracks(), entries=0)
    with pytest.raises(ValueRefused, match="-: has no weights here to run"):
        runnable("-")


def test_the_table_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    Console(width=60, color_system=None).print(render(costs(NETWORKS["one_event_at_a_time"]().model)))
    shown = capsys.readouterr().out
    assert "\N{MICRO SIGN}s in all" in shown and max(map(len, shown.splitlines())) <= 60
    assert np.char.find(shown, "Attention") > 0
