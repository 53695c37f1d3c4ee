"""Makes ``tensorflow_operations.json``: models of tf.keras with functions of TensorFlow, and their outputs.

python tests/saving/make_tensorflow_operations.py    # with TensorFlow 2.15
"""

import json
from pathlib import Path

import numpy as np
import tensorflow as tf

K = tf.keras.backend
CASES = {
    "add_c": lambda x, y: x + 2.0,
    "radd": lambda x, y: 2.0 + x,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "rsub": lambda x, y: 1.0 - x,
    "mul": lambda x, y: x * 3.0,
    "div": lambda x, y: x / 2.0,
    "rdiv": lambda x, y: 1.0 / (x + 10.0),
    "pow": lambda x, y: x**2,
    "neg": lambda x, y: -x,
    "abs": lambda x, y: abs(x),
    "floordiv": lambda x, y: x // 2.0,
    "mod": lambda x, y: x % 2.0,
    "matmul": lambda x, y: x @ tf.transpose(y, [0, 2, 1]),
    "gt": lambda x, y: tf.cast(x > y, "float32"),
    "le": lambda x, y: tf.cast(x <= 1.0, tf.float32),
    "eq": lambda x, y: tf.cast(tf.equal(x, y), "float32"),
    "slice": lambda x, y: x[:, 1:],
    "slice3": lambda x, y: x[:, 0],
    "slice4": lambda x, y: x[:, tf.newaxis, :, ::2],
    "slice5": lambda x, y: x[:, -1, :-1],
    "mean": lambda x, y: tf.reduce_mean(x, axis=1),
    "sum": lambda x, y: tf.reduce_sum(x, axis=[1, 2], keepdims=True),
    "max": lambda x, y: tf.reduce_max(x, 1),
    "min": lambda x, y: tf.math.reduce_min(x, -1),
    "prod": lambda x, y: tf.reduce_prod(x, -1),
    "std": lambda x, y: tf.math.reduce_std(x, -1),
    "var": lambda x, y: tf.math.reduce_variance(x, -1),
    "lse": lambda x, y: tf.reduce_logsumexp(x, -1),
    "concat": lambda x, y: tf.concat([x, y], axis=-1),
    "stack": lambda x, y: tf.stack([x, y], axis=1),
    "reshape": lambda x, y: tf.reshape(x, [-1, 12]),
    "transpose": lambda x, y: tf.transpose(x, [0, 2, 1]),
    "expand": lambda x, y: tf.expand_dims(x, -1),
    "squeeze": lambda x, y: tf.squeeze(x[:, :1], axis=1),
    "squeeze_all": lambda x, y: tf.squeeze(tf.expand_dims(x, 2), [2]),
    "tile": lambda x, y: tf.tile(x, [1, 2, 1]),
    "repeat": lambda x, y: tf.repeat(x, 2, axis=1),
    "pad": lambda x, y: tf.pad(x, [[0, 0], [1, 1], [0, 0]]),
    "clip": lambda x, y: tf.clip_by_value(x, 0.0, 2.0),
    "where": lambda x, y: tf.where(x > y, x, y),
    "gather": lambda x, y: tf.gather(x, [0, 2], axis=1),
    "split": lambda x, y: tf.split(x, 2, axis=2)[1],
    "unstack": lambda x, y: tf.unstack(x, axis=1)[1],
    "onehot": lambda x, y: tf.one_hot(tf.cast(x, "int32"), 4),
    "argmax": lambda x, y: tf.cast(tf.argmax(x, axis=-1), "float32"),
    "cumsum": lambda x, y: tf.cumsum(x, axis=1),
    "tmatmul": lambda x, y: tf.matmul(x, y, transpose_b=True),
    "exp": lambda x, y: tf.exp(x),
    "log": lambda x, y: tf.math.log(x + 1.0),
    "sqrt": lambda x, y: tf.sqrt(x),
    "square": lambda x, y: tf.square(x),
    "rsqrt": lambda x, y: tf.math.rsqrt(x + 1.0),
    "sin": lambda x, y: tf.sin(x),
    "cos": lambda x, y: tf.cos(x),
    "floor": lambda x, y: tf.floor(x / 3.0),
    "round": lambda x, y: tf.round(x / 3.0),
    "sign": lambda x, y: tf.sign(x),
    "log1p": lambda x, y: tf.math.log1p(x),
    "erf": lambda x, y: tf.math.erf(x),
    "maximum": lambda x, y: tf.maximum(x, y),
    "minimum": lambda x, y: tf.minimum(x, 3.0),
    "sqdiff": lambda x, y: tf.math.squared_difference(x, y),
    "l2n": lambda x, y: tf.nn.l2_normalize(x, axis=-1),
    "norm": lambda x, y: tf.norm(x, axis=-1),
    "relu": lambda x, y: tf.nn.relu(x - 2.0),
    "sigmoid": lambda x, y: tf.sigmoid(x),
    "tanh": lambda x, y: tf.tanh(x),
    "softmax": lambda x, y: tf.nn.softmax(x, axis=1),
    "logsoftmax": lambda x, y: tf.nn.log_softmax(x),
    "softplus": lambda x, y: tf.nn.softplus(x),
    "elu": lambda x, y: tf.nn.elu(x - 2.0),
    "leaky": lambda x, y: tf.nn.leaky_relu(x - 2.0, alpha=0.1),
    "gelu": lambda x, y: tf.nn.gelu(x),
    "silu": lambda x, y: tf.nn.silu(x),
    "relu6": lambda x, y: tf.nn.relu6(x),
    "selu": lambda x, y: tf.nn.selu(x),
    "kmean": lambda x, y: K.mean(x, axis=1),
    "ksum": lambda x, y: K.sum(x, axis=-1, keepdims=True),
    "kl2": lambda x, y: K.l2_normalize(x, -1),
    "kbatch_dot": lambda x, y: K.batch_dot(x, y, axes=2),
    "kconcat": lambda x, y: K.concatenate([x, y], 1),
    "ksquare": lambda x, y: K.sqrt(K.square(x)),
    "kexpand": lambda x, y: K.expand_dims(x, 1),
    "kclip": lambda x, y: K.clip(x, 0, 1),
    "shape_reshape": lambda x, y: tf.reshape(x, [tf.shape(x)[0], 12]),
    "zeros": lambda x, y: x + tf.zeros_like(x),
    "ones": lambda x, y: x * tf.ones_like(x),
    "addn": lambda x, y: tf.add_n([x, y, x]),
    "rev": lambda x, y: tf.reverse(x, [1]),
    "resize": lambda x, y: tf.image.resize(tf.expand_dims(x, -1), [6, 8]),
    "stopg": lambda x, y: tf.stop_gradient(x),
    "ident": lambda x, y: tf.identity(x),
    "any": lambda x, y: tf.cast(tf.reduce_any(x > 3.0, axis=1), "float32"),
    "land": lambda x, y: tf.cast(tf.logical_and(x > 1.0, y > 1.0), "float32"),
    "lnot": lambda x, y: tf.cast(tf.logical_not(x > 1.0), "float32"),
    "roll": lambda x, y: tf.roll(x, 1, axis=1),
    "topk": lambda x, y: tf.math.top_k(x, 2)[0],
    "broadcast": lambda x, y: tf.broadcast_to(x[:1], [2, 3, 4]),
    "tensordot": lambda x, y: tf.tensordot(x, np.ones((4, 2), "float32"), 1),
    "diff": lambda x, y: tf.abs(x - y),
    "const": lambda x, y: x * tf.constant([1.0, 2.0, 3.0, 4.0]),
    "npadd": lambda x, y: x + np.arange(4, dtype="float32"),
    "bias": lambda x, y: tf.nn.bias_add(x, np.ones(4, "float32")),
    "convert": lambda x, y: tf.convert_to_tensor(x),
    "seqmask": lambda x, y: tf.cast(tf.math.is_nan(x), "float32"),
}


def main():
    """Writes the inputs, and the configuration and output of every model."""
    rng = np.random.default_rng(0)
    inputs = [(rng.random((2, 3, 4)) * 5).astype("float32") for _ in range(2)]
    found = {"inputs": [one.tolist() for one in inputs], "models": {}}
    for name, function in CASES.items():
        x, y = tf.keras.Input((3, 4), name="x"), tf.keras.Input((3, 4), name="y")
        model = tf.keras.Model([x, y], function(x, y))
        found["models"][name] = {"config": json.loads(model.to_json()), "output": model(inputs).numpy().tolist()}
    Path(__file__).with_name("tensorflow_operations.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main()
