"""``tf.saved_model``: functions and variables of an object in a folder, as StableHLO programs and arrays.

The folder holds ``kerax_saved_model.json`` (what there is), ``variables.npz`` and one program a function, written by
`jax.export`. TensorFlow's own SavedModel files hold its graphs, which kerax does not run. Reading runs no code from the
folder: programs are StableHLO, the rest is JSON and arrays.
"""

from __future__ import annotations

import json
import os
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import kerax
from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import on_side
from kerax.compat.tensorflow._saved_estimator import LoadedEstimator, is_estimator
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._spec import TensorSpec
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._tracing import ConcreteFunction, Function
from kerax.compat.tensorflow._variable import Variable
from kerax.function.arguments import is_spec
from kerax.function.concrete import _put_outputs_together
from kerax.function.open_concrete import OpenConcreteFunction
from kerax.jax_compat import jaxpr_as_fun
from kerax.saving.exported_program import read_program
from kerax.saving.json_text import parse_json
from kerax.state import Variable as Box
from kerax.state import functional_call
from kerax.utils.npz import read_npz

INDEX, _VARIABLES, _FORMAT = "kerax_saved_model.json", "variables.npz", 1
DEFAULT_SERVING_SIGNATURE_DEF_KEY = "serving_default"
SERVING, TRAINING = "serve", "train"


# ---- writing --------------------------------------------------------------------------------------------------------
def save(obj: Any, export_dir: Any, signatures: Any = None, options: Any = None) -> None:
    """Writes an object's functions and variables.

    Args:
      obj: a ``tf.Module`` or Keras model; functions made by ``tf.function`` are written as far as they were traced.
      export_dir: the folder.
      signatures: a function, or name -> function, with known arguments; of a model its call by default.
      options: accepted as in TensorFlow.

    Raises:
      ValueError: for a signature that was never traced.
    """
    folder = os.fsdecode(export_dir)
    os.makedirs(folder, exist_ok=True)
    table: dict[int, Box] = {}
    programs: list[tuple[dict, bytes]] = []
    for name, function in _functions(obj).items():
        if function.input_signature is not None:
            _trace_for_any_size(name, function)  # its programs are among the function's then
        for concrete in function._programs.values():
            programs.append(_exported(name, concrete, table, signature=False))
    if isinstance(obj, kerax.Model):
        programs += _model_programs(obj, table)
    named = signatures or {}
    if not isinstance(named, dict):
        named = {DEFAULT_SERVING_SIGNATURE_DEF_KEY: named}
    for name, function in named.items():
        for concrete in _concretes(name, function):
            programs.append(_exported(name, concrete, table, signature=True))
    for key, box in _attributes(obj).items():
        if "." in key:  # "name.3": one of a list of variables, which are written whether or not a function reads them
            table.setdefault(id(box), box)
    places = {number: place for place, number in enumerate(table)}
    entries = []
    for number, (entry, content) in enumerate(programs):
        boxes = {key: [places[one] for one in entry.get(key, ())] for key in ("variables", "written")}
        entry = {**entry, "file": f"program_{number}.bin", **boxes}
        entries.append(entry)
        with open(os.path.join(folder, entry["file"]), "wb") as file:
            file.write(content)
    names = {key: places[id(value)] for key, value in _attributes(obj).items() if id(value) in places}
    index = {
        "format": _FORMAT,
        "functions": entries,
        "variables": [{"name": box.path, "trainable": box.trainable} for box in table.values()],
        "attributes": names,
    }
    np.savez(os.path.join(folder, _VARIABLES), *[np.asarray(box.read()) for box in table.values()])
    with open(os.path.join(folder, INDEX), "w", encoding="utf-8") as file:
        json.dump(index, file, indent=1)


def _attributes(obj: Any) -> dict[str, Any]:
    return {key: value for key, value in vars(obj).items() if isinstance(value, Box)}


def _functions(obj: Any) -> dict[str, Function]:
    found: dict[str, Function] = {}
    for kind in reversed(type(obj).__mro__):
        for name, member in vars(kind).items():
            if isinstance(member, Function):
                found[name] = getattr(obj, name) if name != "__call__" else member.__get__(obj, type(obj))
    found.update({name: value for name, value in vars(obj).items() if isinstance(value, Function)})
    for function in found.values():
        if not function._programs and function.input_signature is not None:
            function.get_concrete_function()
    return found


def _concretes(name: str, function: Any) -> list:
    if isinstance(function, ConcreteFunction):
        found = function._concrete
        return _for_any_size(name, found) if isinstance(found, OpenConcreteFunction) else [found]
    if isinstance(function, Function):
        if not function._programs and function.input_signature is not None:
            return _concretes(name, function.get_concrete_function())
        if function._programs:
            return [next(reversed(function._programs.values()))]
    raise ValueError(
        f"tf.saved_model.save: signature {name!r} has no traced arguments. Pass "
        "function.get_concrete_function(tf.TensorSpec(...)) or give tf.function an input_signature."
    )


_RANKS = range(5)  # that functions for tensors of any rank are written for


def _trace_for_any_size(name: str, function: Function) -> None:
    """Traces a function with a signature for the sizes that it leaves open."""
    found = function.get_concrete_function()._concrete
    if isinstance(found, OpenConcreteFunction):
        _for_any_size(name, found)


def _for_any_size(name: str, found: OpenConcreteFunction) -> list:
    """The programs of a function some of whose sizes are open: one, or one for each number of axes if that is open."""
    specs = jax.tree.leaves(found.structured_input_signature, is_leaf=is_spec)
    if all(TensorShape(one.shape).rank is not None for one in specs if is_spec(one)):
        return [_of_any_size(name, found)]
    problem: Exception | None = None
    programs = []
    for rank in _RANKS:
        for alone in (True, False):  # first with as many rows as it likes, then with as many as the other arguments
            try:
                programs.append(_of_any_size(name, found, rank, alone))
            except Exception as error:  # the function takes no tensors of this rank
                problem = error
            else:
                break
    if not programs and problem is not None:
        raise problem
    return programs


def _of_any_size(name: str, function: OpenConcreteFunction, rank: int | None = None, alone: bool = False) -> Any:
    """The program of a function some of whose sizes are open: they are symbols, the first of each argument the same."""
    scope = jax.export.SymbolicScope()
    symbols = iter(range(1000))

    def spec_of(leaf: Any) -> Any:
        if not is_spec(leaf):
            return leaf
        shape = TensorShape(leaf.shape)
        shape = TensorShape([None] * rank) if shape.rank is None and rank is not None else shape
        if shape.rank is None:
            raise ValueError(
                f"tf.saved_model.save: signature {name!r} takes a tensor of unknown rank, TensorSpec(None); the file "
                "holds programs of XLA, which know the number of axes: give one TensorSpec([None, ...]) per rank."
            )
        own = alone and TensorShape(leaf.shape).rank is None
        open_sizes = [f"n{next(symbols)}" if axis or own else "batch" for axis in range(len(shape))]
        sizes = [one if size is None else str(size) for one, size in zip(open_sizes, shape)]
        dims = jax.export.symbolic_shape(", ".join(sizes), scope=scope) if sizes else ()
        return jax.ShapeDtypeStruct(dims, jax.dtypes.canonicalize_dtype(as_dtype(leaf.dtype).dtype))

    args, kwargs = jax.tree.map(spec_of, function.structured_input_signature, is_leaf=is_spec)
    return function._program_of(args, kwargs)


def _serialized(exported: Any) -> bytes:
    """The bytes of a program, with its gradient where it has one: loaded models are trained further."""
    try:
        return bytes(exported.serialize(vjp_order=1))
    except (ValueError, TypeError, NotImplementedError):
        return bytes(exported.serialize())


def _without_prints(program: Any) -> Any:
    """The program without what it prints while it runs: files hold no callbacks into Python."""
    jaxpr = program.jaxpr
    kept = [one for one in jaxpr.eqns if one.primitive.name not in ("debug_callback", "debug_print")]
    return program if len(kept) == len(jaxpr.eqns) else program.replace(jaxpr=jaxpr.replace(eqns=kept))


def _exported(name: str, concrete: Any, table: dict[int, Box], signature: bool) -> tuple[dict, bytes]:
    found = concrete._lifted
    for box in [*found.read, *found.written]:
        table.setdefault(id(box), box)
    program = jaxpr_as_fun(_without_prints(found.program))
    seed = [np.uint32(0)] if found.seed_place is not None else []

    def run(values: list, arrays: list) -> list:
        inputs = list(values)
        if seed:
            inputs.insert(found.seed_place, seed[0])
        return program(*inputs, *arrays)[: found.outputs + len(found.written)]

    specs = [jax.ShapeDtypeStruct(a.shape, jax.dtypes.canonicalize_dtype(a.dtype)) for a in concrete.arguments.arrays]
    boxes = [jax.ShapeDtypeStruct(box._shape, box._dtype) for box in found.read]
    content = _serialized(jax.export.export(jax.jit(run))(boxes, specs))
    args, kwargs = concrete.arguments.rebuild([_Leaf(i) for i in range(len(specs))])
    outputs = _put_outputs_together(concrete._layout, [_Leaf(i) for i in range(found.outputs)])
    if signature and not isinstance(outputs, dict):  # a signature's results have names
        listed = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        outputs = {f"output_{place}": one for place, one in enumerate(listed)}
    entry = {
        "name": name,
        "signature": signature,
        "arguments": _plain([list(args), kwargs]),
        "outputs": _plain(outputs),
        "specs": [[[s if isinstance(s, int) else None for s in spec.shape], spec.dtype.name] for spec in specs],
        "names": _argument_names(concrete, args),
        "variables": [id(box) for box in found.read],
        "written": [id(box) for box in found.written],
    }
    return entry, content


def _argument_names(concrete: Any, args: tuple) -> list:
    names = list(concrete._names)
    return names if len(names) == len(concrete.arguments.arrays) else [f"args_{i}" for i in range(len(args))]


def _model_programs(model: Any, table: dict[int, Box]) -> list[tuple[dict, bytes]]:
    """A model's call for any number of rows, as function and as signature."""
    taken = _inputs_of(model)
    if taken is None:
        return []
    structure, shapes, names, results = taken
    boxes = [*model.trainable_variables, *model.non_trainable_variables]
    for box in boxes:
        table.setdefault(id(box), box)
    rows = jax.export.symbolic_shape("rows")[0]
    specs = [jax.ShapeDtypeStruct((rows, *[int(s) for s in shape[1:]]), dtype) for shape, dtype in shapes]
    paths = [box.path for box in boxes]
    seen: list[Any] = []

    def run(values: list, arrays: list) -> list:
        params = dict(zip(paths, values))
        trained = {p: params[p] for p in paths[: len(model.trainable_variables)]}
        state = {p: params[p] for p in paths[len(model.trainable_variables) :]}
        outputs, _, _ = functional_call(model, trained, state, jax.tree.unflatten(structure, arrays), training=False)
        seen[:] = [jax.tree.structure(outputs)]
        return jax.tree.leaves(outputs)

    with on_side(kerax=True):
        variables = [jax.ShapeDtypeStruct(box.shape, box.dtype) for box in boxes]
        content = _serialized(jax.export.export(jax.jit(run))(variables, specs))
    outputs = jax.tree.unflatten(seen[0], [_Leaf(i) for i in range(seen[0].num_leaves)])
    if results is None:
        flat = isinstance(outputs, dict) and len(outputs) == seen[0].num_leaves
        results = sorted(outputs) if flat else [f"output_{i + 1}" for i in range(seen[0].num_leaves)]
    call = jax.tree.unflatten(structure, [_Leaf(i) for i in range(len(specs))])
    entry = {
        "name": "__call__",
        "signature": False,
        "arguments": _plain([[call], {}]),
        "outputs": _plain(outputs),
        "specs": [[[None, *spec.shape[1:]], spec.dtype.name] for spec in specs],
        "names": names,
        "variables": [id(box) for box in boxes],
    }
    serving = {
        **entry,
        "name": DEFAULT_SERVING_SIGNATURE_DEF_KEY,
        "signature": True,
        "outputs": _plain({name: _Leaf(i) for i, name in enumerate(results)}),
    }
    return [(entry, content), ({**entry, "name": "serve"}, content), (serving, content)]


def _inputs_of(model: Any) -> tuple[Any, list, list[str], list[str] | None] | None:
    """What a model takes: the structure, shapes and dtypes, names; names of its outputs if it has any.

    None if that is not known, or texts.
    """
    if getattr(model, "inputs", None):
        tensors = list(model.inputs)
        structure = jax.tree.structure(0 if len(tensors) == 1 else [0] * len(tensors))
        shapes = [(tensor.spec.shape, tensor.spec.dtype) for tensor in tensors]
        return structure, shapes, [tensor.name for tensor in tensors], list(model.output_names)
    structure, shapes = model.__dict__.get("_noted_inputs") or (None, [])
    if not shapes or any(np.dtype(dtype).kind in "OUS" for _, dtype in shapes):
        return None
    return structure, shapes, [f"input_{i + 1}" for i in range(len(shapes))], None


class _Leaf:
    """The place of an array in a structure."""

    def __init__(self, number: int):
        self.number = number


def _plain(tree: Any) -> Any:
    """A structure as JSON holds it."""
    if isinstance(tree, _Leaf):
        return {"leaf": tree.number}
    if isinstance(tree, Tensor):
        return _plain(tree._value)
    if isinstance(tree, (list, tuple)):
        return {"list" if isinstance(tree, list) else "tuple": [_plain(one) for one in tree]}
    if isinstance(tree, dict):
        return {"dict": {str(key): _plain(one) for key, one in tree.items()}}
    return {"value": tree if tree is None or isinstance(tree, (bool, int, float, str)) else repr(tree)}


# ---- reading --------------------------------------------------------------------------------------------------------
class Loaded:
    """What ``load`` returns: functions as methods, ``variables``, ``signatures``."""

    def __init__(self) -> None:
        self.signatures: dict[str, LoadedFunction] = {}
        self.variables: list[Variable] = []

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that training changes."""
        return [variable for variable in self.variables if variable.trainable]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        function = vars(self).get("__call__")
        if function is None:
            raise TypeError(f"This saved object has no call; its functions are {sorted(vars(self))}.")
        return function(*args, **kwargs)


class LoadedFunction:
    """A function read from a folder: one program for each kind of arguments.

    Args:
      name: for messages.
    """

    def __init__(self, name: str):
        self.name, self._programs = name, []  # type: ignore[var-annotated]

    def add(self, entry: dict, exported: Any, variables: list[Variable]) -> None:
        """One more kind of arguments; of all variables it reads and writes some."""
        reads, writes = ([variables[place] for place in entry.get(key, ())] for key in ("variables", "written"))
        self._programs.append((entry, exported, reads, writes))

    @property
    def structured_input_signature(self) -> Any:
        """``((), names -> specs)`` of the first program."""
        entry = self._programs[0][0]
        return (), {name: TensorSpec(shape, kind, name) for name, (shape, kind) in zip(entry["names"], entry["specs"])}

    @property
    def structured_outputs(self) -> Any:
        """What it returns, with a ``tf.TensorSpec`` in the place of every tensor."""
        entry, exported, *_ = self._programs[0]
        ranks = {len(shape) for entry, *_ in self._programs for shape, _ in entry["specs"]}
        return _specs_of(entry["outputs"], exported.out_avals, len(self._programs) > 1 and len(ranks) > 1)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        reasons = []
        for entry, exported, reads, writes in self._programs:
            arrays = _matched(entry, args, kwargs)
            if isinstance(arrays, str):
                reasons.append(arrays)
                continue
            found = exported.call([variable.read() for variable in reads], arrays)
            for variable, value in zip(writes, found[len(found) - len(writes) :]):
                variable.assign(Tensor(value))
            return _filled(entry["outputs"], found)
        raise errors.InvalidArgumentError(
            None, None, f"Could not find a matching program of {self.name}() for these arguments: {'; '.join(reasons)}."
        )


def _matched(entry: dict, args: tuple, kwargs: dict) -> Any:
    """The arrays of arguments in the order of a program, or why they do not fit."""
    given: dict[int, Any] = {}
    if entry["signature"]:
        named = {**dict(zip(entry["names"], args)), **kwargs}
        if set(named) != set(entry["names"]):
            return f"expected {entry['names']}"
        given = {i: named[name] for i, name in enumerate(entry["names"])}
    else:
        wanted_args, wanted_kwargs = entry["arguments"]["list"]
        extra = {k: v for k, v in kwargs.items() if k not in ("training", "mask")}
        values = [*args, *[None] * (len(wanted_args["list"]) - len(args))]
        problem = _collect(wanted_args, values[: len(wanted_args["list"])], given) or (
            _collect(wanted_kwargs, extra, given) if wanted_kwargs["dict"] or extra else None
        )
        if len(args) > len(wanted_args["list"]):
            problem = f"expected {len(wanted_args['list'])} arguments"
        if problem:
            return problem
    arrays = []
    for i, (shape, kind) in enumerate(entry["specs"]):
        value = jnp.asarray(array(given[i]))
        fits = len(shape) == value.ndim and all(a is None or a == b for a, b in zip(shape, value.shape))
        if not fits or (value.dtype.name != kind and isinstance(given[i], (Tensor, Box))):
            return f"expected shape {shape} and dtype {kind}, received {tuple(value.shape)} and {value.dtype.name}"
        arrays.append(value.astype(kind))
    return arrays


def _collect(wanted: dict, value: Any, given: dict[int, Any]) -> str | None:
    if "leaf" in wanted:
        given[wanted["leaf"]] = value
        return None if value is not None else "an argument is missing"
    if "value" in wanted:
        return None if value is None or value == wanted["value"] else f"expected {wanted['value']!r}"
    if "dict" in wanted:
        if not isinstance(value, dict) or set(value) != set(wanted["dict"]):
            return f"expected a dictionary of {sorted(wanted['dict'])}"
        problems = [_collect(part, value[key], given) for key, part in wanted["dict"].items()]
    else:
        parts = wanted.get("list", wanted.get("tuple"))
        if not isinstance(value, (list, tuple)) or len(value) != len(parts):
            return f"expected {len(parts)} values"
        problems = [_collect(part, one, given) for part, one in zip(parts, value)]
    return next((problem for problem in problems if problem), None)


def _filled(structure: dict, arrays: Any) -> Any:
    if "leaf" in structure:
        return Tensor(arrays[structure["leaf"]])
    if "value" in structure:
        return structure["value"]
    if "dict" in structure:
        return {key: _filled(part, arrays) for key, part in structure["dict"].items()}
    parts = [_filled(part, arrays) for part in structure.get("list", structure.get("tuple"))]
    return parts if "list" in structure else tuple(parts)


def _specs_of(structure: dict, avals: Any, any_rank: bool, name: str | None = None) -> Any:
    if "leaf" in structure:
        found = avals[structure["leaf"]]
        shape = [size if isinstance(size, int) else None for size in found.shape]
        return TensorSpec(None if any_rank else shape, found.dtype.name, name)
    if "value" in structure:
        return structure["value"]
    if "dict" in structure:
        return {key: _specs_of(part, avals, any_rank, key) for key, part in structure["dict"].items()}
    parts = [_specs_of(part, avals, any_rank) for part in structure.get("list", structure.get("tuple"))]
    return parts if "list" in structure else tuple(parts)


def contains_saved_model(export_dir: Any) -> bool:
    """Whether a folder holds what ``save`` wrote, or an exported Estimator."""
    return os.path.exists(os.path.join(os.fsdecode(export_dir), INDEX)) or is_estimator(os.fsdecode(export_dir))


def load(export_dir: Any, tags: Any = None, options: Any = None) -> Loaded | LoadedEstimator:
    """Reads what ``save`` wrote, or what an Estimator has exported.

    Raises:
      OSError: if there is nothing, or a SavedModel of TensorFlow's.
    """
    folder = os.fsdecode(export_dir)
    if not contains_saved_model(folder):
        if os.path.exists(os.path.join(folder, "saved_model.pb")):
            raise OSError(
                f"{folder} holds a SavedModel of TensorFlow's, that is, TensorFlow's graphs, which kerax does not run. "
                "Its weights can be read: tf.train.load_checkpoint(folder + '/variables/variables')."
            )
        raise OSError(f"SavedModel file does not exist at: {folder}")
    if is_estimator(folder):
        return LoadedEstimator(folder)
    path = os.path.join(folder, INDEX)
    with open(path, "rb") as file:
        index = parse_json(file.read(), repr(path))
    loaded = Loaded()
    arrays = read_npz(os.path.join(folder, _VARIABLES))
    for number, facts in enumerate(index["variables"]):
        made = Variable(arrays[f"arr_{number}"], trainable=facts["trainable"], name=facts["name"].split("/")[-1])
        made.path = facts["name"]
        loaded.variables.append(made)
    for name, place in index["attributes"].items():
        group, dot, _ = name.rpartition(".")
        if dot:
            vars(loaded).setdefault(group, []).append(loaded.variables[place])
        else:
            setattr(loaded, name, loaded.variables[place])
    for entry in index["functions"]:
        exported = read_program(os.path.join(folder, os.path.basename(entry["file"])))
        table = loaded.signatures if entry["signature"] else vars(loaded)
        function = table.setdefault(entry["name"], LoadedFunction(entry["name"]))
        function.add(entry, exported, loaded.variables)
    return loaded
