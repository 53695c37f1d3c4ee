"""Symbolic tensors: what `Input` returns, and the graph of operations recorded on them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import export

from kerax.dtypes import device_dtype, requested_dtype, standardize_dtype
from kerax.errors import first_line, from_library
from kerax.state.indexing import get_item
from kerax.state.masks import get_mask, set_mask
from kerax.state.scope import Scope
from kerax.state.trace_failures import TRACE_FAILURES, explain_trace_failure, traced
from kerax.state.unknown_sizes import shapes_by_trial

_sizes = export.SymbolicScope()
_BATCH = export.symbolic_shape("batch", scope=_sizes)[0]
_TRIAL_SIZES = (4, 6)  # two batch sizes to infer with when a symbolic size cannot be compared
_TRIAL_STEP = 2
_counter = itertools.count()


def unknown_size(axis: int) -> Any:
    """The symbolic size that stands for None at an axis: the batch size at axis 0, one shared size per other axis.

    Sharing one size per axis is what lets two inputs of unknown length be added, as in Keras.
    """
    return _BATCH if axis == 0 else export.symbolic_shape(f"size{axis}", scope=_sizes)[0]


def to_spec(shape: Sequence[int | None], dtype: Any) -> jax.ShapeDtypeStruct:
    """Turns a shape with None into a ``ShapeDtypeStruct`` with symbolic sizes.

    Strings, which only the host has, are stood in for by the dtype of the codes that they are looked up to.
    """
    dtype = "int32" if standardize_dtype(dtype) == "string" else dtype
    sizes = tuple(unknown_size(axis) if size is None else int(size) for axis, size in enumerate(shape))
    return jax.ShapeDtypeStruct(sizes, device_dtype(dtype))


def to_shape(spec: Any) -> tuple[int | None, ...]:
    """Sizes of an array, spec or symbolic tensor as people see them: None for unknown."""
    return tuple(size if isinstance(size, int) else None for size in spec.shape)


class Node:
    """One recorded operation: what was called, with which arguments, and what came out.

    Args:
      operation: the callable: a layer or a pure function.
      args: positional arguments, symbolic tensors inside.
      kwargs: keyword arguments, symbolic tensors inside.
      outputs: nested structure of the symbolic tensors it returned.
      name: the operation's name in messages and configurations.
    """

    __slots__ = ("args", "index", "kwargs", "name", "operation", "outputs")

    def __init__(self, operation: Any, args: tuple, kwargs: dict, outputs: Any, name: str):
        self.operation, self.args, self.kwargs, self.outputs, self.name = operation, args, kwargs, outputs, name
        self.index = next(_counter)  # creation order is a topological order

    def __getstate__(self) -> dict[str, Any]:
        """For copies: an operator goes by its name, because JAX's own functions cannot be pickled."""
        state = {slot: getattr(self, slot) for slot in Node.__slots__}
        return {**state, "operation": None} if OPERATORS.get(self.name) is self.operation else state

    def __setstate__(self, state: dict[str, Any]) -> None:
        for slot, value in state.items():
            setattr(self, slot, value)
        if state["operation"] is None:
            self.operation = OPERATORS[state["name"]]

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the operation again on other arguments; a plain function of symbolic tensors is recorded."""
        if self.name in OPERATORS and symbolic_leaves((args, kwargs)):
            return record(self.operation, *args, name=self.name, **kwargs)
        return self.operation(*args, **kwargs)

    @property
    def inputs(self) -> list[SymbolicTensor]:
        """The symbolic tensors among the arguments, in order."""
        return symbolic_leaves((self.args, self.kwargs))


class SymbolicTensor:
    """A tensor without numbers: a shape (None for unknown sizes), a dtype and the operation that produces it.

    Operators, indexing and every function of ``kerax.ops`` record a node; ``kerax.Model(inputs, outputs)`` collects
    them.

    Args:
      shape: sizes, None where unknown; or a ``jax.ShapeDtypeStruct`` whose unknown sizes are ``jax.export`` symbolic
        dimensions.
      dtype: dtype name.
      sparse, ragged: must be False: kerax has neither.
      record_history: accepted for Keras's sake.
      name: for messages; numbered by default.

    Example:
      >>> import kerax
      >>> x = kerax.Input((28,), name="pixels")
      >>> (x * 2 + 1).shape
      (None, 28)
    """

    __array_priority__ = 200  # numpy_array * tensor calls the tensor's operator
    node: Node | None = None
    recipe: tuple[Callable, list[SymbolicTensor]] | None = None  # of sizes: how they follow from tensors
    mask_rank: int | None = None  # how many axes the mask has that comes with it; None without one
    sparse = ragged = False
    is_string = False  # True for text, which only layers that run on the host can be given

    def __init__(
        self,
        shape: Sequence[int | None] | jax.ShapeDtypeStruct,
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
    ):
        if sparse or ragged:
            raise ValueError("kerax has no sparse or ragged tensors; use sparse=False and ragged=False.")
        self.spec = shape if isinstance(shape, jax.ShapeDtypeStruct) else to_spec(shape, dtype)
        if not isinstance(shape, jax.ShapeDtypeStruct) and standardize_dtype(dtype) == "string":
            self.is_string = True
        self.name = name or f"tensor_{next(_counter)}"

    def __getstate__(self) -> dict[str, Any]:
        """For copies: sizes as people see them, because JAX's symbolic sizes cannot be pickled."""
        return {**self.__dict__, "spec": (self.shape, self.dtype)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, spec=to_spec(*state["spec"]))

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Sizes, None where unknown."""
        return to_shape(self.spec)

    @property
    def dtype(self) -> str:
        """Dtype name."""
        return "string" if self.is_string else standardize_dtype(self.spec.dtype)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.spec.shape)

    @property
    def T(self) -> SymbolicTensor:
        """The transposed tensor."""
        return record(jnp.transpose, self, name="transpose")

    def reshape(self, *shape: Any) -> SymbolicTensor:
        """The tensor with other sizes and the same elements."""
        return record(
            jnp.reshape, self, shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape, name="reshape"
        )

    def squeeze(self, axis: Any = None) -> SymbolicTensor:
        """The tensor without axes of size 1, all of them or those given."""
        return record(jnp.squeeze, self, axis=axis, name="squeeze")

    def astype(self, dtype: Any) -> SymbolicTensor:
        """The tensor cast to another dtype."""
        return record(_cast, self, dtype=standardize_dtype(dtype), name="cast")

    def __getitem__(self, index: Any) -> SymbolicTensor:
        return record(get_item, self, index, name="get_item")

    def __repr__(self) -> str:
        dtype = getattr(self.dtype, "name", self.dtype)  # a namespace may show types as objects of its own
        return f"<KerasTensor shape={self.shape}, dtype={dtype}, sparse=False, name={self.name}>"

    def __len__(self) -> int:
        if not self.spec.shape or not isinstance(self.spec.shape[0], int):
            raise TypeError(f"len() of symbolic tensor {self.name!r} of shape {self.shape} is not known.")
        return self.spec.shape[0]

    def __iter__(self):
        if not self.spec.shape or not isinstance(self.spec.shape[0], int):
            raise TypeError(
                f"Cannot iterate over symbolic tensor {self.name!r} of shape {self.shape}: its first size is not known."
            )
        return (self[i] for i in range(self.spec.shape[0]))

    def __bool__(self) -> bool:
        raise TypeError(
            f"Symbolic tensor {self.name!r} has no numbers yet, so it cannot be used as a Python bool. Use "
            "kerax.ops.where or "
            "kerax.ops.cond, or write the model as a subclass of kerax.Model."
        )

    def _no_numbers(self, *_: Any) -> Any:
        raise TypeError(
            f"Symbolic tensor {self.name!r} (shape {self.shape}) has no numbers yet: NumPy and JAX functions need "
            "arrays. Use the "
            "function of the same name in kerax.ops, or wrap it in a kerax.layers.Lambda layer."
        )

    __array__ = __float__ = __int__ = _no_numbers

    @property
    def __jax_array__(self) -> Any:
        # JAX looks for this when it is given something that is no array. It rewrites a TypeError raised here.
        try:
            self._no_numbers()
        except TypeError as error:
            raise ValueError(str(error)) from None


def _cast(x: Any, dtype: str) -> Any:
    return x.astype(requested_dtype(dtype))


def _make_operator(function: Callable, name: str, reflected: bool) -> Callable:
    def operator(self: SymbolicTensor, *others: Any) -> SymbolicTensor:
        operands = (*others, self) if reflected else (self, *others)
        return record(function, *operands, name=name)

    return operator


_BINARY: dict[str, Callable] = {
    "add": jnp.add, "sub": jnp.subtract, "mul": jnp.multiply, "truediv": jnp.true_divide, "floordiv": jnp.floor_divide,
    "mod": jnp.mod, "pow": jnp.power, "matmul": jnp.matmul, "and": jnp.logical_and, "or": jnp.logical_or, "xor":
    jnp.logical_xor,
}  # fmt: skip
_COMPARISONS = {
    "lt": jnp.less,
    "le": jnp.less_equal,
    "gt": jnp.greater,
    "ge": jnp.greater_equal,
    "eq": jnp.equal,
    "ne": jnp.not_equal,
}
OPERATORS: dict[str, Callable] = {
    "get_item": get_item,
    "cast": _cast,
    "transpose": jnp.transpose,
    "reshape": jnp.reshape,
    "squeeze": jnp.squeeze,
}
_OP_NAMES = {
    "sub": "subtract", "mul": "multiply", "truediv": "true_divide", "floordiv": "floor_divide", "pow": "power",
    "and": "logical_and", "or": "logical_or", "xor": "logical_xor",
}  # fmt: skip
for _short, _function in _BINARY.items():
    _op = _OP_NAMES.get(_short, _short)
    OPERATORS[_op] = _function
    setattr(SymbolicTensor, f"__{_short}__", _make_operator(_function, _op, False))
    setattr(SymbolicTensor, f"__r{_short}__", _make_operator(_function, _op, True))
for _short, _function in _COMPARISONS.items():
    OPERATORS[_function.__name__] = _function
    if _short not in ("eq", "ne"):  # these stay identity: tensors are looked up in lists and dicts
        setattr(SymbolicTensor, f"__{_short}__", _make_operator(_function, _function.__name__, False))
for _short, _function in (("neg", jnp.negative), ("abs", jnp.abs), ("invert", jnp.logical_not)):
    setattr(SymbolicTensor, f"__{_short}__", _make_operator(_function, _function.__name__, False))
    OPERATORS[_function.__name__] = _function


def is_symbolic(value: Any) -> bool:
    """Whether a value is a symbolic tensor.

    Example:
      >>> import kerax
      >>> kerax.state.is_symbolic(kerax.Input((2,)))
      True
    """
    return isinstance(value, SymbolicTensor)


def symbolic_leaves(tree: Any) -> list[SymbolicTensor]:
    """The symbolic tensors in a nested structure, in order."""
    return [leaf for leaf in jax.tree.leaves(tree, is_leaf=is_symbolic) if isinstance(leaf, SymbolicTensor)]


def record(operation: Callable, *args: Any, name: str | None = None, **kwargs: Any) -> Any:
    """Records a call of a pure function on symbolic tensors.

    Args:
      operation: function of arrays.
      *args: its arguments, symbolic tensors anywhere inside.
      name: the operation's name; the function's own by default.
      **kwargs: its keyword arguments.

    Returns:
      Symbolic tensors in the structure that the function returns.
    """
    name = name or getattr(operation, "__name__", "operation")
    if any(leaf.recipe is not None for leaf in symbolic_leaves((args, kwargs))):
        operation, sources = inlined(operation, args, kwargs)
        args, kwargs = tuple(sources), {}
    spec = infer(operation, args, kwargs, name, by_trial=True)
    return attach(operation, args, kwargs, spec, name)


def inlined(operation: Callable, args: Any, kwargs: Any) -> tuple[Callable, list[SymbolicTensor]]:
    """An operation on sizes as one on the tensors whose sizes they are.

    Returns:
      ``function of arrays``, and the symbolic tensors in whose places it wants them.
    """
    leaves, treedef = jax.tree.flatten((args, kwargs), is_leaf=is_symbolic)
    sources: dict[int, SymbolicTensor] = {}
    for leaf in leaves:
        if isinstance(leaf, SymbolicTensor):
            for one in leaf.recipe[1] if leaf.recipe else [leaf]:
                sources[id(one)] = one

    def run(*arrays: Any) -> Any:
        given = dict(zip(sources, arrays, strict=True))

        def fill(leaf: Any) -> Any:
            if not isinstance(leaf, SymbolicTensor):
                return leaf
            if leaf.recipe is None:
                return given[id(leaf)]
            return leaf.recipe[0](*[given[id(one)] for one in leaf.recipe[1]])

        call_args, call_kwargs = jax.tree.unflatten(treedef, [fill(leaf) for leaf in leaves])
        return operation(*call_args, **call_kwargs)

    return run, list(sources.values())


def attach(operation: Any, args: tuple, kwargs: dict, spec: Any, name: str) -> Any:
    """Makes the output tensors of an operation from their specs and notes the node that produces them."""
    count = itertools.count()
    outputs = jax.tree.map(lambda s: SymbolicTensor(s, name=f"{name}_out{next(count)}"), spec)
    node = Node(operation, args, kwargs, outputs, name)
    for tensor in symbolic_leaves(outputs):
        tensor.node = node
    return outputs


class Sandbox(Scope):
    """A scope that takes every write, so that inference leaves all variables as they are."""

    __slots__ = ()

    def owner_of(self, variable: Any, writing: bool = False) -> Scope | None:
        if not writing and variable.waits and id(variable) not in self.values:
            self.values[id(variable)] = jnp.zeros(variable.shape, variable.dtype)  # in a trace: it takes no memory
        return self if writing else super().owner_of(variable)


def infer(
    function: Callable, args: tuple, kwargs: dict, name: str, by_trial: bool = False, mask_ranks: list | None = None
) -> Any:
    """The specs that a function returns for symbolic arguments, exactly, without computing anything.

    One ``jax.eval_shape`` with symbolic sizes. Where Python code compares an unknown size, or sizes of unlike origin
    meet, the
    function is inferred twice with different known sizes instead, and a size that differs between the two is unknown.
    ``by_trial`` goes on and looks for sizes that fit (`shapes_by_trial`), which is meant for single operations.
    Arguments that come with a mask have one meanwhile; ``mask_ranks`` gets the numbers of axes of the results' masks.

    Raises:
      ValueError: naming the operation and its input shapes, if the function fails for these shapes.
    """
    leaves, treedef = jax.tree.flatten((args, kwargs), is_leaf=is_symbolic)
    places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, SymbolicTensor)]
    specs = [leaves[i].spec for i in places]

    foreign = [True]

    def run(*arrays: Any) -> Any:
        filled = list(leaves)
        for place, array in zip(places, arrays, strict=True):
            filled[place] = array
        call_args, call_kwargs = jax.tree.unflatten(treedef, filled)
        try:
            with Sandbox(key=jax.random.key(0)):
                for place, array in zip(places, arrays, strict=True):
                    if leaves[place].mask_rank is not None:
                        set_mask(array, jnp.ones(array.shape[: leaves[place].mask_rank], bool))
                found = function(*call_args, **call_kwargs)
                if mask_ranks is not None:
                    mask_ranks[:] = [getattr(get_mask(one), "ndim", None) for one in jax.tree.leaves(found)]
                return found
        except Exception as error:
            foreign[:] = [from_library(error)]
            raise

    try:
        return traced(lambda: jax.eval_shape(run, *specs))
    except Exception as error:  # inconclusive comparison, or a true shape error: known sizes tell which
        symbolic_error, said = error, isinstance(error, ValueError) and not foreign[0]
    if any(not isinstance(size, int) for spec in specs for size in spec.shape):
        try:
            small, large = (jax.eval_shape(run, *[_with_sizes(s, size) for s in specs]) for size in _TRIAL_SIZES)
        except Exception as error:
            symbolic_error = symbolic_error if said else error  # what kerax said itself has no numbers of trials
        else:
            return jax.tree.map(_merge_specs, small, large)
        if by_trial:
            others = {size for leaf in leaves for size in _sizes_of(leaf)}
            found = shapes_by_trial(lambda known: jax.eval_shape(run, *known), specs, unknown_size, others)
            if found is not None:
                return found
    if not foreign[0]:
        raise symbolic_error
    if isinstance(symbolic_error, TRACE_FAILURES):
        raise explain_trace_failure(symbolic_error, name) from symbolic_error
    shapes = ", ".join(str(leaves[i].shape) for i in places)
    message = f"{name} cannot be applied to inputs of shape {shapes}: {first_line(symbolic_error)}"
    raise ValueError(message) from symbolic_error


def _sizes_of(leaf: Any) -> tuple[int, ...]:
    return (
        () if isinstance(leaf, SymbolicTensor) else tuple(getattr(leaf, "_shape", getattr(leaf, "shape", None)) or ())
    )


def _with_sizes(spec: jax.ShapeDtypeStruct, base: int) -> jax.ShapeDtypeStruct:
    sizes = tuple(s if isinstance(s, int) else base + _TRIAL_STEP * axis * base for axis, s in enumerate(spec.shape))
    return jax.ShapeDtypeStruct(sizes, spec.dtype)


def _merge_specs(small: Any, large: Any) -> jax.ShapeDtypeStruct:
    pairs = zip(small.shape, large.shape, strict=True)
    return jax.ShapeDtypeStruct(
        tuple(a if a == b else unknown_size(axis) for axis, (a, b) in enumerate(pairs)), small.dtype
    )
