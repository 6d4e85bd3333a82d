"""Compiles headers of networks into one program each, feeds them entries, and reads what they give."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lading.endpoints import usual_raw
from lading.model import Model
from lading.targets.header_file.names import identifiers
from lading.targets.header_file.networks.literals import CPP
from lading.targets.header_file.networks.structs import Endpoint, inputs_struct, outputs_struct

WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Wdouble-promotion", "-Werror", "-pedantic"]

#: As in firmware: no exceptions, no run-time types. Fused products where the CPU has them must not change a bit.
FLAGS = ["-std=c++17", "-O2", "-fno-exceptions", "-fno-rtti"]

Columns = dict[tuple[str, str | None], np.ndarray]


def compilers() -> list[Any]:
    """GCC or whatever is called c++; in the long checks Clang too, where it is."""
    packaged = sorted(map(str, Path("/usr/lib").glob("llvm-*/bin/clang++")))
    found = [shutil.which("c++") or "c++", shutil.which("clang++"), *packaged]
    each = list({os.path.realpath(path): path for path in found if path}.values())
    return [each[0], *(pytest.param(path, marks=pytest.mark.full) for path in each[1:])]


def defines(compiler: str, flags: list[str], macro: str) -> bool:
    """The compiler defines it, with these flags."""
    command = [compiler, *flags, "-x", "c++", "-dM", "-E", os.devnull]
    macros = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return f"#define {macro} " in macros


def capacity(model: Model, counts: dict[str, np.ndarray]) -> dict[str, int]:
    """As many elements as the entries have, where the model does not say."""
    return {axis: int(model.axes[axis].max or max(1, lengths.max(initial=1))) for axis, lengths in counts.items()}


class Program:
    """A program of one header."""

    def __init__(self, model: Model, counts: dict[str, np.ndarray], folder: Path, compiler: str = "c++",
                 flags: tuple[str, ...] = ()):  # fmt: skip
        self.model, self.room, self.folder = model, capacity(model, counts), folder
        folder.mkdir(parents=True, exist_ok=True)
        open_ = {axis: most for axis, most in self.room.items() if model.axes[axis].max is None}
        model.export(folder / "model.hpp", max=open_ or None)
        (folder / "main.cpp").write_text(self._text())
        command = [compiler, *FLAGS, *WARNINGS, *flags, "main.cpp", "-o", "main"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[:4000]

    def run(self, columns: Columns, counts: dict[str, np.ndarray], entries: int) -> dict[str, np.ndarray]:
        """The outputs, one item after the other. An entry that is refused is an AssertionError with the text."""
        with (self.folder / "in").open("wb") as file:
            begins = {axis: np.concatenate([[0], np.cumsum(lengths)]) for axis, lengths in counts.items()}
            for entry in range(entries):
                for axis in self.room:
                    file.write(np.int32(counts[axis][entry]).tobytes())
                for given, variable, raw in self._fed():
                    axis = self.model.sequence_axis(self.model.inputs[given].axes)
                    values = columns[given, variable]
                    at = slice(begins[axis][entry], begins[axis][entry + 1]) if axis else slice(entry, entry + 1)
                    file.write(np.ascontiguousarray(values[at]).astype(raw).tobytes())
        done = subprocess.run(["./main", str(entries)], cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return {output.name: np.fromfile(self.folder / f"{i}.out", output.type)
                for i, output in enumerate(self.model.output_list)}  # fmt: skip

    # ------------------------------------------------------------------------------------- its text

    def _fed(self) -> list[tuple[str, str | None, str]]:
        """What a caller gives: input, variable, type."""
        found: list[tuple[str, str | None, str]] = []
        for given in self.model.input_list:
            usual = usual_raw(given.type)
            if given.mask is None and not given.variable_list:
                found.append((given.name, None, usual))
            found += [(given.name, v.name, v.raw or usual) for v in given.variable_list if v.source is None]
        return found

    def _text(self) -> str:
        given, taken = inputs_struct(self.model, self.room), outputs_struct(self.model, self.room)
        lines = ['#include "model.hpp"', "#include <cstdio>", "#include <cstdlib>",
                 f"namespace net = networks::{identifiers([self.model.name or 'network'])[0]};",
                 "template <class T> void take(std::FILE* from, T& to) {",
                 "  if (std::fread(&to, sizeof to, 1, from) != 1) std::exit(3);", "}",
                 "template <class T> void give(std::FILE* to, T from) { std::fwrite(&from, sizeof from, 1, to); }",
                 "int main(int, char** arguments) {", "  static net::Memory memory;", "  static net::Inputs in;",
                 "  static net::Outputs out;", '  std::FILE* file = std::fopen("in", "rb");']  # fmt: skip
        lines += [f'  std::FILE* to{i} = std::fopen("{i}.out", "wb");' for i in range(len(taken.endpoints))]
        lines.append("  for (int n = std::atoi(arguments[1]); n > 0; --n) {")
        lines += [f"    take(file, in.{count});" for count in given.counts.values()]
        for name, variable, _ in self._fed():
            endpoint = given.endpoints[name]
            place = [v.name for v in self.model.inputs[name].variable_list].index(variable) if variable else None
            slot = endpoint.slots[place] if place is not None else ""
            lines.append(f"    {self._loops(endpoint, given.counts)}take(file, {endpoint.path('in', slot)});")
        lines.append("    if (const char* wrong = net::run(in, out, memory)) return std::puts(wrong), 2;")
        for i, endpoint in enumerate(taken.endpoints.values()):
            lines.append(f"    {self._loops(endpoint, given.counts)}{{")
            for slot in endpoint.slots if endpoint.slot_axis is not None else [""]:
                lines.append(f"      give<{CPP[endpoint.of.type]}>(to{i}, {endpoint.path('out', slot)});")
            lines.append("    }")
        return "\n".join([*lines, "  }", "}", ""])

    @staticmethod
    def _loops(endpoint: Endpoint, counts: dict[str, str]) -> str:
        """The sequence first, as engines take and give elements."""
        axes = [each for i, each in enumerate(endpoint.axes) if i != endpoint.slot_axis and each[1].number != 1]
        axes.sort(key=lambda each: each[2] is None)
        return "".join(f"for (int {v} = 0; {v} < {f'in.{counts[axis]}' if axis else length.number}; ++{v}) "
                       for v, length, axis in axes)  # fmt: skip


def bits(values: np.ndarray) -> bytes:
    """The sign and payload of NaN apart."""
    values = np.asarray(values).ravel()
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), np.array(np.nan, values.dtype), values)
    return values.tobytes()
