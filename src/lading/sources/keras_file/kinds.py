"""Every layer that is read: what builds it, which weights it has, and whether a mask passes through it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...errors import suggestion
from . import (
    attention,
    convolution,
    dense,
    function_layers,
    masking,
    merging,
    normalization,
    pooling,
    recurrent,
    reshaping,
)
from .function_layers import function_layer
from .layer import Layer
from .roles import Role, kernel_and_bias, none, trained

__all__ = ["CUSTOM", "KINDS", "kind_of", "roles_of"]


@dataclass(frozen=True)
class Kind:
    """``build(layer, *values)`` gives the value, or a list of them."""

    build: Callable[..., Any]
    roles: Callable[[Layer], list[Role]] = none
    keeps_mask: bool = False


def _kept(build: Callable[..., Any], roles: Callable[[Layer], list[Role]] = none) -> Kind:
    return Kind(build, roles, True)


_IDENTITY = _kept(masking.identity)

KINDS: dict[str, Kind] = {
    # Products.
    "Dense": _kept(dense.dense, dense.dense_roles),
    "TimeDistributedDense": _kept(dense.dense, kernel_and_bias),
    "EinsumDense": Kind(dense.einsum_dense, dense.einsum_roles),
    "Embedding": Kind(dense.embedding, dense.embedding_roles),
    "MaxoutDense": Kind(dense.maxout, kernel_and_bias),
    "Highway": _kept(dense.highway, dense.highway_roles),
    # Functions.
    "Activation": _kept(function_layers.activation_layer),
    "ReLU": _kept(function_layer("relu")),
    "LeakyReLU": _kept(function_layer("leaky_relu", negative_slope=0.3)),
    "ELU": _kept(function_layer("elu")),
    "PReLU": _kept(function_layers.prelu, lambda layer: trained("alpha")),
    "ThresholdedReLU": _kept(function_layer("thresholded_relu")),
    "Softmax": _kept(function_layer("softmax")),
    # Steps.
    "LSTM": Kind(recurrent.recurrent, recurrent.recurrent_roles),
    "GRU": Kind(recurrent.recurrent, recurrent.recurrent_roles),
    "SimpleRNN": Kind(recurrent.recurrent, recurrent.recurrent_roles),
    "RNN": Kind(recurrent.rnn, recurrent.rnn_roles),
    "Bidirectional": Kind(recurrent.bidirectional),
    "Masking": Kind(masking.masking),
    # Attention.
    "MultiHeadAttention": Kind(attention.multi_head_attention, attention.multi_head_roles),
    "Attention": Kind(attention.attention, attention.attention_roles),
    "AdditiveAttention": Kind(attention.additive_attention, attention.attention_roles),
    # Space.
    "Conv1D": Kind(convolution.convolution(1), kernel_and_bias),
    "Conv2D": Kind(convolution.convolution(2), kernel_and_bias),
    "DepthwiseConv1D": Kind(convolution.depthwise(1), kernel_and_bias),
    "DepthwiseConv2D": Kind(convolution.depthwise(2), kernel_and_bias),
    "SeparableConv1D": Kind(convolution.separable(1), convolution.separable_roles),
    "SeparableConv2D": Kind(convolution.separable(2), convolution.separable_roles),
    "Conv1DTranspose": Kind(convolution.transposed(1), kernel_and_bias),
    "Conv2DTranspose": Kind(convolution.transposed(2), kernel_and_bias),
    "MaxPooling1D": Kind(pooling.pooled("MaxPool", 1)),
    "MaxPooling2D": Kind(pooling.pooled("MaxPool", 2)),
    "AveragePooling1D": Kind(pooling.pooled("AveragePool", 1)),
    "AveragePooling2D": Kind(pooling.pooled("AveragePool", 2)),
    "GlobalMaxPooling1D": Kind(pooling.pooled_globally("ReduceMax", 1)),
    "GlobalMaxPooling2D": Kind(pooling.pooled_globally("ReduceMax", 2)),
    "GlobalAveragePooling1D": Kind(pooling.pooled_globally("ReduceMean", 1)),
    "GlobalAveragePooling2D": Kind(pooling.pooled_globally("ReduceMean", 2)),
    "UpSampling1D": Kind(pooling.upsampled(1)),
    "UpSampling2D": Kind(pooling.upsampled(2)),
    "ZeroPadding1D": Kind(pooling.zero_padded(1)),
    "ZeroPadding2D": Kind(pooling.zero_padded(2)),
    "Cropping1D": Kind(pooling.cropped(1)),
    "Cropping2D": Kind(pooling.cropped(2)),
    # Shapes.
    "Flatten": Kind(reshaping.flatten),
    "Reshape": Kind(reshaping.reshape),
    "Permute": Kind(reshaping.permute),
    "RepeatVector": Kind(reshaping.repeat_vector),
    # Several values.
    "Add": Kind(merging.merged("Add")),
    "Subtract": Kind(merging.merged("Sub", pair=True)),
    "Multiply": Kind(merging.merged("Mul")),
    "Average": Kind(merging.merged("Add", mean=True)),
    "Maximum": Kind(merging.merged("Max")),
    "Minimum": Kind(merging.merged("Min")),
    "Concatenate": Kind(merging.concatenate),
    "Dot": Kind(merging.dot),
    "Merge": Kind(merging.merge_of_keras_1),
    # Shifts and scales.
    "BatchNormalization": _kept(normalization.batch_normalization, normalization.batch_roles),
    "LayerNormalization": _kept(normalization.layer_normalization, normalization.layer_roles),
    "GroupNormalization": _kept(normalization.group_normalization, normalization.scale_and_center),
    "RMSNormalization": Kind(normalization.rms_normalization, lambda layer: trained("scale")),
    "UnitNormalization": _kept(normalization.unit_normalization),
    "Normalization": _kept(normalization.normalization, normalization.normalization_roles),
    "Rescaling": _kept(normalization.rescaling),
    "Discretization": Kind(normalization.discretization),
    "CategoryEncoding": Kind(normalization.category_encoding),
    # Nothing, outside training.
    **dict.fromkeys(
        ["InputLayer", "Identity", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise",
         "GaussianDropout", "AlphaDropout", "ActivityRegularization"], _IDENTITY),
}  # fmt: skip

#: Layers that are no part of Keras, and known to many: those that come with lwtnn.
CUSTOM: dict[str, Kind] = {
    "Swish": _kept(function_layers.swish_of_lwtnn),
    "Sum": Kind(masking.sum_of_lwtnn),
}

#: Layers around another one; what calls them knows them.
WRAPPERS = ("TimeDistributed",)

#: Layers of QKeras, HGQ and their like.
_QUANTIZED = re.compile(r"Q[A-Z]|Quant|Binary|Ternary|.*Quantizer$")

KERAS = ("keras", "tensorflow", "tf_keras", "")

#: Why some layers cannot be read, and what to do.
REFUSED = {
    "Lambda": "its function is Python code, written into the file as bytes that would have to be run; write it with "
              "keras.ops (which the file then names) or as layers",
    "Hashing": "it hashes texts; do that before the model, and feed it the numbers",
    "StringLookup": "its inputs are texts; do that before the model, and feed it the numbers",
    "TextVectorization": "its inputs are texts; do that before the model, and feed it the numbers",
    "ConvLSTM2D": "a recurrent layer over images has no operator in format 1",
    "CuDNNLSTM": "its weights are those of the graphics card; load it with Keras 2 and save it with LSTM instead",
    "CuDNNGRU": "its weights are those of the graphics card; load it with Keras 2 and save it with GRU instead",
}  # fmt: skip


def is_custom(layer: Layer) -> bool:
    """Whether the class of a layer is not one of Keras itself."""
    return layer.module.split(".")[0] not in KERAS


def kind_of(layer: Layer) -> Kind:
    """How a layer is read. Raises UnsupportedError, saying what to do."""
    if is_custom(layer) or layer.kind not in KINDS:
        if layer.kind in CUSTOM:
            return CUSTOM[layer.kind]
        if layer.kind in REFUSED:
            layer.refuse(REFUSED[layer.kind])
        if _QUANTIZED.match(layer.kind):
            layer.refuse("it computes with rounded weights, as no layer of Keras does; convert the network as it was "
                         "before it was quantized, or export this one to ONNX and convert that")  # fmt: skip
        if is_custom(layer) or layer.kind not in _KNOWN_TO_KERAS:
            layer.refuse(
                f"a layer of one's own{f', of the module {layer.module}' if is_custom(layer) else ''}: what it "
                f"computes is in the Python code of the class '{layer.kind}' and not in the file. Put layers of Keras "
                "or keras.ops in its place, or export the model to ONNX and convert that")
        layer.refuse(f"layers of this class are not read {suggestion(layer.kind, KINDS)}; "
                     "export the model to ONNX and convert that")
    return KINDS[layer.kind]


#: Layers of Keras that are not read.
_KNOWN_TO_KERAS = frozenset([
    "Conv3D", "Conv3DTranspose", "MaxPooling3D", "AveragePooling3D", "GlobalMaxPooling3D", "GlobalAveragePooling3D",
    "UpSampling3D", "ZeroPadding3D", "Cropping3D", "SpatialDropout3D", "ConvLSTM1D", "ConvLSTM3D", "StackedRNNCells",
    "GroupQueryAttention", "SpectralNormalization", "HashedCrossing", "IntegerLookup", "LocallyConnected1D",
    "LocallyConnected2D",
])  # fmt: skip


def roles_of(layer: Layer) -> list[Role]:
    """The weights of a layer itself, without those of layers that it is around."""
    if is_custom(layer) or ".ops" in layer.module or layer.kind in WRAPPERS or layer.inner is not None:
        return []
    kind = KINDS.get(layer.kind)
    return kind.roles(layer) if kind is not None else []
