"""Discretization: numbers to the bins that they fall into."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerax.errors import unknown_name
from kerax.functional.encodings import digitize, encode_categories, merge_summaries, quantile_summary
from kerax.layers.preprocessing.preprocessing_layer import PreprocessingLayer
from kerax.state import Variable, current_scope
from kerax.state.symbolic import Sandbox

_MODES = ("int", "one_hot", "multi_hot", "count")


class BoundaryState(Variable):
    """The boundaries: no weight, but part of the state, so that compiled steps see those of another ``adapt``."""

    __slots__ = ()
    is_weight = False


class Discretization(PreprocessingLayer):
    """Replaces every number by the number of its bin: how many boundaries are not above it.

    Args:
      bin_boundaries: ascending numbers; n of them make n + 1 bins.
      num_bins: how many bins ``adapt`` makes, of about equally many numbers each.
      epsilon: how far the shares of the bins may be off.
      output_mode: ``"int"`` gives the numbers of the bins, ``"one_hot"``, ``"multi_hot"`` and ``"count"`` vectors of
        them.
      sparse: accepted for Keras's sake; the vectors are dense all the same.
      name: the layer's name.
      dtype: its dtype.
      **kwargs: ``trainable``, ``input_shape``...

    Raises:
      ValueError: unless exactly one of ``bin_boundaries`` and ``num_bins`` is given, or for another wrong argument.

    Example:
      >>> import kerax, numpy as np
      >>> kerax.layers.Discretization([0.0, 1.0])(np.array([-1.0, 0.5, 2.0], "float32"))
      Array([0, 1, 2], dtype=int32)
    """

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, dtype=dtype, **kwargs)
        if output_mode not in _MODES:
            raise unknown_name("output_mode of Discretization", output_mode, _MODES)
        if sparse and output_mode == "int":
            raise ValueError("Discretization: sparse=True needs another output_mode than 'int'.")
        if num_bins is not None and num_bins < 0:
            raise ValueError(f"Discretization: num_bins must be greater than or equal to 0, received {num_bins}.")
        if (num_bins is None) == (bin_boundaries is None):
            raise ValueError(
                "Discretization: give either bin_boundaries or num_bins, not both and not neither. Received "
                f"bin_boundaries={bin_boundaries}, num_bins={num_bins}."
            )
        if not 0 < epsilon < 1:
            raise ValueError(f"Discretization: epsilon must be between 0 and 1, received {epsilon}.")
        self.bin_boundaries = bin_boundaries
        if self.bin_boundaries is not None and np.any(np.diff(self.bin_boundaries) < 0):
            raise ValueError(f"Discretization: bin_boundaries must ascend, received {self.bin_boundaries}.")
        self.num_bins, self.epsilon, self.output_mode, self.sparse = num_bins, epsilon, output_mode, sparse
        self.reset_state()

    @property
    def bin_boundaries(self) -> list[float] | None:
        """The boundaries between bins; None before ``adapt``."""
        return self._boundaries

    @bin_boundaries.setter
    def bin_boundaries(self, edges: Any) -> None:
        self._boundaries = None if edges is None else [float(edge) for edge in np.ravel(edges)]
        if self._boundaries is not None:
            self._edges = BoundaryState(np.asarray(self._boundaries, np.float32), trainable=False, name="boundaries")

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Finds boundaries between equally full bins; see ``PreprocessingLayer.adapt``."""
        if self.num_bins is None:
            raise ValueError(
                f"Discretization {self.path!r} was given bin_boundaries, so it cannot be adapted. Use num_bins instead."
            )
        super().adapt(data, batch_size, steps)

    def reset_state(self) -> None:
        """Forgets the numbers seen."""
        self.summary = np.zeros((2, 0), np.float32)

    def update_state(self, data: Any) -> None:
        """Takes in one batch of numbers."""
        numbers = self._numbers(data, np.float32)
        self.summary = merge_summaries(quantile_summary(numbers, self.epsilon), self.summary, self.epsilon)

    def finalize_state(self) -> None:
        """Turns what was seen into boundaries."""
        if self.num_bins is not None:
            whole = merge_summaries(self.summary, np.zeros((2, 0), np.float32), 1.0 / self.num_bins)
            self.bin_boundaries = whole[0, :-1]

    def call(self, inputs: jax.Array) -> jax.Array:
        """Finds the bins."""
        if self.bin_boundaries is not None:
            boundaries, count = self._edges.read(), len(self.bin_boundaries)
        else:
            if not isinstance(current_scope(), Sandbox):  # shapes are known before the boundaries are
                raise ValueError(
                    f"Discretization {self.path!r} has no boundaries yet: call adapt(data) first, or give "
                    "bin_boundaries."
                )
            count = self.num_bins - 1
            boundaries = jnp.zeros(count, jnp.float32)
        bins = digitize(inputs, boundaries)
        if self.output_mode == "int":
            return bins
        return encode_categories(bins, self.output_mode, count + 1, self.compute_dtype)

    def save_own_variables(self, store: Any) -> None:
        """Writes nothing: the configuration has the boundaries."""

    def load_own_variables(self, store: Any) -> None:
        """Reads the summary of the numbers seen, which tf.keras keeps in its files in place of the boundaries."""
        if "0" in store and self.bin_boundaries is None:
            self.summary = np.asarray(store["0"], np.float32)
            self.finalize_state()

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments and the boundaries that ``adapt`` found."""
        names = ("bin_boundaries", "num_bins", "epsilon", "output_mode", "sparse")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Discretization:
        """Makes a layer from ``get_config()``, which names boundaries and ``num_bins`` both after ``adapt``."""
        config, boundaries = dict(config), None
        if config.get("num_bins") is not None:
            boundaries = config.pop("bin_boundaries", None)
        layer = super().from_config(config)
        if boundaries is not None:
            layer.bin_boundaries, layer._adapted = boundaries, True
        return layer
