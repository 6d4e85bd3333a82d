"""Attention against onnx.reference in float64, ONNX Runtime and the evaluator; its bits; what it refuses."""

# ruff: noqa: C408
from __future__ import annotations

from typing import Any

import backend_suite as suite
import numpy as np
import onnx
import onnx.helper as h
import onnx.reference
import pytest
from instruction_sets import bits_on, every_instruction_set
from one_node import load, open_session, run_node

from lading.bundle import evaluate
from lading.engine import _lading
from lading.errors import LadingError

INPUTS = ("q", "k", "v", "attn_mask", "past_key", "past_value", "nonpad_kv_seqlen")


def tensors(
    batch: int = 2, heads: int = 4, shared: int = 2, queries: int = 5, keys: int = 7, width: int = 8,
    value_width: int = 6, joined: bool = False, seed: int = 1, dtype: Any = np.float32,
) -> list[np.ndarray]:  # fmt: skip
    """Queries, keys and values; side by side in the last axis if ``joined``."""
    rng = np.random.default_rng(seed)
    shapes = (batch, heads, queries, width), (batch, shared, keys, width), (batch, shared, keys, value_width)
    found = [rng.normal(size=shape).astype(dtype) for shape in shapes]
    if joined:
        found = [x.swapaxes(1, 2).reshape(x.shape[0], x.shape[2], x.shape[1] * x.shape[3]) for x in found]
    return found


def some_mask(shape: tuple[int, ...], kind: str) -> np.ndarray:
    rng = np.random.default_rng(2)
    seen = rng.random(shape) < 0.7
    if kind == "bool":
        return seen
    bias = rng.normal(size=shape)
    return np.float32(np.where(seen, bias, -np.inf) if kind == "infinite" else bias)


def past(length: int, dtype: Any = np.float32) -> list[np.ndarray]:
    return tensors(keys=length, seed=3, dtype=dtype)[1:]


def reference(inputs: list[Any], attributes: dict[str, Any], outputs: int = 4) -> list[np.ndarray]:
    """What onnx.reference gives in float64."""
    wide = [x.astype(np.float64) if x is not None and x.dtype == np.float32 else x for x in inputs]
    names = [name if x is not None else "" for name, x in zip(INPUTS, wide, strict=False)]
    results = [f"y{i}" for i in range(outputs)]
    node = h.make_node("Attention", names, results, **attributes)
    given = [
        h.make_tensor_value_info(name, h.np_dtype_to_tensor_dtype(x.dtype), x.shape)
        for name, x in zip(names, wide, strict=True) if x is not None
    ]  # fmt: skip
    made = [h.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, None) for name in results]
    model = h.make_model(h.make_graph([node], "g", given, made), opset_imports=[h.make_opsetid("", 24)])
    feeds = {name: x for name, x in zip(names, wide, strict=True) if x is not None}
    with np.errstate(all="ignore"):
        return onnx.reference.ReferenceEvaluator(model).run(None, feeds)


def near(found: list[np.ndarray], expected: list[np.ndarray], tolerance: float) -> None:
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


SELF = dict(shared=4, keys=5)
CASES: dict[str, tuple[dict[str, Any], list[Any], dict[str, Any]]] = {
    "plain": ({}, [], {}),
    "own heads": (dict(shared=4), [], {}),
    "one head of keys": (dict(shared=1), [], {}),
    "joined": (dict(joined=True), [], dict(q_num_heads=4, kv_num_heads=2)),
    "joined, own heads": (dict(joined=True, shared=4), [], dict(q_num_heads=4, kv_num_heads=4)),
    "one query": (dict(queries=1, keys=40), [], {}),
    "one key": (dict(keys=1), [], {}),
    "more queries than a block": (dict(batch=1, queries=150, keys=37), [], {}),
    "more keys than a block": (dict(batch=1, queries=3, keys=300), [], {}),
    "odd widths": (dict(width=5, value_width=17), [], {}),
    "one wide": (dict(width=1, value_width=1), [], {}),
    "scale": ({}, [], dict(scale=0.3)),
    "softcap": ({}, [], dict(softcap=0.7)),
    "causal": (SELF, [], dict(is_causal=1)),
    "causal, fewer queries": ({}, [], dict(is_causal=1)),
    "causal, fewer keys": (dict(keys=3), [], dict(is_causal=1)),
    "causal, many": (dict(batch=1, queries=150, keys=150), [], dict(is_causal=1)),
    "joined, causal": (dict(joined=True), [], dict(q_num_heads=4, kv_num_heads=2, is_causal=1)),
    "nonpad": ({}, [None, None, None, np.int64([3, 7])], {}),
    "nonpad of nothing": ({}, [None, None, None, np.int64([0, 4])], {}),
    "nonpad, causal": ({}, [None, None, None, np.int64([3, 7])], dict(is_causal=1)),
    "nonpad, short mask": ({}, [some_mask((5, 6), "float"), None, None, np.int64([3, 6])], {}),
    "past": ({}, [None, *past(3)], {}),
    "past, causal": ({}, [None, *past(3)], dict(is_causal=1)),
    "past, mask": ({}, [some_mask((2, 4, 5, 10), "float"), *past(3)], dict(softcap=2.0)),
    "empty past": ({}, [None, *past(0)], {}),
    "joined, past": (dict(joined=True), [None, *past(3)], dict(q_num_heads=4, kv_num_heads=2)),
    "mask hides all from some": ({}, [np.arange(35).reshape(5, 7) >= 14], {}),
    "mask hides all": ({}, [np.zeros((5, 7), bool)], {}),
    "infinite mask hides all from some": (
        {},
        [np.float32([[0]] * 3 + [[-np.inf]] * 2) + np.zeros((5, 7), np.float32)],
        {},
    ),
    "mask, causal hides all from some": (SELF, [np.arange(25).reshape(5, 5) >= 5], dict(is_causal=1)),
    "precise softmax": ({}, [], dict(softmax_precision=11)),
}
for kind in ("bool", "float", "infinite"):
    for shape in (
        (7,),
        (5, 7),
        (1, 7),
        (4, 5, 7),
        (1, 1, 7),
        (2, 4, 5, 7),
        (2, 1, 1, 7),
        (1, 4, 1, 7),
        (2, 1, 5, 4),
        (5, 4),
    ):
        CASES[f"{kind} mask {shape}"] = ({}, [some_mask(shape, kind)], {})
    CASES[f"{kind} mask, causal"] = (SELF, [some_mask((2, 1, 5, 5), kind)], dict(is_causal=1))
    CASES[f"{kind} mask, softcap, many"] = (
        dict(batch=1, queries=130, keys=9),
        [some_mask((130, 9), kind)],
        dict(softcap=1.0),
    )


def named(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes as a bundle writes them."""
    return {key: "float64" if key == "softmax_precision" else value for key, value in attributes.items()}


@pytest.mark.parametrize("mode", [0, 1, 2, 3])
@pytest.mark.parametrize("case", CASES)
def test_as_the_reference(case, mode):
    sizes, more, attributes = CASES[case]
    attributes = {**attributes, "qk_matmul_output_mode": mode}
    inputs = [*tensors(**sizes), *more]
    outputs = 1 if any(x is not None and x.dtype == np.int64 for x in more) else 4
    expected = reference(inputs, attributes, 4)
    if mode == 0 and "softcap" in attributes:
        # onnx.reference gives what mode 1 gives, ONNX's own function body the scores before the cap
        expected[3] = reference(inputs, {**attributes, "softcap": 0.0}, 4)[3]
    found = run_node("Attention", inputs, 4, **named(attributes))
    near(found, expected, 2e-6)
    near(run_node("Attention", inputs, outputs, **named(attributes)), expected[:outputs], 2e-6)
    wide = [x.astype(np.float64) if x is not None and x.dtype == np.float32 else x for x in inputs]
    found = run_node("Attention", wide, 4, **named(attributes))
    assert all(x.dtype == np.float64 for x in found)
    near(found, expected, 1e-7 if "scale" not in attributes and "softcap" not in attributes else 1e-6)


@pytest.mark.parametrize("case", CASES)
def test_as_the_evaluator(case):
    sizes, more, attributes = CASES[case]
    inputs = [*tensors(**sizes), *more]
    with np.errstate(invalid="ignore"):
        expected = evaluate.Attention(*inputs, **named(attributes))
    near(run_node("Attention", inputs, 4, **named(attributes)), list(expected), 2e-6)


@pytest.mark.parametrize("case", [
    "plain", "own heads", "joined", "scale", "softcap", "causal", "past", "past, causal", "joined, past",
    "bool mask (5, 7)", "float mask (2, 4, 5, 7)"])  # fmt: skip
def test_as_onnx_runtime(case):
    ort = pytest.importorskip("onnxruntime")
    sizes, more, attributes = CASES[case]
    inputs = [*tensors(**sizes), *more]
    names = [name if x is not None else "" for name, x in zip(INPUTS, inputs, strict=False)]
    results = ["y", "present_key", "present_value"][: 3 if "past" in case else 1]
    node = h.make_node("Attention", names, results, **attributes)
    given = {name: x for name, x in zip(names, inputs, strict=True) if x is not None}
    infos = [h.make_tensor_value_info(n, h.np_dtype_to_tensor_dtype(x.dtype), x.shape) for n, x in given.items()]
    graph = h.make_graph([node], "g", infos, [h.make_tensor_value_info(y, 1, None) for y in results])
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", 23)], ir_version=10)
    expected = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, given)
    near(run_node("Attention", inputs, len(results), **attributes), expected, 2e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sizes, more", [
    (dict(queries=0), []), (dict(keys=0), []), (dict(queries=0, keys=0), []), (dict(batch=0), []),
    (dict(value_width=0), []), (dict(keys=0), ["mask"]), (dict(keys=0), ["past"])])  # fmt: skip
def test_empty_sequences(sizes, more, dtype):
    inputs = tensors(**sizes, dtype=dtype)
    inputs += [np.zeros((1, inputs[1].shape[2]), bool)] if "mask" in more else []
    inputs += [None, *past(3, dtype)] if "past" in more else []
    with np.errstate(invalid="ignore"):
        expected = evaluate.Attention(*inputs)
    found = run_node("Attention", inputs, 4)
    near(found, list(expected), 1e-6)
    if not sizes.get("keys", 1) and not more:
        assert not found[0].any()  # nothing to look at


def test_no_features_at_all():
    """Scores of no products are 0: every key weighs the same."""
    q, k, v = tensors(width=0)
    expected = v.mean(axis=2, keepdims=True).repeat(2, axis=1).repeat(5, axis=2)
    np.testing.assert_allclose(run_node("Attention", [q, k, v])[0], expected, rtol=1e-5, atol=1e-6)


def test_a_negative_scale():
    """ONNX splits the scale into two roots, which a negative one has not; its sign is that of the keys."""
    q, k, v = tensors()
    near(run_node("Attention", [q, k, v], scale=-1.5), reference([q, -k, v], dict(scale=1.5), 1), 2e-6)


def test_keys_that_are_not_seen_change_no_bit():
    q, k, v = tensors(queries=9, keys=21)
    alone = run_node("Attention", [q, k[:, :, :13], v[:, :, :13]])[0]
    for hidden in (np.arange(21) < 13, np.where(np.arange(21) < 13, 0, -np.inf).astype(np.float32),
                   np.where(np.arange(21) < 13, 0, -1e9).astype(np.float32)):  # fmt: skip
        np.testing.assert_array_equal(run_node("Attention", [q, k, v, hidden])[0], alone)
    np.testing.assert_array_equal(run_node("Attention", [q, k, v, None, None, None, np.int64([13, 13])])[0], alone)
    np.testing.assert_array_equal(run_node("Attention", [q, k, v, np.ones(13, bool)])[0], alone)


def test_a_query_does_not_depend_on_the_others():
    q, k, v = tensors(batch=1, queries=140, keys=17)
    mask = some_mask((140, 17), "float")
    together = run_node("Attention", [q, k, v, mask])[0]
    for first, last in ((0, 1), (63, 66), (100, 140)):
        part = run_node("Attention", [q[:, :, first:last], k, v, mask[first:last]])[0]
        np.testing.assert_array_equal(part, together[:, :, first:last])


def test_three_axes_give_the_bits_of_four():
    four = run_node("Attention", tensors())[0]
    three = run_node("Attention", tensors(joined=True), q_num_heads=4, kv_num_heads=2)[0]
    np.testing.assert_array_equal(three.reshape(2, 5, 4, 6).swapaxes(1, 2), four)


def test_ordinary_numbers_raise_no_floating_point_exception():
    for case, (sizes, more, attributes) in CASES.items():
        for dtype in ("float32", "float64"):
            inputs = [
                x.astype(dtype) if x is not None and x.dtype == np.float32 else x for x in [*tensors(**sizes), *more]
            ]
            feeds = {
                name: 3 * x if name in "qkv" else x for name, x in zip(INPUTS, inputs, strict=False) if x is not None
            }
            names = [name if x is not None else "" for name, x in zip(INPUTS, inputs, strict=False)]
            node = {
                "node": "n",
                "operator": "Attention",
                "inputs": names,
                "outputs": ["y"],
                "attributes": named(attributes),
            }
            session = open_session([node], feeds, ["y"])
            session.run_graph(list(feeds.values()))
            assert session.flags == 0, (case, dtype)


E = "e"
HEADS = dict(q_num_heads=2, kv_num_heads=2)
BATCHED = {
    "joined": ({"q": [E, 3, 8], "k": [E, 5, 8]}, ["q", "k", "k"], [E, 3, 8], HEADS),
    "heads": ({"q": [E, 2, 3, 4], "k": [E, 2, 5, 4]}, ["q", "k", "k"], [E, 2, 3, 4], {}),
    "own mask": ({"q": [E, 3, 8], "m": [E, 1, 3, 3]}, ["q", "q", "q", "m"], [E, 3, 8], HEADS),
    "shared mask": ({"q": [E, 3, 8]}, ["q", "q", "q", {"float32": [0, 1, -1]}], [E, 3, 8], HEADS),
    "causal": ({"q": [E, 3, 8]}, ["q", "q", "q"], [E, 3, 8], {**HEADS, "is_causal": 1}),
}


def batched(case: str) -> tuple[Any, dict[str, np.ndarray], int]:
    inputs, operands, output, attributes = BATCHED[case]
    node = {
        "node": "n",
        "operator": "Attention",
        "inputs": operands,
        "outputs": ["y"],
        "attributes": attributes,
    }
    ends = [{"name": name, "axes": axes, "type": "float32"} for name, axes in inputs.items()]
    model = load(ends, [node], [{"name": "y", "axes": output, "type": "float32"}], {}, {E: {"kind": "entry"}})
    rng = np.random.default_rng(1)
    feeds = {name: np.float32(rng.normal(size=(64, *axes[1:]))) for name, axes in inputs.items()}
    return model, feeds, int(np.prod(output[1:]))


def run_batch(model: Any, feeds: dict[str, np.ndarray], width: int) -> tuple[np.ndarray, int]:
    session, entries = _lading.Session(model), len(next(iter(feeds.values())))
    result = np.full((entries, width), np.nan, np.float32)
    session.run_batch(entries, list(feeds.values()), [(0, 1.0)] * len(feeds), [None], [result], 1)
    return result, session.memory


@pytest.mark.parametrize("case", BATCHED)
def test_batches_run_together_with_the_same_bits(case):
    model, feeds, width = batched(case)
    together, memory = run_batch(model, feeds, width)
    few, less = run_batch(model, {name: value[:7] for name, value in feeds.items()}, width)
    assert memory > 2 * less  # entries were proven apart
    np.testing.assert_array_equal(few, together[:7])
    for e in range(7):
        alone = _lading.Session(model).run_graph([value[e : e + 1] for value in feeds.values()])[0]
        np.testing.assert_array_equal(alone.ravel(), together[e])


def test_a_mask_over_entries_keeps_them_apart():
    """A mask whose leading axis is of heads, not of entries, is not mistaken for one of entries."""
    inputs = {"q": [E, 3, 8], "m": [E, 3, 3]}
    node = {
        "node": "n",
        "operator": "Attention",
        "inputs": ["q", "q", "q", "m"],
        "outputs": ["y"],
        "attributes": HEADS,
    }
    ends = [{"name": name, "axes": axes, "type": "float32"} for name, axes in inputs.items()]
    model = load(ends, [node], [{"name": "y", "axes": [E, 3, 8], "type": "float32"}], {}, {E: {"kind": "entry"}})
    rng = np.random.default_rng(1)
    feeds = {name: np.float32(rng.normal(size=(2, *axes[1:]))) for name, axes in inputs.items()}
    together, _ = run_batch(model, feeds, 24)  # as many entries as heads
    for e in range(2):
        alone = _lading.Session(model).run_graph([value[e : e + 1] for value in feeds.values()])[0]
        np.testing.assert_array_equal(alone.ravel(), together[e])


def every_case() -> bytes:
    """The bits of all cases on the instruction set of this process."""
    bits = b""
    for sizes, more, attributes in CASES.values():
        bits += b"".join(y.tobytes() for y in run_node("Attention", [*tensors(**sizes), *more], 4, **named(attributes)))
    return bits


@every_instruction_set
def test_same_bits_on_every_instruction_set(isa):
    assert bits_on(isa, "test_attention", "every_case()") == every_case()


Q, K, V = tensors()
J = tensors(joined=True)
REFUSED: list[tuple[list[Any], dict[str, Any], str]] = [
    ([Q, K], {}, "input 2 is missing; the node needs 3 inputs"),
    ([Q, K, V.astype(np.float64)], {}, "input 2 is float64, input 0 is float32; they must be the same type"),
    ([Q.astype(int), K, V], {}, "input 0 is int64; it must be float32 or float64"),
    ([Q, K, J[2]], {}, r"three axes or all four; their shapes are \[2, 4, 5, 8\], .* and \[2, 7, 12\]"),
    ([Q[0, 0], K[0, 0], V[0, 0]], {}, "must all have three axes or all four"),
    (J, {}, "attribute 'q_num_heads' is 0; with three axes it must divide the 32 features of input 0"),
    (J, dict(q_num_heads=3, kv_num_heads=2), "'q_num_heads' is 3; .* must divide the 32 features"),
    (J, dict(q_num_heads=4, kv_num_heads=-2), "cannot be negative"),
    ([Q, K, V], dict(q_num_heads=2), r"'q_num_heads' is 2, input 0 of shape \[2, 4, 5, 8\] has 4 heads"),
    (tensors(shared=3), {}, "4 heads of queries cannot share 3 heads of keys evenly"),
    (tensors(shared=0), {}, "4 heads of queries cannot share 0 heads of keys evenly"),
    ([Q, K[..., :7], V], {}, r"queries of shape .*, keys of \[2, 2, 7, 7\] and values of .* do not fit"),
    ([Q, K, V[:, :, :6]], {}, "do not fit"),
    ([Q[:1], K, V], {}, "do not fit"),
    ([Q, K, V, np.zeros((5, 8), np.float32)], {}, r"a mask of shape \[5, 8\] does not fit .* \[2, 4, 5, 7\]"),
    ([Q, K, V, np.zeros((3, 5, 7), bool)], {}, "does not fit scores"),
    ([Q, K, V, np.array(True)], {}, r"a mask of shape \[\] does not fit"),
    ([Q, K, V, np.zeros((1, 1, 1, 1, 7), bool)], {}, "does not fit scores"),
    ([Q, K, V, np.zeros((5, 7), np.int64)], {}, r"\(input 3\) is int64; it must be bool, or float32"),
    ([Q, K, V, np.zeros((5, 7))], {}, r"the mask \(input 3\) is float64"),
    ([Q, K, V, None, past(3)[0]], {}, "past_key and past_value .* must be given together"),
    ([Q, K, V, None, *past(3), np.int64([1, 1])], {}, "cannot be used together with past_key"),
    ([Q, K, V, None, past(3)[0], past(2)[1]], {}, r"5 must have shape \[2, 2, 3, 6\], not \[2, 2, 2, 6\]"),
    ([Q, K, V, None, past(3)[0][0], past(3)[1]], {}, "input 4 must have 4 axes"),
    ([Q, K, V, None, None, None, np.int64([1])], {}, r"input 6 must have shape \[2\], not \[1\]"),
    ([Q, K, V, None, None, None, np.int32([1, 1])], {}, "input 6 is int32; it must be int64"),
    ([Q, K, V, None, None, None, np.int64([1, 8])], {}, "is 8 for batch 1; it must be from 0 to .*, 7"),
    ([Q, K, V, None, None, None, np.int64([-1, 7])], {}, "is -1 for batch 0"),
    ([Q, K, V], dict(softcap=-1.0), "attribute 'softcap' is -1; it cannot be negative"),
    ([Q, K, V], dict(qk_matmul_output_mode=4), "'qk_matmul_output_mode' is 4; it must be from 0 to 3"),
    ([Q, K, V], dict(softmax_precision="float8"), "'softmax_precision': no such type 'float8'"),
]  # fmt: skip


@pytest.mark.parametrize("inputs, attributes, why", REFUSED, ids=[why for *_, why in REFUSED])
def test_what_does_not_fit_is_refused(inputs, attributes, why):
    with pytest.raises(LadingError, match=rf"node 'n' \(Attention\): .*{why}"):
        run_node("Attention", inputs, **attributes)


def test_more_memory_than_allowed_is_refused():
    keys = np.zeros((1, 1, 2**30, 0), np.float32)  # no numbers, but a score for each of these keys
    with pytest.raises(LadingError, match="more than the memory limit"):
        run_node("Attention", [np.zeros((1, 1, 1, 0), np.float32), keys, keys])


def test_backend_suite():
    cases = [case for case in suite.load() if case.is_core and case.name.startswith("test_attention")]
    verdicts = suite.run(cases, suite.compiled_engine, isolated=True)
    wrong = [str(each) for each in verdicts if each.verdict in ("wrong", "crashed")]
    assert not wrong
    refused = [each for each in verdicts if each.verdict == "refused"]
    assert all("newer than opset 24" in each.why for each in refused), refused  # windows, of opset 25
    assert len(cases) - len(refused) > 100
