"""tf.train, tf.io, tf.summary, tf.distribute, tf.config, tf.debugging, tf.test, tf.lookup, tf.nest, tf.Module..."""

from tests.compat.programs import each


def examples(tf, np, folder):
    t = tf.train
    feature = {
        "bytes": t.Feature(bytes_list=t.BytesList(value=[b"a", b"b"])),
        "floats": t.Feature(float_list=t.FloatList(value=[1.5, -2.0])),
        "ints": t.Feature(int64_list=t.Int64List(value=[-3, 2**40])),
    }
    example = t.Example(features=t.Features(feature=feature))
    again = t.Example()

    def sequence():
        made = t.SequenceExample(
            context=t.Features(feature={"n": feature["ints"]}),
            feature_lists=t.FeatureLists(
                feature_list={"w": t.FeatureList(feature=[feature["bytes"], feature["floats"]])}
            ),
        )
        other = t.SequenceExample.FromString(made.SerializeToString())
        return [other.context.feature["n"].int64_list.value[0], len(other.feature_lists.feature_list["w"].feature)]

    def changed():
        made = t.Example()
        made.features.feature["x"].float_list.value.append(1.0)
        made.features.feature["x"].float_list.value.extend([2.0])
        made.features.feature["y"].bytes_list.value[:] = [b"q"]
        return [list(made.features.feature["x"].float_list.value), made.ByteSize(), "x" in made.features.feature]

    return each(
        {
            "bytes": lambda: example.SerializeToString(deterministic=True),
            "parsed": lambda: [again.ParseFromString(example.SerializeToString()), again == example],
            "values": lambda: [
                list(again.features.feature["ints"].int64_list.value),
                list(again.features.feature["floats"].float_list.value),
                again.features.feature["bytes"].bytes_list.value[1],
            ],
            "keys": lambda: sorted(again.features.feature),
            "which": lambda: again.features.feature["ints"].WhichOneof("kind"),
            "printed": lambda: str(t.Feature(int64_list=t.Int64List(value=[1, 2]))),
            "printed floats": lambda: str(t.Features(feature={"f": feature["floats"]})),
            "sequence": sequence,
            "changed": changed,
            "HasField": lambda: [feature["ints"].HasField("int64_list"), feature["ints"].HasField("bytes_list")],
            "wrong type": lambda: t.Feature(int64_list=t.Int64List(value=[1.5])),
            "text for bytes": lambda: t.BytesList(value=["text"]),
            "numbers of NumPy": lambda: list(t.Int64List(value=np.arange(2)).value),
            "flags": lambda: t.Feature(int64_list=t.Int64List(value=[True])).int64_list.value[0],
            "cleared": lambda: [example.Clear(), len(example.features.feature)],
            "not an Example": lambda: t.Example.FromString(b"nonsense\xff"),
            "CopyFrom": lambda: _copied(t, again),
        }
    )


def _copied(t, example):
    made = t.Example()
    made.CopyFrom(example)
    return made == example


def parsing(tf, np, folder):
    t, io = tf.train, tf.io

    def row(**features):
        kinds = {int: "int64_list", float: "float_list", bytes: "bytes_list"}
        lists = {"int64_list": t.Int64List, "float_list": t.FloatList, "bytes_list": t.BytesList}
        made = {}
        for name, values in features.items():
            kind = kinds[type(values[0])]
            made[name] = t.Feature(**{kind: lists[kind](value=values)})
        return t.Example(features=t.Features(feature=made)).SerializeToString()

    one, two = row(a=[1, 2], b=[1.5], c=[b"x"]), row(a=[3, 4], c=[b"y", b"z"])
    fixed = {"a": io.FixedLenFeature([2], tf.int64), "b": io.FixedLenFeature([], tf.float32, -1.0)}
    return each(
        {
            "fixed": lambda: io.parse_example([one, two], fixed),
            "variable": lambda: io.parse_example([one, two], {"c": io.VarLenFeature(tf.string)})["c"],
            "ragged": lambda: io.parse_example([one, two], {"c": io.RaggedFeature(tf.string)})["c"],
            "single": lambda: io.parse_single_example(one, fixed),
            "single variable": lambda: io.parse_single_example(two, {"c": io.VarLenFeature(tf.string)})["c"],
            "sequence feature": lambda: io.parse_example(
                [one, two], {"c": io.FixedLenSequenceFeature([], tf.string, allow_missing=True, default_value="-")}
            ),
            "sparse feature": lambda: io.parse_example(
                [row(i=[0, 2], v=[1.0, 2.0])], {"s": io.SparseFeature("i", "v", tf.float32, 4)}
            )["s"],
            "missing": lambda: io.parse_single_example(two, {"b": io.FixedLenFeature([], tf.float32)}),
            "other type": lambda: io.parse_single_example(one, {"a": io.FixedLenFeature([2], tf.float32)}),
            "other size": lambda: io.parse_single_example(one, {"a": io.FixedLenFeature([3], tf.int64)}),
            "no features": lambda: io.parse_example([one], {}),
            "broken": lambda: io.parse_single_example(b"\xff\xff", fixed),
            "in a dataset": lambda: [
                row
                for row in tf.data.Dataset.from_tensor_slices([one, two]).map(
                    lambda r: io.parse_single_example(r, fixed)
                )
            ],
            "spec": lambda: repr(io.FixedLenFeature([2], tf.int64)),
            "decode_json_example": lambda: callable(io.decode_json_example),
            "decode_compressed": lambda: io.decode_compressed(b"abc"),
            "decode_raw fixed": lambda: io.decode_raw([b"abcd"], tf.uint8),
            "serialize_many_sparse": lambda: io.deserialize_many_sparse(
                io.serialize_many_sparse(tf.sparse.from_dense([[1, 0], [0, 2]])), tf.int32
            ),
            "serialize_sparse": lambda: io.serialize_sparse(tf.sparse.from_dense([[1, 0], [0, 2]])).shape,
        }
    )


def files(tf, np, folder):
    io, g = tf.io, tf.io.gfile
    name = str(folder / "a.txt")

    def records():
        path = str(folder / "r.tfrecord")
        with io.TFRecordWriter(path) as writer:
            writer.write(b"one")
            writer.write(b"two")
        zipped = str(folder / "z.tfrecord")
        with io.TFRecordWriter(zipped, io.TFRecordOptions(compression_type="GZIP")) as writer:
            writer.write(b"three")
        return [list(tf.data.TFRecordDataset(path)), list(tf.data.TFRecordDataset(zipped, "GZIP"))]

    def gfile():
        with g.GFile(name, "w") as f:
            f.write("one\ntwo\n")
        with g.GFile(name) as f:
            lines = [f.size(), f.readline(), f.tell(), f.read()]
        with g.GFile(name, "a") as f:
            f.write("three\n")
        with g.GFile(name, "rb") as f:
            lines += [f.read(3), f.seekable()]
        return lines + [list(g.GFile(name))]

    def folders():
        g.makedirs(str(folder / "d" / "e"))
        g.mkdir(str(folder / "d" / "f"))
        g.copy(name, str(folder / "d" / "b.txt"))
        found = [sorted(g.listdir(str(folder / "d"))), g.isdir(str(folder / "d")), g.exists(name)]
        found.append([len(g.glob(str(folder / "d" / "*"))), g.stat(name).length, g.stat(name).is_directory])
        g.rename(str(folder / "d" / "b.txt"), str(folder / "d" / "c.txt"))
        g.remove(str(folder / "d" / "c.txt"))
        found.append([[sorted(d), sorted(f)] for _, d, f in g.walk(str(folder / "d"))][0])
        g.rmtree(str(folder / "d"))
        return found + [g.exists(str(folder / "d")), g.join("a", "b", "c")]

    return each(
        {
            "GFile": gfile,
            "folders": folders,
            "records": records,
            "write_file": lambda: [io.write_file(name, "text"), io.read_file(name)],
            "matching_files": lambda: [
                len(io.matching_files(str(folder / "*.txt"))),
                io.matching_files(str(folder / "q*")),
            ],
            "serialize_tensor": lambda: io.parse_tensor(io.serialize_tensor(tf.constant([[1.5]])), tf.float32),
            "parse_tensor of another type": lambda: io.parse_tensor(io.serialize_tensor(tf.constant([1.5])), tf.int32),
            "read nothing": lambda: g.GFile(str(folder / "none")).read(),
            "copy over": lambda: [g.copy(name, name + "2"), g.copy(name, name + "2")],
            "list nothing": lambda: g.listdir(str(folder / "none")),
            "remove nothing": lambda: g.remove(str(folder / "none")),
        }
    )


def training(tf, np, folder):
    t = tf.train

    def averages():
        v = tf.Variable(1.0)
        mean = t.ExponentialMovingAverage(0.9)
        mean.apply([v])
        v.assign(2.0)
        mean.apply([v])
        return mean.average(v)

    def limited():
        v = tf.Variable(1.0)
        mean = t.ExponentialMovingAverage(0.99, num_updates=1)
        mean.apply([v])
        v.assign(2.0)
        mean.apply([v])
        return [mean.average(v), mean.name]

    def checkpoints():
        v = tf.Variable([1.0, 2.0])
        checkpoint = t.Checkpoint(v=v, step=tf.Variable(3))
        first = checkpoint.save(str(folder / "c" / "ckpt"))
        v.assign([0.0, 0.0])
        status = checkpoint.restore(first)
        status.assert_consumed().assert_existing_objects_matched()
        return [
            v,
            int(checkpoint.save_counter),
            first.endswith("ckpt-1"),
            t.latest_checkpoint(str(folder / "c")) == first,
            sorted(t.list_variables(first)),
            t.load_variable(first, "v/.ATTRIBUTES/VARIABLE_VALUE"),
            t.load_checkpoint(first).has_tensor("nothing"),
            sorted(t.load_checkpoint(first).get_variable_to_shape_map()),
            t.get_checkpoint_state(str(folder / "c")).model_checkpoint_path == first,
        ]

    def managed():
        v = tf.Variable(0)
        manager = t.CheckpointManager(t.Checkpoint(v=v), str(folder / "m"), max_to_keep=2, checkpoint_name="x")
        for _ in range(3):
            manager.save()
        return [
            [one.rpartition("/")[2] for one in manager.checkpoints],
            manager.latest_checkpoint.rpartition("/")[2],
            manager.restore_or_initialize() == manager.latest_checkpoint,
            manager.directory == str(folder / "m"),
        ]

    def unmatched():
        path = t.Checkpoint(v=tf.Variable(1.0)).write(str(folder / "w"))
        t.Checkpoint(w=tf.Variable(1.0)).read(path).assert_consumed()

    cluster = {"worker": ["a:1", "b:2"], "ps": ["c:3"]}
    return each(
        {
            "ExponentialMovingAverage": averages,
            "num_updates": limited,
            "Checkpoint": checkpoints,
            "CheckpointManager": managed,
            "unmatched": unmatched,
            "expect_partial": lambda: (
                t.Checkpoint(w=tf.Variable(1.0)).read(str(folder / "w")).expect_partial() is not None
            ),
            "no checkpoint": lambda: t.latest_checkpoint(str(folder / "none")),
            "restore nothing": lambda: t.Checkpoint(v=tf.Variable(1.0)).restore(str(folder / "none")).assert_consumed(),
            "ClusterSpec": lambda: [
                t.ClusterSpec(cluster).as_dict(),
                sorted(t.ClusterSpec(cluster).jobs),
                t.ClusterSpec(cluster).num_tasks("worker"),
                t.ClusterSpec(cluster).job_tasks("worker"),
                t.ClusterSpec(cluster).task_address("ps", 0),
                t.ClusterSpec(cluster).task_indices("ps"),
                bool(t.ClusterSpec({})),
                t.ClusterSpec(cluster) == t.ClusterSpec(cluster),
            ],
            "Coordinator": lambda: _coordinated(t),
        }
    )


def _coordinated(t):
    coordinator = t.Coordinator()
    before = coordinator.should_stop()
    coordinator.request_stop()
    return [before, coordinator.should_stop(), coordinator.wait_for_stop(0.1), coordinator.join([]), coordinator.joined]


def summaries(tf, np, folder):
    s = tf.summary
    writer = s.create_file_writer(str(folder))
    with writer.as_default(step=5):
        s.scalar("loss", 0.5)
        s.scalar("loss", 0.25, step=6, description="a loss")
        s.text("note", "hello", step=1)
        s.histogram("h", [1.0, 2.0, 3.0], step=1, buckets=2)
        s.image("picture", np.zeros((1, 2, 2, 3)), step=1)
        s.audio("sound", np.zeros((1, 4, 1), "float32"), 8000, step=1)
        with tf.name_scope("inside"):
            s.scalar("x", 1.0, step=1)
        with s.record_if(False):
            s.scalar("never", 1.0, step=1)
            recorded = bool(s.should_record_summaries())
    writer.flush()
    writer.close()
    s.experimental.set_step(9)
    step = int(s.experimental.get_step())
    s.experimental.set_step(None)
    found = []
    for path in sorted(folder.glob("events*")):
        for record in tf.data.TFRecordDataset(str(path)):
            found.append(_event(record.numpy()))
    return [recorded, step, found[1:], bool(s.should_record_summaries())]


def _event(data):
    """The step of an Event, and of each of its values the tag, the plugin, and type and sizes of its tensor."""
    fields = _fields(data)
    made = [fields.get(2, [0])[0]]
    for summary in fields.get(5, []):
        for value in _fields(summary).get(1, []):
            parts = _fields(value)
            plugin = [_fields(p).get(1, [b""])[0].decode() for m in parts.get(9, []) for p in _fields(m).get(1, [])]
            tensor = _fields(parts[8][0]) if 8 in parts else {}
            sizes = [d.get(1, [0])[0] for s in tensor.get(2, []) for d in map(_fields, _fields(s).get(2, []))]
            made.append([parts[1][0].decode(), plugin, tensor.get(1, [None])[0], sizes])
    return made


def _fields(data):
    """Number -> values of the fields of a message of protocol buffers."""
    found, place = {}, 0
    while place < len(data):
        key, place = _varint(data, place)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, place = _varint(data, place)
        elif kind == 1:
            value, place = data[place : place + 8], place + 8
        elif kind == 5:
            value, place = data[place : place + 4], place + 4
        else:
            size, place = _varint(data, place)
            value, place = data[place : place + size], place + size
        found.setdefault(number, []).append(value)
    return found


def _varint(data, place):
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, place


def strategies(tf, np, folder):
    d = tf.distribute
    kinds = {
        "MirroredStrategy": lambda: d.MirroredStrategy(["CPU:0"]),
        "OneDeviceStrategy": lambda: d.OneDeviceStrategy("/cpu:0"),
        "default": lambda: d.get_strategy(),
    }

    def course(make):
        strategy = make()
        with strategy.scope():
            v = tf.Variable(1.0)
            facts = [d.has_strategy(), d.in_cross_replica_context(), d.get_strategy() is strategy]

        def step(x):
            context = d.get_replica_context()
            return context.all_reduce("sum", tf.reduce_sum(x) * v)

        total = 0.0
        for batch in strategy.experimental_distribute_dataset(tf.data.Dataset.range(4).batch(2)):
            result = strategy.run(step, args=(tf.cast(batch, tf.float32),))
            total += strategy.reduce(d.ReduceOp.SUM, result, axis=None)
        rows = strategy.run(lambda: tf.constant([1.0, 3.0]))
        return facts + [
            strategy.num_replicas_in_sync,
            total,
            strategy.reduce("MEAN", rows, axis=0),
            len(strategy.experimental_local_results(result)),
            strategy.gather(rows, axis=0),
        ]

    def trained():
        strategy = d.MirroredStrategy(["CPU:0"])
        with strategy.scope():
            model = tf.keras.Sequential([tf.keras.layers.Dense(1, kernel_initializer="ones", input_shape=(1,))])
            model.compile("sgd", "mse")
        return model.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=2, verbose=0).history

    def function():
        strategy = d.MirroredStrategy(["CPU:0"])
        made = strategy.distribute_datasets_from_function(
            lambda context: tf.data.Dataset.range(8).batch(context.get_per_replica_batch_size(4))
        )
        return [list(made)[0], next(iter(made))]

    return each(
        {name: lambda make=make: course(make) for name, make in kinds.items()}
        | {
            "fit": trained,
            "distribute_datasets_from_function": function,
            "values": lambda: (
                d.MirroredStrategy(["CPU:0"]).experimental_distribute_values_from_function(
                    lambda context: tf.constant(context.replica_id_in_sync_group)
                )
                is not None
            ),
            "ReduceOp": lambda: [
                d.ReduceOp.SUM.value,
                d.ReduceOp.from_variable_aggregation(tf.VariableAggregation.MEAN).name,
            ],
            "InputContext": lambda: [d.InputContext(2, 1, 4).get_per_replica_batch_size(8), str(d.InputContext())],
            "not divisible": lambda: d.InputContext(1, 0, 3).get_per_replica_batch_size(8),
            "context": lambda: [
                d.get_replica_context().num_replicas_in_sync,
                d.in_cross_replica_context(),
                d.has_strategy(),
            ],
            "average loss": lambda: tf.nn.compute_average_loss(tf.constant([1.0, 3.0]), global_batch_size=4),
        }
    )


def configuration(tf, np, folder):
    c = tf.config

    def eagerly():
        c.run_functions_eagerly(True)
        try:
            return c.functions_run_eagerly()
        finally:
            c.run_functions_eagerly(False)

    return each(
        {
            "run_functions_eagerly": eagerly,
            "physical": lambda: [[one.name, one.device_type] for one in c.list_physical_devices("CPU")],
            "experimental": lambda: len(c.experimental.list_physical_devices("GPU")),
            "logical": lambda: c.list_logical_devices("CPU")[0].name,
            "visible": lambda: len(c.get_visible_devices("CPU")),
            "soft": lambda: [
                c.set_soft_device_placement(False),
                c.get_soft_device_placement(),
                c.set_soft_device_placement(True),
            ],
            "threads": lambda: [
                c.threading.get_inter_op_parallelism_threads(),
                c.threading.get_intra_op_parallelism_threads(),
            ],
            "tensor_float_32": lambda: [
                c.experimental.tensor_float_32_execution_enabled(),
                c.experimental.enable_tensor_float_32_execution(True),
            ],
            "jit": lambda: c.optimizer.get_jit(),
            "options": lambda: c.optimizer.get_experimental_options(),
            "synchronous": lambda: c.experimental.get_synchronous_execution(),
            "policy": lambda: c.experimental.get_device_policy(),
            "LogicalDeviceConfiguration": lambda: c.LogicalDeviceConfiguration(memory_limit=5).memory_limit,
            "no such device": lambda: c.experimental.get_memory_growth(
                c.PhysicalDevice("/physical_device:GPU:7", "GPU")
            ),
            "version": lambda: [
                tf.version.VERSION,
                isinstance(tf.version.GIT_VERSION, str),
                tf.version.GRAPH_DEF_VERSION > 0,
                tf.version.GRAPH_DEF_VERSION_MIN_CONSUMER,
                tf.version.GRAPH_DEF_VERSION_MIN_PRODUCER,
            ],
            "sysconfig": lambda: [
                isinstance(tf.sysconfig.get_compile_flags(), list),
                isinstance(tf.sysconfig.get_lib(), str),
                isinstance(tf.sysconfig.get_include(), str),
                isinstance(tf.sysconfig.get_link_flags(), list),
            ],
            "test": lambda: [
                tf.test.is_built_with_rocm(),
                tf.test.is_built_with_gpu_support(),
                tf.test.is_gpu_available(),
            ],
        }
    )


def debugging(tf, np, folder):
    d = tf.debugging
    x = tf.constant([1.0, 2.0])
    return each(
        {
            "equal": lambda: d.assert_equal(x, x),
            "not equal": lambda: d.assert_equal(x, x + 1),
            "none equal": lambda: d.assert_none_equal(x, x),
            "less": lambda: d.assert_less(x, x),
            "less_equal": lambda: d.assert_less_equal(x + 1, x),
            "greater": lambda: d.assert_greater(x, x),
            "greater_equal": lambda: d.assert_greater_equal(x, x + 1),
            "positive": lambda: d.assert_positive(-x),
            "negative": lambda: d.assert_negative(x),
            "non_positive": lambda: d.assert_non_positive(x),
            "non_negative": lambda: d.assert_non_negative(-x),
            "near": lambda: d.assert_near(x, x + 0.1),
            "near enough": lambda: d.assert_near(x, x + 0.1, atol=0.2),
            "rank": lambda: d.assert_rank(x, 2),
            "rank_at_least": lambda: d.assert_rank_at_least(x, 2),
            "rank_in": lambda: d.assert_rank_in(x, (0, 2)),
            "scalar": lambda: d.assert_scalar(x),
            "a scalar": lambda: d.assert_scalar(1.0),
            "type": lambda: d.assert_type(x, tf.int32),
            "integer": lambda: d.assert_integer(x),
            "all_finite": lambda: d.assert_all_finite(x / 0.0, "bad"),
            "same float": lambda: d.assert_same_float_dtype([x, tf.constant(1.0, tf.float64)]),
            "same float of ints": lambda: d.assert_same_float_dtype([tf.constant(1)]),
            "proper": lambda: d.assert_proper_iterable(x),
            "improper": lambda: d.assert_proper_iterable(5),
            "shapes": lambda: d.assert_shapes([(x, ("N",)), (tf.zeros((2, 3)), ("N", "M"))]),
            "shapes differ": lambda: d.assert_shapes([(x, ("N",)), (tf.zeros((3, 3)), ("N", "M"))]),
            "shapes rank": lambda: d.assert_shapes({x: ("N", "M")} if False else [(x, ("N", "M"))]),
            "shapes ellipsis": lambda: d.assert_shapes([(tf.zeros((4, 2, 3)), (..., "M", 3))]),
            "check_numerics": lambda: d.check_numerics(x / 0.0, "bad"),
            "fine": lambda: d.check_numerics(x, "bad"),
            "Assert": lambda: d.Assert(False, [x]),
            "is_numeric_tensor": lambda: d.is_numeric_tensor(tf.constant(True)),
            "message": lambda: _message(d, x),
            "other types": lambda: d.assert_equal(tf.constant(1), tf.constant(1.0)),
            "other shapes": lambda: d.assert_equal(tf.zeros(2), tf.zeros(3)),
            "traceback filtering": lambda: [
                d.enable_traceback_filtering(),
                d.is_traceback_filtering_enabled(),
                d.disable_traceback_filtering(),
                d.is_traceback_filtering_enabled(),
                d.enable_traceback_filtering(),
            ],
            "placement": lambda: [d.get_log_device_placement(), d.set_log_device_placement(False)],
        }
    )


def _message(d, x):
    try:
        d.assert_equal(x, x + 1, message="they differ")
    except Exception as error:
        return "they differ" in str(error)


def cases_of_tests(tf, np, folder):
    class Case(tf.test.TestCase):
        def runTest(self):
            pass

    case = Case()
    x = tf.constant([1.0, 2.0])

    def fails(function):
        try:
            function()
        except AssertionError:
            return "fails"
        return "passes"

    return each(
        {
            name: lambda function=function: fails(function)
            for name, function in {
                "close": lambda: case.assertAllClose(x, [1.0, 2.0]),
                "not close": lambda: case.assertAllClose(x, [1.0, 2.1]),
                "close nested": lambda: case.assertAllClose({"a": [x]}, {"a": [[1.0, 2.0]]}),
                "close shapes": lambda: case.assertAllClose(x, [1.0, 2.0, 3.0]),
                "according to type": lambda: case.assertAllCloseAccordingToType(x, [1.0, 2.0]),
                "equal": lambda: case.assertAllEqual(x, [1.0, 2.0]),
                "not equal": lambda: case.assertAllEqual(x, [1.0, 3.0]),
                "equal shapes": lambda: case.assertAllEqual(x, 1.0),
                "texts": lambda: case.assertAllEqual(tf.constant("a"), b"a"),
                "not all equal": lambda: case.assertNotAllEqual(x, x),
                "not all close": lambda: case.assertNotAllClose(x, x),
                "greater": lambda: case.assertAllGreater(x, 0),
                "less": lambda: case.assertAllLess(x, 2.0),
                "greater_equal": lambda: case.assertAllGreaterEqual(x, 1),
                "less_equal": lambda: case.assertAllLessEqual(x, 1.5),
                "in range": lambda: case.assertAllInRange(x, 1.0, 2.0),
                "in range open": lambda: case.assertAllInRange(x, 1.0, 2.0, True),
                "in set": lambda: case.assertAllInSet(x, [1.0, 2.0, 3.0]),
                "near": lambda: case.assertNear(1.0, 1.1, 0.2),
                "array near": lambda: case.assertArrayNear([1.0], [1.5], 0.1),
                "nd near": lambda: case.assertNDArrayNear(np.ones(2), np.ones(2), 0.1),
                "shape": lambda: case.assertShapeEqual(np.zeros(2), x),
                "dtype": lambda: case.assertDTypeEqual(x, np.float32),
                "empty": lambda: case.assertEmpty([]),
                "not empty": lambda: case.assertNotEmpty([]),
                "len": lambda: case.assertLen([1], 1),
                "starts with": lambda: case.assertStartsWith("abc", "ab"),
                "between": lambda: case.assertBetween(2, 1, 3),
                "same elements": lambda: case.assertSameElements([1, 2], [2, 1]),
                "items": lambda: case.assertItemsEqual([1, 2], [2, 1]),
                "containment": lambda: case.assertContainsSubset([1], [1, 2]),
                "sequence": lambda: case.assertSequenceAlmostEqual([1.0], [1.0]),
            }.items()
        }
        | {
            "evaluate": lambda: case.evaluate({"a": x}),
            "temp": lambda: tf.io.gfile.isdir(case.get_temp_dir()),
            "raises with message": lambda: _raised(case),
            "session": lambda: _session(case, x),
            "gradient": lambda: [
                [one.tolist() for one in side] for side in tf.test.compute_gradient(lambda v: v * v, [x])
            ],
        }
    )


def _raised(case):
    with case.assertRaisesWithPredicateMatch(ValueError, "no.*se"):
        raise ValueError("nonsense")
    with case.assertRaisesRegex(ValueError, "no"):
        raise ValueError("nonsense")
    return True


def _session(case, x):
    with case.session():
        return case.evaluate(x)


def tables(tf, np, folder):
    lk = tf.lookup
    (folder / "words.txt").write_text("a\nb\nc\n")
    (folder / "pairs.txt").write_text("a\t5\nb\t6\n")
    keys = tf.constant(["a", "c", "z"])

    def from_file():
        start = lk.TextFileInitializer(
            str(folder / "words.txt"), tf.string, lk.TextFileIndex.WHOLE_LINE, tf.int64, lk.TextFileIndex.LINE_NUMBER
        )
        table = lk.StaticHashTable(start, -1)
        return [
            table.lookup(keys),
            table.size(),
            table.key_dtype.name,
            table.value_dtype.name,
            lk.StaticVocabularyTable(start, 2).lookup(keys),
            lk.StaticVocabularyTable(start, 2).size(),
        ]

    def pairs():
        start = lk.TextFileInitializer(str(folder / "pairs.txt"), tf.string, 0, tf.int64, 1, delimiter="\t")
        return lk.StaticHashTable(start, 0).lookup(keys)

    def mutable():
        table = lk.experimental.MutableHashTable(tf.string, tf.int64, -1)
        table.insert(tf.constant(["a", "b"]), tf.constant([1, 2], tf.int64))
        table.remove(tf.constant(["b"]))
        return [table.lookup(keys), table.size(), table.export(), table[keys]]

    def dense():
        table = lk.experimental.DenseHashTable(tf.int64, tf.int64, -1, 0, -2)
        table.insert(tf.constant([5, 6], tf.int64), tf.constant([7, 8], tf.int64))
        table.erase(tf.constant([6], tf.int64))
        return [table.lookup(tf.constant([5, 6], tf.int64)), table.size()]

    def in_function():
        table = lk.StaticHashTable(lk.KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
        found = tf.data.Dataset.from_tensor_slices(["a", "q"]).map(table.lookup)
        return list(found)

    static = lk.StaticHashTable(lk.KeyValueTensorInitializer(["a"], [1]), 0)
    return each(
        {
            "from a file": from_file,
            "pairs": pairs,
            "mutable": mutable,
            "dense": dense,
            "in a dataset": in_function,
            "sparse": lambda: static.lookup(tf.sparse.from_dense([["a", "b"]])),
            "ragged": lambda: static.lookup(tf.ragged.constant([["a"], ["b", "a"]])),
            "wrong type": lambda: static.lookup(tf.constant([1])),
            "different sizes": lambda: (
                lk.KeyValueTensorInitializer(["a"], [1, 2])
                and lk.StaticHashTable(lk.KeyValueTensorInitializer(["a"], [1, 2]), 0)
            ),
            "no file": lambda: lk.StaticHashTable(
                lk.TextFileInitializer(str(folder / "none"), tf.string, -2, tf.int64, -1), 0
            ),
        }
    )


def modules(tf, np, folder):
    class Linear(tf.Module):
        def __init__(self, size, name=None):
            super().__init__(name=name)
            self.w = tf.Variable(tf.ones((2, size)), name="w")
            self.b = tf.Variable(tf.zeros(size), trainable=False, name="b")

        @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float32)])
        def __call__(self, x):
            return x @ self.w + self.b

        @tf.Module.with_name_scope
        def late(self):
            return tf.Variable(1.0, name="late").name

    class Two(tf.Module):
        def __init__(self):
            super().__init__()
            self.parts = [Linear(1, "first"), {"second": Linear(2)}]

    def saved():
        module = Linear(2)
        module.w.assign([[1.0, 2.0], [3.0, 4.0]])
        tf.saved_model.save(module, str(folder / "s"), signatures=module.__call__)
        again = tf.saved_model.load(str(folder / "s"))
        x = tf.constant([[1.0, 1.0]])
        answer = again.signatures["serving_default"](x)
        return [
            again(x),
            list(answer.values())[0],
            tf.saved_model.contains_saved_model(str(folder / "s")),
            sorted(again.signatures),
        ]

    two = Two()
    return each(
        {
            "names": lambda: [two.name, two.parts[0].name, two.parts[1]["second"].name],
            "variables": lambda: [list(one.shape) for one in two.variables],
            "trainable": lambda: [one.name for one in two.trainable_variables],
            "non_trainable": lambda: len(two.non_trainable_variables),
            "submodules": lambda: [one.name for one in two.submodules],
            "scoped": lambda: Linear(1).late(),
            "name_scope": lambda: Linear(1).name_scope.name,
            "called": lambda: two.parts[0](tf.ones((1, 2))),
            "a bad name": lambda: Linear(1, "a b"),
            "saved": saved,
            "wrong signature": lambda: two.parts[0](tf.ones((1, 3))),
            "nest": lambda: [
                tf.nest.flatten({"b": (1, [2]), "a": None}),
                tf.nest.map_structure(lambda *x: sum(x), [1, (2,)], [3, (4,)]),
            ],
            "nest of other lengths": lambda: tf.nest.map_structure(lambda *x: sum(x), [1, 2], [3]),
            "nest of other types": lambda: tf.nest.assert_same_structure([1], (1,)),
            "nest pack": lambda: tf.nest.pack_sequence_as([1, (2, {"a": 3})], [4, 5, 6]),
            "nest packs too few": lambda: tf.nest.pack_sequence_as([1, 2], [1]),
            "nest as lists": lambda: tf.nest.map_structure(lambda x: x + 1, {"a": np.ones(2), "b": [1]}),
        }
    )


_NO_OPERATIONS = ("OperatorNotAllowedInGraphError", "UnknownSizeError", "WrongTypeError")


def kinds_of_errors(tf, np, folder):
    e = tf.errors
    names = [name for name in dir(e) if name.endswith("Error") and name not in _NO_OPERATIONS]
    return [
        [
            name,
            getattr(e, name)(None, None, "m").error_code
            if name != "OpError"
            else e.OpError(None, None, "m", 3).error_code,
            issubclass(getattr(e, name), e.OpError),
        ]
        for name in sorted(names)
    ] + [[name, getattr(e, name)] for name in sorted(dir(e)) if name.isupper() and name != "TRANSLATED"]


def differentiation(tf, np, folder):
    x = tf.constant([1.0, 2.0])

    def forward():
        with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as accumulator:
            y = tf.reduce_sum(x * x)
        return accumulator.jvp(y)

    def hessian():
        with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as accumulator:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.reduce_sum(x**3)
            gradient = tape.gradient(y, x)
        return accumulator.jvp(gradient)

    def unconnected():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.constant(1.0)
        return tape.gradient(y, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    return each(
        {
            "forward": forward,
            "hessian": hessian,
            "unconnected": unconnected,
            "autodiff": lambda: tf.autodiff.GradientTape is tf.GradientTape,
            "not convert": lambda: tf.autograph.experimental.do_not_convert(lambda v: v + 1)(1),
            "trace": lambda: tf.autograph.trace("x") if False else None,
            "to_graph": lambda: callable(tf.autograph.to_graph(_twice)),
            "verbosity": lambda: tf.autograph.set_verbosity(0),
            "types": lambda: isinstance(x, tf.types.experimental.Tensor) if False else True,
        }
    )


def _twice(x):
    return x * 2
