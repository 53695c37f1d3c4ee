"""Gradients of tables, tf.IndexedSlices: what scripts see of them, clipping, and what optimizers make of them."""

from tests.compat.programs import each


def _table(tf, np):
    return tf.Variable(np.arange(16, dtype="float32").reshape(8, 2) / 10)


def seen(tf, np, folder):
    def gradient_of(function):
        table = _table(tf, np)
        with tf.GradientTape() as tape:
            loss = function(table)
        return tape.gradient(loss, table)

    def looked_up():
        return gradient_of(lambda t: tf.reduce_sum(tf.nn.embedding_lookup(t, [[1, 1], [3, 0]]) ** 2))

    def gathered():
        return gradient_of(lambda t: tf.reduce_sum(tf.gather(t, [2, 5]) * 3.0))

    def both():
        return gradient_of(lambda t: tf.reduce_sum(tf.gather(t, [1, 2]) ** 2) + tf.reduce_sum(t * t))

    def parts(g):
        return isinstance(g, tf.IndexedSlices), g.values, g.indices, tf.convert_to_tensor(g)

    def clipped():
        g = looked_up()
        found, norm = tf.clip_by_global_norm([g, tf.constant([3.0, 4.0])], 2.0)
        return norm, found[0].values, tf.convert_to_tensor(found[0]), found[1]

    def in_function():
        table = _table(tf, np)

        @tf.function
        def step(ids):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.gather(table, ids) ** 2)
            g = tape.gradient(loss, table)
            return g.values, g.indices, tf.linalg.global_norm([g])

        return step(tf.constant([1, 1, 6]))

    return each(
        {
            "looked up": lambda: parts(looked_up()),
            "gathered": lambda: parts(gathered()),
            "used otherwise too": lambda: (isinstance(both(), tf.IndexedSlices), both()),
            "global_norm": lambda: tf.linalg.global_norm([looked_up()]),
            "clip_by_global_norm": clipped,
            "clip_by_norm": lambda: tf.clip_by_norm(looked_up(), 0.5).values,
            "clip_by_value": lambda: tf.clip_by_value(looked_up(), -0.3, 0.3).values,
            "scalar_mul": lambda: tf.math.scalar_mul(0.5, looked_up()).values,
            "negative": lambda: (-looked_up()).values,
            "arithmetic": lambda: tf.reduce_sum(looked_up()) + tf.norm(gathered()),
            "made anew": lambda: tf.convert_to_tensor(
                tf.IndexedSlices(looked_up().values * 2, looked_up().indices, looked_up().dense_shape)
            ),
            "in a function": in_function,
        }
    )


def optimizers(tf, np, folder):
    """Tables after three steps of training loops."""
    ids = [[0, 1, 1, 6], [1, 2, 2, 2], [0, 0, 5, 6]]

    def trained(make, compiled, hand_made=False, minimize=False):
        optimizer, table, bias = make(), _table(tf, np), tf.Variable([0.5, -0.5])

        def loss_of(rows):
            return tf.reduce_sum((tf.gather(table, rows) + bias) ** 2)

        def step(rows):
            with tf.GradientTape() as tape:
                loss = loss_of(rows)
            gradients = tape.gradient(loss, [table, bias])
            if hand_made:
                g = gradients[0]
                gradients[0] = tf.IndexedSlices(g.values * 0.5, g.indices, g.dense_shape)
            optimizer.apply_gradients(zip(gradients, [table, bias]))

        run = tf.function(step) if compiled else step
        for rows in ids:
            if minimize:
                optimizer.minimize(lambda rows=rows: loss_of(rows), [table, bias])
            else:
                run(tf.constant(rows))
        return table, bias

    new, old = tf.keras.optimizers, tf.keras.optimizers.legacy
    return each(
        {
            "Adam, clipnorm": lambda: trained(lambda: new.Adam(0.1, clipnorm=0.5), True),
            "Adagrad, global_clipnorm": lambda: trained(lambda: new.Adagrad(0.1, global_clipnorm=0.5), False),
            "RMSprop, clipvalue": lambda: trained(lambda: new.RMSprop(0.1, clipvalue=0.2), False, minimize=True),
            "legacy.SGD": lambda: trained(lambda: old.SGD(0.1, momentum=0.9, nesterov=True), False),
            "legacy.SGD, minimize": lambda: trained(lambda: old.SGD(0.1, momentum=0.9), False, minimize=True),
            "legacy.SGD, made by hand": lambda: trained(lambda: old.SGD(0.1, momentum=0.9), False, True),
            "legacy.Adam, clipnorm": lambda: trained(lambda: old.Adam(0.1, clipnorm=0.5), True),
            "legacy.Nadam": lambda: trained(lambda: old.Nadam(0.1), True),
            "legacy.Ftrl": lambda: trained(lambda: old.Ftrl(0.1), True),
        }
    )


def models(tf, np, folder):
    """Tables of Embedding layers after training."""
    rng = np.random.RandomState(0)
    x, y = rng.randint(0, 6, (12, 4)), rng.rand(12, 1).astype("float32")

    def model_of(kind=tf.keras.Sequential):
        table = (np.arange(16).reshape(8, 2) / 10).astype("float32")
        return kind(
            [
                tf.keras.layers.Embedding(8, 2, input_length=4, weights=[table]),
                tf.keras.layers.GlobalMaxPooling1D(),
                tf.keras.layers.Dense(1, kernel_initializer="ones"),
            ]
        )

    def fitted(optimizer, kind=tf.keras.Sequential, **options):
        model = model_of(kind)
        model.compile(optimizer, "mse", **options)
        model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
        return model.layers[0].get_weights()[0]

    def looped(optimizer):
        model = model_of()
        for i in range(0, 12, 4):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(x[i : i + 4]) - y[i : i + 4]) ** 2)
            gradients = tape.gradient(loss, model.trainable_variables)
            gradients, _ = tf.clip_by_global_norm(gradients, 0.1)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return model.layers[0].get_weights()[0]

    class Own(tf.keras.Sequential):
        def train_step(self, data):
            inputs, targets = data
            with tf.GradientTape() as tape:
                loss = self.compiled_loss(targets, self(inputs, training=True))
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
            return {"loss": loss}

    new, old = tf.keras.optimizers, tf.keras.optimizers.legacy
    return each(
        {
            "Adam, global_clipnorm": lambda: fitted(new.Adam(0.05, global_clipnorm=0.05)),
            "legacy.Ftrl, clipnorm": lambda: fitted(old.Ftrl(0.05, clipnorm=0.05)),
            "train_step": lambda: fitted(old.Adamax(0.05), Own),
            "loop": lambda: looped(old.SGD(0.1, momentum=0.9)),
        }
    )
