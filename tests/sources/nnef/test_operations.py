"""Every operation gives what Khronos' interpreter gives, or what the specification says where it has none."""

from __future__ import annotations

import numpy as np
import pytest
from nnef_files import interpreted, numbers, write

import lading
from lading.agreement import run_engine
from lading.evaluation import evaluator
from lading.sources.nnef import read
from lading.sources.nnef_file.operations import OPERATIONS


def words(text: str) -> list[str]:
    return text.split()


#: By name: the shape of x, and the assignment of y.
CASES = {
    **{name: ([1, 5], f"y = {name}(x);") for name in
       words("exp sin cos tan sinh cosh tanh asinh abs sign rcp neg copy floor ceil round sqr rsqr relu sigmoid silu "
             "gelu softplus elu selu")},
    **{name: ([1, 5], f"a = abs(x); b = add(a, 1.5); y = {name}(b);") for name in words("log log2 sqrt rsqrt acosh")},
    **{name: ([1, 5], f"a = sigmoid(x); y = {name}(a);") for name in words("asin acos atan atanh")},
    **{name: ([1, 5], f"a = tanh(x); y = {name}(x, a);") for name in words("add sub mul div min max")},
    "pow": ([1, 5], "a = abs(x); y = pow(a, 1.7);"),
    **{name: ([1, 5], f"a = {name}(x, 0.1); y = select(a, x, 2.0);") for name in words("lt gt le ge eq ne")},
    "and": ([1, 5], "a = lt(x, 0.5); b = gt(x, -0.5); c = and(a, b); y = select(c, x, 0.0);"),
    "or": ([1, 5], "a = gt(x, 0.5); b = lt(x, -0.5); c = or(a, b); y = select(c, x, 0.0);"),
    "not": ([1, 5], "a = gt(x, 0.5); c = not(a); y = select(c, x, 0.0);"),
    "clamp": ([1, 5], "y = clamp(x, -0.5, 0.7);"),
    "clamp of tensors": ([1, 5], "a = sigmoid(x); y = clamp(x, 0.1, a);"),
    "elu alpha": ([1, 5], "y = elu(x, alpha = 0.3);"),
    "selu lambda": ([1, 5], "y = selu(x, alpha = 1.5, lambda = 1.1);"),
    "leaky_relu": ([1, 5], "y = leaky_relu(x, alpha = 0.2);"),
    "prelu": ([1, 4, 3], "a = variable<scalar>(shape = [1, 4], label = 'channels'); y = prelu(x, a);"),
    "softabs": ([1, 5], "y = softabs(x, epsilon = 0.1);"),
    "softmax": ([1, 5], "y = softmax(x);"),
    "softmax axes": ([1, 4, 3], "y = softmax(x, axes = [2]);"),
    "broadcast": ([1, 4, 3], "a = variable<scalar>(shape = [1, 4], label = 'channels'); y = mul(x, a);"),
    "broadcast tensors": ([1, 4, 3], "a = sum_reduce(x, axes = [2]); b = squeeze(a, axes = [2]); y = sub(x, b);"),
    **{name: ([1, 4, 3], f"y = {name}(x, axes = [1, 2]);") for name in
       words("sum_reduce mean_reduce max_reduce min_reduce")},
    "normalize": ([1, 4, 3], "y = sum_reduce(x, axes = [1], normalize = true);"),
    "any_reduce": ([1, 4, 3], "a = gt(x, 0.9); b = any_reduce(a, axes = [1]); y = select(b, 1.0, 0.0);"),
    "all_reduce": ([1, 4, 3], "a = gt(x, -0.9); b = all_reduce(a, axes = [1]); y = select(b, 1.0, 0.0);"),
    "argmax_reduce": ([1, 4, 3], "a = argmax_reduce(x, axes = [1]); y = cast<scalar>(a);"),
    "argmin_reduce": ([1, 4, 3], "a = argmin_reduce(x, axes = [2]); y = cast<scalar>(a);"),
    "moments": ([1, 4, 3], "m, v = moments(x, axes = [1]); y = concat([m, v], axis = 1);"),
    "reshape": ([1, 4, 6], "y = reshape(x, shape = [0, -1, 3]);"),
    "reshape some": ([1, 4, 6], "y = reshape(x, shape = [2, 3], axis_start = 2, axis_count = 1);"),
    "transpose": ([1, 4, 3], "y = transpose(x, axes = [0, 2, 1]);"),
    "transpose some": ([1, 4, 3], "a = transpose(x, axes = [1, 0]); y = transpose(a, axes = [1, 0, 2]);"),
    "concat": ([1, 4, 3], "a = relu(x); y = concat([x, a], axis = 2);"),
    "split": ([1, 6, 3], "[a, b] = split(x, axis = 1, ratios = [1, 2]); y = concat([b, a], axis = 1);"),
    "stack": ([1, 4], "a = relu(x); y = stack([x, a], axis = 1);"),
    "unstack": ([1, 2, 3], "[a, b] = unstack(x, axis = 1); y = sub(a, b);"),
    "slice": ([1, 6, 5], "y = slice(x, axes = [1, 2], begin = [1, -3], end = [4, 0]);"),
    "slice stride": ([1, 7, 5], "y = slice(x, axes = [1], begin = [1], end = [7], stride = [2]);"),
    "squeeze": ([1, 1, 5], "a = squeeze(x, axes = [1]); y = unsqueeze(a, axes = [1, 2]);"),
    "tile": ([1, 2, 3], "y = tile(x, repeats = [1, 2, 3]);"),
    **{f"pad {border}": ([1, 4, 5], f"y = pad(x, padding = [(0, 0), (1, 2), (0, 3)], border = '{border}');")
       for border in ("constant", "replicate", "reflect")},
    "gather": ([1, 4, 3], "i = constant<integer>(shape = [2], value = [3, 0]); y = gather(x, i, axis = 1);"),
    "matmul": ([1, 4, 3], "a = transpose(x, axes = [0, 2, 1]); y = matmul(x, a);"),
    "matmul transposed": ([1, 4, 3], "a = relu(x); y = matmul(x, a, transposeA = true, transposeB = false);"),
    "matmul both": ([4, 3], "a = relu(x); b = transpose(a, axes = [1, 0]); y = matmul(x, b, transposeA = true, "
                    "transposeB = true);"),
    "linear": ([1, 4], "w = variable<scalar>(shape = [3, 4], label = 'w'); "
               "b = variable<scalar>(shape = [1, 3], label = 'b'); y = linear(x, w, b);"),
    "linear bare": ([1, 4], "w = variable<scalar>(shape = [3, 4], label = 'w'); y = linear(x, w);"),
    "linear number": ([1, 4], "w = variable<scalar>(shape = [3, 4], label = 'w'); y = linear(x, w, 0.5);"),
    "conv": ([1, 4, 7, 6], "y = conv(x, f, c);"),
    "conv stride": ([1, 4, 7, 6], "y = conv(x, f, c, stride = [2, 3]);"),
    "conv padding": ([1, 4, 7, 6], "y = conv(x, f, 0.0, padding = [(0, 1), (2, 0)], dilation = [2, 1]);"),
    "conv groups": ([1, 8, 5, 5], "y = conv(x, f, c, groups = 2);"),
    "conv depth": ([1, 4, 5, 5], "y = conv(x, d, 0.5, groups = 0);"),
    "separable_conv": ([1, 4, 5, 5], "p = variable<scalar>(shape = [3, 4, 1, 1], label = 'p'); "
                       "y = separable_conv(x, d, p, 0.0);"),
    "deconv": ([1, 6, 4, 3], "y = deconv(x, f, 0.1, stride = [2, 2], padding = [(1, 1), (0, 1)]);"),
    "deconv auto": ([1, 6, 4, 3], "y = deconv(x, f, stride = [2, 2]);"),
    "deconv shape": ([1, 6, 4, 3], "y = deconv(x, f, stride = [2, 2], output_shape = [1, 4, 8, 5]);"),
    "max_pool": ([1, 2, 7, 6], "y = max_pool(x, size = [1, 1, 3, 2], stride = [1, 1, 2, 2], border = 'ignore');"),
    "max_pool zeros": ([1, 2, 7, 6], "a = sub(x, 3.0); y = max_pool(a, size = [1, 1, 3, 3], border = 'constant');"),
    "max_pool valid": ([1, 2, 7, 6], "y = max_pool(x, size = [1, 1, 3, 3], padding = [(0,0), (0,0), (0,0), (0,0)]);"),
    "avg_pool": ([1, 2, 7, 6], "y = avg_pool(x, size = [1, 1, 3, 2], stride = [1, 1, 2, 1]);"),
    "avg_pool ignore": ([1, 2, 7, 6], "y = avg_pool(x, size = [1, 1, 3, 2], border = 'ignore');"),
    "rms_pool": ([1, 2, 7, 6], "y = rms_pool(x, size = [1, 1, 3, 2], border = 'ignore');"),
    "box": ([1, 2, 7, 6], "y = box(x, size = [1, 1, 3, 2], border = 'constant');"),
    "area_downsample": ([1, 2, 4, 6], "y = area_downsample(x, factor = [2, 3]);"),
    "nearest_downsample": ([1, 2, 4, 6], "y = nearest_downsample(x, factor = [2, 3]);"),
    "nearest_upsample": ([1, 2, 3, 2], "y = nearest_upsample(x, factor = [2, 3]);"),
    "batch_normalization": ([1, 4, 3], "m = variable<scalar>(shape = [1, 4], label = 'channels'); "
                            "v = variable<scalar>(shape = [1, 4], label = 'spread'); "
                            "y = batch_normalization(x, m, v, 0.5, m, epsilon = 0.001);"),
    "l1_normalization": ([1, 4, 3], "y = l1_normalization(x, axes = [1], bias = 0.1);"),
    "l2_normalization": ([1, 4, 3], "y = l2_normalization(x, axes = [1], epsilon = 0.001);"),
    "local_response_normalization": ([1, 6, 3, 2], "y = local_response_normalization(x, size = [1, 3, 1, 1], "
                                     "alpha = 0.3, beta = 0.75, bias = 2.0);"),
    **{f"local_{kind}_normalization": ([1, 2, 5, 4], f"y = local_{kind}_normalization(x, size = [1, 1, 3, 2]{more});")
       for kind, more in (("mean", ""), ("variance", ", bias = 0.1"), ("contrast", ", epsilon = 0.01"))},
    "copy_n": ([1, 4], "[a, b] = copy_n(x, times = 2); y = add(a, b);"),
    "add_n": ([1, 4], "a = relu(x); b = exp(x); y = add_n([x, a, b]);"),
    "constant": ([1, 4], "k = constant<scalar>(shape = [1, 4], value = [1.0, 2.0, 3.0, 4.0]); y = add(x, k);"),
    "external": ([1, 4], "y = neg(x);"), "variable": ([1, 4], "k = variable(shape = [1, 4], label = 'channels'); "
                                                      "y = add(x, k);"),
    "cast": ([1, 4], "a = gt(x, 0.0); y = cast<scalar>(a);"),
    "unsqueeze": ([1, 4], "y = unsqueeze(x, axes = [2]);"),
}  # fmt: skip

TENSORS = {"channels": numbers(1, 4, seed=1), "spread": np.abs(numbers(1, 4, seed=2)) + 0.5, "w": numbers(3, 4, seed=3),
           "b": numbers(1, 3, seed=4), "f": numbers(6, 4, 3, 3, seed=5), "c": numbers(1, 6, seed=6),
           "d": numbers(4, 1, 3, 3, seed=7), "p": numbers(3, 4, 1, 1, seed=8)}  # fmt: skip

#: What the interpreter has not, or does another way than the specification: the formula in NumPy.
FORMULAS = {
    "copy_n": lambda x: x + x,
    "add_n": lambda x: x + np.maximum(x, 0) + np.exp(x),
    "nearest_upsample": lambda x: x.repeat(2, 2).repeat(3, 3),
    "nearest_downsample": lambda x: x[:, :, ::2, ::3],
}


def model_of(folder, name):
    shape, body = CASES[name]
    declared = "".join(f"{each} = variable<scalar>(shape = {list(TENSORS[each].shape)}, label = '{each}');\n"
                       for each in "fcd" if "deconv(x, f" not in body or each == "f" if f", {each}" in body)
    return write(folder, f"x = external<scalar>(shape = {shape});\n{declared}{body}", TENSORS)


@pytest.mark.parametrize("name", CASES)
def test_an_operation_gives_what_the_interpreter_gives(name, tmp_path) -> None:
    folder = model_of(tmp_path / "net", name)
    x = numbers(*CASES[name][0], seed=len(name))
    expected = FORMULAS[name](x) if name in FORMULAS else interpreted(folder, x)[0]
    model = read(folder)
    scale = np.abs(expected).max()
    for run in (run_engine(model), evaluator(model)):
        got = run({"x": x})["y"]
        assert got.shape == expected.shape
        assert np.abs(got - expected).max() <= 2e-6 * scale
    lading.convert(folder, compare=False).save(tmp_path / "saved")


def test_every_operation_has_a_case() -> None:
    used = {name.split()[0] for name in CASES} | {word.split("(")[0].split("<")[0].strip() for _, body in CASES.values()
                                                   for line in body.split(";") for word in line.split("=")[1:2]}
    assert not set(OPERATIONS) - used
