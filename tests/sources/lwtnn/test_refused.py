"""Files that lwtnn refuses, or reads wrongly, give one clear error."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from lwtnn_networks import NETWORKS

import lading
from lading.sources import lwtnn


def changed(name: str, path: list[Any], value: Any) -> Any:
    network = copy.deepcopy(NETWORKS[name])
    holder = network
    for key in path[:-1]:
        holder = holder[key]
    if value is KeyError:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return network


CASES: list[tuple[str, list[Any], Any, str]] = [
    ("dense", ["layers", 0, "activation"], "relu", "'relu' is not one of lwtnn \\(there it is 'rectified'\\)"),
    ("dense", ["layers", 0, "activation"], "leakyrelu", "'leakyrelu' has no alpha, with which lwtnn gives NaN"),
    ("dense", ["layers", 0, "activation"], "swish", "'swish' has no alpha"),
    ("dense", ["layers", 0, "activation"], {"function": "elu"}, "'alpha' is missing"),
    ("dense", ["layers", 0, "activation"], "sigmiod", "did you mean 'sigmoid'"),
    ("dense", ["layers", 0, "architecture"], "gelu", "architecture 'gelu' is not one of lwtnn"),
    ("dense", ["layers", 0, "bias"], KeyError, "'bias' is missing"),
    ("dense", ["layers", 0, "bias"], [1, 2], r"layers\[0\] \(dense\): bias has 2 numbers; 4 are expected"),
    ("dense", ["layers", 0, "weights", 1], "abc", r'weights\[1\]: is "abc", where a finite number is expected'),
    ("dense", ["layers", 0, "weights", 1], None, "is null, where a finite number"),
    ("dense", ["layers", 0, "weights", 1], True, "is true, where a finite number"),
    ("dense", ["layers", 0, "weights"], [1, 2, 3], "weights has 3 numbers, no multiple of the 2 values that go in"),
    ("dense", ["outputs"], ["a", "b"], "outputs has 2 labels, the last layer gives 1 values"),
    ("dense", ["inputs", 0, "scale"], KeyError, r"inputs\[0\] \('pt'\): 'scale' is missing"),
    ("dense", ["inputs"], [], "inputs is empty"),
    ("dense", ["inputs"], 3, "inputs: is a number, where a list is expected"),
    ("reordered", ["layers", 0], {"architecture": "conv1d"}, "conv1d in a list of layers, which lwtnn does not run"),
    ("reordered", ["layers", 1, "components", "i"], KeyError, "'i' is missing"),
    ("reordered", ["layers", 1, "components", "i", "U"], [1.0], "i: U has 1 numbers; 5 x 5 are expected"),
    ("reordered", ["layers", 1, "inner_activation"], "swish", "no alpha"),
    ("reordered", ["layers", 1, "activation"], "softmax", "'softmax' is not read inside recurrent layers"),
    ("maxout_highway", ["layers", 1, "sublayers"], [], "its sublayers give nothing"),
    ("maxout_highway", ["layers", 2, "components", "t", "weights"], [1.0], "5 x 5 are expected"),
    ("residual", ["outputs", "y", "labels"], [*"abcd"], "4 labels for the 3 values of node 5"),
    ("residual", ["outputs", "y", "node_index"], 9, "node 9 does not exist; there are 6, from 0"),
    ("residual", ["outputs"], {}, "outputs should be an object that names at least one output"),
    ("residual", ["nodes", 1, "sources"], [4], r"nodes\[1\]: a cycle: node 1 needs node 4, which needs node 1|a cycle"),
    ("residual", ["nodes", 1, "sources"], [1], "a cycle: node 1 needs node 1"),
    ("residual", ["nodes", 1, "sources"], [], "has 0 sources; a feed_forward node has 1"),
    ("residual", ["nodes", 1, "layer_index"], 4, "layer 4 does not exist; there are 1"),
    ("residual", ["nodes", 1, "type"], "feedforward", "did you mean 'feed_forward'"),
    ("residual", ["nodes", 0, "sources"], [3], "takes number 3 of 1 inputs"),
    ("residual", ["nodes", 0, "size"], 7, "size is 7, its input has 3 variables"),
    ("residual", ["input_sequences"], KeyError, "'input_sequences' is missing"),
    ("residual", ["nodes", 1, "type"], "sequence", "is of type input, without steps"),
    ("deep_sets", ["nodes", 5, "sources"], [0, 3], "is of type time_distributed, which is no vector"),
    ("disordered", ["nodes", 0, "sources"], [6, 3], "adds nodes of 3, 1 values; they must be as many"),
    ("deep_sets", ["nodes", 2, "type"], "sequence", "its layer works on a vector; such a node has one for the steps"),
    ("convolutions", ["layers", 0, "padding"], "full", "padding 'full' is not one of lwtnn"),
    ("convolutions", ["layers", 0, "dilation_rate"], 10**8, "dilation_rate 100000000 is not read"),
    ("convolutions", ["layers", 0, "dilation_rate"], 1.5, "is 1.5, where a whole number"),
    ("valid_convolution", ["outputs", "pooled", "node_index"], 1, "6 labels for the 3 values"),
    ("embedding_twice", ["layers", 0, "sublayers", 1, "index"], 2, "which a layer before it computes"),
    ("embedding_twice", ["layers", 0, "sublayers", 0, "index"], 7, "index 7 of 3 values"),
]


@pytest.mark.parametrize(("name", "path", "value", "text"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_is_refused(file_of, name, path, value, text):
    file = file_of(changed(name, path, value))
    with pytest.raises(lading.FormatError, match=text) as caught:
        lading.convert(file)
    assert str(caught.value).startswith(str(file))


@pytest.mark.parametrize(("text", "says"), [
    ('{"architecture": 1, "layers": [', "damaged file"),
    ('{"architecture": 1, "layers": NaN}', "NaN is no number of JSON"),
    ('{"architecture": 1, "layers": []}', "'inputs' is missing"),
    ('{"architecture": 1, "layers": ' + "[" * 100000 + "]" * 100000 + "}", "lists within lists"),
])  # fmt: skip
def test_no_network(file_of, text, says):
    with pytest.raises(lading.FormatError, match=says):
        lading.convert(file_of(text))


def test_long_chains_of_nodes_are_read(file_of):
    network = copy.deepcopy(NETWORKS["residual"])
    chain = [{"type": "add", "sources": [at + 1]} for at in range(3000)]
    network["nodes"] = [*chain, {"type": "input", "sources": [0]}]
    network["outputs"]["y"] |= {"node_index": 0}
    assert lwtnn.read(file_of(network), type="float64").outputs["y"].labels


def damaged(text: str, source: random.Random) -> str:
    """The text with a few characters, or a part, cut out, doubled or exchanged."""
    for _ in range(source.choice((1, 1, 2, 5))):
        at, length = source.randrange(len(text)), source.choice((1, 1, 3, 40))
        part = source.choice(("", text[at : at + length] * 2, source.choice('0123456789-.e"[]{},:atn')))
        text = text[:at] + part + text[at + length :]
    return text


@pytest.mark.parametrize("name", NETWORKS)
def test_damaged_files_are_refused_or_read(file_of, name):
    source, text = random.Random(name), json.dumps(NETWORKS[name])
    for _ in range(150):
        file = file_of(damaged(text, source))
        try:
            lwtnn.read(file, type="float32").check()
        except lading.FormatError:
            continue
