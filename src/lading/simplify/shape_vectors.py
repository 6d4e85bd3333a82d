"""Write what remains of shape arithmetic in its shortest form.

1. A list of sizes that is read as such (the target of a Reshape or Expand, the limit of a Range …) is made of
   ``Shape`` of the axes in question, put together with the fixed numbers by one ``Concat``; products of lengths
   are multiplied first. A length is asked of the model's input where it comes in, else of the first tensor
   that has it.

Exact: each element is the same expression of the lengths. Done only if the graph gets fewer nodes by it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..graph import Node
from .sizes import Polynomial, Size
from .view import Operand, View

#: A node to be made: operator, inputs (numbers are places in the list of such nodes), attributes.
Draft = tuple[str, list["Operand | int"], dict[str, int]]


def apply(view: View, node: Node) -> str | None:
    """Rewrites the sizes that ``node`` reads."""
    if view.fact(node.outputs[0]).value is not None:  # in the middle of the arithmetic
        return _one_length(view, node) if node.operator == "Unsqueeze" else None
    for index, operand in enumerate(node.inputs):
        if isinstance(operand, str) and _is_arithmetic(view, operand) and _rewrite(view, node, index):
            return f"input {index} in its shortest form"
    return None


def _is_arithmetic(view: View, operand: str) -> bool:
    """Whether this is a list of sizes, or one, not all known, that a node makes."""
    fact = view.fact(operand)
    if fact.value is None or fact.integers is not None or fact.type != "int64" or fact.value.ndim > 1:
        return False
    return view.producer(operand) is not None and all(size is not None for size in fact.value.flat)


def _one_length(view: View, node: Node) -> str | None:
    """Replaces the list of one length that was picked out of a shape."""
    drafts: list[Draft] = []
    name, value = node.outputs[0], view.fact(node.outputs[0]).value
    if value is None or not _is_arithmetic(view, name) or not _draft(view, node, value, drafts) or len(drafts) != 1:
        return None
    ((operator, inputs, attributes),) = drafts
    names = [str(each) for each in inputs]
    kept = {id(each) for each in _makers(view, names)}
    if operator != "Shape" or all(id(each) in kept for each in _only_for(view, [node], str(node.inputs[0]))):
        return None
    view.replace(node, operator, list(names), dict(attributes))
    return "a length in its shortest form"


def _rewrite(view: View, node: Node, index: int) -> bool:
    operand = str(node.inputs[index])
    value = view.fact(operand).value
    drafts: list[Draft] = []
    if value is None or not _draft(view, node, value, drafts):
        return False
    twins = _twins(view, node, drafts)
    needed = _makers(view, [each for _, inputs, _ in drafts for each in inputs if isinstance(each, str)])
    kept = {id(each) for each in (*twins, *needed) if each is not None}
    readers = _all_or_one(view, node, operand)
    freed = [each for each in _only_for(view, readers, operand) if id(each) not in kept]
    if twins.count(None) >= len(freed):
        return False
    shortest = _build(view, node, drafts)
    for reader in readers:
        for place in [i for i, each in enumerate(reader.inputs) if isinstance(each, str) and each == operand]:
            view.set_input(reader, place, shortest)
    return True


def _all_or_one(view: View, node: Node, name: str) -> list[Node]:
    """The nodes that read a list, if ``node`` is the first of them; else it alone."""
    readers = view.readers(name)
    return readers if all(each is node or view.is_before(node, each) for each in readers) else [node]


def _draft(view: View, node: Node, value: np.ndarray, drafts: list[Draft]) -> bool:
    """Appends the nodes that make ``value``, the last one making it; False if it cannot be done."""
    parts: list[Operand | int] = []
    for piece in _pieces(view, node, list(value.flat)):
        part = _draft_piece(view, node, piece, drafts)
        if part is None:
            return False
        parts.append(part)
    if len(parts) > 1:
        drafts.append(("Concat", parts, {"axis": 0}))
    if value.ndim == 0:
        drafts.append(("Squeeze", [len(drafts) - 1, np.array([0])], {}))
    return True


def _pieces(view: View, node: Node, sizes: list[Size]) -> Iterator[list[Size]]:
    """Runs of numbers, of lengths that stand side by side in one tensor, and single expressions."""
    run: list[Size] = []
    for size in sizes:
        if run and not (_all_numbers([*run, size]) or holder(view, node, [*run, size])):
            yield run
            run = []
        run.append(size)
    if run:
        yield run


def _all_numbers(sizes: list[Size]) -> bool:
    return all(isinstance(size, int) for size in sizes)


def _draft_piece(view: View, node: Node, piece: list[Size], drafts: list[Draft]) -> Operand | int | None:
    if _all_numbers(piece):
        return np.array(piece, np.int64)
    held = holder(view, node, piece)
    if held is not None:
        name, start = held
        drafts.append(("Shape", [name], _range_of_axes(view, name, start, start + len(piece))))
        return len(drafts) - 1
    (size,) = piece
    if not isinstance(size, Polynomial) or len(size.terms) != 1:
        return None
    ((monomial, coefficient),) = size.terms
    factors: list[Operand | int] = []
    for name in monomial:
        alone = Polynomial((((name,), 1),))
        factor = None if size.terms == alone.terms else _draft_piece(view, node, [alone], drafts)
        if factor is None:
            return None
        factors.append(factor)
    return _draft_product([*factors, *([np.array([coefficient])] if coefficient != 1 else [])], drafts)


def _draft_product(factors: list[Operand | int], drafts: list[Draft]) -> Operand | int:
    total = factors[0]
    for factor in factors[1:]:
        drafts.append(("Mul", [total, factor], {}))
        total = len(drafts) - 1
    return total


def _range_of_axes(view: View, name: str, start: int, end: int) -> dict[str, int]:
    """``start`` and ``end`` of a Shape, without those that are the default."""
    whole = len(view.shape(name) or ())
    return {**({"start": start} if start else {}), **({"end": end} if end < whole else {})}


def holder(view: View, node: Node, sizes: list[Size]) -> tuple[str, int] | None:
    """(name, axis) of an input of the model, or else of the first tensor before ``node``, with these sizes in a row."""
    if not all(isinstance(size, Polynomial) for size in sizes):
        return None
    for name in _candidates(view, node):
        shape = view.shape(name)
        for start in range(len(shape or ()) - len(sizes) + 1):
            if list(shape[start : start + len(sizes)]) == sizes:  # type: ignore[index]
                return name, start
    return None


def _candidates(view: View, node: Node) -> Iterator[str]:
    yield from (each.name for each in view.model.input_list)
    for earlier in view.before(node):
        yield from (name for name in earlier.outputs if name)


def _twins(view: View, node: Node, drafts: list[Draft]) -> list[Node | None]:
    """For each draft the node that is there already, if there is one."""
    twins: list[Node | None] = []
    for operator, inputs, attributes in drafts:
        made = [twins[each] if isinstance(each, int) else each for each in inputs]
        names = [each.outputs[0] if isinstance(each, Node) else each for each in made]
        there = not any(name is None for name in names)
        wanted = Node("", operator, names, [], dict(attributes)) if there else None  # type: ignore[arg-type]
        twins.append(view.twin(wanted, node) if wanted is not None else None)
    return twins


def _makers(view: View, names: list[str]) -> list[Node]:
    """The nodes that make these values, and all that those need."""
    makers: dict[int, Node] = {}
    waiting = list(names)
    while waiting:
        maker = view.producer(waiting.pop())
        if maker is not None and id(maker) not in makers:
            makers[id(maker)] = maker
            waiting += maker.reads()
    return list(makers.values())


def _only_for(view: View, nodes: list[Node], name: str) -> list[Node]:
    """The nodes that nobody needs when ``nodes`` no longer read ``name``."""
    gone: list[Node] = list(nodes)
    waiting = [name]
    while waiting:
        maker = view.producer(waiting.pop())
        if maker is None or any(maker is each for each in gone):
            continue
        readers = [reader for output in maker.outputs for reader in view.readers(output)]
        leaves = any(view.is_output(output) for output in maker.outputs)
        if not leaves and all(any(reader is each for each in gone) for reader in readers):
            gone.append(maker)
            waiting += maker.reads()
    return gone[len(nodes) :]


def _build(view: View, node: Node, drafts: list[Draft]) -> str:
    made: list[str] = []
    for operator, inputs, attributes in drafts:
        operands: list[Operand] = [made[each] if isinstance(each, int) else each for each in inputs]
        made.append(view.insert(node, operator, operands, dict(attributes)))
    return made[-1]
