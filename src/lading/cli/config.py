"""``lading config``: where compilers find the C++ library of this installation."""

from __future__ import annotations

import json

import click


@click.command(short_help="Tell compilers where the C++ library is.")
@click.option("--cmake", is_flag=True, help="Folder for CMake: -Dlading_DIR=$(lading config --cmake)")
@click.option("--cflags", is_flag=True, help="Flags to compile with.")
@click.option("--libs", is_flag=True, help="Flags to link with.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it for scripts.")
def config(cmake: bool, cflags: bool, libs: bool, as_json: bool) -> None:
    """Tell where the C++ headers, library and CMake package of this installation are.

    \b
    c++ -std=c++17 loop.cpp $(lading config --cflags --libs)
    cmake -Dlading_DIR=$(lading config --cmake) ..
    """
    from ..engine.installation import installation

    found = installation()
    parts = {"cmake": (cmake, found.cmake), "cflags": (cflags, found.cflags), "libs": (libs, found.libs)}
    if as_json:
        click.echo(json.dumps({name: text for name, (_, text) in parts.items()}, indent=2))
        return
    wanted = [text for asked, text in parts.values() if asked]
    if wanted:
        click.echo(" ".join(wanted))
    else:
        for name, (_, text) in parts.items():
            click.echo(f"{name:7} {text}")
