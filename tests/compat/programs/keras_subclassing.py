"""Classes that real programs derive from those of tf.keras, with the protected names that they use."""

from tests.compat.programs import each


def _values(np, *shape):
    return np.linspace(-1.0, 1.0, int(np.prod(shape))).reshape(shape).astype("float32")


def _ran(np, layer, *inputs, **options):
    """A layer's output where its weights run from -0.5 to 0.9."""
    layer(*inputs, **options)
    layer.set_weights([np.linspace(-0.5, 0.9, one.size).reshape(one.shape) for one in layer.get_weights()])
    return [[list(one.shape) for one in layer.get_weights()], layer(*inputs, **options)]


def attention(tf, np, folder):
    kind = tf.keras.layers.MultiHeadAttention
    x, y = _values(np, 2, 3, 4), _values(np, 2, 5, 4)

    class Scaled(kind):
        def _compute_attention(self, query, key, value, attention_mask=None, training=None):
            query = tf.multiply(query, 1.0 / float(self._key_dim))
            scores = tf.einsum(self._dot_product_equation, key, query)
            scores = self._masked_softmax(scores, attention_mask)
            dropped = self._dropout_layer(scores, training=training)
            return tf.einsum(self._combine_equation, dropped, value), scores

    class Halved(kind):
        def _compute_attention(self, *args, **kwargs):
            output, scores = super()._compute_attention(*args, **kwargs)
            return output / 2, scores

    class Sharp(kind):
        def _masked_softmax(self, attention_scores, attention_mask=None):
            return super()._masked_softmax(attention_scores * 3.0, attention_mask)

    class Positional(kind):
        def _build_from_signature(self, query, value, key=None):
            super()._build_from_signature(query, value, key)
            self._place = self.add_weight(name="place", shape=(self._num_heads, self._value_dim))

        def call(self, query, value, key=None, attention_mask=None, training=None):
            if not self._built_from_signature:
                self._build_from_signature(query=query, value=value, key=key)
            key = value if key is None else key
            query, key, value = self._query_dense(query), self._key_dense(key), self._value_dense(value)
            found, _ = self._compute_attention(query, key, value + self._place, attention_mask, training)
            return self._output_dense(found)

    class Blind(kind):
        def _compute_attention_mask(self, query, value, *args, **kwargs):
            return self._compute_causal_mask(query, value)

    def names():
        layer = kind(2, 3, value_dim=5, dropout=0.1)
        before = layer._built_from_signature
        layer._build_from_signature(x, y)
        sizes = [layer._num_heads, layer._key_dim, layer._value_dim, layer._dropout, layer._use_bias]
        return [before, layer._built_from_signature, sizes, list(layer._attention_axes)]

    def fitted():
        i = tf.keras.Input((3, 4))
        model = tf.keras.Model(i, Scaled(2, 3)(i, i))
        model.compile("sgd", "mse")
        model.set_weights([np.linspace(-0.5, 0.9, one.size).reshape(one.shape) for one in model.get_weights()])
        return model.fit(x, x, epochs=2, verbose=0).history["loss"]

    return each(
        {
            "names": names,
            "scaled": lambda: _ran(np, Scaled(2, 3), x, y),
            "scaled with a mask": lambda: _ran(
                np, Scaled(2, 3), x, y, attention_mask=np.arange(5) < 3 * np.ones((2, 3, 1))
            ),
            "scaled, scores": lambda: Scaled(2, 3, kernel_initializer="ones")(x, y, return_attention_scores=True)[1],
            "halved": lambda: _ran(np, Halved(2, 3), x, x),
            "sharp": lambda: _ran(np, Sharp(2, 3), x, y, use_causal_mask=True),
            "positional": lambda: _ran(np, Positional(2, 3), x, y),
            "own mask": lambda: _ran(np, Blind(2, 3), x, x),
            "two axes": lambda: _ran(
                np, Scaled(2, 3, attention_axes=(1, 2)), _values(np, 1, 2, 3, 4), _values(np, 1, 2, 3, 4)
            ),
            "fitted": fitted,
        }
    )


def symbolic_inputs(tf, np, folder):
    x = tf.keras.Input((4,))
    model = tf.keras.Model(x, tf.keras.layers.Dense(3)(x))
    shapes = {str(shape): shape for shape in [(5,), (4, 1), (1, 4), (7, 4), (None, 4)]}
    symbolic = {
        f"input {name}": lambda shape=shape: list(model(tf.keras.Input(shape)).shape) for name, shape in shapes.items()
    }
    arrays = {
        f"array {shape}": lambda shape=shape: list(model(tf.ones(shape)).shape)
        for shape in [(2, 4, 1), (2, 1, 4), (2, 5)]
    }
    return each({**symbolic, **arrays})


def variational_dropout(tf, np, folder):
    x = np.ones((2, 4, 3), "float32")
    options = {"variational_recurrent": True, "dtype": tf.float32, "seed": 7}

    def ran(cell, *shares, **more):
        tf.random.set_seed(5)
        wrapped = tf.nn.RNNCellDropoutWrapper(cell, *shares, **options, **more)
        return tf.keras.layers.RNN(wrapped, return_sequences=True)(x)

    ones = {"kernel_initializer": "ones", "recurrent_initializer": "ones", "activation": "linear"}
    simple = tf.keras.layers.SimpleRNNCell
    return each(
        {
            "all": lambda: ran(simple(5, **ones), 0.6, 0.7, input_size=3),
            "outputs": lambda: ran(simple(5, **ones), 1.0, 0.5),
            "lstm": lambda: ran(
                tf.keras.layers.LSTMCell(4, kernel_initializer="ones", recurrent_initializer="ones"), 1.0, 0.5, 0.5
            ),
            "no size": lambda: ran(simple(5), 0.5),
        }
    )
