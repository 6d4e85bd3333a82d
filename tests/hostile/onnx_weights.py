"""ONNX files whose weights are not what their shapes say, or are elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onnx import TensorProto
from onnx_making import edited, outside, sparse, weight

CASES: list[tuple[str, str, Callable[[], Any]]] = [
    # ---- weights
    ("fewer bytes than the shape says", "it has 3 bytes, its shape [4] of float32 needs 16",
     lambda: weight(raw_data=b"\0" * 3)),
    ("more bytes than the shape says", "it has 99 bytes, its shape [4] of float32 needs 16",
     lambda: weight(raw_data=b"\0" * 99)),
    ("no bytes", "it has 0 bytes, its shape [4] of float32 needs 16", lambda: weight(raw_data=b"")),
    ("a weight of negative length", "weight 'b': its shape [-4] has a negative length", lambda: weight(dims=[-4])),
    ("a weight of 2^62 numbers", "needs 18446744073709551616", lambda: weight(dims=[2**62])),
    ("lengths of a weight that overflow", "needs 73786976294838206464", lambda: weight(dims=[2**32, 2**32])),
    ("a weight of 10^12 numbers in no bytes", "needs 4000000000000", lambda: weight(dims=[10**12], raw_data=b"")),
    ("a weight of 300 axes", "weight 'b': has 300 axes; at most 8 are allowed",
     lambda: weight(dims=[1] * 300, raw_data=b"\0" * 4)),
    ("a weight of a type nobody knows", "weight 'b': holds elements of type 99, which lading does not have",
     lambda: weight(data_type=99)),
    ("a weight of no type", "weight 'b': holds elements of type undefined, which lading does not ha",
     lambda: weight(data_type=0)),
    ("a weight of text", "weight 'b': holds elements of type string, which lading does not have",
     lambda: weight(data_type=TensorProto.STRING)),
    ("a weight in two places", "read", lambda: weight(float_data=[1.0, 2.0])),
    ("a weight of parts", "weight 'b': is stored in segments",
     lambda: edited(lambda m: setattr(m.graph.initializer[1].segment, "begin", 5))),
    ("weights in a parent folder", "outside of the folder of the model", lambda: outside("../" * 20 + "etc/passwd")),
    ("weights at an absolute path", "'/etc/passwd', outside of the folder of the model",
     lambda: outside("/etc/passwd")),
    ("weights in a device", "'/dev/zero', outside of the folder of the model", lambda: outside("/dev/zero")),
    ("weights in a file that is not there", "not there", lambda: outside("weights.bin")),
    ("weights in no file", "its weight 'b' is in '', a file beside it that is not there", lambda: outside("")),
    ("weights in this folder", "its weight 'b' is in '.', a file beside it that is not there", lambda: outside(".")),
    ("weights in the model itself", "read", lambda: outside("model.onnx", offset="0", length="16")),
    ("weights from a negative offset", "has the offset '-1' in 'model.onnx'; it should be a whole number",
     lambda: outside("model.onnx", offset="-1", length="16")),
    ("weights from an offset of text", "has the offset 'zero' in 'model.onnx'; it should be a whole number",
     lambda: outside("model.onnx", offset="zero", length="16")),
    ("weights from behind the end", "its external weights cannot be read",
     lambda: outside("model.onnx", offset="99999999999", length="16")),
    ("weights of 2^62 bytes", "its external weights cannot be read",
     lambda: outside("model.onnx", offset="0", length=str(2**62))),
    ("weights of fewer bytes", "it has 3 bytes, its shape [4] of float32 needs 16",
     lambda: outside("model.onnx", offset="0", length="3")),
    ("a sparse weight beyond its shape", "weight 'b': is damaged", lambda: sparse([9], [4])),
    ("a sparse weight before its shape", "weight 'b': is damaged", lambda: sparse([-9], [4])),
    ("a sparse weight with fewer places than numbers", "weight 'b': is damaged", lambda: sparse([0, 1], [4])),
    ("a sparse weight of 10^12 numbers", "its shape [1000000000000] is too large", lambda: sparse([0], [10**12])),
    ("a sparse weight of 2^64 numbers", "is too large", lambda: sparse([0], [2**32, 2**32])),
]  # fmt: skip
