"""``tf.compat.v1.distributions``: probability distributions with samples, densities and moments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.scipy import special, stats

from kerax.compat.tensorflow import _random as random
from kerax.compat.tensorflow._core import array, op, tensor
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._tensor import Tensor


class ReparameterizationType:
    """Whether samples are differentiable functions of a distribution's parameters.

    Args:
      rep_type: its name.
    """

    def __init__(self, rep_type: str):
        self._rep_type = rep_type

    def __repr__(self) -> str:
        return f"<Reparameterization Type: {self._rep_type}>"


FULLY_REPARAMETERIZED = ReparameterizationType("FULLY_REPARAMETERIZED")
NOT_REPARAMETERIZED = ReparameterizationType("NOT_REPARAMETERIZED")


def _method(compute: Callable, doc: str) -> Any:
    """A function of a value and of the distribution's parameters."""

    def method(self: Any, value: Any, name: Any = None) -> Any:
        def run(value: Any, *given: Any) -> Any:
            return Tensor(compute(self, array(value, hint=as_dtype(self.dtype_of)), *[array(one) for one in given]))

        return op(run)(value, *self._given)

    method.__doc__ = doc
    return method


def _moment(compute: Callable, doc: str) -> Any:
    """A function of the distribution's parameters."""

    def method(self: Any, name: Any = None) -> Any:
        def run(*given: Any) -> Any:
            return Tensor(compute(self, *[array(one) for one in given]))

        return op(run)(*self._given)

    method.__doc__ = doc
    return method


class Distribution:
    """The base class of distributions.

    Args:
      dtype: of samples.
      reparameterization_type: whether samples are differentiable.
      validate_args, allow_nan_stats, graph_parents: accepted as in TensorFlow.
      parameters: what it was made of.
      name: for messages.
    """

    _event = 0  # how many axes one sample has
    dtype_of = "float32"

    def __init__(
        self,
        dtype: Any = "float32",
        reparameterization_type: Any = NOT_REPARAMETERIZED,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        parameters: Any = None,
        graph_parents: Any = None,
        name: str | None = None,
    ):
        self.dtype, self.reparameterization_type = dtype, reparameterization_type
        self.validate_args, self.allow_nan_stats = validate_args, allow_nan_stats
        self.parameters, self.name = dict(parameters or {}), f"{name or type(self).__name__}/"
        self._given: list[Any] = []

    def _set(self, **given: Any) -> None:
        self.parameters.update(given)
        self._given = [one if hasattr(one, "spec") or hasattr(one, "assign") else tensor(one, hint=as_dtype("float32"))
                       for one in given.values()]  # fmt: skip
        for name, one in zip(given, self._given):
            self.__dict__[f"_{name}"] = one

    @property
    def batch_shape(self) -> TensorShape:
        """The shape of the parameters, without the axes of a sample."""
        import numpy as np

        shapes = [TensorShape(one.shape).as_list() for one in self._given]
        events = self._events()
        cut = [shape[: len(shape) - event] for shape, event in zip(shapes, events)]
        return TensorShape(np.broadcast_shapes(*[tuple(one) for one in cut]))

    def _events(self) -> list[int]:
        return [self._event] * len(self._given)

    @property
    def event_shape(self) -> TensorShape:
        """The shape of one sample."""
        shape = TensorShape(self._given[-1].shape).as_list()
        return TensorShape(shape[len(shape) - self._event :])

    def batch_shape_tensor(self, name: Any = None) -> Any:
        """The shape of the parameters as a tensor."""
        return tensor(self.batch_shape.as_list(), "int32")

    def event_shape_tensor(self, name: Any = None) -> Any:
        """The shape of one sample as a tensor."""
        return tensor(self.event_shape.as_list(), "int32")

    def sample(self, sample_shape: Any = (), seed: Any = None, name: Any = None) -> Any:
        """Samples, shape (*sample_shape, *batch, *event)."""
        from kerax.compat.tensorflow._core import ints

        head = tuple(ints(sample_shape)) if sample_shape is not None else ()

        def normal(*given: Any) -> Any:
            return Tensor(self._draw(random.next_key(seed), head, *[array(one) for one in given]))

        normal.__module__ = random.__name__  # a graph draws it anew in every run
        return op(normal)(*self._given)

    def _draw(self, key: Any, head: tuple, *given: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no samples.")

    def _wide(self, head: tuple, *given: Any) -> tuple:
        return (*head, *jnp.broadcast_shapes(*[one.shape for one in given]))

    def prob(self, value: Any, name: Any = None) -> Any:
        """The density or probability of a value."""
        from kerax.compat.tensorflow._math import exp

        return exp(self.log_prob(value))

    def log_cdf(self, value: Any, name: Any = None) -> Any:
        """The logarithm of the cumulative distribution."""
        from kerax.compat.tensorflow._math import log

        return log(self.cdf(value))

    def survival_function(self, value: Any, name: Any = None) -> Any:
        """The probability of a larger value."""
        return 1.0 - self.cdf(value)

    def stddev(self, name: Any = None) -> Any:
        """The standard deviation."""
        from kerax.compat.tensorflow._math import sqrt

        return sqrt(self.variance())

    def _absent(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no such function.")

    log_prob = cdf = mean = variance = entropy = mode = _absent

    def kl_divergence(self, other: Any, name: Any = None) -> Any:
        """The Kullback-Leibler divergence from another distribution."""
        from kerax.compat.tensorflow._v1_divergences import kl_divergence

        return kl_divergence(self, other)

    def __repr__(self) -> str:
        return f"tfp.distributions.{type(self).__name__}({self.name!r}, batch_shape={self.batch_shape}, " + (
            f"event_shape={self.event_shape}, dtype=float32)"
        )


def _named(cls: type, *names: str) -> None:
    for name in names:
        setattr(cls, name, property(lambda self, name=name: self.__dict__[f"_{name}"], doc="What it was made of."))


class Normal(Distribution):
    """The normal distribution.

    Args:
      loc: mean.
      scale: standard deviation.
      validate_args, allow_nan_stats: accepted as in TensorFlow.
      name: for messages.

    Example:
      >>> import kerax.compat.tensorflow as tf
      >>> tf.compat.v1.distributions.Normal(0.0, 2.0).entropy().numpy().round(4).item()
      2.112...
    """

    def __init__(
        self, loc: Any, scale: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Normal"
    ):
        super().__init__("float32", FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, name=name)
        self._set(loc=loc, scale=scale)

    log_prob = _method(lambda self, x, m, s: stats.norm.logpdf(x, m, s), "The logarithm of the density.")
    cdf = _method(lambda self, x, m, s: stats.norm.cdf(x, m, s), "The cumulative distribution.")
    mean = _moment(lambda self, m, s: m + 0 * s, "The mean.")
    mode = _moment(lambda self, m, s: m + 0 * s, "The mode.")
    variance = _moment(lambda self, m, s: s * s + 0 * m, "The variance.")
    entropy = _moment(lambda self, m, s: 0.5 * jnp.log(2 * jnp.pi * jnp.e) + jnp.log(s + 0 * m), "The entropy.")
    quantile = _method(lambda self, p, m, s: m + s * special.ndtri(p), "The value below which a share is.")

    def _draw(self, key: Any, head: tuple, m: Any, s: Any) -> Any:
        return m + s * jax.random.normal(key, self._wide(head, m, s))


class Uniform(Distribution):
    """The uniform distribution on [low, high).

    Args:
      low, high: its ends.
      validate_args, allow_nan_stats: accepted as in TensorFlow.
      name: for messages.
    """

    def __init__(
        self,
        low: Any = 0.0,
        high: Any = 1.0,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Uniform",
    ):
        super().__init__("float32", FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, name=name)
        self._set(low=low, high=high)

    log_prob = _method(
        lambda self, x, a, b: jnp.where((x < a) | (x >= b), -jnp.inf, -jnp.log(b - a)), "The logarithm of the density."
    )
    cdf = _method(lambda self, x, a, b: jnp.clip((x - a) / (b - a), 0, 1), "The cumulative distribution.")
    mean = _moment(lambda self, a, b: (a + b) / 2, "The mean.")
    variance = _moment(lambda self, a, b: (b - a) ** 2 / 12, "The variance.")
    entropy = _moment(lambda self, a, b: jnp.log(b - a), "The entropy.")
    range = _moment(lambda self, a, b: b - a, "The length.")

    def _draw(self, key: Any, head: tuple, a: Any, b: Any) -> Any:
        return a + (b - a) * jax.random.uniform(key, self._wide(head, a, b))


class Laplace(Distribution):
    """The Laplace distribution.

    Args:
      loc: mean.
      scale: of the distance from it.
      validate_args, allow_nan_stats: accepted as in TensorFlow.
      name: for messages.
    """

    def __init__(
        self, loc: Any, scale: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Laplace"
    ):
        super().__init__("float32", FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, name=name)
        self._set(loc=loc, scale=scale)

    log_prob = _method(lambda self, x, m, s: stats.laplace.logpdf(x, m, s), "The logarithm of the density.")
    cdf = _method(lambda self, x, m, s: stats.laplace.cdf(x, m, s), "The cumulative distribution.")
    mean = _moment(lambda self, m, s: m + 0 * s, "The mean.")
    mode = _moment(lambda self, m, s: m + 0 * s, "The mode.")
    variance = _moment(lambda self, m, s: 2 * s * s + 0 * m, "The variance.")
    entropy = _moment(lambda self, m, s: jnp.log(2 * jnp.e * s) + 0 * m, "The entropy.")

    def _draw(self, key: Any, head: tuple, m: Any, s: Any) -> Any:
        return m + s * jax.random.laplace(key, self._wide(head, m, s))


class Gamma(Distribution):
    """The gamma distribution.

    Args:
      concentration, rate: its shape, and the inverse of its scale.
      validate_args, allow_nan_stats: accepted as in TensorFlow.
      name: for messages.
    """

    def __init__(
        self,
        concentration: Any,
        rate: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Gamma",
    ):
        super().__init__("float32", FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, name=name)
        self._set(concentration=concentration, rate=rate)

    log_prob = _method(lambda self, x, a, b: stats.gamma.logpdf(x, a, scale=1 / b), "The logarithm of the density.")
    cdf = _method(lambda self, x, a, b: special.gammainc(a, b * x), "The cumulative distribution.")
    mean = _moment(lambda self, a, b: a / b, "The mean.")
    mode = _moment(lambda self, a, b: jnp.where(a > 1, (a - 1) / b, jnp.nan), "The mode.")
    variance = _moment(lambda self, a, b: a / b**2, "The variance.")
    entropy = _moment(
        lambda self, a, b: a - jnp.log(b) + special.gammaln(a) + (1 - a) * special.digamma(a), "The entropy."
    )

    def _draw(self, key: Any, head: tuple, a: Any, b: Any) -> Any:
        return jax.random.gamma(key, a, self._wide(head, a, b)) / b


class Exponential(Gamma):
    """The exponential distribution.

    Args:
      rate: the inverse of the mean.
      validate_args, allow_nan_stats: accepted as in TensorFlow.
      name: for messages.
    """

    def __init__(self, rate: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Exponential"):
        super().__init__(1.0, rate, validate_args, allow_nan_stats, name)

    def _draw(self, key: Any, head: tuple, a: Any, b: Any) -> Any:
        return jax.random.exponential(key, self._wide(head, a, b)) / b


class Beta(Distribution):
    """The beta distribution.

    Args:
      concentration1, concentration0: its parameters, 1 by default.
      validate_args, allow_nan_stats: accepted as in TensorFlow.
      name: for messages.
    """

    def __init__(
        self,
        concentration1: Any = None,
        concentration0: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Beta",
    ):
        super().__init__("float32", FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, name=name)
        one, two = (1.0 if given is None else given for given in (concentration1, concentration0))
        self._set(concentration1=one, concentration0=two)

    log_prob = _method(lambda self, x, a, b: stats.beta.logpdf(x, a, b), "The logarithm of the density.")
    cdf = _method(lambda self, x, a, b: special.betainc(a, b, x), "The cumulative distribution.")
    mean = _moment(lambda self, a, b: a / (a + b), "The mean.")
    mode = _moment(lambda self, a, b: jnp.where((a > 1) & (b > 1), (a - 1) / (a + b - 2), jnp.nan), "The mode.")
    variance = _moment(lambda self, a, b: a * b / ((a + b) ** 2 * (a + b + 1)), "The variance.")
    entropy = _moment(
        lambda self, a, b: special.betaln(a, b) - (a - 1) * special.digamma(a) - (b - 1) * special.digamma(b)
        + (a + b - 2) * special.digamma(a + b),
        "The entropy.",
    )  # fmt: skip

    def _draw(self, key: Any, head: tuple, a: Any, b: Any) -> Any:
        return jax.random.beta(key, a, b, self._wide(head, a, b))


def _student(n: Any, t: Any) -> Any:
    """The cumulative t distribution, by the incomplete beta function (Abramowitz & Stegun 26.7.1)."""
    tail = 0.5 * special.betainc(n / 2, 0.5, n / (n + t * t))
    return jnp.where(t > 0, 1 - tail, tail)


class StudentT(Distribution):
    """Student's t distribution.

    Args:
      df: degrees of freedom.
      loc, scale: where and how wide it is.
      validate_args, allow_nan_stats: accepted as in TensorFlow.
      name: for messages.
    """

    def __init__(
        self,
        df: Any,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "StudentT",
    ):
        super().__init__("float32", FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, name=name)
        self._set(df=df, loc=loc, scale=scale)

    log_prob = _method(lambda self, x, n, m, s: stats.t.logpdf(x, n, m, s), "The logarithm of the density.")
    cdf = _method(lambda self, x, n, m, s: _student(n, (x - m) / s), "The cumulative distribution.")
    mean = _moment(lambda self, n, m, s: jnp.where(n > 1, m + 0 * s, jnp.nan), "The mean.")
    mode = _moment(lambda self, n, m, s: m + 0 * s, "The mode.")
    variance = _moment(
        lambda self, n, m, s: jnp.where(
            n > 2, s * s * n / jnp.maximum(n - 2, 1e-30), jnp.where(n > 1, jnp.inf, jnp.nan)
        ),
        "The variance.",
    )
    entropy = _moment(
        lambda self, n, m, s: (n + 1) / 2 * (special.digamma((n + 1) / 2) - special.digamma(n / 2))
        + 0.5 * jnp.log(n) + special.betaln(n / 2, 0.5) + jnp.log(s) + 0 * m,
        "The entropy.",
    )  # fmt: skip

    def _draw(self, key: Any, head: tuple, n: Any, m: Any, s: Any) -> Any:
        return m + s * jax.random.t(key, n, self._wide(head, n, m, s))


for _class, _names in (
    (Normal, "loc scale"), (Uniform, "low high"), (Laplace, "loc scale"), (Gamma, "concentration rate"),
    (Beta, "concentration1 concentration0"), (StudentT, "df loc scale"),
):  # fmt: skip
    _named(_class, *_names.split())
