"""make_batched_features_dataset: batches of parsed Examples from files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerax.data.dataset import Dataset
from kerax.data.operations.prefetch import AUTOTUNE
from kerax.data.records.parse import parse_example
from kerax.data.sources.list_files import matching_files
from kerax.data.sources.tfrecord import TFRecordDataset
from kerax.data.validate import positive
from kerax.errors import did_you_mean


def make_batched_features_dataset(
    file_pattern: Any,
    batch_size: int,
    features: dict,
    reader: Callable | None = None,
    label_key: str | None = None,
    reader_args: list | None = None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: int | None = None,
    reader_num_threads: int | None = None,
    parser_num_threads: int | None = None,
    sloppy_ordering: bool = False,
    drop_final_batch: bool = False,
) -> Dataset:
    """Reads files of encoded Examples into batches: dictionaries as ``parse_example`` returns them.

    Args:
      file_pattern: files, or glob patterns.
      batch_size: how many records make a batch.
      features: as for ``parse_example``.
      reader: makes a dataset of records of file names; ``TFRecordDataset`` by default.
      label_key: the feature that is handed out separately: elements are then (features, label).
      reader_args: further arguments for ``reader``.
      num_epochs: how many times to go through the records; without end by default.
      shuffle: whether records come in random order.
      shuffle_buffer_size: the size of the shuffle buffer.
      shuffle_seed: makes the order reproducible.
      prefetch_buffer_size: how many batches are made ahead; chosen automatically by default.
      reader_num_threads: from how many files records are taken in turn.
      parser_num_threads: kept for compatibility.
      sloppy_ordering: kept for compatibility: the order is always the same.
      drop_final_batch: whether a shorter last batch is left out.

    Raises:
      ValueError: if no file matches, or ``label_key`` is no feature.
    """
    size = positive(batch_size, "batch_size", "make_batched_features_dataset")
    files = matching_files(file_pattern)
    if not files:
        raise ValueError(f"make_batched_features_dataset(file_pattern=...): no file matches {file_pattern!r}.")
    if label_key is not None and label_key not in features:
        raise ValueError(
            f"make_batched_features_dataset(label_key=...): {label_key!r} is no "
            f"feature.{did_you_mean(label_key, features)}"
        )
    names = Dataset.from_tensor_slices(files)
    if shuffle:
        names = names.shuffle(len(files), shuffle_seed)
    if reader is None:
        records: Dataset = TFRecordDataset(names, num_parallel_reads=reader_num_threads)
    else:
        records = names.interleave(
            lambda name: reader(name, *(reader_args or [])), cycle_length=reader_num_threads or 1
        )
    if shuffle:
        records = records.shuffle(shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        records = records.repeat(num_epochs)
    batches = records.batch(size, drop_remainder=drop_final_batch or num_epochs is None)

    def parse(batch: Any) -> Any:
        parsed = parse_example(batch, features)
        return parsed if label_key is None else (parsed, parsed.pop(label_key))

    return batches.map(parse).prefetch(AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size)
