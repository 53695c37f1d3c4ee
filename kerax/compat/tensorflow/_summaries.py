"""``tf.summary``: kerax's writers, with steps and values as tensors."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import kerax.summary as plain
from kerax.compat.tensorflow._hosted import hosted
from kerax.state.naming import scoped_path

SummaryWriter = plain.SummaryWriter


def _scoped(function: Callable) -> Callable:
    """A summary whose tag stands behind the open name scopes."""
    run = hosted(function)

    @functools.wraps(function)
    def call(name: Any, *args: Any, **kwargs: Any) -> Any:
        return run(scoped_path(name), *args, **kwargs)

    return call


scalar, histogram, image, audio, text = (
    _scoped(getattr(plain, name)) for name in "scalar histogram image audio text".split()
)
write = hosted(plain.write)


def create_file_writer(
    logdir: Any,
    max_queue: int | None = None,
    flush_millis: int | None = None,
    filename_suffix: str | None = None,
    name: str | None = None,
    experimental_trackable: bool = False,
    experimental_mesh: Any = None,
) -> SummaryWriter:
    """A writer of an event file in a folder; whether a checkpoint tracks it has no meaning, it has no state.

    Args:
      logdir: the folder.
      max_queue: summaries that wait before they are written out.
      flush_millis: how long they wait at most, in milliseconds.
      filename_suffix: end of the file's name.
      name: of the operation.
      experimental_trackable, experimental_mesh: have no meaning here.
    """
    return _create(logdir, max_queue, flush_millis, filename_suffix, name)


_create = hosted(plain.create_file_writer)


def trace_on(graph: bool = True, profiler: bool = False, profiler_outdir: Any = None) -> None:
    """Begins to record what JAX runs, for TensorBoard's profiler."""
    if profiler and profiler_outdir is not None:
        importlib.import_module("jax").profiler.start_trace(profiler_outdir)
        _running.append(profiler_outdir)


def trace_export(name: str, step: Any = None, profiler_outdir: Any = None) -> None:
    """Ends recording and writes what was recorded; there is no graph to write."""
    trace_off()


def trace_off() -> None:
    """Ends recording."""
    if _running:
        _running.clear()
        importlib.import_module("jax").profiler.stop_trace()


_running: list[Any] = []


def should_record_summaries() -> Any:
    """Whether summaries are written now."""
    return plain.should_record_summaries()


def graph(graph_data: Any = None) -> bool:
    """Nothing: kerax has programs of XLA, not graphs."""
    return False
