"""Model functions of TensorFlow 1's tutorials: feature columns and metrics as functions."""

import numpy as np
import pytest

import kerax
import kerax.compat.tensorflow as tf

rng = np.random.default_rng(0)
NUMBERS = rng.normal(size=(60, 2)).astype("float32")
WORDS = rng.choice(["a", "b", "c"], 60).astype(object)
LABELS = (NUMBERS[:, 0] > 0).astype("int64")


def input_fn():
    features = {"x": NUMBERS, "w": WORDS}
    return tf.data.Dataset.from_tensor_slices((features, LABELS)).batch(25)


def columns():
    words = tf.feature_column.categorical_column_with_vocabulary_list("w", ["a", "b", "c"])
    return [tf.feature_column.numeric_column("x", shape=2)], words


def model_fn(features, labels, mode):
    numbers, words = columns()
    net = tf.compat.v1.feature_column.input_layer(features, [*numbers, tf.feature_column.embedding_column(words, 2)])
    logits = tf.compat.v1.layers.dense(net, 2) + tf.compat.v1.feature_column.linear_model(features, [words], units=2)
    classes = tf.argmax(logits, 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"classes": classes})
    loss = tf.compat.v1.losses.sparse_softmax_cross_entropy(labels, logits)
    accuracy = tf.compat.v1.metrics.accuracy(labels, classes)
    value, update = accuracy
    tf.compat.v1.summary.scalar("accuracy", update)
    if mode == tf.estimator.ModeKeys.EVAL:
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops={"accuracy": accuracy})
    optimizer = tf.compat.v1.train.AdagradOptimizer(0.5)
    train_op = optimizer.minimize(loss, global_step=tf.compat.v1.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def test_columns_and_metrics_as_functions(tmp_path):
    estimator = tf.estimator.Estimator(model_fn, tmp_path)
    estimator.train(lambda: input_fn().repeat(20))
    results = estimator.evaluate(input_fn)
    found = [int(one["classes"]) for one in estimator.predict(input_fn)]
    # Over all batches, the short last one included, not over the newest one alone.
    assert results["accuracy"] == pytest.approx(np.mean(found == LABELS)) and results["accuracy"] > 0.9
    names = estimator.get_variable_names()
    assert {"input_layer/w_embedding/embedding_weights", "linear_model/w/weights", "dense/kernel"} <= set(names)


def test_vocabularies_and_inputs_as_tutorials_give_them(tmp_path):
    pandas = pytest.importorskip("pandas")
    words = tf.feature_column.categorical_column_with_vocabulary_list(
        "w", pandas.Series(["red", "blue", "red"]).unique()
    )
    assert words.num_buckets == 2
    model = kerax.Sequential([kerax.layers.Dense(1, input_shape=(2,), name="first")])
    model.compile("sgd", "mse")
    estimator = kerax.estimators.model_to_estimator(model, model_dir=tmp_path)
    estimator.train(lambda: ({"first_input": NUMBERS}, LABELS[:, None].astype("float32")), steps=1)
    with pytest.raises(ValueError, match="Did you mean"):
        estimator.train(lambda: ({"input_layr": NUMBERS}, LABELS), steps=1)


def test_variables_by_name(tmp_path):
    """``get_variable`` makes its own variables in every run of a model function; scopes share them within one."""

    def linear(features, labels, mode):
        v1 = tf.compat.v1
        with v1.variable_scope("net"):
            weights = v1.get_variable("w", [2, 1], initializer=v1.zeros_initializer())
        with v1.variable_scope("net", reuse=True):
            again = v1.get_variable("w")
        outputs = tf.matmul(features["x"], again)
        loss = tf.reduce_mean(tf.square(outputs - labels)) + 0.001 * tf.add_n(
            [tf.nn.l2_loss(one) for one in v1.trainable_variables()]
        )
        assert again is weights
        train_op = v1.train.GradientDescentOptimizer(0.2).minimize(loss, v1.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, predictions=outputs)

    estimator = tf.estimator.Estimator(linear, tmp_path)
    labels = (NUMBERS @ [[1.0], [2.0]]).astype("float32")
    estimator.train(lambda: ({"x": NUMBERS}, labels), steps=60)
    np.testing.assert_allclose(estimator.get_variable_value("net/w"), [[1.0], [2.0]], atol=0.02)
    assert estimator.evaluate(lambda: ({"x": NUMBERS}, labels), steps=1)["loss"] < 0.01


def test_gradients_are_no_values_in_model_functions(tmp_path):
    def by_hand(features, labels, mode):
        outputs = tf.keras.layers.Dense(1)(features["x"])
        loss = tf.reduce_mean(outputs)
        tf.compat.v1.train.AdamOptimizer(0.1).compute_gradients(loss)

    with pytest.raises(TypeError, match="use minimize.loss., with clipnorm="):
        tf.estimator.Estimator(by_hand, tmp_path).train(lambda: ({"x": NUMBERS}, LABELS), steps=1)
