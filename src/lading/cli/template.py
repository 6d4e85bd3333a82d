"""``lading template``: the papers of a model file, to be filled in."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Write the papers of a model file, to fill in.")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write; else standard output.")
@click.option("--describe", multiple=True, type=click.Path(path_type=Path), metavar="PAPERS",
              help="Papers to begin with, of any convention; may be repeated.")
def template(source: Path, output: Path | None, describe: tuple[Path, ...]) -> None:
    """Write papers for SOURCE: names, units and meanings to fill in, with all that the file itself knows.

    \b
    lading template tagger.onnx > papers.json
    lading template tagger.onnx --describe preprocess.json > papers.json
    lading convert tagger.onnx --describe papers.json -o tagger/
    """
    from ..describe import apply_all
    from ..describe import template as papers_of
    from ..examine.terminal import as_json
    from ..sources import read

    text = as_json(papers_of(apply_all(read(source), list(describe))))
    if output is None or str(output) == "-":
        click.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
