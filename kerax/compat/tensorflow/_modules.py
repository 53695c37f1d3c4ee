"""Modules of the namespace beside operations and Keras: data, io, train, config..."""

from __future__ import annotations

from typing import Any

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._namespace import Namespace, table


def _dataset_class(name: str) -> Any:
    def make() -> Any:
        from kerax.compat.tensorflow._dataset import source

        return source(name)

    return lambda: make()


def _experimental_data() -> Namespace:
    from kerax.compat.tensorflow._data_experimental import names

    return Namespace("tf.data.experimental", names())


data = Namespace(
    "tf.data",
    {
        **{name: _dataset_class(name) for name in ("TextLineDataset", "TFRecordDataset", "FixedLengthRecordDataset")},
        **table(_dataset="Dataset Iterator=DatasetIterator", _spec="DatasetSpec"),
        "AUTOTUNE": -1,
        "INFINITE_CARDINALITY": -1,
        "UNKNOWN_CARDINALITY": -2,
        "NumpyIterator": object,
        "experimental": lambda: _experimental_data(),
        **table(**{"kerax.data": "Options ThreadingOptions"}),
    },
)

io = Namespace(
    "tf.io",
    {
        **table(
            _io="read_file write_file decode_csv decode_raw decode_base64 encode_base64 matching_files parse_example "
            "parse_single_example parse_sequence_example parse_single_sequence_example parse_tensor serialize_tensor "
            "TFRecordWriter TFRecordOptions FixedLenFeature FixedLenSequenceFeature VarLenFeature SparseFeature "
            "RaggedFeature match_filenames_once=matching_files",
            _image_files="decode_image decode_png decode_jpeg decode_bmp decode_gif encode_png encode_jpeg "
            "decode_and_crop_jpeg is_jpeg extract_jpeg_shape",
        ),
        "gfile": lambda: gfile,
    },
)
gfile = Namespace(
    "tf.io.gfile",
    table(_gfile="GFile copy exists glob isdir join listdir makedirs mkdir remove rename rmtree stat walk"),
)
train = Namespace(
    "tf.train",
    table(
        **{
            "kerax.train": "Checkpoint CheckpointManager latest_checkpoint list_variables load_checkpoint load_variable",
            "kerax.data": "Example Feature Features BytesList FloatList Int64List FeatureList FeatureLists SequenceExample",
            "_train": "ExponentialMovingAverage Coordinator ClusterSpec ServerDef ClusterDef JobDef CheckpointOptions "
            "checkpoints_iterator get_checkpoint_state",
        }
    ),
)
errors_module = errors
MODULES: dict[str, Any] = {
    "data": data,
    "io": io,
    "train": train,
    "errors": errors_module,
}
