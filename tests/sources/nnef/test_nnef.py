"""Models in NNEF come in by folder, path and archive; bad ones are refused with the line and the reason."""

from __future__ import annotations

import json
import tarfile

import numpy as np
import pytest
from nnef_files import interpreted, numbers, write

import lading
from lading.agreement import run_engine
from lading.sources import recognise
from lading.sources.nnef import read
from lading.sources.nnef_file.building import Operand, Tensor
from lading.sources.nnef_file.tensor_file import read_tensor, tensor_bytes

DENSE = """x = external<scalar>(shape = [1, 3]);
w = variable<scalar>(shape = [2, 3], label = 'dense/w');
b = variable<scalar>(shape = [1, 2], label = 'dense/b');
h = linear(x, w, b);
y = softmax(h, axes = [1]);"""
TENSORS = {"dense/w": numbers(2, 3), "dense/b": numbers(1, 2, seed=1)}


@pytest.fixture
def dense(tmp_path):
    return write(tmp_path / "tagger", DENSE, TENSORS)


def ran(model, *inputs):
    fed = {given.name: array for given, array in zip(model.input_list, inputs, strict=True)}
    return run_engine(model)(fed)


# ------------------------------------------------------------------------------------------ ways in


def test_a_folder_a_path_and_archives_are_one_model(dense, tmp_path) -> None:
    packed, plain, inner = tmp_path / "tagger.nnef.tgz", tmp_path / "odd name", tmp_path / "inner.tar"
    for path, mode, folder in ((packed, "w:gz", "."), (plain, "w", ""), (inner, "w", "some/where")):
        with tarfile.open(path, mode) as archive:
            archive.add(dense, folder or ".")
    models = [lading.convert(str(path)) for path in (dense, dense / "graph.nnef", packed, plain, inner)]
    assert {model.function_digest for model in models} == {models[0].function_digest}
    assert [model.name for model in models] == ["tagger", "tagger", "tagger", "odd name", "inner"]


def test_a_conversion_is_compared_with_the_interpreter(dense) -> None:
    model = lading.convert(str(dense))
    assert model.agreement["with"].startswith("the interpreter of nnef 1.")
    assert model.agreement["outputs"]["y"]["difference"] < 1e-6 and len(model.agreement["compared"]) == 5
    x = numbers(1, 3, seed=5)
    assert np.allclose(ran(model, x)["y"], interpreted(dense, x)[0], rtol=1e-6)


def test_an_operation_that_is_read_wrongly_is_not_taken_for_rounding(dense, monkeypatch) -> None:
    from lading.sources.nnef_file.operations import OPERATIONS

    def without_bias(build, input: Tensor, filter: Tensor, bias: Operand):
        return right(build, input, filter, 0.0)

    right = OPERATIONS["linear"]
    monkeypatch.setitem(OPERATIONS, "linear", without_bias)
    with pytest.raises(lading.AgreementError, match="it computes in float32 only, and differs by more than rounding"):
        lading.convert(str(dense))


def test_without_the_interpreter_it_is_read_all_the_same(dense, monkeypatch) -> None:
    monkeypatch.setattr("lading.sources.nnef_file.oracle.is_installed", lambda: False)
    said = []
    model = lading.convert(str(dense), progress=lambda text, found=False: said.append(text))
    assert model.agreement == {} and "not compared with its source: nothing here runs it" in said


def test_commands_open_a_folder_of_nnef(dense) -> None:
    from lading.opening import open_model

    assert open_model(dense).record["origin"]["format"] == "nnef"


def test_weights_are_called_after_their_layer(dense) -> None:
    model = lading.convert(str(dense), compare=False)
    nodes = model.graphs["main"].nodes
    assert [(each.name, each.operator, each.inputs) for each in nodes] == [
        ("h", "Gemm", ["x", "h.w", "h.b"]), ("y", "Softmax", ["h"])]  # fmt: skip


# ------------------------------------------------------------------------------- entries and lengths


def test_a_leading_one_is_the_entry_axis_where_a_trial_shows_it(tmp_path) -> None:
    flat = write(tmp_path / "flat", "x = external(shape = [1, 3, 4]); y = reshape(x, shape = [1, 12]);")
    model = read(flat)
    assert [model.input_list[0].axes, model.output_list[0].axes] == [["entry", 3, 4], ["entry", 12]]
    assert ran(model, numbers(5, 3, 4))["y"].shape == (5, 12)
    mixed = read(write(tmp_path / "mixed", "x = external(shape = [1, 4]); y = softmax(x, axes = [0]);"))
    assert [mixed.input_list[0].axes, mixed.axes] == [[1, 4], {}]
    several = read(write(tmp_path / "several", "x = external(shape = [5, 4]); y = relu(x);"))
    assert several.input_list[0].axes == [5, 4]


def test_inputs_and_outputs_may_be_several_and_of_any_type(tmp_path) -> None:
    folder = write(tmp_path / "types", "x = external<scalar>(shape = [1, 2]); i = external<integer>(shape = [1, 3]);"
                   "f = external<logical>(shape = [1, 2]); t = variable<scalar>(shape = [7, 2], label = 't');"
                   "g = gather(t, i, axis = 0); z = copy(x); y = select(f, x, 0.5);", {"t": numbers(7, 2)},
                   inputs="x, i, f", outputs="y, g, x2, z").parent / "types"  # fmt: skip
    text = (folder / "graph.nnef").read_text().replace("z = copy(x);", "z = copy(x); x2 = neg(x);")
    (folder / "graph.nnef").write_text(text)
    model = lading.convert(str(folder))
    assert [(each.name, each.type) for each in model.input_list] == [("x", "float32"), ("i", "int64"), ("f", "bool")]
    assert [(each.name, each.axes) for each in model.output_list] == [
        ("y", ["entry", 2]), ("g", ["entry", 3, 2]), ("x2", ["entry", 2]), ("z", ["entry", 2])]  # fmt: skip


def test_results_that_are_one_value_or_a_constant(tmp_path) -> None:
    body = "x = external(shape = [1, 2]); y = relu(x); z = copy(y); k = constant(shape = [1, 2], value = [3.5]);"
    model = read(write(tmp_path / "net", body, outputs="y, z, k"))
    x = numbers(1, 2)
    given = ran(model, x)
    assert np.array_equal(given["y"], given["z"]) and np.array_equal(given["k"], np.full((1, 2), 3.5, np.float32))


# ----------------------------------------------------------------------------- the compositional syntax


def test_fragments_and_expressions_are_read(tmp_path) -> None:
    fragment = """extension KHR_enable_fragment_definitions, KHR_enable_operator_expressions;
    fragment twice( x: tensor<scalar>, n: integer = 2, names: string[] = ['a', 'b'] ) -> ( y: tensor<scalar> )
    {
        y = x * scalar_of(x) if length_of(names) > 5 else x * 2.0 ^ 2.0 - -x / 4.0;
    }
    fragment pair<?>( x: tensor<?> ) -> ( a: tensor<?>, b: tensor<?> ) { a = relu(x); b = min(x, 0.0); }"""
    body = "x = external(shape = [1, 5]); p, n = pair(x); z = twice(x = p + n); y = z + abs(n) * 3.0;"
    model = read(write(tmp_path / "net", body, before=fragment))
    x = numbers(1, 5)
    assert np.allclose(ran(model, x)["y"], 4 * x + x / 4 + 3 * np.abs(np.minimum(x, 0)), rtol=1e-6)


# -------------------------------------------------------------------------------------- the side file

PAPERS = {"axes": {"jet": {"kind": "entry"}},
          "inputs": [{"of": "x", "name": "jets", "variables": [{"name": "pt", "unit": "MeV", "prepare": ["log"]},
                                                                {"name": "eta"}, {"name": "mass"}]}],
          "outputs": [{"of": "y", "name": "flavour", "labels": ["p_b", "p_u"]}],
          "record": {"licence": "CC0"}}  # fmt: skip


def test_papers_beside_the_graph_name_what_goes_in(dense) -> None:
    (dense / "lading.json").write_text(json.dumps(PAPERS))
    model = lading.convert(str(dense))
    assert model.inputs["jets"].variables["pt"].prepare == ["log"] and model.record["licence"] == "CC0"
    assert model.agreement["outputs"]["flavour"]["difference"] < 1e-6
    scores = model.run({"jets": {"pt": [1.5, 2.5], "eta": [0.1, 0.2], "mass": [1.0, 2.0]}})
    expected = interpreted(dense, np.asarray([[np.log(1.5), 0.1, 1.0]], np.float32))[0]
    assert np.allclose(scores["p_b"][0], expected[0, 0], rtol=1e-6)


def test_papers_of_another_graph_are_refused(dense) -> None:
    papers = json.loads(json.dumps(PAPERS))
    papers["inputs"][0]["variables"].pop()
    (dense / "lading.json").write_text(json.dumps(papers))
    with pytest.raises(lading.FormatError) as caught:
        read(dense)
    assert str(caught.value) == (
        f"{dense}/lading.json: inputs[0].variables: 2 variables, but no axis of the tensor [jet, 3] has that length: "
        "1 more must be described. Correct lading.json, or take it away to read the graph without names")  # fmt: skip


@pytest.mark.parametrize("text", ['{"inputs": 3}', "[]", '{"axes": []}', '{"inputs": [3]}', "{", '{"inputs": [{}]}',
                                  '{"lading": 1, "record": 3}', '{"axes": {"jet": 3}}',
                                  '{"record": {"origin": 3}}', '{"lading": 1, "names": 3, "name": "a"}', '{"x": 1}'])
def test_a_side_file_that_is_none_is_refused(dense, text) -> None:
    (dense / "lading.json").write_text(text)
    with pytest.raises(lading.FormatError, match=r"lading\.json"):
        lading.convert(str(dense), compare=False)


# -------------------------------------------------------------------------------------- tensor files


@pytest.mark.parametrize("type_", ["float16", "float64", "int8", "uint16", "int32", "int64", "bool"])
def test_tensor_files_hold_any_numbers(type_) -> None:
    import io

    import nnef

    array = (np.arange(11) % 3).astype(type_)
    stream = io.BytesIO()
    file = type("File", (), {"write": stream.write, "seekable": lambda self: False})()
    nnef.write_tensor(file, array)
    assert np.array_equal(read_tensor(stream.getvalue(), "w.dat"), array)
    if array.dtype.itemsize >= 1 and type_ != "float16":
        assert tensor_bytes(array) == stream.getvalue()


def damaged(change):
    data = bytearray(tensor_bytes(numbers(2, 3)))
    change(data)
    return bytes(data)


DAMAGE = {
    "no tensor file of NNEF: begins with 00 ef, not 4e ef": lambda d: d.__setitem__(0, 0),
    "truncated: 20 bytes of data, [2, 3] needs 24": lambda d: d.__delitem__(slice(-4, None)),
    "truncated: 60 bytes, the header alone has 128": lambda d: d.__delitem__(slice(60, None)),
    "too long: 25 bytes of data, [2, 3] needs 24": lambda d: d.append(0),
    "says 24 bytes of data, its shape [2, 4] needs 32": lambda d: d.__setitem__(16, 4),
    "has 200 axes; at most 8 are allowed": lambda d: d.__setitem__(8, 200),
    "items of 33 bits of type 0 are none that NNEF has": lambda d: d.__setitem__(44, 33),
    "its numbers are quantized; write the network in float32": lambda d: d.__setitem__(48, 2),
    "tensor file of version 2.0; lading reads 1.0": lambda d: d.__setitem__(2, 2),
}


@pytest.mark.parametrize("told", DAMAGE)
def test_a_damaged_tensor_file_is_refused(dense, told) -> None:
    (dense / "dense" / "w.dat").write_bytes(damaged(DAMAGE[told]))
    with pytest.raises(lading.FormatError) as caught:
        read(dense)
    assert str(caught.value) == f"{dense}/dense/w.dat: {told}"


# ------------------------------------------------------------------------------------------- mistakes

X = "x = external(shape = [1, 4]);\n"
MISTAKES = {
    X + "y = relu(x)": "line 7, column 1: expected ';', found '}'",
    X + "y = reluu(x);": "line 6, column 5: reluu: the operation 'reluu' is not known (has: 'relu', ",
    X + "y = relu(z);": "line 6, column 10: 'z' is not assigned (has: 'x'); did you mean 'x'?",
    X + "y = add(x, z); z = relu(y);": "line 6, column 12: 'z' is used before it is assigned; assignments stand in an "
    "order in which they can run, without cycles",
    X + "z = relu(x);": "line 3, column 7: nothing is assigned to the result 'y' of the graph (has: 'x', 'z'); did you",
    X + "y = relu(x); y = relu(x);": "line 6, column 14: 'y' is assigned twice",
    X + "y = relu(x, 3);": "line 6, column 5: relu: 2 arguments; it takes 1",
    X + "y = softmax(x, axis = [1]);": "line 6, column 5: softmax: has no parameter 'axis' (has: 'axes', 'x'); did you "
    "mean 'axes'?",
    X + "y = softmax(x, axes = [7]);": "line 6, column 5: softmax: axes are [7]; those of a tensor of 2 axes are 0 to",
    X + "y = softmax(x, axes = 1);": "line 6, column 5: softmax: 'axes' should be a list of integers, is 1",
    X + "y = reshape(x, shape = [3, 2]);": "line 6, column 5: reshape: [1, 4] does not become [3, 2]: 4 numbers",
    X + "y = matmul(x, x);": "line 6, column 5: matmul: multiplies rows of 4 with columns of 1",
    X + "y = conv(x, x);": "line 6, column 5: conv: a filter of shape [1, 4] does not fit [1, 4]",
    X + "k = constant(shape = [1, 3], value = [1.0]); y = add(x, k);": "line 6, column 50: add: tensors of shapes "
    "[1, 4], [1, 3] do not fit together",
    X + "w = variable(shape = [4, 4], label = 'gone'); y = linear(x, w);": "gone.dat: no such file; it has the numbers "
    "of the variable 'gone'",
    X + "w = variable(shape = [4, 4], label = '../../w'); y = linear(x, w);": "the label '../../w' of a variable leads "
    "out of the model",
    X + "w = variable(shape = [9, 4], label = 'w'); y = linear(x, w);": "line 6, column 5: variable: the variable 'w' "
    "is [9, 4] here, and [4, 4] in ",
    X + "y = tile(x, repeats = [100000, 100000]);": "line 6, column 5: tile: gives a tensor of 40000000000 numbers; at "
    "most 268435456 are read",
    X + "y = update(x, x);": "line 6, column 5: update: the operation update keeps a state between runs",
    X + "y = @;": "line 6, column 5: the character '@' has no meaning here",
    X + "y = [for i in x yield i];": "line 6, column 6: lists made by 'for' are not read; write the list out",
    X + "y = tile(x, repeats = [1] * 99999999999);": "line 6, column 27: '*': is not defined for what",
    X + "y = tile(x, repeats = [1, 9 ^ 999999999]);": "line 6, column 29: '^': is not defined for what",
    X + "[1] = relu(x);": "line 6, column 1: only names stand on the left of '='",
    X + "y = " + "(" * 200 + "x" + ")" * 200 + ";": "line 6, column 105: an expression is nested deeper than 100",
    X + "y = relu(" * 3: "line 7, column 1: expected a value, found '}'",
    "y = external(shape = [1, 4]);": "line 5, column 1: 'y' is external, but no parameter of the graph",
}  # fmt: skip


@pytest.mark.parametrize("body", MISTAKES, ids=lambda body: body[-30:])
def test_a_mistake_is_told_with_its_line(body, tmp_path) -> None:
    folder = write(tmp_path / "net", body, {"w": numbers(4, 4)})
    with pytest.raises(lading.LadingError) as caught:
        read(folder)
    assert MISTAKES[body] in str(caught.value) and str(folder) in str(caught.value)


def test_fragments_that_call_themselves_end(tmp_path) -> None:
    for call in ("f(x)", "f(f(x))"):
        before = f"fragment f( x: tensor<scalar> ) -> ( y: tensor<scalar> ) {{ y = {call}; }}"
        folder = write(tmp_path / call, X + "y = f(x);", before=before)
        with pytest.raises(lading.FormatError, match="fragments call each other more than 30 deep"):
            read(folder)


def test_fragments_of_deep_expressions_end(tmp_path) -> None:
    deep = "relu(" * 60 + "x" + ")" * 60
    before = "".join(f"fragment f{n}( x: tensor<scalar> ) -> ( y: tensor<scalar> ) "
                     f"{{ y = {deep.replace('x', f'f{n + 1}(x)')}; }}\n" for n in range(25))
    folder = write(tmp_path / "net", X + "y = f0(x);", before=f"{before}fragment f25( x: tensor<scalar> ) -> "
                   "( y: tensor<scalar> ) { y = x; }")
    with pytest.raises(lading.FormatError, match="fragments and expressions are nested too deeply"):
        read(folder)


def test_quantized_networks_and_other_archives_are_refused(dense, tmp_path) -> None:
    (dense / "graph.quant").write_text("")
    with pytest.raises(lading.FormatError, match=r"graph\.quant: a quantized network"):
        read(dense)
    with tarfile.open(tmp_path / "other.tar", "w") as archive:
        archive.add(dense / "graph.quant", "graph.quant")
    with pytest.raises(lading.FormatError, match="of no format that is read"):
        recognise(tmp_path / "other.tar")
    (tmp_path / "empty").mkdir()
    with pytest.raises(lading.FormatError, match="of no format that is read"):
        recognise(tmp_path / "empty")


def test_damaged_archives_are_refused(dense, tmp_path) -> None:
    path = tmp_path / "net.tgz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(dense, ".")
    data = path.read_bytes()
    for end in range(40, len(data), 23):
        path.write_bytes(data[:end])
        try:  # an archive whose last, empty blocks are gone holds all its files
            whole = lading.convert(str(path), compare=False)
        except lading.LadingError:
            continue
        assert whole.function_digest == read(dense).function_digest and end > len(data) - 50
