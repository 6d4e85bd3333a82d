"""The few functions of a header: the walk through a tree, the sum, and the link (docs/format.md, section 12)."""

from __future__ import annotations

from ...trees import Forest
from .names import CPP, Names
from .tables import has_sets, number

__all__ = ["functions"]

OPERATORS = {"x < t": "<", "x <= t": "<=", "x > t": ">", "x >= t": ">="}


def functions(forest: Forest, names: Names, nan_score: float | None = None) -> str:
    """The rest of the namespace ``detail``, and what users call. ``nan_score``: what the score is for any NaN."""
    score = _score(forest) if nan_score is None else _with_nan_score(_score(forest), forest, nan_score)
    parts = [_goes_left(forest), _leaf_of(forest), "}  // namespace detail", "", _margin(forest), score]
    if names.members:
        parts.append(_by_name(forest, names))
    return "\n".join(parts)


def _goes_left(forest: Forest) -> str:
    rules, compared = forest.missing, CPP[forest.input_type]
    lines = ["", f"inline bool goes_left(const Node& node, {compared} x) {{"]
    missing = "x != x"
    if (rules & 4).any():
        missing = f"x != x || ((node.missing & 4) != 0 && std::fabs(x) <= {number(1e-35, 'float32')})"
    if (rules & 2).any():
        lines += ["  if ((node.missing & 2) != 0) {", "    if (x != x) x = 0;",
                  f"  }} else if ({missing}) {{", "    return (node.missing & 1) != 0;", "  }"]  # fmt: skip
    else:
        lines.append(f"  if ({missing}) return (node.missing & 1) != 0;")
    if has_sets(forest):
        lines.append("  if (node.begin >= 0) return is_in_set(node, x);")
    lines += [f"  return x {OPERATORS[forest.left_if]} node.threshold;", "}"]
    return (_is_in_set(compared) if has_sets(forest) else "") + "\n".join(lines)


def _is_in_set(compared: str) -> str:
    return f"""
inline bool is_in_set(const Node& node, {compared} x) {{
  if ((node.missing & 8) != 0 && x < 0) return false;
  const {compared} whole = std::trunc(x);
  if (!(whole >= 0 && whole < 32 * static_cast<{compared}>(node.words))) return false;
  const auto category = static_cast<std::uint32_t>(whole);
  return (categories[static_cast<std::uint32_t>(node.begin) + category / 32] >> category % 32 & 1u) != 0;
}}
"""


def _leaf_of(forest: Forest) -> str:
    return f"""
inline std::int32_t leaf_of(int tree, const Value* x) {{
  std::int32_t at = roots[tree];
  while (at >= 0) {{
    const Node& node = nodes[at];
    at = goes_left(node, static_cast<{CPP[forest.input_type]}>(x[node.feature])) ? node.left : node.right;
  }}
  return -1 - at;
}}
"""


def _result(forest: Forest) -> str:
    return "Sum" if forest.single else "std::array<Sum, outputs>"


def _margin(forest: Forest) -> str:
    """The sum of the leaves, in the order and the type of the forest."""
    kind = forest.sum_type
    base = [0.0] * forest.outputs if forest.base is None else forest.base.tolist()
    bases = ", ".join(number(each, kind) for each in base)
    zeros = ", ".join(number(0.0, kind) for _ in base)
    at_start = forest.base_at == "start"
    lines = ["// The sum of the trees.", f"inline {_result(forest)} margin(const Value* x) {{",
             f"  std::array<Sum, outputs> sum{{{{{bases if at_start else zeros}}}}};"]  # fmt: skip
    if forest.leaf.ndim == 2:
        lines += ["  for (int t = 0; t < trees; ++t) {",
                  "    const Sum* leaf = detail::leaves + detail::leaf_of(t, x) * outputs;",
                  "    for (int o = 0; o < outputs; ++o) sum[static_cast<unsigned>(o)] += leaf[o];", "  }"]  # fmt: skip
    else:
        output = "0" if forest.tree_output is None else "static_cast<unsigned>(detail::output[t])"
        lines.append(f"  for (int t = 0; t < trees; ++t) sum[{output}] += detail::leaves[detail::leaf_of(t, x)];")
    if forest.combine != "sum":
        lines.append(f"  for (Sum& each : sum) each /= static_cast<Sum>({number(forest.divisor, 'float64')});")
    if forest.scale != 1:
        lines += ["  for (Sum& each : sum) {", "    const volatile Sum scaled = each * "
                  f"static_cast<Sum>({number(forest.scale, 'float64')});  // rounded before anything is added",
                  "    each = scaled;", "  }"]  # fmt: skip
    if not at_start:
        lines += [f"  const Sum base[] = {{{bases}}};",
                  "  for (int o = 0; o < outputs; ++o) sum[static_cast<unsigned>(o)] += base[o];"]  # fmt: skip
    return "\n".join([*lines, f"  return sum{'[0]' if forest.single else ''};", "}", ""])


def _score(forest: Forest) -> str:
    """What the library makes of the margin."""
    result = _result(forest)
    if forest.link == "identity":
        return f"// The margin: there is no link.\ninline {result} score(const Value* x) {{\n  return margin(x);\n}}\n"
    kind = "float" if forest.link_type == "float32" else "double"
    narrow = "double" if forest.link_type == "float64" else "float"
    exponential = f"""namespace detail {{

inline {narrow} exponential({kind} x) {{
  return static_cast<{narrow}>(std::exp(static_cast<double>(static_cast<{narrow}>(x))));
}}

}}  // namespace detail
"""
    rounded = f"static_cast<Sum>(static_cast<{narrow}>(%s))"
    body = _softmax(kind, rounded) if forest.link == "softmax" else _each(forest, kind, rounded)
    start = f"  std::array<Sum, outputs> score{'{{margin(x)}}' if forest.single else ' = margin(x)'};\n"
    end = f"  return score{'[0]' if forest.single else ''};\n}}\n"
    return f"{exponential}\n// {_formula(forest)}\ninline {result} score(const Value* x) {{\n{start}{body}{end}"


def _with_nan_score(score: str, forest: Forest, nan_score: float) -> str:
    """The function of the score, asked only where no variable is NaN."""
    head, answer = f"inline {_result(forest)} score(const Value* x) {{\n", number(nan_score, forest.sum_type)
    check = f"  for (int i = 0; i < inputs; ++i)\n    if (x[i] != x[i]) return {answer};  // as the Reader of TMVA\n"
    return score.replace(head, head + check, 1)


def _formula(forest: Forest) -> str:
    return {"logistic": "1 / (1 + exp(-s m)) of the margin m", "softmax": "exp(m) / the sum of all of them",
            "exp": "exp(m) of the margin m", "tmva_gradient": "2 / (1 + exp(-2 m)) - 1 of the margin m"}[forest.link]


def _each(forest: Forest, kind: str, rounded: str) -> str:
    scale = f"-static_cast<{kind}>({number(forest.link_scale, 'float64')})"
    value = {
        "logistic": f"1 / (1 + static_cast<{kind}>(detail::exponential({scale} * m)))",
        "exp": f"static_cast<{kind}>(detail::exponential(m))",
        "tmva_gradient": f"2 / static_cast<{kind}>(1 + detail::exponential(-2 * m)) - 1",
    }[forest.link]
    return f"""  for (Sum& each : score) {{
    const auto m = static_cast<{kind}>(each);
    each = {rounded % value};
  }}
"""


def _softmax(kind: str, rounded: str) -> str:
    return f"""  Sum top = score[0];
  for (const Sum each : score) top = each > top ? each : top;
  {kind} e[outputs], sum = 0;
  for (int o = 0; o < outputs; ++o) {{
    e[o] = detail::exponential(static_cast<{kind}>(score[static_cast<unsigned>(o)]) - static_cast<{kind}>(top));
    sum += e[o];
  }}
  for (int o = 0; o < outputs; ++o) score[static_cast<unsigned>(o)] = {rounded % "e[o] / sum"};
"""


def _by_name(forest: Forest, names: Names) -> str:
    """The same by names: no order to get wrong."""
    values = ", ".join(f"features.{member}" for member in names.members)
    return "\n".join(f"""inline {_result(forest)} {what}(const Features& features) {{
  const Value x[] = {{{values}}};
  return {what}(x);
}}
""" for what in ("margin", "score"))
