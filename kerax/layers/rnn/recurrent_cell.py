"""RecurrentCell: what the LSTM, GRU and simple cells share."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerax import activations, constraints, initializers, regularizers
from kerax.functional.noise import dropout
from kerax.layers.checks import number_in, positive_int
from kerax.layers.layer import Layer
from kerax.layers.rnn.sequence_masks import NO_MASKS, Masks, masks_of
from kerax.random import SeedGenerator

ONE_PRODUCT_PER_GATE = 1  # tf.keras's `implementation` that lets every gate have a dropout mask of its own
ONE_PRODUCT = 2
WEIGHTS = ("kernel", "recurrent", "bias")


class RecurrentCell(Layer):
    """A cell with a kernel for its inputs, a recurrent kernel for its output and a bias.

    Args:
        units: size of the output.
        options: activation, recurrent_activation, use_bias, the initializers, regularizers, constraints, dropout,
            recurrent_dropout and seed, as the subclasses' constructors name them.
        **kwargs: ``name``, ``dtype``, ``trainable``, ``implementation``.
    """

    _untracked = Layer._untracked | {"_held_masks"}
    gates = 1
    state_count = 1
    _size_argument = "units"  # its name in the constructors of the layers

    def __init__(self, units: int, options: dict[str, Any], **kwargs: Any):
        implementation = kwargs.pop("implementation", ONE_PRODUCT)
        super().__init__(**kwargs)
        self.units = positive_int(self, self._size_argument, units)
        self.use_bias = bool(options["use_bias"])
        self.activation = activations.get(options["activation"])
        if "recurrent_activation" in options:
            self.recurrent_activation = activations.get(options["recurrent_activation"])
        for kind, family in (("initializer", initializers), ("regularizer", regularizers), ("constraint", constraints)):
            for weight in WEIGHTS:
                name = f"{weight}_{kind}"
                setattr(self, name, family.get(options[name]))
        self.dropout = number_in(self, "dropout", options["dropout"], 0, 1)
        self.recurrent_dropout = number_in(self, "recurrent_dropout", options["recurrent_dropout"], 0, 1)
        self.implementation = ONE_PRODUCT_PER_GATE if self.recurrent_dropout else implementation
        self.seed = options["seed"]
        if self.dropout or self.recurrent_dropout:  # a cell that draws nothing keeps no random state
            self.seed_generator = SeedGenerator(self.seed)

    @property
    def state_size(self) -> Any:
        """Size of the state, or a list of sizes where there are several."""
        return self.units if self.state_count == 1 else [self.units] * self.state_count

    @property
    def output_size(self) -> int:
        """Size of the output."""
        return self.units

    # ---- weights ----------------------------------------------------------------------------------------------------
    def build(self, input_shape: Any) -> None:
        """Creates ``kernel``, ``recurrent_kernel`` and ``bias``.

        Args:
            input_shape: (batch, features) of one step.
        """
        features = input_shape[-1]
        if features is None:
            raise ValueError(
                f"Layer {self.path!r} needs to know the last axis of its inputs, received shape {tuple(input_shape)}."
            )
        width = self.gates * self.units
        self.kernel = self._weight("kernel", "kernel", (features, width))
        self.recurrent_kernel = self._weight("recurrent_kernel", "recurrent", (self.units, width))
        self.bias = self._weight("bias", "bias", self._bias_shape(), self._first_bias()) if self.use_bias else None

    def _weight(self, name: str, kind: str, shape: tuple[int, ...], initializer: Any = None) -> Any:
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer or getattr(self, f"{kind}_initializer"),
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def _first_bias(self) -> Any:
        return self.bias_initializer

    def weight_values(self) -> tuple[jax.Array, jax.Array, jax.Array | None]:
        """Kernel, recurrent kernel and bias (or None) as arrays in the compute dtype."""
        return self.kernel.value, self.recurrent_kernel.value, None if self.bias is None else self.bias.value

    # ---- dropout ----------------------------------------------------------------------------------------------------
    def draw_masks(self, batch: Any) -> Masks:
        """Draws fresh dropout masks for a batch of sequences."""
        count = self.gates if self.implementation == ONE_PRODUCT_PER_GATE else 1

        def draw(rate: float, width: Any) -> list[jax.Array] | None:
            if not rate:
                return None
            ones = jnp.ones((batch, width), self.compute_dtype)
            return [dropout(ones, self.next_key(self.seed), rate) for _ in range(count)]

        return Masks(draw(self.dropout, self.kernel.shape[0]), draw(self.recurrent_dropout, self.units))

    def masks(self, inputs: jax.Array, training: Any) -> Masks:
        """The dropout masks of this step."""
        if not training or not (self.dropout or self.recurrent_dropout):
            return NO_MASKS
        return masks_of(self, inputs)

    def reset_dropout_mask(self) -> None:
        """Forgets the masks of a cell that is called by hand, so that the next call draws new ones."""
        self.__dict__.pop("_held_masks", None)

    reset_recurrent_dropout_mask = reset_dropout_mask

    # ---- states and sequences ---------------------------------------------------------------------------------------
    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> list[jax.Array]:
        """Returns zeros of shape (batch_size, units), one array for each state.

        Args:
            inputs: array whose first size is the batch size, if ``batch_size`` is not given.
            batch_size: number of sequences.
            dtype: the compute dtype by default.
        """
        batch = inputs.shape[0] if batch_size is None and inputs is not None else batch_size
        return [jnp.zeros((batch, self.units), dtype or self.compute_dtype) for _ in range(self.state_count)]

    def over_time(self, x: jax.Array, states: list[jax.Array], masks: Masks, **options: Any) -> Any:
        """Runs all steps at once.

        Args:
            x: (batch, time, features).
            states: initial states.
            masks: dropout masks of the sequence.
            **options: of the kernels in ``kerax.functional.recurrent``.

        Returns:
            ``(outputs, states)``, or None where only the step-by-step loop will do.
        """
        if masks.recurrent is not None or (masks.inputs is not None and len(masks.inputs) > 1):
            return None
        if masks.inputs is not None:
            x = x * masks.inputs[0][:, None, :]
        return self._kernel_over_time(x, states, **options)

    def _kernel_over_time(self, x: jax.Array, states: list[jax.Array], **options: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} defines no _kernel_over_time().")

    # ---- configuration ----------------------------------------------------------------------------------------------
    def options(self) -> dict[str, Any]:
        """The constructor arguments other than those of every layer, as plain values."""
        config: dict[str, Any] = {"units": self.units, "activation": activations.serialize(self.activation)}
        if hasattr(self, "recurrent_activation"):
            config["recurrent_activation"] = activations.serialize(self.recurrent_activation)
        config["use_bias"] = self.use_bias
        for kind, family in (("initializer", initializers), ("regularizer", regularizers), ("constraint", constraints)):
            for weight in WEIGHTS:
                name = f"{weight}_{kind}"
                config[name] = family.serialize(getattr(self, name))
        return {**config, "dropout": self.dropout, "recurrent_dropout": self.recurrent_dropout, "seed": self.seed}

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        return {**super().get_config(), **self.options()}
