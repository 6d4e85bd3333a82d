"""ONNX Runtime, or the reference implementation of ONNX where it is not installed, as the judge of a conversion."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ...agreement import OracleFailed

#: Seconds that one case may take.
TIMEOUT = 300

WORKER = Path(__file__).with_name("oracle_worker.py")


class OnnxOracle:
    """Runs an ONNX file in a process of its own: on some empty sequences ONNX Runtime takes the process down."""

    def __init__(self, path: str | Path, instead: bytes | None = None):
        """``instead``: bytes of a file that is run instead of that at ``path``."""
        self._path, self._kept = Path(path).resolve(), None
        if instead is not None:
            self._kept = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
            self._path = Path(self._kept.name) / self._path.name
            self._path.write_bytes(instead)
        has_runtime = importlib.util.find_spec("onnxruntime") is not None
        self._single = _Worker(self._path, "onnxruntime" if has_runtime else "reference")
        self._double = _Worker(self._path, "double")
        self.name = self._single.ask_name()
        if has_runtime and not self.name:  # a newer opset than it knows
            self._single.close()
            self._single = _Worker(self._path, "reference")
            self.name = self._single.ask_name()
        self.name = self.name or "its own runtime"

    def run(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return self._single.run(tensors)

    def run_double(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        wide = {name: a.astype(np.float64) if a.dtype == np.float32 else a for name, a in tensors.items()}
        return self._double.run(wide)

    def close(self) -> None:
        self._single.close()
        self._double.close()
        if self._kept is not None:
            self._kept.cleanup()


class _Worker:
    """The process. It is started when it is first asked, and again after it broke down."""

    def __init__(self, path: Path, kind: str):
        self._path, self._kind = path, kind
        self._process: subprocess.Popen[bytes] | None = None

    def ask_name(self) -> str:
        """ "ONNX Runtime 1.32.0"; "" if it cannot load the file."""
        try:
            name = self._exchange(b"").decode()
        except OracleFailed:
            return ""
        return "" if name.startswith("error: ") else name

    def run(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        buffer = io.BytesIO()
        np.savez(buffer, **dict(tensors))  # type: ignore[arg-type]
        reply = self._exchange(buffer.getvalue())
        if reply[:2] != b"PK":
            raise OracleFailed(reply.decode(errors="replace").removeprefix("error: "))
        with np.load(io.BytesIO(reply)) as file:
            return {name: file[name] for name in file.files}

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):  # it broke down with a question unread
                        stream.close()
            self._process = None

    def _exchange(self, data: bytes) -> bytes:
        import threading

        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        timer = threading.Timer(TIMEOUT, process.kill)
        timer.start()
        try:
            process.stdin.write(len(data).to_bytes(8, "little") + data)
            process.stdin.flush()
            size = process.stdout.read(8)
            reply = process.stdout.read(int.from_bytes(size, "little")) if len(size) == 8 else b""
        except BrokenPipeError:
            size = b""
        finally:
            timer.cancel()
        if len(size) < 8 or len(reply) < int.from_bytes(size, "little"):
            code = process.wait()
            self.close()
            raise OracleFailed(f"its process broke down (exit code {code})")
        return reply

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            self._process = subprocess.Popen(
                [sys.executable, "-c", WORKER.read_text(encoding="utf-8"), str(self._path), self._kind],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
                cwd=tempfile.gettempdir(),
            )  # fmt: skip
        return self._process
