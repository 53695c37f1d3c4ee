"""``tf.compat.v1.test``: gradients of graphs compared with finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerax.compat.tensorflow._graph import placeholder, session_at_hand
from kerax.compat.tensorflow._graph_gradients import gradients


def compute_gradient(
    x: Any,
    x_shape: Any,
    y: Any,
    y_shape: Any,
    x_init_value: Any = None,
    delta: float = 1e-3,
    init_targets: Any = None,
    extra_feed_dict: Any = None,
) -> Any:
    """The Jacobian of a tensor of a graph by differentiation and by finite differences.

    Args:
      x: a placeholder, or a list of them.
      x_shape: its sizes, or a list of them.
      y: what is differentiated.
      y_shape: its sizes.
      x_init_value: where; random numbers from 0 to 1 by default.
      delta: of the finite differences.
      init_targets: operations that are run before.
      extra_feed_dict: what else is fed.

    Returns:
      Two matrices of shape (size of x, size of y); for a list of ``x`` a list of such pairs.
    """
    session, fed = session_at_hand(), dict(extra_feed_dict or {})
    if init_targets is not None:
        session.run(init_targets)
    several = isinstance(x, list)
    places, shapes = (x, x_shape) if several else ([x], [x_shape])
    starts = x_init_value if several and x_init_value is not None else [x_init_value] * len(places)
    values = [
        np.random.random_sample(tuple(shape)).astype("float32") if start is None else np.array(start)
        for start, shape in zip(starts, shapes)
    ]
    every = {**fed, **dict(zip(places, values))}
    found = [_pair(session, place, y, tuple(y_shape), value, delta, every) for place, value in zip(places, values)]
    return found if several else found[0]


def _pair(session: Any, x: Any, y: Any, y_shape: tuple, value: np.ndarray, delta: float, fed: dict) -> tuple:
    upstream = placeholder("float32", y_shape)
    (slope,) = gradients(y, [x], [upstream])
    size = int(np.prod(y_shape))
    exact = np.zeros((value.size, size), value.dtype)
    for place in range(size):
        one = np.zeros(size, "float32")
        one[place] = 1.0
        if slope is not None:
            exact[:, place] = session.run(slope, {**fed, upstream: one.reshape(y_shape)}).ravel()
    estimated = np.zeros_like(exact)
    for place in range(value.size):
        up, down = value.copy(), value.copy()
        up.flat[place] += delta
        down.flat[place] -= delta
        moved = [np.asarray(session.run(y, {**fed, x: one})).ravel() for one in (up, down)]
        estimated[place] = (moved[0] - moved[1]) / (2 * delta)
    return exact, estimated


def compute_gradient_error(*args: Any, **kwargs: Any) -> float:
    """The greatest difference between the two Jacobians of `compute_gradient`, whose arguments it takes."""
    found = compute_gradient(*args, **kwargs)
    pairs = found if isinstance(found, list) else [found]
    return float(max(np.fabs(one - other).max() if one.size else 0.0 for one, other in pairs))
