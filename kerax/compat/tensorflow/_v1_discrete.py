"""Distributions of ``tf.compat.v1.distributions`` over classes and counts, and over their probabilities."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy import special

from kerax.compat.tensorflow._core import tensor
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._v1_distributions import (
    FULLY_REPARAMETERIZED,
    NOT_REPARAMETERIZED,
    Distribution,
    _method,
    _moment,
    _named,
)


class _FromLogits(Distribution):
    """Distributions that are made of logits or of probabilities."""

    def _parameters(self, logits: Any, probs: Any) -> None:
        if (logits is None) == (probs is None):
            raise ValueError("Must pass probs or logits, but not both.")
        self._by_probs = probs is not None
        given = probs if self._by_probs else logits
        self._set(**{"probs" if self._by_probs else "logits": given})


class Bernoulli(_FromLogits):
    """One with a probability, else zero.

    Args:
      logits: the logarithm of the odds.
      probs: the probability; either of the two.
      dtype: of samples.
      validate_args, allow_nan_stats: accepted as in TensorFlow.
      name: for messages.
    """

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = "int32",
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Bernoulli",
    ):
        super().__init__(dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, name=name)
        self._parameters(logits, probs)

    def _odds(self, given: Any) -> Any:
        return jnp.log(given) - jnp.log1p(-given) if self._by_probs else given

    logits = property(lambda self: _moment(lambda self, g: self._odds(g), "")(self), doc="The logarithm of the odds.")
    probs = property(
        lambda self: _moment(lambda self, g: jax.nn.sigmoid(self._odds(g)), "")(self), doc="The probability."
    )
    log_prob = _method(
        lambda self, x, g: x * jax.nn.log_sigmoid(self._odds(g)) + (1 - x) * jax.nn.log_sigmoid(-self._odds(g)),
        "The logarithm of the probability.",
    )
    mean = _moment(lambda self, g: jax.nn.sigmoid(self._odds(g)), "The mean.")
    variance = _moment(lambda self, g: jax.nn.sigmoid(self._odds(g)) * jax.nn.sigmoid(-self._odds(g)), "The variance.")
    mode = _moment(lambda self, g: (jax.nn.sigmoid(self._odds(g)) > 0.5).astype("int32"), "The mode.")
    entropy = _moment(
        lambda self, g: -self._odds(g) * (jax.nn.sigmoid(self._odds(g)) - 1) + jax.nn.softplus(-self._odds(g)),
        "The entropy.",
    )

    def _draw(self, key: Any, head: tuple, g: Any) -> Any:
        chance = jax.nn.sigmoid(self._odds(g))
        return (jax.random.uniform(key, self._wide(head, g)) < chance).astype(_plain(self.dtype))


def _plain(dtype: Any) -> Any:
    from kerax.compat.tensorflow._dtypes import as_dtype

    return jax.dtypes.canonicalize_dtype(as_dtype(dtype).dtype)


class Categorical(_FromLogits):
    """One of several classes.

    Args:
      logits: logarithms of what probabilities are in proportion to, classes along the last axis.
      probs: the probabilities; either of the two.
      dtype: of samples.
      validate_args, allow_nan_stats: accepted as in TensorFlow.
      name: for messages.
    """

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = "int32",
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Categorical",
    ):
        super().__init__(dtype, NOT_REPARAMETERIZED, validate_args, allow_nan_stats, name=name)
        self._parameters(logits, probs)

    def _logs(self, given: Any) -> Any:
        return jax.nn.log_softmax(jnp.log(given) if self._by_probs else given)

    def _events(self) -> list[int]:
        return [1]

    event_size = property(lambda self: tensor(TensorShape(self._given[0].shape)[-1]), doc="How many classes there are.")
    logits = property(
        lambda self: _moment(lambda self, g: jnp.log(g) if self._by_probs else g, "")(self), doc="The logits."
    )
    probs = property(lambda self: _moment(lambda self, g: jnp.exp(self._logs(g)), "")(self), doc="The probabilities.")
    log_prob = _method(
        lambda self, x, g: jnp.take_along_axis(
            jnp.broadcast_to(self._logs(g), (*x.shape, g.shape[-1])), x.astype("int32")[..., None], -1
        )[..., 0],
        "The logarithm of the probability.",
    )
    cdf = _method(
        lambda self, x, g: (jnp.exp(self._logs(g)) * (jnp.arange(g.shape[-1]) < x[..., None])).sum(-1),
        "The probability of a smaller class number.",
    )
    entropy = _moment(lambda self, g: -(jnp.exp(self._logs(g)) * self._logs(g)).sum(-1), "The entropy.")
    mode = _moment(lambda self, g: jnp.argmax(g, -1).astype("int32"), "The mode.")

    def _draw(self, key: Any, head: tuple, g: Any) -> Any:
        return jax.random.categorical(key, self._logs(g), shape=(*head, *g.shape[:-1])).astype(_plain(self.dtype))


class Dirichlet(Distribution):
    """The Dirichlet distribution.

    Args:
      concentration: along the last axis.
      validate_args, allow_nan_stats: accepted as in TensorFlow.
      name: for messages.
    """

    _event = 1

    def __init__(
        self, concentration: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Dirichlet"
    ):
        super().__init__("float32", FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, name=name)
        self._set(concentration=concentration)

    log_prob = _method(
        lambda self, x, a: special.xlogy(a - 1, x).sum(-1) - special.gammaln(a).sum(-1) + special.gammaln(a.sum(-1)),
        "The logarithm of the density.",
    )
    total_concentration = property(
        lambda self: _moment(lambda self, a: a.sum(-1), "")(self), doc="The sum of the concentrations."
    )
    mean = _moment(lambda self, a: a / a.sum(-1, keepdims=True), "The mean.")
    mode = _moment(
        lambda self, a: jnp.where(
            (a > 1).all(-1, keepdims=True), (a - 1) / (a.sum(-1, keepdims=True) - a.shape[-1]), jnp.nan
        ),
        "The mode.",
    )
    variance = _moment(
        lambda self, a: a * (a.sum(-1, keepdims=True) - a)
        / (a.sum(-1, keepdims=True) ** 2 * (a.sum(-1, keepdims=True) + 1)),
        "The variance.",
    )  # fmt: skip
    entropy = _moment(
        lambda self, a: special.gammaln(a).sum(-1) - special.gammaln(a.sum(-1))
        + (a.sum(-1) - a.shape[-1]) * special.digamma(a.sum(-1)) - ((a - 1) * special.digamma(a)).sum(-1),
        "The entropy.",
    )  # fmt: skip

    def _draw(self, key: Any, head: tuple, a: Any) -> Any:
        return jax.random.dirichlet(key, a, (*head, *a.shape[:-1]))


def _counted(key: Any, total: Any, logs: Any, head: tuple) -> Any:
    """Counts of classes among so many draws."""
    most = int(jnp.max(total))
    shape = (*head, *jnp.broadcast_shapes(total.shape, logs.shape[:-1]))
    drawn = jax.random.categorical(key, logs, shape=(most, *shape))
    hits = jax.nn.one_hot(drawn, logs.shape[-1])
    going = jnp.arange(most).reshape(-1, *[1] * len(shape)) < total
    return (hits * going[..., None]).sum(0)


class Multinomial(_FromLogits):
    """Counts of classes among several draws.

    Args:
      total_count: how many draws.
      logits, probs: of the classes; either of the two.
      validate_args, allow_nan_stats: accepted as in TensorFlow.
      name: for messages.
    """

    _event = 1

    def __init__(
        self,
        total_count: Any,
        logits: Any = None,
        probs: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Multinomial",
    ):
        super().__init__("float32", NOT_REPARAMETERIZED, validate_args, allow_nan_stats, name=name)
        if (logits is None) == (probs is None):
            raise ValueError("Must pass probs or logits, but not both.")
        self._by_probs = probs is not None
        self._set(total_count=total_count, weights=probs if self._by_probs else logits)

    def _logs(self, given: Any) -> Any:
        return jax.nn.log_softmax(jnp.log(given) if self._by_probs else given)

    def _events(self) -> list[int]:
        return [0, 1]

    log_prob = _method(
        lambda self, x, n, g: special.xlogy(x, jnp.exp(self._logs(g))).sum(-1) + special.gammaln(n + 1)
        - special.gammaln(x + 1).sum(-1),
        "The logarithm of the probability.",
    )  # fmt: skip
    probs = property(
        lambda self: _moment(lambda self, n, g: jnp.exp(self._logs(g)), "")(self), doc="The probabilities."
    )
    logits = property(
        lambda self: _moment(lambda self, n, g: jnp.log(g) if self._by_probs else g, "")(self), doc="The logits."
    )
    mean = _moment(lambda self, n, g: n[..., None] * jnp.exp(self._logs(g)), "The mean.")
    variance = _moment(
        lambda self, n, g: n[..., None] * jnp.exp(self._logs(g)) * (1 - jnp.exp(self._logs(g))), "The variance."
    )

    def _draw(self, key: Any, head: tuple, n: Any, g: Any) -> Any:
        return _counted(key, n, self._logs(g), head)


class DirichletMultinomial(Distribution):
    """Counts of classes whose probabilities are drawn from a Dirichlet distribution.

    Args:
      total_count: how many draws.
      concentration: along the last axis.
      validate_args, allow_nan_stats: accepted as in TensorFlow.
      name: for messages.
    """

    _event = 1

    def __init__(
        self,
        total_count: Any,
        concentration: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "DirichletMultinomial",
    ):
        super().__init__("float32", NOT_REPARAMETERIZED, validate_args, allow_nan_stats, name=name)
        self._set(total_count=total_count, concentration=concentration)

    def _events(self) -> list[int]:
        return [0, 1]

    log_prob = _method(
        lambda self, x, n, a: special.gammaln(a + x).sum(-1) - special.gammaln(a).sum(-1) + special.gammaln(a.sum(-1))
        - special.gammaln(n + a.sum(-1)) + special.gammaln(n + 1) - special.gammaln(x + 1).sum(-1),
        "The logarithm of the probability.",
    )  # fmt: skip
    mean = _moment(lambda self, n, a: n[..., None] * a / a.sum(-1, keepdims=True), "The mean.")
    variance = _moment(
        lambda self, n, a: n[..., None] * a / a.sum(-1, keepdims=True) * (1 - a / a.sum(-1, keepdims=True))
        * (n[..., None] + a.sum(-1, keepdims=True)) / (1 + a.sum(-1, keepdims=True)),
        "The variance.",
    )  # fmt: skip

    def _draw(self, key: Any, head: tuple, n: Any, a: Any) -> Any:
        one, two = jax.random.split(key)
        shares = jax.random.dirichlet(one, a, (*head, *jnp.broadcast_shapes(n.shape, a.shape[:-1])))
        return _counted(two, n, jnp.log(shares), ())


for _class, _names in (
    (Dirichlet, "concentration"), (Multinomial, "total_count"), (DirichletMultinomial, "total_count concentration"),
):  # fmt: skip
    _named(_class, *_names.split())
