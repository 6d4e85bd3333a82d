"""Configurations of Keras 1 in the words of Keras 2 and 3, and what was called otherwise later."""

from __future__ import annotations

from typing import Any

__all__ = ["renamed"]

#: Classes that have another name by now.
KINDS = {
    "Convolution1D": "Conv1D", "Convolution2D": "Conv2D", "SeparableConvolution2D": "SeparableConv2D",
    "AveragePooling1D": "AveragePooling1D", "MaxPool1D": "MaxPooling1D", "MaxPool2D": "MaxPooling2D",
    "AvgPool1D": "AveragePooling1D", "AvgPool2D": "AveragePooling2D", "GlobalMaxPool1D": "GlobalMaxPooling1D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D", "GlobalAvgPool1D": "GlobalAveragePooling1D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D", "TimeDistributedDense": "TimeDistributedDense",
    "BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization", "LSTMV2": "LSTM", "GRUV2": "GRU", "DenseV2": "Dense",
}  # fmt: skip

#: Keys of Keras 1.
KEYS = {
    "nb_filter": "filters", "filter_length": "kernel_size", "subsample": "strides", "subsample_length": "strides",
    "border_mode": "padding", "inner_activation": "recurrent_activation", "bias": "use_bias",
    "pool_length": "pool_size", "stride": "strides", "dim_ordering": "data_format", "concat_axis": "axis",
    "batch_input_shape": "batch_shape",
}  # fmt: skip

#: Classes whose "output_dim" became "units".
WITH_UNITS = ("Dense", "LSTM", "GRU", "SimpleRNN", "MaxoutDense", "Highway", "TimeDistributedDense")

ORDERS = {"tf": "channels_last", "th": "channels_first"}


def renamed(kind: str, config: dict[str, Any], era: int) -> tuple[str, dict[str, Any]]:
    """The class and the configuration of a layer in the words of today."""
    kind = KINDS.get(kind, kind)
    if "batch_input_shape" in config:
        config["batch_shape"] = config["batch_input_shape"]
    if kind == "LeakyReLU" and "alpha" in config:
        config.setdefault("negative_slope", config["alpha"])
    if era > 1:
        return kind, config
    for old, new in KEYS.items():
        if old in config and new not in config:
            config[new] = config[old]
    if kind in WITH_UNITS and "output_dim" in config:
        config["units"] = config["output_dim"]
    if "nb_row" in config and "nb_col" in config:
        config["kernel_size"] = [config["nb_row"], config["nb_col"]]
    config["data_format"] = ORDERS.get(config.get("data_format", "tf"), config.get("data_format"))
    return kind, config
