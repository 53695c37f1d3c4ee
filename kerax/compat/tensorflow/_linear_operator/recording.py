"""Methods of operators whose parameters have no numbers yet: models and graphs note them down."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from kerax.compat.tensorflow._core import has_symbolic, op
from kerax.compat.tensorflow._edges import graph_mode
from kerax.compat.tensorflow._nest import flatten, pack_sequence_as
from kerax.jax_compat import in_trace
from kerax.state import Variable


def is_symbolic(operator: Any) -> bool:
    """Whether an operator is made of symbolic tensors, or of variables while a graph is noted down."""
    parts = flatten(operator, expand_composites=True)
    if has_symbolic(parts):
        return True
    return graph_mode() and not in_trace() and any(isinstance(one, Variable) for one in parts)


def method(function: Callable) -> Callable:
    """Makes a public method of an operator, as ``op`` makes a function of the namespace."""
    plain = op(function)

    @functools.wraps(function)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_symbolic(self):
            return plain(self, *args, **kwargs)

        @functools.wraps(function)
        def run(parts: list, *rest: Any, **named: Any) -> Any:
            return plain(pack_sequence_as(self, parts, expand_composites=True), *rest, **named)

        return op(run)(flatten(self, expand_composites=True), *args, **kwargs)

    return call
