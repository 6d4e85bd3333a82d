"""The bits that a module of tests gives on one instruction set, in a process of its own.

>>> bits_on("avx2", "test_attention", "every_case()")
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
every_instruction_set = pytest.mark.parametrize("isa", ["baseline", "avx2", "avx512", "neon"])


def bits_on(isa: str, module: str, expression: str) -> bytes:
    """What ``expression`` of ``module`` gives there. Skips, as not proven, what this CPU has not got."""
    code = (f"import sys, {module}; from lading import engine\n"
            f"sys.stdout.buffer.write(engine.isa().encode() + b' ' + {module}.{expression})")  # fmt: skip
    environment = {**os.environ, "LADING_ISA": isa, "PYTHONPATH": str(HERE)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=HERE, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    used, _, bits = done.stdout.partition(b" ")
    if used.decode() != isa:  # an instruction set that is not there is not taken
        assert isa != "baseline"
        pytest.skip(f"NOT PROVEN on {isa}: this CPU has not got it")
    return bits
