"""Input producers of TensorFlow 1: queues of rows, of names of files, of batches."""

from __future__ import annotations

import glob
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import graph_mode, unwrap
from kerax.compat.tensorflow._gather import gather
from kerax.compat.tensorflow._graph import Deferred, Evaluation
from kerax.compat.tensorflow._graph_flow import effect
from kerax.compat.tensorflow._queue import QueueBase
from kerax.compat.tensorflow._random import next_key
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_queues import (
    FIFOQueue,
    PaddingFIFOQueue,
    QueueRunner,
    RandomShuffleQueue,
    add_queue_runner,
)
from kerax.state import Variable
from kerax.state.symbolic import SymbolicTensor

_KEYS = ("capacity", "shared_name", "name")


def _kind_of(one: Any) -> Any:
    return as_dtype("string") if getattr(one, "is_string", False) else as_dtype(one.dtype)


def _as_tensor(one: Any) -> Any:
    return one if isinstance(one, (SymbolicTensor, Variable)) else tensor(one)


def limit_epochs(tensor: Any, num_epochs: int | None = None, name: str | None = None) -> Any:
    """The tensor, which can be had so many times.

    Args:
      tensor: what is asked for.
      num_epochs: how often; None: always.
      name: accepted as in TensorFlow.
    """
    given = _as_tensor(tensor)
    if num_epochs is None:
        return given
    if num_epochs <= 0:
        raise ValueError(f"num_epochs must be > 0 not {num_epochs}.")
    counts = [0]

    def run(evaluation: Evaluation) -> Any:
        if counts[0] >= num_epochs:
            raise errors.OutOfRangeError(None, None, f"Reached limit of {num_epochs}")
        counts[0] += 1
        return given._value if isinstance(given, Tensor) else unwrap(evaluation.of(given))

    sizes = tuple(TensorShape(given.shape))
    made = effect(run, jax.ShapeDtypeStruct(sizes, _device_kind(given)), "limit_epochs", [given])
    made.is_string = _kind_of(given).name == "string"
    return made


def _device_kind(one: Any) -> Any:
    kind = _kind_of(one)
    return np.dtype("int32") if kind.name == "string" else jax.dtypes.canonicalize_dtype(kind.dtype)


def input_producer(
    input_tensor: Any,
    element_shape: Any = None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    summary_name: str | None = None,
    name: str | None = None,
    cancel_op: Any = None,
) -> Any:
    """A queue of the rows of a tensor, again and again.

    Args:
      input_tensor: the rows.
      element_shape: of a row.
      num_epochs: how often they come; None: always.
      shuffle: whether they come in another order every time.
      seed: of the orders.
      capacity, shared_name, summary_name, name, cancel_op: accepted as in TensorFlow.
    """
    rows = _as_tensor(input_tensor)
    kind = _kind_of(rows)
    queue = FIFOQueue(1 << 40, [kind], [element_shape if element_shape is not None else TensorShape(rows.shape)[1:]],
                      name=name or "input_producer")  # fmt: skip
    epochs, draws = [0], np.random.default_rng(int(jax.random.bits(next_key(seed))))

    def run(evaluation: Evaluation) -> None:
        if num_epochs is not None and epochs[0] >= num_epochs:
            raise errors.OutOfRangeError(None, None, f"Reached limit of {num_epochs}")
        epochs[0] += 1
        values = rows.numpy() if isinstance(rows, Tensor) else np.asarray(unwrap(evaluation.of(rows)))
        order = draws.permutation(len(values)) if shuffle else np.arange(len(values))
        QueueBase.enqueue_many(queue, Tensor(np.asarray(values)[order]))

    add_queue_runner(QueueRunner(queue, [Deferred(run, "enqueue_many", [rows])]))
    return queue


def string_input_producer(
    string_tensor: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
    cancel_op: Any = None,
) -> Any:
    """A queue of texts, such as names of files; arguments as of `input_producer`.

    Raises:
      ValueError: without any text.
    """
    if isinstance(string_tensor, (list, tuple)) and not string_tensor:
        raise ValueError("string_input_producer requires a non-null input tensor")
    return input_producer(string_tensor, [], num_epochs, shuffle, seed, capacity, name=name or "input_producer")


def range_input_producer(
    limit: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """A queue of the whole numbers below a limit; arguments as of `input_producer`."""
    from kerax.compat.tensorflow._creating import range as numbers

    return input_producer(numbers(limit), [], num_epochs, shuffle, seed, capacity, name=name or "input_producer")


def slice_input_producer(
    tensor_list: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> list:
    """A row of each of several tensors; arguments as of `input_producer`.

    Raises:
      ValueError: without tensors.
    """
    if not tensor_list:
        raise ValueError("Expected at least one tensor in slice_input_producer().")
    given = [_as_tensor(one) for one in tensor_list]
    count = TensorShape(given[0].shape)[0]
    queue = range_input_producer(count, num_epochs, shuffle, seed, capacity, name=name)
    place = queue.dequeue()
    return [_row(one, place) if isinstance(one, Tensor) else gather(one, place) for one in given]


def _row(rows: Tensor, place: Any) -> Any:
    """A row of numbers or texts, wherever a session says."""

    def run(evaluation: Evaluation) -> Any:
        return np.asarray(rows.numpy()[int(np.asarray(unwrap(evaluation.of(place))))], rows.numpy().dtype)

    made = effect(run, jax.ShapeDtypeStruct(tuple(rows.shape)[1:], _device_kind(rows)), "slice", [place])
    made.is_string = rows.dtype.name == "string"
    return made


# ---- batches --------------------------------------------------------------------------------------------------------
def _batched(
    several: list,
    batch_size: Any,
    make: Any,
    enqueue_many: bool,
    shapes: Any,
    smaller: bool,
    keep_input: Any = True,
) -> Any:
    """A queue that is filled with tensors, and its next batch, in the tensors' structure."""
    first = several[0]
    keys = list(first) if isinstance(first, dict) else None
    single = keys is None and not isinstance(first, (list, tuple))

    def listed(one: Any) -> list:
        found = [one] if single else [one[key] for key in keys] if keys is not None else list(one)
        return [_as_tensor(part) for part in found]

    rows = [listed(one) for one in several]
    head = 1 if enqueue_many else 0
    sizes = [TensorShape(part.shape)[head:] for part in rows[0]] if shapes is None else shapes
    if shapes is not None and single:
        sizes = [TensorShape(shapes[0] if isinstance(shapes, list) and shapes and not isinstance(shapes[0], int)
                             else shapes)]  # fmt: skip
    queue = make([_kind_of(part) for part in rows[0]], sizes)

    def filling(parts: list) -> Deferred:
        def run(evaluation: Evaluation) -> None:
            if isinstance(keep_input, SymbolicTensor):
                keep: Any = np.asarray(unwrap(evaluation.of(keep_input)))
            else:
                keep = np.asarray(keep_input)
            values = [_host(evaluation, part) for part in parts]
            if enqueue_many:
                chosen = np.flatnonzero(np.broadcast_to(keep, (len(values[0]),)))
                for row in chosen.tolist():
                    queue._put([Tensor(_part(value, row)) for value in values])
            elif keep.all():
                queue._put([Tensor(value) for value in values])

        return Deferred(run, "enqueue", parts)

    add_queue_runner(QueueRunner(queue, [filling(parts) for parts in rows]))
    found = queue.dequeue_up_to(batch_size) if smaller else queue.dequeue_many(batch_size)
    if single:
        return found
    outputs = found if isinstance(found, list) else [found]
    return dict(zip(keys, outputs)) if keys is not None else outputs if len(outputs) > 1 else found


def _host(evaluation: Evaluation, part: Any) -> np.ndarray:
    if isinstance(part, Tensor):
        return np.asarray(part.numpy(), object if part.dtype.name == "string" else None)
    found = unwrap(evaluation.of(part))
    return np.asarray(found.read() if isinstance(found, Variable) else found, object if part.is_string else None)


def _part(value: np.ndarray, row: int) -> np.ndarray:
    return np.asarray(value[row], value.dtype)


def _first_in(dynamic_pad: bool, capacity: Any, name: Any) -> Any:
    cls = PaddingFIFOQueue if dynamic_pad else FIFOQueue
    return lambda kinds, shapes: cls(1 << 40, kinds, shapes, name=name or "batch")


def _shuffled(min_after_dequeue: Any, seed: Any, name: Any) -> Any:
    return lambda kinds, shapes: RandomShuffleQueue(
        1 << 40, min_after_dequeue, kinds, shapes, seed=seed, name=name or "shuffle_batch"
    )


def batch(
    tensors: Any,
    batch_size: Any,
    num_threads: int = 1,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Batches of tensors that every run of a session gives anew.

    Args:
      tensors: a tensor, a list or a dictionary of them.
      batch_size: how many elements a batch has.
      num_threads, capacity, shared_name: accepted as in TensorFlow.
      enqueue_many: whether rows of the tensors are the elements.
      shapes: of the elements.
      dynamic_pad: whether elements of different sizes are padded.
      allow_smaller_final_batch: whether the last batch may be smaller.
      name: of the queue.
    """
    make = _first_in(dynamic_pad, capacity, name)
    return _batched([tensors], batch_size, make, enqueue_many, shapes, allow_smaller_final_batch)


def maybe_batch(
    tensors: Any,
    keep_input: Any,
    batch_size: Any,
    num_threads: int = 1,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`batch` of those elements for which ``keep_input`` is true."""
    make = _first_in(dynamic_pad, capacity, name)
    return _batched([tensors], batch_size, make, enqueue_many, shapes, allow_smaller_final_batch, keep_input)


def batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`batch` of several sources, which take turns."""
    make = _first_in(dynamic_pad, capacity, name)
    return _batched(list(tensors_list), batch_size, make, enqueue_many, shapes, allow_smaller_final_batch)


def maybe_batch_join(
    tensors_list: Any,
    keep_input: Any,
    batch_size: Any,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`batch_join` of those elements for which ``keep_input`` is true."""
    make = _first_in(dynamic_pad, capacity, name)
    return _batched(list(tensors_list), batch_size, make, enqueue_many, shapes, allow_smaller_final_batch, keep_input)


def shuffle_batch(
    tensors: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    num_threads: int = 1,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`batch` in random order.

    Args:
      min_after_dequeue: from at least so many further elements a batch is drawn.
      seed: of the order.
      tensors, batch_size, capacity, num_threads, enqueue_many, shapes, allow_smaller_final_batch, shared_name, name: as
        of `batch`.
    """
    make = _shuffled(min_after_dequeue, seed, name)
    return _batched([tensors], batch_size, make, enqueue_many, shapes, allow_smaller_final_batch)


def maybe_shuffle_batch(
    tensors: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    keep_input: Any,
    num_threads: int = 1,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`shuffle_batch` of those elements for which ``keep_input`` is true."""
    make = _shuffled(min_after_dequeue, seed, name)
    return _batched([tensors], batch_size, make, enqueue_many, shapes, allow_smaller_final_batch, keep_input)


def shuffle_batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`shuffle_batch` of several sources, which take turns."""
    make = _shuffled(min_after_dequeue, seed, name)
    return _batched(list(tensors_list), batch_size, make, enqueue_many, shapes, allow_smaller_final_batch)


def maybe_shuffle_batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    keep_input: Any,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`shuffle_batch_join` of those elements for which ``keep_input`` is true."""
    make = _shuffled(min_after_dequeue, seed, name)
    return _batched(list(tensors_list), batch_size, make, enqueue_many, shapes, allow_smaller_final_batch, keep_input)


def match_filenames_once(pattern: Any, name: str | None = None) -> Any:
    """The names of the files that fit patterns, as they are now: a variable, in a graph a tensor.

    Args:
      pattern: one or several, as for ``tf.io.gfile.glob``.
      name: of the variable.
    """
    given = np.ravel(unwrap(pattern))
    patterns = [one.decode() if isinstance(one, bytes) else str(one) for one in given]
    found = sorted(one for each in patterns for one in glob.glob(each))
    names = tensor(np.array([one.encode() for one in found], object))
    if graph_mode():
        return names
    from kerax.compat.tensorflow._variable import Variable as Made

    return Made(names, trainable=False, name=name or "matching_filenames")
