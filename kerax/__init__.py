"""kerax: the tf.keras, tf.data and tf.estimator surface on JAX, without TensorFlow."""

from kerax import activations, callbacks, config, constraints, data, datasets, initializers, layers, losses, metrics, models, optimizers, regularizers, state, utils
from kerax._version import __version__
from kerax.dtypes import DTypePolicy
from kerax.layers import Input
from kerax.models import Model, Sequential
from kerax.state import Variable, functional_call, value_and_grad

config.enable_compilation_cache()
