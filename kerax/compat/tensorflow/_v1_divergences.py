"""Kullback-Leibler divergences of ``tf.compat.v1.distributions``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy import special

from kerax.compat.tensorflow._core import array, op
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_discrete import Bernoulli, Categorical, Dirichlet
from kerax.compat.tensorflow._v1_distributions import Beta, Gamma, Normal

_DIVERGENCES: dict[tuple[type, type], Callable] = {}


class RegisterKL:
    """Makes a function the divergence of two kinds of distributions.

    Args:
      dist_cls_a, dist_cls_b: the kinds.
    """

    def __init__(self, dist_cls_a: type, dist_cls_b: type):
        self._key = (dist_cls_a, dist_cls_b)

    def __call__(self, kl_fn: Callable) -> Callable:
        """Registers the function ``(a, b, name=None)``.

        Raises:
          ValueError: if there is one already.
        """
        if self._key in _DIVERGENCES:
            raise ValueError(f"KL({self._key[0].__name__} || {self._key[1].__name__}) has already been registered.")
        _DIVERGENCES[self._key] = kl_fn
        return kl_fn


def kl_divergence(distribution_a: Any, distribution_b: Any, allow_nan_stats: bool = True, name: Any = None) -> Any:
    """The Kullback-Leibler divergence of two distributions.

    Args:
      distribution_a, distribution_b: the distributions.
      allow_nan_stats, name: accepted as in TensorFlow.

    Raises:
      NotImplementedError: if there is no formula for their kinds.
    """
    for one in type(distribution_a).__mro__:
        for two in type(distribution_b).__mro__:
            if (one, two) in _DIVERGENCES:
                return _DIVERGENCES[one, two](distribution_a, distribution_b, name=name)
    kinds = type(distribution_a).__name__, type(distribution_b).__name__
    raise NotImplementedError(f"No KL(distribution_a || distribution_b) registered for {kinds[0]} and {kinds[1]}.")


def _divergence(kind: type, compute: Callable) -> None:
    @RegisterKL(kind, kind)
    def call(a: Any, b: Any, name: Any = None) -> Any:
        def run(*given: Any) -> Any:
            arrays = [array(one) for one in given]
            return Tensor(compute(a, b, *arrays))

        return op(run)(*a._given, *b._given)


_divergence(Normal, lambda a, b, m, s, n, t: (m - n) ** 2 / (2 * t * t) + 0.5 * (s * s / t / t - 1) - jnp.log(s / t))
_divergence(
    Bernoulli,
    lambda a, b, g, h: (
        jax.nn.sigmoid(a._odds(g)) * (jax.nn.softplus(-b._odds(h)) - jax.nn.softplus(-a._odds(g)))
        + jax.nn.sigmoid(-a._odds(g)) * (jax.nn.softplus(b._odds(h)) - jax.nn.softplus(a._odds(g)))
    ),
)
_divergence(Categorical, lambda a, b, g, h: (jnp.exp(a._logs(g)) * (a._logs(g) - b._logs(h))).sum(-1))
_divergence(
    Gamma,
    lambda a, b, p, r, q, s: (p - q) * special.digamma(p) + special.gammaln(q) - special.gammaln(p) + q * jnp.log(r / s)
    + p * (s / r - 1),
)  # fmt: skip
_divergence(
    Beta,
    lambda a, b, p, r, q, s: special.betaln(q, s) - special.betaln(p, r) - special.digamma(p) * (q - p)
    - special.digamma(r) * (s - r) + special.digamma(p + r) * ((q + s) - (p + r)),
)  # fmt: skip
_divergence(
    Dirichlet,
    lambda a, b, p, q: special.gammaln(p.sum(-1)) - special.gammaln(q.sum(-1)) - special.gammaln(p).sum(-1)
    + special.gammaln(q).sum(-1) + ((p - q) * (special.digamma(p) - special.digamma(p.sum(-1, keepdims=True)))).sum(-1),
)  # fmt: skip
