"""The JSON Schema in the package: it accepts what readers accept and refuses what a schema can see."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import broken
import pytest
import small
from jsonschema import Draft202012Validator

from lading.bundle import to_buffers

SCHEMA = json.loads((files("lading.bundle") / "schema" / "1" / "model.schema.json").read_text(encoding="utf-8"))
FORMAT_PAGE = Path(__file__).parents[2] / "docs" / "format.md"

#: Refusals that need more than a schema: names that must exist elsewhere,
#: ranges of types, what other parts say.
BEYOND = re.compile(
    r"stands twice|no (entry|sequence) axis|no such sequence axis|no (input|variable|value|graph|node) |is itself"
    r"|is read before it is made|does not fit into|is a real number|should be a number or the name of an axis"
    r"|a second|entry axis|two entry axes|has the axis|lacks the axis|its own|a flag is fed|its unit"
    r"|should not be above|one entry needs|is an input or a weight|belongs to another|no node (uses|reads)"
    r"|one value for each number|numbers for each item|no such file|its sha256 is|has 200 bytes"
    r"|the output has this axis|folds\.key: |no residue takes|numbers, one for each residue|, the number of graphs"
    r"|differs by fold|items, one for each fold|should be the same in all folds|the same axes in all folds"
)


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(SCHEMA)
    return Draft202012Validator(SCHEMA)


def test_it_accepts_what_readers_accept(validator: Draft202012Validator) -> None:
    validator.validate(json.loads(broken.GOOD))
    validator.validate(json.loads(to_buffers(small.model())[0]))
    validator.validate(json.loads(broken.as_bytes(broken.with_record(broken.folded(), b""))))


def test_it_accepts_the_example_of_the_format_page(validator: Draft202012Validator) -> None:
    example = re.search(r"```json\n(.*?)```", FORMAT_PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    validator.validate(json.loads(example.group(1)))


def test_it_refuses_what_it_can_see(validator: Draft202012Validator) -> None:
    accepted = {name: text for name, model, text in broken.refusals() if validator.is_valid(json.loads(model))}
    assert [f"{name}: {text}" for name, text in accepted.items() if not BEYOND.search(text)] == []
    assert len(accepted) < 160
