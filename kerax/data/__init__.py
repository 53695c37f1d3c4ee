"""Input pipelines with the surface of tf.data, on NumPy and JAX.

What belongs here: the `Dataset` class (a logical plan of sources and transformations), the rules that rewrite a plan,
the cursors that run it, element specs, saved iterator positions, and the description of in-memory plans that the
training loop puts on the device.

The repository has a link `data -> kerax/data` at its root, so that the folder is easy to find. It is not a second
package: imported under any other name than `kerax.data` its classes would exist twice, and `isinstance` would fail
between the copies.
"""

from __future__ import annotations

if __name__ != "kerax.data":
    raise ImportError(
        f"This package was imported as {__name__!r}, which would give every class in it a second identity. "
        "Write `import kerax.data` instead."
    )

import importlib
from typing import TYPE_CHECKING

from kerax.data import lowering
from kerax.data.dataset import Dataset
from kerax.data.iterator import DatasetIterator, Optional, OutOfRangeError
from kerax.data.lowering import ArrayPlan
from kerax.data.operations.prefetch import AUTOTUNE
from kerax.data.options import AutoShardPolicy, Options, ThreadingOptions
from kerax.data.ragged import RaggedTensor, SparseTensor
from kerax.data.sources.stream import DataLossError
from kerax.data.spec import (
    INFINITE_CARDINALITY,
    UNKNOWN_CARDINALITY,
    DatasetSpec,
    RaggedTensorSpec,
    SparseTensorSpec,
    TensorSpec,
)

if TYPE_CHECKING:
    from typing import Any  # not a name of kerax.data

    from kerax.data import experimental, image, io, strings
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
    from kerax.data.sources.text import FixedLengthRecordDataset, TextLineDataset
    from kerax.data.sources.tfrecord import TFRecordDataset

# Parts that not every script uses are loaded when first asked for: name -> module, and the name in it.
_LATER: dict[str, tuple[str, str | None]] = {
    "BytesList": ("kerax.data.records.example", "BytesList"),
    "Example": ("kerax.data.records.examples", "Example"),
    "Feature": ("kerax.data.records.example", "Feature"),
    "FeatureList": ("kerax.data.records.example", "FeatureList"),
    "FeatureLists": ("kerax.data.records.example", "FeatureLists"),
    "Features": ("kerax.data.records.example", "Features"),
    "FixedLenFeature": ("kerax.data.records.features", "FixedLenFeature"),
    "FixedLenSequenceFeature": ("kerax.data.records.features", "FixedLenSequenceFeature"),
    "FixedLengthRecordDataset": ("kerax.data.sources.text", "FixedLengthRecordDataset"),
    "FloatList": ("kerax.data.records.example", "FloatList"),
    "Int64List": ("kerax.data.records.example", "Int64List"),
    "ParquetDataset": ("kerax.data.sources.parquet", "ParquetDataset"),
    "RaggedFeature": ("kerax.data.records.features", "RaggedFeature"),
    "SequenceExample": ("kerax.data.records.examples", "SequenceExample"),
    "SparseFeature": ("kerax.data.records.features", "SparseFeature"),
    "TFRecordDataset": ("kerax.data.sources.tfrecord", "TFRecordDataset"),
    "TFRecordOptions": ("kerax.data.records.writer", "TFRecordOptions"),
    "TFRecordWriter": ("kerax.data.records.writer", "TFRecordWriter"),
    "TextLineDataset": ("kerax.data.sources.text", "TextLineDataset"),
    "VarLenFeature": ("kerax.data.records.features", "VarLenFeature"),
    "experimental": ("kerax.data.experimental", None),
    "image": ("kerax.data.image", None),
    "io": ("kerax.data.io", None),
    "parse_example": ("kerax.data.records.parse", "parse_example"),
    "parse_sequence_example": ("kerax.data.records.sequence", "parse_sequence_example"),
    "parse_single_example": ("kerax.data.records.parse", "parse_single_example"),
    "parse_single_sequence_example": ("kerax.data.records.sequence", "parse_single_sequence_example"),
    "strings": ("kerax.data.strings", None),
}

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
    "image",
    "io",
    "lowering",
    "parse_example",
    "parse_sequence_example",
    "parse_single_example",
    "parse_single_sequence_example",
    "strings",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _LATER[name]
    loaded = importlib.import_module(module)
    value = globals()[name] = loaded if attribute is None else getattr(loaded, attribute)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
