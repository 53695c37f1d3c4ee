"""Programs of the kinds that repositories of TensorFlow 1 have: numbers, words, games, queues, hooks, translation."""


def _numbers(np, *shape, start=0.0):
    size = int(np.prod(shape))
    return (np.sin(np.arange(size) + start) / 2).reshape(shape).astype("float32")


def _fill(tf, np, sess):
    sess.run(tf.global_variables_initializer())
    for place, one in enumerate(tf.trainable_variables()):
        one.load(_numbers(np, *one.get_shape().as_list(), start=place), sess)


def mnist_softmax(tf, np, folder):
    tf = tf.compat.v1
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 12], name="x")
        y_ = tf.placeholder(tf.float32, [None, 3], name="y_")
        with tf.name_scope("layer"):
            with tf.name_scope("weights"):
                W = tf.Variable(tf.zeros([12, 3]), name="W")
            b = tf.Variable(tf.zeros([3]), name="b")
            with tf.name_scope("Wx_plus_b"):
                y = tf.nn.softmax(tf.matmul(x, W) + b)
        with tf.name_scope("loss"):
            cross_entropy = tf.reduce_mean(-tf.reduce_sum(y_ * tf.log(y + 1e-8), reduction_indices=[1]))
            tf.summary.scalar("cross entropy", cross_entropy)
        with tf.name_scope("train"):
            train_step = tf.train.GradientDescentOptimizer(0.5).minimize(cross_entropy)
        correct = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
        accuracy = tf.reduce_mean(tf.cast(correct, tf.float32), name="accuracy")
        merged = tf.summary.merge_all()
        init = tf.global_variables_initializer()
        config = tf.ConfigProto(allow_soft_placement=True)
        config.gpu_options.allow_growth = True
        sess = tf.InteractiveSession(config=config)
        writer = tf.summary.FileWriter(str(folder / "logs"), sess.graph)
        sess.run(init)
        rows, labels = _numbers(np, 30, 12), np.eye(3, dtype="float32")[np.arange(30) % 3]
        found = []
        for step in range(6):
            batch = slice(step * 5, step * 5 + 5)
            summary, _, value = sess.run([merged, train_step, cross_entropy], {x: rows[batch], y_: labels[batch]})
            writer.add_summary(summary, step)
            found.append(value)
        writer.close()
        found.append(accuracy.eval({x: rows, y_: labels}))
        found.append(
            [graph.get_tensor_by_name("accuracy:0") is accuracy, W.name, b.op.name, y.name, cross_entropy.name]
        )
        found.append(sess.run("accuracy:0", feed_dict={"x:0": rows, "y_:0": labels}))
        found.append(W.eval())
        sess.close()
        events = [
            (e.step, [(v.tag, v.simple_value) for v in e.summary.value])
            for path in sorted((folder / "logs").iterdir())
            for e in tf.train.summary_iterator(str(path))
            if e.HasField("summary")
        ]
        return [found, events]


def convolutions(tf, np, folder):
    tf = tf.compat.v1

    def weight_variable(shape, name):
        return tf.Variable(tf.truncated_normal(shape, stddev=0.1), name=name)

    def bias_variable(shape):
        return tf.Variable(tf.constant(0.1, shape=shape))

    with tf.Graph().as_default():
        tf.set_random_seed(1)
        x = tf.placeholder(tf.float32, shape=[None, 64])
        labels = tf.placeholder(tf.int32, shape=(None,))
        keep_prob = tf.placeholder_with_default(1.0, [])
        image = tf.reshape(x, [-1, 8, 8, 1])
        h = tf.nn.relu(
            tf.nn.conv2d(image, weight_variable([3, 3, 1, 4], "w1"), strides=[1, 1, 1, 1], padding="SAME")
            + bias_variable([4])
        )
        h = tf.nn.max_pool(h, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")
        h = tf.nn.lrn(h, 4, bias=1.0, alpha=0.001 / 9.0, beta=0.75, name="norm1")
        flat = tf.reshape(h, [-1, int(np.prod(h.get_shape().as_list()[1:]))])
        fc = tf.nn.dropout(
            tf.nn.relu(tf.nn.xw_plus_b(flat, weight_variable([64, 8], "w2"), bias_variable([8]))), keep_prob
        )
        logits = tf.layers.dense(fc, 3, kernel_regularizer=tf.keras.regularizers.l2(0.01), name="out")
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))
        l2 = tf.add_n([tf.nn.l2_loss(v) for v in tf.trainable_variables() if "bias" not in v.name])
        reg = tf.add_n(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
        total = loss + 1e-3 * l2 + reg
        global_step = tf.Variable(0, trainable=False, name="step")
        rate = tf.train.exponential_decay(0.1, global_step, 2, 0.9, staircase=True)
        optimizer = tf.train.MomentumOptimizer(rate, 0.9, use_nesterov=True)
        grads = optimizer.compute_gradients(total)
        capped = [(tf.clip_by_norm(g, 1.0), v) for g, v in grads if g is not None]
        apply_op = optimizer.apply_gradients(capped, global_step=global_step)
        ema = tf.train.ExponentialMovingAverage(0.9, global_step)
        with tf.control_dependencies([apply_op]):
            train_op = ema.apply(tf.trainable_variables())
        top = tf.nn.in_top_k(logits, labels, 1)
        found = []
        with tf.Session() as sess:
            _fill(tf, np, sess)
            rows, right = _numbers(np, 9, 64), np.arange(9) % 3
            for _ in range(4):
                _, value, lr, step = sess.run([train_op, total, rate, global_step], feed_dict={x: rows, labels: right})
                found.append([value, lr, step])
            found.append(sess.run(top, {x: rows, labels: right}))
            found.append(sess.run(ema.average(tf.trainable_variables()[-1])))
            found.append([v.name for v in tf.global_variables()])
            found.append([v.op.name for v in tf.moving_average_variables()])
        return found


def lstm(tf, np, folder):
    tf = tf.compat.v1
    batch, steps, width, units = 4, 5, 3, 6

    class Config:
        keep_prob, layers, grad_norm = 1.0, 2, 5

    with tf.Graph().as_default():
        words = tf.placeholder(tf.int32, [batch, steps])
        targets = tf.placeholder(tf.int32, [batch, steps])
        lengths = tf.placeholder(tf.int32, [batch])
        initializer = tf.random_uniform_initializer(-0.1, 0.1)
        with tf.variable_scope("Model", reuse=None, initializer=initializer):
            with tf.device("/cpu:0"):
                embedding = tf.get_variable("embedding", [10, width], dtype=tf.float32)
                inputs = tf.nn.embedding_lookup(embedding, words)

            def cell():
                one = tf.nn.rnn_cell.BasicLSTMCell(units, forget_bias=0.0, state_is_tuple=True)
                return tf.nn.rnn_cell.DropoutWrapper(one, output_keep_prob=Config.keep_prob)

            cells = tf.nn.rnn_cell.MultiRNNCell([cell() for _ in range(Config.layers)], state_is_tuple=True)
            initial_state = cells.zero_state(batch, tf.float32)
            outputs, final = tf.nn.dynamic_rnn(cells, inputs, sequence_length=lengths, initial_state=initial_state)
            output = tf.reshape(outputs, [-1, units])
            logits = tf.matmul(output, tf.get_variable("softmax_w", [units, 10])) + tf.get_variable("softmax_b", [10])
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(targets, [-1]), logits=logits)
            cost = tf.reduce_sum(loss) / batch
            lr = tf.Variable(0.0, trainable=False)
            new_lr = tf.placeholder(tf.float32, shape=[], name="new_learning_rate")
            lr_update = tf.assign(lr, new_lr)
            tvars = tf.trainable_variables()
            grads, norm = tf.clip_by_global_norm(tf.gradients(cost, tvars), Config.grad_norm)
            train_op = tf.train.GradientDescentOptimizer(lr).apply_gradients(
                zip(grads, tvars), global_step=tf.train.get_or_create_global_step()
            )
        found = []
        with tf.Session() as sess:
            _fill(tf, np, sess)
            sess.run(lr_update, feed_dict={new_lr: 0.5})
            state = sess.run(initial_state)
            for step in range(3):
                feed = {words: (np.arange(20) + step).reshape(4, 5) % 10, lengths: [5, 3, 5, 1]}
                feed[targets] = (feed[words] + 1) % 10
                for place, (c, h) in enumerate(initial_state):
                    feed[c] = state[place].c
                    feed[h] = state[place].h
                value, state, _ = sess.run([cost, final, train_op], feed)
                found.append(value)
            found.append([state[1].c, state[1].h])
            found.append([v.name for v in tf.global_variables()])
            found.append(sess.run(outputs, feed))
        return found


def word2vec(tf, np, folder):
    tf = tf.compat.v1
    vocabulary, size, window = 20, 4, 8
    with tf.Graph().as_default() as graph:
        train_inputs = tf.placeholder(tf.int32, shape=[window])
        train_labels = tf.placeholder(tf.int32, shape=[window, 1])
        valid = tf.constant([1, 3], dtype=tf.int32)
        with tf.device("/cpu:0"):
            embeddings = tf.Variable(tf.random_uniform([vocabulary, size], -1.0, 1.0))
            embed = tf.nn.embedding_lookup(embeddings, train_inputs)
            nce_weights = tf.Variable(tf.truncated_normal([vocabulary, size], stddev=1.0 / np.sqrt(size)))
            nce_biases = tf.Variable(tf.zeros([vocabulary]))
        sampled = (tf.constant([2, 5, 7], tf.int64), tf.fill([window, 1], 0.2), tf.constant([0.3, 0.2, 0.1]))
        loss = tf.reduce_mean(
            tf.nn.nce_loss(
                weights=nce_weights, biases=nce_biases, inputs=embed, labels=train_labels, num_sampled=3,
                num_classes=vocabulary, sampled_values=sampled,
            )
        )  # fmt: skip
        drawn = tf.reduce_mean(tf.nn.nce_loss(nce_weights, nce_biases, train_labels, embed, 3, vocabulary))
        optimizer = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
        norm = tf.sqrt(tf.reduce_sum(tf.square(embeddings), 1, keep_dims=True))
        normalized = embeddings / norm
        near = tf.matmul(tf.nn.embedding_lookup(normalized, valid), normalized, transpose_b=True)
        saver = tf.train.Saver()
        init = tf.global_variables_initializer()
    found = []
    with tf.Session(graph=graph) as session:
        init.run()
        for place, one in enumerate(graph.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES)):
            one.load(_numbers(np, *one.shape.as_list(), start=place), session)
        for step in range(3):
            feed = {train_inputs: np.arange(8) + step, train_labels: (np.arange(8)[:, None] + step + 1)}
            _, value = session.run([optimizer, loss], feed_dict=feed)
            found.append(value)
        found.append(bool(np.isfinite(session.run(drawn, feed))))
        found.append((-near.eval()[0, :]).argsort()[1:4])
        found.append(normalized.eval())
        path = saver.save(session, str(folder / "model.ckpt"))
        found.append(path.endswith("model.ckpt"))
    return found


def gan(tf, np, folder):
    tf = tf.compat.v1

    def generator(z, reuse=False):
        with tf.variable_scope("generator", reuse=reuse):
            h = tf.layers.dense(z, 8, activation=None, name="h")
            h = tf.layers.batch_normalization(h, training=True, momentum=0.8)
            h = tf.maximum(0.2 * h, h)
            return tf.tanh(tf.layers.dense(h, 4, name="out"))

    def discriminator(x, reuse=None):
        with tf.variable_scope("discriminator") as scope:
            if reuse:
                scope.reuse_variables()
            h = tf.nn.leaky_relu(tf.layers.dense(x, 6, name="h"), alpha=0.1)
            logits = tf.layers.dense(h, 1, name="out")
            return tf.sigmoid(logits), logits

    with tf.Graph().as_default():
        real = tf.placeholder(tf.float32, [None, 4], "real")
        z = tf.placeholder(tf.float32, [None, 2], "z")
        fake = generator(z)
        d_real, real_logits = discriminator(real)
        d_fake, fake_logits = discriminator(fake, reuse=True)
        sample = generator(z, reuse=True)
        cross = tf.nn.sigmoid_cross_entropy_with_logits
        d_loss = tf.reduce_mean(cross(logits=real_logits, labels=tf.ones_like(d_real) * 0.9)) + tf.reduce_mean(
            cross(logits=fake_logits, labels=tf.zeros_like(fake_logits))
        )
        g_loss = tf.reduce_mean(cross(logits=fake_logits, labels=tf.ones_like(d_fake)))
        t_vars = tf.trainable_variables()
        d_vars = [v for v in t_vars if v.name.startswith("discriminator")]
        g_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="generator")
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            d_opt = tf.train.AdamOptimizer(0.01, beta1=0.5).minimize(d_loss, var_list=d_vars)
            g_opt = tf.train.AdamOptimizer(0.01, beta1=0.5).minimize(g_loss, var_list=g_vars)
        clip = [v.assign(tf.clip_by_value(v, -0.2, 0.2)) for v in d_vars]
        found = []
        with tf.Session() as sess:
            _fill(tf, np, sess)
            for step in range(3):
                feed = {z: _numbers(np, 5, 2, start=step), real: _numbers(np, 5, 4, start=step)}
                _, value = sess.run([d_opt, d_loss], feed)
                sess.run(clip)
                _, other = sess.run([g_opt, g_loss], feed)
                found.append([value, other])
            found.append(sess.run(sample, {z: _numbers(np, 3, 2)}))
            found.append([v.name for v in tf.global_variables()])
            found.append(len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)))
        return found


def deep_q(tf, np, folder):
    tf = tf.compat.v1

    class Network:
        def __init__(self, session, inputs, outputs, name):
            self.session, self.name = session, name
            with tf.variable_scope(name):
                self.X = tf.placeholder(tf.float32, [None, inputs], name="input_x")
                net = tf.layers.dense(self.X, 5, activation=tf.nn.relu)
                self.Q = tf.layers.dense(net, outputs)
                self.Y = tf.placeholder(tf.float32, [None], name="target")
                self.A = tf.placeholder(tf.int32, [None], name="action")
                onehot = tf.one_hot(self.A, outputs, 1.0, 0.0)
                chosen = tf.reduce_sum(tf.multiply(self.Q, onehot), axis=1)
                self.loss = tf.losses.huber_loss(self.Y, chosen)
                self.train = tf.train.RMSPropOptimizer(0.01, 0.99, 0.0, 1e-6).minimize(self.loss)

        def predict(self, state):
            return self.session.run(self.Q, feed_dict={self.X: np.reshape(state, [-1, 4])})

    def copies(source, target, tau=None):
        ops = []
        theirs = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope=target)
        ours = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope=source)
        for one, other in zip(ours, theirs):
            new = one.value() if tau is None else tau * one + (1 - tau) * other
            ops.append(other.assign(new))
        return ops

    tf.reset_default_graph()
    found = []
    with tf.Graph().as_default(), tf.Session() as sess:
        main, target = Network(sess, 4, 2, "main"), Network(sess, 4, 2, "target")
        copy, soft = copies("main", "target"), tf.group(*copies("main", "target", 0.1))
        _fill(tf, np, sess)
        sess.run(copy)
        for step in range(4):
            state, after = _numbers(np, 6, 4, start=step), _numbers(np, 6, 4, start=step + 1)
            goal = _numbers(np, 6, start=step) + 0.9 * np.max(target.predict(after), axis=1)
            loss, _ = sess.run([main.loss, main.train], {main.X: state, main.Y: goal, main.A: np.arange(6) % 2})
            found.append(loss)
            sess.run(soft)
        found.append([main.predict(state), target.predict(state)])
        found.append([v.name for v in tf.trainable_variables()])
        found.append(np.argmax(main.predict(state[0])))
    return found


def queues(tf, np, folder):
    tf = tf.compat.v1
    found = []
    path = str(folder / "data.tfrecords")
    with tf.python_io.TFRecordWriter(path) as writer:
        for n in range(12):
            feature = {
                "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[n % 3])),
                "image_raw": tf.train.Feature(bytes_list=tf.train.BytesList(value=[bytes([n, n + 1, n + 2, 9])])),
            }
            writer.write(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())
    with tf.Graph().as_default():
        files = tf.train.string_input_producer([path], num_epochs=1, shuffle=False)
        reader = tf.TFRecordReader()
        _, serialized = reader.read(files)
        features = tf.parse_single_example(
            serialized,
            features={
                "label": tf.FixedLenFeature([], tf.int64),
                "image_raw": tf.FixedLenFeature([], tf.string),
                "more": tf.VarLenFeature(tf.int64),
            },
        )
        image = tf.decode_raw(features["image_raw"], tf.uint8)
        image.set_shape([4])
        image = tf.cast(image, tf.float32) * (1.0 / 255) - 0.5
        label = tf.cast(features["label"], tf.int32)
        images, labels = tf.train.batch([image, label], batch_size=5, capacity=20, allow_smaller_final_batch=True)
        mean = tf.reduce_mean(images)
        init = tf.group(tf.global_variables_initializer(), tf.local_variables_initializer())
        with tf.Session() as sess:
            sess.run(init)
            coord = tf.train.Coordinator()
            threads = tf.train.start_queue_runners(coord=coord)
            try:
                while not coord.should_stop():
                    found.append(sess.run([images, labels, mean]))
            except tf.errors.OutOfRangeError:
                found.append("end")
            finally:
                coord.request_stop()
                coord.join(threads)
    return found


def restoring(tf, np, folder):
    tf = tf.compat.v1
    found = []

    def build():
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        with tf.variable_scope("net"):
            w = tf.get_variable("w", [3, 2], initializer=tf.glorot_uniform_initializer())
            b = tf.get_variable("b", [2], initializer=tf.zeros_initializer())
        y = tf.add(tf.matmul(x, w), b, name="y")
        step = tf.Variable(0, name="global_step", trainable=False)
        loss = tf.reduce_sum(tf.square(y))
        train = tf.train.AdamOptimizer(0.1).minimize(loss, global_step=step)
        return x, w, y, step, train

    with tf.Graph().as_default():
        x, w, y, step, train = build()
        saver = tf.train.Saver(max_to_keep=2)
        with tf.Session() as sess:
            _fill(tf, np, sess)
            for n in range(3):
                sess.run(train, {x: _numbers(np, 2, 3, start=n)})
                saver.save(sess, str(folder / "m.ckpt"), global_step=step, write_meta_graph=False)
            found.append(sess.run([w, y], {x: _numbers(np, 2, 3)}))
            found.append([p.split("/")[-1] for p in saver.last_checkpoints])
    with tf.Graph().as_default():
        x, w, y, step, train = build()
        saver = tf.train.Saver()
        with tf.Session() as sess:
            ckpt = tf.train.get_checkpoint_state(str(folder))
            if ckpt and ckpt.model_checkpoint_path:
                saver.restore(sess, ckpt.model_checkpoint_path)
                found.append(ckpt.model_checkpoint_path.split("/")[-1].split("-")[-1])
            found.append([sess.run([w, y, step], {x: _numbers(np, 2, 3)})])
            sess.run(train, {x: _numbers(np, 2, 3)})
            found.append(sess.run(w))
    reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(str(folder)))
    found.append(sorted(reader.get_variable_to_shape_map().items()))
    with tf.Graph().as_default():
        new = tf.get_variable("other", [3, 2])
        fresh = tf.get_variable("fresh", [1], initializer=tf.ones_initializer())
        saver = tf.train.Saver({"net/w": new})
        with tf.Session() as sess:
            saver.restore(sess, tf.train.latest_checkpoint(str(folder)))
            sess.run(tf.variables_initializer([fresh]))
            found.append(sess.run([new, fresh]))
    return found


def monitored(tf, np, folder):
    tf = tf.compat.v1
    found, seen = [], []

    class Watch(tf.train.SessionRunHook):
        def begin(self):
            self._step = -1
            seen.append("begin")

        def after_create_session(self, session, coord):
            seen.append("created")

        def before_run(self, run_context):
            self._step += 1
            return tf.train.SessionRunArgs([loss, step])

        def after_run(self, run_context, run_values):
            value, now = run_values.results
            seen.append([round(float(value), 4), bool(now >= 0)])
            if self._step >= 4:
                run_context.request_stop()

        def end(self, session):
            seen.append(["end", int(session.run(step))])

    with tf.Graph().as_default():
        step = tf.train.get_or_create_global_step()
        w = tf.get_variable("w", initializer=tf.constant([1.0, -2.0]))
        data = tf.data.Dataset.from_tensor_slices(_numbers(np, 40, 2)).repeat().batch(4)
        rows = data.make_one_shot_iterator().get_next() if hasattr(data, "make_one_shot_iterator") else None
        rows = tf.data.make_one_shot_iterator(data).get_next() if rows is None else rows
        loss = tf.reduce_mean(tf.square(tf.reduce_sum(rows * w, 1) - 1.0))
        tf.summary.scalar("loss", loss)
        train = tf.train.AdagradOptimizer(0.1).minimize(loss, global_step=step)
        hooks = [
            Watch(), tf.train.StopAtStepHook(last_step=100), tf.train.NanTensorHook(loss),
            tf.train.LoggingTensorHook({"loss": loss}, every_n_iter=2),
        ]  # fmt: skip
        with tf.train.MonitoredTrainingSession(
            checkpoint_dir=str(folder / "run"), hooks=hooks, save_checkpoint_secs=None, save_checkpoint_steps=2,
            save_summaries_steps=2, log_step_count_steps=None,
        ) as session:  # fmt: skip
            while not session.should_stop():
                session.run(train)
    found.append(seen)
    found.append(tf.train.latest_checkpoint(str(folder / "run")).split("-")[-1])
    with tf.Graph().as_default():
        step = tf.train.get_or_create_global_step()
        w = tf.get_variable("w", initializer=tf.constant([1.0, -2.0]))
        loss = tf.reduce_mean(tf.square(w - 1.0))
        train = tf.train.AdagradOptimizer(0.1).minimize(loss, global_step=step)
        with tf.train.MonitoredTrainingSession(
            checkpoint_dir=str(folder / "run"), hooks=[tf.train.StopAtStepHook(num_steps=2)]
        ) as session:
            while not session.should_stop():
                _, value = session.run([train, loss])
                found.append(value)
    return found


def estimators(tf, np, folder):
    tf = tf.compat.v1
    tf.logging.set_verbosity(tf.logging.ERROR)

    def model_fn(features, labels, mode, params):
        net = tf.feature_column.input_layer(features, params["feature_columns"])
        for units in params["hidden_units"]:
            net = tf.layers.dense(
                net, units=units, activation=tf.nn.relu, kernel_initializer=tf.constant_initializer(0.1)
            )
        logits = tf.layers.dense(net, 3, activation=None, kernel_initializer=tf.constant_initializer(0.2))
        predicted = tf.argmax(logits, 1)
        if mode == tf.estimator.ModeKeys.PREDICT:
            predictions = {
                "class_ids": predicted[:, tf.newaxis],
                "probabilities": tf.nn.softmax(logits),
                "logits": logits,
            }
            return tf.estimator.EstimatorSpec(mode, predictions=predictions)
        loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
        accuracy = tf.metrics.accuracy(labels=labels, predictions=predicted, name="acc_op")
        metrics = {"accuracy": accuracy, "mean_logit": tf.metrics.mean(logits)}
        tf.summary.scalar("accuracy", accuracy[1])
        if mode == tf.estimator.ModeKeys.EVAL:
            hook = tf.train.SummarySaverHook(
                save_steps=1, output_dir=str(folder / "evaluated"), summary_op=tf.summary.merge_all()
            )
            return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics, evaluation_hooks=[hook])
        optimizer = tf.train.AdagradOptimizer(learning_rate=0.1)
        train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
        hook = tf.train.LoggingTensorHook({"loss": loss}, every_n_iter=5)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, training_hooks=[hook])

    rows = {"a": _numbers(np, 12), "b": _numbers(np, 12, start=1)}
    labels = (np.arange(12) % 3).astype("int32")

    def train_fn():
        return tf.data.Dataset.from_tensor_slices((dict(rows), labels)).repeat().batch(4)

    def eval_fn():
        data = tf.data.Dataset.from_tensor_slices((dict(rows), labels)).batch(4)
        return tf.data.make_one_shot_iterator(data).get_next()

    columns = [tf.feature_column.numeric_column(key=key) for key in ("a", "b")]
    estimator = tf.estimator.Estimator(
        model_fn=model_fn, model_dir=str(folder / "m"), params={"feature_columns": columns, "hidden_units": [4, 4]},
        config=tf.estimator.RunConfig(save_summary_steps=5, save_checkpoints_steps=5, tf_random_seed=1),
    )  # fmt: skip
    estimator.train(input_fn=train_fn, steps=10)
    result = estimator.evaluate(input_fn=eval_fn, steps=2)
    names = sorted(estimator.get_variable_names())
    predicted = list(estimator.predict(tf.estimator.inputs.numpy_input_fn(rows, batch_size=5, shuffle=False)))
    written = (
        [
            sorted(v.tag for v in e.summary.value)
            for path in sorted((folder / "evaluated").iterdir())
            for e in tf.train.summary_iterator(str(path))
            if e.HasField("summary")
        ]
        if (folder / "evaluated").exists()
        else None
    )
    return [
        {key: result[key] for key in sorted(result)}, [one for one in names if "Adagrad" not in one],
        [one["logits"] for one in predicted], predicted[0]["class_ids"].tolist(), written,
    ]  # fmt: skip


def translation(tf, np, folder):
    tf = tf.compat.v1
    batch, width, units, words = 2, 3, 4, 7
    with tf.Graph().as_default():
        source = tf.placeholder(tf.int32, [batch, None], "source")
        lengths = tf.placeholder(tf.int32, [batch], "lengths")
        target = tf.placeholder(tf.int32, [batch, 4], "target")
        embedding = tf.get_variable("embedding", [words, width])
        with tf.variable_scope("encoder"):
            forward, backward = tf.nn.rnn_cell.GRUCell(units), tf.nn.rnn_cell.GRUCell(units)
            (fw, bw), (fs, bs) = tf.nn.bidirectional_dynamic_rnn(
                forward, backward, tf.nn.embedding_lookup(embedding, source), lengths, dtype=tf.float32
            )
            memory, state = tf.concat([fw, bw], 2), tf.concat([fs, bs], 1)
        with tf.variable_scope("decoder"):
            cell = tf.nn.rnn_cell.LSTMCell(units, name="cell")
            first = tf.nn.rnn_cell.LSTMStateTuple(
                tf.layers.dense(state, units, name="c"), tf.layers.dense(state, units, name="h")
            )
            project = tf.get_variable("project", [units, words])
            key = tf.get_variable("key", [units, 2 * units])

        def attend(output):
            scores = tf.squeeze(tf.matmul(memory, tf.expand_dims(tf.matmul(output, key), 2)), [2])
            mask = tf.sequence_mask(lengths, tf.shape(memory)[1], dtype=tf.float32)
            weights = tf.nn.softmax(scores - 1e9 * (1 - mask))
            return tf.reduce_sum(memory * tf.expand_dims(weights, 2), 1)

        def step(inputs, state):
            with tf.variable_scope("decoder", reuse=tf.AUTO_REUSE):
                output, state = cell(inputs, state)
                mixed = tf.layers.dense(tf.concat([output, attend(output)], 1), units, tf.tanh, name="mix")
            return tf.matmul(mixed, project), state

        logits, carried = [], first
        given = tf.unstack(tf.concat([tf.zeros([batch, 1], tf.int32), target[:, :-1]], 1), axis=1)
        for token in given:
            one, carried = step(tf.nn.embedding_lookup(embedding, token), carried)
            logits.append(one)
        logits = tf.stack(logits, axis=1)
        weights = tf.cast(tf.not_equal(target, 0), tf.float32)
        cross = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target, logits=logits)
        loss = tf.reduce_sum(cross * weights) / tf.reduce_sum(weights)
        train = tf.train.AdamOptimizer(0.05).minimize(loss)

        array = tf.TensorArray(tf.int32, size=5, dynamic_size=False)

        def going(n, token, c, h, written):
            return tf.logical_and(n < 5, tf.reduce_any(tf.not_equal(token, 6)))

        def body(n, token, c, h, written):
            one, (c, h) = step(tf.nn.embedding_lookup(embedding, token), tf.nn.rnn_cell.LSTMStateTuple(c, h))
            token = tf.cast(tf.argmax(one, 1), tf.int32)
            return n + 1, token, c, h, written.write(n, token)

        start = [tf.constant(0), tf.zeros([batch], tf.int32), first.c, first.h, array]
        count, _, _, _, written = tf.while_loop(going, body, start, parallel_iterations=1)
        decoded = tf.transpose(written.stack())
        found = []
        with tf.Session() as sess:
            _fill(tf, np, sess)
            feed = {source: [[1, 2, 3], [4, 5, 0]], lengths: [3, 2], target: [[3, 2, 1, 6], [5, 4, 6, 0]]}
            for _ in range(6):
                found.append(sess.run([train, loss], feed)[1])
            found.append(sess.run([decoded, count], {source: feed[source], lengths: feed[lengths]}))
            found.append([v.name for v in tf.trainable_variables()])
        return found
