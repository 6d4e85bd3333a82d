"""MVAUtils files that ROOT wrote, against the functions of MVAUtils, to the bit."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import lading
from lading.agreement import run_engine
from lading.errors import FormatError, LadingError, ValueRefused
from lading.evaluation import evaluator
from lading.sources import mvautils, read

HERE = Path(__file__).parent
FLAVOURS = ("xgboost", "lgbm_simple", "lgbm", "tmva_ada", "tmva_grad")
NUMBERS = np.load(HERE / "numbers.npz")

#: What MVAUtils computes, the response that asks for it, and the output that holds it.
FUNCTIONS = {
    "raw": ("gradient", "margin"), "response": ("response", "score"),
    "classification": ("classification", "score"), "gradient": ("gradient", "score"),
    "multi_raw": ("multi:3", "margin"), "multi": ("multi:3", "score"),
}  # fmt: skip


@pytest.mark.parametrize("runner", [evaluator, run_engine])
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_function_to_the_bit(flavour, function, runner):
    response, output = FUNCTIONS[function]
    model = read(HERE / f"{flavour}.root", response=response)
    got = runner(model)({model.input_list[0].name: NUMBERS[f"{flavour}/X"]})[output]
    expected = NUMBERS[f"{flavour}/{function}"]
    assert got.dtype == expected.dtype == np.float32
    assert got.tobytes() == expected.tobytes()


@pytest.mark.parametrize(("flavour", "function", "known"), [
    ("xgboost", "response", "nothing in the file"),
    ("lgbm_simple", "classification", "objective"),
    ("lgbm", "multi", "objective"),
    ("tmva_ada", "classification", "weights of the trees"),
    ("tmva_grad", "gradient", "weights of the trees"),
])  # fmt: skip
def test_the_file_tells_what_the_score_is(flavour, function, known):
    model = lading.convert(HERE / f"{flavour}.root")
    assert model.record["origin"]["response"] == function
    assert model.record["origin"]["response from"] == known
    given = model.input_list[0]
    got = run_engine(model)({given.name: NUMBERS[f"{flavour}/X"]})["score"]
    assert got.tobytes() == NUMBERS[f"{flavour}/{function}"].tobytes()


def test_names_come_from_the_file_where_it_has_them():
    assert [v.name for v in read(HERE / "tmva_ada.root").input_list[0].variable_list] == [
        "pt", "abs_eta", "phi", "d0", "z0"]  # fmt: skip
    assert [v.name for v in read(HERE / "lgbm_simple.root").input_list[0].variable_list] == [
        "pt", "eta", "phi", "d0", "z0"]  # fmt: skip
    assert read(HERE / "lgbm.root").input_list[0].axes == ["entry", 5]


@pytest.mark.parametrize(("options", "text"), [
    ({"response": "classify"}, "response 'classify' is none of response, classification, gradient, multi:N"),
    ({"response": "multi:0"}, "response 'multi:0' is none of"),
    ({"key": "xgboots"}, "under the key 'xgboots' (has: 'xgboost'); did you mean 'xgboost'?"),
])  # fmt: skip
def test_wrong_options_are_told(options, text):
    with pytest.raises(FormatError) as error:
        read(HERE / "xgboost.root", **options)
    assert text in str(error.value)


def test_an_option_that_the_format_does_not_have():
    with pytest.raises(ValueRefused, match=r"the format mvautils has no option 'respond' \(has: 'response', 'key'\)"):
        lading.convert(HERE / "xgboost.root", respond="gradient")


@pytest.mark.parametrize("step", [1, 7])
def test_truncated_files_are_refused(tmp_path, step):
    data = (HERE / "tmva_ada.root").read_bytes()
    path = tmp_path / "cut.root"
    for length in range(4, len(data) - 1, len(data) // 40 + step):
        path.write_bytes(data[:length])
        with pytest.raises(FormatError):
            mvautils.read(path)


def test_damaged_files_are_refused_or_read():
    """Whatever bytes are changed, the answer is a model or a FormatError."""
    fuzz("xgboost.root", 150)


@pytest.mark.full
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_damaged_files_for_long(flavour):
    fuzz(f"{flavour}.root", 4000)


def fuzz(name: str, times: int) -> None:
    import tempfile

    source, dice, refused = (HERE / name).read_bytes(), random.Random(name), 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.root"
        for _ in range(times):
            data = bytearray(source)
            for _ in range(dice.randint(1, 4)):
                data[dice.randrange(len(data))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
            path.write_bytes(data)
            try:
                mvautils.read(path)
            except FormatError:
                refused += 1
            except LadingError as error:
                pytest.fail(f"{type(error).__name__}: {error}")
    assert refused
