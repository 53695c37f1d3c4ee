"""Meanings of if, while and for where conditions, limits or data are traced."""

from __future__ import annotations

import contextlib
import contextvars
import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from kerax.function.autograph import returns
from kerax.function.autograph.operators import Range, as_condition, is_traced, negated, outward, plain
from kerax.function.tensor_array import TensorArray
from kerax.jax_compat import is_tracer
from kerax.state import RecordingScope, Variable
from kerax.state.trace_failures import UnknownSizeError
from kerax.tape.values import is_wrapper
from kerax.tree import in_order, order_of

_HELPERS = ("retval_", "do_return", "break_", "continue_")  # of the conversion: may be unset before a loop
_UNROLLED = 16  # loops over another namespace's tensors, whose numbers are known, are staged beyond so many rounds
# A loop that may end early runs as a scan up to so many rounds, those after its end doing nothing: XLA's `while`, which
# stops there, has no gradient.
_ROUNDS_WITH_GRADIENT = 1024
_NUMBERS = (bool, int, float, complex, np.ndarray, np.generic, jax.Array)
# Lists of the code around a staged block; appending to one there would keep a value that has no numbers.
_guarded: contextvars.ContextVar[frozenset[int]] = contextvars.ContextVar("kerax_guarded_lists", default=frozenset())


class HalfSetError(UnboundLocalError, ValueError):
    """A name is used after an `if` that sets it in one of its branches only; TensorFlow raises a ValueError."""


class ListChangedError(TypeError):
    """A list from outside is changed inside a staged block."""


def check_list(target: list, method: str) -> None:
    """Refuses to change a list of the code around a staged block."""
    if id(target) in _guarded.get() and method in ("append", "extend", "insert", "pop", "remove", "clear"):
        raise ListChangedError(
            f"A list is changed ({method}) inside an `if` or a loop that runs in the compiled program. Lists have no "
            "changing length there: use kerax.TensorArray, or a loop whose length is known."
        )


@contextlib.contextmanager
def _guarding(*functions: Any) -> Iterator[None]:
    found = set(_guarded.get())
    for function in functions:
        for cell in getattr(getattr(function, "func", function), "__closure__", None) or ():
            with contextlib.suppress(ValueError):  # an empty cell
                if isinstance(cell.cell_contents, list):
                    found.add(id(cell.cell_contents))
    token = _guarded.set(frozenset(found))
    try:
        yield
    finally:
        _guarded.reset(token)


class _BlockScope(RecordingScope):
    """The scope of a staged block: takes over the variables it writes, and gives each round its own noise."""

    __slots__ = ("round",)

    def __init__(self, number: Any = None, values: dict[int, Any] | None = None):
        self.round = number
        super().__init__(values or {}, None)

    @property
    def key(self) -> Any:  # type: ignore[override]
        if self.round is None or self._parent is None:
            return None
        try:
            return jax.random.fold_in(self._parent.next_key("loop"), self.round)
        except ValueError:  # nobody gave a key
            return None

    @key.setter
    def key(self, value: Any) -> None:
        pass


def _undefined(value: Any) -> bool:
    return type(value).__name__ in ("Undefined", "UndefinedReturnValue")


def _half_set(undefined: Any, name: str, branch: str) -> Any:
    """The mark of a name without a value, which says why it has none to whoever uses it."""
    if type(undefined).__name__ != "Undefined":
        return undefined  # the mark of a missing `return`

    def read(self: Any) -> Any:
        raise HalfSetError(
            f"{name!r} is used after an `if` on an array that does not set it in its {branch} branch. The compiled "
            f"program computes both branches: set {name!r} in both, or before the `if`."
        )

    return type("Undefined", (type(undefined),), {"read": read, "__slots__": ()})(name)


def _is_leaf(value: Any) -> bool:
    return isinstance(value, Variable)


def _staged(value: Any) -> bool:
    """Whether a value is carried as arrays."""
    if _undefined(value) or isinstance(value, Variable):
        return False
    leaves = jax.tree.leaves(value, is_leaf=_is_leaf)
    if any(isinstance(leaf, np.ndarray) and leaf.dtype.kind in "OUS" for leaf in leaves):
        return False  # strings stay on the host
    return (bool(leaves) or isinstance(value, TensorArray)) and all(isinstance(leaf, _NUMBERS) for leaf in leaves)


def _arrays(value: Any) -> Any:
    return jax.tree.map(
        lambda leaf: leaf if is_wrapper(leaf) else outward(jnp.asarray(leaf)), value, is_leaf=is_wrapper
    )


def _to_common(value: Any, like: Any, name: str, where: str) -> Any:
    """A value in the dtypes of the structure it must have."""
    if jax.tree.structure(value) != jax.tree.structure(like):
        raise TypeError(f"{name!r} has another structure after {where} than before or in the other branch.")
    return jax.tree.map(lambda v, s: jnp.asarray(v).astype(s.dtype), value, like)


def _common(a: Any, b: Any, name: str, where: str, error: type[ValueError] = ValueError) -> Any:
    """The structure that holds both values: shapes must agree, dtypes are promoted."""
    if jax.tree.structure(a) != jax.tree.structure(b):
        raise TypeError(f"{name!r} has different structures in the branches of {where}: make them alike.")

    def one(x: Any, y: Any) -> Any:
        if x.shape != y.shape:
            called = "What is returned" if name.startswith("retval_") else repr(name)
            raise error(
                f"{called} has shape {tuple(x.shape)} in one case of {where} and {tuple(y.shape)} in another; XLA "
                "needs one shape. Make them alike: pad the smaller one, broadcast, or return both and a number that "
                "says which counts."
            )
        if x.dtype == y.dtype:
            return jax.ShapeDtypeStruct(x.shape, x.dtype)
        return jax.ShapeDtypeStruct(x.shape, jnp.promote_types(x.dtype, y.dtype))

    return jax.tree.map(one, a, b)


# ---- if -------------------------------------------------------------------------------------------------------------
def if_stmt(
    cond: Any, body: Callable, orelse: Callable, get_state: Any, set_state: Any, symbol_names: Any, nouts: int
) -> None:
    """``if cond: body() else: orelse()``."""
    if not is_traced(cond):
        body() if cond else orelse()
        return
    initial = get_state()
    names = symbol_names[:nouts]
    kept: list[list] = []
    orders: list[list] = []  # of the entries of dicts, which JAX sorts
    returning = returns.place_in(names)
    known: list[str | None] = [None, None]  # whether each branch returns
    unless = negated(cond)

    def branch(run: Callable, number: int) -> Callable:
        def outputs() -> list:
            set_state(initial)
            run()
            values = get_state()[:nouts]
            if returning is not None:
                done = values[returning]
                same = number == 1 and unless is not None and plain(done) is unless  # `if not do_return: ...`
                known[number] = returns.SURE if same else returns.state_of(done)
            kept.append([None if _staged(v) else v for v in values])
            orders.append([order_of(v) if _staged(v) else None for v in values])
            return [_arrays(v) if _staged(v) else None for v in values]

        return outputs

    try:
        with _guarding(body, orelse):
            results = staged_if(cond, (branch(body, 0), branch(orelse, 1)), "`if`", names)
    finally:
        set_state(initial)
    if returning is not None and results[returning] is not None:
        returns.note(results[returning], known)
    one, two = kept[0], kept[1]
    values = []
    for name, array, a, b, order in zip(names, results, one, two, orders[0], strict=True):
        if array is not None:
            values.append(in_order(array, order))
        elif a is b or (not _undefined(a) and not _undefined(b) and a == b):
            values.append(a)
        elif _undefined(a) or _undefined(b):
            values.append(_half_set(a, name, "first") if _undefined(a) else _half_set(b, name, "`else`"))
        else:
            called = "What is returned" if name.startswith("retval_") else repr(name)
            raise TypeError(
                f"{called} is {a!r} in one branch of an `if` on an array and {b!r} in the other; only arrays and "
                "numbers can differ."
            )
    set_state((*values, *initial[nouts:]))


def staged_if(cond: Any, branches: Sequence[Callable], where: str, names: Sequence[str] = ("value",)) -> Any:
    """Runs one of two functions by a traced condition; variables that they write are threaded through."""
    shapes, written = [], {}
    for branch in branches:
        scope = _BlockScope()

        def probe(branch: Callable = branch, scope: Any = scope) -> Any:
            with scope:
                out = branch()
            return jax.tree.map(lambda leaf: jnp.asarray(plain(leaf)), out)

        shapes.append(jax.eval_shape(probe))
        written.update({id(v): v for v in scope.written})
    variables = list(written.values())
    if isinstance(shapes[0], list):
        wanted = []
        for name, a, b in zip(names, *shapes, strict=True):
            if (a is None) != (b is None):
                if any(name.startswith(helper) for helper in _HELPERS):
                    wanted.append(a if b is None else b)
                else:
                    wanted.append(None)
            else:
                wanted.append(None if a is None else _common(a, b, name, where, UnknownSizeError))
    else:
        wanted = _common(shapes[0], shapes[1], names[0], where, UnknownSizeError)

    def staged(branch: Callable) -> Callable:
        def run() -> tuple:
            with _BlockScope(values={id(v): v.read() for v in variables}) as scope:
                out = branch()
                if isinstance(wanted, list):
                    out = [_fitted(v, w) for v, w in zip(out, wanted, strict=True)]
                else:
                    out = jax.tree.map(lambda v, w: jnp.asarray(plain(v)).astype(w.dtype), out, wanted)
                return out, [scope.values[id(v)] for v in variables]

        return run

    out, values = lax.cond(as_condition(cond, where), staged(branches[0]), staged(branches[1]))
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return out


def _fitted(value: Any, wanted: Any) -> Any:
    if wanted is None:
        return None
    if value is None:  # a helper that this branch does not set: never looked at
        return jax.tree.map(lambda w: jnp.zeros(w.shape, w.dtype), wanted)
    return jax.tree.map(lambda v, w: jnp.asarray(v).astype(w.dtype), value, wanted)


# ---- loops ----------------------------------------------------------------------------------------------------------
class _Loop:
    """The state of a staged loop: which of its variables are carried as arrays, and in what form."""

    def __init__(self, body: Callable, get_state: Any, set_state: Any, names: Any, where: str):
        self.body, self.get_state, self.set_state, self.names, self.where = body, get_state, set_state, names, where
        self.initial = get_state()
        self.variables: list[Variable] = []
        self.orders: dict[int, Any] = {}  # of the entries of dicts, which JAX sorts
        self.start: dict[int, Any] = {i: _arrays(v) for i, v in enumerate(self.initial) if _staged(v)}
        self.orders.update({i: order_of(self.initial[i]) for i in self.start})
        self._settle()

    def _settle(self) -> None:
        """Finds, by tracing a round, the dtypes that hold, what is set in the loop first, and the variables written."""
        for _ in range(3):
            scope = _BlockScope(np.uint32(0))

            def probe(carry: dict, scope: Any = scope) -> dict:
                with scope:
                    return self._round(carry, {})

            after = jax.eval_shape(probe, self.start)
            self.variables = list({id(v): v for v in [*self.variables, *scope.written]}.values())
            changed = False
            for i, shape in after.items():
                name, value = self.names[i], self.start.get(i)
                if value is None:
                    if not _undefined(self.initial[i]) and not any(name.startswith(helper) for helper in _HELPERS):
                        continue
                    # It is looked at after the loop, or by the next round; a loop of no rounds leaves zeros.
                    self.start[i] = jax.tree.map(lambda s: jnp.zeros(s.shape, s.dtype), shape)
                    changed = True
                elif isinstance(value, TensorArray) and isinstance(shape, TensorArray) and value.buffer is None:
                    self.start[i] = jax.tree.map(lambda s: jnp.zeros(s.shape, s.dtype), shape)
                    changed = True
                else:
                    wanted = _common(jax.eval_shape(lambda v=value: v), shape, name, self.where)
                    fitted = _to_common(value, wanted, name, self.where)
                    changed |= [v.dtype for v in jax.tree.leaves(fitted)] != [v.dtype for v in jax.tree.leaves(value)]
                    self.start[i] = fitted
            if not changed:
                return

    def put(self, carry: dict) -> None:
        values = list(self.initial)
        for i, value in carry.items():
            values[i] = in_order(value, self.orders.get(i))
        self.set_state(tuple(values))

    def _round(self, carry: dict, like: dict, item: tuple = ()) -> dict:
        self.put(carry)
        self.body(*item)
        state = self.get_state()
        found = {}
        for i, value in enumerate(state):
            if _staged(value):
                self.orders.setdefault(i, order_of(value))
                found[i] = _arrays(value)
            elif i in carry:
                raise TypeError(f"{self.names[i]!r} is an array before {self.where} and {value!r} after a round of it.")
            elif not _undefined(value) and value is not self.initial[i] and not isinstance(value, Variable):
                raise TypeError(
                    f"{self.names[i]!r} becomes {value!r} in {self.where} over arrays; only arrays and numbers can "
                    "change in one."
                )
        return found

    def step(self, carry: tuple, number: Any, item: tuple = ()) -> tuple:
        """One round: ``(arrays, variables' values) -> the same``."""
        arrays, values = carry
        with _BlockScope(number, {id(v): a for v, a in zip(self.variables, values, strict=True)}) as scope:
            after = self._round(arrays, self.start, item)
            fitted = {
                i: _to_common(after.get(i, arrays[i]), self.start[i], self.names[i], self.where) for i in self.start
            }
            return fitted, [scope.values[id(v)] for v in self.variables]

    def test(self, carry: tuple, test: Callable) -> Any:
        arrays, values = carry
        with _BlockScope(None, {id(v): a for v, a in zip(self.variables, values, strict=True)}):
            self.put(arrays)
            return as_condition(test(), self.where)

    def first(self) -> tuple:
        return self.start, [variable.read() for variable in self.variables]

    def finish(self, carry: tuple) -> None:
        self.put(carry[0])
        for variable, value in zip(self.variables, carry[1], strict=True):
            variable.assign(value)


def while_stmt(test: Callable, body: Callable, get_state: Any, set_state: Any, symbol_names: Any, opts: Any) -> None:
    """``while test(): body()``."""
    for count in itertools.count():
        condition = test()
        if is_traced(condition) or (count >= _UNROLLED and is_wrapper(condition)):
            break
        if not condition:
            return
        body()
    initial = get_state()
    try:
        with _guarding(body, test):
            loop = _Loop(body, get_state, set_state, symbol_names, "a `while` loop")
            first = (jnp.uint32(0), loop.first())
            _, carry = lax.while_loop(
                lambda c: loop.test(c[1], test), lambda c: (c[0] + 1, loop.step(c[1], c[0])), first
            )
    except BaseException:
        set_state(initial)
        raise
    loop.finish(carry)


def for_stmt(
    iter_: Any, extra_test: Any, body: Callable, get_state: Any, set_state: Any, symbol_names: Any, opts: Any
) -> None:
    """``for item in iter_: body(item)``, while ``extra_test()`` holds where there is one."""
    data = plain(iter_)
    if isinstance(data, range) and extra_test is not None:
        rest = _run_range(data, extra_test, body)
        if not rest:
            return
        data = Range(rest.start, rest.stop, rest.step)
    many = data is not iter_ and not isinstance(iter_, Variable) and getattr(data, "ndim", 0)
    many = many and (len(data) > _UNROLLED or extra_test is not None)
    if not (isinstance(data, Range) or is_tracer(data) or many):
        _python_for(iter_, extra_test, body, get_state, set_state, symbol_names)
        return
    if isinstance(data, Range):
        count, item = data.rounds if data.rounds is not None else data.count, data.at
    else:
        if data.ndim == 0:
            raise TypeError("A `for` loop runs over the rows of an array, and a scalar has none.")
        count = data.shape[0]
        if count == 0:
            return

        def item(i: Any) -> Any:
            return lax.dynamic_index_in_dim(data, i, keepdims=False)

    def run(i: Any = 0) -> None:
        body(outward(item(i)))

    initial = get_state()
    try:
        with _guarding(body):
            loop = _Loop(run, get_state, set_state, symbol_names, "a `for` loop")
            if extra_test is None and isinstance(count, int):
                numbers = jnp.arange(count, dtype=jnp.int32)
                carry, _ = lax.scan(lambda c, i: (loop.step(c, i, (i,)), None), loop.first(), numbers)
            elif isinstance(count, int) and count <= _ROUNDS_WITH_GRADIENT:

                def one(state: tuple, i: Any) -> tuple:
                    going = jnp.logical_and(state[0], loop.test(state[1], extra_test))
                    return (going, lax.cond(going, lambda c: loop.step(c, i, (i,)), lambda c: c, state[1])), None

                numbers = jnp.arange(count, dtype=jnp.int32)
                (_, carry), _ = lax.scan(one, (jnp.asarray(True), loop.first()), numbers)
            else:

                def more(state: tuple) -> Any:
                    going = state[0] < count
                    return going if extra_test is None else jnp.logical_and(going, loop.test(state[1], extra_test))

                first = (jnp.int32(0), loop.first())
                _, carry = lax.while_loop(more, lambda s: (s[0] + 1, loop.step(s[1], s[0], (s[0],))), first)
    except ListChangedError:
        set_state(initial)
        if not isinstance(count, int) or _guarded.get():
            raise
        rows = [item(i) for i in range(count)]
        _python_for(rows, extra_test, body, get_state, set_state, symbol_names)
        return
    except BaseException:
        set_state(initial)
        raise
    loop.finish(carry)
    returning = returns.place_in(symbol_names)
    if returning is not None:
        returns.note(get_state()[returning], [returns.MISSING])  # the loop may end without


def _run_range(numbers: range, extra_test: Callable, body: Callable) -> range:
    """Runs rounds until one depends on an array whether there is a next; returns the numbers of the rounds left."""
    for place, number in enumerate(numbers):
        going = extra_test()
        if is_traced(going):
            return numbers[place:]
        if not going:
            break
        body(number)
    return range(0)


def _python_for(
    iterable: Any, extra_test: Any, body: Callable, get_state: Any, set_state: Any, symbol_names: Any
) -> None:
    rounds = 0
    for one in iterable:
        going = True if extra_test is None else extra_test()
        if is_traced(going):  # an array decides whether the loop has ended: from here on each round is an `if`
            rounds += 1
            if rounds > _ROUNDS_WITH_GRADIENT:
                raise TypeError(
                    f"A loop over a Python sequence, which an array may end, has more than {_ROUNDS_WITH_GRADIENT} "
                    "rounds, and each would be a part of the program. Loop over an array instead (jnp.arange(n) for "
                    "range(n)), which runs in the compiled program."
                )
            if_stmt(
                going,
                functools.partial(body, one),
                lambda: None,
                get_state,
                set_state,
                symbol_names,
                len(symbol_names),
            )
        elif going:
            body(one)
        else:
            break
