"""Models at a URL, without fetching their numbers: model.json of a bundle, the tail of an ONNX file."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from ..errors import FormatError, MissingFile

if TYPE_CHECKING:
    from ..model import Model

#: Bytes asked for at the end of an ONNX file: what follows the weights in it.
TAIL = 1 << 16
TIMEOUT = 30  # seconds


def read_remote(url: str) -> Model:
    """The model at ``url``, its weights left where they are.

    A bundle is known by its model.json (also ``url/`` and ``url/model.json``). Of an ONNX file only its end is
    fetched by a range request, where exporters write names and metadata; where the server sends no ranges, or
    they stand elsewhere, the whole file is.
    """
    if url.endswith(".onnx"):
        return _read_onnx(url)
    from ..bundle import read_json

    base = url if url.endswith("model.json") else url.rstrip("/") + "/model.json"
    return read_json(fetch(base), where=base)


def fetch(url: str, last: int | None = None) -> bytes:
    """The bytes at ``url``, or the ``last`` ones if the server sends ranges. Raises MissingFile."""
    if not url.startswith(("http://", "https://", "file://")):
        raise FormatError(f"{url}: URLs begin with https://, http:// or file://")
    headers = {"User-Agent": "lading"} | ({"Range": f"bytes=-{last}"} if last else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT) as reply:
            return bytes(reply.read())
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise MissingFile(f"{url}: the server answers {error.code} {error.reason}") from None
    except (urllib.error.URLError, OSError) as error:
        raise MissingFile(f"{url}: {getattr(error, 'reason', error)}") from None


def _read_onnx(url: str) -> Model:
    from ..sources.onnx import read_bytes, read_tail

    model = read_tail(fetch(url, TAIL), where=url)
    return model if model is not None else read_bytes(fetch(url), where=url)
