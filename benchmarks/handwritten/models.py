"""The nets by hand: for each workload, initial parameters and `apply(params, x) -> logits`.

`form` chooses among equal formulations of the costly kernels; the best measured one is the default in `choices.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.handwritten import attention, lstm
from benchmarks.handwritten.convolution import convolution
from benchmarks.handwritten.dense import dense, glorot, layer_norm
from benchmarks.handwritten.pooling import POOLS
from benchmarks.workloads import Workload

Params = dict[str, jax.Array]
Form = dict[str, Any]
Apply = Callable[[Params, jax.Array], jax.Array]

INIT_SEED = 7
LSTM_UNITS = 64
FEED_FORWARD = 512


def _mlp(workload: Workload, rng: np.random.Generator, hidden: int) -> tuple[Params, Apply]:
    inputs, classes = workload.input_shape[0], workload.classes
    params = {
        "w1": glorot(rng, (inputs, hidden)),
        "b1": jnp.zeros(hidden),
        "w2": glorot(rng, (hidden, classes)),
        "b2": jnp.zeros(classes),
    }

    def apply(p: Params, x: jax.Array) -> jax.Array:
        return jax.nn.relu(x @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]

    return params, apply


def mlp(workload: Workload, rng: np.random.Generator, form: Form) -> tuple[Params, Apply]:
    """784-128-10."""
    return _mlp(workload, rng, 128)


def tabular(workload: Workload, rng: np.random.Generator, form: Form) -> tuple[Params, Apply]:
    """10-10-10."""
    return _mlp(workload, rng, 10)


def small_cnn(workload: Workload, rng: np.random.Generator, form: Form) -> tuple[Params, Apply]:
    """One convolution, pooled and flattened."""
    params = {
        "k1": glorot(rng, (3, 3, 1, 32)),
        "c1": jnp.zeros(32),
        "w1": glorot(rng, (13 * 13 * 32, workload.classes)),
        "b1": jnp.zeros(workload.classes),
    }
    pool = POOLS[form["pool"]]

    def apply(p: Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolution(x, p["k1"], *form["conv1"]) + p["c1"])
        return dense(pool(x).reshape(x.shape[0], -1), p["w1"], p["b1"])

    return params, apply


def larger_cnn(workload: Workload, rng: np.random.Generator, form: Form) -> tuple[Params, Apply]:
    """Two convolutions, pooled, then a hidden layer."""
    params = {
        "k1": glorot(rng, (3, 3, 1, 32)),
        "c1": jnp.zeros(32),
        "k2": glorot(rng, (3, 3, 32, 64)),
        "c2": jnp.zeros(64),
        "w1": glorot(rng, (12 * 12 * 64, 128)),
        "b1": jnp.zeros(128),
        "w2": glorot(rng, (128, workload.classes)),
        "b2": jnp.zeros(workload.classes),
    }
    pool = POOLS[form["pool"]]

    def apply(p: Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(convolution(x, p["k1"], *form["conv1"]) + p["c1"])
        x = jax.nn.relu(convolution(x, p["k2"], *form["conv2"]) + p["c2"])
        x = jax.nn.relu(dense(pool(x).reshape(x.shape[0], -1), p["w1"], p["b1"]))
        return dense(x, p["w2"], p["b2"])

    return params, apply


def lstm_net(workload: Workload, rng: np.random.Generator, form: Form) -> tuple[Params, Apply]:
    """An LSTM; its last output is classified. The forget gate's bias starts at one, as in Keras."""
    units, features = LSTM_UNITS, workload.input_shape[-1]
    square = rng.standard_normal((lstm.GATES * units, units))
    params = {
        "w": glorot(rng, (features, lstm.GATES * units)),
        "u": jnp.asarray(np.linalg.qr(square)[0].T.astype(np.float32)),
        "b": jnp.zeros(lstm.GATES * units).at[units : 2 * units].set(1.0),
        "w1": glorot(rng, (units, workload.classes)),
        "b1": jnp.zeros(workload.classes),
    }
    layer = lstm.FORMS[form["lstm"]]

    def apply(p: Params, x: jax.Array) -> jax.Array:
        return dense(layer(x, p["w"], p["u"], p["b"]), p["w1"], p["b1"])

    return params, apply


def transformer(workload: Workload, rng: np.random.Generator, form: Form) -> tuple[Params, Apply]:
    """One post-norm encoder block, averaged over time."""
    width, classes = workload.input_shape[-1], workload.classes
    params = {
        "qkv": jnp.concatenate([glorot(rng, (width, width)) for _ in range(3)], 1),
        "qkv_bias": jnp.zeros(3 * width),
        "out": glorot(rng, (width, width)),
        "out_bias": jnp.zeros(width),
        "scale1": jnp.ones(width),
        "offset1": jnp.zeros(width),
        "w1": glorot(rng, (width, FEED_FORWARD)),
        "b1": jnp.zeros(FEED_FORWARD),
        "w2": glorot(rng, (FEED_FORWARD, width)),
        "b2": jnp.zeros(width),
        "scale2": jnp.ones(width),
        "offset2": jnp.zeros(width),
        "w3": glorot(rng, (width, classes)),
        "b3": jnp.zeros(classes),
    }
    attend = attention.FORMS[form["attention"]]

    def apply(p: Params, x: jax.Array) -> jax.Array:
        x = layer_norm(x + attend(x, p["qkv"], p["qkv_bias"], p["out"], p["out_bias"]), p["scale1"], p["offset1"])
        hidden = jax.nn.relu(dense(x, p["w1"], p["b1"]))
        x = layer_norm(x + dense(hidden, p["w2"], p["b2"]), p["scale2"], p["offset2"])
        return dense(x.mean(1), p["w3"], p["b3"])

    return params, apply


MODELS = {
    "mlp_32": mlp,
    "mlp_128": mlp,
    "tabular": tabular,
    "cnn_32": small_cnn,
    "cnn_128": larger_cnn,
    "lstm": lstm_net,
    "transformer": transformer,
}


def build(workload: Workload, form: Form) -> tuple[Params, Apply]:
    """Initial parameters and the pure forward function of a workload's net."""
    return MODELS[workload.name](workload, np.random.default_rng(INIT_SEED), form)
