"""``lading run``: scores of the events in a file."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import LadingError, ValueRefused
from ..examine.terminal import visible
from .progress import Progress

if TYPE_CHECKING:
    from ..feed.scores import Scores
    from ..model import Model

#: Standard input or output, in CSV.
STREAM = Path("-")


@click.command(short_help="Score the events of a file.")
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("events", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path),
              help="File to write: .h5 .csv .npz .parquet .root, or - for CSV on standard output.")
@click.option("--columns", multiple=True, metavar="VARIABLE=COLUMN",
              help="A column that has another name; in HDF5 also INPUT=DATASET.")
@click.option("--units", multiple=True, metavar="VARIABLE=UNIT", help="A column that is in another unit.")
@click.option("--threads", default=1, show_default=True, type=click.IntRange(min=1),
              help="Threads to share the entries between.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def run(model: Path, events: Path, output: Path, columns: tuple[str, ...], units: tuple[str, ...], threads: int,
        quiet: bool) -> None:
    """Run MODEL on all entries of EVENTS (.h5 .csv .npz .parquet .root, or - for CSV on standard input).

    \b
    lading run tagger/ jets.h5 -o scores.h5
    lading run tagger/ jets.csv -o scores.csv --columns pt=Jet_pt --units pt=GeV
    lading run tau-id/ - -o - < taus.csv
    """
    from ..feed import batch_of
    from ..feed.writing import writer_of
    from ..opening import open_model

    renamed, converted = _pairs(columns, "--columns"), _pairs(units, "--units")
    if output != STREAM:
        writer_of(output)  # told before the work, not after it
        if output.exists() and events.exists() and output.samefile(events):
            raise ValueRefused(f"{output}: the scores would overwrite the events; write them to another file")
    with Progress(quiet) as progress, _as_file(events) as file:
        loaded = open_model(model)
        progress.step(f"reading {events}")
        batch = batch_of(loaded, file, renamed, converted)
        session = loaded.session(threads)
        scores = session.run_batch(batch, progress.bar(f"running {loaded.name}", batch.entries))
        progress.step(f"writing {output}")
        _write(output, loaded, scores)
        progress.done(f"wrote {', '.join(scores)} of {batch.leading} to {output}")


def _pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    pairs = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or not name or not value:
            raise ValueRefused(f"{option} {item}: write {option} variable=value")
        pairs[name] = value
    return pairs


@contextmanager
def _as_file(events: Path) -> Iterator[Path]:
    """The file of events; what comes on standard input is put into one."""
    if events != STREAM:
        yield events
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.csv"
        file.write_bytes(sys.stdin.buffer.read())
        try:
            yield file
        except LadingError as error:
            raise type(error)(str(error).replace(str(file), "standard input")) from error


def _write(output: Path, model: Model, scores: Scores) -> None:
    from ..feed.writing import write_scores

    if output != STREAM:
        write_scores(output, model, scores)
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scores.csv"
        write_scores(file, model, scores)
        if not file.exists():
            raise ValueRefused("-: all outputs are per element of a sequence; write them to a file")
        text = file.read_text(encoding="utf-8")
        click.echo(visible(text) if sys.stdout.isatty() else text, nl=False)
