"""The pure side of a layer, in Keras 3's form: lists of arrays in, outputs and lists of arrays out."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.layers.layer_weights import LayerWeights
from kerax.random.seed_generator import SeedState
from kerax.state import Variable, functional_call

_ONE_DRAW = np.array([0, 1], np.uint32)  # the second word of a generator counts its draws


class LayerPure(LayerWeights):
    """What every layer can do without changing itself; ``kerax.functional_call`` is the form by names."""

    def stateless_call(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        *args: Any,
        return_losses: bool = False,
        key: jax.Array | None = None,
        **kwargs: Any,
    ) -> tuple:
        """Runs the built layer or model as a pure function of lists of arrays.

        Args:
          trainable_variables: values of ``trainable_variables``, in their order.
          non_trainable_variables: values of ``non_trainable_variables``, in their order.
          *args: arguments of the call.
          return_losses: whether to return the losses that layers add.
          key: JAX PRNG key for dropout and other noise. By default the states of seed generators among
            ``non_trainable_variables`` give it, and move on: pass the returned ones to the next call.
          **kwargs: further arguments of the call.

        Returns:
          ``(outputs, non_trainable_variables)``, and the list of losses if asked for.

        Raises:
          ValueError: if the layer is not built, or a list has another length or an array another shape.

        Example:
          >>> import jax, kerax
          >>> model = kerax.Sequential([kerax.Input((3,)), kerax.layers.Dense(2), kerax.layers.Dropout(0.5)])
          >>> trained = [variable.value for variable in model.trainable_variables]
          >>> others = [variable.value for variable in model.non_trainable_variables]
          >>> x = jax.numpy.ones((4, 3))
          >>> outputs, others = model.stateless_call(trained, others, x, training=True)
          >>> outputs.shape
          (4, 2)
        """
        if not self.built:
            raise ValueError(
                f"stateless_call(): layer {self.name!r} has no weights yet. Build it first: call it on data, or "
                "layer.build(input_shape)."
            )
        self.assign_paths()
        others = self.non_trainable_variables
        params = self._by_path("trainable_variables", self.trainable_variables, trainable_variables)
        state = self._by_path("non_trainable_variables", others, non_trainable_variables)
        seeds = [variable.path for variable in others if isinstance(variable, SeedState)]
        if key is None and seeds:
            key = jax.random.wrap_key_data(jnp.asarray(state[seeds[0]], jnp.uint32), impl="threefry2x32")
        outputs, after, losses = functional_call(self, params, state, *args, key=key, **kwargs)
        for path in seeds:
            if after[path] is state[path]:  # the call drew by the layer's name; another call shall draw other numbers
                after[path] = jnp.asarray(state[path], jnp.uint32) + _ONE_DRAW
        values = [after[variable.path] for variable in others]
        return (outputs, values, losses) if return_losses else (outputs, values)

    def _by_path(self, argument: str, variables: list[Variable], arrays: Any) -> dict[str, Any]:
        arrays = list(arrays)
        if len(arrays) != len(variables):
            raise ValueError(
                f"stateless_call(): argument {argument} must hold the {len(variables)} values of {self.name!r}'s "
                f"{argument} ({', '.join(variable.path for variable in variables[:4])}"
                f"{', ...' if len(variables) > 4 else ''}), received {len(arrays)}."
            )
        return {variable.path: array for variable, array in zip(variables, arrays)}
