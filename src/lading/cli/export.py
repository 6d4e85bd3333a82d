"""``lading export``: a bundle in another format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import ValueRefused
from .wrapping import wrapped

if TYPE_CHECKING:
    from ..model import Model


@click.command(short_help="Write a model in another format.")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path),
              help="File to write: .onnx, .keras, .json (lwtnn), .nnef, .tgz, .root or .hpp.")  # fmt: skip
@click.option("--operators", type=click.Choice(["TreeEnsemble", "classic"]),
              help="For .onnx: forests as TreeEnsemble of ai.onnx.ml 5 (default), or as the older operators.")
@click.option("--member", metavar="FOLD",
              help="Of a model with folds: the one that is written, by name or place from 0.")  # fmt: skip
@click.option("--gnn-config", metavar="OUTPUTS",
              help="For .onnx: as ATLAS's framework reads networks: these outputs (a,b), or \"all\".")
@click.option("--opset", type=int,
              help="For .onnx: the version of ONNX's operators, from 11, for runtimes that read no newer one.")
@click.option("--preparation", is_flag=True,
              help="For .onnx: the inputs take values as they were measured, and the first nodes prepare them.")
@click.option("--form", type=click.Choice(["graph", "sequential"]),
              help="For .json (lwtnn): a graph, or a list of layers, which has no names for its input and output.")
@click.option("--max", "most", metavar="AXIS=N", multiple=True,
              help="For .hpp: how many elements a sequence may have, where the model does not say.")
@click.option("--rounded", is_flag=True, help="For .root: float64 may be rounded to float32.")
@click.option("--without-preparation", is_flag=True, help="For .keras: what stands behind the preparation.")
def export(model: Path, output: Path, operators: str | None, member: str | None, gnn_config: str | None,
           opset: int | None, preparation: bool, form: str | None, most: tuple[str, ...], rounded: bool,
           without_preparation: bool) -> None:
    """Write MODEL, a bundle or any model file that is read, in the format that the ending of the output tells.

    ONNX: the graph behind the preparation, or with it, and all papers in its metadata, so that lading reads the same
    bundle back.

    JSON: a network as lwtnn reads it, where lwtnn has what the network needs.

    KERAS: a functional model of Keras 3; preparation becomes layers where they give the very numbers.

    NNEF: a folder ending in .nnef, or a .tgz of one, with all papers in its lading.json.

    C++ header: a network or a forest in one file that needs no library; with the engine's bits.

    ROOT: a forest in the layout of ATLAS MVAUtils, which its C++ code reads.

    \b
    lading export tagger/ -o tagger.onnx
    lading export forest/ -o forest.root
    """
    from ..opening import open_model
    from ..targets.onnx_file.told import left_to_the_caller

    outputs = True if gnn_config == "all" else gnn_config.split(",") if gnn_config else None
    options = {"operators": operators, "gnn_config": outputs, "opset": opset, "form": form, "rounded": rounded or None,
               "max": dict(map(_length, most)) or None,
               "preparation": True if preparation else False if without_preparation else None}  # fmt: skip
    found = open_model(model)
    found = found if member is None else found.member(_name_or_place(found, member))
    found.export(output, **{name: value for name, value in options.items() if value is not None})
    click.echo(wrapped(f"wrote {output}", sys.stderr), err=True)
    if preparation and output.suffix.lower() == ".onnx":
        for text in left_to_the_caller(found):
            click.echo(wrapped(text, sys.stderr), err=True)


def _length(text: str) -> tuple[str, int]:
    """An axis and a number."""
    axis, _, number = text.rpartition("=")
    if not axis or not (number.isascii() and number.isdigit()):
        raise ValueRefused(f"--max {text}: it is the name of a sequence axis and a number, as in track=40")
    return axis, int(number)


def _name_or_place(model: Model, member: str) -> str | int:
    """A number is a place, unless a member is called so."""
    named = model.folds is not None and member in model.folds.graphs
    return int(member) if member.isascii() and member.isdigit() and not named else member
