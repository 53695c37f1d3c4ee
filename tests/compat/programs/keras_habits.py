"""What books and guides on tf.keras do that its own documentation hardly mentions."""

from tests.compat.programs import each


def training_by_place(tf, np, folder):
    """``training`` given as the second argument, not by its name."""
    layers = tf.keras.layers
    ones = np.ones((2, 3), "float32")
    entry = tf.keras.Input((3,))
    dropping = tf.keras.Model(entry, layers.Dropout(0.5)(entry))
    seen = []

    class Telling(layers.Layer):
        def call(self, x, training=None, scale=1.0):
            seen.append(bool(training))
            return x * scale

    class Nested(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.normalize = layers.BatchNormalization()
            self.dropping = dropping

        def call(self, x, training=None):
            return self.dropping(self.normalize(x, training), training)

    def fitted():
        model = Nested()
        model.compile("sgd", "mse")
        return sorted(model.fit(ones, ones, verbose=0).history)

    telling, one = Telling(), tf.function(lambda x: x + 1.0).get_concrete_function
    return each(
        {
            "functional": lambda: dropping(ones, False),
            "none": lambda: dropping(ones, None),
            "sequential": lambda: tf.keras.Sequential([layers.Dropout(0.5)])(ones, False),
            "drops": lambda: sorted(set(dropping(tf.ones((20, 30))[:, :3], True).numpy().ravel().tolist())),
            "own layer": lambda: [telling(ones, True, 2.0), telling(ones, False), seen],
            "symbolic": lambda: tf.keras.Model(entry, Telling()(entry, True))(ones),
            "twice": lambda: telling(ones, True, training=False),
            "fit": fitted,
            "in a function": lambda: tf.function(lambda x: dropping(x, False))(ones),
            "one program": lambda: [one(ones) is one(ones), one(ones) is one(ones[:1])],
        }
    )


def folders_of_models(tf, np, folder):
    """What is written under a path without an ending, and read where less is known."""
    layers = tf.keras.layers
    x = np.arange(8.0).reshape(2, 4).astype("float32")

    class Scaling(tf.keras.Model):
        def __init__(self, units):
            super().__init__()
            self.dense = layers.Dense(units, kernel_initializer="ones")
            self.dropping = layers.Dropout(0.5)

        def call(self, x, training=None):
            return {"scaled": self.dropping(self.dense(x), training=training) * 2.0}

    model = Scaling(3)
    found = model(x)
    model.save(str(folder / "own"))
    loaded = tf.keras.models.load_model(str(folder / "own"))
    program = tf.saved_model.load(str(folder / "own"))

    def part(units):
        entry = tf.keras.Input((4,))
        middle = layers.Dense(3, kernel_initializer="ones", name="middle")(entry)
        last = layers.Dense(units, kernel_initializer="zeros", name="last")(middle)
        return tf.keras.Model(entry, middle), tf.keras.Model(entry, last)

    def longer():
        part(2)[0].save_weights(str(folder / "part"))
        for weight in (whole := part(5)[1]).weights:
            weight.assign(tf.fill(weight.shape, 7.0))
        whole.load_weights(str(folder / "part"))
        return whole.get_weights()

    def wrong_shape():
        part(2)[1].save_weights(str(folder / "wrong"))
        part(5)[1].load_weights(str(folder / "wrong"))

    reader = tf.train.load_checkpoint(tf.train.Checkpoint(a=tf.Variable([1, 2]), b=tf.Variable("x")).save(folder / "c"))
    return each(
        {
            "called": lambda: [found["scaled"], loaded(x)["scaled"]],
            "predicted": lambda: loaded.predict(x[:1], verbose=0),
            "signature": lambda: sorted(program.signatures["serving_default"](tf.constant(x))),
            "known class": lambda: (
                type(tf.keras.models.load_model(str(folder / "own"), custom_objects={"Scaling": Scaling})).__name__
            ),
            "weights of a part": longer,
            "wrong shape": wrong_shape,
            "dtypes": lambda: sorted((k, v.name) for k, v in reader.get_variable_to_dtype_map().items()),
        }
    )


def metrics_of_loaded_models(tf, np, folder):
    """Metrics have the names by which they were asked for, also in a model that was read."""
    x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")

    def own(a, b):
        return tf.reduce_mean(tf.square(a - b), axis=-1)

    def logs(path):
        model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(3,))])
        model.compile("sgd", own, metrics=["mae", "MSE", own, tf.keras.metrics.RootMeanSquaredError(name="r"), "acc"])
        model.fit(x, y, verbose=0)
        model.save(str(folder / path))
        loaded = tf.keras.models.load_model(str(folder / path), custom_objects={"own": own})
        return [sorted(one.fit(x, y, verbose=0).history) for one in (model, loaded)]

    return each({path: lambda path=path: logs(path) for path in ("m.h5", "m.keras", "m")})


def layers_made_in_call(tf, np, folder):
    """Layers without weights may be made where they are used; a metric's own result is its metric."""
    layers = tf.keras.layers
    x, y = np.ones((8, 3), "float32"), np.zeros((8, 3), "float32")

    class Joining(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.last = layers.Dense(4), layers.Dense(3)

        def call(self, x, training=None):
            h = layers.concatenate([layers.ReLU()(self.first(x)), x])
            h = layers.Flatten()(layers.Reshape((7, 1))(layers.add([h, h])))
            return self.last(layers.Dropout(0.1)(h, training=training))

    class Late(tf.keras.Model):
        def call(self, x):
            return layers.Dense(3)(x)

    class Watching(layers.Layer):
        def __init__(self):
            super().__init__()
            self.mean, self.accuracy = tf.keras.metrics.Mean(name="mean"), tf.keras.metrics.BinaryAccuracy()

        def call(self, x):
            self.add_metric(self.mean(x))
            self.add_metric(self.accuracy(x, x), name="another name")
            self.add_metric(tf.reduce_sum(x), name="total")
            return x

    def fitted(model):
        model.compile("sgd", "mse")
        logs = model.fit(x, y, epochs=2, verbose=0).history
        return [sorted(logs), model.predict(x, verbose=0).shape, len(model.weights)]

    def refused():
        model = Late()
        model.compile("sgd", "mse")
        model.fit(x, y, verbose=0)

    def watched():
        entry = tf.keras.Input((3,))
        model = tf.keras.Model(entry, layers.Dense(3)(Watching()(entry)))
        model.compile("sgd", "mse")
        logs = model.fit(x, y, verbose=0).history
        return [sorted(logs), logs["mean"], logs["binary_accuracy"], logs["total"]]

    return each(
        {"fitted": lambda: fitted(Joining()),
         "with weights": refused, "results of metrics": watched}
    )  # fmt: skip


def one_target_for_two_outputs(tf, np, folder):
    """A model with a further output that has no loss is given one array of targets."""
    x, y = np.ones((8, 3), "float32"), np.zeros((8, 1), "float32")

    def fitted(loss, targets, **kwargs):
        entry = tf.keras.Input((3,))
        inner = tf.keras.layers.Dense(4, name="inner", kernel_initializer="ones")(entry)
        outer = tf.keras.layers.Dense(1, name="outer", kernel_initializer="ones")(inner)
        model = tf.keras.Model(entry, [outer, inner])
        model.compile("sgd", loss, **kwargs)
        return round(model.fit(x, targets, verbose=0).history["loss"][0], 3)

    return each(
        {
            "array": lambda: fitted(["mse", None], y),
            "metrics": lambda: fitted(["mse", None], y, metrics=[["mae"], []]),
            "both": lambda: fitted(["mse", None], [y, y]),
        }
    )
