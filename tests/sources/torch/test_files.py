"""Files of PyTorch are told by their content and, where they would run code, refused; all without PyTorch."""

from __future__ import annotations

import importlib.util
import io
import json
import random
import re
import zipfile
from pathlib import Path

import pytest

import lading
from lading import FormatError, UnsupportedError
from lading.sources import recognise
from lading.sources.torch_file.archives import DAMAGED, EXPORTED, PICKLE, SCRIPT, kind_of
from lading.sources.torch_file.programs import check_exported

HERE = Path(__file__).parent
KINDS = {"dense.pt2": EXPORTED, "script.pt": SCRIPT, "state.pt": PICKLE, "old.pth": PICKLE}


@pytest.mark.parametrize("name", KINDS)
def test_files_are_told_by_their_content(name, tmp_path):
    path = tmp_path / "no_ending"
    path.write_bytes((HERE / name).read_bytes())
    assert kind_of(path) == KINDS[name]
    assert recognise(path).__name__ == "lading.sources.torch"


def test_programs_of_older_versions_are_recognised(tmp_path):
    with zipfile.ZipFile(tmp_path / "old.pt2", "w") as archive:
        archive.writestr("serialized_exported_program.json", "{}")
        archive.writestr("version", "8.2")
    assert kind_of(tmp_path / "old.pt2") == EXPORTED


def test_other_archives_and_pickles_are_none_of_pytorchs(tmp_path):
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        archive.writestr("model/data.txt", "text")
    (tmp_path / "pickle").write_bytes(b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x01a\x94K\x01s.")
    (tmp_path / "text").write_text("torch")
    for name in ("archive", "pickle", "text"):
        assert kind_of(tmp_path / name) == ""
    skops = next((HERE.parent / "sklearn").glob("*.skops"))
    assert recognise(skops).__name__ == "lading.sources.sklearn"


@pytest.mark.parametrize("name", ["state.pt", "old.pth"])
def test_numbers_without_a_network_are_refused_with_the_way_to_go(name):
    with pytest.raises(UnsupportedError, match=r"written by torch.save: .* it is not read. Where you trust it, "
                                               r"build the module .* lading.convert\(module, example\)"):
        lading.convert(HERE / name)


@pytest.mark.parametrize("name", ["dense.pt2", "script.pt", "state.pt"])
def test_cut_files_are_damaged(name, tmp_path):
    data = (HERE / name).read_bytes()
    for length in (300, len(data) // 2, len(data) - 30):
        (tmp_path / "cut").write_bytes(data[:length])
        assert kind_of(tmp_path / "cut") == DAMAGED
        with pytest.raises(FormatError, match="a damaged or incomplete file of PyTorch"):
            lading.convert(tmp_path / "cut")


@pytest.mark.parametrize("missing", ["torch", "onnxscript"])
@pytest.mark.parametrize("name", ["dense.pt2", "script.pt"])
def test_a_missing_package_is_said_in_one_line(name, missing, monkeypatch):
    here = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda each, *rest: None if each == missing else
                        here("json") if each in ("torch", "onnx", "onnxscript") else here(each, *rest))
    with pytest.raises(lading.MissingPackage) as error:
        lading.convert(HERE / name)
    assert f"reading models of PyTorch needs {missing}: pip install 'lading[torch]'" in str(error.value)
    assert "\n" not in str(error.value)


# ------------------------------------------------------------------------------------------- programs


def changed(tmp_path: Path, change, **more: str) -> Path:
    """The program with its JSON changed."""
    path = tmp_path / "changed.pt2"
    with zipfile.ZipFile(HERE / "dense.pt2") as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            if name.endswith("models/model.json"):
                program = json.loads(data)
                change(program)
                data = json.dumps(program).encode()
            after.writestr(name, data)
        for name, text in more.items():
            after.writestr(f"dense/data/constants/{name}", text)
    return path


def test_a_program_that_computes_is_let_in(tmp_path):
    check_exported(HERE / "dense.pt2")
    conditions = ["L['tracks'].size()[1] == L['inputs']['mask'].size()[1]", "Mod(L['x'].size()[0], 4) == 0 and True"]
    check_exported(changed(tmp_path, lambda program: program.update(guards_code=conditions)))


@pytest.mark.parametrize("target", ["torch.os.system", "torch.load", "_operator.methodcaller", "_operator.call",
                                    "torch.ops.aten.add.__class__", "torch.ops.aten.__init__.Tensor",
                                    "torch.ops.aten._dir.append", "#custom",
                                    "torch.ops.mine.op", 3])
def test_operators_from_elsewhere_are_refused(tmp_path, target):
    path = changed(tmp_path, lambda program: program["graph_module"]["graph"]["nodes"][0].update(target=target))
    with pytest.raises(UnsupportedError, match=re.escape(f"its operator {str(target)!r} is none of PyTorch's own")):
        check_exported(path)


@pytest.mark.parametrize("name", ["_assert_tensor_metadata.default", "_softmax.default", "__or__.Tensor",
                                  "__and__.Scalar", "__xor__.Tensor"])
def test_operators_of_pytorch_may_begin_with_underscores(tmp_path, name):
    target = f"torch.ops.aten.{name}"
    path = changed(tmp_path, lambda program: program["graph_module"]["graph"]["nodes"][0].update(target=target))
    check_exported(path)


@pytest.mark.parametrize("text", ["__import__('os').system('true')", "exit()", "s0.func", 5,
                                  "(lambda: 0)()", "print(s0)"])
def test_code_in_place_of_lengths_is_refused(tmp_path, text):
    def change(program):
        sizes = program["graph_module"]["graph"]["tensor_values"]["jets"]["sizes"]
        sizes[0]["as_expr"]["expr_str"] = text

    with pytest.raises(FormatError, match="is no expression of lengths"):
        check_exported(changed(tmp_path, change))


@pytest.mark.parametrize("text", ["print(1)", "L['x'].data[0] == 1", "L['x'].size()[0].bit_length() == 1", "exec('')",
                                  "L['x'].size()[0] == 1)\n  import os #", None])
def test_code_in_place_of_conditions_is_refused(tmp_path, text):
    with pytest.raises(FormatError, match="is no condition of lengths"):
        check_exported(changed(tmp_path, lambda program: program.update(guards_code=[text])))


def test_objects_are_refused(tmp_path):
    with pytest.raises(UnsupportedError, match=r"holds an object .*opaque_obj_0"):
        check_exported(changed(tmp_path, lambda program: None, opaque_obj_0="pickle"))


def test_damaged_programs_are_refused_or_let_in():
    """Whatever bytes are changed, the answer is a kind, or a FormatError."""
    source, dice, refused = (HERE / "dense.pt2").read_bytes(), random.Random(5), 0
    for _ in range(300):
        data = bytearray(source)
        for _ in range(dice.randint(1, 6)):
            data[dice.randrange(len(data))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        path = Buffer(bytes(data))
        try:
            check_exported(path)
        except FormatError:
            refused += 1
    assert refused


class Buffer(io.BytesIO):
    """A file in memory, which zipfile takes for a path."""
