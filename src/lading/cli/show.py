"""``lading show``: what goes in, what comes out, how big, where from, proven or not; what the engine makes of it."""

from __future__ import annotations

import click


@click.command(short_help="Show what a model is.")
@click.argument("model")
@click.option("--json", "as_json", is_flag=True, help="Print the facts for scripts.")
@click.option("--graph", is_flag=True, help="List the nodes too.")
@click.option("--plan", is_flag=True, help="List the steps that the engine makes of the nodes instead.")
@click.option("--costs", is_flag=True, help="Measure what each of these steps takes instead.")
@click.option("--entries", type=click.IntRange(min=1), default=1, show_default=True,
              help="With --costs: entries at once.")  # fmt: skip
@click.option("--length", type=click.IntRange(min=0), default=15, show_default=True,
              help="With --costs: elements of each sequence.")  # fmt: skip
def show(model: str, as_json: bool, graph: bool, plan: bool, costs: bool, entries: int, length: int) -> None:
    """Show on one screen what MODEL is: a bundle, a model file of any format that is read, or the URL of one.

    - is a model.json or a model file on standard input.

    \b
    lading show tagger/
    lading show network.onnx
    lading show tagger/ --costs --entries 64
    lading show https://example.org/models/tagger/ --json
    curl -s https://example.org/models/tagger/model.json | lading show -
    """
    from ..examine.show import json_text

    if plan or costs:
        from ..examine.costs import costs as measured
        from ..examine.costs import plan as planned
        from ..examine.costs import print_steps, runnable

        opened = runnable(model)
        found = measured(opened, entries, length) if costs else planned(opened)
        return click.echo(json_text(found)) if as_json else print_steps(found)
    from ..examine.show import facts_of, print_facts

    facts = facts_of(model, graph=graph)
    return click.echo(json_text(facts)) if as_json else print_facts(facts)
