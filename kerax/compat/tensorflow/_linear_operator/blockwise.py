"""Operators of blocks take and give lists: one tensor for each block of rows."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array, tensor
from kerax.compat.tensorflow._linear_operator.arrays import turned, typed
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator
from kerax.compat.tensorflow._linear_operator.recording import method
from kerax.compat.tensorflow._linear_operator.several import joined


class Blockwise(LinearOperator):
    """Base of operators of blocks. Subclasses say how long blocks are, and compute with lists of arrays."""

    def _parts(self, rows: bool) -> tuple:
        """The number of rows, or columns, of each block on the diagonal."""
        raise NotImplementedError

    def _by_blocks(self, method: str, parts: list, adjoint: bool) -> list:
        """``matmul`` or ``solve`` of a list of arrays, one for each block."""
        raise NotImplementedError

    def _split(self, x: Any, counts: tuple, axis: int = -2) -> list:
        places, parts = 0, []
        for count in counts:
            parts.append(jnp.take(x, jnp.arange(places, places + count), axis=axis))
            places += count
        return parts

    def _whole(self, method: str, x: Any, adjoint: bool, adjoint_arg: bool) -> Any:
        right = turned(array(x), adjoint_arg)
        parts = self._split(right, self._parts((method == "solve") != adjoint))
        found = joined(self._by_blocks(method, parts, adjoint), -2)
        batch = jnp.broadcast_shapes(self._batch, right.shape[:-2])
        return jnp.broadcast_to(found, (*batch, *found.shape[-2:]))

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._whole("matmul", x, adjoint, adjoint_arg)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._whole("solve", rhs, adjoint, adjoint_arg)

    # ---- lists ------------------------------------------------------------------------------------------------------
    def _listed(self, x: Any, counts: tuple, axis: int) -> list | None:
        """The tensors of a list that has one for each block, None for anything else."""
        if not isinstance(x, (list, tuple)) or len(x) != len(counts):
            return None
        try:
            parts = [tensor(one) for one in x]
        except (TypeError, ValueError):
            return None
        shapes = [one.shape.as_list() for one in parts]
        if any(len(shape) < -axis for shape in shapes):
            return None
        if any(None not in (shape[axis], count) and shape[axis] != count for shape, count in zip(shapes, counts)):
            return None
        for one in parts:
            self._check_type(one)
        return parts

    @method
    def _list_of(self, method: str, parts: list, adjoint: bool) -> list:
        found = self._by_blocks(method, [tensor(one).array for one in parts], adjoint)
        return [typed(one, self.dtype) for one in found]

    def _of_matrices(self, method: str, x: Any, adjoint: bool, adjoint_arg: bool) -> list | None:
        counts = self._parts((method == "solve") != adjoint)
        parts = self._listed(x, counts, -1 if adjoint_arg else -2)
        if parts is None:
            return None
        return self._list_of(method, [typed(turned(one.array, adjoint_arg), self.dtype) for one in parts], adjoint)

    def _of_vectors(self, method: str, x: Any, adjoint: bool) -> list | None:
        parts = self._listed(x, self._parts((method == "solve") != adjoint), -1)
        if parts is None:
            return None
        found = self._list_of(method, [typed(one.array[..., None], self.dtype) for one in parts], adjoint)
        return [typed(array(one)[..., 0], self.dtype) for one in found]

    def matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "matmul") -> Any:
        """As ``LinearOperator.matmul``; a list with a tensor for each block gives such a list."""
        found = self._of_matrices("matmul", x, adjoint, adjoint_arg)
        return super().matmul(x, adjoint, adjoint_arg) if found is None else found

    def solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "solve") -> Any:
        """As ``LinearOperator.solve``; a list with a tensor for each block gives such a list."""
        self._check_solvable()
        found = self._of_matrices("solve", rhs, adjoint, adjoint_arg)
        return super().solve(rhs, adjoint, adjoint_arg) if found is None else found

    def matvec(self, x: Any, adjoint: bool = False, name: str = "matvec") -> Any:
        """As ``LinearOperator.matvec``; a list with a tensor for each block gives such a list."""
        found = self._of_vectors("matmul", x, adjoint)
        return super().matvec(x, adjoint) if found is None else found

    def solvevec(self, rhs: Any, adjoint: bool = False, name: str = "solve") -> Any:
        """As ``LinearOperator.solvevec``; a list with a tensor for each block gives such a list."""
        self._check_solvable()
        found = self._of_vectors("solve", rhs, adjoint)
        return super().solvevec(rhs, adjoint) if found is None else found

    # ---- what the blocks on the diagonal tell -----------------------------------------------------------------------
    @property
    def _on_diagonal(self) -> list:
        raise NotImplementedError

    @property
    def _all_square(self) -> bool:
        return all(one.is_square for one in self._on_diagonal)

    def _summed(self, method: str, start: float, combine: Any) -> Any:
        found = jnp.full(self._batch, start, self._device_dtype)
        for one in self._on_diagonal:
            found = combine(found, one._array_of(method))
        return found

    def _row(self, method: str) -> Any:
        found = joined([one._array_of(method) for one in self._on_diagonal])
        return jnp.broadcast_to(found, (*self._batch, found.shape[-1]))

    def _diag_part(self) -> Any:
        return self._row("diag_part") if self._all_square else super()._diag_part()

    def _eigvals(self) -> Any:
        return self._row("eigvals")

    def _trace(self) -> Any:
        return self._summed("trace", 0, jnp.add) if self._all_square else super()._trace()

    def _determinant(self) -> Any:
        return self._summed("determinant", 1, jnp.multiply) if self._all_square else super()._determinant()

    def _log_abs_determinant(self) -> Any:
        if not self._all_square:
            return super()._log_abs_determinant()
        return self._summed("log_abs_determinant", 0, jnp.add)

    def _assert_non_singular(self) -> None:
        if not self._all_square:
            return super()._assert_non_singular()
        for one in self._on_diagonal:
            one.assert_non_singular()
        return None
