"""The one place that knows how JAX versions from 0.7.2 to the newest differ."""

from __future__ import annotations

import jax
from jax._src import core as _core  # trace_state_clean and trace_ctx have no public name in every supported version

# Publicly these two are in jax.extend.core; importing jax.extend loads Pallas as well, a fifth of kerax's import time.
Primitive = _core.Primitive
jaxpr_as_fun = _core.jaxpr_as_fun


def is_tracer(value: object) -> bool:
    """Whether ``value`` is a JAX tracer, i.e. has no concrete numbers yet."""
    return isinstance(value, jax.core.Tracer)


def in_trace() -> bool:
    """Whether a JAX transformation (``jit``, ``grad``, ``vmap``...) is tracing at this moment."""
    return not _core.trace_state_clean()


def current_trace() -> object:
    """The innermost JAX transformation that is tracing at this moment; the same object as long as it is."""
    return _core.trace_ctx.trace


def trace_of(tracer: object) -> object:
    """The transformation that a tracer belongs to."""
    return tracer._trace  # type: ignore[attr-defined]


def varying_axes(array: jax.Array) -> frozenset:
    """The mesh axes along which an array differs inside `jax.shard_map`; empty everywhere else."""
    aval = jax.typeof(array)
    manual = getattr(aval, "manual_axis_type", None)  # jax >= 0.10; before it the set stood on the type itself
    return frozenset(manual.varying if manual is not None else getattr(aval, "vma", ()))
