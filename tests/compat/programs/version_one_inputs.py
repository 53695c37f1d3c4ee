"""Datasets, feature columns, Estimators, strategies and switches of tf.compat.v1."""

from tests.compat.programs import each


def datasets(tf, np, folder):
    v1 = tf.compat.v1
    data, extra = v1.data, v1.data.experimental
    (folder / "a.txt").write_text("one\ntwo\n\nthree\n")
    (folder / "a.bin").write_bytes(b"HEADaabbccFOOT")
    (folder / "a.csv").write_text("x,y,word\n1,0.5,a\n2,1.5,b\n3,2.5,c\n")
    with v1.python_io.TFRecordWriter(str(folder / "a.tfrecord")) as writer:
        for n in range(4):
            example = tf.train.Example(
                features=tf.train.Features(feature={"n": tf.train.Feature(int64_list=tf.train.Int64List(value=[n]))})
            )
            writer.write(example.SerializeToString())

    def read(make):
        with tf.Graph().as_default():
            element = data.make_one_shot_iterator(make()).get_next()
            found = []
            with v1.Session() as sess:
                try:
                    while len(found) < 6:
                        found.append(sess.run(element))
                except tf.errors.OutOfRangeError:
                    found.append("end")
            return found

    def by_methods():
        with tf.Graph().as_default():
            first = data.Dataset.range(2).make_one_shot_iterator().get_next()
            iterator = data.Dataset.from_tensor_slices([b"a", b"b"]).make_initializable_iterator()
            second = iterator.get_next()
            with v1.Session() as sess:
                sess.run(iterator.initializer)
                return [sess.run([first, second]) for _ in range(2)]

    def sql():
        import sqlite3

        with sqlite3.connect(str(folder / "a.db")) as connection:
            connection.execute("create table t (n integer, word text)")
            connection.executemany("insert into t values (?, ?)", [(1, "a"), (2, "b")])
        return read(
            lambda: extra.SqlDataset("sqlite", str(folder / "a.db"), "select n, word from t", (tf.int32, tf.string))
        )

    def chosen():
        def make():
            several = [data.Dataset.from_tensors(n).repeat(2) for n in range(3)]
            return extra.choose_from_datasets(several, data.Dataset.from_tensor_slices(np.int64([2, 0, 1, 2])))

        return read(make)

    def sampled():
        def make():
            several = [data.Dataset.from_tensors(n).repeat(3) for n in (7, 8)]
            return extra.sample_from_datasets(several, weights=[1.0, 0.0], seed=1)

        return read(make)[:3]

    def counted():
        return read(lambda: extra.Counter(start=3, step=2))

    def random():
        made = read(lambda: extra.RandomDataset(seed=3).take(3))
        again = read(lambda: extra.RandomDataset(seed=3).take(3))
        return [len(made), made == again]

    def csv():
        return read(
            lambda: extra.make_csv_dataset(str(folder / "a.csv"), 2, label_name="y", num_epochs=1, shuffle=False)
        )

    def features():
        return read(
            lambda: extra.make_batched_features_dataset(
                str(folder / "a.tfrecord"), 2, {"n": v1.FixedLenFeature([], tf.int64)}, num_epochs=1, shuffle=False
            )
        )

    return each(
        {
            "Dataset": lambda: read(lambda: data.Dataset.from_tensor_slices([3, 1, 2]).map(lambda n: n + 1).batch(2)),
            "static": lambda: read(lambda: data.Dataset.zip((data.Dataset.range(2), data.Dataset.range(5, 9)))),
            "by methods": by_methods,
            "make_one_shot_iterator": lambda: [one.numpy() for one in data.Dataset.range(2).make_one_shot_iterator()],
            "TextLineDataset": lambda: read(lambda: data.TextLineDataset(str(folder / "a.txt")).skip(1)),
            "TextLineDataset of several": lambda: read(lambda: data.TextLineDataset([str(folder / "a.txt")] * 2)),
            "FixedLengthRecordDataset": lambda: read(
                lambda: data.FixedLengthRecordDataset(str(folder / "a.bin"), 2, header_bytes=4, footer_bytes=4)
            ),
            "TFRecordDataset": lambda: [
                len(one) for one in read(lambda: data.TFRecordDataset(str(folder / "a.tfrecord")))
            ],
            "parsed": lambda: read(
                lambda: data.TFRecordDataset([str(folder / "a.tfrecord")]).map(
                    lambda one: v1.parse_single_example(one, {"n": v1.FixedLenFeature([], tf.int64)})["n"]
                )
            ),
            "CsvDataset": lambda: read(
                lambda: extra.CsvDataset(str(folder / "a.csv"), [tf.int32, tf.float32, tf.string], header=True)
            ),
            "CsvDataset of some": lambda: read(
                lambda: extra.CsvDataset(str(folder / "a.csv"), [[0], [""]], header=True, select_cols=[0, 2])
            ),
            "make_csv_dataset": csv,
            "make_batched_features_dataset": features,
            "SqlDataset": sql,
            "choose_from_datasets": chosen,
            "sample_from_datasets": sampled,
            "Counter": counted,
            "RandomDataset": random,
            "no file": lambda: read(lambda: data.TextLineDataset(str(folder / "none"))),
            "structures": lambda: [
                repr(extra.TensorStructure(tf.float32, [2])),
                repr(extra.SparseTensorStructure(tf.float32, [2])),
                repr(extra.RaggedTensorStructure(tf.float32, [2, None], 1)),
            ],
            "structure of arrays": lambda: extra.TensorArrayStructure(tf.float32, [2], None, True) is not None,
        }
    )


def columns(tf, np, folder):
    v1 = tf.compat.v1
    f = v1.feature_column
    (folder / "words.txt").write_text("a\nb\n")
    numbers, city = f.numeric_column("age"), f.categorical_column_with_vocabulary_list("city", ["a", "b"])
    other = f.categorical_column_with_vocabulary_list("other", ["a", "b"])
    of_file = f.categorical_column_with_vocabulary_file("city", str(folder / "words.txt"), num_oov_buckets=1)
    fixed = v1.constant_initializer([[1.0, 2.0], [3.0, 4.0]])

    def given():
        return {
            "age": tf.constant([[5.0], [25.0]]),
            "city": tf.constant([["b"], ["z"]]),
            "other": tf.constant([["a"], ["b"]]),
        }

    def layer(columns, **options):
        with tf.Graph().as_default():
            columns = columns() if callable(columns) else columns
            made = f.input_layer(given(), columns, **options)
            with v1.Session() as sess:
                sess.run([v1.global_variables_initializer(), v1.tables_initializer()])
                return [sess.run(made), [one.name for one in v1.global_variables()]]

    def linear(columns, fill, **options):
        with tf.Graph().as_default():
            features = given() | {"age": v1.placeholder_with_default([[5.0], [25.0]], [2, 1])}
            made = f.linear_model(features, columns, **options)
            with v1.Session() as sess:
                sess.run([v1.global_variables_initializer(), v1.tables_initializer()])
                before = sess.run(made)
                for one in v1.global_variables():
                    one.load(np.full(one.shape.as_list(), fill, "float32"), sess)
                names = sorted(one.name for one in v1.trainable_variables())
                return [before, sess.run(made), names, [list(one.shape) for one in v1.global_variables()]]

    def shared_names():
        with tf.Graph().as_default():
            return [one.name for one in f.shared_embedding_columns([city, other], 2)]

    return each(
        {
            "input_layer": lambda: layer([numbers, f.indicator_column(city)]),
            "input_layer of a file": lambda: layer([f.indicator_column(of_file)]),
            "input_layer of an embedding": lambda: layer([f.embedding_column(city, 2, initializer=fixed)]),
            "shared": lambda: layer(lambda: f.shared_embedding_columns([city, other], 2, initializer=fixed))[0],
            "shared names": shared_names,
            "linear_model": lambda: linear([numbers, city], 0.5),
            "linear_model of two": lambda: linear([numbers], 1.0, units=2),
            "parse spec": lambda: sorted(f.make_parse_example_spec([numbers, f.indicator_column(city)])),
            "parse spec of a number": lambda: f.make_parse_example_spec([numbers])["age"].shape,
            "file": lambda: [of_file.name, of_file.num_buckets],
            "not there": lambda: layer([f.numeric_column("absent")]),
            "categorical": lambda: layer([city]),
        }
    )


def strategies(tf, np, folder):
    v1 = tf.compat.v1
    d = v1.distribute

    def one(strategy):
        seen = []
        with strategy.scope():
            v = v1.get_variable(f"v{id(strategy)}", initializer=2.0)

            def step(x):
                context = d.get_replica_context()
                seen.append([callable(d.ReplicaContext), context.num_replicas_in_sync])
                return x * 2.0

            found = (
                strategy.experimental_run_v2(step, args=(tf.constant(3.0),))
                if hasattr(strategy, "experimental_run_v2")
                else strategy.run(step, args=(tf.constant(3.0),))
            )
        return [
            isinstance(strategy, d.Strategy),
            isinstance(strategy.extended, d.StrategyExtended),
            strategy.num_replicas_in_sync,
            float(strategy.reduce(tf.distribute.ReduceOp.SUM, found, axis=None)),
            seen,
            float(v.numpy()),
        ]

    return each(
        {
            "MirroredStrategy": lambda: one(d.MirroredStrategy(["/cpu:0"])),
            "OneDeviceStrategy": lambda: one(d.OneDeviceStrategy("/cpu:0")),
            "CentralStorageStrategy": lambda: one(d.experimental.CentralStorageStrategy(["/cpu:0"], "/cpu:0")),
            "MultiWorkerMirroredStrategy": lambda: one(d.experimental.MultiWorkerMirroredStrategy()),
            "default": lambda: [
                d.has_strategy(),
                d.in_cross_replica_context(),
                d.get_strategy() is not None,
            ],
            "TPUStrategy": lambda: issubclass(d.experimental.TPUStrategy, d.Strategy),
        }
    )


def switches(tf, np, folder):
    v1 = tf.compat.v1
    found = {"control flow": v1.control_flow_v2_enabled()}
    pairs = {
        "control_flow_v2": (v1.enable_control_flow_v2, v1.disable_control_flow_v2),
        "v2_tensorshape": (v1.disable_v2_tensorshape, v1.enable_v2_tensorshape),
        "tensor_equality": (v1.disable_tensor_equality, v1.enable_tensor_equality),
    }
    for name, (there, back) in pairs.items():
        try:
            found[name] = [there(), tf.executing_eagerly()]
        finally:
            back()
    found["equal"] = (tf.constant([1, 2]) == tf.constant([1, 3])).numpy()
    v1.disable_v2_behavior
    v1.enable_v2_behavior
    with tf.Graph().as_default(), v1.device("/cpu:0"):
        found["device"] = v1.executing_eagerly_outside_functions()
    return found
