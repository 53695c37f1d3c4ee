"""Summaries of TensorFlow 1 beside numbers, and losses of Estimators that are means by weights."""


def _numbers(np, *shape, start=0.0):
    size = int(np.prod(shape))
    return (np.sin(np.arange(size) + start) / 2).reshape(shape).astype("float32")


def pictures_and_sounds(tf, np, folder):
    tf = tf.compat.v1
    found = {}
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.float32, [None, 3, 4, 1])
        with tf.name_scope("a"):
            made = {
                "image": tf.summary.image("x", x, max_outputs=2),
                "one": tf.summary.image("x", tf.abs(x), max_outputs=1, family="f"),
                "bytes": tf.summary.image("b", tf.constant(np.arange(12, dtype="uint8").reshape(1, 2, 2, 3))),
                "audio": tf.summary.audio("s", tf.reshape(x, [-1, 12]), 8000, max_outputs=1),
                "tensor": tf.summary.tensor_summary("t", x),
            }
        value = _numbers(np, 2, 3, 4, 1)
        for name, one in made.items():
            message = tf.Summary.FromString(sess.run(one, {x: value}))
            found[name] = [
                [v.tag, v.image.height, v.image.width, v.image.colorspace, v.audio.sample_rate, v.audio.num_channels,
                 v.audio.length_frames, v.audio.content_type, v.audio.encoded_audio_string]
                for v in message.value
            ]  # fmt: skip
            found[name].append(
                [tf.image.decode_png(v.image.encoded_image_string).eval() for v in message.value if v.image.height]
            )
        writer = tf.summary.FileWriterCache.get(str(folder / "w"))
        found["same"] = tf.summary.FileWriterCache.get(str(folder / "w")) is writer
        writer.add_summary(sess.run(made["one"], {x: value}), 3)
        tf.summary.FileWriterCache.clear()
        found["cleared"] = tf.summary.FileWriterCache.get(str(folder / "v")) is writer
        tf.summary.FileWriterCache.clear()
        found["files"] = [
            [e.step, [v.tag for v in e.summary.value]]
            for path in (folder / "w").iterdir()
            for e in tf.train.summary_iterator(str(path))
            if e.HasField("summary")
        ]
    return found


def means_of_weights(tf, np, folder):
    v1 = tf.compat.v1
    found = {}
    data = {"x": _numbers(np, 6, 1), "w": np.array([[0.0], [1.0], [2.0], [1.0], [0.5], [0.0]], "float32")}
    labels = _numbers(np, 6, 1, start=2)

    def inputs():
        return tf.data.Dataset.from_tensor_slices((data, labels)).batch(6).repeat(2)

    for name in ("MEAN", "SUM", "SUM_BY_NONZERO_WEIGHTS", "SUM_OVER_BATCH_SIZE"):
        estimator = v1.estimator.LinearRegressor(
            [tf.feature_column.numeric_column("x")], weight_column="w", model_dir=str(folder / name),
            optimizer=v1.train.GradientDescentOptimizer(0.1), loss_reduction=getattr(v1.losses.Reduction, name),
        )  # fmt: skip
        estimator.train(inputs)
        found[name] = [
            estimator.evaluate(inputs)["loss"],
            estimator.get_variable_value("linear/linear_model/x/weights"),
        ]
    return found
