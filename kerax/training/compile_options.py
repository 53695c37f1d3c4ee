"""XLA options that suit a program on the CPU.

XLA's CPU backend hands some operations to the YNN library (jax 0.10 and later). Measured on two cores with AVX-512:
its small matrix products take a fifth longer than the backend's own, its reductions (softmax, means) are faster, and
so is its convolution of few channels. Its slow convolutions, over many channels, are avoided where they are written
(`kerax/functional/conv_cpu.py`): with those forms, an option that takes all convolutions from it makes a step slower.
"""

from __future__ import annotations

import functools

import jax

from kerax.training.program_cost import ProgramCost

_YNN = "xla_cpu_experimental_ynn_fusion_type"
_OWN_PRODUCTS = {_YNN: "LIBRARY_FUSION_TYPE_REDUCE"}
_TINY = 1e6  # below this many operations products are fused with what surrounds them, unless an option forbids it


def compile_options(cost: ProgramCost) -> dict[str, str]:
    """The options for a program, empty on accelerators and where this XLA does not know them.

    Args:
      cost: what the program is made of.

    Example:
      >>> from kerax.training.compile_options import compile_options
      >>> from kerax.training.program_cost import ProgramCost
      >>> compile_options(ProgramCost(flops=0.0))
      {}
    """
    plain_products = not (cost.convolutions or cost.batched_products or cost.loops)
    if jax.default_backend() != "cpu" or cost.flops <= _TINY or not plain_products:
        return {}
    return dict(_OWN_PRODUCTS) if _known(tuple(_OWN_PRODUCTS.items())) else {}


@functools.lru_cache
def _known(options: tuple[tuple[str, str], ...]) -> bool:
    """Whether this version of XLA compiles a program with the options."""
    try:
        jax.jit(lambda x: x, compiler_options=dict(options)).lower(1.0).compile()
    except (jax.errors.JaxRuntimeError, ValueError, TypeError):
        return False
    return True
