"""lwtnn's formulas on raw numbers, straight from the objects of a file: what the tests hold against the converter.

It knows nothing of lading. Its numbers were compared with those that lwtnn 2.14.1 published for its reference networks.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def evaluate(net: dict[str, Any], vectors: dict[str, Any], sequences: dict[str, Any]) -> dict[str, np.ndarray]:
    """``compute/NAME`` (values) and ``scan/NAME`` (steps, values), of raw numbers by input and variable."""
    if "nodes" not in net:
        return {"compute/outputs": _listed(net, vectors, sequences)}
    result = {}
    for name, output in net["outputs"].items():
        at, labels = output["node_index"], len(output["labels"])
        kind = net["nodes"][at]["type"]
        value = _value(net, at, vectors, sequences)
        if kind in ("sequence", "time_distributed"):
            result[f"scan/{name}"] = value[:, :labels]
        if kind != "time_distributed":
            result[f"compute/{name}"] = _as_vector(value)[:labels]
    return result


def _listed(net: dict[str, Any], vectors: dict[str, Any], sequences: dict[str, Any]) -> np.ndarray:
    first = [layer for layer in net["layers"] if layer["architecture"] in ("lstm", "gru", "simplernn", "embedding")]
    x = _prepared(net["inputs"], (sequences if first else vectors)["inputs"])
    for layer in first:
        x = _of_steps(layer, x)
    x = _as_vector(x) if first else x
    for layer in net["layers"]:
        if layer not in first:
            x = _of_vector(layer, x)
    return x


def _prepared(variables: list[Any], raw: dict[str, np.ndarray]) -> np.ndarray:
    columns = [(np.asarray(raw[v["name"]], float) + float(v["offset"])) * float(v["scale"]) for v in variables]
    return np.stack(columns, axis=-1)


def _value(net: dict[str, Any], at: int, vectors: dict[str, Any], sequences: dict[str, Any]) -> np.ndarray:
    node = net["nodes"][at]
    kind, sources = node["type"], node["sources"]
    if kind in ("input", "input_sequence"):
        given = net[f"{kind}s"][sources[0]]
        return _prepared(given["variables"], (vectors if kind == "input" else sequences)[given["name"]])
    values = [_value(net, each, vectors, sequences) for each in sources]
    if kind == "sum":
        return values[0].sum(axis=0)
    if kind in ("concatenate", "add"):
        ends = [_as_vector(each) for each in values]
        return np.concatenate(ends) if kind == "concatenate" else sum(ends[1:], ends[0])
    layer = net["layers"][node["layer_index"]]
    if kind == "sequence":
        return _of_steps(layer, values[0])
    if kind == "time_distributed":
        rows = [_of_vector(layer, row) for row in values[0]]
        return np.array(rows).reshape(len(rows), len(_of_vector(layer, np.zeros(values[0].shape[1]))))
    return _of_vector(layer, _as_vector(values[0]))


def _as_vector(value: np.ndarray) -> np.ndarray:
    return value if value.ndim == 1 else value[-1] if len(value) else np.zeros(value.shape[1])


def _numbers(values: list[Any]) -> np.ndarray:
    return np.array([float(each) for each in values])


def _affine(part: dict[str, Any], x: np.ndarray) -> np.ndarray:
    w, b = _numbers(part["weights"]), _numbers(part["bias"])
    y = w.reshape(-1, len(x)) @ x if len(w) else x
    return y + b if len(b) else y


def _of_vector(layer: dict[str, Any], x: np.ndarray) -> np.ndarray:
    kind = layer["architecture"]
    if kind == "dense":
        return _applied(layer["activation"], _affine(layer, x))
    if kind == "normalization":
        return _numbers(layer["weights"]) * (x + _numbers(layer["bias"]))
    if kind == "maxout":
        return np.max([_affine(each, x) for each in layer["sublayers"]], axis=0)
    c = _applied("sigmoid", _affine(layer["components"]["carry"], x))
    return c * _applied(layer["activation"], _affine(layer["components"]["t"], x)) + (1 - c) * x


def _of_steps(layer: dict[str, Any], x: np.ndarray) -> np.ndarray:
    kind = layer["architecture"]
    if kind == "embedding":
        for each in layer["sublayers"]:
            table, i = _numbers(each["weights"]).reshape(each["n_out"], -1), each["index"]
            x = np.hstack([x[:, :i], table[:, x[:, i].astype(int)].T, x[:, i + 1 :]])
        return x
    return _convolved(layer, x) if kind == "conv1d" else _recurrent(layer, x)


def _convolved(layer: dict[str, Any], x: np.ndarray) -> np.ndarray:
    b, d = _numbers(layer["bias"]), layer["dilation_rate"]
    w = _numbers(layer["weights"]).reshape(len(b), x.shape[1], -1)
    p = (w.shape[2] - 1) * d
    before = {"valid": 0, "causal": p, "same": (p + 1) // 2}[layer["padding"]]
    after = p // 2 if layer["padding"] == "same" else 0
    padded = np.vstack([np.zeros((before, x.shape[1])), x, np.zeros((after, x.shape[1]))])
    y = np.zeros((len(padded) - p, len(b)))
    for s in range(len(y)):
        for k in range(w.shape[2]):
            y[s] += w[:, :, k] @ padded[s + k * d]
    y += b
    return np.stack([_applied(layer["activation"], channel) for channel in y.T], axis=1)


def _recurrent(layer: dict[str, Any], x: np.ndarray) -> np.ndarray:
    parts, act, inner = layer["components"], layer["activation"], layer["inner_activation"]
    units = len(next(iter(parts.values()))["bias"])
    h, c, rows = np.zeros(units), np.zeros(units), []
    for step in x:
        def gate(name: str, state: np.ndarray, step: np.ndarray = step) -> np.ndarray:
            return _affine(parts[name], step) + _numbers(parts[name]["U"]).reshape(units, units) @ state

        if "o" in parts:
            i, f, o = (_applied(inner, gate(name, h)) for name in "ifo")
            c = f * c + i * _applied(act, gate("c", h))
            h = o * _applied(act, c)
        elif "z" in parts:
            z, r = _applied(inner, gate("z", h)), _applied(inner, gate("r", h))
            h = z * h + (1 - z) * _applied(act, gate("h", r * h))
        else:
            h = _applied(act, gate("h", h))
        rows.append(h)
    return np.array(rows).reshape(len(rows), units)


def _applied(function: Any, x: np.ndarray) -> np.ndarray:
    name, a = (function["function"], function["alpha"]) if isinstance(function, dict) else (function, 1.0)
    name = name.removesuffix("_legacy")
    if name == "softmax":
        e = np.exp(x - x.max()) if len(x) else x
        return e / e.sum()
    sigmoid = 1 / (1 + np.exp(-np.clip(a * x if name == "swish" else x, -700, 700)))
    return {"linear": x, "sigmoid": sigmoid, "rectified": np.maximum(x, 0), "tanh": np.tanh(x), "abs": np.abs(x),
            "hard_sigmoid": np.clip(0.2 * x + 0.5, 0, 1), "elu": np.where(x >= 0, x, a * np.expm1(np.minimum(x, 0))),
            "leakyrelu": np.where(x > 0, x, a * x), "swish": x * sigmoid}[name]  # fmt: skip
