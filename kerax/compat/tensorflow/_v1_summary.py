"""``tf.compat.v1.summary``: summaries as tensors of bytes, and the writer that puts them into TensorBoard's files."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._edges import graph_mode, unwrap
from kerax.compat.tensorflow._graph_flow import effect
from kerax.compat.tensorflow._graph_state import GraphKeys, add_to_collection, current, get_collection, label
from kerax.compat.tensorflow._tensor import Tensor, string_array
from kerax.compat.tensorflow._v1_messages import Event, Summary
from kerax.estimators.event_reader import _records
from kerax.estimators.template import model_run, summarize
from kerax.jax_compat import is_tracer
from kerax.state import Variable
from kerax.state.naming import scoped_path
from kerax.state.symbolic import SymbolicTensor
from kerax.summary.event import TENSOR_CLASS, event, simple_value, value
from kerax.summary.event_file import EventFile
from kerax.summary.kinds import histogram_buckets

_UNFIT = re.compile(r"[^-/\w.]")  # what tags have not


def noted_summary(kind: str, name: str, data: Any, make: Callable, collections: Any, family: str | None = None) -> Any:
    """A summary of a tensor, computed at once or noted down.

    Args:
      kind: what is summarized.
      name: of the operation; its tag follows from it.
      data: the tensor.
      make: ``(tag, array) -> bytes``.
      collections: of the graph, to which it is added.
      family: put before the tag.
    """
    noting = graph_mode() or isinstance(data, SymbolicTensor)
    name = _UNFIT.sub("_", f"{family}/{name}" if family else name).lstrip("/")
    path = current().unique(name) if noting else scoped_path(name)
    tag = f"{family}/{path}" if family else path

    def bytes_of(array: Any) -> np.ndarray:
        return np.array(make(tag, np.asarray(array)), object)

    if not noting:
        if is_tracer(tensor(data)._value):  # a model function's, which the Estimator writes itself
            summarize(kind if kind in ("scalar", "histogram") else make, tag, tensor(data).array)
            return Tensor(string_array(b""))
        return Tensor(string_array(make(tag, np.asarray(tensor(data).numpy()))))

    def run(evaluation: Any) -> Any:
        found = data.read() if isinstance(data, Variable) else unwrap(evaluation.of(data))
        return bytes_of(found)

    made = label(effect(run, jax.ShapeDtypeStruct((), "int32"), f"{kind}_summary", [data]), path)
    made.is_string = True
    for collection in [GraphKeys.SUMMARIES] if collections is None else collections:
        add_to_collection(collection, made)
    return made


def scalar(name: str, tensor: Any, collections: Any = None, family: str | None = None) -> Any:
    """A number, as the bytes of a summary.

    Args:
      name: its tag, behind the open name scopes.
      tensor: the number.
      collections: of the graph; those of `merge_all` by default.
      family: put before the tag.
    """
    return noted_summary(
        "scalar", name, tensor, lambda tag, number: simple_value(tag, float(number)), collections, family
    )


def histogram(name: str, values: Any, collections: Any = None, family: str | None = None) -> Any:
    """The histogram of an array, as the bytes of a summary."""

    def make(tag: str, array: np.ndarray) -> bytes:
        return value(tag, histogram_buckets(array), "histograms", TENSOR_CLASS)

    return noted_summary("histogram", name, values, make, collections, family)


def text(name: str, tensor: Any, collections: Any = None) -> Any:
    """A text, as the bytes of a summary."""

    def make(tag: str, found: np.ndarray) -> bytes:
        texts = [one if isinstance(one, bytes) else str(one).encode() for one in found.ravel().tolist()]
        return value(tag, texts, "text", TENSOR_CLASS, shape=found.shape)

    return noted_summary("text", name, tensor, make, collections)


def merge(inputs: Any, collections: Any = None, name: str | None = None) -> Any:
    """Several summaries as one."""
    if not any(isinstance(one, SymbolicTensor) for one in inputs):
        return Tensor(string_array(b"".join(tensor(one).numpy() for one in inputs)))

    def run(evaluation: Any) -> Any:
        return np.array(b"".join(np.asarray(evaluation.of(one)).item() for one in inputs), object)

    made = effect(run, jax.ShapeDtypeStruct((), "int32"), "merge_summary", inputs, name)
    made.is_string = True
    return made


def merge_all(key: str = GraphKeys.SUMMARIES, scope: str | None = None, name: str | None = None) -> Any:
    """All summaries of the graph as one; None if there are none."""
    if model_run() is not None:  # a model function's, which are written together
        return Tensor(string_array(b""))
    found = get_collection(key, scope)
    return merge(found, name=name) if found else None


class FileWriter:
    """Writes summaries into a file for TensorBoard.

    Args:
      logdir: the folder.
      graph, graph_def, session: accepted as in TensorFlow; there is no graph to write.
      max_queue: events that wait.
      flush_secs: how long they wait at most.
      filename_suffix: end of the file's name.
    """

    def __init__(
        self,
        logdir: Any,
        graph: Any = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        graph_def: Any = None,
        filename_suffix: str | None = None,
        session: Any = None,
    ):
        self._logdir, self._options = logdir, (max_queue, flush_secs, filename_suffix or "")
        self._file: EventFile | None = EventFile(logdir, *self._options)

    def get_logdir(self) -> Any:
        """The folder."""
        return self._logdir

    def add_summary(self, summary: Any, global_step: Any = None) -> None:
        """Writes a summary: its bytes, or the message."""
        content = summary.SerializeToString() if isinstance(summary, Summary) else bytes(np.asarray(summary).item())
        self._open().write(event(time.time(), int(global_step or 0), summary=content))

    def add_graph(self, graph: Any, global_step: Any = None, graph_def: Any = None) -> None:
        """Nothing: there is no graph to write."""

    def _open(self) -> EventFile:
        if self._file is None:
            self.reopen()
        return self._file  # type: ignore[return-value]

    def flush(self) -> None:
        """Writes what waits."""
        if self._file is not None:
            self._file.flush()

    def reopen(self) -> None:
        """Begins another file."""
        if self._file is None:
            self._file = EventFile(self._logdir, *self._options)

    def close(self) -> None:
        """Ends the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()


def summary_iterator(path: Any) -> Iterator[Any]:
    """The events of a file."""
    for record in _records(str(path)):
        yield Event.FromString(record)
