"""Mistakes with variables, pure calls, gradients, registries and settings."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

import kerax
from kerax import layers

from .table import net, row, x


def call(params: dict | None = None, state: dict | None = None, **arguments: object) -> object:
    model = net(name="tiny")
    return kerax.functional_call(model, model.params if params is None else params, state or {}, x(), **arguments)


def noisy() -> object:
    layer = layers.Dropout(0.5, name="drop")
    layer(x())
    return kerax.functional_call(layer, {}, {}, x(), training=True)


def leaking_write() -> object:
    variable = kerax.Variable(1.0, name="total")
    return jax.jit(lambda value: variable.assign(value).value)(2.0)


def traced_creation() -> object:
    return jax.jit(lambda value: kerax.Variable(value, name="total").value)(2.0)


def other_params() -> dict:
    return {"haed/kernel": jnp.ones((4, 1))}


def set_params() -> None:
    net(name="tiny").params = {"head/kernl": jnp.ones((4, 1))}


class NoConfig:
    pass


ALL = [
    row("variable_assign_shape", ValueError,
        lambda: kerax.Variable(np.ones((2, 3)), name="table").assign(np.ones((3, 2))), "table", r"\(2, 3\)",
        r"\(3, 2\)"),
    row("variable_assign_string", (TypeError, ValueError), lambda: kerax.Variable(1.0, name="table").assign("one"),
        "table", "one|str", "number"),
    row("variable_assign_none", (TypeError, ValueError), lambda: kerax.Variable(1.0, name="table").assign(None),
        "table", "None"),
    row("variable_assign_add_shape", ValueError,
        lambda: kerax.Variable(np.ones(2), name="table").assign_add(np.ones((3, 2))), "table", r"\(2,\)"),
    row("variable_assign_add_mismatch", ValueError,
        lambda: kerax.Variable(np.ones(2), name="table").assign_add(np.ones(3)), "table", r"\(2,\)", r"\(3,\)"),
    row("variable_no_shape", ValueError, lambda: kerax.Variable(kerax.initializers.Zeros(), name="table"), "table",
        "shape"),
    row("variable_shape_differs", ValueError, lambda: kerax.Variable(np.ones(3), shape=(2,), name="table"), "table",
        r"\(3,\)", r"\(2,\)"),
    row("variable_string", (TypeError, ValueError), lambda: kerax.Variable("one", name="table"), "table", "one|str"),
    row("variable_dtype", ValueError, lambda: kerax.Variable(1.0, dtype="flaot32", name="table"), "flaot32",
        "mean 'float32'"),
    row("variable_leak", ValueError, leaking_write, "total", "functional_call"),
    row("variable_made_in_jit", ValueError, traced_creation, "total", "trace", "__init__"),
    row("functional_unbuilt", ValueError, lambda: kerax.functional_call(layers.Dense(2, name="head"), {}, {}, x()),
        "head", "build"),
    row("functional_path", ValueError, lambda: call(other_params()), "tiny", "haed/kernel", "mean 'head/kernel'"),
    row("functional_shape", ValueError, lambda: call({"head/kernel": jnp.ones((3, 1))}), "head/kernel", r"\(4, 1\)",
        r"\(3, 1\)"),
    row("functional_no_key", ValueError, noisy, "drop", "key"),
    row("functional_input", ValueError, lambda: kerax.functional_call(net(name="tiny"), {}, {}, x(3, 5)), "tiny",
        r"\(None, 4\)", r"\(3, 5\)"),
    row("functional_params_list", TypeError, lambda: call([jnp.ones((4, 1))]), "params", "dict", "list"),
    row("params_path", ValueError, set_params, "tiny", "head/kernl", "mean 'head/kernel'"),
    row("value_and_grad_vector", (TypeError, ValueError),
        lambda: (lambda w: kerax.value_and_grad(lambda: w * w, [w]))(kerax.Variable(np.ones(3), name="w")),
        "value_and_grad", "scalar", r"\(3,\)"),
    row("optimizer_gradients_count", ValueError,
        lambda: kerax.optimizers.SGD(0.1).apply([jnp.ones(()), jnp.ones(())], [kerax.Variable(1.0)]), "gradient", "2",
        "1"),
    row("optimizer_gradient_shape", ValueError,
        lambda: kerax.optimizers.SGD(0.1).apply([jnp.ones(3)], [kerax.Variable(np.ones(2), name="w")]), "w", r"\(3,\)",
        r"\(2,\)"),
    row("register_without_config", ValueError, lambda: kerax.utils.register_keras_serializable()(NoConfig), "NoConfig",
        "get_config"),
    row("to_categorical_range", ValueError, lambda: kerax.utils.to_categorical([0, 5], 3), "class 5", "num_classes",
        "2"),
    row("floatx_typo", ValueError, lambda: kerax.config.set_floatx("flaot32"), "flaot32", "float32"),
    row("image_data_format_typo", ValueError, lambda: kerax.config.set_image_data_format("channel_last"),
        "channel_last", "channels_last"),
    row("seed_string", (TypeError, ValueError), lambda: kerax.utils.set_random_seed("one"), "seed", "one"),
    row("loss_shapes", ValueError, lambda: kerax.losses.MeanSquaredError()(np.ones((4, 2)), np.ones((4, 3))),
        "mean_squared_error", r"\(4, 2\)", r"\(4, 3\)"),
    row("loss_labels_range", ValueError, lambda: kerax.losses.sparse_categorical_crossentropy([5], [[0.5, 0.5]]), "5",
        "0 to 1"),
    row("metric_shapes", ValueError,
        lambda: kerax.metrics.MeanSquaredError().update_state(np.ones((4, 2)), np.ones((4, 3))), r"\(4, 2\)",
        r"\(4, 3\)"),
    row("metric_missing_argument", TypeError, lambda: kerax.metrics.MeanSquaredError().update_state(np.ones(4)),
        "y_pred"),
    row("activation_lookup", ValueError, lambda: kerax.activations.get("softmx"), "activation", "softmx",
        "mean 'softmax'"),
    row("layer_from_config", (TypeError, ValueError),
        lambda: layers.deserialize({"class_name": "Dense", "config": {"unit": 3}}), "Dense", "unit"),
    row("layer_config_damaged", ValueError, lambda: layers.deserialize({"class": "Dense"}), "layer", "class_name"),
]  # fmt: skip
