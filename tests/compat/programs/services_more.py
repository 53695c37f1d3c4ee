"""Queues, tables, files, strategies, coordinators, parts of tests and of the profiler."""

from tests.compat.programs import each


def queues(tf, np, folder):
    q = tf.queue

    def plain():
        one = q.FIFOQueue(5, [tf.int32, tf.string], shapes=[[], []], names=None, name="one")
        one.enqueue((1, "a"))
        one.enqueue_many(([2, 3, 4], ["b", "c", "d"]))
        size = one.size()
        first = one.dequeue()
        two = one.dequeue_many(2)
        one.close()
        rest = one.dequeue_up_to(5)
        return [size, list(first), list(two), list(rest), one.is_closed(), [str(d) for d in one.dtypes],
                [s.as_list() for s in one.shapes], one.names]  # fmt: skip

    def named():
        one = q.FIFOQueue(3, [tf.int32, tf.float32], [[], [2]], names=["a", "b"])
        one.enqueue({"a": 1, "b": [1.0, 2.0]})
        return [one.names, one.dequeue()]

    def empty():
        one = q.FIFOQueue(3, tf.int32)
        one.close()
        return one.dequeue()

    def closed():
        one = q.FIFOQueue(3, tf.int32)
        one.close(cancel_pending_enqueues=True)
        return one.enqueue(1)

    def ordered():
        one = q.PriorityQueue(5, [tf.string], [[]])
        for number, text in ((3, "c"), (1, "a"), (2, "b")):
            one.enqueue((tf.constant(number, tf.int64), text))
        one.enqueue_many((tf.constant([0], tf.int64), ["z"]))
        return [one.size(), list(one.dequeue()), list(one.dequeue_many(2)), list(one.dequeue_up_to(1)),
                one.close(), one.is_closed(), len(one.dtypes), len(one.shapes), one.names]  # fmt: skip

    def padded():
        one = q.PaddingFIFOQueue(5, [tf.int32], [[None]])
        one.enqueue(([1, 2],))
        one.enqueue(([3],))
        return one.dequeue_many(2)

    def shuffled():
        one = q.RandomShuffleQueue(5, 0, [tf.int32], [[]])
        one.enqueue_many(([1, 2, 3],))
        one.close()
        return sorted(one.dequeue_many(3).numpy().tolist())

    def chosen():
        one, two = (q.FIFOQueue(3, tf.int32, [[]]) for _ in range(2))
        one.enqueue(1)
        two.enqueue(2)
        return q.FIFOQueue.from_list(1, [one, two]).dequeue()

    return each(
        {
            "plain": plain,
            "named": named,
            "empty": empty,
            "closed": closed,
            "ordered": ordered,
            "padded": padded,
            "shuffled": shuffled,
            "chosen": chosen,
            "wrong type": lambda: q.FIFOQueue(3, tf.int32).enqueue("a"),
            "without shapes": lambda: q.FIFOQueue(3, tf.int32).dequeue_many(1),
            "kinds": lambda: [issubclass(one, q.QueueBase) for one in (q.FIFOQueue, q.PriorityQueue)],
            "chosen priority": lambda: isinstance(
                q.PriorityQueue.from_list(0, [q.PriorityQueue(3, [tf.int32], [[]])]), q.QueueBase
            ),
        }
    )


def tables(tf, np, folder):
    t = tf.lookup
    start = t.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64))

    def static():
        table = t.StaticHashTable(start, -1)
        return [table.default_value, str(table.key_dtype), str(table.value_dtype), table.size()]

    def dense():
        table = t.experimental.DenseHashTable(tf.string, tf.int64, -1, "", "$")
        table.insert_or_assign(["x", "y"], tf.constant([1, 2], tf.int64))
        table.insert_or_assign(["x"], tf.constant([3], tf.int64))
        return [table.lookup(tf.constant(["x", "y", "z"])), table.size()]

    return each({"static": static, "dense": dense})


def files(tf, np, folder):
    g = tf.io.gfile
    name = str(folder / "a.txt")

    def lines():
        with g.GFile(name, "w") as file:
            file.write("one\ntwo\n")
            file.flush()
            mode, size = file.mode, file.size()
        file = g.GFile(name)
        first = file.readline()
        place = file.tell()
        rest = file.readlines()
        file.seek(0)
        again = file.next()
        end = [one for one in file]
        file.close()
        return [mode, size, first, place, rest, again, end, file.seekable(), file.name == name]

    def records():
        writer = tf.io.TFRecordWriter(str(folder / "r"))
        writer.write(b"one")
        writer.flush()
        writer.write(b"two")
        writer.close()
        return list(tf.data.TFRecordDataset(str(folder / "r")))

    def sources():
        (folder / "fixed").write_bytes(b"hhaabbccf")
        (folder / "lines").write_text("x\ny\n")
        fixed = tf.data.FixedLengthRecordDataset(str(folder / "fixed"), 2, header_bytes=2, footer_bytes=1)
        return [list(fixed), list(tf.data.TextLineDataset(str(folder / "lines")))]

    def stored():
        dataset = tf.data.Dataset.range(3)
        dataset.save(str(folder / "d"))
        tf.data.experimental.save(dataset, str(folder / "e"))
        return [
            list(tf.data.Dataset.load(str(folder / "d"))),
            list(tf.data.experimental.load(str(folder / "e"))),
            list(dataset.snapshot(str(folder / "s"))),
            list(dataset.apply(tf.data.experimental.snapshot(str(folder / "t")))),
        ]

    def written():
        tf.data.experimental.TFRecordWriter(str(folder / "w")).write(tf.data.Dataset.from_tensor_slices([b"a", b"b"]))
        return list(tf.data.TFRecordDataset(str(folder / "w")))

    def tables():
        (folder / "t.csv").write_text("a,b\n1,x\n2,y\n3,z\n")
        path = str(folder / "t.csv")
        plain = tf.data.experimental.CsvDataset(path, [tf.int32, tf.string], header=True)
        made = tf.data.experimental.make_csv_dataset(path, 2, label_name="a", num_epochs=1, shuffle=False)
        return [[list(row) for row in plain], [[dict(x), y] for x, y in made]]

    def examples():
        feature = tf.train.Feature(int64_list=tf.train.Int64List(value=[3]))
        text = tf.train.Example(features=tf.train.Features(feature={"n": feature})).SerializeToString()
        with tf.io.TFRecordWriter(str(folder / "x")) as writer:
            writer.write(text)
            writer.write(text)
        made = tf.data.experimental.make_batched_features_dataset(
            str(folder / "x"), 2, {"n": tf.io.FixedLenFeature([], tf.int64)}, num_epochs=1, shuffle=False
        )
        return [dict(one) for one in made]

    def database():
        import sqlite3

        with sqlite3.connect(folder / "q.db") as base:
            base.execute("create table t (a integer, b text)")
            base.executemany("insert into t values (?, ?)", [(1, "x"), (2, "y")])
        base.close()
        query = "select a, b from t order by a desc"
        made = tf.data.experimental.SqlDataset("sqlite", str(folder / "q.db"), query, (tf.int32, tf.string))
        return [list(row) for row in made]

    def sequences():
        lists = {
            "w": tf.train.FeatureList(
                feature=[tf.train.Feature(int64_list=tf.train.Int64List(value=[n])) for n in (1, 2)]
            )
        }
        text = tf.train.SequenceExample(feature_lists=tf.train.FeatureLists(feature_list=lists)).SerializeToString()
        found = tf.io.parse_sequence_example(
            [text, text], sequence_features={"w": tf.io.FixedLenSequenceFeature([], tf.int64)}
        )
        return [dict(found[0]), dict(found[1]), dict(found[2])]

    def resampled():
        classes = tf.data.experimental.rejection_resample(lambda x: tf.cast(x % 2, tf.int32), [0.5, 0.5], [0.5, 0.5])
        return [[c, x] for c, x in tf.data.Dataset.range(4).apply(classes)]

    return each(
        {
            "lines": lines,
            "records": records,
            "sources": sources,
            "stored": stored,
            "written": written,
            "tables": tables,
            "examples": examples,
            "database": database,
            "sequences": sequences,
            "resampled": resampled,
            "sparse_batch": lambda: list(
                tf.data.Dataset.from_tensor_slices([[1, 2], [3, 4], [5, 6]]).sparse_batch(2, [3])
            ),
            "NumpyIterator": lambda: isinstance(tf.data.Dataset.range(1).as_numpy_iterator(), tf.data.NumpyIterator),
        }
    )


def strategies(tf, np, folder):
    d = tf.distribute
    one = d.OneDeviceStrategy("/cpu:0")

    def in_replica():
        seen = []

        def fn():
            context = d.get_replica_context()
            total = context.all_reduce(d.ReduceOp.SUM, tf.constant(2.0))
            gathered = context.all_gather(tf.constant([1.0, 2.0]), axis=0)
            merged = context.merge_call(lambda strategy, x: x * 2, args=(tf.constant(3.0),))
            seen.extend([total, gathered, merged, context.num_replicas_in_sync])
            seen.append(isinstance(context, d.ReplicaContext))
            seen.append(context.strategy is one)
            return tf.convert_to_tensor(context.replica_id_in_sync_group)

        with one.scope():
            number = one.run(fn)
        return [seen, number]

    def iterated():
        made = one.experimental_distribute_datasets_from_function(lambda context: tf.data.Dataset.range(2))
        return [list(made), one.experimental_local_results(tf.constant(1))]

    def configured():
        import json
        import os

        os.environ["TF_CONFIG"] = json.dumps(
            {"cluster": {"worker": ["a:1", "b:2"]}, "task": {"type": "worker", "index": 1}, "rpc_layer": "grpc"}
        )
        try:
            r = d.cluster_resolver.TFConfigClusterResolver()
            return [
                r.cluster_spec().as_dict(), r.task_type, r.task_id, r.rpc_layer, r.environment,
                r.master("worker", 0), r.master("worker", 0, "http"), r.num_accelerators(),
            ]  # fmt: skip
        finally:
            del os.environ["TF_CONFIG"]

    def central():
        strategy = d.experimental.CentralStorageStrategy()
        with strategy.scope():
            v = tf.Variable(1.0)
        return [strategy.run(lambda: v + 1.0), isinstance(strategy, d.Strategy)]

    def chosen():
        before = d.has_strategy()
        d.experimental_set_strategy(one)
        during = [d.has_strategy(), d.get_strategy() is one]
        d.experimental_set_strategy(None)
        return [before, during, d.has_strategy()]

    return each(
        {
            "in_replica": in_replica,
            "iterated": iterated,
            "configured": configured,
            "central": central,
            "chosen": chosen,
            "cluster_resolver": lambda: one.cluster_resolver,
            "extended": lambda: isinstance(one.extended, d.StrategyExtended),
            "kinds": lambda: [
                issubclass(kind, d.Strategy)
                for kind in (
                    d.TPUStrategy,
                    d.MultiWorkerMirroredStrategy,
                    d.experimental.TPUStrategy,
                    d.experimental.MultiWorkerMirroredStrategy,
                )
            ],  # fmt: skip
            "tpu addresses": lambda: d.cluster_resolver.TPUClusterResolver("grpc://a:1").master(),
        }
    )


def threads(tf, np, folder):
    import threading

    def stopped():
        one, seen = tf.train.Coordinator(), []

        def work():
            with one.stop_on_exception():
                raise ValueError("mine")

        thread = threading.Thread(target=work)
        one.register_thread(thread)
        thread.start()
        try:
            one.join()
        except ValueError as error:
            seen.append(str(error))
        seen.append(one.should_stop())
        one.clear_stop()
        seen.append(one.should_stop())
        one.raise_requested_exception()
        return seen

    def means():
        mean = tf.train.ExponentialMovingAverage(0.5)
        v = tf.Variable(2.0, name="v")
        mean.apply([v])
        v.assign(4.0)
        mean.apply([v])
        return [mean.average(v), mean.average_name(v), mean.name, list(mean.variables_to_restore([v]))]

    def kept():
        v = tf.Variable(1.0)
        checkpoint = tf.train.Checkpoint(v=v)
        manager = tf.train.CheckpointManager(checkpoint, str(folder / "c"), 2, step_counter=v, checkpoint_interval=3)
        manager.save()
        v.assign(2.0)
        manager.save()
        manager.sync()
        checkpoint.sync()
        paths = list(tf.train.checkpoints_iterator(str(folder / "c"), timeout=0.1, timeout_fn=lambda: True))
        return [
            manager.checkpoint is checkpoint, manager.checkpoint_interval, len(manager.checkpoints), len(paths),
            manager.latest_checkpoint.endswith("ckpt-2"),
        ]  # fmt: skip

    return each({"stopped": stopped, "means": means, "kept": kept})


def tests(tf, np, folder):
    class Case(tf.test.TestCase):
        def runTest(self):
            pass

    case = Case()

    def raises():
        with case.assertRaisesOpError("nothing"):
            raise tf.errors.InvalidArgumentError(None, None, "nothing here")
        with case.assertRaisesIncompatibleShapesError():
            tf.constant([1, 2]) + tf.constant([1, 2, 3])
        return True

    def threaded():
        seen = []
        thread = case.checkedThread(lambda: seen.append(1))
        thread.start()
        thread.join()
        return seen

    def sessions():
        with tf.Graph().as_default(), case.session() as session:
            first = session.run(tf.constant(3))
        return [int(first), case.evaluate_if_both_tensors(1, 2)]

    def protos():
        one = tf.train.Int64List(value=[1])
        case.assertProtoEquals(one, tf.train.Int64List(value=[1]))
        case.assertProtoEquals("value: 1", one)
        return True

    def benchmarked():
        class Mine(tf.test.Benchmark):
            def benchmark_one(self):
                pass

        return [issubclass(Mine, tf.test.Benchmark), hasattr(Mine(), "report_benchmark"), callable(tf.test.main)]

    return each(
        {
            "raises": raises,
            "threaded": threaded,
            "sessions": sessions,
            "protos": protos,
            "other protos": lambda: case.assertProtoEquals("value: 2", tf.train.Int64List(value=[1])),
            "devices": lambda: case.assertDeviceEqual("/device:CPU:0", "/device:CPU:0"),
            "other devices": lambda: case.assertDeviceEqual("/device:CPU:0", "/device:CPU:1"),
            "benchmarked": benchmarked,
        }
    )


def observed(tf, np, folder):
    def traced():
        options = tf.profiler.experimental.ProfilerOptions(host_tracer_level=1)
        tf.profiler.experimental.start(str(folder / "p"), options)
        with tf.profiler.experimental.Trace("step", step_num=1):
            tf.constant(1.0) + 1.0
        tf.profiler.experimental.stop()
        with tf.profiler.experimental.Profile(str(folder / "q")):
            tf.constant(1.0) + 1.0
        return [options.host_tracer_level, (folder / "p").exists(), (folder / "q").exists()]

    def summaries():
        writer = tf.summary.create_file_writer(str(folder / "s"))
        writer.init()
        with writer.as_default(step=1):
            kept = tf.summary.write("t", tf.constant([1.0, 2.0]))
            tf.summary.flush()
        tf.summary.trace_on(graph=True)
        with writer.as_default(step=2):
            tf.summary.trace_export("g", step=0)
        writer.set_as_default(step=3)
        tf.summary.scalar("x", 1.0)
        tf.summary.flush(writer)
        writer.close()
        tf.summary.create_noop_writer().set_as_default()
        return [isinstance(writer, tf.summary.SummaryWriter), bool(kept), len(list((folder / "s").iterdir()))]

    return each({"traced": traced, "summaries": summaries})


def rare(tf, np, folder):
    def scoped():
        found = []
        with tf.summary.experimental.summary_scope("a b") as (tag, scope):
            found += [tag, scope]
        with tf.name_scope("o"), tf.summary.experimental.summary_scope("", "loss") as (tag, scope):
            found += [tag, scope]
        return found

    def raw():
        writer = tf.summary.create_file_writer(str(folder / "s"))
        with writer.as_default():
            written = tf.summary.experimental.write_raw_pb(b"\n\x0a\n\x01x\x15\x00\x00\x80?\x12\x00", step=1)
        return bool(written)

    def sums():
        (folder / "f").mkdir()
        (folder / "f" / "fingerprint.pb").write_bytes(b"\x08\x05\x10\xac\x02\x18\x07\x20\x08\x28\x09\x32\x02\x08\x01")
        found = tf.saved_model.experimental.read_fingerprint(str(folder / "f"))
        return [found.saved_model_checksum, found.graph_def_program_hash, found.singleprint()]

    return each({"scoped": scoped, "raw": raw, "sums": sums})


def sessions_of_tests(tf, np, folder):
    import sys

    class Case(tf.test.TestCase):
        def runTest(self):
            pass

    case = Case()

    def cached():
        with tf.Graph().as_default(), case.cached_session() as session:
            return int(session.run(tf.constant(2) + 3))

    def captured():
        with case.captureWritesToStream(sys.stdout) as kept:
            print("said", end="")
            sys.stdout.flush()
        return hasattr(kept, "contents")

    def assets():
        (folder / "words.txt").write_text("a")
        return tf.saved_model.Asset(str(folder / "words.txt")).asset_path.numpy().endswith(b"words.txt")

    def resources():
        class Held(tf.saved_model.experimental.TrackableResource):
            def _create_resource(self):
                return tf.constant(1)

        return isinstance(Held(), tf.saved_model.experimental.TrackableResource)

    return each({"cached": cached, "captured": captured, "assets": assets, "resources": resources})
