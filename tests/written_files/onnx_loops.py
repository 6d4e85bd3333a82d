"""Networks with loops and scans, as ONNX's own language of graphs writes them, and what to feed them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import onnx.parser

HEAD = '<ir_version: 10, opset_import: ["" : 21]>\n'


@dataclass(frozen=True)
class Looping:
    """A network and the tensors of some runs. ``stays``: whether an operator Loop or Scan is left of it."""

    text: str
    feeds: list[dict[str, np.ndarray]] = field(default_factory=list)

    def proto(self) -> onnx.ModelProto:
        return onnx.parser.parse_model(HEAD + self.text)


def real(*numbers: float) -> np.ndarray:
    return np.array(numbers, np.float32)


def turns(*counts: int, **more: np.ndarray) -> list[dict[str, np.ndarray]]:
    return [{**more, "n": np.array(count)} for count in counts]


TABLE = np.linspace(-1, 2, 10, dtype=np.float32)

LOOPING: dict[str, Looping] = {
    "until it is large": Looping('''
agraph (float[1,3] x, int64 n) => (float[1,3] y, float[1,3] total) {
  yes = Constant<value = bool {1}>()
  first = Constant<value = int64[1] {0}>()
  y, all = Loop(n, yes, x) <body = turn (int64 i, bool c, float[1,3] v) => (bool go, float[1,3] w, float[1,3] s) {
    two = Constant<value = float {2}>()
    hundred = Constant<value = float {100}>()
    w = Mul(v, two)
    most = ReduceMax<keepdims = 0>(w)
    go = Less(most, hundred)
    s = Add(w, x)
  }>
  total = ReduceSum<keepdims = 0>(all, first)
}''', turns(0, 1, 3, 30, -2, x=real(1, 2, 3)[None])),
    "two that change places": Looping('''
agraph (float[2] a, float[2] b, int64 n) => (float[2] p, float[2] q, float[2] sum) {
  yes = Constant<value = bool {1}>()
  first = Constant<value = int64[1] {0}>()
  p, q, all = Loop(n, yes, a, b) <body = turn (int64 i, bool c, float[2] u, float[2] v) =>
      (bool d, float[2] v, float[2] u, float[2] s) {
    d = Identity(c)
    s = Identity(a)
  }>
  sum = ReduceSum<keepdims = 0>(all, first)
}''', turns(0, 1, 2, 3, a=real(1, 2), b=real(3, 4))),
    "three that go round": Looping('''
agraph (float[2] a, float[2] b, float[2] e, int64 n) => (float[2] p, float[2] q, float[2] r) {
  p, q, r = Loop(n, , a, b, e) <body = turn (int64 i, bool c, float[2] u, float[2] v, float[2] w) =>
      (bool d, float[2] v, float[2] w, float[2] z) {
    d = Identity(c)
    one = Constant<value = float {1}>()
    z = Add(u, one)
  }>
}''', turns(1, 2, 3, 4, 5, a=real(1, 2), b=real(3, 4), e=real(5, 6))),
    "what grows": Looping('''
agraph (float[1,2] x, int64 n) => (float[2] sum, int64[2] shape) {
  first = Constant<value = int64[1] {0}>()
  y = Loop(n, , x) <body = turn (int64 i, bool c, float[m,2] v) => (bool d, float[k,2] w) {
    d = Identity(c)
    number = Cast<to = 1>(i)
    row = Add(x, number)
    w = Concat<axis = 0>(v, row)
  }>
  sum = ReduceSum<keepdims = 0>(y, first)
  shape = Shape(y)
}''', turns(0, 1, 5, 200, x=real(1, 2)[None])),
    "a loop in a loop": Looping('''
agraph (float[3] x, int64 n) => (float[3] y, float[3] sum) {
  yes = Constant<value = bool {1}>()
  first = Constant<value = int64[1] {0}>()
  y, all = Loop(n, yes, x) <body = outer (int64 i, bool c, float[3] v) => (bool d, float[3] w, float[3] row) {
    d = Identity(c)
    one = Constant<value = int64 {1}>()
    many = Add(i, one)
    w, rows = Loop(many, , v) <body = inner (int64 j, bool cc, float[3] vv) => (bool dd, float[3] ww, float[3] rr) {
      dd = Identity(cc)
      number = Cast<to = 1>(j)
      more = Add(vv, number)
      ww = Add(more, x)
      rr = Mul(ww, v)
    }>
    zero = Constant<value = int64[1] {0}>()
    row = ReduceSum<keepdims = 0>(rows, zero)
  }>
  sum = ReduceSum<keepdims = 0>(all, first)
}''', turns(0, 1, 3, 7, x=real(0.1, 0.2, 0.3))),
    "a choice in a loop": Looping('''
agraph (float[3] x, int64 n) => (float[3] y) {
  y = Loop(n, , x) <body = turn (int64 i, bool c, float[3] v) => (bool d, float[3] w) {
    d = Identity(c)
    two = Constant<value = int64 {2}>()
    half = Mod(i, two)
    odd = Cast<to = 9>(half)
    w = If(odd) <then_branch = t () => (float[3] a) { a = Add(v, x) },
                 else_branch = e () => (float[3] b) { b = Mul(v, x) }>
  }>
}''', turns(1, 2, 7, x=real(1.5, -1, 0.5))),
    "as long as it is told to": Looping('''
agraph (float[2] x, bool go) => (float[2] y, int64 count) {
  zero = Constant<value = int64 {0}>()
  y, count = Loop(, go, x, zero) <body = turn (int64 i, bool c, float[2] v, int64 k) =>
      (bool d, float[2] w, int64 kk) {
    one = Constant<value = int64 {1}>()
    small = Constant<value = float {0.01}>()
    half = Constant<value = float {0.5}>()
    kk = Add(k, one)
    w = Mul(v, half)
    sizes = Abs(w)
    most = ReduceMax<keepdims = 0>(sizes)
    d = Greater(most, small)
  }>
}''', [{"x": real(3, -8), "go": np.array(go)} for go in (True, False)]),
    "other types": Looping('''
agraph (double[3] x, int64 n) => (double[3] y, int64[3] k, bool[3] q, double[3] most, int64[3] count, int64[1] sum) {
  first = Constant<value = int64[1] {0}>()
  k0 = Cast<to = 7>(x)
  q0 = Cast<to = 9>(x)
  y, k, q, s, b, j = Loop(n, , x, k0, q0) <body = turn (int64 i, bool c, double[3] v, int64[3] kk, bool[3] qq) =>
      (bool d, double[3] w, int64[3] k2, bool[3] q2, double[3] s1, bool[3] b1, int64 i2) {
    ten = Constant<value = double {10.0}>()
    w = Add(v, x)
    m = ReduceMax<keepdims = 0>(w)
    d = Less(m, ten)
    k2 = Add(kk, i)
    q2 = Not(qq)
    s1 = Identity(w)
    b1 = And(q2, c)
    one = Constant<value = int64 {1}>()
    i2 = Add(i, one)
  }>
  most = ReduceSum<keepdims = 0>(s, first)
  whole = Cast<to = 7>(b)
  count = ReduceSum<keepdims = 0>(whole, first)
  sum = ReduceSum(j, first)
}''', turns(0, 1, 30, x=np.array([1.0, 2, 0]))),
    "a sum that is scanned": Looping('''
agraph (float[2] start, float[5,2] x) => (float[2] y, float[5,2] sums) {
  y, sums = Scan<num_scan_inputs = 1, body = turn (float[2] v, float[2] row) => (float[2] w, float[2] o) {
    w = Add(v, row)
    o = Identity(w)
  }>(start, x)
}''', [{"start": real(0.5, 1), "x": TABLE.reshape(5, 2)}]),
    "two that are scanned along other axes, backwards": Looping('''
agraph (float[2] start, float[5,2] x, float[2,5] z) => (float[2] y, float[2,5] s, float[5,2] r) {
  y, s, r = Scan<num_scan_inputs = 2, scan_input_axes = [0, -1], scan_input_directions = [0, 1],
      scan_output_axes = [-1, 0], scan_output_directions = [0, 1],
      body = turn (float[2] v, float[2] a, float[2] b) => (float[2] w, float[2] o, float[2] p) {
    sum = Add(v, a)
    w = Sub(sum, b)
    o = Mul(w, a)
    p = Identity(v)
  }>(start, x, z)
}''', [{"start": real(0, 1), "x": TABLE.reshape(5, 2), "z": TABLE[::-1].reshape(2, 5)}]),
    "nothing but what is stacked": Looping('''
agraph (float[4,3] x) => (float[3,4] y) {
  y = Scan<num_scan_inputs = 1, scan_output_axes = [1], body = turn (float[3] row) => (float[3] o) {
    o = Mul(row, row)
  }>(x)
}''', [{"x": np.linspace(0, 1, 12, dtype=np.float32).reshape(4, 3)}]),
    "a scan along open lengths": Looping('''
agraph (float[t,2] x) => (float[2] y, float[t,2] s) {
  start = Constant<value = float[2] {0, 0}>()
  y, s = Scan<num_scan_inputs = 1, body = turn (float[2] v, float[2] row) => (float[2] w, float[2] o) {
    w = Add(v, row)
    o = Tanh(w)
  }>(start, x)
}''', [{"x": TABLE[: 2 * count].reshape(count, 2)} for count in (1, 2, 5)]),
}
