"""lwtnn's JSON: sequential and recurrent networks and graphs, plain, in gzip or xz, and inside correctionlib files.

What the format means is what lwtnn 2.14.1 does (https://github.com/lwtnn/lwtnn): numbers may be texts; a variable
enters as ``(raw + offset) * scale``; recurrent layers of a sequential file run first, wherever they stand; a GRU resets
before its product; ``same`` puts the odd zero at the start; the last step of no steps is zeros. Names of inputs,
variables, outputs and labels are those of the file; an output that is a vector and a sequence (lwtnn's ``compute`` and
``scan``) is two, the latter ``NAME_sequence``.

lwtnn computes in double precision. The model computes in float32 where that gives the same numbers, else in float64
(``lwtnn_file/precision.py`` says what is near enough); or in what is chosen.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ValueRefused
from . import origin_of, remarks
from .carried_papers import take_texts
from .packed import beginning_of, unpacked

if TYPE_CHECKING:
    from ..model import Model
    from .lwtnn_file.network import Network
    from .lwtnn_file.oracle import LwtnnOracle

#: Bytes that are looked at to see whether a file is JSON; and for the keys, unpacked.
BEGINNING, SEARCHED = 1 << 16, 1 << 25
MARKS = ((b'"architecture"', b'"layers"'), (b'"schema_version"', b'"corrections"'))
TYPES = ("float32", "float64")


def recognises(path: Path) -> bool:
    """Whether the content is JSON with the keys of a network of lwtnn, or of corrections."""
    with path.open("rb") as file:
        data = file.read(BEGINNING)
        if not beginning_of(data, BEGINNING).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return False
        text = beginning_of(data + file.read(SEARCHED - len(data)), SEARCHED)
    return any(all(key in text for key in keys) for keys in MARKS)


def read(path: str | Path, type: str | None = None, key: str | None = None) -> Model:
    """The network in a file of lwtnn or correctionlib.

    ``type``: in what it computes, "float32", or "float64" as lwtnn does; None: float32 where that is near enough.
    ``key``: the correction whose network it is, where a file has several.

    Raises FormatError, UnsupportedError, UnknownName or ValueRefused.
    """
    path = Path(path)
    return read_bytes(path.read_bytes(), str(path), type, key)


def read_bytes(data: bytes, where: str, type: str | None = None, key: str | None = None) -> Model:
    """The network in the bytes of a file."""
    from .lwtnn_file.modelling import model_of_network
    from .lwtnn_file.precision import model_in_suitable_type
    from .lwtnn_file.remarks import remarks_on

    if type is not None and type not in TYPES:
        raise ValueRefused(f"{where}: type is one of {', '.join(TYPES)}, not '{type}'")
    network, about, content = _network(data, where, key)
    remarks = remarks_on(network)
    if "finalizer" in about:
        remarks.append(f"the model ends where correction '{about['correction']}' goes on with {about['finalizer']}")
    origin = origin_of("lwtnn", data, **about, **({"remarks": remarks} if remarks else {}))
    if type is None:
        model = model_in_suitable_type(network, origin, where)
    else:
        model = model_of_network(network, type, origin, where)
    take_texts(model, content, where)
    return model


def oracle(path: str | Path, key: str | None = None) -> LwtnnOracle:
    """The formulas of lwtnn in double precision, to compare a conversion with."""
    from .lwtnn_file.oracle import LwtnnOracle

    return LwtnnOracle(_network(Path(path).read_bytes(), str(path), key)[0])


def remark(model: Model) -> str:
    """What whoever converts a file should know of it."""
    double = model.input_list[0].type == "float64"
    of_type = "computes in float64 as lwtnn does; type float32 would be faster, and rounds" if double else ""
    return "; ".join(filter(None, [remarks.remark(model), of_type]))


def _network(data: bytes, where: str, key: str | None) -> tuple[Network, dict[str, Any], dict[str, Any]]:
    """The network, what the record says of it, and the object that holds it."""
    from .lwtnn_file.contents import network_of
    from .lwtnn_file.correctionlib import content_of, is_correctionlib
    from .lwtnn_file.parsing import parsed

    content, about = parsed(unpacked(data, where), where), dict[str, Any]()
    if is_correctionlib(content):
        content, about = content_of(content, key, where)
    elif key is not None:
        raise ValueRefused(f"{where}: key names a correction; this file is a network")
    return network_of(content, where), about, content
