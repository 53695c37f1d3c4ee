"""``tf.linalg.LinearOperatorTridiag``: a diagonal and its two neighbours."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from kerax.compat.tensorflow._core import array
from kerax.compat.tensorflow._linear_operator.arrays import batches, dtype_of, parameter, sizes, turned
from kerax.compat.tensorflow._linear_operator.operator import LinearOperator, given
from kerax.compat.tensorflow._tridiagonal import solve_tridiagonal

FORMATS = ("compact", "matrix", "sequence")


class LinearOperatorTridiag(LinearOperator):
    """A matrix of three diagonals. Products and solutions take time in proportion to its size.

    Args:
      diagonals: above the diagonal, the diagonal, below it: of n elements each. The last of those above and the first
        of those below are not looked at. Variables are read at every use.
      diagonals_format: ``"compact"``: ``(..., 3, n)``; ``"sequence"``: a list of three ``(..., n)``; ``"matrix"``:
        ``(..., n, n)``, of which the rest is not looked at.
      is_non_singular, is_self_adjoint, is_positive_definite, is_square: see ``LinearOperator``.
      name: its name.

    Raises:
      ValueError: for another format, or sizes that do not fit it.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> operator = tf.linalg.LinearOperatorTridiag([[1.0, 0.0], [2.0, 2.0], [0.0, 3.0]])
      >>> operator.to_dense().numpy().tolist()
      [[2.0, 1.0], [3.0, 2.0]]
    """

    def __init__(
        self,
        diagonals: Any,
        diagonals_format: str = "compact",
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorTridiag",
    ):
        parameters = given(locals())
        if diagonals_format not in FORMATS:
            raise ValueError(f"LinearOperatorTridiag: diagonals_format={diagonals_format!r} is none of {FORMATS}.")
        self._diagonals_format = diagonals_format
        many = diagonals_format == "sequence"
        self._diagonals = [parameter(one) for one in diagonals] if many else parameter(diagonals)
        _check(self._diagonals, diagonals_format)
        super().__init__(
            dtype_of(self._diagonals[0] if many else self._diagonals),
            is_non_singular=is_non_singular,
            is_self_adjoint=is_self_adjoint,
            is_positive_definite=is_positive_definite,
            is_square=is_square,
            name=name,
            parameters=parameters,
        )

    @property
    def _EVENT_AXES(self) -> dict[str, int]:  # type: ignore[override]
        return {"diagonals": 1 if self._diagonals_format == "sequence" else 2}

    @property
    def diagonals(self) -> Any:
        """The diagonals as they were given."""
        return self._diagonals

    @property
    def diagonals_format(self) -> str:
        """How they were given."""
        return self._diagonals_format

    def _shape(self) -> tuple:
        if self._diagonals_format == "sequence":
            shapes = [sizes(one) for one in self._diagonals]
            batch = batches(*[one[:-1] for one in shapes])
            return (*batch, shapes[1][-1], shapes[1][-1])
        found = sizes(self._diagonals)
        return (*found[:-2], found[-1], found[-1])

    def _parts(self, adjoint: bool = False) -> tuple[Any, Any, Any]:
        """Above the diagonal, on it, below; each as long as it, with zeros where there is no element."""
        if self._diagonals_format == "matrix":
            whole = array(self._diagonals)
            pad = [(0, 0)] * (whole.ndim - 2)
            upper, middle, lower = (
                jnp.pad(jnp.diagonal(whole, k, -2, -1), [*pad, ends])
                for k, ends in ((1, (0, 1)), (0, (0, 0)), (-1, (1, 0)))
            )
        elif self._diagonals_format == "sequence":
            upper, middle, lower = (array(one) for one in self._diagonals)
        else:
            both = array(self._diagonals)
            upper, middle, lower = both[..., 0, :], both[..., 1, :], both[..., 2, :]
        upper = jnp.concatenate([upper[..., :-1], jnp.zeros_like(upper[..., :1])], -1)
        lower = jnp.concatenate([jnp.zeros_like(lower[..., :1]), lower[..., 1:]], -1)
        if adjoint:
            turned_round = (jnp.roll(lower, -1, -1), middle, jnp.roll(upper, 1, -1))
            upper, middle, lower = (jnp.conj(one) for one in turned_round)
        return upper, middle, lower

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        right = turned(array(x), adjoint_arg)
        upper, middle, lower = self._parts(adjoint)
        following, before = jnp.roll(right, -1, -2), jnp.roll(right, 1, -2)
        return upper[..., None] * following + middle[..., None] * right + lower[..., None] * before

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return solve_tridiagonal(*self._parts(adjoint), turned(array(rhs), adjoint_arg))

    def _diag_part(self) -> Any:
        middle = self._parts()[1]
        return jnp.broadcast_to(middle, (*self._batch, self._rows))

    def _to_dense(self) -> Any:
        offset = jnp.arange(self._rows)[None, :] - jnp.arange(self._rows)[:, None]
        upper, middle, lower = (one[..., :, None] for one in self._parts())
        zero = jnp.zeros((), middle.dtype)
        return (
            jnp.where(offset == 1, upper, zero)
            + jnp.where(offset == 0, middle, zero)
            + jnp.where(offset == -1, lower, zero)
        )


def _check(diagonals: Any, form: str) -> None:
    """Raises ValueError for diagonals that do not have the shape of their format."""
    if form == "sequence":
        shapes = [sizes(one) for one in diagonals]
        fits = len(shapes) == 3 and all(shapes) and len({one[-1] for one in shapes}) == 1
        wanted = "three vectors of one length"
    else:
        shapes = [sizes(diagonals)]
        rows = shapes[0][-2] if len(shapes[0]) >= 2 else None
        fits = rows == (3 if form == "compact" else shapes[0][-1]) and rows is not None
        wanted = "(..., 3, n)" if form == "compact" else "(..., n, n)"
    if not fits:
        raise ValueError(
            f"LinearOperatorTridiag: `diagonals` in the format {form!r} have the shape {wanted}, received "
            f"{', '.join(map(str, shapes))}."
        )
