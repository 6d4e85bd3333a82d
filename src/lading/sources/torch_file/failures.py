"""What PyTorch says when it cannot trace a module, as one sentence that names the line of the author."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from ...errors import LadingError, UnsupportedError

#: Files whose lines tell an author nothing.
_NOT_THE_AUTHORS = ("site-packages", "dist-packages", "<")
_LADING = Path(__file__).parents[2]

_NO_OPERATOR = re.compile(r"No ONNX function found for <OpOverload\(op='([\w.:]+)'|"
                          r"Exporting the operator '([\w:.]+)'|Unsupported: (?:ONNX export of )?operator ([\w:.]+)")
_LINE_IN_TEXT = re.compile(r'File "([^"]+)", line (\d+), in \w+\n\s+(.*)|# File: (\S+?):(\d+) in \w+, code: (.*)')


def failed_to_trace(error: Exception, where: str) -> LadingError:
    """For an error of ``torch.export``."""
    if isinstance(error, LadingError):
        return error
    line, text = _author_line(error), str(error)
    if "FakeTensor" in text and any(frame.filename.endswith("rnn.py")
                                    for frame in traceback.extract_tb(error.__traceback__)):
        return UnsupportedError(
            f"{where}: packed sequences cannot be traced{line}. Give the recurrent layer the sequences as they are: "
            "here each entry has its own length, and no padding comes behind its last element"
        )
    if any(word in text for word in ("data-dependent", "unbacked", "UncapturedHigherOrderOp", "GuardOnDataDependent")):
        return UnsupportedError(
            f"{where}: what forward does depends on the numbers it is given{line}. A graph does the same for all "
            "entries: compute both cases and choose with torch.where, or take masks in place of lengths and indices"
        )
    return UnsupportedError(f"{where}: torch.export cannot trace it{line}: {_first(text)}")


def failed_to_write(error: Exception, where: str) -> LadingError:
    """For an error of ``torch.onnx``."""
    if isinstance(error, LadingError):
        return error
    text = "\n".join([str(error), str(error.__cause__ or "")])
    if (found := _NO_OPERATOR.search(text)) is not None:
        operator = next(filter(None, found.groups()))
        return UnsupportedError(f"{where}: PyTorch's {operator}{_author_line(error)} has no counterpart among ONNX's "
                                "operators; write it in terms of others")
    return UnsupportedError(f"{where}: torch.onnx cannot write it{_author_line(error)}: "
                            f"{_first(str(error.__cause__ or error))}")


def failed_to_run(error: Exception, where: str, what: str) -> LadingError:
    """For an error of the module itself."""
    if isinstance(error, LadingError):
        return error
    return UnsupportedError(f"{where}: forward fails on {what}{_author_line(error)}: "
                            f"{_first(str(error)) or type(error).__name__}")


def _author_line(error: Exception) -> str:
    """ " (net.py, line 12: if x.sum() > 0:)", the innermost line outside of libraries; "" if there is none."""
    frames = [(frame.filename, frame.lineno, frame.line or "") for frame in traceback.extract_tb(error.__traceback__)]
    ours = [i for i, (file, _, _) in enumerate(frames) if Path(file).is_relative_to(_LADING)]
    inside = frames[ours[-1] + 1 :] if ours else frames
    said = [(a or d, int(b or e), c or f) for a, b, c, d, e, f in _LINE_IN_TEXT.findall(str(error))]
    known = [each for each in [*inside, *said] if not any(part in each[0] for part in _NOT_THE_AUTHORS)]
    known = [each for each in known if not Path(each[0]).is_relative_to(_LADING)]
    if not known:
        return ""
    file, number, line = known[-1]
    return f" ({Path(file).name}, line {number}" + (f": {line.strip()[:80]})" if line else ")")


def _first(text: str) -> str:
    """The first sentence or line that says something."""
    lines = [line.strip() for line in re.sub(r"\x1b\[\d*m", "", text).splitlines() if line.strip()]
    return lines[0][:300] if lines else ""
