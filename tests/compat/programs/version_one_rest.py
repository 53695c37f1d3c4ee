"""Names of TensorFlow 1 that few programs use: layers, readers, producers, sessions, collections and scopes."""


def _numbers(np, *shape, start=0.0):
    size = int(np.prod(shape))
    return (np.sin(np.arange(size) + start) / 2).reshape(shape).astype("float32")


def _filled(v1, np, sess):
    sess.run([v1.global_variables_initializer(), v1.local_variables_initializer()])
    for place, one in enumerate(v1.trainable_variables()):
        one.load(_numbers(np, *one.shape.as_list(), start=place), sess)


def layers(tf, np, folder):
    v1 = tf.compat.v1
    L = v1.layers
    found = {}
    cases = {
        "AveragePooling1D": ([2, 6, 3], lambda x: L.AveragePooling1D(2, 2)(x), L.average_pooling1d, (2, 2)),
        "MaxPooling1D": ([2, 6, 3], lambda x: L.MaxPooling1D(3, 2, "same")(x), L.max_pooling1d, (3, 2, "same")),
        "MaxPooling2D": ([1, 4, 4, 2], lambda x: L.MaxPooling2D(2, 2)(x), L.max_pooling2d, (2, 2)),
        "AveragePooling3D": ([1, 4, 4, 4, 2], lambda x: L.AveragePooling3D(2, 2)(x), L.average_pooling3d, (2, 2)),
        "MaxPooling3D": ([1, 4, 4, 4, 2], lambda x: L.MaxPooling3D(2, 2)(x), L.max_pooling3d, (2, 2)),
        "Conv1D": ([2, 6, 3], lambda x: L.Conv1D(2, 3)(x), L.conv1d, (2, 3)),
        "Conv3D": ([1, 4, 4, 4, 2], lambda x: L.Conv3D(2, 2, padding="same")(x), L.conv3d, (2, 2)),
        "Conv2DTranspose": ([1, 3, 3, 2], lambda x: L.Conv2DTranspose(2, 2, 2)(x), L.conv2d_transpose, (2, 2, 2)),
        "Conv3DTranspose": ([1, 2, 2, 2, 2], lambda x: L.Conv3DTranspose(1, 2, 2)(x), L.conv3d_transpose, (1, 2, 2)),
        "SeparableConv1D": ([2, 6, 3], lambda x: L.SeparableConv1D(2, 3)(x), L.separable_conv1d, (2, 3)),
        "SeparableConv2D": ([1, 4, 4, 2], lambda x: L.SeparableConv2D(3, 2)(x), L.separable_conv2d, (3, 2)),
        "Dense": ([2, 3], lambda x: L.Dense(4, tf.nn.tanh, name="own")(x), L.dense, (2,)),
        "BatchNormalization": (
            [4, 3], lambda x: L.BatchNormalization(momentum=0.5)(x, training=True), L.batch_normalization, (),
        ),
        "Dropout": ([2, 3], lambda x: L.Dropout(0.5)(x), L.dropout, ()),
    }  # fmt: skip
    for name, (shape, make, function, arguments) in cases.items():
        with tf.Graph().as_default():
            x = v1.placeholder(tf.float32, shape)
            both = [make(x), function(x, *arguments)]
            with v1.Session() as sess:
                _filled(v1, np, sess)
                found[name] = [
                    sess.run(both, {x: _numbers(np, *shape)}), [v.name for v in v1.global_variables()],
                    [one.shape.as_list() for one in both],
                ]  # fmt: skip

    class Scale(v1.layers.Layer):
        def build(self, shape):
            self.scale = self.add_weight("scale", shape=[int(shape[-1])], initializer=v1.ones_initializer())
            super().build(shape)

        def call(self, x):
            return x * self.scale

    with tf.Graph().as_default():
        layer = Scale(name="scaled")
        y = layer(tf.constant([[1.0, 2.0]]))
        with v1.Session() as sess:
            _filled(v1, np, sess)
            found["Layer"] = [sess.run(y), [v.name for v in layer.trainable_weights], layer.name, layer.built]
    return found


def metrics(tf, np, folder):
    v1 = tf.compat.v1
    m = v1.metrics
    found = {}
    with tf.Graph().as_default():
        right = v1.placeholder(tf.int64, [None, 2])
        said = v1.placeholder(tf.float32, [None, 4])
        _, top = tf.nn.top_k(said, 3)
        top = tf.cast(top, tf.int64)
        pairs = {
            "precision top": m.precision_at_top_k(right, top, 3),
            "recall top": m.recall_at_top_k(right, top, 3),
            "sparse precision": m.sparse_precision_at_k(right, said, 2),
            "sparse average": m.sparse_average_precision_at_k(right, said, 3),
        }
        with v1.Session() as sess:
            sess.run(v1.local_variables_initializer())
            for start in (0.0, 2.0):
                fed = {right: [[0, 1], [1, 3], [2, 0]], said: _numbers(np, 3, 4, start=start)}
                updates = sess.run({name: pair[1] for name, pair in pairs.items()}, fed)
            values = sess.run({name: pair[0] for name, pair in pairs.items()})
    return {name: [np.asarray(one, "float32") for one in (values[name], updates[name])] for name in pairs} | found


def initializers(tf, np, folder):
    v1 = tf.compat.v1
    i = v1.initializers
    found = {}
    with tf.Graph().as_default():
        for name in ("he_normal", "he_uniform", "lecun_normal", "lecun_uniform"):
            v = v1.get_variable(name, [200, 100], initializer=getattr(i, name)(seed=1))
            with v1.Session() as sess:
                sess.run(v.initializer)
                drawn = sess.run(v)
            found[name] = [round(float(np.std(drawn)), 2), abs(float(np.mean(drawn))) < 0.005, v.dtype.name]
        v = v1.get_variable("eye", [2, 3], initializer=i.identity(2.0))
        with v1.Session() as sess:
            sess.run(v1.initialize_all_variables())
            found["identity"] = sess.run(v)
    return found


def scopes(tf, np, folder):
    v1 = tf.compat.v1
    found = {}
    with tf.Graph().as_default():
        v1.add_to_collections(["one", "two"], 5)
        v1.get_collection_ref("one").append(6)
        found["collections"] = [v1.get_collection("one"), v1.get_collection("two")]
        with v1.variable_scope("outer", regularizer=v1.no_regularizer) as scope:
            v = v1.get_variable("v", initializer=[1.0, 2.0], collections=["variables", "model_variables"])
        found["scope"] = [isinstance(scope, v1.VariableScope), scope.name, scope.reuse, v1.no_regularizer(v)]
        with v1.device("/cpu:0"), v1.container("kept"), v1.colocate_with(v), v1.op_scope([v], None, "doubled"):
            y = tf.multiply(v, 2.0, name="y")
        found["names"] = [v.name, y.name, [one.name for one in v1.model_variables()]]
        found["nothing moves"] = v1.moving_average_variables()
        found["all"] = [one.name for one in v1.all_variables()]
        second = v1.hessians(tf.reduce_sum(v * v * v), v)
        less = v1.assign_sub(v, [0.5, 0.5])

        def doubled(next_creator, **options):
            options["initial_value"] = 7.0
            return next_creator(**options)

        with v1.variable_creator_scope(doubled):
            made = v1.Variable(1.0, name="made")
        table = v1.initialize_all_tables()
        with v1.Session() as sess:
            sess.run([v1.initialize_variables([v]), v1.variables_initializer([made])])
            sess.run([v1.initialize_local_variables(), table])
            found["default"] = v1.get_default_session() is sess
            found["values"] = [sess.run(y), sess.run(second), sess.run(less), sess.run(made)]
        found["no session"] = v1.get_default_session()
    aggregation = v1.VariableAggregation
    found["aggregation"] = [
        aggregation.NONE.value, aggregation.SUM.value, aggregation.MEAN.value, aggregation.ONLY_FIRST_REPLICA.value,
        aggregation.ONLY_FIRST_TOWER.value,
    ]  # fmt: skip
    spec = v1.DeviceSpec(job="ps", task=1, device_type="CPU", device_index=0)
    spec.parse_from_string("/job:worker/task:2")
    spec.merge_from(v1.DeviceSpec.from_string("/replica:3"))
    found["device"] = [spec.to_string(), spec.job, spec.task, spec.replica]
    v1.reset_default_graph()
    return found


def readers(tf, np, folder):
    v1 = tf.compat.v1
    found = {}
    (folder / "a.bin").write_bytes(b"HHabcdefF")
    with tf.io.TFRecordWriter(str(folder / "r.tfrecord")) as writer:
        writer.write(b"one")
        writer.write(b"two")
    for name in ("FixedLengthRecordReader", "WholeFileReader", "IdentityReader", "TFRecordReader"):
        with tf.Graph().as_default():
            reader = {
                "FixedLengthRecordReader": lambda: v1.FixedLengthRecordReader(3, header_bytes=2, footer_bytes=1),
                "WholeFileReader": v1.WholeFileReader,
                "IdentityReader": v1.IdentityReader,
                "TFRecordReader": v1.TFRecordReader,
            }[name]()
            file = str(folder / ("r.tfrecord" if name == "TFRecordReader" else "a.bin"))
            queue = v1.train.string_input_producer([file], num_epochs=1, shuffle=False)
            key, value = reader.read(queue)
            count = reader.num_records_produced()
            with v1.Session() as sess:
                sess.run(v1.local_variables_initializer())
                v1.train.start_queue_runners(sess)
                got = []
                try:
                    while True:
                        one = sess.run([key, value])
                        got.append([part.decode().replace(str(folder), "") for part in one])
                except tf.errors.OutOfRangeError:
                    got.append("end")
                found[name] = [got, int(sess.run(count)), isinstance(reader, v1.ReaderBase)]
    return found


def producers(tf, np, folder):
    v1 = tf.compat.v1
    t = v1.train
    found = {}

    def run(make, times=2):
        with tf.Graph().as_default():
            made = make()
            with v1.Session() as sess:
                sess.run([v1.global_variables_initializer(), v1.local_variables_initializer()])
                t.start_queue_runners(sess)
                got = []
                for _ in range(times):
                    try:
                        got.append(sess.run(made))
                    except tf.errors.OutOfRangeError:
                        got.append("end")
                        break
                return got

    found["input"] = run(lambda: t.input_producer(tf.constant([[1], [2]]), num_epochs=1, shuffle=False).dequeue(), 3)
    found["range"] = run(lambda: t.range_input_producer(3, shuffle=False).dequeue(), 4)
    found["limit"] = run(lambda: t.limit_epochs(tf.constant(4), num_epochs=2), 3)
    pair = lambda: [[tf.constant(1)], [tf.constant(1)]]  # noqa: E731
    found["batch_join"] = run(lambda: t.batch_join(pair(), 3))
    found["shuffle_batch_join"] = run(lambda: t.shuffle_batch_join(pair(), 3, 10, 2))
    found["maybe_batch"] = run(
        lambda: t.maybe_batch([tf.constant([1, 2, 3])], [True, False, True], 2, enqueue_many=True)
    )
    found["maybe_batch_join"] = run(lambda: t.maybe_batch_join(pair(), True, 2))
    found["maybe_shuffle_batch"] = run(lambda: t.maybe_shuffle_batch([tf.constant(5)], 2, 10, 2, True))
    found["maybe_shuffle_batch_join"] = run(lambda: t.maybe_shuffle_batch_join(pair(), 2, 10, 2, True))
    with tf.Graph().as_default():
        queue = v1.FIFOQueue(4, [tf.int32], shapes=[[]])
        runner = t.QueueRunner(queue, [queue.enqueue(3)])
        t.add_queue_runner(runner)
        value = queue.dequeue()
        found["runners"] = len(v1.get_collection(v1.GraphKeys.QUEUE_RUNNERS))
        with v1.Session() as sess:
            coord = t.Coordinator()
            t.start_queue_runners(sess, coord)
            found["runner"] = [int(sess.run(value)) for _ in range(3)]
            coord.request_stop()
    return found


def sessions(tf, np, folder):
    v1 = tf.compat.v1
    t = v1.train
    found = {}

    def model():
        step = t.get_or_create_global_step()
        w = v1.get_variable("w", initializer=4.0)
        return step, w, t.GradientDescentOptimizer(0.1).minimize(w * w, global_step=step)

    for name in ("MonitoredSession", "SingularMonitoredSession"):
        with tf.Graph().as_default():
            step, w, train = model()
            hooks = [t.StopAtStepHook(last_step=3)]
            if name == "MonitoredSession":
                scaffold = t.Scaffold(init_feed_dict=None)
                creator = t.ChiefSessionCreator(scaffold, checkpoint_dir=str(folder / "none"))
                made = t.MonitoredSession(session_creator=creator, hooks=hooks)
                found["creators"] = [
                    isinstance(creator, t.SessionCreator), issubclass(t.WorkerSessionCreator, t.SessionCreator)
                ]  # fmt: skip
            else:
                made = t.SingularMonitoredSession(hooks=hooks)
            value = None
            with made as sess:
                while not sess.should_stop():
                    sess.run(train)
                    value = sess.run([w, step]) if not sess.should_stop() else value
            found[name] = value
    with tf.Graph().as_default():
        step, w, train = model()
        found["step"] = t.assert_global_step(step)
        saver = t.Saver()
        manager = t.SessionManager()
        sess = manager.prepare_session("", init_op=v1.global_variables_initializer(), saver=saver)
        sess.run(train)
        path = saver.save(sess, str(folder / "kept"), global_step=step)
        reader = t.NewCheckpointReader(path)
        found["reader"] = [reader.get_variable_to_shape_map(), reader.get_tensor("w"), reader.has_tensor("x")]
        found["times"] = [len(t.get_checkpoint_mtimes([path])), t.get_checkpoint_mtimes([path])[0] > 0]
        t.update_checkpoint_state(str(folder), path, [path])
        state = t.generate_checkpoint_state_proto(str(folder), path, [path])
        found["state"] = [
            state.model_checkpoint_path.rpartition("/")[2], t.latest_checkpoint(str(folder)).rpartition("/")[2],
        ]  # fmt: skip
        restored, loaded = manager.recover_session("", saver=saver, checkpoint_dir=str(folder))
        found["recovered"] = [loaded, restored.run(w)]
        t.remove_checkpoint(path)
        found["removed"] = t.checkpoint_exists(path)
        rate = t.noisy_linear_cosine_decay(0.1, step, 10, initial_variance=0.0)
        found["rate"] = sess.run(rate)
    with tf.Graph().as_default():
        step, w, train = model()
        one = t.SyncReplicasOptimizer(t.MomentumOptimizer(0.1, 0.5), 1, 1)
        found["wrapped"] = [
            isinstance(t.MomentumOptimizer(0.1, 0.5), t.Optimizer),
            one.get_name(),
            one.get_slot_names(),
        ]
    seen = []

    class Loop(t.LooperThread):
        def run_loop(self):
            seen.append(1)
            if len(seen) == 3:
                self._coord.request_stop()

    coord = t.Coordinator()
    thread = Loop(coord, 0.001)
    thread.start()
    coord.join([thread])
    found["looper"] = len(seen)
    return found


def rare(tf, np, folder):
    v1 = tf.compat.v1
    found = {}
    with tf.Graph().as_default():
        v1.summary.scalar("a", 1.0)
        v1.summary.text("b", tf.constant("words"))
        merged = v1.summary.merge(v1.get_collection(v1.GraphKeys.SUMMARIES))
        with v1.Session() as sess:
            summary = v1.Summary()
            summary.ParseFromString(sess.run(merged))
            found["summaries"] = [[one.tag for one in summary.value], summary.value[1].metadata.plugin_data.plugin_name]
    state = v1.nn.rnn_cell.LSTMStateTuple(tf.constant([1.0]), tf.constant([2.0]))
    found["state"] = [state.c, state.h, state._fields, state.dtype.name]
    saved = v1.train.Checkpoint(v=tf.Variable([1.0, 2.0]))
    path = saved.save(str(folder / "c"))
    saved.v.assign([0.0, 0.0])
    saved.restore(path)
    found["checkpoint"] = saved.v

    def branch(x):
        if x > 0:
            return x
        return -x

    converted = v1.autograph.to_graph(branch)
    found["autograph"] = [converted(tf.constant(-2.0)), isinstance(v1.autograph.to_code(branch), str)]
    return found


def gradient_penalty(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [None, 2])
        w = v1.get_variable("w", initializer=tf.constant([[1.0], [-2.0]]))
        y = tf.tanh(tf.matmul(x, w)) * tf.matmul(x, w)
        slope = tf.gradients(y, x)[0]
        norm = tf.sqrt(tf.reduce_sum(tf.square(slope), axis=1))
        loss = tf.reduce_mean(y) + 10.0 * tf.reduce_mean(tf.square(norm - 1.0))
        train = v1.train.GradientDescentOptimizer(0.01).minimize(loss)
        before = []
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            for n in range(3):
                fed = {x: _numbers(np, 3, 2, start=n)}
                before.append(sess.run([train, loss, norm], fed)[1:])
            return [before, sess.run(w)]
