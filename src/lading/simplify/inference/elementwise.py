"""Operators that give one element for each element that goes in."""

from __future__ import annotations

from .fact import Call, Fact, Rule, broadcast


def same_as_input(call: Call) -> Fact:
    """Type and shape of the first input."""
    return call.input(0).with_shape(call.input(0).shape)


def broadcast_inputs(call: Call) -> Fact:
    """All inputs broadcast against each other; the type is theirs."""
    types = [fact.type for fact in call.inputs if fact.type]
    return Fact(types[0] if types else None, broadcast(call, [fact.shape for fact in call.inputs]))


def comparison(call: Call) -> Fact:
    """Like ``broadcast_inputs``, giving bool."""
    return Fact("bool", broadcast(call, [fact.shape for fact in call.inputs]))


def where(call: Call) -> Fact:
    """Condition, one, other: the type is that of the second and third."""
    kind = call.input(1).type or call.input(2).type
    return Fact(kind, broadcast(call, [fact.shape for fact in call.inputs]))


def test(call: Call) -> Fact:
    """A truth value for each element."""
    return Fact("bool", call.input(0).shape)


def cast(call: Call) -> Fact:
    """The type that ``to`` names."""
    kind = call.attribute("to")
    return Fact(kind if isinstance(kind, str) else None, call.input(0).shape)


def cast_like(call: Call) -> Fact:
    """The type of the second input."""
    return Fact(call.input(1).type, call.input(0).shape)


_SAME = """Abs Acos Acosh Asin Asinh Atan Atanh Ceil Celu Clip Cos Cosh CumSum Elu Erf Exp Floor Gelu
HardSigmoid HardSwish Hardmax HardSigmoid Identity LeakyRelu Log LogSoftmax Mish Neg Not PRelu Reciprocal Relu Round
ScatterElements ScatterND Selu Shrink Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh
ThresholdedRelu Trilu BitwiseNot LpNormalization LRN GroupNormalization InstanceNormalization RMSNormalization
MeanVarianceNormalization"""
_BROADCAST = "Add Sub Mul Div Mod Pow Min Max Mean Sum BitwiseAnd BitwiseOr BitwiseXor BitShift"
_COMPARISON = "Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor"

FAMILY: dict[str, Rule] = {
    **dict.fromkeys(_SAME.split(), same_as_input),
    **dict.fromkeys(_BROADCAST.split(), broadcast_inputs),
    **dict.fromkeys(_COMPARISON.split(), comparison),
    **dict.fromkeys(["IsNaN", "IsInf"], test),
    "Where": where,
    "Cast": cast,
    "CastLike": cast_like,
}
