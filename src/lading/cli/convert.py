"""``lading convert``: any model file becomes a bundle."""

from __future__ import annotations

from pathlib import Path

import click

from .. import converting
from .progress import Progress


@click.command(short_help="Turn a model file into a bundle.")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True,
              help="Folder to write (tagger/), or one file (tagger.lading).")
@click.option("--describe", multiple=True, type=click.Path(path_type=Path), metavar="PAPERS",
              help="Papers that name inputs, variables, units, labels ..., lading's own or those of ATLAS, CMS, "
                   "lwtnn, Triton, MLflow; may be repeated.")
@click.option("--data", type=click.Path(path_type=Path), metavar="EVENTS",
              help="Raw events on which the names are proven, with --scores.")
@click.option("--scores", metavar="COLUMNS", default="scores", show_default=True,
              help="Where the training's own scores stand in EVENTS: a dataset, or columns p_u,p_c,p_b.")
@click.option("--name", help="Name of the model; else that of its papers or file.")
@click.option("--key", help="Which forest of a ROOT file, or correction of correctionlib, if there are several.")
@click.option("--response", metavar="FUNCTION",
              help="What the score of a forest in a ROOT file is: response, classification, gradient, multi:N.")
@click.option("--type", "type_", type=click.Choice(["float32", "float64"]),
              help="In what a network of lwtnn computes; else float32 where that is near enough to lwtnn's double.")
@click.option("--example", type=click.Path(path_type=Path), metavar="FILE.npz",
              help="Inputs by name, of the shapes that a TorchScript file takes.")
@click.option("--weights", type=click.Path(path_type=Path), metavar="FILE.h5",
              help="The weights of a Keras model, where SOURCE is its architecture.")
@click.option("--variables", type=click.Path(path_type=Path), metavar="FILE.json",
              help="The variables file of lwtnn's converters, of a Keras model.")
@click.option("--small-weights", type=click.Choice(["float16", "bfloat16", "int8"]),
              help="Keep weights in half the bytes (int8: a quarter), and measure what that changes; of a bundle, too.")
@click.option("--no-simplify", is_flag=True, help="Keep the exporter's graph as it is.")
@click.option("--no-compare", is_flag=True, help="Do not compare the result with its source.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def convert(source: Path, output: Path, describe: tuple[Path, ...], data: Path | None, scores: str,
            name: str | None, key: str | None, response: str | None, type_: str | None, example: Path | None,
            weights: Path | None, variables: Path | None, small_weights: str | None,
            no_simplify: bool, no_compare: bool, quiet: bool) -> None:
    """Turn SOURCE into a bundle with readable names, and check it against its source.

    \b
    lading template tagger.onnx > papers.json        # fill in names and units
    lading convert tagger.onnx --describe papers.json --data jets.h5 -o tagger/
    """
    with Progress(quiet) as progress:
        model = converting.convert(
            source,
            example=example,
            describe=list(describe),
            data=(data, scores) if data else None,
            name=name,
            simplify=not no_simplify,
            compare=not no_compare,
            small_weights=small_weights,
            progress=progress.step,
            **{option: value for option, value in (("key", key), ("response", response), ("type", type_),
                                                   ("weights", weights), ("variables", variables))
               if value is not None},
        )
        model.save(output)
        progress.done(f"wrote {output}")
