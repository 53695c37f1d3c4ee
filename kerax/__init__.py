"""kerax: the tf.keras, tf.data and tf.estimator surface on JAX, without TensorFlow."""

import os

from kerax import (
    activations,
    backend,
    callbacks,
    config,
    constraints,
    data,
    datasets,
    debug,
    estimators,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    saving,
    state,
    training,
    utils,
)
from kerax._version import __version__
from kerax.dtypes import DTypePolicy
from kerax.layers import Input, Layer, remat
from kerax.models import Model, Sequential
from kerax.state import SymbolicTensor, Variable, functional_call, value_and_grad

config.enable_compilation_cache(os.environ.get("KERAX_COMPILATION_CACHE") != "0")

__all__ = [
    "DTypePolicy",
    "Input",
    "Layer",
    "Model",
    "Sequential",
    "SymbolicTensor",
    "Variable",
    "__version__",
    "activations",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "data",
    "datasets",
    "debug",
    "estimators",
    "functional_call",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
    "remat",
    "saving",
    "state",
    "training",
    "utils",
    "value_and_grad",
]
