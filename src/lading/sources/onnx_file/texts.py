"""Texts of a message that are no texts."""

from __future__ import annotations

from google.protobuf.message import Message

#: Where lists of numbers stand, in which there is no text.
_NUMBERS = {"raw_data", "float_data", "int32_data", "int64_data", "double_data", "uint64_data", "floats", "ints"}


def undecodable(message: Message, path: str = "") -> str | None:
    """The first field whose text is no valid UTF-8 (such are handed out as bytes); None if all are."""
    for field, value in message.ListFields():
        if field.name in _NUMBERS or field.type == field.TYPE_BYTES:
            continue
        where = f"{path}.{field.name}" if path else field.name
        for item in _items(value):
            found = undecodable(item, where) if isinstance(item, Message) else None
            if found or (field.type == field.TYPE_STRING and isinstance(item, bytes)):
                return found or where
    return None


def _items(value: object) -> list[object]:
    single = isinstance(value, (Message, str, bytes, int, float, bool))
    return [value] if single else list(value)  # type: ignore[call-overload]
