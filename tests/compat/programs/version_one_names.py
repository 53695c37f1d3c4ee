"""Constants, messages, signatures, files, logs and tables of tf.compat.v1."""

from tests.compat.programs import each


def constants(tf, np, folder):
    v1 = tf.compat.v1

    places = (
        "ASSETS_DIRECTORY ASSETS_KEY DEBUG_DIRECTORY DEBUG_INFO_FILENAME_PB LEGACY_INIT_OP_KEY MAIN_OP_KEY "
        "SAVED_MODEL_FILENAME_PB SAVED_MODEL_FILENAME_PBTXT SAVED_MODEL_SCHEMA_VERSION VARIABLES_DIRECTORY "
        "VARIABLES_FILENAME"
    )
    keys = (
        "CLASSIFY_INPUTS CLASSIFY_METHOD_NAME CLASSIFY_OUTPUT_CLASSES CLASSIFY_OUTPUT_SCORES PREDICT_INPUTS "
        "PREDICT_METHOD_NAME PREDICT_OUTPUTS REGRESS_INPUTS REGRESS_METHOD_NAME REGRESS_OUTPUTS "
        "DEFAULT_SERVING_SIGNATURE_DEF_KEY"
    )
    codes = (
        "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED "
        "UNAUTHENTICATED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL "
        "UNAVAILABLE DATA_LOSS"
    )
    graphs = "GRAPH_DEF_VERSION GRAPH_DEF_VERSION_MIN_CONSUMER GRAPH_DEF_VERSION_MIN_PRODUCER VERSION"
    tags = "GPU SERVING TPU TRAINING"
    return each(
        {
            "errors": lambda: {name: getattr(v1.errors, name) for name in codes.split()},
            "saved_model": lambda: {name: getattr(v1.saved_model, name) for name in f"{places} {keys} {tags}".split()},
            "saved_model.constants": lambda: {name: getattr(v1.saved_model.constants, name) for name in places.split()},
            "saved_model.signature_constants": lambda: {
                name: getattr(v1.saved_model.signature_constants, name) for name in keys.split()
            },
            "saved_model.tag_constants": lambda: {
                name: getattr(v1.saved_model.tag_constants, name) for name in tags.split()
            },
            "data": lambda: {
                name: int(getattr(v1.data, name))
                for name in "AUTOTUNE INFINITE_CARDINALITY UNKNOWN_CARDINALITY".split()
            },
            "data.experimental": lambda: {
                name: int(getattr(v1.data.experimental, name))
                for name in "AUTOTUNE INFINITE_CARDINALITY UNKNOWN_CARDINALITY SHARD_HINT".split()
            },
            "version": lambda: {name: getattr(v1.version, name) for name in graphs.split()},
            "at the root": lambda: [
                v1.GRAPH_DEF_VERSION,
                v1.GRAPH_DEF_VERSION_MIN_CONSUMER,
                v1.GRAPH_DEF_VERSION_MIN_PRODUCER,
                v1.VERSION,
            ],
            "kinds": lambda: [
                type(one).__name__
                for one in (
                    v1.GIT_VERSION,
                    v1.version.GIT_VERSION,
                    v1.version.COMPILER_VERSION,
                    v1.COMPILER_VERSION,
                    v1.sysconfig.CXX11_ABI_FLAG,
                    v1.sysconfig.CXX_VERSION,
                    v1.sysconfig.MONOLITHIC_BUILD,
                    v1.CXX11_ABI_FLAG,
                    v1.CXX_VERSION,
                    v1.MONOLITHIC_BUILD,
                )
            ],
            "logging": lambda: {name: getattr(v1.logging, name) for name in "DEBUG INFO WARN ERROR FATAL".split()},
            "records": lambda: {
                name: getattr(v1.io.TFRecordCompressionType, name) for name in "NONE ZLIB GZIP".split()
            },
        }
    )


def signatures(tf, np, folder):
    v1 = tf.compat.v1
    s = v1.saved_model

    def facts(signature):
        return [
            signature.method_name,
            {
                side: {
                    name: [one.name, one.dtype, [size.size for size in one.tensor_shape.dim]]
                    for name, one in getattr(signature, side).items()
                }
                for side in ("inputs", "outputs")
            },
            s.is_valid_signature(signature),
        ]

    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [None, 2], name="x")
        texts = v1.placeholder(tf.string, [None], name="texts")
        y = tf.identity(x * 2.0, name="y")
        label = v1.placeholder(tf.string, [None], name="label")
        info = s.build_tensor_info(x)

        def updated():
            made = s.predict_signature_def({"a": x}, {"b": y})
            return made.method_name

        return each(
            {
                "info": lambda: [info.name, info.dtype, [one.size for one in info.tensor_shape.dim]],
                "which": lambda: [info.WhichOneof("encoding"), info.HasField("tensor_shape"), info.HasField("name")],
                "from info": lambda: [
                    s.get_tensor_from_tensor_info(info) is x,
                    s.get_tensor_from_tensor_info(info, graph).name,
                    s.utils.get_tensor_from_tensor_info(s.utils.build_tensor_info(y)).name,
                ],
                "from name": lambda: s.get_tensor_from_tensor_info(v1.TensorInfo(name="x:0")) is x,
                "from unknown name": lambda: s.get_tensor_from_tensor_info(v1.TensorInfo(name="none:0")),
                "from nothing": lambda: s.get_tensor_from_tensor_info(v1.TensorInfo()),
                "built": lambda: facts(s.build_signature_def({"a": info}, {"b": s.build_tensor_info(y)}, "mine")),
                "empty": lambda: facts(s.build_signature_def()),
                "predict": lambda: facts(s.predict_signature_def({"a": x}, {"b": y})),
                "predict nothing": lambda: s.predict_signature_def({}, {"b": y}),
                "predict None": lambda: s.predict_signature_def(None, {"b": y}),
                "classify": lambda: facts(s.classification_signature_def(texts, label, y)),
                "classify scores": lambda: facts(s.classification_signature_def(texts, None, y)),
                "classify nothing": lambda: s.classification_signature_def(texts, None, None),
                "classify numbers": lambda: s.classification_signature_def(x, label, y),
                "classify wrong classes": lambda: s.classification_signature_def(texts, y, y),
                "regress": lambda: facts(s.regression_signature_def(texts, y)),
                "regress numbers": lambda: s.regression_signature_def(x, y),
                "regress texts": lambda: s.regression_signature_def(texts, label),
                "regress nothing": lambda: s.regression_signature_def(None, y),
                "utils": lambda: facts(s.signature_def_utils.predict_signature_def({"a": x}, {"b": y})),
                "method": updated,
                "main_op with restore": lambda: s.main_op_with_restore(v1.no_op(name="restore")) is not None,
                "main_op": lambda: s.main_op.main_op() is not None,
            }
        )


def updated_method_names(tf, np, folder):
    v1 = tf.compat.v1
    s = v1.saved_model
    with tf.Graph().as_default():
        x = v1.placeholder(tf.float32, [None], name="x")
        w = v1.get_variable("w", initializer=2.0)
        y = tf.identity(x * w, name="y")
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            builder = s.Builder(str(folder / "first"))
            signature = s.predict_signature_def({"a": x}, {"b": y})
            builder.add_meta_graph_and_variables(sess, [s.tag_constants.SERVING], {"serving_default": signature})
            builder.save()
    updater = s.signature_def_utils.MethodNameUpdater(str(folder / "first"))

    def replaced():
        updater.replace_method_name("serving_default", "mine", tags="serve")
        updater.save()
        with tf.Graph().as_default(), v1.Session() as sess:
            loaded = s.loader.load(sess, ["serve"], str(folder / "first"))
            return [loaded.signature_def["serving_default"].method_name, sess.run("y:0", {"x:0": [1.0, 3.0]})]

    return each(
        {
            "replaced": replaced,
            "no key": lambda: updater.replace_method_name("", "mine"),
            "no method": lambda: updater.replace_method_name("serving_default", ""),
            "unknown key": lambda: updater.replace_method_name("other", "mine"),
            "no folder": lambda: s.signature_def_utils.MethodNameUpdater(str(folder / "none")),
        }
    )


def messages(tf, np, folder):
    v1 = tf.compat.v1

    def node():
        one = v1.NodeDef(name="n", op="Add", input=["a", "b"])
        one.device = "/cpu:0"
        one.input.append("^c")
        one.attr["T"].type = 1
        one.attr["N"].i = 3
        two = v1.NodeDef()
        two.CopyFrom(one)
        two.name = "m"
        return [one.name, two.name, list(two.input), two.attr["N"].i, sorted(two.attr), "T" in two.attr, one == two]

    def attributes():
        one = v1.AttrValue(i=3)
        two = v1.AttrValue(list=v1.AttrValue.ListValue(i=[1, 2], s=[b"x"]))
        three = v1.AttrValue(s=b"bytes")
        return [
            one.i, one.WhichOneof("value"), one.HasField("i"), one.HasField("s"), one.f, one.s, one.b,
            list(two.list.i), list(two.list.s), two.WhichOneof("value"), three.s, v1.AttrValue().WhichOneof("value"),
            str(one), str(three), str(v1.AttrValue(b=True)), str(v1.AttrValue(f=0.5)),
        ]  # fmt: skip

    def graph():
        one = v1.GraphDef()
        made = one.node.add()
        made.name, made.op = "a", "Const"
        one.node.extend([v1.NodeDef(name="b", op="Identity", input=["a"])])
        one.node.add(name="c", op="NoOp")
        one.versions.producer = 27
        again = v1.GraphDef()
        again.CopyFrom(one)
        del again.node[0]
        return [
            [n.name for n in one.node], [n.name for n in again.node], len(one.node), one.versions.producer, str(again),
            list(one.library.function),
        ]  # fmt: skip

    def graph_of_a_program():
        with tf.Graph().as_default() as g:
            x = v1.placeholder(tf.float32, [2], name="x")
            tf.identity(x, name="y")
            found = g.as_graph_def()
        return [type(found).__name__, [[n.name, list(n.input)] for n in found.node]]

    def options():
        gpu = v1.GPUOptions(per_process_gpu_memory_fraction=0.5, allow_growth=True)
        config = v1.ConfigProto(gpu_options=gpu, log_device_placement=True)
        config.gpu_options.visible_device_list = "0"
        config.intra_op_parallelism_threads = 2
        config.graph_options.optimizer_options.global_jit_level = v1.OptimizerOptions.ON_1
        config.graph_options.rewrite_options.disable_model_pruning = True
        graphs = v1.GraphOptions(optimizer_options=v1.OptimizerOptions(opt_level=v1.OptimizerOptions.L0))
        config.device_count["GPU"] = 0
        return [
            gpu.per_process_gpu_memory_fraction, gpu.allow_growth, gpu.visible_device_list, gpu.allocator_type,
            config.gpu_options.visible_device_list, config.gpu_options.allow_growth, config.allow_soft_placement,
            config.log_device_placement, config.graph_options.optimizer_options.global_jit_level,
            graphs.optimizer_options.opt_level, graphs.build_cost_model, graphs.infer_shapes,
            dict(config.device_count), config.inter_op_parallelism_threads, config.intra_op_parallelism_threads,
        ]  # fmt: skip

    def enumerations():
        o = v1.OptimizerOptions
        log, session = v1.LogMessage, v1.SessionLog
        return [
            o.L0, o.L1, o.DEFAULT, o.OFF, o.ON_1, o.ON_2, log.UNKNOWN, log.DEBUGGING, log.INFO, log.WARN, log.ERROR,
            log.FATAL, session.STATUS_UNSPECIFIED, session.START, session.STOP, session.CHECKPOINT,
            v1.train.SaverDef.LEGACY, v1.train.SaverDef.V1, v1.train.SaverDef.V2, v1.RunOptions.FULL_TRACE,
        ]  # fmt: skip

    def summaries():
        histogram = v1.HistogramProto(min=0.0, max=3.0, num=2.0, sum=4.0, sum_squares=10.0)
        histogram.bucket_limit.append(1.5)
        histogram.bucket.extend([1.0, 1.0])
        made = v1.Summary(value=[v1.Summary.Value(tag="h", histo=histogram)])
        made.value.add(tag="s", simple_value=0.5)
        meta = v1.SummaryMetadata(display_name="shown", summary_description="why")
        meta.plugin_data.plugin_name = "scalars"
        event = v1.Event(step=3, summary=made)
        again = v1.summary.Event.FromString(event.SerializeToString())
        return [
            again.step, again.WhichOneof("what"), [one.tag for one in again.summary.value],
            again.summary.value[0].histo.bucket[1], v1.summary.SummaryDescription(type_hint="t").type_hint,
            v1.summary.TaggedRunMetadata(tag="t").tag, v1.summary.SessionLog(msg="m").msg,
            histogram.min, list(histogram.bucket), list(histogram.bucket_limit), [one.tag for one in made.value],
            made.value[0].histo.sum, made.value[1].simple_value, made.value[1].HasField("simple_value"),
            made.value[1].WhichOneof("value"), meta.display_name, meta.plugin_data.plugin_name,
            meta.summary_description, meta.plugin_data.content, str(meta),
        ]  # fmt: skip

    def logs():
        line = v1.LogMessage(level=v1.LogMessage.WARN, message="careful")
        began = v1.SessionLog(status=v1.SessionLog.START)
        saved = v1.SessionLog(status=v1.SessionLog.CHECKPOINT, checkpoint_path="there")
        return [line.level, line.message, str(line), began.status, saved.checkpoint_path, str(saved), began == saved]

    def meta_graph():
        one = v1.MetaGraphDef()
        one.meta_info_def.tags.append("serve")
        one.graph_def.node.add(name="a", op="NoOp")
        one.collection_def["names"].node_list.value.extend(["a", "b"])
        one.signature_def["s"].method_name = "m"
        one.signature_def["s"].inputs["x"].name = "x:0"
        one.saver_def.max_to_keep = 5
        return [
            list(one.meta_info_def.tags), len(one.graph_def.node), list(one.collection_def["names"].node_list.value),
            one.signature_def["s"].inputs["x"].name, one.saver_def.max_to_keep, list(one.asset_file_def),
            one.HasField("saver_def"), v1.MetaGraphDef().HasField("saver_def"), sorted(one.collection_def),
        ]  # fmt: skip

    def tensor_info():
        one = v1.TensorInfo(name="x:0", dtype=1)
        one.tensor_shape.dim.add(size=2)
        one.tensor_shape.dim.add().size = -1
        return [one.name, one.dtype, [d.size for d in one.tensor_shape.dim], one.dtype == tf.float32.as_datatype_enum,
                one.WhichOneof("encoding")]  # fmt: skip

    def names():
        one = v1.NameAttrList(name="f")
        one.attr["T"].type = 3
        return [one.name, one.attr["T"].type, list(one.attr)]

    def saver():
        own = v1.train.SaverDef(max_to_keep=2, sharded=True)
        return [own.max_to_keep, own.sharded, own.version, own.filename_tensor_name]  # fmt: skip

    return each(
        {
            "NodeDef": node,
            "AttrValue": attributes,
            "GraphDef": graph,
            "graph of a program": graph_of_a_program,
            "options": options,
            "enumerations": enumerations,
            "summaries": summaries,
            "logs": logs,
            "MetaGraphDef": meta_graph,
            "TensorInfo": tensor_info,
            "NameAttrList": names,
            "SaverDef": saver,
            "unknown field": lambda: v1.NodeDef(nothing=1),
            "unknown attribute": lambda: setattr(v1.NodeDef(), "nothing", 1),
            "wrong type": lambda: v1.NodeDef(name=3),
            "wrong number": lambda: v1.SessionLog(status="x"),
            "of a graph, not set": lambda: v1.NodeDef().attr["T"].type,
            "cleared": lambda: (lambda one: [one.Clear(), one.name])(v1.NodeDef(name="a")),
            "field cleared": lambda: (lambda one: [one.ClearField("name"), one.name, one.op])(
                v1.NodeDef(name="a", op="b")
            ),
            "fields": lambda: [[field.name, value] for field, value in v1.SessionLog(status=1, msg="m").ListFields()],
            "there and back": lambda: (
                v1.NodeDef.FromString(v1.NodeDef(name="a", op="b", input=["c"]).SerializeToString()).name
            ),
        }
    )


def files(tf, np, folder):
    v1 = tf.compat.v1
    g = v1.gfile
    here = str(folder)
    path = here + "/a.txt"
    with g.GFile(path, "w") as file:
        file.write("one\ntwo\n")

    def walked():
        g.MakeDirs(here + "/w/x/y")
        with g.Open(here + "/w/x/f.txt", "w") as file:
            file.write("f")
        cut = len(here)
        down = [[where[cut:], sorted(dirs), sorted(names)] for where, dirs, names in g.Walk(here + "/w")]
        up = [[where[cut:], sorted(dirs), sorted(names)] for where, dirs, names in g.Walk(here + "/w", in_order=False)]
        return [down, up]

    def deleted():
        g.MakeDirs(here + "/d/e")
        g.DeleteRecursively(here + "/d")
        return g.Exists(here + "/d")

    def copied():
        g.Copy(path, here + "/b.txt")
        return g.FastGFile(here + "/b.txt").read()

    def renamed():
        g.Copy(path, here + "/c.txt", overwrite=True)
        g.Rename(here + "/c.txt", here + "/r.txt")
        return [g.Exists(here + "/c.txt"), g.Exists(here + "/r.txt")]

    def made():
        g.MkDir(here + "/m")
        return [g.IsDirectory(here + "/m"), sorted(g.ListDirectory(here + "/m"))]

    def removed():
        g.Copy(path, here + "/gone.txt")
        g.Remove(here + "/gone.txt")
        return [one[len(here) :] for one in g.Glob(here + "/gone*")]

    def records():
        with v1.python_io.TFRecordWriter(here + "/r.tfrecord") as writer:
            writer.write(b"one")
            writer.write(b"two")
        options = v1.io.TFRecordOptions(v1.io.TFRecordCompressionType.GZIP)
        with v1.io.TFRecordWriter(here + "/z.tfrecord", options) as writer:
            writer.write(b"three")
        return [
            list(v1.io.tf_record_iterator(here + "/r.tfrecord")),
            list(v1.python_io.tf_record_iterator(here + "/z.tfrecord", options)),
        ]

    return each(
        {
            "Copy": copied,
            "Copy over": lambda: g.Copy(path, path),
            "Copy nothing": lambda: g.Copy(here + "/none", here + "/x"),
            "Rename": renamed,
            "Rename over": lambda: [g.Copy(path, here + "/o.txt"), g.Rename(path, here + "/o.txt")],
            "Rename nothing": lambda: g.Rename(here + "/none", here + "/x"),
            "MkDir": made,
            "MkDir again": lambda: g.MkDir(here + "/m"),
            "MkDir deep": lambda: g.MkDir(here + "/no/such"),
            "Walk": walked,
            "Walk nothing": lambda: list(g.Walk(here + "/none")),
            "DeleteRecursively": deleted,
            "DeleteRecursively nothing": lambda: g.DeleteRecursively(here + "/none"),
            "Stat": lambda: [g.Stat(path).length, g.Stat(path).is_directory, g.Stat(here).is_directory],
            "Stat nothing": lambda: g.Stat(here + "/none"),
            "Remove": removed,
            "records": records,
            "records of nothing": lambda: list(v1.io.tf_record_iterator(here + "/none")),
        }
    )


def logs(tf, np, folder):
    import logging

    v1 = tf.compat.v1
    log = v1.logging
    seen = []

    class Keeping(logging.Handler):
        def emit(self, record):
            seen.append([record.levelname, record.getMessage()])

    logger = tf.get_logger()
    handler, level, propagate = Keeping(), logger.level, logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        log.set_verbosity(log.INFO)
        numbers = [log.get_verbosity()]
        log.debug("unseen")
        log.info("an %s", "info")
        log.warn("a %d", 1)
        log.warning("warning")
        log.error("error")
        log.fatal("fatal")
        log.log(log.WARN, "at %s", "warn")
        log.log_if(log.ERROR, "if", True)
        log.log_if(log.ERROR, "not", False)
        for n in range(4):
            log.log_first_n(log.INFO, "first %d", 2, n)
        for n in range(5):
            log.log_every_n(log.INFO, "every %d", 2, n)
        log.set_verbosity(log.DEBUG)
        log.debug("debug")
        log.vlog(log.DEBUG, "vlog %d", 3)
        log.set_verbosity(log.ERROR)
        numbers.append(log.get_verbosity())
        log.warn("unseen")
        numbers += [log.WARN, callable(log.flush)]
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate
    return [seen, numbers]


def tables(tf, np, folder):
    v1 = tf.compat.v1
    (folder / "words.txt").write_text("a\nb\nc\n")
    made = v1.lookup.KeyValueTensorInitializer
    with tf.Graph().as_default():
        keys = tf.constant(["a", "b"])
        table = v1.lookup.StaticHashTable(made(keys, tf.constant([1, 2], tf.int64)), default_value=-1)
        words = v1.placeholder(tf.string, [None])
        found = table.lookup(words)
        spread = v1.lookup.StaticVocabularyTable(
            v1.lookup.TextFileInitializer(
                str(folder / "words.txt"),
                tf.string,
                v1.lookup.TextFileIndex.WHOLE_LINE,
                tf.int64,
                v1.lookup.TextFileIndex.LINE_NUMBER,
            ),
            num_oov_buckets=2,
        )
        ids = spread.lookup(words)
        numbers = v1.lookup.StaticHashTable(made([3, 4], ["x", "y"], tf.int32, tf.string), "none")
        texts = numbers.lookup(tf.constant([4, 5]))
        size = table.size()
        exported = table.export()
        with v1.Session() as sess:
            sess.run(v1.tables_initializer())
            return [
                sess.run([found, ids], {words: ["b", "z", "c", "q"]}),
                sess.run([texts, size]),
                sorted(sess.run(exported)[0].tolist()),
                table.default_value.dtype.name if hasattr(table.default_value, "dtype") else table.default_value,
                [table.key_dtype.name, table.value_dtype.name, spread.key_dtype.name],
                table.initializer is not None,
            ]


def parsing(tf, np, folder):
    v1 = tf.compat.v1
    feature = tf.train.Feature

    def example(n, words):
        return tf.train.Example(
            features=tf.train.Features(
                feature={
                    "n": feature(int64_list=tf.train.Int64List(value=[n])),
                    "xs": feature(float_list=tf.train.FloatList(value=[n / 2, 1.0])),
                    "words": feature(bytes_list=tf.train.BytesList(value=words)),
                }
            )
        ).SerializeToString()

    texts = [example(1, [b"a", b"b"]), example(2, [])]
    spec = {
        "n": v1.FixedLenFeature([], tf.int64),
        "xs": v1.FixedLenFeature([2], tf.float32),
        "words": v1.VarLenFeature(tf.string),
        "missing": v1.FixedLenFeature([1], tf.int64, default_value=7),
    }

    def plain(found):
        return {
            key: [one.indices, one.values, one.dense_shape] if hasattr(one, "dense_shape") else one
            for key, one in found.items()
        }

    def fed():
        with tf.Graph().as_default():
            serialized = v1.placeholder(tf.string, [None])
            one = v1.placeholder(tf.string, [])
            fixed = {key: spec[key] for key in ("n", "xs", "missing")}
            several = v1.parse_example(serialized, fixed)
            single = v1.parse_single_example(one, fixed)
            shapes = [several["n"].shape.as_list(), several["xs"].shape.as_list(), single["xs"].shape.as_list()]
            with v1.Session() as sess:
                return [shapes, plain(sess.run(several, {serialized: texts})), plain(sess.run(single, {one: texts[0]}))]

    return each(
        {
            "fed": fed,
            "at once": lambda: plain(v1.parse_example(texts, spec)),
            "names of examples": lambda: plain(v1.parse_example(texts, {"n": spec["n"]}, example_names=["u", "v"])),
            "one": lambda: plain(v1.parse_single_example(texts[1], features=spec, name="p", example_names="u")),
            "in io": lambda: plain(v1.io.parse_example(texts, {"n": spec["n"]})),
            "one in io": lambda: plain(v1.io.parse_single_example(texts[0], {"n": spec["n"]})),
            "absent": lambda: v1.parse_example(texts, {"other": v1.FixedLenFeature([], tf.int64)}),
            "wrong type": lambda: v1.parse_example(texts, {"n": v1.FixedLenFeature([], tf.float32)}),
            "no features": lambda: v1.parse_example(texts, None),
        }
    )
