"""The same model gives the same bytes, a diff reads well, and the digests say what they should."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import small

from lading.bundle import canonical, from_buffers, to_buffers, to_files
from lading.bundle.digest import function_text
from lading.endpoints import Label
from lading.errors import FormatError
from lading.graph import Node
from lading.model import Model

FORMAT_PAGE = Path(__file__).parents[2] / "docs" / "format.md"


def text_of(model: Model) -> str:
    return to_buffers(model)[0].decode()


@pytest.mark.parametrize(("value", "text"), [
    (1.0, "1.0"), (0.1, "0.1"), (-0.0, "-0.0"), (1e16, "1e+16"), (1e-7, "1e-07"),
    (5e-324, "5e-324"), (3, "3"), (None, "null"), ((1 << 63) - 1, "9223372036854775807"),
    (float("nan"), '"nan"'), (float("-inf"), '"-inf"'), (np.float32(0.1), "0.1"), (True, "true"),
    (np.float32(16777216), "16777216.0"), (np.float32(1e-45), "1e-45"),
    (np.float32(3.4028235e38), "3.4028235e+38"), ("é\n\x7f", '"é\\n\x7f"'),
])  # fmt: skip
def test_values_have_one_form(value: object, text: str) -> None:
    assert canonical.to_bytes({"a": value}).decode() == f'{{\n  "a": {text}\n}}\n'


@pytest.mark.parametrize("value", [1 << 63, b"bytes", {1: "a"}, object(), "\ud800"])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(FormatError):
        canonical.to_bytes({"a": value})


def test_every_float32_reads_back() -> None:
    bits = np.random.default_rng(1).integers(0, 1 << 32, 20_000, dtype=np.uint32)
    for value in bits.view(np.float32):
        if np.isfinite(value):
            assert np.float32(float(canonical.decimal32(value))) == value


def test_one_variable_label_and_node_stands_on_a_line() -> None:
    lines = text_of(small.model()).splitlines()
    for start in ('{"name": "pt", "unit"', '{"name": "eta"', '"p_u"', '{"label": "p_b"', '{"node": "dense"'):
        assert sum(line.strip().startswith(start) for line in lines) == 1


def test_a_changed_variable_changes_one_line() -> None:
    one, other = small.model(), small.model()
    other.input_list[0].variable_list[1].unit = "rad"
    pairs = zip(text_of(one).splitlines(), text_of(other).splitlines(), strict=True)
    assert [b.strip() for a, b in pairs if a != b] == ['{"name": "eta", "unit": "rad"}']


def test_name_is_the_key_of_what_goes_in_and_out_only() -> None:
    found = re.findall(r'"name": "(.*?)"', text_of(small.model()))
    assert found == ["tau-id", "jets", "pt", "eta", "tracks", "d0", "pt", "track_mask", "flavour"]


def test_the_layout_of_a_file_does_not_change_its_canonical_bytes() -> None:
    text, weights = to_buffers(small.model())
    assert from_buffers(text, weights).samples is None
    crowded = json.dumps(json.loads(text), ensure_ascii=True).encode()
    assert to_buffers(from_buffers(crowded, weights))[0] == text


def test_archives_have_no_time_in_them(tmp_path: Path) -> None:
    small.model().save(tmp_path / "a.lading")
    small.model().save(tmp_path / "b.lading")
    assert (tmp_path / "a.lading").read_bytes() == (tmp_path / "b.lading").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.lading") as file:
        assert file.testzip() is None
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_digest_is_that_of_model_json() -> None:
    model = small.model()
    assert model.digest == hashlib.sha256(to_files(model)["model.json"]).hexdigest()


def test_text_changes_the_digest_and_not_the_function() -> None:
    model, other = small.model(), small.model()
    other.description = "another text"
    other.names, other.record, other.samples, other.extra = {"typed by hand": {}}, {}, None, {}
    jets = other.input_list[0]
    jets.variable_list[0].unit, jets.variable_list[0].name = "GeV", "p"
    other.input_list[1].variable_list[1].source = "jets.p"
    other.output_list[0].label_list[0] = Label("light")
    rename(other, {"w": "kernel", "h": "hidden", "chosen": "taken", "flavour": "class"})
    assert other.digest != model.digest
    assert other.function_digest == model.function_digest


def rename(model: Model, names: dict[str, str]) -> None:
    model.weights = {names.get(name, name): array for name, array in model.weights.items()}
    for graph in model.graphs.values():
        for node in graph.nodes:
            node.name += "_renamed"
            node.inputs = [names.get(x, x) if isinstance(x, str) else x for x in node.inputs]
            node.outputs = [names.get(x, x) for x in node.outputs]
            for value in node.attributes.values():
                if hasattr(value, "outputs"):
                    value.outputs = [names.get(x, x) for x in value.outputs]
    for output in model.output_list:
        output.name = names.get(output.name, output.name)


def changes() -> dict[str, object]:
    def variable(model: Model, **members: object) -> None:
        vars(model.input_list[0].variable_list[1]).update(members)

    return {
        "a step": lambda m: variable(m, prepare=["abs"]),
        "an operand": lambda m: m.input_list[0].variable_list[0].prepare.__setitem__(1, {"divide": 1.5}),
        "the raw type": lambda m: variable(m, raw="float64"),
        "missing": lambda m: setattr(m.input_list[0].variable_list[0].missing, "value", 1),
        "categories": lambda m: variable(m, categories=[1]),
        "a pad": lambda m: variable(m, pad=1),
        "the greatest length": lambda m: setattr(m.axes["track"], "max", 41),
        "which end is cut": lambda m: setattr(m.axes["track"], "keep", "last"),
        "a mask": lambda m: setattr(m.input_list[2].mask, "present", 0),
        "the order of inputs": lambda m: m.input_list.reverse(),
        "when_empty": lambda m: m.output_list[0].when_empty["track"].reverse(),
        "a weight": lambda m: m.weights.update(b=np.ones(2, np.float32)),
        "an attribute": lambda m: m.graphs["main"].nodes[0].attributes.update(alpha=0.2),
        "an operator": lambda m: setattr(m.graphs["then"].nodes[0], "operator", "LogSoftmax"),
        "a constant": lambda m: m.graphs["main"].nodes[1].inputs.__setitem__(0, np.array([0], np.float32)),
        "a branch": lambda m: m.graphs["else"].nodes.insert(0, Node("idle", "Relu", ["h"], ["idle"])),
    }


@pytest.mark.parametrize("what", changes())
def test_what_changes_numbers_changes_the_function(what: str) -> None:
    model = small.model()
    changes()[what](model)  # type: ignore[operator]
    to_buffers(model)
    assert model.function_digest != small.model().function_digest


def test_the_spelling_of_a_number_does_not_change_the_function() -> None:
    one, other = small.model(), small.model()
    other.input_list[0].variable_list[0].missing.value = 20000.0  # type: ignore[union-attr]
    other.input_list[0].variable_list[0].missing.when[1] = -999.0  # type: ignore[union-attr]
    assert text_of(one) != text_of(other)
    assert function_text(one) == function_text(other)


def test_a_tensor_in_place_and_as_weight_are_the_same_function() -> None:
    one, other = small.model(), small.model()
    other.weights["one"] = np.array([1.0], np.float32)
    other.graphs["main"].nodes[1].inputs = ["one"]
    assert one.function_digest == other.function_digest


def test_the_example_of_the_format_page_is_canonical_and_its_digests_are_right() -> None:
    page = FORMAT_PAGE.read_text(encoding="utf-8")
    example = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert example is not None
    model = from_buffers(example.group(1).encode())
    assert text_of(model) == example.group(1)
    assert f"digest    {model.digest}" in page
    assert f"function  {model.function_digest}" in page
