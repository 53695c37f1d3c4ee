"""function: Python code on arrays and variables, compiled by XLA."""

from __future__ import annotations

import contextlib
import functools
import types
import weakref
from collections import Counter
from collections.abc import Callable
from typing import Any

import jax

from kerax.function import autograph as autographs
from kerax.function.arguments import (
    Arguments,
    any_size,
    apply_signature,
    counted_key,
    is_open,
    is_spec,
    kind_of,
    names_of,
    parameters_of,
    take_apart,
)
from kerax.function.concrete import ConcreteFunction
from kerax.function.failures import explain, note_line, traced_values_around, warn_of_leaks
from kerax.function.lifting import training_around
from kerax.function.open_concrete import OpenConcreteFunction
from kerax.function.retracing import RetraceWatch
from kerax.function.side_effects import without_side_effects
from kerax.settings import functions_run_eagerly
from kerax.state.symbolic import symbolic_leaves
from kerax.state.trace_failures import TRACE_FAILURES, traced
from kerax.state.variable import compute_dtype_of_reads
from kerax.tracebacks import shorten
from kerax.tree import order_of

_ACCEPTED = (
    "experimental_implements",
    "experimental_autograph_options",
    "experimental_attributes",
    "experimental_follow_type_hints",
    "experimental_compile",
)


class Function:
    """A Python function that is traced once for every kind of arguments and then runs compiled.

    ``kerax.function`` makes it; its arguments are described there.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> square = kerax.function(lambda x: x * x)
      >>> float(square(jnp.asarray(3.0))), square.experimental_get_tracing_count()
      (9.0, 1)
    """

    def __init__(
        self,
        function: Callable,
        input_signature: Any,
        autograph: bool,
        name: str | None,
        reduce_retracing: bool = False,
    ):
        self.python_function = function
        self.input_signature = None if input_signature is None else tuple(input_signature)
        self.name = name or getattr(function, "__name__", type(function).__name__)
        self._autograph = autograph
        self._converted: Callable | None = None
        self._programs: dict[Any, ConcreteFunction] = {}
        self._reduce_retracing = bool(reduce_retracing)
        self._kinds: Counter[tuple] = Counter()  # how often arguments of a kind, whatever their sizes, were traced
        self._open: set[tuple] = set()  # kinds of which all sizes count as one trace
        self._done: set[tuple] = set()  # what has been traced, as it is counted
        self._references: dict[Any, list] = {}  # to the objects that programs are for
        self._traces = 0
        self._watch = RetraceWatch(self.name, function)
        self._bound: dict[int, tuple[Any, Function]] = {}
        functools.update_wrapper(self, function, updated=())

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method: each object has programs of its own."""
        if instance is None:
            return self
        known = self._bound.get(id(instance))
        if known is not None and known[0]() is instance:
            return known[1]
        inner = _WeakMethod(self.python_function, instance)
        bound = type(self)(inner, self.input_signature, self._autograph, self.name, self._reduce_retracing)
        number = id(instance)
        table = self._bound
        table[number] = (weakref.ref(instance, lambda _: table.pop(number, None)), bound)
        return bound

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the function: traced and compiled at the first call for a kind of arguments."""
        try:
            return self._call(args, kwargs)
        except Exception as error:
            shorten(error)
            raise

    def _call(self, args: tuple, kwargs: dict) -> Any:
        if functions_run_eagerly() or symbolic_leaves((args, kwargs)):
            return self.python_function(*args, **kwargs)
        if self.input_signature is not None:
            args, kwargs = self._fitted(args, kwargs), {}
        arguments = take_apart(args, kwargs)
        key = (arguments.key, training_around(), compute_dtype_of_reads.get())
        concrete = self._programs.get(key)
        if concrete is None:
            concrete = self._trace(arguments._replace(order=order_of((args, kwargs))), key)
        else:
            self._watch.hit()
        try:
            return concrete.call(arguments.arrays)
        except jax.errors.UnexpectedTracerError as error:
            self._programs.pop(key, None)
            raise explain(error, self.name, self._converted is not self.python_function) from error

    def _fitted(self, args: tuple, kwargs: dict) -> tuple:
        return apply_signature(self.python_function, self.input_signature, args, kwargs, self.name)

    def _trace(self, arguments: Arguments, key: Any) -> ConcreteFunction:
        if all(isinstance(size, int) for array in arguments.arrays for size in array.shape):  # else it is for a file
            self._watch.traced(names_of(self.python_function, arguments), arguments.key)
        if self._converted is None:
            self._converted = autographs.convert(self.python_function) if self._autograph else self.python_function
        first, before = not self._kinds, traced_values_around(self.python_function)
        counted, kind = (counted_key(arguments), *key[1:]), self._kind_of(arguments)
        again = counted in self._done or (kind in self._open and (kind,) in self._done)
        self._count(kind, counted in self._done)
        try:
            function = self._while_traced(self._converted)
            names = names_of(self.python_function, arguments)
            parameters = parameters_of(self.python_function)
            with without_side_effects(self.python_function) if again else contextlib.nullcontext():
                concrete = traced(
                    lambda: ConcreteFunction(function, arguments, training_around(), self.name, names, parameters)
                )
        except TRACE_FAILURES as error:
            raise explain(error, self.name, self._converted is not self.python_function) from error
        except Exception as error:
            if self._converted is not self.python_function:
                note_line(error, self.name)
            raise
        self._check_made(concrete, first)
        warn_of_leaks(self.python_function, self.name, before)
        if not concrete.only_once:
            self._programs[key] = concrete
            self._done |= {counted, (kind,)}
            self._forget_with(arguments.others(), key, counted, kind)
        return concrete

    def _forget_with(self, objects: list, key: Any, counted: tuple, kind: tuple) -> None:
        """Lets a program go with the first of the objects that it was traced for: no call can ask for it any more."""
        me = weakref.ref(self)

        def forget(_: Any) -> None:
            function = me()
            if function is None:
                return
            function._programs.pop(key, None)
            function._references.pop(key, None)
            function._done -= {counted, (kind,)}
            function._open.discard(kind)
            function._kinds.pop(kind, None)

        if objects:
            self._references[key] = [weakref.ref(one, forget) for one in objects]

    def _while_traced(self, function: Callable) -> Callable:
        """What is called while the function is traced: subclasses look at the arguments."""
        return function

    def _kind_of(self, arguments: Arguments) -> tuple:
        return () if self.input_signature is not None else kind_of(counted_key(arguments))

    def _count(self, kind: tuple, done: bool) -> None:
        """Counts a trace, unless it is another size, or another variable, of what counts as traced already."""
        self._kinds[kind] += 1
        if kind not in self._open and not done:
            self._traces += 1
            if self.input_signature is not None or (self._reduce_retracing and self._kinds[kind] > 1):
                self._open.add(kind)

    def _check_made(self, concrete: ConcreteFunction, first: bool) -> None:
        if not concrete.made:
            return
        forgotten = concrete.forgotten()
        if not first:
            raise ValueError(
                f"function {self.name}() created variables in a later call than its first. Create each variable once: "
                "in __init__, outside the function, or behind `if self.v is None`."
            )
        if forgotten:
            raise ValueError(
                f"function {self.name}() creates {', '.join(forgotten)} anew in every call. Create variables once and "
                "keep them: in __init__, outside the function, or as `if self.v is None: self.v = kerax.Variable(...)`."
            )

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> Any:
        """The program for arguments of a kind.

        Args:
          *args: arrays, or ``TensorSpec``s in their place; values of the other arguments.
          **kwargs: likewise.

        Returns:
          What a call with such arguments runs: a ``ConcreteFunction``; if sizes are open, an ``OpenConcreteFunction``.

        Raises:
          ValueError: if the function has yet to create variables whose first values are computed in it.
        """
        if self.input_signature is not None and not args and not kwargs:
            args = self.input_signature
        elif self.input_signature is not None:
            args, kwargs = self._fitted(args, kwargs), {}
        if any(is_open(leaf) for leaf in jax.tree.leaves((args, kwargs), is_leaf=is_spec)):
            return self._open_concrete(args, kwargs)
        found = self._program_for(args, kwargs)
        if found.only_once:
            raise ValueError(
                f"function {self.name}() computes the first values of variables that it creates: call it once before "
                "get_concrete_function()."
            )
        return found

    def _open_concrete(self, args: tuple, kwargs: dict) -> OpenConcreteFunction:
        some_sizes = jax.tree.map(
            lambda leaf: any_size(leaf) if is_spec(leaf) else leaf, (args, kwargs), is_leaf=is_spec
        )
        kind = kind_of(take_apart(*some_sizes).key)
        if kind not in self._open:
            self._open.add(kind)
            self._traces += 1
        parameters = parameters_of(self.python_function)
        return OpenConcreteFunction(self._program_for, args, kwargs, self.name, parameters)

    def _program_for(self, args: tuple, kwargs: dict) -> ConcreteFunction:
        arguments = take_apart(args, kwargs)
        key = (arguments.key, training_around(), compute_dtype_of_reads.get())
        return self._programs.get(key) or self._trace(arguments._replace(order=order_of((args, kwargs))), key)

    def experimental_get_tracing_count(self) -> int:
        """How often the function was traced."""
        return self._traces

    @property
    def function_spec(self) -> Any:
        """The input signature."""
        return self.input_signature

    def pretty_printed_concrete_signatures(self) -> str:
        """The kinds of arguments that programs exist for, and what they return."""
        return "\n\n".join(one.pretty_printed_signature() for one in self._programs.values())

    def __repr__(self) -> str:
        return f"<kerax.function {self.name}, {self._traces} traces>"


class _WeakMethod:
    """A method of an object that it does not keep alive."""

    def __init__(self, function: Callable, instance: Any):
        self.function, self.reference = function, weakref.ref(instance)
        functools.update_wrapper(self, function, updated=())
        self.__wrapped__ = types.MethodType(function, _Nobody())  # for inspect.signature: without self

    @property
    def __self__(self) -> Any:
        return self.reference()

    @property
    def __func__(self) -> Callable:
        return self.function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(self.reference(), *args, **kwargs)


class _Nobody:
    """Stands for an object where only a signature matters."""


def function(
    func: Callable | None = None,
    input_signature: Any = None,
    autograph: bool = True,
    jit_compile: bool | None = None,
    name: str | None = None,
    reduce_retracing: bool = False,
    **options: Any,
) -> Any:
    """Compiles a Python function on arrays and variables.

    The function is traced, which runs its Python code once, for every new combination of shapes and dtypes of arrays
    and values of other arguments; after that the compiled program runs alone. Variables that it reads and writes
    (weights, optimizer states, metrics) are found by the trace. Side effects in Python happen while tracing only.

    Args:
      func: the function; without it a decorator is returned.
      input_signature: a ``TensorSpec`` for each argument: arguments are cast to its dtype and checked. However many
        sizes are met for its Nones, the function counts as traced once.
      autograph: whether Python's control flow on arrays is converted (needs ``diastatic-malt``).
      jit_compile: accepted as in TensorFlow; functions are always compiled by XLA.
      name: for messages.
      reduce_retracing: whether further sizes of the same arguments count as traced after the second.
      **options: TensorFlow's ``experimental_...``, accepted. XLA compiles for known sizes only: every new shape is a
        new program, and its trace runs the Python code.

    Returns:
      A callable with ``get_concrete_function`` and ``experimental_get_tracing_count``.

    Raises:
      TypeError: for an unknown argument.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> counter = kerax.Variable(0)
      >>> @kerax.function
      ... def step(x):
      ...     counter.assign_add(1)
      ...     return x * 2
      >>> float(step(jnp.asarray(1.0))), float(step(jnp.asarray(4.0)))
      (2.0, 8.0)
      >>> int(counter), step.experimental_get_tracing_count()
      (2, 1)
    """
    reduce_retracing = bool(options.pop("experimental_relax_shapes", None) or reduce_retracing)
    unknown = [key for key in options if key not in _ACCEPTED]
    if unknown:
        raise TypeError(f"kerax.function() has no argument {unknown[0]!r}.")
    if func is None:
        return lambda func: Function(func, input_signature, autograph, name, reduce_retracing)
    if isinstance(func, Function):
        return func
    return Function(func, input_signature, autograph, name, reduce_retracing)
