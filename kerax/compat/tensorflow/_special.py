"""``tf.math.special`` and other rarely met functions: JAX's where it has them, else SciPy's on the host."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special as on_device
import numpy as np

from kerax.compat.tensorflow import errors
from kerax.compat.tensorflow._core import array, is_tensor_like, label_of, op, out, pair, tensor
from kerax.compat.tensorflow._math import add, multiply
from kerax.compat.tensorflow._tensor import Tensor
from kerax.jax_compat import is_tracer


def _of_host(name: str, scipy_name: str, part: int | None = None) -> Any:
    def on_host(values: Any) -> Any:
        import scipy.special

        found = getattr(scipy.special, scipy_name)(np.asarray(values, np.float64))
        return np.asarray(found if part is None else found[part]).astype(np.asarray(values).dtype)

    def run(x: Any, name: str | None = None) -> Any:
        value = tensor(x)
        if is_tracer(value._value):
            shape = jax.ShapeDtypeStruct(value.array.shape, value.array.dtype)
            return out(jax.pure_callback(on_host, shape, value.array, vmap_method="expand_dims"), label_of(value))
        return Tensor(on_host(value.numpy()))

    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"``tf.math.special.{name}``, elementwise, by SciPy on the host; it has no gradient."
    return op(run)


bessel_j0, bessel_j1 = _of_host("bessel_j0", "j0"), _of_host("bessel_j1", "j1")
bessel_k0, bessel_k0e = _of_host("bessel_k0", "k0"), _of_host("bessel_k0e", "k0e")
bessel_k1, bessel_k1e = _of_host("bessel_k1", "k1"), _of_host("bessel_k1e", "k1e")
bessel_y0, bessel_y1 = _of_host("bessel_y0", "y0"), _of_host("bessel_y1", "y1")
dawsn, spence = _of_host("dawsn", "dawsn"), _of_host("spence", "spence")
expint = _of_host("expint", "expi")
fresnel_sin, fresnel_cos = _of_host("fresnel_sin", "fresnel", 0), _of_host("fresnel_cos", "fresnel", 1)


@op
def betainc(a: Any, b: Any, x: Any, name: str | None = None) -> Any:
    """The regularized incomplete beta function."""
    kind = next((tensor(one).dtype for one in (a, b, x) if is_tensor_like(one)), None)
    parts = [tensor(one, hint=kind) for one in (a, b, x)]
    for one in parts[1:]:
        pair(parts[0], one, "Betainc")
    shapes = {one._value.shape for one in parts} - {()}
    if len(shapes) > 1:
        raise errors.InvalidArgumentError(
            None, None, f"Shapes of a, b and x are inconsistent: {[str(one.shape) for one in parts]} [Op:Betainc]"
        )
    return out(on_device.betainc(*[one.array for one in parts]), label_of(parts[0]))


@op
def polyval(coeffs: Any, x: Any, name: str | None = None) -> Any:
    """A polynomial, the coefficient of the highest power first."""
    if not isinstance(coeffs, list):
        raise ValueError(f"Argument coeffs must be list type. Received type {type(coeffs)}.")
    total: Any = tensor(0.0) if not len(coeffs) else tensor(coeffs[0])
    for one in coeffs[1:]:
        total = add(multiply(total, x), one)
    return total


@op
def approx_min_k(
    operand: Any,
    k: Any,
    reduction_dimension: int = -1,
    recall_target: float = 0.95,
    reduction_input_size_override: int = -1,
    aggregate_to_topk: bool = True,
    name: str | None = None,
) -> Any:
    """The smallest elements along an axis, and where they are: all of them, whatever the ``recall_target``."""
    values = jnp.moveaxis(array(operand), reduction_dimension, -1)
    found, places = jax.lax.top_k(-values, int(k))
    return Tensor(jnp.moveaxis(-found, -1, reduction_dimension)), Tensor(jnp.moveaxis(places, -1, reduction_dimension))
