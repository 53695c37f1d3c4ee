"""Programs of TensorFlow 1 in tf.compat.v1, as its tutorials wrote them."""

from tests.compat.programs import each


def linear_regression(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [None], name="x")
        y = v1.placeholder(tf.float32, [None], name="y")
        w = tf.Variable(0.3, name="weight")
        b = tf.Variable(-0.1, name="bias")
        said = w * x + b
        cost = tf.reduce_sum(tf.pow(said - y, 2)) / (2 * 4)
        step = v1.train.GradientDescentOptimizer(0.01).minimize(cost)
        init = v1.global_variables_initializer()
        xs = np.array([1.0, 2.0, 3.0, 4.0], "float32")
        costs = []
        with v1.Session() as sess:
            sess.run(init)
            for _ in range(3):
                for one, two in zip(xs, xs * 2):
                    sess.run(step, feed_dict={x: [one], y: [two]})
                costs.append(sess.run(cost, feed_dict={x: xs, y: xs * 2}))
            return [costs, sess.run(w), b.eval(), said.eval({x: [1.0]}), x.name, y.op.name, said.shape.as_list()]


def softmax_regression(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        v1.set_random_seed(1)
        x = v1.placeholder(tf.float32, shape=(None, 4))
        y_ = v1.placeholder(tf.float32, [None, 3])
        w = tf.Variable(tf.zeros([4, 3]))
        b = tf.Variable(tf.zeros([3]))
        y = tf.nn.softmax(tf.matmul(x, w) + b)
        cross_entropy = tf.reduce_mean(-tf.reduce_sum(y_ * v1.log(y), axis=[1]))
        train_step = v1.train.GradientDescentOptimizer(0.5).minimize(cross_entropy)
        correct = tf.equal(v1.argmax(y, 1), v1.argmax(y_, 1))
        accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
        sess = v1.InteractiveSession()
        v1.global_variables_initializer().run()
        xs = np.eye(4, dtype="float32")[[0, 1, 2, 0]]
        ys = np.eye(3, dtype="float32")[[0, 1, 2, 0]]
        for _ in range(5):
            train_step.run({x: xs, y_: ys})
        found = [accuracy.eval({x: xs, y_: ys}), cross_entropy.eval(feed_dict={x: xs, y_: ys}), sess.run(b)]
        sess.close()
        return found


def scopes(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        with v1.variable_scope("outer", initializer=v1.constant_initializer(2.0)) as scope:
            a = v1.get_variable("a", [2])
            with v1.variable_scope("inner"):
                b = v1.get_variable("b", [1], initializer=v1.zeros_initializer())
                inner = v1.get_variable_scope().name
            again_name = scope.name
        with v1.variable_scope("outer", reuse=True):
            again = v1.get_variable("a", [2])
        with v1.variable_scope(scope, reuse=v1.AUTO_REUSE):
            c = v1.get_variable("a")
            d = v1.get_variable("new", [1])
        with v1.variable_scope("kept"):
            e = v1.get_variable("step", initializer=3, trainable=False)
            v1.get_variable_scope().reuse_variables()
            f = v1.get_variable("step", dtype=tf.int32)
        with v1.variable_scope(None, default_name="auto"):
            g = v1.get_variable("g", [1])
        with v1.variable_scope(None, default_name="auto"):
            h = v1.get_variable("g", [1])

        def refused(function):
            try:
                function()
            except ValueError:
                return "ValueError"

        def absent():
            with v1.variable_scope("outer", reuse=True):
                v1.get_variable("none", [1])

        def twice():
            with v1.variable_scope("outer"):
                v1.get_variable("a", [2])

        names = [one.name for one in (a, b, d, e, g, h)]
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            return [
                names,
                inner,
                again_name,
                again is a,
                c is a,
                f is e,
                sess.run([a, b, d, e]),
                refused(absent),
                refused(twice),
                [one.name for one in v1.global_variables()],
                [one.name for one in v1.trainable_variables()],
                [one.name for one in v1.get_collection(v1.GraphKeys.GLOBAL_VARIABLES, scope="outer")],
                [one.name for one in v1.get_collection(v1.GraphKeys.TRAINABLE_VARIABLES)],
            ]


def layers(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [None, 4, 4, 1])
        ones = v1.ones_initializer()
        net = v1.layers.conv2d(
            x,
            filters=2,
            kernel_size=[3, 3],
            padding="same",
            activation=tf.nn.relu,
            kernel_initializer=ones,
            name="conv",
        )
        net = v1.layers.max_pooling2d(net, [2, 2], 2)
        net = v1.layers.flatten(net)
        net = v1.layers.dense(net, 3, kernel_initializer=ones, name="fc")
        net = v1.layers.dropout(net, 0.4, training=False)
        logits = v1.layers.dense(inputs=net, units=2, kernel_initializer=ones)
        again = v1.layers.dense(v1.layers.flatten(x), 2, name="shared", kernel_initializer=ones)
        twice = v1.layers.dense(v1.layers.flatten(x), 2, name="shared", kernel_initializer=ones, reuse=True)
        normal = v1.layers.batch_normalization(v1.layers.flatten(x), training=False)
        averaged = v1.layers.average_pooling2d(x, 2, 2)
        picture = np.arange(16.0).reshape(1, 4, 4, 1) / 16
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            found = sess.run([net, logits, again, twice, normal, averaged], {x: picture})
        return [found, [one.name for one in v1.trainable_variables()], logits.shape.as_list()]


def saving(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        a = v1.get_variable("a", initializer=tf.constant([1.0, 2.0]))
        with v1.variable_scope("s"):
            b = v1.get_variable("b", initializer=5)
        saver = v1.train.Saver(max_to_keep=2)
        change = [v1.assign(a, [9.0, 9.0]), v1.assign_add(b, 1)]
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            paths = [saver.save(sess, str(folder / "model"), global_step=n) for n in range(3)]
            sess.run(change)
            changed = sess.run([a, b])
            saver.restore(sess, paths[-1])
            restored = sess.run([a, b])
        names = [one.rpartition("/")[2] for one in saver.last_checkpoints]
    with tf.Graph().as_default():
        other = v1.get_variable("other", [2])
        partly = v1.train.Saver({"a": other})
        with v1.Session() as sess:
            partly.restore(sess, tf.train.latest_checkpoint(str(folder)))
            return [
                changed,
                restored,
                names,
                sess.run(other),
                sorted(tf.train.list_variables(paths[-1])),
                v1.train.checkpoint_exists(paths[-1]),
                paths[-1].rpartition("/")[2],
            ]


def monitored(tf, np, folder):
    v1 = tf.compat.v1
    seen = []

    class Note(v1.train.SessionRunHook):
        def begin(self):
            seen.append("begin")

        def after_create_session(self, session, coord):
            seen.append("created")

        def before_run(self, run_context):
            return v1.train.SessionRunArgs(loss)

        def after_run(self, run_context, run_values):
            seen.append(float(run_values.results))

        def end(self, session):
            seen.append("end")

    with tf.Graph().as_default():
        step = v1.train.get_or_create_global_step()
        w = v1.get_variable("w", initializer=4.0)
        loss = w * w
        rate = v1.train.exponential_decay(0.1, step, 1, 0.5, staircase=True)
        train = v1.train.GradientDescentOptimizer(rate).minimize(loss, global_step=step)
        hooks = [Note(), v1.train.StopAtStepHook(last_step=3)]
        with v1.train.MonitoredTrainingSession(checkpoint_dir=str(folder), hooks=hooks) as sess:
            while not sess.should_stop():
                sess.run(train)
        seen.append(tf.train.latest_checkpoint(str(folder)).rpartition("/")[2])
    with tf.Graph().as_default():
        step = v1.train.get_or_create_global_step()
        w = v1.get_variable("w", initializer=0.0)
        with v1.train.MonitoredTrainingSession(checkpoint_dir=str(folder)) as sess:
            seen.append([sess.run(step), sess.run(w)])
    return seen


def decays(tf, np, folder):
    v1 = tf.compat.v1
    t = v1.train
    with tf.Graph().as_default():
        step = tf.Variable(0, trainable=False)
        rates = {
            "exponential": t.exponential_decay(0.1, step, 2, 0.5),
            "natural": t.natural_exp_decay(0.1, step, 2, 0.5),
            "inverse": t.inverse_time_decay(0.1, step, 2, 0.5, staircase=True),
            "polynomial": t.polynomial_decay(0.1, step, 10, 0.01, power=2.0),
            "piecewise": t.piecewise_constant(step, [1, 3], [1.0, 0.5, 0.1]),
            "cosine": t.cosine_decay(0.1, step, 10),
            "restarts": t.cosine_decay_restarts(0.1, step, 3),
            "linear cosine": t.linear_cosine_decay(0.1, step, 10),
        }
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            first = sess.run(rates)
            sess.run(v1.assign(step, 4))
            return [first, sess.run(rates)]


def optimizers(tf, np, folder):
    v1 = tf.compat.v1
    t = v1.train
    make = {
        "GradientDescent": lambda: t.GradientDescentOptimizer(0.1),
        "Momentum": lambda: t.MomentumOptimizer(0.1, 0.9),
        "Nesterov": lambda: t.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
        "Adam": lambda: t.AdamOptimizer(0.1),
        "Adagrad": lambda: t.AdagradOptimizer(0.1),
        "Adadelta": lambda: t.AdadeltaOptimizer(0.1),
        "RMSProp": lambda: t.RMSPropOptimizer(0.1),
        "RMSProp centered": lambda: t.RMSPropOptimizer(0.1, centered=True, momentum=0.5),
        "Ftrl": lambda: t.FtrlOptimizer(0.1),
        "Ftrl regularized": lambda: t.FtrlOptimizer(0.1, l1_regularization_strength=0.1),
    }

    def course(name):
        with tf.Graph().as_default():
            w = v1.get_variable("w", initializer=[1.0, -2.0])
            loss = tf.reduce_sum(w * w)
            optimizer = make[name]()
            pairs = optimizer.compute_gradients(loss)
            train = optimizer.apply_gradients([(tf.clip_by_norm(g, 3.0), v) for g, v in pairs])
            with v1.Session() as sess:
                sess.run(v1.global_variables_initializer())
                for _ in range(3):
                    sess.run(train)
                return [sess.run(w), optimizer.get_name() if hasattr(optimizer, "get_name") else None]

    return each({name: lambda name=name: course(name) for name in make})


def iterators(tf, np, folder):
    v1 = tf.compat.v1
    out_of_range = tf.errors.OutOfRangeError

    def all_of(sess, element):
        found = []
        try:
            while True:
                found.append(sess.run(element))
        except out_of_range:
            return found

    def one_shot():
        with tf.Graph().as_default():
            element = v1.data.make_one_shot_iterator(tf.data.Dataset.range(3)).get_next()
            with v1.Session() as sess:
                return all_of(sess, element)

    def initializable():
        with tf.Graph().as_default():
            top = v1.placeholder(tf.int64, shape=[])
            iterator = v1.data.make_initializable_iterator(tf.data.Dataset.range(top))
            element = iterator.get_next()
            with v1.Session() as sess:
                sess.run(iterator.initializer, feed_dict={top: 2})
                first = all_of(sess, element)
                sess.run(iterator.initializer, feed_dict={top: 4})
                return [first, all_of(sess, element)]

    def fed_arrays():
        with tf.Graph().as_default():
            data = v1.placeholder(tf.float32, [4])
            iterator = v1.data.make_initializable_iterator(
                tf.data.Dataset.from_tensor_slices(data).map(lambda v: v * 2).batch(2)
            )
            element = iterator.get_next()
            with v1.Session() as sess:
                sess.run(iterator.initializer, {data: [1.0, 2.0, 3.0, 4.0]})
                return all_of(sess, element)

    def reinitializable():
        with tf.Graph().as_default():
            one, two = tf.data.Dataset.range(2), tf.data.Dataset.range(10, 13)
            iterator = v1.data.Iterator.from_structure(v1.data.get_output_types(one), v1.data.get_output_shapes(one))
            element = iterator.get_next()
            starts = [iterator.make_initializer(one), iterator.make_initializer(two)]
            found = []
            with v1.Session() as sess:
                for start in (*starts, starts[0]):
                    sess.run(start)
                    found.append(all_of(sess, element))
            return found

    def feedable():
        with tf.Graph().as_default():
            one, two = tf.data.Dataset.range(3).repeat(), tf.data.Dataset.range(10, 13)
            handle = v1.placeholder(tf.string, shape=[])
            iterator = v1.data.Iterator.from_string_handle(
                handle, v1.data.get_output_types(one), v1.data.get_output_shapes(one)
            )
            element = iterator.get_next()
            first, second = v1.data.make_one_shot_iterator(one), v1.data.make_initializable_iterator(two)
            with v1.Session() as sess:
                handles = [sess.run(first.string_handle()), sess.run(second.string_handle())]
                sess.run(second.initializer)
                return [int(sess.run(element, {handle: handles[n]})) for n in (0, 1, 0, 1, 0)]

    def trained():
        with tf.Graph().as_default():
            xs = np.arange(8, dtype="float32").reshape(8, 1)
            x, y = v1.data.make_one_shot_iterator(
                tf.data.Dataset.from_tensor_slices((xs, xs * 3)).repeat().batch(4)
            ).get_next()
            w = v1.get_variable("w", [1, 1], initializer=v1.zeros_initializer())
            loss = tf.reduce_mean((tf.matmul(x, w) - y) ** 2)
            train = v1.train.GradientDescentOptimizer(0.01).minimize(loss)
            with v1.Session() as sess:
                sess.run(v1.global_variables_initializer())
                return [sess.run([loss, train])[0] for _ in range(4)] + [sess.run(w)]

    return each(
        {
            "one shot": one_shot,
            "initializable": initializable,
            "fed": fed_arrays,
            "reinitializable": reinitializable,
            "feedable": feedable,
            "trained": trained,
        }
    )


def metrics(tf, np, folder):
    v1 = tf.compat.v1
    names = (
        "accuracy mean auc precision recall root_mean_squared_error mean_absolute_error mean_squared_error "
        "true_positives false_positives true_negatives false_negatives mean_per_class_accuracy mean_iou"
    ).split()

    def course(name):
        with tf.Graph().as_default():
            said, right = v1.placeholder(tf.float32, [None]), v1.placeholder(tf.float32, [None])
            metric = getattr(v1.metrics, name)
            more = {"num_classes": 2} if name in ("mean_per_class_accuracy", "mean_iou") else {}
            value, update = metric(right) if name == "mean" else metric(right, said, **more)
            with v1.Session() as sess:
                sess.run(v1.local_variables_initializer())
                before = sess.run(value)
                updates = [
                    sess.run(update, {said: [1.0, 0.0, 1.0], right: [1.0, 1.0, 0.0]}),
                    sess.run(update, {said: [1.0, 0.0], right: [1.0, 0.0]}),
                ]
                after = sess.run(value)
                sess.run(v1.local_variables_initializer())
                return [before, updates, after, sess.run(value), len(v1.local_variables()) > 0]

    return each({name: lambda name=name: course(name) for name in names})


def losses(tf, np, folder):
    v1 = tf.compat.v1
    right, said = [[0.0, 1.0], [1.0, 0.0]], [[0.3, 0.6], [0.8, 0.1]]
    el = v1.losses

    def collected():
        with tf.Graph().as_default():
            first = el.mean_squared_error(right, tf.constant(said))
            el.add_loss(tf.constant(2.0))
            v1.get_variable("w", initializer=3.0, regularizer=lambda w: w * 0.1)
            with v1.Session() as sess:
                sess.run(v1.global_variables_initializer())
                return [
                    sess.run(first),
                    sess.run(el.get_total_loss()),
                    len(el.get_losses()),
                    len(el.get_regularization_losses()),
                    sess.run(el.get_regularization_loss()),
                ]

    return each(
        {
            "cosine_distance": lambda: el.cosine_distance(right, said, axis=1),
            "mean_pairwise_squared_error": lambda: el.mean_pairwise_squared_error(right, said),
            "compute_weighted_loss": lambda: el.compute_weighted_loss(tf.constant([1.0, 2.0]), [0.5, 1.0]),
            "weights": lambda: el.mean_squared_error(right, said, [[1.0], [0.0]]),
            "none": lambda: el.absolute_difference(right, said, reduction=el.Reduction.NONE),
            "mean": lambda: el.huber_loss(right, said, delta=0.2, reduction=el.Reduction.MEAN),
            "sparse": lambda: el.sparse_softmax_cross_entropy([1, 0], said, weights=[1.0, 2.0]),
            "softmax": lambda: el.softmax_cross_entropy(right, said, label_smoothing=0.1),
            "collected": collected,
            "wrong shapes": lambda: el.mean_squared_error([1.0, 2.0], [[1.0], [2.0]]),
        }
    )


def control(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [])
        chosen = tf.cond(x > 1.0, lambda: x * 10, lambda: x - 1)
        i, total = tf.while_loop(lambda i, t: i < 4, lambda i, t: (i + 1, t + x), (tf.constant(0), tf.constant(0.0)))
        v = v1.get_variable("v", initializer=1.0)
        increase = v1.assign_add(v, 1.0)
        with tf.control_dependencies([increase]):
            after = tf.identity(v.read_value())
        group = tf.group(v1.assign(v, 7.0))
        tree = {"a": [x, (x * 2,)], "b": v}
        default = v1.placeholder_with_default(tf.constant([5.0]), [None])
        gradients = tf.gradients(x * x * v, [x, v])
        checked = v1.assert_greater(x, 0.0)
        found = []
        with v1.Session(config=v1.ConfigProto(allow_soft_placement=True)) as sess:
            sess.run(v1.global_variables_initializer())
            found += [sess.run([chosen, total, i], {x: 2.0}), sess.run(chosen, {x: 0.5}), sess.run(after), sess.run(v)]
            found += [
                sess.run(group),
                sess.run(v),
                sess.run(tree, {x: 1.0}),
                sess.run(default),
                sess.run(default, {default: [1.0]}),
            ]
            found += [sess.run(gradients, {x: 3.0}), sess.run([], {x: 1.0}), sess.run(checked, {x: 1.0})]
            found += [sess.run(total * 2, {total: 4.0}), sess.graph is v1.get_default_graph()]
            for wrong in (
                lambda: sess.run(chosen),
                lambda: sess.run(checked, {x: -1.0}),
                lambda: sess.run("nothing:0"),
                lambda: sess.run(x, {x: [1.0, 2.0]}),
                lambda: sess.run(3.5),
            ):
                try:
                    wrong()
                    found.append("passes")
                except (ValueError, TypeError, KeyError, tf.errors.OpError) as error:
                    found.append(type(error).__mro__[0].__name__)
        return found


def names(tf, np, folder):
    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph:
        with tf.name_scope("part"):
            x = v1.placeholder(tf.float32, [2], name="x")
            y = tf.add(x, 1.0, name="y")
        z = tf.multiply(y, 2.0, name="z")
        again = tf.add(z, 1.0, name="z")
        found = [x.name, y.name, z.name, again.name, z.op.name]
        with v1.Session() as sess:
            found.append(sess.run("z:0", {"part/x:0": [1.0, 2.0]}))
            found.append(sess.run(graph.get_tensor_by_name("part/y:0"), {x: [1.0, 2.0]}))
        found += [graph.get_operation_by_name("z").name, x.graph is graph, y.dtype.name, y.get_shape().as_list()]
        v1.add_to_collection("mine", z)
        found += [len(v1.get_collection("mine")), len(v1.get_collection("others"))]
        return found


def summaries(tf, np, folder):
    v1 = tf.compat.v1
    s = v1.summary
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [])
        s.scalar("x", x)
        s.histogram("h", tf.stack([x, x * 2]))
        merged = s.merge_all()
        with v1.Session() as sess:
            writer = s.FileWriter(str(folder), sess.graph)
            for step in range(2):
                writer.add_summary(sess.run(merged, {x: step + 0.5}), step)
            writer.close()
    found = []
    for path in sorted(str(one) for one in folder.glob("events*")):
        for event in v1.train.summary_iterator(path):
            for value in event.summary.value:
                found.append(
                    [event.step, value.tag, round(value.simple_value, 3) if value.HasField("simple_value") else None]
                )
    summary = (
        s.Summary(value=[s.Summary.Value(tag="t", simple_value=1.5)])
        if hasattr(s, "Summary")
        else v1.Summary(value=[v1.Summary.Value(tag="t", simple_value=1.5)])
    )
    return [found, summary.value[0].tag]


def services(tf, np, folder):
    v1 = tf.compat.v1
    name = str(folder / "a.txt")

    def files():
        with v1.gfile.Open(name, "w") as f:
            f.write("hello")
        v1.gfile.MakeDirs(str(folder / "x" / "y"))
        found = [
            v1.gfile.Exists(name),
            v1.gfile.GFile(name).read(),
            v1.gfile.FastGFile(name, "rb").read(),
            len(v1.gfile.Glob(name)),
        ]
        v1.gfile.Remove(name)
        return found + [
            v1.gfile.Exists(name),
            v1.gfile.IsDirectory(str(folder / "x")),
            v1.gfile.ListDirectory(str(folder / "x")),
        ]

    def flags():
        f = v1.flags
        values = f.FlagValues() if hasattr(f, "FlagValues") else f.FLAGS
        f.DEFINE_string("name", "x", "A name.", flag_values=values)
        f.DEFINE_integer("count", 3, "How many.", flag_values=values)
        f.DEFINE_float("rate", 0.5, "How fast.", flag_values=values)
        f.DEFINE_boolean("loud", False, "Whether.", flag_values=values)
        f.DEFINE_enum("kind", "a", ["a", "b"], "Which.", flag_values=values)
        f.DEFINE_list("parts", ["p"], "Parts.", flag_values=values)
        rest = values(["program", "--name=y", "--count", "5", "--loud", "--parts=q,r", "left"])
        return [values.name, values.count, values.rate, values.loud, values.kind, values.parts, rest]

    def logged():
        v1.logging.set_verbosity(v1.logging.ERROR)
        v1.logging.info("nothing")
        return [v1.logging.get_verbosity() == v1.logging.ERROR, v1.logging.INFO < v1.logging.WARN < v1.logging.ERROR]

    def app():
        try:
            v1.app.run(main=lambda argv: len(argv), argv=["program"])
        except SystemExit as error:
            return error.code

    return each(
        {
            "gfile": files,
            "flags": flags,
            "logging": logged,
            "app": app,
            "shape": lambda: [
                v1.TensorShape([2, None]).as_list(),
                v1.Dimension(3).value,
                v1.dimension_value(v1.Dimension(4)),
            ],
            "dimension": lambda: [(v1.Dimension(3) + 2).value, v1.Dimension(None).value, v1.Dimension(3) == 3],
            "where": lambda: v1.where([True, False], [[1, 2], [3, 4]], [[5, 6], [7, 8]]),
            "eagerly": lambda: [v1.executing_eagerly(), v1.executing_eagerly_outside_functions()],
            "initializers": lambda: [
                v1.ones_initializer()([2]),
                v1.constant_initializer(3)([1], dtype=tf.int32),
                v1.glorot_uniform_initializer()((2, 2)).shape,
                v1.truncated_normal_initializer(stddev=0.1)((3,)).shape,
                v1.initializers.zeros()((1,)),
                v1.random_normal_initializer()((2,)).shape,
            ],
            "versions": lambda: [v1.VERSION, v1.__version__ if hasattr(v1, "__version__") else v1.version.VERSION],
            "estimator inputs": lambda: callable(v1.estimator.inputs.numpy_input_fn),
            "Variable": lambda: [v1.Variable(1.0), v1.Variable([1], trainable=False).trainable],
            "global step": lambda: _steps(tf, v1),
            "keras": lambda: v1.keras.layers.Dense(1).name.startswith("dense"),
            "set_random_seed": lambda: v1.set_random_seed(1),
            "py_func": lambda: v1.py_func(lambda a: a + np.float32(1), [tf.constant(1.0)], tf.float32),
            "local_variables": lambda: v1.local_variables(),
            "is_variable_initialized": lambda: callable(v1.is_variable_initialized),
            "report_uninitialized_variables": lambda: callable(v1.report_uninitialized_variables),
            "disable": lambda: [
                v1.disable_resource_variables(),
                v1.enable_resource_variables(),
                v1.resource_variables_enabled(),
            ],
        }
    )


def _steps(tf, v1):
    with tf.Graph().as_default():
        before = v1.train.get_global_step()
        step = v1.train.create_global_step()
        found = [before is None, v1.train.get_global_step() is step, step.name, step.dtype.base_dtype.name]
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            return found + [v1.train.global_step(sess, step)]
