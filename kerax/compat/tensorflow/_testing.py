"""``tf.test``: a TestCase with TensorFlow's assertions."""

from __future__ import annotations

import contextlib
import re
import tempfile
import unittest
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, tensor
from kerax.compat.tensorflow._edges import unwrap, wrap
from kerax.compat.tensorflow._tensor import Tensor

try:  # absl comes with optax; its TestCase has the assertions on lists and texts that TensorFlow's has
    from absl.testing.absltest import TestCase as _Base
except ImportError:
    from unittest import TestCase as _Base  # type: ignore[assignment]


def _numbers(value: Any) -> Any:
    return value.numpy() if hasattr(value, "numpy") else np.asarray(value)


class TestCase(_Base):
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

    cached_session = session

    def test_session(self, *args: Any, **kwargs: Any) -> Any:
        """As ``session``. Its name makes unittest take it for a test, which is skipped, as in TensorFlow."""
        if self.id().endswith(".test_session"):
            self.skipTest("Not a test.")
        return self.session(*args, **kwargs)

    def assertAllClose(self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: Any = None) -> None:
        """All elements are near."""
        if isinstance(a, dict):
            self.assertEqual(sorted(a), sorted(b), msg)
            for key in a:
                self.assertAllClose(a[key], b[key], rtol, atol, msg)
            return
        if isinstance(a, (list, tuple)) and any(isinstance(one, (list, tuple, dict, Tensor)) for one in a):
            self.assertEqual(len(a), len(b), msg)
            for one, two in zip(a, b):
                self.assertAllClose(one, two, rtol, atol, msg)
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

    def assertArrayNear(self, farray1: Any, farray2: Any, err: float, msg: Any = None) -> None:
        """The numbers of two lists are near."""
        self.assertEqual(len(farray1), len(farray2), msg)
        for one, two in zip(farray1, farray2):
            self.assertNear(one, two, err, msg)

    def assertNDArrayNear(self, ndarray1: Any, ndarray2: Any, err: float, msg: Any = None) -> None:
        """The distance of two arrays is small."""
        self.assertTrue(np.linalg.norm(_numbers(ndarray1) - _numbers(ndarray2)) < err, msg)

    def assertAllCloseAccordingToType(
        self,
        a: Any,
        b: Any,
        rtol: float = 1e-6,
        atol: float = 1e-6,
        float_rtol: float = 1e-6,
        float_atol: float = 1e-6,
        half_rtol: float = 1e-3,
        half_atol: float = 1e-3,
        bfloat16_rtol: float = 1e-2,
        bfloat16_atol: float = 1e-2,
        msg: Any = None,
    ) -> None:
        """All elements are near, by what the less precise of the two types can tell."""
        kinds = {_numbers(one).dtype.name for one in (a, b)}
        for kind, tolerances in (
            ("float32", (float_rtol, float_atol)),
            ("float16", (half_rtol, half_atol)),
            ("bfloat16", (bfloat16_rtol, bfloat16_atol)),
        ):
            if kind in kinds:
                rtol, atol = max(rtol, tolerances[0]), max(atol, tolerances[1])
        self.assertAllClose(a, b, rtol, atol, msg)

    def assertAllInRange(
        self,
        target: Any,
        lower_bound: Any,
        upper_bound: Any,
        open_lower_bound: bool = False,
        open_upper_bound: bool = False,
    ) -> None:
        """All elements are in a range."""
        values = _numbers(target)
        above = values > lower_bound if open_lower_bound else values >= lower_bound
        below = values < upper_bound if open_upper_bound else values <= upper_bound
        self.assertTrue((above & below).all())

    def assertAllGreaterEqual(self, a: Any, comparison_target: Any) -> None:
        """All elements are greater or equal."""
        self.assertTrue((_numbers(a) >= comparison_target).all())

    def assertAllLessEqual(self, a: Any, comparison_target: Any) -> None:
        """All elements are less or equal."""
        self.assertTrue((_numbers(a) <= comparison_target).all())

    @contextlib.contextmanager
    def assertRaisesWithPredicateMatch(self, exception_type: Any, expected_err_re_or_predicate: Any) -> Iterator[None]:
        """What runs inside raises an error whose text matches, or for which a function holds."""
        try:
            yield
        except exception_type as error:
            wanted = expected_err_re_or_predicate
            fits = wanted(error) if callable(wanted) else re.search(wanted, str(error))
            self.assertTrue(fits, f"{error!r} does not match {wanted!r}")
        else:
            self.fail(f"{exception_type.__name__} not raised")

    def assertRaisesOpError(self, expected_err_re_or_predicate: Any) -> Any:
        """What runs inside raises one of tf.errors."""
        return self.assertRaisesWithPredicateMatch(errors.OpError, expected_err_re_or_predicate)

    def assertItemsEqual(self, expected_seq: Any, actual_seq: Any, msg: Any = None) -> None:
        """Two lists have the same elements, as often."""
        self.assertCountEqual(expected_seq, actual_seq, msg)

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
