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
