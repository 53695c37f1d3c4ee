"""Every optimizer, schedule, loss and metric; callbacks, initializers, constraints and regularizers as made."""

from tests.compat.programs import each

_OPTIMIZERS = "SGD Adam AdamW Adamax Adagrad Adadelta Nadam RMSprop Ftrl Adafactor Lion".split()
_LEGACY = "SGD Adam Adamax Adagrad Adadelta Nadam RMSprop Ftrl".split()


def _steps(tf, optimizer):
    """A variable and a matrix after three steps on fixed gradients."""
    v, w = tf.Variable([1.0, -2.0, 0.5]), tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    for number in range(3):
        gradients = [tf.constant([0.1, -0.2, 0.3]) * (number + 1.0), tf.constant([[1.0, 0.0], [-1.0, 2.0]])]
        optimizer.apply_gradients(zip(gradients, [v, w]))
    return [v, w, int(optimizer.iterations)]


def optimizers(tf, np, folder):
    found = {name: lambda name=name: _steps(tf, getattr(tf.keras.optimizers, name)()) for name in _OPTIMIZERS}
    make = tf.keras.optimizers
    return each(
        found
        | {
            "SGD momentum": lambda: _steps(tf, make.SGD(0.1, momentum=0.9)),
            "SGD nesterov": lambda: _steps(tf, make.SGD(0.1, momentum=0.9, nesterov=True)),
            "Adam amsgrad": lambda: _steps(tf, make.Adam(0.1, amsgrad=True)),
            "RMSprop centered": lambda: _steps(tf, make.RMSprop(0.1, centered=True, momentum=0.5)),
            "clipnorm": lambda: _steps(tf, make.SGD(0.1, clipnorm=0.1)),
            "clipvalue": lambda: _steps(tf, make.SGD(0.1, clipvalue=0.1)),
            "global_clipnorm": lambda: _steps(tf, make.SGD(0.1, global_clipnorm=0.1)),
            "weight_decay": lambda: _steps(tf, make.SGD(0.1, weight_decay=0.01)),
            "use_ema": lambda: _steps(tf, make.SGD(0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)),
            "a schedule": lambda: _steps(tf, make.SGD(make.schedules.ExponentialDecay(0.1, 1, 0.5))),
            "get by name": lambda: _steps(tf, make.get("adam")),
            "get by configuration": lambda: _steps(
                tf, make.get({"class_name": "SGD", "config": {"learning_rate": 0.5}})
            ),
            "deserialize": lambda: _steps(tf, make.deserialize(make.serialize(make.Adam(0.5)))),
            "LossScaleOptimizer": lambda: _steps(
                tf, tf.keras.mixed_precision.LossScaleOptimizer(make.SGD(0.1), False, 1)
            ),
            "lr": lambda: float(make.SGD(0.5).lr),
        }
    )


def legacy_optimizers(tf, np, folder):
    make = tf.keras.optimizers.legacy
    found = {name: lambda name=name: _steps(tf, getattr(make, name)()) for name in _LEGACY}
    return each(
        found
        | {
            "decay": lambda: _steps(tf, make.SGD(0.1, decay=0.5)),
            "clipnorm": lambda: _steps(tf, make.SGD(0.1, clipnorm=0.1)),
            "momentum": lambda: _steps(tf, make.SGD(0.1, 0.9, True)),
            "lr": lambda: _steps(tf, make.Adam(lr=0.5)),
            "hyperparameters": lambda: make.Adam(0.5).get_config(),
        }
    )


def configurations(tf, np, folder):
    make = tf.keras.optimizers
    found = {name: lambda name=name: _plain(getattr(make, name)().get_config()) for name in _OPTIMIZERS}
    old = {f"legacy {name}": lambda name=name: _plain(getattr(make.legacy, name)().get_config()) for name in _LEGACY}
    return each(found | old)


def _plain(config):
    """A configuration without what kerax adds or TensorFlow alone knows."""
    left_out = {
        "name",
        "jit_compile",
        "is_legacy_optimizer",
        "loss_scale_factor",
        "gradient_accumulation_steps",
        "fn",
        "reduction",
        "input_axes",
        "output_axes",
    }
    return {key: float(one) if hasattr(one, "dtype") else one for key, one in config.items() if key not in left_out}


def schedules(tf, np, folder):
    make = tf.keras.optimizers.schedules
    all_of_them = {
        "ExponentialDecay": make.ExponentialDecay(0.1, 10, 0.5),
        "PiecewiseConstantDecay": make.PiecewiseConstantDecay([5, 10], [1.0, 0.5, 0.1]),
        "PolynomialDecay": make.PolynomialDecay(0.1, 10, power=2.0),
        "PolynomialDecay cycle": make.PolynomialDecay(0.1, 10, cycle=True),
        "InverseTimeDecay": make.InverseTimeDecay(0.1, 10, 0.5, staircase=True),
        "CosineDecay": make.CosineDecay(0.1, 10, alpha=0.1),
        "CosineDecayRestarts": make.CosineDecayRestarts(0.1, 5, t_mul=1.5, m_mul=0.9),
    }
    return {
        name: [[one(step) for step in (0, 3, 5, 12, 30)], _plain(one.get_config())] for name, one in all_of_them.items()
    } | {"round trip": make.deserialize(make.serialize(all_of_them["CosineDecay"]))(3)}


_LOSSES = (
    "BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalHinge "
    "CosineSimilarity Hinge Huber KLDivergence LogCosh MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError "
    "MeanSquaredLogarithmicError Poisson SquaredHinge"
).split()
_FUNCTIONS = (
    "KLD MAE MAPE MSE MSLE binary_crossentropy binary_focal_crossentropy categorical_crossentropy "
    "categorical_focal_crossentropy categorical_hinge cosine_similarity hinge huber kl_divergence kld "
    "kullback_leibler_divergence "
    "log_cosh logcosh mae mape mean_absolute_error mean_absolute_percentage_error mean_squared_error "
    "mean_squared_logarithmic_error mse msle poisson squared_hinge"
).split()


def losses(tf, np, folder):
    right = tf.constant([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    said = tf.constant([[0.2, 0.7, 0.1], [0.5, 0.3, 0.2]])
    make = tf.keras.losses
    found = {}
    for name in _LOSSES:
        found[name] = lambda name=name: getattr(make, name)()(right, said)
        found[f"{name} none"] = lambda name=name: getattr(make, name)(reduction="none")(right, said)
        found[f"{name} sum weighted"] = lambda name=name: getattr(make, name)(reduction="sum")(right, said, [1.0, 0.5])
        found[f"{name} named"] = lambda name=name: [
            getattr(make, name)().name,
            _plain(getattr(make, name)().get_config()),
        ]
    for name in _FUNCTIONS:
        found[f"function {name}"] = lambda name=name: getattr(make, name)(right, said)
    return each(
        found
        | {
            "sparse": lambda: make.SparseCategoricalCrossentropy(ignore_class=0)([0, 1], said),
            "sparse function": lambda: make.sparse_categorical_crossentropy(tf.constant([2, 1]), said),
            "logits": lambda: make.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)(right, said),
            "get": lambda: make.get("mse")(right, said),
            "get a class": lambda: make.get("MeanSquaredError")(right, said),
            "deserialize": lambda: make.deserialize("mae")(right, said),
            "an unknown one": lambda: make.get("nonsense"),
            "whole numbers": lambda: make.MeanSquaredError()(tf.constant([1, 2]), tf.constant([1.5, 2.5])),
            "types": lambda: make.mean_squared_error(np.array([1.0, 2.0]), np.array([1.5, 2.0])),
            "other shapes": lambda: make.MeanSquaredError()(tf.zeros((2, 3)), tf.zeros((2, 2))),
            "tf.losses": lambda: tf.losses.MeanSquaredError()(right, said),
            "tf.metrics": lambda: tf.metrics.MeanSquaredError()(right, said),
        }
    )


_METRICS = {
    "AUC": {},
    "Accuracy": {},
    "BinaryAccuracy": {},
    "BinaryCrossentropy": {},
    "BinaryIoU": {},
    "CategoricalAccuracy": {},
    "CategoricalCrossentropy": {},
    "CategoricalHinge": {},
    "CosineSimilarity": {},
    "F1Score": {},
    "FBetaScore": {},
    "FalseNegatives": {},
    "FalsePositives": {},
    "Hinge": {},
    "KLDivergence": {},
    "LogCoshError": {},
    "MeanAbsoluteError": {},
    "MeanAbsolutePercentageError": {},
    "MeanIoU": {"num_classes": 2},
    "MeanSquaredError": {},
    "MeanSquaredLogarithmicError": {},
    "OneHotIoU": {"num_classes": 3, "target_class_ids": [0]},
    "OneHotMeanIoU": {"num_classes": 3},
    "Poisson": {},
    "Precision": {},
    "PrecisionAtRecall": {"recall": 0.5},
    "R2Score": {},
    "Recall": {},
    "RecallAtPrecision": {"precision": 0.5},
    "RootMeanSquaredError": {},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "SquaredHinge": {},
    "TopKCategoricalAccuracy": {"k": 1},
    "TrueNegatives": {},
    "TruePositives": {},
}


def metrics(tf, np, folder):
    right = tf.constant([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    said = tf.constant([[0.2, 0.7, 0.1], [0.5, 0.3, 0.2]])

    def course(name, options):
        metric = getattr(tf.keras.metrics, name)(**options)
        weights = [1.0, 0.5]
        metric.update_state(right, said, weights)
        first = metric.result()
        metric.update_state(right, said[::-1])
        second = metric.result()
        (metric.reset_state if hasattr(metric, "reset_state") else metric.reset_states)()
        return [metric.name, first, second, metric.result()]

    found = {name: lambda name=name, options=options: course(name, options) for name, options in _METRICS.items()}

    def sum_of(metric):
        metric.update_state([1.0, 5.0], [1.0, 0.5])
        return metric.result()

    make = tf.keras.metrics
    return each(
        found
        | {
            "Mean": lambda: sum_of(make.Mean()),
            "Sum": lambda: sum_of(make.Sum()),
            "MeanTensor": lambda: sum_of(make.MeanTensor()),
            "MeanRelativeError": lambda: make.MeanRelativeError([1.0, 2.0])([1.0, 3.0], [2.0, 2.0]),
            "MeanMetricWrapper": lambda: make.MeanMetricWrapper(lambda a, b: tf.abs(a - b), name="w")([1.0], [3.0]),
            "SparseCategoricalAccuracy": lambda: make.SparseCategoricalAccuracy()([1, 2], said),
            "SparseCategoricalCrossentropy": lambda: make.SparseCategoricalCrossentropy()([1, 2], said),
            "SparseTopKCategoricalAccuracy": lambda: make.SparseTopKCategoricalAccuracy(2)([1, 2], said),
            "get": lambda: make.get("AUC").name,
            "deserialize": lambda: make.deserialize({"class_name": "Mean", "config": {"name": "x"}}).name,
            "variables": lambda: [list(one.shape) for one in make.AUC(num_thresholds=3).variables],
            "merge": lambda: _merged(make),
            "thresholds": lambda: make.Precision(thresholds=[0.2, 0.6])([0, 1, 1], [0.1, 0.4, 0.7]),
            "class_id": lambda: make.Recall(class_id=1)(right, said),
            "top_k": lambda: make.Precision(top_k=1)(right, said),
            "multi_label AUC": lambda: make.AUC(multi_label=True, num_labels=3)(right, said),
            "F1Score average": lambda: make.F1Score(average="macro", threshold=0.4)(right, said),
        }
    )


def _merged(make):
    one, two = make.Mean(), make.Mean()
    one.update_state([1.0])
    two.update_state([3.0, 5.0])
    one.merge_state([two])
    return one.result()


def callbacks(tf, np, folder):
    """The defaults of every callback, by its attributes."""
    make = tf.keras.callbacks
    known = "monitor patience verbose min_delta restore_best_weights baseline start_from_epoch factor cooldown min_lr"
    known += (
        " save_best_only save_weights_only save_freq filepath epochs_since_last_save log_dir histogram_freq write_graph"
    )
    known += " write_images update_freq embeddings_freq append"

    def attributes(callback):
        return {name: _json(getattr(callback, name)) for name in known.split() if hasattr(callback, name)}

    return each(
        {
            "EarlyStopping": lambda: attributes(make.EarlyStopping()),
            "EarlyStopping of accuracy": lambda: make.EarlyStopping("val_accuracy").monitor_op.__name__,
            "ReduceLROnPlateau": lambda: attributes(make.ReduceLROnPlateau()),
            "ModelCheckpoint": lambda: attributes(make.ModelCheckpoint("a")),
            "TensorBoard": lambda: attributes(make.TensorBoard()),
            "CSVLogger": lambda: attributes(make.CSVLogger("a.csv")),
            "LearningRateScheduler": lambda: attributes(make.LearningRateScheduler(lambda e: 0.1)),
            "BackupAndRestore": lambda: attributes(make.BackupAndRestore(str(folder))),
            "TerminateOnNaN": lambda: attributes(make.TerminateOnNaN()),
            "RemoteMonitor": lambda: [make.RemoteMonitor().root, make.RemoteMonitor().path],
            "ProgbarLogger": lambda: make.ProgbarLogger() is not None,
            "LambdaCallback": lambda: make.LambdaCallback(on_epoch_end=lambda e, logs: 7).on_epoch_end(0, {}),
            "History": lambda: make.History().history,
            "Callback": lambda: make.Callback().on_epoch_end(0),
            "CallbackList": lambda: len(make.CallbackList([make.History()]).callbacks),
            "ModelCheckpoint refuses": lambda: make.ModelCheckpoint("a", save_freq="never"),
            "ReduceLROnPlateau refuses": lambda: make.ReduceLROnPlateau(factor=2.0),
        }
    )


def _json(value):
    return value if isinstance(value, (int, float, str, bool, type(None))) else type(value).__name__


def a_fit_of_callbacks(tf, np, folder):
    """In which order a callback's methods are called, and with which logs."""
    seen = []

    class Note(tf.keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(["train", sorted(logs or {})])

        def on_epoch_begin(self, epoch, logs=None):
            seen.append(["epoch", epoch])

        def on_train_batch_end(self, batch, logs=None):
            seen.append(["batch", batch, sorted(logs)])

        def on_test_end(self, logs=None):
            seen.append(["test", sorted(logs)])

        def on_epoch_end(self, epoch, logs=None):
            seen.append(["epoch ends", epoch, sorted(logs)])

        def on_train_end(self, logs=None):
            seen.append(["train ends", sorted(logs), self.params])

    model = tf.keras.Sequential([tf.keras.layers.Dense(1, kernel_initializer="ones", input_shape=(2,))])
    model.compile("sgd", "mse", metrics=["mae"])
    x = np.arange(8.0).reshape(4, 2)
    history = model.fit(
        x, x.sum(1) / 10, 2, epochs=2, verbose=0, shuffle=False, validation_split=0.5, callbacks=[Note()]
    )
    return [seen, history.history, history.epoch, history.params]


def initializers(tf, np, folder):
    make = tf.keras.initializers
    names = (
        "Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity LecunNormal LecunUniform Ones Orthogonal "
        "RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros"
    ).split()
    found = {name: lambda name=name: _plain(getattr(make, name)().get_config()) for name in names}
    lower = (
        "constant glorot_normal glorot_uniform he_normal he_uniform identity lecun_normal lecun_uniform ones "
        "orthogonal random_normal random_uniform truncated_normal variance_scaling zeros"
    ).split()
    shapes = {name: lambda name=name: getattr(make, name)()((2, 2)).shape for name in lower}
    return each(
        found
        | shapes
        | {
            "get": lambda: _plain(make.get("he_normal").get_config()),
            "serialize": lambda: make.serialize(make.Zeros())["class_name"],
            "deserialize": lambda: make.deserialize({"class_name": "Constant", "config": {"value": 3.0}})((1,)),
            "tf.initializers": lambda: tf.initializers.Constant(2.0)((1,)),
            "types": lambda: make.Ones()((1,), tf.float64).dtype.name,
            "bounds": lambda: bool(tf.reduce_all(tf.abs(make.HeUniform(seed=1)((50, 50))) <= (6 / 50) ** 0.5)),
            "tf.random_normal_initializer": lambda: tf.random_normal_initializer().get_config(),
            "tf.zeros_initializer": lambda: tf.zeros_initializer()((2,), tf.int32),
        }
    )


def regularizers_and_constraints(tf, np, folder):
    x = tf.constant([[1.0, -2.0], [0.5, 3.0]])
    r, c, a = tf.keras.regularizers, tf.keras.constraints, tf.keras.activations
    shapes = "elu exponential gelu hard_sigmoid linear mish relu selu sigmoid softmax softplus softsign swish tanh"
    return each(
        {name: lambda name=name: getattr(a, name)(x) for name in shapes.split()}
        | {
            "L1": lambda: [r.L1()(x), r.L1().get_config()],
            "L2": lambda: [r.L2()(x), r.L2().get_config()],
            "L1L2": lambda: [r.L1L2()(x), r.L1L2(0.1, 0.2).get_config()],
            "l1": lambda: r.l1()(x),
            "l2": lambda: r.l2()(x),
            "l1_l2": lambda: r.l1_l2()(x),
            "OrthogonalRegularizer": lambda: r.OrthogonalRegularizer(mode="columns")(x),
            "orthogonal_regularizer": lambda: r.orthogonal_regularizer()(x),
            "get": lambda: r.get("l2")(x),
            "serialize": lambda: r.serialize(r.L1(0.5)),
            "MaxNorm": lambda: [c.MaxNorm(1.0, axis=1)(x), c.MaxNorm().get_config()],
            "MinMaxNorm": lambda: [c.MinMaxNorm(0.5, 1.0, 0.5)(x), c.MinMaxNorm().get_config()],
            "NonNeg": lambda: c.NonNeg()(x),
            "RadialConstraint": lambda: c.RadialConstraint()(tf.reshape(tf.range(9.0), (3, 3, 1, 1))),
            "UnitNorm": lambda: [c.UnitNorm()(x), c.UnitNorm().get_config()],
            "lower": lambda: [c.max_norm(1.0)(x), c.min_max_norm()(x), c.non_neg()(x), c.unit_norm()(x)],
            "radial_constraint": lambda: c.radial_constraint()(tf.reshape(tf.range(9.0), (3, 3, 1, 1))),
            "constraints.get": lambda: c.get("non_neg")(x),
            "activations.deserialize": lambda: a.deserialize("tanh")(x),
            "approximate gelu": lambda: a.gelu(x, approximate=True),
        }
    )
