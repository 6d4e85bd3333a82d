"""Modules and files of PyTorch, converted and compared with PyTorch itself: with -m full, which installs it."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import numpy as np
import pytest

import lading
from lading import UnsupportedError, ValueRefused
from lading.bundle import to_buffers

sys.path.insert(0, str(Path(__file__).parents[2] / "docs"))

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[3]
pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore")]  # PyTorch warns of itself


def normal(*shape):
    import torch

    return torch.randn(*shape)


def whole(most, *shape):
    import torch

    return torch.randint(0, most, shape)


def nothing(*shape):
    import torch

    return torch.zeros(*shape, dtype=torch.bool)


#: By name: the class in ``torch_networks.py`` and its settings, its example, options, and axes of inputs and outputs.
NETWORKS = {
    "dense": (("Dense",), lambda: normal(1, 4), {}, {"jets": ["entry", 4], "output": ["entry", 3]}),
    "deep sets": (("DeepSets", True), lambda: (normal(3, 2), normal(3, 7, 5), normal(3, 7) > 0), {},
                  {"tracks": ["entry", "track", 5], "mask": ["entry", "track"], "output": ["entry", 3]}),
    "gn2": (("GN2",), lambda: ({"jets": normal(3, 2), "tracks": normal(3, 7, 5)},), {},
            {"jets": ["entry", 2], "tracks": ["entry", "track", 5], "origin": ["entry", "track", 4]}),
    "gn2 with a mask": (("GN2",), lambda: ({"jets": normal(3, 2), "tracks": normal(3, 7, 5)},
                                           {"tracks": nothing(3, 7)}), {},
                        {"masks.tracks": ["entry", "track"], "flavour": ["entry", 3]}),
    "particle transformer": (("ParticleTransformer",), lambda: (normal(3, 7, 4), nothing(3, 7)), {},
                             {"particles": ["entry", "particle", 4], "output": ["entry", 3]}),
    "particle net": (("ParticleNet",), lambda: (normal(3, 2, 9), normal(3, 5, 9)), {},
                     {"points": ["entry", 2, "point"], "features": ["entry", 5, "point"]}),
    "lstm": (("Recurrent", "LSTM"), lambda: normal(2, 7, 4), {}, {"tracks": ["entry", "track", 4]}),
    "lstm, tracks first": (("Recurrent", "LSTM", False), lambda: normal(7, 2, 4),
                           {"axes": {"tracks": ["track", "jet", "variable"]}},
                           {"tracks": ["track", "jet", 4], "output": ["jet", 3]}),
    "gru": (("Recurrent", "GRU"), lambda: normal(1, 7, 4), {}, {"tracks": ["entry", "track", 4]}),
    "rnn": (("Recurrent", "RNN"), lambda: normal(2, 7, 4), {}, {"tracks": ["entry", "track", 4]}),
    **{f"{kind}, then attention": (("RecurrentThenAttention", kind), lambda: normal(2, 7, 4), {},
                                   {"tracks": ["entry", "track", 4]}) for kind in ("LSTM", "GRU", "RNN")},
    **{f"projected lstm, {name}": (("Projected", bias), lambda: normal(2, 7, 4), {},
                                   {"read": ["entry", "track", 5], "cell": ["entry", 4, 8]})
       for name, bias in (("with a bias", True), ("without one", False))},
    "named alike": (("NamedAlike",), lambda: (normal(3, 4), normal(3, 4), normal(3, 4)), {},
                    {"pad": ["entry", 4], "relu": ["entry", 4], "layer.bias": ["entry", 4], "add": ["entry"]}),
    "flow": (("Flow",), lambda: normal(3, 4), {}, {"jets": ["entry", 4], "output": ["entry"]}),
    "means": (("Means",), lambda: (normal(20, 3), whole(8, 20)),
              {"axes": {"hits": ["hit", "variable"], "cluster": ["hit"]}}, {"output_0": [8, 3], "output_9": [8, 3]}),
    **{f"distances, {p}": (("Distances", p), lambda: (normal(2, 7, 3), normal(2, 5, 3)), {},
                           {"output": ["entry", "track"], "hits": ["entry", "hit", 3]}) for p in (1.0, 2.0)},
    "leading tracks": (("Leading",), lambda: normal(2, 7, 4), {}, {"output_0": ["entry", 3], "output_1": ["entry", 3]}),
    "pairs of a fixed length": (("Pairs",), lambda: normal(2, 7, 4), {"axes": {"tracks": ["jet", 7, "variable"]}},
                                {"tracks": ["jet", 7, 4], "output": ["jet", 7, 7, 2]}),
    "fields": (("Fields",), lambda: {"tracks": normal(2, 7, 4), "scale": 2.0, "weights": normal(2, 7)}, {},
               {"flavour": ["entry", 3], "tracks_output": ["entry", "track", 3]}),
    "embedded": (("Embedded",), lambda: (whole(7, 3, 6), normal(3, 6, 4)), {},
                 {"charge": ["entry", "track"], "output": ["entry", 2]}),
    "images": (("Images",), lambda: normal(2, 1, 12, 12), {}, {"image": ["entry", 1, 12, 12]}),
    "chain": (("Chain",), lambda: normal(2, 7, 4), {}, {"tracks": ["entry", "track", 4]}),
    "attention": (("Attention",), lambda: (normal(2, 7, 4), ~nothing(2, 7)), {}, {"mask": ["entry", "track"]}),
    "one jet": (("OneJet",), lambda: (normal(1, 2), normal(9, 5)), {}, {"jet": [1, 2], "tracks": ["track", 5]}),
    "set": (("Set",), lambda: normal(7, 5), {}, {"tracks": ["track", 5], "output": ["track", 3]}),
    "pooled": (("Pooled",), lambda: (normal(20, 3), whole(8, 20)),
               {"axes": {"hits": ["hit", "variable"], "cluster": ["hit"]}}, {"hits": ["hit", 3], "output": [8, 2]}),
    "two sequences": (("TwoSequences",), lambda: (normal(3, 6, 4), normal(3, 6, 3)), {},
                      {"tracks": ["entry", "track", 4], "towers": ["entry", "tower", 3]}),
    "repeated": (("Repeated",), lambda: normal(3, 4), {}, {"a": ["entry", 1], "b": ["entry", 1], "in": ["entry", 4]}),
    "narrow": (("Narrow",), lambda: normal(3, 4), {"labels": {"flavour": ["b", "u"]}}, {"flavour": ["entry", "label"]}),
}  # fmt: skip


def network(kind, *settings):
    import torch
    import torch_networks as networks

    torch.manual_seed(1)
    return getattr(networks, kind)(*settings)


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_agree_with_pytorch(name):
    (kind, *settings), example, options, axes = NETWORKS[name]
    module = network(kind, *settings).train()
    model = lading.convert(module, example(), **options)
    assert all(part.training for part in module.modules())
    endpoints = {each.name: each.axes for each in (*model.input_list, *model.output_list)}
    assert axes.items() <= endpoints.items()
    compared = model.agreement["compared"]
    assert model.agreement["with"].startswith("PyTorch") and compared[0] == "the example" and len(compared) >= 6
    assert all(output["difference"] <= 1e-6 or output["reason"] for output in model.agreement["outputs"].values())
    assert model.check()


def test_graphs_of_pytorch_geometric():
    import torch
    from torch_geometric.nn import EdgeConv, GCNConv

    class Graphs(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = GCNConv(4, 8), EdgeConv(torch.nn.Linear(16, 8), aggr="max")

        def forward(self, x, edge_index):
            return self.second(self.first(x, edge_index).relu(), edge_index)

    model = lading.convert(Graphs(), (normal(12, 4), whole(12, 2, 30)),
                           axes={"x": ["node", "variable"], "edge_index": [2, "edge"]})
    assert model.inputs["edge_index"].axes == [2, "edge"] and model.output_list[0].axes == ["node", 8]
    assert len(model.agreement["compared"]) >= 4


def test_modules_of_lightning():
    import lightning

    class Lit(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.net = network("Dense")

        def forward(self, jets):
            return self.net(jets)

    assert "net.layers.0.w" in lading.convert(Lit(), normal(2, 4)).weights


def test_names_and_papers_in_one_call(tmp_path):
    module = network("GN2").train()
    example = ({"jets": normal(3, 2), "tracks": normal(3, 7, 5)}, {"tracks": nothing(3, 7)})
    options = {
        "variables": {"jets": ["pt", "eta"], "tracks": ["d0", "z0", "phi", "dr", "qp"]},
        "labels": {"flavour": ["p_b", "p_c", "p_u"]},
        "axes": {"jets": ["jet", "variable"], "tracks": ["jet", "track", "variable"], "masks.tracks": ["jet", "track"]},
        "describe": {"inputs": [{"of": "masks.tracks", "name": "mask",
                                 "mask": {"of": "track", "present": 0, "absent": 1}}]},
    }
    model = lading.convert(module, example, **options)
    assert to_buffers(model) == to_buffers(lading.convert(module, example, **options))
    model.save(tmp_path / "gn2")
    jets, counts = np.float32([[1, 2], [3, 4]]), [3, 2]
    tracks = np.float32(np.random.default_rng(1).normal(size=(5, 5)))
    scores = lading.load(tmp_path / "gn2").run({
        "jets": {"pt": jets[:, 0], "eta": jets[:, 1]},
        "tracks": {name: (tracks[:, i], counts) for i, name in enumerate(options["variables"]["tracks"])},
    })
    import torch

    module.eval()
    for entry, (begin, end) in enumerate([(0, 3), (3, 5)]):
        fed = {"jets": torch.tensor(jets[entry : entry + 1]), "tracks": torch.tensor(tracks[begin:end])[None]}
        with torch.no_grad():
            assert np.allclose(scores["flavour"][entry], module(fed)["flavour"][0], rtol=0, atol=1e-6)


REFUSED = {
    "DependsOnNumbers": (lambda: normal(3, 5, 4), r"on the numbers .*networks.py, line \d+: if tracks.sum\(\) > 0"),
    "Packed": (lambda: (normal(3, 5, 4), whole(3, 3) + 2), "packed sequences cannot be traced"),
    "FixedEntries": (lambda: normal(3, 4), "only for as many entries as the example has .3, in input 'jets'"),
    "Random": (lambda: normal(3, 4), "output 'output' is another one each time"),
    "NoOperator": (lambda: normal(3, 5, 4), "aten._linalg_eigh has no counterpart among ONNX's operators"),
    "Complex": (lambda: normal(3, 5, 4), "output 'output' is torch.complex64"),
    "Chosen": (lambda: normal(3, 5, 4), "neither fixed nor the length of an input's axis"),
    "Pairs": (lambda: normal(3, 5, 4), r"is \[entry, track, track, 2\]: numbers for each pair of 'track'"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_no_graph_can_do_is_refused(kind):
    example, text = REFUSED[kind]
    with pytest.raises(UnsupportedError, match=text):
        lading.convert(network(kind), example())


def test_modules_and_examples_that_do_not_fit_are_refused():
    import torch

    dense = network("Dense")
    for module, example, text in [
        (dense, normal(2, 5), r"forward fails on the example \(torch_networks.py, line \d+.*mat1 and mat2 shapes"),
        (dense, {"jet": normal(2, 4)}, "none of its keys is a parameter"),
        (network("Dense").half(), normal(2, 4).half(), r"'layers.0.weight' is float16; .* convert module.float\(\)"),
        (torch.ao.quantization.quantize_dynamic(network("Dense").eval(), {torch.nn.Linear}), normal(2, 4), "quantised"),
        (network("Dense"), normal(2, 4) + 0j, "complex numbers"),
    ]:
        with pytest.raises(UnsupportedError, match=text):
            lading.convert(module, example)
    with pytest.raises(UnsupportedError, match=r"the LSTM 'encoder' has a projection .* and a first state"):
        lading.convert(network("Projected", True, True), normal(2, 5, 4))
    with pytest.raises(UnsupportedError, match=r"torch\.cdist with p=3.0: written are 1 and 2"):
        lading.convert(network("Distances", 3.0), (normal(2, 7, 3), normal(2, 5, 3)))
    with pytest.raises(ValueRefused, match="give example inputs, by which it can be traced"):
        lading.convert(network("Dense"))
    with pytest.raises(UnsupportedError, match="only for the example's length along 'track'"):
        lading.convert(network("Loop"), normal(3, 5, 4), axes={"tracks": ["jet", "track", "variable"]})


def test_stored_files_give_their_numbers(tmp_path):
    with np.load(HERE / "dense.npz") as file:
        jets, expected = file["jets"], file["output"]
    np.savez(tmp_path / "example.npz", jets=jets)
    program = lading.convert(HERE / "dense.pt2", variables=list("abcd"))
    script = lading.convert(HERE / "script.pt", example=tmp_path / "example.npz", variables=list("abcd"))
    for model in (program, script):
        assert np.abs(model.run(dict(zip("abcd", jets.T, strict=True)))["output"] - expected).max() < 1e-6
        assert "layers.0.w" in model.weights and model.record["origin"]["class"] == "Dense"
    with pytest.raises(UnsupportedError, match="TorchScript does not say what shapes it takes"):
        lading.convert(HERE / "script.pt")


def test_scripts_that_take_channels_first_run_over_their_elements(tmp_path):
    import torch

    layers = torch.nn.Sequential(torch.nn.Conv1d(5, 6, 1), torch.nn.BatchNorm1d(6), torch.nn.AdaptiveMaxPool1d(1))
    example = normal(2, 5, 12)
    for kind, script in (("traced", torch.jit.trace(layers.eval(), example)), ("scripted", torch.jit.script(layers))):
        script.save(tmp_path / f"{kind}.pt")
        model = lading.convert(tmp_path / f"{kind}.pt", example)
        assert model.input_list[0].axes == ["entry", 5, "input_sequence"]


def test_programs_keep_their_lengths(tmp_path):
    import torch

    module = network("DeepSets").eval()
    example = (normal(3, 2), normal(3, 7, 5), torch.ones(3, 7))
    batch, count = torch.export.Dim("batch"), torch.export.Dim("count")
    shapes = {"jets": {0: batch}, "tracks": {0: batch, 1: count}, "mask": {0: batch, 1: count}}
    named = {"tracks": example[1], "mask": example[2]}
    program = torch.export.export(module, example[:1], named, dynamic_shapes=shapes)
    torch.export.save(program, tmp_path / "sets.pt2")
    for source in (program, tmp_path / "sets.pt2"):
        model = lading.convert(source)
        assert model.inputs["tracks"].axes == ["entry", "track", 5]


def test_a_program_of_fixed_entries_takes_any_number_where_each_stands_alone(tmp_path):
    import torch

    module, example = network("DeepSets").eval(), (normal(3, 2), normal(3, 7, 5), torch.ones(3, 7))
    torch.export.save(torch.export.export(module, example), tmp_path / "fixed.pt2")
    model = lading.convert(tmp_path / "fixed.pt2")
    assert model.inputs["tracks"].axes == ["entry", 7, 5]
    assert model.record["origin"]["entries"] == 3
    more = (normal(8, 2), normal(8, 7, 5), torch.ones(8, 7))
    found = model.run(dict(zip(model.inputs, (each.numpy() for each in more), strict=True)))
    wanted = module(*more).detach().numpy()
    assert np.abs(np.asarray(found[model.output_list[0].name]) - wanted).max() <= 1e-6 * np.abs(wanted).max()


@pytest.mark.parametrize("forward", [
    lambda x: x.reshape(-1).reshape(3, 4) * 2,  # the number is written into it
    lambda x: x - x.mean(0, keepdim=True),  # entries are mixed
], ids=["written", "mixed"])  # fmt: skip
def test_a_program_of_fixed_entries_that_needs_them_is_refused(forward):
    import torch

    class Module(torch.nn.Module):
        def forward(self, x):
            return forward(x)

    with pytest.raises(UnsupportedError, match=r"exported for 3 entries, and .* dynamic_shapes"):
        lading.convert(torch.export.export(Module(), (normal(3, 4),)))


def test_damaged_files_are_refused_or_read(tmp_path):
    import random

    dice, path = random.Random(3), tmp_path / "damaged"
    for name in ("dense.pt2", "script.pt"):
        source = (HERE / name).read_bytes()
        for _ in range(60):
            data = bytearray(source)
            for _ in range(dice.randint(1, 5)):
                data[dice.randrange(len(data))] = dice.choice((0, 1, 0x7F, 0xFF, dice.randrange(256)))
            path.write_bytes(data)
            with contextlib.suppress(lading.LadingError):
                lading.convert(path, normal(2, 4), compare=False)


def test_the_page_does_what_it_says(tmp_path):
    from blocks import Page, blocks_of

    page, running = ROOT / "docs" / "from-pytorch.md", Page(tmp_path)
    for block in blocks_of(page):
        try:
            running.run(block)
        except Exception as error:
            raise AssertionError(f"{page.name}, line {block.line}: {error}") from error


def test_a_length_that_is_fixed_all_the_same_is_told() -> None:
    import torch

    said: list[str] = []
    flat = torch.nn.Sequential(torch.nn.Flatten(1), torch.nn.Linear(28, 2)).eval()
    model = lading.convert(flat, normal(3, 7, 4), progress=lambda *text: said.append(text[0]))
    (given,) = model.input_list
    assert given.axes == ["entry", 7, 4]
    assert f"input '{given.name}' is [entry, 7, 4]: a length of 7, as in the example, and no other; " in "".join(said)
    said.clear()
    lading.convert(torch.nn.Linear(4, 2).eval(), normal(3, 4), progress=lambda *text: said.append(text[0]))
    assert "as in the example" not in "".join(said)
