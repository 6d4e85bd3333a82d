"""What functions of TensorFlow are called in ``keras.ops``."""

from __future__ import annotations

__all__ = ["TENSORFLOW"]

#: Functions of TensorFlow, as layers of Keras 2 call them, and the operations that they are.
TENSORFLOW = {
    "__operators__.add": "Add", "math.add": "Add", "math.add_n": "Add", "math.subtract": "Subtract",
    "math.multiply": "Multiply", "math.divide": "Divide", "math.truediv": "Divide", "math.pow": "Power",
    "math.maximum": "Maximum", "math.minimum": "Minimum", "math.exp": "Exp", "math.log": "Log", "math.sqrt": "Sqrt",
    "math.square": "Square", "math.abs": "Absolute", "math.negative": "Negative", "math.sigmoid": "Sigmoid",
    "math.tanh": "Tanh", "nn.relu": "Relu", "nn.sigmoid": "Sigmoid", "nn.tanh": "Tanh", "nn.softmax": "Softmax",
    "nn.softplus": "Softplus", "nn.elu": "Elu", "math.reduce_sum": "Sum", "math.reduce_mean": "Mean",
    "math.reduce_max": "Max", "math.reduce_min": "Min", "math.sin": "Sin", "math.cos": "Cos", "concat": "Concatenate",
    "stack": "Stack", "expand_dims": "ExpandDims", "squeeze": "Squeeze", "transpose": "Transpose", "reshape": "Reshape",
    "cast": "Cast", "linalg.matmul": "Matmul", "einsum": "Einsum", "math.not_equal": "NotEqual", "math.equal": "Equal",
    "math.greater": "Greater", "math.less": "Less", "where": "Where", "clip_by_value": "Clip", "math.log1p": "Log1p",
    "math.reciprocal": "Reciprocal", "math.rsqrt": "Rsqrt", "identity": "Copy", "stop_gradient": "StopGradient",
    "__operators__.getitem": "GetItem",
}  # fmt: skip
