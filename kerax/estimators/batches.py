"""input_fn: how it is called, and the batches it gives."""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.data.ragged import RaggedTensor, SparseTensor
from kerax.estimators.array_rows import array_rows
from kerax.estimators.mode_keys import ModeKeys

# What calls an ``input_fn``, the last of these: the namespace for TensorFlow's scripts adds its own.
around: list[Callable[[Callable[[], Any]], Any]] = [lambda call: call()]


def argument_names(function: Any) -> tuple[list[str], bool]:
    """The names of a function's arguments, those bound by ``functools.partial`` left out, and whether it takes any.

    Example:
      >>> from kerax.estimators.batches import argument_names
      >>> argument_names(lambda features, mode: None)
      (['features', 'mode'], False)
    """
    bound: set[str] = set()
    while isinstance(function, functools.partial):
        bound |= set(function.keywords)
        function = function.func
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return [], True
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [p.name for p in parameters if p.kind in kinds and p.name not in bound], anything


def checked_steps(where: str, value: Any) -> int | None:
    """A number of steps as an int, None for no limit.

    Raises:
      TypeError: for something that is no whole number.
      ValueError: for a number below 1.

    Example:
      >>> from kerax.estimators.batches import checked_steps
      >>> checked_steps("train(steps=...)", 1e3)
      1000
    """
    if value is None:
        return None
    try:
        steps = operator.index(value)
    except TypeError:
        if not (isinstance(value, (float, np.floating)) and float(value).is_integer()):  # 1e4 is a way to write 10000
            raise TypeError(f"{where} is a whole number, received {value!r}.") from None
        steps = int(value)
    if steps <= 0:
        raise ValueError(f"{where} is at least 1, received {steps}.")
    return steps


def _without_default(function: Any) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def call_input_fn(input_fn: Callable[..., Any], mode: str, params: Any, config: Any) -> Any:
    """Calls an ``input_fn`` with those of ``mode``, ``params`` and ``config`` that it names.

    Raises:
      TypeError: if it cannot be called, or needs other arguments.
    """
    if not callable(input_fn):
        raise TypeError(f"input_fn is a function that returns the data, received {type(input_fn).__name__}.")
    names, _ = argument_names(input_fn)
    given = {"mode": mode, "params": params, "config": config}
    unknown = [name for name in _without_default(input_fn) if name not in given]
    if unknown:
        raise TypeError(
            f"input_fn may take the arguments mode, params and config; it also needs {unknown[0]!r}. Give it a "
            f"default, or pass lambda: my_input_fn({unknown[0]})."
        )
    return around[-1](lambda: input_fn(**{name: value for name, value in given.items() if name in names}))


class Batches:
    """The batches of an ``input_fn``.

    Args:
      data: what it returned: a dataset or other iterable of ``(features, labels)``, or such a pair of arrays, which is
        given again and again. To predict, features alone are enough.
      mode: a name of `ModeKeys`.

    Raises:
      ValueError: for a tuple of another length.

    Example:
      >>> import numpy as np
      >>> from kerax.estimators.batches import Batches
      >>> batches = Batches(({"x": np.ones(2)}, np.zeros(2)), "train")
      >>> features, labels = batches.next()
      >>> labels
      array([0., 0.])
    """

    def __init__(self, data: Any, mode: str) -> None:
        self.mode = mode
        self.data = data
        self._waiting: list[Any] = []
        self.rows = array_rows(data)
        self.table: Any = None
        if self.rows is not None:
            self.table = self._checked(self.rows.arrays)
            self.order = iter(self.rows)
        self._iterator = self._iterate(data)

    def _iterate(self, data: Any) -> Iterator[Any]:
        if self.rows is not None:
            for rows in self.order:
                yield jax.tree.map(lambda array, rows=rows: array[rows], self.table)
            return
        if isinstance(data, (tuple, list)) or not hasattr(data, "__iter__") or _is_arrays(data):
            batch = self._checked(data)
            while True:
                yield batch
        for element in data:
            yield self._checked(element)

    def _checked(self, element: Any) -> tuple[Any, Any]:
        if isinstance(element, (tuple, list)):
            if len(element) != 2:
                raise ValueError(
                    f"input_fn gives pairs (features, labels), received a {type(element).__name__} of length "
                    f"{len(element)}."
                )
            features, labels = element
        else:
            features, labels = element, None
        if self.mode == ModeKeys.PREDICT:
            labels = None
        return jax.tree.map(_host, (features, labels))

    def next(self) -> tuple[Any, Any] | None:
        """The next batch, None at the end."""
        if self._waiting:
            return self._waiting.pop(0)
        return next(self._iterator, None)

    def peek(self) -> tuple[Any, Any] | None:
        """The next batch, which ``next`` gives again; of arrays, one that is like it."""
        if self.rows is not None:
            first = slice(0, self.rows.batch_size)
            return jax.tree.map(lambda array: array[first], self.table)
        if not self._waiting:
            batch = self.next()
            if batch is None:
                return None
            self._waiting.append(batch)
        return self._waiting[0]

    def skip(self, count: int) -> None:
        """Leaves out batches."""
        for _ in range(count):
            if (next(self.order, None) if self.rows is not None else self.next()) is None:
                return


def no_batch(call: str) -> ValueError:
    """The error for an input without any batch.

    Example:
      >>> from kerax.estimators.batches import no_batch
      >>> str(no_batch("train()"))[:38]
      'train(): the input_fn gave no batch. C'
    """
    return ValueError(
        f"{call}: the input_fn gave no batch. Check that its data is not empty, that batch(..., drop_remainder=True) "
        "does not ask for more rows than there are, and that it makes its dataset or iterator anew in every call."
    )


def _is_arrays(data: Any) -> bool:
    return isinstance(data, dict) or hasattr(data, "__array__") or isinstance(data, (SparseTensor, RaggedTensor))


def _host(leaf: Any) -> Any:
    leaf = getattr(leaf, "_plain", leaf)  # of the sparse and ragged tensors that TensorFlow's namespace has
    if isinstance(leaf, (np.ndarray, SparseTensor, RaggedTensor)):
        return leaf
    if hasattr(leaf, "to_numpy"):  # pandas
        return leaf.to_numpy()
    return leaf.numpy() if hasattr(leaf, "numpy") and not isinstance(leaf, jax.Array) else np.asarray(leaf)
