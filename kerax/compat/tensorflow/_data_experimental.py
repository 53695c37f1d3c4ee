"""``tf.data.experimental``: names of kerax's, for scripts."""

from __future__ import annotations

import enum
import inspect
from typing import Any

import kerax.data.experimental as plain
from kerax.compat.tensorflow._dataset import _speaking, source, transformation
from kerax.compat.tensorflow._edges import entering, unwrap
from kerax.compat.tensorflow._namespace import Namespace, table
from kerax.compat.tensorflow._optional import Optional

_SOURCES = ("make_csv_dataset", "make_batched_features_dataset", "Counter", "RandomDataset", "choose_from_datasets",
            "sample_from_datasets", "load", "from_list", "cardinality", "get_single_element", "at")  # fmt: skip


service = Namespace(
    "tf.data.experimental.service",
    table(
        _data_service="CrossTrainerCache DispatchServer DispatcherConfig ShardingPolicy WorkerConfig WorkerServer "
        "distribute from_dataset_id register_dataset"
    ),
)


def names() -> dict[str, Any]:
    """The table of the module."""
    found: dict[str, Any] = {}
    for name in plain.__all__:
        value = getattr(plain, name)
        if name in ("CsvDataset", "SqlDataset"):
            found[name] = source(name)
        elif name in _SOURCES:
            found[name] = _speaking(value)
        elif inspect.isfunction(value) and name not in ("save", "get_structure", "get_next_as_optional"):
            found[name] = transformation(value)
        else:
            found[name] = entering(value) if inspect.isfunction(value) else value
    found["AutotuneAlgorithm"], found["ExternalStatePolicy"] = AutotuneAlgorithm, ExternalStatePolicy
    found["SHARD_HINT"] = -1
    found["Optional"] = Optional
    found.update(table(_data_variants="DatasetInitializer from_variant to_variant"))
    found["service"] = service
    found["get_next_as_optional"] = lambda: get_next_as_optional
    found["enable_debug_mode"] = lambda: _nothing
    found["TFRecordWriter"] = lambda: TFRecordWriter
    found["copy_to_device"] = lambda: copy_to_device
    found["table_from_dataset"] = lambda: table_from_dataset
    found["index_table_from_dataset"] = lambda: index_table_from_dataset
    return found


class AutotuneAlgorithm(enum.Enum):
    """How TensorFlow looks for settings of pipelines; accepted."""

    DEFAULT, HILL_CLIMB, GRADIENT_DESCENT, MAX_PARALLELISM, STAGE_BASED = range(5)


class ExternalStatePolicy(enum.Enum):
    """What TensorFlow does about state outside of a pipeline; accepted."""

    WARN, IGNORE, FAIL = range(3)


class TFRecordWriter(plain.TFRecordWriter):
    """Writes the records of a dataset to a file.

    Args:
      filename: the file.
      compression_type: ``"GZIP"``, ``"ZLIB"``, or ``None``.
    """

    def write(self, dataset: Any) -> None:
        """Writes every element, a text, as a record."""
        super().write(unwrap(dataset))


def copy_to_device(target_device: Any, source_device: str = "/cpu:0") -> Any:
    """A function for ``Dataset.apply``: elements stay tensors, which JAX copies where they are used."""
    return lambda dataset: dataset


def _nothing() -> None:
    """Pipelines tell the user's line without a mode for it."""


def get_next_as_optional(iterator: Any) -> Any:
    """The next element of an iterator, or nothing."""
    return iterator.get_next_as_optional()


_FAST_HASH = ("fasthash", None)  # tf.lookup.experimental's FastHashSpec


def table_from_dataset(
    dataset: Any = None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: Any = None,
    hasher_spec: Any = _FAST_HASH,
    key_dtype: Any = "string",
    name: str | None = None,
) -> Any:
    """A look-up table of a dataset of keys and values.

    Args:
      dataset: of pairs.
      num_oov_buckets: numbers for keys that are not in it, behind the others.
      vocab_size: how many pairs are taken; all by default.
      default_value: for keys that are not in it.
      hasher_spec, key_dtype, name: accepted as in TensorFlow.
    """
    from kerax.compat.tensorflow._joining import stack
    from kerax.compat.tensorflow._lookup import KeyValueTensorInitializer, StaticHashTable, StaticVocabularyTable

    pairs = list(dataset if vocab_size is None else dataset.take(vocab_size))
    made = KeyValueTensorInitializer(stack([key for key, _ in pairs]), stack([value for _, value in pairs]))
    return StaticVocabularyTable(made, num_oov_buckets) if num_oov_buckets else StaticHashTable(made, default_value)


def index_table_from_dataset(
    dataset: Any = None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: Any = -1,
    hasher_spec: Any = _FAST_HASH,
    key_dtype: Any = "string",
    name: str | None = None,
) -> Any:
    """A table from the elements of a dataset to their numbers; see ``table_from_dataset``."""
    pairs = dataset.enumerate().map(lambda number, key: (key, number))
    return table_from_dataset(pairs, num_oov_buckets, vocab_size, default_value)
