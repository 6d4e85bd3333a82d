"""``lading run``: scores of the events in a file."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import ValueRefused
from .progress import Progress


def _pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    pairs = {}
    for item in given:
        name, equals, value = item.partition("=")
        if not equals or not name or not value:
            raise ValueRefused(f"{option} {item}: write {option} variable=value")
        pairs[name] = value
    return pairs


@click.command(short_help="Score the events of a file.")
@click.argument("model")
@click.argument("events", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path),
              help="File to write: .h5 .csv .npz .parquet .root")
@click.option("--columns", multiple=True, metavar="VARIABLE=COLUMN", help="A column that has another name.")
@click.option("--units", multiple=True, metavar="VARIABLE=UNIT", help="A column that is in another unit.")
@click.option("--threads", default=1, show_default=True, help="Threads to share the entries between.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def run(model: str, events: Path, output: Path, columns: tuple[str, ...], units: tuple[str, ...], threads: int,
        quiet: bool) -> None:
    """Run MODEL on all entries of EVENTS (.h5 .csv .npz .parquet .root).

    \b
    lading run tagger/ jets.h5 -o scores.h5
    lading run tagger/ jets.csv -o scores.csv --columns pt=Jet_pt --units pt=GeV
    """
    from .. import load
    from ..feed.writing import write_scores

    with Progress(quiet) as progress:
        loaded = load(model)
        progress.step(f"running {loaded.name} on {events}")
        scores = loaded.run(events, columns=_pairs(columns, "--columns"), units=_pairs(units, "--units"),
                            threads=threads)
        progress.step(f"writing {output}")
        write_scores(output, loaded, scores)
        progress.done(f"wrote {', '.join(scores)} of {scores.entries} entries to {output}")
