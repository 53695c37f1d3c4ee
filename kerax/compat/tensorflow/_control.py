"""Control flow as functions, calls of Python, printing, scopes."""

from __future__ import annotations

import builtins
import contextlib
import functools
import importlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, has_symbolic, op, static, tensor
from kerax.compat.tensorflow._dtypes import LABELS, as_dtype
from kerax.compat.tensorflow._edges import ENCODERS, graph_mode, unwrap, wrap
from kerax.compat.tensorflow._nest import flatten
from kerax.compat.tensorflow._tensor import Tensor
from kerax.function.lifting import outside_functions
from kerax.jax_compat import in_trace, is_tracer
from kerax.state import Variable, naming
from kerax.state.symbolic import SymbolicTensor

_tuple = builtins.tuple


def _is_traced(value: Any) -> bool:
    raw = value._value if isinstance(value, Tensor) else value.value if hasattr(value, "value") else value
    return is_tracer(raw._value if isinstance(raw, Tensor) else raw)


def cond(pred: Any, true_fn: Callable | None = None, false_fn: Callable | None = None, name: str | None = None) -> Any:
    """What one of two functions returns."""
    if not callable(true_fn):
        raise TypeError("'true_fn' must be callable.")
    if not callable(false_fn):
        raise TypeError("'false_fn' must be callable.")
    if graph_mode() and not in_trace() and isinstance(pred, (SymbolicTensor, Variable)):
        from kerax.compat.tensorflow import _graph_flow

        return _graph_flow.cond(pred, true_fn, false_fn, name)
    return _cond(pred, true_fn, false_fn)


@op
def _cond(pred: Any, true_fn: Callable, false_fn: Callable) -> Any:
    if not _is_traced(pred):
        return true_fn() if bool(pred) else false_fn()
    from kerax.function.autograph.control_flow import staged_if

    kinds: list[list] = []
    branches = [functools.partial(_arrays_of, function, kinds) for function in (true_fn, false_fn)]
    return wrap(staged_if(pred, branches, "tf.cond"))


def _arrays_of(function: Callable, kinds: list[list] | None = None) -> Any:
    found = jax.tree.map(lambda one: array(one), unwrap(_converted(function)()))
    if kinds is not None:
        kinds.append([str(one.dtype) for one in jax.tree.leaves(found)])
        if kinds[0] != kinds[-1]:
            raise TypeError(
                "true_fn and false_fn of tf.cond must return equally many values of the same types: they returned "
                f"{', '.join(kinds[0]) or 'nothing'} and {', '.join(kinds[-1]) or 'nothing'}. Use tf.cast."
            )
    return found


def _converted(function: Callable) -> Callable:
    from kerax.function.autograph import convert

    return convert(function) if in_trace() else function


@op
def case(
    pred_fn_pairs: Any,
    default: Callable | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """What the function returns whose condition is the first to hold."""
    pairs = list(pred_fn_pairs.items()) if isinstance(pred_fn_pairs, dict) else list(pred_fn_pairs)
    if not pairs:
        if default is None:
            raise errors.InvalidArgumentError(None, None, "tf.case: no condition holds and there is no default.")
        return default()
    (test, function), *rest = pairs
    if not rest and default is None:
        return function()
    return cond(test, function, lambda: case(rest, default))


@op
def switch_case(branch_index: Any, branch_fns: Any, default: Callable | None = None, name: str = "switch_case") -> Any:
    """What the function of a number returns."""
    if isinstance(branch_fns, dict):
        table = dict(branch_fns)
    else:
        listed = list(branch_fns)
        table = dict(listed) if listed and isinstance(listed[0], _tuple) else dict(enumerate(listed))
    if not _is_traced(branch_index):
        last = table[max(table)]
        return table.get(int(branch_index), default or last)()
    numbers = sorted(table)
    functions = [functools.partial(_arrays_of, table[n]) for n in numbers]
    functions.append(functools.partial(_arrays_of, default or table[numbers[-1]]))
    index = array(branch_index)
    place = sum(jnp.where(index == n, i - len(numbers), 0) for i, n in enumerate(numbers)) + len(numbers)
    return wrap(jax.lax.switch(place, functions))


def while_loop(
    cond: Callable,
    body: Callable,
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: Any = None,
    name: str | None = None,
) -> Any:
    """Calls ``body`` on its own results as long as ``cond`` of them holds."""
    if graph_mode() and not in_trace():
        from kerax.compat.tensorflow._graph_loops import while_loop as noted_loop

        return noted_loop(cond, body, loop_vars, maximum_iterations, name, shape_invariants)
    state = jax.tree.map(_as_tensor, loop_vars, is_leaf=lambda x: isinstance(x, Tensor))
    limit = None if maximum_iterations is None else int(static(tensor(maximum_iterations), "maximum_iterations"))
    if not in_trace():
        count = 0
        while bool(cond(*state)) and (limit is None or count < limit):
            new = body(*state)  # what comes of it is a list or a tuple as the body's result is
            state = _like(new, new if isinstance(new, (list, _tuple)) else state)
            count += 1
        return state
    test, step = _converted(cond), _converted(body)

    def going(carry: Any) -> Any:
        count, values = carry
        more = array(test(*values)).reshape(()).astype(bool)
        return more if limit is None else jnp.logical_and(more, count < limit)

    def run(carry: Any) -> Any:
        count, values = carry
        new = _like(step(*values), values)
        _check_sizes(values, new)
        return count + 1, jax.tree.map(lambda a, b: a.astype(b.dtype), new, values)

    return jax.lax.while_loop(going, run, (jnp.int32(0), state))[1]


def _check_sizes(old: Any, new: Any) -> None:
    before, after = _leaves(old), _leaves(new)
    for place, (one, two) in enumerate(zip(before, after)):
        if one.shape != two.shape:
            raise ValueError(
                f"tf.while_loop: loop variable {place} enters the loop with shape {one.shape}, but has shape "
                f"{two.shape} after one iteration. In a compiled function shapes stay what they are, also with "
                "shape_invariants: write rows into a tf.TensorArray, or use the loop outside of tf.function."
            )


def _as_tensor(value: Any) -> Any:
    return value if isinstance(value, Tensor) else tensor(value)


def _like(new: Any, old: Any) -> Any:
    if not isinstance(new, (list, _tuple)):
        new = (new,)
    kind = type(old) if isinstance(old, (list, _tuple)) and not hasattr(old, "_fields") else list
    return kind(jax.tree.map(_as_tensor, one, is_leaf=lambda x: isinstance(x, Tensor)) for one in new)


def _rows(elems: Any) -> Any:
    return jax.tree.map(_as_tensor, elems, is_leaf=lambda x: isinstance(x, (Tensor, np.ndarray, list)))


def _leaves(tree: Any) -> list:
    return jax.tree.leaves(tree, is_leaf=lambda x: isinstance(x, Tensor))


def map_fn(
    fn: Callable,
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """A function of each row, the results stacked."""
    from kerax.compat.tensorflow._composite import is_composite
    from kerax.compat.tensorflow._joining import stack

    if _is_noted() and has_symbolic([*_all_of(elems)]):
        return importlib.import_module(_ROWS).map_rows(fn, elems)
    made_of_parts = any(hasattr(one, "_component_specs") for one in flatten(fn_output_signature))
    if made_of_parts or any(one.__class__ in ENCODERS for one in flatten(elems)):
        from kerax.compat.tensorflow._extension_elements import packed, unpacked

        inner, elems = fn, packed(elems, sliced=True)
        signature = None if made_of_parts else fn_output_signature or dtype
        found = map_fn(lambda rows: packed(inner(unpacked(rows))), elems, fn_output_signature=signature)
        return unpacked(found)
    if is_composite(elems):
        from kerax.compat.tensorflow._ragged_ops import map_rows

        return map_rows(fn, elems)
    elems = _rows(elems)
    count = _leaves(elems)[0]._value.shape[0]
    traced = any(is_tracer(leaf._value) for leaf in _leaves(elems))
    if traced and not isinstance(count, int) or (traced and count > 16):
        result = jax.lax.map(lambda rows: unwrap(_converted(fn)(rows)), elems)
        return _labelled(wrap(result), fn_output_signature or dtype)
    results = []
    for i in builtins.range(count):
        row = jax.tree.map(lambda leaf, i=i: leaf[i], elems, is_leaf=lambda x: isinstance(x, Tensor))
        results.append(_converted(fn)(row))
    if any(is_composite(one) or _uneven(results) for one in results[:1]):
        from kerax.compat.tensorflow._ragged_ops import stack_rows

        return stack_rows(results)
    return jax.tree.map(lambda *parts: stack(list(parts)), *results, is_leaf=lambda x: isinstance(x, Tensor))


_ROWS = "kerax.compat.tensorflow._graph_rows"


def _is_noted() -> bool:
    """Whether a graph of TensorFlow 1 is being noted down."""
    return graph_mode() and not in_trace()


def _all_of(elems: Any) -> list:
    return jax.tree.leaves(elems, is_leaf=lambda one: isinstance(one, (Tensor, SymbolicTensor)))


def _uneven(results: list) -> bool:
    return isinstance(results[0], Tensor) and len({tensor(one)._value.shape for one in results}) > 1


def _labelled(tree: Any, signature: Any) -> Any:
    if signature is None:
        return tree
    kinds = jax.tree.leaves(signature, is_leaf=lambda x: hasattr(x, "dtype") or hasattr(x, "as_numpy_dtype"))
    leaves, treedef = jax.tree.flatten(tree, is_leaf=lambda x: isinstance(x, Tensor))
    named = [
        as_dtype(getattr(kind, "dtype", kind) if not hasattr(kind, "as_numpy_dtype") else kind).name for kind in kinds
    ]
    return jax.tree.unflatten(
        treedef, [Tensor(leaf._value, name if name in LABELS else leaf._label) for leaf, name in zip(leaves, named)]
    )


def vectorized_map(fn: Callable, elems: Any, fallback_to_while_loop: bool = True, warn: bool = True) -> Any:
    """A function of each row, all at once."""
    elems = _rows(elems)
    return wrap(jax.vmap(lambda rows: unwrap(fn(rows)))(elems))


def scan(
    fn: Callable,
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """Folds rows into one and keeps every state."""
    if _is_noted():
        return importlib.import_module(_ROWS).scan_rows(fn, elems, initializer, reverse)
    elems = _rows(elems)
    if reverse:
        elems = jax.tree.map(lambda leaf: leaf[::-1], elems, is_leaf=lambda x: isinstance(x, Tensor))
    if initializer is None:
        first = jax.tree.map(lambda leaf: leaf[0], elems, is_leaf=lambda x: isinstance(x, Tensor))
        rest = jax.tree.map(lambda leaf: leaf[1:], elems, is_leaf=lambda x: isinstance(x, Tensor))
    else:
        first, rest = _rows(initializer), elems

    def step(state: Any, row: Any) -> Any:
        new = _rows(fn(state, row))
        new = jax.tree.map(lambda a, b: a.astype(b.dtype), new, state)
        return new, new

    states: Any = jax.lax.scan(step, first, rest)[1]
    if initializer is None:
        states = jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), first, states)
    if reverse:
        states = jax.tree.map(lambda leaf: leaf[::-1], states, is_leaf=lambda x: isinstance(x, Tensor))
    return states


def foldl(fn: Callable, elems: Any, initializer: Any = None, **options: Any) -> Any:
    """Folds rows into one, from the first to the last."""
    if _is_noted():
        return importlib.import_module(_ROWS).fold_rows(fn, elems, initializer)
    elems = _rows(elems)
    count = _leaves(elems)[0]._value.shape[0]
    rows = [
        jax.tree.map(lambda leaf, i=i: leaf[i], elems, is_leaf=lambda x: isinstance(x, Tensor))
        for i in builtins.range(count)
    ]
    state = rows.pop(0) if initializer is None else _rows(initializer)
    for row in rows:
        state = fn(state, row)
    return state


def foldr(fn: Callable, elems: Any, initializer: Any = None, **options: Any) -> Any:
    """Folds rows into one, from the last to the first."""
    if _is_noted():
        return importlib.import_module(_ROWS).fold_rows(fn, elems, initializer, True)
    backwards = jax.tree.map(lambda leaf: leaf[::-1], _rows(elems), is_leaf=lambda x: isinstance(x, Tensor))
    return foldl(fn, backwards, initializer)


# ---- scopes and what needs nothing here --------------------------------------------------------------------------
def executing_eagerly() -> bool:
    """Whether operations are computed at once: not inside tf.function."""
    return not in_trace()


def inside_function() -> bool:
    """Whether a ``tf.function`` is being traced."""
    return in_trace()


@contextlib.contextmanager
def init_scope() -> Iterator[None]:
    """Computes at once, also inside tf.function."""
    with outside_functions():
        yield


class name_scope:
    """Puts a name before the names of variables made inside."""

    def __init__(self, name: str | None = None, default_name: str | None = None, values: Any = None):
        self.name = name or default_name or ""
        self._inner: Any = None

    def __enter__(self) -> str:
        stack = contextlib.ExitStack()
        parts = [part for part in self.name.split("/") if part]
        for part in parts:
            stack.enter_context(naming.name_scope(part))
        self._inner = stack
        return "/".join(parts) + "/" if parts else ""

    def __exit__(self, *error: Any) -> None:
        self._inner.close()

    def __call__(self, function: Callable) -> Callable:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with name_scope(self.name):
                return function(*args, **kwargs)

        return call


def get_current_name_scope() -> str:
    """The open name scopes."""
    return naming.scoped_path("").rstrip("/")


@contextlib.contextmanager
def control_dependencies(control_inputs: Any) -> Iterator[None]:
    """Nothing: operations run in the order in which they are written; in a graph what is noted down inside waits."""
    if not graph_mode():
        yield
        return
    from kerax.compat.tensorflow import _graph_flow

    with _graph_flow.dependencies(control_inputs):
        yield


class device:
    """Computes on a device: ``tf.device("/CPU:0")``."""

    def __init__(self, device_name: Any):
        self.name = device_name

    def __enter__(self) -> None:
        from kerax.compat.tensorflow._devices import place_of

        place = place_of(self.name)
        self._context = jax.default_device(place) if place is not None and not in_trace() else contextlib.nullcontext()
        self._context.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._context.__exit__(*error)


def group(*inputs: Any, **kwargs: Any) -> Any:
    """Nothing left to do: the operations have run; in a graph the operation that does them all."""
    if not graph_mode():
        return None
    from kerax.compat.tensorflow import _graph_flow

    return _graph_flow.group(inputs, kwargs.get("name"))


def no_op(name: str | None = None) -> Any:
    """Nothing."""
    return group(name=name or "NoOp")


def tuple(tensors: Any, control_inputs: Any = None, name: str | None = None) -> Any:
    """The tensors."""
    return tensors


def grad_pass_through(f: Callable) -> Callable:
    """The function, whose gradient is that of the identity."""
    from kerax.compat.tensorflow._gradients import custom_gradient

    @custom_gradient
    def call(*args: Any, **kwargs: Any) -> Any:
        return f(*args, **kwargs), lambda *upstream: upstream[0] if len(upstream) == 1 else upstream

    return call


def get_logger() -> logging.Logger:
    """The logger named tensorflow, whose level is kerax's too."""
    logger = logging.getLogger("tensorflow")
    logger.setLevel = _set_level  # type: ignore[method-assign, assignment]
    return logger


def _set_level(level: Any) -> None:
    for name in ("tensorflow", "kerax"):
        logging.Logger.setLevel(logging.getLogger(name), level)
