"""``tf.profiler.experimental``: JAX's profiler, whose traces TensorBoard shows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import jax


class ProfilerOptions:
    """Accepted as in TensorFlow."""

    def __init__(self, **options: Any):
        self.__dict__.update(options)


def start(logdir: Any, options: Any = None) -> None:
    """Begins to record what JAX runs."""
    jax.profiler.start_trace(str(logdir))


def stop(save: bool = True) -> None:
    """Ends recording and writes it."""
    jax.profiler.stop_trace()


@contextlib.contextmanager
def Profile(logdir: Any, options: Any = None) -> Iterator[None]:
    """Records what runs inside."""
    with jax.profiler.trace(str(logdir)):
        yield


@contextlib.contextmanager
def Trace(name: str, **options: Any) -> Iterator[None]:
    """Gives what runs inside a name in the trace."""
    with jax.profiler.TraceAnnotation(name):
        yield


class server:
    """Lets TensorBoard ask for traces."""

    @staticmethod
    def start(port: int) -> None:
        """Listens at a port."""
        jax.profiler.start_server(port)
