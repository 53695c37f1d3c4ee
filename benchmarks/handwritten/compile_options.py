"""XLA options for one program (`jax.jit(..., compiler_options=...)`), by name. They concern the CPU backend only.

XLA's CPU backend hands some operations to the YNN library. Its unpadded convolution is two to three times slower than
the backend's own (Eigen), and so are its small matrix products, by a fifth; its reductions (softmax, means) are faster.
"eigen_conv" takes convolutions from it, "eigen_dot" matrix products too, and both leave it the reductions.
"""

from __future__ import annotations

import jax

_YNN = "xla_cpu_experimental_ynn_fusion_type"
_DOT, _REDUCE = "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT", "LIBRARY_FUSION_TYPE_REDUCE"

OPTIONS: dict[str, dict[str, str | bool]] = {
    "default": {},
    "eigen_conv": {_YNN: f"{_DOT},{_REDUCE}"},
    "eigen_dot": {_YNN: _REDUCE},
    "no_ynn": {_YNN: ""},
    "wide": {"xla_cpu_prefer_vector_width": "512"},
    "eigen_conv_wide": {_YNN: f"{_DOT},{_REDUCE}", "xla_cpu_prefer_vector_width": "512"},
    "concurrent": {"xla_cpu_enable_concurrency_optimized_scheduler": True},
    "fast_math": {"xla_cpu_enable_fast_math": True},
    "platform_math": {"xla_cpu_disable_platform_dependent_math": False},
}


def options(name: str) -> dict[str, str | bool]:
    """The options called `name`, or none where this backend or this version of XLA does not know them."""
    chosen = OPTIONS[name]
    if not chosen or jax.default_backend() != "cpu":
        return {}
    try:
        jax.jit(lambda x: x + 1, compiler_options=chosen).lower(1.0).compile()
    except (jax.errors.JaxRuntimeError, ValueError):
        return {}
    return chosen
