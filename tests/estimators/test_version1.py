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
