"""Methods and attributes of Keras's layers, models, optimizers and callbacks; queues; parts of tests."""

from tests.compat.programs import each


def _model(tf, **options):
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [layers.Dense(2, kernel_initializer="ones", input_shape=(3,), name="a"), layers.Dense(1, name="b")]
    )
    model.set_weights([w * 0 + 0.5 for w in model.get_weights()])
    model.compile(tf.keras.optimizers.SGD(0.1), "mse", metrics=["mae"], **options)
    return model


def layers_of_a_script(tf, np, folder):
    k = tf.keras

    class Scaled(k.layers.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.supports_masking = True
            self.input_spec = k.layers.InputSpec(ndim=2)

        def build(self, shape):
            self.scale = self.add_weight("scale", (shape[-1],), initializer="ones", regularizer=k.regularizers.L2(0.5))
            self.seen = self.add_weight("seen", (), initializer="zeros", trainable=False)
            super().build(shape)

        def call(self, x, training=None):
            self.add_loss(tf.reduce_sum(x) * 0.1)
            self.seen.assign_add(1.0)
            return x * self.scale

    layer = Scaled(name="s", activity_regularizer=k.regularizers.L1(0.1))
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])

    def called():
        return [layer(x), layer.losses, len(layer.weights), layer.stateful, layer.dynamic, layer.supports_masking]

    class Sums(k.layers.Layer):
        def call(self, x):
            return tf.reduce_sum(x, -1)

    class Measured(k.layers.Layer):
        def call(self, x):
            self.add_metric(tf.reduce_sum(x), name="total")
            return x

    def measured():
        layer = Measured()
        layer(x)
        layer(x * 3)
        return [[one.name for one in layer.metrics], layer.metrics[0].result()]

    def stored():
        kept = {}
        layer.save_own_variables(kept)
        other = Scaled(name="t")
        other.build_from_config({"input_shape": (None, 2)})
        other.load_own_variables({name: np.asarray(value) * 3 for name, value in kept.items()})
        return [sorted(kept), other.get_weights()]

    def graph():
        inputs = k.Input((3,), name="i")
        dense = k.layers.Dense(2, name="d")
        first = dense(inputs)
        second = dense(inputs)
        return [
            len(dense.inbound_nodes),
            dense.get_output_at(1) is second,
            dense.get_input_at(0) is inputs,
            list(dense.get_input_shape_at(0)),
            list(dense.get_output_shape_at(1)),
            dense.get_input_mask_at(0),
            dense.get_output_mask_at(0),
            list(first.shape),
        ]

    def once():
        inputs = k.Input((3,), name="i")
        dense = k.layers.Dense(2, name="d")
        outputs = dense(inputs)
        return [dense.input is inputs, dense.output is outputs, list(dense.input_shape), list(dense.output_shape),
                dense.input_mask, dense.output_mask]  # fmt: skip

    def masks():
        layer = k.layers.Masking()
        mask = layer.compute_mask(tf.constant([[[0.0], [1.0]]]))
        return [mask, k.layers.Dense(1).compute_mask(x, None), Scaled().compute_mask(x, mask)]

    return each(
        {
            "called": called,
            "names": lambda: [w.name for w in layer.weights],
            "trainable": lambda: [len(layer.trainable_weights), len(layer.non_trainable_weights)],
            "trainable_variables": lambda: [len(layer.trainable_variables), len(layer.non_trainable_variables)],
            "wrong rank": lambda: layer(tf.constant([1.0])),
            "input_spec": lambda: layer.input_spec.ndim,
            "activity_regularizer": lambda: layer.activity_regularizer.get_config(),
            "stored": stored,
            "get_build_config": lambda: list(layer.get_build_config()["input_shape"]),
            "compute_output_shape": lambda: list(Sums().compute_output_shape((4, 3))),
            "compute_output_signature": lambda: [
                Sums().compute_output_signature(tf.TensorSpec((4, 3))).dtype,
                list(Sums().compute_output_signature(tf.TensorSpec((4, 3))).shape),
            ],
            "graph": graph,
            "once": once,
            "never called": lambda: Sums().get_input_at(0),
            "output of never called": lambda: Sums().output,
            "masks": masks,
            "finalize_state": lambda: layer.finalize_state(),
            "updates": lambda: [layer.updates, layer.add_update([])],
            "add_metric": measured,
            "add_variable": lambda: Sums().add_variable("v", (2,), initializer="ones"),
            "add_weight": lambda: Sums().add_weight("v", (2,), initializer="ones", constraint=k.constraints.NonNeg()),
            "add_weight of ints": lambda: Sums().add_weight("v", (2,), "int32", "zeros", trainable=False),
            "Wrapper": lambda: k.layers.Wrapper(k.layers.Dense(2, name="d")).layer.name,
            "from_config": lambda: k.layers.Dense.from_config(k.layers.Dense(3, name="d").get_config()).units,
            "call": lambda: Sums().call(x),
            "count_params": lambda: layer.count_params(),
            "dtypes": lambda: [layer.dtype, layer.compute_dtype, layer.variable_dtype, layer.dtype_policy.name],
        }
    )


def recurrent(tf, np, folder):
    k = tf.keras
    x = np.arange(12.0).reshape(2, 3, 2).astype("float32") / 10

    class Cell(k.layers.AbstractRNNCell):
        def __init__(self, units):
            super().__init__()
            self.units = units

        @property
        def state_size(self):
            return self.units

        @property
        def output_size(self):
            return self.units

        def build(self, shape):
            self.kernel = self.add_weight("kernel", (shape[-1], self.units), initializer="ones")

        def call(self, inputs, states):
            output = tf.matmul(inputs, self.kernel) + states[0]
            return output, [output]

    def own():
        layer = k.layers.RNN(Cell(2), return_state=True)
        return layer(x)

    def stateful():
        layer = k.layers.RNN(k.layers.SimpleRNNCell(1, kernel_initializer="ones", recurrent_initializer="ones"),
                             stateful=True, batch_input_shape=(2, 3, 2))  # fmt: skip
        first = layer(x)
        state = layer.states[0]
        second = layer(x)
        layer.reset_states()
        third = layer.states[0]
        layer.reset_states(np.ones((2, 1)))
        return [first, tf.convert_to_tensor(state).shape.as_list(), second, third, layer(x)]

    lstm = k.layers.LSTM(3, dropout=0.1, recurrent_dropout=0.2, kernel_regularizer="l2", bias_constraint="non_neg")
    names = "units use_bias dropout recurrent_dropout unit_forget_bias implementation".split()

    def shared():
        both = k.layers.Bidirectional(k.layers.GRU(1, stateful=True, kernel_initializer="ones",
                                                   recurrent_initializer="ones"),
                                      batch_input_shape=(2, 3, 2))  # fmt: skip
        first = both(x)
        both.reset_states()
        return [first, both(x)]

    return each(
        {
            "own cell": own,
            "stateful": stateful,
            "initial state": lambda: k.layers.RNN(Cell(2)).get_initial_state(tf.constant(x)),
            "initial state of a cell": lambda: Cell(2).get_initial_state(batch_size=2, dtype="float32"),
            "bidirectional": shared,
            "numbers": lambda: [getattr(lstm, name) for name in names[:5]],
            "activations": lambda: [lstm.activation.__name__, lstm.recurrent_activation.__name__],
            "initializers": lambda: [
                type(one).__name__
                for one in (lstm.kernel_initializer, lstm.recurrent_initializer, lstm.bias_initializer)
            ],
            "regularizers": lambda: [
                type(lstm.kernel_regularizer).__name__,
                lstm.recurrent_regularizer,
                lstm.bias_regularizer,
            ],  # fmt: skip
            "constraints": lambda: [
                lstm.kernel_constraint,
                lstm.recurrent_constraint,
                type(lstm.bias_constraint).__name__,
            ],  # fmt: skip
        }
    )


def looked_up(tf, np, folder):
    k = tf.keras

    def text():
        layer = k.layers.TextVectorization(output_sequence_length=3)
        before = layer.is_adapted
        layer.adapt(["a b", "b c b"])
        seen = [layer.vocabulary_size(), layer.get_vocabulary(), layer(["b a d"])]
        layer.set_vocabulary(["x", "y"])
        return [before, layer.is_adapted, str(seen[1]), *seen[::2], str(layer.get_vocabulary()), layer(["y x"])]

    def stepwise():
        layer = k.layers.StringLookup()
        layer.update_state(tf.constant(["a", "b", "a"]))
        layer.finalize_state()
        first = [str(one) for one in layer.get_vocabulary()]
        layer.reset_state()
        layer.set_vocabulary(["q", "r"])
        return [first, layer(["r"]), layer.vocab_size() if hasattr(layer, "vocab_size") else layer.vocabulary_size()]

    def stored():
        layer = k.layers.StringLookup()
        layer.adapt(["a", "b", "a"])
        layer.save_assets(str(folder))
        other = k.layers.StringLookup()
        other.load_assets(str(folder))
        text = k.layers.TextVectorization()
        text.adapt(["a", "b a"])
        text.save_assets(str(folder))
        again = k.layers.TextVectorization()
        again.load_assets(str(folder))
        return [str(other.get_vocabulary()), str(again.get_vocabulary())]

    def normal():
        layer = k.layers.Normalization()
        layer.build((None, 1))
        layer.update_state(tf.constant([[1.0], [3.0]]))
        layer.finalize_state()
        return [layer.mean, layer.variance, layer(tf.constant([[5.0]]))]

    def adapted():
        layer = k.layers.Normalization(axis=None)
        before = layer.is_adapted
        layer.adapt(np.array([1.0, 3.0]))
        return [before, layer.is_adapted, layer(np.array([5.0]))]

    return each({"text": text, "stepwise": stepwise, "stored": stored, "normal": normal, "adapted": adapted})


def models(tf, np, folder):
    k = tf.keras
    x, y = np.ones((4, 3), "float32"), np.zeros((4, 1), "float32")

    def steps():
        model = _model(tf)
        data = (tf.constant(x), tf.constant(y))
        logs = model.train_step(data)
        tested = model.test_step(data)
        return [sorted(logs), sorted(tested), model.predict_step((tf.constant(x),)), model.get_weights()]

    def parts():
        model = _model(tf)
        prediction = model(x)
        loss = model.compute_loss(x, tf.constant(y), prediction)
        logs = model.compute_metrics(x, tf.constant(y), prediction, None)
        before = model.get_metrics_result()
        model.reset_metrics()
        return [loss, sorted(logs), sorted(before), float(model.metrics[1].result())]

    def functions():
        model = _model(tf)
        batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(2)
        trained = model.make_train_function()(iter(batches))
        tested = model.make_test_function()(iter(batches))
        return [sorted(trained), sorted(tested), model.make_predict_function()(iter(batches))]

    def generators():
        def batches():
            while True:
                yield x, y

        model = _model(tf)
        history = model.fit_generator(batches(), steps_per_epoch=2, epochs=1, verbose=0)
        return [
            history.history["loss"],
            model.evaluate_generator(batches(), steps=1),
            model.predict_generator(batches(), steps=1),
        ]

    def configured():
        model = _model(tf)
        other = k.Sequential.from_config(model.get_config())
        other.compile_from_config(model.get_compile_config())
        return [
            type(other.optimizer).__name__,
            other.evaluate(x, y, verbose=0)[:1] != [],
            sorted(model.get_weight_paths()),
        ]

    def grown():
        model = k.Sequential()
        model.add(k.layers.Dense(2, input_shape=(3,), name="a"))
        model.add(k.layers.Dense(1, name="b"))
        model.pop()
        return [[one.name for one in model.layers], list(model.output_shape), model.built]

    def kept():
        inputs = k.Input((3, 1), batch_size=2)
        model = k.Model(inputs, k.layers.LSTM(1, stateful=True)(inputs))
        model.reset_states()
        return [model.stateful, len(model.state_updates), list(model.input_shape)]

    return each(
        {
            "steps": steps,
            "parts": parts,
            "functions": functions,
            "generators": generators,
            "configured": configured,
            "grown": grown,
            "kept": kept,
            "run_eagerly": lambda: [_model(tf, run_eagerly=True).run_eagerly, _model(tf).run_eagerly],
            "jit_compile": lambda: _model(tf, jit_compile=True).jit_compile,
            "steps_per_execution": lambda: int(_model(tf, steps_per_execution=3).steps_per_execution),
            "to_yaml": lambda: _model(tf).to_yaml(),
            "distribute_strategy": lambda: _model(tf).distribute_strategy.num_replicas_in_sync,
            "distribute_reduction_method": lambda: _model(tf).distribute_reduction_method,
            "save_spec": lambda: [
                list(_model(tf).save_spec()[0][0].shape),
                _model(tf).save_spec(dynamic_batch=False)[1],
            ],
            "autotune_steps_per_execution": lambda: _model(tf).autotune_steps_per_execution,
            "state_updates": lambda: _model(tf).state_updates,
        }
    )
