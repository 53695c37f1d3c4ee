"""What a traced step will cost, read off its jaxpr: decides how many steps one call of a compiled program runs."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax

_CALL_PARAMETERS = ("jaxpr", "call_jaxpr", "fun_jaxpr", "body_jaxpr")


class ProgramCost(NamedTuple):
    """Rough cost of a traced program.

    Attributes:
      flops: floating point operations of its matrix products and convolutions, loops counted by their length.
      convolutions: number of convolutions, anywhere inside.
    """

    flops: float
    convolutions: int


def program_cost(jaxpr: Any) -> ProgramCost:
    """Adds up a jaxpr's matrix products and convolutions.

    Args:
      jaxpr: a ``Jaxpr`` or ``ClosedJaxpr``.

    Example:
      >>> import jax, jax.numpy as jnp
      >>> from kerax.training.program_cost import program_cost
      >>> program_cost(jax.make_jaxpr(jnp.dot)(jnp.ones((4, 8)), jnp.ones((8, 2)))).flops
      128.0
    """
    flops, convolutions = 0.0, 0
    for equation in getattr(jaxpr, "jaxpr", jaxpr).eqns:
        name = equation.primitive.name
        if name == "dot_general":
            (contracted, _), _ = equation.params["dimension_numbers"]
            inner = math.prod(equation.invars[0].aval.shape[axis] for axis in contracted)
            flops += 2.0 * math.prod(equation.outvars[0].aval.shape) * inner
        elif name == "conv_general_dilated":
            numbers = equation.params["dimension_numbers"]
            kernel = equation.invars[1].aval.shape
            flops += 2.0 * math.prod(equation.outvars[0].aval.shape) * math.prod(kernel) / kernel[numbers.rhs_spec[0]]
            convolutions += 1
        else:
            times = float(equation.params.get("length", 1)) if name == "scan" else 1.0
            for value in equation.params.values():
                for inner_jaxpr in value if isinstance(value, (list, tuple)) else (value,):
                    if hasattr(inner_jaxpr, "eqns") or hasattr(inner_jaxpr, "jaxpr"):
                        cost = program_cost(inner_jaxpr)
                        flops += times * cost.flops
                        convolutions += cost.convolutions
    return ProgramCost(flops, convolutions)


# Above this many operations a step outlasts its call (about 50 microseconds) by far, and bundling buys nothing.
_CPU_FLOPS_FOR_ONE_STEP = 2e8
_ACCELERATOR_FLOPS_FOR_ONE_STEP = 2e11
# (operations of a step up to, steps per call): the lighter a step, the more of them it takes to hide one call.
_CPU_BUNDLES = ((1e6, 1024), (1e7, 256), (_CPU_FLOPS_FOR_ONE_STEP, 64))
_ACCELERATOR_BUNDLES = ((1e10, 256), (_ACCELERATOR_FLOPS_FOR_ONE_STEP, 64))
STREAM_BUNDLE = 64  # batches from the host are stacked for a call, so fewer are bundled


def steps_per_call(cost: ProgramCost) -> int:
    """How many training steps one call should run: 1 for heavy steps, up to 1024 for the lightest.

    It depends on the program alone, never on a clock, so that two runs of a script compile and compute the same.

    Args:
      cost: of one step.

    Example:
      >>> from kerax.training.program_cost import ProgramCost, steps_per_call
      >>> steps_per_call(ProgramCost(1e4, 0)) > steps_per_call(ProgramCost(1e8, 0))
      True
    """
    on_cpu = jax.default_backend() == "cpu"
    if on_cpu and cost.convolutions:
        return 1  # XLA compiles a convolution's kernel gradient inside a loop up to 100 times slower
    for flops, steps in _CPU_BUNDLES if on_cpu else _ACCELERATOR_BUNDLES:
        if cost.flops <= flops:
            return steps
    return 1
