"""Assignment by assignment, from the text of a graph to nodes.

Operations are functions of ``operations``; those that a file defines as fragments are run where they are called.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

from ...errors import FormatError, suggestion
from .arguments import converted
from .building import Builder, Tensor
from .container import Container
from .declaring import DECLARATIONS, Declarations
from .operations import OPERATIONS, REFUSED
from .syntax import Assignment, Call, Choice, Document, Fragment, Items, Literal, Name, Operation, Pick
from .words import Words

#: Operators on tensors are operations.
SIGNS = {"+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
         "==": "eq", "!=": "ne", "&&": "and", "||": "or"}  # fmt: skip
NUMBERS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
    "!=": operator.ne, "&&": lambda a, b: a and b, "||": lambda a, b: a or b,
}  # fmt: skip

#: Fragments in fragments, and operations in all, that are read: a fragment of fragments can make millions.
DEEPEST, MOST = 30, 100_000

#: What an operation raises on arguments that it was not made for.
MISFIT = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)

Scope = dict[str, Any]


class Reading:
    """Runs the graph once with shapes in the place of numbers; ``externals`` are the types of inputs, by name."""

    def __init__(self, document: Document, words: Words, files: Container, build: Builder, types: dict[str, str]):
        self.document, self.words, self.build = document, words, build
        self.declarations = Declarations(build, files, types)
        self.labels: dict[str, str] = {}
        self._depth = self._count = 0

    def run(self) -> dict[str, Tensor]:
        """The results of the graph by name."""
        graph = self.document.graph
        scope: Scope = {}
        for assignment in graph.body:
            self._assign(assignment, scope, graph)
        self._at(graph.at)
        for name in graph.parameters:
            if name not in self.declarations.inputs:
                self.build.fail(f"nothing is assigned to the parameter '{name}' of the graph: {name} = external(…)")
        for name in graph.results:
            if not isinstance(scope.get(name), Tensor):
                self.build.fail(f"nothing is assigned to the result '{name}' of the graph {suggestion(name, scope)}")
        return {name: scope[name] for name in graph.results}

    def _at(self, at: int, operation: str = "") -> None:
        self.build.place = self.words.place(at) + (f": {operation}" if operation else "")

    # ---------------------------------------------------------------------------------- assignments

    def _assign(self, assignment: Assignment, scope: Scope, graph: Fragment) -> None:
        if graph is self.document.graph:
            self.build.target = _first_name(assignment.target)
        value = self._value(assignment.value, scope, assignment)
        self._at(assignment.at)
        self._bind(assignment.target, value, scope)
        if graph is self.document.graph:
            self._check_parameters(assignment, graph)

    def _check_parameters(self, assignment: Assignment, graph: Fragment) -> None:
        name = _first_name(assignment.target)
        external = isinstance(assignment.value, Call) and assignment.value.name == "external"
        if external != (name in graph.parameters):
            self.build.fail(f"'{name}' is " + ("external, but no parameter of the graph" if external else
                                               "a parameter of the graph, and so must be external"))

    def _bind(self, target: Any, value: Any, scope: Scope) -> None:
        if isinstance(target, Name):
            if target.name in scope:
                self.build.fail(f"'{target.name}' is assigned twice")
            scope[target.name] = value
            return
        values = list(value) if isinstance(value, (list, tuple)) else [value]
        if len(values) != len(target.items):
            self.build.fail(f"{len(values)} results for {len(target.items)} names")
        for item, each in zip(target.items, values, strict=True):
            self._bind(item, each, scope)

    # ---------------------------------------------------------------------------------- expressions

    def _value(self, expression: Any, scope: Scope, assignment: Assignment | None = None) -> Any:
        if isinstance(expression, Literal):
            return expression.value
        if isinstance(expression, Name):
            return self._named(expression, scope)
        if isinstance(expression, Items):
            items = [self._value(item, scope) for item in expression.items]
            return items if expression.is_list else tuple(items)
        if isinstance(expression, Call):
            return self._call(expression, scope, assignment)
        if isinstance(expression, Operation):
            return self._operation(expression, scope)
        if isinstance(expression, Choice):
            condition = self._value(expression.condition, scope)
            self._at(expression.at)
            if not isinstance(condition, bool):
                self.build.unsupported("'if' on what is known only when the graph runs; use select()")
            return self._value(expression.yes if condition else expression.no, scope)
        return self._picked(expression, scope)

    def _named(self, name: Name, scope: Scope) -> Any:
        if name.name not in scope:
            self._at(name.at)
            later = any(name.name in _names(each.target) for each in self.document.graph.body)
            if later:
                self.build.fail(f"'{name.name}' is used before it is assigned; assignments stand in an order in which "
                                "they can run, without cycles")
            self.build.fail(f"'{name.name}' is not assigned {suggestion(name.name, scope)}")
        return scope[name.name]

    def _operation(self, expression: Operation, scope: Scope) -> Any:
        values = [self._value(item, scope) for item in expression.items]
        self._at(expression.at, f"'{expression.sign}'")
        if any(isinstance(each, Tensor) for each in values):
            if len(values) == 2:
                return self._run(SIGNS[expression.sign], values, {}, "")
            names = {"-": "neg", "!": "not", "+": "copy"}
            return self._run(names[expression.sign], values, {}, "")
        try:
            if len(values) == 2:
                return _computed(expression.sign, *values)
            return not values[0] if expression.sign == "!" else -values[0] if expression.sign == "-" else values[0]
        except MISFIT:
            self.build.fail("is not defined for what stands beside it")

    def _picked(self, pick: Pick, scope: Scope) -> Any:
        values, index = self._value(pick.values, scope), self._value(pick.index, scope)
        self._at(pick.at)
        if not isinstance(values, (list, tuple)) or not isinstance(index, int) or not 0 <= index < len(values):
            self.build.fail("there is no such item")
        return values[index]

    # ----------------------------------------------------------------------------------- operations

    def _call(self, call: Call, scope: Scope, assignment: Assignment | None) -> Any:
        places = [self._value(each, scope) for each in call.places]
        names = {name: self._value(each, scope) for name, each in call.names.items()}
        self._at(call.at, call.name)
        self._count += 1
        if self._count > MOST:
            self.build.unsupported(f"more than {MOST} operations")
        if call.name in DECLARATIONS:
            return self.declarations.tensor(call, places, names, assignment)
        if call.name == "length_of" and len(places) == 1 and isinstance(places[0], (list, tuple, str)):
            return len(places[0])
        if call.name in self.document.fragments and self.document.fragments[call.name].body:
            return self._fragment(self.document.fragments[call.name], places, names, call)
        return self._run(call.name, places, names, call.kind)

    def _run(self, name: str, places: list[Any], names: dict[str, Any], kind: str) -> Any:
        if name in REFUSED:
            self.build.unsupported(f"the operation {name} {REFUSED[name]}")
        function = OPERATIONS.get(name)
        if function is None:
            known = [*OPERATIONS, *DECLARATIONS, *self.document.fragments]
            self.build.unsupported(f"the operation '{name}' is not known {suggestion(name, known)}")
        names = {f"{key}_" if key in ("lambda",) else key: value for key, value in names.items()}
        if kind:
            names = {**names, "kind": kind} if "kind" in inspect.signature(function).parameters else names
        arguments = self._bound(function, places, names)
        place = self.build.place
        try:
            return function(self.build, **arguments)
        except FormatError:
            raise
        except MISFIT as error:
            raise FormatError(f"{place}: its arguments do not fit together: {error}") from None

    def _bound(self, function: Any, places: list[Any], names: dict[str, Any]) -> dict[str, Any]:
        """Arguments by name, each of the kind that its parameter takes."""
        parameters = dict(list(inspect.signature(function).parameters.items())[1:])
        if len(places) > len(parameters):
            self.build.fail(f"{len(places)} arguments; it takes {len(parameters)}")
        given = dict(zip(parameters, places, strict=False))
        for name, value in names.items():
            if name not in parameters:
                self.build.fail(f"has no parameter '{name}' {suggestion(name, parameters)}")
            if name in given:
                self.build.fail(f"is given '{name}' twice")
            given[name] = value
        for name, parameter in parameters.items():
            if name not in given and parameter.default is parameter.empty:
                self.build.fail(f"its parameter '{name}' is missing")
        return {name: converted(self.build, name, value, str(parameters[name].annotation))
                for name, value in given.items()}  # fmt: skip

    def _fragment(self, fragment: Fragment, places: list[Any], names: dict[str, Any], call: Call) -> Any:
        self._depth += 1
        if self._depth > DEEPEST:
            self.build.unsupported(f"fragments call each other more than {DEEPEST} deep")
        scope: Scope = dict(zip(fragment.parameters, places, strict=False))
        for name, value in names.items():
            if name not in fragment.parameters:
                self.build.fail(f"has no parameter '{name}' {suggestion(name, fragment.parameters)}")
            scope[name] = value
        for name, default in fragment.parameters.items():
            if name not in scope:
                if default is None:
                    self.build.fail(f"its parameter '{name}' is missing")
                scope[name] = self._value(default, {})
        for assignment in fragment.body:
            self._assign(assignment, scope, fragment)
        self._at(call.at, call.name)
        for name in fragment.results:
            if name not in scope:
                self.build.fail(f"the fragment assigns nothing to its result '{name}'")
        self._depth -= 1
        results = [scope[name] for name in fragment.results]
        return results[0] if len(results) == 1 else tuple(results)


def _computed(sign: str, a: Any, b: Any) -> Any:
    """A number or list, if it is of a size that files have."""
    times = b if isinstance(b, int) else a if isinstance(a, int) else 0
    listed = next((each for each in (a, b) if isinstance(each, (list, tuple, str))), ())
    if (sign == "*" and len(listed) * abs(times) > MOST) or (sign == "^" and isinstance(b, int) and abs(b) > 64):
        raise ValueError("too large")
    value = NUMBERS[sign](a, b)
    is_listed = isinstance(value, (list, tuple, str))
    if (is_listed and len(value) > MOST) or (isinstance(value, int) and abs(value) > 1 << 62):
        raise ValueError("too large")
    return value


def _names(target: Any) -> list[str]:
    if isinstance(target, Name):
        return [target.name]
    return [name for item in target.items for name in _names(item)]


def _first_name(target: Any) -> str:
    return next(iter(_names(target)), "")
