"""Global settings: default float type, epsilon, image layout, dtype policy, kerax's folder, compilation cache."""

from kerax.dtypes import dtype_policy, set_dtype_policy
from kerax.settings import (
    backend,
    disable_flash_attention,
    enable_compilation_cache,
    enable_flash_attention,
    epsilon,
    floatx,
    functions_run_eagerly,
    home,
    image_data_format,
    is_flash_attention_enabled,
    run_functions_eagerly,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)

__all__ = [
    "backend",
    "dtype_policy",
    "disable_flash_attention",
    "enable_compilation_cache",
    "enable_flash_attention",
    "epsilon",
    "floatx",
    "functions_run_eagerly",
    "home",
    "image_data_format",
    "is_flash_attention_enabled",
    "run_functions_eagerly",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]
