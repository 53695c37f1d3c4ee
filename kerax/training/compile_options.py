"""XLA options that suit a program on the CPU.

XLA's CPU backend hands some operations to the YNN library (jax 0.10 and later). Measured on two cores with AVX-512: its
unpadded convolutions over many channels take two to three times as long as the backend's own, small matrix products a
fifth longer; its reductions (softmax, means) are faster, and so is the convolution of few channels.
"""

from __future__ import annotations

import functools

import jax

from kerax.training.program_cost import ProgramCost

_YNN = "xla_cpu_experimental_ynn_fusion_type"
_DOT, _REDUCE = "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT", "LIBRARY_FUSION_TYPE_REDUCE"
_OWN_CONVOLUTIONS = {_YNN: f"{_DOT},{_REDUCE}"}
_OWN_PRODUCTS = {_YNN: _REDUCE}
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
    if jax.default_backend() != "cpu":
        return {}
    if cost.wide_convolutions:
        chosen = _OWN_CONVOLUTIONS
    elif cost.flops > _TINY and not (cost.convolutions or cost.batched_products or cost.loops):
        chosen = _OWN_PRODUCTS
    else:
        return {}
    return dict(chosen) if _known(tuple(chosen.items())) else {}


@functools.lru_cache
def _known(options: tuple[tuple[str, str], ...]) -> bool:
    """Whether this version of XLA compiles a program with the options."""
    try:
        jax.jit(lambda x: x, compiler_options=dict(options)).lower(1.0).compile()
    except (jax.errors.JaxRuntimeError, ValueError, TypeError):
        return False
    return True
