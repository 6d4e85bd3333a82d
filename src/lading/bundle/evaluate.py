"""A bundle of format 1, read and evaluated with NumPy alone. Slow, short, and meant to be read.

Three uses: the judge of faster engines, a second reading of ``docs/format.md``, and the last resort of
whoever finds a bundle and nothing that runs it. The file stands alone: copy it and it works.

    python evaluate.py tau-id/          runs the bundle's self-test and prints the greatest difference

    >>> evaluate("tau-id/", {"jets": {"pt": [41e3, 87e3]}, "tracks": {"d0": [0.1, 0.2, -0.3]}},
    ...          counts={"track": [1, 2]})                                           # doctest: +SKIP
    {'flavour': array([[...], [...]], dtype=float32)}

1. Entries are evaluated one by one; a sequence has its own true length, padded only up to its ``min``.
2. Operators have the meaning of ONNX opset 24. On float16 and float32 each one is computed in float64
   and rounded once, so results are as near to the mathematical ones as the type allows.
3. What the format does not know is refused: an unknown feature, operator, type or key.
"""

# Operators take arrays and attributes under their ONNX names; annotating each would hide the formulas.
# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs
# mypy: no-warn-return-any, no-check-untyped-defs
# ruff: noqa: B905

from __future__ import annotations

import hashlib
import itertools
import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

FORMAT = 1
OPSETS = {"ai.onnx": 24, "lading": 1}
FEATURES = {"linear_leaves", "folds"}  # what `requires` may name
MOST_TURNS = 10_000_000  # of loops: beyond it they count as endless

#: bfloat16 has no NumPy type: the upper half of a float32, kept apart from uint16 by the field's name.
BFLOAT16 = np.dtype([("bfloat16", np.uint16)])
TYPES = {name: np.dtype(name) for name in (
    "float32", "float64", "float16", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "bool")} | {"bfloat16": BFLOAT16}
SAFETENSORS_TYPES = {
    "F32": "float32", "F64": "float64", "F16": "float16", "BF16": "bfloat16", "I8": "int8", "I16": "int16",
    "I32": "int32", "I64": "int64", "U8": "uint8", "U16": "uint16", "U32": "uint32", "U64": "uint64",
    "BOOL": "bool"}


class BundleError(ValueError):
    """A bundle that breaks the rules of the format or needs what this file does not know, or wrong inputs."""


class TooManyTurns(BundleError):
    """A loop that may have no end."""


class TooLarge(BundleError):
    """A node that gives more than may be."""


# ========================================================================================== reading the files


class Bundle:
    """``model.json`` as it stands, and the weights by name."""

    def __init__(self, model: dict[str, Any], weights: dict[str, np.ndarray]):
        self.model, self.weights = model, weights
        self.axes = {name: Axis(name, axis) for name, axis in model.get("axes", {}).items()}
        self.inputs = {item["name"]: item for item in model["inputs"]}
        self.outputs = {item["name"]: item for item in model["outputs"]}
        self.check_endpoints()
        self.entry = next((name for name, axis in self.axes.items() if axis.kind == "entry"), "entry")
        self.turns, self.most_turns = 0, MOST_TURNS  # of the loops of one run
        self.turned_nodes, self.most_turned_nodes = 0, math.inf  # of all their turns
        self.most_bytes: float = math.inf  # of what a node gives

    INPUT_KEYS = ("name", "axes", "type", "description", "mask", "variables")
    VARIABLE_KEYS = ("name", "unit", "description", "raw", "from", "missing", "categories", "unknown",
                     "prepare", "pad")
    OUTPUT_KEYS = ("name", "axes", "type", "description", "unit", "range", "when_empty", "labels")

    def check_endpoints(self) -> None:
        """Refuses keys that the format does not know."""
        for name, item in self.inputs.items():
            check_keys(f"input '{name}'", item, self.INPUT_KEYS)
            for variable in item.get("variables", []):
                check_keys(f"variable '{variable['name']}'", variable, self.VARIABLE_KEYS)
        for name, item in self.outputs.items():
            check_keys(f"output '{name}'", item, self.OUTPUT_KEYS)


class Axis:
    """An item of ``axes``."""

    KEYS = ("kind", "size", "of", "min", "max", "keep", "pad", "order", "selection", "description")

    def __init__(self, name: str, item: dict[str, Any]):
        check_keys(f"axis '{name}'", item, self.KEYS)
        self.name, self.kind, self.size = name, item["kind"], item.get("size")
        self.min, self.max = item.get("min", 0), item.get("max", math.inf)
        self.keep, self.pad = item.get("keep", "first"), item.get("pad", 0)

    def kept(self, count: int) -> int:
        """How many of an entry's ``count`` elements go into the model."""
        return int(min(count, self.max))


def read(folder: str | Path) -> Bundle:
    """The bundle in ``folder``. Raises BundleError for what the format forbids or this file does not know."""
    folder = Path(folder)
    model = parse_json((folder / "model.json").read_bytes(), "model.json")
    if model.get("lading") != FORMAT:
        raise BundleError(f"model.json: \"lading\" is {model.get('lading')!r}, this reads format {FORMAT}")
    unknown = sorted(set(model.get("requires", [])) - FEATURES)
    if unknown:
        raise BundleError(f"model.json requires {', '.join(unknown)}, which this reader does not know")
    if model.get("operators") != OPSETS:
        raise BundleError(f"operators: {model.get('operators')}, but format 1 has {OPSETS}")
    if "functions" in model or ("folds" in model) != ("folds" in model.get("requires", [])):
        raise BundleError("model.json: \"functions\" is reserved, and \"folds\" needs its name in \"requires\"")
    try:
        weights = model.get("weights")
        tensors = parse_safetensors(read_file(folder, weights), weights["file"]) if weights else {}
        return Bundle(model, tensors)
    except (AttributeError, KeyError, TypeError) as error:
        raise BundleError(f"model.json: {type(error).__name__}: {error}") from error


def read_file(folder: Path, item: dict[str, Any]) -> bytes:
    """A file that stands beside model.json, which holds its sha256."""
    name = item["file"]
    if "/" in name:
        raise BundleError(f"'{name}' does not stand beside model.json")
    data = (folder / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != item["sha256"] or item.get("bytes", len(data)) != len(data):
        raise BundleError(f"{name}: its sha256 or size is not the one in model.json")
    return data


def parse_json(data: bytes, where: str) -> dict[str, Any]:
    """JSON as the format wants it, so that one text means one thing to every reader."""

    def unique(pairs):
        if len({key for key, _ in pairs}) != len(pairs):
            raise BundleError(f"{where}: a key stands twice among {[key for key, _ in pairs]}")
        return dict(pairs)

    def refuse(literal):
        raise BundleError(f"{where}: {literal} is too large, or no number of JSON")

    def integer(text):
        return int(text) if -(2**63) <= int(text) < 2**63 else refuse(text)

    def real(text):
        return float(text) if math.isfinite(float(text)) else refuse(text)

    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse,
                           parse_int=integer, parse_float=real)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # fails for half a surrogate pair
    except (RecursionError, UnicodeError, json.JSONDecodeError) as error:
        raise BundleError(f"{where}: {error}") from error
    if depth(value) > 64 or not isinstance(value, dict):
        raise BundleError(f"{where}: no object, or nested beyond 64")
    return value


def depth(value: Any) -> int:
    """How deeply lists and objects are nested."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def parse_safetensors(data: bytes, where: str) -> dict[str, np.ndarray]:
    """safetensors: 8 bytes with the length of a JSON header, the header, then the tensors without holes."""
    start = 8 + int.from_bytes(data[:8], "little")
    if start > len(data) or data[8:9] != b"{":
        raise BundleError(f"{where}: not a safetensors file")
    header = parse_json(data[8:start], where)
    header.pop("__metadata__", None)
    tensors, end = {}, start
    for name, item in sorted(header.items(), key=lambda pair: pair[1]["data_offsets"]):
        dtype = TYPES[SAFETENSORS_TYPES[item["dtype"]]]
        begin, stop = (start + offset for offset in item["data_offsets"])
        if begin != end or stop > len(data) or stop - begin != math.prod(item["shape"]) * dtype.itemsize:
            raise BundleError(f"{where}: tensor '{name}' does not lie where its shape and its neighbours say")
        if dtype == np.bool_ and any(byte > 1 for byte in data[begin:stop]):
            raise BundleError(f"{where}: tensor '{name}' is of type BOOL and has bytes beyond 1")
        little = np.frombuffer(data[begin:stop], dtype.newbyteorder("<"))
        tensors[name], end = little.astype(dtype).reshape(item["shape"]), stop
    if end != len(data):
        raise BundleError(f"{where}: {len(data) - end} bytes after the last tensor")
    return tensors


def number(value: Any) -> Any:
    """A JSON number, or "nan", "inf", "-inf"."""
    return float(value) if value in ("nan", "inf", "-inf") else value


def constant(item: dict[str, Any]) -> np.ndarray:
    """A tensor written in place: {"int64": [0, -1]} or {"float32": 0.5}."""
    ((name, value),) = item.items()
    values = [number(each) for each in value] if isinstance(value, list) else number(value)
    return np.array(values, dtype=TYPES[name])


def check_keys(where: str, item: dict[str, Any], known) -> None:
    """A key nobody knows may change numbers, so it is refused ("prepair" must not pass)."""
    unknown = sorted(set(item) - set(known))
    if unknown:
        raise BundleError(f"{where}: unknown key '{unknown[0]}' (known: {', '.join(known)})")


# ========================================================================================== running the graph


def run_graph(bundle: Bundle, tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Runs the main graph once on plain, prepared tensors and gives the outputs by name."""
    values = {**bundle.weights, **tensors}
    bundle.turns = bundle.turned_nodes = 0
    with np.errstate(all="ignore"):
        run_nodes(bundle, "main", values)
    missing = [name for name in bundle.outputs if name not in values]
    if missing:
        raise BundleError(f"no node gives output '{missing[0]}'")
    return {name: values[name] for name in bundle.outputs}


def run_nodes(bundle: Bundle, graph: str, values: dict[str, np.ndarray]) -> None:
    """Adds to ``values`` what the nodes of ``graph`` give. Names are unique in files, one dictionary does."""
    for node in bundle.model["graphs"][graph]:
        where = f"node '{node['node']}' ({node['operator']})"
        try:
            results = run_node(bundle, node, values)
        except BundleError as error:
            raise type(error)(f"{where}: {error}") from error
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise BundleError(f"{where}: {type(error).__name__}: {error}") from error
        if len(results) < len(node["outputs"]):
            raise BundleError(f"{where}: gives {len(results)} outputs, not {len(node['outputs'])}")
        values.update((name, np.asarray(value)) for name, value in zip(node["outputs"], results) if name)


def run_node(bundle: Bundle, node: dict[str, Any], values: dict[str, np.ndarray]) -> list[np.ndarray]:
    check_keys("", node, ("node", "operator", "inputs", "outputs", "attributes"))
    inputs = [operand(item, values) for item in node["inputs"]]
    attributes = node.get("attributes", {})
    if node["operator"] == "If":
        branch = attributes["then_branch" if np.all(inputs[0]) else "else_branch"]
        run_nodes(bundle, branch["graph"], values)
        return [values[name] for name in branch["outputs"]]
    if node["operator"] in ("Loop", "Scan"):
        return (loop if node["operator"] == "Loop" else scan)(bundle, len(node["outputs"]), attributes, inputs, values)
    if node["operator"] not in OPERATORS:
        raise BundleError("this operator is not known")
    results = OPERATORS[node["operator"]](*inputs, **attributes)
    listed = list(results) if isinstance(results, (tuple, list)) else [results]
    if (size := sum(np.asarray(result).nbytes for result in listed)) > bundle.most_bytes:
        raise TooLarge(f"gives {size} bytes, more than the limit of {bundle.most_bytes}")
    return listed


def loop(bundle: Bundle, gives: int, attributes: dict[str, Any], inputs: list[Any], values: dict[str, Any]
         ) -> list[np.ndarray]:
    """Loop: turns until there were as many as the number says, or until the condition is false.

    Where no condition is given, that of the body ends the loop all the same.
    """
    number, condition, *carried = [*inputs, None, None][: max(2, len(inputs))]
    most = math.inf if number is None else one("the number of turns", number, np.int64)
    goes_on, turn, turns = condition is None or one("the condition", condition, np.bool_), 0, []
    while goes_on and turn < most:
        goes_on, *results = turned(bundle, attributes["body"], [np.int64(turn), np.bool_(True), *carried], values)
        goes_on, turn = one("the condition that the body gives", goes_on, np.bool_), turn + 1
        carried = handed_on(carried, results[: len(carried)], shapes=False)
        turns.append(results[len(carried) :])
    if not turns and gives > len(carried):
        results = turned(bundle, attributes["body"], [np.int64(0), np.bool_(True), *carried], values)
        return [*carried, *(array[None][:0] for array in results[1 + len(carried) :])]
    return [*carried, *(stacked(turns, k, 0, 0) for k in range(gives - len(carried)))]


def scan(bundle: Bundle, gives: int, attributes: dict[str, Any], inputs: list[Any], values: dict[str, Any]
         ) -> list[np.ndarray]:
    """Scan: a turn for each element along an axis of the last inputs."""
    count = len(inputs) - attributes["num_scan_inputs"]
    if not 0 <= count < len(inputs):
        raise BundleError(f"{attributes['num_scan_inputs']} of {len(inputs)} inputs cannot be scanned")
    carried, scanned = inputs[:count], inputs[count:]
    along = sides(attributes, "input", len(scanned))
    scanned = [np.moveaxis(array, axis, 0)[:: -1 if back else 1] for array, (axis, back) in zip(scanned, along)]
    if len({len(array) for array in scanned}) > 1:
        raise BundleError(f"what is scanned has {' and '.join(str(len(array)) for array in scanned)} elements")
    turns = []
    for slices in zip(*scanned):
        results = turned(bundle, attributes["body"], [*carried, *slices], values)
        carried = handed_on(carried, results[:count], shapes=True)
        turns.append(results[count:])
    along, few = sides(attributes, "output", gives - count), len(turns)
    if not turns and along:  # the shape that a turn would give
        zeros = [np.zeros(array.shape[1:], array.dtype) for array in scanned]
        turns = [turned(bundle, attributes["body"], [*carried, *zeros], values)[count:]]
    wide = [stacked(turns, k, axis, backwards) for k, (axis, backwards) in enumerate(along)]
    return [*carried, *(array.take(range(few), axis) for array, (axis, _) in zip(wide, along))]


def sides(attributes: dict[str, Any], which: str, count: int) -> list[tuple[int, int]]:
    """The axis and the direction (1: backwards) of everything that is scanned, or stacked."""
    lists = [attributes.get(f"scan_{which}_{what}") or [0] * count for what in ("axes", "directions")]
    if any(len(each) != count for each in lists) or not set(lists[1]) <= {0, 1}:
        raise BundleError(f"{count} axes and directions of {which}s are needed, directions 0 or 1: {lists}")
    return list(zip(*lists))


def one(what: str, array: np.ndarray, kind: Any) -> Any:
    if array.size != 1 or array.dtype != kind:
        raise BundleError(f"{what} must be one {np.dtype(kind).name}, it is {array.dtype.name} {list(array.shape)}")
    return array.item()


def turned(bundle: Bundle, body: dict[str, Any], given: list[Any], values: dict[str, Any]) -> list[np.ndarray]:
    """What a body gives in one turn. What it makes takes the place of what it made in the turn before."""
    if len(given) != len(body.get("inputs", [])):
        raise BundleError(f"the body takes {len(body.get('inputs', []))} inputs; here it must take {len(given)}")
    bundle.turns += 1
    bundle.turned_nodes += len(bundle.model["graphs"][body["graph"]])
    if bundle.turns > bundle.most_turns:
        raise TooManyTurns(f"more than {bundle.most_turns} turns of loops; they may have no end")
    if bundle.turned_nodes > bundle.most_turned_nodes:
        raise TooManyTurns(f"more than {bundle.most_turned_nodes} nodes in turns of loops; they may have no end")
    values.update(zip(body["inputs"], map(np.asarray, given)))
    run_nodes(bundle, body["graph"], values)
    return [values[name] for name in body["outputs"]]


def handed_on(before: list[np.ndarray], after: list[np.ndarray], shapes: bool) -> list[np.ndarray]:
    """What a turn hands on to the next: a Loop's keep their types, a Scan's their shapes too."""
    for old, new in zip(before, after):
        if old.dtype != new.dtype or (shapes and old.shape != new.shape):
            raise BundleError(f"a carried value was {old.dtype} {list(old.shape)} before a turn and is {new.dtype} "
                              f"{list(new.shape)} after it")
    return after


def stacked(turns: list[list[np.ndarray]], which: int, axis: int, backwards: int) -> np.ndarray:
    """What the turns gave in one place, side by side along a new axis."""
    column = [results[which] for results in turns]
    if len({(array.dtype, array.shape) for array in column}) > 1:
        raise BundleError(f"turns gave arrays of several shapes or types to stack: {[a.shape for a in column]}")
    return np.stack(column[::-1] if backwards else column, axis)


def operand(item: str | dict[str, Any], values: dict[str, np.ndarray]) -> np.ndarray | None:
    """A value by its name, None for an omitted one (""), or a tensor written in place."""
    if isinstance(item, dict):
        return constant(item)
    return values[item] if item else None


def attribute(value: Any, default: Any = None, kind: Any = np.float32) -> Any:
    """An attribute as operators take it. Real ones are float32 in ONNX: 0.1 means the float32 next to it."""
    if isinstance(value, dict):
        return constant(value)
    if isinstance(value, list):
        return [attribute(each, None, kind) for each in value]
    return float(kind(value)) if isinstance(value, float) or isinstance(default, float) else value


# ======================================================================= from raw values to tensors, and back


def evaluate(folder: str | Path | Bundle, inputs: dict[str, Any], counts: dict[str, Any] | None = None
             ) -> dict[str, Any]:
    """Outputs by name for raw values by name.

    ``inputs``: {input: {variable: values}}, or {input: array} where the slots have no names. Values are in
    the model's units, one per entry, or one per element with all entries' elements in a row and
    ``counts`` = {sequence axis: elements of each entry}. Masks and variables with "from" are made here.

    The result has the entry axis in front. An output with a sequence axis is a pair (elements of all
    entries in a row, counts), where entry i has min(counts[i], max) elements.
    """
    bundle = folder if isinstance(folder, Bundle) else read(folder)
    lengths = {axis: np.asarray(values, dtype=np.int64) for axis, values in (counts or {}).items()}
    check_names("input", inputs, [name for name, item in bundle.inputs.items() if is_fed(item)])
    check_names("axis", lengths, [name for name, axis in bundle.axes.items() if axis.kind == "sequence"])
    inputs, lengths = cut(bundle, inputs, lengths)
    results = (run_folds if "folds" in bundle.model else run_entries)(bundle, inputs, lengths)
    return {name: gathered(bundle, item, [result[name] for result in results])
            for name, item in bundle.outputs.items()}


def run_entries(bundle: Bundle, inputs: dict[str, Any], lengths: dict[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
    """The outputs of each entry, one after the other."""
    unmasked = {name: item for name, item in bundle.inputs.items() if "mask" not in item}
    raw = {name: raw_values(item, inputs.get(name)) for name, item in unmasked.items()}
    ready = {name: prepared_values(bundle, item, raw, lengths) for name, item in unmasked.items()}
    entries = entry_count(bundle, ready, lengths)
    with np.errstate(all="ignore"):
        return [run_entry(bundle, ready, lengths, entry) for entry in range(entries)]


def run_folds(bundle: Bundle, inputs: dict[str, Any], lengths: dict[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
    """The same with folds: the entries that pick a graph are run with it, and put back into their places."""
    folds = bundle.model["folds"]
    check_keys("folds", folds, ("key", "pick", "graphs"))
    name, _, variable = (folds["key"], "", "") if folds["key"] in bundle.inputs else folds["key"].partition(".")
    keys = as_type(inputs[name][variable] if variable else inputs[name], "int64", "the key of the folds").reshape(-1)
    if any(len(counts) != len(keys) for counts in lengths.values()):
        raise BundleError(f"there are {len(keys)} keys that pick folds, but other numbers of counts")
    picked = pick(folds, keys)
    results: dict[int, dict[str, np.ndarray]] = {}
    for fold in range(len(folds["graphs"])):
        here = picked == fold
        few = {name: taken(bundle, bundle.inputs[name], given, here, lengths) for name, given in inputs.items()}
        found = run_entries(member(bundle, fold), few, {axis: counts[here] for axis, counts in lengths.items()})
        results.update(zip(np.flatnonzero(here), found))
    return [results[entry] for entry in range(len(keys))]


def pick(folds: dict[str, Any], keys: np.ndarray) -> np.ndarray:
    """The place in \"graphs\" that each key picks."""
    rule = folds["pick"]
    check_keys("pick", rule, ("hash", "modulo", "members"))
    if rule.get("hash", "splitmix64") != "splitmix64":
        raise BundleError(f"pick: there is no hash '{rule['hash']}'")
    if "hash" in rule:
        residues = [splitmix64(int(key)) % rule["modulo"] for key in keys]
    else:
        residues = [int(key) % rule["modulo"] for key in keys]
    return np.array([rule["members"][residue] if "members" in rule else residue for residue in residues], dtype=int)


def splitmix64(key: int) -> int:
    """A hash of 64 bits: the first output of the generator splitmix64 with the key as its seed."""
    z = (key + 0x9E3779B97F4A7C15) % 2**64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
    return z ^ (z >> 31)


def taken(bundle: Bundle, item: dict[str, Any], given: Any, chosen: np.ndarray, lengths: dict[str, np.ndarray]) -> Any:
    """The values of the chosen entries of an input."""
    if isinstance(given, dict):
        return {name: taken(bundle, item, values, chosen, lengths) for name, values in given.items()}
    sequence, _ = axes_of(bundle, item)
    counts = lengths[sequence] if sequence else np.ones(len(chosen), dtype=np.int64)
    if len(np.atleast_1d(given)) != counts.sum():
        raise BundleError(f"input '{item['name']}': its entries are not as many as the keys that pick their folds")
    return np.asarray(given)[np.repeat(chosen, counts)]


def member(bundle: Bundle, fold: int) -> Bundle:
    """The bundle as it is in one fold: its graph is \"main\", and what differs by fold is that fold's."""
    def of_fold(item):
        rules = {key: value["by_fold"][fold] for key, value in item.items()
                 if isinstance(value, dict) and list(value) == ["by_fold"]}
        variables = {"variables": [of_fold(each) for each in item["variables"]]} if "variables" in item else {}
        return {**item, **rules, **variables}

    model, graphs = bundle.model, bundle.model["graphs"]
    ends = {key: [of_fold(item) for item in model[key]] for key in ("inputs", "outputs")}
    main = graphs[model["folds"]["graphs"][fold]]
    return Bundle({**model, **ends, "graphs": {**graphs, "main": main}}, bundle.weights)


def cut(bundle: Bundle, inputs: dict[str, Any], lengths: dict[str, np.ndarray]
        ) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Values and lengths without the elements beyond ``max``: nobody looks at those. As they are if they do not fit."""
    kept, places = {}, {}
    for name, counts in lengths.items():
        axis = bundle.axes[name]
        if (counts < 0).any():
            return inputs, lengths
        kept[name] = np.minimum(counts, axis.max).astype(np.int64)
        first = np.cumsum(counts) - (counts if axis.keep == "first" else kept[name])
        places[name] = np.repeat(first - np.cumsum(kept[name]) + kept[name], kept[name]) + np.arange(kept[name].sum())
    found = {}
    for name, given in inputs.items():
        sequence, _ = axes_of(bundle, bundle.inputs[name])
        columns = given if isinstance(given, dict) else {None: given}
        arrays = {variable: np.asarray(values) for variable, values in columns.items()}
        if sequence is not None:
            if any(x.ndim == 0 or len(x) != lengths[sequence].sum() for x in arrays.values()):
                return inputs, lengths
            arrays = {variable: x[places[sequence]] for variable, x in arrays.items()}
        found[name] = arrays if isinstance(given, dict) else arrays[None]
    return found, kept


def check_names(kind: str, given, known) -> None:
    """Every known name is given and no other."""
    wrong = [name for name in given if name not in known]
    if wrong:
        raise BundleError(f"{kind} '{wrong[0]}' is not in the model (has: {', '.join(known)})")
    missing = [name for name in known if name not in given]
    if missing:
        raise BundleError(f"{kind} '{missing[0]}' is not given")


def as_type(values: Any, name: str, where: str) -> np.ndarray:
    """Numbers in type ``name``, rounded to nearest; integers must fit, finite must stay finite."""
    values = np.asarray(values)
    if values.dtype.kind not in "fiub" and values.size:
        raise BundleError(f"{where}: {values.dtype} values are no numbers")
    with np.errstate(all="ignore"):
        result = to_bfloat16(values) if name == "bfloat16" else values.astype(TYPES[name])
    if result.dtype.kind in "iub":
        changed = result != values
    else:
        changed = np.isinf(plain(result)) & np.isfinite(values)
    if changed.any():
        raise BundleError(f"{where}: {values[changed].flat[0]} does not fit into {name}")
    return result


def value_as(dtype: np.dtype, item: Any, where: str) -> Any:
    """A number of model.json, or "nan", "inf", "-inf", in the type it is used in."""
    return as_type(number(item), dtype.name, where)[()]


def plain(x: np.ndarray) -> np.ndarray:
    """bfloat16 as float32, all else as it is."""
    return (x["bfloat16"].astype(np.uint32) << 16).view(np.float32) if x.dtype == BFLOAT16 else x


def is_fed(item: dict[str, Any]) -> bool:
    """Somebody must give this input: it is no mask, and not all its variables are taken from elsewhere."""
    return "mask" not in item and any("from" not in each for each in item.get("variables", [{}]))


def raw_type(item: dict[str, Any], variable: dict[str, Any]) -> str:
    """The type of a slot: float32, float64 or int64, usually the one nearest to the input's type."""
    usual = {"float32": "float32", "float16": "float32", "bfloat16": "float32", "float64": "float64"}
    return variable.get("raw", usual.get(item["type"], "int64"))


def raw_values(item: dict[str, Any], given: Any) -> Any:
    """What was given for an input in the types of its slots: by variable, or one array for nameless ones."""
    where = f"input '{item['name']}'"
    if "variables" not in item:
        return as_type(given, raw_type(item, {}), where)
    fed = {each["name"]: raw_type(item, each) for each in item["variables"] if "from" not in each}
    check_names(f"{where}: variable", given or {}, fed)
    return {name: as_type(given[name], raw, f"{where}, variable '{name}'") for name, raw in fed.items()}


def prepared_values(bundle: Bundle, item: dict[str, Any], raw: dict[str, Any], counts: dict[str, np.ndarray]
                    ) -> np.ndarray:
    """All values of an input, ready for the graph: [entries or elements, fixed axes in order, variables]."""
    if "variables" not in item:
        return as_type(raw[item["name"]], item["type"], f"input '{item['name']}'")
    columns = []
    for variable in item["variables"]:
        x = source_values(bundle, item, variable, raw, counts)
        try:
            columns.append(as_type(prepare(variable, x, raw[item["name"]]), item["type"], "prepared"))
        except BundleError as error:
            raise BundleError(f"input '{item['name']}', variable '{variable['name']}': {error}") from error
    return np.stack(columns, axis=-1)


def source_values(bundle: Bundle, item: dict[str, Any], variable: dict[str, Any], raw: dict[str, Any],
                  counts: dict[str, np.ndarray]) -> np.ndarray:
    """The variable's own values, or with "from": "jets.pt" those of another one as they were fed.

    A value of the entry is repeated for each element of a sequence.
    """
    if "from" not in variable:
        return raw[item["name"]][variable["name"]]
    name, _, other = variable["from"].partition(".")
    if name not in raw or other not in raw[name]:
        raise BundleError(f"variable '{variable['name']}': there is no '{variable['from']}'")
    sequence, axes = axes_of(bundle, item)
    along, _ = axes_of(bundle, bundle.inputs[name])
    values = raw[name][other]
    sizes = [size_of(bundle, item, axis) for axis in axes if axis not in ("variable", sequence)]
    values = values.reshape(len(values), *sizes)
    return np.repeat(values, counts[sequence], axis=0) if sequence and not along else values


def prepare(variable: dict[str, Any], x: np.ndarray, same_input: dict[str, np.ndarray]) -> np.ndarray:
    """From the value as fed to the number the graph sees, in the raw type: one operation after the other."""
    if "missing" in variable:
        x = replace_missing(variable["missing"], x, same_input)
    if "categories" in variable:
        x = category_index(variable, x)
    steps = variable.get("prepare", [])
    if steps and x.dtype == np.int64:
        x = x.astype(np.float64)
    with np.errstate(all="ignore"):
        for step in steps:
            x = prepare_step(step, x)
    return x


def replace_missing(rule: dict[str, Any], x: np.ndarray, same_input: dict[str, np.ndarray]) -> np.ndarray:
    check_keys("missing", rule, ("when", "value"))
    missing = np.zeros(x.shape, dtype=bool)
    for when in rule["when"]:
        if when == "nan":
            missing |= np.isnan(x)
        elif when == "inf":
            missing |= np.isinf(x)
        elif not isinstance(when, dict):
            missing |= x == value_as(x.dtype, when, "missing")
        elif set(when) == {"above"}:
            missing |= x > value_as(x.dtype, when["above"], "missing")
        elif set(when) == {"below"}:
            missing |= x < value_as(x.dtype, when["below"], "missing")
        elif set(when) == {"flag"}:
            missing |= same_input[when["flag"]] != 0
        else:
            raise BundleError(f"missing: 'when' does not know {when}")
    return np.where(missing, value_as(x.dtype, rule["value"], "missing"), x)


def category_index(variable: dict[str, Any], x: np.ndarray) -> np.ndarray:
    """The place of each value in the list of categories."""
    is_category = x[..., None] == as_type(variable["categories"], x.dtype.name, "categories")
    index, known = is_category.argmax(axis=-1), is_category.any(axis=-1)
    unknown = variable.get("unknown", "refuse")
    if unknown == "refuse" and not known.all():
        raise BundleError(f"{x[~known][0]} is none of its categories")
    return np.where(known, index, 0 if unknown == "refuse" else unknown).astype(x.dtype)


def prepare_step(step: str | dict[str, Any], x: np.ndarray) -> np.ndarray:
    """One verb, rounded once: logarithms of float32 are computed in float64."""
    ((verb, given),) = step.items() if isinstance(step, dict) else ((step, None),)
    if verb in ("add", "subtract", "multiply", "divide") and given is not None:
        return getattr(np, verb)(x, value_as(x.dtype, given, verb))
    if verb == "clip" and given is not None:
        low, high = (value_as(x.dtype, bound, verb) for bound in given)
        return np.where(x < low, low, np.where(x > high, high, x))
    if verb in ("abs", "sqrt") and given is None:
        return getattr(np, verb)(x)
    if verb in ("log", "log10", "log1p") and given is None:
        return getattr(np, verb)(x.astype(np.float64)).astype(x.dtype)
    if verb == "float32" and given is None:
        return x.astype(np.float32).astype(x.dtype)
    raise BundleError(f"prepare: there is no step {step!r}")


def axes_of(bundle: Bundle, item: dict[str, Any]) -> tuple[str | None, list[Any]]:
    """The sequence axis of an input or output, if any, and all its axes but the entry axis."""
    axes = [axis for axis in item["axes"] if axis != bundle.entry]
    sequences = [axis for axis in axes if axis in bundle.axes and bundle.axes[axis].kind == "sequence"]
    return (sequences[0] if sequences else None), axes


def entry_count(bundle: Bundle, ready: dict[str, np.ndarray], counts: dict[str, np.ndarray]) -> int:
    """How many entries were given; all inputs must agree."""
    for axis, values in counts.items():
        if (values < 0).any():
            raise BundleError(f"counts of axis '{axis}': {values.min()} is below 0")
    found = {f"counts of axis '{axis}'": len(values) for axis, values in counts.items()}
    for name, values in ready.items():
        sequence, _ = axes_of(bundle, bundle.inputs[name])
        if sequence is None:
            found[f"input '{name}'"] = len(values)
        elif len(values) != counts[sequence].sum():
            raise BundleError(f"input '{name}' has {len(values)} elements, not the {counts[sequence].sum()} "
                              f"that the counts of '{sequence}' add up to")
    if len(set(found.values())) > 1:
        raise BundleError("numbers of entries differ: " + ", ".join(f"{key} {n}" for key, n in found.items()))
    return next(iter(found.values()), 1)


def run_entry(bundle: Bundle, ready: dict[str, np.ndarray], counts: dict[str, np.ndarray], entry: int
              ) -> dict[str, np.ndarray]:
    """The outputs of one entry: no entry axis, and sequence axes in front with the elements that count."""
    length = {axis: int(values[entry]) for axis, values in counts.items()}
    given = {name: when_empty(bundle, item, length) for name, item in bundle.outputs.items()}
    empty = {name: value for name, value in given.items() if value is not None}
    if len(empty) == len(given):
        return empty
    tensors = {}
    for name, item in bundle.inputs.items():
        if "mask" in item:
            tensors[name] = mask(bundle, item, length)
        else:
            tensors[name] = entry_tensor(bundle, item, ready[name], counts, entry)
    results = run_graph(bundle, tensors)
    return {name: empty[name] if name in empty else entry_output(bundle, item, results[name], length)
            for name, item in bundle.outputs.items()}


def entry_tensor(bundle: Bundle, item: dict[str, Any], values: np.ndarray, counts: dict[str, np.ndarray],
                 entry: int) -> np.ndarray:
    """One entry's part of an input, cut or padded, in the layout that the graph wants."""
    sequence, axes = axes_of(bundle, item)
    if sequence is None:
        return layout(bundle, item, values[entry], [axis for axis in axes if axis != "variable"])
    axis, start, stop = bundle.axes[sequence], *np.cumsum([0, *counts[sequence]])[entry:entry + 2]
    kept = axis.kept(stop - start)
    rows = values[start:start + kept] if axis.keep == "first" else values[stop - kept:stop]
    pads = [number(each.get("pad", axis.pad)) for each in item.get("variables", [])] or number(axis.pad)
    pads = as_type(pads, item["type"], f"pad of input '{item['name']}'")
    fill = np.broadcast_to(pads, (max(axis.min - kept, 0), *values.shape[1:]))
    others = [other for other in axes if other not in ("variable", sequence)]
    return layout(bundle, item, np.concatenate([rows, fill]), [sequence, *others])


def layout(bundle: Bundle, item: dict[str, Any], values: np.ndarray, axes: list[Any]) -> np.ndarray:
    """``values`` with ``axes`` (and the variables last) as a tensor with the axes in the declared order."""
    declared = [axis for axis in item["axes"] if axis != bundle.entry]
    have, places = [*axes, "variable"], []
    for axis in declared:
        places.append(have.index(axis))
        have[places[-1]] = None  # numbers may repeat: each stands for its own axis
    sizes = [size_of(bundle, item, axis) for axis in axes + (["variable"] if "variable" in declared else [])]
    tensor = values.reshape([values.shape[0] if size is None else size for size in sizes]).transpose(places)
    if bundle.entry in item["axes"]:
        tensor = np.expand_dims(tensor, item["axes"].index(bundle.entry))
    return tensor


def size_of(bundle: Bundle, item: dict[str, Any], axis: str | int) -> int | None:
    """The length of an axis as declared; None for sequences."""
    if isinstance(axis, int):
        return axis
    if axis in ("variable", "label"):
        return len(item[axis + "s"])
    return bundle.axes[axis].size


def mask(bundle: Bundle, item: dict[str, Any], length: dict[str, int]) -> np.ndarray:
    """``present`` for an entry's own elements, ``absent`` for what pads them."""
    rule, axis = item["mask"], bundle.axes[item["mask"]["of"]]
    check_keys("mask", rule, ("of", "present", "absent"))
    kept = axis.kept(length[axis.name])
    both = as_type([number(rule.get("absent", 0)), number(rule.get("present", 1))], item["type"], "mask")
    values = both[(np.arange(max(kept, axis.min)) < kept).astype(int)]
    others = [each for each in axes_of(bundle, item)[1] if each != axis.name]
    shape = [len(values), *(size_of(bundle, item, each) or 0 for each in others)]
    spread = np.broadcast_to(values.reshape(-1, *[1] * len(others)), shape)
    return layout(bundle, item, spread, [axis.name, *others])


def when_empty(bundle: Bundle, item: dict[str, Any], length: dict[str, int]) -> np.ndarray | None:
    """What an output is for an entry with an empty sequence, if the model says so."""
    given = item.get("when_empty", {})
    for axis in (axis for axis in bundle.axes if axis in given):
        if length[axis] == 0:
            values = as_type([number(value) for value in given[axis]], item["type"], "when_empty")
            return values.reshape([size_of(bundle, item, each) for each in output_axes(bundle, item)])
    return None


def output_axes(bundle: Bundle, item: dict[str, Any]) -> list[Any]:
    """An output's axes behind the entry axis, which replaces a leading 1; a sequence axis comes first."""
    sequence, axes = axes_of(bundle, item)
    axes = axes[1:] if bundle.entry not in item["axes"] and axes[:1] == [1] else axes
    return ([sequence] if sequence else []) + [axis for axis in axes if axis != sequence]


def entry_output(bundle: Bundle, item: dict[str, Any], result: np.ndarray, length: dict[str, int]
                 ) -> np.ndarray:
    """One entry's output with the axes of ``output_axes``, without what padding gave."""
    sequence, axes = axes_of(bundle, item)
    declared = [1 if axis == bundle.entry else size_of(bundle, item, axis) for axis in item["axes"]]
    fits = len(declared) == result.ndim and all(
        size in (None, true) for size, true in zip(declared, result.shape))
    if not fits or result.dtype != TYPES[item["type"]]:
        raise BundleError(f"output '{item['name']}' is {result.dtype} {list(result.shape)}, "
                          f"declared as {item['type']} {item['axes']}")
    if bundle.entry in item["axes"]:
        result = result.squeeze(item["axes"].index(bundle.entry))
    elif axes[:1] == [1]:
        result, axes = result[0], axes[1:]
    if sequence is None:
        return result
    return np.moveaxis(result, axes.index(sequence), 0)[:bundle.axes[sequence].kept(length[sequence])]


def gathered(bundle: Bundle, item: dict[str, Any], results: list[np.ndarray]) -> Any:
    """All entries' results of an output; with a sequence axis all elements in a row, and their counts."""
    sizes = [size_of(bundle, item, axis) or 0 for axis in output_axes(bundle, item)]  # 0: of the sequence
    counts = np.array([len(each) for each in results if each.ndim], dtype=np.int64)
    if axes_of(bundle, item)[0] is None:
        return np.stack(results) if results else np.zeros((0, *sizes), TYPES[item["type"]])
    return np.concatenate(results) if results else np.zeros(sizes, TYPES[item["type"]]), counts


# ================================================================================================== operators
#
# Arrays in, one or several out; None is an omitted input; attributes are keywords with ONNX's defaults.

OPERATORS: dict[str, Any] = {}


def exact(function, name=None, same_type=False):
    """Registers an operator that moves, selects or compares values, or chooses the types of its results."""
    written = getattr(function, "__kwdefaults__", None) or {}
    kind = np.float64 if (name or "").startswith("lading.") else np.float32
    defaults = {key: attribute(value, None, kind) for key, value in written.items()}

    def operator(*inputs, **attributes):
        given = {key: attribute(value, defaults.get(key), kind) for key, value in attributes.items()}
        if not inputs or inputs[0] is None:
            raise BundleError("its first input is missing")
        if not same_type:
            return function(*inputs, **{**defaults, **given})
        results = function(*map(wide, inputs), **{**defaults, **given})
        if isinstance(results, (tuple, list)):
            return [np.asarray(result).astype(inputs[0].dtype) for result in results]
        return np.asarray(results).astype(inputs[0].dtype)

    OPERATORS[name or function.__name__] = operator
    return function


def rounded(function, name=None):
    """Registers an operator whose results get the type of its first input: rule 2 at the top."""
    return exact(function, name, same_type=True)


def wide(x):
    """A float16 or float32 array in float64, any other one (and None) as it is."""
    return x.astype(np.float64) if x is not None and x.dtype in (np.float16, np.float32) else x


def mean(x, axis, keepdims=True):
    """As numpy.mean for a tuple of axes; NaN of nothing, without a word."""
    return x.sum(axis=axis, keepdims=keepdims) / np.float64(math.prod(x.shape[each] for each in axis))


def fold(function, arrays):
    """f(f(a, b), c) ..."""
    result = arrays[0]
    for array in arrays[1:]:
        result = function(result, array)
    return result


def one_of(value, *choices):
    """``value``, if it is one that the operator knows."""
    if value not in choices:
        raise BundleError(f"'{value}' is none of {', '.join(choices)}")
    return value


def integers(x) -> list[int]:
    """A tensor of axes, sizes or a single count as Python integers."""
    return [int(value) for value in np.ravel(x)]


# ------------------------------------------------------------------------- element by element: real functions

erf = np.vectorize(math.erf, otypes=[np.float64])
erfc = np.vectorize(math.erfc, otypes=[np.float64])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.logaddexp(0, x)


def elu(x, alpha):
    return np.where(x < 0, alpha * np.expm1(np.minimum(x, 0)), x)


def hard_sigmoid(x, alpha, beta):
    return np.clip(alpha * x + beta, 0, 1)


def gelu(x, *, approximate="none"):
    if one_of(approximate, "none", "tanh") == "tanh":
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return 0.5 * x * erfc(-x / math.sqrt(2))  # 1 + erf(t) = erfc(-t), without the cancellation


for _name, _function in {
    "Abs": np.abs, "Neg": np.negative, "Sign": np.sign, "Floor": np.floor, "Ceil": np.ceil, "Round": np.rint,
    "Sqrt": np.sqrt, "Exp": np.exp, "Log": np.log, "Erf": erf, "Reciprocal": lambda x: 1 / x,
    "Sin": np.sin, "Cos": np.cos, "Tan": np.tan, "Asin": np.arcsin, "Acos": np.arccos, "Atan": np.arctan,
    "Sinh": np.sinh, "Cosh": np.cosh, "Tanh": np.tanh,
    "Asinh": np.arcsinh, "Acosh": np.arccosh, "Atanh": np.arctanh,
    "Sigmoid": sigmoid,
    "HardSigmoid": lambda x, *, alpha=0.2, beta=0.5: hard_sigmoid(x, alpha, beta),
    "HardSwish": lambda x: x * hard_sigmoid(x, 1 / 6, 0.5),
    "Swish": lambda x, *, alpha=1.0: x * sigmoid(alpha * x),
    "Mish": lambda x: x * np.tanh(softplus(x)),
    "Softplus": softplus,
    "Softsign": lambda x: x / (1 + np.abs(x)),
    "Relu": lambda x: np.maximum(x, 0),
    "LeakyRelu": lambda x, *, alpha=0.01: np.where(x < 0, alpha * x, x),
    "PRelu": lambda x, slope: np.where(x < 0, slope * x, x),
    "ThresholdedRelu": lambda x, *, alpha=1.0: np.where(x > alpha, x, 0),
    "Elu": lambda x, *, alpha=1.0: elu(x, alpha),
    "Celu": lambda x, *, alpha=1.0: np.maximum(x, 0) + np.minimum(alpha * np.expm1(x / alpha), 0),
    "Selu": lambda x, *, alpha=1.6732632, gamma=1.0507010: gamma * elu(x, alpha),
    "Gelu": gelu,
    "Shrink": lambda x, *, lambd=0.5, bias=0.0: np.where(
        x < -lambd, x + bias, np.where(x > lambd, x - bias, 0)),
}.items():
    rounded(_function, _name)


# -------------------------------------------------------------- element by element: arithmetic of two or more


@rounded
def Div(a, b):
    """Integers divide towards zero."""
    if a.dtype.kind == "f":
        return a / b
    quotient, remainder = np.divmod(a, b)
    return quotient + ((remainder != 0) & ((a < 0) != (b < 0)))


@rounded
def Pow(x, y):
    if x.dtype.kind in "iu" and (y.dtype.kind == "f" or (y < 0).any()):
        x = x.astype(np.float64)
    return np.power(x, y)


@rounded
def Mod(a, b, *, fmod=0):
    """fmod=0: the sign of the divisor; fmod=1: the sign of the dividend."""
    return np.fmod(a, b) if fmod else np.mod(a, b)


@exact
def BitShift(x, y, *, direction):
    return (np.left_shift if one_of(direction, "LEFT", "RIGHT") == "LEFT" else np.right_shift)(x, y)


@exact
def Clip(x, low=None, high=None):
    """Min(high, Max(x, low)): if low > high, high wins."""
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


for _name, _function in {
    "Add": np.add, "Sub": np.subtract, "Mul": np.multiply,
    "Sum": lambda *x: fold(np.add, x), "Mean": lambda *x: fold(np.add, x) / len(x),
    "Max": lambda *x: fold(np.maximum, x), "Min": lambda *x: fold(np.minimum, x),
}.items():
    rounded(_function, _name)

for _name, _function in {
    "Equal": np.equal, "Greater": np.greater, "GreaterOrEqual": np.greater_equal,
    "Less": np.less, "LessOrEqual": np.less_equal,
    "And": np.logical_and, "Or": np.logical_or, "Xor": np.logical_xor, "Not": np.logical_not,
    "BitwiseAnd": np.bitwise_and, "BitwiseOr": np.bitwise_or, "BitwiseXor": np.bitwise_xor,
    "BitwiseNot": np.bitwise_not,
    "Where": np.where, "IsNaN": np.isnan, "Identity": lambda x: x,
}.items():
    exact(_function, _name)


@exact
def IsInf(x, *, detect_positive=1, detect_negative=1):
    return ((x == np.inf) & bool(detect_positive)) | ((x == -np.inf) & bool(detect_negative))


@exact
def Dropout(x, ratio=None, training_mode=None, *, seed=0):
    if training_mode is not None and training_mode and (ratio is None or ratio != 0):
        raise BundleError("dropout in training mode is random")
    return x, np.ones(x.shape, dtype=bool)


# ------------------------------------------------------------------------------------------------------ types


@exact
def Cast(x, *, to, saturate=1, round_mode="up"):
    """Rounds to nearest even; a real number becomes an integer by dropping its fraction."""
    if to not in TYPES:
        raise BundleError(f"type '{to}' is not one of {', '.join(TYPES)}")
    x = plain(x)
    return to_bfloat16(x) if to == "bfloat16" else x.astype(TYPES[to])


def to_bfloat16(x):
    """Rounded once: towards zero to a float32 that keeps a mark of what is lost, then to nearest even."""
    near = x.astype(np.float32)
    below = np.where(np.abs(near) > np.abs(x), np.nextafter(near, np.float32(0)), near)
    bits = below.view(np.uint32) | (below != x)
    nearest = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    upper = np.where(np.isnan(x), 0x7FC0, nearest)
    return upper.astype(np.uint16).view(BFLOAT16)


@exact
def CastLike(x, like, *, saturate=1, round_mode="up"):
    return Cast(x, to="bfloat16" if like.dtype == BFLOAT16 else like.dtype.name)


def per_block(scale, x, axis, block_size):
    """A quantisation scale or zero point (one value, one per index or one per block) in the shape of x."""
    if scale is None or scale.size == 1:
        return scale if scale is None else scale.reshape(())
    if scale.ndim == 1 and not block_size:
        return np.expand_dims(scale, tuple(i for i in range(x.ndim) if i != axis % x.ndim))
    return np.repeat(scale, block_size, axis).take(range(x.shape[axis]), axis)


@exact
def QuantizeLinear(x, scale, zero_point=None, *, axis=1, saturate=1, block_size=0, output_dtype=None,
                   precision=None):
    to = TYPES[output_dtype or "uint8"] if zero_point is None else zero_point.dtype
    if to.kind not in "iu":
        raise BundleError(f"quantising to {to} is not defined here")
    scale, zero = per_block(scale, x, axis, block_size), per_block(zero_point, x, axis, block_size)
    kind = TYPES[precision] if precision else scale.dtype  # the type in which ties arise
    steps = np.rint(np.divide(x.astype(kind), scale.astype(kind), dtype=kind)).astype(np.float64)
    limits = np.iinfo(to)
    return np.clip(steps + (0 if zero is None else zero), limits.min, limits.max).astype(to)


@exact
def DequantizeLinear(x, scale, zero_point=None, *, axis=1, block_size=0, output_dtype=None):
    scale, zero = per_block(scale, x, axis, block_size), per_block(zero_point, x, axis, block_size)
    steps = x.astype(np.float64) - (0 if zero is None else zero)
    return (steps * wide(scale)).astype(TYPES[output_dtype] if output_dtype else scale.dtype)


# ------------------------------------------------------------------------------------------- sums of products


@rounded
def MatMul(a, b):
    return np.matmul(a, b)


@rounded
def Gemm(a, b, c=None, *, alpha=1.0, beta=1.0, transA=0, transB=0):
    y = np.matmul(a.T if transA else a, b.T if transB else b)
    y = y if alpha == 1 else alpha * y
    return y if c is None else y + (c if beta == 1 else beta * c)


@rounded
def Einsum(*inputs, equation):
    return np.einsum(equation.replace(" ", ""), *inputs)


@rounded
def Det(x):
    return np.linalg.det(x)


@rounded
def Conv(x, w, b=None, *, group=1, kernel_shape=None, strides=None, dilations=None, pads=None,
         auto_pad="NOTSET"):
    """x [N, C, ...], w [M, C/group, ...]: for every offset in the kernel, a matrix product over channels."""
    windows = Windows(x.shape[2:], w.shape[2:], strides, dilations, pads, auto_pad)
    padded = windows.pad(x, 0)
    batch, outputs = x.shape[0], w.shape[0]
    w = w.reshape(group, outputs // group, *w.shape[1:])
    y = np.zeros((batch, group, outputs // group, math.prod(windows.sizes)), dtype=x.dtype)
    for offset in np.ndindex(*windows.kernel):
        seen = padded[trailing(windows.slices(offset))].reshape(batch, group, w.shape[2], y.shape[-1])
        y += w[trailing(offset)] @ seen
    y = y.reshape(batch, outputs, *windows.sizes)
    return y if b is None else y + along_channels(b, y)


@rounded
def ConvTranspose(x, w, b=None, *, group=1, kernel_shape=None, strides=None, dilations=None, pads=None,
                  auto_pad="NOTSET", output_padding=None, output_shape=None):
    """x [N, C, ...], w [C, M/group, ...]: every element adds its multiple of the kernel to the output."""
    space, kernel = x.shape[2:], w.shape[2:]
    ones, none = [1] * len(space), [0] * len(space)
    strides, dilations = strides or ones, dilations or ones
    extra, pads = output_padding or none, pads or none * 2
    full = [stride * (size - 1) + more + (reach - 1) * dilation + 1
            for size, reach, stride, dilation, more in zip(space, kernel, strides, dilations, extra)]
    if auto_pad in ("SAME_UPPER", "SAME_LOWER") and not output_shape:
        output_shape = [size * stride for size, stride in zip(space, strides)]
    if output_shape:
        surplus = [max(whole - wanted, 0) for whole, wanted in zip(full, output_shape)]
        begins = [each // 2 if auto_pad == "SAME_UPPER" else each - each // 2 for each in surplus]
        sizes = list(output_shape)
    else:
        begins, ends = pads[:len(space)], pads[len(space):]
        sizes = [whole - begin - end for whole, begin, end in zip(full, begins, ends)]
    batch, maps = x.shape[0], w.shape[1]
    room = [max(whole, begin + size) for whole, begin, size in zip(full, begins, sizes)]
    y = np.zeros((batch, group * maps, *room), dtype=x.dtype)
    w = w.reshape(group, w.shape[0] // group, *w.shape[1:])
    x = x.reshape(batch, group, w.shape[1], math.prod(space))
    for offset in np.ndindex(*kernel):
        part = (np.swapaxes(w[trailing(offset)], 1, 2) @ x).reshape(batch, group * maps, *space)
        places = [slice(first * dilation, first * dilation + stride * size, stride)
                  for first, dilation, stride, size in zip(offset, dilations, strides, space)]
        y[trailing(places)] += part
    y = y[trailing(slice(begin, begin + size) for begin, size in zip(begins, sizes))]
    return y if b is None else y + along_channels(b, y)


@rounded
def Col2Im(x, image_shape, block_shape, *, strides=None, dilations=None, pads=None):
    """x [N, C * places in a block, windows] -> [N, C, image...]: windows added up where they lie in the image."""
    image, block = integers(image_shape), integers(block_shape)
    windows = Windows(image, block, strides, dilations, pads, "NOTSET")
    sums = windows.pad(np.zeros((len(x), x.shape[1] // math.prod(block), *image), x.dtype), 0)
    parts = x.reshape(*sums.shape[:2], -1, *windows.sizes)
    for which, offset in enumerate(np.ndindex(*block)):
        sums[trailing(windows.slices(offset))] += parts[:, :, which]
    return sums[trailing(slice(begin, begin + size) for begin, size in zip(windows.begins, image))]


@rounded
def DFT(x, dft_length=None, axis=None, *, inverse=0, onesided=0):
    """x [..., 1 or 2]: real and imaginary parts in the last axis."""
    axis = -2 if axis is None else integers(axis)[0]
    if axis % x.ndim == x.ndim - 1:
        raise BundleError("the last axis holds real and imaginary parts")
    numbers, axis = complex_numbers(x), axis % x.ndim
    length = None if dft_length is None else integers(dft_length)[0]
    if not onesided:
        return both_parts((np.fft.ifft if inverse else np.fft.fft)(numbers, length, axis))
    if inverse != np.iscomplexobj(numbers):
        raise BundleError("onesided takes real numbers, or with inverse complex ones")
    return np.fft.irfft(numbers, length, axis)[..., None] if inverse else both_parts(np.fft.rfft(numbers, length, axis))


@rounded
def STFT(signal, frame_step, window=None, frame_length=None, *, onesided=1):
    """signal [N, length, 1 or 2] -> [N, frames, frequencies, 2]."""
    step, numbers = integers(frame_step)[0], complex_numbers(signal)
    length = numbers.shape[1] if frame_length is None and window is None else (
        len(window) if frame_length is None else integers(frame_length)[0])
    if step < 1 or not 0 < length <= numbers.shape[1]:
        raise BundleError(f"frames of {length}, {step} apart, do not fit into {numbers.shape[1]} numbers")
    frames = np.lib.stride_tricks.sliding_window_view(numbers, length, 1)[:, ::step]
    return both_parts((np.fft.rfft if onesided else np.fft.fft)(frames * (1 if window is None else window), axis=-1))


def complex_numbers(x):
    """[..., 1] as real numbers, [..., 2] as complex ones."""
    return x[..., 0] if x.shape[-1] == 1 else x[..., 0] + 1j * x[..., 1]


def both_parts(numbers):
    return np.stack([numbers.real, numbers.imag], -1)


def trailing(index):
    """An index of the last axes."""
    return (..., *index)


def along_channels(values, x):
    """One value per channel (axis 1), shaped to combine with x."""
    return values.reshape(-1, *[1] * (x.ndim - 2))


class Windows:
    """Where a kernel of a convolution or pool stands on the spatial axes, one output element per place."""

    def __init__(self, space, kernel, strides, dilations, pads, auto_pad, ceil_mode=0):
        one_of(auto_pad, "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")
        ones = [1] * len(space)
        self.kernel, self.strides, self.dilations = kernel, strides or ones, dilations or ones
        reach = [(size - 1) * dilation + 1 for size, dilation in zip(kernel, self.dilations)]
        if auto_pad in ("SAME_UPPER", "SAME_LOWER"):
            self.sizes = [-(-size // stride) for size, stride in zip(space, self.strides)]
            total = [max(beyond, 0) for beyond in self.beyond(reach, space)]
            self.begins = [each // 2 if auto_pad == "SAME_UPPER" else each - each // 2 for each in total]
            self.ends = [each - begin for each, begin in zip(total, self.begins)]
        else:
            pads = [0] * 2 * len(space) if auto_pad == "VALID" or not pads else pads
            self.begins, self.ends = pads[:len(space)], pads[len(space):]
            self.sizes = [self.places(*each, ceil_mode and auto_pad == "NOTSET")
                          for each in zip(space, self.begins, self.ends, reach, self.strides)]
        # with ceil_mode the last window may reach beyond the padding
        self.room = [max(beyond - begin, end)
                     for beyond, begin, end in zip(self.beyond(reach, space), self.begins, self.ends)]

    def beyond(self, reach, space):
        """How far the windows, the first of them at 0, reach beyond the axes."""
        return [(places - 1) * stride + length - size
                for places, stride, length, size in zip(self.sizes, self.strides, reach, space)]

    @staticmethod
    def places(size, begin, end, reach, stride, ceil_mode):
        free = size + begin + end - reach
        places = max((-(-free // stride) if ceil_mode else free // stride) + 1, 0)
        return places - 1 if ceil_mode and (places - 1) * stride >= size + begin else places

    def pad(self, x, value, beyond=None):
        """x [N, C, ...] with ``value`` in the padding and ``beyond`` (default: value) outside of it."""
        unpadded = [(0, 0), (0, 0)]
        x = np.pad(x, unpadded + list(zip(self.begins, self.ends)), constant_values=value)
        rest = [(0, room - end) for room, end in zip(self.room, self.ends)]
        return np.pad(x, unpadded + rest, constant_values=value if beyond is None else beyond)

    def slices(self, offset):
        """The elements of a padded tensor that ``offset`` in the kernel meets, for all places."""
        return [slice(o * d, o * d + s * m, s)
                for o, d, s, m in zip(offset, self.dilations, self.strides, self.sizes)]

    def stack(self, padded):
        """[offsets in the kernel, N, C, places...]."""
        return np.stack([padded[trailing(self.slices(offset))] for offset in np.ndindex(*self.kernel)])


# ---------------------------------------------------------------------------------------------------- pooling


def lowest(dtype):
    """The neutral element of a maximum."""
    return -np.inf if dtype.kind == "f" else False if dtype.kind == "b" else np.iinfo(dtype).min


def highest(dtype):
    return np.inf if dtype.kind == "f" else True if dtype.kind == "b" else np.iinfo(dtype).max


@exact
def MaxPool(x, *, kernel_shape, strides=None, dilations=None, pads=None, auto_pad="NOTSET", ceil_mode=0,
            storage_order=0):
    windows = Windows(x.shape[2:], kernel_shape, strides, dilations, pads, auto_pad, ceil_mode)
    stack = windows.stack(windows.pad(x, lowest(x.dtype)))
    order = "F" if storage_order else "C"
    places = np.arange(math.prod(x.shape[2:])).reshape(x.shape[2:], order=order)
    channels = np.arange(math.prod(x.shape[:2])).reshape(*x.shape[:2], *[1] * places.ndim)
    indices = windows.stack(windows.pad(channels * places.size + places, -1))
    top = stack.max(axis=0)
    is_top = ((stack == top) | (stack != stack)) & (indices >= 0)  # NaN is greatest; padding never wins
    best = np.argmax(is_top, axis=0)[None]  # the first of equals
    return top, np.take_along_axis(indices, best, 0)[0]


@rounded
def AveragePool(x, *, kernel_shape, strides=None, dilations=None, pads=None, auto_pad="NOTSET", ceil_mode=0,
                count_include_pad=0):
    windows = Windows(x.shape[2:], kernel_shape, strides, dilations, pads, auto_pad, ceil_mode)
    counted = windows.pad(np.ones_like(x), 1 if count_include_pad else 0, beyond=0)
    return windows.stack(windows.pad(x, 0)).sum(axis=0) / windows.stack(counted).sum(axis=0)


@rounded
def LpPool(x, *, kernel_shape, strides=None, dilations=None, pads=None, auto_pad="NOTSET", ceil_mode=0, p=2):
    windows = Windows(x.shape[2:], kernel_shape, strides, dilations, pads, auto_pad, ceil_mode)
    return (np.abs(windows.stack(windows.pad(x, 0))) ** p).sum(axis=0) ** (1 / p)


def space_of(x):
    """The axes behind batch and channel."""
    return tuple(range(2, x.ndim))


rounded(lambda x: mean(x, space_of(x)), "GlobalAveragePool")
rounded(lambda x: x.max(axis=space_of(x), keepdims=True, initial=lowest(x.dtype)), "GlobalMaxPool")
rounded(lambda x, *, p=2: (np.abs(x) ** p).sum(axis=space_of(x), keepdims=True) ** (1 / p), "GlobalLpPool")


# ---------------------------------------------------------------------------------------------- normalization


def standardized(x, axes, epsilon):
    """(x - mean) / sqrt(variance + epsilon), the mean, and 1 / sqrt(...)."""
    centre = mean(x, axes)
    inverse = 1 / np.sqrt(mean(np.square(x - centre), axes) + epsilon)
    return (x - centre) * inverse, centre, inverse


@rounded
def BatchNormalization(x, scale, bias, centre, variance, *, epsilon=1e-5, momentum=0.9, training_mode=0):
    shaped = [along_channels(each, x) for each in (scale, bias, centre, variance)]
    if not training_mode:
        scale, bias, centre, variance = shaped
        return (x - centre) / np.sqrt(variance + epsilon) * scale + bias
    axes = (0, *space_of(x))
    normal, found, _ = standardized(x, axes, epsilon)
    return (normal * shaped[0] + shaped[1],
            centre * momentum + found.ravel() * (1 - momentum),
            variance * momentum + mean(np.square(x - found), axes).ravel() * (1 - momentum))


@exact
def LayerNormalization(x, scale, bias=None, *, axis=-1, epsilon=1e-5, stash_type="float32"):
    normal, centre, inverse = standardized(wide(x), tuple(range(axis % x.ndim, x.ndim)), epsilon)
    y = normal * wide(scale) + (0 if bias is None else wide(bias))
    return y.astype(x.dtype), centre.astype(TYPES[stash_type]), inverse.astype(TYPES[stash_type])


@exact
def RMSNormalization(x, scale, *, axis=-1, epsilon=1e-5, stash_type="float32"):
    axes = tuple(range(axis % x.ndim, x.ndim))
    size = np.sqrt(mean(np.square(wide(x)), axes) + epsilon)
    return (wide(x) / size * wide(scale)).astype(scale.dtype)


@rounded
def InstanceNormalization(x, scale, bias, *, epsilon=1e-5):
    return standardized(x, space_of(x), epsilon)[0] * along_channels(scale, x) + along_channels(bias, x)


@rounded
def GroupNormalization(x, scale, bias, *, num_groups, epsilon=1e-5, stash_type="float32"):
    groups = x.reshape(x.shape[0], num_groups, math.prod(x.shape[1:]) // num_groups)
    normal = standardized(groups, (2,), epsilon)[0].reshape(x.shape)
    return normal * along_channels(scale, x) + along_channels(bias, x)


@rounded
def LpNormalization(x, *, axis=-1, p=2):
    norm = (np.abs(x) ** p).sum(axis=axis, keepdims=True) ** (1 / p)
    return np.where(norm == 0, 0, x / norm)


@rounded
def MeanVarianceNormalization(x, *, axes=(0, 2, 3)):
    centred = x - mean(x, tuple(axes))
    return centred / (np.sqrt(mean(np.square(centred), tuple(axes))) + 1e-9)  # the constant is ONNX's


@rounded
def LRN(x, *, size, alpha=1e-4, beta=0.75, bias=1.0):
    before, channels = (size - 1) // 2, x.shape[1]
    squares = np.pad(np.square(x), [(0, 0), (before, size - 1 - before), *[(0, 0)] * (x.ndim - 2)])
    total = sum(squares[:, i:i + channels] for i in range(size))
    return x / (bias + alpha / size * total) ** beta


def softmax(x, axis):
    # an infinite or missing maximum is not subtracted: exp(-inf - -inf) would make NaN of a zero
    peak = x.max(axis=axis, keepdims=True, initial=-np.inf)
    weights = np.exp(x - np.where(peak == -np.inf, 0, peak))
    return weights / weights.sum(axis=axis, keepdims=True)


def log_sum_exp(x, axis, keepdims=True):
    peak = x.max(axis=axis, keepdims=True, initial=-np.inf)
    peak = np.where(np.isfinite(peak), peak, 0)
    total = np.log(np.exp(x - peak).sum(axis=axis, keepdims=True)) + peak
    return total if keepdims else total.reshape(x.sum(axis=axis).shape)


def hardmax(x, axis):
    y = np.zeros_like(x)
    if x.size:
        np.put_along_axis(y, np.expand_dims(x.argmax(axis=axis), axis), 1, axis)
    return y


rounded(lambda x, *, axis=-1: softmax(x, axis), "Softmax")
rounded(lambda x, *, axis=-1: x - log_sum_exp(x, axis), "LogSoftmax")
exact(lambda x, *, axis=-1: hardmax(x, axis), "Hardmax")


# ------------------------------------------------------------------------------------------------- reductions


def reduction(function, name):
    """``function(data, axis, keepdims)`` as an operator; no axes are all, unless the attribute says none."""

    def operator(data, axes=None, *, keepdims=1, noop_with_empty_axes=0):
        if axes is None or axes.size == 0:
            chosen = () if noop_with_empty_axes else tuple(range(data.ndim))
        else:
            chosen = tuple(integers(axes))
        return function(data, axis=chosen, keepdims=bool(keepdims))

    rounded(operator, name)


for _name, _function in {
    "ReduceSum": np.sum, "ReduceMean": mean, "ReduceProd": np.prod,
    "ReduceMax": lambda x, **how: np.max(x, initial=lowest(x.dtype), **how),
    "ReduceMin": lambda x, **how: np.min(x, initial=highest(x.dtype), **how),
    "ReduceL1": lambda x, **how: np.sum(np.abs(x), **how),
    "ReduceL2": lambda x, **how: np.sqrt(np.sum(np.square(x), **how)),
    "ReduceSumSquare": lambda x, **how: np.sum(np.square(x), **how),
    "ReduceLogSum": lambda x, **how: np.log(np.sum(x, **how)),
    "ReduceLogSumExp": lambda x, **how: log_sum_exp(x.astype(np.float64), **how),
}.items():
    reduction(_function, _name)


def extreme_place(function, x, axis, keepdims, select_last_index):
    best = function(np.flip(x, axis) if select_last_index else x, axis)
    best = x.shape[axis] - 1 - best if select_last_index else best
    return (np.expand_dims(best, axis) if keepdims else best).astype(np.int64)


@exact
def ArgMax(x, *, axis=0, keepdims=1, select_last_index=0):
    return extreme_place(np.argmax, x, axis, keepdims, select_last_index)


@exact
def ArgMin(x, *, axis=0, keepdims=1, select_last_index=0):
    return extreme_place(np.argmin, x, axis, keepdims, select_last_index)


@rounded
def CumSum(x, axis, *, exclusive=0, reverse=0):
    (axis,) = integers(axis)
    x = np.flip(x, axis) if reverse else x
    y = np.cumsum(x, axis, dtype=x.dtype)
    if exclusive:  # a zero comes in, the last sum goes out
        zero_first = [(int(i == axis % x.ndim), 0) for i in range(x.ndim)]
        y = np.pad(y, zero_first).take(range(x.shape[axis]), axis)
    return np.flip(y, axis) if reverse else y


@exact
def TopK(x, k, *, axis=-1, largest=1, sorted=1):
    """Among equals the lower index comes first; NaN counts as the greatest."""
    (count,) = integers(k)
    if not 0 <= count <= x.shape[axis]:
        raise BundleError(f"k is {count}, axis {axis} has {x.shape[axis]} elements")
    if largest:  # a stable sort of the flipped axis, read from its end
        order = x.shape[axis] - 1 - np.flip(np.argsort(np.flip(x, axis), axis, kind="stable"), axis)
    else:
        order = np.argsort(x, axis, kind="stable")
    indices = order.take(range(count), axis)
    return np.take_along_axis(x, indices, axis), indices.astype(np.int64)


@exact
def Unique(x, *, axis=None, sorted=1):
    y, first, inverse, counts = np.unique(x, True, True, True, axis=axis)
    inverse = inverse.ravel()
    if not sorted:
        order = np.argsort(first)
        y, first, counts = y.take(order, 0 if axis is None else axis), first[order], counts[order]
        inverse = np.argsort(order)[inverse]
    return y, first, inverse, counts


@exact
def NonZero(x):
    return np.array(np.nonzero(np.atleast_1d(x)), dtype=np.int64).reshape(max(x.ndim, 1), -1)


# ------------------------------------------------------------------------------------------- shape and layout


@exact
def Shape(x, *, start=0, end=None):
    return np.array(x.shape[start:end], dtype=np.int64)


@exact
def Size(x):
    return np.array(x.size, dtype=np.int64)


@exact
def Reshape(x, shape, *, allowzero=0):
    """0 copies an axis (unless allowzero); -1 is what remains without the copied axes, which may be empty."""
    sizes = integers(shape)
    copied = [i for i, size in enumerate(sizes) if size == 0 and not allowzero]
    for i in copied:
        sizes[i] = x.shape[i]
    if -1 in sizes:
        rest = math.prod(n for i, n in enumerate(x.shape) if i not in copied)
        known = math.prod(n for i, n in enumerate(sizes) if n != -1 and i not in copied)
        if known == 0 or rest % known:
            raise BundleError(f"{list(x.shape)} cannot become {integers(shape)}")
        sizes[sizes.index(-1)] = rest // known
    return x.reshape(sizes)


@exact
def Flatten(x, *, axis=1):
    axis = axis + x.ndim if axis < 0 else axis
    return x.reshape(math.prod(x.shape[:axis]), math.prod(x.shape[axis:]))


@exact
def Squeeze(x, axes=None):
    return np.squeeze(x, None if axes is None else tuple(integers(axes)))


@exact
def Unsqueeze(x, axes):
    return np.expand_dims(x, tuple(integers(axes)))


@exact
def Transpose(x, *, perm=None):
    return np.transpose(x, perm)


@exact
def Expand(x, shape):
    return np.broadcast_to(x, affordable(*np.broadcast_shapes(x.shape, tuple(integers(shape)))))


@exact
def Concat(*inputs, axis):
    return np.concatenate(inputs, axis)


@exact
def Split(x, split=None, *, axis=0, num_outputs=None):
    size = x.shape[axis]
    if split is None:
        part = -(-size // num_outputs)
        bounds = [min(part * i, size) for i in range(1, num_outputs)]
    else:
        if sum(integers(split)) != size:
            raise BundleError(f"split {integers(split)} does not add up to {size}")
        bounds = np.cumsum(integers(split))[:-1]
    return np.split(x, bounds, axis)


@exact
def Slice(x, starts, ends, axes=None, steps=None):
    axes = range(len(starts)) if axes is None else integers(axes)
    steps = [1] * len(starts) if steps is None else integers(steps)
    cut = [slice(None)] * x.ndim
    for axis, start, end, step in zip(axes, integers(starts), integers(ends), steps):
        cut[axis] = slice(start, end, step)  # ONNX clamps as Python does
    return x[tuple(cut)]


@exact
def Tile(x, repeats):
    affordable(*(size * times for size, times in zip(x.shape, integers(repeats))))
    return np.tile(x, integers(repeats))


@exact
def Pad(x, pads, value=None, axes=None, *, mode="constant"):
    """A negative pad cuts, before the others add."""
    axes = list(range(x.ndim)) if axes is None else [axis % x.ndim for axis in integers(axes)]
    begins, ends = integers(pads)[:len(axes)], integers(pads)[len(axes):]
    widths = [(0, 0)] * x.ndim
    for axis, begin, end in zip(axes, begins, ends):
        x = x.take(range(max(-begin, 0), x.shape[axis] - max(-end, 0)), axis)
        widths[axis] = (max(begin, 0), max(end, 0))
    affordable(*(begin + size + end for size, (begin, end) in zip(x.shape, widths)))
    if mode == "constant":
        return np.pad(x, widths, constant_values=np.zeros((), x.dtype) if value is None else value.item())
    return np.pad(x, widths, mode=mode)


@exact
def Trilu(x, k=None, *, upper=1):
    return (np.triu if upper else np.tril)(x, 0 if k is None else k.item())


@exact
def DepthToSpace(x, *, blocksize, mode="DCR"):
    n, c, h, w = x.shape
    depth = c // blocksize**2
    if one_of(mode, "DCR", "CRD") == "DCR":
        x = x.reshape(n, blocksize, blocksize, depth, h, w).transpose(0, 3, 4, 1, 5, 2)
    else:
        x = x.reshape(n, depth, blocksize, blocksize, h, w).transpose(0, 1, 4, 2, 5, 3)
    return x.reshape(n, depth, h * blocksize, w * blocksize)


@exact
def SpaceToDepth(x, *, blocksize):
    n, c, h, w = x.shape
    x = x.reshape(n, c, h // blocksize, blocksize, w // blocksize, blocksize).transpose(0, 3, 5, 1, 2, 4)
    return x.reshape(n, c * blocksize**2, h // blocksize, w // blocksize)


@exact
def ReverseSequence(x, sequence_lens, *, batch_axis=1, time_axis=0):
    y = np.moveaxis(x.copy(), (batch_axis, time_axis), (0, 1))  # a view of the copy
    for row, length in zip(y, integers(sequence_lens)):
        row[:length] = row[:length][::-1].copy()
    return np.moveaxis(y, (0, 1), (batch_axis, time_axis))


# --------------------------------------------------------------------------------------------- making tensors


LARGEST = 1 << 28  # numbers that a node may make out of few


def affordable(*shape):
    """The shape; refused where a tensor of it would fill the memory."""
    if math.prod(max(size, 1) for size in shape) > LARGEST:
        raise BundleError(f"a tensor of shape {list(shape)} is too large")
    return shape


@exact
def ConstantOfShape(shape, *, value=None):
    value = np.zeros(1, np.float32) if value is None else value.reshape(1)
    return np.full(affordable(*integers(shape)), value[0], dtype=value.dtype)


@rounded
def Range(start, limit, delta):
    start, limit, delta = (each.item() for each in (start, limit, delta))
    (length,) = affordable(max(math.ceil((limit - start) / delta), 0))
    return start + np.arange(length) * delta


@exact
def EyeLike(x, *, dtype=None, k=0):
    return np.eye(*x.shape, k=k, dtype=TYPES[dtype] if dtype else x.dtype)


@exact
def OneHot(indices, depth, values, *, axis=-1):
    """values = [off, on]; an index outside of [-depth, depth) gives a row of "off"."""
    (depth,) = integers(depth)
    affordable(depth, *indices.shape)
    indices = np.expand_dims(indices.astype(np.int64), axis)
    classes = np.arange(depth).reshape([-1 if i == axis % indices.ndim else 1 for i in range(indices.ndim)])
    return np.where((indices == classes) | (indices + depth == classes), values[1], values[0])


# ----------------------------------------------------------------------------------------- gather and scatter


@exact
def Gather(x, indices, *, axis=0):
    return np.take(x, indices, axis)


def grid(indices, axis):
    """Index arrays: element (i, j, k) stands at ``indices[i, j, k]`` on ``axis``, at i, j, k on others."""
    places = list(np.indices(indices.shape, sparse=True))
    places[axis] = indices
    return tuple(places)


@exact
def GatherElements(x, indices, *, axis=0):
    return x[grid(indices, axis)]


@exact
def GatherND(x, indices, *, batch_dims=0):
    batch = np.indices(indices.shape[:-1], sparse=True)[:batch_dims]
    return x[tuple(batch) + tuple(np.moveaxis(indices, -1, 0))]


def scattered(x, places, updates, reduction):
    y = x.copy()
    if reduction == "none":
        y[places] = updates
    else:
        add = {"add": np.add, "mul": np.multiply, "max": np.maximum, "min": np.minimum}[reduction]
        add.at(y, places, updates)
    return y


@rounded
def ScatterElements(x, indices, updates, *, axis=0, reduction="none"):
    return scattered(x, grid(indices, axis), updates, reduction)


@rounded
def ScatterND(x, indices, updates, *, reduction="none"):
    return scattered(x, tuple(np.moveaxis(indices, -1, 0)), updates, reduction)


@exact
def Compress(x, condition, *, axis=None):
    return np.compress(condition, x, axis)


# ----------------------------------------------------------------------------------------------------- resize


@exact
def Resize(x, roi=None, scales=None, sizes=None, *, mode="nearest", axes=None, antialias=0,
           coordinate_transformation_mode="half_pixel", cubic_coeff_a=-0.75, exclude_outside=0,
           extrapolation_value=0.0, keep_aspect_ratio_policy="stretch", nearest_mode="round_prefer_floor"):
    """Axis after axis: every new element is a weighted sum of old ones."""
    kind, x = x.dtype, wide(x)
    one_of(mode, "nearest", "linear", "cubic")
    one_of(nearest_mode, "round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
    one_of(keep_aspect_ratio_policy, "stretch", "not_larger", "not_smaller")
    axes = list(range(x.ndim)) if axes is None else [axis % x.ndim for axis in axes]
    old = [x.shape[axis] for axis in axes]
    if scales is not None and scales.size:
        factors = [float(scale) for scale in scales]
        # in float32, where 10 * 0.7 is 7
        new = [math.floor(np.float32(n) * np.float32(scale)) for n, scale in zip(old, scales)]
    else:
        new = integers(sizes)
        factors = [m / n for m, n in zip(new, old)]
        if keep_aspect_ratio_policy != "stretch":
            factor = (min if keep_aspect_ratio_policy == "not_larger" else max)(factors)
            factors, new = [factor] * len(old), [math.floor(factor * n + 0.5) for n in old]
    affordable(*x.shape, *(-(-m // max(n, 1)) for n, m in zip(old, new)))
    crops = coordinate_transformation_mode == "tf_crop_and_resize"
    if crops and (roi is None or roi.size != 2 * len(axes) or not np.all(np.isfinite(roi))):
        raise BundleError("tf_crop_and_resize needs a roi of a start and an end for each axis, all finite")
    regions = zip(roi[:len(axes)], roi[len(axes):]) if crops else [(0, 1)] * len(axes)
    outside = np.zeros(x.shape, dtype=bool)
    for axis, n, m, scale, region in zip(axes, old, new, factors, regions):
        at = old_places(coordinate_transformation_mode, n, m, scale, region)
        beyond = ~((at >= 0) & (at <= n - 1))
        at = np.where(crops & beyond, 0, wide(at))
        if mode == "nearest":
            x = x.take(np.clip(nearest_place(at, nearest_mode), 0, n - 1), axis)
        else:
            stretch = min(scale, 1) if antialias else 1
            weight, reach = kernel_of(mode, cubic_coeff_a)
            x = weighted(x, axis, at, lambda t, f=weight, s=stretch: f(t * s), math.ceil(reach / stretch),
                         exclude_outside)
        beyond = beyond.reshape([-1 if i == axis else 1 for i in range(x.ndim)])
        outside = outside.take([0] * m, axis) | beyond
    return (np.where(outside, extrapolation_value, x) if crops else x).astype(kind)


def old_places(mode, n, m, scale, region):
    """Where the m new elements lie on an axis of n old ones."""
    i = np.arange(m)
    if mode == "align_corners":
        return i * (n - 1) / (scale * n - 1) if scale * n != 1 else 0.0 * i
    if mode == "asymmetric":
        return i / scale
    if mode == "tf_crop_and_resize":
        start, end = (np.full(m, edge, region[0].dtype) for edge in region)  # in the type of the region
        half, last, steps = (start.dtype.type(each) for each in (0.5, n - 1, m - 1))
        if m == 1:
            return half * (start + end) * last
        return start * last + i.astype(start.dtype) * (end - start) * last / steps
    if mode == "pytorch_half_pixel" and m == 1:
        return 0.0 * i
    if mode == "half_pixel_symmetric":
        return n / 2 * (1 - m / (scale * n)) + (i + 0.5) / scale - 0.5
    one_of(mode, "half_pixel", "pytorch_half_pixel")
    return (i + 0.5) / scale - 0.5


def nearest_place(at, mode):
    if mode == "round_prefer_floor":
        at = np.ceil(at - 0.5)
    elif mode == "round_prefer_ceil":
        at = np.floor(at + 0.5)
    return (np.ceil(at) if mode == "ceil" else np.floor(at)).astype(np.int64)


def kernel_of(mode, a):
    """The weight of an old element at distance t, and how far it reaches."""
    if mode == "linear":
        return lambda t: np.maximum(1 - np.abs(t), 0), 1

    def cubic(t):
        t = np.abs(t)
        near = ((a + 2) * t - (a + 3)) * t**2 + 1
        far = ((a * t - 5 * a) * t + 8 * a) * t - 4 * a
        return np.where(t <= 1, near, np.where(t < 2, far, 0))

    return cubic, 2


def weighted(x, axis, at, weight, reach, exclude_outside):
    """x along ``axis`` at the places ``at``; a neighbour outside of x is its edge, or does not count."""
    neighbours = np.floor(at).astype(np.int64)[:, None] + np.arange(-reach, reach + 2)
    weights = weight(neighbours - at[:, None])
    if exclude_outside:
        weights = np.where((neighbours >= 0) & (neighbours < x.shape[axis]), weights, 0)
    weights = weights / weights.sum(axis=1, keepdims=True)
    neighbours = np.clip(neighbours, 0, x.shape[axis] - 1)
    total = 0.0
    for place, share in zip(neighbours.T, weights.T):
        share = share.reshape([-1 if i == axis else 1 for i in range(x.ndim)])
        total = total + np.where(share == 0, 0, share * x.take(place, axis))
    return total


# ------------------------------------------------------------------------------------- images between their pixels


def around(at, n, mode="linear", stand_in=None):
    """[(pixels, weights)] of the neighbours of the places ``at`` on an axis of n pixels, beyond which lie zeros.

    ``stand_in`` says for a pixel beyond the axis which one stands there instead. A place that is NaN weighs NaN.
    """
    known, at = ~np.isnan(at), np.clip(at, -3, n + 2)  # further out there is nothing else
    first = np.where(known, np.floor(at), 0).astype(np.int64)
    ratio = at - first
    steps, weight = {"nearest": ([0], lambda t: 1 + 0 * t), "linear": ([0, 1], kernel_of("linear", 0)[0]),
                     "cubic": ([-1, 0, 1, 2], kernel_of("cubic", -0.75)[0])}[mode]
    result = []
    for step in steps:
        pixel = stand_in(first + step) if stand_in else first + step
        inside = (pixel >= 0) & (pixel < n)
        result.append((np.where(inside, pixel, 0), np.where(known, np.where(inside, weight(ratio - step), 0), np.nan)))
    return result


def blended(x, entries, along):
    """x [N, C, ...] at places: ``along`` holds their neighbours for each spatial axis. [places..., C]"""
    x, total = np.moveaxis(x, 1, -1), 0.0
    for neighbours in itertools.product(*along):
        weight = fold(np.multiply, [weight for _, weight in neighbours])[..., None]
        values = x[tuple([entries] + [pixel for pixel, _ in neighbours])]
        total = total + np.where(weight == 0, 0, weight * values)
    return total


@exact
def GridSample(x, grid, *, mode="linear", padding_mode="zeros", align_corners=0):
    """x [N, C, ...] at the places of grid [N, ..., axes], which run from -1 to 1 and name the last axis first."""
    one_of(mode, "nearest", "linear", "cubic")
    one_of(padding_mode, "zeros", "border", "reflection")
    along = []
    for n, given in zip(x.shape[2:], np.moveaxis(grid, -1, 0)[::-1]):
        given = given if mode == "nearest" else wide(given)  # ties between pixels are those of the grid's type
        at = (given + 1) / 2 * (n - 1) if align_corners else ((given + 1) * n - 1) / 2
        at = np.rint(wide(at)) if mode == "nearest" else at
        low = 0 if align_corners else -0.5

        def stand_in(at, low=low, last=n - 1):
            return mirrored(at, low, last - low) if padding_mode == "reflection" else np.clip(at, 0, last)

        if padding_mode == "reflection":
            at = np.where((at < low) | (at > n - 1 - low), stand_in(at), at)
        along.append(around(at, n, mode, stand_in if padding_mode != "zeros" else None))
    entries = np.arange(len(x)).reshape(-1, *[1] * (grid.ndim - 2))
    return np.moveaxis(blended(wide(x), entries, along), -1, 1).astype(x.dtype)


def mirrored(at, low, high):
    """Places beyond the borders, thrown back by them until they are inside. What is infinite is nowhere."""
    if high == low:
        return np.where(np.isfinite(at), low, np.nan) if at.dtype.kind == "f" else np.full_like(at, low)
    distance = np.abs(at - low) % (2 * (high - low))
    inside = low + np.minimum(distance, 2 * (high - low) - distance)
    return inside if at.dtype.kind == "f" else inside.astype(at.dtype)


@exact
def RoiAlign(x, rois, batch_indices, *, mode="avg", coordinate_transformation_mode="half_pixel", output_height=1,
             output_width=1, sampling_ratio=0, spatial_scale=1.0):
    """Regions [R, 4] of x [N, C, H, W] as [R, C, output_height, output_width]: the means of samples in equal bins.

    "max" is the largest of the four weighted pixels around all samples, as in ONNX's own cases.
    """
    one_of(mode, "avg", "max")
    one_of(coordinate_transformation_mode, "half_pixel", "output_half_pixel")
    if not 0 <= sampling_ratio <= 1024:
        raise BundleError(f"sampling_ratio is {sampling_ratio}; it must be from 0 to 1024")
    if np.any((batch_indices < 0) | (batch_indices >= len(x))):
        raise BundleError(f"batch_indices must be from 0 to {len(x) - 1}")
    half_pixel = coordinate_transformation_mode == "half_pixel"
    y = np.full((len(rois), x.shape[1], output_height, output_width), np.nan)
    for region, (roi, entry) in enumerate(zip(rois, batch_indices)):
        sides = [bins(roi[[axis, axis + 2]], count, x.shape[3 - axis], float(spatial_scale), half_pixel, sampling_ratio)
                 for axis, count in ((1, output_height), (0, output_width))]
        for place in np.ndindex(y.shape[2:]) if None not in sides else ():
            (rows, upper), (columns, left) = (side[i] for side, i in zip(sides, place))
            y[region, :, place[0], place[1]] = pooled(wide(x[entry]), rows, upper, columns, left, mode)
    return y.astype(x.dtype)


def bins(ends, count, n, scale, half_pixel, ratio):
    """For each of ``count`` bins of a side, the places of its samples on n pixels, and how many lie further away.

    None if that side is nowhere. The number of samples jumps with the last bit: there the type of the region decides.
    """
    def spans(ends, scale, half):
        start, end = (end * scale - half for end in ends)
        return start, end - start if half_pixel else max(end - start, type(start)(1))

    kind = ends.dtype.type
    start, length = spans(ends.astype(np.float64), scale, 0.5 if half_pixel else 0.0)
    if not (abs(start) <= 2.0**31 and abs(ends[1] * scale - ends[0] * scale) <= 2.0**31):
        return None
    exact_length = spans(ends, kind(scale), kind(0.5 if half_pixel else 0))[1]
    samples = ratio or max(math.ceil(exact_length / kind(count)), 0)
    result = []
    for bin in range(count):
        first, last = 0, samples
        if length > 0 and samples:  # those on the image, and some around it
            near = [((at - start) * count / length - bin) * samples for at in (-1, n)]
            first, last = (int(np.clip(at, 0, samples)) for at in (near[0] - 2, near[1] + 3))
        at = start + length / count * (bin + (np.arange(first, last) + 0.5) / max(samples, 1))
        result.append((at, samples - len(at)))
    return result


def pooled(x, rows, upper, columns, left, mode):
    """x [C, H, W] at all pairs of rows and columns, to which others that lie beyond it are to be added. [C]"""
    products = []
    for vertical, horizontal in itertools.product(inside(rows, x.shape[1]), inside(columns, x.shape[2])):
        weight = vertical[1][:, None] * horizontal[1]
        products.append(np.where(weight == 0, 0, weight * x[:, vertical[0][:, None], horizontal[0]]))
    if mode == "avg":
        return sum(products).sum(axis=(1, 2)) / max((len(rows) + upper) * (len(columns) + left), 1)
    largest = np.max(products, axis=(0, 2, 3), initial=-np.inf)
    return np.maximum(largest, 0) if upper or left or not products[0].size else largest


def inside(at, n):
    """[(pixels, weights)]: linear between n pixels, as at the edge up to one pixel beyond it, 0 further away."""
    here = (at >= -1) & (at <= n)
    at = np.clip(at, 0, n - 1)
    first = np.minimum(np.floor(at).astype(np.int64), n - 1)
    return [(first, here * (1 - (at - first))), (np.minimum(first + 1, n - 1), here * (at - first))]


@exact
def DeformConv(x, w, offset, b=None, mask=None, *, group=1, offset_group=1, kernel_shape=None, strides=None,
               dilations=None, pads=None):
    """Conv of x [N, C, H, W] with w [M, C/group, h, w], whose elements are moved by offset [N, (g, h, w, 2), ...]."""
    windows = Windows(x.shape[2:], w.shape[2:], strides, dilations, pads, "NOTSET")
    kind, x, w, offset, b, mask = x.dtype, wide(x), wide(w), wide(offset), wide(b), wide(mask)
    batch, elements = len(x), math.prod(windows.kernel)
    offset = offset.reshape(batch, offset_group, elements, 2, *windows.sizes)
    weights = np.ones((batch, offset_group, elements, *windows.sizes))
    weights = weights if mask is None else mask.reshape(weights.shape)
    w = w.reshape(group, w.shape[0] // group, w.shape[1], elements)
    y = np.zeros((batch, *w.shape[:2], *windows.sizes))
    entries, channels = np.arange(batch).reshape(-1, 1, 1), x.shape[1] // offset_group
    for k, element in enumerate(np.ndindex(*windows.kernel)):
        sampled = []
        for g in range(offset_group):
            along = []
            for axis, n in enumerate(x.shape[2:]):
                first = np.arange(windows.sizes[axis]) * windows.strides[axis] - windows.begins[axis]
                at = first + element[axis] * windows.dilations[axis]
                at = at.reshape([-1 if i == axis else 1 for i in range(2)]) + offset[:, g, k, axis]
                along.append(around(at, n))
            values = blended(x[:, g * channels:(g + 1) * channels], entries, along)
            sampled.append(weights[:, g, k, ..., None] * values)
        samples = np.moveaxis(np.concatenate(sampled, -1), -1, 1).reshape(batch, group, w.shape[2], *windows.sizes)
        y += np.einsum("gmc,ngc...->ngm...", w[..., k], samples)
    y = y.reshape(batch, -1, *windows.sizes)
    return (y if b is None else y + along_channels(b, y)).astype(kind)


@exact
def NonMaxSuppression(boxes, scores, max_output_boxes_per_class=None, iou_threshold=None, score_threshold=None, *,
                      center_point_box=0):
    """[taken, (entry, class, box)]: the boxes [N, B, 4] with the highest scores [N, K, B] that do not overlap too much.

    In float32, as those who train detectors compute it; what is no number is never taken and never in the way.
    """
    (most,) = integers(0 if max_output_boxes_per_class is None else max_output_boxes_per_class)
    limit = np.float32(0) if iou_threshold is None else iou_threshold.reshape(())
    if center_point_box not in (0, 1) or not 0 <= limit <= 1:
        raise BundleError(f"center_point_box is {center_point_box}, 0 or 1, and iou_threshold {limit}, from 0 to 1")
    ends = boxes[..., :2], boxes[..., 2:]
    half = ends[1] / np.float32(2)
    low, high = (ends[0] - half, ends[0] + half) if center_point_box else (np.minimum(*ends), np.maximum(*ends))
    area = np.prod(high - low, axis=-1)
    taken = []
    for entry, kind in np.ndindex(scores.shape[:2]):
        found = []
        score = scores[entry, kind]
        for box in np.argsort(-score, kind="stable"):
            if len(found) >= most or np.isnan(score[box]):
                break
            if score_threshold is not None and not score[box] > score_threshold.reshape(()):
                continue
            side = np.minimum(high[entry, box], high[entry, found]) - np.maximum(low[entry, box], low[entry, found])
            common = np.where((side > 0).all(axis=-1), np.prod(side, axis=-1), np.float32(0))
            whole = area[entry, box] + area[entry, found] - common
            if not np.any((common > 0) & (whole > 0) & (common / whole > limit)):
                found.append(int(box))
        taken += [(entry, kind, box) for box in found]
    return np.array(taken, np.int64).reshape(-1, 3)


# ------------------------------------------------------------------------------------------- recurrent layers

# name: (function of x, alpha, beta; defaults of those it uses)
ACTIVATIONS: dict[str, tuple[Any, dict[str, float]]] = {
    "relu": (lambda x: np.maximum(x, 0), {}),
    "tanh": (np.tanh, {}),
    "sigmoid": (sigmoid, {}),
    "softsign": (lambda x: x / (1 + np.abs(x)), {}),
    "softplus": (softplus, {}),
    "affine": (lambda x, alpha, beta: alpha * x + beta, {"alpha": 1.0, "beta": 0.0}),
    "leakyrelu": (lambda x, alpha: np.where(x < 0, alpha * x, x), {"alpha": 0.01}),
    "thresholdedrelu": (lambda x, alpha: np.where(x >= alpha, x, 0), {"alpha": 1.0}),
    "scaledtanh": (lambda x, alpha, beta: alpha * np.tanh(beta * x), {"alpha": 1.0, "beta": 1.0}),
    "hardsigmoid": (hard_sigmoid, {"alpha": 0.2, "beta": 0.5}),
    "elu": (elu, {"alpha": 1.0}),
}


def activations_of(names, alphas, betas, clip):
    """Functions by their names, whatever the case; alphas and betas go to those that use them, in order."""
    rest = {"alpha": list(alphas or ()), "beta": list(betas or ())}

    def build(name):
        function, defaults = ACTIVATIONS[name.lower()]
        given = {key: rest[key].pop(0) if rest[key] else attribute(value) for key, value in defaults.items()}
        return lambda x: function(x if clip is None else np.clip(x, -clip, clip), **given)

    return [build(name) for name in names]


def recurrent(cell, hidden, x, sequence_lens, initial, direction, layout):
    """Runs ``cell(direction, x[t], states) -> states`` along time: all first states, and the last of each.

    An entry beyond its sequence length keeps its states and gives zeros.
    """
    backwards = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}[direction]
    x = np.swapaxes(x, 0, 1) if layout else x
    steps, batch = x.shape[:2]
    zero = np.zeros((len(backwards), batch, hidden))
    initial = [zero if state is None else np.swapaxes(state, 0, 1) if layout else state for state in initial]
    lengths = np.full(batch, steps) if sequence_lens is None else sequence_lens
    y, last = np.zeros((steps, len(backwards), batch, hidden)), []
    for d, backward in enumerate(backwards):
        states = [state[d] for state in initial]
        for t in reversed(range(steps)) if backward else range(steps):
            inside = (t < lengths)[:, None]
            states = [np.where(inside, new, old) for new, old in zip(cell(d, x[t], states), states)]
            y[t, d] = np.where(inside, states[0], 0)
        last.append(states)
    last = [np.stack(states) for states in zip(*last)]
    if layout:
        return [y.transpose(2, 0, 1, 3), *(np.swapaxes(state, 0, 1) for state in last)]
    return [y, *last]


def biases(b, w):
    """The biases of input and recurrence, each [directions, gates * hidden]."""
    zero = np.zeros(w.shape[:2])
    return (zero, zero) if b is None else np.split(b, 2, axis=1)


@rounded
def RNN(x, w, r, b=None, sequence_lens=None, initial_h=None, *, activations=None, activation_alpha=None,
        activation_beta=None, clip=None, direction="forward", hidden_size=None, layout=0):
    names = activations or ["Tanh"] * len(w)
    functions = activations_of(names, activation_alpha, activation_beta, clip)
    input_bias, state_bias = biases(b, w)

    def cell(d, x, states):
        return [functions[d](x @ w[d].T + input_bias[d] + states[0] @ r[d].T + state_bias[d])]

    return recurrent(cell, r.shape[2], x, sequence_lens, [initial_h], direction, layout)


@rounded
def GRU(x, w, r, b=None, sequence_lens=None, initial_h=None, *, activations=None, activation_alpha=None,
        activation_beta=None, clip=None, direction="forward", hidden_size=None, layout=0,
        linear_before_reset=0):
    names = activations or ["Sigmoid", "Tanh"] * len(w)
    functions = activations_of(names, activation_alpha, activation_beta, clip)
    input_bias, state_bias = biases(b, w)

    def cell(d, x, states):
        (h,) = states
        f, g = functions[2 * d:2 * d + 2]
        xz, xr, xh = np.split(x @ w[d].T + input_bias[d], 3, axis=-1)
        rz, rr, rh = np.split(r[d], 3)
        bz, br, bh = np.split(state_bias[d], 3)
        update, reset = f(xz + h @ rz.T + bz), f(xr + h @ rr.T + br)
        recurrence = reset * (h @ rh.T + bh) if linear_before_reset else (reset * h) @ rh.T + bh
        return [(1 - update) * g(xh + recurrence) + update * h]

    return recurrent(cell, r.shape[2], x, sequence_lens, [initial_h], direction, layout)


@rounded
def LSTM(x, w, r, b=None, sequence_lens=None, initial_h=None, initial_c=None, p=None, *, activations=None,
         activation_alpha=None, activation_beta=None, clip=None, direction="forward", hidden_size=None,
         input_forget=0, layout=0):
    names = activations or ["Sigmoid", "Tanh", "Tanh"] * len(w)
    functions = activations_of(names, activation_alpha, activation_beta, clip)
    input_bias, state_bias = biases(b, w)
    peepholes = np.zeros((len(w), 3 * r.shape[2])) if p is None else p

    def cell(d, x, states):
        h, c = states
        f, g, out = functions[3 * d:3 * d + 3]
        peep_i, peep_o, peep_f = np.split(peepholes[d], 3)
        gates = x @ w[d].T + input_bias[d] + h @ r[d].T + state_bias[d]
        i, o, forget, candidate = np.split(gates, 4, axis=-1)
        i = f(i + peep_i * c)
        forget = 1 - i if input_forget else f(forget + peep_f * c)
        c = forget * c + i * g(candidate)
        return [f(o + peep_o * c) * out(c), c]

    return recurrent(cell, r.shape[2], x, sequence_lens, [initial_h, initial_c], direction, layout)


# -------------------------------------------------------------------------------------------------- attention


def split_heads(x, heads):
    """[batch, sequence, heads * size] as [batch, heads, sequence, size]."""
    return x.reshape(*x.shape[:2], heads, x.shape[2] // heads).swapaxes(1, 2)


def merge_heads(x):
    """[batch, heads, sequence, size] as [batch, sequence, heads * size]."""
    return x.swapaxes(1, 2).reshape(x.shape[0], x.shape[2], x.shape[1] * x.shape[3])


@exact
def Attention(q, k, v, attn_mask=None, past_key=None, past_value=None, nonpad_kv_seqlen=None, *, is_causal=0,
              kv_num_heads=0, q_num_heads=0, qk_matmul_output_mode=0, scale=None, softcap=0.0,
              softmax_precision=None):
    """softmax(q k^T * scale, capped, masked) v. A query that may see no key gives zeros."""
    merge, dtype = q.ndim == 3, q.dtype
    if merge:
        q, k, v = split_heads(q, q_num_heads), split_heads(k, kv_num_heads), split_heads(v, kv_num_heads)
    if past_key is not None:
        k, v = np.concatenate([past_key, k], axis=2), np.concatenate([past_value, v], axis=2)
    shared = q.shape[1] // k.shape[1]  # queries per key
    keys, values = np.repeat(wide(k), shared, axis=1), np.repeat(wide(v), shared, axis=1)
    scores = wide(q) @ keys.swapaxes(2, 3) * (1 / math.sqrt(q.shape[3]) if scale is None else scale)
    capped = softcap * np.tanh(scores / softcap) if softcap else scores
    bias = attention_bias(q.shape[2], k.shape[2], attn_mask, past_key, nonpad_kv_seqlen, is_causal)
    masked = np.where(bias == -np.inf, -np.inf, capped + bias)
    nothing = masked.max(axis=-1, keepdims=True, initial=-np.inf) == -np.inf
    weights = np.where(nothing, 0, softmax(masked, -1))
    y = weights @ values
    y = merge_heads(y) if merge else y
    return y.astype(dtype), k, v, (scores, capped, masked, weights)[qk_matmul_output_mode].astype(dtype)


def attention_bias(queries, keys, mask, past_key, valid, is_causal):
    """What is added to the scores: 0 for a key that may be seen, -inf for one that may not, or the given."""
    bias, offset = np.zeros((1, 1, queries, keys)), 0 if past_key is None else past_key.shape[2]
    if mask is not None:
        added = np.where(mask, 0, -np.inf) if mask.dtype == bool else mask.astype(np.float64)
        short = keys - added.shape[-1]  # a short mask hides the keys behind its end
        bias = bias + np.pad(added, [(0, 0)] * (added.ndim - 1) + [(0, short)], constant_values=-np.inf)
    if valid is not None:
        valid = valid.reshape(-1, 1, 1, 1)
        bias = np.where(np.arange(keys) < valid, bias, -np.inf)
        offset = valid - queries if past_key is None else offset
    if is_causal:
        bias = np.where(np.arange(keys) <= np.arange(queries)[:, None] + offset, bias, -np.inf)
    return bias


@rounded
def RotaryEmbedding(x, cos_cache, sin_cache, position_ids=None, *, interleaved=0, num_heads=0,
                    rotary_embedding_dim=0):
    """Pairs of components are turned by the angle of their position."""
    heads = split_heads(x, num_heads) if x.ndim == 3 else x
    size = rotary_embedding_dim or heads.shape[3]
    if position_ids is not None:
        cos_cache, sin_cache = cos_cache[position_ids], sin_cache[position_ids]
    cos, sin = cos_cache[:, None], sin_cache[:, None]
    first, second = slice(size // 2), slice(size // 2, size)
    if interleaved:
        first, second = slice(0, size, 2), slice(1, size, 2)
    a, b = heads[..., first], heads[..., second]
    y = heads.copy()
    y[..., first], y[..., second] = cos * a - sin * b, sin * a + cos * b
    return merge_heads(y) if x.ndim == 3 else y


# ---------------------------------------------------------------------------------------------------- forests

COMPARISONS = {"x < t": np.less, "x <= t": np.less_equal, "x > t": np.greater, "x >= t": np.greater_equal}


def tree_ensemble(x, roots, feature, threshold, left, right, missing, leaf, base=None, tree_output=None,
                  tree_weight=None, category_begin=None, category_words=None, categories=None, linear_begin=None,
                  linear_terms=None, linear_constant=None, linear_feature=None, linear_coefficient=None, *, left_if,
                  input_type, sum_type, sum_order, base_at, combine, link, link_type, scale=1.0,
                  link_scale=1.0):
    """Section 12 of the format. Every addition and multiplication is rounded to ``sum_type``."""
    one_of(sum_order, "forward", "backward"), one_of(base_at, "start", "end")
    one_of(combine, "sum", "mean", "mean_of_rounds", "weighted_mean")
    one_of(link_type, "float32", "float64", "float32_exp")
    one_of(link, "identity", "logistic", "softmax", "exp", "tmva_gradient")
    sum_type, trees = TYPES[sum_type], len(roots)
    outputs = leaf.shape[1] if leaf.ndim == 2 else 1 if tree_output is None else int(tree_output.max()) + 1
    base = np.zeros(outputs, sum_type) if base is None else base.astype(sum_type)
    weights = np.ones(trees, sum_type) if tree_weight is None else tree_weight.astype(sum_type)
    total = np.zeros((len(x), len(base)), sum_type) + (base if base_at == "start" else sum_type.type(0))
    decide = (feature, threshold, missing, COMPARISONS[left_if], category_begin, category_words, categories)
    x = x.astype(TYPES[input_type])
    linear = (linear_begin, linear_terms, linear_constant, linear_feature, linear_coefficient)
    for tree in range(trees) if sum_order == "forward" else reversed(range(trees)):
        leaves = fallen(x, roots[tree], left, right, decide)
        values = leaf[leaves].astype(sum_type)
        if linear_begin is not None:
            linear_values(values, x.astype(sum_type), leaves, *linear)
        values = values * weights[tree]
        where = slice(None) if leaf.ndim == 2 else 0 if tree_output is None else tree_output[tree]
        total[:, where] += values
    if combine != "sum":
        number = {"mean": trees, "mean_of_rounds": trees / total.shape[1]}.get(combine)
        total /= sum_type.type(np.cumsum([0, *weights], dtype=sum_type)[-1] if number is None else number)
    margin = total * sum_type.type(scale)
    margin = margin + base if base_at == "end" else margin
    score = tree_link(margin, link, link_type, link_scale).astype(sum_type)
    only_one = leaf.ndim == 1 and tree_output is None
    return (margin[:, 0], score[:, 0]) if only_one else (margin, score)


def fallen(x, root, left, right, decide):
    """The leaf that each row of x falls into."""
    at = np.full(len(x), root)
    while (at >= 0).any():
        rows = np.flatnonzero(at >= 0)
        here = at[rows]
        at[rows] = np.where(goes_left(x, rows, here, *decide), left[here], right[here])
    return -1 - at


def goes_left(x, rows, here, feature, threshold, missing, compare, category_begin, category_words,
              categories):
    """Which of ``rows`` go to the left child of the nodes ``here``."""
    value, rule = x[rows, feature[here]], missing[here]
    never, zero_too = (rule & 2) > 0, (rule & 4) > 0
    value = np.where(never & np.isnan(value), 0, value)
    is_missing = ~never & (np.isnan(value) | (zero_too & (np.abs(value) <= np.float32(1e-35))))
    yes = compare(value.astype(threshold.dtype), threshold[here])
    if category_begin is not None:
        yes = np.where(category_begin[here] < 0, yes, [
            begin >= 0 and number >= 0 and number // 32 < words
            and bool(categories[begin + number // 32] >> np.uint32(number % 32) & np.uint32(1))
            for number, begin, words in zip(whole(np.where((rule & 8) * value < 0, -1, value)), category_begin[here],
                                            category_words[here])])
    return np.where(is_missing, (rule & 1) > 0, yes)


def linear_values(values, x, leaves, begin, terms, constant, feature, coefficient):
    """Where a leaf is linear, puts constant + c1 x1 + c2 x2 ... in its place, unless one of these x is NaN."""
    for row, leaf in enumerate(leaves):
        if begin[leaf] < 0:
            continue
        of_leaf = slice(begin[leaf], begin[leaf] + terms[leaf])
        given = x[row, feature[of_leaf]]
        if not np.isnan(given).any():
            values[row] = values.dtype.type(constant[leaf])
            for c, value in zip(coefficient[of_leaf].astype(values.dtype), given):
                values[row] += c * value


def whole(values):
    """Python integers, as categories are; -1 for what is none."""
    return [int(value) if math.isfinite(value) else -1 for value in values]


def tree_link(margin, link, link_type, link_scale):
    """From the margin to the score."""
    kind = TYPES["float32" if link_type == "float32" else "float64"]
    m, one = margin.astype(kind), kind.type(1)

    rounded_to = np.float64 if link_type == "float64" else np.float32

    def exp(x):
        return np.exp(x.astype(rounded_to).astype(np.float64)).astype(rounded_to).astype(kind)

    if link == "identity":
        return margin
    if link == "logistic":
        score = one / (one + exp(-kind.type(link_scale) * m))
    elif link == "softmax":
        weights = exp(m - m.max(axis=1, keepdims=True))
        score = weights / weights.sum(axis=1, keepdims=True)
    elif link == "exp":
        score = exp(m)
    else:
        score = kind.type(2) / (one + exp(kind.type(-2) * m)).astype(rounded_to).astype(kind) - one
    return score.astype(np.float64 if link_type == "float64" else np.float32)


exact(tree_ensemble, "lading.TreeEnsemble")


# ================================================================================================== self-test


def self_test(folder: str | Path) -> dict[str, tuple[float, float]]:
    """Evaluates the entries in the samples file: {output: (greatest difference, what may differ)}."""
    bundle = read(folder)
    item = bundle.model.get("samples")
    if item is None:
        raise BundleError("model.json names no samples: there is no self-test")
    check_keys("samples", item, ("file", "sha256", "numerics", "relative", "absolute"))
    samples = parse_safetensors(read_file(Path(folder), item), item["file"])
    inputs: dict[str, Any] = {}
    counts: dict[str, np.ndarray] = {}
    for name, values in samples.items():
        kind, *path = name.split("/")
        if kind == "counts":
            counts[path[0]] = values
        elif kind == "in" and len(path) == 2:
            inputs.setdefault(path[0], {})[path[1]] = values
        elif kind == "in":
            inputs[path[0]] = values
    outputs = evaluate(bundle, inputs, counts)
    results = {}
    for name, result in outputs.items():
        result = plain(result[0] if isinstance(result, tuple) else result)
        expected = plain(samples["out/" + name])
        scale = np.abs(expected[np.isfinite(expected)].astype(np.float64)).max(initial=0)
        allowed = item.get("absolute", 1e-7) + item.get("relative", 1e-6) * scale
        results[name] = difference(result, expected), float(allowed)
    return results


def difference(result: np.ndarray, expected: np.ndarray) -> float:
    """The greatest absolute difference; infinite where shapes differ, or one of two is NaN or infinite."""
    if result.shape != expected.shape:
        return math.inf
    result, expected = result.astype(np.float64), expected.astype(np.float64)
    same = (result == expected) | (np.isnan(result) & np.isnan(expected))
    with np.errstate(invalid="ignore"):
        apart = np.where(same, 0, np.abs(result - expected))
    return float(np.where(np.isnan(apart), math.inf, apart).max(initial=0))


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("use: python evaluate.py BUNDLE", file=sys.stderr)
        return 2
    try:
        results = self_test(arguments[0])
    except (BundleError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    for name, (found, allowed) in results.items():
        verdict = "fine" if found <= allowed else "TOO FAR"
        print(f"{name}: greatest difference {found:.3g}, allowed {allowed:.3g}: {verdict}")
    return 0 if all(found <= allowed for found, allowed in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
