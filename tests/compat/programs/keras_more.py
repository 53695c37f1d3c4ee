"""tf.keras beside layers and training: backend, utils, preprocessing, models, saving, mixed precision, experimental."""

from tests.compat.programs import each


def utils(tf, np, folder):
    u = tf.keras.utils

    class Numbers(u.Sequence):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return np.full((2, 1), float(index)), np.zeros((2, 1))

    @u.register_keras_serializable("mine")
    class Registered:
        def get_config(self):
            return {}

    def scope():
        with u.custom_object_scope({"Own": Registered}):
            return u.get_registered_object("Own") is Registered

    def progress():
        bar = u.Progbar(2, verbose=0, stateful_metrics=["a"])
        bar.update(1, [("loss", 1.0), ("a", 2.0)])
        bar.update(2, [("loss", 3.0), ("a", 5.0)], finalize=True)
        return bar.target

    def fitted():
        model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(1,), kernel_initializer="zeros")])
        model.compile("sgd", "mse")
        return [model.predict(Numbers(), verbose=0).shape, model.evaluate(Numbers(), verbose=0)]

    (folder / "texts" / "a").mkdir(parents=True)
    (folder / "texts" / "b").mkdir()
    for name in ("a/1.txt", "a/2.txt", "b/1.txt"):
        (folder / "texts" / name).write_text(name)
    texts = str(folder / "texts")
    return each(
        {
            "to_categorical": lambda: u.to_categorical([[0], [2]]),
            "normalize": lambda: u.normalize(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=0, order=1),
            "Sequence": fitted,
            "registered name": lambda: u.get_registered_name(Registered),
            "registered object": lambda: u.get_registered_object("mine>Registered") is Registered,
            "custom_object_scope": scope,
            "Progbar": progress,
            "set_random_seed": lambda: u.set_random_seed(1),
            "split_dataset": lambda: [len(list(one)) for one in u.split_dataset(np.arange(10), 0.8)],
            "pack": lambda: len(u.pack_x_y_sample_weight(1, 2)),
            "unpack": lambda: list(u.unpack_x_y_sample_weight((1, 2))),
            "timeseries": lambda: [
                [x, y] for x, y in u.timeseries_dataset_from_array(np.arange(6.0), np.arange(6.0), 3, batch_size=2)
            ],
            "timeseries strides": lambda: list(
                u.timeseries_dataset_from_array(
                    np.arange(9), None, 2, sequence_stride=2, sampling_rate=2, start_index=1
                )
            ),
            "text_dataset": lambda: (
                [[x, y] for x, y in u.text_dataset_from_directory(texts, batch_size=3, shuffle=False, verbose=0)]
                if False
                else [[x, y] for x, y in u.text_dataset_from_directory(texts, batch_size=3, shuffle=False)]
            ),
            "text_dataset names": lambda: u.text_dataset_from_directory(texts).class_names,
            "text_dataset categorical": lambda: next(
                iter(u.text_dataset_from_directory(texts, label_mode="categorical", shuffle=False))
            )[1],
            "pad_sequences": lambda: u.pad_sequences([[1, 2, 3], [4]], 2, "float32", "post", "post", 0.5),
            "get_file refuses": lambda: u.get_file("a", "file:///nonsense/nothing.txt", cache_dir=str(folder)),
            "serialize": lambda: u.serialize_keras_object(tf.keras.layers.Dense(2))["class_name"],
            "model_to_dot": lambda: callable(u.model_to_dot),
            "warmstart_embedding_matrix": lambda: u.warmstart_embedding_matrix(
                ["a", "b"], ["a", "b", "c"], np.ones((2, 2)), "zeros"
            ),
        }
    )


def preprocessing(tf, np, folder):
    p = tf.keras.preprocessing

    def tokens(**options):
        tokenizer = p.text.Tokenizer(**options)
        tokenizer.fit_on_texts(["the cat sat", "the dog, the cat!"])
        return [
            tokenizer.word_index,
            tokenizer.texts_to_sequences(["the bird sat"]),
            tokenizer.texts_to_matrix(["the cat the"], mode="count"),
            tokenizer.document_count,
            tokenizer.sequences_to_texts([[1, 2]]),
            sorted(tokenizer.get_config()),
        ]

    def centered():
        made = p.image.ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
        images = np.arange(32.0).reshape(2, 4, 4, 1)
        made.fit(images)
        return [made.mean, made.std, made.standardize(images[0].copy())]

    def series():
        made = p.sequence.TimeseriesGenerator(np.arange(6), np.arange(6), 2, batch_size=2)
        return [len(made), made[0][0], made[0][1]]

    def tokenizer_json():
        tokenizer = p.text.Tokenizer()
        tokenizer.fit_on_texts(["a b a"])
        return p.text.tokenizer_from_json(tokenizer.to_json()).word_index

    image = np.arange(16.0).reshape(4, 4, 1)
    return each(
        {
            "Tokenizer": lambda: tokens(),
            "Tokenizer num_words": lambda: tokens(num_words=3, oov_token="?"),
            "Tokenizer characters": lambda: tokens(char_level=True),
            "tokenizer_from_json": tokenizer_json,
            "hashing_trick": lambda: p.text.hashing_trick("a b", 5, hash_function="md5"),
            "text_to_word_sequence": lambda: p.text.text_to_word_sequence("A-b c", lower=False),
            "TimeseriesGenerator": series,
            "skipgrams": lambda: len(p.sequence.skipgrams([1, 2, 3], 4, negative_samples=0)[0]),
            "ImageDataGenerator centered": centered,
            "apply_channel_shift": lambda: p.image.apply_channel_shift(image, 2),
            "smart_resize": lambda: p.image.smart_resize(image, (2, 1)),
            "img_to_array": lambda: p.image.img_to_array(image[0]).shape,
            "get_data": lambda: tf.keras.datasets.mnist.load_data is not None,
        }
    )


def models(tf, np, folder):
    layers = tf.keras.layers
    x = np.linspace(-1, 1, 6).reshape(2, 3).astype("float32")

    def functional():
        inputs = tf.keras.Input((3,), name="in")
        hidden = layers.Dense(2, kernel_initializer="ones", name="hidden")(inputs)
        return tf.keras.Model(
            inputs, [layers.ReLU(name="one")(hidden), layers.Dense(1, "tanh", name="two")(hidden)], name="m"
        )

    def facts():
        model = functional()
        return [
            model.name,
            model.input_names,
            model.output_names,
            [one.name for one in model.layers],
            model.count_params(),
            [list(w.shape) for w in model.weights],
            [w.name for w in model.weights],
            model.input_shape,
            model.output_shape,
            len(model.trainable_weights),
            model.get_layer("hidden").output_shape,
            model.get_layer(index=0).name,
        ]

    def cloned():
        model = functional()
        other = tf.keras.models.clone_model(model)
        other.set_weights(model.get_weights())
        return [one.shape for one in other(x)]

    def by_json():
        model = functional()
        return [one.name for one in tf.keras.models.model_from_json(model.to_json()).layers]

    def saved(name, **options):
        model = functional()
        model.compile("adam", "mse")
        before = model.predict(x, verbose=0)
        model.save(str(folder / name), **options)
        again = tf.keras.models.load_model(str(folder / name))
        return [bool(np.allclose(a, b)) for a, b in zip(before, again.predict(x, verbose=0))] + [
            type(again.optimizer).__name__
        ]

    def weights(name):
        model, other = functional(), functional()
        model.save_weights(str(folder / name))
        other.load_weights(str(folder / name))
        return all(np.allclose(a, b) for a, b in zip(model.get_weights(), other.get_weights()))

    def summary():
        lines = []
        functional().summary(print_fn=lambda *line, **_: lines.append(line[0]))
        return any("Trainable params" in line for line in lines)

    def compiled():
        model = tf.keras.Sequential([layers.Dense(1, kernel_initializer="ones")])
        model.compile("sgd", "mse", metrics=["mae", tf.keras.metrics.RootMeanSquaredError()])
        y = np.array([[1.0], [2.0]], "float32")
        return [
            model.train_on_batch(x, y),
            model.test_on_batch(x, y, return_dict=True),
            model.metrics_names,
            model.evaluate(x, y, verbose=0),
            model.predict_on_batch(x),
            model.evaluate(x, y, verbose=0, return_dict=True),
        ]

    def popped():
        model = tf.keras.Sequential([layers.Dense(2), layers.Dense(1)])
        model.pop()
        model.build((None, 3))
        return [len(model.layers), model.output_shape, model.built]

    def subclassed():
        class Mine(tf.keras.Model):
            def __init__(self):
                super().__init__(name="mine")
                self.one = layers.Dense(1, kernel_initializer="ones", name="one")

            def call(self, inputs, training=None):
                return self.one(inputs) + (1.0 if training else 0.0)

        model = Mine()
        return [model(x), model(x, training=True), [w.name for w in model.weights], len(model.submodules) > 0]

    return each(
        {
            "facts": facts,
            "clone_model": cloned,
            "model_from_json": by_json,
            "summary": summary,
            "compiled": compiled,
            "pop": popped,
            "subclassed": subclassed,
            "save keras": lambda: saved("a.keras"),
            "save h5": lambda: saved("a.h5"),
            "save folder": lambda: saved("folder"),
            "weights h5": lambda: weights("w.weights.h5"),
            "weights checkpoint": lambda: weights("ckpt"),
            "from_config": lambda: tf.keras.Model.from_config(functional().get_config()).name,
            "not built": lambda: tf.keras.Sequential([layers.Dense(1)]).summary(),
            "weights of not built": lambda: tf.keras.Sequential([layers.Dense(1)]).weights,
            "wrong rank": lambda: layers.Dense(1)(np.float32(1.0)),
            "wrong input": lambda: functional()(np.zeros((2, 4), "float32")),
            "fit before compile": lambda: tf.keras.Sequential([layers.Dense(1)]).fit(x, x),
            "no such layer": lambda: functional().get_layer("nonsense"),
            "wrong weights": lambda: functional().set_weights([np.zeros(3)]),
            "Sequential twice": lambda: tf.keras.Sequential([layers.Dense(1, name="a"), layers.Dense(1, name="a")]),
            "unknown loss": lambda: (
                tf.keras.Sequential([layers.Dense(1)]).compile("sgd", "nonsense")
                or tf.keras.Sequential([layers.Dense(1)]).compile("nonsense")
            ),
            "load nothing": lambda: tf.keras.models.load_model(str(folder / "none.keras")),
            "save_model": lambda: tf.keras.models.save_model(functional(), str(folder / "b.keras")),
            "is_keras_tensor": lambda: tf.keras.backend.is_keras_tensor(functional().output[0]),
        }
    )


def policies(tf, np, folder):
    m = tf.keras.mixed_precision

    def of_a_layer():
        layer = tf.keras.layers.Dense(1, dtype="mixed_float16")
        made = layer(np.ones((1, 2), "float32"))
        return [
            made.dtype.name,
            layer.compute_dtype,
            layer.variable_dtype,
            layer.kernel.dtype.name,
            layer.dtype_policy.name,
        ]

    def of_all():
        m.set_global_policy("mixed_bfloat16")
        try:
            return [m.global_policy().name, m.global_policy().compute_dtype, tf.keras.layers.Dense(1).compute_dtype]
        finally:
            m.set_global_policy("float32")

    return each(
        {
            "Policy": lambda: [m.Policy("mixed_float16").compute_dtype, m.Policy("mixed_float16").variable_dtype],
            "of a layer": of_a_layer,
            "of all": of_all,
            "an unknown one": lambda: m.Policy("nonsense"),
            "scale": lambda: m.LossScaleOptimizer(tf.keras.optimizers.SGD(), initial_scale=4.0).get_scaled_loss(
                tf.constant(2.0)
            ),
            "unscaled": lambda: m.LossScaleOptimizer(
                tf.keras.optimizers.SGD(), initial_scale=4.0
            ).get_unscaled_gradients([tf.constant(2.0)]),
            "loss_scale": lambda: float(m.LossScaleOptimizer(tf.keras.optimizers.SGD()).loss_scale),
        }
    )


def backend(tf, np, folder):
    k = tf.keras.backend
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])

    def floats():
        k.set_floatx("float64")
        try:
            return [k.floatx(), k.zeros((1,)).dtype.name]
        finally:
            k.set_floatx("float32")

    def epsilons():
        k.set_epsilon(1e-3)
        try:
            return k.epsilon()
        finally:
            k.set_epsilon(1e-7)

    def formats():
        k.set_image_data_format("channels_first")
        try:
            return k.image_data_format()
        finally:
            k.set_image_data_format("channels_last")

    def function():
        x = tf.keras.Input((2,))
        return k.function([x], [x * 2])([np.ones((1, 2), "float32")])

    def scan():
        cell = lambda x, states: (x + states[0], [x + states[0]])  # noqa: E731
        return k.rnn(cell, tf.ones((1, 3, 2)), [tf.zeros((1, 2))])

    return each(
        {
            "floatx": floats,
            "epsilon": epsilons,
            "image_data_format": formats,
            "function": function,
            "rnn": scan,
            "std": lambda: k.std(v, axis=0),
            "var": lambda: k.var(v),
            "mean": lambda: k.mean(v, axis=-1, keepdims=True),
            "sqrt": lambda: k.sqrt(v),
            "sum": lambda: k.sum(v, 0, True),
            "softmax": lambda: k.softmax(v),
            "concatenate": lambda: k.concatenate([v, v], axis=1),
            "count_params": lambda: k.count_params(v),
            "hard_sigmoid": lambda: k.hard_sigmoid(v),
            "set_value": lambda: [k.set_value(v, [[1.0, 2.0], [3.0, 4.0]]), k.get_value(v)],
            "batch_set_value": lambda: [k.batch_set_value([(v, np.array([[1.0, 2.0], [3.0, 4.0]]))]), v],
            "variable": lambda: k.variable(np.array([1, 2])),
            "placeholder": lambda: k.placeholder((None, 2)).shape[1],
            "stop_gradient": lambda: k.stop_gradient(v),
            "zeros_like": lambda: k.zeros_like(v, "int32"),
            "local_conv1d": lambda: k.local_conv1d(tf.ones((1, 4, 1)), tf.ones((3, 2, 1)), [2], [1]),
            "ctc_decode": lambda: k.ctc_decode(tf.constant([[[0.1, 0.9], [0.9, 0.1]]]), [2])[0],
            "ctc_label_dense_to_sparse": lambda: k.ctc_label_dense_to_sparse(tf.constant([[1, 2]]), tf.constant([1])),
            "resize_volumes": lambda: k.resize_volumes(tf.ones((1, 1, 1, 1, 1)), 2, 1, 1, "channels_last").shape,
            "spatial_3d_padding": lambda: k.spatial_3d_padding(tf.ones((1, 1, 1, 1, 1))).shape,
            "random_uniform_variable": lambda: k.random_uniform_variable((2,), 0, 1).shape,
            "is_sparse": lambda: k.is_sparse(tf.sparse.from_dense([[1]])),
            "name_scope": lambda: k.name_scope("a").__class__.__name__ != "",
            "learning_phase": lambda: [k.set_learning_phase(1), k.learning_phase(), k.set_learning_phase(0)],
            "learning_phase_scope": lambda: _phase(k),
            "one_hot": lambda: k.one_hot(tf.constant([[0, 1]]), 3),
            "gradients": lambda: callable(k.gradients),
            "manual_variable_initialization": lambda: k.manual_variable_initialization(False),
            "reset_uids": lambda: [k.reset_uids(), k.get_uid("a"), k.get_uid("a")],
            "clear_session": lambda: [k.clear_session(), tf.keras.layers.Dense(1).name, tf.keras.layers.Dense(1).name],
        }
    )


def _phase(k):
    with k.learning_phase_scope(1):
        return int(k.learning_phase())


def applications(tf, np, folder):
    a = tf.keras.applications
    modules = (
        "convnext densenet efficientnet efficientnet_v2 imagenet_utils inception_resnet_v2 inception_v3 mobilenet "
        "mobilenet_v2 mobilenet_v3 nasnet regnet resnet resnet50 resnet_rs resnet_v2 vgg16 vgg19 xception"
    ).split()
    image = np.arange(12.0).reshape(1, 2, 2, 3).astype("float32")
    return each({name: lambda name=name: getattr(a, name).preprocess_input(image.copy()) for name in modules})
