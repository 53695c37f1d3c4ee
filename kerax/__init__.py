"""kerax: the tf.keras, tf.data and tf.estimator surface on JAX, without TensorFlow."""

import importlib
import os
from typing import TYPE_CHECKING

from kerax import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    random,
    regularizers,
    saving,
    state,
    training,
    utils,
)
from kerax._version import __version__, version
from kerax.dtypes import DTypePolicy
from kerax.function import TensorArray, function
from kerax.initializers import Initializer
from kerax.layers import Input, InputSpec, Layer, remat
from kerax.losses import Loss
from kerax.metrics import Metric
from kerax.models import Function, Model, Sequential
from kerax.optimizers import Optimizer
from kerax.regularizers import Regularizer
from kerax.state import SymbolicTensor, Variable, functional_call, value_and_grad
from kerax.state.device import device
from kerax.state.naming import name_scope
from kerax.state.operation import Operation
from kerax.state.stateless_scope import StatelessScope, SymbolicScope
from kerax.tape import ForwardAccumulator, GradientTape, custom_gradient

if TYPE_CHECKING:
    from typing import Any  # not a name of kerax

    from kerax import (
        data,
        datasets,
        debug,
        dtype_policies,
        estimators,
        experimental,
        feature_column,
        mixed_precision,
        ops,
        preprocessing,
        summary,
        train,
        tree,
        wrappers,
    )

KerasTensor = SymbolicTensor
FloatDTypePolicy = DTypePolicy

config.enable_compilation_cache(os.environ.get("KERAX_COMPILATION_CACHE") != "0")

# Loaded when first used: a script pays for what it uses. Name here -> (module, attribute of it or None for the module).
_LAZY: dict[str, tuple[str, str | None]] = {
    "data": ("kerax.data", None),
    "datasets": ("kerax.datasets", None),
    "dtype_policies": ("kerax.dtype_policies", None),
    "mixed_precision": ("kerax.mixed_precision", None),
    "quantizers": ("kerax.quantizers", None),
    "tree": ("kerax.tree", None),
    "Quantizer": ("kerax.quantizers", "Quantizer"),
    "RematScope": ("kerax.layers.checkpointed", "RematScope"),
    "debug": ("kerax.debug", None),
    "estimator": ("kerax.estimators", None),
    "estimators": ("kerax.estimators", None),
    "experimental": ("kerax.experimental", None),
    "feature_column": ("kerax.feature_column", None),
    "summary": ("kerax.summary", None),
    "ops": ("kerax.ops", None),
    "preprocessing": ("kerax.preprocessing", None),
    "train": ("kerax.train", None),
    "wrappers": ("kerax.wrappers", None),
}

__all__ = [
    "DTypePolicy",
    "FloatDTypePolicy",
    "ForwardAccumulator",
    "Function",
    "GradientTape",
    "Initializer",
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Loss",
    "Metric",
    "Model",
    "Operation",
    "Optimizer",
    "Quantizer",
    "Regularizer",
    "RematScope",
    "Sequential",
    "StatelessScope",
    "SymbolicScope",
    "SymbolicTensor",
    "TensorArray",
    "Variable",
    "__version__",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "custom_gradient",
    "data",
    "datasets",
    "debug",
    "device",
    "dtype_policies",
    "estimator",
    "estimators",
    "experimental",
    "feature_column",
    "function",
    "functional_call",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "name_scope",
    "ops",
    "optimizers",
    "preprocessing",
    "quantizers",
    "random",
    "regularizers",
    "remat",
    "saving",
    "state",
    "summary",
    "train",
    "training",
    "tree",
    "utils",
    "value_and_grad",
    "wrappers",
    "version",
]


def __getattr__(name: str) -> "Any":
    if name not in _LAZY:
        raise AttributeError(f"module 'kerax' has no attribute {name!r}")
    module_name, attribute = _LAZY[name]
    module = importlib.import_module(module_name)
    value = module if attribute is None else getattr(module, attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
