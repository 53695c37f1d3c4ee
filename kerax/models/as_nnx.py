"""A kerax model seen by Flax NNX code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerax.state import functional_call

if TYPE_CHECKING:
    from flax import nnx


def as_nnx(model: Any, rngs: Any = None) -> nnx.Module:
    """Returns an NNX module with the present weights of a model, to be trained by ``nnx.jit`` and ``nnx.Optimizer``.

    Trainable weights become ``nnx.Param``, the others ``nnx.BatchStat``, named by their paths with ``_`` for ``/``.
    The module's
    arrays are its own: call ``module.write_back()`` to put them into the model again.

    Args:
      model: a built model.
      rngs: ``nnx.Rngs`` whose ``dropout`` stream gives the noise of training calls; needed only if layers draw any.

    Raises:
      ValueError: if the model is not built.

    Example:
      >>> import jax.numpy as jnp, kerax
      >>> model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(2)])
      >>> kerax.models.as_nnx(model)(jnp.ones((1, 3))).shape
      (1, 2)
    """
    from flax import nnx

    if not model.built:
        raise ValueError(f"as_nnx(): model {model.name!r} has no weights yet: build it or call it on data first.")

    class KeraxModule(nnx.Module):
        """A kerax model as an NNX module."""

        def __init__(self) -> None:
            self.model, self.rngs = model, rngs
            for path, array in model.params.items():
                setattr(self, _attribute(path), nnx.Param(array))
            for path, array in model.state.items():
                setattr(self, _attribute(path), nnx.BatchStat(array))

        def __call__(self, *args: Any, training: bool = False, **kwargs: Any) -> Any:
            """Calls the model on arrays; what it writes (moving averages) stays in this module."""
            key = self.rngs.dropout() if self.rngs is not None and training else None
            params, state = self._read(model.params), self._read(model.state)
            outputs, new_state, _ = functional_call(model, params, state, *args, key=key, training=training, **kwargs)
            for path, array in new_state.items():
                getattr(self, _attribute(path))[...] = array
            return outputs

        def _read(self, paths: Any) -> dict[str, Any]:
            return {path: getattr(self, _attribute(path))[...] for path in paths}

        def write_back(self) -> None:
            """Puts the module's arrays into the model."""
            model.params, model.state = self._read(model.params), self._read(model.state)

    return KeraxModule()


def _attribute(path: str) -> str:
    return path.replace("/", "_")
