"""The run of a network as text, node by node."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..names import comment
from .literals import CPP
from .loops import Loops
from .values import Value

if TYPE_CHECKING:
    from ....model import Model
    from .passes import Plan
    from .probing import Probes

__all__ = ["Value", "Writer"]


class Writer(Loops):
    """Writes the body of ``run``. What operators use are the classes that it is made of: text, values, loops."""

    def __init__(self, model: Model, plan: Plan, probes: Probes, names: Callable[[str, str], str], where: str):
        super().__init__(model, plan, probes, names, where)
        self._wanted = self._needed()

    def write(self) -> None:
        """All nodes that the outputs need. Raises UnsupportedError, naming the first that a header cannot hold."""
        from .operators import OPERATORS

        for node in self.plan.nodes:
            self._step += 1
            if not self._wanted & set(node.outputs):
                continue
            self.node = node
            function = OPERATORS.get(node.operator)
            if function is None:
                self.refuse("a header has no such operator; use the library")
            for name in node.outputs:
                if name and self.probes.types[name] not in CPP:
                    self.refuse(f"'{name}' is {self.probes.types[name]}, for which C++17 has no type")
            self.line(f"// {comment(node.name)} ({node.operator.removeprefix('internal.')})")
            function(self, node)
        self._step += 1
        for name in self.plan.outputs:
            self.value(name)

    def _needed(self) -> set[str]:
        """Names whose numbers are needed: outputs, and what nodes read that give such."""
        wanted = {name for name in self.plan.outputs if name in self.probes.moving}
        for node in reversed(self.plan.nodes):
            if wanted & set(node.outputs):
                wanted |= {name for name in node.reads() if name in self.probes.moving}
        return wanted
