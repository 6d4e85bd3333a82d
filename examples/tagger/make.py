"""Trains the tagger of this folder and writes what a training leaves behind.

    pip install torch onnx h5py
    python make.py

tagger.onnx          one jet a call, tracks [n, variables], a scalar per label: how ATLAS exports
tagger_batched.onnx  padded batches with a mask
jets.h5              jets and tracks that the training never saw, and the training's own scores of them

The files here were made with torch 2.13 on one thread in about a minute. Other versions make a network that is as
good and differs in its bits. The older of torch's two exporters writes them, as for the taggers of ATLAS. The papers
are not made: people write them.
"""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import torch
from network import ManyJets, OneJet, Tagger
from torch import Tensor, nn
from toy_jets import FLAVOURS, NO_VERTEX, ORIGINS, TRAINING, UNSEEN, toy_jets

HERE = Path(__file__).parent
EPOCHS, BATCH = 16, 200
SV_MASS_IF_NONE = 1200.0


def prepare(jets: np.ndarray, tracks: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
    """What the network sees: variables of about unit size, and the mask. Outside the network, as is usual."""
    sv_mass = np.where(jets["sv_mass"] == NO_VERTEX, np.float32(SV_MASS_IF_NONE), jets["sv_mass"])
    of_jet = [(np.log(jets["pt"] / 20000) - 0.5) / 0.6, jets["eta"] / 1.2, np.log(jets["mass"] / 3000) / 0.8,
              (sv_mass / 1000 - 1.2) / 0.9]  # fmt: skip
    track = {name: tracks[name].astype(np.float32) for name in tracks.dtype.names}
    with np.errstate(divide="ignore"):
        log_fraction = np.log(track["pt_fraction"])  # of padding: -inf, which is cut off below
    of_track = [np.clip(track["d0"], -1, 1) / 0.2, np.clip(track["z0_sin_theta"], -2, 2) / 0.5,
                np.clip(track["d0_significance"], -20, 40) / 8, np.clip(track["z0_significance"], -40, 40) / 8,
                log_fraction + 2.7, track["dr"] / 0.15, (track["pixel_hits"] - 4.3) / 0.75,
                track["innermost_hits"]]  # fmt: skip
    valid = tracks["valid"]
    features = np.where(valid[..., None], np.stack(of_track, -1), 0)
    return tuple(torch.from_numpy(np.asarray(x, np.float32)) for x in (np.stack(of_jet, -1), features, valid))


def train(jets: np.ndarray, tracks: np.ndarray) -> Tagger:
    """A tagger that knows the flavours of ``jets``, and where their tracks come from."""
    torch.manual_seed(1)
    torch.set_num_threads(1)
    of_jet, of_track, mask = prepare(jets, tracks)
    labels = [label for label, _ in FLAVOURS.values()]
    flavour = torch.from_numpy(np.array([labels.index(label) for label in jets["truth_label"]]))
    origin = torch.from_numpy(np.where(tracks["valid"], tracks["truth_origin"], -1).astype(np.int64))
    tagger = Tagger(of_jet.shape[-1], of_track.shape[-1], len(FLAVOURS), len(ORIGINS))
    steps = EPOCHS * len(jets) // BATCH
    optimiser = torch.optim.AdamW(tagger.parameters(), weight_decay=1.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for epoch in range(EPOCHS):
        total = 0.0
        for some in torch.randperm(len(jets)).split(BATCH):
            longest = int(mask[some].sum(1).max())
            logits, of_origin = tagger(of_jet[some], of_track[some, :longest], mask[some, :longest])
            loss = nn.functional.cross_entropy(logits, flavour[some])
            loss = loss + 0.3 * nn.functional.cross_entropy(
                of_origin.flatten(0, 1), origin[some, :longest].flatten(), ignore_index=-1)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(some)
        print(f"epoch {epoch + 1:2}: loss {total / len(jets):.4f}")
    return tagger.eval()


def scores_of(tagger: Tagger, jets: np.ndarray, tracks: np.ndarray) -> np.ndarray:
    """The training's own scores: a field per flavour."""
    with torch.no_grad():
        probabilities = torch.softmax(tagger(*prepare(jets, tracks))[0], -1).numpy()
    scores = np.zeros(len(jets), [(f"p_{name}", "f4") for name in FLAVOURS])
    for i, name in enumerate(scores.dtype.names):
        scores[name] = probabilities[:, i]
    return scores


def export(tagger: Tagger) -> None:
    """Both ONNX files."""
    jets, tracks = torch.zeros(3, tagger.jet[0].in_features), torch.zeros(3, 5, tagger.track[0].in_features)
    torch.onnx.export(
        OneJet(tagger), (jets[:1], tracks[0]), HERE / "tagger.onnx", dynamo=False, opset_version=17,
        input_names=["jet_features", "track_features"],
        output_names=[*(f"tagger_p{name}" for name in FLAVOURS), "tagger_origin"],
        dynamic_axes={"track_features": {0: "n_tracks"}, "tagger_origin": {0: "n_tracks"}})  # fmt: skip
    jet_axis, both = {0: "n_jets"}, {0: "n_jets", 1: "n_tracks"}
    torch.onnx.export(
        ManyJets(tagger), (jets, tracks, torch.ones(3, 5)), HERE / "tagger_batched.onnx", dynamo=False,
        opset_version=17, input_names=["jet_features", "track_features", "track_mask"],
        output_names=["tagger_flavour", "tagger_origin"],
        dynamic_axes={"jet_features": jet_axis, "track_features": both, "track_mask": both,
                      "tagger_flavour": jet_axis, "tagger_origin": both})  # fmt: skip


def write_events(path: Path, jets: np.ndarray, tracks: np.ndarray, scores: np.ndarray) -> None:
    """Events in the layout of ATLAS flavour tagging: a structured dataset each."""
    with h5py.File(path, "w") as file:
        for name, data in (("jets", jets), ("tracks", tracks), ("scores", scores)):
            file.create_dataset(name, data=data, compression="gzip", compression_opts=9, shuffle=True)


def main() -> None:
    """Makes jets, trains, and writes the files."""
    tagger = train(*toy_jets(*TRAINING))
    jets, tracks = toy_jets(*UNSEEN)
    scores = scores_of(tagger, jets, tracks)
    labels = np.array([label for label, _ in FLAVOURS.values()])
    best = labels[np.argmax([scores[name] for name in scores.dtype.names], axis=0)]
    print(f"{np.mean(best == jets['truth_label']):.1%} of {len(jets)} new jets get their own flavour")
    export(tagger)
    write_events(HERE / "jets.h5", jets, tracks, scores)


if __name__ == "__main__":
    main()
