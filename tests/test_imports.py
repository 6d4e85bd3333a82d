"""Imports run one way: cli -> converting, examine -> sources, targets, feed -> model -> bundle, and model -> engine.

A room imports rooms that stand before it. What runs against this is listed, stands inside a function, and is in use.
Packages other than NumPy are imported by the files that need them, and by no other.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lading

ROOT = Path(lading.__file__).parent

#: Rooms (folders, or files beside them), each after those that it may import.
ROOMS = (
    "errors", "whole_file", "endpoints", "graph", "folds", "bundle", "model", "copying", "evaluation", "trees", "feed",
    "engine", "rdataframe", "agreement", "sources", "computed", "describe", "simplify", "targets", "opening",
    "sampling", "proving", "small_weights", "converting", "examine", "families", "cli",
)  # fmt: skip

#: Against the direction, inside a function: what is read becomes a Model; what a Model does is done in other rooms.
AGAINST = {
    ("bundle", "model"), ("model", "engine"), ("model", "examine"), ("model", "targets"), ("sources", "describe"),
    ("sources", "simplify"), ("model", "folds"),
}  # fmt: skip

#: Packages, and the beginnings of the files that import them.
PACKAGES = {
    "numpy": ("",),
    "onnx": ("sources/onnx", "targets/onnx"),
    "google": ("sources/onnx",),  # protobuf's errors, which onnx lets pass
    "onnxruntime": ("sources/onnx_file/oracle_worker",),
    "xgboost": ("sources/xgboost_file/predictor",),
    "lightgbm": ("sources/lightgbm_file/predictor",),
    "catboost": ("sources/catboost_file/predictor",),
    "sklearn": ("sources/sklearn_file/predictor",),
    "torch": ("sources/torch_file/",),
    "onnxscript": ("sources/torch_file/",),
    "jax": ("sources/jax_file/",),
    "pandas": ("sources/sklearn_file/predictor",),
    "awkward": ("feed/", "sources/mvautils_file/"),
    "h5py": ("feed/", "sources/keras_file/", "targets/keras_file/"),
    "keras": ("sources/keras_file/oracle",), "pyarrow": ("feed/",),
    "uproot": ("feed/", "sources/root_file/", "sources/mvautils_file/", "targets/mvautils", "targets/root_file/"),
    "yaml": ("describe/conventions/mlflow",),
    "ROOT": ("rdataframe",),
    "click": ("cli/",),
    "rich": ("cli/", "examine/show", "examine/costs", "examine/terminal", "examine/diff/page"),
}  # fmt: skip


#: An import, and whether it stands inside a function.
Import = tuple[ast.Import | ast.ImportFrom, bool]


@functools.cache
def files() -> list[tuple[str, list[Import]]]:
    """Every file, and its imports."""
    return [
        (path.relative_to(ROOT).as_posix(), list(imports(ast.parse(path.read_text(encoding="utf-8")))))
        for path in sorted(ROOT.rglob("*.py"))
    ]


def imports(tree: ast.Module) -> Iterator[Import]:
    """Every import that runs, and whether it stands inside a function. Those for type checkers do not run."""
    unused: set[ast.AST] = set()
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            unused |= {each for statement in node.body for each in ast.walk(statement)}
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inside |= set(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and node not in unused:
            yield node, node in inside


def targets(file: str, node: ast.ImportFrom) -> Iterator[str]:
    """The rooms that a relative import reaches."""
    place = file.removesuffix(".py").split("/")[: -node.level]
    place += node.module.split(".") if node.module else []
    yield from [place[0]] if place else [alias.name for alias in node.names]


def edges() -> Iterator[tuple[str, str, str, bool]]:
    """(file, its room, the room it imports, inside a function)."""
    for file, imported in files():
        room = file.split("/")[0].removesuffix(".py")
        for node, inside in imported:
            if isinstance(node, ast.ImportFrom) and node.level:
                yield from ((file, room, target, inside) for target in targets(file, node) if target != room)


def test_rooms_import_those_before_them() -> None:
    wrong = []
    for file, room, target, inside in edges():
        if room == "__init__" or target not in ROOMS:
            continue
        if ROOMS.index(target) > ROOMS.index(room) and not ((room, target) in AGAINST and inside):
            wrong.append(f"{file} imports {target}" + ("" if inside else " when it is loaded"))
    assert wrong == []


def test_every_room_has_its_place() -> None:
    there = {
        path.name.removesuffix(".py")
        for path in ROOT.iterdir()
        if path.suffix == ".py" or (path.is_dir() and list(path.glob("*.py")))
    }
    assert there - {"__init__"} == set(ROOMS)


def test_what_runs_against_the_direction_is_in_use() -> None:
    assert AGAINST - {(room, target) for _, room, target, _ in edges()} == set()


def test_lading_itself_loads_nothing_but_its_errors() -> None:
    assert [target for file, room, target, inside in edges() if room == "__init__" and not inside] == ["errors"]


def packages() -> Iterator[tuple[str, str]]:
    for file, imported in files():
        for node, _ in imported:
            if isinstance(node, ast.Import):
                yield from ((file, alias.name.partition(".")[0]) for alias in node.names)
            elif not node.level and node.module:
                yield file, node.module.partition(".")[0]


@pytest.mark.parametrize("package", sorted({p for _, p in packages()} - sys.stdlib_module_names - {"lading"}))
def test_a_package_is_imported_where_it_is_needed(package: str) -> None:
    assert package in PACKAGES
    assert [file for file, each in packages() if each == package and not file.startswith(PACKAGES[package])] == []
