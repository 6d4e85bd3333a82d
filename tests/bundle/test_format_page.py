"""The specification says what the code does: its example runs, its tables name every key, verb and type."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lading.bundle import decode, decode_inputs, decode_prepare, read, safetensors
from lading.bundle.evaluate import evaluate
from lading.graph import TYPES

PAGE = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")
LISTED = set(re.findall(r"`\"?([\w ]+)\"?`|\{\"(\w+)\"", PAGE))
WORDS = {word for pair in LISTED for word in pair if word}


def test_the_example_gives_what_the_page_says(tmp_path: Path) -> None:
    example = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    stated = re.search(r"has `p_tau` = ([\d.]+)", PAGE)
    assert example is not None and stated is not None
    (tmp_path / "model.json").write_text(example.group(1), encoding="utf-8")
    events = {"jets": {"pt": [50e3, 30e3], "prongs": [3, 1]}, "tracks": {"d0": [0.25, -0.5]}}
    result = evaluate(tmp_path, events, counts={"track": [2, 0]})["probability"][:, 0]
    assert result == pytest.approx([float(stated.group(1)), 0.5], rel=1e-6)


def test_the_example_of_folds_gives_what_the_page_says(tmp_path: Path) -> None:
    section = PAGE.partition("## 14. Folds")[2]
    example = re.search(r"```json\n(\{.*?)```", section, re.DOTALL)
    stated = re.search(r"has the score ([\d.]+) in event (\S+) and ([\d.]+) in event (\S+)\.", section)
    digests = re.search(r"digest    (\w+)\nfunction  (\w+)\n", section)
    assert example is not None and stated is not None and digests is not None
    (tmp_path / "model.json").write_text(example.group(1), encoding="utf-8")
    keys = [int(stated.group(at).replace("−", "-")) for at in (2, 4)]
    result = evaluate(tmp_path, {"jets": {"pt": [50, 50]}, "event": {"event_number": keys}})["score"][:, 0]
    assert result == pytest.approx([float(stated.group(at)) for at in (1, 3)], rel=1e-6)
    model = read(tmp_path)
    assert (model.digest, model.function_digest) == digests.groups()


@pytest.mark.parametrize(
    "word", [*decode.KEYS, *decode_prepare.VERBS, *decode.RESERVED, *decode_inputs.RAW_TYPES]
)
def test_every_key_and_verb_is_on_the_page(word: str) -> None:
    assert word in WORDS or f"{word}," in PAGE or f", {word}" in PAGE


def test_every_type_is_on_the_page() -> None:
    assert ", ".join(TYPES) in PAGE
    assert " ".join(safetensors.TYPES) in PAGE


def test_every_key_of_the_schema_is_on_the_page() -> None:
    schema = json.loads((Path(decode.__file__).parent / "schema" / "1" / "model.schema.json").read_text())
    keys: set[str] = set()

    def collect(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("properties"), dict):
                keys.update(value["properties"])
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    collect(schema)
    assert {key for key in keys if key not in PAGE} == set()


def test_lines_are_of_readable_length() -> None:
    outside_code = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    assert [line for line in outside_code.splitlines() if len(line) > 130 and not line.startswith("|")] == []
