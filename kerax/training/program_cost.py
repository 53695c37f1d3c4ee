"""What a traced step will cost, read off its jaxpr: decides how many steps one call of a compiled program runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np


class ProgramCost(NamedTuple):
    """What a traced program is made of.

    Attributes:
      flops: floating point operations of its matrix products and convolutions, loops counted by their length.
      products: number of matrix products, anywhere inside.
      batched_products: those with batch axes.
      convolutions: number of convolutions.
      slow_in_loops: those that XLA's CPU backend compiles badly inside a loop.
      loops: number of scans and while loops.
    """

    flops: float
    products: int = 0
    batched_products: int = 0
    convolutions: int = 0
    slow_in_loops: int = 0
    loops: int = 0

    def plus(self, other: ProgramCost, times: float = 1.0) -> ProgramCost:
        """The sum of two costs, the other one's operations counted ``times`` times."""
        counts = [a + b for a, b in zip(self[1:], other[1:], strict=True)]
        return ProgramCost(self.flops + times * other.flops, *counts)


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
    total = ProgramCost(0.0)
    for equation in getattr(jaxpr, "jaxpr", jaxpr).eqns:
        name = equation.primitive.name
        if name == "dot_general":
            total = total.plus(_product_cost(equation))
        elif name == "conv_general_dilated":
            total = total.plus(_convolution_cost(equation))
        elif name in _OWN_CONVOLUTIONS:
            total = total.plus(_own_convolution_cost(equation))
        else:
            loop = name in ("scan", "while")
            times = float(equation.params.get("length", 1)) if name == "scan" else 1.0
            inner = ProgramCost(0.0, loops=int(loop))
            for value in equation.params.values():
                for inner_jaxpr in value if isinstance(value, (list, tuple)) else (value,):
                    if hasattr(inner_jaxpr, "eqns") or hasattr(inner_jaxpr, "jaxpr"):
                        inner = inner.plus(program_cost(inner_jaxpr))
            total = total.plus(inner, times)
    return total


def _product_cost(equation: Any) -> ProgramCost:
    (contracted, _), (batch, _) = equation.params["dimension_numbers"]
    inner = math.prod(equation.invars[0].aval.shape[axis] for axis in contracted)
    flops = 2.0 * math.prod(equation.outvars[0].aval.shape) * inner
    return ProgramCost(flops, products=1, batched_products=int(bool(batch)))


def _convolution_cost(equation: Any) -> ProgramCost:
    numbers = equation.params["dimension_numbers"]
    kernel, ndim = equation.invars[1].aval.shape, len(equation.invars[1].aval.shape)
    flops = 2.0 * math.prod(equation.outvars[0].aval.shape) * math.prod(kernel) / kernel[numbers.rhs_spec[0]]
    # Channels-last inputs and outputs and (space..., in, out) kernels run without rearranging; other layouts take
    # up to 100 times as long inside a loop on the CPU.
    last = (0, ndim - 1, *range(1, ndim - 1))
    canonical = numbers.lhs_spec == last and numbers.out_spec == last
    canonical = canonical and numbers.rhs_spec == (ndim - 1, ndim - 2, *range(ndim - 2))
    canonical = canonical and equation.params["batch_group_count"] == 1
    return ProgramCost(flops, convolutions=1, slow_in_loops=int(not canonical))


# kerax's own convolution maps: name -> which operands are the convolution's output (or its gradient) and its kernel.
_OWN_CONVOLUTIONS: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "kerax_conv": lambda e: (e.outvars[0].aval, e.invars[1].aval),
    "kerax_conv_input_grad": lambda e: (e.invars[0].aval, e.invars[1].aval),
    "kerax_conv_kernel_grad": lambda e: (e.invars[1].aval, e.outvars[0].aval),
}


def _own_convolution_cost(equation: Any) -> ProgramCost:
    output, kernel = _OWN_CONVOLUTIONS[equation.primitive.name](equation)
    flops = 2.0 * math.prod(output.shape) * math.prod(kernel.shape) / kernel.shape[-1]
    return ProgramCost(flops, convolutions=1, slow_in_loops=int(output.dtype != np.float32))  # others are not timed


# Operations of a step up to -> steps per call. A call costs about 50 microseconds, which takes many of the lightest
# steps to hide. Heavy steps gain too, on the CPU: memory that a call gives back to the system must be asked for again.
_HEAVY_BUNDLE = 8
_CPU_BUNDLES = ((1e6, 1024), (1e7, 256), (2e8, 64), (math.inf, _HEAVY_BUNDLE))
_ACCELERATOR_BUNDLES = ((1e10, 256), (2e11, 64), (math.inf, 1))
_BUNDLE_BYTES = 2**23  # a call's batches are gathered at once, and should stay in the cache
_LARGEST_BUNDLE = 2**28  # bytes; heavy steps outweigh their batches' way through memory, up to here
STREAM_BUNDLE = 64  # batches from the host are stacked before the call, so fewer are bundled


def steps_per_call(cost: ProgramCost, batch_bytes: int) -> int:
    """How many training steps one call should run: few for heavy steps, up to 1024 for the lightest.

    It depends on the program alone, never on a clock, so that two runs of a script compile and compute the same.

    Args:
      cost: of one step.
      batch_bytes: size of one batch.

    Example:
      >>> from kerax.training.program_cost import ProgramCost, steps_per_call
      >>> steps_per_call(ProgramCost(1e4), 100) > steps_per_call(ProgramCost(1e8), 100)
      True
    """
    on_cpu = jax.default_backend() == "cpu"
    if on_cpu and cost.slow_in_loops:
        return 1
    bundles = _CPU_BUNDLES if on_cpu else _ACCELERATOR_BUNDLES
    steps = next(steps for flops, steps in bundles if cost.flops <= flops)
    if on_cpu:
        room = max(_BUNDLE_BYTES // max(batch_bytes, 1), min(_HEAVY_BUNDLE, _LARGEST_BUNDLE // max(batch_bytes, 1)))
        steps = min(steps, room)
    return max(1, steps)
