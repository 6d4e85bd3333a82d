"""What a header says of the model, and the names of a model as names of C++."""

from __future__ import annotations

import re
import unicodedata

from ...endpoints import Variable
from ...model import Model
from ...trees import Forest

__all__ = ["CPP", "Names", "identifiers"]

#: Types of C++ by those of the format.
CPP = {"float32": "float", "float64": "double"}

#: Words that C++17 and C++20 keep for themselves.
KEYWORDS = frozenset(re.findall(r"\w+", """
alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t class co_await
co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype default delete do
double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable
namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast
requires return short signed sizeof static static_assert static_cast std struct switch template this thread_local
throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq
"""))

#: Macros of the C library and of compilers, as far as a variable may bear such a name.
MACROS = re.compile(r"""
    I | NAN | NULL | INFINITY | EOF | EDOM | ERANGE | EILSEQ | BUFSIZ | MAXFLOAT | NZERO | WEOF | DOMAIN | SING | TRUE
    | FALSE | OVERFLOW | UNDERFLOW | PLOSS | TLOSS | SIG[A-Z]+[0-9]? | SNANF?
    | alloca | assert | errno | far | interface | issubnormal | linux | major | makedev | math_errhandling | max | min
    | minor | near | offsetof | setjmp | small | stderr | stdin | stdout | unix
    | (M | FP | FE | FLT | DBL | LDBL | U?INT(8|16|32|64|MAX|PTR)? | U?LONG | U?LLONG | U?SHRT | [SU]?CHAR | W?CHAR
       | WINT | SIZE | SSIZE | PTRDIFF | RAND | EXIT | SEEK | HUGE | LC | MB | L | P | CLOCKS | FILENAME | FOPEN | TMP
       | MATH | DECIMAL | STDIN | STDOUT | STDERR | BYTE | LITTLE | BIG | PDP | TIME | PATH | NAME)_\w*
""", re.VERBOSE)

#: Names that the header itself uses.
OWN = {"Value", "Sum", "Features", "margin", "score", "inputs", "outputs", "trees", "detail"}


def identifiers(names: list[str]) -> list[str]:
    """Each name as an identifier, and no two the same: "d0/sigma" -> d0_sigma, "class" -> class_, "2jets" -> x_2jets.

    Nothing begins with an underscore or holds two in a row, which C++ keeps for itself.
    """
    taken: set[str] = set()
    result = []
    for name in names:
        clean = re.sub(r"__+", "_", re.sub(r"[^A-Za-z0-9_]", "_", name)).strip("_") or "unnamed"
        clean = f"x_{clean}" if clean[0].isdigit() else clean
        clean = f"{clean}_" if clean in KEYWORDS | OWN or MACROS.fullmatch(clean) else clean
        unique, number = clean, 2
        while unique in taken:
            unique, number = f"{clean.rstrip('_')}_{number}", number + 1
        taken.add(unique)
        result.append(unique)
    return result


def comment(text: str) -> str:
    """``text`` as it may stand in a line of comment: no line breaks, nothing unseen or that turns the direction of
    reading, no backslash or trigraph that would join the next line."""
    seen = "".join(" " if unicodedata.category(each)[0] == "C" else each for each in text)
    return re.sub(r"\s+", " ", seen).replace("\\", "/").replace("??", "? ?").strip()


class Names:
    """The names in a header: its namespace, and a member of ``Features`` for each variable."""

    def __init__(self, model: Model, forest: Forest, variables: list[Variable]):
        self.model, self.forest, self.variables = model, forest, variables
        self.namespace = "forests::" + identifiers([model.name or "forest"])[0]  # no function of C stands in there
        self.members = identifiers([variable.name for variable in variables])
        self.labels = forest.labels or [label for output in model.output_list[-1:] for label in output.labels]

    @property
    def _content(self) -> str:
        return "model_" + self.model.digest.split(":")[-1][:12]

    def opening(self) -> str:
        """The namespaces: the inner one keeps two models of one name apart, even in two parts of a program."""
        return f"namespace {self.namespace} {{\ninline namespace {self._content} {{\n"

    def closing(self) -> str:
        return f"}}  // namespace {self._content}\n}}  // namespace {self.namespace}\n"

    def introduction(self) -> str:
        """What the reader of a header sees first."""
        model, forest = self.model, self.forest
        lines = [f"{model.name} {model.version}".strip() + f": {model.description}".rstrip(": "),
                 f"{len(forest.roots)} trees, {len(forest.feature)} splits on {forest.features} inputs; "
                 f"{forest.outputs} output{'s' * (forest.outputs > 1)}, link {forest.link}.",
                 f"Made by lading from the model with the digest {model.digest}.",
                 "",
                 "Inputs, in this order:" if self.variables else "Inputs have no names: as in training."]  # fmt: skip
        lines += [self._input(i) for i in range(len(self.variables))]
        if self.labels:
            lines += ["", "Outputs, in this order:", *(f"  {i}  {label}" for i, label in enumerate(self.labels))]
        return "\n".join(f"// {comment_line(line)}".rstrip() for line in lines)

    def _input(self, number: int) -> str:
        variable, member = self.variables[number], self.members[number]
        unit = f" [{variable.unit}]" if variable.unit else ""
        named = "" if member == variable.name else f" (here: {member})"
        return f"  {number}  {variable.name}{unit}{named}  {variable.description}"

    def declarations(self) -> str:
        """Types, counts, and the struct of variables."""
        forest, given = self.forest, self.model.input_list[0]
        lines = [f"using Value = {CPP[given.type]};  // of what goes in",
                 f"using Sum = {CPP[forest.sum_type]};    // of what comes out",
                 f"inline constexpr int inputs = {max(forest.features, len(self.variables))}, "
                 f"outputs = {forest.outputs}, trees = {len(forest.roots)};", ""]  # fmt: skip
        if self.members:
            lines += ["struct Features {", *(f"  Value {member};" for member in self.members), "};", ""]
        return "\n".join(lines)


def comment_line(text: str) -> str:
    """One line of comment, with the blanks that it begins with."""
    return " " * (len(text) - len(text.lstrip())) + comment(text)
