"""Every feature column, and Estimators: their layers' outputs with fixed weights, and their facts."""

from tests.compat.programs import each


def _features(tf):
    return {
        "age": tf.constant([[5.0], [25.0], [70.0]]),
        "two": tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        "city": tf.constant([["a"], ["b"], ["z"]]),
        "number": tf.constant([[1], [3], [9]]),
        "weighted": tf.constant([["a", "b"], ["b", ""], ["a", "a"]]),
        "weights": tf.constant([[1.0, 2.0], [0.5, 0.0], [1.0, 1.0]]),
    }


def columns(tf, np, folder):
    f = tf.feature_column
    (folder / "words.txt").write_text("a\nb\n")
    age, city = f.numeric_column("age"), f.categorical_column_with_vocabulary_list("city", ["a", "b"])
    buckets = f.bucketized_column(age, [18, 65])
    of_file = f.categorical_column_with_vocabulary_file("city", str(folder / "words.txt"), num_oov_buckets=1)
    hashed = f.categorical_column_with_hash_bucket("city", 5)
    numbers = f.categorical_column_with_identity("number", 5, default_value=0)
    crossed = f.crossed_column([buckets, "city"], 7)
    weighted = f.weighted_categorical_column(
        f.categorical_column_with_vocabulary_list("weighted", ["a", "b"]), "weights"
    )
    fixed = tf.keras.initializers.Constant([[1.0, 2.0], [3.0, 4.0]])
    shown = {
        "numeric": age,
        "numeric of two": f.numeric_column("two", shape=2, normalizer_fn=lambda x: x - 1.0),
        "bucketized": buckets,
        "indicator": f.indicator_column(city),
        "indicator of a file": f.indicator_column(of_file),
        "indicator of a hash": f.indicator_column(hashed),
        "indicator of numbers": f.indicator_column(numbers),
        "indicator crossed": f.indicator_column(crossed),
        "indicator weighted": f.indicator_column(weighted),
        "embedding": f.embedding_column(city, 2, initializer=fixed),
        "embedding sum": f.embedding_column(
            f.categorical_column_with_vocabulary_list("weighted", ["a", "b"]), 2, "sum", fixed
        ),
        "embedding sqrtn": f.embedding_column(weighted, 2, "sqrtn", fixed),
        "embedding norm": f.embedding_column(city, 2, initializer=fixed, max_norm=1.0),
    }
    found = {name: lambda one=one: tf.keras.layers.DenseFeatures([one])(_features(tf)) for name, one in shown.items()}
    facts = {
        f"facts of {name}": lambda one=one: [one.name, sorted(one.parse_example_spec)] for name, one in shown.items()
    }
    return each(
        found
        | facts
        | {
            "several": lambda: tf.keras.layers.DenseFeatures([buckets, f.indicator_column(city), age])(_features(tf)),
            "parse spec": lambda: sorted(f.make_parse_example_spec([age, crossed, f.indicator_column(numbers)])),
            "embedding of numbers": lambda: f.embedding_column(age, 2).dimension,
            "no indicator of numbers": lambda: f.indicator_column(age),
            "categorical alone": lambda: tf.keras.layers.DenseFeatures([city])(_features(tf)),
            "boundaries": lambda: f.bucketized_column(age, [3, 1]),
            "vocabulary twice": lambda: f.categorical_column_with_vocabulary_list("c", ["a", "a"]),
            "no bucket": lambda: f.categorical_column_with_hash_bucket("c", 0),
            "no dimension": lambda: f.embedding_column(city, 0),
            "missing feature": lambda: tf.keras.layers.DenseFeatures([age])({"other": tf.constant([1.0])}),
            "crossing one": lambda: f.crossed_column(["a"], 5),
            "sequence": lambda: tf.keras.experimental.SequenceFeatures([f.sequence_numeric_column("s")])(
                {"s": tf.sparse.from_dense([[1.0, 2.0], [3.0, 0.0]])}
            ),
            "sequence names": lambda: [
                f.sequence_categorical_column_with_identity("s", 3).name,
                f.sequence_categorical_column_with_hash_bucket("s", 3).name,
                f.sequence_categorical_column_with_vocabulary_list("s", ["a"]).name,
                f.sequence_categorical_column_with_vocabulary_file("s", str(folder / "words.txt"), 2).name,
            ],
        }
    )


def _input(tf, np):
    x = np.linspace(-1, 1, 8).astype("float32")
    return lambda: tf.data.Dataset.from_tensors(({"x": x[:, None]}, (x > 0).astype("int32")[:, None]))


def estimators(tf, np, folder):
    e = tf.estimator
    column = tf.feature_column.numeric_column("x")

    def trained(name, **options):
        made = getattr(e, name)(model_dir=str(folder / f"{name}{len(options)}"), **options)
        made.train(_input(tf, np), steps=2)
        metrics = made.evaluate(_input(tf, np), steps=1)
        predictions = next(iter(made.predict(_input(tf, np))))
        return [
            sorted(metrics),
            int(metrics["global_step"]),
            sorted(predictions),
            {key: list(np.shape(value)) for key, value in predictions.items()},
        ]

    def linear():
        made = e.LinearRegressor([column], model_dir=str(folder / "l"), optimizer=tf.keras.optimizers.SGD(0.1))
        made.train(_input(tf, np), steps=3)
        metrics = made.evaluate(_input(tf, np), steps=1)
        return [
            {key: float(one) for key, one in metrics.items()},
            sorted(made.get_variable_names()),
            made.get_variable_value("linear/linear_model/x/weights"),
        ]

    def own():
        def model_fn(features, labels, mode):
            layer = tf.keras.layers.Dense(1, kernel_initializer="ones")
            said = layer(features["x"])
            if mode == e.ModeKeys.PREDICT:
                return e.EstimatorSpec(mode, predictions={"y": said})
            loss = tf.reduce_mean(tf.square(said - tf.cast(labels, tf.float32)))
            if mode == e.ModeKeys.EVAL:
                mean = tf.keras.metrics.MeanAbsoluteError()
                mean.update_state(labels, said)
                return e.EstimatorSpec(mode, loss=loss, eval_metric_ops={"mae": mean})
            optimizer = tf.compat.v1.train.GradientDescentOptimizer(0.1)
            step = tf.compat.v1.train.get_or_create_global_step()
            return e.EstimatorSpec(mode, loss=loss, train_op=optimizer.minimize(loss, global_step=step))

        made = e.Estimator(model_fn, str(folder / "o"))
        made.train(_input(tf, np), steps=2)
        return {key: float(one) for key, one in made.evaluate(_input(tf, np), steps=1).items()}

    def keras():
        model = tf.keras.Sequential([tf.keras.layers.Dense(1, kernel_initializer="ones", input_shape=(1,), name="d")])
        model.compile("sgd", "mse")
        made = tf.keras.estimator.model_to_estimator(model, model_dir=str(folder / "k"))
        inputs = lambda: tf.data.Dataset.from_tensors(({"d_input": np.ones((4, 1), "float32")}, np.zeros((4, 1))))  # noqa: E731
        made.train(inputs, steps=1)
        return sorted(made.evaluate(inputs, steps=1))

    def both():
        made = e.LinearClassifier([column], model_dir=str(folder / "b"))
        result = e.train_and_evaluate(
            made, e.TrainSpec(_input(tf, np), max_steps=2), e.EvalSpec(_input(tf, np), steps=1)
        )
        return [sorted(result[0]), result[1]]

    return each(
        {
            "LinearClassifier": lambda: trained("LinearClassifier", feature_columns=[column]),
            "LinearRegressor": lambda: trained("LinearRegressor", feature_columns=[column]),
            "DNNClassifier": lambda: trained("DNNClassifier", feature_columns=[column], hidden_units=[2]),
            "DNNRegressor": lambda: trained("DNNRegressor", feature_columns=[column], hidden_units=[2]),
            "DNNLinearCombinedClassifier": lambda: trained(
                "DNNLinearCombinedClassifier",
                linear_feature_columns=[column],
                dnn_feature_columns=[column],
                dnn_hidden_units=[2],
            ),
            "BaselineClassifier": lambda: trained("BaselineClassifier"),
            "BaselineRegressor": lambda: trained("BaselineRegressor"),
            "several classes": lambda: trained("LinearClassifier", feature_columns=[column], n_classes=3),
            "linear": linear,
            "own": own,
            "model_to_estimator": keras,
            "train_and_evaluate": both,
            "ModeKeys": lambda: [e.ModeKeys.TRAIN, e.ModeKeys.EVAL, e.ModeKeys.PREDICT],
            "RunConfig": lambda: [
                e.RunConfig().save_summary_steps,
                e.RunConfig().keep_checkpoint_max,
                e.RunConfig().save_checkpoints_secs,
                e.RunConfig(save_checkpoints_steps=5).save_checkpoints_steps,
                e.RunConfig().tf_random_seed,
                e.RunConfig().log_step_count_steps,
                e.RunConfig().is_chief,
                e.RunConfig().replace(model_dir="m").model_dir,
            ],
            "EvalSpec": lambda: [e.EvalSpec(_input(tf, np)).steps, e.EvalSpec(_input(tf, np)).throttle_secs],
            "TrainSpec": lambda: e.TrainSpec(_input(tf, np)).max_steps,
            "both steps": lambda: e.LinearRegressor([column], str(folder / "q")).train(
                _input(tf, np), steps=1, max_steps=1
            ),
            "never trained": lambda: e.LinearRegressor([column], str(folder / "r")).evaluate(_input(tf, np)),
            "heads": lambda: [
                e.BinaryClassHead().logits_dimension,
                e.MultiClassHead(3).logits_dimension,
                e.RegressionHead(2).logits_dimension,
                e.MultiLabelHead(4).logits_dimension,
                e.PoissonRegressionHead().name,
                e.LogisticRegressionHead().name,
            ],
        }
    )
