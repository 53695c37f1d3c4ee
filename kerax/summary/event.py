"""The messages of TensorBoard's event files, encoded.

Source: the message definitions of TensorFlow (`event.proto`, `summary.proto`, `tensor.proto`) and of TensorBoard's
plugins; only their field numbers and plugin names are used here.
"""

from __future__ import annotations

import numpy as np

from kerax.utils.protobuf import bytes_field, double_field, float_field, int_field

FILE_VERSION = "brain.Event:2"

# Event
_WALL_TIME, _STEP, _FILE_VERSION, _GRAPH, _SUMMARY = 1, 2, 3, 4, 5
# Summary.Value
_VALUE, _TAG, _SIMPLE, _TENSOR, _METADATA = 1, 1, 2, 8, 9
# SummaryMetadata and its PluginData
_PLUGIN, _DISPLAY_NAME, _DESCRIPTION, _DATA_CLASS = 1, 2, 3, 4
_PLUGIN_NAME, _PLUGIN_CONTENT = 1, 2
SCALAR_CLASS, TENSOR_CLASS, BLOB_CLASS = 1, 2, 3
# TensorProto
_DTYPE, _SHAPE, _CONTENT, _STRINGS = 1, 2, 4, 8
_TENSOR_TYPES = {"float32": 1, "float64": 2, "int32": 3, "uint8": 4, "string": 7, "int64": 9, "bool": 10}


def event(wall_time: float, step: int = 0, *, summary: bytes = b"", graph: bytes = b"", version: str = "") -> bytes:
    """Returns one encoded event: a summary, a graph or the version of the file.

    Example:
      >>> from kerax.summary.event import event
      >>> event(1.0, version="brain.Event:2").hex()[:18]
      '09000000000000f03f'
    """
    parts = [double_field(_WALL_TIME, wall_time)]
    if step:
        parts.append(int_field(_STEP, step))
    if version:
        parts.append(bytes_field(_FILE_VERSION, version))
    if graph:
        parts.append(bytes_field(_GRAPH, graph))
    if summary:
        parts.append(bytes_field(_SUMMARY, summary))
    return b"".join(parts)


def value(
    tag: str,
    tensor: np.ndarray | list[bytes],
    plugin: str,
    data_class: int,
    content: bytes = b"",
    description: str | None = None,
    shape: tuple[int, ...] | None = None,
) -> bytes:
    """Returns an encoded summary of one value.

    Args:
      tag: its name.
      tensor: numbers, or byte strings.
      plugin: which part of TensorBoard shows it.
      data_class: ``SCALAR_CLASS``, ``TENSOR_CLASS`` or ``BLOB_CLASS``.
      content: what the plugin wants to know besides.
      description: text shown with it, Markdown.
      shape: of byte strings; one axis without it.

    Example:
      >>> import numpy as np
      >>> from kerax.summary.event import SCALAR_CLASS, value
      >>> b"loss" in value("loss", np.float32(1), "scalars", SCALAR_CLASS)
      True
    """
    plugin_data = bytes_field(_PLUGIN_NAME, plugin) + (bytes_field(_PLUGIN_CONTENT, content) if content else b"")
    metadata = bytes_field(_PLUGIN, plugin_data)
    if description:
        metadata += bytes_field(_DESCRIPTION, description)
    metadata += int_field(_DATA_CLASS, data_class)
    body = bytes_field(_TAG, tag) + bytes_field(_TENSOR, _tensor(tensor, shape)) + bytes_field(_METADATA, metadata)
    return bytes_field(_VALUE, body)


def simple_value(tag: str, number: float) -> bytes:
    """Returns an encoded summary of one number as TensorFlow 1 and its Estimators write it.

    Args:
      tag: its name.
      number: the number; float32 is stored.

    Example:
      >>> from kerax.summary.event import simple_value
      >>> b"loss" in simple_value("loss", 0.5)
      True
    """
    return bytes_field(_VALUE, bytes_field(_TAG, tag) + float_field(_SIMPLE, number))


def _tensor(tensor: np.ndarray | list[bytes], shape: tuple[int, ...] | None) -> bytes:
    if isinstance(tensor, list):
        sizes = (len(tensor),) if shape is None else shape
        strings = b"".join(bytes_field(_STRINGS, text) for text in tensor)
        return int_field(_DTYPE, _TENSOR_TYPES["string"]) + bytes_field(_SHAPE, _sizes(sizes)) + strings
    array = np.asarray(tensor)
    content = bytes_field(_CONTENT, array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    return int_field(_DTYPE, _TENSOR_TYPES[array.dtype.name]) + bytes_field(_SHAPE, _sizes(array.shape)) + content


def _sizes(shape: tuple[int, ...]) -> bytes:
    return b"".join(bytes_field(2, int_field(1, size)) for size in shape)
