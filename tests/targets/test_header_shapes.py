"""Shapes that follow from fed numbers, or by no formula from lengths, are refused; others have the engine's bits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import network_headers as headers
import numpy as np
import pytest
from lading_sources import shaping_inputs
from test_header_networks import check, of_engine
from written_network import Network

from lading.errors import UnsupportedError
from lading.targets.header import to_text
from lading.targets.header_file.networks.moving import SHAPING
from lading.targets.header_file.networks.operators import OPERATORS


def jets(name: str) -> tuple[Network, str]:
    """A network of one input ``x`` [jet, 6]."""
    net = Network(name)
    return net, net.input("x", "jet", 6)


def count(net: Network, x: str) -> str:
    """How many elements of x are positive: [1], int64."""
    positive = net.node("Cast", net.node("Greater", x, np.array(0, np.float32)), to="int64")
    return net.node("Reshape", net.node("ReduceSum", positive, keepdims=0), [1])


def zero(net: Network, x: str) -> str:
    """0 for any finite x, which only its numbers tell: [1], int64."""
    return net.node("Cast", net.node("Mul", net.node("ReduceMax", net.node("Flatten", x, axis=0), [1], keepdims=0),
                                     np.array(0, np.float32)), to="int64")  # fmt: skip


def reshape(net: Network, x: str) -> str:
    return net.node("Reshape", x, net.node("Concat", net.node("Add", count(net, x), [1]), [-1], axis=0))


def expand(net: Network, x: str) -> str:
    return net.node("Expand", x, net.node("Concat", count(net, x), [6], axis=0))


def slice_end(net: Network, x: str) -> str:
    return net.node("Slice", x, [0], count(net, x), [1])


def slice_start(net: Network, x: str) -> str:
    return net.node("Slice", x, zero(net, x), [2], [1])


def slice_axes(net: Network, x: str) -> str:
    return net.node("Slice", x, [0], [1], zero(net, x))


def slice_steps(net: Network, x: str) -> str:
    return net.node("Slice", x, [0], [6], [1], net.node("Add", zero(net, x), [1]))


def tile(net: Network, x: str) -> str:
    return net.node("Tile", x, net.node("Concat", [1], count(net, x), axis=0))


def pad(net: Network, x: str) -> str:
    return net.node("Pad", x, net.node("Concat", [0, 0, 0], count(net, x), axis=0))


def constant_of_shape(net: Network, x: str) -> str:
    return net.node("Cast", net.node("ConstantOfShape", count(net, x)), to="float32")


def of_range(net: Network, x: str) -> str:
    last = net.node("Squeeze", count(net, x), [0])
    return net.node("Cast", net.node("Range", np.array(0), last, np.array(1)), to="float32")


def non_zero(net: Network, x: str) -> str:
    return net.node("Cast", net.node("NonZero", net.node("Relu", x)), to="float32")


def compress(net: Network, x: str) -> str:
    condition = net.node("Greater", net.node("Reshape", x, [-1]), np.array(0, np.float32))
    return net.node("Compress", x, condition, axis=1)


def unique(net: Network, x: str) -> str:
    return net.node("Unique", net.node("Floor", x), results=4)[0]


def top(net: Network, x: str) -> str:
    return net.node("TopK", x, net.node("Add", zero(net, x), [2]), results=2)[0]


def split(net: Network, x: str) -> str:
    sizes = net.node("Concat", count(net, x), net.node("Sub", [6], count(net, x)), axis=0)
    return net.node("Split", x, sizes, results=2, axis=1)[0]


def squeeze(net: Network, x: str) -> str:
    return net.node("Squeeze", x, zero(net, x))


def unsqueeze(net: Network, x: str) -> str:
    return net.node("Unsqueeze", x, zero(net, x))


def reduction(net: Network, x: str) -> str:
    return net.node("ReduceSum", x, zero(net, x))


BY_NUMBERS: dict[str, tuple[Callable[[Network, str], str], str]] = {
    "Reshape": (reshape, "input 1"), "Expand": (expand, "input 1"), "Slice": (slice_end, "input 2"),
    "Slice start": (slice_start, "input 1"), "Slice axes": (slice_axes, "input 3"),
    "Slice steps": (slice_steps, "input 4"), "Tile": (tile, "input 1"), "Pad": (pad, "input 1"),
    "ConstantOfShape": (constant_of_shape, "input 0"), "Range": (of_range, "no such operator"),
    "NonZero": (non_zero, "no such operator"), "Compress": (compress, "no such operator"),
    "Unique": (unique, "no such operator"), "TopK": (top, "input 1"), "Split": (split, "input 1"),
    "Squeeze": (squeeze, "input 1"), "Unsqueeze": (unsqueeze, "input 1"), "ReduceSum": (reduction, "input 1"),
}  # fmt: skip


@pytest.mark.parametrize("seen", ["numbers", "shape"])
@pytest.mark.parametrize("name", BY_NUMBERS)
def test_a_shape_that_fed_numbers_decide_is_refused(name: str, seen: str) -> None:
    """Whether what has the shape is read for its numbers, or only asked how large it is."""
    make, why = BY_NUMBERS[name]
    net, x = jets("by numbers")
    made = make(net, x)
    if seen == "numbers":
        net.output(net.node("ReduceSum", net.node("Reshape", made, [1, -1]), [1], keepdims=1), "jet", 1)
    else:
        size = net.node("Cast", net.node("Size", made), to="float32")
        net.output(net.node("Add", net.node("ReduceSum", x, [1], keepdims=1), size), "jet", 1)
    with pytest.raises(UnsupportedError) as refused:
        to_text(net.model)
    said = str(refused.value)
    assert f"({name.split()[0]})" in said and why in said and "use the library" in said and "\n" not in said
    assert ("computed from the input 'x'" in said) == (why != "no such operator")


def test_the_table_of_shaping_inputs_is_that_of_the_engine() -> None:
    """An operator of a header that the engine asks for numbers before it knows a shape is in the table."""
    found = shaping_inputs()
    assert len(found) > 10
    for operator, places in found.items():
        if operator in OPERATORS and not operator.startswith("Reduce"):
            assert SHAPING.get(operator) == places, operator
        elif operator.startswith("Reduce"):
            assert places == (1,)
    assert set(SHAPING) <= set(found)


# --------------------------------------------------------------------------------- formulas of lengths


def sequences(name: str, longest: int, **rules: int) -> tuple[Network, str, str]:
    """A network of ``tracks`` [jet, track, 3], and how many there are: [1], int64."""
    net = Network(name)
    net.sequence("track", longest, max=longest, **rules)
    x = net.input("tracks", "jet", "track", 3)
    return net, x, net.node("Gather", net.node("Shape", x), [1])


def scaled(net: Network, x: str, number: str) -> None:
    """The output: the sum of all tracks, times a number that follows from how many there are."""
    total = net.node("ReduceSum", x, [1], keepdims=0)
    net.output(net.node("Mul", total, net.node("Cast", number, to="float32")), "jet", 3)


def above(at: int) -> Callable[[Network, str], str]:
    return lambda net, n: net.node("Greater", n, [at])


def table(net: Network) -> str:
    net.model.weights["table"] = np.arange(200) ** 3 % 11
    return "table"


BY_STEPS: dict[str, Callable[[Network, str], str]] = {
    "min(n, 5)": lambda net, n: net.node("Min", n, [5]), "min(n, 20)": lambda net, n: net.node("Min", n, [20]),
    "max(n, 3)": lambda net, n: net.node("Max", n, [3]), "n // 2": lambda net, n: net.node("Div", n, [2]),
    "n % 7": lambda net, n: net.node("Mod", n, [7]), "n > 7": above(7), "n > 22": above(22),
    "n == 7": lambda net, n: net.node("Equal", n, [7]), "n == 17": lambda net, n: net.node("Equal", n, [17]),
    "n // 14": lambda net, n: net.node("Div", n, [14]), "n // 24": lambda net, n: net.node("Div", n, [24]),
    "n n n": lambda net, n: net.node("Mul", n, net.node("Mul", n, n)),
    "table[n]": lambda net, n: net.node("Gather", table(net), n),
}  # fmt: skip


@pytest.mark.parametrize("rule", BY_STEPS)
def test_a_number_that_follows_from_a_length_by_no_formula_is_refused(rule: str) -> None:
    net, x, n = sequences("steps", 24)
    scaled(net, x, BY_STEPS[rule](net, n))
    with pytest.raises(UnsupportedError, match="depend on the length of a sequence"):
        to_text(net.model)


@pytest.mark.parametrize("end", [5, 20, 23])
def test_a_shape_with_a_step_is_refused(end: int) -> None:
    """x[:, :5] is all of a shorter sequence."""
    net, x, _ = sequences("cut", 24)
    net.output(net.node("ReduceSum", net.node("Slice", x, [0], [end], [1]), [1], keepdims=0), "jet", 3)
    with pytest.raises(UnsupportedError, match=r"does not follow .* it is \[1, \d+, 3\] with \d+ of 'track'"):
        to_text(net.model)


def test_the_beginning_of_a_slice_must_follow_by_one_formula_too() -> None:
    """x[:, n - 6 : n - 5] has one element for all n from 6 on, and for shorter ones; but not the same."""
    net, x, n = sequences("begin", 12, min=3)
    cut = net.node("Slice", x, net.node("Sub", n, [6]), net.node("Sub", n, [5]), [1])
    net.output(net.node("ReduceSum", cut, [1], keepdims=0), "jet", 3)
    with pytest.raises(UnsupportedError, match="one formula"):
        to_text(net.model)


BY_FORMULAS: dict[str, Callable[[Network, str], str]] = {
    "n": lambda net, n: n, "n n": lambda net, n: net.node("Mul", n, n),
    "3 n - 40": lambda net, n: net.node("Sub", net.node("Mul", n, [3]), [40]),
    "min(n, 99)": lambda net, n: net.node("Min", n, [99]), "max(n, 1)": lambda net, n: net.node("Max", n, [1]),
    "n > 0": above(0), "n < 99": lambda net, n: net.node("Less", n, [99]),
}  # fmt: skip


@pytest.mark.parametrize("rule", BY_FORMULAS)
def test_formulas_of_lengths_have_the_engines_bits(rule: str, tmp_path: Path) -> None:
    net, x, n = sequences("formulas", 12, **({"min": 1} if rule in ("max(n, 1)", "n > 0") else {}))
    scaled(net, x, BY_FORMULAS[rule](net, n))
    check(net, tmp_path)


CUTS: dict[str, tuple[int | None, int | None, int]] = {
    "all but the last": (0, -1, 1), "all but the first": (1, 1 << 40, 1), "backwards": (-1, -(1 << 40), -1),
    "the last": (-1, 1 << 62, 1), "the first": (0, 1, 1), "the last two": (-2, 1 << 62, 1), "nothing": (0, 0, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", CUTS)
def test_slices_of_sequences_have_the_engines_bits(name: str, tmp_path: Path) -> None:
    start, end, step = CUTS[name]
    net, x, _ = sequences("cut", 9, min=2)
    net.output(net.node("ReduceSum", net.node("Slice", x, [start], [end], [1], [step]), [1], keepdims=0), "jet", 3)
    net.output(net.node("ReduceSum", x, [1], keepdims=0), "jet", 3)
    check(net, tmp_path)


@pytest.mark.parametrize("rule", ["the last", "n > 1"])
def test_the_shortest_sequences_are_refused_at_run_time_where_only_they_differ(rule: str, tmp_path: Path) -> None:
    """The last track: the engine takes no jet without tracks, so the header takes none either."""
    net, x, n = sequences("last", 9)
    if rule == "the last":
        net.output(net.node("Gather", x, np.array(-1), axis=1), "jet", 3)
    else:
        scaled(net, x, above(1)(net, n))
    least = 1 if rule == "the last" else 2
    program = headers.Program(net.model, net.counts, tmp_path)
    for count in range(least):
        columns = {("tracks", None): np.zeros((count, 3), np.float32)}
        with pytest.raises(AssertionError, match=f"takes no sequence 'track' shorter than {least}"):
            program.run(columns, {"track": np.full(1, count)}, 1)
    columns = {("tracks", None): np.ones((least, 3), np.float32)}
    found = program.run(columns, {"track": np.full(1, least)}, 1)[net.model.output_list[0].name]
    assert found.tolist() == [1.0 * least] * 3


@pytest.mark.parametrize(("longest", "kernel"), [(9, 4), (30, 17)])
def test_sequences_shorter_than_a_window_are_refused_at_run_time(longest: int, kernel: int, tmp_path: Path) -> None:
    """Of fewer tracks than the convolution's window no element comes out; of enough, the engine's bits."""
    net, x, _ = sequences("window", longest, min=1)
    turned = net.node("Transpose", x, perm=[0, 2, 1])
    made = net.node("Transpose", net.node("Conv", turned, net.weight(3, 3, kernel)), perm=[0, 2, 1])
    net.output(net.node("Gather", made, np.array(-1), axis=1), "jet", 3)
    program = headers.Program(net.model, net.counts, tmp_path)
    for count in (1, kernel - 1):
        columns = {("tracks", None): np.ones((count, 3), np.float32)}
        with pytest.raises(AssertionError, match=f"takes no sequence 'track' shorter than {kernel}"):
            program.run(columns, {"track": np.full(1, count)}, 1)
    for count in (kernel, longest):
        columns = {("tracks", None): np.ones((count, 3), np.float32)}
        counts = {"track": np.full(1, count)}
        found = program.run(columns, counts, 1)
        for name, values in of_engine(net.model, columns, counts).items():
            assert headers.bits(found[name]) == headers.bits(values)


@pytest.mark.parametrize("longest", [12, 30])
@pytest.mark.parametrize("largest", [0, 1])
def test_the_first_in_order_are_the_engines_with_ties_and_nan(largest: int, longest: int, tmp_path: Path) -> None:
    """Of at least ten tracks, the ten largest or smallest: values, places, zeros of both signs, infinities."""
    net, x, _ = sequences("first", longest, min=0)
    tops = net.node("TopK", x, [10], results=2, axis=1, largest=largest)
    net.output(tops[0], "jet", 10, 3)
    net.output(tops[1], "jet", 10, 3, dtype="int64")
    program = headers.Program(net.model, net.counts, tmp_path)
    odd = np.float32([np.nan, -np.nan, 0.0, -0.0, np.inf, -np.inf, 1, 1, -1, 1e-45])
    for count in (10, 11, longest):
        counts = {"track": np.full(1, count)}
        columns = {("tracks", None): odd[np.random.default_rng(count).integers(0, len(odd), (count, 3))]}
        found, expected = program.run(columns, counts, 1), of_engine(net.model, columns, counts)
        for name, values in expected.items():
            assert headers.bits(found[name]) == headers.bits(values), name


# ------------------------------------------------------------------- more lengths than can be tried


def long_sequences(rule: Callable[[Network, str], str] | None) -> Network:
    net = Network("long")
    for name in ("track", "flow", "hit"):
        net.sequence(name, 60, max=60)
    parts = [net.input(f"{name}s", "jet", name, 3) for name in ("track", "flow", "hit")]
    all_of_them = net.node("Concat", *parts, axis=1)
    n = net.node("Gather", net.node("Shape", all_of_them), [1])
    scaled(net, all_of_them, rule(net, n) if rule else n)
    return net


@pytest.mark.parametrize("rule", ["n == 17", "n % 7", "n > 22", "min(n, 5)", "table[n]"])
def test_where_not_all_lengths_can_be_tried_steps_are_refused_by_name(rule: str) -> None:
    with pytest.raises(UnsupportedError, match=r"node 'main_\d_\w+' \(\w+\) may compute some in another way"):
        to_text(long_sequences(BY_STEPS[rule]).model)


def test_where_not_all_lengths_can_be_tried_formulas_have_the_engines_bits(tmp_path: Path) -> None:
    check(long_sequences(lambda net, n: net.node("Add", net.node("Mul", n, n), [3])), tmp_path)


def test_more_numbers_than_can_be_counted_are_refused() -> None:
    net, x, _ = sequences("far too long", 9)
    net.model.axes["track"].max = 50_000
    net.output(net.node("ReduceSum", net.node("MatMul", x, net.node("Transpose", x, perm=[0, 2, 1])), [1, 2],
                        keepdims=0), "jet")  # fmt: skip
    with pytest.raises(UnsupportedError, match="would hold more than 2147483647 numbers"):
        to_text(net.model)
