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


# Above this many operations a step outlasts the few microseconds of its call on its own (measured on CPU: about 4 ms).
_CPU_FLOPS_FOR_ONE_STEP = 2e8
_ACCELERATOR_FLOPS_FOR_ONE_STEP = 2e11
_MANY_STEPS, _SOME_STEPS = 64, 16
_FLOPS_FOR_MANY_STEPS = 5e6


def steps_per_call(cost: ProgramCost) -> int:
    """How many training steps one call should run: 1 for heavy steps, 16 to 64 for light ones.

    It depends on the program alone, never on a clock, so that two runs of a script compile and compute the same.

    Args:
      cost: of one step.

    Example:
      >>> from kerax.training.program_cost import ProgramCost, steps_per_call
      >>> steps_per_call(ProgramCost(1e4, 0))
      64
    """
    on_cpu = jax.default_backend() == "cpu"
    if on_cpu and cost.convolutions:
        return 1  # XLA compiles a convolution's kernel gradient inside a loop up to 100 times slower
    limit = _CPU_FLOPS_FOR_ONE_STEP if on_cpu else _ACCELERATOR_FLOPS_FOR_ONE_STEP
    if cost.flops > limit:
        return 1
    return _MANY_STEPS if cost.flops <= _FLOPS_FOR_MANY_STEPS or not on_cpu else _SOME_STEPS
