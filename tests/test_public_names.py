"""``import lading``: light, and with exactly the names that are public."""

from __future__ import annotations

import subprocess
import sys

import pytest

import lading


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_importing_lading_loads_numpy_at_most() -> None:
    loaded, usual = (
        set(run(f"import sys, {name}; print(*{{name.partition('.')[0] for name in sys.modules}})").split())
        for name in ("lading", "numpy")
    )
    installers = {name for name in loaded if name.startswith(("_lading_", "__editable"))}
    assert loaded - usual - sys.stdlib_module_names - installers == {"lading"}


def test_importing_lading_does_not_load_the_engine() -> None:
    assert (
        run(
            "import sys, lading; print('lading.engine' in sys.modules, 'lading.model' in sys.modules)"
        ).split()
        == ["False"] * 2
    )


def test_reading_a_bundle_loads_neither_the_engine_nor_a_framework() -> None:
    code = "import sys; from lading.bundle import read; from lading import Model; print(*sys.modules)"
    loaded = set(run(code).split())
    assert not loaded & {
        "lading.engine",
        "lading.feed",
        "lading.sources",
        "onnx",
        "torch",
        "click",
        "rich",
        "h5py",
        "awkward",
    }


VERBS = ("convert", "diff", "fold", "positional")


@pytest.mark.parametrize("name", [name for name in lading.__all__ if name not in VERBS])
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(lading, name) is not None
    assert name in dir(lading)


def test_a_wrong_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'lode'"):
        lading.lode  # noqa: B018


def test_errors_are_also_the_usual_ones() -> None:
    assert issubclass(lading.UnknownName, KeyError)
    assert issubclass(lading.FormatError, ValueError)
    assert issubclass(lading.MissingFile, FileNotFoundError)
    assert issubclass(lading.MissingPackage, ImportError)
