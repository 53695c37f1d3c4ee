"""Training as TensorFlow 1 wrote it: queues, GANs, word vectors, saved models, metrics, changes of variables."""


def _numbers(np, *shape, start=0.0):
    size = int(np.prod(shape))
    return (np.sin(np.arange(size) + start) / 2).reshape(shape).astype("float32")


def _fill(v1, np, sess):
    sess.run(v1.global_variables_initializer())
    for place, one in enumerate(v1.trainable_variables()):
        one.load(_numbers(np, *one.shape.as_list(), start=place), sess)


def queue_fed(tf, np, folder):
    v1 = tf.compat.v1
    (folder / "rows.csv").write_text("a,b,label\n" + "".join(f"{n},{n / 2},{n % 2}\n" for n in range(10)))
    with tf.Graph().as_default():
        names = v1.train.string_input_producer([str(folder / "rows.csv")], num_epochs=2, shuffle=False)
        reader = v1.TextLineReader(skip_header_lines=1)
        _, line = reader.read(names)
        a, b, label = v1.decode_csv(line, [[0.0], [0.0], [0]])
        x, y = v1.train.batch([tf.stack([a, b]), label], batch_size=4, allow_smaller_final_batch=True)
        w = v1.get_variable("w", [2, 1], initializer=v1.zeros_initializer())
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w)[:, 0] - tf.cast(y, tf.float32)))
        step = v1.train.GradientDescentOptimizer(0.001).minimize(loss)
        found = []
        with v1.Session() as sess:
            sess.run([v1.global_variables_initializer(), v1.local_variables_initializer()])
            coord = v1.train.Coordinator()
            threads = v1.train.start_queue_runners(sess=sess, coord=coord)
            try:
                while not coord.should_stop():
                    rows, right = sess.run([x, y])
                    found.append([rows, right])
            except tf.errors.OutOfRangeError:
                found.append("done")
            finally:
                coord.request_stop()
                coord.join(threads)
        return [found, x.shape.as_list(), step is not None]


def producers(tf, np, folder):
    v1 = tf.compat.v1
    found = {}
    with tf.Graph().as_default():
        one, two = v1.train.slice_input_producer(
            [tf.constant([[1.0], [2.0]]), tf.constant([b"a", b"b"])], shuffle=False
        )
        rows = v1.train.batch({"x": tf.constant([1, 2, 3])}, 2, enqueue_many=True)
        with v1.Session() as sess:
            sess.run([v1.global_variables_initializer(), v1.local_variables_initializer()])
            v1.train.start_queue_runners(sess)
            found["slices"] = [sess.run([one, two]) for _ in range(3)]
            found["rows"] = [sess.run(rows) for _ in range(2)]
    with tf.Graph().as_default():
        queue = v1.FIFOQueue(5, [tf.int32, tf.string], shapes=[[], []])
        fed = v1.placeholder(tf.int32, [None])
        put = queue.enqueue_many([fed, tf.constant([b"x", b"y", b"z"])])
        number, text = queue.dequeue()
        several = queue.dequeue_many(2)
        shuffled = v1.train.shuffle_batch([tf.constant(4)], 3, 10, 2, enqueue_many=False)
        with v1.Session() as sess:
            v1.train.start_queue_runners(sess)
            sess.run(put, {fed: [1, 2, 3]})
            found["queue"] = [sess.run(queue.size()), sess.run([number, text]), sess.run(several)]
            found["shuffled"] = sess.run(shuffled)
    return found


def scatters(tf, np, folder):
    v1 = tf.compat.v1
    found = {}
    with tf.Graph().as_default():
        for name in ("update", "add", "sub", "mul", "div", "max", "min"):
            v = v1.get_variable(name, initializer=tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
            change = getattr(v1, f"scatter_{name}")
            found[name] = change(v, [0, 2], [[2.0, 2.0], [10.0, 3.0]])
        for name in ("update", "add", "sub"):
            v = v1.get_variable(f"nd_{name}", initializer=tf.constant([1.0, 2.0, 3.0]))
            found[f"nd {name}"] = getattr(v1, f"scatter_nd_{name}")(v, [[0], [2]], [5.0, 6.0])
        v = v1.get_variable("batch", initializer=tf.constant([[1.0, 2.0], [3.0, 4.0]]))
        found["batch"] = v1.batch_scatter_update(v, [[1], [0]], [[9.0], [8.0]])
        count = v1.get_variable("count", initializer=0)
        counted = v1.count_up_to(count, 2)
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            found = {name: sess.run(one) for name, one in found.items()}
            found["count"] = [sess.run(counted), sess.run(counted)]
            try:
                sess.run(counted)
            except tf.errors.OutOfRangeError:
                found["end"] = True
            found["clipped"] = sess.run(v1.clip_by_average_norm(tf.constant([3.0, 4.0]), 1.0))
    return found


def templates(tf, np, folder):
    v1 = tf.compat.v1

    def scaled(x, by):
        return x * v1.get_variable("factor", initializer=2.0) * by

    with tf.Graph().as_default():
        first = v1.make_template("scale", scaled, by=3.0)
        second = v1.make_template("scale", scaled, by=1.0, create_scope_now_=True)
        values = [first(tf.constant(1.0)), first(tf.constant(2.0)), second(tf.constant(1.0))]
        parts = v1.create_partitioned_variables([5, 2], [2, 1], v1.ones_initializer(), name="parts")
        local = v1.get_local_variable("seen", [2], initializer=v1.zeros_initializer())
        with v1.variable_op_scope([], None, "auto"):
            inner = v1.get_variable("v", [1])
        shapes = [
            v1.fixed_size_partitioner(3)(shape=tf.TensorShape([10, 4]), dtype=tf.float32),
            v1.variable_axis_size_partitioner(64)(shape=tf.TensorShape([10, 4]), dtype=tf.float32),
            v1.min_max_variable_partitioner(4, min_slice_size=16)(shape=tf.TensorShape([10, 4]), dtype=tf.float32),
        ]
        with v1.Session() as sess:
            sess.run([v1.global_variables_initializer(), v1.local_variables_initializer()])
            names = [one.name for one in v1.global_variables()]
            return [
                sess.run(values), first.variable_scope_name, second.variable_scope_name, names, inner.name,
                [one.shape.as_list() for one in parts], sess.run(local), shapes,
                [one.name for one in v1.local_variables()],
            ]  # fmt: skip


def metrics(tf, np, folder):
    v1 = tf.compat.v1
    m = v1.metrics
    with tf.Graph().as_default():
        right = v1.placeholder(tf.int64, [None, 1])
        said = v1.placeholder(tf.float32, [4, 3])
        flags = v1.placeholder(tf.bool, [None])
        chances = v1.placeholder(tf.float32, [None])
        points = [0.2, 0.5, 0.8]
        pairs = {
            "mean tensor": m.mean_tensor(said[:2]),
            "below": m.percentage_below(chances, 0.5),
            "relative": m.mean_relative_error(chances + 1.0, chances, chances + 0.5),
            "cosine": m.mean_cosine_distance(tf.nn.l2_normalize(said, 1), tf.nn.l2_normalize(said + 1.0, 1), 1),
            "tp": m.true_positives_at_thresholds(flags, chances, points),
            "fp": m.false_positives_at_thresholds(flags, chances, points),
            "tn": m.true_negatives_at_thresholds(flags, chances, points),
            "fn": m.false_negatives_at_thresholds(flags, chances, points, weights=chances),
            "precision": m.precision_at_thresholds(flags, chances, points),
            "recall": m.recall_at_thresholds(flags, chances, points),
            "sensitivity": m.sensitivity_at_specificity(flags, chances, 0.6),
            "specificity": m.specificity_at_sensitivity(flags, chances, 0.6),
            "precision at k": m.precision_at_k(right, said, 2),
            "recall at k": m.recall_at_k(right, said, 2),
            "one class": m.recall_at_k(right, said, 2, class_id=1),
            "precision of one class": m.precision_at_k(right, said, 2, class_id=1),
            "average precision": m.average_precision_at_k(right, said, 2),
        }
        with v1.Session() as sess:
            sess.run(v1.local_variables_initializer())
            for start in (0.0, 2.0):
                fed = {
                    right: [[0], [1], [2], [1]],
                    said: _numbers(np, 4, 3, start=start),
                    flags: [True, False, True, False],
                    chances: np.abs(_numbers(np, 4, start=start)) * 2,
                }
                updates = sess.run({name: pair[1] for name, pair in pairs.items()}, fed)
            values = sess.run({name: pair[0] for name, pair in pairs.items()})
    return {name: [np.asarray(one, "float32") for one in (values[name], updates[name])] for name in pairs}


def rare_optimizers(tf, np, folder):
    v1 = tf.compat.v1
    t = v1.train
    found = {}
    for name in ("proximal", "proximal l1 l2", "proximal adagrad", "dual averaging", "synchronized"):
        with tf.Graph().as_default():
            step = t.get_or_create_global_step()
            v = v1.get_variable("v", initializer=tf.constant([1.0, -2.0, 0.05]))
            loss = tf.reduce_sum(v * v)
            optimizer = {
                "proximal": lambda: t.ProximalGradientDescentOptimizer(0.1),
                "proximal l1 l2": lambda: t.ProximalGradientDescentOptimizer(0.1, 0.2, 0.3),
                "proximal adagrad": lambda: t.ProximalAdagradOptimizer(0.1, 0.2, 0.1, 0.3),
                "dual averaging": lambda: t.AdagradDAOptimizer(0.1, step, 0.1, 0.01, 0.1),  # noqa: B023
                "synchronized": lambda: t.GradientDescentOptimizer(0.1),
            }[name]()
            train = optimizer.minimize(loss, global_step=step)
            with v1.Session() as sess:
                sess.run(v1.global_variables_initializer())
                for _ in range(3):
                    sess.run(train)
                found[name] = [sess.run(v), sess.run(step)]
    return found


def gan(tf, np, folder):
    v1 = tf.compat.v1

    def generator(z, reuse=None):
        with v1.variable_scope("generator", reuse=reuse):
            h = v1.layers.dense(z, 8, activation=tf.nn.relu)
            return v1.layers.dense(h, 2, activation=tf.nn.tanh)

    def discriminator(x, reuse=None):
        with v1.variable_scope("discriminator", reuse=reuse):
            h = v1.layers.dense(x, 8, activation=tf.nn.leaky_relu)
            return v1.layers.dense(h, 1)

    with tf.Graph().as_default():
        z = v1.placeholder(tf.float32, [None, 4])
        real = v1.placeholder(tf.float32, [None, 2])
        fake = generator(z)
        right, wrong = discriminator(real), discriminator(fake, reuse=True)

        def cost(logits, ones):
            labels = tf.ones_like(logits) if ones else tf.zeros_like(logits)
            return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))

        d_loss, g_loss = cost(right, True) + cost(wrong, False), cost(wrong, True)
        d_vars = v1.get_collection(v1.GraphKeys.TRAINABLE_VARIABLES, scope="discriminator")
        g_vars = [one for one in v1.trainable_variables() if one.name.startswith("generator")]
        d_step = v1.train.AdamOptimizer(0.01, beta1=0.5).minimize(d_loss, var_list=d_vars)
        g_step = v1.train.AdamOptimizer(0.01, beta1=0.5).minimize(g_loss, var_list=g_vars)
        costs = []
        with v1.Session() as sess:
            _fill(v1, np, sess)
            for n in range(4):
                fed = {z: _numbers(np, 6, 4, start=n), real: _numbers(np, 6, 2, start=n)}
                _, one = sess.run([d_step, d_loss], fed)
                _, two = sess.run([g_step, g_loss], {z: fed[z]})
                costs.append([one, two])
            return [costs, [one.name for one in d_vars], [one.name for one in g_vars]]


def word_vectors(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        words = v1.placeholder(tf.int32, shape=[4])
        context = v1.placeholder(tf.int32, shape=[4, 1])
        with v1.name_scope("embeddings"):
            vectors = tf.Variable(v1.random_uniform([12, 5], -1.0, 1.0))
        looked = tf.nn.embedding_lookup(vectors, words)
        weights = tf.Variable(v1.truncated_normal([12, 5], stddev=0.4))
        biases = tf.Variable(tf.zeros([12]))
        loss = tf.reduce_mean(
            tf.nn.nce_loss(weights=weights, biases=biases, labels=context, inputs=looked, num_sampled=3, num_classes=12)
        )
        step = v1.train.GradientDescentOptimizer(1.0).minimize(loss)
        norm = v1.sqrt(tf.reduce_sum(tf.square(vectors), 1, keepdims=True))
        normal = vectors / norm
        near = tf.matmul(tf.nn.embedding_lookup(normal, [1, 2]), normal, transpose_b=True)
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            fed = {words: [1, 2, 3, 4], context: [[2], [3], [4], [5]]}
            costs = [float(sess.run([step, loss], fed)[1]) for _ in range(40)]
            found = near.eval()
        return [sum(costs[-10:]) < sum(costs[:10]), found.shape, bool(np.allclose(found[0, 1], 1.0, atol=1e-5))]


def q_learning(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        state = v1.placeholder(tf.float32, [None, 4], name="state")
        target = v1.placeholder(tf.float32, [None])
        action = v1.placeholder(tf.int32, [None])

        def network(scope):
            with v1.variable_scope(scope):
                h = v1.layers.dense(state, 6, tf.nn.relu, kernel_regularizer=lambda w: 0.01 * tf.reduce_sum(w * w))
                return v1.layers.dense(h, 3)

        main, frozen = network("main"), network("target")
        ours = v1.get_collection(v1.GraphKeys.GLOBAL_VARIABLES, scope="main")
        theirs = v1.get_collection(v1.GraphKeys.GLOBAL_VARIABLES, scope="target")
        copy = [v1.assign(one, two) for one, two in zip(theirs, ours)]
        chosen = tf.reduce_sum(main * tf.one_hot(action, 3), axis=1)
        loss = v1.losses.mean_squared_error(target, chosen) + tf.add_n(v1.losses.get_regularization_losses("main"))
        step = v1.train.RMSPropOptimizer(0.01).minimize(loss, var_list=ours)
        with v1.Session() as sess:
            _fill(v1, np, sess)
            fed = {state: _numbers(np, 5, 4), action: [0, 1, 2, 1, 0], target: _numbers(np, 5)}
            costs = [sess.run([step, loss], fed)[1] for _ in range(4)]
            before = sess.run(frozen, fed)
            sess.run(copy)
            return [costs, before, sess.run(frozen, fed), [one.name for one in theirs]]


def normalized(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [None, 4, 4, 2])
        training = v1.placeholder_with_default(False, [])
        h = v1.layers.Conv2D(3, 3, padding="same", name="conv", use_bias=False)(x)
        h = v1.layers.batch_normalization(h, training=training, momentum=0.5)
        h = v1.layers.dropout(tf.nn.relu(h), 0.0, training=training)
        logits = v1.layers.dense(v1.layers.Flatten()(v1.layers.AveragePooling2D(2, 2)(h)), 2)
        loss = tf.reduce_mean(logits * logits)
        updates = v1.get_collection(v1.GraphKeys.UPDATE_OPS)
        with v1.control_dependencies(updates):
            step = v1.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
        with v1.Session() as sess:
            _fill(v1, np, sess)
            fed = {x: _numbers(np, 3, 4, 4, 2), training: True}
            costs = [sess.run([step, loss], fed)[1] for _ in range(3)]
            moving = [one for one in v1.global_variables() if "moving" in one.name and "Momentum" not in one.name]
            return [costs, sess.run(loss, {x: fed[x]}), sess.run(moving), [one.name for one in moving], len(updates)]


def saved(tf, np, folder):
    v1 = tf.compat.v1
    path = str(folder / "export")
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [None, 2], name="x")
        w = v1.get_variable("w", initializer=tf.constant([[1.0], [2.0]]))
        y = tf.matmul(x, w, name="y")
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            sess.run(v1.assign(w, [[3.0], [4.0]]))
            v1.saved_model.simple_save(sess, path, inputs={"x": x}, outputs={"y": y})
    found = []
    with tf.Graph().as_default() as graph:
        with v1.Session(graph=graph) as sess:
            meta = v1.saved_model.loader.load(sess, [v1.saved_model.tag_constants.SERVING], path)
            signature = meta.signature_def[v1.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY]
            names = signature.inputs["x"].name, signature.outputs["y"].name
            found.append([list(names), signature.method_name])
            found.append(sess.run(names[1], {names[0]: [[1.0, 1.0], [2.0, 0.0]]}))
            place = graph.get_tensor_by_name("x:0")
            found.append(sess.run(graph.get_tensor_by_name("y:0"), feed_dict={place: [[0.0, 1.0]]}))
        try:
            v1.saved_model.loader.load(sess, ["other"], path)
        except RuntimeError:
            found.append("RuntimeError")
    try:
        v1.saved_model.Builder(path)
    except AssertionError:
        found.append("AssertionError")
    found.append(v1.saved_model.maybe_saved_model_directory(path))
    return found


def supervised(tf, np, folder):
    v1 = tf.compat.v1
    seen = []
    for _ in range(2):
        with tf.Graph().as_default():
            step = v1.train.get_or_create_global_step()
            w = v1.get_variable("w", initializer=4.0)
            train = v1.train.GradientDescentOptimizer(0.1).minimize(w * w, global_step=step)
            supervisor = v1.train.Supervisor(logdir=str(folder), save_summaries_secs=0, save_model_secs=0)
            with supervisor.managed_session() as sess:
                while not supervisor.should_stop():
                    sess.run(train)
                    if sess.run(step) % 3 == 0:
                        supervisor.saver.save(sess, supervisor.save_path, global_step=step)
                        supervisor.request_stop()
                seen.append([sess.run(step), sess.run(w)])
    with tf.Graph().as_default():
        v1.train.get_or_create_global_step()
        other = v1.get_variable("scope/w", initializer=0.0)
        same = v1.get_variable("w", initializer=0.0)
        path = tf.train.latest_checkpoint(str(folder))
        v1.train.init_from_checkpoint(path, {"w": other})
        v1.train.warm_start(str(folder), "w")
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            seen.append([sess.run(other), sess.run(same)])
    return seen


def run_options(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph:
        x = tf.constant([1.0, 2.0])
        y = v1.placeholder(tf.float32, [2], name="y")
        total = tf.add(x, y, name="total")
        options = v1.RunOptions(trace_level=v1.RunOptions.FULL_TRACE)
        metadata = v1.RunMetadata()
        with v1.Session(config=v1.ConfigProto(allow_soft_placement=True)) as sess:
            found = sess.run(total, {y: [1.0, 1.0]}, options=options, run_metadata=metadata)
        names = [node.name for node in graph.as_graph_def().node]
        path = v1.train.write_graph(graph, str(folder), "graph.pbtxt")
        return [found, "total" in names, path.rpartition("/")[2], graph.get_operation_by_name("total").name]
