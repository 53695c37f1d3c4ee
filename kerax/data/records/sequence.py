"""parse_sequence_example: an Example with lists of features, one for every step of a sequence."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np

from kerax.data.ragged import RaggedTensor, SparseTensor
from kerax.data.records.features import FixedLenSequenceFeature, RaggedFeature, VarLenFeature, in_order
from kerax.data.records.parse import parser_of, payloads_of, places, records_of, values_of
from kerax.data.records.scan import feature_of
from kerax.utils.protobuf import iter_fields


def parse_sequence_example(
    serialized: Any,
    context_features: dict | None = None,
    sequence_features: dict | None = None,
    example_names: Any = None,
    name: str | None = None,
) -> tuple[dict, dict, dict]:
    """Parses a batch of encoded tf.train.SequenceExample messages.

    Args:
      serialized: an array of ``bytes``, shape ``(n,)``.
      context_features: features of the whole Example, as for ``parse_example``.
      sequence_features: name -> ``FixedLenSequenceFeature``, ``VarLenFeature`` or ``RaggedFeature``.
      example_names: kept for compatibility.
      name: kept for compatibility.

    Returns:
      The context features, the sequence features (arrays of shape ``(n, steps, ...)`` filled up to the longest
      sequence), and the length of every sequence that became an array.

    Raises:
      ValueError: as ``parse_example``.

    Example:
      >>> import kerax.data
      >>> one = kerax.data.SequenceExample.of({}, {"t": [[1], [2]]}).SerializeToString()
      >>> steps = {"t": kerax.data.FixedLenSequenceFeature([], "int64")}
      >>> kerax.data.parse_sequence_example([one], sequence_features=steps)
      ({}, {'t': array([[1, 2]])}, {'t': array([2])})
    """
    records = records_of(serialized, "parse_sequence_example")
    context = parser_of(context_features).batch(records) if context_features else {}
    lists = [_feature_lists(record) for record in records]
    sequences: dict[str, Any] = {}
    lengths: dict[str, Any] = {}
    for key, feature in in_order(sequence_features or {}):
        steps = [found.get(os.fsencode(key)) for found in lists]
        if isinstance(feature, FixedLenSequenceFeature):
            sequences[key], lengths[key] = _fixed(key, feature, steps)
        elif isinstance(feature, (VarLenFeature, RaggedFeature)):
            sequences[key] = _variable(key, feature, steps)
        else:
            raise TypeError(
                f"The sequence feature {key!r} must be a FixedLenSequenceFeature, VarLenFeature or "
                f"RaggedFeature, received "
                f"{feature!r}."
            )
    return context, sequences, lengths


def parse_single_sequence_example(
    serialized: Any,
    context_features: dict | None = None,
    sequence_features: dict | None = None,
    example_name: Any = None,
    name: str | None = None,
) -> tuple[dict, dict]:
    """Parses one encoded tf.train.SequenceExample message.

    Args:
      serialized: the encoded message.
      context_features: features of the whole Example, as for ``parse_example``.
      sequence_features: name -> ``FixedLenSequenceFeature``, ``VarLenFeature`` or ``RaggedFeature``.
      example_name: kept for compatibility.
      name: kept for compatibility.

    Returns:
      The context features and the sequence features, the first dimension of which is the steps.

    Raises:
      ValueError: as ``parse_example``.

    Example:
      >>> import kerax.data
      >>> one = kerax.data.SequenceExample.of({"id": 7}, {"t": [[1], [2]]}).SerializeToString()
      >>> steps = {"t": kerax.data.FixedLenSequenceFeature([], "int64")}
      >>> kerax.data.parse_single_sequence_example(one, sequence_features=steps)[1]
      {'t': array([1, 2])}
    """
    (record,) = records_of(serialized, "parse_single_sequence_example")
    context, sequences, _ = parse_sequence_example([record], context_features, sequence_features)
    return tuple({key: value[0] for key, value in part.items()} for part in (context, sequences))  # type: ignore[return-value]


def _feature_lists(record: bytes) -> dict[bytes, list]:
    out: dict[bytes, list] = {}
    for number, wire, lists, _ in iter_fields(record, "tf.train.SequenceExample"):
        if (number, wire) != (2, 2):
            continue
        for field, kind, entry, _ in iter_fields(lists, "tf.train.FeatureLists"):
            if (field, kind) != (1, 2):
                continue
            key, steps = b"", []
            for part, kind, value, _ in iter_fields(entry, "tf.train.FeatureLists"):
                if kind != 2:
                    continue
                if part == 1:
                    key = bytes(value)
                elif part == 2:
                    fields = iter_fields(value, "tf.train.FeatureList")
                    steps += [feature_of(bytes(step)) for number, wire, step, _ in fields if (number, wire) == (1, 2)]
            out[key] = steps
    return out


def _values(key: str, dtype: str, steps: list) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All values, how many each step has, and how many steps each record has."""
    flat = [step for part in steps for step in part or ()]
    values, counts = values_of(payloads_of(flat, key, dtype), dtype, key)
    return values, counts, np.array([len(part or ()) for part in steps], np.int64)


def _fixed(key: str, feature: FixedLenSequenceFeature, steps: list) -> tuple[np.ndarray, np.ndarray]:
    if not feature.allow_missing and None in steps:
        raise ValueError(
            f"Feature list {key!r} is required but missing in record {steps.index(None)} of the batch. Use "
            f"allow_missing=True "
            "to read it as empty."
        )
    values, counts, lengths = _values(key, feature.dtype, steps)
    size = math.prod(feature.shape)
    if (counts != size).any():
        odd = int(np.argmax(counts != size))
        raise ValueError(
            f"Feature list {key!r} has {int(counts[odd])} values in a step where the shape {feature.shape} "
            f"asks for {size}."
        )
    rows = RaggedTensor.from_row_lengths(values.reshape(len(counts), *feature.shape), lengths)
    return rows.to_tensor(), lengths


def _variable(key: str, feature: Any, steps: list) -> Any:
    values, counts, lengths = _values(key, feature.dtype, steps)
    if isinstance(feature, RaggedFeature):
        splits = [np.concatenate([[0], np.cumsum(part)]).astype(feature.row_splits_dtype) for part in (counts, lengths)]
        return RaggedTensor(RaggedTensor(values, splits[0]), splits[1])
    inner = places(counts)
    outer = places(lengths)[inner[:, 0]]
    shape = [len(steps), int(lengths.max(initial=0)), int(counts.max(initial=0))]
    return SparseTensor(np.column_stack([outer, inner[:, 1]]), values, shape)
