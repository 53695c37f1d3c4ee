"""The table of ``tf.compat.v1``: its own names, and ``tf``'s where there are none."""

from __future__ import annotations

import importlib
import logging as python_logging
import sys
from typing import Any

from kerax.compat.tensorflow import _v1_names, _v1_tables
from kerax.compat.tensorflow._namespace import Namespace, table


def _logging() -> Namespace:
    logger = python_logging.getLogger("tensorflow")
    levels = {name: getattr(python_logging, name) for name in ("DEBUG", "INFO", "ERROR", "FATAL")}
    named = {name: _constant(getattr(logger, name)) for name in ("debug", "info", "error", "warning", "fatal", "log")}
    return Namespace(
        "tf.compat.v1.logging",
        {**levels, "WARN": python_logging.WARNING, **named, "warn": _constant(logger.warning),
         "set_verbosity": lambda: _set_verbosity, "get_verbosity": lambda: logger.getEffectiveLevel,
         "flush": lambda: lambda: None, "vlog": lambda: _vlog, "log_if": lambda: _log_if,
         "log_first_n": lambda: _log_first_n, "log_every_n": lambda: _log_every_n},
    )  # fmt: skip


def _vlog(level: int, msg: str, *args: Any) -> None:
    """Writes a message of a level."""
    python_logging.getLogger("tensorflow").log(level, msg, *args)


def _log_if(level: int, msg: str, condition: Any, *args: Any) -> None:
    """Writes a message if a condition holds."""
    if condition:
        _vlog(level, msg, *args)


_written: dict[tuple, int] = {}


def _times() -> int:
    """How often the line that wrote a message has been there before."""
    frame = sys._getframe(2)
    place = frame.f_code.co_filename, frame.f_lineno
    _written[place] = _written.get(place, -1) + 1
    return _written[place]


def _log_first_n(level: int, msg: str, n: int, *args: Any) -> None:
    """Writes a message of a line of the program the first so many times."""
    if _times() < n:
        _vlog(level, msg, *args)


def _log_every_n(level: int, msg: str, n: int, *args: Any) -> None:
    """Writes a message of a line of the program the first time, and then every so many times."""
    if _times() % n == 0:
        _vlog(level, msg, *args)


def _constant(value: Any) -> Any:
    return lambda: value


def _set_verbosity(level: Any) -> None:
    """How much is written."""
    for name in ("tensorflow", "kerax"):
        python_logging.getLogger(name).setLevel(level)


class Version1(Namespace):
    """``tf.compat.v1``: what is not here is looked up in ``tf``."""

    def _from_source(self, name: str) -> Any:
        found = _moved("", name)
        if found is not None:
            return found
        for module in ("", *_v1_names.MODULES):
            try:
                return _v1_names.old_arguments(name, getattr(_within(module), name))
            except AttributeError:
                continue
        raise AttributeError(self._missing(name))


def _within(path: str) -> Any:
    """A module of ``tf``."""
    from kerax.compat.tensorflow._root import ROOT

    found: Any = ROOT
    for part in filter(None, path.split(".")):
        found = getattr(found, part)
    return found


def _moved(module: str, name: str) -> Any:
    """What has another name in ``tf`` now, with the names of arguments that it had."""
    where = _v1_names.place(module, name)
    return None if where is None else _v1_names.old_arguments(name, _within(where), module)


_TRAIN = (
    "GradientDescentOptimizer MomentumOptimizer AdamOptimizer AdagradOptimizer RMSPropOptimizer FtrlOptimizer "
    "AdadeltaOptimizer Optimizer exponential_decay inverse_time_decay polynomial_decay cosine_decay natural_exp_decay "
    "piecewise_constant piecewise_constant_decay=piecewise_constant cosine_decay_restarts linear_cosine_decay"
)
_HOOKS = (
    "SessionRunHook SessionRunArgs SessionRunContext SessionRunValues StopAtStepHook LoggingTensorHook "
    "CheckpointSaverHook "
    "StepCounterHook SummarySaverHook NanTensorHook NanLossDuringTrainingError FinalOpsHook FeedFnHook "
    "GlobalStepWaiterHook "
    "ProfilerHook SecondOrStepTimer"
)


class _Within(Namespace):
    """A module of version 1 whose other names are those of a module of version 2."""

    def _from_source(self, name: str) -> Any:
        from kerax.compat.tensorflow._root import ROOT

        own = self.__name__.rpartition(".")[2]
        found = _moved(own, name)
        if found is not None:
            return found
        try:
            return _v1_names.old_arguments(name, getattr(getattr(ROOT, own), name), own)
        except AttributeError:
            raise AttributeError(self._missing(name)) from None


def _as_version_1(name: str) -> Any:
    return lambda: _Within(f"tf.compat.v1.{name}", {})


_train = _Within(
    "tf.compat.v1.train",
    {**table(_v1_train=_TRAIN, _v1="get_global_step get_or_create_global_step create_global_step global_step",
             _v1_saving="Saver",
             _v1_monitored="ChiefSessionCreator MonitoredSession MonitoredTrainingSession Scaffold "
                           "SingularMonitoredSession WorkerSessionCreator",
             _v1_summary="summary_iterator",
             _checkpoint_view="NewCheckpointReader=load_checkpoint",
             **{"kerax.train": "checkpoint_exists remove_checkpoint update_checkpoint_state"}),
     **_v1_tables.TRAIN,
     **table(**{"kerax.estimators": _HOOKS})},
)  # fmt: skip
_data = _Within(
    "tf.compat.v1.data",
    table(
        _v1="make_one_shot_iterator make_initializable_iterator",
        _v1_data="Iterator get_output_classes get_output_shapes get_output_types",
        _v1_structures="experimental",
    ),
)
v1 = Version1(
    "tf.compat.v1",
    {
        **table(
            _graph="Graph placeholder placeholder_with_default "
            "disable_eager_execution enable_eager_execution disable_v2_behavior=disable_eager_execution "
            "enable_v2_behavior=enable_eager_execution get_default_session",
            _session="Session InteractiveSession",
            _graph_gradients="gradients",
            _graph_state="GraphKeys add_to_collection add_to_collections get_collection get_collection_ref",
            _v1_scopes="get_variable variable_scope VariableScope get_variable_scope global_variables "
            "trainable_variables local_variables model_variables moving_average_variables AUTO_REUSE "
            "all_variables=global_variables",
            _v1="initialize_local_variables "
            "initialize_variables initialize_all_tables is_variable_initialized report_uninitialized_variables "
            "global_variables_initializer local_variables_initializer "
            "tables_initializer initialize_all_variables "
            "variables_initializer assign assign_add assign_sub get_default_graph reset_default_graph "
            "set_random_seed where "
            "executing_eagerly_outside_functions to_float to_int32 to_int64 "
            "disable_resource_variables=accepted enable_resource_variables=accepted "
            "disable_v2_tensorshape=accepted enable_v2_tensorshape=accepted disable_control_flow_v2=accepted "
            "enable_control_flow_v2=accepted disable_tensor_equality=accepted enable_tensor_equality=accepted",
        ),
        **table(_graph_composite="sparse_placeholder SparseTensorValue"),
        **table(_v1_names="batch_gather string_split sparse_to_dense setdiff1d"),
        **_v1_tables.ROOT,
        "train": _train,
        "saved_model": lambda: _Within("tf.compat.v1.saved_model", _v1_tables.SAVED_MODEL),
        "python_io": lambda: Namespace("tf.compat.v1.python_io", _v1_tables.PYTHON_IO),
        "io": lambda: _Within("tf.compat.v1.io", _v1_tables.IO),
        "distributions": lambda: Namespace("tf.compat.v1.distributions", _v1_tables.DISTRIBUTIONS),
        "data": _data,
        "feature_column": _Within(
            "tf.compat.v1.feature_column",
            table(**{"kerax.feature_column.functions": "input_layer linear_model",
                     "kerax.feature_column": "shared_embedding_columns=shared_embeddings"}),
        ),
        **{name: _as_version_1(name) for name in ("linalg", "math", "sets", "debugging", "dtypes", "manip",
                                                  "spectral")},
        "estimator": _Within(
            "tf.compat.v1.estimator",
            table(_v1_estimators="BaselineClassifier BaselineRegressor DNNClassifier DNNLinearCombinedClassifier "
                                 "DNNLinearCombinedRegressor DNNRegressor LinearClassifier LinearRegressor"),
        ),
        "test": _Within("tf.compat.v1.test", table(_v1_testing="compute_gradient compute_gradient_error")),
        "strings": _Within("tf.compat.v1.strings", table(_v1_math="split=split_strings")),
        "ragged": _Within("tf.compat.v1.ragged", table(_v1_ragged="RaggedTensorValue constant_value",
                                                       _graph_composite="placeholder=ragged_placeholder")),
        "random": _Within("tf.compat.v1.random", table(_v1_math="get_seed stateless_multinomial")),
        "sparse": _Within("tf.compat.v1.sparse",
                          table(_graph_composite="placeholder=sparse_placeholder",
                                _v1_sparse="merge=sparse_merge reduce_max_sparse=sparse_reduce_max_sparse "
                                           "reduce_sum_sparse=sparse_reduce_sum_sparse")),
        **table(_v1_math="Print=print_ div batch_to_space=batch_to_space_v1 convert_to_tensor_or_indexed_slices "
                         "convert_to_tensor_or_sparse_tensor get_seed space_to_batch to_bfloat16 to_complex128 "
                         "to_complex64 to_double",
                _v1_sparse="sparse_matmul sparse_merge sparse_reduce_max_sparse sparse_reduce_sum_sparse"),
        "nn": _Within(
            "tf.compat.v1.nn",
            {**table(_v1_names="xw_plus_b",
                     _v1_math="conv2d_backprop_filter conv2d_backprop_input conv3d_backprop_filter ctc_loss "
                              "conv3d_backprop_filter_v2=conv3d_backprop_filter fractional_avg_pool "
                              "fractional_max_pool fused_batch_norm relu_layer space_to_batch with_space_to_batch",
                     _quantized="quantized_avg_pool quantized_conv2d quantized_max_pool quantized_relu_x",
                     _v1_rnn="dynamic_rnn bidirectional_dynamic_rnn static_rnn static_bidirectional_rnn "
                             "static_state_saving_rnn"),
             "rnn_cell": lambda: Namespace(
                 "tf.compat.v1.nn.rnn_cell",
                 table(_v1_cells="RNNCell BasicRNNCell GRUCell BasicLSTMCell LSTMCell LSTMStateTuple",
                       _v1_wrappers="MultiRNNCell DropoutWrapper ResidualWrapper DeviceWrapper"))},
        ),
        "image": _Within(
            "tf.compat.v1.image",
            table(_v1_resize="ResizeMethod resize=resize_images resize_area resize_bicubic resize_bilinear "
                             "resize_image_with_pad resize_images resize_nearest_neighbor",
                  _v1_math="extract_glimpse sample_distorted_bounding_box"),
        ),
        "logging": lambda: _logging(),
        "app": lambda: Namespace("tf.compat.v1.app", {**table(_v1="run"), "flags": lambda: _flags()}),
        "flags": lambda: _flags(),
        "summary": Namespace(
            "tf.compat.v1.summary", table(_v1_summary_kinds="FileWriterCache audio image tensor_summary",
                                           _v1_summary="FileWriter Summary histogram merge merge_all scalar text",
                                           _v1_messages="Event SessionLog SummaryDescription TaggedRunMetadata"),
        ),
        "Summary": "_v1_summary:Summary",
        "Dimension": "_v1_names:Dimension",
        "resource_variables_enabled": "_devices:yes",
        "control_flow_v2_enabled": "_devices:yes",
        "keras": lambda: _root().keras,
        "initializers": lambda: Namespace(
            "tf.compat.v1.initializers",
            {"global_variables": "_v1:global_variables_initializer", "variables": "_v1:variables_initializer",
             "local_variables": "_v1:local_variables_initializer", "tables_initializer": "_v1:tables_initializer"},
            "kerax.initializers",
        ),
        **table(_compat="dimension_value dimension_at_index"),
        "gfile": lambda: Namespace(
            "tf.compat.v1.gfile",
            table(_gfile="GFile Open=GFile FastGFile=GFile",
                  _v1_io="Copy DeleteRecursively Exists Glob IsDirectory ListDirectory MakeDirs MkDir Remove Rename "
                  "Stat Walk"),
        ),
        "losses": lambda: Namespace(
            "tf.compat.v1.losses",
            table(_v1_losses="mean_squared_error absolute_difference sparse_softmax_cross_entropy "
                             "softmax_cross_entropy "
                  "sigmoid_cross_entropy log_loss hinge_loss huber_loss Reduction add_loss compute_weighted_loss "
                  "cosine_distance get_losses get_regularization_loss get_regularization_losses get_total_loss "
                  "mean_pairwise_squared_error"),
        ),
        "metrics": lambda: Namespace(
            "tf.compat.v1.metrics",
            {**table(_v1_metrics="accuracy mean auc precision recall root_mean_squared_error mean_absolute_error "
                                 "mean_squared_error true_positives false_positives true_negatives false_negatives "
                                 "mean_iou mean_per_class_accuracy"),
             **_v1_tables.METRICS},
        ),
        "layers": lambda: Namespace(
            "tf.compat.v1.layers",
            table(_v1_layers="dense conv1d conv2d conv3d conv2d_transpose conv3d_transpose separable_conv1d "
                             "separable_conv2d max_pooling1d max_pooling2d max_pooling3d average_pooling1d "
                             "average_pooling2d average_pooling3d flatten dropout batch_normalization",
                  _v1_layer="Layer",
                  _v1_layer_kinds="Dense Dropout Flatten BatchNormalization InputSpec MaxPooling1D MaxPooling2D "
                                  "MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D",
                  _v1_layer_convolutions="Conv1D Conv2D Conv3D Conv2DTranspose Conv3DTranspose SeparableConv1D "
                                         "SeparableConv2D"),
        ),
    },
)  # fmt: skip


def _flags() -> Any:
    """Absl's flags, which TensorFlow's are; absl comes with optax."""
    return importlib.import_module("absl.flags")


def compat() -> Namespace:
    """``tf.compat``."""
    return Namespace(
        "tf.compat",
        {"v1": v1, "v2": lambda: _root(), **table(_compat="as_bytes as_str as_text as_str_any path_to_str "
                                                          "forward_compatible "
                                                  "bytes_or_text_types real_types integral_types complex_types "
                                                  "dimension_value "
                                                  "dimension_at_index",
                                                  _compiling="forward_compatibility_horizon")},
    )  # fmt: skip


def _root() -> Any:
    from kerax.compat.tensorflow._root import ROOT

    return ROOT
