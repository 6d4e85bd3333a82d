"""What whoever converts a file of lwtnn should know: where lwtnn itself is wrong, or does less than the model."""

from __future__ import annotations

from ...endpoints import valid_name
from .layers import Embedding
from .network import Network

__all__ = ["remarks_on"]


def remarks_on(network: Network) -> list[str]:
    """One sentence each."""
    said = []
    nodes = [network.nodes[number] for number in network.order]
    if any(isinstance(node.layer, Embedding) and node.layer.is_wrong_in_lwtnn for node in nodes):
        said.append("lwtnn up to 2.14.1 evaluates this file wrongly: it moves wrong values behind an embedding that "
                    "is not the last variable; this model does what was meant")  # fmt: skip
    slots = [slot for given in (*network.vectors, *network.sequences) for slot in given.slots]
    if defaults := sum(slot.default is not None for slot in slots):
        said.append(f"NaN and infinities of {defaults} of {len(slots)} variables become the defaults of the file; with "
                    "lwtnn the caller's NanReplacer does that")  # fmt: skip
    names = [name for given in (*network.vectors, *network.sequences)
             for name in (given.name, *(slot.name for slot in given.slots))]  # fmt: skip
    names += [name for output in network.outputs for name in (output.name, *output.labels)]
    said += [f"'{name}' is called '{valid_name(name)}' here: names hold no '/' and no control characters"
             for name in dict.fromkeys(names) if name and valid_name(name) != name]  # fmt: skip
    for output in network.outputs:
        width = network.nodes[output.node].width
        if len(output.labels) < width:
            kept = f"the first {len(output.labels)} of them are kept" if output.labels else "they stay without names"
            said.append(f"output '{output.name}' has {len(output.labels)} labels for {width} values; {kept}")
        node = network.nodes[output.node]
        if node.is_sequence and node.lost:
            said.append(f"output '{output.name}' has {node.lost} steps fewer than go in; here they are NaN, at the end")
        if len(set(output.labels)) < len(output.labels):
            said.append(f"labels of output '{output.name}' stand there twice; lwtnn keeps the last value of each")
    return said
