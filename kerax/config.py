"""Global settings: default float type, epsilon, image layout, dtype policy, kerax's folder, compilation cache."""

from kerax.dtypes import dtype_policy, set_dtype_policy
from kerax.settings import (
    backend,
    enable_compilation_cache,
    epsilon,
    floatx,
    functions_run_eagerly,
    home,
    image_data_format,
    run_functions_eagerly,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)

__all__ = [
    "backend",
    "dtype_policy",
    "enable_compilation_cache",
    "epsilon",
    "floatx",
    "functions_run_eagerly",
    "home",
    "image_data_format",
    "run_functions_eagerly",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]
