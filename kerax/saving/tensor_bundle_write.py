"""Writing TensorFlow's checkpoint files without TensorFlow: a kill at any moment leaves the old or the new checkpoint.

A checkpoint is an index and a data file, and the index names the data file by numbers only. When a checkpoint is
replaced, the new data go into a file of another number, ``...-of-00002`` beside ``...-of-00001``; moving the index
into place is then the one step that counts, and the old data are removed after it.
"""

from __future__ import annotations

import os
import pathlib
import re
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from kerax.saving.checked_bytes import AlignedWriter, write_array_bytes
from kerax.saving.sstable import table_bytes
from kerax.utils.atomic import atomic_path
from kerax.utils.crc32c import crc32c, mask_crc
from kerax.utils.protobuf import bytes_field, encode_varint, fixed32_field, int_field
from kerax.utils.tf_dtypes import STRING, dtype_number

_VERSION = bytes_field(3, int_field(1, 1))  # of the format, as TensorFlow writes it


def write_tensor_bundle(prefix: str | os.PathLike, tensors: Mapping[str, Any]) -> None:
    """Writes tensors as a checkpoint that TensorFlow and kerax can read, atomically.

    Args:
      prefix: what the names of its files shall begin with: ``"folder/ckpt-3"``. The folder must exist.
      tensors: names and arrays. Text (``str``, ``bytes``, object arrays of them) becomes a string tensor.

    Raises:
      OSError: naming the path, if it cannot be written; an earlier checkpoint of the name stays as it was.
      TypeError: naming the tensor, for a dtype that TensorFlow does not have.

    Example:
      >>> import tempfile, os, numpy as np
      >>> from kerax.saving.tensor_bundle_write import write_tensor_bundle
      >>> folder = tempfile.mkdtemp()
      >>> write_tensor_bundle(folder + "/ckpt", {"w": np.ones(3)})
      >>> sorted(os.listdir(folder))
      ['ckpt.data-00000-of-00001', 'ckpt.index']
    """
    target = pathlib.Path(prefix)
    index = target.with_name(target.name + ".index")
    first, other = (target.with_name(f"{target.name}.data-00000-of-{count:05d}") for count in (1, 2))
    replaces = index.exists() and first.exists()
    data, shards = (other, 2) if replaces else (first, 1)
    by_key = {name.encode(): name for name in tensors}
    entries = [(b"", int_field(1, shards) + _VERSION)]
    with atomic_path(index, "the checkpoint") as temporary_index:
        with atomic_path(data, "the checkpoint") as temporary, AlignedWriter(temporary) as file:
            offset = 0
            for key in sorted(by_key):
                name = by_key[key]
                if not key or key[0] == 0:
                    raise ValueError(f"A tensor in a checkpoint needs a name that is not empty, received {name!r}.")
                entry, offset = _write_tensor(file, name, tensors[name], offset)
                entries.append((key, entry))
        temporary_index.write_bytes(table_bytes(entries))
    for stale in target.parent.glob(_literal(target.name) + ".data-?????-of-?????"):
        if stale != data and re.fullmatch(r"\d{5}-of-\d{5}", stale.name[-14:]):
            stale.unlink(missing_ok=True)


def _write_tensor(file: AlignedWriter, name: str, value: Any, offset: int) -> tuple[bytes, int]:
    """Writes one tensor and returns its entry and where the next one begins."""
    array = np.asarray(jax.device_get(value) if isinstance(value, jax.Array) else value)
    try:
        number = dtype_number(array.dtype)
    except TypeError as error:
        raise TypeError(f"Tensor {name!r}: {error}") from None
    if number == STRING:
        data, crc = _text_bytes(array, name)
        file.write(data)
        size = len(data)
    else:
        size, crc = write_array_bytes(file, array)
    shape = b"".join(bytes_field(2, int_field(1, length) if length else b"") for length in array.shape)
    entry = int_field(1, number) + bytes_field(2, shape)
    if offset:
        entry += int_field(4, offset)
    if size:
        entry += int_field(5, size)
    return entry + fixed32_field(6, mask_crc(crc)), offset + size


def _text_bytes(array: np.ndarray, name: str) -> tuple[bytes, int]:
    """A string tensor as it is stored, and its checksum, which counts the lengths as numbers of fixed width."""
    texts = []
    for item in array.reshape(-1):
        if isinstance(item, str):
            item = item.encode()
        if not isinstance(item, bytes):
            raise TypeError(f"Tensor {name!r}: an object array may hold text only, found a {type(item).__name__}.")
        texts.append(bytes(item))
    crc = crc32c(b"".join(len(text).to_bytes(4 if len(text) < 1 << 32 else 8, "little") for text in texts))
    rest = mask_crc(crc).to_bytes(4, "little") + b"".join(texts)
    return b"".join(encode_varint(len(text)) for text in texts) + rest, crc32c(rest, crc)


def _literal(name: str) -> str:
    """A name with the characters that have a meaning in patterns taken literally."""
    return re.sub(r"([\[\]*?])", r"[\1]", name)
