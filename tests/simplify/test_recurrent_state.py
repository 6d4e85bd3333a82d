"""Initial states of zeros and lengths that are all the full one are left out; others stay."""

from __future__ import annotations

import numpy as np
import pytest
from written_graph import Written, normal

CONSTANTS = {
    "w": normal(1, 12, 4), "r": normal(1, 12, 3), "gw": normal(1, 9, 4), "gr": normal(1, 9, 3), "rw": normal(1, 3, 4),
    "rr": normal(1, 3, 3), "head": np.int64([1]), "size": np.int64([3]), "one": np.int64([1]), "four": np.int64([4]),
    "p": normal(1, 9),
}  # fmt: skip
BATCH = "n = Shape <start = 1, end = 2> (t)  s = Concat <axis = 0> (head, n, size)  "
ZERO = BATCH + "h = ConstantOfShape (s)  "
TENTH = BATCH + "h = ConstantOfShape <value = float[1] {0.1}> (s)  "
FULL = BATCH + "l = Shape <end = 1> (t)  c = Cast <to = 6> (l)  q = Expand(c, n)  "
SHORT = FULL.replace("Cast <to = 6> (l)", "Cast <to = 6> (four)")


def first(nodes: str, steps: str = "5", *, reference: bool = True) -> tuple[list, set[str]]:
    """What the recurrent node reads that is left of a model of entries [n, steps, 4], and the rules that were used."""
    order = "t = Transpose <perm = [1, 0, 2]> (x)  "
    end = "  b = Squeeze(a, one)  y = Transpose <perm = [1, 0, 2]> (b)"
    written = Written(f"float[n,{steps},4] x", f"float[n,{steps},3] y", order + nodes + end, CONSTANTS)
    found = written.simplified(*written.feeds(1, 3), reference=reference)
    node = next(each for each in found if each.operator in ("LSTM", "GRU", "RNN"))
    return node.inputs, written.rules


OMITTED = {
    "LSTM": ZERO + "a = LSTM <hidden_size = 3> (t, w, r, , , h, h)",
    "GRU": ZERO + "a = GRU <hidden_size = 3> (t, gw, gr, , , h)",
    "RNN": ZERO + "a = RNN <hidden_size = 3> (t, rw, rr, , , h)",
    "LSTM, lengths": FULL + "a = LSTM <hidden_size = 3> (t, w, r, , q)",
    "LSTM, both": FULL + "h = ConstantOfShape(s)  a = LSTM <hidden_size = 3> (t, w, r, , q, h, h)",
}
KEPT = {
    "state of a tenth": (TENTH + "a = LSTM <hidden_size = 3> (t, w, r, , , h, h)", 7),
    "state of minus zero": (TENTH.replace("0.1", "-0.0") + "a = LSTM <hidden_size = 3> (t, w, r, , , h, h)", 7),
    "one of two states": (ZERO + "c = Add(h, h)  d = Exp(c)  a = LSTM <hidden_size = 3> (t, w, r, , , h, d)", 7),
    "lengths of four": (SHORT + "a = GRU <hidden_size = 3> (t, gw, gr, , q)", 5),
    "the number of entries as lengths": (FULL.replace("(l)", "(n)") + "a = GRU <hidden_size = 3> (t, gw, gr, , q)", 5),
    "peepholes": (ZERO + "a = LSTM <hidden_size = 3> (t, w, r, , , h, h, p)", 8),
}


@pytest.mark.parametrize("case", OMITTED)
def test_left_out(case):
    inputs, rules = first(OMITTED[case], reference="lengths" not in case and "both" not in case)
    assert len(inputs) == 3
    assert "recurrent_state" in rules


@pytest.mark.parametrize("case", KEPT)
def test_what_says_something_stays(case):
    nodes, count = KEPT[case]
    inputs, rules = first(nodes, reference="lengths" not in case)
    assert len(inputs) == count
    assert ("recurrent_state" in rules) is (case in ("one of two states", "peepholes"))
    assert isinstance(inputs[-1], np.ndarray) or inputs[-1]


def test_lengths_that_are_known_only_when_the_model_runs():
    inputs, rules = first(OMITTED["LSTM, lengths"], "m", reference=False)
    assert len(inputs) == 3
    assert "recurrent_state" in rules
