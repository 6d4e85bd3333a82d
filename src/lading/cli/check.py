"""``lading check``: the bundle's own self-test on this machine, and the lint."""

from __future__ import annotations

import sys

import click

from .wrapping import wrapped


@click.command(short_help="Run a bundle's self-test and lint.")
@click.argument("model")
@click.option("--json", "as_json", is_flag=True, help="Print the findings for scripts.")
def check(model: str, as_json: bool) -> None:
    """Run the self-test of MODEL on this machine, and report what its papers lack.

    \b
    lading check tagger/          # exit code 1 if a test fails
    """
    from .. import load

    report = load(model).check()
    click.echo(report.to_json() if as_json else wrapped(report.text(), sys.stdout, " " * 6))
    sys.exit(0 if report.passed else 1)
