"""Tables of graphs of TensorFlow 1, which answer once their initializers have run."""


def tables(tf, np, folder):
    v1 = tf.compat.v1
    found = {}
    with tf.Graph().as_default(), v1.Session() as sess:
        words = v1.placeholder(tf.string, [None])
        fill = tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64))
        table, other = (
            v1.lookup.StaticHashTable(fill, -1),
            v1.lookup.StaticVocabularyTable(
                tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([0, 1], tf.int64)), 1
            ),
        )
        one, two = table.lookup(words), other.lookup(words)
        for name, tensor in {"hash": one, "vocabulary": two}.items():
            try:
                found[name] = sess.run(tensor, {words: [b"a"]})
            except tf.errors.FailedPreconditionError:
                found[name] = "not begun"
        sess.run(table.initializer)
        found["one"] = sess.run(one, {words: [b"b", b"c"]}).tolist()
        sess.run(v1.tables_initializer())
        found["two"] = sess.run(two, {words: [b"b", b"a"]}).tolist()
        found["collected"] = len(v1.get_collection(v1.GraphKeys.TABLE_INITIALIZERS))
    with tf.Graph().as_default():
        words = v1.placeholder(tf.string, [None])
        numbers = v1.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64)), -1
        ).lookup(words)
        v1.train.get_or_create_global_step()
        with v1.train.MonitoredSession() as sess:
            found["monitored"] = sess.run(numbers, {words: [b"b"]}).tolist()
    return found
