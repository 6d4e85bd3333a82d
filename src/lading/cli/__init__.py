"""The command ``lading``: one verb a file, each a thin skin over one Python function.

Exit codes: 0 fine, 1 the answer is no (a difference, a failed check), 2 wrong use or an unreadable file.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

#: Every command: its name is its file beside this one.
COMMANDS = ("convert", "show", "run", "check", "diff", "fold", "average", "template", "export", "config")


class _Commands(click.Group):
    """Commands are imported when they are used, so that ``lading --help`` is quick."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"lading.cli.{name}"), name)
        return command

    def resolve_command(self, context: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from ..errors import suggestion

            raise click.UsageError(f"there is no command '{args[0]}' {suggestion(args[0], COMMANDS)}")
        return super().resolve_command(context, args)

    def invoke(self, context: click.Context) -> Any:
        from ..errors import LadingError
        from .wrapping import wrapped

        try:
            return super().invoke(context)
        except BrokenPipeError:  # `lading show ... | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as error:
            if context.params.get("traceback"):
                raise
            click.echo(wrapped(f"lading: {_told(error)}", sys.stderr), err=True)
            sys.exit(getattr(error, "exit_code", 2) if isinstance(error, LadingError) else 2)


def _told(error: Exception) -> str:
    """An error in one line. Those that nobody foresaw say how to see more."""
    from ..errors import LadingError

    if isinstance(error, LadingError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"a fault of lading itself: {what} (`lading --traceback ...` shows where; please report it)"


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        from .. import engine

        click.echo(f"lading {version('lading')} (numerics {engine.numerics()}, {engine.isa()})")
        context.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--traceback", is_flag=True, help="Show where in the code an error was raised.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
              help="Show version, numerics and instruction set.")
def main(traceback: bool) -> None:
    """A trained model travels with its papers.

    \b
    lading convert tagger.onnx --describe papers.json -o tagger/
    lading show tagger/
    lading run tagger/ jets.h5 -o scores.h5
    lading check tagger/
    """
