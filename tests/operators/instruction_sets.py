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


def bits_on(isa: str, module: str, expression: str, folder: Path = HERE) -> bytes:
    """What ``expression`` of ``module``, a file of ``folder``, gives there. Skips, as not proven, what is not there."""
    code = (f"import sys; from lading import engine\nsys.stdout.buffer.write(engine.isa().encode() + b' ')\n"
            f"if engine.isa() == {isa!r}: import {module}; sys.stdout.buffer.write({module}.{expression})")  # fmt: skip
    environment = {**os.environ, "LADING_ISA": isa, "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=folder, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    used, _, bits = done.stdout.partition(b" ")
    if used.decode() != isa:  # what is not there is not taken, and nothing would be loaded
        assert isa != "baseline"
        pytest.skip(f"NOT PROVEN on {isa}: this CPU has not got it")
    return bits
