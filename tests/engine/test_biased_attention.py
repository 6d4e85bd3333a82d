"""Attention whose scores something computed is added to gives the very bits of its steps, for whatever is added."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joined_steps import both_ways, operators
from sequence_networks import attention_of_pairs
from written_network import Network

from lading.engine import Session
from lading.errors import LadingError
from lading.model import Model

Feeds = dict[str, np.ndarray]
FACTORS = ["first", "second", "divided", "none"]


def attention(heads: int = 2, width: int = 4, value_width: int = 3, factor: str = "second", bias_first: bool = False,
              entries: bool = True, constant: tuple[int, ...] = (), back: list[int] | None = None
              ) -> tuple[Network, str]:  # fmt: skip
    """Queries [jet, n, width] on keys and values [jet, m, width]; the network, and what holds the weights."""
    net = Network("attention")
    lead = ["jet"] if entries else []
    front, before = [0] * entries, len(lead)
    by_head = [*front, before + 1, before, before + 2]
    across = [*front, before + 1, before + 2, before]

    def turned(x: str, of: int, perm: list[int]) -> str:
        parted = net.node("Reshape", net.dense(x, 6, heads * of, ""), [0] * (before + 1) + [heads, of])
        return net.node("Transpose", parted, perm=perm)

    for name in ("queries", "keys"):
        net.sequence(name)
        net.input(name, *lead, name, 6)
    query, key = turned("queries", width, by_head), turned("keys", width, across)
    value = turned("keys", value_width, by_head)
    scores, number = net.node("MatMul", query, key), np.array(0.3, np.float32)
    if factor in ("first", "second"):
        scores = net.node("Mul", *((number, scores) if factor == "first" else (scores, number)))
    elif factor == "divided":
        scores = net.node("Div", scores, number)
    bias = net.weight(*constant) if constant else net.input("bias", *lead, heads, 5, 7)
    weights = net.node("Softmax", net.node("Add", *((bias, scores) if bias_first else (scores, bias))), axis=-1)
    found = net.node("Transpose", net.node("MatMul", weights, value), perm=back or by_head)
    net.output(net.node("Reshape", found, [0] * (before + 1) + [-1]), *lead, "queries", heads * value_width)
    return net, weights


def feeds(model: Model, entries: int, n: int, m: int, bias: tuple[int, ...], seed: int = 0) -> Feeds:
    random = np.random.default_rng(seed)
    lead = (entries,) if model.batched else ()
    shapes = {"queries": (*lead, n, 6), "keys": (*lead, m, 6), "bias": bias}
    return {name: random.normal(size=shapes[name]).astype(np.float32) for name in model.inputs}


def check(net: Network, weights: str, fed: Feeds) -> np.ndarray:
    joined, apart = both_ways(net, weights)
    apart.output_list[-1].axes = ["jet"] if net.model.batched else []
    assert "BiasedAttention" in operators(joined) and not {"Softmax", "MatMul"} & set(operators(joined))
    assert "BiasedAttention" not in operators(apart)
    name = joined.output_list[0].name
    found, expected = joined.session().run_graph(fed)[name], apart.session().run_graph(fed)[name]
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    there = ~np.isnan(found)
    np.testing.assert_array_equal(found[there].view(np.uint32), expected[there].view(np.uint32))
    return found


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([0, 1, 3, 20]), st.integers(1, 9), st.integers(1, 20), st.integers(1, 9), st.integers(1, 70),
       st.integers(1, 70), st.sampled_from(FACTORS), st.booleans(), st.integers(0, 15))  # fmt: skip
def test_the_bits_are_those_of_the_steps(entries: int, heads: int, width: int, value_width: int, n: int, m: int,
                                         factor: str, bias_first: bool, alike: int) -> None:  # fmt: skip
    """All sizes, orders and places of the factor; along some axes one element of the bias serves for all."""
    bias = tuple(1 if alike >> axis & 1 else size for axis, size in enumerate((entries, heads, n, m)))
    net, weights = attention(heads, width, value_width, factor, bias_first)
    check(net, weights, feeds(net.model, entries, n, m, bias, n))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_bias_may_have_fewer_axes(rank: int) -> None:
    net, weights = attention(constant=(2, 5, 7)[-rank:])
    check(net, weights, feeds(net.model, 30, 5, 7, ()))


def test_one_jet_at_a_time() -> None:
    net, weights = attention(entries=False)
    check(net, weights, feeds(net.model, 1, 5, 7, (2, 5, 7)))


@pytest.mark.parametrize("sizes", [(1, 7), (5, 1), (1, 1)])
def test_one_query_or_key_is_as_many_as_the_bias_has(sizes: tuple[int, int]) -> None:
    """One query; one key stands for all only if there are as many values."""
    net, weights = attention()
    fed = feeds(net.model, 3, *sizes, (3, 2, 5, 7))
    if sizes[1] == 7:
        check(net, weights, fed)
        return
    for model in both_ways(net, weights):
        with pytest.raises(LadingError, match="do not fit"):
            model.session().run_graph(fed)


@pytest.mark.parametrize("strange", [-np.inf, np.inf, np.nan, 3e38, -3e38])
def test_strange_numbers_do_what_they_do_in_the_steps(strange: float) -> None:
    """One number of a row, and a whole row: nothing can be seen then, and there is no number, unlike in Attention."""
    net, weights = attention()
    fed = feeds(net.model, 4, 5, 7, (4, 2, 5, 7))
    fed["bias"][1, 0, 2, 3] = strange
    fed["bias"][2, 1, 4] = strange
    found = check(net, weights, fed)
    assert np.isnan(found[2, 4, 3:]).all() == (not np.isfinite(strange))
    assert np.isfinite(found[[0, 3]]).all() and np.isfinite(found[2, :4]).all()


@pytest.mark.parametrize("why", ["turned otherwise", "read twice", "too many axes", "another axis", "float64"])
def test_what_is_not_known_to_be_such_an_attention_stays(why: str) -> None:
    net, weights = attention(back=[0, 2, 3, 1] if why == "turned otherwise" else None)
    nodes = {node.operator: node for node in net.model.graphs["main"].nodes}
    if why == "read twice":
        net.output(net.node("Neg", weights), "jet", 2, "queries", 7)
    elif why == "too many axes":
        bias = next(each for each in net.model.input_list if each.name == "bias")
        bias.axes = [1, *bias.axes]
    elif why == "another axis":
        nodes["Softmax"].attributes["axis"] = 2
    elif why == "float64":
        for each in (*net.model.input_list, *net.model.output_list):
            each.type = "float64"
        net.model.weights = {name: np.float64(weight) for name, weight in net.model.weights.items()}
        nodes["Mul"].inputs[1] = np.array(0.3)
    assert "BiasedAttention" not in operators(net.model)


def test_shapes_that_do_not_fit_are_refused() -> None:
    net, weights = attention()
    for model in both_ways(net, weights):
        with pytest.raises(LadingError, match=r"do not fit|\[4, 2, 5, 7\]"):
            model.session().run_graph(feeds(net.model, 4, 5, 7, (4, 2, 5, 6)))


def test_tensors_of_other_axes_are_refused() -> None:
    net, weights = attention()
    fed = feeds(net.model, 4, 5, 7, (4, 2, 5, 7))
    for name, shape in (("bias", (1, 4, 2, 5, 7)), ("bias", (1, 1, 4, 2, 5, 7)), ("queries", (4, 6))):
        for model in both_ways(net, weights):
            with pytest.raises(LadingError):
                model.session().run_graph({**fed, name: np.zeros(shape, np.float32)})


@pytest.mark.parametrize("operator", ["MatMul", "Mul", "Add", "Softmax", "Transpose"])
def test_nodes_of_a_file_may_lack_inputs(operator: str) -> None:
    net, _ = attention()
    for node in net.model.graphs["main"].nodes:
        if node.operator == operator:
            kept = list(node.inputs)
            for count in range(len(kept)):
                node.inputs = kept[:count]
                with pytest.raises(LadingError, match=r"is missing; the node needs|no node reads the weight"):
                    Session(net.model)
            if len(kept) == 2:
                node.inputs = ["", kept[1]]
                with pytest.raises(LadingError, match=r"is missing; the node needs|no node reads the weight"):
                    Session(net.model)
            node.inputs = kept


def test_the_network_of_all_paths_has_such_steps() -> None:
    """Blocks, jets of many lengths and all instruction sets are tested with it; here, what it is made of."""
    steps = Session(attention_of_pairs().model).steps()
    assert [operator for _, operator in steps].count("BiasedAttention") == 2
    assert any(len(nodes.split(" + ")) == 9 for nodes, operator in steps if operator == "BiasedAttention")
