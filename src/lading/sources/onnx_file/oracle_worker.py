"""The process that runs an ONNX file for ``oracle``: its text is given to a fresh Python.

Of lading it uses what puts nodes in order and, where the reference is not right, the evaluator.

Arguments: the file, and what runs it ("onnxruntime", "reference", or "double": the reference in double precision).
It reads length-prefixed .npz archives of inputs from standard input and answers with one of outputs, or with a line
of text that says why it failed; an empty request is answered with the name of what runs the file.
"""

# mypy: ignore-errors

from __future__ import annotations

import io
import os
import re
import sys

import numpy as np

OUTPUT = os.dup(1)
os.dup2(2, 1)  # whatever is printed must not get between the answers


def load(path, kind):
    """A name, and a function from inputs to outputs."""
    if kind == "onnxruntime":
        return load_onnxruntime(path)
    import onnx
    from onnx.reference import ReferenceEvaluator

    from lading.sources.onnx_ml.outputs import plain_outputs

    model = onnx.load(path)
    plain_outputs(model)
    open_entries(model)
    model = in_order(model)
    model = doubled(model) if kind == "double" else model
    own = [batch_normalization(), *map(evaluated, ("LSTM", "GRU", "RNN", *quantizing(model)))]
    evaluator = ReferenceEvaluator(model, new_ops=own)
    names = [output.name for output in model.graph.output]
    fed = set(evaluator.input_names)

    def run(inputs):
        given = {name: array for name, array in inputs.items() if name in fed}
        return dict(zip(names, evaluator.run(None, given), strict=True))

    return f"onnx.reference {onnx.__version__}", run


def plain(path):
    """The path, or the bytes of a model whose outputs are arrays where those of the file are not."""
    import onnx

    from lading.sources.onnx_ml.outputs import plain_outputs

    try:
        model = onnx.load(path, load_external_data=False)
    except Exception:  # who loads it for running says why
        return path
    changed = any((bool(any(plain_outputs(model))), open_entries(model)))
    return model.SerializeToString() if changed else path


def open_entries(model):
    """Opens the first axis of inputs and outputs that all have the length of an example's entries; whether it did.

    A graph that has written the number into itself fails with another one all the same.
    """
    given, made = ([end.type.tensor_type for end in each] for each in (model.graph.input, model.graph.output))
    ends = [*given, *made]
    weights = {weight.name for weight in model.graph.initializer}
    if weights & {end.name for end in model.graph.input} or any(w.data_location for w in model.graph.initializer):
        return False
    first = {end.shape.dim[0].dim_value if end.shape.dim else 0 for end in ends}
    if len(first) != 1 or first <= {0, 1} or any(len(end.shape.dim) < 2 for end in given):
        return False
    for end in ends:
        end.shape.dim[0].dim_param = "entries"
    del model.graph.value_info[:]
    return True


def in_order(model):
    """The model as the reader takes it: the nodes that its outputs need, each behind those that it reads."""
    from lading.sources.onnx_file.sorting import ordered

    graph = model.graph
    known = {each.name for each in (*graph.input, *graph.initializer)}
    known |= {each.values.name for each in graph.sparse_initializer}
    kept = [type(node).FromString(node.SerializeToString())
            for node in ordered(graph.node, [output.name for output in graph.output], known, "the file")]
    del graph.node[:]
    graph.node.extend(kept)
    return model


def batch_normalization():
    """BatchNormalization out of training: before opset 14 the reference always computes it as in training."""
    from onnx.reference.op_run import OpRun

    class BatchNormalization(OpRun):
        op_domain = ""

        def _run(self, x, scale, bias, mean, var, epsilon=1e-5, **_):
            scale, bias, mean, var = (each.reshape(-1, *(1,) * (x.ndim - 2)) for each in (scale, bias, mean, var))
            return ((scale * (x - mean) / np.sqrt(var + epsilon) + bias).astype(x.dtype),)

    return BatchNormalization


def quantizing(model):
    """What rounds to whole numbers and back, of opsets that the reference does not have."""
    version = max((each.version for each in model.opset_import if each.domain in ("", "ai.onnx")), default=0)
    return ("QuantizeLinear", "DequantizeLinear") if version < 19 else ()


def evaluated(name):
    """An operator as the evaluator has it: the reference passes over the activations of recurrent ones."""
    from onnx.reference.op_run import OpRun

    from lading.bundle.evaluate import OPERATORS

    def run(_, *inputs, **attributes):
        said = {key: value for key, value in attributes.items() if value is not None and key != "output_sequence"}
        result = OPERATORS[name](*inputs, **said)
        return tuple(result) if isinstance(result, (tuple, list)) else (result,)

    return type(name, (OpRun,), {"op_domain": "", "_run": run})


def load_onnxruntime(path):
    """Loads with all optimisations, or with none where these fail. Maps and texts are taken out of the outputs."""
    import onnxruntime

    path = plain(path)

    def session(level):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        options.graph_optimization_level = level
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    levels = onnxruntime.GraphOptimizationLevel
    try:
        loaded = session(levels.ORT_ENABLE_ALL)
    except Exception:
        loaded = session(levels.ORT_DISABLE_ALL)
    names = [output.name for output in loaded.get_outputs()]
    fed = {given.name for given in loaded.get_inputs()}

    def run(inputs):
        given = {name: array for name, array in inputs.items() if name in fed}
        return dict(zip(names, loaded.run(None, given), strict=True))

    return f"ONNX Runtime {onnxruntime.__version__}", run


def doubled(model):
    """The model with every float32 a float64: weights, constants, casts and declared types."""
    from onnx import TensorProto, numpy_helper

    def tensor(proto):
        if proto.data_type == TensorProto.FLOAT:
            proto.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(proto).astype(np.float64), proto.name))

    def nodes(all_nodes):
        for node in all_nodes:
            attributes(node)

    def attributes(node):
        for attribute in node.attribute:
            if attribute.name in ("to", "dtype") and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.DOUBLE
            elif attribute.name in ("value_float", "value_floats"):
                numbers = list(attribute.floats) if attribute.name == "value_floats" else attribute.f
                attribute.Clear()
                attribute.name, attribute.type = "value", 4
                attribute.t.CopyFrom(numpy_helper.from_array(np.array(numbers, np.float64)))
            elif attribute.type == 4:  # TENSOR
                tensor(attribute.t)
            elif attribute.type == 5:  # GRAPH
                graph(attribute.g)
        if node.op_type == "ConstantOfShape" and not node.attribute:
            attribute = node.attribute.add(name="value", type=4)
            attribute.t.CopyFrom(numpy_helper.from_array(np.zeros(1, np.float64)))

    def graph(proto):
        for each in proto.initializer:
            tensor(each)
        for each in (*proto.input, *proto.output, *proto.value_info):
            if each.type.tensor_type.elem_type == TensorProto.FLOAT:
                each.type.tensor_type.elem_type = TensorProto.DOUBLE
        nodes(proto.node)

    graph(model.graph)
    for function in model.functions:
        nodes(function.node)
    return model


def answer(data):
    os.write(OUTPUT, len(data).to_bytes(8, "little"))
    while data:
        data = data[os.write(OUTPUT, data):]


def one_line(error):
    """The last line of a message, without what ONNX Runtime writes before what it has to say."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    line = lines[-1] if lines else type(error).__name__
    node = re.search(r"while running (\w+) node\. Name:'([^']*)' Status Message: (.*)", line)
    if node:
        said = re.sub(r"^/\S+:\d+ (onnxruntime::.*?\) (?=\S))?", "", node[3])
        line = f"{node[1]} node '{node[2]}': {said}"
    return line[:300]


def main():
    name, run, why = "", None, ""
    try:
        name, run = load(sys.argv[1], sys.argv[2])
    except Exception as error:
        why = f"cannot load the file: {one_line(error)}"
    while len(size := sys.stdin.buffer.read(8)) == 8:
        data = sys.stdin.buffer.read(int.from_bytes(size, "little"))
        if run is None or not data:
            answer((f"error: {why}" if run is None else name).encode())
            continue
        try:
            buffer = io.BytesIO()
            outputs = run(dict(np.load(io.BytesIO(data)).items()))
            np.savez(buffer, **{key: np.asarray(value) for key, value in outputs.items()})
            answer(buffer.getvalue())
        except Exception as error:
            answer(one_line(error).encode())


main()
