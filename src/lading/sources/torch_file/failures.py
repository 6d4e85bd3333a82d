"""What PyTorch says when it cannot trace a module, as one sentence that names the line of the author."""

from __future__ import annotations

import re
import traceback

from ...errors import LadingError, UnsupportedError
from ..traced.authors import author_line, depends_on_numbers, first_line

_NO_OPERATOR = re.compile(r"No ONNX function found for <OpOverload\(op='([\w.:]+)'|"
                          r"Exporting the operator '([\w:.]+)'|Unsupported: (?:ONNX export of )?operator ([\w:.]+)")


def failed_to_trace(error: Exception, where: str) -> LadingError:
    """For an error of ``torch.export``."""
    if isinstance(error, LadingError):
        return error
    line, text = author_line(error), str(error)
    if "FakeTensor" in text and any(frame.filename.endswith("rnn.py")
                                    for frame in traceback.extract_tb(error.__traceback__)):
        return UnsupportedError(
            f"{where}: packed sequences cannot be traced{line}. Give the recurrent layer the sequences as they are: "
            "here each entry has its own length, and no padding comes behind its last element"
        )
    if any(word in text for word in ("data-dependent", "unbacked", "UncapturedHigherOrderOp", "GuardOnDataDependent")):
        return depends_on_numbers(where, line, "torch.where")
    return UnsupportedError(f"{where}: torch.export cannot trace it{line}: {first_line(text)}")


def failed_to_write(error: Exception, where: str) -> LadingError:
    """For an error of ``torch.onnx``."""
    if isinstance(error, LadingError):
        return error
    text = "\n".join([str(error), str(error.__cause__ or "")])
    if (found := _NO_OPERATOR.search(text)) is not None:
        operator = next(filter(None, found.groups()))
        return UnsupportedError(f"{where}: PyTorch's {operator}{author_line(error)} has no counterpart among ONNX's "
                                "operators; write it in terms of others")
    return UnsupportedError(f"{where}: torch.onnx cannot write it{author_line(error)}: "
                            f"{first_line(str(error.__cause__ or error))}")


def failed_to_run(error: Exception, where: str, what: str) -> LadingError:
    """For an error of the module itself."""
    if isinstance(error, LadingError):
        return error
    return UnsupportedError(f"{where}: forward fails on {what}{author_line(error)}: "
                            f"{first_line(str(error)) or type(error).__name__}")
