"""What TensorFlow's names are called in kerax, as data."""

from __future__ import annotations

from typing import NamedTuple


class Operation(NamedTuple):
    """How a call of a TensorFlow function becomes a call of one of kerax's.

    Attributes:
      target: dotted name in kerax.
      parameters: TensorFlow's parameter names in order, each with kerax's name.
      added: arguments to write where they are missing, because the defaults differ.
      by_position: how many leading parameters stand at the same place in both.
    """

    target: str
    parameters: tuple[tuple[str, str], ...]
    added: tuple[tuple[str, str], ...]
    by_position: int


# Packages and modules: a name in one is looked for under the same name in the other. The longest prefix counts.
MODULES = {
    "tensorflow.keras.preprocessing.image_dataset_from_directory": "kerax.utils.image_dataset_from_directory",
    "tensorflow.keras.experimental": "kerax",
    "tensorflow.keras": "kerax",
    "tensorflow.python.keras": "kerax",
    "keras": "kerax",
    "tf_keras": "kerax",
    "tensorflow.data": "kerax.data",
    "tensorflow.estimator": "kerax.estimators",
    "tensorflow.feature_column": "kerax.feature_column",
    "tensorflow.train": "kerax.train",
    "tensorflow.losses": "kerax.losses",
    "tensorflow.metrics": "kerax.metrics",
    "tensorflow.optimizers": "kerax.optimizers",
    "tensorflow.initializers": "kerax.initializers",
    "tensorflow.summary": "kerax.summary",
    "tensorflow.distribute": "kerax.distribute",
}

_PARSING = "parse_single_example parse_example FixedLenFeature VarLenFeature FixedLenSequenceFeature RaggedFeature"
_MESSAGES = "Example SequenceExample Feature Features FeatureList FeatureLists BytesList FloatList Int64List"
_DTYPES = "float16 float32 float64 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 complex128"

# Single names. A target in quotes or "None" is written as it stands.
NAMES = {
    "tensorflow.Variable": "kerax.Variable",
    "tensorflow.GradientTape": "kerax.GradientTape",
    "tensorflow.autodiff.ForwardAccumulator": "kerax.ForwardAccumulator",
    "tensorflow.custom_gradient": "kerax.custom_gradient",
    "tensorflow.function": "kerax.function",
    "tensorflow.TensorArray": "kerax.TensorArray",
    "tensorflow.TensorSpec": "kerax.data.TensorSpec",
    "tensorflow.RaggedTensorSpec": "kerax.data.RaggedTensorSpec",
    "tensorflow.Tensor": "jax.Array",
    "tensorflow.name_scope": "kerax.name_scope",
    "tensorflow.device": "kerax.device",
    "tensorflow.__version__": "kerax.__version__",
    "tensorflow.keras.__version__": "kerax.__version__",
    "tensorflow.newaxis": "None",
    "tensorflow.data.experimental.AUTOTUNE": "kerax.data.AUTOTUNE",
    "tensorflow.estimator.inputs": "kerax.estimators.inputs",
    "tensorflow.random.set_seed": "kerax.utils.set_random_seed",
    "tensorflow.compat.v1.set_random_seed": "kerax.utils.set_random_seed",
    "tensorflow.zeros_initializer": "kerax.initializers.Zeros",
    "tensorflow.ones_initializer": "kerax.initializers.Ones",
    "tensorflow.constant_initializer": "kerax.initializers.Constant",
    "tensorflow.random_normal_initializer": "kerax.initializers.RandomNormal",
    "tensorflow.random_uniform_initializer": "kerax.initializers.RandomUniform",
    "tensorflow.config.run_functions_eagerly": "kerax.config.run_functions_eagerly",
    "tensorflow.TensorShape": "tuple",
    "tensorflow.string": '"string"',
    "tensorflow.io.TFRecordWriter": "kerax.data.TFRecordWriter",
    **{f"tensorflow.io.{name}": f"kerax.data.{name}" for name in _PARSING.split()},
    **{f"tensorflow.train.{name}": f"kerax.data.{name}" for name in _MESSAGES.split()},
    **{f"tensorflow.{name}": f'"{name}"' for name in _DTYPES.split()},
}

# TensorFlow's names, kerax's name, parameters as `theirs` or `theirs=ours`, added arguments as `+name=value`.
_OPERATIONS = """
reduce_mean math.reduce_mean | mean | input_tensor=x axis keepdims
reduce_sum math.reduce_sum | sum | input_tensor=x axis keepdims
reduce_max math.reduce_max | max | input_tensor=x axis keepdims
reduce_min math.reduce_min | min | input_tensor=x axis keepdims
reduce_prod math.reduce_prod | prod | input_tensor=x axis keepdims
reduce_any math.reduce_any | any | input_tensor=x axis keepdims
reduce_all math.reduce_all | all | input_tensor=x axis keepdims
math.reduce_std | std | input_tensor=x axis keepdims
math.reduce_variance | var | input_tensor=x axis keepdims
reduce_logsumexp math.reduce_logsumexp | logsumexp | input_tensor=x axis keepdims
argmax math.argmax | argmax | input=x axis +axis=0
argmin math.argmin | argmin | input=x axis +axis=0
matmul linalg.matmul | matmul | a=x1 b=x2
tensordot linalg.tensordot | tensordot | a=x1 b=x2 axes
cast | cast | x dtype
constant convert_to_tensor | convert_to_tensor | value=x dtype
zeros | zeros | shape dtype
ones | ones | shape dtype
zeros_like | zeros_like | input=x dtype
ones_like | ones_like | input=x dtype
fill | full | dims=shape value=fill_value
range | arange | start limit=stop delta=step dtype
linspace | linspace | start stop num
eye linalg.eye | eye | num_rows=N num_columns=M
shape | shape | input=x
size | size | input=x
rank | ndim | input=x
reshape | reshape | tensor=x shape=newshape
transpose | transpose | a=x perm=axes
expand_dims | expand_dims | input=x axis
squeeze | squeeze | input=x axis
concat | concatenate | values=xs axis
stack | stack | values=x axis
tile | tile | input=x multiples=repeats
repeat | repeat | input=x repeats axis
reverse | flip | tensor=x axis
roll | roll | input=x shift axis
gather | take | params=x indices +axis=0
where | where | condition x=x1 y=x2
one_hot | one_hot | indices=x depth=num_classes +dtype="float32"
clip_by_value | clip | t=x clip_value_min=x_min clip_value_max=x_max
maximum math.maximum | maximum | x=x1 y=x2
minimum math.minimum | minimum | x=x1 y=x2
add math.add | add | x=x1 y=x2
subtract math.subtract | subtract | x=x1 y=x2
multiply math.multiply | multiply | x=x1 y=x2
divide math.divide | divide | x=x1 y=x2
math.divide_no_nan | divide_no_nan | x=x1 y=x2
pow math.pow | power | x=x1 y=x2
equal math.equal | equal | x=x1 y=x2
not_equal math.not_equal | not_equal | x=x1 y=x2
less math.less | less | x=x1 y=x2
less_equal math.less_equal | less_equal | x=x1 y=x2
greater math.greater | greater | x=x1 y=x2
greater_equal math.greater_equal | greater_equal | x=x1 y=x2
logical_and math.logical_and | logical_and | x=x1 y=x2
logical_or math.logical_or | logical_or | x=x1 y=x2
logical_not math.logical_not | logical_not | x
stop_gradient | stop_gradient | input=variable
abs math.abs | abs | x
sqrt math.sqrt | sqrt | x
math.rsqrt | rsqrt | x
square math.square | square | x
exp math.exp | exp | x
math.log | log | x
math.log1p | log1p | x
math.expm1 | expm1 | x
sin math.sin | sin | x
cos math.cos | cos | x
tan math.tan | tan | x
tanh math.tanh nn.tanh | tanh | x
sigmoid math.sigmoid nn.sigmoid | sigmoid | x
sign math.sign | sign | x
floor math.floor | floor | x
math.ceil | ceil | x
round math.round | round | x
math.is_nan | isnan | x
math.is_inf | isinf | x
math.is_finite | isfinite | x
math.erf | erf | x
math.top_k nn.top_k | top_k | input=x k sorted
nn.relu | relu | features=x
nn.relu6 | relu6 | features=x
nn.elu | elu | features=x
nn.selu | selu | features=x
nn.softplus math.softplus | softplus | features=x
nn.softsign | softsign | features=x
nn.silu nn.swish | silu | features=x
nn.leaky_relu | leaky_relu | features=x alpha=negative_slope
nn.gelu | gelu | features=x approximate +approximate=False
nn.softmax | softmax | logits=x axis
nn.log_softmax | log_softmax | logits=x axis
nn.moments | moments | x axes
einsum | einsum | equation=subscripts *
image.resize | image.resize | images size method=interpolation
math.l2_normalize nn.l2_normalize linalg.l2_normalize | normalize | x axis
norm linalg.norm | norm | tensor=x ord axis keepdims
linalg.inv | inv | input=x
linalg.det | det | input=x
linalg.cholesky | cholesky | input=x
linalg.solve | solve | matrix=a rhs=b
linalg.trace | trace | x
linalg.diag | diag | diagonal=x
cumsum math.cumsum | cumsum | x axis +axis=0
math.cumprod | cumprod | x axis +axis=0
sort | sort | values=x axis
argsort | argsort | values=x axis
unstack | unstack | value=x num axis
split | split | value=x num_or_size_splits=indices_or_sections axis
broadcast_to | broadcast_to | input=x shape
slice | slice | input_=inputs begin=start_indices size=shape
scatter_nd | scatter | indices updates=values shape
tensor_scatter_nd_update | scatter_update | tensor=inputs indices updates
searchsorted | searchsorted | sorted_sequence values side
meshgrid | meshgrid | *
cond | cond | pred true_fn false_fn
while_loop | while_loop | cond body loop_vars
map_fn | map | fn=f elems=xs
negative math.negative | negative | x
math.reciprocal | reciprocal | x
math.floordiv | floor_divide | x=x1 y=x2
math.floormod math.mod | mod | x=x1 y=x2
sinh math.sinh | sinh | x
cosh math.cosh | cosh | x
asin math.asin | arcsin | x
acos math.acos | arccos | x
atan math.atan | arctan | x
atan2 math.atan2 | arctan2 | y=x1 x=x2
math.log_sigmoid nn.log_sigmoid | log_sigmoid | x
math.conj | conj | x
math.real | real | input=x
math.imag | imag | input=x
math.segment_sum | segment_sum | data segment_ids
math.in_top_k nn.in_top_k | in_top_k | targets predictions k
"""

_OTHERS = """
random.normal | kerax.random.normal | shape mean stddev dtype seed
random.truncated_normal | kerax.random.truncated_normal | shape mean stddev dtype seed
random.uniform | kerax.random.uniform | shape minval maxval
random.shuffle | kerax.random.shuffle | value=x seed
random.categorical | kerax.random.categorical | logits num_samples dtype seed
print | print | sep end *
Variable | kerax.Variable | initial_value=initializer trainable dtype name
"""


def _read_table() -> dict[str, Operation]:
    table = {}
    for line in (_OPERATIONS.strip() + _OTHERS.rstrip()).splitlines():
        names, target, rest = (part.strip() for part in line.split("|"))
        words = rest.split()
        pairs = tuple((w.partition("=")[0], w.partition("=")[2] or w) for w in words if w[0] not in "+*")
        added = tuple((w[1:].partition("=")[0], w.partition("=")[2]) for w in words if w[0] == "+")
        in_place = 99 if "*" in words else 1 if names == "Variable" else len(pairs)
        full = target if target.startswith("kerax.") or target == "print" else f"kerax.ops.{target}"
        operation = Operation(full, pairs, added, in_place)
        for name in names.split():
            table[f"tensorflow.{name}"] = operation
    return table


OPERATIONS = _read_table()

RATE_IN_LOGS = "the logs have 'learning_rate' in kerax where tf.keras has 'lr'"
# What is rewritten, but is not quite the same: name -> what to look out for.
DIFFERENT = {
    "tensorflow.keras.callbacks.LearningRateScheduler": RATE_IN_LOGS,
    "tensorflow.keras.callbacks.ReduceLROnPlateau": RATE_IN_LOGS,
}

# Packages beside TensorFlow that kerax does not stand for.
FOREIGN = (
    *("tensorflow_datasets", "tensorflow_hub", "tensorflow_addons", "tensorflow_text", "tensorflow_probability"),
    *("tensorflow_io", "tensorflow_transform", "tensorflow_model_optimization", "tensorflow_federated"),
)
