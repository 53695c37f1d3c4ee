"""The global step, as hooks of Estimators ask for it."""

from tests.compat.programs import each


def in_hooks(tf, np, folder):
    v1 = tf.compat.v1

    class Counts(v1.train.SessionRunHook):
        def __init__(self):
            self.seen = []

        def begin(self):
            self.step = v1.train.get_global_step()

        def before_run(self, run_context):
            return v1.train.SessionRunArgs({"step": self.step})

        def after_run(self, run_context, run_values):
            self.seen.append(int(run_values.results["step"]))
            if len(self.seen) == 3:
                run_context.request_stop()

    def model(features, labels, mode):
        loss = v1.losses.mean_squared_error(labels, v1.layers.dense(features, 1))
        optimizer = v1.train.GradientDescentOptimizer(0.1)
        train = optimizer.minimize(loss, global_step=v1.train.get_global_step())
        return v1.estimator.EstimatorSpec(mode, loss=loss, train_op=train)

    def rows():
        return tf.data.Dataset.from_tensors((np.ones((2, 2), "float32"), np.ones((2, 1), "float32"))).repeat(9)

    def counted():
        hook = Counts()
        v1.estimator.Estimator(model, str(folder / "model")).train(rows, hooks=[hook])
        return [hook.seen, hook.step is None]

    return each({"counted": counted})
