"""``tf.test``: a TestCase with TensorFlow's assertions."""

from __future__ import annotations

import contextlib
import tempfile
import unittest
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow._core import array, tensor
from kerax.compat.tensorflow._edges import unwrap, wrap
from kerax.compat.tensorflow._tensor import Tensor


def _numbers(value: Any) -> Any:
    return value.numpy() if hasattr(value, "numpy") else np.asarray(value)


class TestCase(unittest.TestCase):
    """unittest's, with assertions on tensors."""

    def evaluate(self, tensors: Any) -> Any:
        """The numbers of tensors."""
        return jax.tree.map(_numbers, tensors, is_leaf=lambda x: isinstance(x, Tensor))

    def get_temp_dir(self) -> str:
        """A directory for this test."""
        if not hasattr(self, "_directory"):
            self._directory = tempfile.mkdtemp()
        return self._directory

    @contextlib.contextmanager
    def session(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """The test itself: operations run at once."""
        yield self

    cached_session = test_session = session

    def assertAllClose(self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: Any = None) -> None:
        """All elements are near."""
        if isinstance(a, dict):
            for key in a:
                self.assertAllClose(a[key], b[key], rtol, atol, msg)
            return
        np.testing.assert_allclose(_numbers(a), _numbers(b), rtol, atol, err_msg=msg or "")

    def assertAllEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """All elements are equal."""
        np.testing.assert_array_equal(_numbers(a), _numbers(b), err_msg=msg or "")

    def assertNotAllEqual(self, a: Any, b: Any, msg: Any = None) -> None:
        """Not all elements are equal."""
        self.assertFalse(np.array_equal(_numbers(a), _numbers(b)), msg)

    def assertNotAllClose(self, a: Any, b: Any, **options: Any) -> None:
        """Not all elements are near."""
        self.assertFalse(np.allclose(_numbers(a), _numbers(b), **options))

    def assertNear(self, f1: float, f2: float, err: float, msg: Any = None) -> None:
        """Two numbers are near."""
        self.assertLessEqual(abs(float(f1) - float(f2)), err, msg)

    def assertAllInRange(self, target: Any, lower_bound: Any, upper_bound: Any, **options: Any) -> None:
        """All elements are in a range."""
        values = _numbers(target)
        self.assertTrue(((values >= lower_bound) & (values <= upper_bound)).all())

    def assertAllGreater(self, a: Any, comparison_target: Any) -> None:
        """All elements are greater."""
        self.assertTrue((_numbers(a) > comparison_target).all())

    def assertAllLess(self, a: Any, comparison_target: Any) -> None:
        """All elements are less."""
        self.assertTrue((_numbers(a) < comparison_target).all())

    def assertAllInSet(self, target: Any, expected_set: Any) -> None:
        """All elements are of a set."""
        self.assertTrue(set(_numbers(target).ravel().tolist()) <= set(expected_set))

    def assertShapeEqual(self, input_a: Any, input_b: Any, msg: Any = None) -> None:
        """Shapes are equal."""
        self.assertEqual(tuple(_numbers(input_a).shape), tuple(_numbers(input_b).shape), msg)

    def assertDTypeEqual(self, target: Any, expected_dtype: Any) -> None:
        """A tensor has a type."""
        self.assertEqual(tensor(target).dtype, expected_dtype)


class Benchmark:
    """Base of benchmarks, which nothing runs."""


def main(argv: Any = None) -> None:
    """Runs the tests of the program."""
    unittest.main()


def compute_gradient(f: Callable, x: Any, delta: Any = None) -> tuple:
    """The Jacobian of a function by differentiation and by finite differences, for each argument as a matrix."""
    arguments = [array(one) for one in x]

    def flat(*values: Any) -> Any:
        return unwrap(f(*wrap(list(values)))).reshape(-1)

    exact = jax.jacrev(flat, tuple(range(len(arguments))))(*arguments)
    step = 1 / 1024 if delta is None else float(delta)
    estimated = []
    for place, value in enumerate(arguments):
        columns = []
        for index in np.ndindex(value.shape):
            up, down = (value.at[index].add(sign * step) for sign in (1, -1))
            pair = [
                flat(*[moved if i == place else other for i, other in enumerate(arguments)]) for moved in (up, down)
            ]
            columns.append((pair[0] - pair[1]) / (2 * step))
        estimated.append(np.stack(columns, 1))
    return tuple(np.asarray(one).reshape(one.shape[0], -1) for one in exact), tuple(estimated)
