"""Input pipelines with the surface of tf.data, on NumPy and JAX.

What belongs here: the `Dataset` class (a logical plan of sources and transformations), the rules that rewrite a plan,
the cursors that run it, element specs, saved iterator positions, and the description of in-memory plans that the
training loop puts on the device.

The repository has a link `data -> kerax/data` at its root, so that the folder is easy to find. It is not a second
package: imported under any other name than `kerax.data` its classes would exist twice, and `isinstance` would fail
between the copies.
"""

if __name__ != "kerax.data":
    raise ImportError(
        f"This package was imported as {__name__!r}, which would give every class in it a second identity. "
        "Write `import kerax.data` instead."
    )

from kerax.data import experimental, io, lowering, strings
from kerax.data.dataset import Dataset
from kerax.data.iterator import DatasetIterator, Optional, OutOfRangeError
from kerax.data.lowering import ArrayPlan
from kerax.data.operations.prefetch import AUTOTUNE
from kerax.data.options import AutoShardPolicy, Options, ThreadingOptions
from kerax.data.ragged import RaggedTensor, SparseTensor
from kerax.data.records.example import BytesList, Feature, FeatureList, FeatureLists, Features, FloatList, Int64List
from kerax.data.records.examples import Example, SequenceExample
from kerax.data.records.features import (
    FixedLenFeature,
    FixedLenSequenceFeature,
    RaggedFeature,
    SparseFeature,
    VarLenFeature,
)
from kerax.data.records.parse import parse_example, parse_single_example
from kerax.data.records.sequence import parse_sequence_example, parse_single_sequence_example
from kerax.data.records.writer import TFRecordOptions, TFRecordWriter
from kerax.data.sources.parquet import ParquetDataset
from kerax.data.sources.stream import DataLossError
from kerax.data.sources.text import FixedLengthRecordDataset, TextLineDataset
from kerax.data.sources.tfrecord import TFRecordDataset
from kerax.data.spec import (
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    DatasetSpec,
    RaggedTensorSpec,
    SparseTensorSpec,
    TensorSpec,
)

__all__ = [
    "AUTOTUNE",
    "ArrayPlan",
    "AutoShardPolicy",
    "BytesList",
    "DataLossError",
    "Dataset",
    "DatasetIterator",
    "DatasetSpec",
    "Example",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "FixedLengthRecordDataset",
    "FloatList",
    "INFINITE_CARDINALITY",
    "Int64List",
    "Optional",
    "Options",
    "OutOfRangeError",
    "ParquetDataset",
    "RaggedFeature",
    "RaggedTensor",
    "RaggedTensorSpec",
    "SequenceExample",
    "SparseFeature",
    "SparseTensor",
    "SparseTensorSpec",
    "TFRecordDataset",
    "TFRecordOptions",
    "TFRecordWriter",
    "TensorSpec",
    "TextLineDataset",
    "ThreadingOptions",
    "UNKNOWN_CARDINALITY",
    "VarLenFeature",
    "experimental",
    "io",
    "lowering",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "strings",
]
