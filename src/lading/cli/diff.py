"""``lading diff``: what differs between two models of any formats."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..errors import ValueRefused
from .progress import Progress
from .wrapping import wrapped


@click.command(short_help="Compare two models, whatever their formats.")
@click.argument("a")
@click.argument("b")
@click.option("--data", type=click.Path(path_type=Path), metavar="EVENTS",
              help="Events that both are run on; else their self-tests and made-up ones.")
@click.option("--match", multiple=True, metavar="IN_A=IN_B",
              help="What of A is what of B, where the names do not tell: pt=Jet_pt, x=jets, score=probabilities[1].")
@click.option("--tolerance", type=click.FloatRange(min=0), metavar="PART", default=1e-6, show_default=True,
              help="Scores differ by more than this part of their scale.")
@click.option("--exact", is_flag=True, help="Scores differ if a bit does: --tolerance 0.")
@click.option("--entries", type=click.IntRange(min=1), metavar="N", help="How many entries are compared.")
@click.option("--no-run", is_flag=True, help="Compare what the models say, and run neither.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it for scripts.")
@click.option("-q", "--brief", is_flag=True, help="Print the last line only.")
def diff(a: str, b: str, data: Path | None, match: tuple[str, ...], tolerance: float, exact: bool,
         entries: int | None, no_run: bool, as_json: bool, brief: bool) -> None:
    """Compare A and B: what goes in and comes out, and the scores of both for the same entries.

    Exit code 0 if they are the same, 1 if they differ, 2 if one cannot be read, or their scores not be compared.

    \b
    lading diff network.onnx tagger/
    lading diff old/ new/ --data jets.h5
    lading diff forest.json forest.onnx --match features=X --match score=1
    """
    from ..examine.diff import diff as compare

    with Progress() as progress:
        found = compare(a, b, data, match=_pairs(match), tolerance=0.0 if exact else tolerance, entries=entries,
                        run=not no_run, progress=progress.step)
    if as_json:
        from ..examine.terminal import as_json as json_text

        click.echo(json_text(found.as_json()))
    elif brief:
        click.echo(wrapped(found.summary, sys.stdout))
    else:
        from ..examine.diff.page import print_differences

        print_differences(found)
    sys.exit(1 if found.differ else 2 if found.not_run else 0)


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for item in given:
        one, equals, other = item.partition("=")
        if not equals or not one or not other:
            raise ValueRefused(f"--match {item}: write --match name_in_a=name_in_b")
        pairs[one] = other
    return pairs
