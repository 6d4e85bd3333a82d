"""What a tracer says when it fails, as a sentence that names the line of the author."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from ...errors import UnsupportedError

#: Files whose lines tell an author nothing.
_NOT_THE_AUTHORS = ("site-packages", "dist-packages", "<")
_LADING = Path(__file__).parents[2]

_LINE_IN_TEXT = re.compile(r'File "([^"]+)", line (\d+), in \w+\n\s+(.*)|# File: (\S+?):(\d+) in \w+, code: (.*)')


def depends_on_numbers(where: str, line: str, choose: str) -> UnsupportedError:
    """For what no graph can do: another computation for other numbers."""
    return UnsupportedError(
        f"{where}: what it does depends on the numbers it is given{line}. A graph does the same for all entries: "
        f"compute both cases and choose with {choose}, or take masks in place of lengths and indices"
    )


def author_line(error: Exception) -> str:
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


def first_line(text: str) -> str:
    """The first sentence or line that says something."""
    lines = [line.strip() for line in re.sub(r"\x1b\[\d*m", "", text).splitlines() if line.strip()]
    return lines[0][:300] if lines else ""
