"""Files of networks."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def file_of(tmp_path: Path) -> Callable[..., Path]:
    """``file_of(network)``: its file."""

    def write(network: Any, name: str = "net.json") -> Path:
        path = tmp_path / name
        path.write_text(network if isinstance(network, str) else json.dumps(network))
        return path

    return write
