"""RecurrentLayer: an RNN layer with one built-in cell whose arguments are the layer's own."""

from __future__ import annotations

from typing import Any

from kerax import regularizers
from kerax.errors import unknown_name
from kerax.layers.input_spec import InputSpec
from kerax.layers.rnn.recurrent_cell import RecurrentCell
from kerax.layers.rnn.rnn import RNN

_CUDNN_CHOICES = ("auto", True, False)


class RecurrentLayer(RNN):
    """Base of LSTM, GRU and SimpleRNN.

    Args:
        cell_class: the cell.
        units: size of the output.
        options: the cell's further arguments.
        cell_name: the cell's name, as in Keras's weight paths.
        use_cudnn: accepted for Keras's sake; the kernels are chosen by the device.
        **kwargs: arguments of `RNN`.
    """

    def __init__(
        self,
        cell_class: type[RecurrentCell],
        units: int,
        options: dict[str, Any],
        cell_name: str,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ):
        if use_cudnn not in _CUDNN_CHOICES:
            raise unknown_name(f"use_cudnn of {type(self).__name__}", use_cudnn, [str(c) for c in _CUDNN_CHOICES])
        shared = {name: kwargs[name] for name in ("dtype", "trainable") if kwargs.get(name) is not None}
        implementation = {"implementation": kwargs.pop("implementation")} if "implementation" in kwargs else {}
        cell = cell_class(units, **options, **shared, **implementation, name=cell_name)
        super().__init__(cell, **kwargs)
        self.use_cudnn = use_cudnn
        self.input_spec = InputSpec(ndim=3)

    def __getattr__(self, name: str) -> Any:
        # units, activation, kernel_initializer, dropout...: the cell's, as in Keras.
        if not name.startswith("_") and name not in ("cell", "states"):
            cell = self.__dict__.get("cell")
            if cell is not None and (name in cell.__dict__ or name in ("units", "gates")):
                return getattr(cell, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Builds the cell, and the kept states of a stateful layer.

        Args:
            sequences_shape: (batch, time, features), or a list that begins with it.
            initial_state_shape: not needed.
        """
        super().build(sequences_shape, initial_state_shape)
        self.input_spec = InputSpec(ndim=3, axes={-1: self.cell.kernel.shape[0]})

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments."""
        config = super().get_config()
        del config["cell"]
        penalty = regularizers.serialize(self.activity_regularizer)
        return {**config, **self.cell.options(), "activity_regularizer": penalty}
