"""``tf.keras``: kerax itself under Keras's names."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow._namespace import Namespace, table


def _kerax(name: str, **more: Any) -> Namespace:
    return Namespace(f"tf.keras.{name}", more, f"kerax.{name}")


layers = _kerax(
    "layers",
    experimental=lambda: _layers_experimental,
    Input="_keras_parts:Input",
    CuDNNLSTM="_cudnn_layers:CuDNNLSTM",
    CuDNNGRU="_cudnn_layers:CuDNNGRU",
)
_layers_experimental = Namespace(
    "tf.keras.layers.experimental",
    {
        "preprocessing": lambda: Namespace("tf.keras.layers.experimental.preprocessing", {}, "kerax.layers"),
        "SyncBatchNormalization": "_keras_parts:SyncBatchNormalization",
    },
    "kerax.layers",
)
losses = _kerax(
    "losses",
    **table(_keras_parts="get=get_loss deserialize=deserialize_loss sparse_categorical_crossentropy"),
)
metrics = _kerax(
    "metrics",
    **table(
        _keras_parts="get=get_metric deserialize=deserialize_metric binary_accuracy MeanMetricWrapper "
        "sparse_categorical_crossentropy"
    ),
)
activations = _kerax(
    "activations",
    **table(_keras_parts="get=get_activation deserialize=deserialize_activation hard_sigmoid relu"),
)
optimizers = _kerax("optimizers")
callbacks = _kerax(
    "callbacks",
    ModelCheckpoint="_keras_saving:ModelCheckpoint",
    experimental=lambda: Namespace("tf.keras.callbacks.experimental", {}, "kerax.callbacks"),
)
backend = _kerax(
    "backend",
    **table(
        _keras_parts="set_value get_value int_shape argmax argmin to_dense is_sparse function ctc_decode shape "
        "ctc_label_dense_to_sparse",
        _keras_backend="arange reshape tile random_normal random_uniform random_bernoulli random_binomial "
        "truncated_normal",
    ),
    backend=lambda: lambda: "tensorflow",  # scripts ask in order to choose between TensorFlow and its old rivals
    experimental=lambda: Namespace(
        "tf.keras.backend.experimental",
        table(_devices="disable_tf_random_generator enable_tf_random_generator is_tf_random_generator_enabled"),
    ),
)
mixed_precision = Namespace(
    "tf.keras.mixed_precision",
    table(_keras_parts="Policy global_policy set_global_policy", _keras_scaling="LossScaleOptimizer")
    | {
        "experimental": lambda: Namespace(
            "tf.keras.mixed_precision.experimental",
            table(
                _keras_parts="Policy global_policy set_policy=set_global_policy", _keras_scaling="LossScaleOptimizer"
            ),
        )
    },
)


def _in_tf_keras_order(name: str) -> Any:
    def make() -> Any:
        from kerax.compat.tensorflow._keras_arguments import function

        return function(name)

    return lambda: make()


utils = _kerax(
    "utils",
    get_custom_objects="_keras_saving:get_custom_objects",
    legacy=lambda: Namespace(
        "tf.keras.utils.legacy", table(_keras_saving="deserialize_keras_object"), "kerax.utils.legacy"
    ),
    **{name: _in_tf_keras_order(f"utils.{name}") for name in "load_img to_categorical plot_model model_to_dot".split()},
)
saving = _kerax("saving", get_custom_objects="_keras_saving:get_custom_objects")
_PREPROCESSING = {
    "image": lambda: Namespace(
        "tf.keras.preprocessing.image", {"load_img": _in_tf_keras_order("utils.load_img")}, "kerax.preprocessing.image"
    ),
    **table(
        **{"kerax.utils": "image_dataset_from_directory text_dataset_from_directory timeseries_dataset_from_array"}
    ),
}
preprocessing = _kerax("preprocessing", **_PREPROCESSING)
models = _kerax("models", **table(_keras_saving="load_model save_model", _keras_parts="model_from_yaml"))
initializers = _kerax("initializers")
regularizers = _kerax("regularizers", l1_l2="_keras_parts:l1_l2")
experimental = Namespace(
    "tf.keras.experimental",
    table(
        **{
            "kerax.optimizers.schedules": "CosineDecay CosineDecayRestarts",
            "kerax.feature_column": "SequenceFeatures",
            "kerax.models": "LinearModel WideDeepModel",
            "kerax.train": "SidecarEvaluator",
        }
    ),
)

keras = Namespace(
    "tf.keras",
    {
        "layers": layers,
        "losses": losses,
        "metrics": metrics,
        "optimizers": optimizers,
        "activations": activations,
        "callbacks": callbacks,
        "backend": backend,
        "mixed_precision": mixed_precision,
        "preprocessing": preprocessing,
        "initializers": initializers,
        "regularizers": regularizers,
        "experimental": experimental,
        "utils": utils,
        "saving": saving,
        "applications": "_applications:applications",
        "models": models,
        "export": lambda: Namespace("tf.keras.export", table(_export_archive="ExportArchive")),
        "estimator": lambda: Namespace("tf.keras.estimator", {}, "kerax.estimators"),
        "__version__": "2.15.1",
        **table(_keras_parts="Input"),
    },
    "kerax",
)
