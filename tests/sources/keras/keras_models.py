"""Models of Keras for the stored files and the live comparison; Keras is imported when they are built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


def _keras() -> tuple[Any, Any, Any]:
    import keras

    return keras, keras.layers, keras.ops


def functions() -> Any:
    """Every activation by its name, and the layers that are functions."""
    keras, layers, _ = _keras()
    x = keras.Input((5,), name="x")
    names = ["relu", "relu6", "leaky_relu", "elu", "celu", "selu", "gelu", "silu", "hard_silu", "mish", "softplus",
             "softsign", "sigmoid", "hard_sigmoid", "log_sigmoid", "sparse_sigmoid", "sparse_plus", "squareplus",
             "tanh", "tanh_shrink", "exponential", "soft_shrink", "hard_shrink", "softmax", "log_softmax", "sparsemax",
             "hard_tanh"]  # fmt: skip
    values = [layers.Activation(name)(x) for name in names]
    chosen = [layers.ReLU(max_value=1.5, negative_slope=0.1, threshold=0.3), layers.ReLU(max_value=1.0),
              layers.LeakyReLU(0.2), layers.PReLU(), layers.ELU(0.5), layers.Softmax()]  # fmt: skip
    return keras.Model(x, layers.Concatenate(name="all")(values + [layer(x) for layer in chosen]), name="functions")


def tagger() -> Any:
    """Masked sequences and vectors, two outputs, a model in a model that is used twice."""
    keras, layers, _ = _keras()
    tracks, jets = keras.Input((None, 3), name="tracks"), keras.Input((4,), name="jets")
    x = layers.Masking(0.0, name="present")(tracks)
    x = layers.TimeDistributed(layers.Dense(4, activation="tanh"), name="embedding")(x)
    x = layers.Bidirectional(layers.GRU(3, return_sequences=True), name="both_ways")(x)
    x = layers.Add(name="residual")([x, layers.MultiHeadAttention(2, 3, name="attention")(x, x)])
    x = layers.LayerNormalization(name="norm")(x)
    last = layers.LSTM(4, name="summary")(x)
    encoder = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.BatchNormalization(), layers.ReLU()],
                               name="encoder")  # fmt: skip
    joined = layers.Concatenate(name="join")([encoder(last), encoder(jets)])
    return keras.Model([tracks, jets], [layers.Dense(3, activation="softmax", name="flavour")(joined),
                                        layers.Dense(1, name="energy")(joined) * 2.0], name="tagger")  # fmt: skip


def image() -> Any:
    """Convolutions and what goes with them."""
    keras, layers, _ = _keras()
    x = image = keras.Input((9, 8, 3), name="image")
    x = layers.Conv2D(4, (3, 2), strides=(2, 1), padding="same", activation="relu")(x)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.SeparableConv2D(4, 2, depth_multiplier=2, padding="same")(x)
    x = layers.UpSampling2D((2, 1))(x)
    x = layers.DepthwiseConv2D(2)(layers.ZeroPadding2D(((1, 0), (0, 2)))(x))
    x = layers.GroupNormalization(2)(layers.Cropping2D(((0, 1), (1, 0)))(x))
    x = layers.Conv2DTranspose(2, 3, strides=2, padding="same")(x)
    x = layers.Reshape((-1, 2))(layers.AveragePooling2D(2)(x))
    x = layers.Conv1D(3, 4, padding="causal", dilation_rate=2)(x)
    return keras.Model(image, layers.Dense(2, name="score")(layers.Flatten()(x)), name="image")


def operations() -> Any:
    """Functions of keras.ops between layers."""
    keras, layers, ops = _keras()
    x, y = keras.Input((6,), name="x"), keras.Input((6,), name="y")
    product = ops.matmul(ops.reshape(x, (-1, 2, 3)), ops.transpose(ops.reshape(y, (-1, 2, 3)), (0, 2, 1)))
    parts = [
        (x + y * 2.0 - 1.0 / (1.0 + ops.abs(y))) / 3.0 + x**2,
        ops.where(x > y, x, ops.minimum(y, 0.5)) + ops.cast(ops.logical_and(x < 1, y >= 0), "float32"),
        ops.exp(ops.sin(x)) + ops.log1p(ops.square(y)) + ops.sqrt(ops.abs(x)) + ops.expm1(-ops.abs(x)) + ops.erf(y),
        ops.mean(x, axis=-1, keepdims=True), ops.std(y, axis=-1, keepdims=True),
        ops.logsumexp(x, axis=1, keepdims=True), ops.reshape(product, (-1, 4)),
        ops.stack([x[:, 1:4], y[:, ::2], x[:, -3:]], axis=1)[:, :, 0], x[..., 2:3], ops.flip(x, axis=1),
        ops.max(ops.einsum("bi,bj->bij", x, y), axis=2), ops.softmax(y) + ops.leaky_relu(x, 0.3) + ops.gelu(x),
        ops.clip(x, -0.5, 0.5) + ops.squeeze(ops.expand_dims(y, 2), 2),
    ]  # fmt: skip
    return keras.Model([x, y], layers.Concatenate(name="all")(parts), name="operations")


def merging() -> Any:
    """Merges, dot products and attention over several inputs; an adapted Normalization, a lookup."""
    keras, layers, _ = _keras()
    a, b, c = keras.Input((5, 4), name="a"), keras.Input((5, 4), name="b"), keras.Input((4,), name="c")
    number = keras.Input((3,), name="category", dtype="int32")
    normalize = layers.Normalization()
    normalize.adapt(np.random.default_rng(5).normal(size=(50, 4)) * 3 + 2)
    kinds = (layers.Subtract, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum)
    values = [kind()([a, b]) for kind in kinds]
    values += [layers.Add()([a, normalize(c)]), layers.Attention(use_scale=True)([a, b]),
               layers.AdditiveAttention()([b, a]), layers.UnitNormalization()(a)]  # fmt: skip
    x = layers.Flatten()(layers.Concatenate()(values))
    y = layers.Flatten()(layers.Dot((2, 2), normalize=True)([a, b]))
    z = layers.Flatten()(layers.Embedding(4, 2)(number))
    score = layers.Dense(3, name="score")(layers.Concatenate()([x, y, z]))
    return keras.Model([a, b, c, number], score, name="merging")


def recurrent() -> Any:
    """What recurrent layers let one choose, on a masked sequence of fixed length."""
    keras, layers, _ = _keras()
    tracks = keras.Input((6, 2), name="tracks")
    x = layers.Masking(-1.0, name="present")(tracks)
    y, h, c = layers.LSTM(3, return_sequences=True, return_state=True, recurrent_activation="hard_sigmoid")(
        layers.Dense(2)(tracks))
    ways = layers.Bidirectional(layers.SimpleRNN(3, return_sequences=True, activation="relu"), merge_mode="mul")(x)
    results = [
        layers.GRU(3, reset_after=False)(x), layers.GRU(3, go_backwards=True, use_bias=False)(x), h, c,
        layers.LSTM(3)(y, initial_state=[h, c]), layers.GRU(2)(ways), layers.GlobalAveragePooling1D()(ways),
        layers.GlobalMaxPooling1D()(layers.SimpleRNN(2, go_backwards=True, return_sequences=True)(tracks)),
        layers.RNN(layers.LSTMCell(2))(tracks),
    ]  # fmt: skip
    return keras.Model(tracks, layers.Concatenate(name="all")(results), name="recurrent")


MODELS: dict[str, Callable[[], Any]] = {
    "functions": functions, "tagger": tagger, "image": image, "operations": operations, "merging": merging,
    "recurrent": recurrent,
}  # fmt: skip


def with_weights(model: Any, seed: int = 1) -> Any:
    """Random weights, so that no layer does nothing."""
    random = np.random.default_rng(seed)
    for weight in model.weights:
        if str(weight.dtype).startswith("float"):
            numbers = random.normal(size=weight.shape) * 0.4
            weight.assign(np.abs(numbers) + 0.5 if "variance" in weight.path else numbers)
    return model


def inputs_of(model: Any, entries: int = 5, steps: int = 7, seed: int = 2) -> dict[str, np.ndarray]:
    """Made-up inputs; steps of sequences are missing here and there."""
    random, made = np.random.default_rng(seed), {}
    for given in model.inputs:
        shape = [entries, *(steps if n is None else n for n in given.shape[1:])]
        if str(given.dtype).startswith("int"):
            made[given.name] = random.integers(0, 3, shape).astype("int32")
            continue
        made[given.name] = random.normal(size=shape).astype("float32")
        if given.name == "tracks":
            made[given.name][random.random(shape[:2]) < 0.4] = _mask_value(model)
    return made


def _mask_value(model: Any) -> float:
    return next((float(each.mask_value) for each in model.layers if type(each).__name__ == "Masking"), 0.0)


def variants() -> Iterator[tuple[str, Any]]:
    """Small models, one layer or two each, for the live comparison."""
    keras, layers, _ = _keras()

    def chain(shape: tuple[int | None, ...], *steps: Any) -> Any:
        x = given = keras.Input(shape, name="tracks")
        for step in steps:
            x = step(x)
        return keras.Model(given, x)

    for cell in (layers.LSTM, layers.GRU, layers.SimpleRNN):
        for length in (None, 6):
            for sequences in (True, False):
                name = f"{cell.__name__} {length} {sequences}"
                yield name, chain((length, 3), layers.Masking(), cell(3, return_sequences=sequences))
                for mode in ("concat", "sum", "ave", "mul"):
                    around = layers.Bidirectional(cell(3, return_sequences=sequences), merge_mode=mode)
                    yield f"{name} {mode}", chain((length, 3), layers.Masking(), around)
    for order in ("channels_last", "channels_first"):
        shape = (9, 8, 4) if order == "channels_last" else (4, 9, 8)
        for pad in ("valid", "same"):
            said = {"padding": pad, "data_format": order}
            yield f"Conv2D {said}", chain(shape, layers.Conv2D(4, (3, 2), strides=(2, 1), groups=2, **said))
            yield f"SeparableConv2D {said}", chain(shape, layers.SeparableConv2D(4, 3, depth_multiplier=2, **said))
            yield f"DepthwiseConv2D {said}", chain(shape, layers.DepthwiseConv2D(2, depth_multiplier=2, **said))
            yield f"Conv2DTranspose {said}", chain(shape, layers.Conv2DTranspose(3, 2, strides=(3, 2), **said))
            yield f"MaxPooling2D {said}", chain(shape, layers.MaxPooling2D((3, 2), strides=2, **said))
    for pad in ("valid", "same", "causal"):
        yield f"Conv1D {pad}", chain((None, 4), layers.Conv1D(3, 4, padding=pad), layers.GlobalMaxPooling1D())
    for layer in (layers.Dense(2), layers.TimeDistributed(layers.Dense(2)), layers.BatchNormalization(),
                  layers.Activation("tanh"), layers.LayerNormalization()):  # fmt: skip
        yield f"{layer.name} masked", chain((None, 3), layers.Masking(), layer, layers.LSTM(2))
