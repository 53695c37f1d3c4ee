"""Tables that are given as a list of parts, as TensorFlow's look-ups and sampled losses take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from kerax.compat.tensorflow._core import array, label_of, op, out, tensor


def _places(sizes: Sequence[int], strategy: str) -> np.ndarray | None:
    """Where the rows of a table stand in its parts, laid end to end; None where they stand there in order."""
    count, rows = len(sizes), sum(sizes)
    if strategy == "div":
        return None
    if strategy != "mod":
        raise ValueError(f"partition_strategy must be 'mod' or 'div', received {strategy!r}.")
    row = np.arange(rows)
    expected = [rows // count + (part < rows % count) for part in range(count)]
    if list(sizes) != expected:
        raise ValueError(
            f"partition_strategy='mod' deals rows out in turn: {rows} rows in {count} parts make parts of {expected} "
            f"rows, received parts of {list(sizes)}. Pass partition_strategy='div' for parts of neighbouring rows."
        )
    return np.concatenate([[0], np.cumsum(sizes)])[row % count] + row // count


@op
def whole_table(parts: Any, strategy: str = "div") -> Any:
    """A table in one piece.

    Args:
      parts: the table, or a list of its parts, each of shape (rows, ...).
      strategy: how the rows were spread: ``"div"``, neighbouring rows in one part, or ``"mod"``, dealt out in turn.

    Raises:
      ValueError: for another strategy, and for parts that ``"mod"`` does not make.

    Example:
      >>> from kerax.compat.tensorflow._partitioned import whole_table
      >>> whole_table([[0.0, 2.0], [1.0]], "mod").numpy().tolist()
      [0.0, 1.0, 2.0]
    """
    if not isinstance(parts, (list, tuple)):
        return tensor(parts)
    if len(parts) == 1:
        return tensor(parts[0])
    arrays = [array(part) for part in parts]
    places = _places([len(one) for one in arrays], strategy)
    table = jnp.concatenate(arrays)
    return out(table if places is None else table[places], label_of(tensor(parts[0])))
