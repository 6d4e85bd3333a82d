"""Weight files of invented networks of ``DNN`` and ``DL``, in the layout of the files that TMVA writes."""

from __future__ import annotations

import numpy as np
from tmva_files import VARIABLES, decorrelate, header, info, method, normalise, quantities, tag

TWO, THREE = ("Signal", "Background"), ("light", "charm", "bottom")


class Writer:
    """Writes layers with random numbers: of DL with six decimals, of DNN with sixteen."""

    def __init__(self, seed: int, decimals: int = 6, floats: bool = True):
        self.random, self.decimals, self.floats = np.random.default_rng(seed), decimals, floats

    def matrix(self, name: str, rows: int, columns: int, least: float = -9.0,
               sizes: tuple[str, str] = ("Rows", "Columns")) -> str:  # fmt: skip
        values = np.maximum(self.random.normal(size=rows * columns) * 0.8, least)
        if self.floats:
            values = values.astype(np.float32)
        text = "".join(f"{float(each):.{self.decimals}e}  " for each in values)
        return tag(name, "\n" + text + "\n", **dict(zip(sizes, (rows, columns), strict=True)))

    def layer(self, kind: str, inside: list[str], **attributes: object) -> str:
        return tag(f"{kind}Layer", "\n" + "".join(inside) if inside else "", **attributes)

    def dense(self, inputs: int, width: int, function: int) -> str:
        return self.layer("Dense", [self.matrix("Weights", width, inputs), self.matrix("Biases", width, 1)],
                          Width=width, ActivationFunction=function)  # fmt: skip

    def batch_norm(self, size: int) -> str:
        inside = [self.matrix(name, 1, size, least) for name, least in
                  (("Training-mu", -9), ("Training-variance", 0.1), ("Gamma", -9), ("Beta", -9))]  # fmt: skip
        return self.layer("BatchNorm", inside,
                          Momentum="-1.0000000000000000e+00", Epsilon="1.0000000474974513e-04")  # fmt: skip

    def convolution(self, depth_in: int, depth: int, size: tuple[int, int], strides: tuple[int, int],
                    pads: tuple[int, int], function: int) -> str:  # fmt: skip
        inside = [self.matrix("Weights", depth, depth_in * size[0] * size[1]), self.matrix("Biases", depth, 1)]
        return self.layer("Conv", inside, Depth=depth, FilterHeight=size[0], FilterWidth=size[1], StrideRows=strides[0],
                          StrideCols=strides[1], PaddingHeight=pads[0], PaddingWidth=pads[1],
                          ActivationFunction=function)  # fmt: skip

    def max_pool(self, size: tuple[int, int], strides: tuple[int, int]) -> str:
        return self.layer("MaxPool", [], FilterHeight=size[0], FilterWidth=size[1], StrideRows=strides[0],
                          StrideCols=strides[1])  # fmt: skip

    def reshape(self, depth: int, height: int, width: int, flat: bool = True) -> str:
        return self.layer("Reshape", [], Depth=depth, Height=height, Width=width, Flattening=int(flat))

    def recurrent(self, kind: str, inputs: int, units: int, steps: int, whole: bool, turns: bool = False,
                  **more: object) -> str:  # fmt: skip
        names = {"RNN": "Input State", "GRU": "Reset ResetState Update UpdateState Candidate CandidateState",
                 "LSTM": "Input InputState Forget ForgetState Candidate CandidateState Ouput OutputState"}[kind].split()
        half = len(names) // 2
        columns = [inputs, units] * half if turns else [inputs] * half + [units] * half
        weights = [self.matrix(f"{name}Weights", units, count) for name, count in zip(names, columns, strict=True)]
        gates = [] if kind == "RNN" else [("Output" if name == "Ouput" else name) for name in names[::2]]
        biases = [self.matrix(f"{name}Biases", units, 1) for name in gates or [""]]
        said = {} if turns else {"ReturnSequence": int(whole)}
        return self.layer(kind, weights + biases, StateSize=units, InputSize=inputs, TimeSteps=steps, RememberState=0,
                          **said, **more)  # fmt: skip


def deep(names: list[str], shape: tuple[int, int, int], layers: list[str], function: str, analysis: str,
         transforms: list[str], classes: tuple[str, ...], title: str = "DL::DL") -> str:  # fmt: skip
    flat = shape[:2] == (1, 1)
    weights = tag("Weights", "\n" + "".join(layers), NetDepth=len(layers), InputDepth=shape[0], InputHeight=shape[1],
                  InputWidth=shape[2], BatchSize=1, BatchDepth=1 if flat else 9, BatchHeight=9 if flat else shape[0],
                  BatchWidth=shape[1] * shape[2], LossFunction="C", Initialization="F", Regularization="0",
                  OutputFunction=function, WeightDecay="0.0000000000000000e+00")  # fmt: skip
    text = header({"Architecture": "CPU"}, info("6.32/02 [401410]", analysis=analysis), classes)
    text += quantities(names) + tag("Transformations", "".join(transforms), NTransformations=len(transforms))
    return method(text + weights, title)


def plain(neurons: list[int], functions: list[int], function: str, analysis: str, transforms: list[str],
          classes: tuple[str, ...], floats: bool, seed: int) -> str:  # fmt: skip
    """Of DNN. ``neurons``: of each layer, with the variables."""
    writer, layers, sizes = Writer(seed, 16, floats), "", ("rows", "cols")
    for before, after, each in zip(neurons[:-1], neurons[1:], functions, strict=True):
        inside = writer.matrix("Weights", after, before, sizes=sizes) + writer.matrix("Biases", after, 1, sizes=sizes)
        layers += tag("Layer", "\n" + inside, ActivationFunction=each)
    text = header({"Architecture": "CPU"}, info("6.12/06 [396294]", analysis=analysis), classes)
    text += quantities(VARIABLES) + tag("Transformations", "".join(transforms), NTransformations=len(transforms))
    return method(text + tag("Weights", "\n" + layers, InputWidth=neurons[0], Depth=len(functions), LossFunction="C",
                             OutputFunction=function), "DNN::DNN")  # fmt: skip


def deep_files() -> dict[str, str]:
    """The text of each file by its name."""
    four, pixels, steps = list(VARIABLES), [f"pixel_{i}" for i in range(40)], [f"step_{i}" for i in range(8)]
    signal, regression, several = "Classification", "Regression", "Multiclass"
    w = Writer(21)
    dense = [w.dense(4, 6, 1), w.batch_norm(6), w.dense(6, 5, 4), w.dense(5, 4, 5), w.dense(4, 3, 6), w.dense(3, 1, 0)]
    images = [w.convolution(2, 3, (2, 3), (1, 2), (1, 1), 1), w.batch_norm(3), w.max_pool((2, 1), (1, 1)),
              w.convolution(3, 2, (1, 2), (3, 1), (0, 0), 3), w.reshape(1, 1, 8), w.dense(8, 4, 3),
              w.dense(4, 1, 0)]  # fmt: skip
    lstm = [w.recurrent("LSTM", 2, 3, 4, True), w.recurrent("GRU", 3, 2, 4, True, ResetGateAfter=1),
            w.reshape(1, 1, 8), w.dense(8, 4, 2), w.dense(4, 1, 0)]  # fmt: skip
    square = [w.recurrent("LSTM", 2, 2, 4, True), w.recurrent("GRU", 2, 3, 4, False, ResetGateAfter=0),
              w.dense(3, 1, 0)]  # fmt: skip
    turns = [w.dense(8, 6, 3), w.reshape(3, 1, 2, False), w.recurrent("LSTM", 2, 2, 3, True, True),
             w.recurrent("RNN", 2, 3, 3, False), w.reshape(1, 1, 3), w.dense(3, 1, 0)]  # fmt: skip
    wide = Writer(22, 15, False)
    double = [wide.dense(4, 6, 7), wide.batch_norm(6), wide.dense(6, 2, 0)]
    return {
        "dnn": plain([4, 7, 6, 5, 1], [3, 4, 6, 0], "S", signal, [normalise(VARIABLES, 31)], TWO, True, 23),
        "dnn_double": plain([4, 6, 5, 2], [5, 2, 0], "I", regression, [normalise(VARIABLES, 32, 2, 1)], (), False, 24),
        "dnn_multiclass": plain([4, 6, 3], [1, 0], "M", several, [], THREE, True, 25),
        "dl": deep(four, (1, 1, 4), dense, "S", signal, [decorrelate(VARIABLES, 33), normalise(VARIABLES, 34)], TWO),
        "dl_double": deep(four, (1, 1, 4), double, "I", regression, [], ()),
        "dl_multiclass": deep(four, (1, 1, 4), [w.dense(4, 5, 2), w.dense(5, 3, 0)], "M", several, [], THREE),
        "dl_images": deep(pixels, (2, 4, 5), images, "S", signal, [], TWO),
        "dl_lstm": deep(steps, (4, 1, 2), lstm, "S", signal, [normalise(steps, 35)], TWO),
        "dl_square": deep(steps, (1, 4, 2), square, "S", signal, [], TWO),
        "dl_turns": deep(steps, (1, 1, 8), turns, "I", signal, [], TWO),
    }  # fmt: skip


