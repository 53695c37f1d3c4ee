"""``tf.test``: a TestCase with TensorFlow's assertions."""

from __future__ import annotations

import contextlib
import io
import re
import sys
import tempfile
import threading
import unittest
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, tensor
from kerax.compat.tensorflow._edges import graph_mode, unwrap, wrap
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
        """What runs operations: a session of the open graph, or something that has them at once."""
        if graph_mode():
            from kerax.compat.tensorflow._session import Session

            with Session() as session:
                yield session
            return
        yield _AtOnce(self)

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

    @contextlib.contextmanager
    def captureWritesToStream(self, stream: Any) -> Iterator[Any]:
        """What is written to ``sys.stdout`` or ``sys.stderr`` inside; its ``contents()`` is the text."""
        kept = _Captured()
        redirect = contextlib.redirect_stderr if stream is sys.stderr else contextlib.redirect_stdout
        with redirect(kept):
            yield kept

    def assertRaisesIncompatibleShapesError(self, exception_type: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Shapes do not fit inside."""
        kind = exception_type or errors.InvalidArgumentError
        return self.assertRaisesWithPredicateMatch(kind, lambda error: True)

    def checkedThread(self, target: Callable, args: tuple = (), kwargs: Any = None) -> _CheckedThread:
        """A thread whose ``join`` raises the error that it ended with."""
        return _CheckedThread(target=target, args=args, kwargs=kwargs or {})

    def evaluate_if_both_tensors(self, a: Any, b: Any) -> tuple:
        """Arrays for two tensors; anything else as it is."""
        both = isinstance(a, Tensor) and isinstance(b, Tensor)
        return (self.evaluate(a), self.evaluate(b)) if both else (a, b)

    def assertDeviceEqual(self, device1: Any, device2: Any, msg: Any = None) -> None:
        """Two names of devices mean the same one."""
        one, two = (str(device).upper().replace("/DEVICE:", "/").lstrip("/") for device in (device1, device2))
        self.assertEqual(one, two, f"Devices {device1} and {device2} are not equal. {msg or ''}")

    def assertProtoEquals(
        self, expected_message_maybe_ascii: Any, message: Any, msg: Any = None, **options: Any
    ) -> None:
        """A message is another one, or the one that a text describes."""
        expected = expected_message_maybe_ascii
        if isinstance(expected, (str, bytes)):
            text = expected.decode() if isinstance(expected, bytes) else expected
            self.assertEqual(text.split(), str(message).split(), msg)
        else:
            self.assertEqual(expected, message, msg)


class _AtOnce:
    """A session where nothing waits to be run."""

    def __init__(self, case: TestCase):
        self._case = case

    def run(self, fetches: Any, *args: Any, **kwargs: Any) -> Any:
        """The numbers of tensors."""
        return self._case.evaluate(fetches)


class _Captured(io.StringIO):
    """Text that was written."""

    def contents(self) -> str:
        """All of it."""
        return self.getvalue()


class _CheckedThread(threading.Thread):
    """A thread that keeps the error it ended with."""

    error: BaseException | None = None

    def run(self) -> None:
        """Runs the function."""
        try:
            super().run()
        except BaseException as error:
            self.error = error

    def join(self, timeout: float | None = None) -> None:
        """Waits, and raises the error."""
        super().join(timeout)
        if self.error is not None:
            raise self.error

    def is_alive(self) -> bool:
        """Whether it runs."""
        return super().is_alive()


class Benchmark:
    """Base of benchmarks, which a program runs itself."""

    def report_benchmark(
        self,
        iters: int | None = None,
        cpu_time: float | None = None,
        wall_time: float | None = None,
        throughput: float | None = None,
        extras: Any = None,
        name: str | None = None,
        metrics: Any = None,
    ) -> None:
        """Prints what was measured, times in seconds."""
        said = {
            "name": name or type(self).__name__,
            **{"iters": iters, "cpu_time": cpu_time, "wall_time": wall_time, "throughput": throughput},
            **{"extras": extras, "metrics": metrics},
        }
        print({key: value for key, value in said.items() if value is not None})


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
