"""Writes golden.json: the bits of this version of `numerics`, which later versions of the library must keep.

    python tests/engine/golden.py

It refuses to change bits that stand there under the same `numerics`. Bits that have to change get a new number, in
cpp/src/version.hpp; new networks are added.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).with_name("golden.json")


def golden() -> dict[str, Any]:
    return json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {"numerics": 0, "networks": {}}


def changed(before: dict[str, Any], bits: dict[str, Any]) -> list[str]:
    """The networks whose bits are not those that stand in ``before``."""
    return [name for name, there in before["networks"].items() if name in bits and bits[name] != there]


def main() -> None:
    command = [sys.executable, str(Path(__file__).with_name("paths.py"))]
    made = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    bits = {name: report["bits"] for name, report in made["networks"].items()}
    before = golden()
    if before["numerics"] == made["numerics"] and (names := changed(before, bits)):
        sys.exit(f"the bits of {', '.join(names)} have changed, numerics is still {made['numerics']}: raise it "
                 "(LADING_NUMERICS in cpp/src/version.hpp) if that is meant")  # fmt: skip
    text = json.dumps({"numerics": made["numerics"], "networks": bits}, indent=1)
    GOLDEN.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
