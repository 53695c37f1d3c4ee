"""The one place that knows how JAX versions from 0.7.2 to the newest differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax
from jax._src import core as _core  # traces and trace_ctx have no public name in every supported version
from jax._src.custom_derivatives import custom_jvp_call_p
from jax._src.linear_util import StoreException

# Older versions give the functions of a custom derivative as the first arguments of `bind`.
_FUNCTIONS_AS_PARAMETER = "subfuns" in type(custom_jvp_call_p).bind_with_trace.__code__.co_consts

# Publicly these are in jax.extend.core; importing jax.extend loads Pallas as well, a fifth of kerax's import time.
Primitive = _core.Primitive
jaxpr_as_fun = _core.jaxpr_as_fun
Literal = _core.Literal
ClosedJaxpr: Any = getattr(_core, "ClosedJaxpr", _core.Jaxpr)  # since 0.12 every jaxpr is closed


def is_tracer(value: object) -> bool:
    """Whether ``value`` is a JAX tracer, i.e. has no concrete numbers yet."""
    return isinstance(value, jax.core.Tracer)


def in_trace() -> bool:
    """Whether a JAX transformation (``jit``, ``grad``, ``vmap``...) is tracing at this moment."""
    return current_trace() is not _core.eval_trace


def is_staging() -> bool:
    """Whether operations are noted down for a program that runs later, maybe many times."""
    return type(current_trace()).__name__ == "DynamicJaxprTrace"


def current_trace() -> object:
    """The innermost JAX transformation that is tracing at this moment; the same object as long as it is.

    Recorders (gradient tapes) are looked through: what they watch is computed all the same.
    """
    trace = _core.trace_ctx.trace
    while isinstance(trace, RecorderTrace):
        trace = trace.parent
    return trace


def trace_of(tracer: object) -> object:
    """The transformation that a tracer belongs to."""
    return tracer._trace  # type: ignore[attr-defined]


def varying_axes(array: jax.Array) -> frozenset:
    """The mesh axes along which an array differs inside `jax.shard_map`; empty everywhere else."""
    aval = jax.typeof(array)
    manual = getattr(aval, "manual_axis_type", None)  # jax >= 0.10; before it the set stood on the type itself
    return frozenset(manual.varying if manual is not None else getattr(aval, "vma", ()))


def recorders() -> list[RecorderTrace]:
    """The recorders around what is computed now, innermost first, as far as the next JAX transformation."""
    found: list[RecorderTrace] = []
    trace = _core.trace_ctx.trace
    while isinstance(trace, RecorderTrace):
        found.append(trace)
        trace = trace.parent
    return found


def swap_trace(trace: Any) -> Any:
    """Makes another trace the current one and returns the one before, which the caller puts back."""
    before = _core.trace_ctx.trace
    _core.trace_ctx.set_trace(trace)
    return before


def runs_at_once(trace: object) -> bool:
    """Whether operations under a trace are computed at once rather than staged."""
    return trace is _core.eval_trace


def recorded_at_once() -> bool:
    """Whether operations are computed at once and noted by one recorder."""
    trace = _core.trace_ctx.trace
    return isinstance(trace, RecorderTrace) and trace.parent is _core.eval_trace


def call_program(program: Callable, *args: Any) -> Any:
    """Calls a compiled function of kerax's own, on arrays; recorders are told of it faster than by JAX."""
    trace = _core.trace_ctx.trace
    return trace.call_program(program, args) if isinstance(trace, RecorderTrace) else program(*args)


class RecorderTrace(_core.Trace):
    """Base of traces that see every operation, have the trace around them compute it, and may note it.

    Subclasses define ``process_primitive(primitive, args, params)`` and ``process_with_functions``.

    Args:
      parent: the trace that computes.
    """

    __slots__ = ("parent",)

    def __init__(self, parent: Any):
        super().__init__()
        self.parent = parent
        self.requires_low = False  # the parent says what it needs

    def process_with_functions(self, key: Any, bind: Callable, functions: Sequence[Any], args: Sequence[Any]) -> Any:
        """Computes a primitive that carries functions.

        Args:
          key: identifies what is computed, or None where nothing does.
          bind: ``*args -> outputs``.
          functions: JAX's wrapped functions; their stores hold what tracing found out.
          args: the operands.
        """
        raise NotImplementedError

    def call_program(self, program: Callable, args: tuple) -> Any:
        """Calls a compiled function and notes it as one operation."""
        return program(*args)

    def note_same(self, value: Any, staged: Any) -> None:
        """Called where the trace around this one made another object of a value."""

    def stage_value(self, val: Any) -> Any:
        before = swap_trace(self.parent)
        try:
            staged = self.parent.stage_value(val)
        finally:
            swap_trace(before)
        if staged is not val:
            self.note_same(val, staged)
        return staged

    def process_custom_jvp_call(self, primitive: Any, fun: Any, jvp: Any, tracers: Any, /, **params: Any) -> Any:
        return self._custom(primitive, (fun, jvp), tracers, params)

    def process_custom_vjp_call(
        self, primitive: Any, fun: Any, fwd: Any, bwd: Any, tracers: Any, /, **params: Any
    ) -> Any:
        return self._custom(primitive, (fun, fwd, bwd), tracers, params)

    def _custom(self, primitive: Any, functions: tuple, args: Any, params: dict) -> Any:
        def bind(*args: Any) -> Any:
            if _FUNCTIONS_AS_PARAMETER:
                return primitive.bind(*args, subfuns=functions, **params)
            return primitive.bind(*functions, *args, **params)

        wrapped = [f for f in functions if hasattr(f, "f")]
        owner = wrapped[0].f
        key = None
        if str(getattr(owner, "__module__", "")).partition(".")[0] in _LIBRARIES:
            # The rules' own transformations hold new objects every time; the function's say how it was called.
            rules = tuple(rule.f for rule in wrapped[1:])
            key = (
                primitive,
                owner,
                wrapped[0].transforms,
                rules,
                params["symbolic_zeros"],
                tuple(map(jax.typeof, args)),
            )
        return self.process_with_functions(key, bind, wrapped, args)

    def process_call(self, primitive: Any, f: Any, tracers: Any, params: Any, /) -> Any:
        return self.process_with_functions(None, lambda *args: primitive.bind(f, *args, **params), (), tracers)

    process_map = process_call

    def process_custom_transpose(self, primitive: Any, call: Any, tracers: Any, /, **params: Any) -> Any:
        return self.process_with_functions(None, lambda *args: primitive.bind(call, *args, **params), (), tracers)

    def process_shard_map(self, primitive: Any, fun: Any, tracers: Any, /, **params: Any) -> Any:
        return self.process_with_functions(None, lambda *args: primitive.bind(fun, *args, **params), (), tracers)


_LIBRARIES = ("jax", "kerax", "optax", "flax")  # their functions do not change between calls


_EMPTY = object()


def _value_of(store: Any) -> Any:
    try:
        return store.val if store is not None else _EMPTY
    except StoreException:
        return _EMPTY


def store_values(functions: Sequence[Any]) -> list[list[Any]]:
    """What tracing wrapped functions found out, for ``fill_stores``."""
    return [[_value_of(store) for store in function.stores] for function in functions]


def fill_stores(functions: Sequence[Any], like: Sequence[Any]) -> None:
    """Tells wrapped functions that were not called what tracing others like them found out."""
    for function, values in zip(functions, like, strict=True):
        for store, value in zip(function.stores, values, strict=True):
            if value is not _EMPTY and _value_of(store) is _EMPTY:
                store.store(value)


def is_jit(primitive: Any) -> bool:
    """Whether a primitive is a call of a compiled function."""
    return primitive.name in ("jit", "pjit")


def is_plain_jit(params: dict[str, Any]) -> bool:
    """Whether a compiled function asks for no special placing, donation or compilation of its own."""
    placed = (*params["in_shardings"], *params["out_shardings"], *params["in_layouts"], *params["out_layouts"])
    return (
        all(one is None or type(one).__name__ == "UnspecifiedValue" for one in placed)
        and not any(params["donated_invars"])
        and not params.get("compiler_options_kvs")
        and not params["jaxpr"].effects
    )


def new_primitive(name: str, out_aval: Callable) -> Primitive:
    """A primitive for tracing only: ``out_aval(**params)`` says what it stands for."""
    primitive = Primitive(name)
    primitive.def_abstract_eval(out_aval)
    return primitive


def shaped_array(shape: Sequence[int], dtype: Any) -> Any:
    """The abstract value of an array."""
    return jax.core.ShapedArray(tuple(shape), dtype)


def outputs_as_inputs(closed: Any, primitive: Primitive) -> tuple[Any, list[dict]]:
    """Turns the outputs of a primitive's equations into inputs of the program, in front of the others.

    Args:
      closed: a closed jaxpr.
      primitive: made by ``new_primitive``.

    Returns:
      ``(closed jaxpr, parameters of each equation)``, the latter in the order of the new inputs.
    """
    jaxpr = closed.jaxpr
    found = [eqn for eqn in jaxpr.eqns if eqn.primitive is primitive]
    changed = jaxpr.replace(
        eqns=[eqn for eqn in jaxpr.eqns if eqn.primitive is not primitive],
        invars=[*(eqn.outvars[0] for eqn in found), *jaxpr.invars],
        debug_info=jaxpr.debug_info._replace(arg_names=None),
    )
    closed = ClosedJaxpr(changed, closed.consts) if not isinstance(changed, type(closed)) else changed
    return closed, [eqn.params for eqn in found]


def sub_jaxprs(eqn_params: dict[str, Any]) -> Iterable[Any]:
    """The programs inside an operation's parameters."""
    for value in eqn_params.values():
        for one in value if isinstance(value, (tuple, list)) else (value,):
            if hasattr(one, "eqns") or hasattr(one, "jaxpr"):
                yield one


def run_equation(eqn: Any, inputs: Sequence[Any]) -> list:
    """Runs one equation of a program on other inputs; returns its outputs."""
    params = eqn.primitive.get_bind_params(eqn.params)
    functions, params = params if isinstance(params, tuple) else ((), params)  # JAX before 0.9 gives a pair
    with eqn.ctx.manager:
        outputs = eqn.primitive.bind(*functions, *inputs, **params)
    return list(outputs) if eqn.primitive.multiple_results else [outputs]


def devices_are_known() -> bool:
    """Whether JAX has looked for devices already, after which flags of XLA no longer count."""
    from jax._src import xla_bridge  # no public name tells it

    known = getattr(xla_bridge, "backends_are_initialized", None)
    return bool(known()) if known is not None else True


def wide_numbers() -> Any:
    """A context in which JAX computes with 64 bits, as NumPy does, on this thread."""
    if hasattr(jax, "enable_x64"):  # JAX 0.8
        return jax.enable_x64(True)
    from jax.experimental import enable_x64

    return enable_x64()
