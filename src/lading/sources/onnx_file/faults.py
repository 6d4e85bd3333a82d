"""What a file needs and lading does not have, gathered so that one error tells all of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from onnx import NodeProto, defs

from ...errors import UnsupportedError
from ..onnx_opsets import Refused
from .domains import OWNERS, standard
from .sorting import described

#: What to do about operators that are met now and then. Those not listed here get the general advice.
ADVICE = {
    **dict.fromkeys(
        ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"],
        "a trained network has no chance in it: call model.eval() before the export, or feed the numbers as an input",
    ),
    **dict.fromkeys(
        ["MatMulInteger", "ConvInteger", "QLinearMatMul", "QLinearConv"],
        "quantise in the form of QuantizeLinear and DequantizeLinear nodes (QDQ), or convert the float network",
    ),
}
DOMAIN_ADVICE = {
    "com.microsoft": "give the file as exported, not the one that ONNX Runtime's optimiser wrote",
    "com.microsoft.nchwc": "give the file as exported, not the one that ONNX Runtime's optimiser wrote",
    "qonnx.custom_op.general": "convert it to QDQ form with QONNX's own tools",
    "onnx.brevitas": "export it in QDQ form (brevitas.export.export_onnx_qcdq)",
}
#: Who writes files that were a model of Keras before.
OF_KERAS = ("tf2onnx", "keras2onnx")
KERAS = 'give the model of Keras itself (model.save("model.keras"), or its .h5 file), whose layers lading reads'
ESTIMATOR = "give the estimator of scikit-learn itself: lading.convert(estimator), or a file of skops.io.dump"
GENERAL = "write it with other operators, or compute it before and feed the result as an input"


@dataclass
class Fault:
    """One node that cannot be taken: why, and what to do."""

    node: str
    operator: str
    why: str
    advice: str


class Faults:
    """The faults of one file. Values that a refused node would have made are tainted: nothing is known of them."""

    def __init__(self, where: str, producer: str = ""):
        self._where, self._producer = where, producer
        self._faults: list[Fault] = []
        self._tainted: set[str] = set()

    def unknown(self, node: NodeProto) -> None:
        """A node of an operator that lading does not have."""
        domain = standard(node.domain)
        name = node.op_type or "an operator without a name"
        operator = f"{domain}.{name}" if domain else name
        why = f"no such operator in lading, an operator of {OWNERS.get(domain, domain)}" if domain else (
            "no such operator in lading" if defs.has(node.op_type) else "no such operator, in lading or in ONNX")
        advice = ADVICE.get(node.op_type) or DOMAIN_ADVICE.get(domain) or GENERAL
        if not domain and self._producer in OF_KERAS:
            advice = KERAS
        elif self._producer == "skl2onnx":
            advice = ESTIMATOR
        self._faults.append(Fault(described(node), operator, why, advice))

    def add(self, node: NodeProto, refused: Refused | None, inputs: Iterable[str]) -> None:
        """A node of an unknown operator, or of a known one in a form that is ``refused``.

        The latter is passed over where its inputs are tainted: the reason may be that nothing is known of them.
        """
        if refused is None:
            self.unknown(node)
        elif self._tainted.isdisjoint(inputs):
            self._faults.append(Fault(described(node), node.op_type, str(refused), ""))

    def taint(self, names: Iterable[str]) -> None:
        """Marks values that will be missing."""
        self._tainted.update(name for name in names if name)

    def mark(self) -> tuple[int, set[str]]:
        """Where the faults stand now, to go back there if something is read in another way."""
        return len(self._faults), set(self._tainted)

    def go_back(self, mark: tuple[int, set[str]]) -> None:
        """Forgets what came after a mark."""
        del self._faults[mark[0] :]
        self._tainted = mark[1]

    def raise_if_any(self) -> None:
        """Raises UnsupportedError that lists every fault."""
        if not self._faults:
            return
        groups: dict[tuple[str, str, str], list[str]] = {}
        for fault in self._faults:
            groups.setdefault((fault.operator, fault.why, fault.advice), []).append(fault.node)
        count = len(self._faults)
        lines = [f"{self._where}: {count} node{'s' if count > 1 else ''} cannot be converted:"]
        lines += [_line(*key, nodes) for key, nodes in groups.items()]
        raise UnsupportedError("\n".join(lines))


def _line(operator: str, why: str, advice: str, nodes: list[str]) -> str:
    listed = ", ".join(nodes[:5]) + (f" and {len(nodes) - 5} more" if len(nodes) > 5 else "")
    return f"  {operator}: {why}; at {listed}" + (f". To do: {advice}" if advice else "")
