"""Descriptions, ragged shapes, datasets as values, shared tables of columns, and other names that few scripts use."""

# ruff: noqa: E501  (one case a line)

from tests.compat.programs import each


def described(tf, np, folder):
    optional = tf.experimental.Optional.from_value((tf.constant([1, 2]), tf.constant("a")))
    spec = tf.OptionalSpec((tf.TensorSpec([2], tf.int32), tf.TensorSpec([], tf.string)))
    array = tf.TensorArray(tf.float32, 2, element_shape=[2]).unstack([[1.0, 2.0], [3.0, 4.0]])
    value = tf.function(lambda one: one.get_value()[0] + 1, input_signature=[spec])

    class Pair(tf.experimental.ExtensionType):
        left: tf.Tensor
        right: tf.Tensor

    pair = Pair([1, 2], ["a"])
    of_pair = tf.type_spec_from_value(pair)
    sparse = tf.SparseTensor([[0, 1]], [5], [2, 3])

    def set_shape():
        sparse.set_shape([None, 3])
        return [sparse.shape, sparse.get_shape()]

    def narrow():
        @tf.function(input_signature=[tf.SparseTensorSpec([None, None], tf.int32)])
        def traced(one):
            one.set_shape([2, None])
            return tf.sparse.to_dense(one)

        return traced(sparse)

    return each(
        {
            "optional": lambda: [repr(spec), spec == tf.OptionalSpec.from_value(optional), spec.is_compatible_with(optional)],
            "optional type": lambda: [isinstance(optional, spec.value_type), isinstance(spec, tf.TypeSpec)],
            "optional in a function": lambda: value(optional),
            "no optional": lambda: value(tf.experimental.Optional.empty(spec._element_spec)),
            "array": lambda: [repr(tf.TensorArraySpec([2], tf.int32)), tf.TensorArraySpec([2]).is_compatible_with(array)],
            "extension type": lambda: [isinstance(of_pair, tf.experimental.ExtensionTypeSpec), of_pair == Pair.Spec(
                tf.TensorSpec([2], tf.int32), tf.TensorSpec([1], tf.string))],
            "spec of an extension type": lambda: issubclass(Pair.Spec, tf.experimental.ExtensionTypeSpec),
            "other specs": lambda: isinstance(tf.TensorSpec([]), tf.experimental.ExtensionTypeSpec),
            "sparse set_shape": set_shape,
            "sparse set_shape otherwise": lambda: sparse.set_shape([2, 4]),
            "sparse set_shape rank": lambda: sparse.set_shape([2]),
            "sparse set_shape in a function": narrow,
        }
    )  # fmt: skip


def ragged_shapes(tf, np, folder):
    kind, rows = tf.experimental.DynamicRaggedShape, tf.experimental.RowPartition
    first, second = rows.from_row_lengths([2, 0, 1]), rows.from_row_lengths([1, 2, 3])
    narrow = rows.from_row_lengths([2, 0, 1], dtype=tf.int32)
    ragged = tf.ragged.constant([[1, 2], [], [3]])
    plain, two = kind([], [2, 3]), kind([first, second], [6])
    inner = kind([first], [3, 4])
    deep = tf.ragged.constant([[[1, 2], [3]], [[4]]])

    def parts(shape):
        return [shape.rank, shape.num_row_partitions, shape.inner_rank, shape.inner_shape, shape.dtype.name,
                [one.row_lengths() for one in shape.row_partitions]]  # fmt: skip

    return each(
        {
            "made": lambda: [parts(one) for one in (plain, two, inner)],
            "repr": lambda: [repr(one) for one in (plain, two, inner, tf.shape(ragged), tf.shape(deep))],
            "static": lambda: [repr(one.static_inner_shape) for one in (plain, two, inner)],
            "32 bits": lambda: parts(kind([first], [3], dtype=tf.int32)),
            "with_dtype": lambda: inner.with_dtype(tf.int32).dtype.name,
            "from_lengths": lambda: [parts(kind.from_lengths(one)) for one in ([2, (2, 1)], [2, 3], [2, (1, 2), (3, 1, 2)], [2, (2, 1), 4])],
            "from_lengths of ranks": lambda: parts(kind.from_lengths([2, (2, 1), 4], num_row_partitions=2)),
            "from_tensor": lambda: [parts(kind.from_tensor(one)) for one in (ragged, deep, tf.zeros([2, 3]))],
            "from_row_partitions": lambda: parts(kind.from_row_partitions([first, second])),
            "tf.shape": lambda: [isinstance(tf.shape(ragged), kind), parts(tf.shape(ragged))],
            "sizes": lambda: [tf.shape(deep)[0], inner[2], plain[1], plain[-1]],
            "a ragged size of deep": lambda: tf.shape(deep)[2],
            "slice": lambda: [parts(two[:2]), parts(plain[1:])],
            "slice inside": lambda: parts(two[1:]),
            "is_uniform": lambda: [[two.is_uniform(axis) for axis in range(3)], [inner.is_uniform(axis) for axis in range(3)]],
            "nowhere": lambda: two.is_uniform(3),
            "outside": lambda: two[4],
            "equal": lambda: [two == kind([first, second], [6]), two == inner, two != inner],
            "static lengths": lambda: [one.static_lengths() for one in (plain, two, inner)],
            "static lengths without ragged": lambda: two.static_lengths(ragged_lengths=False),
            "len": lambda: len(two),
            "wrong inner": lambda: repr(kind([first], [4])),
            "wrong order": lambda: repr(kind([second, first], [3])),
            "no partitions": lambda: kind([first], None),
            "checked": lambda: kind([first], [4], validate=True),
            "types": lambda: [one.dtype.name for one in (
                kind([first], tf.constant([3])), kind([narrow], [3]), kind([narrow], tf.constant([3], tf.int64)),
                kind([narrow, second], [6]), kind([], tf.constant([3])), kind.from_row_partitions([narrow]))],
            "illegal type": lambda: kind([], [2], dtype=tf.float32),
            "lengths that do not fit": lambda: kind.from_lengths([3, (2, 1)]),
            "lengths from rows": lambda: kind.from_lengths([(2, 1)]),
            "stride": lambda: inner[::2],
            "named place": lambda: inner["a"],
            "up to a place": lambda: [repr(inner[:stop]) for stop in (-1, 0, 1, 2, 5)],
            "static shape": lambda: kind([], [2, 3], static_inner_shape=[2, 4]),
            "of no rows": lambda: kind.from_row_partitions([]),
            "negative axis": lambda: two.is_uniform(-1),
            "filled": lambda: [tf.zeros(two), tf.ones(tf.shape(deep)), tf.fill(tf.shape(ragged), 7), tf.zeros(plain)],
            "reshaped": lambda: [tf.reshape(deep, tf.shape(deep)), tf.reshape(tf.range(6), plain)],
            "out_type": lambda: tf.shape(deep, tf.int64).dtype.name,
            "a ragged size": lambda: tf.shape(ragged)[1],
            "not partitions": lambda: kind([1], [3]),
        }
    )  # fmt: skip


def data(tf, np, folder):
    experimental = tf.data.experimental
    pairs = tf.data.Dataset.from_tensor_slices((["a", "b"], tf.constant([1, 2], tf.int64)))
    numbers = tf.data.Dataset.range(3)
    service = experimental.service

    def table():
        made = tf.lookup.StaticHashTable(experimental.DatasetInitializer(pairs), -1)
        return [made.lookup(tf.constant(["b", "c"])), made.size(), made.key_dtype.name, made.value_dtype.name]

    def patterns():
        for name in ("b.txt", "a.txt", "a.csv"):
            (folder / name).write_text(name)
        found = tf.io.match_filenames_once(str(folder / "*.txt"))
        several = tf.io.match_filenames_once([str(folder / "a*"), str(folder / "none*")])
        return [
            [sorted(one.decode().rpartition("/")[2] for one in names.numpy().tolist()) for names in (found, several)],
            found.dtype.name, isinstance(found, tf.Variable), found.trainable,
        ]  # fmt: skip

    def both_ways():
        variant = experimental.to_variant(numbers)
        again = experimental.from_variant(variant, numbers.element_spec)
        return [variant.dtype.name, variant.shape, list(again), repr(again.element_spec)]

    return each(
        {
            "table": table,
            "of no pairs": lambda: experimental.DatasetInitializer(numbers),
            "of no dataset": lambda: experimental.DatasetInitializer([1]),
            "variant": both_ways,
            "cache": lambda: service.CrossTrainerCache("one").trainer_id,
            "cache without a name": lambda: service.CrossTrainerCache(""),
            "cache of None": lambda: service.CrossTrainerCache(None),
            "files": patterns,
        }
    )


def tests_and_optimizers(tf, np, folder):
    import unittest

    def case(name):
        class Case(tf.test.TestCase):
            def test_one(self):
                with self.test_session():
                    self.assertEqual(self.evaluate(tf.constant(1)), 1)

        result = unittest.TestResult()
        Case(name).run(result)
        return [result.testsRun, len(result.failures), len(result.errors), len(result.skipped)]

    def legacy():
        made = tf.keras.optimizers.legacy.Adam(0.1)
        weight = made.add_weight("count", [2], initializer="ones", trainable=False)
        other = made.add_weight(name="other", shape=(), dtype=tf.int32)
        return [weight, weight.trainable, weight.dtype.name, other, other.dtype.name]

    return each(
        {
            "test_session": lambda: [case("test_one"), case("test_session")],
            "add_weight": legacy,
        }
    )


def shared_tables(tf, np, folder):
    column = tf.feature_column

    def pair(**options):
        kinds = [column.categorical_column_with_identity(key, 4) for key in ("here", "there")]
        return kinds, column.shared_embeddings(kinds, dimension=2, **options)

    def named():
        with tf.Graph().as_default():
            _, made = pair()
            _, other = pair(shared_embedding_collection_name="places", combiner="sum", trainable=False)
        return [[one.name for one in made], [one.name for one in other], [one.combiner for one in other],
                list(made[0].variable_shape), list(made[0].parse_example_spec)]  # fmt: skip

    def in_graph(case):
        def run():
            with tf.Graph().as_default():
                return case()

        return run

    def estimated():
        data = {"here": [[0], [1], [2]], "there": [[1], [2], [3]]}
        with tf.Graph().as_default():
            _, made = pair(initializer=tf.keras.initializers.Constant(0.5))
        model = tf.estimator.DNNRegressor([2], made, model_dir=str(folder / "shared"), optimizer="SGD")
        model.train(lambda: tf.data.Dataset.from_tensors((data, [[1.0], [2.0], [3.0]])).repeat(), steps=1)
        tables = [name for name in model.get_variable_names() if "embedding" in name]
        return [len(tables), [model.get_variable_value(name).shape for name in tables]]

    return each(
        {
            "names": named,
            "estimator": estimated,
            "other sizes": in_graph(
                lambda: column.shared_embeddings(
                    [column.categorical_column_with_identity(key, size) for key, size in (("a", 3), ("b", 4))], 2
                )
            ),
            "other kinds": in_graph(
                lambda: column.shared_embeddings(
                    [
                        column.categorical_column_with_identity("a", 3),
                        column.categorical_column_with_hash_bucket("b", 3),
                    ],
                    2,
                )
            ),
        }
    )


def recurrent_estimators(tf, np, folder):
    column = tf.feature_column
    tokens = column.sequence_categorical_column_with_identity("tokens", 4)
    columns = [column.embedding_column(tokens, 2, initializer=tf.keras.initializers.Constant(0.25))]

    def features():
        data = {"tokens": tf.sparse.from_dense([[1, 2, 3], [2, 1, 0]])}
        return tf.data.Dataset.from_tensors((data, [[1], [0]])).repeat()

    def classifier():
        model = tf.estimator.experimental.RNNClassifier(
            columns, units=[3], cell_type="gru", model_dir=str(folder / "classifier"), optimizer="SGD"
        )
        model.train(features, steps=2)
        shapes = sorted(list(model.get_variable_value(n).shape) for n in model.get_variable_names() if "kernel" in n)
        answers = list(model.predict(lambda: features().take(1)))
        return [shapes, sorted(answers[0]), sorted(model.evaluate(features, steps=1)), len(answers)]

    def estimator():
        model = tf.estimator.experimental.RNNEstimator(
            tf.estimator.RegressionHead(), columns, units=[3], cell_type="simple_rnn", model_dir=str(folder / "any")
        )
        model.train(lambda: features().map(lambda x, y: (x, tf.cast(y, tf.float32))), steps=1)
        return [sorted(next(iter(model.predict(lambda: features().take(1)))))]

    def exported():
        model = tf.estimator.LinearRegressor([column.numeric_column("x")], model_dir=str(folder / "linear"))
        model.train(lambda: tf.data.Dataset.from_tensors(({"x": [[1.0]]}, [[2.0]])).repeat(), steps=1)

        def serve():
            given = {"x": tf.compat.v1.placeholder(tf.float32, [None, 1])}
            return tf.estimator.export.ServingInputReceiver(given, given)

        path = model.experimental_export_all_saved_models(str(folder / "all"), {tf.estimator.ModeKeys.PREDICT: serve})
        return [isinstance(path, bytes), (folder / "all").exists()]

    return each(
        {
            "classifier": classifier,
            "estimator": estimator,
            "exported": exported,
            "cell_fn and units": lambda: tf.estimator.experimental.RNNClassifier(
                columns, units=[3], rnn_cell_fn=lambda: tf.keras.layers.LSTMCell(2)
            ),
        }
    )


def sharpness_aware(tf, np, folder):
    kind = tf.keras.models.experimental.SharpnessAwareMinimization
    x = np.linspace(-1, 1, 24).reshape(8, 3).astype("float32")
    y = np.cos(3 * x).sum(1, keepdims=True).astype("float32")

    def trained(optimizer="sgd", **options):
        first = tf.keras.layers.Dense(4, "tanh", kernel_initializer=tf.keras.initializers.Constant(0.3))
        inner = tf.keras.Sequential([tf.keras.Input((3,)), first, tf.keras.layers.Dense(1, kernel_initializer="ones")])
        model = kind(inner, **options)
        model.compile(optimizer, "mse", metrics=["mae"])
        history = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0).history
        return [
            [np.asarray(weight) for weight in inner.get_weights()], history, model.evaluate(x, y, verbose=0),
            len(model.trainable_variables), np.asarray(model.predict(x, verbose=0)).shape,
        ]  # fmt: skip

    def configured():
        config = kind(tf.keras.Sequential([tf.keras.layers.Dense(1)]), rho=0.2, name="sharp").get_config()
        again = kind.from_config(config)
        return [config["rho"], sorted(config["model"])[:2], again.rho, isinstance(again.model, tf.keras.Sequential)]

    return each(
        {
            "plain": trained,
            "far": lambda: trained(rho=0.5),
            "split": lambda: trained("adam", rho=0.1, num_batch_splits=2),
            "uneven": lambda: trained(num_batch_splits=3),
            "config": configured,
        }
    )


def distribution(tf, np, folder):
    distribute = tf.distribute
    strategy = distribute.MirroredStrategy(["CPU:0"])
    numbers = tf.data.Dataset.range(3)
    given = strategy.experimental_distribute_dataset(numbers)
    made = strategy.distribute_datasets_from_function(lambda context: numbers.batch(2))
    kinds = [distribute.DistributedDataset, distribute.DistributedIterator, distribute.DistributedValues]
    absent = [
        distribute.ParameterServerStrategy, distribute.experimental.ParameterServerStrategy,
        distribute.coordinator.ClusterCoordinator, distribute.coordinator.RemoteValue,
        distribute.experimental.coordinator.ClusterCoordinator,
    ]  # fmt: skip
    same = distribute.experimental.coordinator

    def handled():
        step = tf.Variable(0)
        resolver = distribute.cluster_resolver.SimpleClusterResolver(tf.train.ClusterSpec({}))
        checkpoint = tf.train.Checkpoint(step=step)
        handler = distribute.experimental.PreemptionCheckpointHandler(resolver, checkpoint, str(folder / "saved"))
        found = [handler.run(lambda by: step.assign_add(by).numpy(), 2) for _ in range(2)]
        with handler.watch_preemption_scope():
            step.assign_add(1)
        return [[int(one) for one in found], int(handler.total_run_calls), handler.save_checkpoint_if_preempted(), step]

    return each(
        {
            "datasets": lambda: [[isinstance(one, kind) for kind in kinds] for one in (numbers, given, made, iter(given))],
            "elements": lambda: [int(one) for one in given],
            "values": lambda: isinstance(strategy.run(lambda: tf.constant(1)), distribute.DistributedValues),
            "strategies": lambda: [isinstance(strategy, kind) for kind in absent] + [issubclass(absent[0], distribute.Strategy)],
            "same": lambda: [same.RemoteValue is distribute.coordinator.RemoteValue,
                             same.PerWorkerValues is distribute.coordinator.PerWorkerValue],
            "worker": distribute.coordinator.experimental_get_current_worker_index,
            "aggregation": lambda: [str(tf.Variable(1.0)._aggregation), tf.Variable(1.0)._aggregation == tf.VariableAggregation.NONE],
            "preemption": handled,
        }
    )  # fmt: skip


def checkpoint_views(tf, np, folder):
    part = tf.train.Checkpoint(b=tf.Variable([1, 2]))
    whole = tf.train.Checkpoint(a=tf.Variable(1.0), part=part)
    view = tf.train.CheckpointView(whole.save(str(folder / "saved")))
    less, more = tf.train.Checkpoint(a=tf.Variable(0.0)), tf.train.Checkpoint(a=tf.Variable(0.0), z=tf.Variable(1))

    def differences(one):
        both, ours, theirs = view.diff(one)
        return [sorted(both), both[0] is one, sorted(ours), len(theirs)]

    return each(
        {
            "children": lambda: [view.children(number) for number in range(5)],
            "descendants": view.descendants,
            "no such child": lambda: view.children(9),
            "match": lambda: [sorted(view.match(one)) for one in (whole, less, more)],
            "matched": lambda: view.match(more)[1] is more.a,
            "diff": lambda: [differences(one) for one in (whole, less, more)],
            "no checkpoint": lambda: tf.train.CheckpointView(str(folder / "nothing")),
        }
    )
