"""Running a map function on a whole column at once.

A function that JAX can trace, and whose tracing nobody can see, is compiled as ``jit(vmap(function))`` and called once
for many elements. What counts is that nobody can tell: the compiled function is used only if on sample elements it
gives the structure, shapes and dtypes that single calls give, the same integers, and the same floats up to rounding.
Text may pass through such a function, but not be computed with. So may numbers of 64 bits, at first; a function that
does compute with them is compiled with JAX set to 64 bits.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from kerax.data.calls import call, quiet
from kerax.data.chunks import Columns, join
from kerax.data.columnwise import call_on_columns, elementwise_steps
from kerax.data.convert import to_array, to_element
from kerax.data.purity import side_effect
from kerax.data.stand_ins import Opaque, Untouchable
from kerax.data.structure import Structure
from kerax.jax_compat import wide_numbers

_TRACEABLE = frozenset("bool int8 int16 int32 uint8 uint16 uint32 float16 bfloat16 float32 complex64".split())
_WIDE = frozenset("int64 uint64 float64 complex128".split())
_ROUNDING = {
    "float16": 2e-3,
    "bfloat16": 2e-2,
    "float32": 1e-5,
    "complex64": 1e-5,
    "float64": 1e-12,
    "complex128": 1e-12,
}
_SAMPLES = 3
_FEW_STEPS = 3
_PROGRAM_ROWS, _PROGRAM_BYTES = 256, 1 << 20


class Refused(Exception):
    """A function is not vectorised; the message is the reason."""


class Vectorized:
    """A map function compiled for whole columns. Build with ``Vectorized.of``.

    Attributes:
      note: what ``explain`` says of it.
    """

    note = "compiled: called on whole columns"

    def __init__(self, function: Callable, sample: Columns, wide: bool = False) -> None:
        self._function, self._wide = function, wide
        known = _TRACEABLE | _WIDE if wide else _TRACEABLE
        self._traced = [index for index, leaf in enumerate(sample.leaves) if leaf.dtype.name in known]
        self._outputs: list[tuple[str, Any]] = []  # ("traced", position), ("input", index), ("constant", value)
        self._rows = [(leaf.dtype, leaf.shape[1:]) for leaf in sample.leaves]
        with self._numbers():
            self._compile(sample)

    def _numbers(self) -> Any:
        """The numbers JAX computes with: those of 64 bits only for functions that ask for nothing else."""
        return wide_numbers() if self._wide else contextlib.nullcontext()

    def _compile(self, sample: Columns) -> None:
        self._structure = self._trace(sample)
        self._compiled = jax.jit(jax.vmap(self._computed(sample.structure, len(sample.leaves))))
        answers: Any = []
        if any(kind == "traced" for kind, _ in self._outputs):
            answers = jax.eval_shape(self._compiled, *(sample.leaves[index] for index in self._traced))
        taken = sum(leaf.nbytes for leaf in sample.leaves) // len(sample)
        given = sum(leaf.size * leaf.dtype.itemsize for leaf in answers) // len(sample)
        self.row_bytes = max(1, taken, given)
        rows = min(_PROGRAM_ROWS, _PROGRAM_BYTES // self.row_bytes)
        # One size of program, a multiple of what is asked for (a batch, usually): compiling another costs more than
        # filling this one up.
        self.size = len(sample) * max(1, rows // len(sample))

    @staticmethod
    def of(function: Callable, sample: Columns) -> Vectorized:
        """Compiles a function for columns like ``sample``.

        Raises:
          Refused: with the reason, if single calls cannot be replaced.
        """
        reason = side_effect(function)
        if reason is not None:
            raise Refused(reason)
        return Vectorized.of_pure(function, sample)

    @staticmethod
    def of_pure(function: Callable, sample: Columns) -> Vectorized:
        """Compiles a function that is known to have no side effects.

        Raises:
          Refused: with the reason, if single calls cannot be replaced.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # JAX's, about dtypes that it narrows: nobody asked for a trace
            steps = elementwise_steps(function, sample)
            if steps is not None and steps <= _FEW_STEPS:  # not worth the way through JAX and back
                try:
                    return Vectorized._checked(Columnwise(function, sample), sample)
                except Exception:  # whatever a column does to it
                    steps = None
            try:
                return Vectorized._checked(Vectorized(function, sample), sample)
            except Refused:
                if steps is not None:
                    return Vectorized._checked(Columnwise(function, sample), sample)
                if not any(leaf.dtype.name in _WIDE for leaf in sample.leaves):
                    raise
                return Vectorized._checked(Vectorized(function, sample, wide=True), sample)

    @staticmethod
    def _checked(vectorized: Vectorized, sample: Columns) -> Vectorized:
        vectorized._compare(sample)
        return vectorized

    def fits(self, columns: Columns) -> bool:
        """Whether columns have the rows this was compiled for: constants may have been read off their shapes."""
        return [(leaf.dtype, leaf.shape[1:]) for leaf in columns.leaves] == self._rows

    def __call__(self, columns: Columns) -> Columns:
        count = len(columns)
        if count > self.size:
            pieces = [self(columns[start : start + self.size]) for start in range(0, count, self.size)]
            return join(pieces)  # type: ignore[return-value, arg-type]
        computed: list = []
        if any(kind == "traced" for kind, _ in self._outputs):
            inputs = [columns.leaves[index] for index in self._traced]
            if count < self.size:
                rows = np.minimum(np.arange(self.size), count - 1)
                inputs = [leaf.take(rows, axis=0) for leaf in inputs]
            with host(), self._numbers():
                computed = [np.asarray(leaf)[:count] for leaf in self._compiled(*inputs)]
        leaves = []
        for kind, value in self._outputs:
            if kind == "constant":
                leaves.append(np.broadcast_to(to_array(value), (count, *np.shape(value))))
            else:
                leaves.append(computed[value] if kind == "traced" else columns.leaves[value])
        return Columns(self._structure, leaves)

    def _apply(self, structure: Structure, total: int, values: Any) -> tuple[Structure, list]:
        leaves: list = [Opaque(index) for index in range(total)]
        for index, value in zip(self._traced, values):
            leaves[index] = value
        result = call(self._function, structure.unflatten(leaves))
        return Structure.flatten(_as_structure(result))

    def _computed(self, structure: Structure, total: int) -> Callable:
        def computed(*values: Any) -> list:
            _, results = self._apply(structure, total, values)
            return [result for result, (kind, _) in zip(results, self._outputs) if kind == "traced"]

        return computed

    def _trace(self, sample: Columns) -> Structure:
        found: list = []

        def once(*values: Any) -> list:
            structure, results = self._apply(sample.structure, len(sample.leaves), values)
            outputs: list[tuple[str, Any]] = []
            traced: list = []
            for result in results:
                same = next((index for index, value in zip(self._traced, values) if value is result), None)
                if isinstance(result, Opaque):
                    outputs.append(("input", result.index))
                elif same is not None:
                    outputs.append(("input", same))
                elif isinstance(result, jax.core.Tracer):
                    outputs.append(("traced", len(traced)))
                    traced.append(result)
                elif isinstance(result, Untouchable):
                    raise TypeError("a record is handed through")
                else:
                    outputs.append(("constant", to_element(result)))
            found[:] = [structure, outputs]
            return traced

        specs = [
            jax.ShapeDtypeStruct(sample.leaves[index].shape[1:], sample.leaves[index].dtype) for index in self._traced
        ]
        try:
            program = jax.make_jaxpr(once)(*specs)
        except Exception as error:
            raise Refused(f"JAX cannot trace it ({type(error).__name__})") from None
        if program.effects:
            raise Refused("it has side effects")
        if _divides_integers(
            program.jaxpr
        ):  # by zero that is an error for single calls, and a number for compiled ones
            raise Refused("it divides integers")
        structure, self._outputs = found
        return structure

    def _compare(self, sample: Columns) -> None:
        rows = np.unique(np.linspace(0, len(sample) - 1, _SAMPLES).astype(int))
        chosen = sample.select(rows)
        try:
            with quiet():
                singles = [to_element(call(self._function, element)) for element in chosen.elements()]
            together = self(chosen).elements()
        except Exception as error:
            raise Refused(f"it failed on a sample ({type(error).__name__})") from None
        for single, other in zip(singles, together):
            structure, leaves = Structure.flatten(single)
            if structure != self._structure:
                raise Refused("traced, it returns another structure")
            for one, two in zip(leaves, self._structure.leaves(other)):
                _compare_leaf(one, two)


class Columnwise(Vectorized):
    """An elementwise function, called with whole columns by NumPy: where JAX's dtypes are not NumPy's."""

    def __init__(self, function: Callable, sample: Columns) -> None:
        self._function = function
        self.size = len(sample) * max(1, _PROGRAM_ROWS // len(sample))
        self.row_bytes = max(1, sum(leaf.nbytes for leaf in sample.leaves) // len(sample))
        self._rows = [(leaf.dtype, leaf.shape[1:]) for leaf in sample.leaves]
        self._structure = call_on_columns(function, sample).structure

    def __call__(self, columns: Columns) -> Columns:
        with quiet():
            return call_on_columns(self._function, columns)


def _divides_integers(program: Any) -> bool:
    """Looks for integer divisions in a traced program and the programs inside it."""
    for step in program.eqns:
        if step.primitive.name in ("div", "rem") and np.dtype(step.outvars[0].aval.dtype).kind in "iu":
            return True
        inner = [
            part for value in step.params.values() for part in (value if isinstance(value, (tuple, list)) else [value])
        ]
        if any(
            _divides_integers(getattr(part, "jaxpr", part))
            for part in inner
            if hasattr(getattr(part, "jaxpr", part), "eqns")
        ):
            return True
    return False


def _compare_leaf(one: Any, two: Any) -> None:
    if isinstance(one, bytes):
        if one != two:
            raise Refused("compiled, it gives other text")
        return
    if one.dtype != two.dtype or np.shape(one) != np.shape(two):
        raise Refused(f"single calls give {one.dtype}{np.shape(one)}, compiled it gives {two.dtype}{np.shape(two)}")
    rounding = _ROUNDING.get(one.dtype.name)
    same = (
        np.array_equal(one, two, equal_nan=one.dtype.kind in "fc")
        if rounding is None
        else np.allclose(
            np.asarray(one, np.complex128), np.asarray(two, np.complex128), rtol=rounding, atol=rounding, equal_nan=True
        )
    )
    if not same:
        raise Refused("compiled, it gives other values")


def _as_structure(value: Any, inside: bool = False) -> Any:
    if inside and isinstance(value, list):
        raise Refused("it returns a list as one array")
    if isinstance(value, (tuple, list)):
        parts = [_as_structure(part, True) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, dict):
        return {key: _as_structure(part, True) for key, part in value.items()}
    return value


def host() -> Any:
    """Returns a context in which JAX runs on the processor: a pipeline feeds the accelerator, it does not compete for
    it.
    """
    if jax.default_backend() == "cpu":
        return contextlib.nullcontext()
    try:
        return jax.default_device(jax.devices("cpu")[0])
    except RuntimeError:  # JAX was told to load no CPU backend
        return contextlib.nullcontext()
