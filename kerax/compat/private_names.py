"""Modules of ``tensorflow.python`` that programs import although they are private, by the public ones with their names.

Half of a module's names may be missing where TensorFlow never made them public.
"""

from __future__ import annotations

ROOT = "tensorflow.python"
_XLA = "tensorflow.compiler.tf2xla.python.xla"  # the one module that libraries import from the compiler
# Modules that only hold others.
PACKAGES = frozenset(
    "client data.ops data.util eager eager.polymorphic_function feature_column framework layers lib lib.io module ops "
    "ops.linalg ops.linalg.sparse ops.losses ops.ragged platform saved_model summary training util".split()
)
# Below tensorflow.python | public modules below tensorflow; the later ones are asked first. "v1" is compat.v1, "-"
# tensorflow itself; "!" stands for `kerax.compat.tensorflow._private`, "+" for `_private_parts` beside it.
_TABLE = """
autograph autograph.impl autograph.impl.api | autograph
client.device_lib | !
client.session | v1
data data.ops.dataset_ops | data
data.experimental | data.experimental
data.util.nest util.nest | nest
distribute.distribute_lib distribute distribute.distribution_strategy_context | distribute
distribute.mirrored_strategy distribute.parameter_server_strategy_v2 | distribute
distribute.values distribute.ps_values | distribute +
eager.context | - config !
eager.monitoring | !
eager.backprop eager.def_function eager.function eager.polymorphic_function.def_function | -
estimator estimator.estimator estimator.run_config estimator.model_fn | estimator
feature_column.feature_column feature_column.feature_column_v2 feature_column.feature_column_lib | feature_column
framework.constant_op framework.tensor_spec framework.tensor framework.sparse_tensor framework.indexed_slices | -
framework.convert_to_constants framework.smart_cond framework.tensor_util | - !
framework.dtypes | - dtypes
framework.errors framework.errors_impl | errors
framework.ops | v1 - !
framework.random_seed | random v1.random
framework.tensor_shape | v1 -
layers.base layers.core layers.convolutional layers.layers layers.normalization layers.pooling | v1.layers
layers.utils | +
lib.io.file_io platform.gfile | v1.gfile io.gfile !
lib.io.tf_record lib.io.python_io | io
module.module | -
ops.array_ops ops.array_ops_stack ops.gen_array_ops | v1 - +
ops.check_ops ops.control_flow_assert | v1 debugging
ops.clip_ops ops.functional_ops ops.map_fn ops.tensor_array_ops ops.while_loop ops.cond ops.control_flow_case | v1 -
ops.confusion_matrix | math
ops.control_flow_ops ops.script_ops ops.state_ops ops.logging_ops ops.manip_ops ops.histogram_ops | v1 -
ops.control_flow_switch_case ops.numerics ops.array_grad ops.custom_gradient ops.special_math_ops | - math
ops.ctc_ops ops.embedding_ops | v1.nn nn
ops.data_flow_ops | queue
ops.gradients ops.gradients_impl ops.gradient_checker_v2 | v1 -
ops.image_ops ops.image_ops_impl | image
ops.init_ops | v1 v1.initializers
ops.init_ops_v2 | - keras.initializers
ops.io_ops ops.parsing_ops | v1 io
ops.linalg_ops ops.linalg.linalg ops.linalg.linalg_impl ops.linalg_ops_impl | - linalg
ops.lookup_ops | v1 lookup
ops.losses.losses ops.losses.losses_impl ops.losses.util | v1.losses
ops.math_ops ops.gen_math_ops | v1 - math
ops.metrics ops.metrics_impl | v1.metrics
ops.nn ops.nn_ops ops.nn_impl ops.candidate_sampling_ops | v1.nn nn
ops.random_ops ops.stateless_random_ops | v1 random
ops.ragged.ragged_tensor ops.ragged.ragged_factory_ops ops.ragged.ragged_math_ops | - ragged
ops.resource_variable_ops ops.variables | v1 - !
ops.rnn | v1.nn
ops.rnn_cell ops.rnn_cell_impl | v1.nn.rnn_cell +
ops.signal ops.spectral_ops | signal
ops.sparse_ops | v1 sparse
ops.gen_sparse_ops ops.linalg.sparse.sparse | +
ops.string_ops | v1 strings
ops.summary_ops_v2 | summary
ops.template ops.variable_scope ops.partitioned_variables | v1
platform.app | v1.app
platform.flags | v1.flags
platform.test | test
platform.tf_logging | v1.logging
saved_model.saved_model saved_model.load saved_model.save saved_model.loader | v1.saved_model saved_model
saved_model.builder saved_model.tag_constants saved_model.signature_constants | v1.saved_model
summary.summary | v1.summary
summary.summary_iterator | v1.train
training.adam training.gradient_descent training.momentum training.rmsprop training.adagrad training.ftrl | v1.train
training.basic_session_run_hooks training.session_run_hook training.monitored_session | v1.train
training.checkpoint_utils training.checkpoint_management training.py_checkpoint_reader | v1.train train
training.learning_rate_decay training.optimizer training.saver training.training_util training.slot_creator | v1.train
training.moving_averages training.training training.input | v1.train !
util.compat | compat
util.all_util util.function_utils | +
util.deprecation util.tf_export util.tf_inspect util.tf_decorator util.keras_deps | !
"""


def _read_table() -> dict[str, tuple[str, ...]]:
    table = {}
    for line in _TABLE.strip().splitlines():
        names, targets = (part.split() for part in line.split("|"))
        for name in names:
            table[name] = tuple("compat." + one if one.split(".")[0] == "v1" else one for one in targets)
    return table


PRIVATE = _read_table()


def is_private(name: str) -> bool:
    """Whether a name is that of a private module that may be known here.

    Example:
      >>> from kerax.compat.private_names import is_private
      >>> is_private("tensorflow.python.ops"), is_private("tensorflow.compiler"), is_private("tensorflow.io")
      (True, True, False)
    """
    return name == ROOT or name.startswith(f"{ROOT}.") or f"{_XLA}.".startswith(f"{name}.") and "." in name


def is_package(name: str) -> bool:
    """Whether a private name is that of a module which only holds others.

    Example:
      >>> from kerax.compat.private_names import is_package
      >>> is_package("tensorflow.python.ops"), is_package("tensorflow.python.ops.math_ops")
      (True, False)
    """
    below = name.removeprefix(ROOT).strip(".")
    return not below or _XLA.startswith(f"{name}.") or below in PACKAGES


def public_names(name: str) -> tuple[str, ...] | None:
    """The public modules, below ``tensorflow``, that have the names of a private one; None for a stranger.

    ``"-"`` is ``tensorflow`` itself, ``"!"`` and ``"+"`` kerax's own modules of what is nowhere public.

    Args:
      name: such as ``"tensorflow.python.ops.math_ops"``.

    Example:
      >>> from kerax.compat.private_names import public_names
      >>> public_names("tensorflow.python.util.nest"), public_names("tensorflow.python.ops.math_ops")
      (('nest',), ('compat.v1', '-', 'math'))
    """
    return ("+",) if name == _XLA else PRIVATE.get(name.removeprefix(ROOT + "."))
