"""Model: a layer that can be trained; subclass it, or make one from symbolic inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax

from kerax.errors import unknown_name
from kerax.jax_compat import in_trace, recorders
from kerax.layers import Layer
from kerax.layers.layer import inside_call, map_shapes, shapes_of
from kerax.models.added_terms import AddLoss, AddMetric
from kerax.models.as_nnx import as_nnx
from kerax.models.compiled_call import CompiledCall, can_compile, can_stage
from kerax.models.graph import Graph
from kerax.models.host_pass import HostPass, has_host_layers
from kerax.models.model_files import ModelFiles
from kerax.models.quantizing import quantize
from kerax.models.summary import html_summary, print_summary
from kerax.state import children, structure_changed, structure_version, walk_modules
from kerax.state.host_stage import Recorder, current_stage
from kerax.state.phase import default_training
from kerax.state.symbolic import SymbolicTensor, to_spec
from kerax.tracebacks import shorten
from kerax.training import Trainer


class Model(ModelFiles, Trainer, Layer):
    """A layer with ``compile``, ``fit``, ``evaluate`` and ``predict``.

    Either ``Model(inputs, outputs)`` from symbolic tensors, or a subclass with layers made in ``__init__`` and used in
    ``call``.

    Args:
      inputs: symbolic tensor from ``kerax.Input``, or a list, tuple or dict of them.
      outputs: symbolic tensors computed from them, in any structure.
      name: the model's name.
      **kwargs: arguments of ``Layer``.

    Raises:
      ValueError: if an output depends on a tensor that is no input.

    Example:
      >>> import kerax
      >>> inputs = kerax.Input((4,))
      >>> model = kerax.Model(inputs, kerax.layers.Dense(2)(inputs))
      >>> model.count_params()
      10
    """

    _untracked = Layer._untracked | frozenset(
        {
            "_graph", "_compiled_call", "_programs", "_compiled_loss", "_compiled_metrics", "_loss_tracker",
            "_part_trackers", "_host_passes", "_outside_variables", "_noted_inputs",
            "_compile_arguments", "history", "loss", "inputs", "outputs",
        }
    )  # fmt: skip
    _graph: Graph | None = None
    _compiled_call: CompiledCall | None = None
    compiled = False

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls is Model and (args or "inputs" in kwargs or "outputs" in kwargs):
            cls = _functional_class[0]
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, **kwargs: Any):
        super().__init__(name=name, **kwargs)
        if inputs is self:  # `super().__init__(self)`, as a tutorial of TensorFlow's has it
            inputs = None
        if (inputs is None) != (outputs is None):
            missing = "outputs" if outputs is None else "inputs"
            raise ValueError(f"{type(self).__name__}(inputs, outputs) needs both; {missing} is missing.")
        if inputs is not None:
            self.set_graph(inputs, outputs)

    def set_graph(self, inputs: Any, outputs: Any) -> None:
        """Makes this a functional model over symbolic tensors."""
        self._graph = Graph(inputs, outputs, self.name)
        self.inputs, self.outputs = self._graph.flat_inputs, self._graph.flat_outputs
        self.input_names, self.output_names = self._graph.input_names, self._graph.output_names
        self.built = True
        structure_changed()
        self.assign_paths()

    def add_loss(self, loss: Any) -> None:
        """Adds a scalar to the model's loss.

        Args:
          loss: a scalar array, a callable without arguments that returns one, or a list of them; of a functional model
            also a symbolic tensor that follows from its inputs, which is computed in every call.

        Raises:
          ValueError: for a symbolic tensor that depends on something else than the model's inputs.
        """
        for one in loss if isinstance(loss, (list, tuple)) else [loss]:
            if isinstance(one, SymbolicTensor):
                self._add_term(AddLoss(), one)
            else:
                super().add_loss(one)

    def add_metric(self, value: Any, name: str | None = None, aggregation: str | None = "mean") -> None:
        """Reports the running mean of a value under a name in the model's logs.

        Args:
          value: array; of a functional model also a symbolic tensor that follows from its inputs.
          name: the name in the logs.
          aggregation: ``"mean"`` or None, as in tf.keras.

        Raises:
          ValueError: without a name.
        """
        if isinstance(value, SymbolicTensor) and name:
            self._add_term(AddMetric(name, aggregation), value)
        else:
            super().add_metric(value, name, aggregation)

    def _add_term(self, layer: Layer, tensor: SymbolicTensor) -> None:
        if self._graph is None:
            raise ValueError(
                f"Model {self.name!r} was given the symbolic tensor {tensor.name!r}, but it is no functional model: "
                "call self.add_loss() with arrays, inside call()."
            )
        self.extend_graph([layer(tensor)])

    def extend_graph(self, tensors: list[SymbolicTensor]) -> None:
        """Computes further symbolic tensors in every call, for what their layers note; of functional models only."""
        graph = self._graph
        if graph is None or not tensors:
            return
        self._graph = Graph(graph.inputs, graph.outputs, self.name, also=[*graph.also, *tensors])
        for name in _PROGRAMS:
            self.__dict__.pop(name, None)
        structure_changed()
        self.assign_paths()

    # ---- calling ----------------------------------------------------------------------------------------------------
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the model; on plain arrays, a model made of kerax's own layers runs as one compiled program."""
        if (
            self.built
            and not self.run_eagerly
            and current_stage() is None
            and (can_compile(args, kwargs) or (self.has_host_layers and can_stage(args, kwargs)))
            and not inside_call()
            and not in_trace()
            and not (
                len(getattr(self, "outputs", None) or ()) > 1 and recorders()
            )  # one output may be differentiated by another
        ):
            compiled = self._current_compiled_call()
            if compiled.own_code:
                training = kwargs.get("training")
                training = bool(default_training() if training is None else training)
                stage = self.host_stage(training)
                try:
                    return compiled(args if stage is None else (stage(args[0]),), training)
                except Exception as error:
                    shorten(error)
                    raise
        fresh = not self.built
        outputs = super().__call__(*args, **kwargs)
        if fresh and not inside_call():
            self.assign_paths()
        return outputs

    @property
    def has_host_layers(self) -> bool:
        """Whether a layer of the model works on the host, in a pass of its own before the compiled step."""
        known = self.__dict__.get("_host_layers")
        if known is None or known[0] != structure_version():
            known = self.__dict__["_host_layers"] = (structure_version(), has_host_layers(self))
        return known[1]

    def host_stage(self, training: bool) -> HostPass | None:
        """The pass over the inputs of a batch before the compiled step; None for a model without host layers."""
        if not self.has_host_layers:
            return None
        return self.__dict__.setdefault("_host_passes", {}).setdefault(training, HostPass(self, training))

    def _keeps_host_arrays(self) -> bool:
        return isinstance(current_stage(), Recorder)

    def call_compiled(self, args: tuple, training: bool, where: str = "") -> Any:
        """Runs the model as one compiled program, whatever it is made of; ``where`` is for messages."""
        return self._current_compiled_call()(args, training, where)

    def _current_compiled_call(self) -> CompiledCall:
        compiled = self._compiled_call
        if compiled is None or compiled.version != structure_version():
            fresh = CompiledCall(self)
            if compiled is not None and compiled.signature == fresh.signature:
                compiled.version = fresh.version  # the change was another model's or metric's
            else:
                compiled = self.__dict__["_compiled_call"] = fresh
        return compiled

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Computes the outputs. Subclasses define it; functional models run their graph."""
        if self._graph is None:
            raise NotImplementedError(
                f"Model class {type(self).__name__} has no call() method: define call(self, inputs), or make the "
                "model with Model(inputs, outputs)."
            )
        return self._graph.run(inputs)

    call.runs_graph = True  # type: ignore[attr-defined]  # a host pass may run part of the graph instead

    def _call_symbolic(self, args: tuple, kwargs: dict) -> Any:
        if self._graph is None:
            return super()._call_symbolic(args, kwargs)
        with self._graph.sizes_judged(args[0] if args else next(iter(kwargs.values()))):
            return super()._call_symbolic(args, kwargs)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask of the outputs is the one its layers gave them."""
        return None

    def _note_masks(self, masks: Any, args: tuple, outputs: Any) -> None:
        return

    def build(self, input_shape: Any = None) -> None:
        """Creates all weights for inputs of a shape, by calling the model on symbolic tensors.

        Args:
          input_shape: sizes, None for unknown; a list or dict of shapes for several inputs.

        Raises:
          ValueError: if ``call`` fails for that shape.
        """
        if self._graph is None and input_shape is not None:
            self.built = True
            tensors = map_shapes(lambda shape: SymbolicTensor(to_spec(shape, self.compute_dtype)), input_shape)
            self.compute_output_spec(tensors)
            self.assign_paths()
        self.built = True

    def _build_for(self, args: tuple, kwargs: dict) -> None:
        if type(self).build is Model.build:
            self.built = True  # layers are built as call() reaches them
            if args:
                self.__dict__["_build_shapes"] = {"input_shape": shapes_of(args[0])}
                self._note_inputs(args, kwargs)
        else:
            super()._build_for(args, kwargs)

    def _note_shape(self, args: tuple, kwargs: dict) -> None:
        super()._note_shape(args, kwargs)
        if "_noted_inputs" not in self.__dict__:
            self._note_inputs(args, kwargs)

    def _note_inputs(self, args: tuple, kwargs: dict) -> None:
        """Keeps shapes and dtypes of the first inputs, for programs that are written of the model."""
        if len(args) == 1 and not kwargs.keys() - {"training", "mask"}:
            leaves, structure = jax.tree.flatten(args[0])
            if leaves and all(hasattr(leaf, "shape") and hasattr(leaf, "dtype") for leaf in leaves):
                self.__dict__["_noted_inputs"] = structure, [(tuple(leaf.shape), leaf.dtype) for leaf in leaves]

    # ---- copies -----------------------------------------------------------------------------------------------------
    def __getstate__(self) -> dict[str, Any]:
        """What ``copy.deepcopy`` and ``pickle`` take along: all but the compiled programs."""
        return {key: value for key, value in self.__dict__.items() if key not in _PROGRAMS}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """Makes a model from ``get_config()``; ``Model.from_config`` takes the configuration of a functional model.

        Args:
          config: the configuration.
          custom_objects: the user's own classes and functions by name.
        """
        if cls is Model and "input_layers" in config:
            return _functional_class[0].from_config(config, custom_objects)
        return super().from_config(config)

    # ---- layers -----------------------------------------------------------------------------------------------------
    def _named_children(self) -> Iterator[tuple[str, Any]]:
        if self._graph is not None:
            for layer in self._graph.layers:
                yield layer.name, layer
        yield from super()._named_children()

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside the model."""
        if self._graph is not None:
            return list(self._graph.layers)
        return [module for _, module in children(self)[1] if isinstance(module, Layer)]

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Returns a layer by its name or its position in ``layers``.

        Raises:
          ValueError: if there is none, with the closest name.
        """
        layers = self.layers
        if (name is None) == (index is None):
            raise ValueError("get_layer() takes either name=... or index=...")
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(
                    f"Model {self.name!r} has {len(layers)} layers, get_layer() was asked for index {index}."
                )
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise unknown_name(f"layer of model {self.name!r}", name, [layer.name for layer in layers])

    @property
    def input(self) -> Any:
        """Symbolic inputs, in the structure the model was made with."""
        return self._graph.inputs if self._graph is not None else super().input

    @property
    def output(self) -> Any:
        """Symbolic outputs, in the structure the model was made with."""
        return self._graph.outputs if self._graph is not None else super().output

    def reset_states(self) -> None:
        """Puts the states of all stateful recurrent layers inside to zero, for example between two sequences."""
        for _, layer in walk_modules(self):
            reset = getattr(layer, "reset_states", None)
            if layer is not self and callable(reset) and not isinstance(layer, Model):
                reset()

    # ---- looking at it ----------------------------------------------------------------------------------------------
    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Prints the layers, their output shapes and numbers of parameters.

        Args:
          line_length: width in characters; chosen by the terminal by default.
          positions: shares of the columns, accepted for Keras's sake.
          print_fn: called with the text instead of printing.
          expand_nested: whether layers of nested models are listed.
          show_trainable: whether a column says which layers are trained.
          layer_range: pair of layer names, the first and last to list.

        Raises:
          ValueError: if the model is not built.
        """
        print_summary(self, line_length, print_fn, expand_nested, show_trainable, layer_range)

    def _repr_html_(self) -> str:
        return html_summary(self)

    def quantize(self, mode: str | None = None, config: Any = None, filters: Any = None, **kwargs: Any) -> None:
        """Stores the large weights of layers in few bits; see ``kerax.models.quantizing.quantize``.

        Args:
          mode: ``"int8"``, ``"int4"``, ``"float8"``, ``"gptq"`` or ``"awq"``.
          config: a ``kerax.quantizers.Int8QuantizationConfig`` or another one, instead of the mode or beside it.
          filters: which layers: a pattern of their names or a list of such, or ``layer -> bool``; all by default.
          **kwargs: ``type_check``, accepted as in Keras.
        """
        quantize(self, mode, config, filters, **kwargs)

    def get_quantization_layer_structure(self, mode: str | None = None) -> dict[str, Any] | None:
        """Returns the layers before the first block and the blocks, for ``quantize("gptq")``; for subclasses to write.

        Args:
          mode: ``"gptq"`` or ``"awq"``.

        Returns:
          A dict with the lists ``"pre_block_layers"`` and ``"sequential_blocks"``, or None.
        """
        return None

    def as_nnx(self, rngs: Any = None) -> Any:
        """Returns a Flax NNX module with the present weights; see ``kerax.models.as_nnx``."""
        return as_nnx(self, rngs)


_PROGRAMS = ("_programs", "_compiled_call", "_call_losses", "_host_passes", "_outside_variables")
_functional_class: list[type] = [Model]
