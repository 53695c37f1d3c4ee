"""Names about how TensorFlow compiles: ``tf.xla``, AutoGraph's features, the horizon of its graphs' compatibility."""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kerax.compat.tensorflow._core import tensor


class Feature(enum.Enum):
    """What AutoGraph may convert; kerax converts control flow whatever is named.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.autograph.experimental.Feature.LISTS.value
      'LISTS'
    """

    ALL = "ALL"
    AUTO_CONTROL_DEPS = "AUTO_CONTROL_DEPS"
    ASSERT_STATEMENTS = "ASSERT_STATEMENTS"
    BUILTIN_FUNCTIONS = "BUILTIN_FUNCTIONS"
    EQUALITY_OPERATORS = "EQUALITY_OPERATORS"
    LISTS = "LISTS"
    NAME_SCOPES = "NAME_SCOPES"

    @classmethod
    def all(cls) -> tuple[Feature, ...]:
        """All of them."""
        return tuple(cls)

    @classmethod
    def all_but(cls, exclude: Any) -> tuple[Feature, ...]:
        """All but some."""
        left_out = set(exclude) if isinstance(exclude, Iterable) else {exclude}
        return tuple(one for one in cls if one not in left_out | {cls.ALL})


def compile(computation: Callable, inputs: Any = None) -> Any:
    """Runs a function compiled, on a list of inputs; a result that is no structure comes in a list.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.xla.experimental.compile(lambda x: x + 1, [1.0])
      [<tf.Tensor: shape=(), dtype=float32, numpy=2.0>]
    """
    from kerax.compat.tensorflow._tracing import function

    found = function(computation)(*[tensor(one) for one in inputs or ()])
    return list(found) if isinstance(found, tuple) else found if isinstance(found, (list, dict)) else [found]


@contextlib.contextmanager
def jit_scope(compile_ops: Any = True, separate_compiled_gradients: bool = False) -> Iterator[None]:
    """What is computed inside is compiled or not; kerax compiles as ever.

    Raises:
      RuntimeError: outside of graphs and functions, as in TensorFlow.
    """
    from kerax.compat.tensorflow._edges import graph_mode
    from kerax.jax_compat import in_trace

    if not (in_trace() or graph_mode()):
        raise RuntimeError("xla.experimental.jit_scope is not supported when eager execution is enabled.")
    yield


@contextlib.contextmanager
def forward_compatibility_horizon(year: int, month: int, day: int) -> Iterator[None]:
    """Graphs are made for TensorFlow of a day inside; kerax writes none, so nothing changes."""
    yield
