"""Shapes in texts, states that checkpoints hold or leave out, numbers of NumPy's manner on the host."""

from tests.compat.programs import each


def shapes(tf, np, folder):
    shape = tf.ones([2, 3]).shape
    return each(
        {
            "texts": lambda: ["%s" % one for one in (shape, shape[:1], shape[:0], tf.TensorShape(None))],  # noqa: UP031
            "repr": lambda: "%r" % shape,  # noqa: UP031
            "no tuple": lambda: [isinstance(shape, tuple), isinstance(shape, list)],
            "joined": lambda: [str(shape + (1,)), str((1,) + shape), str([4] + shape[1:])],
            "taken apart": lambda: [[*shape], tuple(shape), max(shape), {shape: 1}[tf.TensorShape([2, 3])]],
            "given on": lambda: [
                tf.zeros(shape),
                np.zeros(shape).shape,
                tf.reshape(tf.range(6), shape),
                tf.keras.layers.Reshape(shape)(tf.ones([1, 6])),
                tf.keras.Input(shape[1:]).shape.as_list(),
            ],
        }
    )


def states(tf, np, folder):
    def network(rows):
        layers = tf.keras.layers
        return tf.keras.Sequential([layers.LSTM(2, stateful=True, batch_input_shape=[rows, None, 3]), layers.Dense(1)])

    def other_rows():
        many, one = network(4), network(1)
        many(np.ones((4, 2, 3), "float32"))
        many.save_weights(str(folder / "many"))
        one.load_weights(str(folder / "many"))
        names = [name for name, _ in tf.train.list_variables(str(folder / "many"))]
        return [names, all(np.array_equal(a, b) for a, b in zip(one.get_weights(), many.get_weights()))]

    def generators():
        generator = tf.random.Generator.from_seed(5)
        checkpoint = tf.train.Checkpoint(generator=generator)
        path = checkpoint.write(str(folder / "generator"))
        first = generator.uniform_full_int([3])
        checkpoint.restore(path)
        names = [[name, list(shape)] for name, shape in tf.train.list_variables(path)]
        again = generator.uniform_full_int([3])
        return [names, np.array_equal(first, again), tf.train.load_checkpoint(path).get_tensor(names[1][0])]

    words = np.array(["a", "b", "c"])

    @tf.function
    def named(numbers):
        return tf.gather(words, tf.argmax(numbers, -1))

    block = tf.sparse.from_dense([[1, 0, 2], [0, 3, 0]])
    return each(
        {
            "other rows": other_rows,
            "generators": generators,
            "names of places": lambda: named(tf.constant([[0.0, 1.0, 0.0], [2.0, 0.0, 0.0]])),
            "beyond": lambda: tf.sparse.to_dense(tf.sparse.slice(block, [0, 4], [2, 3])),
        }
    )
