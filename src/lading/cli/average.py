"""``lading average``: an ensemble becomes one model."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import ValueRefused
from .progress import Progress


@click.command(short_help="Make one model of an ensemble: their mean.")
@click.argument("models", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True,
              help="Folder to write (tagger/), or one file (tagger.lading).")
@click.option("--weights", metavar="W,W,...", help="How much each counts, in their order; else all the same.")
@click.option("--outputs", metavar="NAME,...", help="Which outputs are kept; else all.")
@click.option("--name", default="", help="Name of the model; else that of its members, if all have the same.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def average(models: tuple[Path, ...], output: Path, weights: str | None, outputs: str | None, name: str,
            quiet: bool) -> None:
    """Write one model that gives the average of the outputs of MODELS, bundles or any model files that are read.

    They take the same variables and give the same outputs; how they prepare the variables may differ.

    \b
    lading average seed1/ seed2/ seed3/ -o tagger/
    lading average old/ new/ --weights 1,3 -o tagger/
    """
    from ..families.average import average as averaged

    with Progress(quiet) as progress:
        progress.step(f"averaging {len(models)} models")
        kept = None if outputs is None else outputs.split(",")
        made = averaged(list(models), None if weights is None else _numbers(weights), outputs=kept, name=name)
        made.save(output)
        progress.done(f"wrote {output}, the average of {', '.join(made.record['members'])}")


def _numbers(text: str) -> list[float]:
    try:
        return [float(each) for each in text.split(",")]
    except ValueError:
        raise ValueRefused(f"--weights {text}: should be numbers, --weights 1,3") from None
