"""Arguments that stand in another order in tf.keras 2.15 than in Keras 3, or have other defaults there.

A script's arguments are taken in tf.keras's order; kerax's own code, and files, name them.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Callable
from typing import Any

from kerax.compat.tensorflow._edges import entering, in_script, script_mode
from kerax.tracebacks import shortens_traceback

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
_UPDATES = "weight_decay clipnorm clipvalue global_clipnorm use_ema ema_momentum ema_overwrite_frequency jit_compile"
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
    "models.Sequential": "layers name",
    "optimizers.Adadelta": f"learning_rate rho epsilon {_UPDATES} name",
    "optimizers.Adafactor": "learning_rate beta_2_decay epsilon_1 epsilon_2 clip_threshold relative_step "
    f"{_UPDATES} name",
    "optimizers.Adagrad": f"learning_rate initial_accumulator_value epsilon {_UPDATES} name",
    "optimizers.Adam": f"learning_rate beta_1 beta_2 epsilon amsgrad {_UPDATES} name",
    "optimizers.AdamW": "learning_rate weight_decay beta_1 beta_2 epsilon amsgrad "
    f"{_UPDATES.removeprefix('weight_decay ')} name",
    "optimizers.Adamax": f"learning_rate beta_1 beta_2 epsilon {_UPDATES} name",
    "optimizers.Ftrl": "learning_rate learning_rate_power initial_accumulator_value l1_regularization_strength "
    f"l2_regularization_strength l2_shrinkage_regularization_strength beta {_UPDATES} name",
    "optimizers.Lion": f"learning_rate beta_1 beta_2 {_UPDATES} name",
    "optimizers.Nadam": f"learning_rate beta_1 beta_2 epsilon {_UPDATES} name",
    "optimizers.Optimizer": f"name {_UPDATES}",
    "optimizers.RMSprop": f"learning_rate rho momentum epsilon centered {_UPDATES} name",
    "optimizers.SGD": f"learning_rate momentum nesterov {_UPDATES} name",
    "preprocessing.image.DirectoryIterator": "directory image_data_generator target_size color_mode classes class_mode "
    "batch_size shuffle seed data_format save_to_dir save_prefix save_format follow_links subset interpolation "
    "keep_aspect_ratio dtype",
    "utils.Progbar": "target width verbose interval stateful_metrics unit_name",
    "callbacks.BackupAndRestore": "backup_dir save_freq delete_checkpoint save_before_preemption",
    "callbacks.LambdaCallback": "on_epoch_begin on_epoch_end on_batch_begin on_batch_end on_train_begin on_train_end",
}
# Class -> defaults of tf.keras 2.15 that Keras 3 has changed.
DEFAULTS: dict[str, dict[str, Any]] = {
    **{
        f"layers.{name}": {"data_format": "channels_last"}
        for name in "AveragePooling1D Conv1D GlobalAveragePooling1D GlobalMaxPooling1D MaxPooling1D".split()
    },
    "layers.ConvLSTM1D": {"recurrent_activation": "hard_sigmoid"},
    "layers.ConvLSTM2D": {"recurrent_activation": "hard_sigmoid", "strides": (1, 1), "dilation_rate": (1, 1)},
    "layers.ConvLSTM3D": {"recurrent_activation": "hard_sigmoid", "strides": (1, 1, 1), "dilation_rate": (1, 1, 1)},
    "layers.PReLU": {"alpha_initializer": "zeros"},
    "layers.ZeroPadding3D": {"padding": (1, 1, 1)},
    "optimizers.Optimizer": {"learning_rate": 0.0, "weight_decay": 0},  # a script's optimizer sets its own after that
    "utils.Progbar": {"width": 30},
    "optimizers.Lion": {"learning_rate": 1e-4},
    "optimizers.RMSprop": {"ema_overwrite_frequency": 100},
    "metrics.KLDivergence": {"name": "kullback_leibler_divergence"},
}


# Function -> the order of its arguments in tf.keras 2.15, and its defaults there.
FUNCTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "utils.load_img": ("path grayscale color_mode target_size interpolation keep_aspect_ratio", {}),
    "utils.to_categorical": ("y num_classes dtype", {}),
    "utils.plot_model": (
        "model to_file show_shapes show_dtype show_layer_names rankdir expand_nested dpi layer_range "
        "show_layer_activations show_trainable",
        {"show_layer_names": True, "dpi": 96},
    ),
    "utils.model_to_dot": (
        "model show_shapes show_dtype show_layer_names rankdir expand_nested dpi subgraph layer_range "
        "show_layer_activations show_trainable",
        {"dpi": 96},
    ),
}


def _by_kerax() -> bool:
    """Whether kerax's own code makes the call, and not a script."""
    frame: Any = sys._getframe(2)
    while frame.f_globals.get("__name__") == "kerax.tracebacks":
        frame = frame.f_back
    name = frame.f_globals.get("__name__", "")
    return name.startswith("kerax.") and not name.startswith("kerax.compat.")


def _in_order(plain: Callable, order: list[str], defaults: dict[str, Any]) -> Callable:
    known = inspect.signature(plain).parameters.values()
    names = order or [one.name for one in known if one.kind is one.POSITIONAL_OR_KEYWORD][1:]

    @shortens_traceback
    @functools.wraps(plain)
    def __init__(self: Any, *args: Any, **kwargs: Any) -> Any:
        if script_mode() and in_script() and len(args) <= len(names) and not _by_kerax():
            return plain(self, **{**defaults, **dict(zip(names, args)), **kwargs})
        return plain(self, *args, **kwargs)

    __init__._kerax_entering = True  # type: ignore[attr-defined]
    __init__._kerax_order = names  # type: ignore[attr-defined]
    __init__._kerax_defaults = defaults  # type: ignore[attr-defined]
    return __init__


def function(name: str) -> Callable:
    """A function of kerax's that takes its arguments in tf.keras's order."""
    module, _, short = name.rpartition(".")
    plain = getattr(importlib.import_module(f"kerax.{module}"), short)
    run = entering(plain)
    order, defaults = FUNCTIONS[name][0].split(), FUNCTIONS[name][1]

    @functools.wraps(plain)
    def call(*args: Any, **kwargs: Any) -> Any:
        if len(args) > len(order):
            raise TypeError(
                f"{short}() takes {len(order)} arguments by position ({', '.join(order)}), got {len(args)}."
            )
        return run(**{**defaults, **dict(zip(order, args)), **kwargs})

    call._kerax_entering = True  # type: ignore[attr-defined]
    call._kerax_order = order  # type: ignore[attr-defined]
    call._kerax_defaults = defaults  # type: ignore[attr-defined]
    return call


def install() -> None:
    """Teaches the classes tf.keras's order and defaults, where a script calls them."""
    for name in {**ORDERS, **DEFAULTS}:
        module, _, kind = name.rpartition(".")
        cls = getattr(importlib.import_module(f"kerax.{module}"), kind)
        cls.__init__ = _in_order(cls.__init__, ORDERS.get(name, "").split(), DEFAULTS.get(name, {}))
