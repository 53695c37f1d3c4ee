"""More tables of ``tf.compat.v1``: queues, metrics, saved models, messages."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow._namespace import Namespace, table
from kerax.compat.tensorflow._saved_model_names import CONSTANTS

_QUEUES = "QueueBase PaddingFIFOQueue PriorityQueue RandomShuffleQueue"
_READERS = "ReaderBase TextLineReader WholeFileReader IdentityReader TFRecordReader FixedLengthRecordReader"
_PRODUCERS = (
    "batch batch_join maybe_batch maybe_batch_join shuffle_batch shuffle_batch_join maybe_shuffle_batch "
    "maybe_shuffle_batch_join input_producer string_input_producer range_input_producer slice_input_producer "
    "limit_epochs match_filenames_once"
)
_RUNNERS = "QueueRunner add_queue_runner start_queue_runners"
_MESSAGES = (
    "AttrValue ConfigProto Event GPUOptions GraphDef GraphOptions HistogramProto LogMessage MetaGraphDef NameAttrList "
    "NodeDef OptimizerOptions RunMetadata RunOptions SessionLog SummaryMetadata TensorInfo"
)
ROOT: dict[str, Any] = {
    **table(
        _v1_queues=f"FIFOQueue {_QUEUES}",
        _v1_readers=_READERS,
        _v1_changes="scatter_update scatter_add scatter_sub scatter_mul scatter_div scatter_max scatter_min "
        "scatter_nd_update scatter_nd_add scatter_nd_sub batch_scatter_update count_up_to clip_by_average_norm "
        "get_local_variable create_partitioned_variables fixed_size_partitioner variable_axis_size_partitioner "
        "min_max_variable_partitioner no_regularizer op_scope variable_op_scope colocate_with container make_template",
        _v1_messages=_MESSAGES,
        _v1_small="assert_variables_initialized",
    ),
    "resource_loader": lambda: Namespace(
        "tf.compat.v1.resource_loader",
        table(_v1_small="get_data_files_path get_path_to_datafile load_resource readahead_file_path"),
    ),
}
TRAIN: dict[str, Any] = {
    **table(
        _v1_producers=_PRODUCERS,
        _v1_queues=_RUNNERS,
        _v1_optimizers="ProximalGradientDescentOptimizer ProximalAdagradOptimizer AdagradDAOptimizer "
        "SyncReplicasOptimizer",
        _v1_supervision="Supervisor SessionManager SessionCreator LooperThread CheckpointSaverListener "
        "assert_global_step basic_train_loop generate_checkpoint_state_proto get_checkpoint_mtimes",
        _v1_starting="init_from_checkpoint warm_start VocabInfo",
        _v1_messages="SaverDef write_graph",
        _v1_train="noisy_linear_cosine_decay",
    ),
    "queue_runner": lambda: Namespace("tf.compat.v1.train.queue_runner", table(_v1_queues=_RUNNERS)),
}
METRICS = table(
    _v1_metrics_more="mean_cosine_distance mean_relative_error percentage_below mean_tensor "
    "true_positives_at_thresholds false_negatives_at_thresholds true_negatives_at_thresholds "
    "false_positives_at_thresholds precision_at_thresholds recall_at_thresholds sensitivity_at_specificity "
    "specificity_at_sensitivity precision_at_top_k recall_at_top_k precision_at_k recall_at_k sparse_precision_at_k "
    "average_precision_at_k sparse_average_precision_at_k"
)
DISTRIBUTIONS = table(
    _v1_distributions="Beta Distribution Exponential FULLY_REPARAMETERIZED Gamma Laplace NOT_REPARAMETERIZED Normal "
    "ReparameterizationType StudentT Uniform",
    _v1_discrete="Bernoulli Categorical Dirichlet DirichletMultinomial Multinomial",
    _v1_divergences="RegisterKL kl_divergence",
)
IO = {**table(_v1_queues=_QUEUES, _v1_producers="match_filenames_once", _v1_messages="write_graph"),
      **table(_v1_io="TFRecordCompressionType TFRecordOptions tf_record_iterator")}  # fmt: skip
PYTHON_IO = table(_v1_io="TFRecordCompressionType TFRecordOptions tf_record_iterator", _writing="TFRecordWriter")

_SIGNATURES = (
    "build_signature_def predict_signature_def classification_signature_def regression_signature_def is_valid_signature"
)
_INFOS = "build_tensor_info get_tensor_from_tensor_info"
_SERVING = {"DEFAULT_SERVING_SIGNATURE_DEF_KEY": "serving_default"}


def _constants(*beginnings: str) -> dict[str, Any]:
    return {name: value for name, value in CONSTANTS.items() if name.startswith(beginnings)}


def _within(name: str, names: dict[str, Any]) -> Any:
    return lambda: Namespace(f"tf.compat.v1.saved_model.{name}", names)


SAVED_MODEL: dict[str, Any] = {
    **table(_v1_saved_model=f"{_SIGNATURES} {_INFOS} simple_save Builder main_op_with_restore "
            "maybe_saved_model_directory load"),
    **table(_saved_model="load_v2=load contains_saved_model"),
    **table(_saved_model_names="SaveOptions Asset"),
    **CONSTANTS,
    **_SERVING,
    "LEGACY_INIT_OP_KEY": "legacy_init_op",
    "MAIN_OP_KEY": "saved_model_main_op",
    "builder": _within("builder", table(_v1_saved_model="SavedModelBuilder=Builder")),
    "loader": _within("loader", table(_v1_saved_model="load maybe_saved_model_directory")),
    "main_op": _within("main_op", table(_v1_saved_model="main_op main_op_with_restore")),
    "constants": _within(
        "constants",
        {**_constants("ASSETS", "DEBUG_", "SAVED_MODEL", "VARIABLES"), "LEGACY_INIT_OP_KEY": "legacy_init_op",
         "MAIN_OP_KEY": "saved_model_main_op"},
    ),
    "signature_constants": _within(
        "signature_constants", {**_constants("CLASSIFY", "PREDICT", "REGRESS"), **_SERVING}
    ),
    "tag_constants": _within(
        "tag_constants", {"SERVING": "serve", "TRAINING": "train", "GPU": "gpu", "TPU": "tpu"}
    ),
    "signature_def_utils": _within(
        "signature_def_utils", table(_v1_saved_model=f"{_SIGNATURES} MethodNameUpdater")
    ),
    "utils": _within("utils", table(_v1_saved_model=_INFOS)),
}  # fmt: skip
