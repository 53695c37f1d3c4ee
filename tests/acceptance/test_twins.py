"""Scripts that people bring from TensorFlow tutorials, typed against kerax."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import kerax
from kerax import layers
from tests.acceptance.digits import load_data


def test_sequential_mnist():
    (x_train, y_train), (x_test, y_test) = load_data()
    x_train, x_test = x_train / 255.0, x_test / 255.0
    model = kerax.models.Sequential([
        layers.Flatten(input_shape=(28, 28)),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.2),
        layers.Dense(10, activation="softmax"),
    ])  # fmt: skip
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x_train, y_train, epochs=3)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=2)
    assert sorted(history.history) == ["accuracy", "loss"] and len(history.history["loss"]) == 3
    assert accuracy > 0.95 and loss < 1
    assert model.count_params() == 784 * 128 + 128 + 128 * 10 + 10


def test_fashion_predict():
    (train_images, train_labels), (test_images, test_labels) = load_data()
    train_images, test_images = train_images / 255.0, test_images / 255.0
    model = kerax.Sequential([
        layers.Flatten(input_shape=(28, 28)),
        layers.Dense(128, activation=jax.nn.relu),
        layers.Dense(10, activation=jax.nn.softmax),
    ])  # fmt: skip
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(train_images, train_labels, epochs=2, verbose=0)
    _, accuracy = model.evaluate(test_images, test_labels, verbose=0)
    predictions = model.predict(test_images)
    assert isinstance(predictions, np.ndarray) and predictions.shape == (1000, 10) and predictions.dtype == np.float32
    np.testing.assert_allclose(predictions.sum(1), 1, atol=1e-5)
    assert abs((predictions.argmax(1) == test_labels).mean() - accuracy) < 1e-6


def test_layer_arguments():
    x = jnp.ones((2, 8))
    layers.Dense(64, activation="sigmoid")(x)
    layers.Dense(64, activation=jax.nn.sigmoid)(x)
    layers.Dense(8, kernel_initializer=kerax.initializers.glorot_normal)(x)
    layer = layers.Dense(8, kernel_initializer="orthogonal")
    layer(x)
    kernel = layer.get_weights()[0]
    np.testing.assert_allclose(kernel @ kernel.T, np.eye(8), atol=1e-4)
    l1 = layers.Dense(4, kernel_regularizer=kerax.regularizers.l1(0.01))
    l1(x)
    np.testing.assert_allclose(float(l1.losses[0]), 0.01 * np.abs(l1.get_weights()[0]).sum(), rtol=1e-5)
    l2 = layers.Dense(
        4, bias_regularizer=kerax.regularizers.l2(0.01), bias_initializer=kerax.initializers.constant(2.0)
    )
    l2(x)
    np.testing.assert_allclose(float(l2.losses[0]), 0.01 * 4 * 4.0, rtol=1e-5)
    np.testing.assert_allclose(l2.get_weights()[1], 2.0)


def test_compile_fit_numpy_and_dataset():
    model = kerax.Sequential()
    model.add(layers.Dense(32, activation="relu"))
    model.add(layers.Dense(32, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(
        optimizer=kerax.optimizers.Adam(0.001),
        loss=kerax.losses.categorical_crossentropy,
        metrics=[kerax.metrics.categorical_accuracy],
    )
    rng = np.random.default_rng(0)
    train_x, train_y = rng.random((1000, 72)), rng.random((1000, 10))
    val_x, val_y = rng.random((200, 72)), rng.random((200, 10))
    history = model.fit(train_x, train_y, epochs=3, batch_size=100, validation_data=(val_x, val_y), verbose=0)
    assert set(history.history) == {"loss", "categorical_accuracy", "val_loss", "val_categorical_accuracy"}
    dataset = kerax.data.Dataset.from_tensor_slices((train_x, train_y)).batch(32).repeat()
    val_dataset = kerax.data.Dataset.from_tensor_slices((val_x, val_y)).batch(32).repeat()
    history = model.fit(
        dataset, epochs=2, steps_per_epoch=30, validation_data=val_dataset, validation_steps=3, verbose=0
    )
    assert len(history.history["val_loss"]) == 2
    assert int(model.optimizer.iterations) == 3 * 10 + 2 * 30
    result = model.evaluate(train_x, train_y, batch_size=32, verbose=0)
    again = model.evaluate(kerax.data.Dataset.from_tensor_slices((train_x, train_y)).batch(32), verbose=0)
    np.testing.assert_allclose(result, again, rtol=1e-5)
    model.evaluate(dataset, steps=30, verbose=0)
    assert model.predict(train_x, batch_size=32, verbose=0).shape == (1000, 10)


def test_functional():
    inputs = kerax.Input(shape=(32,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dense(64, activation="relu")(x)
    model = kerax.Model(inputs=inputs, outputs=layers.Dense(10, activation="softmax")(x))
    model.compile(optimizer=kerax.optimizers.RMSprop(0.001), loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(np.random.random((256, 32)), np.random.random((256, 10)), batch_size=32, epochs=2, verbose=0)

    a, b = kerax.Input(shape=(16,), name="a"), kerax.Input(shape=(16,), name="b")
    shared = layers.Dense(16, activation="relu", name="shared")
    ya, yb = shared(a), shared(b)
    merged = layers.concatenate([layers.add([ya, a]), yb * 2.0])
    score = layers.Dense(1, name="score")(merged)
    label = layers.Dense(3, activation="softmax", name="label")(merged)
    model = kerax.Model([a, b], [score, label])
    model.compile(
        "adam",
        loss={"score": "mse", "label": "sparse_categorical_crossentropy"},
        loss_weights={"score": 0.5, "label": 1.0},
        metrics={"label": ["accuracy"]},
    )
    xa, xb = np.random.random((128, 16)), np.random.random((128, 16))
    targets = {"score": xa.sum(1), "label": (xb[:, 0] * 3).astype(int)}
    history = model.fit({"a": xa, "b": xb}, targets, epochs=2, verbose=0)
    assert {"loss", "score_loss", "label_loss", "label_accuracy"} <= set(history.history)
    p = model.predict([xa, xb], verbose=0)
    assert p[0].shape == (128, 1) and p[1].shape == (128, 3)
    assert len(model.trainable_variables) == 6 and model.get_layer("shared") is shared
    sub = kerax.Model(model.inputs, model.get_layer("label").input)
    assert sub.predict([xa, xb], verbose=0).shape == (128, 32)


class MyModel(kerax.Model):
    def __init__(self, num_classes=10):
        super(MyModel, self).__init__(name="my_model")  # noqa: UP008 - as the tutorials write it
        self.num_classes = num_classes
        self.layer1 = layers.Dense(32, activation="relu")
        self.blocks = [layers.Dense(32, activation="relu") for _ in range(3)]
        self.heads = {"out": layers.Dense(num_classes, activation="softmax")}

    def call(self, inputs, training=False):
        x = self.layer1(inputs)
        for block in self.blocks:
            x = block(x)
        return self.heads["out"](x)

    def compute_output_shape(self, input_shape):
        return (*tuple(input_shape)[:-1], self.num_classes)


def test_subclass_model():
    model = MyModel(num_classes=10)
    model.compile(optimizer=kerax.optimizers.RMSprop(0.001), loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(np.random.random((160, 72)), np.random.random((160, 10)), batch_size=16, epochs=2, verbose=0)
    assert len(model.trainable_variables) == 10 and model.name == "my_model"
    assert model.compute_output_shape((None, 72)) == (None, 10)
    assert model(np.zeros((3, 72), "float32")).shape == (3, 10)


class MyLayer(layers.Layer):
    def __init__(self, output_dim, **kwargs):
        self.output_dim = output_dim
        super(MyLayer, self).__init__(**kwargs)  # noqa: UP008

    def build(self, input_shape):
        shape = (input_shape[1], self.output_dim)
        self.kernel = self.add_weight(name="kernel1", shape=shape, initializer="uniform", trainable=True)
        super(MyLayer, self).build(input_shape)  # noqa: UP008

    def call(self, inputs):
        return jnp.matmul(inputs, self.kernel)

    def get_config(self):
        base_config = super(MyLayer, self).get_config()  # noqa: UP008
        base_config["output_dim"] = self.output_dim
        return base_config

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def test_custom_layer():
    model = kerax.Sequential([MyLayer(10), layers.Activation("softmax")])
    model.compile(optimizer=kerax.optimizers.RMSprop(0.001), loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(np.random.random((160, 72)), np.random.random((160, 10)), batch_size=16, epochs=2, verbose=0)
    again = MyLayer.from_config(model.layers[0].get_config())
    assert again.output_dim == 10
    assert model.layers[0].kernel.shape == (72, 10)


def test_cnn_batchnorm_augment():
    kerax.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    x = rng.normal(0, 0.3, (300, 16, 16, 3)).astype("float32")
    for i, c in enumerate(y):
        x[i, :, :, c] += 1.0
    model = kerax.Sequential([
        layers.Input((16, 16, 3)),
        layers.RandomFlip("horizontal"),
        layers.Conv2D(8, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.MaxPooling2D(),
        layers.SeparableConv2D(16, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dropout(0.2),
        layers.Dense(3),
    ])  # fmt: skip
    model.compile("adam", kerax.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    model.fit(x, y, epochs=12, batch_size=30, validation_split=0.2, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] > 0.8
    bn = next(layer for layer in model.layers if "batch_norm" in layer.name)
    assert len(bn.trainable_weights) == 2 and len(bn.non_trainable_weights) == 2
    assert not np.allclose(bn.get_weights()[2], 0)
    np.testing.assert_allclose(model(x[:4], training=False), model(x[:4], training=False))
    lines = []
    model.summary(print_fn=lambda s, **_: lines.append(s))
    assert "Total params" in "\n".join(lines)


def test_random_flip_mirrors_about_half_of_the_images():
    x = np.broadcast_to(np.arange(4.0, dtype="float32")[None, None, :, None], (400, 4, 4, 1))
    flipped = np.asarray(layers.RandomFlip("horizontal", seed=1)(x, training=True))[:, 0, 0, 0] == 3
    assert 0.35 < flipped.mean() < 0.65
    np.testing.assert_array_equal(layers.RandomFlip()(x, training=False), x)
    with pytest.raises(ValueError, match="Did you mean 'horizontal'"):
        layers.RandomFlip("horizontl")
