"""What stands in a file of papers, as far as it takes to tell of which convention it is."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Any

from ...bundle.place import Place
from ...bundle.strict_json import parse_json
from ...errors import FormatError, MissingFile

#: No papers are larger: what is, is a model or events.
LARGEST = 64_000_000


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; none of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


class Content:
    """The bytes of a file, its text and, where it is JSON, its value.

    ``remarks`` collects what a convention had to take for granted; ``ordered`` is False where the order in which it
    names variables means nothing.
    """

    def __init__(self, data: bytes, where: str, folder: Path | None = None):
        self.data, self.where, self.folder = data, where, folder
        self.remarks: list[str] = []
        self.ordered = True

    @classmethod
    def of_file(cls, path: Path) -> Content:
        """Raises MissingFile, or FormatError for a file that is too large."""
        if path.is_dir() and (path / "MLmodel").is_file():
            path = path / "MLmodel"
        if not path.is_file():
            raise MissingFile(f"{path}: no such file of papers")
        if path.stat().st_size > LARGEST:
            raise FormatError(f"{path}: larger than {LARGEST // 1_000_000} MB; papers are not so large")
        return cls(path.read_bytes(), str(path), path.parent)

    @classmethod
    def of_value(cls, value: dict[str, Any], where: str = "papers") -> Content:
        """Papers in memory."""
        content = cls(b"", where)
        content.__dict__.update(value=value, is_json=True)
        return content

    @cached_property
    def sha256(self) -> str:
        data = self.data or json.dumps(self.value, sort_keys=True, default=str).encode()
        return hashlib.sha256(data).hexdigest()

    @cached_property
    def is_json(self) -> bool:
        return bool(self.data) and self.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")

    @cached_property
    def value(self) -> Any:
        """The value of a file of JSON, else None. Raises FormatError for JSON that is broken."""
        if not self.is_json or self.text is None:
            return None
        if self.text.lstrip()[:1] == "[" and '"' not in self.text and "{" not in self.text:
            return None  # a line of text that happens to begin so
        return parse_json(self.text.encode(), self.where)

    @cached_property
    def text(self) -> str | None:
        """The text, without a byte order mark; None if the content is none."""
        try:
            text = self.data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None
        return None if any(ord(c) < 32 and c not in "\t\r\n\f" for c in text) else text

    @property
    def place(self) -> Place:
        """The value, with the way to it for messages."""
        return Place(self.value, self.where)

    def has(self, *keys: str) -> bool:
        """Whether it is an object of JSON with all these keys."""
        return isinstance(self.value, dict) and all(key in self.value for key in keys)
