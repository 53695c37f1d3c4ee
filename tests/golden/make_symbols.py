"""Lists the public names of TensorFlow 2.15.1 and the arguments of its functions and classes.

Run it with an interpreter that has TensorFlow 2.15.1: ``python tests/golden/make_symbols.py``. It writes
tests/compat/symbols.json: for each name its arguments as ``[name, default]``, where a default that is no number, text,
truth value or None is "?", and one that is not there "!"; null for what takes none. tests/compat/test_symbols.py
compares kerax's namespace with it. Of tf.compat.v1 only the names count. "same" says which names are the same object
(``alias -> first name``), "methods" which methods the main classes have; tests/compat/test_coverage.py asks which of
all these a test uses.
"""

import functools
import inspect
import json
import os
import pathlib
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
TARGET = pathlib.Path(__file__).parents[1] / "compat" / "symbols.json"
# Classes whose methods are names as well.
CLASSES = (
    "Tensor Variable TensorShape TensorSpec RaggedTensor SparseTensor TensorArray IndexedSlices Module GradientTape "
    "random.Generator data.Dataset data.Iterator data.Options autodiff.ForwardAccumulator dtypes.DType "
    "train.Checkpoint train.CheckpointManager train.ExponentialMovingAverage train.Coordinator train.ClusterSpec "
    "io.TFRecordWriter io.gfile.GFile summary.SummaryWriter lookup.StaticHashTable lookup.StaticVocabularyTable "
    "lookup.experimental.DenseHashTable lookup.experimental.MutableHashTable queue.FIFOQueue queue.PriorityQueue "
    "distribute.Strategy distribute.MirroredStrategy distribute.OneDeviceStrategy distribute.ReplicaContext "
    "distribute.cluster_resolver.TFConfigClusterResolver estimator.Estimator estimator.RunConfig test.TestCase "
    "keras.layers.Layer keras.layers.Dense keras.layers.RNN keras.layers.LSTM keras.layers.Bidirectional "
    "keras.layers.TextVectorization keras.layers.StringLookup keras.layers.Normalization keras.Model keras.Sequential "
    "keras.optimizers.Adam keras.optimizers.legacy.Adam keras.losses.Loss keras.metrics.Metric keras.metrics.Mean "
    "keras.callbacks.Callback keras.initializers.Initializer keras.regularizers.Regularizer keras.utils.Sequence "
    "keras.mixed_precision.LossScaleOptimizer keras.preprocessing.text.Tokenizer "
    "keras.preprocessing.image.ImageDataGenerator keras.preprocessing.sequence.TimeseriesGenerator"
).split()
# Other modules of Python that TensorFlow lets through, and what kerax leaves to its owners.
LEFT_OUT = (
    "tf_decorator",
    "mock",
    "compat.v1.keras",
    "compat.v1.compat",
    "compat.v2",
    "raw_ops",
    "lite",
    "estimator.tpu",
    "tpu",
    "mlir",
    "tf.dtensor",
    "tf.security",
    "tf.tools",
    "tf.tsl",
)
_PLAIN = (int, float, str, bool, type(None))


def described(default):
    """A default as plain values of JSON."""
    if default is inspect.Parameter.empty:
        return "!"
    if isinstance(default, (tuple, list)):
        return [described(one) for one in default]
    return default if isinstance(default, _PLAIN) else "?"


def arguments(member):
    """The arguments that can be given by position, as ``[name, default]``; None if it takes any, or cannot say."""
    try:
        signature = inspect.signature(member.__init__ if inspect.isclass(member) else member)
    except (TypeError, ValueError):
        return None
    found = [one for one in signature.parameters.values() if one.name != "self"]
    if any(one.kind is one.VAR_POSITIONAL for one in found):
        return None
    return [[one.name, described(one.default)] for one in found if one.kind is one.POSITIONAL_OR_KEYWORD]


def symbols(tf):
    """Every public name: ``full name -> arguments``, and ``alias -> the first name of the same object``."""
    found, same, firsts = {}, {}, {}

    def walk(module, name):
        for part in sorted(dir(module)):
            full = f"{name}.{part}"
            if part.startswith("_") or any(one in full for one in LEFT_OUT) or full.count(".flags.") == 1:
                continue
            member = getattr(module, part, None)
            if isinstance(member, types.ModuleType):
                walk(member, full)
                continue
            known = callable(member) and not full.startswith("tf.compat.v1.")
            found[full] = arguments(member) if known else None
            if not isinstance(member, (*_PLAIN, tuple, list)):
                firsts.setdefault(id(member), []).append(full)

    walk(tf, "tf")
    for names in firsts.values():
        first = min(names, key=lambda name: (name.startswith("tf.compat"), name.count("."), name))
        same.update({name: first for name in names if name != first})
    return found, same


def methods(tf):
    """The public methods and properties that the main classes add to those of the others: ``class -> names``."""
    found = {}
    classes = {f"tf.{name}": functools.reduce(getattr, name.split("."), tf) for name in CLASSES}
    for name, member in classes.items():
        bases = [base for base in member.__mro__[1:] if base in classes.values() or not _ours(base)]
        found[name] = [
            one for one in sorted(dir(member)) if one[0] != "_" and not any(hasattr(base, one) for base in bases)
        ]
    return found


def _ours(kind):
    """Whether a class is TensorFlow's."""
    return kind.__module__.partition(".")[0] in ("tensorflow", "keras", "tensorflow_estimator", "tensorboard")


if __name__ == "__main__":
    import tensorflow

    names, same = symbols(tensorflow)
    lines = [f"{json.dumps(name)}:{json.dumps(names[name], separators=(',', ':'))}" for name in sorted(names)]
    text = ",\n".join(lines)
    aliases = json.dumps(same, indent=0, sort_keys=True, separators=(",", ":"))
    members = json.dumps(methods(tensorflow), separators=(",", ":")).replace("],", "],\n")
    TARGET.write_text(
        f'{{"tensorflow":"{tensorflow.__version__}","symbols":{{\n{text}}},\n"same":{aliases},\n"methods":{members}}}\n',
        encoding="utf-8",
    )
    print(f"{len(names)} names of TensorFlow {tensorflow.__version__} in {TARGET.name}")
