"""Constructors whose arguments stand in another order in tf.keras 2.15 than in Keras 3, or have other defaults there.

A script's arguments are taken in tf.keras's order; kerax's own code, and files, name them.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from kerax.compat.tensorflow._edges import in_script, script_mode

_WEIGHTS = "kernel_initializer recurrent_initializer bias_initializer"
_RULES = (
    "kernel_regularizer recurrent_regularizer bias_regularizer activity_regularizer kernel_constraint "
    "recurrent_constraint bias_constraint"
)
_CONV_LSTM = (
    "filters kernel_size strides padding data_format dilation_rate activation recurrent_activation use_bias "
    f"{_WEIGHTS} unit_forget_bias {_RULES} return_sequences return_state go_backwards stateful dropout "
    "recurrent_dropout"
)
_FLAGS = "return_sequences return_state go_backwards stateful"
# Class -> the order of its arguments in tf.keras 2.15.
ORDERS: dict[str, str] = {
    "layers.BatchNormalization": "axis momentum epsilon center scale beta_initializer gamma_initializer "
    "moving_mean_initializer moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint "
    "gamma_constraint synchronized",
    "layers.Conv3DTranspose": "filters kernel_size strides padding output_padding data_format dilation_rate activation "
    "use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer "
    "kernel_constraint bias_constraint",
    "layers.ConvLSTM1D": _CONV_LSTM,
    "layers.ConvLSTM2D": _CONV_LSTM,
    "layers.ConvLSTM3D": _CONV_LSTM,
    "layers.EinsumDense": "equation output_shape activation bias_axes kernel_initializer bias_initializer "
    "kernel_regularizer bias_regularizer activity_regularizer kernel_constraint bias_constraint",
    "layers.Embedding": "input_dim output_dim embeddings_initializer embeddings_regularizer activity_regularizer "
    "embeddings_constraint mask_zero input_length sparse",
    "layers.GRU": f"units activation recurrent_activation use_bias {_WEIGHTS} {_RULES} dropout recurrent_dropout "
    f"{_FLAGS} unroll time_major reset_after",
    "layers.LSTM": f"units activation recurrent_activation use_bias {_WEIGHTS} unit_forget_bias {_RULES} dropout "
    f"recurrent_dropout {_FLAGS} time_major unroll",
    "layers.InputLayer": "input_shape batch_size dtype input_tensor sparse name ragged type_spec",
    "layers.RandomContrast": "factor seed",
    "layers.StringLookup": "max_tokens num_oov_indices mask_token oov_token vocabulary idf_weights encoding invert "
    "output_mode sparse pad_to_max_tokens",
    "losses.Loss": "reduction name",
    "losses.SparseCategoricalCrossentropy": "from_logits ignore_class reduction name",
    "metrics.Metric": "name dtype",
    "callbacks.BackupAndRestore": "backup_dir save_freq delete_checkpoint save_before_preemption",
    "callbacks.LambdaCallback": "on_epoch_begin on_epoch_end on_batch_begin on_batch_end on_train_begin on_train_end",
}
# Class -> defaults of tf.keras 2.15 that Keras 3 has changed.
DEFAULTS: dict[str, dict[str, Any]] = {
    "layers.ConvLSTM1D": {"recurrent_activation": "hard_sigmoid"},
    "layers.ConvLSTM2D": {"recurrent_activation": "hard_sigmoid"},
    "layers.ConvLSTM3D": {"recurrent_activation": "hard_sigmoid"},
    "optimizers.Lion": {"learning_rate": 1e-4},
    "optimizers.RMSprop": {"ema_overwrite_frequency": 100},
    "metrics.KLDivergence": {"name": "kullback_leibler_divergence"},
}


def _in_order(plain: Callable, order: list[str], defaults: dict[str, Any]) -> Callable:
    first = next(iter(defaults), None)  # all of them can be given by position only as the first argument

    @functools.wraps(plain)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> Any:
        if script_mode() and in_script():
            if order and len(args) <= len(order):
                kwargs = {**dict(zip(order, args)), **kwargs}
                args = ()
            for name, value in defaults.items():
                if name not in kwargs and not (args and name == first):
                    kwargs[name] = value
        return plain(self, *args, **kwargs)

    __init__._kerax_entering = True  # type: ignore[attr-defined]
    __init__._kerax_order = order  # type: ignore[attr-defined]
    __init__._kerax_defaults = defaults  # type: ignore[attr-defined]
    return __init__


def install() -> None:
    """Teaches the classes tf.keras's order and defaults, where a script calls them."""
    for name in {**ORDERS, **DEFAULTS}:
        module, _, kind = name.rpartition(".")
        cls = getattr(importlib.import_module(f"kerax.{module}"), kind)
        cls.__init__ = _in_order(cls.__init__, ORDERS.get(name, "").split(), DEFAULTS.get(name, {}))
