"""Graphs of TensorFlow 1: loops, arrays of tensors, parts of variables, sparse tensors, names, inputs of Estimators."""


def _numbers(np, *shape, start=0.0):
    size = int(np.prod(shape))
    return (np.sin(np.arange(size) + start) / 2).reshape(shape).astype("float32")


def loops(tf, np, folder):
    v1 = tf.compat.v1
    out = {}
    with tf.Graph().as_default(), v1.Session() as sess:
        x = v1.placeholder(tf.float32, [None, 3])
        n = tf.shape(x)[0]
        w = v1.get_variable("w", initializer=v1.constant_initializer(0.5), shape=[3])
        ta_in = tf.TensorArray(tf.float32, size=n).unstack(x)
        ta = tf.TensorArray(tf.float32, size=0, dynamic_size=True, clear_after_read=False)

        def body(i, acc, ta):
            acc = tf.tanh(acc * w + ta_in.read(i))
            return i + 1, acc, ta.write(i, acc)

        i, acc, ta = tf.while_loop(lambda i, *_: i < n, body, (0, tf.zeros([3]), ta))
        y = ta.stack()
        loss = tf.reduce_sum(y)
        g = v1.gradients(loss, [w, x])
        step = v1.train.GradientDescentOptimizer(0.1).minimize(loss)
        sess.run(v1.global_variables_initializer())
        f = {x: _numbers(np, 4, 3)}
        out["y"] = sess.run([i, acc, y, ta.size(), ta.read(2), ta.gather([0, 2])], f)
        out["g"] = sess.run(g, f)
        out["both"] = sess.run([step, loss], f)[1]
        out["after"] = sess.run([w, loss], f)
        out["shape"] = [y.shape.as_list(), acc.shape.as_list()]
        grow = tf.while_loop(
            lambda i, a: i < 3,
            lambda i, a: [i + 1, tf.concat([a, [i]], 0)],
            [tf.constant(0), tf.constant([7])],
            shape_invariants=[tf.TensorShape([]), tf.TensorShape([None])],
        )
        out["grow"] = sess.run(grow)
        a = tf.TensorArray(tf.int32, 3, element_shape=[2]).scatter([2, 0], [[1, 2], [3, 4]])
        out["scatter"] = sess.run(a.stack())
        k = v1.placeholder(tf.int32, [])
        lim = tf.while_loop(lambda i: True, lambda i: i + 1, [0], maximum_iterations=k)
        out["limit"] = sess.run(lim, {k: 4})
        nested = tf.while_loop(
            lambda i, s: i < 3,
            lambda i, s: (i + 1, tf.while_loop(lambda j, t: j < i, lambda j, t: (j + 1, t + j), (0, s))[1]),
            (0, 0),
        )
        out["nested"] = sess.run(nested)
        c = v1.get_variable("c", initializer=0)
        with tf.control_dependencies([c.assign_add(1)]):
            val = c.read_value()
        out["assign"] = [sess.run(c.initializer), sess.run(val), sess.run(c)]
        m = tf.map_fn(lambda r: r * 2, x)
        out["map"] = sess.run(m, f)
        out["scan"] = sess.run(tf.scan(lambda a, r: a + r, x), f)
        out["foldl"] = sess.run(tf.foldl(lambda a, r: a + r, x), f)
        out["case"] = sess.run(
            tf.case([(k > 3, lambda: tf.constant(1)), (k > 1, lambda: tf.constant(2))], default=lambda: tf.constant(3)),
            {k: 2},
        )
        out["cond"] = sess.run(tf.cond(k > 3, lambda: x * 2, lambda: x + 1), {k: 2, **f})
    return out


def values(tf, np, folder):
    v1 = tf.compat.v1
    out = {}
    with tf.Graph().as_default(), v1.Session() as sess:
        w = v1.get_variable("w", initializer=tf.constant([1.0, 2.0, 3.0]))
        neg, first, val, absol, rest = -w, w[0], w.value(), abs(w), w[1:]
        parts = tf.unstack(w)
        part = w[1].assign(9.0)

        sess.run(v1.global_variables_initializer())
        w.load([4.0, -5.0, 6.0], sess)
        out["all"] = sess.run([neg, first, val, absol, rest, parts])
        out["assigned"] = sess.run(part)
        out["w"] = sess.run(w)
        out["eq"] = [w == w, w in [1, w], w == tf.constant(1.0), w != w]
        s = v1.get_variable("s", initializer=0)
        up = v1.assign_add(s, 1)
        sess.run(s.initializer)
        out["order"] = [sess.run([up, s]), sess.run([s, up]), sess.run({"a": up, "b": s})]
        lstm = v1.nn.rnn_cell.LSTMCell(2)
        zero = lstm.zero_state(2, tf.float32)
        out["zero"] = [sess.run(zero), len({zero.c: 1, zero.h: 2})]
    return out


def plain_loop(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as sess:
        w = v1.get_variable("w", initializer=1.5)
        x = v1.placeholder(tf.float32, [])
        y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * w + x), (0, x))[1]
        g = v1.gradients(y, [w, x])
        t = v1.train.GradientDescentOptimizer(0.01).minimize(y)
        sess.run(v1.global_variables_initializer())
        return [sess.run([y, g], {x: 2.0}), sess.run([t, y], {x: 2.0})[1], sess.run(w)]


def rates_in_variables(tf, np, folder):
    tf = tf.compat.v1
    out = {}
    with tf.Graph().as_default(), tf.Session() as sess:
        w = tf.get_variable("w", initializer=1.0)
        lr = tf.Variable(0.0, trainable=False)
        new = tf.placeholder(tf.float32, [])
        up = tf.assign(lr, new)
        op = tf.train.GradientDescentOptimizer(lr).minimize(w * 1.0)
        op2 = tf.train.AdamOptimizer(lr).minimize(w * 1.0)
        op3 = tf.train.GradientDescentOptimizer(lr * 2).minimize(w * 1.0)
        op4 = tf.train.MomentumOptimizer(learning_rate=lr, momentum=0.5).minimize(w * 1.0)
        rate = tf.placeholder(tf.float32, [])
        op5 = tf.train.RMSPropOptimizer(rate).minimize(w * 1.0)
        sess.run(tf.global_variables_initializer())
        sess.run(up, {new: 0.5})
        out["lr"] = sess.run(lr)
        for n, o in enumerate([op, op2, op3, op4, op5]):
            sess.run(o, {rate: 0.25})
            out[str(n)] = sess.run(w)
    return out


def names(tf, np, folder):
    tf = tf.compat.v1
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 2])
        w = tf.get_variable("w", [2, 2])
        with tf.name_scope("a"):
            y = tf.matmul(x, w)
            z = tf.nn.relu(y + 1.0)
            with tf.name_scope("b"):
                s = tf.nn.softmax(z * 2)
        m = tf.reduce_mean(s)
        m2 = tf.reduce_mean(s, 0)
        sq = tf.square(x) - x
        am = tf.argmax(s, 1)
        acc = tf.reduce_mean(tf.cast(tf.equal(am, 1), tf.float32))
        named = tf.identity(s, name="out")
        sl = x[0]
        sg = tf.sigmoid(-x) / 2.0
        rs = tf.reshape(x, [-1])
        ed = tf.expand_dims(x, 1)
        k = tf.stop_gradient(x)
        return [
            [o.name for o in (x, y, z, s, m, m2, sq, am, acc, named, sl, sg, rs, ed, k)],
            [o.op.name for o in (y, z)],
        ]


def control(tf, np, folder):
    tf = tf.compat.v1
    out = {}
    with tf.Graph().as_default(), tf.Session() as sess:
        c = tf.get_variable("c", initializer=0.0)
        x = tf.placeholder(tf.float32, [])
        with tf.control_dependencies([tf.assign_add(c, 1.0)]):
            y = x * 2.0
            z = tf.identity(x)
            part = -x
        sess.run(c.initializer)
        for k, t in dict(y=y, z=z, part=part).items():
            sess.run(t, {x: 1.0})
            out[k] = sess.run(c)
    return out


def summaries(tf, np, folder):
    tf = tf.compat.v1
    with tf.Graph().as_default(), tf.Session() as s:
        x = tf.constant([1.0, 2.0])
        with tf.name_scope("a"):
            one = tf.summary.scalar("my loss", x[0], family="fam")
            two = tf.summary.scalar("my loss", x[1])
            three = tf.summary.scalar("my loss", x[1])
            h = tf.summary.histogram("h/x", x)
            words = tf.summary.text("words", tf.constant(["a", "b"]))
        found = []
        for t in (one, two, three, h, words):
            m = tf.Summary.FromString(s.run(t))
            found.append([v.tag for v in m.value] + [t.name])
        return found


def inputs(tf, np, folder):
    tf = tf.compat.v1
    tf.logging.set_verbosity(tf.logging.ERROR)

    def model_fn(features, labels, mode):
        w = tf.get_variable("w", [1], initializer=tf.ones_initializer())
        if mode == "infer":
            return tf.estimator.EstimatorSpec(mode, predictions={"x": features["x"] * w})
        loss = tf.reduce_mean(tf.square(features["x"] * w - labels))
        train = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train)

    xs, ys = _numbers(np, 12), _numbers(np, 12, start=2)

    def queue():
        x, y = tf.train.slice_input_producer([xs, ys], shuffle=False)
        x, y = tf.train.batch([x, y], 4)
        return {"x": x}, y

    def one_shot():
        data = (
            tf.data.Dataset.from_tensor_slices(({"x": xs}, ys))
            .map(lambda x, y: ({"x": x["x"] + 1.0}, y))
            .batch(5)
            .repeat(2)
        )
        features, labels = tf.data.make_one_shot_iterator(data).get_next()
        return {"x": features["x"] * 2.0}, labels

    def initializable():
        it = tf.data.make_initializable_iterator(tf.data.Dataset.from_tensor_slices(({"x": xs}, ys)).batch(4).repeat())
        tf.add_to_collection(tf.GraphKeys.TABLE_INITIALIZERS, it.initializer)
        return it.get_next()

    def csv():
        (folder / "a.csv").write_text("".join(f"{a},{b}\n" for a, b in zip(xs, ys)))
        names = tf.train.string_input_producer([str(folder / "a.csv")], num_epochs=1, shuffle=False)
        _, rows = tf.TextLineReader().read_up_to(names, 4)
        a, b = tf.decode_csv(rows, [[0.0], [0.0]])
        return {"x": a}, b

    found = {}
    for n, (f, steps) in {
        "queue": (queue, 5),
        "one shot": (one_shot, None),
        "initializable": (initializable, 4),
        "csv": (csv, None),
    }.items():
        est = tf.estimator.Estimator(model_fn, str(folder / n))
        est.train(f, steps=steps)
        r = est.evaluate(one_shot)
        found[n] = [est.get_variable_value("w"), int(r["global_step"]), r["loss"]]
    found["predict"] = [p["x"] for p in est.predict(lambda: one_shot()[0])]
    return found


def sparse(tf, np, folder):
    v1 = tf.compat.v1
    out = {}
    with tf.Graph().as_default(), v1.Session() as s:
        x = v1.sparse_placeholder(tf.float32, [None, 4], name="s")
        y = v1.sparse_reduce_sum(x, 1)
        w = v1.get_variable("w", initializer=tf.constant(_numbers(np, 4, 2)))
        z = v1.sparse_tensor_dense_matmul(x, w)
        d = v1.sparse_tensor_to_dense(x, default_value=-1.0)
        loss = tf.reduce_sum(z * z)
        g = v1.gradients(loss, [w])[0]
        train = v1.train.GradientDescentOptimizer(0.1).minimize(loss)
        s.run(v1.global_variables_initializer())
        value = v1.SparseTensorValue(np.array([[0, 1], [2, 3]]), np.array([2.0, 3.0], "float32"), np.array([3, 4]))
        out["y"] = s.run(y, {x: value})
        out["all"] = s.run([z, d, g], {x: (np.array([[0, 1], [2, 3]]), [2.0, 3.0], [3, 4])})
        s.run(train, {x: value})
        out["w"] = s.run(w)
        got = s.run(x, {x: value})
        out["value"] = [got.indices, got.values, got.dense_shape, type(got).__name__]
        out["shapes"] = [x.get_shape().as_list(), z.shape.as_list(), x.dtype.name]
        t = tf.sparse.transpose(x)
        out["t"] = list(s.run(t, {x: value}))
        out["double"] = list(s.run(tf.sparse.add(x, x), {x: value}))
        ids = v1.sparse_placeholder(tf.int64, [None, None])
        e = v1.nn.embedding_lookup_sparse(w, ids, None, combiner="mean")
        idv = v1.SparseTensorValue(np.array([[0, 0], [0, 1], [1, 0]]), np.array([1, 3, 2]), np.array([2, 2]))
        out["lookup"] = s.run(e, {ids: idv})
        a = v1.placeholder(tf.int64, [None, 2])
        made = tf.SparseTensor(a, tf.ones([2]), [3, 3])
        out["made"] = s.run(tf.sparse.to_dense(made), {a: [[0, 0], [1, 2]]})
        r = v1.ragged.placeholder(tf.int32, 1, [])
        got = s.run(r, {r: v1.ragged.constant_value([[1, 2], [3]], dtype=np.int32)})
        out["ragged"] = [got.to_list(), s.run(r.values, {r: v1.ragged.constant_value([[1, 2], [3]], dtype=np.int32)})]
    return out


def parsing(tf, np, folder):
    v1 = tf.compat.v1
    F = tf.train.Feature
    rows = []
    for n in range(3):
        f = {
            "i": F(int64_list=tf.train.Int64List(value=[n] * n)),
            "f": F(float_list=tf.train.FloatList(value=[n, 1.5])),
            "s": F(bytes_list=tf.train.BytesList(value=[b"a%d" % n])),
            "at": F(int64_list=tf.train.Int64List(value=[n])),
            "v": F(float_list=tf.train.FloatList(value=[2.0])),
        }
        rows.append(tf.train.Example(features=tf.train.Features(feature=f)).SerializeToString())
    spec = {
        "i": v1.VarLenFeature(tf.int64),
        "f": v1.FixedLenFeature([2], tf.float32),
        "s": v1.VarLenFeature(tf.string),
        "seq": v1.FixedLenSequenceFeature([], tf.int64, allow_missing=True),
        "sp": v1.SparseFeature("at", "v", tf.float32, 5),
    }
    spec["i2"] = v1.FixedLenSequenceFeature([], tf.int64, allow_missing=True)
    out = {}
    with tf.Graph().as_default(), v1.Session() as s:
        x = v1.placeholder(tf.string, [None])
        p = v1.parse_example(x, spec)

        def plain(t):
            return list(t) if isinstance(t, tuple) else t

        got = s.run(p, {x: rows})
        out["batch"] = {k: plain(v) if isinstance(v, tuple) else v.tolist() for k, v in got.items()}
        one = v1.placeholder(tf.string, [])
        q = v1.parse_single_example(one, spec)
        got = s.run(q, {one: rows[2]})
        out["single"] = {k: plain(v) if isinstance(v, tuple) else v.tolist() for k, v in got.items()}
        out["dense"] = s.run(tf.sparse.to_dense(p["i"], default_value=-1), {x: rows}).tolist()
        out["texts"] = s.run(tf.sparse.to_dense(p["s"], default_value=""), {x: rows})
        out["shapes"] = [
            p["i"].shape.as_list(),
            p["f"].shape.as_list(),
            p["sp"].get_shape().as_list(),
            p["i2"].shape.as_list(),
            p["s"].dtype.name,
            q["f"].shape.as_list(),
        ]
        r = tf.io.parse_example(x, {"i": tf.io.RaggedFeature(tf.int64)})
        out["ragged"] = s.run(r["i"], {x: rows}).to_list()
    return out
