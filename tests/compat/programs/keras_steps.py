"""Optimizers, also those that a script writes, and the order in which callbacks are called."""

from tests.compat.programs import each


def _model(tf, **options):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [layers.Dense(2, kernel_initializer="ones", input_shape=(3,), name="a"), layers.Dense(1, name="b")]
    )
    model.set_weights([w * 0 + 0.5 for w in model.get_weights()])
    model.compile(tf.keras.optimizers.SGD(0.1), "mse", metrics=["mae"], **options)
    return model


def optimizers(tf, np, folder):
    make = tf.keras.optimizers

    class Own(make.Optimizer):
        def __init__(self, learning_rate=0.1, name="Own", **options):
            super().__init__(name=name, **options)
            self._learning_rate = self._build_learning_rate(learning_rate)

        def build(self, variables):
            super().build(variables)
            if not hasattr(self, "sums"):
                self.sums = [self.add_variable_from_reference(one, "sum") for one in variables]

        def update_step(self, gradient, variable):
            total = self.sums[self._index_dict[self._var_key(variable)]]
            total.assign_add(gradient)
            variable.assign_sub(tf.cast(self.learning_rate, variable.dtype) * total)

        def get_config(self):
            rate = self._serialize_hyperparameter(self._learning_rate)
            return {**super().get_config(), "learning_rate": rate}

    def stepped(optimizer):
        v = tf.Variable([1.0, 2.0])
        for _ in range(3):
            optimizer.apply_gradients([(tf.constant([1.0, -2.0]), v)])
        return v

    def own_in_fit():
        model = _model(tf)
        model.compile(Own(0.05), "mse")
        model.fit(np.ones((4, 3)), np.zeros((4, 1)), epochs=2, verbose=0)
        return model.get_weights()

    def stored():
        one, v = make.Adam(0.5), tf.Variable([1.0, 2.0])
        one.apply_gradients([(tf.constant([1.0, -2.0]), v)])
        kept = {}
        one.save_own_variables(kept)
        other = make.Adam()
        other.build([v])
        other.load_own_variables(kept)
        return [len(kept) > 0, int(other.iterations), [one.shape.rank for one in other.variables][-2:]]

    def left_out():
        optimizer, v, w = make.SGD(0.1, weight_decay=0.5), tf.Variable(1.0, name="v"), tf.Variable(1.0, name="w")
        optimizer.exclude_from_weight_decay(var_list=[w])
        optimizer.build([v, w])
        optimizer.apply_gradients([(tf.constant(0.0), v), (tf.constant(0.0), w)])
        return [v, w]

    def averaged():
        optimizer, v = make.SGD(1.0, use_ema=True, ema_momentum=0.5), tf.Variable(1.0)
        optimizer.apply_gradients([(tf.constant(1.0), v)])
        optimizer.apply_gradients([(tf.constant(1.0), v)])
        optimizer.finalize_variable_values([v])
        return v

    def numbers():
        optimizer = make.Adam(0.5)
        optimizer.learning_rate = 0.25
        v = tf.Variable([1.0])
        optimizer.minimize(lambda: v * v, [v])
        return [float(optimizer.learning_rate), int(optimizer.iterations), v]

    return each(
        {
            "own": lambda: stepped(Own(0.5)),
            "own with a schedule": lambda: stepped(Own(make.schedules.ExponentialDecay(0.5, 1, 0.5))),
            "own clipped": lambda: stepped(Own(0.5, clipnorm=1.0)),
            "own in fit": own_in_fit,
            "own from configuration": lambda: stepped(Own.from_config(Own(0.25).get_config())),
            "stored": stored,
            "left out": left_out,
            "averaged": averaged,
            "numbers": numbers,
            "aggregate_gradients": lambda: len(make.SGD().aggregate_gradients([(tf.constant(1.0), tf.Variable(1.0))])),
            "from_config": lambda: make.Adam.from_config({"learning_rate": 0.5, "beta_1": 0.5}).beta_1,
            "add_variable named": lambda: make.SGD().add_variable(shape=(2,), dtype="float32", name="v"),
            "by names": lambda: [make.SGD(0.1, 0.9, True).nesterov, make.Adam(0.1, 0.8).beta_1],
        }
    )


def legacy(tf, np, folder):
    make = tf.keras.optimizers.legacy

    def stepped():
        optimizer, v = make.Adam(0.5), tf.Variable([1.0, 2.0])
        optimizer.apply_gradients([(tf.constant([1.0, -2.0]), v)])
        return optimizer, v

    def slots():
        optimizer, v = stepped()
        return [optimizer.get_slot_names(), optimizer.get_slot(v, "m"), optimizer.get_slot(v, "v")]

    def weights():
        optimizer, _ = stepped()
        kept = optimizer.get_weights()
        other, _ = stepped()
        other.set_weights([one * 2 for one in kept])
        return [len(kept), [one.shape for one in kept], other.get_weights()[1], len(optimizer.variables())]

    class Own(make.Optimizer):
        def __init__(self, learning_rate=0.1, name="Own", **options):
            super().__init__(name, **options)
            self._set_hyper("learning_rate", options.get("lr", learning_rate))

        def _create_slots(self, variables):
            for one in variables:
                self.add_slot(one, "sum")

        def _resource_apply_dense(self, gradient, variable, apply_state=None):
            total = self.get_slot(variable, "sum")
            total.assign_add(gradient)
            return variable.assign_sub(self._get_hyper("learning_rate") * total)

        def get_config(self):
            rate = self._serialize_hyperparameter("learning_rate")
            return {**super().get_config(), "learning_rate": rate}

    def own():
        optimizer, v = Own(0.5), tf.Variable([1.0, 2.0])
        for _ in range(3):
            optimizer.apply_gradients([(tf.constant([1.0, -2.0]), v)])
        return [v, int(optimizer.iterations)]

    def minimized():
        optimizer, v = make.SGD(0.5), tf.Variable(2.0)
        optimizer.minimize(lambda: v * v, [v])
        return [v, int(optimizer.iterations)]

    return each(
        {
            "slots": slots,
            "weights": weights,
            "own": own,
            "minimized": minimized,
            "clipnorm": lambda: [make.Adam(clipnorm=0.5).clipnorm, make.Adam(clipvalue=0.25).clipvalue],
            "global_clipnorm": lambda: [make.Adam(global_clipnorm=0.5).global_clipnorm, make.Adam().clipnorm],
            "from_config": lambda: float(make.Adam.from_config({"learning_rate": 0.5}).learning_rate),
        }
    )


def called_back(tf, np, folder):
    k = tf.keras
    x, y = np.ones((4, 3), "float32"), np.zeros((4, 1), "float32")

    class Noting(k.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.seen = []

        def set_params(self, params):
            super().set_params(params)
            self.seen.append(f"params {sorted(params)}")

        def set_model(self, model):
            super().set_model(model)
            self.seen.append("model")

    def noting(name):
        def note(self, *args):
            logs = sorted(args[-1]) if args and args[-1] else []
            self.seen.append(f"{name} {args[0] if len(args) > 1 else ''} {logs}")

        return note

    names = (
        "on_train_begin on_train_end on_epoch_begin on_epoch_end on_train_batch_begin on_train_batch_end on_test_begin "
        "on_test_end on_test_batch_begin on_test_batch_end on_predict_begin on_predict_end on_predict_batch_begin "
        "on_predict_batch_end"
    )
    for name in names.split():
        setattr(Noting, name, noting(name))

    class Older(k.callbacks.Callback):
        def on_batch_begin(self, batch, logs=None):
            self.seen = [*getattr(self, "seen", []), f"begin {batch}"]

        def on_batch_end(self, batch, logs=None):
            self.seen = [*getattr(self, "seen", []), f"end {batch}"]

    def ran(callback, run):
        run(_model(tf), callback)
        return [sorted(callback.seen[:2]), callback.seen[2:]]

    return each(
        {
            "fit": lambda: ran(Noting(), lambda m, c: m.fit(x, y, 2, 1, 0, [c], validation_data=(x, y))),
            "evaluate": lambda: ran(Noting(), lambda m, c: m.evaluate(x, y, 2, 0, callbacks=[c])),
            "predict": lambda: ran(Noting(), lambda m, c: m.predict(x, 2, 0, callbacks=[c])),
            "older": lambda: ran(Older(), lambda m, c: m.fit(x, y, 2, 1, 0, [c])),
            "BaseLogger": lambda: sorted(k.callbacks.BaseLogger(["mae"]).stateful_metrics),
        }
    )
