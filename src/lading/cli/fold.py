"""``lading fold``: several trainings of one model in one bundle."""

from __future__ import annotations

from pathlib import Path

import click

from .progress import Progress


@click.command(short_help="Fold several trainings into one bundle.")
@click.argument("models", nargs=-1, required=True)
@click.option("--key", required=True, metavar="VARIABLE",
              help="The whole number of an entry that picks the model: event_number, or input.variable.")
@click.option("--modulo", type=click.IntRange(min=2), metavar="N",
              help="Its divisor; usually how many models there are.")
@click.option("--members", metavar="0,0,1,1", help="The place of the model that each residue takes, from 0.")
@click.option("--hash", "hash_", metavar="NAME", help="Mix the key first: splitmix64.")
@click.option("--leave-out", is_flag=True,
              help="An entry takes the average of all MODELS but the one that its key picks.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True,
              help="Folder to write (tagger/), or one file (tagger.lading).")
@click.option("--data", type=click.Path(path_type=Path), metavar="EVENTS",
              help="Raw events on which the whole is proven, with --scores.")
@click.option("--scores", metavar="COLUMNS", default="scores", show_default=True,
              help="Where the training's own scores stand in EVENTS.")
@click.option("--name", help="Name of the model; else what the names of all begin with.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def fold(models: tuple[str, ...], key: str, modulo: int | None, members: str | None, hash_: str | None,
         leave_out: bool, output: Path, data: Path | None, scores: str, name: str | None, quiet: bool) -> None:
    """Write one bundle of MODELS, trainings of one model, of which a key of each entry picks the one to apply.

    MODELS stand in the order in which they are applied: the first where the key modulo N is 0.

    \b
    lading fold even/ odd/ --key event_number --modulo 2 -o tagger/
    lading fold fold0/ fold1/ --key event_number --members 0,0,1,1 -o tagger/
    lading fold fold0/ fold1/ fold2/ --key event_number --leave-out -o tagger/
    """
    from ..families.folding import fold as join

    with Progress(quiet) as progress:
        model = join(list(models), key, modulo, _numbers(members), hash_, data, scores if data else None, name,
                     progress.step, leave_out=leave_out)  # fmt: skip
        model.save(output)
        progress.done(f"wrote {output}")


def _numbers(text: str | None) -> list[int] | None:
    if text is None:
        return None
    try:
        return [int(each) for each in text.split(",")]
    except ValueError:
        raise click.BadParameter(f"'{text}' is no list of numbers, 0,0,1,1", param_hint="--members") from None
