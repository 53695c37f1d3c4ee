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

    telling = Telling()
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
        }
    )
