"""Estimators of TensorFlow 1 with a head or a model function, and checks, gradients and loops of tf.compat.v1."""

from tests.compat.programs import each


def estimators(tf, np, folder):
    v1 = tf.compat.v1
    e = v1.estimator
    column = tf.feature_column.numeric_column("x")
    x = np.linspace(-1, 1, 8).astype("float32")

    def given():
        return tf.data.Dataset.from_tensors(({"x": x[:, None]}, (x > 0).astype("int32")[:, None]))

    def results(made):
        made.train(given, steps=2)
        metrics = made.evaluate(given, steps=1)
        return [sorted(metrics), int(metrics["global_step"]), sorted(next(iter(made.predict(given))))]

    def trained(make, **options):
        return results(make(tf.estimator.BinaryClassHead(), model_dir=str(folder / make.__name__), **options))

    def model_fn(features, labels, mode):
        logits = v1.layers.dense(features["x"], 1, kernel_initializer=v1.ones_initializer())
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions={"twice": 2 * logits})
        loss = v1.losses.mean_squared_error(tf.cast(labels, tf.float32), logits)
        step = v1.train.GradientDescentOptimizer(0.1).minimize(loss, v1.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=step)

    def own():
        made = e.Estimator(model_fn, str(folder / "own"))
        made.train(given, steps=3)
        metrics = made.evaluate(given, steps=1)
        return [{key: float(value) for key, value in metrics.items()}, next(iter(made.predict(given)))["twice"]]

    def numbers(make, reduction="weighted_sum"):
        optimizer = make()
        place = str(folder / f"{type(optimizer).__name__}_{reduction}")
        made = e.LinearClassifier([column], place, optimizer=optimizer, loss_reduction=reduction)
        made.train(lambda: given().repeat(), steps=3)
        return [float(made.evaluate(given)["loss"]), made.get_variable_value("linear/linear_model/x/weights")]

    wide, deep = {"feature_columns": [column]}, {"feature_columns": [column], "hidden_units": [2]}
    both = {"linear_feature_columns": [column], "dnn_feature_columns": [column], "dnn_hidden_units": [2]}
    return each(
        {
            "LinearEstimator": lambda: trained(e.LinearEstimator, **wide),
            "DNNEstimator": lambda: trained(e.DNNEstimator, **deep),
            "DNNLinearCombinedEstimator": lambda: trained(e.DNNLinearCombinedEstimator, **both),
            "BaselineEstimator": lambda: trained(e.BaselineEstimator),
            "Estimator": own,
            "sum over batch size": lambda: numbers(
                lambda: v1.train.GradientDescentOptimizer(0.1), v1.losses.Reduction.SUM_OVER_BATCH_SIZE
            ),
            **{
                name: lambda make=make: numbers(make)
                for name, make in {
                    "GradientDescentOptimizer": lambda: v1.train.GradientDescentOptimizer(0.1),
                    "MomentumOptimizer": lambda: v1.train.MomentumOptimizer(0.1, 0.9),
                    "AdamOptimizer": lambda: v1.train.AdamOptimizer(beta1=0.8),
                    "AdagradOptimizer": lambda: v1.train.AdagradOptimizer(0.1),
                    "RMSPropOptimizer": lambda: v1.train.RMSPropOptimizer(0.1),
                    "FtrlOptimizer": lambda: v1.train.FtrlOptimizer(0.1, l1_regularization_strength=0.01),
                    "AdadeltaOptimizer": lambda: v1.train.AdadeltaOptimizer(0.1),
                    "ProximalAdagradOptimizer": lambda: v1.train.ProximalAdagradOptimizer(0.1),
                }.items()
            },
        }
    )


def checks(tf, np, folder):
    v1 = tf.compat.v1
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    return each(
        {
            "assert_shapes": lambda: v1.debugging.assert_shapes([(x, ("n", 2))]) is None,
            "assert_shapes of others": lambda: v1.debugging.assert_shapes([(x, ("n", 3))]),
            "assert_shapes of unlike": lambda: v1.debugging.assert_shapes([(x, ("n", 2)), (x[0], ("n", "n"))]),
            "check_numerics": lambda: v1.debugging.check_numerics(x, "all"),
            "check_numerics of inf": lambda: v1.debugging.check_numerics(x / 0.0, "all"),
        }
    )


def recurrent_state(tf, np, folder):
    v1 = tf.compat.v1

    class Saver:
        def __init__(self):
            self.saved = {}

        def state(self, name):
            return tf.constant(np.full((2, 3), 0.5, "float32"))

        def save_state(self, name, value):
            self.saved[name] = value
            return tf.no_op()

    with tf.Graph().as_default():
        saver = Saver()
        cell = v1.nn.rnn_cell.BasicRNNCell(3)
        inputs = [v1.placeholder(tf.float32, [2, 2]) for _ in range(2)]
        outputs, state = v1.nn.static_state_saving_rnn(cell, inputs, saver, "h")
        with v1.Session() as sess:
            sess.run(v1.global_variables_initializer())
            for place, one in enumerate(v1.trainable_variables()):
                size = one.shape.num_elements()
                one.load(np.sin(np.arange(size) + place).reshape(one.shape.as_list()).astype("float32"), sess)
            fed = {one: np.full((2, 2), 0.1 + place, "float32") for place, one in enumerate(inputs)}
            return [sess.run([outputs, state], fed), sorted(saver.saved)]
