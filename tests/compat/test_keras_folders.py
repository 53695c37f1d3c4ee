"""Whole models in folders, as scripts for tf.keras save them; arguments in tf.keras's order."""

import numpy as np
import pytest


def test_a_model_goes_into_a_folder_and_comes_back(tf, tmp_path):
    model = tf.keras.Sequential([tf.keras.layers.Dense(2, input_shape=(3,))])
    model.compile("sgd", "mse")
    ones = np.ones((4, 3), "float32")
    path = str(tmp_path / "my_model")
    checkpoint = tf.keras.callbacks.ModelCheckpoint(path)
    model.fit(ones, np.zeros((4, 2)), epochs=2, verbose=0, callbacks=[checkpoint])  # overwrites the first one
    again = tf.keras.models.load_model(path)
    np.testing.assert_allclose(again.predict(ones, verbose=0), model.predict(ones, verbose=0))
    np.testing.assert_allclose(tf.saved_model.load(path)(tf.constant(ones)), model.predict(ones, verbose=0), rtol=1e-6)
    with pytest.raises(FileExistsError, match="overwrite=True"):
        model.save(path, overwrite=False)


def test_a_model_of_texts_goes_into_a_folder_without_programs(tf, tmp_path):
    texts = tf.keras.Input((1,), dtype=tf.string)
    found = tf.keras.layers.StringLookup(vocabulary=["a", "b"], output_mode="multi_hot")(texts)
    model = tf.keras.Model(texts, tf.keras.layers.Dense(1)(found))
    with pytest.warns(UserWarning, match="load_model"):
        model.save(str(tmp_path / "texts"))
    again = tf.keras.models.load_model(str(tmp_path / "texts"))
    data = tf.constant([["a"], ["z"]])
    np.testing.assert_allclose(again(data), model(data))


def test_arguments_by_position_are_those_of_tf_keras(tf):
    class Largest(tf.keras.metrics.Metric):
        def __init__(self):
            super().__init__("largest")
            self.value = self.add_weight("value", initializer="zeros")

    class Mine(tf.keras.losses.Loss):
        def __init__(self):
            super().__init__(tf.keras.losses.Reduction.SUM, "mine")

    assert Largest().name == "largest" and (Mine().reduction, Mine().name) == ("sum", "mine")
    assert tf.keras.layers.ConvLSTM1D(1, 2).get_config()["recurrent_activation"] != "sigmoid"
    assert isinstance(tf.keras.layers.Dense(1, input_shape=(1,)), tf.keras.layers.Layer)
    layer = tf.keras.layers.Dense(1)
    layer.build((None, 1))
    assert isinstance(layer.kernel, tf.Variable) and isinstance(layer.submodules, tuple)
    normal = tf.keras.layers.Normalization()
    normal.adapt(np.array([[1.0], [3.0]]))
    assert normal.mean.numpy().tolist() == [[2.0]]


def test_the_loss_of_a_graph_may_be_fetched_beside_its_step(tf):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        w = v1.get_variable("w", initializer=2.0)
        loss = w * w
        step = v1.train.GradientDescentOptimizer(0.25).minimize(loss)
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            assert session.run([loss, step]) == [4.0, None] and session.run([step, loss]) == [None, 1.0]
            session.run(v1.global_variables_initializer())
            assert session.run(w) == 2.0
