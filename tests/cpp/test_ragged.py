"""How the engine runs through entries of many lengths: which steps run over all of them at once.

That the bits do not depend on it is tests/engine's business.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from building import run

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
from networks import NETWORKS

STAGES = {
    "deep_sets": "together rows:5 inner:1 entries:2",  # the sum alone sees more than one track
    "recurrent": "together inner:8 entries:4",
    "two_sequences": "together rows:2 rows:1 rows:2 inner:3 entries:4",
    "one_jet_at_a_time": "one by one rows:3 inner:1 entries:5 inner:1",
    "one_event_at_a_time": "one by one rows:2 inner:4 rows:6 inner:1 rows:5 inner:1 rows:1 inner:1 entries:2",
    "attention_heads": "together rows:5 inner:1 rows:1",
    "nearest_neighbours": "in order",  # pairs of particles reach from one stage into another
}


@pytest.mark.parametrize("name", STAGES)
def test_which_steps_run_at_once(name: str, programs: Path, tmp_path: Path) -> None:
    NETWORKS[name]().model.save(tmp_path / name)
    assert run(programs / "ragged", tmp_path / name).strip() == STAGES[name]
