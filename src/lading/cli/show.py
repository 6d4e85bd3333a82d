"""``lading show``: what goes in, what comes out, how big, where from, proven or not."""

from __future__ import annotations

import click


@click.command(short_help="Show what a model is.")
@click.argument("model")
@click.option("--json", "as_json", is_flag=True, help="Print the facts for scripts.")
@click.option("--graph", is_flag=True, help="List the nodes too.")
def show(model: str, as_json: bool, graph: bool) -> None:
    """Show on one screen what MODEL is: a bundle, a model file of any format that is read, or the URL of one.

    - is a model.json or a model file on standard input.

    \b
    lading show tagger/
    lading show network.onnx
    lading show https://example.org/models/tagger/ --json
    curl -s https://example.org/models/tagger/model.json | lading show -
    """
    from ..examine.show import facts_of, json_text, print_facts

    facts = facts_of(model, graph=graph)
    if as_json:
        click.echo(json_text(facts))
    else:
        print_facts(facts)
