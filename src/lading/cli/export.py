"""``lading export``: a bundle in another format."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Write a model in another format.")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="File to write: .onnx")
@click.option("--operators", type=click.Choice(["TreeEnsemble", "classic"]), default="TreeEnsemble",
              help="Forests as TreeEnsemble of ai.onnx.ml 5 (default), or by the older operator of all runtimes.")
def export(model: Path, output: Path, operators: str) -> None:
    """Write MODEL, a bundle or any model file that is read, in the format that the ending of the output tells.

    ONNX: the graph behind the preparation, with all papers in its metadata, so that lading reads the same bundle back.

    \b
    lading export tagger/ -o tagger.onnx
    """
    from ..opening import open_model

    open_model(model).export(output, operators=operators)
    click.echo(f"wrote {output}", err=True)
