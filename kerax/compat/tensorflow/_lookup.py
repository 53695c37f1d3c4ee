"""``tf.lookup``: tables from keys to values, on the host."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._composite import is_composite
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode, unwrap
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor, convert, string_array
from kerax.functional.hashing import hash_bucket
from kerax.jax_compat import in_trace, is_tracer
from kerax.state.symbolic import SymbolicTensor, to_spec


def _host(value: Any) -> np.ndarray:
    made = value if isinstance(value, Tensor) else convert(value)
    if is_tracer(made._value):
        raise ValueError(
            "tf.lookup tables are on the host and cannot be asked inside tf.function with tensors that are computed "
            "there: "
            "look up in Dataset.map, or use tf.keras.layers.IntegerLookup."
        )
    return np.asarray(made._value if isinstance(made._value, np.ndarray) else made.numpy())


class KeyValueTensorInitializer:
    """Keys and values from tensors.

    Args:
      keys, values: of one length.
      key_dtype, value_dtype: their types.
    """

    def __init__(self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None, name: Any = None):
        self.keys, found = _host(convert(keys, key_dtype)), _host(convert(values))
        kind = None if value_dtype is None else as_dtype(value_dtype)
        self.values = found if kind is None or kind.name == "string" else found.astype(kind.dtype)
        if len(self.keys) != len(self.values):
            raise errors.InvalidArgumentError(
                None, None, f"keys and values must have one length, received {len(self.keys)} and {len(self.values)}."
            )

    key_dtype = property(lambda self: as_dtype(self.keys.dtype))
    value_dtype = property(lambda self: as_dtype(self.values.dtype))


class TextFileIndex:
    """What is taken from a line of a file: its number or the whole of it."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


class TextFileInitializer(KeyValueTensorInitializer):
    """Keys and values from the lines of a file."""

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: Any = None,
        value_index_offset: int = 0,
    ):
        path = filename.numpy().decode() if isinstance(filename, Tensor) else filename
        try:
            with open(path, encoding="utf-8") as file:
                lines = [line.rstrip("\n") for line in file][:vocab_size]
        except FileNotFoundError as error:
            raise errors.NotFoundError(None, None, f"{path}; No such file or directory") from error

        def column(index: int, dtype: Any) -> list:
            if index == TextFileIndex.WHOLE_LINE:
                return lines
            if index == TextFileIndex.LINE_NUMBER:
                return [number + value_index_offset for number in range(len(lines))]
            kind = as_dtype(dtype)
            parts = [line.split(delimiter)[index] for line in lines]
            return parts if kind.name == "string" else [(int if kind.is_integer else float)(part) for part in parts]

        super().__init__(column(key_index, key_dtype), column(value_index, value_dtype), None, value_dtype)


class OfGraph:
    """What a table of a graph of TensorFlow 1 has besides: it answers once a session has run its initializer."""

    _begun: Any = None  # a list of one truth value, None outside of graphs
    _filling: Any = None  # what it is filled with; in a graph the operation that does it

    def _fill_with(self, initializer: Any) -> None:
        self._filling = initializer
        if not graph_mode() or in_trace():
            return
        from kerax.compat.tensorflow._graph import Deferred
        from kerax.compat.tensorflow._graph_state import GraphKeys, add_to_collection

        begun = self._begun = [False]

        def begin(evaluation: Any) -> None:
            begun[0] = True

        self._filling = Deferred(begin, "table_init")
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, self._filling)

    initializer = property(lambda self: self._filling, doc="What it is filled with; in a graph the operation.")
    init = initializer

    def _asked(self) -> None:
        """Raises FailedPreconditionError if it was not begun."""
        if self._begun is not None and not self._begun[0]:
            raise errors.FailedPreconditionError(
                None, None, "Table not initialized. Run tf.compat.v1.tables_initializer() in a session first."
            )


def _noted(table: OfGraph, keys: Any, kind: Any) -> Any:
    """A look-up that a session does."""
    from kerax.compat.tensorflow._graph_flow import effect

    def run(evaluation: Any) -> np.ndarray:
        table._asked()
        found = unwrap(evaluation.of(keys))
        return _host(
            table.lookup(  # type: ignore[attr-defined]
                Tensor(string_array(found) if keys.is_string else np.asarray(found))
            )
        )

    made = effect(run, to_spec(tuple(TensorShape(keys.shape)), kind.name), "lookup", [keys])
    made.is_string = kind.name == "string"
    return made


class StaticHashTable(OfGraph):
    """A table that does not change.

    Args:
      initializer: its keys and values.
      default_value: what other keys have.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
      >>> table.lookup(tf.constant(["b", "c"])).numpy().tolist()
      [2, -1]
    """

    def __init__(
        self, initializer: Any, default_value: Any, name: str | None = None, experimental_is_anonymous: bool = False
    ):
        self._values = initializer.values
        self._table = dict(zip(initializer.keys.tolist(), initializer.values.tolist()))
        default = _host(convert(default_value))
        self._default = default[()]
        self.default_value = convert(default_value, initializer.value_dtype)
        self.key_dtype, self.value_dtype = initializer.key_dtype, initializer.value_dtype
        self.name = name or "hash_table"
        self._fill_with(initializer)

    def lookup(self, keys: Any, name: Any = None) -> Any:
        """The values of keys."""
        if isinstance(keys, SymbolicTensor):
            return _noted(self, keys, self.value_dtype)
        if is_composite(keys):
            return (
                keys.with_flat_values(self.lookup(keys.flat_values))
                if hasattr(keys, "flat_values")
                else keys.with_values(self.lookup(keys.values))
            )
        host = self._checked(keys)
        found = np.empty(host.size, self._values.dtype)
        for i, key in enumerate(host.ravel().tolist()):
            found[i] = self._table.get(key, self._default)
        return Tensor(found.reshape(host.shape))

    def _checked(self, keys: Any) -> np.ndarray:
        kind = keys.dtype if isinstance(keys, Tensor) else None
        if kind is not None and kind != self.key_dtype:
            raise TypeError(f"Dtype of argument `keys` must be {self.key_dtype}, received: {kind}")
        return _host(keys)

    def __getitem__(self, keys: Any) -> Any:
        return self.lookup(keys)

    def size(self, name: Any = None) -> Tensor:
        """How many keys there are."""
        return Tensor(np.asarray(len(self._table), np.int64))

    def export(self, name: Any = None) -> tuple:
        """All keys and all values."""
        return convert(list(self._table)), Tensor(np.asarray(list(self._table.values()), self._values.dtype))


class StaticVocabularyTable(OfGraph):
    """Numbers for the words of a vocabulary, and numbers behind them by hash for other words.

    Args:
      initializer: words and their numbers, int64.
      num_oov_buckets: how many numbers other words share.
      lookup_key_dtype: the type of the words.
    """

    def __init__(
        self,
        initializer: Any,
        num_oov_buckets: int,
        lookup_key_dtype: Any = None,
        name: str | None = None,
        experimental_is_anonymous: bool = False,
    ):
        self._table = {} if initializer is None else dict(zip(initializer.keys.tolist(), initializer.values.tolist()))
        self._buckets = int(num_oov_buckets)
        self._fill_with(initializer)
        kind = "string" if initializer is None else initializer.key_dtype
        self.key_dtype, self.value_dtype = as_dtype(lookup_key_dtype or kind), as_dtype("int64")
        self.name = name or "string_to_index"

    def lookup(self, keys: Any, name: Any = None) -> Any:
        """The numbers of words."""
        if isinstance(keys, SymbolicTensor):
            return _noted(self, keys, as_dtype("int64"))
        if is_composite(keys):
            return (
                keys.with_flat_values(self.lookup(keys.flat_values))
                if hasattr(keys, "flat_values")
                else keys.with_values(self.lookup(keys.values))
            )
        host = _host(keys)
        found = np.empty(host.size, np.int64)
        for i, key in enumerate(host.ravel().tolist()):
            number = self._table.get(key)
            if number is None:
                text = key if isinstance(key, bytes) else str(key).encode()
                number = len(self._table) + int(hash_bucket([text], self._buckets)[0])
            found[i] = number
        return Tensor(found.reshape(host.shape))

    def __getitem__(self, keys: Any) -> Any:
        return self.lookup(keys)

    def size(self, name: Any = None) -> Tensor:
        """How many numbers there are."""
        return Tensor(np.asarray(len(self._table) + self._buckets, np.int64))


class DenseHashTable(StaticHashTable):
    """A table that can be added to.

    Args:
      key_dtype, value_dtype: types.
      default_value: what other keys have.
      empty_key, deleted_key, initial_num_buckets, name, checkpoint, experimental_is_anonymous: accepted.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        empty_key: Any = None,
        deleted_key: Any = None,
        **options: Any,
    ):
        kind = as_dtype(value_dtype)
        self._values = np.empty(0, kind.dtype)
        self._table, self._default = {}, _host(convert(default_value))[()]
        self.key_dtype, self.value_dtype, self.name = as_dtype(key_dtype), kind, "table"

    def insert(self, keys: Any, values: Any, name: Any = None) -> None:
        """Adds keys, or gives them other values."""
        self._table.update(zip(_host(keys).ravel().tolist(), _host(tensor(values)).ravel().tolist()))

    insert_or_assign = insert

    def remove(self, keys: Any, name: Any = None) -> None:
        """Takes keys away."""
        for key in _host(keys).ravel().tolist():
            self._table.pop(key, None)

    erase = remove


MutableHashTable = DenseHashTable
