"""The scope of a functional call: where reads and writes of variables go while a pure function is being traced."""

from __future__ import annotations

import contextlib
import contextvars
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import jax

from kerax.jax_compat import current_trace

if TYPE_CHECKING:
    from kerax.state.variable import Variable

_current: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("kerax_scope", default=None)


class Scope:
    """Values of variables, noise key and side outputs of one functional call.

    A read of a variable is answered by the innermost scope that holds it, else by its box. A write goes to the
    innermost
    scope that holds the variable; the box itself is only written outside every scope. So a box never holds a tracer.

    Args:
      values: ``id(variable) -> array`` of the variables that this call owns.
      key: JAX PRNG key for noise, or None for a call that draws none.
      training: what layers see as ``training`` unless they are told otherwise; None leaves it to the layers.
      frozen: if True, a layer that is not built yet raises instead of creating weights.

    Example:
      >>> import kerax
      >>> variable = kerax.Variable([1.0, 2.0])
      >>> with kerax.state.Scope({id(variable): variable.value * 10}):
      ...     print(variable.numpy())
      [10. 20.]
      >>> variable.numpy()
      array([1., 2.], dtype=float32)
    """

    __slots__ = (
        "_noise_counts",
        "_parent",
        "_token",
        "frozen",
        "key",
        "losses",
        "masks",
        "trace",
        "training",
        "values",
    )

    def __init__(
        self,
        values: dict[int, Any] | None = None,
        key: jax.Array | None = None,
        training: bool | None = None,
        frozen: bool = False,
    ):
        self.values = dict(values or {})
        self.key, self.training, self.frozen = key, training, frozen
        self.losses: list[tuple[Any, jax.Array]] = []  # (layer, scalar), in call order
        self.masks: dict[
            int, tuple[Any, Any]
        ] = {}  # id(array) -> (array, mask); the array is kept so that its id stays its own
        self._noise_counts: dict[str, int] = {}
        self._parent: Scope | None = None
        self._token: Any = None
        self.trace: Any = None  # the JAX transformation that was tracing when the scope was entered

    def __enter__(self) -> Scope:
        self._parent = _current.get()
        self.frozen = self.frozen or (self._parent is not None and self._parent.frozen)
        self._token = _current.set(self)
        self.trace = current_trace()
        return self

    def __exit__(self, *exc_info: object) -> None:
        _current.reset(self._token)

    def owner_of(self, variable: Variable, writing: bool = False) -> Scope | None:
        """The innermost scope, from this one outwards, that holds the variable; None if only its box does."""
        if id(variable) in self.values:
            return self
        return self._parent.owner_of(variable, writing) if self._parent is not None else None

    def adopt(self, variable: Variable, value: Any) -> bool:
        """Takes over a variable being made whose first value is traced; returns whether the scope can."""
        return False

    def next_key(self, path: str, seed: int | None = None) -> jax.Array:
        """A fresh noise key for the layer at ``path``: one that other layers' presence does not change.

        The key is ``fold_in(fold_in(key, crc32(path)), n)`` for the n-th draw under that path; a layer's own ``seed``
        is
        folded in as well.

        Raises:
          ValueError: if no key was given to the call.
        """
        scope: Scope | None = self
        while scope is not None and scope.key is None:
            scope = scope._parent
        if scope is None:
            raise ValueError(
                f"Layer {path!r} draws random numbers, but this functional call was given no key: pass "
                "key=jax.random.key(...)."
            )
        count = scope._noise_counts.get(path, 0)
        scope._noise_counts[path] = count + 1
        key = jax.random.fold_in(scope.key, zlib.crc32(path.encode()))  # type: ignore[arg-type]
        if seed is not None:
            key = jax.random.fold_in(key, seed & 0xFFFFFFFF)
        return jax.random.fold_in(key, count)


def current_scope() -> Scope | None:
    """Returns the innermost open scope, or None.

    Example:
      >>> import kerax
      >>> kerax.state.current_scope() is None
      True
    """
    return _current.get()


@contextlib.contextmanager
def no_scope() -> Iterator[None]:
    """Hides every open scope, so that boxes are read and written directly (used while weights are created).

    Example:
      >>> import kerax
      >>> with kerax.state.Scope(), kerax.state.no_scope():
      ...     print(kerax.state.current_scope())
      None
    """
    with in_scope(None):
        yield


@contextlib.contextmanager
def in_scope(scope: Scope | None) -> Iterator[None]:
    """Makes an open scope, or None, the innermost one for a while.

    Args:
      scope: one around the innermost, or None.
    """
    token = _current.set(scope)
    try:
        yield
    finally:
        _current.reset(token)
