"""Recurrent networks of TensorFlow 1: cells, and what calls them along sequences."""


def _numbers(np, *shape, start=0.0):
    size = int(np.prod(shape))
    return (np.sin(np.arange(size) + start) / 2).reshape(shape).astype("float32")


def _fill(v1, np, sess):
    """Gives all variables numbers that do not depend on what initializers draw."""
    sess.run(v1.global_variables_initializer())
    for place, one in enumerate(v1.global_variables()):
        one.load(_numbers(np, *one.shape.as_list(), start=place), sess)


def _names(v1):
    return [[one.name, one.shape.as_list()] for one in v1.global_variables()]


def cells(tf, np, folder):
    v1 = tf.compat.v1
    rnn = v1.nn.rnn_cell
    kinds = {
        "basic": lambda: rnn.BasicRNNCell(3),
        "relu": lambda: rnn.BasicRNNCell(3, activation=tf.nn.relu, name="mine"),
        "gru": lambda: rnn.GRUCell(3),
        "basic lstm": lambda: rnn.BasicLSTMCell(3, forget_bias=0.5),
        "flat lstm": lambda: rnn.BasicLSTMCell(3, state_is_tuple=False),
        "lstm": lambda: rnn.LSTMCell(3),
        "peepholes": lambda: rnn.LSTMCell(3, use_peepholes=True, cell_clip=0.3),
        "projection": lambda: rnn.LSTMCell(4, num_proj=2, proj_clip=0.2, use_peepholes=True),
        "multi": lambda: rnn.MultiRNNCell([rnn.GRUCell(3), rnn.BasicLSTMCell(2)]),
        "flat multi": lambda: rnn.MultiRNNCell([rnn.GRUCell(3), rnn.GRUCell(2)], state_is_tuple=False),
        "residual": lambda: rnn.ResidualWrapper(rnn.GRUCell(4)),
        "dropout": lambda: rnn.DropoutWrapper(rnn.LSTMCell(3), output_keep_prob=1.0),
        "device": lambda: rnn.DeviceWrapper(rnn.GRUCell(3), "/cpu:0"),
    }
    found = {}
    for name, make in kinds.items():
        with tf.Graph().as_default():
            cell = make()
            x = v1.placeholder(tf.float32, [None, 4])
            state = cell.zero_state(2, tf.float32)
            output, state = cell(x, state)
            output, state = cell(x + 1.0, state)
            loss = tf.reduce_sum(output * output)
            slopes = v1.gradients(loss, [x, *v1.trainable_variables()])
            with v1.Session() as sess:
                _fill(v1, np, sess)
                got = sess.run([output, state, slopes], {x: _numbers(np, 2, 4)})
            found[name] = [got[0], got[1], got[2], _names(v1), str(cell.output_size), cell.state_size]
    return found


def dynamic(tf, np, folder):
    v1 = tf.compat.v1
    rnn = v1.nn.rnn_cell
    found = {}
    for name in ("plain", "lengths", "time major", "state", "scope", "multi"):
        with tf.Graph().as_default():
            x = v1.placeholder(tf.float32, [None, 5, 2])
            lengths = v1.placeholder(tf.int32, [None])
            cell = rnn.LSTMCell(3)
            options = {"dtype": tf.float32}
            if name == "lengths":
                options["sequence_length"] = lengths
            if name == "time major":
                options["time_major"] = True
            if name == "state":
                options = {"initial_state": cell.zero_state(tf.shape(x)[0], tf.float32)}
            if name == "scope":
                options["scope"] = "encoder"
            if name == "multi":
                cell = rnn.MultiRNNCell([rnn.BasicLSTMCell(3) for _ in range(2)])
            given = tf.transpose(x, [1, 0, 2]) if name == "time major" else x
            outputs, state = v1.nn.dynamic_rnn(cell, given, **options)
            last = outputs[:, -1] if name != "time major" else outputs[-1]
            loss = tf.reduce_mean(tf.square(v1.layers.dense(last, 1)))
            step = v1.train.GradientDescentOptimizer(0.5).minimize(loss)
            with v1.Session() as sess:
                _fill(v1, np, sess)
                fed = {x: _numbers(np, 3, 5, 2), lengths: [5, 2, 0]}
                before = sess.run([outputs, state, loss], fed)
                for _ in range(3):
                    sess.run(step, fed)
                found[name] = [before, sess.run(loss, fed), _names(v1), outputs.shape.as_list()]
    return found


def both_ways(tf, np, folder):
    v1 = tf.compat.v1
    rnn = v1.nn.rnn_cell
    found = {}
    for name in ("dynamic", "dynamic lengths", "static", "static lengths"):
        with tf.Graph().as_default():
            x = v1.placeholder(tf.float32, [3, 4, 2])
            lengths = tf.constant([4, 2, 1]) if "lengths" in name else None
            forward, backward = rnn.GRUCell(3), rnn.BasicLSTMCell(2)
            if name.startswith("dynamic"):
                outputs, states = v1.nn.bidirectional_dynamic_rnn(
                    forward, backward, x, sequence_length=lengths, dtype=tf.float32
                )
                result = [tf.concat(outputs, 2), states]
            else:
                outputs, *states = v1.nn.static_bidirectional_rnn(
                    forward, backward, tf.unstack(x, axis=1), dtype=tf.float32, sequence_length=lengths
                )
                result = [tf.stack(outputs, 1), states]
            slopes = v1.gradients(tf.reduce_sum(result[0]), v1.trainable_variables())
            with v1.Session() as sess:
                _fill(v1, np, sess)
                found[name] = [sess.run([result, slopes], {x: _numbers(np, 3, 4, 2)}), _names(v1)]
    return found


def static(tf, np, folder):
    v1 = tf.compat.v1
    rnn = v1.nn.rnn_cell
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [2, 28, 4])
        cell = rnn.BasicLSTMCell(5)
        outputs, state = v1.nn.static_rnn(cell, tf.unstack(x, 28, 1), dtype=tf.float32, sequence_length=[28, 20])
        logits = tf.matmul(outputs[-1], v1.get_variable("w", [5, 3]))
        loss = tf.reduce_sum(logits * logits)
        step = v1.train.AdamOptimizer(0.1).minimize(loss)
        with v1.Session() as sess:
            _fill(v1, np, sess)
            fed = {x: _numbers(np, 2, 28, 4)}
            first = sess.run([outputs[3], outputs[-1], state, loss], fed)
            sess.run(step, fed)
            return [first, len(outputs), state.c.shape.as_list()]


def at_once(tf, np, folder):
    v1 = tf.compat.v1
    rnn = v1.nn.rnn_cell
    v1.enable_eager_execution()
    cell = rnn.GRUCell(3, kernel_initializer=tf.ones_initializer())
    outputs, state = v1.nn.dynamic_rnn(cell, tf.constant(_numbers(np, 2, 4, 2)), dtype=tf.float32)
    return [outputs, state, [one.name for one in cell.weights]]


def own_cell(tf, np, folder):
    v1 = tf.compat.v1

    class Counting(v1.nn.rnn_cell.RNNCell):
        def __init__(self, units):
            super().__init__()
            self._units = units

        @property
        def state_size(self):
            return self._units

        @property
        def output_size(self):
            return self._units

        def __call__(self, inputs, state, scope=None):
            with v1.variable_scope(scope or type(self).__name__):
                w = v1.get_variable("w", [self._units, self._units], initializer=v1.constant_initializer(0.1))
                return tf.matmul(state, w) + inputs, state + 1.0

    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [None, 3, 2])
        outputs, state = v1.nn.dynamic_rnn(Counting(2), x, dtype=tf.float32)
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            return [sess.run([outputs, state], {x: _numbers(np, 2, 3, 2)}), _names(v1)]


def classification_of_texts(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        words = v1.placeholder(tf.int32, [None, 6], name="words")
        lengths = v1.placeholder(tf.int32, [None])
        right = v1.placeholder(tf.int64, [None])
        keep = v1.placeholder_with_default(1.0, [])
        with v1.variable_scope("embedding"):
            table = v1.get_variable("table", [10, 4])
            inputs = tf.nn.embedding_lookup(table, words)
        cell = v1.nn.rnn_cell.DropoutWrapper(v1.nn.rnn_cell.LSTMCell(8), output_keep_prob=keep)
        outputs, state = v1.nn.dynamic_rnn(cell, inputs, sequence_length=lengths, dtype=tf.float32)
        logits = v1.layers.dense(state.h, 2, name="logits")
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=right, logits=logits)
        loss = tf.reduce_mean(losses)
        optimizer = v1.train.AdamOptimizer(0.05)
        pairs = optimizer.compute_gradients(loss)
        clipped, _ = tf.clip_by_global_norm([slope for slope, _ in pairs], 1.0)
        step = optimizer.apply_gradients(zip(clipped, [variable for _, variable in pairs]))
        accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), right), tf.float32))
        rows = np.array([[1, 2, 3, 0, 0, 0], [4, 5, 6, 7, 8, 9], [9, 8, 1, 1, 0, 0], [2, 2, 2, 2, 2, 0]])
        fed = {words: rows, lengths: [3, 6, 4, 5], right: [0, 1, 1, 0]}
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            for place, one in enumerate(v1.trainable_variables()):
                one.load(_numbers(np, *one.shape.as_list(), start=place), sess)
            costs = [sess.run([loss, step], fed)[0] for _ in range(5)]
            sess.run(step, {**fed, keep: 0.5})
            end = sess.run(accuracy, fed)
        return [costs, bool(end >= 0.5), [[one.name, one.shape.as_list()] for one in v1.trainable_variables()]]
