"""Sequential: a model that is a plain stack of layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kerax.layers import Input, InputLayer, Layer, deserialize, serialize
from kerax.layers.layer_weights import plain_shape
from kerax.models.graph import Graph
from kerax.models.model import Model
from kerax.state import structure_changed
from kerax.state.symbolic import SymbolicTensor
from kerax.tracebacks import shorten_tracebacks


class Sequential(Model):
    """A stack of layers, each fed by the one before.

    Args:
      layers: the layers; ``kerax.Input(shape)`` or a layer with ``input_shape=`` first tells the input, otherwise the
        model is built
        at its first call.
      trainable: whether it is trained.
      name: the model's name.

    Raises:
      TypeError: for something that is no layer.
      ValueError: for two layers of one name.

    Example:
      >>> import kerax
      >>> model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(3), kerax.layers.Dense(1)])
      >>> model.output_shape
      (None, 1)
    """

    _untracked = Model._untracked | {"_layers"}

    def __init__(
        self, layers: Iterable[Any] | None = None, trainable: bool = True, name: str | None = None, **kwargs: Any
    ):
        super().__init__(trainable=trainable, name=name, **kwargs)
        self._layers: list[Layer] = []
        self._graph = None
        if isinstance(layers, Layer):
            raise TypeError(
                f"Sequential(layers) takes a list of layers, received the layer {layers.name!r}: put it in a list."
            )
        if layers is not None and (isinstance(layers, str) or not hasattr(layers, "__iter__")):
            raise TypeError(f"Sequential(layers) takes a list of layers, received {layers!r}.")
        for layer in layers or ():
            self.add(layer, rebuild=False)
        self._rebuild()

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Appends a layer.

        Args:
          layer: a layer, or ``kerax.Input(...)`` as the first.
          rebuild: False to put off connecting the layers.
        """
        if (
            isinstance(layer, SymbolicTensor)
            and layer.node is not None
            and isinstance(layer.node.operation, InputLayer)
        ):
            layer = layer.node.operation
        if hasattr(layer, "_kerax_decode") and not self._layers:  # one input of several tensors: built when called
            return
        if isinstance(layer, type):
            raise TypeError(
                f"Sequential.add() takes a layer, received the class {layer.__name__}: make an instance, "
                f"{layer.__name__}(...)."
            )
        if not isinstance(layer, Layer):
            raise TypeError(
                f"Sequential.add() takes a layer, received {layer!r}. Wrap a function in kerax.layers.Lambda."
            )
        if isinstance(layer, InputLayer) and self._layers:
            raise ValueError(
                f"Sequential model {self.name!r}: an input must come first, but it has {len(self._layers)} layer(s) "
                "already."
            )
        if any(layer.name == other.name for other in self._layers):
            raise ValueError(
                f"Sequential model {self.name!r} has a layer named {layer.name!r} already; layer names must be unique."
            )
        if not self._layers and not isinstance(layer, InputLayer):
            first = _input_of(layer)
            if first is not None:
                self._layers.append(first)
        self._layers.append(layer)
        structure_changed()
        if rebuild:
            self._rebuild()

    def pop(self, rebuild: bool = True) -> Layer:
        """Removes and returns the last layer.

        Raises:
          IndexError: if there is none.
        """
        if not self.layers:
            raise IndexError(f"Sequential model {self.name!r} has no layers to pop.")
        layer = self._layers.pop()
        structure_changed()
        if rebuild:
            self._rebuild()
        return layer

    def _rebuild(self) -> None:
        """Connects the layers again, from the input that is known."""
        if self._layers and isinstance(self._layers[0], InputLayer):
            first = self._layers[0].output
        else:
            first = self._graph.flat_inputs[0] if self._graph is not None else None
        self.built, self._graph = False, None
        if first is not None and self.layers:
            self._connect(first)

    def _connect(self, tensor: SymbolicTensor) -> None:
        """Calls the layers on a symbolic tensor, which builds them and makes the graph."""
        first = tensor
        for layer in self._layers:
            if not isinstance(layer, InputLayer):
                tensor = layer(tensor)
                if not isinstance(tensor, SymbolicTensor) and layer is not self._layers[-1]:
                    raise ValueError(
                        f"Sequential model {self.name!r}: layer {layer.name!r} has several outputs; only the last "
                        "layer may. Use Model."
                    )
        self.set_graph(first, tensor)

    def set_graph(self, inputs: Any, outputs: Any) -> None:
        """Notes the symbolic inputs and outputs; the layers themselves stay the stack."""
        first = self._layers[0] if self._layers else None
        self._graph = Graph(inputs, outputs, self.name, sizes_bind=isinstance(first, InputLayer))
        self.inputs, self.outputs = self._graph.flat_inputs, self._graph.flat_outputs
        self.input_names, self.output_names = self._graph.input_names, self._graph.output_names
        self.built = True
        structure_changed()
        self.assign_paths()

    def build(self, input_shape: Any = None) -> None:
        """Builds the layers for an input shape, the batch size included.

        Args:
          input_shape: sizes, None for unknown; needed unless the model has an input already.

        Raises:
          ValueError: without layers or without a shape.
        """
        if self._graph is not None:
            return
        if not self._layers:
            raise ValueError(f"Sequential model {self.name!r} has no layers: add some before building it.")
        if input_shape is None:
            raise ValueError(
                f"Sequential model {self.name!r} does not know its input: give build(input_shape), or start it with "
                "kerax.Input."
            )
        shape = plain_shape(input_shape)
        self._connect(Input(batch_shape=shape))

    def _build_for(self, args: tuple, kwargs: dict) -> None:
        inputs = args[0]
        if isinstance(inputs, (list, tuple, dict)):
            self.built = True
            return
        shape = tuple(size if isinstance(size, int) else None for size in inputs.shape)
        dtype = getattr(inputs, "dtype", None)
        self._connect(
            Input(
                batch_shape=(None, *shape[1:]),
                dtype=None if dtype is None or str(dtype).startswith("float") else str(dtype),
            )
        )

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Runs the layers one after another."""
        if self._graph is not None:
            return self._graph.run(inputs)
        for layer in self._layers:
            inputs = layer(inputs)
        return inputs

    call.runs_graph = True  # type: ignore[attr-defined]  # a host pass may run part of the graph instead

    def get_config(self) -> dict[str, Any]:
        """Returns the configurations of the layers and the model's own arguments."""
        config: dict[str, Any] = {
            "name": self.name,
            "trainable": self._trainable,
            "layers": [serialize(layer) for layer in self._layers],
        }
        if self._graph is not None and not isinstance(self._layers[0], InputLayer):
            config["build_input_shape"] = self._graph.flat_inputs[0].shape
        return config

    @classmethod
    def from_config(cls, config: Any, custom_objects: dict[str, Any] | None = None) -> Sequential:
        """Makes a model with new weights from ``get_config()``, in the form of Keras 3 or tf.keras (also the old
        bare list).

        Args:
          config: the configuration.
          custom_objects: the user's own classes and functions by name.

        Raises:
          ValueError: if the configuration is damaged.
        """
        if isinstance(config, list):
            config = {"layers": config}
        if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
            raise ValueError(f"Configuration of a Sequential model needs a list 'layers', found {config!r}.")
        model = cls(name=config.get("name"))
        for layer in config["layers"]:
            model.add(deserialize(layer, custom_objects), rebuild=False)
        model._rebuild()
        shape = config.get("build_input_shape")
        if model._graph is None and shape and model._layers and not isinstance(shape[0], (list, tuple)):
            model.build((None, *shape[1:]))  # the batch it was once built with is no part of the model
        if config.get("trainable") is False:
            model.__dict__["_trainable"] = False
        return model

    def _named_children(self) -> Iterator[tuple[str, Any]]:
        for layer in self.__dict__.get("_layers", ()):
            if not isinstance(layer, InputLayer):
                yield layer.name, layer
        yield from Layer._named_children(self)

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the input."""
        return [layer for layer in self._layers if not isinstance(layer, InputLayer)]


def _input_of(layer: Layer) -> InputLayer | None:
    """The input that a first layer's ``input_shape`` and the like describe, or a nested model's own."""
    given = layer.__dict__.get("_input_arguments", {})
    batch_shape = given.get("batch_input_shape") or given.get("batch_shape")
    if batch_shape is None and given.get("input_shape") is not None:
        batch_shape = (given.get("batch_size"), *plain_shape(given["input_shape"]))
    if batch_shape is None and given.get("input_dim") is not None:
        sizes = (given["input_length"],) if given.get("input_length") is not None else ()
        batch_shape = (given.get("batch_size"), *sizes, given["input_dim"])
    if (
        batch_shape is None
        and isinstance(layer, Model)
        and layer._graph is not None
        and len(layer._graph.flat_inputs) == 1
    ):
        tensor = layer._graph.flat_inputs[0]
        return InputLayer(batch_shape=tensor.shape, dtype=tensor.dtype)
    if batch_shape is None:
        return None
    return InputLayer(batch_shape=plain_shape(batch_shape), dtype=given.get("input_dtype") or layer.dtype)


shorten_tracebacks(Sequential, "__init__", "add")
