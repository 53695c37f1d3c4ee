"""What libraries built on tf.keras rely on beyond its documentation."""

from tests.compat.programs import each


def same_functions(tf, np, folder):
    """Functions are compared: the one of a name, the one of a layer and the one in the module are the same."""
    keras = tf.keras
    activations, layers, losses = keras.activations, keras.layers, keras.losses

    def mine(x):
        return x * 2.0

    class Own(layers.Layer):
        def __init__(self, activation=None):
            super().__init__()
            self.activation = activations.get(activation)

        def call(self, x):
            return self.activation(x)

    class Inside(layers.Layer):
        def __init__(self):
            super().__init__()
            self.activation = layers.PReLU()

        def call(self, x):
            return self.activation(x)

    def changed():
        model = keras.Sequential([layers.Dense(2, "relu", input_shape=(3,)), layers.Dense(2, "softmax")])
        last = model.layers[-1]
        last.activation = activations.linear
        x = np.ones((2, 3), "float32")
        again = keras.models.clone_model(model)
        return [
            last.activation is activations.linear,
            last.get_config()["activation"],
            [one.activation.__name__ for one in again.layers],
            bool(np.allclose(model.predict(x, verbose=0).sum(-1), 1.0)),
        ]

    def inside():
        layer = Inside()
        layer(tf.ones((1, 2)))
        return len(layer.weights), "activation" in vars(layer)

    own, recurrent = Own("tanh"), layers.LSTM(3)
    return each(
        {
            "get": lambda: [activations.get(name) is getattr(activations, name) for name in ("relu", "gelu", "tanh")],
            "linear": lambda: [
                activations.get(None) is activations.linear,
                layers.Dense(1).activation is activations.linear,
            ],
            "of layers": lambda: [
                layers.Dense(1, "relu").activation is activations.relu,
                layers.Activation("hard_sigmoid").activation is activations.hard_sigmoid,
                layers.Conv2D(1, 1, activation="elu").activation == activations.elu,
                recurrent.activation is activations.tanh,
                recurrent.cell.recurrent_activation is activations.sigmoid,
            ],
            "given": lambda: [
                layers.Dense(1, mine).activation is mine,
                own.activation is activations.tanh,
                own(tf.constant([0.5])),
            ],
            "losses": lambda: [
                losses.get("mse") is losses.mean_squared_error,
                losses.MSE is losses.mse,
                keras.metrics.mse is losses.mse,
                losses.get("sparse_categorical_crossentropy") is losses.sparse_categorical_crossentropy,
            ],
            "called": lambda: layers.Dense(1, "relu").activation(tf.constant([-1.0, 2.0])) + 1,
            "none": lambda: hasattr(layers.Dropout(0.1), "activation"),
            "changed": changed,
            "inside": inside,
        }
    )


def older_optimizers(tf, np, folder):
    """An optimizer in the manner of TensorFlow 2.0 to 2.10: shared numbers, slots, a rule for one variable."""
    keras = tf.keras

    class Adaptive(keras.optimizers.legacy.Optimizer):
        def __init__(self, learning_rate=0.1, beta=0.9, name="Adaptive", **kwargs):
            super().__init__(name, **kwargs)
            self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
            self._set_hyper("decay", self._initial_decay)
            self._set_hyper("beta", beta)

        def _create_slots(self, var_list):
            for var in var_list:
                self.add_slot(var, "m")

        def _prepare_local(self, var_device, var_dtype, apply_state):
            super()._prepare_local(var_device, var_dtype, apply_state)
            step = tf.cast(self.iterations + 1, var_dtype)
            beta = tf.identity(self._get_hyper("beta", var_dtype))
            apply_state[(var_device, var_dtype)].update(beta=beta, power=tf.pow(beta, step))

        def _resource_apply_dense(self, grad, var, apply_state=None):
            var_device, var_dtype = var.device, var.dtype.base_dtype
            shared = (apply_state or {}).get((var_device, var_dtype)) or self._fallback_apply_state(
                var_device, var_dtype
            )
            m = self.get_slot(var, "m")
            m_t = m.assign(shared["beta"] * m + (1.0 - shared["beta"]) * grad, use_locking=self._use_locking)
            step = shared["lr_t"] * m_t / (1.0 - shared["power"])
            return var.assign_sub(step, use_locking=self._use_locking)

        def _resource_apply_sparse(self, grad, var, indices, apply_state=None):
            whole = tf.scatter_nd(indices[:, None], grad, var.shape)
            return self._resource_apply_dense(whole, var, apply_state)

        def get_config(self):
            names = "learning_rate", "decay", "beta"
            return {**super().get_config(), **{name: self._serialize_hyperparameter(name) for name in names}}

    def by_hand(**options):
        optimizer, v = Adaptive(**options), tf.Variable([1.0, 2.0])
        for _ in range(3):
            optimizer.apply_gradients([(tf.constant([1.0, -2.0]), v)])
        return [v, int(optimizer.iterations)]

    def of_rows():
        optimizer, v = Adaptive(), tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        rows = tf.IndexedSlices(tf.constant([[0.5, -0.5], [1.0, 2.0]]), tf.constant([2, 0]), tf.constant([3, 2]))
        optimizer.apply_gradients([(rows, v)])
        return v

    def fitted():
        model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,), kernel_initializer="ones")])
        model.compile(Adaptive(0.05), "mse")
        model.fit(np.ones((4, 2)), np.zeros(4), epochs=2, verbose=0)
        return model.get_weights()

    def again():
        config = Adaptive(0.5, beta=0.25).get_config()
        return [config, Adaptive.from_config(config).get_config() == config]

    return each(
        {
            "by hand": by_hand,
            "rows": of_rows,
            "decay": lambda: by_hand(decay=0.5),
            "clipped": lambda: by_hand(clipvalue=0.5, lr=0.25),
            "fitted": fitted,
            "configuration": again,
        }
    )


def notes_and_shapes(tf, np, folder):
    """What older layers do with tensors: note something down on them, drop axes without saying which."""
    keras = tf.keras

    class Noting(keras.layers.Layer):
        def call(self, x, training=None):
            found = x * 2.0
            found._uses_learning_phase = training is not None
            return found if found._uses_learning_phase else -found

    class Squeezing(keras.layers.Layer):
        def call(self, x):
            lengths = tf.squeeze(tf.reduce_sum(x, 1, keepdims=True))
            return x * tf.reshape(lengths, [-1, 1])

    def noted():
        x = tf.constant([1.0])
        x._keras_shape = (None, 1)
        return [x._keras_shape, hasattr(x + 1, "_keras_shape")]

    def model(layer):
        entry = keras.Input((3,))
        return keras.Model(entry, layer(entry)).predict(np.arange(6.0).reshape(2, 3), verbose=0)

    return each(
        {
            "noted": noted,
            "in a layer": lambda: model(Noting()),
            "squeezed": lambda: model(Squeezing()),
            "squeezed at once": lambda: tf.squeeze(tf.ones((1, 2, 1))),
        }
    )


def sizes_in_the_backend(tf, np, folder):
    """Sizes that are only known when the program runs, given to functions of the backend."""
    keras, backend = tf.keras, tf.keras.backend

    def shown(function):
        class Own(keras.layers.Layer):
            def call(self, x):
                return function(x, backend.shape(x))

        entry = keras.Input((None, 3))
        return keras.Model(entry, Own()(entry)).predict(np.arange(24.0).reshape(2, 4, 3), verbose=0)

    def drawn(function, **options):
        found = shown(lambda x, sizes: function(sizes, **options))
        return [found.shape, found.dtype.name]

    return each(
        {
            "arange": lambda: shown(lambda x, s: x[..., 0] + backend.cast(backend.arange(0, s[1]), "float32")),
            "arange of known": lambda: [backend.arange(3), backend.arange(-3), backend.arange(1, 2, 0.5, "float32")],
            "reshape": lambda: shown(lambda x, s: backend.reshape(x, (s[0] * s[1], 3))),
            "reshape to one": lambda: shown(lambda x, s: backend.reshape(x, (-1, s[1] * 3))),
            "tile": lambda: shown(
                lambda x, s: backend.tile(backend.expand_dims(backend.arange(0, s[1]), 0), [s[0], 1])
            ),
            "tile once": lambda: backend.tile(tf.constant([1, 2]), 2),
            "uniform": lambda: drawn(backend.random_uniform),
            "normal": lambda: drawn(backend.random_normal, mean=1.0),
            "bernoulli": lambda: drawn(backend.random_bernoulli, p=0.5),
            "truncated": lambda: drawn(backend.truncated_normal),
        }
    )


def masks_of_merged_inputs(tf, np, folder):
    """Residual connections of masked sequences: what any of the masks hides stays hidden."""
    keras, layers = tf.keras, tf.keras.layers
    words = np.array([[1, 2, 0], [3, 0, 0]])
    other = np.array([[0, 2, 0], [3, 1, 0]])

    def summed(merge, second):
        first, entry = keras.Input((3,)), keras.Input((3,))
        left = layers.Embedding(4, 2, mask_zero=True, embeddings_initializer="ones")(first)
        right = layers.Embedding(4, 2, mask_zero=second, embeddings_initializer="ones")(entry)
        merged = merge()([left, right])
        found = layers.SimpleRNN(1, kernel_initializer="ones", recurrent_initializer="ones", activation=None)(merged)
        return keras.Model([first, entry], found).predict([words, other], verbose=0)

    ones, mask = tf.ones((2, 3, 1)), tf.constant([[True, True, False], [True, False, False]])
    return each(
        {
            "one mask": lambda: summed(layers.Add, False),
            "two masks": lambda: summed(layers.Add, True),
            "averages": lambda: summed(layers.Average, True),
            "products": lambda: summed(layers.Multiply, False),
            "asked": lambda: layers.Add().compute_mask([ones, ones], [mask, ~mask]),
            "asked of one": lambda: layers.Maximum().compute_mask([ones, ones], [None, mask]),
            "asked of none": lambda: layers.Add().compute_mask([ones, ones], [None, None]),
        }
    )


def arguments_left_open(tf, np, folder):
    """Arguments that libraries pass on as None."""
    keras = tf.keras

    def fitted(**options):
        model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,), kernel_initializer="ones")])
        model.compile("sgd", "mse", metrics=None, loss_weights=None, weighted_metrics=None, **options)
        return sorted(model.fit(np.ones((4, 2)), np.zeros(4), sample_weight=None, verbose=0).history)

    return each(
        {
            "steps": lambda: fitted(steps_per_execution=None),
            "run_eagerly": lambda: fitted(run_eagerly=None, jit_compile=None),
        }
    )
