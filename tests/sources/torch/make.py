"""Makes the files beside it, which PyTorch wrote, and its numbers: python make.py (PyTorch 2.13, onnxscript 0.7).

- ``networks.npz`` holds, for those of ``torch_networks.py``, what torch.onnx wrote, as lading reads it, and inputs
  of two sizes with what the network itself gives in double precision.
- ``dense.pt2`` is an exported program, ``script.pt`` TorchScript, ``state.pt`` and ``old.pth`` are numbers alone.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch_networks import GN2, DeepSets, Dense, ParticleNet, Recurrent

from lading.sources.torch_file.calls import call_of, outputs_of
from lading.sources.torch_file.exporting import export
from lading.sources.torch_file.flat import inference
from lading.sources.traced.lengths import guessed

HERE = Path(__file__).parent


def tracks(entries: int, count: int) -> torch.Tensor:
    return torch.randn(entries, count, 5)


def padding(entries: int, count: int) -> torch.Tensor:
    return torch.arange(count).expand(entries, -1) >= torch.randint(1, count + 1, (entries, 1))


NETWORKS = {
    "deep_sets": (DeepSets, lambda b, n: {"jets": torch.randn(b, 2), "tracks": tracks(b, n),
                                          "mask": (~padding(b, n)).float()}),
    "gn2": (GN2, lambda b, n: ({"jets": torch.randn(b, 2), "tracks": tracks(b, n)}, {"tracks": padding(b, n)})),
    "particle_net": (ParticleNet, lambda b, n: (torch.randn(b, 2, n), torch.randn(b, 5, n))),
    "lstm": (lambda: Recurrent("LSTM", num_layers=2, bidirectional=True), lambda b, n: torch.randn(b, n, 4)),
    "gru": (lambda: Recurrent("GRU"), lambda b, n: torch.randn(b, n, 4)),
    "rnn": (lambda: Recurrent("RNN", nonlinearity="relu", bidirectional=True), lambda b, n: torch.randn(b, n, 4)),
}


def make_networks() -> None:
    numbers = {}
    for name, (kind, inputs) in NETWORKS.items():
        network = kind()
        call = call_of(network, inputs(2, 9), name)
        data, _ = export(network, call, guessed(call.arrays, {}, {}), set(), name)
        numbers[f"{name}.onnx"] = np.frombuffer(data, np.uint8)
        for entries, count in ((3, 6), (1, 20)):
            made = call_of(network, inputs(entries, count), name)
            double = [each.double() if each.dtype == torch.float32 else each for each in made.tensors]
            args, kwargs = made.arguments(double)
            with inference(network.double()):
                names, results = outputs_of(network(*args, **kwargs), name)
            network.float()
            case = f"{name}/{entries}x{count}"
            for kind, keys, tensors in (("in", made.names, made.tensors), ("out", names, results)):
                numbers |= {f"{case}/{kind}/{key}": each.numpy() for key, each in zip(keys, tensors, strict=True)}
    np.savez_compressed(HERE / "networks.npz", **numbers)


def make_files() -> None:
    network = Dense().eval()
    example = torch.randn(3, 4)
    program = torch.export.export(network, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)  # the places of files on the machine that made it
    torch.export.save(program, HERE / "dense.pt2")
    torch.jit.script(network).save(HERE / "script.pt")
    torch.save(network.state_dict(), HERE / "state.pt")
    torch.save(network.state_dict(), HERE / "old.pth", _use_new_zipfile_serialization=False)
    with torch.no_grad():
        np.savez(HERE / "dense.npz", jets=example.numpy(), output=network(example).numpy())


if __name__ == "__main__":
    torch.manual_seed(17)
    make_networks()
    make_files()
